"""One kind made of another: an outline as a mask, a mask or a rotated rectangle as a polygon."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.errors import InvalidInput
from nbannotate.model import Shape
from nbannotate.shapes.mask import from_outline, outlines
from nbannotate.shapes.polygon import of_rings
from nbannotate.shapes.registry import kind
from nbannotate.texts import t


def turned(shape: Shape, width: int, height: int) -> Shape:
    """Return a shape as one of the kind that its kind turns into: id, label, attributes and all else are its own.

    A closed outline becomes the pixels whose middles are in it; a mask the polygon around its parts and its holes, at
    most one pixel off; a rotated rectangle the polygon through its corners.

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
    target = kind(its.turns_into)
    if target.gesture == "stroke":
        around = its.filled(shape)
        return from_outline(shape, its.outline(shape.points) if around is None else around, width, height)
    around_pixels = its.form == "rings"
    bare = replace(shape, kind=target.name, rle=None)
    rings = [r for r in outlines(shape) if target.check(r.tolist(), width, height) is None] if around_pixels else []
    made = of_rings(bare, rings) if rings else bare
    made = replace(made, points=target.normalize(made.points, width, height))
    if (around_pixels and not rings) or target.problem(made, width, height):
        raise InvalidInput(t("The {shape+} is too small for a polygon.", shape=its.title.lower()))
    return made
