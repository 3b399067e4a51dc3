"""COCO panoptic: the segments of an image are the colors of a PNG file; each is a mask.

A pixel belongs to the segment with the id red + 256 green + 65,536 blue (cocodataset.org, *Panoptic Segmentation*).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nbannotate.errors import FileMissing, InvalidInput, ReadFailed
from nbannotate.formats import _coco_extra, _json
from nbannotate.formats._coco_extra import AsGiven
from nbannotate.formats._coco_file import CocoFile
from nbannotate.formats._contract import Foreign, Id
from nbannotate.model import Shape, new_shape_id
from nbannotate.model.geometry import of_pixels

if TYPE_CHECKING:
    from nbannotate.formats._coco_reader import Known, Reader

_OF_SEGMENT = frozenset({"id", "category_id", "iscrowd", "bbox", "area"})


def segments(
    reader: Reader, file: CocoFile, place: str, item: dict[str, Any], image: Known, categories: dict[Id, str | None]
) -> Iterator[tuple[Shape, Foreign]]:
    """Return the segments of an image as masks, with what the file calls them."""
    problems, infos = reader.problems, item["segments_info"]
    if not isinstance(infos, list):
        return problems.add("segments", "they are no list", f"{place}.segments_info")
    ids = _pixels(reader, file, place, item)
    if ids is None:
        return
    size = (round(image.height), round(image.width)) if image.width < np.inf else ids.shape
    if ids.shape != size:
        return problems.add("segments", "their PNG file has another size than their image", f"{place}.file_name")
    for n, info in enumerate(infos):
        where = f"{place}.segments_info[{n}]"
        number = _json.number(info.get("id")) if isinstance(info, dict) else None
        category = info.get("category_id") if isinstance(info, dict) else None
        label = categories.get(category) if _json.is_id(category) else None  # type: ignore[arg-type]
        if number is None:
            problems.add("segments", "their id is no number", f"{where}.id")
            continue
        if label is None:
            why = "there is no usable category with their category_id"
            problems.add("segments", why, f"{where}.category_id")
            continue
        try:
            points, rle = of_pixels("a segment", ids == number)
        except InvalidInput:
            problems.add("segments", "their PNG file has no pixel of their color", f"{where}.id")
            continue
        attributes = {"crowd": True} if info.get("iscrowd") in (1, "1") else {}
        shape = Shape(kind="mask", points=points, rle=rle, label=label, id=new_shape_id(), attributes=attributes)
        given = AsGiven()
        reader.compare(info, shape, given)
        extra = _coco_extra.rest(problems, where, info, _OF_SEGMENT)
        yield shape, Foreign(_json.whole(info["id"]), extra=_coco_extra.with_given(extra, given, shape))


def _pixels(reader: Reader, file: CocoFile, place: str, item: dict[str, Any]) -> NDArray[np.uint32] | None:
    """Return the id of the segment of each pixel, or None if the PNG file cannot be read."""
    from PIL import Image

    name = item.get("file_name")
    stem = posixpath.splitext(posixpath.basename(file.member))[0]
    source = reader.source
    found = None
    if source is not None and isinstance(name, str):
        found = source.beside(f"{stem}/{name}", file.member)
    if source is None or found is None:
        why = "their PNG file is not there; name the folder that holds it beside the JSON file"
        reader.problems.add("segments", why, f"{place}.file_name")
        return None
    try:
        with source.open(found) as opened, Image.open(opened) as image:
            red, green, blue = np.asarray(image.convert("RGB"), dtype=np.uint32).transpose(2, 0, 1)
    except (FileMissing, ReadFailed):
        raise
    except Exception:  # noqa: BLE001  Pillow raises anything for what is no image
        reader.problems.add("segments", "their PNG file is none", f"{place}.file_name")
        return None
    pixels: NDArray[np.uint32] = red + (green << 8) + (blue << 16)
    return pixels
