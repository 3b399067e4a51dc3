"""The filters that every table shares (member, step, start, end, tz) and the query that they become.

All times in a workspace are naive UTC. A period is half open: ``start <= t < end``. A day given as ``end`` is
included whole. A task that is closed belongs to the moment at which it was closed; a task that is open is open *now*.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict
from zoneinfo import ZoneInfo

from nbannotate.errors import InvalidInput
from nbannotate.model.calling import told
from nbannotate.model.choices import sentence, unknown
from nbannotate.model.times import When, period, zone
from nbannotate.model.values import as_list, shown
from nbannotate.stats.scope import Scope, resolve

if TYPE_CHECKING:
    import pandas as pd

Names = str | Iterable[str] | None
Steps = str | int | Iterable[str | int] | None

#: How the filters were called before.
OLD = {"members": "member", "steps": "step", "since": "start", "until": "end"}


class FilterArguments(TypedDict, total=False):
    """The filters as keyword arguments, for functions that pass them on (charts)."""

    member: Names
    step: Steps
    start: When
    end: When
    tz: Any


#: Said once, appended to the docstring of every table and chart.
FILTERS_DOC = """
Filters
-------
member : str or list of str, optional
    Logins; None takes everybody, also tasks that wait for somebody.
step : str, int or list of them, optional
    Names of workflow steps, or their indices.
start, end : datetime, date or ISO text, optional
    The period, half open. A plain day as ``end`` is included whole. A closed task belongs to the moment at which it was
    closed, an open one to now.
tz : str, optional
    The zone of the times that are given, of the days and weeks that are counted, and of the times in the answer, for
    example ``"Europe/Zurich"``; None: UTC, without a zone.

Raises
------
InvalidInput
    If a login, a step or a zone is unknown, a time is not a time, or the period is upside down.
"""


def utc_now() -> dt.datetime:
    """Return the present as naive UTC, as the workspace stores times."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def names(name: str, value: Names) -> tuple[str, ...] | None:
    """Return a filter's names as a tuple; one text is one name; None is no filter."""
    if value is None:
        return None
    given = tuple(as_list(name, value))
    for item in given:
        if not isinstance(item, str):
            raise InvalidInput(f"{name} takes names, not {item!r}.")
    return given


@dataclass(frozen=True)
class Filters:
    """The shared filters, normalised. ``None`` filters nothing; an empty tuple lets nothing pass.

    Parameters
    ----------
    members, steps
        Logins; names of steps.
    start, end
        Naive UTC.
    tz
        The name of the zone in which days begin.
    """

    members: tuple[str, ...] | None = None
    steps: tuple[str, ...] | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    tz: str | None = None

    @classmethod
    @told
    def of(
        cls, scope: Scope, *, member: Names = None, step: Steps = None, start: When = None, end: When = None,
        tz: Any = None,
    ) -> Filters:  # fmt: skip
        """Return filters from what a user typed.

        Raises
        ------
        InvalidInput
            If a value is not usable or not known in the scope; the message names the filter.
        """
        during = period(start, end, tz)
        members = names("member", member)
        if members:
            _check_members(scope, members)
        return cls(members, _steps(scope, step), during.start, during.end, zone(tz))


def _check_members(scope: Scope, asked: tuple[str, ...]) -> None:
    """Raise InvalidInput if one of the logins is nobody's."""
    q = Query(scope)
    found = set(q.run(f"select login as name from members where {q.member_of('login', asked)}")["name"])
    for name in asked:
        if name not in found:
            known = Query(scope).run("select login as name from members order by login")["name"]
            raise InvalidInput(sentence(unknown("member", name, known, " here")))


def _steps(scope: Scope, given: Steps) -> tuple[str, ...] | None:
    """Return the names of steps that are given by name or by index."""
    if given is None:
        return None
    wanted = as_list("step", given)
    if not wanted:
        return ()
    q = Query(scope)
    there = q.run(f"select distinct step, name from steps where {q.in_campaign()} order by step")
    found: list[str] = []
    for value in wanted:
        if not isinstance(value, str | int | float):
            raise InvalidInput(f"step takes names of steps, or their places, not {shown(value)}.")
        same = there["name" if isinstance(value, str) else "step"] == value
        if isinstance(value, bool) or not same.any():
            raise InvalidInput(sentence(unknown("step", value, list(dict.fromkeys(there["name"])), " here")))
        found += [str(name) for name in there["name"][same]]
    return tuple(dict.fromkeys(found))


class Query:
    """A query under construction: conditions over one view, with ``$n`` placeholders.

    Parameters
    ----------
    scope
        A Workspace or Campaign handle.
    """

    def __init__(self, scope: Scope) -> None:
        self.workspace, self.campaign_id = resolve(scope)
        self.parameters: list[Any] = []

    def bind(self, value: object) -> str:
        """Keep a value for the query and return its placeholder."""
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    def bind_time(self, value: dt.datetime) -> str:
        """Keep a time; text and a cast mean the same to every engine and survive JSON."""
        return f"cast({self.bind(value.isoformat(sep=' '))} as timestamp)"

    def member_of(self, column: str, values: tuple[str, ...] | None) -> str:
        """Return the condition that a column is one of some values."""
        if values is None:
            return "true"
        return f"{column} in ({', '.join(self.bind(v) for v in values)})" if values else "false"

    def in_campaign(self, column: str = "campaign_id") -> str:
        """Return the condition that rows are in the scope."""
        return "true" if self.campaign_id is None else f"{column} = {self.bind(self.campaign_id)}"

    def in_period(self, column: str, filters: Filters) -> str:
        """Return the condition that a time is in the filters' period."""
        parts = []
        if filters.start is not None:
            parts.append(f"{column} >= {self.bind_time(filters.start)}")
        if filters.end is not None:
            parts.append(f"{column} < {self.bind_time(filters.end)}")
        return " and ".join(parts) or "true"

    def where(self, filters: Filters, *, member: str, step: str, time: str, campaign: str = "campaign_id") -> str:
        """Return the whole condition: the scope and all filters on the named columns."""
        return " and ".join(
            (
                self.in_campaign(campaign),
                self.member_of(member, filters.members),
                self.member_of(step, filters.steps),
                self.in_period(time, filters),
            )
        )

    def beginning(self, column: str, by: str, tz: str | None) -> str:
        """Return the beginning of the hour, day or week of a time, by the clock on the wall of a zone."""
        if tz is not None:
            column = f"timezone({self.bind(tz)}, timezone('UTC', {column}))"
        return f"date_trunc('{by}', {column})"

    def task_moment(self, prefix: str = "") -> str:
        """Return the moment a task belongs to: when it was closed, or now while it is open."""
        return f"coalesce({prefix}closed, timestamp '{utc_now().isoformat(sep=' ')}')"

    def run(self, sql: str) -> pd.DataFrame:
        """Ask the workspace."""
        return self.workspace.sql(sql, tuple(self.parameters))


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
