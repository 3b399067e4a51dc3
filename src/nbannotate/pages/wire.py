"""What the browser sends to a page: checked here, because a browser can send anything."""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from nbannotate.errors import InvalidInput
from nbannotate.model import taking

T = TypeVar("T")

Text = Annotated[str, Meta(max_length=10_000)]
Body = Annotated[str, Meta(max_length=300_000)]
Name = Annotated[str, Meta(max_length=300)]
Id = Annotated[int, Meta(ge=0, le=2**53)]


Ms = Annotated[float, Meta(ge=0, le=1e14)]


class Measured(Struct, frozen=True, array_like=True):
    """A stretch of time that a page measured: the task that it showed, from when to when (ms since 1970, UTC).

    Whether the person worked, or was idle; how long a gesture or a form was in progress (ms), and with which label.
    """

    task: Id
    low: Ms
    high: Ms
    worked: bool
    editing: Ms = 0.0
    labels: Annotated[dict[Name, Ms], Meta(max_length=1000)] = {}


class Report(Struct, frozen=True, forbid_unknown_fields=True):
    """What a page (``sid``) measured since its report before; the page keeps it until it is counted."""

    sid: Name
    n: Id
    rows: Annotated[tuple[Measured, ...], Meta(max_length=500)]


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person did in the browser.

    Parameters
    ----------
    do
        The name of an action of :data:`nbannotate.pages.actions.ACTIONS`.
    at
        The task that the person saw when they did it; 0 for none. What was meant for another task is not done.
    ref
        Number of the request, which the reply names; 0 wants no reply.
    reports, now
        The time that was measured since the last message, and what time it is for the page (ms since 1970).
    kept
        Reports that pages which are gone had kept.
    task, campaign, step, issue, annotation, notice
        Ids of what it is about.
    text, name, ids, zone, shape, on
        Arguments.
    first, last
        A range of slices.
    body
        A longer text: JSON that a person typed.
    q, sid, keep
        The number of the message, the page that it comes from (:mod:`nbannotate.pages.line`), and whether the page
        keeps it until it is stored.
    message
        Of the canvas' overlay.
    entries, revision, marks
        What a browser kept, the revision of the draft that it was drawn on, and the one that was about to be stored
        with the last message in it (:mod:`nbannotate.pages.keep`).
    """

    do: Name
    at: Id = 0
    ref: Id = 0
    reports: Annotated[tuple[Report, ...], Meta(max_length=100)] = ()
    now: Ms = 0.0
    kept: Annotated[tuple[Report, ...], Meta(max_length=1000)] = ()
    task: Id = 0
    campaign: Id = 0
    step: Id = 0
    issue: Id = 0
    first: Id = 0
    last: Id = 0
    annotation: Id = 0
    notice: Id = 0
    text: Text = ""
    body: Body = ""
    name: Name = ""
    ids: Annotated[tuple[Name, ...], Meta(max_length=100_000)] = ()
    zone: tuple[float, float, float, float] | None = None
    shape: Name | None = None
    on: bool = False
    q: Id = 0
    sid: Name = ""
    keep: bool = False
    message: dict[str, Any] | None = None
    entries: Annotated[tuple[dict[str, Any], ...], Meta(max_length=100_000)] = ()
    revision: Id = 0
    marks: tuple[Id, Id] | None = None


class Numbered(Struct, frozen=True):
    """What stands on every message that has a number, whatever else is wrong with it."""

    sid: Name
    q: Id


def number(content: object) -> Numbered | None:
    """Return the number of a message that is not understood, so that those after it are not waited for in vain."""
    try:
        return msgspec.convert(content, Numbered)
    except (msgspec.ValidationError, TypeError, ValueError, RecursionError):
        return None


def received(content: object) -> Message:
    """Return a message of the browser, checked; raises InvalidInput if it is not one."""
    message = checked(content, Message)
    check_finite(*(message.zone or ()))
    return message


def checked(content: object, kind: type[T]) -> T:
    """Return what the browser sent as a value of a kind.

    Raises
    ------
    InvalidInput
        If it is not one.
    """
    return taking.take(content, kind, "The page sent something that is not understood: message")


def check_finite(*numbers: float) -> None:
    """Raise InvalidInput if one of some numbers that the browser sent is infinite, or none."""
    if not all(map(isfinite, numbers)):
        raise InvalidInput("The page sent a number that is not finite.")
