"""What happens because time passes: leases run out, due dates come near and pass."""

from __future__ import annotations

import datetime
from itertools import groupby
from typing import Any

from nbannotate.operations.registry import Context, operation
from nbannotate.operations.telling import tell
from nbannotate.store import campaigns, data, notices, work

#: From how long before it a due date is near.
NEAR = datetime.timedelta(days=2)

#: How long after it a due date that nobody was told of is still news. Shorter than seen notices are kept (see
#: ``dispatch.py``), so that nobody is told twice.
LATE = datetime.timedelta(days=60)


def _nothing_to_do(ctx: Context) -> int | None:
    return None if work.has_run_out(ctx.tx, ctx.now) or _due(ctx) else 0


@operation(writes=True, idle=_nothing_to_do)
def tick(ctx: Context) -> int:
    """Return tasks whose lease ran out to their queues, and tell people of that and of due dates.

    Returns
    -------
    int
        How many tasks went back, and how many notices of due dates were made. If there is nothing to do, nothing is
        written, and the log of events says nothing.
    """
    lost = work.expire_leases(ctx.tx, ctx.now)
    for (campaign_id, member_id), tasks in groupby(sorted(lost, key=_place), _place):
        _say_lease_out(ctx, campaign_id, member_id, list(tasks))
    due = _due(ctx)
    for row in due:
        tell(ctx, [row["member_id"]], row["kind"], _due_text(row), campaign_id=row["campaign_id"], once=row["once"])
    ctx.note(detail={"leases": len(lost), "due": len(due)})
    return len(lost) + len(due)


def _place(task: dict[str, Any]) -> tuple[int, int]:
    return task["campaign_id"], task["assignee_id"]


def _say_lease_out(ctx: Context, campaign_id: int, member_id: int, tasks: list[dict[str, Any]]) -> None:
    """Tell a person of the tasks that went back to the queue, in one notice."""
    campaign = campaigns.spec(ctx.tx, campaign_id).name
    if len(tasks) > 1:
        what, went, task_id = f"{len(tasks)} images", "they went", None
    else:
        asset = data.asset(ctx.tx, tasks[0]["asset_id"])
        what, went, task_id = asset["name"] if asset else "an image", "it went", tasks[0]["task_id"]
    text = f"Your time for {what} of {campaign} ran out, so {went} back to the queue. What you drew is kept."
    tell(ctx, [member_id], "lease_out", text, campaign_id=campaign_id, task_id=task_id, myself=True)


def _due(ctx: Context) -> list[dict[str, Any]]:
    """Return who has still to be told of which due date."""
    today = ctx.now.date()
    return notices.due(ctx.tx, today - LATE, today, today + NEAR)


def _due_text(row: dict[str, Any]) -> str:
    """Return what a person is told of a due date; it is read days later, so it names the day."""
    day = f"{row['due']:%A}, {row['due'].day} {row['due']:%B %Y}"
    left = f"{row['images']:,} {'image is' if row['images'] == 1 else 'images are'} left"
    if row["own"]:
        left += f", {'all' if row['own'] == row['images'] else format(row['own'], ',')} of them yours"
    if row["kind"] == "due_near":
        return f"{row['campaign']} is due on {day}: {left}."
    return (
        f"{row['campaign']} was due on {day}: {left}. What people hold can be finished; "
        "queues give nothing out until the date is moved."
    )
