"""Time that browsers measured, until the workspace has counted it: it goes along with what is sent anyway.

A browser numbers its reports and keeps each until it hears that it was counted. It may tell one again, and another page
may tell what a page that is gone had kept: the workspace counts each moment of a person once.
"""

from __future__ import annotations

import datetime
import hashlib
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from nbannotate.model import Stretch
from nbannotate.owner.client import Client
from nbannotate.pages.work import events
from nbannotate.pages.work.messages import Action, Measured, Report

#: A save takes time along once there is so much of it (s): each time is a row.
ENOUGH_S = 10.0
#: A page whose idea of the time is off by more is told what time it is (s): its machine slept, or a clock was set.
MOST_OFF_S = 2.0
#: So many stretches of a task, and so many tasks, go at once.
MOST, MOST_TASKS = 60, 60
#: So many labels of a stretch are told apart; time on others is of none.
MOST_LABELS = 30
#: So many of the last reports are remembered as counted.
REMEMBERED = 1000

Key = tuple[str, int]


class _Part(Struct):
    """A stretch of a report that was not counted yet."""

    key: Key
    row: Measured


class Spent:
    """What was measured and is not counted yet, by task. Safe to use from several threads.

    Parameters
    ----------
    client
        Where it is counted.
    tell
        Says something to the browsers.
    """

    def __init__(self, client: Client, tell: Callable[[events.Event], None]) -> None:
        self._client, self._tell = client, tell
        place = getattr(client, "place", None)
        #: What tells this workspace from others that are used in the same browser.
        self._store = uuid.uuid4().hex if place is None else hashlib.sha256(str(place.database).encode()).hexdigest()
        self._lock = threading.Lock()
        self._waiting: dict[int, list[_Part]] = {}
        self._left: dict[Key, int] = {}  # how many stretches of a report are not counted; 0: all are

    def heard(self, action: Action) -> None:
        """Take the reports that came with an action."""
        off = _now() - action.now if action.reports and action.now else 0.0
        if abs(off) > MOST_OFF_S * 1000:
            self.say_time(action.sid)
        else:
            off = 0.0
        self._take_in(action.reports, off)

    def adopt(self, reports: tuple[Report, ...]) -> None:
        """Take reports that pages which are gone had kept."""
        self._take_in(reports, 0.0)

    def _take_in(self, reports: tuple[Report, ...], shift: float) -> None:
        known = []
        with self._lock:
            for report in reports:
                key = report.sid, report.n
                if key in self._left:
                    known += [key] if not self._left[key] else []
                    continue
                self._add(report, shift)
                known += [key] if not self._left[key] else []
        self._counted(known)

    def _add(self, report: Report, shift: float) -> None:
        key = report.sid, report.n
        self._left[key] = len(report.rows)
        for row in report.rows:
            moved = Measured(row.task, row.low + shift, row.high + shift, row.worked, row.editing, row.labels)
            self._waiting.setdefault(row.task, []).append(_Part(key, moved))
        for old in [k for k, left in self._left.items() if not left][:-REMEMBERED]:
            del self._left[old]

    def say_time(self, sid: str) -> None:
        """Tell a page what time it is for the workspace, in which it says when something was."""
        self._tell(events.TimeTold(sid, _now(), self._store[:12]))

    @contextmanager
    def of(self, task_id: int, least: float = 0.0) -> Iterator[tuple[Stretch, ...]]:
        """Give what is not counted of a task to a block that reports it; if the block fails, it waits for the next one.

        With ``least``, nothing if it is less than so many seconds.
        """
        with self._taken({task_id: self._take(task_id, least)}) as found:
            yield found.get(task_id, ())

    def rest(self, but: int = 0) -> None:
        """Report what is not counted of tasks that were left; ``but`` is the task whose next save takes it along."""
        with self._lock:
            tasks = [task_id for task_id in self._waiting if task_id != but][:MOST_TASKS]
        if tasks:
            with self._taken({task_id: self._take(task_id, 0.0) for task_id in tasks}) as found:
                self._client.call("tasks.report", type(None), stretches=found)

    def _take(self, task_id: int, least: float) -> list[_Part]:
        with self._lock:
            parts = self._waiting.get(task_id, [])
            if sum(p.row.high - p.row.low for p in parts) < least * 1000:
                return []
            taken, rest = parts[:MOST], parts[MOST:]
            self._waiting.pop(task_id, None)
            if rest:
                self._waiting[task_id] = rest
            return taken

    @contextmanager
    def _taken(self, parts: dict[int, list[_Part]]) -> Iterator[dict[int, tuple[Stretch, ...]]]:
        try:
            yield {task_id: joined([p.row for p in some]) for task_id, some in parts.items()}
        except BaseException:
            with self._lock:
                for task_id, some in parts.items():
                    if some:
                        self._waiting[task_id] = some + self._waiting.get(task_id, [])
            raise
        done = []
        with self._lock:
            for part in (p for some in parts.values() for p in some):
                self._left[part.key] -= 1
                if not self._left[part.key]:
                    done.append(part.key)
        self._counted(done)

    def _counted(self, keys: list[Key]) -> None:
        if keys:
            self._tell(events.TimeCounted(tuple(events.ReportKey(*key) for key in keys)))


def joined(rows: list[Measured]) -> tuple[Stretch, ...]:
    """Return stretches, those that follow one another without a gap as one."""
    made: list[Stretch] = []
    for row in sorted(rows, key=lambda r: r.low):
        low, high, editing = _time(row.low), _time(row.high), row.editing / 1000
        labels = {name: ms / 1000 for name, ms in row.labels.items()}
        if made and (made[-1].ended, made[-1].worked) == (low, row.worked):
            before = made.pop()
            low, editing = before.started, editing + before.editing_s
            labels = {k: before.labels.get(k, 0.0) + labels.get(k, 0.0) for k in {**before.labels, **labels}}
        made.append(Stretch(low, high, row.worked, editing, dict(Counter(labels).most_common(MOST_LABELS))))
    return tuple(made)


def _now() -> float:
    return datetime.datetime.now(datetime.UTC).timestamp() * 1000


def _time(ms: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC).replace(tzinfo=None)
