"""Many open tasks at once: giving them to people, restarting them."""

from __future__ import annotations

import datetime
import json

from msgspec import Struct

from nbannotate.store import counts
from nbannotate.store.campaigns import OPEN, STARTED, not_theirs
from nbannotate.store.transaction import Transaction


class Marked(Struct, frozen=True):
    """How many marked tasks there are of one sort: at a step, of an assignee, begun or not, and whether they move."""

    step: int
    assignee_id: int | None
    to_id: int | None
    started: bool
    moves: bool
    tasks: int


def mark(
    tx: Transaction,
    campaign_id: int,
    *,
    task_ids: list[int] | None = None,
    step: int | None = None,
    assignee_id: int | None = None,
    state: str | None = None,
) -> list[Marked]:
    """Make the table ``moving`` of open tasks of a campaign, in its order, and return how many of which sort.

    Nothing is given to anybody before :func:`give_marked`.
    """
    tx.run(
        f"""
        create or replace temp table moving as
        select t.task_id, t.step, t.assignee_id, cast(null as bigint) as to_id, false as moves,
               {STARTED} as started,
               row_number() over (order by t.copy nulls last, t.position, t.task_id) as place
        from data.tasks t
        where t.campaign_id = $1 and t.gold is null and {OPEN}
          and ($2 is null or t.task_id in (select unnest($2::bigint[])))
          and ($3 is null or t.step = $3) and ($4 is null or t.assignee_id = $4) and ($5 is null or t.state = $5)
        """,
        campaign_id, task_ids, step, assignee_id, state,
    )  # fmt: skip
    return _marked(tx)


def _marked(tx: Transaction) -> list[Marked]:
    rows = tx.all(
        "select step, assignee_id, to_id, started, moves, count(*) as tasks from moving group by all order by all"
    )
    return [Marked(**row) for row in rows]


def single(tx: Transaction) -> dict[int, int]:
    """Return, by member, the one task that is marked for somebody who gets just one."""
    rows = tx.all(
        "select to_id, min(task_id) as task_id from moving where moves and to_id is not null group by 1 "
        "having count(*) = 1"
    )
    return {row["to_id"]: row["task_id"] for row in rows}


def give_all(tx: Transaction, member_id: int | None, started: bool) -> list[Marked]:
    """Mark all marked tasks for a member, or for the queue (None); those that are begun only if ``started`` says so."""
    tx.run(
        "update moving set to_id = $1, moves = assignee_id is distinct from $1 and ($2 or not started)",
        member_id,
        started,
    )
    keep_apart(tx)
    return _marked(tx)


def keep_apart(tx: Transaction) -> None:
    """Take marks away with which somebody would have two copies of an asset, or decide about an answer of their own."""
    tx.run(
        """
        update moving set moves = false where moves and task_id in (
          select m.task_id from moving m
          join data.tasks t on t.task_id = m.task_id
          join data.tasks o on o.campaign_id = t.campaign_id and o.asset_id = t.asset_id and o.copy is not null
            and o.step between t.step - 1 and t.step and o.task_id <> t.task_id
          left join moving n on n.task_id = o.task_id and n.moves
          where m.moves and (o.assignee_id = m.to_id or (n.to_id = m.to_id and n.task_id < m.task_id))
        )
        """
    )


