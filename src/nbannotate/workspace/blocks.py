"""Blocks of shapes that are read meet the assets of a version, as :mod:`.asset_matching` does of rows."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np

from nbannotate import formats, shapes
from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Shape
from nbannotate.model.values import encode
from nbannotate.rules.well_formed import MAX_POINTS, check_label, check_shape
from nbannotate.shapes.many import Many
from nbannotate.workspace import asset_matching, shape_rows
from nbannotate.workspace.pieces import Pieces


class Taker:
    """Takes the shapes of the rows that it was told of; what does not fit is said to ``problems``.

    Attributes
    ----------
    said
        Of how many assets something was said.
    counts
        How many shapes there were, by their label.
    """

    def __init__(self, rows: int, said: Pieces, shapes: Pieces, problems: formats.Problems) -> None:
        self._said, self._shapes, self._problems = said, shapes, problems
        self._rows: dict[int, tuple[str, formats.Row, Annotation]] = {}
        self._next = 0  # the first row of which shapes may come
        self._sizes = np.zeros((rows, 2))
        self._names: list[str] = [""] * rows
        self._plain = np.zeros(rows, dtype=bool)  # those whose shapes come as they are
        self._factors: dict[int, tuple[float, float]] = {}
        self._kept = np.zeros(rows, dtype=np.int64)
        self._labels: dict[str, bool] = {}
        self.counts: Counter[str] = Counter()

    def expect(self, number: int, row: formats.Row, asset: str, size: asset_matching.Size, scale: bool) -> None:
        """Take the shapes of a row, unless the file has another size for it."""
        good = asset_matching.fitted(row, asset, size, scale, self._problems)
        if good is None:
            return
        self._rows[number] = asset, row, good
        self._sizes[number], self._names[number], self._plain[number] = size, asset, True
        factors = asset_matching.factors((row.width, row.height), size, scale)
        if factors is not None and factors != (1.0, 1.0):
            self._factors[number], self._plain[number] = factors, False

    def take(self, block: formats.Block) -> None:
        """Put the shapes of a block and what files call them into the tables, and what is said beside the shapes."""
        self._take(block)
        self._say(max(block.rows, default=-1))

    def finish(self) -> None:
        """Put what is said beside shapes of which none came into the tables."""
        self._say(len(self._names))

    def _say(self, last: int) -> None:
        """Put what is said of the rows up to one, of which no more shapes come, into the tables."""
        for number in range(self._next, min(last + 1, len(self._names))):
            if number not in self._rows:
                continue
            asset, _, good = self._rows.pop(number)
            if self._kept[number] or not good.empty:
                self._said.add(*shape_rows.about(asset, good))
        self._next = max(self._next, last + 1)

    def _take(self, block: formats.Block) -> None:
        geometry = block.geometry
        rows = np.array(block.rows, dtype=np.int64)
        plain = np.zeros(len(rows), dtype=bool)
        plain[block.plain] = geometry.fit(*self._sizes[rows[block.plain]].T) & (geometry.counts <= MAX_POINTS)
        plain &= np.fromiter(map(self._is_good, block.labels), dtype=bool, count=len(rows))
        kept = plain & self._plain[rows]
        others: dict[int, Shape] = {}
        for n in np.flatnonzero(~kept).tolist():
            row = block.rows[n]
            if plain[n] and row not in self._factors:
                continue  # its image means no asset
            if (shape := self._fitted(row, block.shape(n))) is not None:
                others[n] = shape
        kept[list(others)] = True
        self._add(block, np.flatnonzero(kept).tolist(), others)
        self._kept += np.bincount(rows[kept], minlength=len(self._kept))

    def _add(self, block: formats.Block, kept: list[int], others: dict[int, Shape]) -> None:
        """Add the rows of shapes; those of ``others`` as these are."""
        geometry, plain = block.geometry, block.plain.tolist()
        points, kinds = _bytes_of(geometry), list(geometry.kinds)
        rings: list[Any] = [None] * len(block.rows)
        for n, its in geometry.rings.items():
            rings[plain[n]] = encode(its).decode()
        if len(plain) < len(block.rows):
            points, kinds = _spread(points, plain, len(block.rows)), _spread(kinds, plain, len(block.rows))
        columns: list[list[Any]] = [
            [self._names[row] for row in block.rows], block.ids, block.labels, kinds, points, rings,
            *([None] * len(block.rows) for _ in range(9)), list(block.foreign_ids), list(block.extras),
            [None] * len(block.rows), [its if its >= 0 else None for its in block.places.tolist()],
        ]  # fmt: skip
        for n, shape in others.items():
            for column, value in zip(columns, shape_rows.row(columns[0][n], shape), strict=False):
                column[n] = value
        if len(kept) < len(block.rows):
            columns = [[column[n] for n in kept] for column in columns]
        self._shapes.add_columns(columns)
        self.counts.update(columns[2])

    def _fitted(self, row: int, shape: Shape) -> Shape | None:
        """Return a shape as its asset takes it; say why not, if it does not."""
        try:
            check_shape("a shape", shape)
        except InvalidInput as error:
            self._problems.add("shapes", "they are not well formed", str(error).rstrip("."))
            return None
        if row not in self._rows:
            return None
        asset, _, _ = self._rows[row]
        kind = shapes.kind(shape.kind)
        put = kind.scaled(shape, *self._factors[row]) if row in self._factors else shape
        if problem := kind.problem(put, *map(int, self._sizes[row])):
            place = f"{asset}, shape {self._kept[row] + 1}"
            self._problems.add(f"{shape.kind}s".replace("_", " "), problem.rstrip("."), place)
            return None
        return put

    def _is_good(self, label: str) -> bool:
        if label not in self._labels:
            try:
                check_label("The label", label)
            except InvalidInput:
                self._labels[label] = False
            else:
                self._labels[label] = bool(label)
        return self._labels[label]


def _bytes_of(geometry: Many) -> list[Any]:
    """Return the points of each shape as they come in."""
    whole = np.ascontiguousarray(geometry.points, dtype="<f8").tobytes()
    return [whole[a:b] for a, b in itertools.pairwise([0, *(16 * np.cumsum(geometry.counts)).tolist()])]


def _spread(values: list[Any], numbers: list[int], count: int) -> list[Any]:
    """Return a list of so many values, some of which have these numbers."""
    found: list[Any] = [None] * count
    for n, value in zip(numbers, values, strict=True):
        found[n] = value
    return found
