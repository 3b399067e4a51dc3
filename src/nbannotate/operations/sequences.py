"""Work on the slices of a sequence: seeing them all, spreading over a range, taking that back, excluding a range."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from nbannotate.errors import Conflict, InvalidInput, NotAllowed, Refused, Stale
from nbannotate.model import ExistingShapes, Sequence, Spent, Spread
from nbannotate.operations import chain, completion, propagation, slices, task_views, time_tracking
from nbannotate.operations.access import visible_task
from nbannotate.operations.notifications import tell, went_on
from nbannotate.operations.registry import Context, operation
from nbannotate.operations.slices import Range
from nbannotate.operations.transitions import visit
from nbannotate.rules import sequences as rules
from nbannotate.rules import text_limits, workflow
from nbannotate.rules.activity import Totals
from nbannotate.store import batches, importing, leases, task_rows
from nbannotate.store import campaigns as stored
from nbannotate.store import sequences as kept
from nbannotate.store.campaign_end import Unsubmitted
from nbannotate.store.staging import Stage
from nbannotate.texts import t

#: So many slices are excluded at once.
MOST_EXCLUDED = 5_000


@operation()
def view(ctx: Context, task_id: int) -> Sequence:
    """Return the slices of the sequence that a task's image belongs to, as I see them."""
    row = visible_task(ctx, task_id)
    its = slices.around(ctx, row)
    last = kept.last(ctx.tx, ctx.actor.member_id, row.campaign_id, row.step, its.sequence)
    return Sequence(
        its.sequence, its.here, slices.seen(ctx, its), last.spread_id if last else None,
        last.what if last else "",
    )  # fmt: skip


@operation(writes=True, answer=task_views.seen)
def take(ctx: Context, task_id: int) -> int:
    """Take a slice out of the queue of a step, for whoever works on other slices of its sequence there."""
    row = task_rows.task(ctx.tx, task_id, ctx.actor.member_id)
    me = ctx.actor.member_id
    if row is None or me not in stored.workers(ctx.tx, row.campaign_id).get(row.step, set()):
        raise NotAllowed(t("You may see only your own tasks."))
    its = slices.around(ctx, row)
    had = kept.had(ctx.tx, row.campaign_id, its.dataset_id, its.sequence, me, row.step)
    if not had and row.assignee_id != me:
        raise NotAllowed("You have no slice of this sequence yet; its slices come to you from the queue.")
    slice_ = next((r for r in its.rows if r.task_id == task_id), None)
    if slice_ is None or slice_.hold not in ("mine", "free"):
        raise Conflict("Somebody else took this slice meanwhile, or it is finished.")
    until = completion.lease_end(ctx, its.spec, row.step)
    if slice_.hold == "free":
        _take(ctx, its, [slice_])
        leases.take(ctx.tx, row, me, ctx.now, until)
    else:
        leases.touch(ctx.tx, row, Totals(), ctx.now, until)
    completion.note(ctx, row)
    return task_id


@operation(writes=True, prepare=propagation.prepare)
def spread(
    ctx: Context,
    task_id: int,
    first: int,
    last: int,
    shapes: list[str] | None = None,
    tags: list[str] | None = None,
    nothing: bool = False,
    existing: ExistingShapes = "keep",
    *,
    prepared_spread: propagation.Made | propagation.Not,
) -> Spread:
    """Put what a slice says onto a range of slices that I hold or may take; all in one transaction.

    ``first`` and ``last`` are places in the sequence, from 1; the slice itself is passed over. ``shapes`` and ``tags``
    are ids and names, or None for all; or ``nothing``: *nothing to label*. ``existing`` says what becomes of slices
    that have shapes already. What the rights, the recipe or the size of an image forbid is left out, with the reason.
    """
    row, made = visible_task(ctx, task_id), prepared_spread.believed(ctx)
    me, its, rows = ctx.actor.member_id, made.its, made.rows
    free = [r for r in rows if isinstance(r, slices.HeldSlice) and r.hold == "free"]
    _take(ctx, its, free)
    until = completion.lease_end(ctx, its.spec, row.step)
    kept.hold(ctx.tx, [r.task_id for r in rows], me, ctx.now, until, [r.task_id for r in free])
    kept.put_drafts(ctx.tx, me, made.drafts, ctx.now)
    of = row.campaign_id, row.step, its.sequence
    spread_id = kept.remember(ctx.tx, me, *of, made.what, made.was, ctx.now)
    completion.note(ctx, row)
    ctx.note(detail={"what": made.what, "tasks": [r.task_id for r in rows], "left": made.left})
    return msgspec.structs.replace(made.answer, spread_id=spread_id)


def _take(ctx: Context, its: Range, rows: list[slices.HeldSlice]) -> None:
    """Tell those whose lease ran out that their slices go to somebody else now."""
    lost = {r.task_id: r.assignee_id for r in rows if r.assignee_id is not None}
    if not lost:
        return
    leases.lapse(ctx.tx, list(lost), ctx.now)
    for member_id, n in sorted(Counter(lost.values()).items()):
        text = went_on(n, its.spec.name)
        tell(ctx, [member_id], "lease_out", text, campaign_id=its.row.campaign_id)


