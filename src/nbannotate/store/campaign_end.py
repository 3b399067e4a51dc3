"""How a campaign ends: completing it with open tasks, and deleting it."""

from __future__ import annotations

import datetime

from msgspec import Struct

from nbannotate.store.campaigns import OPEN
from nbannotate.store.counts import changed, forget
from nbannotate.store.engine import Transaction
from nbannotate.store.staging import NOT_STAGED

_TASKS = "task_id in (select task_id from data.tasks where campaign_id = $1)"


#: Open tasks of a campaign ($1), of one step ($2) or all, of one member ($3) or all.
_OPEN = f"t.campaign_id = $1 and ($2 is null or t.step = $2) and ($3 is null or t.assignee_id = $3) and {OPEN}"


class Unsubmitted(Struct, frozen=True):
    """What somebody has drawn in an open task, as JSON, and where."""

    task_id: int
    campaign_id: int
    asset_id: int
    assignee_id: int
    copy: int | None
    gold: int | None
    body: str


def unsubmitted(
    tx: Transaction, campaign_id: int, step: int | None = None, member_id: int | None = None
) -> list[Unsubmitted]:
    """Return the drafts of open tasks, of the people who have these."""
    return tx.read(
        Unsubmitted,
        f"select t.task_id, t.campaign_id, t.asset_id, t.assignee_id, t.copy, t.gold, d.body from data.tasks t "
        f"join data.member_drafts d on d.task_id = t.task_id and d.member_id = t.assignee_id "
        f"where {_OPEN} order by t.task_id",
        campaign_id, step, member_id,
    )  # fmt: skip


def drafts_mark(
    tx: Transaction, campaign_id: int, version_id: int, step: int | None = None, member_id: int | None = None
) -> str:
    """Return a short text that differs if a draft of those, or what stands below it, has changed."""
    return str(tx.value(
        f"select coalesce(md5(string_agg(t.task_id || ' ' || d.revision || ' ' || coalesce(l.annotation_id, 0), "
        f"',' order by t.task_id)), '') from data.tasks t "
        f"join data.member_drafts d on d.task_id = t.task_id and d.member_id = t.assignee_id "
        f"left join (select asset_id, annotation_id from data.version_heads where version_id = $4) l "
        f"on l.asset_id = t.asset_id where {_OPEN}",
        campaign_id, step, member_id, version_id,
    ))  # fmt: skip


def end_all(
    tx: Transaction,
    campaign_id: int,
    note: str,
    now: datetime.datetime,
    step: int | None = None,
    member_id: int | None = None,
) -> int:
    """End open tasks without a result, and return how many: their assets leave the campaign as skipped."""
    which = campaign_id, step, member_id
    count = int(tx.value(f"select count(*) from data.tasks t where {_OPEN} and t.gold is null", *which))
    tx.run(
        f"insert into data.lapses select t.task_id, t.assignee_id, $4 from data.tasks t "
        f"where {_OPEN} and t.assignee_id is not null and t.opened is not null",
        *which, now,
    )  # fmt: skip
    with changed(tx, f"select campaign_id, asset_id from data.tasks t where {_OPEN}", *which):
        tx.run(
            f"update data.tasks as t set state = 'skipped', outcome = 'ended', status = 'skipped', closed = $4, "
            f"note = $5, leased_until = null where {_OPEN}",
            *which, now, note,
        )  # fmt: skip
    return count


def counts(tx: Transaction, campaign_id: int) -> dict[str, int]:
    """Return how many tasks, drafts, issues and notices a campaign has, and annotations that stay without it."""
    row = tx.one(
        f"""
        select (select count(*) from data.tasks where campaign_id = $1 and gold is null) as tasks,
               (select count(*) from data.member_drafts where {_TASKS}) as drafts,
               (select count(*) from data.issues where campaign_id = $1) as issues,
               (select count(*) from data.notices where campaign_id = $1) as notices,
               (select count(*) from data.annotations where campaign_id = $1 and origin <> 'gold' and {NOT_STAGED})
                 as kept_annotations
        """,
        campaign_id,
    )
    assert row is not None
    return row


def delete(tx: Transaction, campaign_id: int) -> None:
    """Delete a campaign with all that is its own; annotations and events stay, but for answers to gold.

    Those are no work: nothing but the campaign's own tables shows them.
    """
    forget(tx, campaign_id)
    golden = "select annotation_id from data.annotations where campaign_id = $1 and origin = 'gold'"
    for table in ("shapes", "annotations"):
        tx.run(f"delete from data.{table} where annotation_id in ({golden})", campaign_id)
    for table in ("member_drafts", "lapses", "spread_drafts", "gold_scores"):
        tx.run(f"delete from data.{table} where {_TASKS}", campaign_id)
    tx.run(
        "delete from data.comments where issue_id in (select issue_id from data.issues where campaign_id = $1)",
        campaign_id,
    )
    for table in (
        "spreads",
        "issues",
        "notices",
        "activity",
        "gold_falls",
        "tasks",
        "step_members",
        "steps",
        "campaigns",
    ):
        tx.run(f"delete from data.{table} where campaign_id = $1", campaign_id)
