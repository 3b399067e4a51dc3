"""How a task ends: the rules decide, this stores what they say, and the next person gets the asset."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import Refused, Stale
from nbannotate.model import Annotation, CampaignSpec, Closed, Spent
from nbannotate.operations import chain, copies, gold_tasks, time_tracking
from nbannotate.operations.notifications import tell
from nbannotate.operations.registry import Context
from nbannotate.operations.transitions import follow, visit
from nbannotate.operations.validation import Checked
from nbannotate.rules import workflow
from nbannotate.rules.activity import Totals
from nbannotate.rules.gold import Score
from nbannotate.rules.rights import MANAGERS
from nbannotate.rules.workflow import IssueFact
from nbannotate.store import campaign_end, counts, data, importing, issue_threads, leases, people, task_rows
from nbannotate.store import campaigns as stored
from nbannotate.store.issue_threads import NamedIssue
from nbannotate.store.rows import TaskRow
from nbannotate.store.staging import Stage
from nbannotate.store.task_rows import TaskWithDraft
from nbannotate.texts import Message, joined, t

#: So many drafts become revisions in one piece.
DRAFTS_AT_ONCE = 500

SAID = {
    "submitted": t("{asset} submitted"),
    "accepted": t("{asset} accepted"),
    "accepted_with_edits": t("{asset} accepted with your edits"),
    "rework": t("{asset} sent to rework"),
    "rejected": t("{asset} rejected"),
    "skipped": t("{asset} skipped"),
    "discarded": t("{asset} discarded"),
}


def began_with(ctx: Context, row: TaskWithDraft, spec: CampaignSpec) -> Annotation:
    """Return what work on a task begins with: the last revision, or nothing where the campaign starts anew."""
    if row.gold is not None and spec.existing != "prefill":
        return Annotation()
    latest = data.latest(ctx.tx, row.version_id, row.asset_id)
    if latest and spec.existing == "restart" and latest.campaign_id != row.campaign_id:
        return Annotation()
    return data.annotation(ctx.tx, latest)


def submit(
    ctx: Context, row: TaskWithDraft, spec: CampaignSpec, made: Checked, spent: Spent, status: str | None = None
) -> Closed:
    """Submit an annotation, or accept it at a review step."""
    if made.edited:
        commit(ctx, row, made.annotation, row.kind, made.rows)
    if row.gold is not None:
        closed = _close_gold(ctx, row, spec, "submit", spent, status=status, score=made.score)
    elif row.copy is not None:
        closed = _close_copy(ctx, row, spec, "submit", spent, made=made, status=status)
    else:
        closed = close(ctx, row, spec, "submit", spent, edited=made.edited, status=status)
    if not made.repaired:
        return closed
    ctx.note(detail={**ctx.event.get("detail", {}), "repaired": len(made.repaired)})
    return replace(closed, message=joined([closed.message, *made.repaired]), repaired=made.repaired)


def close(
    ctx: Context,
    row: TaskWithDraft,
    spec: CampaignSpec,
    action: workflow.Action,
    spent: Spent,
    *,
    edited: bool = False,
    status: str | None = None,
    to_step: int | None = None,
    note: str | None = None,
) -> Closed:
    """Let the rules decide how a task ends, and store what they say."""
    if row.gold is not None:
        return _close_gold(ctx, row, spec, action, spent, note=note)
    if row.copy is not None:
        return _close_copy(ctx, row, spec, action, spent, note=note)
    steps = spec.workflow.steps
    visits = [visit(v) for v in task_rows.visits(ctx.tx, row.campaign_id, row.asset_id)]
    raised = issue_threads.of_asset(ctx.tx, row.campaign_id, row.asset_id)
    issues = [IssueFact(i.issue_id, i.state, i.author_id) for i in raised]
    workers = stored.workers(ctx.tx, row.campaign_id)
    judges, managers = _judges(ctx, issues)
    decided = workflow.decide(
        action, ctx.actor.member_id, visits, steps, issues, workers, edited=edited, status=status, to_step=to_step,
        judges=judges, managers=managers,
    )  # fmt: skip
    _end(ctx, row, decided, spent, note, followed=decided.next is not None)
    gold_tasks.look_alike(ctx, row, spec)
    for issue in raised:
        if issue.issue_id in decided.issues:
            issue_threads.set_state(ctx.tx, issue, decided.issues[issue.issue_id], ctx.actor.member_id, ctx.now)
    if decided.next is not None:
        follow(ctx, row, spec, visits, decided.next)
    _tell_of_fixes(ctx, row, raised, decided)
    if decided.next is not None and action == "submit" and decided.next.step == row.step:
        _tell_judge(ctx, row, spec, raised, decided)
    ctx.note(detail={"outcome": decided.outcome, "status": decided.status, **_given(ctx, spent)})
    if (when := decided.leaves) is not None and spec.rules:
        chain.apply_rules(ctx, row.campaign_id, spec, [row.asset_id], when, decided.status)
    where = steps[decided.next.step].name if decided.next else None
    other = action == "submit" and decided.status != workflow.statuses(steps[row.step])[0]
    said = _said(Message(SAID[decided.outcome], {"asset": row.asset}), where, decided.status if other else None)
    return Closed(row.task_id, decided.state, decided.asset_state, where, said)


def _close_copy(
    ctx: Context,
    row: TaskWithDraft,
    spec: CampaignSpec,
    action: workflow.Action,
    spent: Spent,
    *,
    made: Checked | None = None,
    status: str | None = None,
    note: str | None = None,
) -> Closed:
    """End one of the copies of an asset; the last one brings the asset further."""
    decided, others = copies.decide(ctx, row, spec, action, status)
    _end(ctx, row, decided, spent, note, followed=True)
    gold_tasks.look_alike(ctx, row, spec)
    after = copies.go_on(ctx, row, spec, made, decided, others)
    ctx.note(detail={"outcome": decided.outcome, "status": decided.status, **_given(ctx, spent)})
    if (when := after.leaves) is not None and spec.rules:
        chain.apply_rules(ctx, row.campaign_id, spec, [row.asset_id], when, after.status)
    return Closed(
        row.task_id, decided.state, "in_progress", spec.workflow.steps[row.step].name,
        _said(Message(SAID[decided.outcome], {"asset": row.asset}), None, None),
    )  # fmt: skip


def _close_gold(
    ctx: Context,
    row: TaskWithDraft,
    spec: CampaignSpec,
    action: workflow.Action,
    spent: Spent,
    *,
    status: str | None = None,
    note: str | None = None,
    score: Score | None = None,
) -> Closed:
    """End a gold task, and say what would be said of any other; nothing follows it."""
    decided = gold_tasks.decide(ctx, row, spec, action, status)
    _end(ctx, row, decided, spent, note, followed=True)
    gold_tasks.judge(ctx, row, spec, score)
    ctx.note(detail={"outcome": decided.outcome, "status": decided.status, **_given(ctx, spent)})
    steps = spec.workflow.steps
    copied = steps[row.step].copies > 1
    at = row.step if copied else decided.next.step if decided.next else None
    where = None if at is None else steps[at].name
    other = action == "submit" and not copied and decided.status != workflow.statuses(steps[row.step])[0]
    said = Message(SAID[decided.outcome], {"asset": row.asset})
    said = _said(said, None if copied else where, decided.status if other else None)
    return Closed(row.task_id, decided.state, decided.asset_state, where, said)


def _end(
    ctx: Context, row: TaskWithDraft, decided: workflow.Outcome, spent: Spent, note: str | None, followed: bool
) -> None:
    """Store how a task ends, and the time that it took."""
    totals = time_tracking.count(ctx, row, spent)
    note_work(ctx, row, totals)
    task_rows.close(
        ctx.tx, row, decided.state, decided.outcome, decided.status, ctx.now,
        totals, note=note, followed=followed,
    )  # fmt: skip


def check_alone(ctx: Context, campaign_id: int) -> None:
    """Raise Refused if another campaign runs on the version, so that what has left this one cannot come back now."""
    campaign = stored.campaign(ctx.tx, campaign_id)
    assert campaign is not None
    other = stored.running_on(ctx.tx, campaign.version_id, but=campaign_id)
    if other:
        raise Refused(
            f"The campaign {other!r} is running on this version, which has one campaign at a time; "
            f"nothing comes back into {campaign.name!r} before it is completed."
        )


def _said(text: Message, where: str | None, status: str | None) -> Message:
    """Return what became of an asset; the status only if it is not the usual one."""
    if status is None:
        return t("{text}.", text=text) if where is None else t("{text+}; now at '{step}'.", text=text, step=where)
    if where is None:
        return t("{text+} as '{status}'.", text=text, status=status)
    return t("{text+} as '{status}'; now at '{step}'.", text=text, status=status, step=where)


def _tell_of_fixes(ctx: Context, row: TaskWithDraft, raised: list[NamedIssue], decided: workflow.Outcome) -> None:
    """Tell who raised issues that they are fixed, and wait for a look."""
    for issue in raised:
        if decided.issues.get(issue.issue_id) == "for_review":
            text = t(
                "Your issue on {asset} is for review: {who} submitted it again.",
                asset=row.asset,
                who=ctx.actor.login,
            )
            tell(
                ctx, [issue.author_id], "issue_answered", text,
                campaign_id=row.campaign_id, issue_id=issue.issue_id,
            )  # fmt: skip


def _judges(ctx: Context, issues: list[IssueFact]) -> tuple[list[int], frozenset[int]]:
    """Return who may be asked about issues, those who raised them first; and who may resolve any."""
    unresolved = [i.author for i in issues if i.state != "resolved"]
    if not unresolved:
        return [], frozenset()
    members = [m for m in people.members(ctx.tx) if m.active]
    managers = sorted(m.member_id for m in members if m.role in MANAGERS)
    active = {m.member_id for m in members}
    return [a for a in dict.fromkeys(unresolved) if a in active] + managers, frozenset(managers)


def _tell_judge(
    ctx: Context, row: TaskWithDraft, spec: CampaignSpec, raised: list[NamedIssue], decided: workflow.Outcome
) -> None:
    """Tell whoever an asset is put before, because nobody reviews it, unless its issues have told it already."""
    assert decided.next is not None
    judge = decided.next.assignee
    if judge is None or any(i.author_id == judge and i.issue_id in decided.issues for i in raised):
        return
    text = t(
        "{asset} of {campaign} has an issue and no review step is left: look at it, resolve the issue and submit it.",
        asset=row.asset, campaign=spec.name,
    )  # fmt: skip
    tell(ctx, [judge], "issue_answered", text, campaign_id=row.campaign_id)


def commit(ctx: Context, row: TaskWithDraft, annotation: Annotation, source: str, rows: str | None = None) -> None:
    """Append a revision of the asset's annotation; ``rows`` are its shapes, if they are made already."""
    counts.drew(ctx.tx, row, len(annotation.shapes))
    data.add_annotation(
        ctx.tx, version_id=row.version_id, asset_id=row.asset_id, member_id=ctx.actor.member_id, source=source,
        annotation=annotation, now=ctx.now, campaign_id=row.campaign_id, task_id=row.task_id, rows=rows,
        origin="gold" if row.gold is not None else "copy" if row.copy is not None else "answer",
    )  # fmt: skip


