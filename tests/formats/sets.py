"""Data sets on disk for the tests of formats: made of texts, read, written, and compared."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PIL import Image

from nbannotate import formats
from nbannotate.files.source import Source
from nbannotate.files.target import Images, Target
from nbannotate.formats import Contents, Head, Problems, Row

#: The real data sets, which are beside the repository.
REAL = Path(__file__).parents[3] / "shared" / "data"


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    """Return an image file of that size."""
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, kind)
    return file.getvalue()


def made(folder: Path, members: Mapping[str, str | bytes], packed: bool = False) -> Path:
    """Write members to a folder ``set``, or to ``set.zip``; return its path."""
    every = {name: data.encode() if isinstance(data, str) else data for name, data in members.items()}
    if packed:
        with zipfile.ZipFile(folder / "set.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in every.items():
                archive.writestr(name, data)
        return folder / "set.zip"
    for name, data in every.items():
        path = folder / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder / "set"


def read(name: str, path: Path, on_error: Any = "error") -> tuple[Head, list[Row], Problems]:
    """Return what a format reads."""
    problems = Problems(on_error, path.name)
    with Source(path) as source:
        contents = formats.available()[name].read(source, problems)
        return contents.head, list(contents.rows), problems


def write(name: str, path: Path, head: Head, rows: Iterable[Row], images: Images | None = None) -> Path:
    """Write a data set; return its path."""
    format_ = formats.available()[name]
    with Target(path, format_.makes, images) as target:
        format_.write(target, Contents(head, rows))
    return path


def sniffed(path: Path) -> list[str]:
    """Return the names of the formats that something looks like."""
    with Source(path) as source:
        return [name for name, its in formats.available().items() if its.sniff(source)]


def from_disk(rows: Iterable[Row], path: Path) -> list[Row]:
    """Return rows that were read, as they are written: with the paths of their images on this machine."""
    return [replace(row, image=str(path / row.image) if row.image else None) for row in rows]


def plain(row: Row) -> Row:
    """Return a row with its shapes numbered in their order, so that two readings of one file are equal."""
    if row.annotation is None:
        return replace(row, image=None)
    numbers = {shape.id: str(n) for n, shape in enumerate(row.annotation.shapes)}
    shapes = tuple(replace(s, id=numbers[s.id]) for s in row.annotation.shapes)
    return replace(
        row,
        image=None,
        annotation=replace(row.annotation, shapes=shapes),
        shapes={numbers[key]: its for key, its in row.shapes.items()},
    )