def give_parts(tx: Transaction, parts: dict[int, int], started: bool) -> list[Marked]:
    """Mark so many tasks for each member; who has one already keeps it as far as the part allows."""
    tx.run(
        """
        create or replace temp table dealt as
        select m.task_id, m.place, case when m.nth <= p.part then m.assignee_id end as keeps from (
          select task_id, place, assignee_id, row_number() over (partition by assignee_id order by place) as nth
          from moving where $2 or not started
        ) m left join (
          select unnest(from_json($1, '[{"member_id":"BIGINT","part":"BIGINT"}]'), recursive := true)
        ) p on p.member_id = m.assignee_id
        """,
        json.dumps([{"member_id": m, "part": n} for m, n in parts.items()]),
        started,
    )
    kept = {r["keeps"]: r["n"] for r in tx.all("select keeps, count(*) as n from dealt group by 1")}
    blocks, low = [], 0
    for member_id, part in parts.items():
        high = low + part - kept.get(member_id, 0)
        blocks.append({"member_id": member_id, "low": low, "high": high})
        low = high
    tx.run(
        """
        update moving set to_id = d.to_id, moves = moving.assignee_id is distinct from d.to_id from (
          select r.task_id, coalesce(r.keeps, b.member_id) as to_id from (
            select task_id, keeps, row_number() over (partition by keeps is null order by place) - 1 as nth from dealt
          ) r left join (
            select unnest(from_json($1, '[{"member_id":"BIGINT","low":"BIGINT","high":"BIGINT"}]'), recursive := true)
          ) b on r.keeps is null and r.nth >= b.low and r.nth < b.high
        ) d where d.task_id = moving.task_id
        """,
        json.dumps(blocks),
    )
    tx.run("drop table dealt")
    keep_apart(tx)
    return _marked(tx)


def from_queue(tx: Transaction, step: int, member_id: int) -> list[int]:
    """Return the positions of what is marked to come to a member from the queue of a step, in order."""
    rows = tx.all(
        "select t.position from moving m join data.tasks t on t.task_id = m.task_id where m.moves and m.to_id = $2 "
        "and m.assignee_id is null and t.step = $1 and t.gold is null order by t.position, t.task_id",
        step, member_id,
    )  # fmt: skip
    return [row["position"] for row in rows]


def bring_gold(tx: Transaction, campaign_id: int, step: int, member_id: int, before: list[int]) -> None:
    """Mark gold of a queue for a member, to stand before tasks of these positions, as far as there is any to get."""
    rows = tx.all(
        f"""
        select min(t.task_id) as task_id from data.tasks t
        where t.campaign_id = $1 and t.step = $2 and t.gold is not null and t.assignee_id is null and {OPEN}
          and t.task_id not in (select task_id from moving){not_theirs(step, "$3")}
        group by t.asset_id order by min(t.position), 1 limit $4
        """,
        campaign_id, step, member_id, len(before),
    )  # fmt: skip
    ids = [row["task_id"] for row in rows]
    tx.run(
        "update data.tasks set position = p.position from (select unnest($1::bigint[]) as task_id, "
        "unnest($2::bigint[]) - 1 as position) p where p.task_id = tasks.task_id",
        ids, before[: len(ids)],
    )  # fmt: skip
    tx.run("insert into moving (task_id, to_id, moves) select unnest($1::bigint[]), $2, true", ids, member_id)


def give_marked(tx: Transaction, now: datetime.datetime) -> dict[int, int]:
    """Give the marked tasks to whom they are marked for. The drafts go along; who had them keeps a copy.

    Of one of the copies of an asset they stay behind: nobody sees what somebody else answers. Gold goes along with the
    task before which it stands; it is returned how much, by member, with what :func:`bring_gold` marked.
    """
    golden = _take_gold_along(tx)
    tx.run(
        "insert into data.lapses select t.task_id, t.assignee_id, $1 from data.tasks t "
        "join moving m on m.task_id = t.task_id and m.moves where t.assignee_id is not null and t.opened is not null",
        now,
    )
    tx.run(
        "insert into data.member_drafts select d.task_id, m.to_id, d.revision, d.body, $1 from data.member_drafts d "
        "join moving m on m.task_id = d.task_id and m.assignee_id = d.member_id and m.moves "
        "join data.tasks t on t.task_id = d.task_id and t.copy is null "
        "where m.to_id is not null and m.to_id <> d.member_id on conflict do nothing",
        now,
    )
    with counts.changed(
        tx, "select campaign_id, asset_id from data.tasks t join moving m on m.task_id = t.task_id and m.moves"
    ):
        tx.run(
            "update data.tasks set assignee_id = m.to_id, leased_until = null, opened = null, touched = null "
            "from moving m where m.task_id = tasks.task_id and m.moves"
        )
    _take_gold_back(tx, now)
    tx.run("drop table moving")
    return golden


