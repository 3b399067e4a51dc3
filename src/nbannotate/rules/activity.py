"""How time is counted: each moment of a person once, whatever pages report, and however often.

A stretch counts as far as no other one covers it. What was worked takes the time of what was only shown elsewhere.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable

from msgspec import Struct

from nbannotate.model import Stretch

Time = datetime.datetime


class Span(Struct, frozen=True):
    """A time of a person that is counted already, and whether the person worked then."""

    started: Time
    ended: Time
    worked: bool


class Piece(Struct, frozen=True):
    """A row of what is counted: what of a stretch went into the shapes of one label, or into none.

    Parameters
    ----------
    started, ended
        Of the stretch.
    label
        None for the rest.
    shown_s, worked_s, editing_s
        Seconds; None is not known.
    """

    started: Time
    ended: Time
    label: str | None
    shown_s: float | None
    worked_s: float
    editing_s: float | None


class Totals(Struct, frozen=True):
    """What is added to the times of a task, in seconds; None is not known."""

    shown_s: float | None = 0.0
    worked_s: float = 0.0
    editing_s: float | None = 0.0


def total(pieces: Iterable[Piece]) -> Totals:
    """Return the sums of some rows."""
    shown, worked, editing = 0.0, 0.0, 0.0
    known = True
    for piece in pieces:
        worked += piece.worked_s
        known = known and piece.shown_s is not None
        shown += piece.shown_s or 0.0
        editing += piece.editing_s or 0.0
    return Totals(shown if known else None, worked, editing if known else None)


def free(started: Time, ended: Time, spans: Iterable[Span]) -> list[tuple[Time, Time]]:
    """Return the parts of a time that none of some spans covers, in order."""
    parts = [(started, ended)] if started < ended else []
    for span in spans:
        if span.started < span.ended:
            cut = ((low, min(high, span.started), max(low, span.ended), high) for low, high in parts)
            parts = [(a, b) for before in cut for a, b in (before[:2], before[2:]) if a < b]
    return parts


def count(
    stretches: Iterable[Stretch], counted: Collection[Span], since: Time, until: Time, labels: Collection[str]
) -> list[Piece]:
    """Return what of some stretches is new.

    Parameters
    ----------
    stretches
        As a page reports them.
    counted
        What is counted already of that person, at least as far as it touches them.
    since, until
        What is before and after cannot be of the task.
    labels
        Those that there are; time on others is of no label.
    """
    spans, made = list(counted), list[Piece]()
    for stretch in sorted(stretches, key=lambda s: (not s.worked, s.started)):
        whole = (stretch.ended - stretch.started).total_seconds()
        against = [s for s in spans if s.worked or not stretch.worked]
        for low, high in free(max(stretch.started, since), min(stretch.ended, until), against):
            made += _rows(stretch, low, high, (high - low).total_seconds() / whole, labels)
            spans.append(Span(low, high, stretch.worked))
    return made


def _rows(stretch: Stretch, low: Time, high: Time, share: float, labels: Collection[str]) -> list[Piece]:
    """Return the rows of a part of a stretch; what was spent on labels is shared out evenly over the stretch."""
    seconds = (high - low).total_seconds()
    if not stretch.worked:
        return [Piece(low, high, None, seconds, 0.0, 0.0)]
    editing = min(stretch.editing_s * share, seconds)
    on = {name: s * share for name, s in stretch.labels.items() if name in labels and s > 0}
    too_much = max(1.0, sum(on.values()) / editing) if on and editing else 1.0
    on = {name: s / too_much for name, s in on.items()} if editing else {}
    rest = max(0.0, seconds - sum(on.values()))
    made = [Piece(low, high, name, s, s, s) for name, s in on.items()]
    if rest > 0:
        made.append(Piece(low, high, None, rest, rest, max(0.0, editing - sum(on.values()))))
    return made
