"""The tables of a campaign: its tasks, jobs and issues, filtered as one asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbannotate.errors import InvalidInput
from nbannotate.model import TASK_STATES

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.workspace import Workspace

_ORDER = {"tasks": "position, task_id", "asset_states": "asset", "jobs": "step, member", "issues": "issue_id"}


class Table:
    """A table of a campaign.

    Parameters
    ----------
    workspace
        The workspace.
    view
        ``"tasks"``, ``"jobs"``, ``"issues"`` or ``"asset_states"``.
    campaign_id
        The campaign.
    """

    def __init__(self, workspace: Workspace, view: str, campaign_id: int) -> None:
        self._workspace, self._view, self._campaign_id = workspace, view, campaign_id

    def df(self, *, history: bool = False, **filters: Any) -> pd.DataFrame:
        """Return the rows as a DataFrame.

        Parameters
        ----------
        history
            For tasks: all visits of every asset, and not only its current task.
        **filters
            Columns and the value, or list of values, that they must have: ``status="to_rework"``,
            ``assignee=["ana", "ben"]``, ``step="draw"`` (name or index). Tasks: the current task of each asset;
            ``is_current=False`` gives the ones before; ``status`` is a state (``"in_progress"``, ``"done"``) or what an
            asset was closed with (``"approved"``, ``"for expert review"``). Jobs: ``status`` is the state. Issues:
            ``open=True`` for those not resolved, ``open=False`` for those resolved.

        Raises
        ------
        InvalidInput
            There is no such column; the message lists them.
        """
        rows = self._workspace.sql(
            f"select * from {self._view} where campaign_id = $1 order by {_ORDER[self._view]}", [self._campaign_id]
        )
        if self._view == "issues" and "open" in filters:
            resolved = rows["state"] == "resolved"
            rows = rows[~resolved if filters.pop("open") else resolved]
        if self._view == "tasks" and not history:
            filters.setdefault("is_current", True)
        for name, value in filters.items():
            wanted = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
            rows = rows[self._matches(rows, name, wanted)]
        return rows.reset_index(drop=True)

    def _matches(self, rows: pd.DataFrame, name: str, wanted: list[Any]) -> pd.Series[bool]:
        if name == "step" and self._view != "issues":
            return rows["step_name"].isin(wanted) | rows["step"].isin([v for v in wanted if not isinstance(v, str)])
        if name == "status":
            # "done" and "skipped" are states; every other word is what a task was closed with.
            states = wanted if "status" not in rows.columns else [v for v in wanted if v in TASK_STATES]
            found = rows["state"].isin(states)
            return found | rows["status"].isin([v for v in wanted if v not in states]) if "status" in rows else found
        if name not in rows.columns:
            raise InvalidInput(f"{self._view} have no column {name!r}; they have {', '.join(rows.columns)}.")
        return rows[name].isin(wanted)

    def __repr__(self) -> str:
        return (
            f"The {self._view.replace('_', ' ')} of a campaign; .df() returns them, .df(step=…, status=…) some of them."
        )
