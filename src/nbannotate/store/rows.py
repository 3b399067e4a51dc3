"""The rows that daily work reads and writes one by one, by their keys; everything else is a statement of its own.

What reads or writes a row by its key says so (:meth:`Transaction.rows`, ``row``, ``insert``, ``update``), and leaves it
to the database how: an ordinary transaction runs a statement each; that of the only owner of a DuckDB file knows many
rows already, and writes those of several operations together (:mod:`nbannotate.store.duckdb.write_through`).
"""

from __future__ import annotations

import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct

from nbannotate.model import IssueState, Outcome, TaskState

Row = TypeVar("Row", bound=Struct)


class TaskRow(Struct, frozen=True):
    """A task."""

    task_id: int
    campaign_id: int
    asset_id: int
    step: int
    round: int
    state: TaskState
    outcome: Outcome | None
    assignee_id: int | None
    position: int
    is_current: bool
    worked_s: float
    created: datetime.datetime
    opened: datetime.datetime | None
    touched: datetime.datetime | None
    closed: datetime.datetime | None
    status: str | None
    leased_until: datetime.datetime | None
    note: str | None
    shown_s: float | None
    editing_s: float | None
    copy: int | None
    gold: int | None

    @property
    def is_open(self) -> bool:
        """Whether somebody has to work on it."""
        return self.state in ("in_progress", "to_rework")


class DraftRow(Struct, frozen=True):
    """What a member has drawn in a task and not submitted: ``body`` is an annotation as JSON."""

    task_id: int
    member_id: int
    revision: int
    body: str
    saved: datetime.datetime


class HeadRow(Struct, frozen=True):
    """The revision that a layer shows of an asset."""

    layer_id: int
    asset_id: int
    annotation_id: int | None


class IssueRow(Struct, frozen=True):
    """An issue, without its thread; the zone in image pixels."""

    issue_id: int
    campaign_id: int
    asset_id: int
    task_id: int
    shape_id: str | None
    x0: float | None
    y0: float | None
    x1: float | None
    y1: float | None
    state: IssueState
    author_id: int
    created: datetime.datetime
    closed: datetime.datetime | None
    closed_by: int | None


class LapseRow(Struct, frozen=True):
    """When a member lost a task."""

    task_id: int
    member_id: int
    lapsed: datetime.datetime


class FallRow(Struct, frozen=True):
    """Since when, and until when, a member's answers on gold are not good enough, and what was done about it."""

    campaign_id: int
    member_id: int
    since: datetime.datetime
    mean: float
    answers: int
    action: str
    ended: datetime.datetime | None
    ended_by: int | None


class RequestRow(Struct, frozen=True):
    """A request that was answered."""

    request_id: str
    member_id: int
    operation: str
    answer: str
    created: datetime.datetime


def read(kind: type[Row], result: Any) -> list[Row]:
    """Return the rows of a statement's result as structs of a kind, whose fields are called as the columns are."""
    names = tuple([column[0] for column in result.description])
    if names == kind.__struct_fields__:
        return [kind(*row) for row in result.fetchall()]
    # A statement that has *qualify* has a column more in PostgreSQL, which begins with _.
    ours = [(n, name) for n, name in enumerate(names) if not name.startswith("_")]
    return [kind(**{name: row[n] for n, name in ours}) for row in result.fetchall()]


class Table(Struct, Generic[Row], frozen=True):
    """A table whose rows are asked for by key.

    Parameters
    ----------
    name
        In the schema ``data``.
    row
        What its rows are read as.
    key
        The columns that tell one row from the others; none if nobody asks for one.
    group
        The columns in which rows agree that are asked for together, or looked at to know that there is none.
    remembered
        Whether it is worth remembering after the transaction.
    """

    name: str
    row: type[Row]
    key: tuple[str, ...]
    group: tuple[str, ...]
    remembered: bool = True

    def read(self, result: Any) -> list[Row]:
        """Return the rows of a statement's result, which has all columns."""
        return read(self.row, result)

    def group_of(self, row: Row) -> tuple[Any, ...]:
        """Return to which group a row belongs."""
        return tuple([getattr(row, column) for column in self.group])

    def key_of(self, row: Row) -> tuple[Any, ...]:
        """Return the key of a row."""
        return tuple([getattr(row, column) for column in self.key])


TASKS = Table("tasks", TaskRow, ("task_id",), ("campaign_id", "asset_id"))
DRAFTS = Table("member_drafts", DraftRow, ("task_id", "member_id"), ("task_id",))
HEADS = Table("layer_heads", HeadRow, ("layer_id", "asset_id"), ("asset_id",))
ISSUES = Table("issues", IssueRow, ("issue_id",), ("campaign_id", "asset_id"))
LAPSES = Table("lapses", LapseRow, (), ("task_id",))
FALLS = Table("gold_falls", FallRow, (), ("campaign_id", "member_id"))
#: A request is asked for once, when it comes.
REQUESTS = Table("requests", RequestRow, ("request_id",), ("request_id",), remembered=False)

#: By the names of the tables.
TABLES: dict[str, Table[Any]] = {t.name: t for t in (TASKS, DRAFTS, HEADS, ISSUES, LAPSES, FALLS, REQUESTS)}


def condition(columns: tuple[str, ...], first: int = 1) -> str:
    """Return the condition that columns are what the parameters say, from ``$first`` on."""
    return " and ".join(f"{column} = ${i}" for i, column in enumerate(columns, first))
