"""Issues and the comments in their threads."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from msgspec.structs import asdict

from nbannotate.model import Comment, Issue, IssueState, IssueSummary
from nbannotate.store import campaigns, counts, data, people
from nbannotate.store.rows import ISSUES, IssueRow, TaskRow
from nbannotate.store.transaction import Transaction


class NamedIssue(IssueRow, frozen=True):
    """An issue with the names of what it is about; ``author_as``: what stands in place of its author's name."""

    campaign: str
    asset: str
    author: str
    author_as: str | None = None


def add_issue(
    tx: Transaction,
    task: TaskRow,
    author: int,
    text: str,
    zone: tuple[float, float, float, float] | None,
    shape_id: str | None,
    now: datetime.datetime,
) -> int:
    """Insert an open issue with its first comment and return its id."""
    counts.asked(tx, task, 1)
    new = tx.new_id()
    x0, y0, x1, y1 = zone or (None, None, None, None)
    tx.run(
        "insert into data.issues values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11, null, null)",
        new, task.campaign_id, task.asset_id, task.task_id, shape_id, x0, y0, x1, y1, author, now,
    )  # fmt: skip
    add_comment(tx, new, author, text, now)
    return new


def add_comment(tx: Transaction, issue_id: int, author: int, text: str, now: datetime.datetime) -> None:
    """Append a comment to an issue's thread."""
    tx.run("insert into data.comments values (nextval('data.ids'), $1, $2, $3, $4)", issue_id, author, text, now)


def set_state(tx: Transaction, issue: IssueRow, state: IssueState, member_id: int, now: datetime.datetime) -> None:
    """Change the state of an issue, whose row is given; a resolved one remembers who closed it and when."""
    more = (state != "resolved") - (issue.state != "resolved")
    counts.asked(tx, issue, more)
    closed = (now, member_id) if state == "resolved" else (None, None)
    tx.run(
        "update data.issues set state = $2, closed = $3, closed_by = $4 where issue_id = $1",
        issue.issue_id, state, *closed,
    )  # fmt: skip


def _named(tx: Transaction, rows: list[IssueRow]) -> list[NamedIssue]:
    """Add the names to issues."""
    found = []
    for row in rows:
        asset = data.asset(tx, row.asset_id)
        campaign, author = campaigns.spec(tx, row.campaign_id).name, people.logins(tx)[row.author_id]
        found.append(
            NamedIssue(**asdict(row), campaign=campaign, asset=asset.name if asset else "", author=author)
        )  # fmt: skip
    return found


def issue_row(tx: Transaction, issue_id: int) -> NamedIssue | None:
    """Return an issue, or None."""
    rows = _named(tx, tx.read(IssueRow, "select * from data.issues where issue_id = $1", issue_id))
    return rows[0] if rows else None


def of_asset(tx: Transaction, campaign_id: int, asset_id: int) -> list[NamedIssue]:
    """Return the issues of an asset in a campaign, oldest first."""
    return _named(tx, sorted(tx.rows(ISSUES, campaign_id, asset_id), key=lambda row: row.issue_id))


def of_member(tx: Transaction, member_id: int) -> list[NamedIssue]:
    """Return the issues on assets that a member worked on, newest first."""
    return _named(
        tx,
        tx.read(
            IssueRow,
            """
            select i.* from data.issues i
            where exists (select 1 from data.tasks t where t.campaign_id = i.campaign_id and t.asset_id = i.asset_id
                          and t.assignee_id = $1)
            order by i.issue_id desc
            """,
            member_id,
        ),
    )


def issues(tx: Transaction, rows: Sequence[NamedIssue]) -> list[Issue]:
    """Return the issues of rows, with their threads."""
    if not rows:
        return []
    comments: dict[int, list[Comment]] = {}
    hidden = {row.issue_id: (row.author_id, row.author_as) for row in rows if row.author_as is not None}
    for r in tx.all(
        "select issue_id, author_id, text, created from data.comments "
        "where list_contains($1, issue_id) order by comment_id",
        [row.issue_id for row in rows],
    ):
        who, shown = hidden.get(r["issue_id"], (None, ""))
        name = shown if r["author_id"] == who else people.logins(tx)[r["author_id"]]
        comments.setdefault(r["issue_id"], []).append(Comment(name, r["text"], r["created"]))
    return [
        Issue(
            issue_id=r.issue_id,
            campaign_id=r.campaign_id,
            campaign=r.campaign,
            asset_id=r.asset_id,
            asset=r.asset,
            state=r.state,
            author=r.author if r.author_as is None else r.author_as,
            created=r.created,
            comments=tuple(comments.get(r.issue_id, ())),
            zone=_zone(r),
            shape_id=r.shape_id,
            task_id=r.task_id,
        )
        for r in rows
    ]


def _zone(row: IssueRow) -> tuple[float, float, float, float] | None:
    if row.x0 is None or row.y0 is None or row.x1 is None or row.y1 is None:
        return None
    return row.x0, row.y0, row.x1, row.y1


def listing(tx: Transaction, most: int) -> list[IssueSummary]:
    """Return the issues of all campaigns, at most so many: those that are not resolved first, newest first."""
    rows = tx.all(
        """
        select i.issue_id, i.campaign_id, c.name as campaign, a.name as asset,
               coalesce(n.task_id, t.task_id) as task_id, s.name as step,
               case when i.shape_id is not null then 'shape' when i.x0 is not null then 'zone' else 'image' end
                 as place,
               i.state, m.login as author, k.text, f.comments, i.created, f.answered,
               t.gold is not null as gold
        from data.issues i
        join data.campaigns c on c.campaign_id = i.campaign_id
        join data.assets a on a.asset_id = i.asset_id
        join data.members m on m.member_id = i.author_id
        join data.tasks t on t.task_id = i.task_id
        join data.steps s on s.campaign_id = t.campaign_id and s.step = t.step
        left join data.tasks n on n.campaign_id = i.campaign_id and n.asset_id = i.asset_id and n.is_current
        join (
          select issue_id, count(*) as comments, min(comment_id) as begins, max(created) as answered
          from data.comments group by issue_id
        ) f on f.issue_id = i.issue_id
        join data.comments k on k.comment_id = f.begins
        order by case when i.state = 'resolved' then 1 else 0 end, i.issue_id desc
        limit $1
        """,
        most,
    )
    return [IssueSummary(**row) for row in rows]


def unresolved(tx: Transaction, campaign_id: int) -> int:
    """Return how many issues of a campaign are not resolved, without those raised on gold."""
    of_gold = "" if campaigns.spec(tx, campaign_id).workflow.gold is None else (
        " and task_id not in (select task_id from data.tasks where campaign_id = $1 and gold is not null)"
    )  # fmt: skip
    rows = f"data.issues where campaign_id = $1 and state <> 'resolved'{of_gold}"
    return int(tx.value(f"select count(*) from {rows}", campaign_id))


def authors(tx: Transaction, issue_id: int) -> set[int]:
    """Return who raised an issue and who wrote in its thread."""
    rows = tx.all(
        "select author_id from data.issues where issue_id = $1 "
        "union select author_id from data.comments where issue_id = $1",
        issue_id,
    )
    return {r["author_id"] for r in rows}
