"""Assets that go from one campaign to another: which may go, and taking them into another version."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from msgspec import Struct

from nbannotate.store import importing, layers, places, staging
from nbannotate.store.importing import Arrived
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import LISTED, Transaction

#: So many assets are written in one piece.
PIECE = 5_000


class Staged(Struct, frozen=True):
    """What was staged for a version: how much, and what its places go by."""

    arrived: Arrived
    ground: str


#: What each step of the campaign $1 called an asset last, at whichever step it is now.
_CALLED = """
    select asset_id, step, max_by(status, task_id) as status from data.tasks
    where campaign_id = $1 and closed is not null and status <> 'returned' and gold is null group by 1, 2
"""


class End(Struct, frozen=True):
    """One end of a chain: a campaign, and the dataset and the state of its version."""

    campaign_id: int
    name: str
    version_id: int
    launched: datetime.datetime | None
    archived: datetime.datetime | None
    dataset_id: int
    state: str


class Mark(Struct, frozen=True):
    """What differs if assets cannot be sent as they were."""

    sent: int
    said: str
    there: int
    inside: int


def end(tx: Transaction, *, name: str | None = None, campaign_id: int | None = None) -> End | None:
    """Return one end of a chain, by name or id."""
    return tx.read_one(
        End,
        """
        select c.campaign_id, c.name, c.version_id, c.launched, c.archived, v.dataset_id, v.state
        from data.campaigns c join data.versions v on v.version_id = c.version_id
        where c.name = $1 or c.campaign_id = $2
        """,
        name,
        campaign_id,
    )


def choose(tx: Transaction, campaign_id: int, asset_ids: str | None, status: str | None, own: bool) -> None:
    """Make the table ``sent`` of assets of a campaign, and where they stand.

    These (:func:`nbannotate.store.transaction.id_list`), or all; with a status, those that have left the campaign with
    it, or, if it is a step's own, that any step called so last.
    """
    tx.run(
        f"""
        create or replace temp table sent as
        select s.asset_id, t.task_id, s.asset, s.state, t.position from asset_states s
        join data.tasks t on t.campaign_id = s.campaign_id and t.asset_id = s.asset_id and t.is_current
        where s.campaign_id = $1 and ($2 is null or s.asset_id in {LISTED.format("$2")})
          and ($3 is null or (s.state in ('done', 'skipped') and (s.status = $3 or ($4 and s.asset_id in (
            select asset_id from ({_CALLED}) where status = $3
          )))))
        """,
        campaign_id, asset_ids, status, own,
    )  # fmt: skip


def strangers(tx: Transaction, campaign_id: int, asset_ids: str) -> list[int]:
    """Return which of some assets (:func:`nbannotate.store.transaction.id_list`) are not in a campaign."""
    rows = tx.all(
        f"select i.asset_id from {LISTED.format('$2')} i(asset_id) where i.asset_id not in "
        "(select asset_id from data.tasks where campaign_id = $1 and is_current)",
        campaign_id,
        asset_ids,
    )
    return [row["asset_id"] for row in rows]


def at_work(tx: Transaction, most: int) -> tuple[int, list[str]]:
    """Return how many assets of the table ``sent`` have not left the campaign, and the names of the first ones."""
    rows = tx.all(
        "select asset, count(*) over () as n from sent where state not in ('done', 'skipped') "
        "order by position, task_id limit $1",
        most,
    )
    return (rows[0]["n"] if rows else 0), [row["asset"] for row in rows]


def listed(tx: Transaction) -> tuple[int, str, str]:
    """Return how many are in the table ``sent``, their current tasks, and their ids, each as one text."""
    row = tx.one(
        "select count(*) as n, '[' || coalesce(string_agg(cast(task_id as varchar), ','), '') || ']' as tasks, "
        "'[' || coalesce(string_agg(cast(asset_id as varchar), ','), '') || ']' as assets from sent"
    )
    assert row is not None
    return row["n"], row["tasks"], row["assets"]


def leave_out(tx: Transaction, campaign_id: int, version_id: int) -> int:
    """Take out of the table ``sent`` what is in a campaign; return how many of the others are not in a version."""
    tx.run("delete from sent where asset_id in (select asset_id from data.tasks where campaign_id = $1)", campaign_id)
    return int(tx.value(
        "select count(*) from sent where asset_id not in "
        "(select asset_id from data.version_assets where version_id = $1)",
        version_id,
    ))  # fmt: skip


def statuses(tx: Transaction, campaign_id: int, asset_id: int | None = None) -> dict[int, set[str]]:
    """Return, by asset, what each step of a campaign called it last, at whichever step it is now."""
    rows = tx.all(
        """
        select asset_id, step, max_by(status, task_id) as status from data.tasks
        where campaign_id = $1 and ($2 is null or asset_id = $2) and closed is not null and status <> 'returned'
          and gold is null
        group by 1, 2
        """,
        campaign_id,
        asset_id,
    )
    found: dict[int, set[str]] = {}
    for row in rows:
        found.setdefault(row["asset_id"], set()).add(row["status"])
    return found


def lacking(tx: Transaction, version_id: int, asset_ids: Collection[int]) -> int:
    """Return how many of some assets are not in a version."""
    there = tx.value(
        "select count(*) from data.version_assets where version_id = $1 and asset_id in (select unnest($2::bigint[]))",
        version_id,
        list(asset_ids),
    )
    return len(set(asset_ids)) - int(there)


def inside(tx: Transaction, campaign_id: int, asset_ids: Collection[int]) -> set[int]:
    """Return which of some assets are in a campaign, or were."""
    rows = tx.all(
        "select distinct asset_id from data.tasks where campaign_id = $1 and asset_id in (select unnest($2::bigint[]))",
        campaign_id,
        list(asset_ids),
    )
    return {row["asset_id"] for row in rows}


def mark(tx: Transaction, tasks: str, from_version: int, to_version: int, to_campaign: int) -> Mark:
    """Return what differs if assets cannot be sent as they were: those of so many current tasks (a JSON list of ids).

    How many have still left the campaign, what is said of them in both versions, and how many the other end has.
    """
    found = tx.read_one(
        Mark,
        f"""
        with those as (
          select asset_id from data.tasks
          where task_id in {LISTED.format("$1")} and is_current and state in ('done', 'skipped')
        )
        select (select count(*) from those) as sent,
               (select concat_ws(' ', count(*), sum(n.annotation_id)) from data.version_heads n
                where n.version_id in ($2, $3) and n.asset_id in (select asset_id from those)) as said,
               (select count(*) from data.version_assets v
                where v.version_id = $3 and v.asset_id in (select asset_id from those)) as there,
               (select count(distinct t.asset_id) from data.tasks t
                where t.campaign_id = $4 and t.asset_id in (select asset_id from those)) as inside
        """,
        tasks, from_version, to_version, to_campaign,
    )  # fmt: skip
    assert found is not None
    return found


def carry(
    tx: Transaction,
    from_version: int,
    to_version: int,
    asset_ids: Collection[int],
    member_id: int,
    source: str,
    now: datetime.datetime,
) -> None:
    """Take assets into another version, each with its latest annotation as a new revision.

    An annotation that is older than what the other version has already is not taken along. Several frames come to
    their place in their sequences; a single one stands last until then, because renumbering a large version for each
    would take a second. Campaigns order frames by themselves.
    """
    tx.run("create or replace temp table sent as select unnest($1::bigint[]) as asset_id", list(asset_ids))
    revisions = _mark(tx, from_version, to_version)
    tx.run(
        "insert into data.layer_assets select $1, asset_id, $2 + place, null, 1, $3 from carried order by place",
        layers.top(tx, to_version), places.after(tx, to_version), now,
    )  # fmt: skip
    layers.settle(tx, to_version)
    frames = "select count(a.sequence) from sent c join data.assets a on a.asset_id = c.asset_id"
    if len(asset_ids) > 1 and tx.value(frames):
        places.order(tx, to_version)
    _write_revisions(tx, to_version, member_id, source, now, 0, revisions)
    layers.show_copied(tx, to_version)
    _forget_marked(tx)


def stage(
    stage: Stage,
    from_version: int,
    to_version: int,
    member_id: int,
    source: str,
    now: datetime.datetime,
) -> Staged:
    """Do so with the assets of the table ``sent``, in pieces; they come into the version with :func:`reveal`."""
    revisions = _mark(stage, from_version, to_version)
    ground = stage_places(stage, to_version, now)
    for low in range(0, revisions, importing.PIECE):
        _write_revisions(stage, stage.batch_id, member_id, source, now, low, low + importing.PIECE)
        stage.piece()
    _forget_marked(stage)
    return Staged(importing.finish(stage), ground)


def stage_places(stage: Stage, version_id: int, now: datetime.datetime) -> str:
    """Write, in pieces, where the assets of the table ``carried`` will stand in a version; return what this goes by."""
    ground = places.stage(stage, version_id, "carried", alone=True)
    these = "p.asset_id in (select asset_id from carried where place >= $3 and place < $4)"
    for low in range(0, int(stage.value("select count(*) from carried")), PIECE):
        places.write(stage, these, now, low, low + PIECE)
        stage.piece()
    places.write_moved(stage, now, PIECE)
    return ground


def reveal(tx: Transaction, batch_id: int, version_id: int, staged: Staged) -> None:
    """Give assets and annotations that were staged to a version; many become a layer of it."""
    if staged.arrived.large:
        layers.put_on(tx, version_id, batch_id)
    else:
        layers.show_batch(tx, version_id, batch_id)
        places.take_in(tx, batch_id, version_id, staged.ground)
        tx.run("update data.annotations set version_id = $2 where version_id = $1", batch_id, version_id)
    staging.keep(tx, batch_id)


def attempt(stage: Stage, version_id: int, staged: Staged) -> None:
    """Do so in a trial."""
    layers.put_on(stage, version_id, stage.batch_id)
    if not staged.arrived.large:
        layers.try_batch(stage, version_id, stage.batch_id)


def _mark(tx: Transaction, from_version: int, to_version: int) -> int:
    """Make the tables ``carried``, of assets sent that a version lacks, and ``copied``, of revisions; count these."""
    tx.run(
        """
        create or replace temp table carried as
        select c.asset_id, a.name, a.sequence, a.moment, row_number() over (order by v.position) - 1 as place
        from sent c join data.version_assets v on v.asset_id = c.asset_id and v.version_id = $1
        join data.assets a on a.asset_id = c.asset_id
        where not exists (select 1 from data.version_assets w where w.version_id = $2 and w.asset_id = c.asset_id)
        """,
        from_version,
        to_version,
    )
    tx.run(
        """
        create or replace temp table copied as
        select nextval('data.ids') as annotation_id, l.annotation_id as original, row_number() over () - 1 as place
        from (
          select n.asset_id, max(n.annotation_id) filter (where n.version_id = $1) as annotation_id,
                 max(n.annotation_id) filter (where n.version_id = $2) as there
          from data.version_heads n join sent c on c.asset_id = n.asset_id
          where n.version_id in ($1, $2) group by 1
        ) l where l.annotation_id > coalesce(l.there, -1)
        """,
        from_version,
        to_version,
    )
    return int(tx.value("select count(*) from copied"))


def _forget_marked(tx: Transaction) -> None:
    for table in ("sent", "carried", "copied"):
        tx.run(f"drop table {table}")


def _write_revisions(
    tx: Transaction, under: int, member_id: int, source: str, now: datetime.datetime, low: int, high: int
) -> None:
    these = f"(select * from copied where place >= {low} and place < {high})"
    tx.run(
        f"""
        insert into data.annotations
        select c.annotation_id, $1, n.asset_id, null, null, $2, $3, n.nothing_to_label, n.tags, $4, n.tag_attributes,
               n.origin, n.shapes
        from {these} c join data.annotations n on n.annotation_id = c.original order by c.place
        """,
        under, member_id, source, now,
    )  # fmt: skip
    tx.run(
        f"insert into data.shapes select c.annotation_id, s.* exclude (annotation_id) "
        f"from {these} c join data.shapes s on s.annotation_id = c.original"
    )
