"""What COCO has no word for: our own fields of images and annotations, and the metadata in ``extra`` of images."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from nbannotate.formats import _json
from nbannotate.formats._before import Tally


class ImageExtra(msgspec.Struct, omit_defaults=True):
    """What is said of an image beside its shapes."""

    tags: list[str] = []
    nothing_to_label: bool = False
    tag_attributes: dict[str, dict[str, Any]] = {}
    origin: str | None = None
    source: str | None = None


class AnnotationExtra(msgspec.Struct, omit_defaults=True):
    """What COCO has no word for in an annotation."""

    shape_ids: list[str] = []
    also: list[str] = []


Extra = TypeVar("Extra", ImageExtra, AnnotationExtra)


def _extra(tally: Tally, place: str, given: Any, kind: type[Extra]) -> Extra:
    """Return what our own field holds; nothing if there is none, or if it is not as it is written here."""
    if given is None:
        return kind()
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError:
        tally.add("fields nbannotate", "they are not as nbannotate writes them", f"{place}.nbannotate")
        return kind()


def of_image(tally: Tally, place: str, given: Any) -> ImageExtra:
    """Return what our own field says of an image."""
    extra = _extra(tally, place, given, ImageExtra)
    tags = list(dict.fromkeys(v.strip() for v in extra.tags if 0 < len(v.strip()) <= 200 and _json.plain(v)))
    values = {t: v for t, v in extra.tag_attributes.items() if t in tags and _json.plain(v)}
    if tags != extra.tags:
        tally.add("tags", "they stand twice, or have no name that a tag can have", f"{place}.nbannotate")
    if values != extra.tag_attributes:
        tally.add("attributes of tags", "the image has no such tag", f"{place}.nbannotate")
    return ImageExtra(tags, extra.nothing_to_label, values)


def of_annotation(tally: Tally, place: str, given: Any) -> AnnotationExtra:
    """Return what our own field says of an annotation."""
    extra = _extra(tally, place, given, AnnotationExtra)
    return AnnotationExtra(extra.shape_ids, [v.strip() for v in extra.also if 0 < len(v.strip()) <= 200])


def metadata(tally: Tally, place: str, given: Any) -> dict[str, Any]:
    """Return the metadata of an image: what ``extra`` holds that JSON can hold, too."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        tally.add("fields extra", "they are no objects", f"{place}.extra")
        return {}
    kept = {}
    for name, value in given.items():
        if _json.kept(name) and name.strip() == name != "" and len(name) <= 200 and _json.kept(value):
            kept[name] = value
        else:
            tally.add("metadata", "their names or values are none that can be kept", f"{place}.extra.{name!r:.80}")
    return kept
