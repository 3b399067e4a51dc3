"""Tasks and drafts."""

from __future__ import annotations

import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from nbannotate.model import Annotation, StepKind, TaskState
from nbannotate.model.values import decode
from nbannotate.rules.activity import Totals
from nbannotate.rules.counts import Counted
from nbannotate.store import campaigns, counts, data, gold, people
from nbannotate.store.activity import grown
from nbannotate.store.rows import DRAFTS, TASKS, DraftRow, TaskRow
from nbannotate.store.transaction import Transaction

OPEN = campaigns.OPEN


class NamedTask(TaskRow, frozen=True):
    """A task with the names of what it is about; ``sequence`` is that of the asset, None if it is in none."""

    version_id: int
    asset: str
    sequence: str | None
    step_name: str
    kind: StepKind
    assignee: str | None


class TaskWithDraft(NamedTask, frozen=True):
    """A task with a member's draft of it; ``revision`` and ``body`` are None where there is none."""

    revision: int | None
    body: str | None

    @property
    def drafted(self) -> bool:
        """Whether there is a draft."""
        return self.revision is not None


class ListedTask(TaskRow, frozen=True):
    """A task as a list of tasks has it: whether its assignee has a draft, and how many issues are not resolved."""

    asset: str
    sequence: str | None
    assignee: str | None
    drafted: bool
    issues: int
    step_name: str
    kind: StepKind


class _Listed(TaskRow, frozen=True):
    asset: str
    sequence: str | None
    assignee: str | None
    drafted: bool
    issues: int


def _named(tx: Transaction, row: TaskRow) -> NamedTask:
    """Add to a task the names of what it is about.

    In Python, from what is remembered: each join costs a millisecond in every query of a page.
    """
    version_id, spec = campaigns.facts(tx, row.campaign_id)
    step = spec.workflow.steps[row.step]
    asset = data.asset(tx, row.asset_id)
    name, sequence = (asset.name, asset.sequence) if asset else ("", None)
    assignee = None if row.assignee_id is None else people.logins(tx).get(row.assignee_id)
    return NamedTask(
        **asdict(row), version_id=version_id, asset=name, sequence=sequence, step_name=step.name, kind=step.kind,
        assignee=assignee,
    )  # fmt: skip


def task(tx: Transaction, task_id: int, member_id: int) -> TaskWithDraft | None:
    """Return a task with its names and a member's draft of it."""
    row = tx.row(TASKS, task_id)
    return None if row is None else with_draft(tx, row, member_id)


def with_draft(tx: Transaction, row: TaskRow, member_id: int) -> TaskWithDraft:
    """Add to a task its names and a member's draft of it."""
    draft = draft_of(tx, row.task_id, member_id)
    of = (None, None) if draft is None else (draft.revision, draft.body)
    return TaskWithDraft(**asdict(_named(tx, row)), revision=of[0], body=of[1])


def visits(tx: Transaction, campaign_id: int, asset_id: int) -> list[NamedTask]:
    """Return all tasks of an asset in a campaign, oldest first, with their names."""
    rows = tx.rows(TASKS, campaign_id, asset_id)
    counts.known(tx, campaign_id, asset_id, rows)
    return [_named(tx, row) for row in sorted(rows, key=lambda row: row.task_id)]


