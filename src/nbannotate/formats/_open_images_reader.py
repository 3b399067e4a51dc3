"""Reads Open Images; :mod:`nbannotate.formats.open_images` says what means what."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

import numpy as np

from nbannotate import shapes
from nbannotate.errors import NbannotateError, ReadFailed
from nbannotate.files.source import Source
from nbannotate.formats import _csv_lines, _parts, _pixels, _splits, _usable
from nbannotate.formats._contract import Foreign, Head, Row
from nbannotate.formats._open_images_files import COLUMNS, FLAGS, kind_of, split_of
from nbannotate.formats._outcome import Problems
from nbannotate.model import Annotation, Label, Shape, Tag

Line = dict[str, str]
_KINDS = ("images", "boxes", "masks", "tags")


class Reader:
    """All CSV files of a data set, with what they call images and classes.

    Parameters
    ----------
    source
        What is read.
    problems
        Is told what is wrong.

    Attributes
    ----------
    total
        How many images there are.
    """

    def __init__(self, source: Source, problems: Problems) -> None:
        self.source, self.problems = source, problems
        members = [(kind_of(source, m), m) for m in source.members]
        self._ids: dict[str, int] = {}
        self._tables = [
            (kind, _csv_lines.Table(source, member, "ImageID", self._ids, problems))
            for wanted in _KINDS
            for kind, member in members
            if kind == wanted
        ]
        if not any(kind in ("boxes", "masks", "tags") for kind, _ in self._tables):
            raise ReadFailed(f"{source.name} holds no CSV file of boxes, masks or labels of Open Images.")
        self.total = len(self._ids)
        self._names = self._classes([m for kind, m in members if kind == "classes"])
        self._images = {posixpath.splitext(posixpath.basename(m))[0]: m for m in reversed(source.images)}

    def _classes(self, members: list[str]) -> dict[str, str]:
        """Return the label of each ``LabelName``; what has none is called as it is."""
        found: dict[str, str] = {}
        taken: set[str] = set()
        for member in members:
            for line, text in enumerate(self.source.text(member).splitlines(), 1):
                fields = _csv_lines.fields(text.encode()) or []
                if len(fields) != 2 or fields[0] == "LabelName":
                    if fields and len(fields) != 2:
                        self.problems.add("classes", "they have two columns", f"{member}:{line}")
                    continue
                name = _usable.label(fields[1], "classes", self.problems, f"{member}:{line}")
                if name is not None and fields[0] not in found:
                    found[fields[0]] = name if name not in taken else f"{name} ({fields[0]})"
                    taken.add(found[fields[0]])
        return found

    def head(self) -> Head:
        """Return the classes: all of the descriptions, then those that only shapes have; tags are those of images."""
        used = {kind: dict[str, None]() for kind in _KINDS}
        for kind, table in self._tables:
            if kind != "images":
                used[kind] |= dict.fromkeys(table.values("LabelName"))
        wanted = dict.fromkeys((*self._names, *used["boxes"], *used["masks"]))
        labels = [(given, name) for given in wanted if (name := self._label(given)) is not None]
        tags = [name for given in used["tags"] if (name := self._label(given)) is not None]
        ids = labels + [(given, name) for given in used["tags"] if (name := self._label(given)) is not None]
        columns = {kind: table.columns for kind, table in reversed(self._tables)}
        return Head(
            labels=tuple(Label(name) for _, name in labels),
            tags=tuple(Tag(name) for name in tags),
            foreign={name: Foreign(given) for given, name in ids if given != name},
            extra={"columns": columns},
        )

    def _label(self, given: str) -> str | None:
        return self._names.get(given) or _usable.name(given)

    def rows(self) -> Iterator[Row]:
        """Yield the rows, one an image."""
        try:
            for given, number in self._ids.items():
                yield self._row(given, number)
        finally:
            for _, table in self._tables:
                table.close()

    def _row(self, given: str, number: int) -> Row:
        found: dict[str, list[tuple[str, Line]]] = {kind: [] for kind in _KINDS}
        split = None
        for kind, table in self._tables:
            its = list(table.of(number))
            found[kind] += its
            split = split or (split_of(table.member) if its else None)
        said = found["images"][0][1] if found["images"] else {}
        member = self._images.get(given) or self._images.get(posixpath.basename(given))
        name = said.get("FileName") or (posixpath.basename(member) if member is not None else f"{given}.jpg")
        if member is None and said.get("FileName"):
            member = self.source.beside(name)
        size = self.source.size_of_image(member) if member is not None else (0, 0)
        if not all(size):
            size = _whole(said.get("Width", "")), _whole(said.get("Height", ""))
        if not all(size):
            size = self.source.size_of(name, None)
        made = [pair for place, line in found["boxes"] if (pair := self._box(line, size, place)) is not None]
        made += [pair for place, line in found["masks"] if (pair := self._mask(line, size, place)) is not None]
        tags, attributes, kept = self._tags(found["tags"])
        extra: dict[str, Any] = {"labels": kept} if kept else {}
        more = {k: v for k, v in said.items() if k not in COLUMNS["images"]}
        if said:
            split = _splits.word(said["Subset"]) if said.get("Subset") else split
            extra |= {"image": more} if more else {}
        annotation = Annotation(shapes=tuple(shape for shape, _ in made), tags=tuple(tags), tag_attributes=attributes)
        return Row(
            name,
            *size,
            annotation=None if annotation.empty else annotation,
            split=split,
            image=member,
            foreign=Foreign(given, extra),
            shapes={shape.id: foreign for shape, foreign in made},
        )

    def _box(self, line: Line, size: tuple[int, int], place: str) -> tuple[Shape, Foreign] | None:
        """Return a box; None if it is none."""
        texts = [line[name].strip() for name in ("XMin", "YMin", "XMax", "YMax")]
        parts = [_parts.decimal(text) for text in texts]
        label = self._label(line["LabelName"].strip())
        if label is None:
            self.problems.add("boxes", "a label's name has 1 to 200 characters", place)
            return None
        if any(v is None for v in parts):
            self.problems.add("boxes", "XMin, YMin, XMax and YMax are numbers", place)
            return None
        if not all(size):
            self.problems.add("boxes", "the size of their image is not known: it is neither there nor an asset", place)
            return None
        x0, y0, x1, y1 = (_parts.scaled(v, size[i % 2]) for i, v in enumerate(parts) if v is not None)
        extra: dict[str, Any] = {k: v for k, v in line.items() if k not in _OF_BOXES}
        flags = {}
        for column, name in FLAGS.items():
            if line.get(column) in ("0", "1"):
                flags[name] = line[column] == "1"
            elif line.get(column) not in (None, "-1"):
                extra[column] = line[column]
        confidence = self._confidence(line, extra, place)
        shape = Shape(
            kind="rectangle", points=((x0, y0), (x1, y1)), label=label, attributes=flags, confidence=confidence
        )
        if any(len(text) > _LONG for text in texts):
            extra["at"] = texts
        return self._good(shape, extra, size, place)

    def _confidence(self, line: Line, extra: dict[str, Any], place: str) -> float | None:
        text = line.get("Confidence", "1").strip()
        if text in ("1", ""):
            return None
        found = _parts.decimal(text)
        if found is None or not 0 <= found <= 1:
            self.problems.add("confidences", "they are no numbers from 0 to 1", place)
            return None
        if repr(float(found)) != text:
            extra["Confidence"] = text
        return float(found)

    def _good(
        self, shape: Shape, extra: dict[str, Any], size: tuple[int, int], place: str
    ) -> tuple[Shape, Foreign] | None:
        if wrong := shapes.kind(shape.kind).problem(shape, *size):
            self.problems.add("boxes" if shape.kind == "rectangle" else "masks", wrong.rstrip("."), place)
            return None
        return shape, Foreign(extra=extra)

    def _mask(self, line: Line, size: tuple[int, int], place: str) -> tuple[Shape, Foreign] | None:
        """Return a mask; None if there is none."""
        label = self._label(line["LabelName"].strip())
        member = self.source.beside(line["MaskPath"], place.rsplit(":", 1)[0])
        if label is None or member is None:
            why = "a label's name has 1 to 200 characters" if label is None else "there is no file at their MaskPath"
            self.problems.add("masks", why, place)
            return None
        if not all(size):
            self.problems.add("masks", "the size of their image is not known: it is neither there nor an asset", place)
            return None
        try:
            numbers = _pixels.read(self.source, member).numbers
        except NbannotateError as error:
            self.problems.add("masks", str(error).rstrip("."), place)
            return None
        height, width = numbers.shape
        if (width, height) != size:  # each pixel of the image from the nearest one
            rows = (np.arange(size[1]) + 0.5) * height / size[1]
            columns = (np.arange(size[0]) + 0.5) * width / size[0]
            numbers = numbers[np.ix_(rows.astype(int), columns.astype(int))]
        shape = _pixels.shape_of(numbers > 0, label)
        if shape is None:
            self.problems.add("masks", "they have no pixels", place)
            return None
        extra: dict[str, Any] = {k: v for k, v in line.items() if k not in ("ImageID", "LabelName")}
        if (width, height) != size:
            extra["size"] = [width, height]
        return self._good(shape, extra, size, place)

    def _tags(self, lines: list[tuple[str, Line]]) -> tuple[list[str], dict[str, dict[str, Any]], list[Line]]:
        """Return the tags of an image, with their confidence, and the lines as they stand."""
        tags: list[str] = []
        attributes: dict[str, dict[str, Any]] = {}
        for place, line in lines:
            label = self._label(line["LabelName"].strip())
            sure = _parts.decimal(line["Confidence"].strip())
            if label is None or sure is None or not 0 <= sure <= 1:
                why = "their confidence is no number from 0 to 1" if label else "a name has 1 to 200 characters"
                self.problems.add("labels of images", why, place)
            elif not sure:
                self.problems.note("labels of images", "they say what is not to be seen; only kept for writing", place)
            elif label not in tags:
                tags.append(label)
                if sure != 1:
                    attributes[label] = {"confidence": float(sure)}
        return tags, attributes, [{k: v for k, v in line.items() if k != "ImageID"} for _, line in lines]


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


_OF_BOXES = frozenset({"ImageID", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax", *FLAGS})
#: A decimal with fewer characters is the shortest that gives its pixels.
_LONG = 16
