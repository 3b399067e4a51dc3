"""Notices: what people should know, each for one member; and what the notices of due dates need to know."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from msgspec import Struct

from nbannotate.model import NoticeKind
from nbannotate.store import campaigns
from nbannotate.store.engine import Transaction

#: Notices of one task or issue each, of one kind in one campaign, are one line for the person, as long as none of them
#: is seen (and afterwards, if they were seen together). What tells of many images at once stays a line of its own,
#: unless the same words were said before; so does what was wrong in one answer: each of them is to be looked at.
_LINE = "case when coalesce(task_id, issue_id) is null or campaign_id is null or kind = 'gold' then text end"


def add(
    tx: Transaction,
    members: Collection[int],
    kind: str,
    text: str,
    now: datetime.datetime,
    *,
    campaign_id: int | None = None,
    task_id: int | None = None,
    issue_id: int | None = None,
    once: str | None = None,
) -> dict[int, int]:
    """Insert a notice for each active member and return their ids by member; who has one with ``once`` gets none."""
    rows = tx.all(
        """
        insert into data.notices
        select nextval('data.ids'), m.member_id, $2, $3, $4, $5, $6, $7, $8, null from (
          select member_id from data.members where active and list_contains(cast($1 as bigint[]), member_id)
            and ($7 is null or member_id not in (select n.member_id from data.notices n where n.once = $7))
          order by member_id
        ) m returning notice_id, member_id
        """,
        sorted(members), kind, text, campaign_id, task_id, issue_id, once, now,
    )  # fmt: skip
    return {row["member_id"]: row["notice_id"] for row in rows}


class Line(Struct, frozen=True):
    """Notices that are one line: ``n`` of them, with the id, text and time of the newest."""

    notice_id: int
    kind: NoticeKind
    campaign_id: int | None
    seen: datetime.datetime | None
    n: int
    created: datetime.datetime
    text: str
    task_id: int | None
    issue_id: int | None
    campaign: str | None


class Due(Struct, frozen=True):
    """A campaign, and when it is due."""

    campaign_id: int
    name: str
    due: datetime.date


def lines(tx: Transaction, member_id: int, unseen: bool, limit: int) -> list[Line]:
    """Return a member's notices, what is not seen first, then the newest first; those that are one line are merged."""
    return tx.read(
        Line,
        f"""
        select l.*, c.name as campaign from (
          select max(notice_id) as notice_id, kind, campaign_id, seen, count(*) as n, max(created) as created,
                 max_by(text, notice_id) as text, max_by(task_id, notice_id) as task_id,
                 max_by(issue_id, notice_id) as issue_id
          from data.notices where member_id = $1 and (seen is null or not $2) group by kind, campaign_id, seen, {_LINE}
        ) l left join data.campaigns c on c.campaign_id = l.campaign_id
        order by l.seen is not null, l.notice_id desc limit $3
        """,
        member_id, unseen, limit,
    )  # fmt: skip


def see(tx: Transaction, member_id: int, lines: Collection[int] | None, now: datetime.datetime) -> int:
    """Note that a member has seen these lines (None: all), each up to its newest notice; return how many notices."""
    seen = tx.all(
        f"""
        update data.notices set seen = $3 where seen is null and member_id = $1 and ($2 is null or notice_id in (
          select n.notice_id from (select *, {_LINE} as line from data.notices) n
          join (select *, {_LINE} as line from data.notices) l
            on l.kind = n.kind and l.campaign_id is not distinct from n.campaign_id
            and l.line is not distinct from n.line and l.notice_id >= n.notice_id
          where n.member_id = $1 and l.member_id = $1 and list_contains(cast($2 as bigint[]), l.notice_id)
        )) returning notice_id
        """,
        member_id, None if lines is None else list(lines), now,
    )  # fmt: skip
    return len(seen)


def due(tx: Transaction, first: datetime.date, last: datetime.date) -> list[Due]:
    """Return the launched campaigns that are due between two days."""
    return tx.read(
        Due,
        "select campaign_id, name, due from data.campaigns "
        "where launched is not null and archived is null and due between $1 and $2 order by 1",
        first, last,
    )  # fmt: skip


def have(tx: Transaction, once: str) -> set[int]:
    """Return the members who have a notice with a key."""
    return {row["member_id"] for row in tx.all("select member_id from data.notices where once = $1", once)}


def open_tasks(tx: Transaction, campaign_id: int) -> dict[tuple[int, int | None], int]:
    """Return how many open tasks there are in a campaign, by step and assignee (None: in the queue)."""
    rows = tx.all(
        f"select t.step, t.assignee_id, count(*) as n from data.tasks t where t.campaign_id = $1 and {campaigns.OPEN} "
        "and (t.gold is null or t.assignee_id is not null) group by 1, 2",
        campaign_id,
    )
    return {(row["step"], row["assignee_id"]): row["n"] for row in rows}
