"""The slices of a sequence as the actor sees them: what is theirs, what waits, what each says."""

from __future__ import annotations

import json

from msgspec import Struct
from msgspec.structs import asdict

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import CampaignSpec, Hold, Slice
from nbannotate.model.values import decode
from nbannotate.operations.registry import Context
from nbannotate.rules.copies import apart
from nbannotate.rules.rights import DEVELOPERS
from nbannotate.store import campaigns as stored
from nbannotate.store import data
from nbannotate.store import sequences as kept
from nbannotate.store.task_rows import TaskWithDraft


class _Shape(Struct):
    label: str = ""
    track: str | None = None


class _Said(Struct):
    """What is read of a draft here; the geometry is passed over."""

    shapes: tuple[_Shape, ...] = ()
    tags: tuple[str, ...] = ()
    nothing_to_label: bool = False


class HeldSlice(kept.SliceTask, frozen=True):
    """A task of a slice as the actor sees it.

    Attributes
    ----------
    place
        Of the slice, from 1.
    hold
        Whose it is.
    open_id
        The task that the actor opens; 0 for none.
    """

    place: int
    hold: Hold
    open_id: int


class Range(Struct):
    """The current tasks of a sequence, with the hold of each, around one task.

    Attributes
    ----------
    row
        The task that it is about.
    sequence
        Its name.
    spec
        Of the campaign.
    dataset_id
        Of the assets.
    rows
        In their order.
    """

    row: TaskWithDraft
    sequence: str
    spec: CampaignSpec
    dataset_id: int
    rows: list[HeldSlice]

    @property
    def here(self) -> int:
        """The place of the task's asset."""
        return next(r.place for r in self.rows if r.asset_id == self.row.asset_id)

    def between(self, first: int, last: int) -> list[HeldSlice]:
        """Return the rows of a range of places; raises InvalidInput if it is none."""
        if not 1 <= first <= last <= len(self.rows):
            raise InvalidInput(f"There are slices 1 to {len(self.rows)}; {first} to {last} is no range of them.")
        return self.rows[first - 1 : last]


def around(ctx: Context, row: TaskWithDraft) -> Range:
    """Return the slices of the sequence that a task's asset belongs to."""
    asset = data.asset(ctx.tx, row.asset_id)
    assert asset is not None
    if asset.sequence is None:
        raise Refused(f"{row.asset} belongs to no sequence.")
    spec = stored.spec(ctx.tx, row.campaign_id)
    of = row.campaign_id, asset.dataset_id, asset.sequence
    rows = kept.slices(ctx.tx, *of, ctx.actor.member_id, ctx.now)
    had = kept.had(ctx.tx, *of, ctx.actor.member_id, row.step)
    workers = stored.workers(ctx.tx, row.campaign_id)
    gives = not stored.is_overdue(ctx.tx, row.campaign_id, ctx.now.date())
    has_copies = any(step.copies > 1 for step in spec.workflow.steps)
    own_copies = kept.copies_of(ctx.tx, row.campaign_id, ctx.actor.member_id) if has_copies else set()
    seen_ = []
    for place, its in enumerate(rows, 1):
        copied = apart(spec.workflow, its.step)
        answered = copied is not None and (its.asset_id, copied) in own_copies
        can = workers.get(its.step, set()) if gives and not answered else set()
        hold = _hold(ctx, its, can, had)
        own = hold in ("mine", "free") or its.asset_id not in had
        open_id = 0 if hold == "hidden" else its.task_id if own else had[its.asset_id]
        seen_.append(HeldSlice(**asdict(its), place=place, hold=hold, open_id=open_id))
    return Range(row, asset.sequence, spec, asset.dataset_id, seen_)


def _hold(ctx: Context, row: kept.SliceTask, workers: set[int], had: dict[int, int]) -> Hold:
    me = ctx.actor.member_id
    if row.is_open:
        if row.assignee_id == me:
            return "mine"
        waits = row.assignee_id is None or (row.leased_until is not None and row.leased_until < ctx.now)
        if waits and me in workers:
            return "free"
    return "seen" if row.asset_id in had or ctx.actor.role in DEVELOPERS else "hidden"


def seen(ctx: Context, found: Range) -> tuple[Slice, ...]:
    """Return what the actor sees of the slices."""
    row = found.row
    only = row.campaign_id if found.spec.existing == "restart" else None
    said = kept.said(ctx.tx, row.version_id, found.dataset_id, found.sequence, only)
    mine = [r.task_id for r in found.rows if r.hold == "mine"]
    drafts = kept.drafts(ctx.tx, mine, ctx.actor.member_id)
    return tuple(_slice(r, said.get(r.asset_id), drafts.get(r.task_id)) for r in found.rows)


def _slice(row: HeldSlice, said: kept.SliceSaid | None, draft: kept.SliceDraft | None) -> Slice:
    if row.hold == "hidden":
        return Slice(row.place, "hidden")
    labels: dict[str, int] = {}
    tags: tuple[str, ...] = ()
    nothing = False
    tracks: set[str | None] = set()
    if draft is not None:
        body = decode(draft.body, _Said)
        tags, nothing = body.tags, body.nothing_to_label
        for shape in body.shapes:
            labels[shape.label] = labels.get(shape.label, 0) + 1
            tracks.add(shape.track)
    elif said is not None:
        labels = said.labels
        tags, nothing = tuple(json.loads(said.tags)), said.nothing_to_label
        tracks = set(said.tracks or ())
    return Slice(
        row.place, row.hold, row.open_id, row.asset_id, row.name, row.state, row.outcome,
        row.step, labels, tags, nothing, draft is not None, tuple(sorted(track for track in tracks if track)),
    )  # fmt: skip


def why_not(found: Range, row: HeldSlice) -> str:
    """Return why the actor may not work on a slice from the task that it is about; empty if they may."""
    if not row.is_open:
        return "left the campaign already" if row.state == "skipped" else "done already"
    if row.step != found.row.step:
        step = found.spec.workflow.steps[row.step].name
        return f"submitted already (at {step!r} now)" if row.step > found.row.step else f"not yet here (at {step!r})"
    if row.hold in ("mine", "free"):
        return ""
    return "somebody else's" if row.assignee_id is not None else "in the queue, which gives out nothing to you"
