"""A question to the public views while it is written: where it looks, its filters, the values of its placeholders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nbannotate.stats.filters import Filters, utc_now
from nbannotate.stats.reading import Reading
from nbannotate.stats.scope import Scope, resolve

if TYPE_CHECKING:
    import pandas as pd


class Query:
    """A question of a table: conditions over views, whose values are bound as ``$1``, ``$2`` ….

    Parameters
    ----------
    scope
        A handle of a workspace, a dataset, a version or a campaign.
    filters
        The filters that were given.
    """

    def __init__(self, scope: Scope, filters: Filters | None = None) -> None:
        self._scope, self.place = scope, resolve(scope)
        self.filters = filters or Filters()
        self.now = utc_now()
        self.parameters: list[Any] = []
        self._known: dict[str, tuple[int, ...]] = {}

    def fresh(self) -> Query:
        """Return another question to the same place, with the same filters and the same present."""
        found = Query(self._scope, self.filters)
        found.now, found._known = self.now, self._known
        return found

    # Values and conditions ------------------------------------------------------------------------------------------

    def bind(self, value: object) -> str:
        """Keep a value for the query and return its placeholder."""
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    def bind_time(self, value: dt.datetime) -> str:
        """Keep a time; text and a cast mean the same to every engine and survive JSON."""
        return f"cast({self.bind(value.isoformat(sep=' '))} as timestamp)"

    def one_of(self, column: str, values: Iterable[object] | None) -> str:
        """Return the condition that a column is one of some values; None is no condition."""
        if values is None:
            return "true"
        bound = [self.bind(v) for v in values]
        return f"{column} in ({', '.join(bound)})" if bound else "false"

    def in_campaigns(self, column: str = "campaign_id") -> str:
        """Return the condition that rows are of the campaigns in the scope."""
        match self.place.kind:
            case "workspace":
                return "true"
            case "campaign":
                return f"{column} = {self.bind(self.place.number)}"
            case "version":
                ids = self._ids("select campaign_id as id from campaigns where version_id = $1")
            case _:
                ids = self._ids(
                    "select c.campaign_id as id from campaigns c join versions v on v.version_id = c.version_id "
                    "where v.dataset_id = $1"
                )
        return self.one_of(column, ids)

    def in_versions(self, column: str = "version_id") -> str:
        """Return the condition that rows are of the versions in the scope; of a campaign, the one that it annotates."""
        match self.place.kind:
            case "workspace":
                return "true"
            case "version":
                return f"{column} = {self.bind(self.place.number)}"
            case "campaign":
                ids = self._ids("select version_id as id from campaigns where campaign_id = $1")
            case _:
                ids = self._ids("select version_id as id from versions where dataset_id = $1")
        return self.one_of(column, ids)

    def shares_rows(self) -> bool:
        """Return whether several versions in the scope may show one revision: one was made from another."""
        if self.place.kind in ("version", "campaign"):
            return False
        q = Query(self._scope)
        return bool(len(q.run(f"select 1 from versions where parent_id is not null and {q.in_versions()} limit 1")))

    def _ids(self, sql: str) -> tuple[int, ...]:
        if sql not in self._known:
            found = self.place.workspace.sql(sql, (self.place.number,))["id"]
            self._known[sql] = tuple(int(i) for i in found)
        return self._known[sql]

    def in_period(self, column: str) -> str:
        """Return the condition that a time is in the filters' period."""
        parts = []
        if self.filters.start is not None:
            parts.append(f"{column} >= {self.bind_time(self.filters.start)}")
        if self.filters.end is not None:
            parts.append(f"{column} < {self.bind_time(self.filters.end)}")
        return " and ".join(parts) or "true"

    def where(
        self, *, member: str | None = None, step: str | None = None, label: str | None = None, time: str | None = None,
        campaign: str | None = "campaign_id",
    ) -> str:  # fmt: skip
        """Return the whole condition: the scope and the filters on the named columns; None leaves one out."""
        parts = (
            campaign and self.in_campaigns(campaign),
            member and self.one_of(member, self.filters.members),
            step and self.one_of(step, self.filters.steps),
            label and self.one_of(label, self.filters.labels),
            time and self.in_period(time),
        )
        return " and ".join(part for part in parts if part and part != "true") or "true"

    # Times ----------------------------------------------------------------------------------------------------------

    def on_the_wall(self, column: str) -> str:
        """Return what the clock on the wall of the zone says at a time."""
        if self.filters.tz is None:
            return column
        return f"timezone({self.bind(self.filters.tz)}, timezone('UTC', {column}))"

    def beginning(self, column: str) -> str:
        """Return the beginning of the hour, day, week or month of a time, by the clock on the wall of the zone."""
        return f"date_trunc('{self.filters.by}', {self.on_the_wall(column)})"

    def moment(self, prefix: str = "") -> str:
        """Return the moment that a task or an issue belongs to: when it was closed, or now while it is open.

        For now stands another moment that is as far in the period, or as far out of it, as now is: the next question is
        the same then.
        """
        start, end, now = self.filters.start, self.filters.end, self.now
        just = dt.timedelta(microseconds=1)
        if start is not None and now < start:
            now = start - just
        elif end is not None and now >= end:
            now = end
        elif start is not None:
            now = start
        elif end is not None:
            now = end - just
        return f"coalesce({prefix}closed, timestamp '{now.isoformat(sep=' ')}')"

    # Asking ---------------------------------------------------------------------------------------------------------

    def run(self, sql: str) -> pd.DataFrame:
        """Ask the workspace."""
        return self.place.workspace.sql(sql, tuple(self.parameters))

    def progress(self, done: int, total: int) -> None:
        """Tell whoever waits how many pieces of long work are done."""
        if isinstance(self.place.workspace, Reading):
            self.place.workspace.progress(done, total)
