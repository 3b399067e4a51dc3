"""What is one thing and what are several: polygons taken apart or joined, groups; and rectangles that are turned."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from nbannotate.canvas.model import CanvasModel
from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Shape
from nbannotate.model.values import plain
from nbannotate.shapes import groups, kind
from nbannotate.shapes.parts import apart, together
from nbannotate.shapes.rotated_rectangle import turned_to
from nbannotate.texts import t


def split(canvas: CanvasModel, ids: Iterable[str] | None = None) -> tuple[str, ...]:
    """Make a shape of each part of polygons, with its holes, by default of the selection; return the ids.

    Raises
    ------
    Refused
        None of them has several parts, or there would be more shapes than there may be.
    """
    chosen = set(_unlocked(canvas, ids))
    after: dict[str, Shape] = {}
    made: list[str] = []
    more: list[Shape] = []
    for shape_id, shape in canvas.document.shapes.items():
        parts = apart(shape) if shape_id in chosen and shape.rings else [shape]
        after |= {part.id: part for part in parts}
        if len(parts) > 1:
            made += [part.id for part in parts]
            more += parts[1:]
    if not made:
        raise Refused(t("There is nothing to split: a polygon of several parts is needed."))
    canvas.check_room(more)
    canvas.document.change(after)
    canvas.document.select(made)
    return tuple(made)


def join(canvas: CanvasModel, ids: Iterable[str] | None = None) -> str:
    """Make one polygon of several of one label, by default of the selection; return its id, that of the first.

    It has the rings of all; what overlaps becomes one part.

    Raises
    ------
    Refused
        They are not several polygons of one label.
    """
    shapes = canvas.document.shapes
    chosen = [shapes[i] for i in _unlocked(canvas, ids)]
    if len(chosen) < 2 or not all(kind(s.kind).ringed for s in chosen):
        raise Refused(t("Select several polygons to join them."))
    if len({(s.kind, s.labels) for s in chosen}) > 1:
        raise Refused(t("These polygons have different labels; only those of one label are joined."))
    first, gone = chosen[0], {s.id for s in chosen[1:]}
    one = together(chosen)
    canvas.document.change({i: one if i == first.id else s for i, s in shapes.items() if i not in gone})
    canvas.document.select([first.id])
    if any(s.attributes != first.attributes for s in chosen):
        canvas.complain(t("The attributes are those of the first one; the others had different ones."))
    return first.id


def group(canvas: CanvasModel, ids: Iterable[str] | None = None) -> str:
    """Say that shapes, by default the selection, belong together (``Shape.group``); return the name of the group.

    Where some of them are in one group already, the others join it.

    Raises
    ------
    Refused
        It is one shape, or none.
    """
    shapes = canvas.document.shapes
    chosen = [shapes[i] for i in _unlocked(canvas, ids)]
    if len(chosen) < 2:
        raise Refused(t("Select several shapes to group them."))
    names = {s.group for s in chosen if s.group is not None}
    name = names.pop() if len(names) == 1 else groups.fresh(shapes.values())
    canvas.document.put(replace(s, group=name) for s in chosen if s.group != name)
    return name


def ungroup(canvas: CanvasModel, ids: Iterable[str] | None = None) -> None:
    """Take shapes, by default the selection, out of their groups; one that is left alone in it is taken out, too."""
    shapes = canvas.document.shapes
    chosen = set(_unlocked(canvas, ids))
    names = {shapes[i].group for i in chosen} - {None}
    rest = [s for s in shapes.values() if s.group in names and s.id not in chosen]
    alone = {s.id for s in rest if sum(v.group == s.group for v in rest) == 1}
    canvas.document.put(
        replace(s, group=None) for s in shapes.values() if s.group is not None and s.id in chosen | alone
    )


def turn(canvas: CanvasModel, angle: float, ids: Iterable[str] | None = None) -> None:
    """Turn rotated rectangles, by default the selection, to an angle in degrees, clockwise, about their middles.

    Raises
    ------
    InvalidInput
        It is not a number from -360 to 360.
    Refused
        None of the shapes is a rotated rectangle.
    """
    angle = as_angle(angle)
    shapes = canvas.document.shapes
    chosen = [shapes[i] for i in _unlocked(canvas, ids) if kind(shapes[i].kind).gesture == "edge"]
    if not chosen:
        raise Refused(t("Only rotated rectangles have an angle; select one."))
    canvas.document.put(replace(s, points=turned_to(s.points, angle)) for s in chosen if s.angle != angle)


def _unlocked(canvas: CanvasModel, ids: Iterable[str] | None) -> tuple[str, ...]:
    canvas.check_editable()
    return canvas.unlocked(ids)


def as_angle(value: float) -> float:
    """Return an angle in degrees; InvalidInput if it is no number, or beyond a whole turn."""
    given = plain(value)
    if isinstance(given, bool) or not isinstance(given, int | float) or not -360 <= given <= 360:
        raise InvalidInput(f"angle is a number of degrees from -360 to 360, not {value!r}.")
    return float(given)
