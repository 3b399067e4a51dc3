"""What was said of an asset, as it is stored: the rows of a revision and of its shapes, and what they mean."""

from __future__ import annotations

import datetime
import json

import msgspec
from msgspec import Struct

from nbannotate.model import Annotation, Point, Rle, Shape
from nbannotate.model.values import as_stored


class Stored(Struct, frozen=True):
    """What was said of an asset besides shapes, as it is stored: tags and their attributes are JSON."""

    tags: str
    nothing_to_label: bool
    tag_attributes: str | None


class Revision(Stored, frozen=True):
    """A revision of an annotation, as it is stored.

    Parameters
    ----------
    campaign_id, task_id
        Where it was said; None for what was given.
    member
        The login; None where nobody asked for it.
    """

    annotation_id: int
    version_id: int
    asset_id: int
    campaign_id: int | None
    task_id: int | None
    member_id: int
    source: str
    created: datetime.datetime
    origin: str | None
    shapes: int
    member: str | None = None


class ShapeRow(Struct, frozen=True):
    """A shape as it is stored: what is a list is JSON, but for ``numbers``, which stand for points of long imports."""

    annotation_id: int
    shape_id: str
    label: str
    kind: str
    points: str | None
    attributes: str
    confidence: float | None
    color: str | None
    rle: str | None
    visibility: str | None
    also: str | None
    rings: str | None
    group: str | None
    track: str | None
    keyframe: bool
    numbers: list[float] | None


#: The columns of :class:`Revision` that stand in the table of annotations.
REVISION = ", ".join(name for name in Revision.__struct_fields__ if name != "member")


#: The columns of :class:`ShapeRow`.
SHAPE = (
    "annotation_id, shape_id, label, kind, points, attributes, confidence, color, rle, visibility, also, "
    'rings, "group", track, keyframe, numbers'
)


def _points(text: str | None, numbers: list[float] | None) -> tuple[Point, ...]:
    """Return the points of a row, in whichever way they are stored."""
    if text is None:
        return tuple(zip((numbers or [])[::2], (numbers or [])[1::2], strict=True))
    return tuple((x, y) for x, y in json.loads(text))


@as_stored()
def annotation_of(said: Stored, shapes: list[ShapeRow]) -> Annotation:
    """Return the annotation of a revision and of its shapes."""
    return Annotation(
        shapes=tuple(
            Shape(
                kind=r.kind,
                points=_points(r.points, r.numbers),
                label=r.label,
                id=r.shape_id,
                attributes=json.loads(r.attributes),
                confidence=r.confidence,
                color=r.color,
                rle=None if r.rle is None else msgspec.json.decode(r.rle, type=Rle),
                visibility=() if r.visibility is None else tuple(json.loads(r.visibility)),
                also=() if r.also is None else tuple(json.loads(r.also)),
                rings=() if r.rings is None else tuple(json.loads(r.rings)),
                group=r.group,
                track=r.track,
                keyframe=r.keyframe,
            )
            for r in shapes
        ),
        tags=tuple(json.loads(said.tags)),
        nothing_to_label=said.nothing_to_label,
        tag_attributes={} if said.tag_attributes is None else json.loads(said.tag_attributes),
    )
