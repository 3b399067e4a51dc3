"""COCO as Python has it: the object of an instances file, and a list of results with the ids of images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from nbannotate import formats
from nbannotate.errors import InvalidInput
from nbannotate.formats import coco as coco_file
from nbannotate.model import Annotation
from nbannotate.model.suggestions import meant, named
from nbannotate.model.values import as_mapping, is_series, plain
from nbannotate.workspace.intake.naming import Ids, Naming


def is_instances(value: Any) -> bool:
    """Return whether a value is the object of an instances file."""
    return isinstance(value, Mapping) and "annotations" in value and "images" in value


def is_results(value: Any) -> bool:
    """Return whether a value is a list of results: detections with the ids of their images."""
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(item, Mapping) and "image_id" in item for item in value)
    )


class Object(Struct, frozen=True):
    """What a COCO object says: its labels, and of each image all that it says."""

    head: formats.Head
    rows: tuple[formats.Row, ...]

    @property
    def annotations(self) -> dict[str, Annotation]:
        """What is said of images, by their names; those of which nothing is said are not here."""
        return {row.name: row.annotation for row in self.rows if row.annotation and not row.annotation.empty}


def instances(given: Mapping[str, Any]) -> Object:
    """Return what the object of an instances file says.

    Raises
    ------
    InvalidInput
        It is no such object, or not all of it can be taken.
    """
    lists = {name: plain(given.get(name) or []) for name in ("images", "annotations", "categories")}
    return _strict("the COCO object", lists)


def results(given: Any, names: list[str], ids: Ids, naming: Naming, images: Any) -> Object:
    """Return what a list of results says.

    Parameters
    ----------
    given
        The list.
    names
        The images that there are.
    ids
        What files called images and labels.
    naming
        The names of the categories, if they are given.
    images
        The names of images by their id: a mapping, or COCO's list of images; None.

    Raises
    ------
    InvalidInput
        An ``image_id`` is neither given nor known, and no name of an image; or not all of it can be taken.
    """
    known = _images(images) | {i: name for name, i in ids.images.items() if images is None}
    labels = {i: name for name, i in ids.labels.items()}
    items = [plain(item) for item in given]
    of_image: dict[Any, str] = {}
    category: dict[Any, str] = {}
    for place, item in enumerate(items):
        image, label = item["image_id"], item.get("category_id")
        if image not in of_image:
            of_image[image] = _image(place, image, known, names)
        if label not in category:
            named_here = naming.names or naming.mapping
            category[label] = labels[label] if not named_here and label in labels else naming.of(label)
    return _strict(
        "the results",
        {
            "images": [{"id": i, "file_name": name} for i, name in of_image.items()],
            "categories": [{"id": i, "name": name} for i, name in category.items()],
            "annotations": items,
        },
    )


def _images(given: Any) -> dict[Any, str]:
    if given is None:
        return {}
    if isinstance(given, Mapping) or is_series(given):
        return {i: str(name) for i, name in as_mapping("images", given).items()}
    found = {}
    for item in given:
        if not isinstance(item, Mapping) or "id" not in item or "file_name" not in item:
            raise InvalidInput("images takes the names of images by their id, {17: 'a.jpg'}, or COCO's list of images.")
        found[plain(item["id"])] = str(item["file_name"])
    return found


def _image(place: int, image: Any, known: Mapping[Any, str], names: list[str]) -> str:
    if image in known:
        return known[image]
    if isinstance(image, str):
        return image
    there = f"; there are {named(known)}{meant(image, map(str, known))}" if known else ""
    raise InvalidInput(
        f"Result {place} has the image_id {image!r}, which no image is known by{there}. Say which images they are: "
        f"images={{{image!r}: {(names[0] if names else 'a.jpg')!r}}}, or COCO's list of images. Nothing was changed."
    )


def _strict(what: str, lists: Mapping[str, Any]) -> Object:
    """Return what lists say, or raise InvalidInput with all that would be left out."""
    problems = formats.Problems("skip", what)
    contents = coco_file.of_lists(what, lists, problems)
    found = Object(contents.head, tuple(contents.rows))
    if left_out := problems.left_out():
        said = "; ".join(str(v) for v in left_out[:5])
        raise InvalidInput(
            f"Not all of the COCO object can be taken: {said}. Leave that out of it, or write it to a file: "
            "version.read('coco', path, on_error='skip') takes the rest. Nothing was changed."
        )
    return found
