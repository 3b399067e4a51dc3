"""Notices: what people should know, each for one member."""

from __future__ import annotations

import datetime

from nbannotate.store.engine import Transaction


def add(
    tx: Transaction,
    member_id: int,
    kind: str,
    text: str,
    now: datetime.datetime,
    *,
    campaign_id: int | None = None,
    task_id: int | None = None,
    issue_id: int | None = None,
    once: str | None = None,
) -> int | None:
    """Insert a notice and return its id; None if the member has one with the same ``once`` already."""
    if once is not None and tx.value(
        "select count(*) from data.notices where member_id = $1 and once = $2", member_id, once
    ):
        return None
    new = tx.new_id()
    tx.run(
        "insert into data.notices values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null)",
        new, member_id, kind, text, campaign_id, task_id, issue_id, once, now,
    )  # fmt: skip
    return new
