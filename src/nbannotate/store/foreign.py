"""What files call the images, shapes and labels that were read from them, so that exports call them so again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbannotate.store import staging
from nbannotate.store.arriving import quoted
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction

#: So many names are written in one piece.
PIECE = 50_000


def stage(stage: Stage, format_: str, files: Sequence[Path]) -> None:
    """Write the rows of Parquet files in pieces, in their order.

    Columns: what, name, foreign_id (JSON), extra (JSON object), called, place.
    """
    last = 0
    for file in files:
        stage.run(
            f"create or replace temp table incoming as select what, name, foreign_id, extra, called, place, "
            f"row_number() over () as nth from read_parquet({quoted(file)})"
        )
        total = int(stage.value("select count(*) from incoming"))
        for low in range(0, total, PIECE):
            stage.run(
                "insert into data.foreign_ids "
                "select $1, $2, what, name, foreign_id, nth + $5, extra, called, place from incoming "
                "where nth > $3 and nth <= $4 order by nth",
                stage.batch_id, format_, low, low + PIECE, last,
            )  # fmt: skip
            stage.piece()
        last += total
    stage.run("drop table if exists incoming")


def remember(tx: Transaction, batch_id: int, version_id: int, format_: str) -> int:
    """Give the staged names to a version and return how many; what it had before for the same things is replaced."""
    tx.run(
        "delete from data.foreign_ids where version_id = $1 and format = $2 "
        "and (what, name) in (select what, name from data.foreign_ids where version_id = $3)",
        version_id,
        format_,
        batch_id,
    )
    last = tx.value("select coalesce(max(position), 0) from data.foreign_ids where version_id = $1", version_id)
    count = int(tx.value("select count(*) from data.foreign_ids where version_id = $1", batch_id))
    tx.run(
        "update data.foreign_ids set version_id = $2, position = position + $3 where version_id = $1",
        batch_id,
        version_id,
        last,
    )
    staging.keep(tx, batch_id)
    return count
