"""The slices of a sequence in a campaign, and what was spread over them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from nbannotate.model import TaskState
from nbannotate.store import counts
from nbannotate.store.engine import Transaction
from nbannotate.store.rows import TaskRow

#: So many spreads of a person in a campaign can be taken back.
MOST_KEPT = 20

_OF = "(select asset_id from data.assets where dataset_id = $2 and sequence = $3)"


class SliceTask(TaskRow, frozen=True):
    """A task of a slice, with the slice's name, its file, and its size in pixels."""

    name: str
    path: str
    width: int
    height: int


class SliceDraft(Struct, frozen=True):
    """A member's draft of a task: an annotation as JSON."""

    task_id: int
    revision: int
    body: str


class SliceSaid(Struct, frozen=True):
    """The last revision of a slice in short; ``tags`` are JSON, ``labels`` the number of shapes by label."""

    annotation_id: int
    nothing_to_label: bool
    tags: str
    tracks: list[str] | None
    labels: dict[str, int] = {}


class SpreadRow(Struct, frozen=True):
    """What was spread over slices, by whom, and when."""

    spread_id: int
    member_id: int
    campaign_id: int
    step: int
    sequence: str
    what: str
    created: datetime.datetime


class SpreadDraft(Struct, frozen=True):
    """A draft as it was before something was spread over it (body, revision_before), and what became of it since."""

    task_id: int
    revision: int
    body: str | None
    revision_before: int | None
    now_revision: int | None
    state: TaskState
    assignee_id: int | None
    now_touched: datetime.datetime | None
    asset_id: int


def slices(
    tx: Transaction, campaign_id: int, dataset_id: int, sequence: str, member_id: int, now: datetime.datetime
) -> list[SliceTask]:
    """Return the current tasks of the assets of a sequence, in its order.

    Where several people answer, it is the member's own copy, or else one that waits, or else any.
    """
    return tx.read(
        SliceTask,
        """
        select t.*, a.name, a.path, a.width, a.height
        from data.tasks t join data.assets a on a.asset_id = t.asset_id
        where t.campaign_id = $1 and a.dataset_id = $2 and a.sequence = $3
          and (t.is_current or t.copy is not null and t.asset_id in (
            select asset_id from data.tasks where campaign_id = $1 and is_current and copy is not null
          ))
        qualify row_number() over (
          partition by t.asset_id
          order by t.assignee_id is not distinct from $4 desc,
                   t.state in ('in_progress', 'to_rework')
                     and (t.assignee_id is null or coalesce(t.leased_until < $5, false)) desc,
                   t.task_id
        ) = 1
        order by a.moment nulls last, a.name
        """,
        campaign_id, dataset_id, sequence, member_id, now,
    )  # fmt: skip


def copies_of(tx: Transaction, campaign_id: int, member_id: int) -> set[tuple[int, int]]:
    """Return of which assets a member has or had one of several copies: pairs of asset and step."""
    rows = tx.all(
        "select asset_id, step from data.tasks where campaign_id = $1 and assignee_id = $2 and copy is not null",
        campaign_id, member_id,
    )  # fmt: skip
    return {(r["asset_id"], r["step"]) for r in rows}


def had(tx: Transaction, campaign_id: int, dataset_id: int, sequence: str, member_id: int, step: int) -> dict[int, int]:
    """Return, by asset, the last task that a member has or had of it, one of a step before those of others."""
    rows = tx.all(
        f"""
        select t.asset_id, t.task_id from data.tasks t
        where t.campaign_id = $1 and t.asset_id in {_OF}
          and (t.assignee_id = $4 or t.task_id in (select task_id from data.lapses where member_id = $4))
        qualify row_number() over (partition by t.asset_id order by t.step = $5 desc, t.task_id desc) = 1
        """,
        campaign_id, dataset_id, sequence, member_id, step,
    )  # fmt: skip
    return {r["asset_id"]: r["task_id"] for r in rows}


def drafts(tx: Transaction, task_ids: Sequence[int], member_id: int) -> dict[int, SliceDraft]:
    """Return a member's drafts by task."""
    rows = tx.read(
        SliceDraft,
        "select task_id, revision, body from data.member_drafts "
        "where member_id = $2 and task_id in (select unnest($1::bigint[]))",
        list(task_ids), member_id,
    )  # fmt: skip
    return {r.task_id: r for r in rows}


