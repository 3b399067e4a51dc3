"""What is put onto many slices at once, and how it is taken back, is worked out before the transaction.

How long that takes depends on what somebody drew and on how many slices that goes; the transaction only asks whether
the slices are still as they were (see :mod:`nbannotate.operations.validation`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from nbannotate import shapes as kinds
from nbannotate.errors import InvalidInput, NbannotateError, Refused, Stale
from nbannotate.model import Annotation, ExistingShapes, Spread
from nbannotate.operations import remote_files, slices, task_views
from nbannotate.operations.access import visible_task
from nbannotate.operations.registry import Context
from nbannotate.operations.slices import Range
from nbannotate.rules import sequences as rules
from nbannotate.rules.annotation import check_draft
from nbannotate.rules.copying import copyable
from nbannotate.store import campaigns as stored
from nbannotate.store import data, task_rows
from nbannotate.store import sequences as kept

#: So many shapes are put onto slices at once, and onto so many slices.
MOST_SHAPES, MOST_SLICES = 200_000, 5_000


class Made(Struct, frozen=True):
    """What becomes of slices.

    Parameters
    ----------
    its
        The slices, as they were looked at.
    tasks, mark
        Those that it goes by, and a text for how they were.
    rows
        Those that change.
    what
        What was put onto them.
    left
        How many are left out.
    drafts
        What they say then.
    was
        What they said before, as it is kept for taking it back.
    untouched
        Those that nobody opened since; they go back to where they came from.
    answer
        What is said of it.
    """

    its: Range
    tasks: list[int]
    mark: str
    rows: Sequence[slices.HeldSlice | kept.SpreadDraft]
    what: str
    left: int
    drafts: kept.Drafts
    answer: Spread
    was: str = ""
    untouched: list[int] = []

    def believed(self, ctx: Context) -> Made:
        """Return this, in the transaction that writes; raise Stale if the slices are not as they were."""
        row = self.its.row
        same = self.its.spec == stored.spec(ctx.tx, row.campaign_id)
        if not same or self.mark != kept.mark(ctx.tx, self.tasks, ctx.actor.member_id, row.version_id):
            raise Stale("The slices changed while this was prepared; try again.")
        return self


class Not(Struct, frozen=True):
    """Why nothing is done."""

    error: NbannotateError

    def believed(self, _: Context) -> Made:
        """Raise it, in the transaction, so that a request that was answered before is answered as it was."""
        raise self.error


def prepare(
    ctx: Context,
    task_id: int,
    first: int,
    last: int,
    shapes: list[str] | None,
    tags: list[str] | None,
    nothing: bool,
    existing: ExistingShapes,
) -> dict[str, Any]:
    """Prepare that what a slice says is put onto others."""
    try:
        its = slices.around(ctx, visible_task(ctx, task_id))
        return {"prepared_spread": _caught(_spread(ctx, its, first, last, shapes, tags, nothing, existing))}
    except NbannotateError as error:
        return {"prepared_spread": Not(error)}


def prepare_undo(ctx: Context, spread_id: int) -> dict[str, Any]:
    """Prepare that what was spread is taken back."""
    try:
        return {"prepared_undo": _caught(_undo(ctx, spread_id))}
    except NbannotateError as error:
        return {"prepared_undo": Not(error)}


def _caught(make: Callable[[], Made]) -> Callable[[], Made | Not]:
    def made() -> Made | Not:
        try:
            return make()
        except NbannotateError as error:
            return Not(error)

    return made


def _spread(
    ctx: Context,
    its: Range,
    first: int,
    last: int,
    shapes: list[str] | None,
    tags: list[str] | None,
    nothing: bool,
    existing: ExistingShapes,
) -> Callable[[], Made]:
    row = its.row
    source = task_views.current_annotation(ctx, row, its.spec)
    given = Annotation(nothing_to_label=True) if nothing else _chosen(source, shapes, tags)
    if given.empty:
        raise Refused("There is nothing on this slice that could be put onto others.")
    given, dropped = copyable(given, its.spec.recipe)
    targets = [r for r in its.between(first, last) if r.asset_id != row.asset_id]
    if not targets:
        raise InvalidInput("This is the slice itself; choose a range of others.")
    if len(targets) > min(MOST_SLICES, MOST_SHAPES // max(1, len(given.shapes))):
        raise InvalidInput(
            f"That is too much at once: at most {MOST_SLICES:,} slices, and {MOST_SHAPES:,} shapes on all of them. "
            "Choose a shorter range."
        )
    left = {r.place: why for r in targets if (why := slices.why_not(its, r))}
    able = [r for r in targets if r.place not in left]
    if given.shapes:
        remote_files.measured(able, None)
    tasks = [row.task_id, *(r.task_id for r in able)]
    mark = kept.mark(ctx.tx, tasks, ctx.actor.member_id, row.version_id)
    drafts = kept.drafts(ctx.tx, tasks, ctx.actor.member_id)
    began = _began(ctx, its, [r.asset_id for r in able if r.task_id not in drafts])
    size = next((r.width, r.height) for r in its.rows if r.asset_id == row.asset_id)

    def made() -> Made:
        before = {
            r.task_id: task_rows.decoded(draft.body)
            if (draft := drafts.get(r.task_id)) is not None
            else began.get(r.asset_id, Annotation())
            for r in able
        }
        after: dict[int, Annotation] = {}
        for r in able:
            now = rules.spread(given, before[r.task_id], existing)
            if isinstance(now, str):
                left[r.place] = now
            elif why := _unfit(its, r, size, now, before[r.task_id]):
                left[r.place] = why
            else:
                after[r.task_id] = now
        same = [r.place for r in able if after.get(r.task_id) == before[r.task_id]]
        changed = [r for r in able if r.task_id in after and r.place not in same]
        groups, what = rules.grouped(left.items()), _what(given)
        if not changed:
            raise Refused(rules.message(what, [], same, groups))
        taken, places = sum(r.hold == "free" for r in changed), [r.place for r in changed]
        message = rules.message(what, places, same, groups, taken, dropped)
        answer = Spread(tuple(places), tuple(same), groups, taken, None, message, dropped)
        last = {r.task_id: drafts[r.task_id].revision if r.task_id in drafts else None for r in changed}
        new = kept.packed((r.task_id, (last[r.task_id] or 0) + 1, _body(after[r.task_id])) for r in changed)
        was = kept.before(
            {
                "task_id": r.task_id, "revision": (last[r.task_id] or 0) + 1,
                "body": drafts[r.task_id].body if r.task_id in drafts else None,
                "revision_before": last[r.task_id], "taken": r.hold == "free", "opened": r.opened,
                "touched": r.touched,
            }
            for r in changed
        )  # fmt: skip
        return Made(its, tasks, mark, changed, what, len(left), new, answer, was=was)

    return made


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


def _began(ctx: Context, its: Range, asset_ids: list[int]) -> dict[int, Annotation]:
    """Return what work on some assets begins with: the last revision, or nothing where the campaign starts anew."""
    only = its.row.campaign_id if its.spec.existing == "restart" else None
    return data.latest_of(ctx.tx, its.row.version_id, asset_ids, only) if asset_ids else {}


def _unfit(its: Range, row: slices.HeldSlice, size: tuple[int, int], now: Annotation, before: Annotation) -> str:
    """Return why a slice cannot say this, or an empty text."""
    try:
        check_draft(now, its.spec.recipe, before)
    except InvalidInput as error:
        return f"({error})"
    if size != (row.width, row.height):
        known = {s.id for s in before.shapes}
        for shape in now.shapes:
            if shape.id not in known and kinds.kind(shape.kind).problem(shape, row.width, row.height):
                return "of another size: a shape would not lie in the image"
    return ""


def _body(annotation: Annotation) -> str:
    return msgspec.json.encode(annotation).decode()


def _undo(ctx: Context, spread_id: int) -> Callable[[], Made]:
    me = ctx.actor.member_id
    done = kept.spread(ctx.tx, spread_id)
    if done is None or done.member_id != me:
        raise Refused("There is nothing to take back any more.")
    rows = kept.kept(ctx.tx, spread_id)
    row = task_rows.task(ctx.tx, rows[0].task_id, me)
    assert row is not None
    its = slices.around(ctx, row)
    tasks = [r.task_id for r in rows]
    mark = kept.mark(ctx.tx, tasks, me, row.version_id)
    place = {r.asset_id: r.place for r in its.rows}
    left: list[tuple[int, str]] = []
    back: list[kept.SpreadDraft] = []
    for r in rows:
        if r.state not in ("in_progress", "to_rework") or r.assignee_id != me:
            left.append((place[r.asset_id], "not yours to change any more"))
        elif r.now_revision != r.revision:
            left.append((place[r.asset_id], "changed since"))
        else:
            back.append(r)
    groups, what = rules.grouped(left), done.what
    if not back:
        raise Refused(rules.message(f"Taken back: {what}", [], [], groups))
    untouched = [r.task_id for r in back if r.body is None and r.now_touched == done.created]
    gone = set(untouched)
    opened = [r for r in back if r.task_id not in gone]
    began = _began(ctx, its, [r.asset_id for r in opened if r.body is None])
    places = sorted(place[r.asset_id] for r in back)
    message = rules.message(f"Taken back: {what}", places, [], groups)

    def made() -> Made:
        # Of those without a body somebody opened it meanwhile, in a tab perhaps: a number is never given out twice.
        drafts = kept.packed(
            (
                r.task_id,
                r.revision + 1,
                _body(began.get(r.asset_id, Annotation())) if r.body is None else r.body,
            )
            for r in opened
        )
        answer = Spread(tuple(places), left=groups, message=message)
        return Made(its, tasks, mark, back, what, len(left), drafts, answer, untouched=untouched)

    return made
