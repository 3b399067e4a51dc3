"""Annotations as people have them: tables, arrays, detections, COCO, shapes; one file for each source.

``version.add_annotations`` and ``nb.Viewer`` take the same things, because both ask here. Nothing is imported for it:
what a value is, is seen by what it can do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Shape
from nbannotate.model.values import as_list, as_name, is_series, plain, shown
from nbannotate.workspace.intake import coco, detections, geojson, one, tables
from nbannotate.workspace.intake.naming import Ids, Naming, naming
from nbannotate.workspace.intake.tables import is_table

__all__ = ["Ids", "Images", "is_table", "of_one", "taken"]


class Images(Struct, frozen=True):
    """The images that something may be said of.

    Parameters
    ----------
    names
        Their names, in order.
    single
        Whether there is one that was not put into a list.
    ids
        Gives what COCO files called images and labels.
    by_id
        The names of images by the ids that results have.
    """

    names: list[str]
    single: bool = False
    ids: Callable[[], Ids] = Ids
    by_id: Any = None


def of_one(where: object, value: Any, labels: Any = None, *, nothing: bool = False) -> Annotation:
    """Return what is said of one image; ``nothing``: no shapes say *nothing to label*; an annotation stays as it is.

    Raises
    ------
    InvalidInput
        It is nothing that can be said of an image; the message names the image, or the argument.
    """
    found = one.annotation(value, naming(labels), str(where))
    says_nothing = nothing and found.empty and not isinstance(value, Annotation)
    return Annotation(nothing_to_label=True) if says_nothing else found


def taken(given: Any, images: Images, labels: Any = None) -> dict[str, Annotation] | coco.Object:
    """Return what is said of images, by their names as they are written; of COCO all that it says.

    Parameters
    ----------
    given
        A table (one row a shape); a mapping from names to what is said of each; a COCO object or a list of COCO
        results; a list of what is said of each image, in their order; or, for one image, what is said of it.
    images
        What there is.
    labels
        The names of labels that are given as numbers: a list, a mapping, or a recipe.

    Raises
    ------
    InvalidInput
        It is none of these; the message says the row, the image or the column.
    """
    names = naming(labels)
    if given is None:
        return {}
    if is_table(given):
        return tables.taken(given, names, images.names[0] if len(images.names) == 1 else None)
    if coco.is_instances(given):
        return coco.instances(given)
    if coco.is_results(given):
        return coco.results(given, images.names, images.ids(), names, images.by_id)
    if _is_named(given):
        return _of_mapping(given, names)
    if images.single:
        return {images.names[0]: one.annotation(given, names, images.names[0])}
    return _of_list(given, images, names)


def _is_named(given: Any) -> bool:
    """Return whether a value is a mapping from names of images, or a Series that has them in its index."""
    if is_series(given):
        return not all(isinstance(plain(name), int) for name in given.index)
    return isinstance(given, Mapping) and not one.is_one(given)


def _of_mapping(given: Any, names: Naming) -> dict[str, Annotation]:
    items = given.items()
    return {(path := _path(name)): one.annotation(value, names, path) for name, value in items}


def _of_list(given: Any, images: Images, names: Naming) -> dict[str, Annotation]:
    """Return what is said of each of several images, in their order."""
    count = len(images.names)
    if one.is_one(given) or detections.is_array(given):
        rows = [given]
    else:
        rows = list(given) if hasattr(given, "__iter__") and not isinstance(given, str) else as_list("shapes", given)
    if count == 1 and rows and all(_is_shape(row) for row in rows):
        return {images.names[0]: one.annotation(rows, names, images.names[0])}
    if len(rows) != count or (count > 1 and all(map(_is_shape, rows))):
        lists = f"{len(rows)} lists" if len(rows) != 1 else "1 list"
        raise InvalidInput(
            f"There are {count} images and {lists} of shapes; give one list an image, or say of which image they are: "
            f"{{{(images.names[0] if count else 'a.jpg')!r}: shapes}}, or a table with the column 'asset'. "
            "Nothing was changed."
        )
    return {name: one.annotation(its, names, name) for name, its in zip(images.names, rows, strict=True)}


def _is_shape(value: Any) -> bool:
    """Return whether a value is one shape, and not what is said of an image."""
    return isinstance(value, Shape) or geojson.is_one(value) or (isinstance(value, Mapping) and one.is_fields(value))


def _path(name: Any) -> str:
    """Return the name of an image that is given as text or as a path."""
    given = as_name(plain(name))
    if not isinstance(given, str | os.PathLike):
        raise InvalidInput(
            f"There is something said of {shown(given)}, which is no name of an image. Give a mapping from names, a "
            "table with the column 'asset', detections, or nb.Shape values. Nothing was changed."
        )
    return os.fsdecode(given)
