"""What a store is for the operations: where a workspace lies, and the transactions that they run in.

Each database that a workspace can lie in has a package of its own beside this module with an ``engine`` that is one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from nbannotate.store.answers import Answers
from nbannotate.store.migrations import SCHEMA_VERSION
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction
from nbannotate.store.write_tracking import Written

#: What a workspace is called that lies in no file.
MEMORY = ":memory:"


class Engine(Protocol):
    """An open workspace.

    Attributes
    ----------
    path
        What people call the place of the workspace.
    spool
        A folder for tables on their way in and out.
    has_failed, in_doubt
        Whether the database can do nothing more until it is opened again, by another process; and whether a commit was
        under way then, so that nobody can be told what came of it.
    written, answers
        What was written when, and the answers to queries that are kept until then.
    activities
        How far long operations are: text, done and total by a key that the caller chose.
    staging
        Batches of long work that run in this process.
    fresh
        Datasets and versions that were created by this process and given to nobody else.
    """

    path: str
    spool: Path
    has_failed: bool
    in_doubt: bool
    written: Written
    answers: Answers
    activities: dict[str, tuple[str, int, int]]
    staging: set[int]
    fresh: set[int]

    def write(self, *, remembers: bool = False) -> AbstractContextManager[Transaction]:
        """Run a block as one transaction: committed at its end, rolled back on any error."""
        ...

    def read(self, *, remembers: bool = False) -> AbstractContextManager[Transaction]:
        """Run a block over one snapshot of the database."""
        ...

    def stage(self) -> AbstractContextManager[Stage]:
        """Run a block that writes long work in pieces, beside the writer; what does not come to its end is deleted."""
        ...

    def beside(self) -> AbstractContextManager[Transaction]:
        """Run a block on a connection of its own, whose transactions are the block's."""
        ...

    def left(self, tx: Transaction) -> list[int]:
        """Return the batches of long work that was not brought to its end, and does not run any more."""
        ...

    def back_up(self, file: Path, report: Callable[[int, int], None]) -> dict[str, int]:
        """Write the workspace, as the last commit left it, into a new DuckDB file; return how many rows each table has.

        Parameters
        ----------
        file
            Where; in the spool folder.
        report
            Is told how much is written, and how much there is.
        """
        ...

    def interrupt(self) -> None:
        """End the queries that run."""
        ...

    def is_lost(self) -> bool:
        """Whether the workspace is not where it was: nothing that is written now could be found."""
        ...

    def close(self) -> None:
        """Put everything where it is to stay, and close the workspace."""
        ...


__all__ = ["MEMORY", "SCHEMA_VERSION", "Engine", "Stage", "Transaction"]
