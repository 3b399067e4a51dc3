"""The rows of the task table that the browser has: sent whole once, then only what differs, by columns and packed."""

from __future__ import annotations

import datetime
import gzip
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct

from nbannotate.model import TASK_STATES, Task
from nbannotate.pages.manage.messages import Event


class Row(NamedTuple):
    """A row of the table.

    Attributes
    ----------
    step, state
        The place of its step in the campaign, and of its state in :data:`~nbannotate.model.TASK_STATES`.
    who
        The assignee; empty for the queue.
    begun
        See :func:`begun`; 0 or 1.
    at
        When it was changed last, UTC seconds.
    copy
        Which of the copies of the asset it is, 0 where it has none.
    """

    asset_id: int
    task_id: int
    asset: str
    step: int
    state: int
    who: str
    round: int
    issues: int
    status: str
    begun: int
    at: int
    copy: int


class Columns(Struct, frozen=True):
    """Rows of tasks by columns; :class:`Row` says what they hold."""

    asset_id: list[int]
    task_id: list[int]
    asset: list[str]
    step: list[int]
    state: list[int]
    who: list[str]
    round: list[int]
    issues: list[int]
    status: list[str]
    begun: list[int]
    at: list[int]
    copy: list[int]


class RowKey(Struct, frozen=True):
    """Which row: it is of an asset, or of one of its copies."""

    asset_id: int
    copy: int


class Rows(Struct, frozen=True):
    """What goes packed with :class:`RowsSent`: rows that are new or different, and those that are gone."""

    columns: Columns
    gone: list[RowKey]


class RowsSent(Event, frozen=True, tag="rows"):
    """Rows of the tasks of a campaign, which make version ``known`` of them ``version``; ``known`` is 0: all rows."""

    version: int
    campaign: int
    known: int


#: A row is of an asset, or of one of its copies: the ids of both.
Key = tuple[int, int]

_STATE = {name: i for i, name in enumerate(TASK_STATES)}


class Sheet:
    """What the browser knows of the tasks of one campaign.

    Attributes
    ----------
    campaign_id
        Which campaign; 0 for none.
    version
        Grows with every change; the browser says which one it has.
    mark
        What the counts said when the rows were read: while they are the same, no row is read.
    """

    def __init__(self) -> None:
        self.campaign_id, self.version, self.mark = 0, 0, object()
        self._rows: dict[Key, Row] = {}
        self._changed: list[Row] = []
        self._gone: list[Key] = []

    def put(self, campaign_id: int, tasks: Iterable[Task], mark: object) -> None:
        """Take the tasks as they are now."""
        rows = {(task.asset_id, task.copy or 0): _row(task) for task in tasks}
        if campaign_id != self.campaign_id:
            self.version += 2  # nobody can go on from the rows of another campaign
            self._changed, self._gone = [], []
        else:
            changed = [row for key, row in rows.items() if self._rows.get(key) != row]
            gone = [key for key in self._rows if key not in rows]
            if changed or gone:
                self.version += 1
                self._changed, self._gone = changed, gone
        self.campaign_id, self.mark, self._rows = campaign_id, mark, rows

    def since(self, known: int) -> tuple[RowsSent, bytes] | None:
        """Return what a browser lacks that has a version: a message and packed rows; None if it lacks nothing."""
        if known == self.version:
            return None
        steps_on = known == self.version - 1 and known > 0
        message = RowsSent(self.version, self.campaign_id, known if steps_on else 0)
        rows: Sequence[Row] = self._changed if steps_on else list(self._rows.values())
        columns = Columns(*(map(list, zip(*rows, strict=True)) if rows else ([] for _ in Row._fields)))
        gone = [RowKey(asset_id, copy) for asset_id, copy in self._gone] if steps_on else []
        return message, gzip.compress(msgspec.json.encode(Rows(columns, gone)), 1)


def begun(task: Task) -> bool:
    """Return whether somebody has begun with an open task, so that it moves only if that is asked for."""
    return task.state == "to_rework" or (task.opened is not None and task.assignee is not None)


def _row(task: Task) -> Row:
    moment = task.closed or task.opened or task.created
    return Row(
        task.asset_id, task.task_id, task.asset, task.step, _STATE[task.state], task.assignee or "", task.round,
        task.issues, task.status or "", int(begun(task)),
        int(moment.replace(tzinfo=datetime.UTC).timestamp()), task.copy or 0,
    )  # fmt: skip
