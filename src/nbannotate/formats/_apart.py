"""A data set in two parts, for formats of which one file may say a million things: its images, and blocks of shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from nbannotate.formats._contract import Row
from nbannotate.model import Annotation, Shape
from nbannotate.shapes.many import Many


class Apart:
    """The same as the rows of a data set, in two parts; each can be gone through once, the rows first.

    Parameters
    ----------
    rows
        Its images, with what is said of them beside shapes.
    counts
        Of each row, how many shapes come at most.
    blocks
        The shapes, those of an image together in one block, in the order of the rows.
    """

    def __init__(self, rows: Iterable[Row], counts: Sequence[int], blocks: Iterable[Block]) -> None:
        self.rows, self.counts, self.blocks = rows, counts, blocks


class Block:
    """Shapes of some images: columns, and those that are more than a geometry with a label as a whole, too.

    Parameters
    ----------
    rows
        Of each shape, the number of its row.
    ids, labels
        Of each shape.
    geometry
        Kinds and points.
    whole
        By their number, the shapes that are more.
    foreign_ids, extras
        What the file calls each shape, and what else it says of it, as JSON; None for nothing.
    places
        Where each stands in the whole file.
    """

    def __init__(
        self, rows: list[int], ids: list[str], labels: list[str], geometry: Many, whole: dict[int, Shape],
        foreign_ids: list[str | None], extras: list[str | None], places: list[int | None],
    ) -> None:  # fmt: skip
        self.rows, self.ids, self.labels, self.geometry, self.whole = rows, ids, labels, geometry, whole
        self.foreign_ids, self.extras, self.places = foreign_ids, extras, places

    def shape(self, number: int) -> Shape:
        """Return one shape."""
        if number in self.whole:
            return self.whole[number]
        its: dict[str, Any] = {"label": self.labels[number], "id": self.ids[number]}
        rings = tuple(self.geometry.rings.get(number, ()))
        return Shape(kind=self.geometry.kinds[number], points=self.geometry.of(number), rings=rings, **its)


def merged(rows: Iterable[Row], blocks: Iterable[Block]) -> list[Row]:
    """Return the rows of two parts whole, without what files call their shapes."""
    found = list(rows)
    for block in blocks:
        for number, row in enumerate(block.rows):
            said = found[row].annotation or Annotation()
            found[row] = replace(found[row], annotation=replace(said, shapes=(*said.shapes, block.shape(number))))
    return found