def _listed(
    tx: Transaction, campaign_id: int, where: str, *parameters: Any, each: str = "asset_id"
) -> list[ListedTask]:
    """Return tasks of a campaign for a list, the last of each asset (or copy), in the order of the assets."""
    rows = tx.read(
        _Listed,
        f"""
        select t.*, a.name as asset, a.sequence, m.login as assignee, d.task_id is not null as drafted,
               coalesce(i.issues, 0) - coalesce(c.issues, 0) + coalesce(o.issues, 0) as issues
        from (
          select * from data.tasks where campaign_id = $1 and {where}
          qualify row_number() over (partition by {each} order by task_id desc) = 1
        ) t
        join data.assets a on a.asset_id = t.asset_id
        left join data.members m on m.member_id = t.assignee_id
        left join data.member_drafts d on d.task_id = t.task_id and d.member_id = t.assignee_id
        left join (select asset_id, count(*) as issues from data.issues
                   where campaign_id = $1 and state <> 'resolved' group by 1) i on i.asset_id = t.asset_id
        left join (select i.asset_id, count(*) as issues from data.issues i
                   join data.tasks k on k.task_id = i.task_id and k.copy is not null
                   where i.campaign_id = $1 and i.state <> 'resolved' group by 1) c
          on c.asset_id = t.asset_id and t.copy is not null
        left join (select task_id, count(*) as issues from data.issues
                   where campaign_id = $1 and state <> 'resolved' group by 1) o
          on o.task_id = t.task_id and t.copy is not null
        order by t.position, t.task_id
        """,
        campaign_id,
        *parameters,
    )
    steps = campaigns.facts(tx, campaign_id)[1].workflow.steps if rows else ()
    return [ListedTask(**asdict(row), step_name=steps[row.step].name, kind=steps[row.step].kind) for row in rows]


def listing(tx: Transaction, campaign_id: int, step: int, member_id: int) -> list[ListedTask]:
    """Return a member's tasks at a step, the last of each asset, in the order of the assets."""
    return _listed(tx, campaign_id, "step = $2 and assignee_id = $3", step, member_id)


REVIEWED = "step = $2 and (assignee_id = $3 or (assignee_id is null and state in ('in_progress', 'to_rework')))"


def reviewed(tx: Transaction, campaign_id: int, step: int, member_id: int) -> list[ListedTask]:
    """Return the tasks of a step that are a member's or wait in the queue, the last of each asset, in their order."""
    return _listed(tx, campaign_id, REVIEWED, step, member_id)


class Figures(Struct, frozen=True):
    """What the last revision of an asset has."""

    asset_id: int
    shapes: int
    confidence: float | None
    changes: int


class Said(Struct, frozen=True):
    """The last revision that was said in a task, and the number of its shapes."""

    task_id: int
    annotation_id: int
    shapes: int


class Arrived(Struct, frozen=True):
    """How many tasks came to an assignee (None: the queue) at a step."""

    assignee_id: int | None
    step: int
    n: int


def figures(tx: Transaction, campaign_id: int, step: int, member_id: int) -> dict[int, Figures]:
    """Return, by asset of :func:`reviewed`, what the last revision has: shapes, mean confidence, changes.

    Changes are counted against the revision before: shapes that are there in one of the two only, or differ in label
    or geometry.
    """
    version_id = tx.value("select version_id from data.campaigns where campaign_id = $1", campaign_id)
    rows = tx.read(
        Figures,
        f"""
        with these as (
          select distinct t.asset_id from data.tasks t where t.campaign_id = $1 and {REVIEWED}
        ), last_two as (
          select n.annotation_id, n.asset_id,
                 row_number() over (partition by n.asset_id order by n.annotation_id desc) as age
          from data.version_annotations n join these t on t.asset_id = n.asset_id where n.version_id = $4
          qualify age <= 2
        ), drawn as (
          select l.asset_id, l.age, s.shape_id, s.label, s.also, s.kind, {data.POINTS} as points, s.rle, s.confidence
          from last_two l join data.shapes s on s.annotation_id = l.annotation_id
        ), compared as (
          select asset_id, shape_id, count(*) as times, count(distinct (label, also, kind, points, rle)) as ways
          from drawn group by 1, 2
        )
        select l.asset_id,
               (select count(*) from drawn d where d.asset_id = l.asset_id and d.age = 1) as shapes,
               (select avg(confidence) from drawn d where d.asset_id = l.asset_id and d.age = 1) as confidence,
               (select count(*) from compared p
                where p.asset_id = l.asset_id and (p.times = 1 or p.ways > 1)) as changes
        from last_two l where l.age = 1
        """,
        campaign_id, step, member_id, version_id,
    )  # fmt: skip
    return {r.asset_id: r for r in rows}


