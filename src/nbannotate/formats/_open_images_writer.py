"""Writes Open Images; :mod:`nbannotate.formats.open_images` says how."""

from __future__ import annotations

import io
import posixpath
import re
from contextlib import ExitStack
from decimal import Decimal
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from PIL import Image

from nbannotate.errors import InvalidInput
from nbannotate.files.target import Target
from nbannotate.formats import _csv_lines, _parts, _pixels
from nbannotate.formats._contract import Foreign, Head, Row
from nbannotate.formats._members import Members
from nbannotate.formats._open_images_files import CLASSES, COLUMNS, FLAGS, NAMES
from nbannotate.model import Annotation, Shape
from nbannotate.shapes.rle import decode

#: What others call the splits.
_SPLITS = {"val": "validation"}
#: What a box that a person drew here, and a label that a person gave, comes from.
_DRAWN, _GIVEN = "xclick", "verification"


class Writer:
    """Writes a data set, in a ``with`` block.

    Attributes
    ----------
    assets, annotations
        How many images and lines of annotation there are so far.
    """

    def __init__(self, target: Target, head: Head) -> None:
        self._target, self._head = target, head
        self.assets = self.annotations = 0
        self._files: dict[tuple[str, str | None], IO[bytes]] = {}
        self._open = ExitStack()
        self._ids = set[str]()
        self._masks, self._images = Members("masks"), Members()
        self._classes: dict[str, str] = {}
        columns = head.extra.get("columns")
        known = columns if isinstance(columns, dict) else {}
        self._columns = {k: _whole(known.get(k), its) for k, its in COLUMNS.items()}
        for label in head.labels:
            self._class(label.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        with self._open:
            if kind is None:
                if not any(kind != "images" for kind, _ in self._files):  # by it the set is known
                    self._line("boxes", None, {})
                classes = ((given, name.removesuffix(f" ({given})")) for name, given in self._classes.items())
                lines = (_csv_lines.line(both) for both in classes)
                self._target.write(CLASSES, b"".join(lines))

    def add(self, row: Row) -> None:
        """Write one image with what is said of it."""
        given = self._id(row)
        path = self._images.of(posixpath.join(_SPLITS.get(row.split or "", row.split or "images"), row.name))
        self._target.put_image(row.image, path)
        more = row.foreign.extra.get("image")
        image: dict[str, Any] = {
            "ImageID": given, "Subset": _SPLITS.get(row.split or "", row.split or ""), "FileName": row.name,
            "Width": row.width or "", "Height": row.height or "", **(more if isinstance(more, dict) else {}),
        }  # fmt: skip
        self._line("images", row.split, image)
        said = row.annotation or Annotation()
        for shape in said.shapes:
            if shape.label and min(row.width, row.height) > 0:
                foreign = row.shapes.get(shape.id, Foreign())
                if shape.kind == "rectangle":
                    self._line("boxes", row.split, self._box(given, shape, row, foreign.extra))
                elif shape.kind == "mask":
                    self._mask(given, shape, row, foreign.extra)
        for line in self._tags(said, row.foreign.extra.get("labels")):
            self._line("tags", row.split, {"ImageID": given, **line})
        self.assets += 1

    def _line(self, kind: str, split: str | None, values: dict[str, Any]) -> None:
        """Write a line to the file of a kind and a split; without values only its first line."""
        file = self._files.get((kind, split))
        columns = self._columns[kind]
        if file is None:
            prefix = f"{_file_name(_SPLITS.get(split, split))}-" if split else ""
            file = self._open.enter_context(self._target.open(prefix + NAMES[kind]))
            self._files[kind, split] = file
            file.write(_csv_lines.line(columns))
        if values:
            file.write(_csv_lines.line([str(values.get(column, "")) for column in columns]))
            self.annotations += kind != "images"

    def _id(self, row: Row) -> str:
        """Return what an image is called: as it was, or its name without the suffix."""
        known = row.foreign.id
        ways = ([str(known)] if known is not None else []) + [posixpath.splitext(row.name)[0], row.name]
        found = next((way for way in ways if way and way not in self._ids), None)
        if found is None:
            raise InvalidInput(f"Two assets are called {row.name!r}; Open Images knows images by their names.")
        self._ids.add(found)
        return found

    def _class(self, name: str) -> str:
        """Return the ``LabelName`` of a label or a tag."""
        if name not in self._classes:
            known = self._head.foreign.get(name, Foreign()).id
            self._classes[name] = name if known is None else str(known)
        return self._classes[name]

    def _box(self, image: str, shape: Shape, row: Row, extra: dict[str, Any]) -> dict[str, Any]:
        (ax, ay), (bx, by) = shape.points
        ends = (min(ax, bx), row.width), (min(ay, by), row.height), (max(ax, bx), row.width), (max(ay, by), row.height)
        texts = [_parts.part_of(value, size) for value, size in ends]
        before = extra.get("at")
        if isinstance(before, list):
            had = [_parts.scaled(Decimal(text), size) for text, (_, size) in zip(before, ends, strict=True)]
            texts = before if had == [value for value, _ in ends] else texts
        flags = {c: _flag(shape.attributes.get(name), extra.get(c)) for c, name in FLAGS.items()}
        return {
            "Source": _DRAWN, **{k: v for k, v in extra.items() if k not in ("at", "Confidence")}, **flags,
            "ImageID": image, "LabelName": self._class(shape.label), "Confidence": _confidence(shape, extra),
            **dict(zip(("XMin", "YMin", "XMax", "YMax"), texts, strict=True)),
        }  # fmt: skip

    def _mask(self, image: str, shape: Shape, row: Row, extra: dict[str, Any]) -> None:
        region = decode(shape.rle) if shape.rle is not None else None
        if region is None:
            return
        numbers = np.zeros((row.height, row.width), dtype=np.uint8)
        _pixels.put(numbers, region, 255)
        box = extra.get("BoxID") or shape.id[:8]
        label = self._class(shape.label).strip("/").replace("/", "")
        wanted = str(extra.get("MaskPath") or f"{posixpath.basename(image)}_{label}_{box}.png")
        member = self._masks.of(wanted)
        self._target.write(member, _png(numbers))
        x0, y0, x1, y1 = region.box
        values = {
            "BoxID": box, "BoxXMin": f"{x0 / row.width:.6f}", "BoxXMax": f"{x1 / row.width:.6f}",
            "BoxYMin": f"{y0 / row.height:.6f}", "BoxYMax": f"{y1 / row.height:.6f}", "PredictedIoU": "", "Clicks": "",
        } | {k: v for k, v in extra.items() if k != "size"}  # fmt: skip
        path = member.removeprefix("masks/")
        self._line(
            "masks", row.split, values | {"MaskPath": path, "ImageID": image, "LabelName": self._class(shape.label)}
        )

    def _tags(self, said: Annotation, before: Any) -> list[dict[str, Any]]:
        """Return the lines of tags: as they stood, for those that are still given and those that say *not*."""
        kept: list[dict[str, Any]] = []
        left = list(said.tags)
        names = {given: name for name, given in self._classes.items()}
        for line in before if isinstance(before, list) else ():
            name = names.get(line["LabelName"], line["LabelName"])
            sure = _parts.decimal(line.get("Confidence", "1").strip())
            now = sure_of(said.tag_attributes.get(name, {})) or 1
            if not sure or (name in left and float(sure) == now):
                kept.append(line)
                left = [tag for tag in left if tag != name]
        for tag in left:
            now = sure_of(said.tag_attributes.get(tag, {})) or 1
            kept.append({"Source": _GIVEN, "LabelName": self._class(tag), "Confidence": now})
        return kept


def sure_of(attributes: dict[str, Any]) -> float | None:
    """Return the confidence of a tag; None if it has none that Open Images could have."""
    found: Any = attributes.get("confidence")
    number = isinstance(found, int | float) and not isinstance(found, bool)
    return found if number and 0 < found <= 1 else None


def _whole(known: Any, needed: tuple[str, ...]) -> list[str]:
    """Return the columns that a file had, and those that it needs."""
    had = [v for v in known if isinstance(v, str)] if isinstance(known, list) else []
    return list(dict.fromkeys((*had, *needed)))


def _flag(value: Any, before: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(before) if before is not None else "-1"


def _confidence(shape: Shape, extra: dict[str, Any]) -> str:
    """Return a confidence; what people drew has 1, and a confidence of 1 is 1.0."""
    if shape.confidence is None:
        return "1"
    before = extra.get("Confidence")
    same = isinstance(before, str) and float(before) == shape.confidence
    return str(before) if same else repr(float(shape.confidence))


def _file_name(split: str | None) -> str:
    return re.sub(r"[^\w.]", "_", split or "")


def _png(numbers: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(numbers).convert("1").save(file, "PNG")
    return file.getvalue()
