"""Tables on their way to the owner, written in pieces as Parquet files: memory does not grow with their rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nbannotate.model import Imported

if TYPE_CHECKING:
    from nbannotate.workspace.version import Version

from nbannotate.owner.stream import Files
from nbannotate.store.blocks import COLUMNS

#: So many rows are one piece.
PIECE = 20_000
#: So many characters of text are one piece, too.
MOST_TEXT = 32 << 20
#: So many rows that come one by one are made columns together.
TURNED = 1_000
#: What stands for a missing value in an array that hides it.
MISSING = {"boolean": False, "Int64": 0, "Float64": 0.0}


class Pieces:
    """The rows of one table.

    Parameters
    ----------
    folder
        Where the files are put.
    name
        What they are called, with a number behind.
    columns
        The type of each column, as pandas names it: ``"string"``, ``"boolean"``, ``"Int64"``, ``"Float64"``, or one of
        NumPy, in which nothing is missing; ``"bytes"``, of which none is missing either.
    whole
        Whether all rows are one file, as of a table that is taken as one.
    """

    def __init__(self, folder: Path, name: str, columns: dict[str, str], whole: bool = False) -> None:
        self._folder, self.name, self.columns, self._whole = folder, name, columns, whole
        self._values: list[list[Any]] = [[] for _ in columns]
        self._rows: list[Sequence[Any]] = []  # behind those
        self._text = 0
        self.files: list[Path] = []
        self._given = 0
        self.count = 0

    def add(self, *row: Any) -> None:
        """Add a row, its values in the order of the columns."""
        self.add_all([row])

    def add_all(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows that are to stand in one file."""
        self._rows += rows
        if len(self._rows) >= TURNED:
            self.add_columns([[] for _ in self.columns])

    def add_columns(self, columns: Sequence[Sequence[Any]]) -> None:
        """Add rows that are to stand in one file, column by column."""
        if self._rows:
            rows, self._rows = self._rows, []
            self._add(list(zip(*rows, strict=True)))
        self._add(columns)
        if not self._whole and (len(self._values[0]) >= PIECE or self._text > MOST_TEXT):
            self.finish()

    def _add(self, columns: Sequence[Sequence[Any]]) -> None:
        for its, values, type_ in zip(self._values, columns, self.columns.values(), strict=True):
            its += values
            if type_ in ("string", "bytes"):
                self._text += sum(map(len, filter(None, values)))

    def ready(self) -> list[tuple[str, Path]]:
        """Return the files that were written since this was asked last, with the name of the table."""
        new, self._given = self.files[self._given :], len(self.files)
        return [(self.name, file) for file in new]

    def finish(self) -> list[Path]:
        """Write what is left, and return all files."""
        if self._rows:
            self._add(list(zip(*self._rows, strict=True)))
            self._rows = []
        if rows := len(self._values[0]):
            from nbannotate.workspace import frames

            columns = {
                name: _array(values, type_)
                for (name, type_), values in zip(self.columns.items(), self._values, strict=True)
            }
            file = self._folder / f"{self.name}-{len(self.files):05}.parquet"
            frames.write_columns(columns, file)
            self.files.append(file)
            self.count += rows
            self._values, self._text = [[] for _ in self.columns], 0
        return self.files


def _array(values: list[Any], type_: str) -> NDArray[Any] | list[bytes] | None:
    """Return the values of a column; None for texts that are all missing. Of numbers those that are are masked."""
    if type_ == "bytes":
        return values
    if type_ == "string":
        if values.count(None) == len(values):
            return None
        texts = np.empty(len(values), dtype=object)
        texts[:] = values
        return texts
    if type_ not in MISSING:
        return np.array(values, dtype=type_)
    missing = [value is None for value in values]
    known = [MISSING[type_] if value is None else value for value in values]
    return np.ma.array(np.array(known, dtype=type_.lower().replace("boolean", "bool")), mask=missing)


def said(folder: Path) -> Pieces:
    """Return the table of what is said of assets."""
    columns = {"asset": "string", "shapes": "string", "tags": "string", "nothing_to_label": "boolean"}
    return Pieces(folder, "annotations", columns | {"tag_attributes": "string"})


def shapes(folder: Path) -> Pieces:
    """Return the table of the shapes of what is said, where they stand apart."""
    types = {"points": "bytes", "confidence": "Float64", "keyframe": "boolean", "place": "Int64"}
    return Pieces(folder, "shapes", {name: types.get(name, "string") for name in COLUMNS})


def foreign(folder: Path) -> Pieces:
    """Return the table of what a file calls things."""
    names = ("what", "name", "foreign_id", "extra", "called")
    return Pieces(folder, "foreign", {**dict.fromkeys(names, "string"), "place": "Int64"})


def described(folder: Path) -> Pieces:
    """Return the table of metadata."""
    return Pieces(folder, "metadata", dict.fromkeys(("asset", "metadata", "old"), "string"), whole=True)


def splits(folder: Path) -> Pieces:
    """Return the table of splits."""
    return Pieces(folder, "splits", dict.fromkeys(("asset", "split"), "string"))


def images(folder: Path) -> Pieces:
    """Return the table of new assets."""
    texts, numbers = ("name", "path", "folder"), ("width", "height", "bytes")
    columns = {**dict.fromkeys(texts, "string"), **dict.fromkeys(numbers, "Int64"), "metadata": "string"}
    return Pieces(folder, "assets", {**columns, "sequence": "string", "moment": "Float64"}, whole=True)


def send(
    version: Version, tables: Iterable[tuple[str, Path]], source: str, format_: str, **options: Any
) -> Imported:  # fmt: skip
    """Bring tables into a version as one import: all of them, or nothing.

    Parameters
    ----------
    version
        Where they come in.
    tables
        What each file is, as ``imports.add`` calls it, and the file; the first is taken while later ones are made.
    source, format_
        Where the annotations come from, and the format of what things are called.
    options
        What else ``imports.add`` takes.
    """
    return version.workspace.client.bring(
        "imports.add", Imported, Files(tables), version_id=version.version_id, source=source, format=format_, **options
    )
