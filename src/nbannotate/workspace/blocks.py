"""Blocks of shapes that are read meet the assets of a version, as :mod:`nbannotate.workspace.fitting` does of rows."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from nbannotate import formats, shapes
from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Shape
from nbannotate.rules.well_formed import MAX_POINTS, check_label, check_shape
from nbannotate.workspace import fitting, shape_rows
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

    def __init__(self, rows: int, said: Pieces, shapes: Pieces, foreign: Pieces, problems: formats.Problems) -> None:
        self._said, self._shapes, self._foreign, self._problems = said, shapes, foreign, problems
        self._rows: dict[int, tuple[str, formats.Row, Annotation]] = {}
        self._sizes = np.zeros((rows, 2))
        self._factors: dict[int, tuple[float, float]] = {}
        self._kept = np.zeros(rows, dtype=np.int64)
        self._labels: dict[str, bool] = {}
        self.counts: Counter[str] = Counter()

    def expect(self, number: int, row: formats.Row, asset: str, size: fitting.Size, scale: bool) -> None:
        """Take the shapes of a row, unless the file has another size for it."""
        good = fitting.fitted(row, asset, size, scale, self._problems)
        if good is None:
            return
        self._rows[number] = asset, row, good
        self._sizes[number] = size
        factors = fitting.factors((row.width, row.height), size, scale)
        if factors is not None and factors != (1.0, 1.0):
            self._factors[number] = factors

    def take_all(self, blocks: Iterable[formats.Block]) -> None:
        """Put the shapes of blocks and what files call them into the tables, and what is said beside the shapes.

        Python looks for cycles meanwhile no more: in the million lists of numbers that come and go there are none, and
        to look at them took a quarter of the time.
        """
        collects = gc.isenabled()
        gc.disable()
        try:
            for block in blocks:
                self._take(block)
        finally:
            if collects:
                gc.enable()
        for number, (asset, _, good) in self._rows.items():
            if self._kept[number] or not good.empty:
                self._said.add(*shape_rows.about(asset, good))

    def _take(self, block: formats.Block) -> None:
        geometry = block.geometry
        rows = np.array(block.rows, dtype=np.int64)
        plain = geometry.fit(*self._sizes[rows].T) & (geometry.counts <= MAX_POINTS)
        plain &= np.fromiter(map(self._is_good, block.labels), dtype=bool, count=len(rows))
        kept: list[int] = []
        others: dict[int, Shape] = {}
        for n, (row, good) in enumerate(zip(block.rows, plain.tolist(), strict=True)):
            if not good or n in block.whole or row in self._factors:
                shape = self._fitted(row, block.shape(n))
                if shape is None:
                    continue
                others[n] = shape
            elif row not in self._rows:
                continue
            kept.append(n)
        self._add(block, kept, others)

    def _add(self, block: formats.Block, kept: list[int], others: dict[int, Shape]) -> None:
        geometry = block.geometry
        data = geometry.points.astype("<f8").tobytes()
        starts, counts = (16 * geometry.starts).tolist(), (16 * geometry.counts).tolist()
        assets = [self._rows[block.rows[n]][0] for n in kept]
        ids, labels = [block.ids[n] for n in kept], [block.labels[n] for n in kept]
        columns: list[list[Any]] = [
            assets, ids, labels, [geometry.kinds[n] for n in kept],
            [data[starts[n] : starts[n] + counts[n]] for n in kept],
            [_text(geometry.rings[n]) if n in geometry.rings else None for n in kept],
        ]  # fmt: skip
        columns += [[None] * len(kept) for _ in range(len(self._shapes.columns) - len(columns))]
        if others:
            for at, n in enumerate(kept):
                if n in others:
                    for column, value in zip(columns, shape_rows.row(assets[at], others[n]), strict=True):
                        column[at] = value
        self._shapes.add_columns(columns)
        self._foreign.add_columns([
            ["shape"] * len(kept), ids, [block.foreign_ids[n] for n in kept], [block.extras[n] for n in kept],
            [None] * len(kept), [block.places[n] for n in kept],
        ])  # fmt: skip
        self.counts.update(labels)
        np.add.at(self._kept, [block.rows[n] for n in kept], 1)

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


def _text(rings: Any) -> str:
    return msgspec.json.encode(list(rings)).decode()
