"""Assets that go from one campaign to another: which may go, and taking them into another version."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import Any

from nbannotate.store.arriving import order_sequences
from nbannotate.store.engine import Transaction


def end(tx: Transaction, *, name: str | None = None, campaign_id: int | None = None) -> dict[str, Any] | None:
    """Return one end of a chain, by name or id: the campaign's row, and dataset_id and state of its version."""
    return tx.one(
        """
        select c.campaign_id, c.name, c.version_id, c.launched, c.archived, v.dataset_id, v.state
        from data.campaigns c join data.versions v on v.version_id = c.version_id
        where c.name = $1 or c.campaign_id = $2
        """,
        name,
        campaign_id,
    )


def standing(tx: Transaction, campaign_id: int) -> list[dict[str, Any]]:
    """Return where each asset of a campaign stands (asset_id, asset, state, status), in the order of the campaign."""
    return tx.all(
        """
        select s.asset_id, s.asset, s.state, s.status from asset_states s
        join data.tasks t on t.campaign_id = s.campaign_id and t.asset_id = s.asset_id and t.is_current
        where s.campaign_id = $1 order by t.position, t.task_id
        """,
        campaign_id,
    )


def statuses(tx: Transaction, campaign_id: int, asset_id: int | None = None) -> dict[int, set[str]]:
    """Return, by asset, what each step of a campaign called it last, at whichever step it is now."""
    rows = tx.all(
        """
        select asset_id, step, max_by(status, task_id) as status from data.tasks
        where campaign_id = $1 and ($2 is null or asset_id = $2) and closed is not null and status <> 'returned'
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
    tx.run("create or replace temp table carried as select unnest($1::bigint[]) as asset_id", list(asset_ids))
    tx.run(
        """
        insert into data.version_assets
        select $2, c.asset_id, row_number() over (order by v.position) - 1
               + (select coalesce(max(position) + 1, 0) from data.version_assets where version_id = $2)
        from carried c join data.version_assets v on v.asset_id = c.asset_id and v.version_id = $1
        where not exists (select 1 from data.version_assets w where w.version_id = $2 and w.asset_id = c.asset_id)
        """,
        from_version,
        to_version,
    )
    in_sequences = "select count(a.sequence) from carried c join data.assets a on a.asset_id = c.asset_id"
    if len(asset_ids) > 1 and tx.value(in_sequences):
        order_sequences(tx, to_version)
    tx.run(
        """
        create or replace temp table copied as
        select nextval('data.ids') as annotation_id, l.annotation_id as original from (
          select n.asset_id, max(n.annotation_id) filter (where n.version_id = $1) as annotation_id,
                 max(n.annotation_id) filter (where n.version_id = $2) as there
          from data.annotations n join carried c on c.asset_id = n.asset_id
          where n.version_id in ($1, $2) group by 1
        ) l where l.annotation_id > coalesce(l.there, -1)
        """,
        from_version,
        to_version,
    )
    tx.run(
        """
        insert into data.annotations
        select c.annotation_id, $1, n.asset_id, null, null, $2, $3, n.nothing_to_label, n.tags, $4, n.tag_attributes,
               n.origin
        from copied c join data.annotations n on n.annotation_id = c.original
        """,
        to_version, member_id, source, now,
    )  # fmt: skip
    tx.run(
        "insert into data.shapes select c.annotation_id, s.* exclude (annotation_id) "
        "from copied c join data.shapes s on s.annotation_id = c.original"
    )
    tx.run("drop table copied")
    tx.run("drop table carried")
