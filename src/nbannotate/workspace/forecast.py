"""When a campaign will end, as a notebook asks for it, and what more people would change."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbannotate.cards import short
from nbannotate.model.values import as_mapping
from nbannotate.workspace.handle import Handle

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from nbannotate.workspace.campaign import Campaign

__all__ = ["Forecast", "forecast"]


class Forecast(Handle):
    """When a campaign will end at the present pace.

    Made by :meth:`Campaign.forecast` and :meth:`what_if`. It does not change any more; ask again for a later one.

    Parameters
    ----------
    campaign
        The campaign.
    add
        How many people are added, by step.
    filters
        As :meth:`Campaign.forecast` takes them.
    """

    def __init__(self, campaign: Campaign, add: Mapping[str, int] | None, **filters: Any) -> None:
        self._campaign, self._filters = campaign, filters
        self._table: pd.DataFrame = _stats().forecast(campaign, add=add, **filters)
        self._add: dict[str, int] = {} if add is None else as_mapping("add", add)
        self._whole: Mapping[Any, Any] = self._table[self._table["step_name"].isna()].to_dict("records")[0]
        self._seal()

    @property
    def end(self) -> dt.datetime | None:
        """When it ends, as probably before as after; None where that is not known: :attr:`note` says why."""
        return self._moment("end")

    @property
    def earliest(self) -> dt.datetime | None:
        """It ends before with a probability of 10 %."""
        return self._moment("earliest")

    @property
    def latest(self) -> dt.datetime | None:
        """It ends after with a probability of 10 %; None, too, where that is years away."""
        return self._moment("latest")

    @property
    def before(self) -> dt.datetime | None:
        """When it would end without the people who are added."""
        return self._moment("before")

    @property
    def in_time(self) -> float | None:
        """How probably it ends by the last day of the work, 0 to 1; None if no day is set."""
        found = float(self._whole["in_time"])
        return None if found != found else found

    @property
    def bottleneck(self) -> str | None:
        """The step at which one person more brings the end forward most; None if none does."""
        steps = self._table.loc[self._table["bottleneck"], "step_name"]
        return str(steps.iloc[0]) if len(steps) else None

    @property
    def note(self) -> str:
        """Why there is no end; empty where there is one."""
        return "" if is_missing(self._whole["note"]) else str(self._whole["note"])

    @property
    def added(self) -> dict[str, int]:
        """How many people are added, by step."""
        return dict(self._add)

    def df(self) -> pd.DataFrame:
        """Return the table ``nb.stats.forecast``: the whole campaign, and each step."""
        return self._table.copy()

    def days(self) -> pd.DataFrame:
        """Return the table ``nb.stats.forecast_days``: what is left, day by day."""
        found: pd.DataFrame = _stats().forecast_days(self._campaign, add=self._add, **self._filters)
        return found

    def figure(self) -> go.Figure:
        """Return the chart ``nb.charts.forecast_days``: what is left, day by day."""
        charts = importlib.import_module("nbannotate.charts")
        found: go.Figure = charts.forecast_days(self._campaign, add=self._add, **self._filters)
        return found

    def what_if(self, add: Mapping[str, int]) -> Forecast:
        """Return the forecast with more people: ``campaign.forecast().what_if(add={"draw": 2})``.

        Parameters
        ----------
        add
            How many people are added, by step. They work as long, and as fast, as those do who are there.

        Raises
        ------
        InvalidInput
            There is no such step, or a number is none.
        """
        return Forecast(self._campaign, add, **self._filters)

    def _moment(self, name: str) -> dt.datetime | None:
        value = self._whole[name]
        return None if is_missing(value) else value.to_pydatetime()

    def __repr__(self) -> str:
        name, more = short(self._campaign.name), f", add={short(self._add)}" if self._add else ""
        if self.end is None:
            return f"Forecast({name}{more}: {self.note})"
        span = f"{self.end:%Y-%m-%d}"
        if self.earliest is not None and self.latest != self.earliest:
            span += f", {self.earliest:%Y-%m-%d} to {f'{self.latest:%Y-%m-%d}' if self.latest else '?'} (80 %)"
        return f"Forecast({name}{more}: {span})"


def forecast(campaign: Campaign, *, start: Any = None, end: Any = None, tz: Any = None, member: Any = None) -> Forecast:
    """Return when the campaign will end at the present pace, and where the bottleneck is.

    Below 20 finished tasks there is no end, and :attr:`Forecast.note` says so. docs/forecast.md tells how it is
    computed, and how often it is right.

    Parameters
    ----------
    start, end
        The period whose pace it is; the last 14 days if not given.
    tz
        The zone of the times, for example ``"Europe/Zurich"``; None: UTC.
    member
        Only the pace of these people: as if nobody else went on.

    Raises
    ------
    InvalidInput
        A time, a zone or a member is not usable.
    NotAllowed
        You may not see statistics.
    """
    return Forecast(campaign, None, start=start, end=end, tz=tz, member=member)


def _stats() -> Any:
    """Return what stands above in the house, and is loaded when it is asked for."""
    return importlib.import_module("nbannotate.stats")


def is_missing(value: object) -> bool:
    """Return whether a value of the table says nothing."""
    return value is None or str(value) in ("<NA>", "NaT")
