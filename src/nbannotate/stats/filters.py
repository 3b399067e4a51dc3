"""The filters that every table shares (members, steps, since, until) and the query that they become.

All times in a workspace are naive UTC. A period is half open: ``since <= t < until``. A day given as ``until`` is
included whole. A task that is closed belongs to the moment at which it was closed; a task that is open is open *now*.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from nbannotate.errors import InvalidInput
from nbannotate.model.choices import sentence, unknown
from nbannotate.model.values import as_list, plain
from nbannotate.stats.scope import Scope, resolve

if TYPE_CHECKING:
    import pandas as pd

When = dt.datetime | dt.date | str | None
Names = str | Iterable[str] | None


class FilterArguments(TypedDict, total=False):
    """The filters as keyword arguments, for functions that pass them on (charts)."""

    members: Names
    steps: Names
    since: When
    until: When


#: Said once, appended to the docstring of every table and chart.
FILTERS_DOC = """
Filters
-------
members : str or list of str, optional
    Logins; None takes everybody, also tasks that wait for somebody.
steps : str or list of str, optional
    Names of workflow steps.
since, until : datetime, date or ISO text, optional
    The period, half open, in UTC. A plain day as ``until`` is included whole. A closed task belongs to the moment at
    which it was closed, an open one to now.

Raises
------
InvalidInput
    If a login or a step is unknown in this scope, a time is not a time, or the period is upside down.
"""


def utc_now() -> dt.datetime:
    """Return the present as naive UTC, as the workspace stores times."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def moment(name: str, value: When, *, end: bool = False) -> dt.datetime | None:
    """Return a time as naive UTC; a plain day is its beginning, or with ``end`` the beginning of the next day.

    Raises
    ------
    InvalidInput
        If the value is not a datetime, a date or an ISO 8601 text.
    """
    value = plain(value)
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value) if len(value) <= 10 else dt.datetime.fromisoformat(value)
        except ValueError:
            raise InvalidInput(
                f"{name} must be a time such as '2026-07-01' or '2026-07-01T08:00', not {value!r}."
            ) from None
    if isinstance(value, dt.datetime):
        try:
            return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
        except OverflowError:
            raise InvalidInput(f"{name} lies beyond the times that there are: {value}.") from None
    if isinstance(value, dt.date):
        day = dt.datetime(value.year, value.month, value.day)
        if end and value == dt.date.max:
            return dt.datetime.max
        return day + dt.timedelta(days=1) if end else day
    raise InvalidInput(f"{name} must be a datetime, a date or an ISO text, not {value!r}.")


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
    """The shared filters, normalised. ``None`` filters nothing; an empty tuple lets nothing pass."""

    members: tuple[str, ...] | None = None
    steps: tuple[str, ...] | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    @classmethod
    def of(cls, members: Names = None, steps: Names = None, since: When = None, until: When = None) -> Filters:
        """Return filters from what a user typed.

        Raises
        ------
        InvalidInput
            If a value is not usable; the message names the filter.
        """
        start, end = moment("since", since), moment("until", until, end=True)
        if start is not None and end is not None and end <= start:
            raise InvalidInput(f"until ({until}) must come after since ({since}).")
        return cls(names("members", members), names("steps", steps), start, end)


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
        if filters.since is not None:
            parts.append(f"{column} >= {self.bind_time(filters.since)}")
        if filters.until is not None:
            parts.append(f"{column} < {self.bind_time(filters.until)}")
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

    def task_moment(self, prefix: str = "") -> str:
        """Return the moment a task belongs to: when it was closed, or now while it is open."""
        return f"coalesce({prefix}closed, timestamp '{utc_now().isoformat(sep=' ')}')"

    def run(self, sql: str) -> pd.DataFrame:
        """Ask the workspace."""
        return self.workspace.sql(sql, tuple(self.parameters))


def check_known(scope: Scope, filters: Filters) -> None:
    """Raise InvalidInput if a filter names a member or a step that the scope does not have."""
    if filters.members:
        asked = Query(scope)
        found = asked.run(f"select login as name from members where {asked.member_of('login', filters.members)}")
        _refuse_unknown("member", filters.members, found, Query(scope).run("select login as name from members"))
    if filters.steps:
        asked = Query(scope)
        every = asked.run(f"select distinct name from steps where {asked.in_campaign()}")
        _refuse_unknown("step", filters.steps, every, every)


def _refuse_unknown(what: str, asked: tuple[str, ...], found: pd.DataFrame, every: pd.DataFrame) -> None:
    missing = [name for name in asked if name not in set(found["name"])]
    if missing:
        raise InvalidInput(sentence(unknown(what, missing[0], sorted(every["name"]), " here")))
