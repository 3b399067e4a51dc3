"""Shapes of a version by the thousand, on their way to a format that writes them so: columns, no object for each."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from nbannotate import formats
from nbannotate.files import number_lists
from nbannotate.model import Shape
from nbannotate.model.values import as_stored
from nbannotate.shapes.many import KINDS, Many
from nbannotate.workspace import frames, native_values

#: What a shape is that is only a geometry with a label.
_PLAIN = (
    f"kind in ({', '.join(map(repr, KINDS))}) and label <> '' and attributes = '{{}}' and also = '[]' and not keyframe "
    'and confidence is null and color is null and rle is null and visibility is null and "group" is null '
    "and track is null"
)
#: The points of a shape as lists of numbers: one, whether they came as pairs or as numbers.
_LIST = "case when starts_with(points, '[[') then replace(points, '],[', ',') else '[' || points || ']' end"


class Shown(Struct, frozen=True):
    """Shapes as columns.

    Parameters
    ----------
    revisions
        Of each, the revision that it is part of.
    kinds, labels, ids
        Of each.
    points, rings
        JSON: a list with the list of all numbers; and how many points each ring has, None for one.
    plain
        Whether it is only a geometry with a label.
    foreign_ids, extras
        What a file calls it; None for nothing.
    places
        Where it stands in the whole file; -1 for nothing.
    whole
        Those that are more, by their number.
    """

    revisions: NDArray[np.int64]
    kinds: list[str]
    labels: list[str]
    ids: list[str]
    points: list[str]
    rings: list[str | None]
    plain: NDArray[np.bool_]
    foreign_ids: list[str | None]
    extras: list[str | None]
    places: NDArray[np.int64]
    whole: dict[int, Shape]

    def those(self, numbers: NDArray[np.int64]) -> Shown:
        """Return some of the shapes, in this order."""
        these = numbers.tolist()
        new = {old: n for n, old in enumerate(these)}
        lists = {
            name: [its[n] for n in these]
            for name in Shown.__struct_fields__
            if isinstance(its := getattr(self, name), list)
        }
        whole = {new[n]: shape for n, shape in self.whole.items() if n in new}
        arrays = {name: getattr(self, name)[numbers] for name in ("revisions", "plain", "places")}
        return replace(self, whole=whole, **arrays, **lists)

    def and_(self, more: Shown) -> Shown:
        """Return these shapes and more behind them."""
        count = len(self.ids)
        whole = self.whole | {count + n: shape for n, shape in more.whole.items()}
        return Shown(
            np.concatenate([self.revisions, more.revisions]), self.kinds + more.kinds, self.labels + more.labels,
            self.ids + more.ids, self.points + more.points, self.rings + more.rings,
            np.concatenate([self.plain, more.plain]), self.foreign_ids + more.foreign_ids, self.extras + more.extras,
            np.concatenate([self.places, more.places]), whole,
        )  # fmt: skip


@as_stored()
def shown(file: Path, names: Path | None) -> Shown:
    """Return shapes as columns.

    Parameters
    ----------
    file
        The shapes, as ``annotations.shapes`` gives them.
    names
        What files call shapes: annotation_id, shape_id, foreign_id, extra, place.
    """
    called = "null::varchar as foreign_id, null::varchar as extra, -1::bigint as place"
    joined, values = "", [str(file)]
    if names is not None:
        called = "n.foreign_id, n.extra, coalesce(n.place, -1) as place"
        joined = """
            left join (
              select * from read_parquet($2)
              where annotation_id between (select min(annotation_id) from s) and (select max(annotation_id) from s)
            ) n on n.annotation_id = s.annotation_id and n.shape_id = s.shape_id
        """
        values.append(str(names))
    found = frames.columns(
        f"""
        with s as (select * from read_parquet($1, file_row_number = true))
        select s.annotation_id, s.kind, s.label, s.shape_id, {_LIST} as points, s.rings, {_PLAIN} as plain, {called}
        from s {joined} order by s.file_row_number
        """,
        values,
    )
    plain = np.array(found["plain"], dtype=bool)
    others = np.flatnonzero(~plain).tolist()
    whole: tuple[Shape, ...] = ()
    if others:
        whole = native_values.as_shapes(
            frames.select(f"select * from read_parquet($1) where not ({_PLAIN})", values[:1])
        )
    its = {name: column.tolist() for name, column in found.items()}
    return Shown(
        revisions=np.asarray(found["annotation_id"], dtype=np.int64), kinds=its["kind"], labels=its["label"],
        ids=its["shape_id"], points=its["points"], rings=its["rings"], plain=plain, foreign_ids=its["foreign_id"],
        extras=its["extra"], places=np.asarray(found["place"], dtype=np.int64),
        whole=dict(zip(others, whole, strict=True)),
    )  # fmt: skip


def block_of(rows: list[int], its: Shown) -> formats.Block:
    """Return shapes as a block; ``rows`` are the numbers of their rows."""
    these = its.plain.tolist()
    kinds, points = (list(itertools.compress(column, these)) for column in (its.kinds, its.points))
    lists = number_lists.at_once([text.encode() for text in points]) or number_lists.of_texts(points)
    several = [(n, counts) for n, counts in enumerate(itertools.compress(its.rings, these)) if counts is not None]
    rings = {n: found for n, counts in several if len(found := msgspec.json.decode(counts)) > 1}
    _part(points, rings)
    geometry = Many(kinds, lists.values.reshape(-1, 2), lists.counts // 2, rings)
    return formats.Block(
        rows, its.ids, its.labels, dict(its.whole), geometry, its.foreign_ids, its.extras, its.places, points
    )


def _part(points: list[str], rings: Mapping[int, Sequence[int]]) -> None:
    """Put the numbers of one list into several, which have so many pairs each."""
    whole = ",".join([points[n] for n in rings])
    commas = np.flatnonzero(np.frombuffer(whole.encode(), dtype=np.uint8) == ord(","))
    ends = np.concatenate([[-1], commas, [len(whole)]])[2 * np.cumsum([0, *itertools.chain(*rings.values())])].tolist()
    parts = iter([whole[before + 1 : end].strip("[]") for before, end in itertools.pairwise(ends)])
    for n, its in rings.items():
        points[n] = f"[[{'],['.join(itertools.islice(parts, len(its)))}]]"


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
