"""What a reviewer goes by: what an asset was before, and in which order its images are worth a look."""

from __future__ import annotations

import hashlib
from typing import get_args

from nbannotate.errors import Conflict, InvalidInput, NotAllowed, Refused
from nbannotate.model import Before, BeforeKind, CampaignSpec, Ranked, ReviewOrder
from nbannotate.operations import completion, task_views
from nbannotate.operations.access import visible_task
from nbannotate.operations.registry import Context
from nbannotate.store import campaigns as stored
from nbannotate.store import data, leases, revision_rows, task_rows
from nbannotate.store.task_rows import NamedTask
from nbannotate.texts import t

LARGEST_SEED = 2**31


def before(ctx: Context, task_id: int) -> Before | None:
    """Return the annotation that a task's present one is compared with, from the view of its assignee; or None."""
    row = visible_task(ctx, task_id)
    spec = stored.spec(ctx.tx, row.campaign_id)
    who = row.assignee_id or ctx.actor.member_id
    past = [v for v in task_rows.visits(ctx.tx, row.campaign_id, row.asset_id) if v.task_id < task_id]
    last = next((v for v in reversed(past) if v.assignee_id == who and v.kind == row.kind), None)
    revisions = _revisions(ctx, row)
    if last is not None:
        made = [r for r in revisions if r.task_id is not None and r.task_id <= last.task_id]
        own = [r for r in made if r.task_id == last.task_id]
        if row.kind == "annotation":
            return _told(ctx, own[-1], "submitted") if own else None
        if made:
            return _told(ctx, made[-1], "seen")
    ours = [r for r in revisions if r.campaign_id == row.campaign_id]
    first = ours[0].annotation_id if ours else None
    given = [r for r in revisions if r.campaign_id != row.campaign_id and (not first or r.annotation_id < first)]
    if given and spec.existing != "restart" and (row.gold is None or spec.existing == "prefill"):
        return _told(ctx, given[-1], "given")
    earlier = [r for r in ours if r.task_id is not None and r.task_id < task_id]
    return _told(ctx, earlier[0], "first") if len(earlier) > 1 else None


def _revisions(ctx: Context, row: NamedTask) -> list[revision_rows.Revision]:
    return data.revisions(ctx.tx, row.version_id, row.asset_id)


def _told(ctx: Context, said: revision_rows.Revision, kind: BeforeKind) -> Before:
    by = said.member if kind != "given" and said.source != "consensus" and said.member else said.source
    return Before(said.annotation_id, data.annotation(ctx.tx, said), kind, by, said.created)


def order(ctx: Context, campaign_id: int, step: int, by: str, limit: int | None, seed: int) -> list[Ranked]:
    """Return the tasks of a review step that are the actor's or wait in the queue, the most urgent first."""
    if by not in get_args(ReviewOrder):
        raise InvalidInput(f"by must be one of {', '.join(get_args(ReviewOrder))}, not {by[:40]!r}.")
    if limit is not None and limit < 1:
        raise InvalidInput(f"limit must be 1 or more, not {limit}.")
    if not 0 <= seed < LARGEST_SEED:
        raise InvalidInput(f"seed must be a whole number from 0 to {LARGEST_SEED - 1}, not {seed}.")
    _check_reviews(ctx, campaign_id, step)
    rows = task_rows.reviewed(ctx.tx, campaign_id, step, ctx.actor.member_id)
    if by == "random":
        ranked = sorted(rows, key=lambda r: hashlib.sha256(f"{seed}:{r.asset_id}".encode()).digest())
        values: list[float | None] = [None] * len(ranked)
    else:
        facts = task_rows.figures(ctx.tx, campaign_id, step, ctx.actor.member_id)
        column, down = {
            "confidence": ("confidence", False), "changes": ("changes", True),
            "most shapes": ("shapes", True), "fewest shapes": ("shapes", False),
        }[by]  # fmt: skip
        value = {asset_id: getattr(fact, column) for asset_id, fact in facts.items()}
        ranked = sorted(rows, key=lambda r: _key(value.get(r.asset_id), down))
        values = [value.get(r.asset_id) for r in ranked]
    return [Ranked(task_views.task(r, r.issues), v) for r, v in list(zip(ranked, values, strict=True))[:limit]]


def _key(value: float | None, down: bool) -> tuple[bool, float]:
    """Sort by a value; what has none comes last. Python's sort keeps the order of the assets otherwise."""
    return value is None, 0.0 if value is None else -value if down else value


def _check_reviews(ctx: Context, campaign_id: int, step: int) -> CampaignSpec:
    if ctx.actor.member_id not in stored.workers(ctx.tx, campaign_id).get(step, set()):
        raise NotAllowed(t("You do not work at this step."))
    spec = stored.spec(ctx.tx, campaign_id)
    if spec.workflow.steps[step].kind != "review":
        raise InvalidInput(f"{spec.workflow.steps[step].name!r} is no review step; only those can be ordered.")
    return spec


def take(ctx: Context, task_id: int) -> None:
    """Take one image out of the queue of a review step, whatever its place in it."""
    row = task_rows.task(ctx.tx, task_id, ctx.actor.member_id)
    if row is None or ctx.actor.member_id not in stored.workers(ctx.tx, row.campaign_id).get(row.step, set()):
        raise NotAllowed(t("You may see only your own tasks."))
    spec = _check_reviews(ctx, row.campaign_id, row.step)
    me = ctx.actor.member_id
    if row.assignee_id == me:
        return
    free = row.assignee_id is None or (row.leased_until is not None and row.leased_until < ctx.now)
    if not row.is_open or not free:
        raise Conflict(t("Somebody else took this image meanwhile; choose another one."))
    if leases.answers_elsewhere(ctx.tx, row, me):
        raise Refused("You answered for this image yourself, so somebody else decides about it.")
    if stored.is_overdue(ctx.tx, row.campaign_id, ctx.now.date()):
        raise Refused(f"The campaign {spec.name!r} was due on {spec.due}; it gives out no new images.")
    if row.assignee_id is not None:
        leases.lapse(ctx.tx, [task_id], ctx.now)
    leases.take(ctx.tx, row, me, ctx.now, completion.lease_end(ctx, spec, row.step))
