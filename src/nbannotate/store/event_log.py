"""The log of everything that was done (events), and the answers kept for requests that a client may repeat."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import msgspec

from nbannotate.errors import Conflict
from nbannotate.store.rows import REQUESTS
from nbannotate.store.transaction import Transaction
from nbannotate.texts import in_english


def expect_answers(tx: Transaction, request_ids: Sequence[str]) -> None:
    """Say for which requests it will be asked whether they ran before."""
    tx.expect(REQUESTS, [(request_id,) for request_id in request_ids])


def answer(tx: Transaction, request_id: str, member_id: int, operation: str) -> str | None:
    """Return the answer that a request was given when it ran before, or None. Answers are the asker's alone."""
    for row in tx.rows(REQUESTS, request_id):
        if (row.member_id, row.operation) == (member_id, operation):
            return str(row.answer)
    return None


def keep_answer(
    tx: Transaction, request_id: str, member_id: int, operation: str, text: str, now: datetime.datetime
) -> None:
    """Store a request's answer, in the transaction of what the request did.

    Raises
    ------
    Conflict
        The id belongs to another request; this one is not done.
    """
    if tx.rows(REQUESTS, request_id):
        raise Conflict("Another request has this request id; nothing was done. Use a fresh id for each.")
    tx.insert("requests", {
        "request_id": request_id, "member_id": member_id, "operation": operation, "answer": text, "created": now,
    })  # fmt: skip


def acted_by(tx: Transaction, campaign_id: int, asset_id: int) -> dict[int, str]:
    """Return which owner ended a task in the name of its assignee, by task: those of an asset in a campaign."""
    rows = tx.all(
        """
        select distinct t.task_id, o.login from data.tasks t
        join data.events e on e.campaign_id = t.campaign_id and e.created = t.closed and e.member_id = t.assignee_id
        join data.members o on o.member_id = e.acted_by and o.member_id <> e.member_id
        where t.campaign_id = $1 and t.asset_id = $2
        """,
        campaign_id, asset_id,
    )  # fmt: skip
    return {row["task_id"]: row["login"] for row in rows}


def add_events(
    tx: Transaction,
    member_id: int,
    events: Sequence[tuple[str, float, dict[str, Any]]],
    now: datetime.datetime,
    acted_by: int | None = None,
) -> list[int]:
    """Append rows to the log: who did what, when, and how long it took; return their ids.

    Parameters
    ----------
    tx, member_id, now
        The transaction, who, and when.
    events
        The operation, how long it took (ms), and what it was about: campaign_id, task_id, asset_id, worked_s (how long
        the person worked, in seconds), detail.
    acted_by
        The owner who did it in the member's name, or None.
    """
    ids = []
    for operation, milliseconds, what in events:
        ids.append(tx.new_id())
        tx.insert("events", {
            "event_id": ids[-1], "member_id": member_id, "operation": operation,
            "campaign_id": what.get("campaign_id"), "task_id": what.get("task_id"), "asset_id": what.get("asset_id"),
            "milliseconds": milliseconds, "worked_s": what.get("worked_s"),
            "detail": msgspec.json.encode(what.get("detail") or {}, enc_hook=in_english).decode(),
            "created": now, "acted_by": acted_by,
        })  # fmt: skip
    return ids
