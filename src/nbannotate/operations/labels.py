"""The labels of versions: combined, split, renamed, deleted, put into another order, and all that taken back."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import InvalidInput, NotFound, Refused, Stale
from nbannotate.model import LabelChange, LabelInUse, LabelMapping, Recipe, Relabelled
from nbannotate.model.attribute import check_name
from nbannotate.model.values import decode
from nbannotate.operations.registry import Context, found, operation
from nbannotate.operations.versions import draft
from nbannotate.rules.relabelling import check, listed
from nbannotate.store import campaigns as stored
from nbannotate.store import data, importing, relabelling
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction


class _Staged(Struct, frozen=True):
    """What was staged: the batch, the change, how much it is, what it does, and the last change before it."""

    batch_id: int
    change_id: int
    arrived: importing.Arrived
    done: Relabelled
    last: int


class _Known(Struct, frozen=True):
    """The labels of a version in order, with the colors that recipes gave them."""

    names: list[str]
    colors: dict[str, str]


def _known(tx: Transaction, version_id: int) -> _Known:
    """Return the labels of files and recipes, changed as the version's labels were; then others that shapes have."""
    names = relabelling.of_files(tx, version_id)
    colors: dict[str, str] = {}
    steps: list[tuple[datetime.datetime, int, object]] = [
        (when, 0, labels) for when, labels in relabelling.recipes(tx, version_id)
    ]
    steps += [(c.created, 1, c) for c in relabelling.changes(tx, version_id) if _holds(c, version_id)]
    for _, _, what in sorted(steps, key=lambda s: s[:2]):
        if isinstance(what, LabelChange):
            after = _after(names, colors, what.mapping)
            names = [*what.labels, *(n for n in after if n not in what.labels)]
        else:
            assert isinstance(what, list)
            for label in what:
                names += [label["name"]] if label["name"] not in names else []
                if label.get("color"):
                    colors[label["name"]] = label["color"]
    counts = relabelling.counts(tx, version_id)
    return _Known([*names, *(n for n in counts if n not in names)], colors)


def _holds(change: LabelChange, version_id: int) -> bool:
    return change.version_id != version_id or change.undone is None


def _after(names: Sequence[str], colors: dict[str, str], mapping: LabelMapping) -> list[str]:
    """Return a list of labels after a mapping; what is new gets the color of what it was."""
    now = list(names)
    for step in mapping.steps:
        color = next((colors[label] for label in (step.into, *step.labels) if label in colors), None)
        if step.into and color is not None:
            colors[step.into] = color
        now = listed(now, step)
    return now


@operation()
def list_(ctx: Context, version_id: int) -> list[LabelInUse]:
    """Return the labels of a version, in order: those that files and recipes name, used or not, and those of shapes."""
    found(data.version(ctx.tx, version_id), f"version {version_id}")
    known, counts = _known(ctx.tx, version_id), relabelling.counts(ctx.tx, version_id)
    return [LabelInUse(n, known.colors.get(n), *counts.get(n, (0, 0))) for n in known.names]


@operation()
def recipes(ctx: Context, version_id: int) -> list[Recipe]:
    """Return the recipes of a version's campaigns, and, of a copy, those of the version that it was copied from."""
    found(data.version(ctx.tx, version_id), f"version {version_id}")
    own = [stored.spec(ctx.tx, c.campaign_id).recipe for c in stored.campaigns(ctx.tx) if c.version_id == version_id]
    return [*(decode(text, Recipe) for text in relabelling.kept_recipes(ctx.tx, version_id)), *own]


@operation()
def changes(ctx: Context, version_id: int) -> list[LabelChange]:
    """Return the changes of the labels of a version, and those of its parents that it began with; oldest first."""
    found(data.version(ctx.tx, version_id), f"version {version_id}")
    return relabelling.changes(ctx.tx, version_id)


@operation()
def preview(ctx: Context, version_id: int, mapping: LabelMapping) -> Relabelled:
    """Return what a mapping would do with the labels of a version, published or not; nothing is changed."""
    found(data.version(ctx.tx, version_id), f"version {version_id}")
    return _marked(ctx.tx, version_id, mapping)


def _marked(tx: Transaction, version_id: int, mapping: LabelMapping) -> Relabelled:
    """Mark what a mapping changes, and return what that is."""
    known = _known(tx, version_id)
    check(mapping, known.names)
    relabelling.mark(tx, version_id, mapping)
    splits = relabelling.new_names(tx, mapping)
    mapping = LabelMapping(
        tuple(replace(s, made=tuple(splits[s.labels[0]])) if s.kind == "split" else s for s in mapping.steps)
    )
    moved = relabelling.moved(tx)
    for one in moved:
        if one.into:
            check_name("The value of an attribute makes a label that cannot be; a label", one.into)
    names = _after(known.names, {}, mapping)
    return Relabelled(mapping, relabelling.marked(tx), moved, tuple(names))


