"""Which image of masks belongs to which image, in the usual layouts.

Masks stand in a folder of their own (``masks/a.png`` for ``images/a.jpg``), or beside the image with an ending to their
name (``a_mask.png``, and those of Cityscapes). What is named ``_color`` is for people and passed over.
"""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

from nbannotate.files.source import Source

#: Folders of masks, and of images; in one path the first takes the place of the second.
FOLDERS = ("masks", "mask", "gtFine", "gtCoarse", "SegmentationObject", "SegmentationClass", "labels", "annotations")
IMAGES = ("images", "image", "imgs", "leftImg8bit", "JPEGImages", "img")
_SUFFIXES = ".png", ".bmp", ".tif", ".tiff"
_ENDING = re.compile(r"(?s)(.+?)(?:_gtFine|_gtCoarse)?_(mask|masks|labelIds|instanceIds|labelTrainIds|label|seg)")
_PASSED_OVER = re.compile(r".*_(color|polygons|preview)")


class Pair(Struct, frozen=True):
    """An image and its masks, as far as they are there; ``name`` is what both have in common."""

    name: str
    image: str | None = None
    mask: str | None = None
    kind: str = ""


def is_mask(member: str) -> bool:
    """Return whether an image is one of masks: by its folder, or the ending of its name."""
    stem, suffix = posixpath.splitext(member)
    if suffix.lower() not in _SUFFIXES:
        return False
    return any(part in FOLDERS for part in member.split("/")[:-1]) or _ENDING.fullmatch(stem) is not None


def pairs(source: Source) -> list[Pair]:
    """Return images and masks, by their names; of several masks of one image those that number objects."""
    found: dict[str, Pair] = {}
    masks = [m for m in source.images if is_mask(m)]
    for member in masks:
        stem = posixpath.splitext(member)[0]
        if _PASSED_OVER.fullmatch(posixpath.basename(stem)):
            continue
        ending = _ENDING.fullmatch(stem)
        kind = ending[2] if ending is not None else next((p for p in member.split("/") if p in FOLDERS), "")
        name = _name(ending[1] if ending is not None else stem)
        if name not in found or kind in ("instanceIds", "SegmentationObject"):
            found[name] = Pair(name, mask=member, kind=kind)
    others = set(masks)
    for member in source.images:
        if member not in others:
            name = _name(re.sub(r"_leftImg8bit$", "", posixpath.splitext(member)[0]))
            its = found.get(name, Pair(name))
            found[name] = Pair(name, member, its.mask, its.kind)
    folders = {posixpath.dirname(its.image) for its in found.values() if its.image and its.mask}
    return [
        its for _, its in sorted(found.items()) if its.mask or (its.image and posixpath.dirname(its.image) in folders)
    ]


def _name(stem: str) -> str:
    return "/".join(part for part in stem.split("/") if part not in (*FOLDERS, *IMAGES))
