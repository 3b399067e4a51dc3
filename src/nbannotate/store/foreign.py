"""What files call the images, shapes and labels that were read from them, so that exports call them so again."""

from __future__ import annotations

from pathlib import Path

from nbannotate.store.transaction import Transaction


def remember(tx: Transaction, version_id: int, format_: str, file: Path) -> int:
    """Keep the rows of a Parquet file (what, name, foreign_id), in their order, and return how many.

    What a file said before of the same things is replaced.
    """
    given = "read_parquet('" + str(file).replace("'", "''") + "')"
    tx.run(
        f"delete from data.foreign_ids where version_id = $1 and format = $2 "
        f"and (what, name) in (select what, name from {given})",
        version_id,
        format_,
    )
    last = tx.value("select coalesce(max(position), 0) from data.foreign_ids where version_id = $1", version_id)
    tx.run(
        f"insert into data.foreign_ids "
        f"select $1, $2, what, name, foreign_id, row_number() over (order by place) + $3 from {given}",
        version_id,
        format_,
        last,
    )
    return int(tx.value(f"select count(*) from {given}"))
