"""The cards of changes of labels."""

from __future__ import annotations

from nbannotate.cards import Card, Chips, Counts, Grid, Lines, Part, card_of, count
from nbannotate.model.relabelling import LabelMapping, Relabelled


@card_of.register
def _(mapping: LabelMapping) -> Card:
    lines = Lines(tuple((step.kind, str(step).removeprefix(f"{step.kind} ")) for step in mapping.steps))
    return Card("Labels", "", "" if mapping.steps else "as they are", parts=(lines,))


@card_of.register
def _(done: Relabelled) -> Card:
    counts: Counts = (count(sum(m.shapes for m in done.moved), "shape"), count(done.assets, "asset"))
    parts: tuple[Part, ...] = ()
    if done.moved:
        rows = tuple((m.label or "deleted", m.into or "deleted", m.shapes) for m in done.moved[:20])
        parts = (Grid(("label", "becomes", "shapes"), rows, max(0, len(done.moved) - len(rows))),)
    if done.labels:
        parts += (Chips("labels", tuple((name, None, "") for name in done.labels)),)
    next = () if done.undone else ("version.labels.undo()",)
    return Card("Labels", str(done.mapping), "undone" if done.undone else "", counts, parts, next=next)
