"""What is said of one image, in all the forms that there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Shape, fields
from nbannotate.model.suggestions import sentence
from nbannotate.model.values import is_series, plain, shown
from nbannotate.workspace.intake import detections, geojson, rows, tables
from nbannotate.workspace.intake.naming import Naming

_ANNOTATION = frozenset(Annotation.__struct_fields__)


def is_one(value: Any) -> bool:
    """Return whether a value says something of one image as it stands: no mapping of images, no list of them."""
    if isinstance(value, Annotation | Shape) or detections.is_supervision(value) or geojson.is_one(value):
        return True
    return isinstance(value, Mapping) and (detections.is_torchvision(value) or is_fields(value) or is_annotation(value))


def is_fields(value: Mapping[Any, Any]) -> bool:
    """Return whether a mapping is that of a shape, and not of images."""
    plan = fields.plan(value)
    return plan.located or "kind" in value or (plan.label is not None and not isinstance(value[plan.label], Mapping))


def is_annotation(value: Mapping[Any, Any]) -> bool:
    """Return whether a mapping has the fields of an annotation."""
    return bool(value) and set(value) <= _ANNOTATION


def annotation(value: Any, naming: Naming, where: str) -> Annotation:
    """Return what is said of an image; what is wrong with a shape is told with its place.

    Raises
    ------
    InvalidInput
        It is nothing that can be said of an image.
    """
    if isinstance(value, Annotation):
        if not naming.mapping:
            return value
        return msgspec.structs.replace(value, shapes=tuple(rows.renamed(s, naming) for s in value.shapes))
    if isinstance(value, Mapping) and is_annotation(value):
        its = {**value, "shapes": shapes(value.get("shapes") or (), naming, where)}
        return Annotation(**its)
    if tables.is_table(value):
        if value.shape[0] == 0:
            return Annotation()
        found = list(tables.taken(value, naming, only=where or "the image").items())
        if len(found) > 1:
            raise InvalidInput(f"The table for {where!r} has shapes of {len(found)} images; give it as it is.")
        return found[0][1]
    return Annotation(shapes=shapes(value, naming, where))


def shapes(value: Any, naming: Naming, where: str) -> tuple[Shape, ...]:
    """Return the shapes of an image."""
    of = f" of {where!r}" if where else ""
    try:
        if value is None:
            return ()
        if detections.is_supervision(value):
            return tuple(detections.of_supervision(value, naming))
        if detections.is_torchvision(value):
            return tuple(detections.of_torchvision(value, naming))
        if detections.is_array(value):
            return tuple(detections.of_array(value))
    except InvalidInput as error:
        raise InvalidInput(f"{where or 'this'}: {error} Nothing was changed.") from None
    if isinstance(value, Shape | Mapping) or geojson.is_one(value):
        return _counted([value], naming, of)
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        given = plain(value)
        raise InvalidInput(f"{where or 'this'}: an nb.Annotation, or nb.Shape values, are taken, not {shown(given)}.")
    items = list(value)  # not its depth: an item may be an array
    index: Any = getattr(value, "index", ())
    if is_series(value) and items and not isinstance(plain(index)[0], int):
        return _counted([value], naming, of)
    if len(items) == 4 and all(isinstance(plain(v), int | float) for v in items):
        items = [items]
    return _counted(items, naming, of)


def _counted(items: list[Any], naming: Naming, of: str) -> tuple[Shape, ...]:
    found: list[Shape] = []
    for number, item in enumerate(items, 1):
        try:
            found += rows.shapes(item, naming)
        except InvalidInput as error:
            raise InvalidInput(f"{sentence(f'shape {number}{of}')} is no shape: {error} Nothing was changed.") from None
    return tuple(found)
