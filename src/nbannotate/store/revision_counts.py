"""What statistics ask of revisions, counted once and kept: how many shapes of each label, and what reviews changed.

Nothing waits for it, and nothing is wrong without it: the views ``label_counts``, ``label_history`` and
``review_edits`` count what is not kept. So it comes after the commit, beside the writer, in pieces; never for a few
revisions, which are counted in no time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from nbannotate.store.engine import Engine
from nbannotate.store.staging import NOT_STAGED, ROW_GROUP
from nbannotate.store.transaction import Transaction

#: From so many revisions on that are not counted, they are.
LEAST = 1000

#: So many revisions are looked for at once.
_SOUGHT = 20_000

_UNCOUNTED = (
    "data.annotations n left join data.counted_revisions k on k.annotation_id = n.annotation_id "
    f"where k.annotation_id is null and n.{NOT_STAGED}"
)
_GONE = "annotation_id not in (select annotation_id from data.annotations)"


def count(engine: Engine, least: int = LEAST) -> bool:
    """Count some revisions that are not counted; return whether there are more.

    Parameters
    ----------
    engine
        The workspace.
    least
        If there are fewer, nothing is done.
    """
    with engine.beside() as tx:
        found = tx.all(f"select n.annotation_id, n.shapes from {_UNCOUNTED} order by 1 limit {_SOUGHT}")
        if len(found) < least:
            return False
        for ids in _pieces([(row["annotation_id"], row["shapes"]) for row in found]):
            with _alone(tx):
                _count(tx, ids)
        if len(found) == _SOUGHT:
            return True
        with _alone(tx):
            _compare(tx)
            _forget(tx)
    return False


@contextmanager
def _alone(tx: Transaction) -> Iterator[None]:
    """Run a block as a transaction; no other owner of the workspace is in such a block meanwhile."""
    tx.run("begin")
    try:
        tx.run("update data.meta set value = 'now' where key = 'revision counts'")
        yield
    except BaseException:
        tx.run("rollback")
        raise
    tx.run("commit")


def _pieces(revisions: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Return revisions in pieces that have a row group of shapes at most, or are one."""
    piece: list[int] = []
    size = 0
    for annotation_id, shapes in revisions:
        if piece and size + shapes > ROW_GROUP:
            yield piece
            piece, size = [], 0
        piece.append(annotation_id)
        size += shapes
    if piece:
        yield piece


def _count(tx: Transaction, ids: list[int]) -> None:
    """Count the shapes of revisions by label and kind, unless another owner has meanwhile."""
    counted = tx.all(
        "select annotation_id from data.counted_revisions where annotation_id in (select unnest($1::bigint[]))", ids
    )
    left = sorted({*ids} - {row["annotation_id"] for row in counted})
    if not left:
        return
    tx.run("insert into data.counted_revisions select unnest($1::bigint[])", left)
    tx.run(
        "insert into data.revision_labels select annotation_id, label, kind, shapes, area, "
        "row_number() over (partition by annotation_id, label order by kind) = 1 from ("
        "select annotation_id, label, kind, cast(count(*) as integer) as shapes, sum(area) as area from data.shapes "
        "where annotation_id between $2 and $3 and annotation_id in (select unnest($1::bigint[])) "
        "group by annotation_id, label, kind) l order by annotation_id",
        left, left[0], left[-1],
    )  # fmt: skip


def _compare(tx: Transaction) -> None:
    """Keep what reviews changed, of all of which that is not kept, or was with another revision before theirs."""
    tx.run(
        "insert into data.review_edits select annotation_id, before_id, added, removed, moved, relabeled, shapes "
        "from review_edits e where not exists (select 1 from data.review_edits k "
        "where k.annotation_id = e.annotation_id and k.before_id is not distinct from e.before_id)"
    )


def _forget(tx: Transaction) -> None:
    """Delete what is kept of revisions that are gone."""
    if tx.value(f"select count(*) from data.counted_revisions where {_GONE}"):
        for table in ("revision_labels", "review_edits", "counted_revisions"):
            tx.run(f"delete from data.{table} where {_GONE}")