def _take_gold_along(tx: Transaction) -> dict[int, int]:
    """Mark the gold that stands just before a marked task of the same person, or else behind it, to go where that goes.

    So whoever gets a part of somebody's work gets that part of the gold, and the share holds for both. Gold that was
    opened stays, and so does an image that the other person has, or had, as gold. Return how much, by member.
    """
    tx.run(
        f"""
        insert into moving (task_id, assignee_id, to_id, moves)
        with theirs as (
          select t.task_id, t.campaign_id, t.step, t.assignee_id, t.asset_id, t.position, t.gold, t.opened
          from data.tasks t
          join (
            select distinct k.campaign_id, k.step, m.assignee_id from moving m
            join data.tasks k on k.task_id = m.task_id where m.moves and m.assignee_id is not null
          ) w on w.campaign_id = t.campaign_id and w.step = t.step and w.assignee_id = t.assignee_id
          where {OPEN}
        ), placed as (
          select *, coalesce(
            min(case when gold is null then position end) over (
              partition by campaign_id, step, assignee_id order by position
              rows between current row and unbounded following
            ),
            max(case when gold is null then position end) over (
              partition by campaign_id, step, assignee_id order by position
              rows between unbounded preceding and current row
            )
          ) as beside from theirs
        ), along as (
          select g.task_id, g.assignee_id, m.to_id,
                 row_number() over (partition by g.campaign_id, m.to_id, g.asset_id order by g.task_id) as nth
          from placed g join theirs t on t.campaign_id = g.campaign_id and t.step = g.step
            and t.assignee_id = g.assignee_id and t.position = g.beside and t.gold is null
          join moving m on m.task_id = t.task_id and m.moves
          where g.gold is not null and g.opened is null and not exists (
            select 1 from data.tasks o where o.campaign_id = g.campaign_id and o.asset_id = g.asset_id
              and o.gold is not null and o.assignee_id = m.to_id
          )
        )
        select task_id, assignee_id, to_id, true from along where to_id is null or nth = 1
        """
    )
    rows = tx.all(
        "select m.to_id, count(*) as n from moving m join data.tasks t on t.task_id = m.task_id "
        "where m.moves and t.gold is not null and m.to_id is not null group by 1"
    )
    return {row["to_id"]: row["n"] for row in rows}


def _take_gold_back(tx: Transaction, now: datetime.datetime) -> None:
    """Give the open gold of those to the queue to whom nothing else is left: what alone stayed could be told."""
    tx.run(
        f"""
        create or replace temp table left_alone as
        select t.task_id from data.tasks t join (
          select distinct k.campaign_id, k.step, m.assignee_id from moving m
          join data.tasks k on k.task_id = m.task_id where m.moves and m.assignee_id is not null
        ) w on w.campaign_id = t.campaign_id and w.step = t.step and w.assignee_id = t.assignee_id
        where t.gold is not null and {OPEN} and not exists (
          select 1 from data.tasks o where o.campaign_id = w.campaign_id and o.step = w.step
            and o.assignee_id = w.assignee_id and o.gold is null and o.state in ('in_progress', 'to_rework')
        )
        """
    )
    tx.run(
        "insert into data.lapses select t.task_id, t.assignee_id, $1 from data.tasks t "
        "where t.task_id in (select task_id from left_alone) and t.opened is not null",
        now,
    )
    with counts.changed(
        tx, "select campaign_id, asset_id from data.tasks where task_id in (select task_id from left_alone)"
    ):
        tx.run(
            "update data.tasks set assignee_id = null, leased_until = null, opened = null, touched = null "
            "where task_id in (select task_id from left_alone)"
        )
    tx.run("drop table left_alone")


