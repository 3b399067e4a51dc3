"""What the cards of files that were read and written say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from nbannotate.cards import Card, Chips, Lines, card_of, count
from nbannotate.formats._before import Reading, Writing
from nbannotate.formats._contract import LeftOut, Row


def left_out(found: Iterable[LeftOut]) -> Lines:
    """Return what was left out, a line each."""
    return Lines(tuple(("left out", f"{v.count:,} {v.what}: {v.reason} (first: {v.first})") for v in found))


@card_of.register
def _(reading: Reading) -> Card:
    shapes = Counter(s.label for a in reading.annotations.values() for s in a.shapes)
    names = [*shapes, *(v for v in reading.labels if v not in shapes)]
    chips = Chips("labels", tuple((name or "without label", None, f"{shapes[name]:,}") for name in names))
    counts = (count(sum(shapes.values()), "shape"), count(len(reading.annotations), "asset"))
    return Card("Read", counts=counts, parts=(*((chips,) if names else ()), left_out(reading.left_out)))


@card_of.register
def _(writing: Writing) -> Card:
    counts = (count(writing.assets, "asset"), count(writing.annotations, "annotation"))
    return Card("Wrote", counts=counts, parts=(left_out(writing.left_out),))


@card_of.register
def _(row: Row) -> Card:
    said = row.annotation
    counts = (count(len(said.shapes), "shape"),) if said is not None else ()
    return Card("Row", row.name, "" if said is not None else "no annotation", counts)
