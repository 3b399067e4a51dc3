"""How long somebody worked on a task: what is reported, as far as it is believed and was not counted before."""

from __future__ import annotations

import datetime
import math
from typing import Any

from nbannotate.errors import InvalidInput
from nbannotate.model import Spent, Stretch, Stretches
from nbannotate.operations.registry import Context
from nbannotate.rules import activity as rules
from nbannotate.rules.activity import Piece, Span, Totals
from nbannotate.store import activity, leases
from nbannotate.store import campaigns as stored
from nbannotate.store.rows import TaskRow

#: A page reports so many stretches of a task at once, at most.
MOST_STRETCHES = 60
#: More seconds at once are not believed; stretches that a page measured may be longer.
MOST_SECONDS = 600.0
#: So many seconds of work elsewhere may be given for one image at once.
MOST_GIVEN_SECONDS = 86_400.0
#: Waiting for a task to be opened is part of the work on it, as far as this.
WAIT = datetime.timedelta(seconds=30)


def count(ctx: Context, row: TaskRow, spent: Spent) -> Totals:
    """Keep the rows of what is new of the time that the actor reports for a task, and return their sums.

    The sums are to be added to the times of the task.
    """
    if isinstance(spent, tuple):
        return _keep(ctx, row, _measured(ctx, row, spent))
    if not math.isfinite(spent) or spent < 0:
        raise InvalidInput(f"seconds must be 0 or more, not {spent}.")
    if ctx.acted_by is None:
        return _keep(ctx, row, _told(ctx, row, spent))
    if spent > MOST_GIVEN_SECONDS:
        raise InvalidInput(f"seconds must be at most {MOST_GIVEN_SECONDS:,.0f} (a day) for one image.")
    return _keep(ctx, row, [Piece(ctx.now, ctx.now, None, None, spent, None)] if spent else [])


def add(ctx: Context, row: TaskRow, spent: Spent) -> Totals:
    """Count the time that the actor reports for a task, and add it to the task's."""
    totals = count(ctx, row, spent)
    if totals != Totals():
        activity.grow(ctx.tx, row.task_id, totals)
    return totals


def late(ctx: Context, row: TaskRow, spent: Spent) -> Totals:
    """Count and add what a page measured at a task that the actor may not have any more."""
    return add(ctx, row, spent) if isinstance(spent, tuple) else Totals()


def _keep(ctx: Context, row: TaskRow, pieces: list[Piece]) -> Totals:
    activity.add(ctx.tx, ctx.actor.member_id, row, pieces)
    return rules.total(pieces)


def _told(ctx: Context, row: TaskRow, seconds: float) -> list[Piece]:
    """Return the rows of seconds, which are the last ones, as far as the clock since the last report allows."""
    since = row.touched or ctx.now
    began = max(since, ctx.now - datetime.timedelta(seconds=min(seconds, MOST_SECONDS)))
    made = _new(ctx, [Stretch(began, ctx.now, True)], since, ctx.now, ())
    return [Piece(p.started, p.ended, None, None, p.worked_s, None) for p in made]


def _measured(ctx: Context, row: TaskRow, given: Stretches) -> list[Piece]:
    """Return the rows of stretches that a page measured: between opening the task and its end, and not after now."""
    if len(given) > MOST_STRETCHES:
        raise InvalidInput(f"seconds takes {MOST_STRETCHES} stretches at once, not {len(given):,}.")
    me = ctx.actor.member_id
    if row.assignee_id == me and row.opened is not None:
        since = max(row.created, row.opened - WAIT)
    elif row.assignee_id != me and leases.lapsed(ctx.tx, row.task_id, me) is not None:
        since = row.created
    else:
        return []  # who only looks on does not work
    until = min(ctx.now, row.closed or ctx.now)
    labels = {label.name for label in stored.spec(ctx.tx, row.campaign_id).recipe.labels}
    stretches = [Stretch(_utc(s.started), _utc(s.ended), s.worked, s.editing_s, s.labels) for s in given]
    return _new(ctx, [s for s in stretches if s.started < s.ended], since, until, labels)


def _new(
    ctx: Context, stretches: list[Stretch], since: datetime.datetime, until: datetime.datetime, labels: Any
) -> list[Piece]:
    stretches = [s for s in stretches if s.ended > since and s.started < until]
    if not stretches:
        return []
    me = ctx.actor.member_id
    low = max(since, min(s.started for s in stretches))
    counted = activity.spans(ctx.tx, me, low, until)
    made = rules.count(stretches, counted, since, until, labels)
    if any(not span.worked for span in counted):
        activity.give_way(ctx.tx, me, [Span(p.started, p.ended, True) for p in made if p.worked_s > 0])
    return made


def _utc(time: datetime.datetime) -> datetime.datetime:
    return time if time.tzinfo is None else time.astimezone(datetime.UTC).replace(tzinfo=None)