@operation(writes=True, prepare=propagation.prepare_undo)
def undo(ctx: Context, spread_id: int, *, prepared_undo: propagation.Made | propagation.Not) -> Spread:
    """Take back what I spread over slices: their drafts are as before, but those that changed since stay as they are.

    What the spread took out of the queue, and nobody opened since, goes back there.
    """
    made, me = prepared_undo.believed(ctx), ctx.actor.member_id
    if kept.spread(ctx.tx, spread_id) is None:
        raise Stale("What was spread was forgotten meanwhile; try again.")
    kept.give_back(ctx.tx, spread_id, made.untouched, me)
    gone = set(made.untouched)
    again = [
        r.task_id for r in made.rows
        if isinstance(r, kept.SpreadDraft) and r.task_id not in gone and r.revision_before is not None
    ]  # fmt: skip
    kept.moved(ctx.tx, spread_id, again, me)
    kept.put_drafts(ctx.tx, me, made.drafts, ctx.now)
    kept.forget(ctx.tx, [spread_id])
    completion.note(ctx, made.its.row)
    ctx.note(detail={"what": made.what, "tasks": [r.task_id for r in made.rows], "left": made.left})
    return made.answer


def _stage_exclude(
    ctx: Context, stage: Stage, task_id: int, first: int, last: int, reason: str, **_: Any
) -> dict[str, completion.Kept]:
    """Make revisions of what I have drawn on the slices of a range, in pieces."""
    text_limits.checked(reason, "Say why these slices are of no use")
    its = slices.around(ctx, visible_task(ctx, task_id))
    able, _left = _excluded(its, first, last)
    ids, me, version_id = [r.task_id for r in able], ctx.actor.member_id, its.row.version_id
    mark = kept.mark(ctx.tx, ids, me, version_id)
    drafts = kept.drafts(ctx.tx, ids, me)
    drawn = [
        Unsubmitted(r.task_id, r.campaign_id, r.asset_id, me, r.copy, r.gold, drafts[r.task_id].body)
        for r in able
        if r.task_id in drafts
    ]
    completion.stage_revisions(ctx, stage, version_id, drawn, "discard")
    return {"prepared_kept": completion.Kept(stage.batch_id, mark)}


def _excluded(its: Range, first: int, last: int) -> tuple[list[slices.HeldSlice], list[tuple[int, str]]]:
    """Return the slices of a range that can be excluded, and why others cannot; raise if none can be."""
    chosen = its.between(first, last)
    if len(chosen) > MOST_EXCLUDED:
        raise InvalidInput(f"At most {MOST_EXCLUDED:,} slices can be excluded at once, not {len(chosen):,}.")
    left = [(r.place, why) for r in chosen if (why := _not_excluded(its, r))]
    able = [r for r in chosen if not _not_excluded(its, r)]
    if not able:
        raise Refused(rules.message("Excluded", [], [], rules.grouped(left)))
    return able, left


def _not_excluded(its: Range, row: slices.HeldSlice) -> str:
    """Return why a slice cannot be excluded with others, or an empty text."""
    return slices.why_not(its, row) or ("answered by several people; discard it by itself" if row.copy else "")


@operation(writes=True, stage=_stage_exclude)
def exclude(
    ctx: Context,
    task_id: int,
    first: int,
    last: int,
    reason: str,
    revision: int = 0,
    seconds: Spent = 0.0,
    *,
    prepared_kept: completion.Kept,
) -> Spread:
    """Discard a range of slices that I hold or may take, with one reason, all in one transaction.

    ``revision`` is that of the draft of the task itself, if it is in the range. What is not mine is left out.
    """
    reason = text_limits.checked(reason, "Say why these slices are of no use")
    row, me = visible_task(ctx, task_id), ctx.actor.member_id
    its = slices.around(ctx, row)
    able, left = _excluded(its, first, last)
    ids = [r.task_id for r in able]
    if prepared_kept.ground != kept.mark(ctx.tx, ids, me, row.version_id):
        raise Stale("The slices changed while what was drawn on them was kept; try again.")
    for r in able:
        its_visit = msgspec.structs.replace(visit(r), assignee=me)
        workflow.check_may_work(its_visit, its.spec.workflow.steps, me, "discard")
    if task_id in ids and revision != (row.revision or 0):
        raise Conflict("This slice was saved elsewhere after this page opened it. Reload to go on from there.")
    totals = (time_tracking.add if task_id in ids else time_tracking.late)(ctx, row, seconds)
    free = [r for r in able if r.hold == "free"]
    _take(ctx, its, free)
    until = completion.lease_end(ctx, its.spec, row.step)
    kept.hold(ctx.tx, ids, me, ctx.now, until, [r.task_id for r in free])
    importing.reveal(ctx.tx, prepared_kept.batch_id, row.version_id, overwrite=True)
    batches.discard(ctx.tx, ids, reason, ctx.now)
    chain.apply_rules(ctx, row.campaign_id, its.spec, [r.asset_id for r in able], "discarded", "discarded")
    places, groups = tuple(r.place for r in able), rules.grouped(left)
    completion.note_work(ctx, row, totals)
    ctx.note(detail={"tasks": ids, "left": len(left), "reason": reason})
    return Spread(places, (), groups, len(free), None, rules.message("Excluded", places, (), groups, len(free)))
