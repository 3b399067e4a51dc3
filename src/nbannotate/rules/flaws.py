"""Shapes with flaws at the moment of submitting: kept, refused, or repaired, as the recipe says."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import Incomplete, Refused
from nbannotate.model import Annotation, Recipe, Shape
from nbannotate.shapes import flaws, kind
from nbannotate.texts import Message, joined, t, tn

#: So many shapes are named one by one.
MOST_NAMED = 5


class Flawed(Struct, frozen=True):
    """A shape with flaws.

    Parameters
    ----------
    number
        Its place among the shapes, from 1.
    shape
        The shape as it was drawn.
    sentences
        What is wrong.
    mended
        The shape without the flaws, if the recipe repairs and that is no guess; None where a person has to look.
    """

    number: int
    shape: Shape
    sentences: flaws.Sentences
    mended: Shape | None = None

    @property
    def named(self) -> str:
        """How it is called in a sentence: its number and its labels."""
        return f"{self.number} ({', '.join(self.shape.labels) or t('no label')})"


def flawed(annotation: Annotation, recipe: Recipe, width: float, height: float) -> tuple[Flawed, ...]:
    """Return the shapes that people should look at, in their order; mended where the recipe repairs."""
    found = flaws.Finder().find(annotation.shapes, width, height, recipe.min_size)
    repairs = recipe.flaws == "repair"
    return tuple(
        Flawed(number, shape, found[shape.id], mended(shape, recipe, width, height) if repairs else None)
        for number, shape in enumerate(annotation.shapes, 1)
        if shape.id in found
    )


def mended(shape: Shape, recipe: Recipe, width: float, height: float) -> Shape | None:
    """Return a shape without its flaws, or None where that would be a guess, or would leave it too small."""
    after = kind(shape.kind).repaired(shape, width, height)
    return None if after is None or flaws.of(after, width, height, recipe.min_size) else after


def blocking(found: Iterable[Flawed], recipe: Recipe) -> tuple[Flawed, ...]:
    """Return those shapes with flaws that stand in the way of submitting."""
    if recipe.flaws == "keep":
        return ()
    return tuple(f for f in found if recipe.flaws == "refuse" or f.mended is None)


def settled(
    annotation: Annotation, recipe: Recipe, width: float, height: float
) -> tuple[Annotation, tuple[Message, ...]]:
    """Return an annotation as it is submitted, and what was repaired, in sentences; nothing is ever deleted.

    Raises
    ------
    Refused
        If shapes have flaws that the recipe does not take, or that cannot be repaired; the message names them.
    """
    if recipe.flaws == "keep":
        return annotation, ()
    found = flawed(annotation, recipe, width, height)
    if wrong := blocking(found, recipe):
        raise Refused(_refusal(wrong, recipe), Incomplete(tuple(f.shape.id for f in wrong)))
    by_id = {f.shape.id: f.mended for f in found if f.mended is not None}
    if not by_id:
        return annotation, ()
    said = tuple(t("Shape {which} was repaired: {flaws+}", which=f.named, flaws=joined(f.sentences)) for f in found)
    return replace(annotation, shapes=tuple(by_id.get(s.id, s) for s in annotation.shapes)), said


def _refusal(wrong: tuple[Flawed, ...], recipe: Recipe) -> Message:
    first = tn(
        len(wrong), "{n} shape cannot be submitted as it is.", "{n} shapes cannot be submitted as they are."
    )  # fmt: skip
    rows = [t("Shape {which}: {flaws+}", which=f.named, flaws=joined(f.sentences)) for f in wrong[:MOST_NAMED]]
    if len(wrong) > MOST_NAMED:
        rows.append(t("And {n} more.", n=len(wrong) - MOST_NAMED))
    last = (
        t("Mend or delete what is marked.")
        if recipe.flaws == "refuse"
        else t("This cannot be repaired without guessing; mend or delete what is marked.")
    )
    return joined([first, *rows, last])
