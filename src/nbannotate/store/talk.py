"""Issues and the comments in their threads."""

from __future__ import annotations

import datetime
from typing import Any

from nbannotate.model import Comment, Issue
from nbannotate.store.engine import Transaction

_ISSUE = """
select i.*, c.name as campaign, a.name as asset, m.login as author from data.issues i
join data.campaigns c on c.campaign_id = i.campaign_id
join data.assets a on a.asset_id = i.asset_id
join data.members m on m.member_id = i.author_id
"""


def add_issue(
    tx: Transaction,
    task: dict[str, Any],
    author: int,
    text: str,
    zone: tuple[float, float, float, float] | None,
    shape_id: str | None,
    now: datetime.datetime,
) -> int:
    """Insert an open issue with its first comment and return its id."""
    new = tx.new_id()
    x0, y0, x1, y1 = zone or (None, None, None, None)
    tx.run(
        "insert into data.issues values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11, null, null)",
        new, task["campaign_id"], task["asset_id"], task["task_id"], shape_id, x0, y0, x1, y1, author, now,
    )  # fmt: skip
    add_comment(tx, new, author, text, now)
    return new


def add_comment(tx: Transaction, issue_id: int, author: int, text: str, now: datetime.datetime) -> None:
    """Append a comment to an issue's thread."""
    tx.run("insert into data.comments values (nextval('data.ids'), $1, $2, $3, $4)", issue_id, author, text, now)


def set_state(tx: Transaction, issue_id: int, state: str, member_id: int, now: datetime.datetime) -> None:
    """Change an issue's state; a resolved one remembers who closed it and when."""
    closed = (now, member_id) if state == "resolved" else (None, None)
    tx.run("update data.issues set state = $2, closed = $3, closed_by = $4 where issue_id = $1", issue_id, state, *closed)


def issue_row(tx: Transaction, issue_id: int) -> dict[str, Any] | None:
    """Return the row of an issue, or None."""
    return tx.one(f"{_ISSUE} where i.issue_id = $1", issue_id)


def of_asset(tx: Transaction, campaign_id: int, asset_id: int) -> list[dict[str, Any]]:
    """Return the issues of an asset in a campaign, oldest first."""
    return tx.all(f"{_ISSUE} where i.campaign_id = $1 and i.asset_id = $2 order by i.issue_id", campaign_id, asset_id)


def of_member(tx: Transaction, member_id: int) -> list[dict[str, Any]]:
    """Return the issues on assets that a member worked on, newest first."""
    return tx.all(
        f"""
        {_ISSUE} where exists (select 1 from data.tasks t where t.campaign_id = i.campaign_id
          and t.asset_id = i.asset_id and t.assignee_id = $1)
        order by i.issue_id desc
        """,
        member_id,
    )


def issues(tx: Transaction, rows: list[dict[str, Any]]) -> list[Issue]:
    """Return the issues of rows, with their threads."""
    if not rows:
        return []
    comments: dict[int, list[Comment]] = {}
    for r in tx.all(
        "select c.issue_id, m.login, c.text, c.created from data.comments c "
        "join data.members m on m.member_id = c.author_id "
        "where list_contains($1, c.issue_id) order by c.comment_id",
        [row["issue_id"] for row in rows],
    ):
        comments.setdefault(r["issue_id"], []).append(Comment(r["login"], r["text"], r["created"]))
    return [
        Issue(
            issue_id=r["issue_id"],
            campaign_id=r["campaign_id"],
            campaign=r["campaign"],
            asset_id=r["asset_id"],
            asset=r["asset"],
            state=r["state"],
            author=r["author"],
            created=r["created"],
            comments=tuple(comments.get(r["issue_id"], ())),
            zone=None if r["x0"] is None else (r["x0"], r["y0"], r["x1"], r["y1"]),
            shape_id=r["shape_id"],
            task_id=r["task_id"],
        )
        for r in rows
    ]
