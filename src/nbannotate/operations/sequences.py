"""Work on the slices of a sequence: seeing them all, spreading over a range, taking that back, excluding a range."""

from __future__ import annotations

from typing import Any

import msgspec

from nbannotate import shapes as kinds
from nbannotate.errors import Conflict, InvalidInput, NotAllowed, Refused
from nbannotate.model import Annotation, ExistingShapes, Sequence, Spread, TaskView
from nbannotate.operations import closing, slicing, viewing
from nbannotate.operations.access import visible_task
from nbannotate.operations.registry import Context, found, operation
from nbannotate.operations.slicing import Range
from nbannotate.operations.telling import tell
from nbannotate.rules import sequences as rules
from nbannotate.rules import words, workflow
from nbannotate.rules.annotation import check_draft
from nbannotate.rules.copying import copyable
from nbannotate.store import campaigns as stored
from nbannotate.store import data, holding, work
from nbannotate.store import sequences as kept

#: Ending a task takes some ten queries; more at once would hold up everybody's work.
MOST_EXCLUDED = 500
#: So many shapes are put onto slices at once, and onto so many slices.
MOST_SHAPES, MOST_SLICES = 200_000, 5_000


@operation()
def view(ctx: Context, task_id: int) -> Sequence:
    """Return the slices of the sequence that a task's image belongs to, as I see them."""
    row = visible_task(ctx, task_id)
    its = slicing.around(ctx, row)
    last = kept.last(ctx.tx, ctx.actor.member_id, row["campaign_id"], row["step"], row["sequence"])
    return Sequence(
        row["sequence"], its.here, slicing.seen(ctx, its), last["spread_id"] if last else None,
        last["what"] if last else "",
    )  # fmt: skip


@operation(writes=True, keep=viewing.number, again=viewing.again)
def take(ctx: Context, task_id: int) -> TaskView:
    """Take a slice out of the queue of a step, for whoever works on other slices of its sequence there."""
    row = work.task(ctx.tx, task_id, ctx.actor.member_id)
    me = ctx.actor.member_id
    if row is None or me not in stored.workers(ctx.tx, row["campaign_id"]).get(row["step"], set()):
        raise NotAllowed("You may see only your own tasks.")
    its = slicing.around(ctx, row)
    had = kept.had(ctx.tx, row["campaign_id"], its.dataset_id, row["sequence"], me, row["step"])
    if not had and row["assignee_id"] != me:
        raise NotAllowed("You have no slice of this sequence yet; its slices come to you from the queue.")
    slice_ = next((r for r in its.rows if r["task_id"] == task_id), None)
    if slice_ is None or slice_["hold"] not in ("mine", "free"):
        raise Conflict("Somebody else took this slice meanwhile, or it is finished.")
    until = closing.lease_end(ctx, its.spec, row["step"])
    if slice_["hold"] == "free":
        _take(ctx, its, [slice_])
        holding.take(ctx.tx, task_id, me, ctx.now, until)
    else:
        holding.touch(ctx.tx, task_id, 0.0, ctx.now, until)
    closing.note(ctx, row)
    opened = work.task(ctx.tx, task_id, me)
    assert opened is not None
    return viewing.view(ctx, opened)


