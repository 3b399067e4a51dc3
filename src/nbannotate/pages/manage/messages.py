"""What travels between the manager's pages and their browser: the frame of requests, replies and what is told."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from nbannotate.pages.work.messages import Id
from nbannotate.texts import Message

Tab = Literal["campaigns", "tasks", "jobs", "issues", "members", "statistics"]


class Request(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do"):
    """What somebody did in the browser: a struct for each action, told apart by its name (``do``).

    Parameters
    ----------
    ref
        Number of the request, which the reply names; 0 wants no reply.
    """

    ref: Id = 0


def asked(content: object) -> int:
    """Return the number of a request that is not understood, so that whoever waits for its reply is answered; or 0."""
    ref = content.get("ref") if isinstance(content, dict) else None
    return ref if isinstance(ref, int) and 0 < ref <= 2**53 else 0


class Event(Struct, frozen=True, tag_field="type"):
    """Something that the browser is told once."""


class Replied(Event, frozen=True, tag="reply"):
    """What became of a request: its answer, or the sentence that says why not, and its code."""

    ref: int
    error: Message | None = None
    code: str = ""
    answer: Any = None


class Done(Struct, frozen=True):
    """What was done, as a sentence for a moment."""

    toast: Message
