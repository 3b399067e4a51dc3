"""Versions that come from others: publishing one, and making a child of it."""

from __future__ import annotations

from nbannotate.store import importing
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction

#: So many assets are copied in one piece.
PIECE = 5_000


def publish(tx: Transaction, version_id: int) -> None:
    """Mark a version as one that never changes again."""
    tx.run("update data.versions set state = 'published' where version_id = $1", version_id)


def copy(stage: Stage, parent_id: int, annotations: bool) -> None:
    """Copy the assets of a version, and the latest annotation of each as said by who said it, in pieces.

    The rows are those of the version whose id is the batch's, once there is such a version. They show the parent as it
    was at the first piece.
    """
    stage.run(
        "create or replace temp table coming as select *, row_number() over () - 1 as place from ("
        "select asset_id, position, archived from data.version_assets where version_id = $1 "
        "order by position, asset_id)",
        parent_id,
    )
    if annotations:
        importing.mark_latest(stage, parent_id)
    for low in range(0, int(stage.value("select count(*) from coming")), PIECE):
        stage.run(
            "insert into data.version_assets select $1, asset_id, position, archived from coming "
            "where place >= $2 and place < $3",
            stage.batch_id, low, low + PIECE,
        )  # fmt: skip
        stage.piece()
    stage.run("drop table coming")
    if annotations:
        importing.copy(stage)
