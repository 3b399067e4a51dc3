"""Shapes by the thousand on their way in: from a Parquet file into their table, without an object for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate.files import number_lists
from nbannotate.model import Rle, Shape
from nbannotate.model.values import as_stored
from nbannotate.shapes.many import Many, geometry_of
from nbannotate.store.transaction import Transaction, quoted

#: The columns of a file. ``points`` are JSON: a list for each ring, x and y in turn. Those from ``attributes`` to
#: ``keyframe`` are null where a shape is only a geometry with a label; those behind are what a file calls it.
COLUMNS = (
    "asset", "shape_id", "label", "kind", "points", "attributes", "confidence", "color", "rle", "visibility", "also",
    "group", "track", "keyframe", "foreign_id", "extra", "called", "place",
)  # fmt: skip
#: Numbers between these, and 0, are written by DuckDB just as everywhere else.
SMALLEST, LARGEST = 1e-4, 1e15

_BARE = " and ".join(f'"{name}" is null' for name in COLUMNS[5:14])
#: The points as they are stored: as JSON, ``[[x,y],[x,y]]``.
POINTS = (
    "cast(to_json(flatten(list_transform(lists, lambda its: "
    "list_transform(range(1, len(its), 2), lambda i: [its[i], its[i + 1]])))) as varchar)"
)
_decode = msgspec.json.decode


class Block(Struct, frozen=True):
    """The shapes of a file, each with its asset; ``bare``: it is only a geometry with a label, of usual numbers."""

    assets: Sequence[str]
    ids: Sequence[str]
    labels: Sequence[str]
    geometry: Many
    bare: NDArray[np.bool_]


def read(tx: Transaction, file: Path) -> Block:
    """Return the shapes of a file, and keep them in the table ``coming_shapes`` until the next one is read.

    Raises
    ------
    ValueError
        The points of a shape are no lists of pairs of numbers.
    """
    import duckdb

    try:
        tx.run(
            f"create or replace temp table coming_shapes as select file_row_number as nth, asset, shape_id, label, "
            f"kind, from_json(points, {number_lists.FORM}) as lists, {_BARE} as bare "
            f"from read_parquet({quoted(file)}, file_row_number = true)"
        )
    except duckdb.InvalidInputException as error:
        raise ValueError(f"the points of a shape are no JSON: {str(error).splitlines()[0]}") from error
    found = tx.connection.execute("select asset, shape_id, label, kind, bare from coming_shapes").fetchnumpy()
    assets, ids, labels, kinds = (list[str](found[name]) for name in ("asset", "shape_id", "label", "kind"))
    lists = number_lists.of_table(tx.connection, "coming_shapes")
    if not lists.good.all() or (lists.counts % 2).any():
        raise ValueError("the points of a shape are no pairs of numbers")
    size = np.abs(lists.values)
    usual = (size == 0) | ((size >= SMALLEST) & (size < LARGEST))
    bare = np.asarray(found["bare"], dtype=bool)
    if not usual.all():
        of = np.repeat(np.repeat(np.arange(len(ids)), lists.each), lists.counts)
        bare[of[~usual]] = False
    return Block(assets, ids, labels, geometry_of(kinds, lists.values, lists.counts, lists.each), bare)


@as_stored()
def shape(tx: Transaction, file: Path, block: Block, numbers: Sequence[int]) -> list[Shape]:
    """Return some shapes of a file whole."""
    rows = tx.all(
        f"select * from read_parquet({quoted(file)}, file_row_number = true) "
        "where file_row_number in (select unnest($1::bigint[])) order by file_row_number",
        list(numbers),
    )
    return [_shape(row, block.geometry, n) for row, n in zip(rows, numbers, strict=True)]


def _shape(row: dict[str, Any], geometry: Many, number: int) -> Shape:
    def of(name: str, empty: Any) -> Any:
        return empty if row[name] is None else _decode(row[name])

    rings = geometry.rings.get(number, ())
    return Shape(
        kind=row["kind"], points=geometry.of(number), label=row["label"], id=row["shape_id"],
        attributes=of("attributes", {}), confidence=row["confidence"], color=row["color"],
        rle=None if row["rle"] is None else _decode(row["rle"], type=Rle), visibility=tuple(of("visibility", ())),
        also=tuple(of("also", ())), rings=tuple(rings), group=row["group"], track=row["track"],
        keyframe=bool(row["keyframe"]),
    )  # fmt: skip


def add(
    tx: Transaction, block: Block, numbers: NDArray[np.int64], revisions: NDArray[np.int64],
    positions: NDArray[np.int64],
) -> None:  # fmt: skip
    """Write some shapes of the file that was read last, which are bare, as part of revisions: in one statement."""
    x0, y0, x1, y1 = block.geometry.bounds[numbers].T
    incoming = {
        "nth": numbers, "annotation_id": revisions, "position": positions, "area": block.geometry.areas[numbers],
        "x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0,
    }  # fmt: skip
    incoming = {name: np.ascontiguousarray(values) for name, values in incoming.items()}
    tx.connection.register("incoming_shapes", incoming)
    try:
        tx.run(
            f"""
            insert into data.shapes
            select i.annotation_id, i.position, c.shape_id, c.label, c.kind, {POINTS}, '{{}}',
                   null, i.area, i.x, i.y, i.width, i.height, null, null, null, null,
                   case when len(lists) > 1 then
                     cast(to_json(list_transform(lists, lambda its: len(its) // 2)) as varchar) end,
                   null, null, false
            from coming_shapes c join incoming_shapes i on i.nth = c.nth
            """
        )
    finally:
        tx.connection.unregister("incoming_shapes")
