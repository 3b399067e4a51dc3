"""Long work on its way in: rows that are written in pieces, and that nobody sees until the last step.

Staged rows stand in the tables where they are to stay, under the id of their batch, which is no version, campaign or
dataset: no view and no question asks for it. The last step, one short transaction, gives them to theirs: what may be
large becomes a layer (:mod:`nbannotate.store.layers`), so that none of its rows changes, and so does nothing of what
stands under the id that it will have; of anything else the rows are given in one statement a table. New assets are
their dataset's from the beginning: an asset that no layer has is nobody's. A batch has a row in ``data.staged`` until
then; what a process that was killed left of one is deleted when the workspace is opened, and anything else that was
left by the clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from nbannotate.store.layers import NO_VERSION
from nbannotate.store.transaction import Connection, Transaction

T = TypeVar("T")

#: So many rows are deleted in one transaction.
PIECE = 20_000

#: So many rows of a table are kept together in the file. As many that are committed at once go into the file itself,
#: and are left alone there. What is less goes into the log, and later into the file while all commits wait; so does
#: what is more, and it takes all that was written before with it to be packed anew (measured: 16 s for a million).
ROW_GROUP = 30_720

#: Where staged rows stand: the table, its key, and the column that names the batch.
_PLACES = (
    ("annotations", "annotation_id", "version_id"),
    ("tasks", "task_id", "campaign_id"),
    ("job_counts", "step", "campaign_id"),
    ("layer_assets", "asset_id", "layer_id"),
    ("layer_heads", "asset_id", "layer_id"),
    ("assets", "asset_id", "dataset_id"),
    ("foreign_ids", "position", "version_id"),
    ("splits", "asset_id", "splits_id"),
    ("relabelled", "annotation_id", "change_id"),
)

#: Whether a revision is somebody's, for questions that ask by task or campaign, and not by version.
NOT_STAGED = "version_id not in (select batch_id from data.staged)"


class Stage(Transaction):
    """A connection of its own beside the writer's, for one batch; each :meth:`piece` commits what was written.

    Parameters
    ----------
    connection
        The connection.
    note
        Is told what was written, after each commit.

    Attributes
    ----------
    batch_id
        What the rows stand under until the last step.
    reserved
        What else rows stand under until then.
    gone
        What the last step has deleted: versions and datasets whose rows are deleted in pieces after it.
    """

    def __init__(self, connection: Connection, note: Callable[[Iterable[str]], None]) -> None:
        super().__init__(connection)
        self._note = note
        self.run("begin")
        self.batch_id = self.new_id()
        self.reserved: tuple[int, ...] = ()
        self.gone: list[int] = []
        self._since = 0
        self.run("insert into data.staged values ($1, cast(timezone('UTC', now()) as timestamp))", self.batch_id)

    def reserve(self, owners: tuple[int, ...]) -> None:
        """Let rows stand under further ids; those who look after what was left must know before that is committed."""
        self.reserved = owners
        self.run(
            "insert into data.staged select owner, cast(timezone('UTC', now()) as timestamp) "
            "from (select unnest($1::bigint[]) as owner)",
            list(owners),
        )
        self.piece()

    def piece(self) -> None:
        """Commit what was written, and begin the next piece; what others committed meanwhile is seen from now on."""
        self.commit()
        self.run("begin")
        self.memo.clear()
        self._since = 0

    def commit(self) -> None:
        """Commit what was written."""
        self.run("commit")
        self._note(self.written)
        self.written.clear()

    def groups(self, count: int) -> Iterator[tuple[int, int]]:
        """Give the ranges in which so many rows of a table are to be written, and commit whenever it is a row group.

        Between two pieces of the caller it is asked for the rows of one table only.
        """
        low = 0
        while low < count:
            high = min(count, low + ROW_GROUP - self._since)
            yield low, high
            self._since += high - low
            low = high
            if self._since == ROW_GROUP:
                self.piece()

    def each(self, arriving: Iterable[T | None]) -> Iterator[T]:
        """Go through what others make meanwhile; while that takes long (None), no transaction is open."""
        for one in arriving:
            if one is None:
                self.piece()
            else:
                yield one

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Run a block that looks at the workspace as it will be: what it writes is taken back, and nobody sees it.

        A block that fails leaves that to the end of the stage. Only rows of the batch may be changed in it, because the
        writer does not wait for rows that another transaction has changed.
        """
        self.piece()
        yield
        self.run("rollback")
        self.run("begin")
        self.memo.clear()


