"""What people are told, and what a site's hooks get."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from msgspec import field

from nbannotate.model.value import Record
from nbannotate.texts import Message

NoticeKind = Literal[
    "assigned",
    "returned",
    "restarted",
    "issue",
    "issue_answered",
    "due_near",
    "due_past",
    "lease_out",
    "account",
    "gold",
]


class Notice(Record, frozen=True):
    """Something that a person should know; ``seen`` is None until the person has seen it."""

    notice_id: int
    member: str
    kind: NoticeKind
    text: Message
    created: datetime.datetime
    campaign_id: int | None = None
    campaign: str | None = None
    task_id: int | None = None
    issue_id: int | None = None
    seen: datetime.datetime | None = None


class Event(Record, frozen=True):
    """One thing that was done, as an ``on_event`` hook gets it.

    Parameters
    ----------
    member
        Who did it.
    operation
        For example ``"tasks.submit"``.
    notices
        The notices that it made, each with the member whom it is for.
    acted_by
        The owner who did it in the member's name, or None.
    """

    event_id: int
    member: str
    operation: str
    created: datetime.datetime
    campaign_id: int | None = None
    task_id: int | None = None
    asset_id: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    acted_by: str | None = None
