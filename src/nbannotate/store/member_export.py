"""All that a workspace has of a person, as tables that can be read without nbannotate."""

from __future__ import annotations

from pathlib import Path

from nbannotate.store.transaction import Transaction, quoted

_OF_TASK = (
    "left join data.campaigns c on c.campaign_id = {t}.campaign_id left join data.assets a on a.asset_id = {t}.asset_id"
)


def _of_task(table: str) -> str:
    return _OF_TASK.format(t=table)


#: Each table with what it has, and how it is read; ``$1`` is the member.
TABLES: dict[str, tuple[str, str]] = {
    "account": (
        "the account; the password itself is nowhere, only a hash of it, which is not in here",
        "select login, role, active, created, archived, password_hash is not null as has_password "
        "from data.members where member_id = $1",
    ),
    "sessions": (
        "when the person logged in, and the sessions that owners opened in somebody's name",
        "select s.kind, s.created, s.expires, s.ended, o.login as acted_by, m.login as member from data.sessions s "
        "join data.members m on m.member_id = s.member_id left join data.members o on o.member_id = s.acted_by "
        "where s.member_id = $1 or s.acted_by = $1 order by s.created",
    ),
    "events": (
        "the log of what the person did, and of what owners did in the person's name",
        "select e.event_id, e.created, e.operation, c.name as campaign, a.name as asset, e.task_id, e.milliseconds, "
        f"e.worked_s, e.detail, o.login as acted_by from data.events e {_of_task('e')} "
        "left join data.members o on o.member_id = e.acted_by where e.member_id = $1 or e.acted_by = $1 "
        "order by e.event_id",
    ),
    "tasks": (
        "the tasks that the person has or had",
        "select t.task_id, c.name as campaign, a.name as asset, s.name as step, t.round, t.state, t.outcome, t.status, "
        "t.created, t.opened, t.touched, t.closed, t.worked_s, t.shown_s, t.editing_s, t.note "
        f"from data.tasks t {_of_task('t')} "
        "left join data.steps s on s.campaign_id = t.campaign_id and s.step = t.step "
        "where t.assignee_id = $1 order by t.task_id",
    ),
    "tasks_lost": (
        "the tasks that went to somebody else",
        "select l.task_id, l.lapsed from data.lapses l where l.member_id = $1 order by l.lapsed",
    ),
    "times_worked": (
        "when the person worked, to the stretch",
        "select v.started, v.ended, v.shown_s, v.worked_s, v.editing_s, v.label, c.name as campaign, a.name as asset, "
        f"v.step, v.task_id from data.activity v {_of_task('v')} where v.member_id = $1 order by v.started",
    ),
    "drafts": (
        "what the person drew and did not submit (JSON)",
        "select d.task_id, d.revision, d.saved, d.body from data.member_drafts d where d.member_id = $1 "
        "order by d.task_id",
    ),
    "repeated": (
        "what the person repeated over slices",
        "select s.spread_id, s.created, s.what, s.sequence, s.step, c.name as campaign from data.spreads s "
        "left join data.campaigns c on c.campaign_id = s.campaign_id where s.member_id = $1 order by s.spread_id",
    ),
    "repeated_drafts": (
        "what stood on those slices before (JSON)",
        "select d.spread_id, d.task_id, d.revision, d.opened, d.touched, d.body from data.spread_drafts d "
        "where d.member_id = $1 order by d.spread_id, d.task_id",
    ),
    "annotations": (
        "the annotations that the person made or brought in",
        "select n.annotation_id, n.created, d.name as dataset, v.name as version, c.name as campaign, a.name as asset, "
        "n.task_id, n.origin, n.source, n.nothing_to_label, n.tags, n.tag_attributes, n.shapes "
        f"from data.annotations n {_of_task('n')} "
        "left join data.version_layers l on l.layer_id = n.version_id and l.own "
        "left join data.versions v on v.version_id = l.version_id "
        "left join data.datasets d on d.dataset_id = v.dataset_id "
        "where n.member_id = $1 and n.version_id not in (select batch_id from data.staged) order by n.annotation_id",
    ),
    "shapes": (
        "the shapes of those annotations; points in pixels (JSON)",
        "select s.* from data.shapes s join data.annotations n on n.annotation_id = s.annotation_id "
        "where n.member_id = $1 and n.version_id not in (select batch_id from data.staged) "
        "order by s.annotation_id, s.position",
    ),
    "issues": (
        "the issues that the person raised or closed",
        "select i.issue_id, i.created, i.state, i.closed, w.login as author, k.login as closed_by, c.name as campaign, "
        f"a.name as asset, i.task_id, i.shape_id, i.x0, i.y0, i.x1, i.y1 from data.issues i {_of_task('i')} "
        "left join data.members w on w.member_id = i.author_id left join data.members k on k.member_id = i.closed_by "
        "where i.author_id = $1 or i.closed_by = $1 order by i.issue_id",
    ),
    "comments": (
        "what the person wrote in issues",
        "select k.comment_id, k.issue_id, k.created, k.text from data.comments k where k.author_id = $1 "
        "order by k.comment_id",
    ),
    "notices": (
        "what the person was told",
        "select n.notice_id, n.created, n.seen, n.kind, n.text, n.task_id, n.issue_id, c.name as campaign "
        "from data.notices n left join data.campaigns c on c.campaign_id = n.campaign_id "
        "where n.member_id = $1 order by n.notice_id",
    ),
    "scores": (
        "how the person did on images whose answer is known",
        "select t.task_id, t.closed, g.score, g.f1, g.matched, g.other_label, g.missed, g.extra, g.mean_iou "
        "from data.gold_scores g join data.tasks t on t.task_id = g.task_id where t.assignee_id = $1 "
        "order by t.task_id",
    ),
    "falls": (
        "when those scores were not good enough, and what followed",
        "select c.name as campaign, f.since, f.mean, f.answers, f.action, f.ended, o.login as ended_by "
        "from data.gold_falls f left join data.campaigns c on c.campaign_id = f.campaign_id "
        "left join data.members o on o.member_id = f.ended_by where f.member_id = $1 or f.ended_by = $1 "
        "order by f.since",
    ),
    "counts": (
        "the counts of the person's jobs, as they are kept",
        "select j.* from data.job_counts j where j.member_id = $1 order by j.campaign_id, j.step",
    ),
    "datasets": (
        "the datasets that the person was named for",
        "select d.name as dataset from data.workers w join data.datasets d on d.dataset_id = w.dataset_id "
        "where w.member_id = $1 order by 1",
    ),
    "steps": (
        "the steps of campaigns at which the person works or worked",
        "select c.name as campaign, s.name as step, s.kind from data.step_members w "
        "join data.campaigns c on c.campaign_id = w.campaign_id "
        "join data.steps s on s.campaign_id = w.campaign_id and s.step = w.step where w.member_id = $1 order by 1, 2",
    ),
    "label_changes": (
        "the changes of labels that the person made",
        "select l.change_id, l.version_id, l.mapping, l.created, l.undone from data.label_changes l "
        "where l.member_id = $1 order by l.change_id",
    ),
    "kept_answers": (
        "answers that are kept for a day in case that a page asks again",
        "select r.created, r.operation, r.answer from data.requests r where r.member_id = $1 order by r.created",
    ),
}

