"""What becomes of the labels of shapes, and of the list of labels, by a mapping; the store says the same in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from nbannotate.errors import Conflict, NotFound
from nbannotate.model import Annotation, LabelMapping, Relabel, Shape
from nbannotate.model.suggestions import meant


def value_text(value: Any) -> str | None:
    """Return a value of an attribute as a label has it; None for what makes no label."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return value if isinstance(value, str) and value else None


def renamed(label: str, attributes: Mapping[str, Any], step: Relabel) -> str | None:
    """Return what a label becomes in a step; None if it is deleted."""
    if label not in step.labels or step.kind == "reorder":
        return label
    if step.kind == "delete":
        return None
    if step.kind == "split":
        text = value_text(attributes.get(step.by))
        return label if text is None else f"{label}/{text}"
    return step.into


def relabelled(annotation: Annotation, mapping: LabelMapping) -> Annotation:
    """Return an annotation after a mapping: shapes whose labels are all deleted are gone, everything else stays."""
    shapes = [made for shape in annotation.shapes if (made := _shape(shape, mapping)) is not None]
    if len(shapes) == len(annotation.shapes) and all(a is b for a, b in zip(shapes, annotation.shapes, strict=True)):
        return annotation
    return replace(annotation, shapes=tuple(shapes))


def _shape(shape: Shape, mapping: LabelMapping) -> Shape | None:
    names: list[str] = []
    for name in (shape.label, *shape.also):
        new: str | None = name
        for step in mapping.steps:
            new = None if new is None else renamed(new, shape.attributes, step)
        if new is not None and new not in names:
            names.append(new)
    if not names:
        return None
    if (names[0], tuple(names[1:])) == (shape.label, shape.also):
        return shape
    return replace(shape, label=names[0], also=tuple(names[1:]))


def listed(names: Sequence[str], step: Relabel) -> list[str]:
    """Return a list of labels after a step; what becomes one stands where the first of it stood."""
    found: list[str] = []
    if step.kind == "reorder":
        return [*(n for n in step.labels if n in names), *(n for n in names if n not in step.labels)]
    for name in names:
        its = [name]
        if name in step.labels:
            its = {"delete": [], "split": [name, *step.made]}.get(step.kind, [step.into])
        found += [n for n in its if n not in found]
    return found


def check(mapping: LabelMapping, names: Sequence[str]) -> None:
    """Raise NotFound if a step is about a label that there is not, Conflict if it gives a name that another one has."""
    now = list(names)
    for step in mapping.steps:
        for label in step.labels:
            if label not in now:
                there = f"; there are {', '.join(map(repr, now))}" if now else ""
                raise NotFound(f"There is no label {label!r}{meant(label, now)}{there}.")
        if step.kind == "rename" and step.into in now:
            raise Conflict(
                f"There is a label {step.into!r} already; combine([{step.labels[0]!r}, {step.into!r}], "
                f"into={step.into!r}) makes one of both."
            )
        now = listed(now, step)