def restart(
    tx: Transaction, campaign_id: int, step: int, tasks: list[int], member_id: int | None, now: datetime.datetime
) -> None:
    """Send assets that left the workflow back to a step, to a member or its queue: ``tasks`` are their current ones."""
    with counts.changed(tx, counts.OF_TASKS, tasks):
        tx.run(
            """
            insert into data.tasks
            select nextval('data.ids'), $1, t.asset_id, $2, 1 + coalesce(b.times, 0), 'to_rework', null, $3, t.position,
                   true, 0, $4, null, null, null, null, null, null, 0, 0, null, null
            from (select * from data.tasks where task_id in (select unnest($5::bigint[])) order by position) t
            left join (
              select asset_id, count(*) as times from data.tasks where campaign_id = $1 and step = $2 group by 1
            ) b on b.asset_id = t.asset_id
            order by t.position
            """,
            campaign_id, step, member_id, now, tasks,
        )  # fmt: skip
        tx.run("update data.tasks set is_current = false where task_id in (select unnest($1::bigint[]))", tasks)


def by_copies(tx: Transaction, tasks: list[int], step: int) -> tuple[list[int], list[int]]:
    """Return those of some tasks whose assets one person annotated at a step, and those for which several answered."""
    rows = tx.all(
        "select distinct t.task_id from data.tasks t join data.tasks o on o.campaign_id = t.campaign_id "
        "and o.asset_id = t.asset_id and o.step = $2 and o.copy is not null "
        "where t.task_id in (select unnest($1::bigint[]))",
        tasks, step,
    )  # fmt: skip
    together = {r["task_id"] for r in rows}
    return [t for t in tasks if t not in together], [t for t in tasks if t in together]


def discard(tx: Transaction, tasks: list[int], note: str, now: datetime.datetime) -> None:
    """End tasks as discarded."""
    with counts.changed(tx, counts.OF_TASKS, tasks):
        tx.run(
            "update data.tasks set state = 'skipped', outcome = 'discarded', status = 'discarded', closed = $2, "
            "note = $3, leased_until = null, opened = coalesce(opened, $2), touched = $2 "
            "where task_id in (select unnest($1::bigint[]))",
            tasks, now, note,
        )  # fmt: skip


def left_of_job(tx: Transaction, campaign_id: int, step: int, member_id: int, outcomes: list[str]) -> list[int]:
    """Return the current tasks, in order, of the assets of a job that left the workflow in one of these ways."""
    rows = tx.all(
        """
        select t.task_id from data.tasks t
        join (
          select asset_id, arg_max(assignee_id, task_id) as member_id from data.tasks
          where campaign_id = $1 and step = $2 and assignee_id is not null group by asset_id, copy
        ) b on b.asset_id = t.asset_id and b.member_id = $3
        where t.campaign_id = $1 and t.is_current and t.state = 'skipped' and list_contains($4, t.outcome)
        order by t.position
        """,
        campaign_id, step, member_id, outcomes,
    )  # fmt: skip
    return [r["task_id"] for r in rows]


class Drawn(Struct, frozen=True):
    """What checking an open task takes: the assignee's draft (revision 0: none), the asset, its last revision."""

    task_id: int
    asset_id: int
    name: str
    width: int
    height: int
    revision: int
    body: str | None
    latest_id: int | None


def drawn(tx: Transaction, campaign_id: int, version_id: int, tasks: list[int]) -> list[Drawn]:
    """Return what checking open tasks takes, in their order."""
    return tx.read(
        Drawn,
        """
        select t.task_id, t.asset_id, a.name, a.width, a.height,
               coalesce(d.revision, 0) as revision, d.body, h.annotation_id as latest_id
        from data.tasks t
        left join data.version_heads h on h.version_id = $2 and h.asset_id = t.asset_id
        join data.assets a on a.asset_id = t.asset_id
        left join data.member_drafts d on d.task_id = t.task_id and d.member_id = t.assignee_id
        where t.campaign_id = $1 and list_contains($3, t.task_id) order by t.position, t.task_id
        """,
        campaign_id, version_id, tasks,
    )  # fmt: skip


def held(tx: Transaction, campaign_id: int, step: int, member_id: int) -> list[int]:
    """Return the open tasks of a member at a step, in the order of the campaign."""
    rows = tx.all(
        f"select t.task_id from data.tasks t where t.campaign_id = $1 and t.step = $2 and t.assignee_id = $3 "
        f"and {OPEN} order by t.position, t.task_id",
        campaign_id, step, member_id,
    )  # fmt: skip
    return [r["task_id"] for r in rows]
