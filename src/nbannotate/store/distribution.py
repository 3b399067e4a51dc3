"""First tasks of assets, and who gets them: dealt in one go, in blocks of the campaign's order."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence

import msgspec

from nbannotate.model import CampaignSpec
from nbannotate.rules.attribution import deal, place, within
from nbannotate.rules.copies import Lot
from nbannotate.rules.entry import entry, passing_tasks
from nbannotate.rules.gold import Lot as GoldLot
from nbannotate.rules.gold import dealt, queued, step_of
from nbannotate.store import batches, campaigns, counts, gold, people, staging
from nbannotate.store.campaigns import OPEN, UNSTARTED
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction

#: So many tasks are made between two reports.
CHUNK = 5_000


def starts(tx: Transaction, campaign_id: int) -> dict[int, int]:
    """Return how many assets of a launched campaign began at each step; those that were done at once are left out."""
    rows = tx.all(
        """
        select step, count(*) as n from (
          select arg_min(step, task_id) as step, arg_min(coalesce(outcome, ''), task_id) as outcome
          from data.tasks where campaign_id = $1 and gold is null group by asset_id
        ) where outcome <> 'existing' group by 1
        """,
        campaign_id,
    )
    return {row["step"]: row["n"] for row in rows}


def expected(tx: Transaction, campaign_id: int, spec: CampaignSpec) -> list[int]:
    """Return how many tasks of a launched campaign pass each step in all."""
    return tx.once(("expected", campaign_id), lambda: passing_tasks(spec, starts(tx, campaign_id)))


def assigned(tx: Transaction, campaign_id: int, step: int, *, but: str = "false") -> dict[int, int]:
    """Return how many assets each member has or had at a step; tasks ``t`` of which ``but`` holds do not count."""
    rows = tx.all(
        f"select assignee_id, count(distinct asset_id) as n from data.tasks t "
        f"where campaign_id = $1 and step = $2 and assignee_id is not null and gold is null and not ({but}) group by 1",
        campaign_id,
        step,
    )
    return {row["assignee_id"]: row["n"] for row in rows}


def shares(tx: Transaction, spec: CampaignSpec, step: int) -> dict[int, float] | None:
    """Return the weight of each member of a step, by id; None for a queue."""
    at = spec.workflow.steps[step]
    if at.attribution == "queue":
        return None
    ids = {login: member_id for member_id, login in people.logins(tx).items()}
    return {ids[login]: weight for login, weight in at.shares.items()}


def _active_shares(tx: Transaction, spec: CampaignSpec, step: int) -> dict[int, float] | None:
    """Return the weight of each member of a step whose account is open; None for a queue, or if there is none."""
    active = {member.member_id for member in people.members(tx) if member.active}
    return {m: weight for m, weight in (shares(tx, spec, step) or {}).items() if m in active} or None


def first_tasks(
    tx: Transaction,
    campaign_id: int,
    spec: CampaignSpec,
    now: datetime.datetime,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Create the first task of every asset of the temporary table ``chosen``, in its order, and return how many.

    Assets that are dealt go out in contiguous blocks, one for each person, so that what belongs together stays
    together as far as exact shares allow.
    """
    _place_first(tx, spec)
    try:
        return _insert(tx, campaign_id, campaign_id, spec, now, report, lambda: None, [])
    finally:
        tx.run("drop table first_tasks")


def stage_first_tasks(
    stage: Stage,
    campaign_id: int,
    spec: CampaignSpec,
    now: datetime.datetime,
    report: Callable[[int, int], None] = lambda done, total: None,
    images: Sequence[tuple[int, int, str]] = (),
    under: int | None = None,
) -> int:
    """Do as :func:`first_tasks`, in pieces; the tasks are the campaign's after :func:`reveal_tasks`.

    They stand under the batch, or ``under`` an id that was reserved: that of a campaign which is not there as yet.
    ``images`` can be gold (:func:`nbannotate.store.gold.assets`): some of it is mixed in, and is not counted.
    """
    _place_first(stage, spec)
    made = _insert(stage, campaign_id, under or stage.batch_id, spec, now, report, stage.piece, images)
    stage.run("drop table first_tasks")
    return made


def count_copied(tx: Transaction, spec: CampaignSpec, step: int) -> int:
    """Return of how many assets of the table ``chosen`` that begin at a step there are copies."""
    begin, lot = entry(spec), Lot(spec, step)
    return int(tx.value(
        "select count(*) from chosen c join data.assets a on a.asset_id = c.asset_id where md5($1 || a.name) < $2 and "
        "((c.annotated and $3) or (not c.annotated and $4))",
        lot.key, lot.below, begin.annotated == step and not begin.done, begin.plain == step,
    ))  # fmt: skip


