"""What the browser sends to the manager's page: checked here, because a browser can send anything."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from nbannotate.pages.wire import Id, Name, Text, check_finite, checked

Tab = Literal["campaigns", "tasks", "jobs", "issues", "members", "statistics"]


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """What a manager did in the browser.

    Parameters
    ----------
    do
        The name of an action of :data:`nbannotate.pages.manager.actions.ACTIONS`.
    ref
        Number of the request, which the reply names; 0 wants no reply.
    tab
        Which part of the page is looked at.
    campaign, step
        What it is about.
    known
        The number of the task table that the browser has; 0 for none.
    ids
        Tasks, or notices.
    login, to, role, name, text, date, fingerprint, key
        Arguments; ``login`` is whom it is about, ``to`` who gets something (empty: the queue).
    weights
        A number for each login.
    also
        Which assets a restart takes besides the rejected ones.
    on
        A yes or no.
    """

    do: Name
    ref: Id = 0
    tab: Tab = "campaigns"
    campaign: Id = 0
    step: Id = 0
    known: Id = 0
    ids: Annotated[tuple[Id, ...], Meta(max_length=1_000_000)] = ()
    login: Name = ""
    to: Name = ""
    role: Name = ""
    name: Name = ""
    text: Text = ""
    date: datetime.date | None = None
    fingerprint: Name = ""
    key: Name = ""
    weights: Annotated[dict[Name, float], Meta(max_length=10_000)] = {}
    also: tuple[Literal["skipped", "discarded"], ...] = ()
    on: bool = False


def received(content: object) -> Message:
    """Return a message of the browser, checked; raises InvalidInput if it is not one."""
    message = checked(content, Message)
    check_finite(*message.weights.values())
    return message
