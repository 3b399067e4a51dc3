"""The tables of a campaign, and of a workspace: tasks, jobs, issues, events, filtered as one asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from nbannotate import model
from nbannotate.errors import InvalidInput
from nbannotate.model.choices import sentence, unknown
from nbannotate.model.values import is_missing, plain
from nbannotate.workspace.narrowing import matches, narrowed, values

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.workspace import Workspace

_ORDER = {
    "tasks": "position, task_id", "asset_states": "asset", "jobs": "step, member", "issues": "issue_id",
    "events": "event_id",
}  # fmt: skip

_STATES: dict[str, tuple[str, ...]] = {
    "tasks": model.TASK_STATES,
    "asset_states": model.TASK_STATES,
    "jobs": get_args(model.JobState),
    "issues": get_args(model.IssueState),
}
_ASSETS = "from assets a join campaigns c on c.version_id = a.version_id where $1 is null or c.campaign_id = $1"
#: Where the names come from that a column may have, also if no row has them; $1 is the campaign, or null for all.
_NAMES = {
    "asset": f"select distinct a.name {_ASSETS}",
    "sequence": f"select distinct a.sequence as name {_ASSETS}",
    "step_name": "select distinct name from steps where $1 is null or campaign_id = $1",
    "campaign": "select name from campaigns where $1 is null or true",
    **dict.fromkeys(
        ("assignee", "member", "author", "closed_by"), "select login as name from members where $1 is null or true"
    ),
}
_WORDS: dict[str, tuple[str, ...]] = {"kind": get_args(model.StepKind), "outcome": get_args(model.Outcome)}


class Table:
    """A table of a campaign, or of a workspace.

    Parameters
    ----------
    workspace
        The workspace.
    view
        ``"tasks"``, ``"jobs"``, ``"issues"``, ``"asset_states"`` or ``"events"``.
    campaign_id
        The campaign; None for all.
    """

    def __init__(self, workspace: Workspace, view: str, campaign_id: int | None = None) -> None:
        self._workspace, self._view, self._campaign_id = workspace, view, campaign_id

    def df(self, *, history: bool = False, **filters: Any) -> pd.DataFrame:
        """Return the rows as a DataFrame.

        Parameters
        ----------
        history
            For tasks: all visits of every asset, and not only its current task.
        **filters
            Columns and the value, or list of values, that they must have: ``status="to_rework"``,
            ``assignee=["ana", "ben"]``, ``step="draw"`` (name or index); None for what is missing. Tasks: the current
            task of each asset; ``is_current=False`` gives the ones before; ``status`` is a state (``"in_progress"``,
            ``"done"``) or what an asset was closed with (``"approved"``, ``"for expert review"``). Jobs: ``status`` is
            the state. Issues: ``open=True`` for those not resolved, ``open=False`` for those resolved. Of times, a day
            is the whole day.

        Raises
        ------
        InvalidInput
            There is no such column, or no such state, status, step, member, asset …; the message lists what there is.
        """
        rows = self._workspace.sql(
            f"select * from {self._view} where $1 is null or campaign_id = $1 order by {_ORDER[self._view]}",
            [self._campaign_id],
        )
        if self._view == "issues" and "open" in filters:
            resolved, is_open = rows["state"] == "resolved", plain(filters.pop("open"))
            if not isinstance(is_open, bool):
                raise InvalidInput(f"open is True or False, not {is_open!r}.")
            rows = rows[~resolved if is_open else resolved]
        if self._view == "tasks" and not plain(history):
            filters.setdefault("is_current", True)
        for special, match in (("step", self._at_step), ("status", self._with_status)):
            if special in filters and (special in rows.columns or "state" in rows.columns):
                rows = rows[match(rows, values(special, filters.pop(special)))]
        return narrowed(rows, self._view, filters, self._known)

    def _at_step(self, rows: pd.DataFrame, wanted: list[Any]) -> pd.Series[bool]:
        """Return which rows are at steps that are given by name or by index."""
        steps = self._workspace.sql(
            "select distinct step, name from steps where $1 is null or campaign_id = $1 order by step",
            [self._campaign_id],
        )
        found: list[Any] = []
        for value in wanted:
            same = steps["step" if isinstance(value, int | float) else "name"] == value
            if is_missing(value):
                found.append(None)
            elif isinstance(value, bool) or not same.any():
                raise InvalidInput(sentence(unknown("step", value, list(steps["name"]))))
            else:
                found += list(map(int, steps["step"][same]))
        return matches(rows["step"], "step", found, self._known)

    def _with_status(self, rows: pd.DataFrame, wanted: list[Any]) -> pd.Series[bool]:
        """Return which rows have a status, or are in a state."""
        if "status" not in rows.columns:
            return matches(rows["state"], "state", wanted, self._known)
        # "done" and "skipped" are states; every other word is what a task was closed with.
        states = [v for v in wanted if v in model.TASK_STATES]
        others = [v for v in wanted if v not in states]
        return rows["state"].isin(states) | matches(rows["status"], "status", others, self._known)

    def _known(self, column: str) -> list[str] | None:
        """Return the names that a column may have, also if no row has them."""
        if column in _NAMES:
            found = self._workspace.sql(_NAMES[column], [self._campaign_id])["name"]
            return sorted(found.dropna())
        if column == "state":
            return list(_STATES[self._view])
        if column == "status":
            return [*model.TASK_STATES, *sorted(model.BUILT_IN_STATUSES), *self._own_statuses()]
        if column == "operation":
            from nbannotate.operations.registry import operations

            return list(operations())
        return list(_WORDS[column]) if column in _WORDS else None

    def _own_statuses(self) -> list[str]:
        """Return the statuses that the steps of the campaign give."""
        if self._campaign_id is None:
            return []
        spec = self._workspace.client.call("campaigns.spec", model.CampaignSpec, campaign_id=self._campaign_id)
        return sorted({s for step in spec.workflow.steps for s in step.statuses})

    def __repr__(self) -> str:
        of = "the workspace" if self._campaign_id is None else "a campaign"
        return f"The {self._view.replace('_', ' ')} of {of}; .df() returns them, .df(step=…, status=…) some of them."