def reveal_tasks(tx: Transaction, batch_id: int, campaign_id: int) -> None:
    """Give the staged tasks to a campaign; those that stand under its id are its own already."""
    if batch_id != campaign_id:
        tx.run("update data.tasks set campaign_id = $2 where campaign_id = $1", batch_id, campaign_id)
        counts.reveal(tx, batch_id, campaign_id)
    staging.keep(tx, batch_id)


def _place_first(tx: Transaction, spec: CampaignSpec) -> None:
    """Make the table ``first_tasks``: at which step each chosen asset begins, in how many copies, and its place."""
    begin = entry(spec)
    lots = [
        {"step": i, "key": lot.key, "below": lot.below, "copies": lot.copies}
        for i in sorted({begin.annotated, begin.plain or 0})
        if (lot := Lot(spec, i)).copies > 1
    ]
    tx.run(
        """
        create or replace temp table first_tasks as
        select asset_id, place, step, done, copies,
               row_number() over (partition by step, done, copies order by place) - 1 as nth
        from (
          select c.asset_id, c.place, c.step, c.done,
                 case when l.step is not null and not c.done and md5(l.key || a.name) < l.below then l.copies else 1 end
                   as copies
          from (
            select asset_id, row_number() over (order by rank) - 1 as place,
                   case when annotated then $1 else $2 end as step, annotated and $3 as done
            from chosen where annotated or $2 is not null
          ) c join data.assets a on a.asset_id = c.asset_id
          left join (
            select unnest(from_json($4,
              '[{"step":"INTEGER","key":"VARCHAR","below":"VARCHAR","copies":"INTEGER"}]'), recursive := true)
          ) l on l.step = c.step
        )
        """,
        begin.annotated, begin.plain, begin.done, json.dumps(lots),
    )  # fmt: skip


def _insert(
    tx: Transaction,
    campaign_id: int,
    under: int,
    spec: CampaignSpec,
    now: datetime.datetime,
    report: Callable[[int, int], None],
    piece: Callable[[], None],
    images: Sequence[tuple[int, int, str]],
) -> int:
    """Insert the tasks of the table ``first_tasks`` under an id, and return how many.

    Where a campaign has gold, every other position is free for it.
    """
    begin = entry(spec)
    before = tx.value("select coalesce(max(position) + 1, 0) from data.tasks where campaign_id = $1", campaign_id)
    runs = _blocks(tx, campaign_id, spec)
    blocks = json.dumps(runs)
    has_gold = spec.workflow.gold is not None
    _mix(tx, _lots(tx, campaign_id, spec, runs, images), blocks)
    total = int(tx.value("select count(*) from first_tasks"))
    most = int(tx.value("select coalesce(max(copies), 1) from first_tasks"))
    for low in range(0, total, CHUNK):
        tx.run(
            """
            insert into data.tasks
            select nextval('data.ids'), * from (
            select $1, f.asset_id, f.step, 1,
                   case when f.done then 'done' else 'in_progress' end, case when f.done then 'existing' end,
                   b.member_id, $2 + (f.place + $9) * (1 + $9) - $9 as position, f.copy = 1, 0, $3,
                   cast(null as timestamp), cast(null as timestamp), case when f.done then $3 end,
                   case when f.done then $4 end, cast(null as timestamp), null, 0, 0,
                   case when f.copies > 1 then f.copy end as copy, cast(null as bigint)
            from (
              select t.*, k.copy from (select * from first_tasks where place >= $5 and place < $6 order by place) t
              join (select unnest(range(1, $8)) as copy) k on k.copy <= t.copies
            ) f
            left join (
              select unnest(from_json($7,
                '[{"step":"INTEGER","copies":"INTEGER","low":"BIGINT","high":"BIGINT","member_id":"BIGINT",
                  "round":"BIGINT"}]'), recursive := true)
            ) b on b.step = f.step and not f.done and b.copies = f.copies
              and (f.copy - 1) * b.round + f.nth >= b.low and (f.copy - 1) * b.round + f.nth < b.high
            union all
            select $1, asset_id, 0, 1, 'in_progress', null, member_id, $2 + 2 * place, false, 0, $3, null, null, null,
                   null, null, null, 0, 0, copy, known_id
            from gold_lots where place >= $5 and place < $6
            order by position, copy)
            """,
            under, before, now, begin.status, low, low + CHUNK, blocks, most + 1, int(has_gold),
        )  # fmt: skip
        piece()
        report(min(low + CHUNK, total), total)
    counts.count_new(tx, under, before)
    tx.memo.pop(("expected", campaign_id), None)
    tx.run("drop table gold_lots")
    return total


