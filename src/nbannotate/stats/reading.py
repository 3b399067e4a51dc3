"""One reading of a workspace for several tables: each question is asked once, and long work says how far it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from nbannotate.stats.scope import HasSql

if TYPE_CHECKING:
    import pandas as pd


class Cancelled(BaseException):
    """Nobody waits for what is read any more. Like the end of a task of asyncio, it is not an error of what is read."""


class Reading:
    """A workspace, as far as statistics need it, while one page of tables is read.

    Several tables ask the same question, those of agreement above all; what they get is of one moment, too.

    Parameters
    ----------
    workspace
        Who is asked.
    progress
        Is told between two pieces of long work how many of how many are done. It may raise :class:`Cancelled`: pieces
        that are done are kept.
    """

    def __init__(self, workspace: HasSql, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
        self._workspace, self.progress = workspace, progress
        self._answers: dict[str, pd.DataFrame] = {}

    @property
    def client(self) -> Any:
        """Who is asked in the end."""
        return getattr(self._workspace, "client", self._workspace)

    @property
    def campaigns(self) -> Iterable[Any]:
        """Its campaigns, whose recipes say the colors of labels."""
        return getattr(self._workspace, "campaigns", ())

    def sql(self, query: str, parameters: Sequence[Any] = (), /) -> pd.DataFrame:
        """Return the rows of a read-only query, which is asked once.

        Parameters
        ----------
        query
            With ``$1`` placeholders.
        parameters
            Their values.
        """
        key = json.dumps([query, *parameters], default=repr)
        if key not in self._answers:
            self._answers[key] = self._workspace.sql(query, parameters)
        return self._answers[key].copy(deep=False)
