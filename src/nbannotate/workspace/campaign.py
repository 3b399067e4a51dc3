"""The handle of a campaign, and its tables of tasks and issues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from nbannotate import model
from nbannotate.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.workspace import Workspace


class Campaign:
    """A campaign: written, then launched, then followed.

    Made by :meth:`Version.create_campaign` and :meth:`Workspace.campaign`.
    """

    def __init__(self, workspace: Workspace, found: model.Campaign) -> None:
        self.workspace = workspace
        self.campaign_id, self.name, self.version_id = found.campaign_id, found.name, found.version_id
        self.tasks = Table(workspace, "tasks", found.campaign_id)
        self.issues = Table(workspace, "issues", found.campaign_id)

    def plan(self) -> model.Plan:
        """Return what launching would do: tasks per step, and warnings. Nothing is changed."""
        return self.workspace.client.call("campaigns.plan", model.Plan, campaign_id=self.campaign_id)

    def launch(self) -> model.Plan:
        """Create the first task of every asset; people can work from now on."""
        return self.workspace.client.call("campaigns.launch", model.Plan, campaign_id=self.campaign_id)

    def progress(self) -> model.Progress:
        """Return where the assets are now."""
        return self.workspace.client.call("campaigns.progress", model.Progress, campaign_id=self.campaign_id)

    def spec(self) -> model.CampaignSpec:
        """Return what defines the campaign."""
        return self.workspace.client.call("campaigns.spec", model.CampaignSpec, campaign_id=self.campaign_id)

    def __repr__(self) -> str:
        return f"Campaign({self.name!r})"


class Table:
    """A table of a campaign, filtered as one asks.

    Parameters
    ----------
    workspace
        The workspace.
    view
        ``"tasks"`` or ``"issues"``.
    campaign_id
        The campaign.
    """

    #: A task's "status" is what people also call its state.
    _SAME: ClassVar = {"status": "state", "step": "step_name"}

    def __init__(self, workspace: Workspace, view: str, campaign_id: int) -> None:
        self._workspace, self._view, self._campaign_id = workspace, view, campaign_id

    def df(self, **filters: Any) -> pd.DataFrame:
        """Return the rows as a DataFrame.

        Parameters
        ----------
        **filters
            Columns and the value, or list of values, that they must have: ``status="to_rework"``,
            ``assignee=["ana", "ben"]``, ``step="draw"`` (name or index). Tasks: the current task of each asset;
            ``is_current=False`` gives the ones before. Issues: ``open=True`` for those not resolved, ``open=False`` for
            those resolved.

        Raises
        ------
        InvalidInput
            There is no such column; the message lists them.
        """
        rows = self._workspace.sql(
            f"select * from {self._view} where campaign_id = $1 order by {self._view[:-1]}_id", [self._campaign_id]
        )
        if self._view == "issues" and "open" in filters:
            resolved = rows["state"] == "resolved"
            rows = rows[~resolved if filters.pop("open") else resolved]
        if self._view == "tasks":
            filters.setdefault("is_current", True)
        for name, value in filters.items():
            column = self._SAME.get(name, name)
            if name == "step" and (isinstance(value, int) or self._view == "issues"):
                column = "step"
            if column not in rows.columns:
                raise InvalidInput(f"{self._view} have no column {name!r}; they have {', '.join(rows.columns)}.")
            wanted = list(value) if isinstance(value, list | tuple | set) else [value]
            rows = rows[rows[column].isin(wanted)]
        return rows.reset_index(drop=True)
