"""A version that is made of two: what theirs brings, staged for a child of ours."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from nbannotate.store import importing, layers, transfer
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction, quoted


class Told(Struct, frozen=True):
    """What is said of an asset anew, as it came: JSON; with the asset's name and size."""

    asset_id: int
    name: str
    width: int
    height: int
    shapes: str
    tags: str
    nothing_to_label: bool
    tag_attributes: str


def open_steps(tx: Transaction, file: Path) -> None:
    """Make the table ``steps`` of a file: what is to be done, one row an asset."""
    tx.run(
        "create or replace temp table steps as select asset_id, presence, ours_id, theirs_id, take, says, shapes, "
        f"tags, nothing_to_label, tag_attributes, row_number() over () - 1 as place from read_parquet({quoted(file)})"
    )


def stale(tx: Transaction, ours_id: int, theirs_id: int) -> int:
    """Return how many steps do not go by what both versions show now, or are none that can be."""
    return int(tx.value(
        """
        select count(*) from steps s
        left join data.version_heads o on o.version_id = $1 and o.asset_id = s.asset_id
        left join data.version_heads t on t.version_id = $2 and t.asset_id = s.asset_id
        left join data.version_assets a on a.version_id = $1 and a.asset_id = s.asset_id
        left join data.version_assets b on b.version_id = $2 and b.asset_id = s.asset_id and b.archived is null
        where o.annotation_id is distinct from s.ours_id or t.annotation_id is distinct from s.theirs_id
          or (s.take is not null and s.take is distinct from s.theirs_id)
          or (s.presence = 'added') <> (a.asset_id is null)
          or (s.presence = 'added' and b.asset_id is null)
          or (s.presence in ('', 'put_away') and a.archived is not null)
          or (s.presence = 'taken_back' and a.archived is null)
        """,
        ours_id,
        theirs_id,
    ))  # fmt: skip


def stage(stage: Stage, theirs_id: int, now: datetime.datetime) -> None:
    """Stage what is taken of theirs, in pieces: assets, and revisions as said by who said them, when they did."""
    stage.run(
        """
        create or replace temp table carried as
        select s.asset_id, row_number() over (order by v.position) - 1 as place
        from steps s join data.version_assets v on v.version_id = $1 and v.asset_id = s.asset_id
        where s.presence = 'added'
        """,
        theirs_id,
    )
    for low in range(0, int(stage.value("select count(*) from carried")), transfer.PIECE):
        transfer.write_assets(stage, stage.batch_id, 0, now, low, low + transfer.PIECE)
        stage.piece()
    stage.run("drop table carried")
    importing.mark(stage, "select take from steps")
    importing.copy(stage, layers.NO_VERSION, None)


def told(tx: Transaction) -> Iterator[list[Told]]:
    """Return what is said anew, in pieces."""
    last = int(tx.value("select coalesce(max(place), -1) from steps"))
    for low in range(0, last + 1, importing.PIECE):
        rows: list[dict[str, Any]] = tx.all(
            "select s.asset_id, a.name, a.width, a.height, s.shapes, s.tags, s.nothing_to_label, s.tag_attributes "
            "from steps s join data.assets a on a.asset_id = s.asset_id "
            "where s.says and s.place >= $1 and s.place < $2 order by s.place",
            low, low + importing.PIECE,
        )  # fmt: skip
        yield [msgspec.convert(row, Told) for row in rows]


def present(tx: Transaction) -> dict[str, list[int]]:
    """Return the assets that are to be put away, and those that are to be taken back."""
    found: dict[str, list[int]] = {"put_away": [], "taken_back": []}
    for row in tx.all(
        "select asset_id, presence from steps where presence in ('put_away', 'taken_back') order by place"
    ):
        found[row["presence"]].append(row["asset_id"])
    return found


def reveal(
    tx: Transaction, batch_id: int, version_id: int, presence: dict[str, list[int]], now: datetime.datetime
) -> None:
    """Give what was staged to a version, and let its assets be there, or be put away."""
    transfer.reveal(tx, batch_id, version_id)
    for what, archived in (("put_away", now), ("taken_back", None)):
        if presence[what]:
            layers.place(
                tx, version_id,
                "select asset_id, position, $3::timestamp as archived, added from data.version_assets "
                "where version_id = $1 and asset_id in (select unnest($4::bigint[]))",
                archived, presence[what],
            )  # fmt: skip
