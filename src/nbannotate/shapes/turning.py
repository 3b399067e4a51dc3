"""One kind made of another: an outline as a mask, a mask as polygons."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.errors import InvalidInput
from nbannotate.model import Shape, new_shape_id
from nbannotate.shapes.mask import from_outline, polygons
from nbannotate.shapes.registry import kind


def turned(shape: Shape, width: int, height: int) -> tuple[list[Shape], int]:
    """Return a shape as one or more of the kind that its kind turns into, and how many holes were left out.

    A closed outline becomes the pixels whose middles are in it; a mask one polygon for each of its parts, at most one
    pixel off. The first part keeps the id; label, attributes and color are those of the shape.

    Parameters
    ----------
    shape
        Of a kind with ``turns_into``.
    width, height
        Of the image.

    Raises
    ------
    InvalidInput
        The kind turns into nothing, or nothing is left of the shape in the image.
    """
    its = kind(shape.kind)
    if not its.turns_into:
        raise InvalidInput(f"A {its.title.lower()} can neither become a mask nor a polygon.")
    if its.gesture != "stroke":
        around = its.filled(shape)
        return [from_outline(shape, its.outline(shape.points) if around is None else around, width, height)], 0
    target = kind(its.turns_into)
    outlines, holes = polygons(shape)
    parts = [replace(shape, kind=target.name, points=target.normalize(p, width, height), rle=None) for p in outlines]
    good = [part for part in parts if target.problem(part, width, height) is None]
    if not good:
        raise InvalidInput("The mask is too small for a polygon.")
    return [good[0], *(replace(part, id=new_shape_id()) for part in good[1:])], holes