def left(tx: Transaction, but: Collection[int] = ()) -> list[int]:
    """Return the batches that were not brought to their end, other than some."""
    return [r["batch_id"] for r in tx.all("select batch_id from data.staged order by 1") if r["batch_id"] not in but]


def give_up(tx: Transaction, owner: int) -> None:
    """Note that a version or a dataset is none any more: what stands under its id is seen by none, and goes."""
    tx.run("insert into data.staged values ($1, cast(timezone('UTC', now()) as timestamp))", owner)


def keep(tx: Transaction, batch_id: int) -> None:
    """Note, in the last step, that a batch has no rows of its own any more: they are somebody's."""
    tx.run("delete from data.staged where batch_id = $1", batch_id)


def end(stage: Stage, ended: deque[int]) -> None:
    """Delete what a stage did not bring to its end, and note its batches; its last transaction is over."""
    stage.run("begin")
    for batch_id in (stage.batch_id, *stage.reserved, *stage.gone):
        discard(stage, batch_id, stage.piece)
        ended.append(batch_id)
    stage.commit()


def discard(tx: Transaction, batch_id: int, piece: Callable[[], None] = lambda: None) -> None:
    """Delete what is left of a batch; ``piece`` is called whenever enough was deleted for one transaction."""
    if tx.value("select count(*) from data.staged where batch_id = $1", batch_id) == 0:
        return
    for table, key, owner in _PLACES:
        while True:
            rows = tx.all(f"select {key} as id from data.{table} where {owner} = $1 limit {PIECE}", batch_id)
            if not rows:
                break
            ids = [row["id"] for row in rows]
            if table == "annotations":
                _delete_revisions(tx, "select unnest($1::bigint[])", ids)
                piece()
                continue
            if table == "layer_heads":  # what only this layer showed
                _delete_revisions(
                    tx,
                    f"select annotation_id from data.annotations where version_id = {NO_VERSION} and annotation_id in ("
                    "select annotation_id from data.layer_heads where layer_id = $1 "
                    "and asset_id in (select unnest($2::bigint[])))",
                    batch_id,
                    ids,
                )
            tx.run(
                f"delete from data.{table} where {owner} = $1 and {key} in (select unnest($2::bigint[]))", batch_id, ids
            )
            if table == "layer_assets":  # what is in no layer any more is nobody's
                these = "asset_id in (select unnest($1::bigint[]))"
                tx.run(
                    f"delete from data.assets where {these} "
                    f"and asset_id not in (select asset_id from data.layer_assets where {these})",
                    ids,
                )
            piece()
    keep(tx, batch_id)
    piece()


def leave_out(tx: Transaction, batch_id: int, assets: Collection[int]) -> None:
    """Delete what is staged of some assets, which are few, in the last step."""
    ids = list(assets)
    of_these = "asset_id in (select unnest($2::bigint[]))"
    _delete_revisions(
        tx, f"select annotation_id from data.annotations where version_id = $1 and {of_these}", batch_id, ids
    )
    tx.run(f"delete from data.layer_heads where layer_id = $1 and {of_these}", batch_id, ids)


def _delete_revisions(tx: Transaction, which: str, *parameters: Any) -> None:
    """Delete revisions with their shapes."""
    tx.run(f"delete from data.shapes where annotation_id in ({which})", *parameters)
    tx.run(f"delete from data.annotations where annotation_id in ({which})", *parameters)
