"""What a page measured of the time that somebody spent on a task."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import Meta, field

from nbannotate.model.value import Record

Seconds = Annotated[float, Meta(ge=0)]


class Stretch(Record, frozen=True):
    """A stretch of time in which a task was in front, in a visible window.

    Parameters
    ----------
    started, ended
        From when to when, UTC, by the workspace's clock.
    worked
        Whether the person worked all of it; else the person was idle all of it.
    editing_s
        How much of it a gesture or a form was in progress, in seconds; 0 where the person was idle.
    labels
        How much of that went into the shapes of each label, in seconds.
    """

    started: datetime.datetime
    ended: datetime.datetime
    worked: bool
    editing_s: Seconds = 0.0
    labels: Annotated[dict[str, Seconds], Meta(max_length=30)] = field(default_factory=dict)


Stretches = tuple[Stretch, ...]
#: How long somebody worked: so many seconds, or the stretches that a page measured.
Spent = float | Stretches
