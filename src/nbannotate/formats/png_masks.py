"""Masks as images whose pixels are numbers: of labels, or of objects and their labels.

``png-masks`` has a number for each object: ``1000 * label + object``, as Cityscapes has it
(https://github.com/mcordts/cityscapesScripts), in 16 bits, or, where that is too little, in color: ``red + 256 * green
+ 65536 * blue``, as COCO panoptic has it. ``png-semantic`` has the number of a label only, in 8 bits (16 for more than
255 labels) with a palette of the labels' colors. Which label a number is, is written in ``labels.json``; other maps are
read, too (:mod:`nbannotate.formats._number_maps`).

How it is read: numbers below 1000 are labels, others objects of them, unless ``labels.json`` says otherwise. With the
folders ``SegmentationClass`` and ``SegmentationObject``, as CVAT has them, the classes of objects are looked up. An
image in color has the colors of the label map; without one it has numbers. 0 is nothing, unless the map gives it
another name than background; 255 that the map does not know belongs to nothing, and is kept and written again. Without
a map labels are called by their numbers. The numbers of objects come back.

A pixel has one number: of shapes that overlap, the one on top is whole. Lists in ``ImageSets`` say the splits.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _label_map, _mask_files, _number_maps, _pixels, _splits, _voc_lists, _voc_masks
from nbannotate.formats._contract import Contents, Foreign, Head, Holds, Row, Written
from nbannotate.formats._mask_files import Pair
from nbannotate.formats._number_maps import Known
from nbannotate.formats._outcome import Problems
from nbannotate.formats._pixels import NOTHING, VOID, Numbers
from nbannotate.model import Annotation, Rle, Shape
from nbannotate.shapes.rle import Region, decode, encode

#: Numbers of objects of one label in an image.
EACH = 1000
#: The largest number that an image in color can have, and one of 8 bits.
MOST, MOST_PLAIN = (1 << 24) - 1, (1 << 16) - 1
FOLDER = "ImageSets/Segmentation"


class PngMasks:
    """Images of numbers; see the module's text.

    Parameters
    ----------
    name
        What a person types.
    objects
        Whether each object has a number, and not each label only.
    """

    makes = ""
    family = "png-masks"
    holds = Holds(
        frozenset({"mask"}),
        frozenset({"empty_images", "splits", "label_order", "unused_labels", "label_colors", "sizes"}),
    )

    def __init__(self, name: str, objects: bool) -> None:
        self.name, self.objects = name, objects
        self.title = "PNG masks of objects" if objects else "PNG masks of labels"

    def sniff(self, source: Source) -> bool:
        """Return whether there are folders of masks, and nothing of other formats; only ``png-masks`` says so."""
        if not self.objects or source.single:
            return False
        if _number_maps.is_ours(source):
            return any(_mask_files.is_mask(m) for m in source.images)
        of_others = (".xml", ".yaml", ".yml", ".json", ".csv", ".parquet")
        known = (*_number_maps.OTHERS, _number_maps.NAME)
        others = [m for m in source.members if m.lower().endswith(of_others) and posixpath.basename(m) not in known]
        return not [m for m in others if not m.endswith("_polygons.json")] and any(
            map(_mask_files.is_mask, source.images)
        )

    def read(self, source: Source, problems: Problems) -> Contents:
        """Read a folder or a zip.

        Raises
        ------
        ReadFailed
            There are no masks, or the map of labels is wrong.
        """
        found = _mask_files.pairs(source)
        if not any(pair.mask for pair in found):
            raise ReadFailed(f"{source.name} has no images of masks, for example in a folder 'masks'.")
        reader = _Reader(source, problems, found, _number_maps.found(source, problems))
        return Contents(_number_maps.head(reader.known), reader.rows(), len(found))

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return shapes that others cover, objects that have no number, and, of labels only, those that become one."""
        its = [s for s in (row.annotation.shapes if row.annotation is not None else ()) if s.label]
        yield from _pixels.losses(its, row.width, row.height, MOST)
        for label, count in Counter(s.label for s in its).items():
            if not self.objects and count > 1:
                for _ in range(count):
                    yield "shapes", "those of one label become one: a pixel has the number of its label"
            for _ in range(count - EACH + 1 if self.objects else 0):
                yield "shapes", f"there are more than {EACH - 1} of {label!r} in an image"

    def write(self, target: Target, contents: Contents) -> Written:
        """Write a folder or a zip: ``masks``, ``images`` and ``labels.json``, or the paths that were read.

        Raises
        ------
        InvalidInput
            Two images would have one file of masks, or there are more labels than numbers.
        """
        head, taken = contents.head, dict[str, str]()
        numbers, listing = _number_maps.numbers_of(head, least=int(self.objects)), _voc_lists.Listing(())
        colors = {numbers[v.name]: _label_map.rgb(v.color) for v in head.labels if v.color is not None}
        palette = [colors.get(n) or color for n, color in enumerate(_pixels.colormap())]
        assets = annotations = 0
        for row in contents.rows:
            path, member = _places(row)
            if (other := taken.get(member)) is not None:
                raise InvalidInput(
                    f"{other!r} and {row.name!r} would have the same file, {member}; rename one of the assets."
                )
            taken[member] = row.name
            target.put_image(row.image, path)
            listing.add(_listed(member), row.split, row.annotation)
            if row.annotation is not None and row.width and row.height:
                painted, count = self._painted(row, numbers)
                target.write(member, _pixels.written(painted, () if self.objects else palette))
                annotations += count
            assets += 1
        for name, text in listing.texts().items():
            target.write(f"{FOLDER}/{name}.txt", text.encode())
        target.write(_number_maps.NAME, _number_maps.written(head, numbers, self.objects))
        return Written(assets, annotations)

    def _painted(self, row: Row, numbers: dict[str, int]) -> tuple[Numbers, int]:
        """Return the numbers of the pixels, and how many objects or labels they have."""
        nothing = VOID if NOTHING in numbers.values() else NOTHING
        painted = np.full((row.height, row.width), nothing, np.int32)
        void = row.foreign.extra.get("void")
        if isinstance(void, str) and (region := _void(void, row)) is not None:
            _pixels.put(painted, region, VOID)
        used = set[int]()
        for shape in row.annotation.shapes if row.annotation is not None else ():
            region = _pixels.region_of(shape, row.width, row.height)
            if not shape.label or region is None:
                continue
            label = numbers.setdefault(shape.label, _number_maps.following(numbers))
            number = self._number(label, row.shapes.get(shape.id, Foreign()).id, used) if self.objects else label
            if label > (MOST // EACH if self.objects else MOST_PLAIN):
                raise InvalidInput(f"{row.name}: the label {shape.label!r} has the number {label}, which is too large.")
            if number is not None:
                used.add(number)
                _pixels.put(painted, region, number)
        return painted, len(used)

    def _number(self, label: int, had: Any, used: set[int]) -> int | None:
        """Return the number of an object: the one that it had, or the next one; None if all of its label are taken."""
        if type(had) is int and had not in used and (had // EACH == label > 0 or (had == label and label < EACH)):
            return had
        first = label * EACH
        return next((n for n in range(first + 1, first + EACH) if n not in used), None)


class _Reader:
    """A data set while it is read."""

    def __init__(self, source: Source, problems: Problems, found: list[Pair], known: Known) -> None:
        self.source, self.problems, self.pairs, self.known = source, problems, found, known
        self.lists = _voc_lists.read(source)
        self.both = _voc_masks.Masks(
            source, problems, known.names or dict(enumerate(_voc_masks.TWENTY, 1)), known.colors
        )
        images = [pair.image for pair in found if pair.image]
        self.strip = len("images/") if images and all(v.startswith("images/") for v in images) else 0
        self.colors = {color: number for number, color in known.colors.items()}

    def rows(self) -> Iterator[Row]:
        """Return one row an image."""
        for pair in self.pairs:
            name = pair.image[self.strip :] if pair.image else pair.name
            size = self.source.size_of_image(pair.image) if pair.image else (0, 0)
            listed = _listed(pair.mask or pair.image or name)
            split = (
                self.lists.split.get(listed) if self.lists.names else _splits.of_folder(pair.mask or pair.image or "")
            )
            extra: dict[str, Any] = {"path": pair.image, "mask": pair.mask, "split": split}
            shapes: list[tuple[Shape, Foreign]] | None = None
            if pair.mask is not None:
                read = self._shapes(pair, size)
                if read is not None:
                    shapes, size, beside = read
                    extra |= beside
            yield Row(
                name,
                *size,
                annotation=None if shapes is None else Annotation(shapes=[shape for shape, _ in shapes]),
                split=split,
                image=pair.image,
                foreign=Foreign(extra=extra),
                shapes={shape.id: its for shape, its in shapes or () if its != Foreign()},
            )

    def _shapes(
        self, pair: Pair, size: tuple[int, int]
    ) -> tuple[list[tuple[Shape, Foreign]], tuple[int, int], dict[str, Any]] | None:
        """Return the shapes of an image, its size, and what else is to be written again; None if it cannot be read."""
        member = pair.mask or ""
        if pair.kind in (_voc_masks.OBJECTS, _voc_masks.CLASSES):
            found, beside = self.both.joined(_voc_masks.listed(member), [], size)
            return [(its.shape, its.foreign) for its in found], self.source.size_of_image(member), beside
        try:
            pixels = _pixels.read(self.source, member)
        except ReadFailed:
            if self.problems.on_error == "error":
                raise
            self.problems.note("masks", "they cannot be read", member)
            return None
        by_color = pixels.colored and not self.known.objects and bool(self.colors)
        whole = _pixels.looked_up(pixels, self.colors) if by_color else pixels.numbers
        height, width = whole.shape
        if all(size) and size != (width, height):
            self.problems.add("masks", "they have another size than their image", member)
            return None
        void = VOID if self.known.names and VOID not in self.known.names and not self.known.objects else -1
        numbers = [int(n) for n in np.unique(whole)]
        shapes = []
        for number in numbers:
            label = None if number == void else self._label(number, member)
            shape = None if label is None else _pixels.shape_of(whole == number, label)
            if shape is not None:
                shapes.append((shape, Foreign(number)))
        chosen = whole == void
        beside = {"void": encode(Region(0, 0, chosen).trimmed(), height, width).counts} if chosen.any() else {}
        return shapes, (width, height), beside

    def _label(self, number: int, member: str) -> str | None:
        """Return the label of a number; None for one that is none."""
        known = self.known
        objects = number >= EACH and (known.objects or (known.objects is None and number not in known.names))
        its = number // EACH if objects else number
        if its in known.names:
            return known.names[its]
        if its in known.nothing or its == NOTHING:
            return None
        if not known.names:
            return str(its)
        what = "a color" if number < 0 else str(its)
        self.problems.add("masks", f"there is no label for {what} in {known.member}", member)
        return None


def _void(counts: str, row: Row) -> Region | None:
    try:
        return decode(Rle((row.height, row.width), counts))
    except InvalidInput:
        return None


def _listed(member: str) -> str:
    """Return what an image is called in the lists of splits."""
    stem = posixpath.splitext(member)[0]
    return re.sub(r"(?s)^(?:.*/)?(?:SegmentationObject|SegmentationClass|masks|images|JPEGImages)/", "", stem)


def _places(row: Row) -> tuple[str, str]:
    """Return the paths of an image and of its masks."""
    extra = row.foreign.extra
    path, member = extra.get("path"), extra.get("mask")
    same = extra.get("split") == row.split
    name = "/".join(part for part in row.name.replace("\\", "/").split("/") if part not in ("", ".", "..")) or "image"
    if not isinstance(path, str) or not path or not same:
        path = f"images/{name.removeprefix('images/')}"
    if not isinstance(member, str) or not member.endswith(".png") or not same:
        stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", path)
        member = f"masks/{re.sub(r'^(?:.*/)?(?:images|JPEGImages)/', '', stem)}.png"
    for folder in (_voc_masks.OBJECTS, _voc_masks.CLASSES):  # which hold other numbers than these
        member = member.replace(f"{folder}/", "masks/")
    return path, member


FORMAT = PngMasks("png-masks", objects=True)
