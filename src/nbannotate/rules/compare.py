"""What differs between two annotations of one asset, shape by shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from nbannotate.model import Annotation, Shape
from nbannotate.rules.matching import matched

How = Literal["added", "removed", "moved", "relabeled", "attributes"]
HOWS: tuple[How, ...] = ("added", "removed", "moved", "relabeled", "attributes")
#: How each is shown everywhere: readable on dark and on light images; the lines of shapes differ, too.
COLORS: dict[How, str] = {
    "added": "#2fbf71", "removed": "#ff5a4f", "moved": "#ffb000", "relabeled": "#b27cff", "attributes": "#4aa8ff",
}  # fmt: skip
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


def compare(before: Annotation, after: Annotation, threshold: float | None = None) -> Comparison:
    """Return what differs; which shapes are the same ones, :func:`nbannotate.rules.matching.matched` says."""
    return Comparison(
        changes(before.shapes, after.shapes, threshold),
        tuple(t for t in after.tags if t not in before.tags),
        tuple(t for t in before.tags if t not in after.tags),
        after.nothing_to_label if after.nothing_to_label != before.nothing_to_label else None,
        tags_changed(before, after),
    )


def changes(before: Sequence[Shape], after: Sequence[Shape], threshold: float | None = None) -> tuple[Change, ...]:
    """Return which shapes differ: those that are there now in their order, then the removed ones."""
    its = matched(before, after, threshold)
    was_of = {id(now): was for was, now in its.pairs}
    found = []
    for now in after:
        was = was_of.get(id(now))
        how: tuple[How, ...] = ("added",) if was is None else differs(was, now)
        if how:
            found.append(Change(how, was, now))
    return (*found, *(Change(("removed",), was, None) for was in its.removed))


def tags_changed(before: Annotation, after: Annotation) -> tuple[TagChange, ...]:
    """Return the tags that both have, with other attributes."""
    then, now = before.tag_attributes, after.tag_attributes
    both = [t for t in after.tags if t in before.tags and not same_value(then.get(t, {}), now.get(t, {}))]
    return tuple(TagChange(t, then.get(t, {}), now.get(t, {})) for t in both)


def differs(was: Shape, now: Shape) -> tuple[How, ...]:
    """Return how a shape is another one than it was; nothing if it is not."""
    found: list[How] = []
    if not _same_geometry(was, now):
        found.append("moved")
    if was.label != now.label or set(was.also) != set(now.also):
        found.append("relabeled")
    before, after = ((s.color, s.group, s.track, s.keyframe) for s in (was, now))
    if not same_value(was.attributes, now.attributes) or before != after:
        found.append("attributes")
    return tuple(found)


def same_value(a: Any, b: Any) -> bool:
    """Return whether two values of attributes are the same; True is not 1, which Python passes over."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same_value(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same_value, a, b))
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


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