@operation(writes=True)
def spread(
    ctx: Context,
    task_id: int,
    first: int,
    last: int,
    shapes: list[str] | None = None,
    tags: list[str] | None = None,
    nothing: bool = False,
    existing: ExistingShapes = "keep",
) -> Spread:
    """Put what a slice says onto a range of slices that I hold or may take; all in one transaction.

    ``first`` and ``last`` are places in the sequence, from 1; the slice itself is passed over. ``shapes`` and ``tags``
    are ids and names, or None for all; or ``nothing``: *nothing to label*. ``existing`` says what becomes of slices
    that have shapes already. What the rights, the recipe or the size of an image forbid is left out, with the reason.
    """
    row = visible_task(ctx, task_id)
    its = slicing.around(ctx, row)
    source = viewing.current_annotation(ctx, row, its.spec)
    given = Annotation(nothing_to_label=True) if nothing else _chosen(source, shapes, tags)
    if given.empty:
        raise Refused("There is nothing on this slice that could be put onto others.")
    given, dropped = copyable(given, its.spec.recipe)
    targets = [r for r in its.between(first, last) if r["asset_id"] != row["asset_id"]]
    if not targets:
        raise InvalidInput("This is the slice itself; choose a range of others.")
    if len(targets) > min(MOST_SLICES, MOST_SHAPES // max(1, len(given.shapes))):
        raise InvalidInput(
            f"That is too much at once: at most {MOST_SLICES:,} slices, and {MOST_SHAPES:,} shapes on all of them. "
            "Choose a shorter range."
        )
    left = {r["place"]: why for r in targets if (why := slicing.why_not(its, r))}
    able = [r for r in targets if r["place"] not in left]
    before = _said(ctx, its, able)
    size = next((r["width"], r["height"]) for r in its.rows if r["asset_id"] == row["asset_id"])
    after: dict[int, Annotation] = {}
    for r in able:
        now = rules.spread(given, before[r["task_id"]], existing)
        if isinstance(now, str):
            left[r["place"]] = now
        elif why := _unfit(its, r, size, now, before[r["task_id"]]):
            left[r["place"]] = why
        else:
            after[r["task_id"]] = now
    same = [r["place"] for r in able if after.get(r["task_id"]) == before[r["task_id"]]]
    changed = [r for r in able if r["task_id"] in after and r["place"] not in same]
    groups, what = rules.grouped(left.items()), _what(given)
    taken = [r for r in changed if r["hold"] == "free"]
    if not changed:
        raise Refused(rules.message(what, [], same, groups))
    spread_id = _store(ctx, its, changed, after, what)
    message = rules.message(what, [r["place"] for r in changed], same, groups, len(taken), dropped)
    closing.note(ctx, row)
    ctx.note(detail={"what": what, "tasks": [r["task_id"] for r in changed], "left": len(left)})
    return Spread(tuple(r["place"] for r in changed), tuple(same), groups, len(taken), spread_id, message, dropped)


def _chosen(source: Annotation, shapes: list[str] | None, tags: list[str] | None) -> Annotation:
    ids = {s.id for s in source.shapes}
    if unknown := [i for i in shapes or () if i not in ids]:
        raise InvalidInput(f"The slice has no shape {unknown[0]!r}.")
    if unknown := [t for t in tags or () if t not in source.tags]:
        raise InvalidInput(f"The slice has no tag {unknown[0]!r}.")
    names = tuple(t for t in source.tags if tags is None or t in tags)
    return Annotation(
        shapes=tuple(s for s in source.shapes if shapes is None or s.id in shapes),
        tags=names,
        tag_attributes={t: v for t, v in source.tag_attributes.items() if t in names},
        nothing_to_label=source.nothing_to_label and shapes is None,
    )


def _what(given: Annotation) -> str:
    if given.nothing_to_label:
        return "Nothing to label"
    said = []
    if n := len(given.shapes):
        said.append("1 shape" if n == 1 else f"{n:,} shapes")
    if n := len(given.tags):
        said.append("1 tag" if n == 1 else f"{n} tags")
    return " and ".join(said)


def _said(ctx: Context, its: Range, rows: list[dict[str, Any]]) -> dict[int, Annotation]:
    """Return what slices say now, by task; each row gets its draft's ``revision`` and ``body``."""
    drafts = kept.drafts(ctx.tx, [r["task_id"] for r in rows], ctx.actor.member_id)
    for r in rows:
        r |= drafts.get(r["task_id"], {"revision": None, "body": None}) | {"version_id": its.row["version_id"]}
    mine = {r["task_id"]: work.draft(r) for r in rows}
    began = _began(ctx, its, [r["asset_id"] for r in rows if mine[r["task_id"]] is None])
    return {
        r["task_id"]: began.get(r["asset_id"], Annotation()) if (draft := mine[r["task_id"]]) is None else draft
        for r in rows
    }


def _began(ctx: Context, its: Range, asset_ids: list[int]) -> dict[int, Annotation]:
    """Return what work on some assets begins with: the last revision, or nothing where the campaign starts anew."""
    only = its.row["campaign_id"] if its.spec.existing == "restart" else None
    return data.latest_of(ctx.tx, its.row["version_id"], asset_ids, only) if asset_ids else {}


def _unfit(its: Range, row: dict[str, Any], size: tuple[int, int], now: Annotation, before: Annotation) -> str:
    """Return why a slice cannot say this, or an empty text."""
    try:
        check_draft(now, its.spec.recipe, before)
    except InvalidInput as error:
        return f"({error})"
    if size != (row["width"], row["height"]):
        known = {s.id for s in before.shapes}
        for shape in now.shapes:
            if shape.id not in known and kinds.kind(shape.kind).problem(shape, row["width"], row["height"]):
                return "of another size: a shape would not lie in the image"
    return ""


def _store(ctx: Context, its: Range, rows: list[dict[str, Any]], after: dict[int, Annotation], what: str) -> int:
    """Store the drafts, take what waited in the queue, and remember how it was; return the id of that."""
    me, free = ctx.actor.member_id, [r for r in rows if r["hold"] == "free"]
    _take(ctx, its, free)
    until = closing.lease_end(ctx, its.spec, its.row["step"])
    kept.hold(ctx.tx, [r["task_id"] for r in rows], me, ctx.now, until, [r["task_id"] for r in free])
    bodies = {r["task_id"]: msgspec.json.encode(after[r["task_id"]]).decode() for r in rows}
    kept.put_drafts(ctx.tx, me, [(r["task_id"], (r["revision"] or 0) + 1, bodies[r["task_id"]]) for r in rows], ctx.now)
    was = [
        {
            "task_id": r["task_id"], "revision": (r["revision"] or 0) + 1, "body": r["body"],
            "revision_before": r["revision"], "taken": r["hold"] == "free", "opened": r["opened"],
            "touched": r["touched"],
        }
        for r in rows
    ]  # fmt: skip
    row = its.row
    return kept.remember(ctx.tx, me, row["campaign_id"], row["step"], row["sequence"], what, was, ctx.now)


def _take(ctx: Context, its: Range, rows: list[dict[str, Any]]) -> None:
    """Tell those whose lease ran out that their slices go to somebody else now."""
    lost = [r for r in rows if r["assignee_id"] is not None]
    if not lost:
        return
    holding.lapse(ctx.tx, [r["task_id"] for r in lost], ctx.now)
    for member_id in sorted({r["assignee_id"] for r in lost}):
        n = sum(r["assignee_id"] == member_id for r in lost)
        text = (
            f"{'An image' if n == 1 else f'{n} images'} of {its.spec.name} went to somebody else: nothing was heard "
            "from your page for too long. What you drew is kept."
        )
        tell(ctx, [member_id], "lease_out", text, campaign_id=its.row["campaign_id"])


@operation(writes=True)
def undo(ctx: Context, spread_id: int) -> Spread:
    """Take back what I spread over slices: their drafts are as before, but those that changed since stay as they are.

    What the spread took out of the queue, and nobody opened since, goes back there.
    """
    me = ctx.actor.member_id
    made = kept.spread(ctx.tx, spread_id)
    if made is None or made["member_id"] != me:
        raise Refused("There is nothing to take back any more.")
    rows = kept.kept(ctx.tx, spread_id)
    row = work.task(ctx.tx, rows[0]["task_id"], me)
    assert row is not None
    its = slicing.around(ctx, row)
    place = {r["asset_id"]: r["place"] for r in its.rows}
    left: list[tuple[int, str]] = []
    back: list[dict[str, Any]] = []
    for r in rows:
        if r["state"] not in ("in_progress", "to_rework") or r["assignee_id"] != me:
            left.append((place[r["asset_id"]], "not yours to change any more"))
        elif r["now_revision"] != r["revision"]:
            left.append((place[r["asset_id"]], "changed since"))
        else:
            back.append(r)
    groups = rules.grouped(left)
    if not back:
        raise Refused(rules.message(f"Taken back: {made['what']}", [], [], groups))
    untouched = [r for r in back if r["body"] is None and r["now_touched"] == made["created"]]
    kept.give_back(ctx.tx, spread_id, [r["task_id"] for r in untouched], me)
    gone = {r["task_id"] for r in untouched}
    opened = [r for r in back if r["task_id"] not in gone]
    began = _began(ctx, its, [r["asset_id"] for r in opened if r["body"] is None])
    drafts = []
    for r in opened:
        body = r["body"]
        if body is None:  # somebody opened it meanwhile, in a tab perhaps: a number is never given out twice
            body = msgspec.json.encode(began.get(r["asset_id"], Annotation())).decode()
        drafts.append((r["task_id"], r["revision"] + 1, body))
    kept.moved(ctx.tx, spread_id, [r["task_id"] for r in opened if r["revision_before"] is not None], me)
    kept.put_drafts(ctx.tx, me, drafts, ctx.now)
    kept.forget(ctx.tx, [spread_id])
    places = sorted(place[r["asset_id"]] for r in back)
    closing.note(ctx, row)
    ctx.note(detail={"what": made["what"], "tasks": [r["task_id"] for r in back], "left": len(left)})
    return Spread(tuple(places), left=groups, message=rules.message(f"Taken back: {made['what']}", places, [], groups))


@operation(writes=True)
def exclude(
    ctx: Context, task_id: int, first: int, last: int, reason: str, revision: int = 0, seconds: float = 0.0
) -> Spread:
    """Discard a range of slices that I hold or may take, with one reason, all in one transaction.

    ``revision`` is that of the draft of the task itself, if it is in the range. What is not mine is left out.
    """
    reason = words.checked(reason, "Say why these slices are of no use")
    row = visible_task(ctx, task_id)
    its = slicing.around(ctx, row)
    chosen = its.between(first, last)
    if len(chosen) > MOST_EXCLUDED:
        raise InvalidInput(f"At most {MOST_EXCLUDED} slices can be excluded at once, not {len(chosen):,}.")
    left = [(r["place"], why) for r in chosen if (why := slicing.why_not(its, r))]
    able = [r for r in chosen if not slicing.why_not(its, r)]
    groups = rules.grouped(left)
    if not able:
        raise Refused(rules.message("Excluded", [], [], groups))
    free = [r for r in able if r["hold"] == "free"]
    _take(ctx, its, free)
    until = closing.lease_end(ctx, its.spec, row["step"])
    kept.hold(ctx.tx, [r["task_id"] for r in able], ctx.actor.member_id, ctx.now, until, [r["task_id"] for r in free])
    for r in able:
        one = found(work.task(ctx.tx, r["task_id"], ctx.actor.member_id), f"task {r['task_id']}")
        workflow.check_may_work(closing.visit(one), its.spec.workflow.steps, ctx.actor.member_id, "discard")
        if r["task_id"] == task_id and revision != (one["revision"] or 0):
            raise Conflict("This slice was saved elsewhere after this page opened it. Reload to go on from there.")
        closing.keep_draft_now(ctx, one, "discard")
        closing.close(ctx, one, its.spec, "discard", seconds if r["task_id"] == task_id else 0.0, note=reason)
    places = tuple(r["place"] for r in able)
    closing.note(ctx, row)
    ctx.note(detail={"tasks": [r["task_id"] for r in able], "left": len(left), "reason": reason})
    return Spread(places, (), groups, len(free), None, rules.message("Excluded", places, (), groups, len(free)))
