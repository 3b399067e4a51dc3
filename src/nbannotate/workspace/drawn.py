"""Shapes of a version by the thousand, on their way to a format that writes them so: columns, no object for each."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

import msgspec
import numpy as np

from nbannotate import formats
from nbannotate.files import number_lists
from nbannotate.shapes.many import KINDS, Many
from nbannotate.workspace import real

if TYPE_CHECKING:
    import pandas as pd


def block_of(rows: list[int], table: pd.DataFrame) -> formats.Block:
    """Return rows of the view ``shapes`` as a block.

    Parameters
    ----------
    rows
        Of each shape, the number of its row.
    table
        The columns :data:`nbannotate.workspace.real.FIELDS`, as they are in the store; and what files call the shapes:
        foreign_id, extra and place.
    """
    columns = {name: table[name].to_numpy(dtype=object).tolist() for name in ("kind", "points", "label", "shape_id")}
    plain = table["kind"].isin(list(KINDS)).to_numpy(dtype=bool) & (table["label"] != "").to_numpy(dtype=bool)
    for name, nothing in (("attributes", "{}"), ("also", "[]")):
        plain &= (table[name] == nothing).to_numpy(dtype=bool)
    for name in ("confidence", "color", "rle", "visibility", "group", "track"):
        plain &= table[name].isna().to_numpy(dtype=bool)
    plain &= ~table["keyframe"].to_numpy(dtype=bool)
    others = np.flatnonzero(~plain)
    whole = dict(zip(others.tolist(), real.as_shapes(table.iloc[others]), strict=True))
    these = plain.tolist()
    kinds, points = (list(itertools.compress(columns[name], these)) for name in ("kind", "points"))
    points = [its.replace("],[", ",") for its in points]
    lists = number_lists.at_once([its.encode() for its in points]) or number_lists.of_texts(points)
    rings: dict[int, list[int]] = {}
    for n, its in enumerate(itertools.compress(table["rings"].to_numpy(dtype=object).tolist(), these)):
        if isinstance(its, str):
            rings[n] = msgspec.json.decode(its)
            points[n] = _parted(points[n], rings[n])
    counts = np.zeros(len(points), dtype=np.int64)
    counts[lists.each > 0] = lists.counts // 2
    geometry = Many(kinds, lists.values.reshape(-1, 2), counts, rings)
    numbers, extras, places = (_known(table[name]) for name in ("foreign_id", "extra", "place"))
    return formats.Block(
        rows, columns["shape_id"], columns["label"], whole, geometry, numbers, extras,
        [None if place is None else int(place) for place in places], points,
    )  # fmt: skip


def _known(column: pd.Series[Any]) -> list[Any]:
    """Return values, None for what is missing."""
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna().tolist(), strict=True)]


def _parted(points: str, counts: list[int]) -> str:
    """Return the numbers of one list in several, which have so many pairs each."""
    numbers = points[2:-2].split(",")
    ends = [2 * end for end in itertools.accumulate(counts)]
    return "[[" + "],[".join(",".join(numbers[a:b]) for a, b in itertools.pairwise([0, *ends])) + "]]"


class Aside:
    """Blocks that are put aside on the disk, so that memory does not grow with their number.

    Parameters
    ----------
    file
        An empty file for them, open for reading and writing.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._count = file, 0

    def add(self, block: formats.Block) -> None:
        """Put a block aside."""
        pickle.dump(block, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def __iter__(self) -> Iterator[formats.Block]:
        self._file.seek(0)
        for _ in range(self._count):
            block: formats.Block = pickle.load(self._file)
            yield block
