"""What the browser sends to a page: checked here, because a browser can send anything."""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from nbannotate.errors import InvalidInput
from nbannotate.model import json_errors

T = TypeVar("T")

Text = Annotated[str, Meta(max_length=10_000)]
Body = Annotated[str, Meta(max_length=300_000)]
Name = Annotated[str, Meta(max_length=300)]
Names = Annotated[tuple[Name, ...], Meta(max_length=100_000)]
Id = Annotated[int, Meta(ge=0, le=2**53)]
Coordinate = Annotated[float, Meta(ge=-1e9, le=1e9)]
#: Left, top, right, bottom, in pixels of the image.
Box = tuple[Coordinate, Coordinate, Coordinate, Coordinate]
#: Milliseconds, of a time since 1970 (UTC).
Ms = Annotated[float, Meta(ge=0, le=1e14)]


class Measured(Struct, frozen=True, forbid_unknown_fields=True):
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


Reports = Annotated[tuple[Report, ...], Meta(max_length=100)]


class Action(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do"):
    """What a person did in the browser: a struct for each action, told apart by its name (``do``).

    Parameters
    ----------
    at
        The task that the person saw when they did it; 0 for none. What was meant for another task is not done.
    ref
        Number of the request, which the reply names; 0 wants no reply.
    sid, q, keep
        The page that it comes from, its number there (:mod:`nbannotate.pages.shared.delivery`), and whether the page
        keeps it until it is stored.
    now, reports
        What time it is for the page (ms since 1970), and what it measured since its last message.
    """

    at: Id = 0
    ref: Id = 0
    sid: Name = ""
    q: Id = 0
    keep: bool = False
    now: Ms = 0.0
    reports: Reports = ()


class Probe(Action, frozen=True, tag="probe"):
    """Ask how far messages came."""


class Draw(Action, frozen=True, tag="draw"):
    """A message of the canvas' overlay."""

    message: dict[str, Any]


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


def asked(content: object) -> Action | None:
    """Return the request of a message that is not understood, so that whoever waits for its reply is answered."""
    ref = content.get("ref") if isinstance(content, dict) else None
    return Action(ref=ref) if isinstance(ref, int) and 0 < ref <= 2**53 else None


def name_of(kind: type[Struct]) -> str:
    """Return the name of an action on the wire."""
    return str(kind.__struct_config__.tag)


def checked(content: object, kind: type[T]) -> T:
    """Return what the browser sent as a value of a kind.

    Raises
    ------
    InvalidInput
        If it is not one.
    """
    return json_errors.take(content, kind, "The page sent something that is not understood: message")


def check_finite(*numbers: float) -> None:
    """Raise InvalidInput if one of some numbers that the browser sent is infinite, or none."""
    if not all(map(isfinite, numbers)):
        raise InvalidInput("The page sent a number that is not finite.")
