"""Pascal VOC: an XML file for each image, with boxes; lists of the splits; segmentation as PNG beside it.

How objects and their boxes are read and written stands in :mod:`nbannotate.formats._voc_objects`: pixels are counted
from 1 in the file. Further:

- ``Annotations``, ``JPEGImages`` and ``ImageSets`` of the devkit are read, and so are XML files beside their images,
  with a folder for each split (Roboflow), and one file alone. They are written as in the devkit, or where they were.
- ``labelmap.txt``, as CVAT writes it, has the labels in their order with their colors and parts; it is written always.
  Classes that have lists of their own (``aeroplane_train.txt``) come before others; these lists are written again.
- Elements that have no word here (``source``, ``owner``, ``actions`` …) are kept and written again.
- ``SegmentationObject`` and ``SegmentationClass`` are read as masks (:mod:`nbannotate.formats._voc_masks`): that of an
  object takes the place of its box.
"""

from __future__ import annotations

import math
import posixpath
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from nbannotate.errors import InvalidInput, NbannotateError, ReadFailed
from nbannotate.files.parsing import Element
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _label_map, _pixels, _splits, _voc_lists, _voc_masks, _voc_objects
from nbannotate.formats._contract import Contents, Foreign, Head, Holds, Row, Written
from nbannotate.formats._elements import child, fields_of, put_attributes, put_fields
from nbannotate.formats._label_map import Line
from nbannotate.formats._outcome import Problems
from nbannotate.formats._voc_objects import Found, Seen
from nbannotate.model import Annotation, Label

SNIFFED = 3  # so many files are looked at
_KNOWN = ("filename", "size", "object")


class _Item(Struct, frozen=True):
    """An image: its name without suffix in the lists, its XML file and its path, as far as they are there."""

    listed: str
    xml: str | None
    image: str | None


