"""Writes image folders; :mod:`nbannotate.formats.image_folder` says how."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from nbannotate import shapes
from nbannotate.files.target import Target
from nbannotate.formats import _tables
from nbannotate.formats._contract import Foreign, Head, Row
from nbannotate.formats._image_folder_lines import HEAD
from nbannotate.formats._image_folder_rows import OWN, Own, bbox_of
from nbannotate.formats._members import Members
from nbannotate.model import Annotation, Shape

#: What ``datasets`` calls the splits.
_SPLITS = {"val": "validation"}
#: ``datasets`` guesses types from so many bytes, and a little more.
_LOOKED_AT = 8 << 20
_COLUMNS = {
    "file_name": "VARCHAR",
    "width": "BIGINT",
    "height": "BIGINT",
    "objects": "STRUCT(id VARCHAR[], bbox DOUBLE[][], categories VARCHAR[], area DOUBLE[], segmentation DOUBLE[][][])",
    "tags": "VARCHAR[]",
    OWN: "VARCHAR",
}


class _Split:
    """The lines of one split, put aside until all are known, and what types can be told from the first of them."""

    def __init__(self, folder: str, file: IO[bytes], path: Path) -> None:
        self.folder, self.file, self.path = folder, file, path
        self.told = set[str]()
        self.longest = 0

    def add(self, line: dict[str, Any]) -> None:
        """Put one more line aside."""
        text = msgspec.json.encode(line)
        if self.file.tell() < _LOOKED_AT:
            objects = line["objects"]
            self.told |= {"objects"} if objects["id"] else set()
            self.told |= {"rings"} if any(objects["segmentation"]) else set()
            self.told |= {"tags"} if line["tags"] else set()
            self.told |= {f"{k} {type(v)}" for k, v in line.items() if k not in _COLUMNS and v is not None}
        self.longest = max(self.longest, len(text))
        self.file.write(text + b"\n")


class Writer:
    """Writes a data set, in a ``with`` block.

    Attributes
    ----------
    assets, annotations
        How many images and objects there are so far.
    """

    def __init__(self, target: Target, head: Head) -> None:
        self._target, self._head = target, head
        self.assets = self.annotations = 0
        self._members = Members()
        self._splits: dict[str, _Split] = {}
        self._open = ExitStack()
        self._folder = Path()
        columns = head.extra.get("columns")
        self._columns = [v for v in columns if isinstance(v, str)] if isinstance(columns, list) else []
        self._types: dict[str, set[type]] = {name: set() for name in self._columns}

    def __enter__(self) -> Self:
        self._folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="nbannotate")))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        with self._open:
            if kind is None:
                self._finish()

    def add(self, row: Row) -> None:
        """Write one image with what is said of it."""
        folder = _SPLITS.get(row.split or "", row.split or "").replace("/", "_").lstrip(".")
        split = self._splits.get(folder)
        if split is None:
            path = self._folder / f"{len(self._splits)}.jsonl"
            split = self._splits[folder] = _Split(folder, self._open.enter_context(path.open("wb")), path)
        member = self._members.of(f"{folder}/{row.name}" if folder else row.name)
        self._target.put_image(row.image, member)
        name = member.removeprefix(f"{folder}/") if folder else member
        split.add(self._line(row, name, member))
        self.assets += 1

    def _line(self, row: Row, name: str, member: str) -> dict[str, Any]:
        said = row.annotation or Annotation()
        self.annotations += len(said.shapes)
        own = Own(
            name="" if row.name == member else row.name,
            annotation=row.annotation,
            split=row.split,
            sequence=row.sequence,
            moment=row.moment,
            metadata=row.metadata,
            origin=row.origin,
            source=row.source,
            foreign=row.foreign,
            shapes={k: v for k, v in row.shapes.items() if v != Foreign()},
        )
        return {
            "file_name": name,
            "width": row.width,
            "height": row.height,
            "objects": {
                "id": [_id(shape, row.shapes.get(shape.id)) for shape in said.shapes],
                "bbox": [bbox_of(shape) for shape in said.shapes],
                "categories": [shape.label for shape in said.shapes],
                "area": [float(shapes.kind(shape.kind).covered(shape)) for shape in said.shapes],
                "segmentation": [_rings(shape) for shape in said.shapes],
            },
            "tags": list(said.tags),
            **self._more(row.metadata),
            OWN: msgspec.json.encode(own).decode(),
        }

    def _more(self, metadata: dict[str, Any]) -> dict[str, Any]:
        """Return the columns that were read, with what the metadata says now."""
        found = {name: metadata.get(name) for name in self._columns}
        for name, value in found.items():
            self._types[name] |= set() if value is None else {type(value)}
        return found

    def _type(self, name: str) -> str:
        """Return the type of a column that was read."""
        its = self._types[name]
        if its == {bool}:
            return "BOOLEAN"
        if its and its <= {int, float}:
            return "BIGINT" if its == {int} else "DOUBLE"
        return "VARCHAR"

    def _finish(self) -> None:
        """Put all into its place, as JSON if types can be guessed from each split alike, or else as Parquet."""
        mixed = any((its - {int, float} and len(its) > 1) or its & {list, dict} for its in self._types.values())
        alike = not mixed and len({frozenset(split.told) for split in self._splits.values()}) < 2
        types = {name: self._type(name) for name in self._columns}
        for split in self._splits.values():
            split.file.close()
            place = f"{split.folder}/" if split.folder else ""
            if alike:
                made, name = split.path, "metadata.jsonl"
            else:
                made, name = split.path.with_suffix(".parquet"), "metadata.parquet"
                _tables.from_lines(split.path, made, _COLUMNS | types, split.longest)
            with made.open("rb") as file, self._target.open(place + name) as out:
                shutil.copyfileobj(file, out, 1 << 20)
        if not self._splits:
            self._target.write("metadata.jsonl", b"")
        if self._head != Head() or not self._splits:
            self._target.write(HEAD, msgspec.json.format(msgspec.json.encode(self._head), indent=1) + b"\n")


def _id(shape: Shape, foreign: Foreign | None) -> str:
    return shape.id if foreign is None or foreign.id is None else str(foreign.id)


def _rings(shape: Shape) -> list[list[float]]:
    """Return the rings of a polygon, each as x, y, x, y, …; of other kinds none."""
    if shape.kind != "polygon":
        return []
    return [ring.reshape(-1).tolist() for ring in shape.ring_arrays]
