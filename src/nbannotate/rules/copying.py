"""What of an annotation goes along when it is copied to other images of a campaign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from nbannotate.model import Annotation, Attribute, Recipe, Shape


def copyable(given: Annotation, recipe: Recipe) -> tuple[Annotation, tuple[str, ...]]:
    """Return what may be put onto other images, and the names of the attributes that stay behind.

    An import may have left attributes that the recipe does not declare, or values that it does not allow: they stay
    where they are, and copies do without them, as when a person pastes.
    """
    left: dict[str, None] = {}

    def kept(values: Mapping[str, Any], attributes: Iterable[Attribute], any_other: bool) -> dict[str, Any]:
        declared = {a.name: a for a in attributes}
        good = {n: v for n, v in values.items() if _fits(declared.get(n), v, any_other)}
        left.update(dict.fromkeys(n for n in values if n not in good))
        return good

    def of(shape: Shape) -> Shape:
        if not shape.label or not shape.attributes:
            return shape
        return replace(shape, attributes=kept(shape.attributes, *recipe.attributes_of(shape.labels)))

    shapes = tuple(of(s) for s in given.shapes)
    tags = {
        name: good
        for name, values in given.tag_attributes.items()
        if (tag := recipe.tag(name)) is not None and (good := kept(values, tag.attributes, False))
    }
    return replace(given, shapes=shapes, tag_attributes=tags), tuple(left)


def _fits(attribute: Attribute | None, value: Any, any_other: bool) -> bool:
    if attribute is None:
        return any_other
    return value is None or attribute.problem(value) is None
