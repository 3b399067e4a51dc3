"""Shapes by the thousand, in and out: Parquet files that become rows, and are made of them, no object for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate.files import arrow
from nbannotate.model import Rle, Shape
from nbannotate.model.values import as_stored
from nbannotate.shapes.many import Many
from nbannotate.store.transaction import LISTED, Transaction, id_list, quoted

#: The columns of a file. ``points`` are bytes: x and y in turn, float64, little-endian; ``rings`` JSON, how many points
#: each ring has, null for one. Those from ``attributes`` to ``keyframe`` are null where a shape is only a geometry with
#: a label; those behind are what a file calls it.
COLUMNS = (
    "asset", "shape_id", "label", "kind", "points", "rings", "attributes", "confidence", "color", "rle", "visibility",
    "also", "group", "track", "keyframe", "foreign_id", "extra", "called", "place",
)  # fmt: skip
#: Numbers between these, and 0, are written by DuckDB just as everywhere else.
SMALLEST, LARGEST = 1e-4, 1e15

_BARE = " and ".join(f'"{name}" is null' for name in COLUMNS[6:15])
_ALL_BUT_POINTS = ", ".join(f'"{name}"' for name in COLUMNS if name != "points")
_decode = msgspec.json.decode
_rings = msgspec.json.Decoder(list[int])


class Block(Struct, frozen=True):
    """The shapes of a file, each with its asset; ``bare``: it is only a geometry with a label, of usual numbers."""

    file: Path
    assets: Sequence[str]
    ids: Sequence[str]
    labels: Sequence[str]
    geometry: Many
    bare: NDArray[np.bool_]


def read(tx: Transaction, file: Path) -> Block:
    """Return the shapes of a file.

    Raises
    ------
    ValueError
        The points of a shape are no pairs of numbers, or its rings not all of them.
    """
    import duckdb

    try:
        found: dict[str, Any] = tx.bench.execute(
            f"select asset, shape_id, label, kind, cast(points as blob) as points, rings, {_BARE} as bare "
            f"from read_parquet({quoted(file)})"
        ).fetchnumpy()
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise ValueError(f"the points of a shape are no bytes: {str(error).splitlines()[0]}") from error
    if any(np.ma.getmaskarray(found[name]).any() for name in ("asset", "shape_id", "label", "kind", "points")):
        raise ValueError("a shape has no asset, id, label, kind or points")
    assets, ids, labels, kinds = (found[name].tolist() for name in ("asset", "shape_id", "label", "kind"))
    points: list[bytes] = found["points"].tolist()
    sizes = np.fromiter(map(len, points), dtype=np.int64, count=len(points))
    if (sizes % 16).any():
        raise ValueError("the points of a shape are no pairs of numbers")
    counts = sizes // 16
    several = np.flatnonzero(~np.ma.getmaskarray(found["rings"])).tolist()
    rings = {n: _rings.decode(found["rings"][n]) for n in several}
    if any(min(its, default=0) < 0 or sum(its) != counts[n] for n, its in rings.items()):
        raise ValueError("the rings of a shape do not have its points")
    values = np.frombuffer(b"".join(points), dtype="<f8")
    size = np.abs(values)
    strange = (size < SMALLEST) & (size > 0)
    bare = np.array(found["bare"], dtype=bool)
    if strange.any() or not size.max(initial=0.0) < LARGEST:  # or NaN
        usual = ~strange & (size < LARGEST)
        bare[np.repeat(np.arange(len(ids)), 2 * counts)[~usual]] = False
    geometry = Many(kinds, values.reshape(-1, 2), counts, {n: its for n, its in rings.items() if len(its) > 1})
    return Block(file, assets, ids, labels, geometry, bare)


@as_stored()
def shape(tx: Transaction, block: Block, numbers: Sequence[int]) -> list[Shape]:
    """Return some shapes of a file whole."""
    rows = tx.all(
        f"select {_ALL_BUT_POINTS} from read_parquet({quoted(block.file)}, file_row_number = true) "
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
    """Write some shapes of a file, which are bare, as part of revisions: in one statement."""
    x0, y0, x1, y1 = block.geometry.bounds[numbers].T
    which = np.zeros(len(block.ids), dtype=bool)
    which[numbers] = True
    counts = block.geometry.counts
    points = block.geometry.points if which.all() else block.geometry.points[np.repeat(which, counts)]
    incoming = arrow.Table({
        "nth": numbers, "annotation_id": revisions, "position": positions, "area": block.geometry.areas[numbers],
        "x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0,
        "numbers": arrow.lists(points.ravel(), 2 * counts[numbers]),
    })  # fmt: skip
    tx.connection.register("incoming_shapes", incoming)
    try:
        tx.run(
            f"""
            insert into data.shapes
            select i.annotation_id, i.position, c.shape_id, c.label, c.kind, null, '{{}}', null, i.area, i.x, i.y,
                   i.width, i.height, null, null, null, null, c.rings, null, null, false, i.numbers
            from incoming_shapes i join (
              select file_row_number as nth, shape_id, label, kind, rings
              from read_parquet({quoted(block.file)}, file_row_number = true)
            ) c on c.nth = i.nth
            """
        )
    finally:
        tx.connection.unregister("incoming_shapes")


#: The shapes that the version $1 shows of the assets $2. To make pairs of numbers takes four times as long.
_SHOWN = f"""
    select s.annotation_id, s.kind, coalesce(s.points, cast(to_json(s.numbers) as varchar)) as points, s.label,
           s.shape_id, s.attributes, s.confidence, s.color, s.rle, s.visibility, coalesce(s.also, '[]') as also,
           s.rings, s."group", s.track, s.keyframe
    from data.shapes s
    join data.version_heads h on h.annotation_id = s.annotation_id
    where h.version_id = $1 and h.asset_id in {LISTED.format("$2")} order by s.annotation_id, s.position
"""


def write(tx: Transaction, version_id: int, asset_ids: Sequence[int], file: Path) -> None:
    """Write the shapes that a version shows of some assets into a file, which is read once and then gone."""
    with tx.asked(_SHOWN) as asked:
        options = "format parquet, compression uncompressed, dictionary_size_limit 1"
        asked.connection.execute(f"copy ({_SHOWN}) to {quoted(file)} ({options})", [version_id, id_list(asset_ids)])
