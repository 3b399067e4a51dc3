"""Hours, days, weeks and months: their beginnings, by the clock on the wall of a zone, and what lies between two."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd

By = Literal["hour", "day", "week", "month"]
PERIODS: tuple[By, ...] = ("hour", "day", "week", "month")
STEPS: dict[By, pd.DateOffset | pd.Timedelta] = {
    "hour": pd.Timedelta(hours=1),
    "day": pd.Timedelta(days=1),
    "week": pd.Timedelta(weeks=1),
    "month": pd.DateOffset(months=1),
}


def floor(moment: dt.datetime, by: By) -> pd.Timestamp:
    """Return the beginning of the hour, day, week (Monday) or month that a moment is in."""
    if by == "hour":
        return pd.Timestamp(moment.replace(minute=0, second=0, microsecond=0))
    day = dt.datetime(moment.year, moment.month, moment.day)
    if by == "month":
        return pd.Timestamp(day.replace(day=1))
    return pd.Timestamp(day if by == "day" else day - dt.timedelta(days=day.weekday()))


def after(period: pd.Timestamp, by: By) -> pd.Timestamp:
    """Return the beginning of the period that follows one, by the clock on the wall."""
    if period.tz is None or by == "hour":
        return period + STEPS[by]
    return (period.tz_localize(None) + STEPS[by]).tz_localize(period.tz, ambiguous=True, nonexistent="shift_forward")


def grid(first: pd.Timestamp, last: pd.Timestamp, by: By) -> pd.DatetimeIndex:
    """Return the beginnings of all periods from one to another, both included."""
    return pd.date_range(first, last, freq="MS" if by == "month" else STEPS[by], name="period")


def of_wall(times: pd.Series[Any], tz: str | None) -> pd.Series[Any]:
    """Return times by the clock on the wall of a zone as naive UTC."""
    if tz is None:
        return times
    # An hour that comes twice counts as the first one; one that is left out, as the moment after it.
    there = times.dt.tz_localize(tz, ambiguous=[True] * len(times), nonexistent="shift_forward")
    found: pd.Series[Any] = there.dt.tz_convert("UTC").dt.tz_localize(None)
    return found


def wall(moment: dt.datetime, tz: str | None) -> dt.datetime:
    """Return what the clock on the wall of a zone says at a moment, which is naive UTC."""
    return moment if tz is None else moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(tz)).replace(tzinfo=None)