def current(tx: Transaction, campaign_id: int) -> list[ListedTask]:
    """Return the current task of every asset of a campaign, in the order of the assets; of copies all open ones."""
    which = "gold is null and (is_current or state in ('in_progress', 'to_rework'))"
    return _listed(tx, campaign_id, which, each="asset_id, copy")


def last_said(tx: Transaction, campaign_id: int, asset_id: int) -> dict[int, Said]:
    """Return by task of an asset the last revision said in it."""
    rows = tx.read(
        Said,
        "select task_id, max(annotation_id) as annotation_id, arg_max(shapes, annotation_id) as shapes "
        "from data.annotations where campaign_id = $1 and asset_id = $2 group by 1",
        campaign_id, asset_id,
    )  # fmt: skip
    return {said.task_id: said for said in rows}


def arrived(tx: Transaction, campaign_id: int, created: datetime.datetime) -> list[Arrived]:
    """Return how many tasks came to a campaign at a moment, by assignee and step.

    Gold counts, as in the lists of those who got it: people are told of it as of any other.
    """
    return tx.read(
        Arrived,
        "select assignee_id, step, count(*) as n from data.tasks "
        "where campaign_id = $1 and created = $2 and state = 'in_progress' group by 1, 2",
        campaign_id, created,
    )  # fmt: skip


def place_of(tx: Transaction, row: TaskRow, member_id: int) -> tuple[int, int]:
    """Return the place of a task in a member's list of its step, from 1 (0: not in it), and the length of that list.

    What waits in the queue counts, too: it is to be done by someone of the step.
    """
    its = row.campaign_id, row.step
    place, mine = tx.place(*its, member_id, row.position)
    waiting = tx.waiting(*its, member_id) if member_id in campaigns.workers(tx, its[0]).get(its[1], set()) else 0
    waiting += gold.coming(tx, *its, member_id, waiting)
    return place if row.assignee_id == member_id else 0, mine + waiting


def task_row(tx: Transaction, task_id: int) -> TaskRow:
    """Return a task that is there."""
    found = tx.row(TASKS, task_id)
    assert found is not None
    return found


def close(
    tx: Transaction,
    row: TaskRow,
    state: TaskState,
    outcome: str,
    status: str,
    now: datetime.datetime,
    totals: Totals,
    *,
    note: str | None,
    followed: bool,
) -> None:
    """End a task, with the last time spent on it; ``followed``: another task of its asset comes after it."""
    counts.closed(tx, row, state, outcome, totals.worked_s, followed=followed)
    now_ = task_row(tx, row.task_id)
    tx.update(
        TASKS, now_, state=state, outcome=outcome, status=status, closed=now, note=note, leased_until=None,
        opened=now_.opened or now, touched=now, is_current=not followed, **grown(now_, totals),
    )  # fmt: skip


def follow(
    tx: Transaction,
    task: TaskRow,
    step: int,
    round: int,
    state: TaskState,
    assignee: int | None,
    now: datetime.datetime,
    copy: int | None = None,
) -> int:
    """Insert the task that follows another one of the same asset, which is its current task from now on.

    Of copies, which are inserted one after the other, the first one is.
    """
    new, is_current = tx.new_id(), copy is None or copy == 1
    counts.followed(tx, task, new, Counted(step, state, None, assignee, copy, is_current, False, 0.0))
    made = dict.fromkeys(
        ("outcome", "opened", "touched", "closed", "status", "leased_until", "note", "gold")
    ) | {"worked_s": 0.0, "shown_s": 0.0, "editing_s": 0.0}  # fmt: skip
    tx.insert("tasks", made | {
        "task_id": new, "campaign_id": task.campaign_id, "asset_id": task.asset_id, "step": step,
        "round": round, "state": state, "assignee_id": assignee, "position": task.position,
        "is_current": is_current, "created": now, "copy": copy,
    })  # fmt: skip
    return new


