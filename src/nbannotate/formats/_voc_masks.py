"""Segmentation of Pascal VOC: ``SegmentationObject`` numbers objects, ``SegmentationClass`` their classes, as PNG.

The numbers of objects are those of the objects in the XML file, from 1. Numbers of classes are those of the label map,
by its colors, or else those of the twenty classes of VOC. 255, the border around objects, belongs to none; it is kept
and written again.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec.structs import replace

from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _label_map, _pixels
from nbannotate.formats._contract import Foreign, Head, Row
from nbannotate.formats._outcome import Problems
from nbannotate.formats._pixels import NOTHING, VOID, Numbers
from nbannotate.formats._voc_objects import BOX, Found
from nbannotate.model import Rle, Shape
from nbannotate.shapes.rle import Region, decode, encode

#: The folders of the devkit.
CLASSES, OBJECTS = "SegmentationClass", "SegmentationObject"
#: The classes of VOC 2012 in their order; 0 is the background.
TWENTY = (
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog",
    "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
)  # fmt: skip
MOST = 254  # objects in one image


def is_mask(member: str) -> bool:
    """Return whether an image is one of segmentation, and not one that was annotated."""
    return any(part.startswith("Segmentation") for part in member.split("/")[:-1])


class Masks:
    """The segmentation of a data set while it is read.

    Parameters
    ----------
    source
        What is read.
    problems
        Where images are said that are not as they should be.
    names, colors
        Of classes, by their numbers; the color of nothing, too.
    """

    def __init__(
        self, source: Source, problems: Problems, names: Mapping[int, str], colors: Mapping[int, _pixels.Rgb]
    ) -> None:
        self.source, self.problems = source, problems
        images = [m for m in source.images if is_mask(m)]
        self._objects = {listed(m): m for m in images if f"/{OBJECTS}/" in f"/{m}"}
        self._classes = {listed(m): m for m in images if f"/{CLASSES}/" in f"/{m}"}
        self._names, self._own = names, colors
        self._colors = {color: number for number, color in colors.items()}

    def joined(self, name: str, found: list[Found], size: tuple[int, int]) -> tuple[list[Found], dict[str, Any]]:
        """Return the shapes of an image with their pixels, and what is to be written again beside them.

        The pixels of an object take the place of its box, which is kept beside them; those of what the file has no
        object for are shapes of their own.
        """
        objects, classes = (
            self._read(self._objects.get(name), size),
            self._read(self._classes.get(name), size, True),
        )
        if objects is None and classes is None:
            return found, {}
        whole: Numbers = objects if objects is not None else classes  # type: ignore[assignment]  # one of them is there
        numbers = [int(n) for n in np.unique(whole) if n not in (NOTHING, VOID) and n > 0]
        by_number = {its.number: its for its in found if its.number}
        joined: dict[int, Found] = {}
        added = []
        for number in numbers:
            chosen = whole == number
            label = self._label(number if objects is None else _most(classes, chosen))
            its = by_number.get(number) if objects is not None else None
            shape = _pixels.shape_of(chosen, label)
            if shape is None:
                continue
            if its is None or its.shape.kind != "rectangle" or (label and its.shape.label != label):
                added.append(Found(shape))
            else:
                joined[number] = _with_pixels(its, shape)
        void = whole == VOID
        region = Region(0, 0, void).trimmed() if bool(void.any()) else None
        beside = {} if region is None else {"void": encode(region, *void.shape).counts}
        return [joined.get(its.number, its) if its.number else its for its in found] + added, beside

    def _read(self, member: str | None, size: tuple[int, int], classes: bool = False) -> Numbers | None:
        if member is None:
            return None
        try:
            pixels = _pixels.read(self.source, member)
        except ReadFailed:
            if self.problems.on_error == "error":
                raise
            self.problems.note("masks", "they cannot be read", member)
            return None
        colors = self._colors if classes else {}
        if pixels.colored and not colors:
            colors = {color: number for number, color in enumerate(_pixels.colormap())}
        kept = {n for n, c in enumerate(pixels.palette) if classes and n in self._names and self._own.get(n, c) == c}
        found = _pixels.looked_up(pixels, colors, kept)
        if all(size) and found.shape != (size[1], size[0]):
            self.problems.add("masks", "they have another size than their image", member)
            return None
        return found

    def _label(self, number: int) -> str:
        return self._names.get(number, "") if number else ""


def _most(classes: Numbers | None, chosen: Any) -> int:
    """Return the class that most of the chosen pixels have; 0 if none has one."""
    if classes is None:
        return 0
    found, counts = np.unique(classes[chosen], return_counts=True)
    known = [(int(count), int(n)) for n, count in zip(found, counts, strict=True) if n not in (NOTHING, VOID)]
    return max(known, default=(0, 0))[1]


def _with_pixels(its: Found, pixels: Shape) -> Found:
    """Return an object with the pixels that it has, and the box that the file has, in the file's numbers."""
    (x0, y0), (x1, y1) = its.shape.points
    shape = replace(its.shape, kind="mask", points=pixels.points, rle=pixels.rle)
    same = its.shape.points == pixels.points
    extra = its.foreign.extra if same else {**its.foreign.extra, BOX: [x0 + 1, y0 + 1, x1, y1]}
    return Found(shape, Foreign(extra=extra), its.number)


def _void(counts: str, row: Row) -> Region | None:
    """Return the pixels that belong to nothing that was annotated, if they are of an image of that size."""
    try:
        return decode(Rle((row.height, row.width), counts))
    except InvalidInput:
        return None


def listed(member: str) -> str:
    """Return what the image of a file of segmentation is called in the lists."""
    return posixpath.splitext(member.split("/Segmentation", 1)[-1].split("/", 1)[-1])[0]


class Painted:
    """Writes the segmentation of images, with the numbers and colors of the labels."""

    def __init__(self, target: Target, head: Head) -> None:
        self.target = target
        self.numbers = {label.name: n for n, label in enumerate(head.labels, 1)}
        colors = {n: _label_map.rgb(label.color) for n, label in enumerate(head.labels, 1)}
        self.palette = [colors.get(n) or color for n, color in enumerate(_pixels.colormap())]

    def put(self, row: Row, name: str, numbers: Mapping[str, int]) -> None:
        """Write the masks of an image; objects beyond 254, and labels, have no number and are left out."""
        its = row.annotation.shapes if row.annotation is not None else ()
        masks = [s for s in its if s.kind == "mask" and 0 < numbers.get(s.id, 0) <= MOST]
        void = row.foreign.extra.get("void")
        if not row.width * row.height or not (masks or isinstance(void, str)):
            return
        objects, classes = (np.zeros((row.height, row.width), np.uint8) for _ in range(2))
        if isinstance(void, str) and (region := _void(void, row)) is not None:
            _pixels.put(objects, region, VOID)
            _pixels.put(classes, region, VOID)
        for shape in masks:
            region = _pixels.region_of(shape, row.width, row.height)
            number = self.numbers.setdefault(shape.label, len(self.numbers) + 1) if shape.label else 0
            if region is not None:
                _pixels.put(objects, region, numbers[shape.id])
                _pixels.put(classes, region, number if number <= MOST else 0)
        self.target.write(f"{OBJECTS}/{name}.png", _pixels.written(objects, _pixels.colormap()))
        self.target.write(f"{CLASSES}/{name}.png", _pixels.written(classes, self.palette))