#: What others did and wrote in which the person is named; the names are looked for from ``$2`` on.
NAMED: dict[str, tuple[str, str]] = {
    "events_that_name": (
        "what others did and the person is named in: roles, invitations, tasks that were given",
        "select e.event_id, e.created, e.operation, e.detail from data.events e "
        "where e.member_id <> $1 and ({}) order by e.event_id",
    ),
    "comments_that_name": (
        "what others wrote in issues and the person is perhaps named in",
        "select e.comment_id, e.issue_id, e.created, e.text from data.comments e "
        "where e.author_id <> $1 and ({}) order by e.comment_id",
    ),
}


def write(tx: Transaction, member_id: int, names: list[str], spool: Path) -> dict[str, tuple[Path, int, str]]:
    """Write the tables as CSV into the spool folder; return the file of each, its rows, and what it has."""
    found = {}
    tables: dict[str, tuple[str, str, list[int | str]]]
    tables = {name: (means, sql, [member_id]) for name, (means, sql) in TABLES.items()}
    for name, (means, sql) in NAMED.items():
        where = " or ".join(
            f"position(${n} in lower(e.{'detail' if name.startswith('events') else 'text'})) > 0"
            for n in range(2, len(names) + 2)
        )
        tables[name] = (means, sql.format(where), [member_id, *(n.lower() for n in names)])
    for name, (means, sql, given) in tables.items():
        file = spool / f"{name}.csv"
        count = tx.value(f"copy ({sql}) to {quoted(file)} (format csv, header)", *given)
        found[name] = (file, int(count), means)
    return found