def keep_draft(ctx: Context, row: TaskWithDraft, source: str, draft: Checked | None) -> None:
    """Turn what was drawn but not submitted into a revision, so that it is not lost when the task ends."""
    if (row.revision or 0) != (0 if draft is None else draft.revision):
        raise Stale("The draft changed while this was prepared; try again.")
    if draft is not None and draft.believed(ctx, row).edited:
        commit(ctx, row, draft.annotation, source, draft.rows)


class Kept(Struct, frozen=True):
    """What had been drawn in open tasks, staged as revisions: their batch, and a text for what they were made from."""

    batch_id: int
    ground: str


def stage_drafts(
    ctx: Context, stage: Stage, campaign_id: int, step: int | None = None, member_id: int | None = None
) -> Kept:
    """Make revisions of what people have drawn and not submitted in open tasks, in pieces."""
    version_id = stored.facts(ctx.tx, campaign_id)[0]
    ground = campaign_end.drafts_mark(ctx.tx, campaign_id, version_id, step, member_id)
    rows = campaign_end.unsubmitted(ctx.tx, campaign_id, step, member_id)
    stage_revisions(ctx, stage, version_id, rows, "ended")
    return Kept(stage.batch_id, ground)


def stage_revisions(
    ctx: Context, stage: Stage, version_id: int, rows: Sequence[campaign_end.Unsubmitted], source: str
) -> None:
    """Make revisions of drafts that say something new, in pieces."""
    latest = data.latest_of(ctx.tx, version_id, [row.asset_id for row in rows]) if rows else {}
    drawn = [(row, task_rows.decoded(row.body)) for row in rows]
    kept = [
        importing.Revision(
            row.asset_id,
            row.assignee_id,
            source,
            draft,
            row.campaign_id,
            row.task_id,
            "gold" if row.gold is not None else "copy" if row.copy is not None else None,
        )
        for row, draft in drawn
        if draft != latest.get(row.asset_id, Annotation())
    ]
    for low in range(0, len(kept), DRAFTS_AT_ONCE):
        importing.stage(stage, kept[low : low + DRAFTS_AT_ONCE], ctx.now)