def _lots(
    tx: Transaction,
    campaign_id: int,
    spec: CampaignSpec,
    runs: list[dict[str, int]],
    images: Sequence[tuple[int, int, str]],
) -> list[GoldLot]:
    """Return the gold that goes with the table ``first_tasks``."""
    step = step_of(spec)
    if step is None or not images:
        return []
    had = gold.had(tx, campaign_id, step)
    share: dict[int, int] = {}
    for run in runs:
        if run["step"] == step:
            share[run["member_id"]] = share.get(run["member_id"], 0) + run["high"] - run["low"]
    if share:
        return dealt(spec, images, share, had)
    tasks = int(tx.value("select coalesce(sum(copies), 0) from first_tasks where step = $1 and not done", step))
    return queued(spec, images, tasks, len(campaigns.workers(tx, campaign_id).get(step, ())), had)


def _mix(tx: Transaction, lots: list[GoldLot], blocks: str) -> None:
    """Make the table ``gold_lots``: gold, and the place of the task in ``first_tasks`` before which it stands."""
    tx.run(
        """
        create or replace temp table gold_lots as
        with lots as (
          select unnest(from_json($1, '[{"asset_id":"BIGINT","known_id":"BIGINT","copy":"INTEGER","member_id":"BIGINT",
            "before":"BIGINT"}]'), recursive := true)
        ), theirs as (
          select b.member_id, f.place,
                 row_number() over (partition by b.member_id order by f.place, f.copy) - 1 as nth
          from (
            select t.*, k.copy from first_tasks t join (select unnest(range(1, 21)) as copy) k on k.copy <= t.copies
            where t.step = 0 and not t.done and (select count(*) from lots) > 0
          ) f
          left join (
            select unnest(from_json($2,
              '[{"step":"INTEGER","copies":"INTEGER","low":"BIGINT","high":"BIGINT","member_id":"BIGINT",
                "round":"BIGINT"}]'), recursive := true)
          ) b on b.step = f.step and b.copies = f.copies
            and (f.copy - 1) * b.round + f.nth >= b.low and (f.copy - 1) * b.round + f.nth < b.high
        )
        select l.asset_id, l.known_id, l.copy, l.member_id, t.place
        from lots l join theirs t on t.member_id is not distinct from l.member_id and t.nth = l.before
        """,
        msgspec.json.encode(lots).decode(), blocks,
    )  # fmt: skip


def _blocks(tx: Transaction, campaign_id: int, spec: CampaignSpec) -> list[dict[str, int]]:
    """Return which run of the new tasks of a step goes to whom.

    Those with copies are counted copy by copy: the first of all assets, then the second, and so on. No run is longer
    than a round of all assets, so that none has two copies of one.
    """
    coming: dict[int, dict[int, int]] = {}
    for row in tx.all("select step, copies, count(*) as n from first_tasks where not done group by 1, 2 order by 1, 2"):
        coming.setdefault(row["step"], {})[row["copies"]] = row["n"]
    begun = starts(tx, campaign_id)
    for step, its in coming.items():
        begun[step] = begun.get(step, 0) + sum(its.values())
    pass_through = passing_tasks(spec, begun)
    blocks = []
    for step, its in coming.items():
        weights = _active_shares(tx, spec, step)
        if weights is None:
            continue
        tasks = sum(copies * n for copies, n in its.items())
        room = deal(weights, pass_through[step], assigned(tx, campaign_id, step), tasks)
        for copies, n in sorted(its.items(), reverse=True):
            parts = within(copies * n, room, n)
            low = 0
            for member_id, count in parts.items():
                room[member_id] -= count
                if count:
                    high = low + count
                    blocks.append(
                        {"step": step, "copies": copies, "low": low, "high": high, "member_id": member_id, "round": n}
                    )
                low += count
    return blocks


