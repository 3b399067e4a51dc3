"""What a draft says otherwise than the one before it, so that a page need not send all of it with each save."""

from __future__ import annotations

import zlib

import msgspec

from nbannotate.errors import InvalidInput, NotInStep
from nbannotate.model import Annotation, DraftChanges, Shape


def mark(annotation: Annotation) -> int:
    """Return what tells whether two drafts are the same: a checksum of what is stored of one."""
    return mark_of(msgspec.json.encode(annotation))


def mark_of(body: bytes) -> int:
    """Return the same of a draft as it is stored."""
    return zlib.crc32(body)


def changes(before: Annotation, after: Annotation) -> DraftChanges | None:
    """Return what changed between two drafts; None if shapes of one have the same id, so that it cannot be said."""
    were = {shape.id: shape for shape in before.shapes}
    are = {shape.id: shape for shape in after.shapes}
    if len(were) < len(before.shapes) or len(are) < len(after.shapes):
        return None
    shapes = tuple(shape for shape in after.shapes if were.get(shape.id) != shape)
    gone = tuple(shape_id for shape_id in were if shape_id not in are)
    order = tuple(are)
    usual = _usual_order(were, shapes, set(gone))
    return DraftChanges(
        mark(before), shapes, gone, None if order == usual else order, after.tags, after.nothing_to_label,
        after.tag_attributes,
    )  # fmt: skip


def _usual_order(were: dict[str, Shape], shapes: tuple[Shape, ...], gone: set[str]) -> tuple[str, ...]:
    """Return the order of shapes where none was moved: what is new comes last."""
    return *(i for i in were if i not in gone), *(shape.id for shape in shapes if shape.id not in were)


def changed(before: Annotation, changes: DraftChanges) -> Annotation:
    """Return the draft that another one is with some changes.

    Raises
    ------
    NotInStep
        The changes are those of another draft.
    """
    if mark(before) != changes.mark:
        raise NotInStep("These are changes of another draft than the one that is stored; send the whole draft.")
    were = {shape.id: shape for shape in before.shapes}
    order = _usual_order(were, changes.shapes, set(changes.gone)) if changes.order is None else changes.order
    shapes = were | {shape.id: shape for shape in changes.shapes}
    if unknown := next((i for i in order if i not in shapes), None):
        raise InvalidInput(f"The order of the shapes names {unknown!r}, which is none of them.")
    return Annotation(
        shapes=tuple(shapes[i] for i in order), tags=changes.tags, nothing_to_label=changes.nothing_to_label,
        tag_attributes=changes.tag_attributes,
    )  # fmt: skip
