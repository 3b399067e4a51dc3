"""The log of everything that was done (events), and the answers kept for requests that a client may repeat."""

from __future__ import annotations

import datetime

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


def forget_answers(tx: Transaction, before: datetime.datetime) -> None:
    """Delete answers that are too old for anyone to ask again."""
    tx.run("delete from data.requests where created < $1", before)


def add_event(
    tx: Transaction,
    member_id: int,
    operation: str,
    milliseconds: float,
    now: datetime.datetime,
    *,
    campaign_id: int | None = None,
    task_id: int | None = None,
    asset_id: int | None = None,
    worked_s: float | None = None,
    detail: dict[str, object] | None = None,
) -> int:
    """Append one row to the log: who did what, when, how long it took (ms) and how long the person worked (s)."""
    return tx.value(  # type: ignore[no-any-return]
        "insert into data.events values (nextval('data.ids'), $1, $2, $3, $4, $5, $6, $7, $8, $9) returning event_id",
        member_id, operation, campaign_id, task_id, asset_id, milliseconds, worked_s,
        msgspec.json.encode(detail or {}).decode(), now,
    )  # fmt: skip
