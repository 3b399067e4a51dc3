"""``ws.notices``: what the person who acts should know."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, get_args

from nbannotate import model
from nbannotate.cards import cut, marked_down, one_line
from nbannotate.model import deprecations
from nbannotate.model.times import When
from nbannotate.model.values import as_list, as_whole
from nbannotate.workspace.table import Table, number

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.connection import Connection

_COLUMNS = ["notice_id", "kind", "text", "campaign", "created", "seen", "campaign_id", "task_id", "issue_id"]

#: How many lines a notebook shows.
_SHOWN = 20

#: The most that are asked for at a time.
_MOST = 1000


class Notices(Table[model.Notice]):
    """My notices: tasks that were assigned or returned, issues, due dates, leases that ran out.

    What I have not seen comes first, then the newest. A notebook shows those that I have not seen; showing them does
    not count as seen, :meth:`see` does.

    Parameters
    ----------
    workspace
        The workspace.
    """

    what, one, view = "notices", "notice", "notices"

    def __init__(self, workspace: Connection) -> None:
        super().__init__(workspace)
        self._client = workspace.client

    def _frame(self, history: bool = False) -> pd.DataFrame:
        return _frame(self._mine())

    def _preview(self, rows: int) -> tuple[builtins.list[str], builtins.list[builtins.list[Any]]]:
        return [*_COLUMNS], [[getattr(n, c) for c in _COLUMNS] for n in self._mine(limit=rows)]

    def _mine(self, unseen: bool = False, limit: int = _MOST) -> builtins.list[model.Notice]:
        """Return my notices, what I have not seen first, then the newest first."""
        return self._client.call("notices.mine", list[model.Notice], unseen=unseen, limit=limit)

    def __iter__(self) -> Iterator[model.Notice]:
        return iter(self._mine())

    def __len__(self) -> int:
        return len(self._mine())

    def _find(self, name: Any) -> model.Notice | None:
        wanted = number(name)
        return next((n for n in self._mine() if n.notice_id == wanted), None)

    def _names(self) -> builtins.list[Any]:
        return [n.notice_id for n in self._mine()]

    def _name_of(self, item: Any) -> Any:
        return item.notice_id if isinstance(item, model.Notice) else item

    def _known(self, column: str) -> builtins.list[str] | None:
        return [*get_args(model.NoticeKind)] if column == "kind" else super()._known(column)

    def list(self, unseen: bool = False, limit: int = 100) -> builtins.list[model.Notice]:
        """Return my notices: the old name of ``list(ws.notices)``."""
        deprecations.say("ws.notices.list()", "list(ws.notices)")
        return self._mine(unseen, limit)

    def df(
        self,
        *,
        unseen: bool = False,
        limit: int = _MOST,
        start: When = None,
        end: When = None,
        tz: Any = None,
        **filters: Any,
    ) -> pd.DataFrame:
        """Return my notices as a DataFrame.

        Parameters
        ----------
        unseen
            Only those that I have not seen.
        limit
            1 to 1000.
        start, end
            Only those of this period, half open; a plain day as ``end`` is included whole.
        tz
            The zone of the times that are given, and of those in the answer; None: they are UTC, without a zone.
        **filters
            Columns and the value, or list of values, that they must have, for example ``kind="returned"``.

        Raises
        ------
        InvalidInput
            There is no such column or kind; the message lists what there is.
        """
        return self._narrowed(_frame(self._mine(unseen, limit)), filters, start, end, tz)

    def _types(self) -> dict[str, str]:
        """Return the types of the columns as pandas has them: who may ask for no SQL has notices, too."""
        return {str(name): str(dtype) for name, dtype in _frame(()).dtypes.items()}

    def see(self, notices: Iterable[int | model.Notice] | None = None) -> int:
        """Note that I have seen them.

        Parameters
        ----------
        notices
            Notices or their ids; None is all.

        Returns
        -------
        int
            How many I had not seen before.
        """
        ids = (
            None
            if notices is None
            else [
                n.notice_id if isinstance(n, model.Notice) else as_whole("notices", n)
                for n in as_list("notices", notices)
            ]
        )
        return self._client.call("notices.see", int, notice_ids=ids)

    def __repr__(self) -> str:
        found = self._mine(unseen=True, limit=_SHOWN)
        if not found:
            return "No new notices."
        return (
            f"<{len(found)}{'+' * (len(found) == _SHOWN)} new notices; the first: {cut(one_line(found[0].text), 120)}>"
        )

    def _repr_markdown_(self) -> str:
        """Return how a notebook shows it: what is not seen, the newest first."""
        found = self._mine(unseen=True, limit=_SHOWN + 1)
        if not found:
            return "No new notices."
        lines = ["| when (UTC) | | what |", "|---|---|---|"]
        for n in found[:_SHOWN]:
            lines.append(f"| {n.created:%Y-%m-%d %H:%M} | {n.kind.replace('_', ' ')} | {marked_down(n.text, 4000)} |")
        if len(found) > _SHOWN:
            lines += ["", "There are more: `ws.notices.df()` shows all."]
        return "\n".join(lines)


def _frame(notices: Iterable[model.Notice]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame([[getattr(n, column) for column in _COLUMNS] for n in notices], columns=_COLUMNS)
    ids = dict.fromkeys(["notice_id", "campaign_id", "task_id", "issue_id"], "Int64")
    times = dict.fromkeys(["created", "seen"], "datetime64[us]")
    return frame.astype(ids | times | dict.fromkeys(["kind", "text", "campaign"], "string"))
