"""Whether an annotation is well formed (every save) and complete (submit)."""

from __future__ import annotations

import math

from nbannotate import shapes
from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Annotation, Recipe, Shape

MAX_SHAPES = 50_000
MAX_POINTS = 20_000


def check_draft(annotation: Annotation, recipe: Recipe) -> None:
    """Raise InvalidInput if an annotation could not come from the recipe's canvas.

    A draft may be unfinished: shapes without a label, or nothing at all.
    """
    if len(annotation.shapes) > MAX_SHAPES:
        raise InvalidInput(f"An annotation may have {MAX_SHAPES:,} shapes at most, not {len(annotation.shapes):,}.")
    if annotation.nothing_to_label and annotation.shapes:
        raise InvalidInput("An annotation with shapes cannot say 'nothing to label'; delete the shapes first.")
    seen: set[str] = set()
    for number, shape in enumerate(annotation.shapes, 1):
        where = f"Shape {number}"
        if not shape.id or len(shape.id) > 64 or shape.id in seen:
            raise InvalidInput(f"{where} needs an id of its own, 64 characters at most, not {shape.id!r}.")
        seen.add(shape.id)
        _check_shape(where, shape, recipe)
    for tag in annotation.tags:
        if tag not in recipe.tags:
            raise InvalidInput(f"The tag {tag!r} is not in the recipe; it has {_names(recipe.tags)}.")
    if len(set(annotation.tags)) != len(annotation.tags):
        raise InvalidInput("A tag stands twice.")


def check_complete(annotation: Annotation, recipe: Recipe, width: int, height: int) -> None:
    """Raise Refused, with what is missing, if an annotation cannot be submitted.

    Parameters
    ----------
    annotation, recipe
        What was said, and what may be said.
    width, height
        Of the image, in pixels.
    """
    check_draft(annotation, recipe)
    if annotation.empty:
        raise Refused(
            "Nothing is drawn yet. If there is nothing to label in this image, say so with 'Nothing to label'."
        )
    unlabelled = sum(not s.label for s in annotation.shapes)
    if unlabelled:
        noun = "1 shape has" if unlabelled == 1 else f"{unlabelled} shapes have"
        raise Refused(f"{noun} no label yet; select it and press the key of a label.")
    for number, shape in enumerate(annotation.shapes, 1):
        problem = shapes.kind(shape.kind).check(shape.points, width, height)
        if problem:
            raise Refused(f"Shape {number} ({shape.label}): {problem}")


def _check_shape(where: str, shape: Shape, recipe: Recipe) -> None:
    if shape.kind not in shapes.kinds():
        raise InvalidInput(f"{where} has the unknown kind {shape.kind!r}; there are {_names(shapes.kinds())}.")
    if len(shape.points) > MAX_POINTS:
        raise InvalidInput(f"{where} may have {MAX_POINTS:,} points at most, not {len(shape.points):,}.")
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in shape.points):
        raise InvalidInput(f"{where} has a point that is not a number.")
    if shape.label:
        label = recipe.label(shape.label)
        if label is None:
            raise InvalidInput(
                f"{where} has the label {shape.label!r}, which is not in the recipe; "
                f"it has {_names(v.name for v in recipe.labels)}."
            )
        if label.kinds and shape.kind not in label.kinds:
            raise InvalidInput(f"{where}: the label {label.name!r} is for {_names(label.kinds)}, not for {shape.kind}.")


def _names(values: object) -> str:
    return ", ".join(repr(str(v)) for v in values) or "none"  # type: ignore[attr-defined]
