"""The log of everything that was done (events), and the answers kept for requests that a client may repeat."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import msgspec

from nbannotate.errors import Conflict
from nbannotate.store.engine import Transaction


def answer(tx: Transaction, request_id: str, member_id: int, operation: str) -> str | None:
    """Return the answer that a request was given when it ran before, or None. Answers are the asker's alone."""
    return tx.value(  # type: ignore[no-any-return]
        "select answer from data.requests where request_id = $1 and member_id = $2 and operation = $3",
        request_id, member_id, operation,
    )  # fmt: skip


def keep_answer(
    tx: Transaction, request_id: str, member_id: int, operation: str, text: str, now: datetime.datetime
) -> None:
    """Store a request's answer, in the transaction of what the request did.

    Raises
    ------
    Conflict
        The id belongs to another request; this one is not done.
    """
    import duckdb

    try:
        tx.run("insert into data.requests values ($1, $2, $3, $4, $5)", request_id, member_id, operation, text, now)
    except duckdb.ConstraintException as error:
        raise Conflict("Another request has this request id; nothing was done. Use a fresh id for each.") from error


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
    if not events:
        return []
    rows: list[str] = []
    values: list[Any] = []
    for operation, milliseconds, what in events:
        n = len(values)
        rows.append("(nextval('data.ids'), " + ", ".join(f"${n + i}" for i in range(1, 11)) + ")")
        values += [
            member_id, operation, what.get("campaign_id"), what.get("task_id"), what.get("asset_id"), milliseconds,
            what.get("worked_s"), msgspec.json.encode(what.get("detail") or {}).decode(), now, acted_by,
        ]  # fmt: skip
    made = tx.all(f"insert into data.events values {', '.join(rows)} returning event_id", *values)
    return sorted(row["event_id"] for row in made)