def said(
    tx: Transaction, version_id: int, dataset_id: int, sequence: str, campaign_id: int | None
) -> dict[int, SliceSaid]:
    """Return, by asset, the last revision of a version in short; with a campaign, only what was said in it counts."""
    last_one = f"""
        with last_one as (
          select annotation_id from data.version_heads where version_id = $1 and asset_id in {_OF} and $4 is null
          union all
          select max(annotation_id) from data.annotations
          where version_id = $1 and asset_id in {_OF} and campaign_id = $4 and origin <> 'copy' group by asset_id
        )
    """
    which = version_id, dataset_id, sequence, campaign_id
    labels: dict[int, dict[str, int]] = {}
    for r in tx.all(
        f"{last_one} select s.annotation_id, s.label, count(*) as shapes from data.shapes s "
        "join last_one l on l.annotation_id = s.annotation_id group by 1, 2 order by 1, 2",
        *which,
    ):
        labels.setdefault(r["annotation_id"], {})[r["label"]] = r["shapes"]
    rows = tx.all(
        f"""
        {last_one}
        select n.asset_id, n.annotation_id, n.nothing_to_label, n.tags,
               (select list(distinct s.track) from data.shapes s
                where s.annotation_id = n.annotation_id and s.track is not null) as tracks
        from data.annotations n join last_one l on l.annotation_id = n.annotation_id
        """,
        *which,
    )
    return {
        r["asset_id"]: SliceSaid(
            r["annotation_id"], r["nothing_to_label"], r["tags"], r["tracks"], labels.get(r["annotation_id"], {})
        )
        for r in rows
    }  # fmt: skip


def hold(
    tx: Transaction,
    task_ids: Sequence[int],
    member_id: int,
    now: datetime.datetime,
    until: datetime.datetime,
    taken: Sequence[int],
) -> None:
    """Note that a member works on tasks now; those that were taken out of the queue are theirs, with a lease."""
    with counts.changed(tx, counts.OF_TASKS, list(task_ids)):
        tx.run(
            "update data.tasks set opened = coalesce(opened, $2), touched = $2, "
            "leased_until = case when leased_until is null then null else $3 end "
            "where task_id in (select unnest($1::bigint[]))",
            list(task_ids), now, until,
        )  # fmt: skip
        if taken:
            tx.run(
                "update data.tasks set assignee_id = $2, leased_until = $3 "
                "where task_id in (select unnest($1::bigint[]))",
                list(taken), member_id, until,
            )  # fmt: skip


class Drafts(Struct, frozen=True):
    """Drafts as they are stored: those that change one, and the first ones, as JSON; empty if there are none."""

    changed: str
    first: str


def packed(rows: Iterable[tuple[int, int, str]]) -> Drafts:
    """Return drafts (task, revision, body) as they are stored; revision 1 is the first one."""
    given = [{"task_id": t, "revision": n, "body": body} for t, n, body in rows]
    changed, first = [r for r in given if r["revision"] != 1], [r for r in given if r["revision"] == 1]
    return Drafts(_text(changed) if changed else "", _text(first) if first else "")