def hand_on(tx: Transaction, row: TaskRow) -> None:
    """Let the first copy of an asset that is open be its current task, where a copy (``row``) was closed."""
    counts.handed_on(tx, row)
    copies = (
        t for t in tx.rows(TASKS, row.campaign_id, row.asset_id)
        if t.step == row.step and t.copy is not None and t.state in ("in_progress", "to_rework")
    )  # fmt: skip
    first = min(copies, key=lambda t: t.copy or 0, default=None)
    if first is not None:
        tx.update(TASKS, first, is_current=True)


def pass_on(tx: Transaction, row: TaskRow) -> None:
    """Note that a task (``row``), closed before, is not the current one of its asset any more."""
    counts.passed_on(tx, row)
    tx.update(TASKS, task_row(tx, row.task_id), is_current=False)


def save_draft(tx: Transaction, task_id: int, member_id: int, body: str, now: datetime.datetime) -> int:
    """Keep a member's state of work on a task (JSON), in the place of the draft before, and return its number."""
    before = draft_of(tx, task_id, member_id)
    if before is not None:
        tx.update(DRAFTS, before, revision=before.revision + 1, body=body, saved=now)
        return before.revision + 1
    tx.insert("member_drafts", {"task_id": task_id, "member_id": member_id, "revision": 1, "body": body, "saved": now})
    return 1


def draft(row: TaskWithDraft) -> Annotation | None:
    """Return the draft in a task's row, or None."""
    return None if row.body is None else decoded(row.body)


def drafts(tx: Transaction, campaign_id: int, member_id: int) -> dict[str, Annotation]:
    """Return what a member has drawn in a campaign and not submitted, by the name of the asset."""
    rows = tx.all(
        """
        select a.name, d.body from data.member_drafts d
        join data.tasks t on t.task_id = d.task_id and t.campaign_id = $1 and t.state in ('in_progress', 'to_rework')
        join data.assets a on a.asset_id = t.asset_id
        where d.member_id = $2 order by t.position
        """,
        campaign_id, member_id,
    )  # fmt: skip
    return {row["name"]: decoded(row["body"]) for row in rows}


def decoded(body: str) -> Annotation:
    """Return the annotation that a draft's body is."""
    return decode(body, Annotation)


def draft_of(tx: Transaction, task_id: int, member_id: int) -> DraftRow | None:
    """Return a member's draft of a task, or None."""
    return next((d for d in tx.rows(DRAFTS, task_id) if d.member_id == member_id), None)


def place(tx: Transaction, task_id: int) -> TaskRow | None:
    """Return a task without any names, or None."""
    return tx.row(TASKS, task_id)


def places(tx: Transaction, task_ids: list[int]) -> dict[int, TaskRow]:
    """Return tasks without any names, by their ids."""
    rows = tx.read(TaskRow, "select * from data.tasks where task_id in (select unnest($1::bigint[]))", task_ids)
    return {row.task_id: row for row in rows}


def campaigns_at(tx: Transaction, asset_id: int, member_id: int) -> list[int]:
    """Return the running campaigns in which a member has an asset to work on at the moment."""
    rows = tx.all(
        f"select distinct t.campaign_id from data.tasks t join data.campaigns c on c.campaign_id = t.campaign_id "
        f"where t.asset_id = $1 and t.assignee_id = $2 and {OPEN} and c.archived is null order by 1",
        asset_id, member_id,
    )  # fmt: skip
    return [r["campaign_id"] for r in rows]


def had_task(tx: Transaction, asset_id: int, member_id: int, campaign_id: int | None) -> bool:
    """Return whether a member has or had a task of an asset, in one campaign or in any."""
    return bool(
        tx.value(
            "select count(*) from data.tasks where asset_id = $1 and assignee_id = $2 "
            "and ($3 is null or campaign_id = $3)",
            asset_id, member_id, campaign_id,
        )
    ) or bool(
        tx.value(
            "select count(*) from data.lapses l join data.tasks t on t.task_id = l.task_id "
            "where l.member_id = $2 and t.asset_id = $1 and ($3 is null or t.campaign_id = $3)",
            asset_id, member_id, campaign_id,
        )
    )  # fmt: skip
