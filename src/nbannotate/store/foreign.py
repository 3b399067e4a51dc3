"""What files call the images, shapes and labels that were read from them, so that exports call them so again."""

from __future__ import annotations

from pathlib import Path

from nbannotate.store import staging
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction

#: So many names are written in one piece.
PIECE = 10_000


def stage(stage: Stage, format_: str, file: Path) -> None:
    """Write the rows of a Parquet file (what, name, foreign_id, place) in pieces, in their order."""
    given = "read_parquet('" + str(file).replace("'", "''") + "')"
    stage.run(
        f"create or replace temp table incoming as "
        f"select what, name, foreign_id, row_number() over (order by place) as nth from {given}"
    )
    for low in range(0, int(stage.value("select count(*) from incoming")), PIECE):
        stage.run(
            "insert into data.foreign_ids select $1, $2, what, name, foreign_id, nth from incoming "
            "where nth > $3 and nth <= $4 order by nth",
            stage.batch_id, format_, low, low + PIECE,
        )  # fmt: skip
        stage.piece()
    stage.run("drop table incoming")


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
