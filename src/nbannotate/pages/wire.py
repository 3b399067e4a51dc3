"""What the browser sends to a page: checked here, because a browser can send anything."""

from __future__ import annotations

from math import isfinite
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from nbannotate.errors import InvalidInput

Text = Annotated[str, Meta(max_length=10_000)]
Name = Annotated[str, Meta(max_length=300)]
Id = Annotated[int, Meta(ge=0, le=2**53)]


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
    seconds
        Active seconds on that task since the last message.
    task, campaign, step, issue, annotation, notice
        Ids of what it is about.
    text, name, ids, zone, shape, on
        Arguments.
    """

    do: Name
    at: Id = 0
    ref: Id = 0
    seconds: float = 0.0
    task: Id = 0
    campaign: Id = 0
    step: Id = 0
    issue: Id = 0
    annotation: Id = 0
    notice: Id = 0
    text: Text = ""
    name: Name = ""
    ids: Annotated[tuple[Name, ...], Meta(max_length=100_000)] = ()
    zone: tuple[float, float, float, float] | None = None
    shape: Name | None = None
    on: bool = False


def received(content: object) -> Message:
    """Return a message of the browser, checked.

    Raises
    ------
    InvalidInput
        If it is not one.
    """
    try:
        message = msgspec.convert(content, Message)
    except (msgspec.ValidationError, TypeError, RecursionError) as error:
        raise InvalidInput(f"The page sent something that is not understood ({error}).") from error
    if not all(map(isfinite, (message.seconds, *(message.zone or ())))):
        raise InvalidInput("The page sent a number that is not finite.")
    return message
