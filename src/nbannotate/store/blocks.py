"""Shapes by the thousand on their way in: from a Parquet file into their table, without an object for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from nbannotate.model import Rle, Shape
from nbannotate.model.values import as_stored
from nbannotate.shapes.many import Many
from nbannotate.store.arriving import quoted
from nbannotate.store.transaction import Transaction

#: The columns of a file; those behind ``rings`` are null where a shape is only a geometry with a label.
COLUMNS = (
    "asset", "shape_id", "label", "kind", "points", "rings", "attributes", "confidence", "color", "rle", "visibility",
    "also", "group", "track", "keyframe",
)  # fmt: skip
#: So many points are made into text without a pause, in which nobody else is answered.
PIECE = 50_000

_BARE = " and ".join(f'"{name}" is null' for name in COLUMNS[6:])
_decode = msgspec.json.decode


class Block(Struct, frozen=True):
    """The shapes of a file, each with its asset; ``bare``: it is only a geometry with a label."""

    assets: Sequence[str]
    ids: Sequence[str]
    labels: Sequence[str]
    geometry: Many
    bare: Sequence[bool]


def read(tx: Transaction, file: Path) -> Block:
    """Return the shapes of a file.

    Raises
    ------
    ValueError
        The points of a shape are no pairs of numbers, or its rings no list of counts.
    """
    found = tx.connection.execute(
        f"select asset, shape_id, label, kind, points, rings, {_BARE} from read_parquet({quoted(file)})"
    ).fetchall()
    assets, ids, labels, kinds, blobs, rings, bare = zip(*found, strict=True) if found else ((),) * 7
    if any(len(blob) % 16 for blob in blobs):
        raise ValueError("the points of a shape are no pairs of numbers")
    points = np.frombuffer(b"".join(blobs), dtype="<f8").reshape(-1, 2)
    parts = {n: _decode(text, type=list[int]) for n, text in enumerate(rings) if text is not None}
    counts = [len(blob) // 16 for blob in blobs]
    if any(sum(its) != counts[n] or min(its, default=0) < 0 or len(its) < 2 for n, its in parts.items()):
        raise ValueError("the rings of a shape are not those of its points")
    return Block(assets, ids, labels, Many(kinds, points, counts, parts), bare)


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
    tx: Transaction, file: Path, block: Block, numbers: Sequence[int], revisions: Sequence[int],
    positions: Sequence[int],
) -> None:  # fmt: skip
    """Write some shapes of a file that are bare, as part of these revisions: in one statement."""
    geometry = block.geometry
    wanted = np.asarray(numbers, dtype=np.int64)
    x0, y0, x1, y1 = geometry.bounds[wanted].T
    these = np.zeros(len(geometry.counts), dtype=bool)
    these[wanted] = True
    texts = np.empty(len(wanted), dtype=object)
    texts[:] = texts_of(geometry.points[np.repeat(these, geometry.counts)], geometry.counts[wanted].tolist())
    incoming = {
        "nth": wanted, "annotation_id": np.asarray(revisions, dtype=np.int64),
        "position": np.asarray(positions, dtype=np.int64), "points": texts, "area": geometry.areas[wanted],
        "x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0,
    }  # fmt: skip
    incoming = {name: np.ascontiguousarray(values) for name, values in incoming.items()}
    tx.connection.register("incoming_shapes", incoming)
    try:
        tx.run(
            f"""
            insert into data.shapes
            select i.annotation_id, i.position, p.shape_id, p.label, p.kind, i.points, '{{}}', null, i.area, i.x, i.y,
                   i.width, i.height, null, null, null, null, p.rings, null, null, false
            from read_parquet({quoted(file)}, file_row_number = true) p
            join incoming_shapes i on i.nth = p.file_row_number
            """
        )
    finally:
        tx.connection.unregister("incoming_shapes")


def texts_of(points: Any, counts: Sequence[int]) -> list[str]:
    """Return the points of shapes as they are stored, as JSON: ``[[x,y],[x,y]]``; all are finite, none has none."""
    texts: list[str] = []
    ends = np.cumsum(counts)
    first = 0
    while first < len(counts):
        start = int(ends[first]) - counts[first]
        last = max(first + 1, int(np.searchsorted(ends, start + PIECE, side="right")))
        texts += _texts(points[start : int(ends[last - 1])], ends[first:last] - start)
        first = last
    return texts


def _texts(points: Any, ends: Any) -> list[str]:
    buffer = np.frombuffer(bytearray(msgspec.json.encode(points.ravel().tolist())), dtype=np.uint8)
    commas = np.flatnonzero(buffer == ord(","))
    buffer[commas[1::2]] = ord("|")  # between two points
    buffer[commas[2 * ends[:-1] - 1]] = ord(";")  # between two shapes
    text = buffer[1:-1].tobytes().decode("ascii")
    return [f"[[{part}]]" for part in text.replace("|", "],[").split(";")]
