"""What the cards of data sets that were read and written say."""

from __future__ import annotations

from collections.abc import Iterable

from nbannotate.cards import Card, Chips, Lines, card_of, count
from nbannotate.formats._contract import Row
from nbannotate.formats._outcome import LeftOut, Reading, Writing


def left_out(found: Iterable[LeftOut]) -> Lines:
    """Return what was left out, a line each."""
    return Lines(tuple(("left out", f"{v.count:,} {v.what}: {v.reason} (first: {v.first})") for v in found))


@card_of.register
def _(reading: Reading) -> Card:
    names = [*reading.shapes, *(v for v in reading.labels if v not in reading.shapes)]
    chips = Chips(
        "labels", tuple((name or "without label", None, f"{reading.shapes.get(name, 0):,}") for name in names)
    )
    counts = [count(sum(reading.shapes.values()), "shape"), count(reading.assets, "asset")]
    counts += [count(reading.added, "new image")] if reading.added else []
    parts = (*((chips,) if names else ()), left_out(reading.left_out))
    return Card("Read", reading.format, counts=tuple(counts), parts=parts)


@card_of.register
def _(writing: Writing) -> Card:
    counts = [count(writing.assets, "asset")]
    counts += [count(writing.annotations, "annotation")] if writing.written else []
    title = "Wrote" if writing.written else "Would write"
    return Card(title, writing.format, counts=tuple(counts), parts=(left_out(writing.left_out),))


@card_of.register
def _(row: Row) -> Card:
    said = row.annotation
    counts = (count(len(said.shapes), "shape"),) if said is not None else ()
    return Card("Row", row.name, "" if said is not None else "no annotation", counts)
