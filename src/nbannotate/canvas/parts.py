"""What is one thing and what are several: polygons taken apart or joined, groups; and rectangles that are turned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from nbannotate.errors import Refused
from nbannotate.model import Shape
from nbannotate.shapes import groups, kind
from nbannotate.shapes.parts import apart, together
from nbannotate.shapes.rotated_rectangle import turned_to
from nbannotate.texts import t

if TYPE_CHECKING:
    from nbannotate.canvas.canvas import Canvas


def split(canvas: Canvas, ids: Iterable[str] | None) -> tuple[str, ...]:
    """Make a shape of each part of polygons, by default of the selection, in their places; return all their ids."""
    chosen = set(_editable(canvas, ids))
    after: dict[str, Shape] = {}
    made: list[str] = []
    more: list[Shape] = []
    for shape_id, shape in canvas._document.shapes.items():
        parts = apart(shape) if shape_id in chosen and shape.rings else [shape]
        after |= {part.id: part for part in parts}
        if len(parts) > 1:
            made += [part.id for part in parts]
            more += parts[1:]
    if not made:
        raise Refused(t("There is nothing to split: a polygon of several parts is needed."))
    canvas._check_room(more)
    canvas._document.change(after)
    canvas._document.select(made)
    return tuple(made)


def join(canvas: Canvas, ids: Iterable[str] | None) -> str:
    """Make one polygon of several, by default of the selection; return its id.

    It is the first one, in their order, with the rings of all; what overlaps becomes one part.
    """
    shapes = canvas._document.shapes
    chosen = [shapes[i] for i in _editable(canvas, ids)]
    if len(chosen) < 2 or not all(kind(s.kind).ringed for s in chosen):
        raise Refused(t("Select several polygons to join them."))
    if len({(s.kind, s.labels) for s in chosen}) > 1:
        raise Refused(t("These polygons have different labels; only those of one label are joined."))
    first, gone = chosen[0], {s.id for s in chosen[1:]}
    one = together(chosen)
    canvas._document.change({i: one if i == first.id else s for i, s in shapes.items() if i not in gone})
    canvas._document.select([first.id])
    if any(s.attributes != first.attributes for s in chosen):
        canvas._complain(t("The attributes are those of the first one; the others had different ones."))
    return first.id


def group(canvas: Canvas, ids: Iterable[str] | None) -> str:
    """Say that shapes, by default the selection, belong together; return the name of their group.

    Where some of them are in one group already, the others join it.
    """
    shapes = canvas._document.shapes
    chosen = [shapes[i] for i in _editable(canvas, ids)]
    if len(chosen) < 2:
        raise Refused(t("Select several shapes to group them."))
    names = {s.group for s in chosen if s.group is not None}
    name = names.pop() if len(names) == 1 else groups.fresh(shapes.values())
    canvas._document.put(replace(s, group=name) for s in chosen if s.group != name)
    return name


def ungroup(canvas: Canvas, ids: Iterable[str] | None) -> None:
    """Take shapes, by default the selection, out of their groups; one that is left alone in it is taken out, too."""
    shapes = canvas._document.shapes
    chosen = set(_editable(canvas, ids))
    names = {shapes[i].group for i in chosen} - {None}
    rest = [s for s in shapes.values() if s.group in names and s.id not in chosen]
    alone = {s.id for s in rest if sum(v.group == s.group for v in rest) == 1}
    canvas._document.put(
        replace(s, group=None) for s in shapes.values() if s.group is not None and s.id in chosen | alone
    )


def turn(canvas: Canvas, angle: float, ids: Iterable[str] | None) -> None:
    """Give rotated rectangles, by default the selected ones, an angle in degrees, clockwise, about their middles."""
    shapes = canvas._document.shapes
    chosen = [shapes[i] for i in _editable(canvas, ids) if kind(shapes[i].kind).gesture == "edge"]
    if not chosen:
        raise Refused(t("Only rotated rectangles have an angle; select one."))
    canvas._document.put(replace(s, points=turned_to(s.points, angle)) for s in chosen if s.angle != angle)


def _editable(canvas: Canvas, ids: Iterable[str] | None) -> tuple[str, ...]:
    if not canvas.editable:
        raise Refused(t("These shapes can be looked at, but not changed."))
    return canvas._free(ids)