class Voc:
    """Pascal VOC; see the module's text."""

    name = "voc"
    title = "Pascal VOC"
    makes = ""
    holds = Holds(
        frozenset({"rectangle", "polygon", "mask"}),
        frozenset(
            {"rings", "unlabelled", "attributes", "confidence", "shape_order", "group", "empty_images", "sizes"}
            | {"splits", "label_order", "unused_labels", "label_colors"}
        ),
    )

    def sniff(self, source: Source) -> bool:
        """Return whether the first XML files are annotations with a size or a box."""
        found = [m for m in source.members if m.lower().endswith(".xml")][:SNIFFED]
        return any(_is_one(source, m) for m in found)

    def read(self, source: Source, problems: Problems) -> Contents:
        """Read a folder, a zip, or one XML file.

        Raises
        ------
        ReadFailed
            There is no XML file of annotations, or one is no XML.
        """
        lists = _voc_lists.read(source)
        items = _items(source, lists)
        if not any(item.xml for item in items):
            raise ReadFailed(f"{source.name} has no XML files of Pascal VOC.")
        maps = source.matching(_label_map.NAME)
        lines = _label_map.read(source.text(maps[0]), maps[0], problems) if maps else []
        its = [v for v in lines if v.name != _label_map.BACKGROUND]
        extra: dict[str, Any] = {"classes": list(lists.classes)} if lists.classes else {}
        nothing = next((v.color for v in lines if v.name == _label_map.BACKGROUND), None)
        extra |= {"background": list(nothing)} if nothing is not None and any(nothing) else {}
        named = {v.name for v in its}
        head = Head(
            (*map(_label_map.label, its), *(Label(v) for v in lists.classes if v not in named)),
            foreign={
                v.name: Foreign(extra={"parts": v.parts, "actions": v.actions}) for v in its if v.parts or v.actions
            },
            extra=extra,
        )
        return Contents(head, _Reader(source, problems, items, lists, lines).rows(), len(items))

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return boxes that are too small, texts that XML cannot hold, masks that overlap, labels without a number."""
        its = row.annotation.shapes if row.annotation is not None else ()
        for shape in its:
            yield from _voc_objects.losses(shape)
        masks = [s for s in its if s.kind == "mask"]
        yield from _pixels.losses(masks, row.width, row.height, _voc_masks.MOST)
        numbered = {label.name for label in head.labels[: _voc_masks.MOST]}
        for shape in masks:
            if shape.label and head.labels[_voc_masks.MOST :] and shape.label not in numbered:
                why = f"their image numbers {_voc_masks.MOST} labels; only the XML file names the others"
                yield "classes of pixels", why

    def write(self, target: Target, contents: Contents) -> Written:
        """Write a folder or a zip as the devkit is one.

        Raises
        ------
        InvalidInput
            Two images would have one XML file.
        """
        head = contents.head
        given = head.extra.get("classes")
        classes = tuple(v for v in given if isinstance(v, str)) if isinstance(given, list) else ()
        listing, taken, painted = _voc_lists.Listing(classes), dict[str, str](), _voc_masks.Painted(target, head)
        assets = annotations = 0
        for row in contents.rows:
            path, xml = _places(row)
            if (other := taken.get(xml)) is not None:
                raise InvalidInput(
                    f"{other!r} and {row.name!r} would have the same file, {xml}; rename one of the assets."
                )
            taken[xml] = row.name
            target.put_image(row.image, path)
            listing.add(_listed(path), row.split, row.annotation)
            if row.annotation is not None:
                root, numbers = _document(row, path)
                target.write(xml, ET.tostring(root, encoding="unicode").encode() + b"\n")
                painted.put(row, _listed(path), numbers)
                annotations += len(numbers)
            assets += 1
        for name, text in listing.texts().items():
            target.write(f"ImageSets/Main/{name}.txt", text.encode())
        target.write(_label_map.NAME, _label_map.written(_lines(head)).encode())
        return Written(assets, annotations)


class _Reader:
    """The images of a data set while they are read."""

    def __init__(
        self, source: Source, problems: Problems, items: list[_Item], lists: _voc_lists.Lists, lines: list[Line]
    ) -> None:
        self.source, self.problems, self.items, self.lists = source, problems, items, lists
        others = [v for v in lines if v.name != _label_map.BACKGROUND]
        nothing = [v.color for v in lines if v.name == _label_map.BACKGROUND and v.color is not None]
        names = enumerate([v.name for v in others] if lines else _voc_masks.TWENTY, 1)
        colors = dict(enumerate(nothing[:1])) | {n: v.color for n, v in enumerate(others, 1) if v.color is not None}
        self.masks = _voc_masks.Masks(source, problems, dict(names), colors)
        images = [item.image for item in items if item.image]
        found = [re.match(r"(?:.*/)?JPEGImages/", path) for path in images]
        before = {v[0] if v else "" for v in found}
        self.strip = len(before.pop()) if len(before) == 1 else 0

    def rows(self) -> Iterator[Row]:
        """Return one row an image."""
        for item in self.items:
            if item.xml is None:
                yield self._row(item, None)
                continue
            try:
                root = self.source.xml(item.xml)
            except ReadFailed:
                if self.problems.on_error == "error":
                    raise
                self.problems.note("files", "they are no XML that can be read", item.xml)
                continue
            if root.tag == "annotation":
                yield self._row(item, root)
            else:
                self.problems.add("files", f"their root is <{root.tag}>, not <annotation>", f"{item.xml}:{root.line}")

    def _row(self, item: _Item, root: Element | None) -> Row:
        said = (root.child_text("filename") or "") if root is not None else ""
        path = item.image or _beside(item.xml or item.listed, said)
        size = _size(root)
        if not all(size) and item.image:
            size = self.source.size_of_image(item.image)
        split = self.lists.split.get(item.listed) or (_splits.of_folder(path) if not self.lists.names else None)
        extra: dict[str, Any] = {"path": path, "split": split}
        found = list[Found]()
        if root is not None and item.xml is not None:
            seen = Seen(item.xml, size[0] or math.inf, size[1] or math.inf)
            found = list(_voc_objects.read(root, seen, self.problems))
            fields = {f"@{name}": value for name, value in root.attrib.items()} | fields_of(root, _KNOWN)
            extra |= {"xml": item.xml, "fields": fields}
            extra |= {"filename": said} if said != posixpath.basename(path) else {}
            if (size_element := root.find("size")) is not None:
                extra |= {"size": fields_of(size_element, ("width", "height"))}
        found, beside = self.masks.joined(item.listed, found, size)
        return Row(
            path[self.strip :] if item.image else path.removeprefix("JPEGImages/"),
            *size,
            annotation=Annotation(shapes=[its.shape for its in found]) if found or root is not None else None,
            split=split,
            image=item.image,
            foreign=Foreign(extra=extra | beside),
            shapes={its.shape.id: its.foreign for its in found if its.foreign != Foreign()},
        )


def _is_one(source: Source, member: str) -> bool:
    try:
        root = source.xml(member)
    except NbannotateError:
        return False
    return root.tag == "annotation" and any(root.find(path) is not None for path in ("size", "object/bndbox"))


def _size(root: Element | None) -> tuple[int, int]:
    """Return the size that a file tells; zeros where it does not."""
    texts = [root.findtext(f"size/{v}") or "" for v in ("width", "height")] if root is not None else ["", ""]
    width, height = (int(v) if v.strip().isdecimal() and len(v.strip()) < 10 else 0 for v in texts)
    return width, height


def _items(source: Source, lists: _voc_lists.Lists) -> list[_Item]:
    """Return the images of a data set, by their names."""
    xmls = [m for m in source.members if m.lower().endswith(".xml")]
    by_way: dict[tuple[str, ...], list[str]] = {}
    for image in source.images:
        if not _voc_masks.is_mask(image):
            for way in {_way(image), _way(image)[-1:]}:
                by_way.setdefault(way, []).append(image)
    found: list[_Item] = []
    used = set[str]()
    for member in xmls:
        way = _way(member)
        images = by_way.get(way) or by_way.get(way[-1:], [])
        used |= set(images) if len(images) == 1 else set()
        found.append(_Item(_listed(member), member, images[0] if len(images) == 1 else None))
    folders = {posixpath.dirname(image) for image in used}
    known = {item.listed for item in found}
    for image in source.images:
        listed = _listed(image)
        if image not in used and not _voc_masks.is_mask(image) and (
            posixpath.dirname(image) in folders or listed in lists.split
        ):  # fmt: skip
            found.append(_Item(listed, None, image))
            known.add(listed)
    found += [_Item(name, None, None) for name in lists.names if name not in known]
    return sorted(found, key=lambda item: (item.listed, item.xml or ""))


def _way(member: str) -> tuple[str, ...]:
    """Return the parts of a path without its suffix; those of images are those of annotations."""
    parts = posixpath.splitext(member)[0].split("/")
    return tuple("JPEGImages" if part in ("Annotations", "images", "labels") else part for part in parts)


def _listed(path: str) -> str:
    """Return what an image is called in the lists: its path in the folder of images, without its suffix."""
    after = re.sub(r"(?s)^(?:.*/)?(?:JPEGImages|Annotations)/", "", path)
    return posixpath.splitext(after)[0]


def _beside(member: str, said: str) -> str:
    """Return where the image of an XML file would be."""
    name = posixpath.basename(said.replace("\\", "/")) or f"{posixpath.basename(_listed(member))}.jpg"
    folder = posixpath.dirname(member)
    parts = ["JPEGImages" if part == "Annotations" else part for part in folder.split("/")] if folder else []
    return "/".join([*parts, name])


def _places(row: Row) -> tuple[str, str]:
    """Return the paths of an image and of its XML file."""
    extra = row.foreign.extra
    path, xml = extra.get("path"), extra.get("xml")
    if not isinstance(path, str) or not path or extra.get("split") != row.split:
        name = "/".join(part for part in row.name.replace("\\", "/").split("/") if part not in ("", ".", ".."))
        path, xml = f"JPEGImages/{name or 'image'}", None
    if isinstance(xml, str) and xml.endswith(".xml"):
        return path, xml
    way = posixpath.splitext(path)[0] if re.search(r"\.[A-Za-z0-9]{1,5}$", path) else path
    parts = ["Annotations" if part == "JPEGImages" else part for part in way.split("/")]
    return path, f"{'/'.join(parts)}.xml"


def _document(row: Row, path: str) -> tuple[ET.Element, dict[str, int]]:
    """Return the XML of an image, and the numbers of its objects by the ids of their shapes."""
    extra = row.foreign.extra
    root = ET.Element("annotation")
    drawn = [s for s in (row.annotation.shapes if row.annotation is not None else ()) if s.kind in Voc.holds.kinds]
    given = extra.get("fields")
    folder, segmented = posixpath.basename(posixpath.dirname(path)), int(any(s.kind == "mask" for s in drawn))
    fields = dict(given) if isinstance(given, dict) else {"folder": folder, "segmented": str(segmented)}
    last = {tag: fields.pop(tag) for tag in ("segmented",) if tag in fields}
    put_attributes(root, fields)
    put_fields(root, {tag: fields.pop(tag) for tag in ("folder",) if tag in fields})
    said = extra.get("filename")
    child(root, "filename", said if isinstance(said, str) else posixpath.basename(path))
    put_fields(root, fields)
    size = ET.SubElement(root, "size")
    child(size, "width", str(row.width))
    child(size, "height", str(row.height))
    its = extra.get("size")
    put_fields(size, its if isinstance(its, dict) else {} if isinstance(given, dict) else {"depth": "3"})
    put_fields(root, last)
    numbers = _voc_objects.put(root, drawn, row.shapes)
    ET.indent(root, "\t")
    return root, numbers


def _lines(head: Head) -> list[Line]:
    """Return the lines of the label map."""
    background = head.extra.get("background")
    black = _label_map.rgb_of(",".join(map(str, background))) if isinstance(background, list | tuple) else None
    found = [Line(_label_map.BACKGROUND, black or (0, 0, 0))]
    for label in head.labels:
        its = head.foreign.get(label.name, Foreign()).extra
        parts, actions = (v if isinstance(v, str) else "" for v in (its.get("parts"), its.get("actions")))
        found.append(Line(label.name, _label_map.rgb(label.color), parts, actions))
    return found


FORMAT = Voc()