def _text(rows: Sequence[dict[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()


def put_drafts(tx: Transaction, member_id: int, drafts: Drafts, now: datetime.datetime) -> None:
    """Store many drafts of a member at once."""
    for given, statement in (
        (drafts.changed,
         "update data.member_drafts set revision = r.revision, body = r.body, saved = $2 from given r "
         "where member_drafts.task_id = r.task_id and member_drafts.member_id = $3"),
        (drafts.first,
         "insert into data.member_drafts select r.task_id, $3, r.revision, r.body, $2 from given r"),
    ):  # fmt: skip
        if given:
            tx.run(
                "with given as (select unnest(from_json($1, "
                '\'[{"task_id":"BIGINT","revision":"INTEGER","body":"VARCHAR"}]\'), recursive := true)) ' + statement,
                given, now, member_id,
            )  # fmt: skip


def before(rows: Iterable[dict[str, Any]]) -> str:
    """Return what drafts were as it is stored: task_id, revision, body, revision_before, taken, opened, touched."""
    return _text(list(rows))


def remember(
    tx: Transaction,
    member_id: int,
    campaign_id: int,
    step: int,
    sequence: str,
    what: str,
    was: str,
    now: datetime.datetime,
) -> int:
    """Keep what drafts were before something was spread over them, and return its id; the oldest are forgotten.

    ``was`` is the text of :func:`before`.
    """
    new = tx.new_id()
    tx.run("insert into data.spreads values ($1, $2, $3, $4, $5, $6, $7)",
           new, member_id, campaign_id, step, sequence, what, now)  # fmt: skip
    tx.run(
        """
        insert into data.spread_drafts
        select $1, r.task_id, $2, r.revision, r.body, r.revision_before, r.taken, r.opened, r.touched
        from (select unnest(from_json($3, '[{"task_id":"BIGINT","revision":"INTEGER","body":"VARCHAR",
          "revision_before":"INTEGER","taken":"BOOLEAN","opened":"TIMESTAMP","touched":"TIMESTAMP"}]'),
          recursive := true)) r
        """,
        new, member_id, was,
    )  # fmt: skip
    old = tx.all(
        "select spread_id from data.spreads where member_id = $1 and campaign_id = $2 "
        "order by spread_id desc offset $3",
        member_id, campaign_id, MOST_KEPT,
    )  # fmt: skip
    forget(tx, [r["spread_id"] for r in old])
    return new


def mark(tx: Transaction, task_ids: Sequence[int], member_id: int, version_id: int) -> str:
    """Return a short text that differs if tasks, a member's drafts of them, or what stands below them has changed."""
    return str(tx.value(
        """
        select md5(string_agg(concat_ws(' ', t.task_id, t.state, t.is_current, coalesce(t.assignee_id, 0),
                   coalesce(cast(t.leased_until as varchar), '-'), coalesce(cast(t.opened as varchar), '-'),
                   coalesce(cast(t.touched as varchar), '-'), coalesce(d.revision, 0), coalesce(l.annotation_id, 0)),
                   ',' order by t.task_id))
        from data.tasks t
        left join data.member_drafts d on d.task_id = t.task_id and d.member_id = $2
        left join (
          select asset_id, annotation_id from data.version_heads
          where version_id = $3 and asset_id in (
            select asset_id from data.tasks where task_id in (select unnest($1::bigint[]))
          )
        ) l on l.asset_id = t.asset_id
        where t.task_id in (select unnest($1::bigint[]))
        """,
        list(task_ids), member_id, version_id,
    ))  # fmt: skip


def forget(tx: Transaction, spread_ids: Sequence[int]) -> None:
    """Forget spreads: they cannot be taken back any more."""
    for table in ("spread_drafts", "spreads") if spread_ids else ():
        tx.run(f"delete from data.{table} where spread_id in (select unnest($1::bigint[]))", list(spread_ids))


def last(tx: Transaction, member_id: int, campaign_id: int, step: int, sequence: str) -> SpreadRow | None:
    """Return the last spread of a member over a sequence at a step, or None."""
    return tx.read_one(
        SpreadRow,
        "select * from data.spreads where member_id = $1 and campaign_id = $2 and step = $3 and sequence = $4 "
        "order by spread_id desc limit 1",
        member_id, campaign_id, step, sequence,
    )  # fmt: skip


def spread(tx: Transaction, spread_id: int) -> SpreadRow | None:
    """Return a spread, or None."""
    return tx.read_one(SpreadRow, "select * from data.spreads where spread_id = $1", spread_id)


def kept(tx: Transaction, spread_id: int) -> list[SpreadDraft]:
    """Return the drafts of a spread beside those of now."""
    return tx.read(
        SpreadDraft,
        """
        select s.task_id, s.revision, s.body, s.revision_before, d.revision as now_revision, t.state, t.assignee_id,
               t.touched as now_touched, t.asset_id
        from data.spread_drafts s
        join data.tasks t on t.task_id = s.task_id
        left join data.member_drafts d on d.task_id = s.task_id and d.member_id = s.member_id
        where s.spread_id = $1 order by s.task_id
        """,
        spread_id,
    )


def give_back(tx: Transaction, spread_id: int, task_ids: Sequence[int], member_id: int) -> None:
    """Let tasks that nobody opened since be as they were before a spread: no draft, and in the queue if they were."""
    tx.run(
        "delete from data.member_drafts where member_id = $2 and task_id in (select unnest($1::bigint[]))",
        list(task_ids), member_id,
    )  # fmt: skip
    with counts.changed(tx, counts.OF_TASKS, list(task_ids)):
        tx.run(
            """
            update data.tasks set opened = s.opened, touched = s.touched,
                   assignee_id = case when s.taken then null else tasks.assignee_id end,
                   leased_until = case when s.taken then null else tasks.leased_until end
            from (select * from data.spread_drafts where spread_id = $1 and task_id in (select unnest($2::bigint[]))) s
            where s.task_id = tasks.task_id
            """,
            spread_id, list(task_ids),
        )  # fmt: skip


def moved(tx: Transaction, spread_id: int, task_ids: Sequence[int], member_id: int) -> None:
    """Let what was spread earlier know the number that drafts got again when a later spread was taken back."""
    tx.run(
        """
        update data.spread_drafts set revision = s.now from (
          select task_id, revision_before, revision + 1 as now from data.spread_drafts
          where spread_id = $1 and task_id in (select unnest($2::bigint[]))
        ) s where spread_drafts.task_id = s.task_id and spread_drafts.member_id = $3
          and spread_drafts.revision = s.revision_before and spread_drafts.spread_id < $1
        """,
        spread_id, list(task_ids), member_id,
    )  # fmt: skip
