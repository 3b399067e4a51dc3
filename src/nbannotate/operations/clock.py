"""What happens because time passes: leases run out, due dates come near and pass."""

from __future__ import annotations

import datetime
from collections import Counter
from itertools import groupby
from typing import NamedTuple

from nbannotate.model import NoticeKind
from nbannotate.operations.notifications import tell
from nbannotate.operations.registry import Context, operation
from nbannotate.rules.rights import MANAGERS
from nbannotate.store import campaigns, data, leases, notices, people, retention, staging
from nbannotate.texts import Message, t, tn

#: From how long before it a due date is near.
NEAR = datetime.timedelta(days=2)

#: How long after it a due date that nobody was told of is still news. Shorter than seen notices are kept (see
#: ``store/retention.py``), so that nobody is told twice.
LATE = datetime.timedelta(days=60)


def _nothing_to_do(ctx: Context) -> int | None:
    left = ctx.engine.left(ctx.tx)
    busy = leases.has_run_out(ctx.tx, ctx.now) or retention.is_due(ctx.tx, ctx.now) or _hearers(ctx)
    return None if left or busy else 0


@operation(writes=True, idle=_nothing_to_do)
def tick(ctx: Context) -> int:
    """Return tasks whose lease ran out to their queues, tell people of that and of due dates, forget what is old.

    What long work left that was not brought to its end is deleted.

    Returns
    -------
    int
        How many tasks went back, and how many notices of due dates were made. If there is nothing to do, nothing is
        written, and the log of events says nothing.
    """
    for batch_id in ctx.engine.left(ctx.tx):
        staging.discard(ctx.tx, batch_id)
    retention.forget(ctx.tx, ctx.now)
    lost = leases.expire_leases(ctx.tx, ctx.now)
    for (campaign_id, member_id), tasks in groupby(sorted(lost, key=_place), _place):
        _say_lease_out(ctx, campaign_id, member_id, list(tasks))
    due = _hearers(ctx)
    for one in due:
        tell(ctx, [one.member_id], one.kind, one.text, campaign_id=one.campaign_id, once=one.once)
    ctx.note(detail={"leases": len(lost), "due": len(due)})
    return len(lost) + len(due)


def _place(task: leases.Expired) -> tuple[int, int]:
    return task.campaign_id, task.assignee_id


def _say_lease_out(ctx: Context, campaign_id: int, member_id: int, tasks: list[leases.Expired]) -> None:
    """Tell a person of the tasks that went back to the queue, in one notice."""
    campaign = campaigns.spec(ctx.tx, campaign_id).name
    task_id: int | None = None
    if len(tasks) > 1:
        text = t(
            "Your time for {n} images of {campaign} ran out, so they went back to the queue. What you drew is kept.",
            n=len(tasks), campaign=campaign,
        )  # fmt: skip
    else:
        asset, task_id = data.asset(ctx.tx, tasks[0].asset_id), tasks[0].task_id
        text = t(
            "Your time for {asset} of {campaign} ran out, so it went back to the queue. What you drew is kept.",
            asset=asset.name if asset else t("an image"), campaign=campaign,
        )  # fmt: skip
    tell(ctx, [member_id], "lease_out", text, campaign_id=campaign_id, task_id=task_id, myself=True)


class _Hearer(NamedTuple):
    """Somebody who has still to be told that a campaign is due."""

    member_id: int
    campaign_id: int
    kind: NoticeKind
    text: Message
    once: str


def _hearers(ctx: Context) -> list[_Hearer]:
    """Return who has still to be told of which due date: managers, and those who have open tasks there."""
    today = ctx.now.date()
    found = []
    for near in notices.due(ctx.tx, today - LATE, today + NEAR):
        campaign_id, kind = near.campaign_id, _kind(near.due, today)
        tasks = notices.open_tasks(ctx.tx, campaign_id)
        if not tasks:
            continue
        once = f"{kind}:{campaign_id}:{near.due}"
        own: Counter[int] = Counter()
        for (_, assignee), n in tasks.items():
            if assignee is not None:
                own[assignee] += n
        workers = campaigns.workers(ctx.tx, campaign_id)
        queued = {m for step, assignee in tasks if assignee is None for m in workers.get(step, ())}
        roles = {m.member_id: m.role for m in people.members(ctx.tx) if m.active}
        hearers = {m for m, role in roles.items() if role in MANAGERS or m in own or m in queued}
        for member_id in sorted(hearers - notices.have(ctx.tx, once)):
            text = _due_text(kind, near.name, near.due, sum(tasks.values()), own[member_id])
            found.append(_Hearer(member_id, campaign_id, kind, text, once))
    return found


def _kind(due: datetime.date, today: datetime.date) -> NoticeKind:
    return "due_past" if due < today else "due_near"


def _due_text(kind: NoticeKind, campaign: str, due: datetime.date, images: int, own: int) -> Message:
    """Return what a person is told of a due date; it may be read days later, so it names the day."""
    day = f"{due:%A}, {due.day} {due:%B %Y}"
    left = tn(images, "{n} image is left", "{n} images are left")
    if own and images == 1:
        left = t("1 image is left, yours")
    elif own:
        theirs = t("all") if own == images else f"{own:,}"
        left = t("{n} images are left, {own+} of them yours", n=images, own=theirs)
    if kind == "due_near":
        return t("{campaign} is due on {day}: {left+}.", campaign=campaign, day=day, left=left)
    return t(
        "{campaign} was due on {day}: {left+}. "
        "What people hold can be finished; queues give nothing out until the date is moved.",
        campaign=campaign, day=day, left=left,
    )  # fmt: skip