def deal_again(tx: Transaction, campaign_id: int, spec: CampaignSpec, step: int, now: datetime.datetime) -> None:
    """Deal the tasks of a step that nobody has begun as the spec says, or give them to the queue.

    Who has a task keeps it as far as the share allows; who annotated an asset gets it at a later step only if nobody
    else has room.
    """
    weights = _active_shares(tx, spec, step)
    if weights is None:
        tx.run(
            f"create or replace temp table moving as select t.task_id, t.assignee_id, cast(null as bigint) as to_id, "
            f"true as moves from data.tasks t where t.campaign_id = $1 and t.step = $2 and {UNSTARTED} "
            f"and t.assignee_id is not null and t.gold is null",
            campaign_id, step,
        )  # fmt: skip
        batches.give_marked(tx, now)
        return
    held = _wait(tx, campaign_id, step)
    total = expected(tx, campaign_id, spec)[step]
    has = assigned(tx, campaign_id, step, but=UNSTARTED)
    room = deal(weights, total, has, sum(held.values()))
    kept = {m: min(n, held.get(m, 0)) for m, n in room.items()}
    tx.run(
        """
        create or replace temp table rest as
        select w.task_id, w.assignee_id, w.annotators, w.place,
               row_number() over (partition by w.annotators order by w.place) - 1 as nth
        from waiting w left join (
          select unnest(from_json($1, '[{"member_id":"BIGINT","kept":"BIGINT"}]'), recursive := true)
        ) k on k.member_id = w.assignee_id where k.member_id is null or w.nth > k.kept
        """,
        json.dumps([{"member_id": m, "kept": n} for m, n in kept.items()]),
    )
    groups = {
        row["annotators"]: row["n"]
        for row in tx.all("select annotators, count(*) as n from rest group by 1 order by min(place)")
    }
    who = {text: frozenset(map(int, text.split())) for text in groups}
    parts = place({m: n - kept[m] for m, n in room.items()}, [(who[text], n) for text, n in groups.items()])
    blocks = []
    for text, part in zip(groups, parts, strict=True):
        low = 0
        for member_id, n in part.items():
            blocks.append({"annotators": text, "low": low, "high": low + n, "member_id": member_id})
            low += n
    tx.run(
        """
        create or replace temp table moving as
        select r.task_id, r.assignee_id, b.member_id as to_id, true as moves from rest r join (
          select unnest(from_json($1,
            '[{"annotators":"VARCHAR","low":"BIGINT","high":"BIGINT","member_id":"BIGINT"}]'), recursive := true)
        ) b on b.annotators = r.annotators and r.nth >= b.low and r.nth < b.high
        """,
        json.dumps(blocks),
    )
    tx.run("drop table waiting")
    tx.run("drop table rest")
    batches.keep_apart(tx)
    batches.give_marked(tx, now)


def _wait(tx: Transaction, campaign_id: int, step: int) -> dict[int | None, int]:
    """Make the table ``waiting`` of a step's tasks that nobody has begun; return how many each assignee has of them.

    ``annotators`` are those who worked on the asset at the annotation steps before, as a text; ``place`` counts in the
    order of the campaign, ``nth`` for each assignee.
    """
    tx.run(
        f"""
        create or replace temp table waiting as
        select t.task_id, t.assignee_id, coalesce(a.annotators, '') as annotators,
               row_number() over (order by t.copy nulls last, t.position, t.task_id) as place,
               row_number() over (partition by t.assignee_id order by t.copy nulls last, t.position, t.task_id) as nth
        from data.tasks t left join (
          select asset_id, string_agg(cast(assignee_id as varchar), ' ' order by assignee_id) as annotators from (
            select distinct b.asset_id, b.assignee_id from data.tasks b
            join data.steps s on s.campaign_id = b.campaign_id and s.step = b.step and s.kind = 'annotation'
            where b.campaign_id = $1 and b.step < $2 and b.assignee_id is not null
          ) group by 1
        ) a on a.asset_id = t.asset_id
        where t.campaign_id = $1 and t.step = $2 and {UNSTARTED} and t.gold is null
        """,
        campaign_id, step,
    )  # fmt: skip
    return {r["assignee_id"]: r["n"] for r in tx.all("select assignee_id, count(*) as n from waiting group by 1")}


def outlook(tx: Transaction, campaign_id: int, spec: CampaignSpec, step: int, *, again: bool = False) -> dict[str, int]:
    """Return how many assets of a running campaign each assignee of a step has, had, or gets; empty for a queue.

    An asset that left the workflow before the step does not come. ``again`` counts as if what nobody has begun were
    dealt as the spec says (:func:`deal_again`).
    """
    weights = shares(tx, spec, step)
    if weights is None:
        return {}
    but = UNSTARTED if again else "false"
    has = assigned(tx, campaign_id, step, but=but)
    coming = tx.value(
        f"""
        select count(*) from data.tasks t
        where t.campaign_id = $1 and t.is_current and {OPEN} and t.step <= $2 and t.asset_id not in (
          select t.asset_id from data.tasks t
          where t.campaign_id = $1 and t.step = $2 and t.assignee_id is not null and not ({but})
        )
        """,
        campaign_id,
        step,
    )
    active = {m.member_id for m in people.members(tx) if m.active}
    can = {m: weight for m, weight in weights.items() if m in active}
    total = passing_tasks(spec, starts(tx, campaign_id))[step]
    gets = deal(can, total, has, coming) if can else {}
    names = people.logins(tx)
    return {names[m]: has.get(m, 0) + gets.get(m, 0) for m in weights}
