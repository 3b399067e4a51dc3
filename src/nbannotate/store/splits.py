"""Splits of versions: sets that never change, and which one a version has."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from nbannotate.store import staging
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction, quoted

#: So many assets are written in one piece.
PIECE = 10_000

#: The assets that come with a batch ($2).
_STAGED = "(select asset_id from data.layer_assets where layer_id = $2 and effect = 1)"


def current(tx: Transaction, version_id: int) -> int | None:
    """Return the set that a version has, or None."""
    found: int | None = tx.value("select max(splits_id) from data.version_splits where version_id = $1", version_id)
    return found


def open_table(stage: Stage, files: Sequence[Path]) -> None:
    """Make the table ``dealt`` of Parquet files with the columns asset (name) and split; null takes an asset out."""
    named = ", ".join(map(quoted, files))
    stage.run(f"create or replace temp table dealt as select asset, split from read_parquet([{named}])")


def strange(stage: Stage, version_id: int) -> list[str]:
    """Return the names in the table ``dealt`` that are no assets of a version, nor come into it with this batch."""
    rows = stage.all(
        "select distinct asset from dealt where asset not in (select name from assets where version_id = $1) "
        f"and asset not in (select name from data.assets where asset_id in {_STAGED}) order by 1",
        version_id,
        stage.batch_id,
    )
    return [row["asset"] for row in rows]


def names(stage: Stage) -> list[str]:
    """Return the splits that the table ``dealt`` names."""
    return [row["split"] for row in stage.all("select distinct split from dealt where split is not null order by 1")]


def stage(stage: Stage, version_id: int) -> int:
    """Write a new set in pieces, under the id that it will have: what ``dealt`` says, and of other assets what holds.

    Returns the set.
    """
    splits_id = stage.new_id()
    stage.reserve((splits_id,))
    stage.run(
        f"""
        create or replace temp table coming as
        select asset_id, split, row_number() over (order by asset_id) - 1 as place from (
          select a.asset_id, case when m.asset is null then s.split else m.split end as split
          from (
            select asset_id, name from assets where version_id = $1
            union all select asset_id, name from data.assets where asset_id in {_STAGED}
          ) a
          left join dealt m on m.asset = a.name
          left join splits s on s.version_id = $1 and s.asset_id = a.asset_id
        ) q where split is not null
        """,
        version_id,
        stage.batch_id,
    )
    total = int(stage.value("select count(*) from coming"))
    for low in range(0, total, PIECE):
        stage.run(
            "insert into data.splits select $1, asset_id, split from coming where place >= $2 and place < $3",
            splits_id, low, low + PIECE,
        )  # fmt: skip
        stage.piece()
    stage.run("drop table coming")
    stage.run("drop table dealt")
    return splits_id


def changes(tx: Transaction, version_id: int, splits_id: int) -> int:
    """Return how many assets have another split in a staged set than in the version."""
    return int(
        tx.value(
            """
            select count(*) from (select * from data.splits where splits_id = $2) n
            full join (select * from splits where version_id = $1) s on s.asset_id = n.asset_id
            where n.split is distinct from s.split
            """,
            version_id,
            splits_id,
        )
    )


def reveal(tx: Transaction, splits_id: int, version_id: int, how: str, now: datetime.datetime) -> list[int]:
    """Let a version have the staged set; return the set that it had before, if no other version has it."""
    gone = forget(tx, [version_id])
    tx.run("insert into data.version_splits values ($1, $2, $3, $4)", version_id, splits_id, how, now)
    staging.keep(tx, splits_id)
    return gone


def inherit(tx: Transaction, parent_id: int, version_id: int) -> None:
    """Let a child have the set that its parent has now."""
    tx.run(
        "insert into data.version_splits select $2, splits_id, how, created from data.version_splits "
        "where version_id = $1",
        parent_id,
        version_id,
    )


def forget(tx: Transaction, version_ids: Sequence[int]) -> list[int]:
    """Take the splits of some versions away; return the sets that are nobody's now, whose rows are to be deleted."""
    ids = list(version_ids)
    rows = tx.all(
        "select distinct splits_id from data.version_splits where version_id in (select unnest($1::bigint[])) "
        "and splits_id not in (select splits_id from data.version_splits "
        "where version_id not in (select unnest($1::bigint[])))",
        ids,
    )
    tx.run("delete from data.version_splits where version_id in (select unnest($1::bigint[]))", ids)
    gone = [row["splits_id"] for row in rows]
    tx.run(
        "insert into data.staged select splits_id, cast(timezone('UTC', now()) as timestamp) "
        "from (select unnest($1::bigint[]) as splits_id)",
        gone,
    )
    return gone


def of(tx: Transaction, version_id: int, split: str) -> list[int]:
    """Return the assets of a version that are in a split."""
    rows = tx.all("select asset_id from splits where version_id = $1 and split = $2", version_id, split)
    return [row["asset_id"] for row in rows]


def how(tx: Transaction, version_id: int) -> str | None:
    """Return how the splits of a version were made, as it was kept; None if it has none."""
    found: str | None = tx.value("select max(how) from data.version_splits where version_id = $1", version_id)
    return found


def counts(tx: Transaction, splits_id: int) -> dict[str, int]:
    """Return how many assets each split of a set has."""
    rows = tx.all(
        "select split, count(*) as n from data.splits where splits_id = $1 group by 1 order by 2 desc", splits_id
    )
    return {row["split"]: row["n"] for row in rows}


def twice(stage: Stage) -> str | None:
    """Return a name that the table ``dealt`` has twice, or None."""
    found: str | None = stage.value("select min(asset) from (select asset from dealt group by 1 having count(*) > 1)")
    return found