def _stage(ctx: Context, stage: Stage, version_id: int, mapping: LabelMapping) -> dict[str, _Staged]:
    """Write the revisions of a change in pieces."""
    _check_quiet(ctx, version_id)
    if not mapping.steps:
        raise InvalidInput("The mapping of labels has no step; there is nothing to do.")
    last = _last(ctx.tx, version_id)
    done = _marked(stage, version_id, mapping)
    change_id = relabelling.write(stage, version_id, ctx.now)
    return {"prepared_change": _Staged(stage.batch_id, change_id, importing.finish(stage), done, last)}


@operation(writes=True, stage=_stage)
def change(ctx: Context, version_id: int, mapping: LabelMapping, prepared_change: _Staged) -> Relabelled:
    """Change the labels of a draft version: a new revision of each asset that is concerned, as said by who said it.

    What was said before stays as an earlier revision, and the versions that this one came from stay as they are.
    """
    _check_quiet(ctx, version_id)
    staged = _still(ctx, version_id, prepared_change)
    relabelling.add(ctx.tx, staged.change_id, version_id, staged.done, ctx.actor.member_id, ctx.now)
    importing.reveal(ctx.tx, staged.batch_id, version_id, staged.arrived, overwrite=True)
    detail = {"version_id": version_id, "labels": str(mapping), "assets": staged.done.assets}
    ctx.note(detail=detail | {"change_id": staged.change_id})
    return staged.done


def _stage_undo(ctx: Context, stage: Stage, version_id: int) -> dict[str, _Staged]:
    """Write the revisions that take a change back, in pieces."""
    _check_quiet(ctx, version_id)
    last = _own(ctx.tx, version_id)
    relabelling.mark_undoing(stage, version_id, last.change_id)
    done = Relabelled(last.mapping, relabelling.marked(stage), relabelling.moved(stage), undone=True)
    change_id = relabelling.write(stage, version_id, ctx.now)
    return {
        "prepared_change": _Staged(stage.batch_id, change_id, importing.finish(stage), done, _last(ctx.tx, version_id))
    }


@operation(writes=True, stage=_stage_undo)
def undo(ctx: Context, version_id: int, prepared_change: _Staged) -> Relabelled:
    """Take back the last change of a version's labels: shapes that nobody relabeled since have theirs again."""
    _check_quiet(ctx, version_id)
    staged = _still(ctx, version_id, prepared_change)
    undone = _own(ctx.tx, version_id)
    relabelling.undo(ctx.tx, undone.change_id, ctx.now)
    importing.reveal(ctx.tx, staged.batch_id, version_id, staged.arrived, overwrite=True)
    detail = {"version_id": version_id, "labels": str(undone.mapping), "assets": staged.done.assets}
    ctx.note(detail=detail | {"change_id": undone.change_id})
    return replace(staged.done, labels=tuple(_known(ctx.tx, version_id).names))


def _check_quiet(ctx: Context, version_id: int) -> None:
    """Raise Refused if the labels of a version may not change: it is published, or people were asked with them."""
    version = draft(ctx, version_id)
    campaign = relabelling.launched_on(ctx.tx, version_id)
    if campaign is not None:
        raise Refused(
            f"People work with the labels of {version.name!r} in the campaign {campaign!r}; change those of a child: "
            "version.create_child(…)."
        )


def _still(ctx: Context, version_id: int, staged: _Staged) -> _Staged:
    """Return what was staged, or raise Stale if the version is not any more what it was made from."""
    if staged.last != _last(ctx.tx, version_id) or relabelling.moved_on(ctx.tx, version_id, staged.change_id):
        raise Stale("Annotations or labels of this version were changed meanwhile; try again.")
    return staged


def _last(tx: Transaction, version_id: int) -> int:
    """Return what tells whether the labels of a version were changed: how many changes were made and taken back."""
    own = [c for c in relabelling.changes(tx, version_id) if c.version_id == version_id]
    return len(own) + sum(c.undone is not None for c in own)


def _own(tx: Transaction, version_id: int) -> LabelChange:
    """Return the last change of a version that was not taken back."""
    own = [c for c in relabelling.changes(tx, version_id) if c.version_id == version_id and c.undone is None]
    if not own:
        raise NotFound("No change of the labels of this version can be taken back; version.labels.changes lists them.")
    return own[-1]
