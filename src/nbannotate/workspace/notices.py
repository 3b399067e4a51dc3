"""``ws.notices``: what the person who acts should know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, get_args

from nbannotate import model
from nbannotate.model.values import as_list, as_whole
from nbannotate.owner.client import Client
from nbannotate.workspace.narrowing import narrowed

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ["notice_id", "kind", "text", "campaign", "created", "seen", "campaign_id", "task_id", "issue_id"]

#: How many lines a notebook shows.
_SHOWN = 20


class Notices:
    """My notices: tasks that were assigned or returned, issues, due dates, leases that ran out.

    A notebook shows those that I have not seen; showing them does not count as seen, :meth:`see` does.

    Parameters
    ----------
    client
        Who acts.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self, unseen: bool = False, limit: int = 100) -> list[model.Notice]:
        """Return my notices, what I have not seen first, then the newest first.

        Parameters
        ----------
        unseen
            Only those that I have not seen.
        limit
            1 to 1000.
        """
        return self._client.call("notices.mine", list[model.Notice], unseen=unseen, limit=limit)

    def df(self, unseen: bool = False, limit: int = 1000, **filters: Any) -> pd.DataFrame:
        """Return them as a table; times are UTC.

        Parameters
        ----------
        unseen, limit
            As for :meth:`list`.
        **filters
            Columns and the value, or list of values, that they must have, for example ``kind="returned"``.

        Raises
        ------
        InvalidInput
            There is no such column or kind; the message lists what there is.
        """
        import pandas as pd

        rows = [[getattr(n, column) for column in _COLUMNS] for n in self.list(unseen, limit)]
        frame = pd.DataFrame(rows, columns=_COLUMNS)
        ids = dict.fromkeys(["notice_id", "campaign_id", "task_id", "issue_id"], "Int64")
        times = dict.fromkeys(["created", "seen"], "datetime64[us]")
        frame = frame.astype(ids | times | dict.fromkeys(["kind", "text", "campaign"], "string"))
        kinds = list(get_args(model.NoticeKind))
        return narrowed(frame, "notices", filters, lambda column: kinds if column == "kind" else None)

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

    def __iter__(self) -> Iterator[model.Notice]:
        return iter(self.list())

    def __repr__(self) -> str:
        lines = [f"{n.created:%Y-%m-%d %H:%M}  {n.text}" for n in self.list(unseen=True, limit=_SHOWN)]
        return "\n".join(lines) or "No new notices."

    def _repr_markdown_(self) -> str:
        """Return how a notebook shows it: what is not seen, the newest first."""
        found = self.list(unseen=True, limit=_SHOWN + 1)
        if not found:
            return "No new notices."
        lines = ["| when (UTC) | | what |", "|---|---|---|"]
        for n in found[:_SHOWN]:
            lines.append(f"| {n.created:%Y-%m-%d %H:%M} | {n.kind.replace('_', ' ')} | {_plain(n.text)} |")
        if len(found) > _SHOWN:
            lines += ["", "There are more: `ws.notices.df()` shows all."]
        return "\n".join(lines)


def _plain(text: str) -> str:
    """Return text that Markdown and HTML leave as it is, in one line."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#+!|~$])", r"\\\1", " ".join(text.split()))
