"""Campaigns, and what is in one: tasks, jobs, assets, issues, events, as tables."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, get_args

from nbannotate import model
from nbannotate.errors import InvalidInput
from nbannotate.model import deprecations
from nbannotate.model.times import When
from nbannotate.model.values import plain
from nbannotate.workspace.filtering import matches, values
from nbannotate.workspace.row import Row
from nbannotate.workspace.table import Listed, Rows, number

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.campaign import Campaign
    from nbannotate.workspace.connection import Connection

_ASSETS = "from assets a join campaigns c on c.version_id = a.version_id where $1 is null or c.campaign_id = $1"
#: Where the names come from that a column may have, also if no row has them; $1 is the campaign, or null for all.
_NAMES = {
    "asset": f"select distinct a.name {_ASSETS}",
    "sequence": f"select distinct a.sequence as name {_ASSETS}",
    "step_name": "select distinct name from steps where $1 is null or campaign_id = $1",
    "campaign": "select name from campaigns where $1 is null or true",
}
_WORDS: dict[str, tuple[str, ...]] = {"kind": get_args(model.StepKind), "outcome": get_args(model.Outcome)}


class Campaigns(Listed["Campaign"]):
    """The campaigns of a workspace, newest first.

    Parameters
    ----------
    workspace
        The workspace.
    make
        Makes the handle of a campaign.
    """

    what, one, view, puts_away = "campaigns", "campaign", "campaigns", True
    first = ("name", "state", "dataset", "version", "total", "remaining", "due")

    def __init__(self, workspace: Connection, make: Callable[[model.Campaign], Campaign]) -> None:
        super().__init__(workspace)
        self._make = make

    def _sql(self, history: bool = False) -> str:
        kept = "" if history else " and archived is null"
        return f"select * from campaigns where ($1 is null or true){kept} order by campaign_id desc"

    def _asks_for_archived(self, filters: dict[str, Any]) -> bool | None:
        asks_by_state = "state" in filters and "archived" in values("state", filters["state"])
        return None if asks_by_state else super()._asks_for_archived(filters)

    def _list(self) -> list[Campaign]:
        return [self._make(c) for c in self._workspace.client.call("campaigns.list", list[model.Campaign])]

    def _known(self, column: str) -> list[str] | None:
        return list(get_args(model.CampaignState)) if column == "state" else super()._known(column)

    def __call__(self) -> list[Campaign]:
        """Return what the old name ``ws.campaigns()`` did: ``list(ws.campaigns)``."""
        deprecations.say("ws.campaigns()", "list(ws.campaigns)")
        return list(self)


class WorkTable(Rows[Row]):
    """A table of a campaign, or of a workspace.

    Parameters
    ----------
    workspace
        The workspace.
    campaign
        The campaign; None for all.
    """

    order: ClassVar[str] = ""
    states: ClassVar[tuple[str, ...]] = ()

    def __init__(self, workspace: Connection, campaign: Campaign | None = None) -> None:
        super().__init__(workspace)
        self._campaign = campaign

    def _sql(self, history: bool = False) -> str:
        return f"select * from {self.view} where $1 is null or campaign_id = $1 order by {self.order}"

    def _scope(self) -> int | None:
        return None if self._campaign is None else self._campaign.campaign_id

    def _of(self) -> str:
        return "" if self._campaign is None else f" in {self._campaign.name!r}"

    def _item(self, row: dict[str, Any]) -> Row:
        return Row(self.one, row)

    def _where(self, name: Any) -> tuple[str, list[Any]] | None:
        return None if (key := number(name)) is None else (f"{self.key} = $2", [key])

    def _picked(self, rows: pd.DataFrame, filters: dict[str, Any]) -> pd.DataFrame:
        left = dict(filters)
        if "status" in left and "state" in rows.columns:
            rows = rows[self._with_status(rows, values("status", left.pop("status")))]
        return super()._picked(rows, left)

    def _with_status(self, rows: pd.DataFrame, wanted: list[Any]) -> pd.Series[bool]:
        """Return which rows have a status; a state, which was once asked for in this way, is said to be one."""
        if "status" not in rows.columns:
            deprecations.say(f"{self.what}.df(status=…)", f"{self.what}.df(state=…)")
            return matches(rows["state"], "state", wanted, self._known)
        states = [v for v in wanted if v in self.states and v not in model.BUILT_IN_STATUSES]
        if states:
            deprecations.say(f"{self.what}.df(status={states[0]!r})", f"{self.what}.df(state={states[0]!r})")
        others = [v for v in wanted if v not in states]
        return rows["state"].isin(states) | matches(rows["status"], "status", others, self._known)

    def _steps(self) -> dict[str, list[int]]:
        found = self._frame_of(
            "select distinct step, name from steps where $1 is null or campaign_id = $1 order by step"
        )
        return {name: list(map(int, rows["step"])) for name, rows in found.groupby("name", sort=False)}  # type: ignore[misc]

    def _known(self, column: str) -> list[str] | None:
        if column in _NAMES:
            return sorted(self._frame_of(_NAMES[column])["name"].dropna())
        if column == "state":
            return list(self.states)
        if column == "status":
            return [*sorted(model.BUILT_IN_STATUSES), *self._own_statuses()]
        if column == "operation":
            from nbannotate.operations.registry import operations

            return list(operations())
        return list(_WORDS[column]) if column in _WORDS else super()._known(column)

    def _own_statuses(self) -> list[str]:
        """Return the statuses that the steps of the campaign give."""
        if self._campaign is None:
            return []
        return sorted({s for step in self._campaign.spec.workflow.steps for s in step.statuses})


#: Tasks that are current, and all copies that are open.
_NOW = "(is_current or state in ('in_progress', 'to_rework'))"


class Tasks(WorkTable):
    """The current task of each asset of a campaign; ``.df(history=True)`` gives all visits.

    ``campaign.tasks["a.png"]`` is the current task of an asset, ``campaign.tasks[task_id]`` any task.
    """

    what, one, view, key, order = "tasks", "task", "tasks", "asset", "position, task_id"
    states = model.TASK_STATES
    means: ClassVar[Mapping[str, str]] = {"member": "assignee"}
    first = ("task_id", "asset", "step_name", "state", "status", "assignee", "round", "issues")

    def _sql(self, history: bool = False) -> str:
        current = "" if history else f" and {_NOW}"
        return f"select * from tasks where ($1 is null or campaign_id = $1){current} order by {self.order}"

    def _where(self, name: Any) -> tuple[str, list[Any]] | None:
        if (task_id := number(name)) is not None:
            return "task_id = $2", [task_id]
        return ("is_current and asset = $2", [name]) if isinstance(name, str) else None

    def _times(self, rows: pd.DataFrame) -> pd.Series[Any]:
        # A task that is closed belongs to the moment at which it was closed, an open one to now, as in statistics.
        return rows["closed"].fillna(datetime.datetime.now(datetime.UTC).replace(tzinfo=None))

    def df(
        self, *, history: bool = False, start: When = None, end: When = None, tz: Any = None, **filters: Any
    ) -> pd.DataFrame:
        """Return the current task of each asset as a DataFrame; where several people answer for it, all that are open.

        The column ``copy`` says which of them it is.

        Parameters
        ----------
        history
            All visits of every asset, and not only its current task.
        start, end
            Only tasks of this period, half open; a plain day as ``end`` is included whole. A closed task belongs to the
            moment at which it was closed, an open one to now.
        tz
            The zone of the times that are given, and of those in the answer; None: they are UTC, without a zone.
        **filters
            Columns and the value, or list of values, that they must have: ``state="to_rework"`` (where it stands),
            ``status="approved"`` (how it ended), ``step="draw"`` (name or index), ``member=["ana", "ben"]``; None for
            what is missing. ``is_current=False`` gives the tasks before. Of times, a day is the whole day.

        Raises
        ------
        InvalidInput
            There is no such column, or no such state, status, step, member, asset …; the message lists what there is.
        """
        rows = self._frame(history=True)
        if not plain(history) and "is_current" not in filters:
            rows = rows[rows["is_current"] | rows["state"].isin(("in_progress", "to_rework"))]
        return self._narrowed(rows, filters, start, end, tz)


class Jobs(WorkTable):
    """The jobs of a campaign: the tasks of one person at one step, counted.

    ``campaign.jobs["draw", "ana"]`` is one: the step's name or index, and the member.
    """

    what, one, view, key, order = "jobs", "job", "jobs", "member", "step, member"
    states, time = get_args(model.JobState), ""
    first = ("step_name", "member", "state", "total", "remaining", "returned", "issues", "worked_s")

    def _where(self, name: Any) -> tuple[str, list[Any]] | None:
        if not isinstance(name, tuple) or len(name) != 2:
            return None
        step, member = name
        return f"{'step_name' if isinstance(step, str) else 'step'} = $2 and member = $3", [step, member]

    def _names(self) -> list[Any]:
        found = self._frame()
        return list(zip(found["step_name"], found["member"], strict=True))

    def _name_of(self, item: Any) -> Any:
        return (item.step_name, item.member) if isinstance(item, Row) else item


class AssetStates(WorkTable):
    """The assets of a campaign: where each one stands, and how it was closed last; ``campaign.assets["a.png"]``."""

    what, one, view, key, order = "assets", "asset", "asset_states", "asset", "asset"
    states, time = model.TASK_STATES, ""
    means: ClassVar[Mapping[str, str]] = {"member": "assignee", "name": "asset"}
    first = ("asset", "state", "step_name", "assignee", "status", "outcome")

    def _where(self, name: Any) -> tuple[str, list[Any]] | None:
        if (asset_id := number(name)) is not None:
            return "asset_id = $2", [asset_id]
        return ("asset = $2", [name]) if isinstance(name, str) else None


class Issues(WorkTable):
    """The issues of a campaign; ``campaign.issues[issue_id]`` is one."""

    what, one, view, key, order = "issues", "issue", "issues", "issue_id", "issue_id"
    states = get_args(model.IssueState)
    means: ClassVar[Mapping[str, str]] = {"member": "author"}
    first = ("issue_id", "asset", "state", "author", "text", "comments", "created")

    def df(
        self, *, open: bool | None = None, start: When = None, end: When = None, tz: Any = None, **filters: Any
    ) -> pd.DataFrame:
        """Return the issues as a DataFrame.

        Parameters
        ----------
        open
            True for those that are not resolved, False for those that are.
        start, end
            Only issues that were raised in this period, half open; a plain day as ``end`` is included whole.
        tz
            The zone of the times that are given, and of those in the answer; None: they are UTC, without a zone.
        **filters
            Columns and the value, or list of values, that they must have: ``state="for_review"``, ``member="ben"`` (who
            raised it), ``step="check"`` (name or index). Of times, a day is the whole day.

        Raises
        ------
        InvalidInput
            There is no such column, or no such state, step, member, asset …; the message lists what there is.
        """
        rows, is_open = self._frame(), plain(open)
        if is_open is not None:
            if not isinstance(is_open, bool):
                raise InvalidInput(f"open is True or False, not {is_open!r}.")
            rows = rows[(rows["state"] != "resolved") == is_open]
        return self._narrowed(rows, filters, start, end, tz)


class Events(WorkTable):
    """Who did what, when, in a campaign or in the whole workspace; ``campaign.events[event_id]`` is one."""

    what, one, view, key, order = "events", "event", "events", "event_id", "event_id"
    first = ("event_id", "created", "member", "operation", "worked_s")
