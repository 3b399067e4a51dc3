"""What differs between two annotations of one asset, shape by shape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from msgspec import Struct

from nbannotate.model import Annotation, Shape

How = Literal["added", "removed", "moved", "relabeled", "attributes"]
HOWS: tuple[How, ...] = ("added", "removed", "moved", "relabeled", "attributes")
#: Coordinates that differ by less are the same: pages round to a hundredth of a pixel.
SAME_PX = 0.011


class Change(Struct, frozen=True):
    """One shape that differs.

    Parameters
    ----------
    how
        ``("added",)``, ``("removed",)``, or one or more of ``"moved"`` (the geometry is another one), ``"relabeled"``
        (the first label, or one of the others) and ``"attributes"``.
    before, after
        The shape then and now; None where it was not there.
    """

    how: tuple[How, ...]
    before: Shape | None
    after: Shape | None

    @property
    def shape(self) -> Shape:
        """The shape as it is, or as it was last."""
        shape = self.after if self.after is not None else self.before
        assert shape is not None
        return shape


class TagChange(Struct, frozen=True):
    """A tag whose attributes differ: before, and after."""

    tag: str
    before: dict[str, Any]
    after: dict[str, Any]


class Comparison(Struct, frozen=True):
    """What differs between two annotations.

    Parameters
    ----------
    shapes
        The shapes that differ: those that are there now in their order, then the removed ones.
    tags_added, tags_removed
        Tags.
    tags_changed
        Tags that are there as before, with other attributes.
    nothing
        *Nothing to label* now, where that differs; None if it does not.
    """

    shapes: tuple[Change, ...] = ()
    tags_added: tuple[str, ...] = ()
    tags_removed: tuple[str, ...] = ()
    nothing: bool | None = None
    tags_changed: tuple[TagChange, ...] = ()

    def count(self, how: How) -> int:
        """Return how many shapes differ in one way."""
        return sum(how in change.how for change in self.shapes)

    def __len__(self) -> int:
        tags = len(self.tags_added) + len(self.tags_removed) + len(self.tags_changed)
        return len(self.shapes) + tags + (self.nothing is not None)


def compare(before: Annotation, after: Annotation) -> Comparison:
    """Return what differs.

    Shapes with the same id are the same shape. Of those that are left, two of the same kind in the same place are the
    same one, too: a shape that was copied, or imported again, has another id.
    """
    pairs = _paired(before.shapes, after.shapes)
    was_of = {id(now): was for was, now in pairs}
    kept = {id(was) for was, _ in pairs}
    changes = []
    for now in after.shapes:
        was = was_of.get(id(now))
        how: tuple[How, ...] = ("added",) if was is None else _how(was, now)
        if how:
            changes.append(Change(how, was, now))
    changes += [Change(("removed",), was, None) for was in before.shapes if id(was) not in kept]
    return Comparison(
        tuple(changes),
        tuple(t for t in after.tags if t not in before.tags),
        tuple(t for t in before.tags if t not in after.tags),
        after.nothing_to_label if after.nothing_to_label != before.nothing_to_label else None,
        _tags_changed(before, after),
    )


def _tags_changed(before: Annotation, after: Annotation) -> tuple[TagChange, ...]:
    then, now = before.tag_attributes, after.tag_attributes
    both = [t for t in after.tags if t in before.tags and then.get(t, {}) != now.get(t, {})]
    return tuple(TagChange(t, then.get(t, {}), now.get(t, {})) for t in both)


def _paired(before: Sequence[Shape], after: Sequence[Shape]) -> list[tuple[Shape, Shape]]:
    """Return which shapes are the same one: by id, and then by place, those with the same label first."""
    by_id = {s.id: s for s in before}
    pairs = [(by_id[s.id], s) for s in after if s.id in by_id]
    old_ids, new_ids = {was.id for was, _ in pairs}, {now.id for _, now in pairs}
    lost = [s for s in before if s.id not in old_ids]
    found = [s for s in after if s.id not in new_ids]
    for with_label in (True, False):
        places: dict[object, list[Shape]] = {}
        for was in lost:
            places.setdefault(_place(was, with_label), []).append(was)
        matched: set[int] = set()
        for now in found:
            same = places.get(_place(now, with_label))
            if same:
                was = same.pop(0)
                pairs.append((was, now))
                matched |= {id(was), id(now)}
        lost, found = _without(lost, matched), _without(found, matched)
    return pairs


def _without(shapes: Iterable[Shape], gone: set[int]) -> list[Shape]:
    return [s for s in shapes if id(s) not in gone]


def _place(shape: Shape, with_label: bool) -> object:
    points = tuple((round(x, 1), round(y, 1)) for x, y in shape.points)
    return shape.kind, points, shape.rings, shape.rle, shape.label if with_label else None


def _how(was: Shape, now: Shape) -> tuple[How, ...]:
    found: list[How] = []
    if not _same_geometry(was, now):
        found.append("moved")
    if was.label != now.label or set(was.also) != set(now.also):
        found.append("relabeled")
    before, after = ((s.color, s.group, s.track, s.keyframe) for s in (was, now))
    if was.attributes != now.attributes or before != after:
        found.append("attributes")
    return tuple(found)


def _same_geometry(a: Shape, b: Shape) -> bool:
    return (
        a.kind == b.kind
        and a.rle == b.rle
        and (a.visibility or (2,) * len(a.points)) == (b.visibility or (2,) * len(b.points))
        and a.rings == b.rings
        and len(a.points) == len(b.points)
        and all(
            abs(p - q) < SAME_PX
            for one, two in zip(a.points, b.points, strict=True)
            for p, q in zip(one, two, strict=True)
        )
    )