def end_open(
    ctx: Context, kept: Kept, campaign_id: int, reason: str, step: int | None = None, member_id: int | None = None
) -> int:
    """End open tasks of a campaign as they stand, and return how many; what was staged of their drafts is revealed.

    Raises
    ------
    Stale
        Somebody saved or submitted meanwhile.
    """
    version_id = stored.facts(ctx.tx, campaign_id)[0]
    if kept.ground != campaign_end.drafts_mark(ctx.tx, campaign_id, version_id, step, member_id):
        raise Stale("Somebody drew while what had been drawn was kept; try again.")
    importing.reveal(ctx.tx, kept.batch_id, version_id, overwrite=True)
    ended = campaign_end.end_all(ctx.tx, campaign_id, reason, ctx.now, step, member_id)
    if member_id is not None:
        copies.end_copies(ctx, campaign_id, stored.spec(ctx.tx, campaign_id))
    return ended


def lease_end(ctx: Context, spec: CampaignSpec, step: int) -> datetime.datetime:
    """Return until when a task that somebody works on now stays with that person."""
    return ctx.now + datetime.timedelta(minutes=spec.workflow.steps[step].lease_minutes)


def worked(ctx: Context, row: TaskWithDraft, spec: CampaignSpec, spent: Spent) -> None:
    """Count the time that the page reports, and renew the lease."""
    totals = time_tracking.count(ctx, row, spent)
    leases.touch(ctx.tx, row, totals, ctx.now, lease_end(ctx, spec, row.step))
    note_work(ctx, row, totals)
    if given := _given(ctx, spent):
        ctx.note(detail=given)


def _given(ctx: Context, spent: Spent) -> dict[str, str]:
    """Return what marks an event whose time no clock saw."""
    return {"worked": "given"} if ctx.acted_by is not None and spent and not isinstance(spent, tuple) else {}


def note_work(ctx: Context, row: TaskRow, totals: Totals) -> None:
    """Write into the event what it is about, and how long the person worked on it before."""
    note(ctx, row)
    ctx.note(worked_s=totals.worked_s)


def note(ctx: Context, row: TaskRow) -> None:
    """Write into the event what it is about."""
    ctx.note(campaign_id=row.campaign_id, task_id=row.task_id, asset_id=row.asset_id)
