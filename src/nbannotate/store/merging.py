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


def stage(stage: Stage, ours_id: int, theirs_id: int, now: datetime.datetime) -> None:
    """Stage what is taken of theirs, in pieces: assets, and revisions as said by who said them, when they did.

    With it goes which assets of ours are put away, and which come back.
    """
    stage.run(
        """
        create or replace temp table carried as
        select s.asset_id, a.name, a.sequence, a.moment, row_number() over (order by v.position) - 1 as place
        from steps s join data.version_assets v on v.version_id = $1 and v.asset_id = s.asset_id
        join data.assets a on a.asset_id = s.asset_id
        where s.presence = 'added'
        """,
        theirs_id,
    )
    transfer.stage_places(stage, ours_id, now)
    stage.run("drop table carried")
    _stage_presence(stage, ours_id, now)
    importing.mark(stage, "select take from steps")
    importing.copy(stage, layers.NO_VERSION, None)
    importing.write_heads(stage)


def _stage_presence(stage: Stage, ours_id: int, now: datetime.datetime) -> None:
    stage.run(
        """
        create or replace temp table present as
        select v.asset_id, coalesce(m.position, v.position) as position, v.added,
               case when s.presence = 'put_away' then cast($3 as timestamp) end as archived,
               row_number() over (order by s.place) - 1 as place
        from steps s join data.version_assets v on v.version_id = $1 and v.asset_id = s.asset_id
        left join data.layer_assets m on m.layer_id = $2 and m.asset_id = s.asset_id
        where s.presence in ('put_away', 'taken_back')
        """,
        ours_id, stage.batch_id, now,
    )  # fmt: skip
    these = "select asset_id from present where place >= $2 and place < $3"
    for low in range(0, int(stage.value("select count(*) from present")), transfer.PIECE):
        piece = stage.batch_id, low, low + transfer.PIECE
        stage.run(f"delete from data.layer_assets where layer_id = $1 and asset_id in ({these})", *piece)
        stage.run(
            "insert into data.layer_assets select $1, asset_id, position, archived, 0, added from present "
            "where place >= $2 and place < $3 order by place",
            *piece,
        )
        stage.piece()
    stage.run("drop table present")


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
