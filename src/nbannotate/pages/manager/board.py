"""What the dashboard shows, as one value: the manager's choice goes in, tables come out. No widgets here."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from nbannotate import stats  # noqa: F401  (finds the tables before their files are imported one by one)
from nbannotate.charts.look import Look
from nbannotate.stats.filters import utc_now
from nbannotate.stats.issue_states import issue_states
from nbannotate.stats.issues import issues
from nbannotate.stats.members import members
from nbannotate.stats.periods import By
from nbannotate.stats.progress import progress
from nbannotate.stats.query import Query
from nbannotate.stats.scope import HasSql, InWorkspace, Scope
from nbannotate.stats.tasks import tasks
from nbannotate.stats.throughput import throughput
from nbannotate.stats.time_per_task import time_per_task

if TYPE_CHECKING:
    import pandas as pd

PERIODS = ("all", "today", "7 days", "30 days", "custom")


@dataclass(frozen=True)
class Choice:
    """What the manager wants to see.

    Parameters
    ----------
    campaign_id
        One campaign, or None for all.
    period
        One of :data:`PERIODS`; ``start`` and ``end`` count for ``"custom"`` only.
    step, member
        Only this step, only this member; None takes all.
    by
        Width of the periods of charts over time.
    """

    campaign_id: int | None = None
    period: str = "all"
    start: dt.date | None = None
    end: dt.date | None = None
    step: str | None = None
    member: str | None = None
    by: By = "day"

    def filters(self) -> dict[str, Any]:
        """Return the choice as the filters of the statistics."""
        start: dt.date | None = None
        end: dt.date | None = None
        today = utc_now().date()
        if self.period == "custom":
            start, end = self.start, self.end
        elif self.period == "today":
            start = today
        elif self.period != "all":
            start = today - dt.timedelta(days=int(self.period.split()[0]) - 1)
        return {"member": self.member, "step": self.step, "start": start, "end": end}


@dataclass(frozen=True)
class Board:
    """The tables of one moment.

    Parameters
    ----------
    mark
        What :func:`mark` said before the tables were read.
    choice
        What was asked for, without a campaign, step or member that is not there.
    campaigns
        Names by number, newest first.
    steps, logins
        What the filters offer.
    launched
        Whether any campaign in view is launched.
    mean_s
        Mean time of a closed task, in seconds; NaN if there is none.
    """

    mark: tuple[int, dt.datetime]
    choice: Choice
    campaigns: Mapping[int, str]
    steps: tuple[str, ...]
    logins: tuple[str, ...]
    look: Look
    launched: bool
    progress: pd.DataFrame
    tasks: pd.DataFrame
    throughput: pd.DataFrame
    time_per_task: pd.DataFrame
    issues: pd.DataFrame
    issue_states: pd.DataFrame
    members: pd.DataFrame

    @property
    def mean_s(self) -> float:
        """Mean time of a closed task over everybody, in seconds."""
        closed = int(self.time_per_task["tasks"].sum())
        return float(self.time_per_task["total_s"].sum()) / closed if closed else math.nan

    @property
    def open_issues(self) -> int:
        """Issues that are not resolved."""
        states = self.issue_states
        return int(states.loc[states["state"] != "resolved", "issues"].sum())

    def total(self, column: str) -> int:
        """Return the sum of a column of the progress."""
        return int(self.progress[column].sum())


def mark(workspace: HasSql) -> tuple[int, dt.datetime]:
    """Return a value that changes when anything was done in the workspace, or an hour has passed; cheap to ask."""
    last = workspace.sql("select coalesce(max(event_id), 0) as last from events")
    return int(last["last"].iloc[0]), utc_now().replace(minute=0, second=0, microsecond=0)


def load(workspace: HasSql, choice: Choice) -> Board:
    """Read what a choice asks for.

    Raises
    ------
    NotAllowed
        If the member may not see statistics.
    """
    seen = mark(workspace)
    campaigns = workspace.sql(
        "select campaign_id, name, launched from campaigns order by created desc, campaign_id desc"
    )
    names = {int(i): str(name) for i, name in zip(campaigns["campaign_id"], campaigns["name"], strict=True)}
    scope: Scope = workspace
    if choice.campaign_id in names:
        campaigns = campaigns[campaigns["campaign_id"] == choice.campaign_id]
        scope = _campaign(workspace, choice.campaign_id)
    steps = _column(scope, "select name, min(step) from steps where {} group by name order by min(step), name")
    logins = _column(scope, "select distinct assignee from tasks where assignee is not null and {} order by assignee")
    choice = replace(
        choice,
        campaign_id=choice.campaign_id if choice.campaign_id in names else None,
        step=choice.step if choice.step in steps else None,
        member=choice.member if choice.member in logins else None,
    )
    filters = choice.filters()
    return Board(
        mark=seen,
        choice=choice,
        campaigns=names,
        steps=steps,
        logins=logins,
        look=Look.of(scope, by=choice.by),
        launched=bool(campaigns["launched"].notna().any()),
        progress=progress(scope, **filters),
        tasks=tasks(scope, **filters),
        throughput=throughput(scope, by=choice.by, **filters),
        time_per_task=time_per_task(scope, **filters),
        issues=issues(scope, by=choice.by, **filters),
        issue_states=issue_states(scope, **filters),
        members=members(scope, **filters),
    )


def _campaign(workspace: HasSql, campaign_id: int | None) -> InWorkspace:
    """Return a scope of one campaign; the page needs no more of a handle than this."""
    return SimpleNamespace(workspace=workspace, campaign_id=campaign_id)


def _column(scope: Scope, sql: str) -> tuple[str, ...]:
    """Return the first column of a query over the scope; ``{}`` stands for the condition on the campaign."""
    q = Query(scope)
    frame = q.run(sql.format(q.in_campaigns()))
    return tuple(str(value) for value in frame[frame.columns[0]])
