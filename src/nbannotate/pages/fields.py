"""Attributes of shapes: what a new shape begins with, and the form of the selected ones."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Attribute, Label, Recipe, Shape, TaskView
from nbannotate.pages import wire
from nbannotate.pages.state import OpenTask


def fitted(shapes: tuple[Shape, ...], view: TaskView) -> tuple[Shape, ...]:
    """Return shapes with the attributes that their labels ask for.

    Those that were drawn or labelled since the task was opened get the defaults of their label, and lose what it does
    not declare; the others stay as they are.
    """
    declared = {v.name: v.attributes for v in view.recipe.labels if v.attributes}
    if not declared:
        return shapes
    before = {s.id: s.label for s in view.annotation.shapes}
    return tuple(
        _fit(s, declared[s.label]) if s.label in declared and before.get(s.id) != s.label else s for s in shapes
    )


def _fit(shape: Shape, attributes: tuple[Attribute, ...]) -> Shape:
    values = {a.name: shape.attributes.get(a.name, a.default) for a in attributes}
    kept = {name: v for name, v in values.items() if v is not None or name in shape.attributes}
    return shape if kept == shape.attributes else replace(shape, attributes=kept)


def form(opened: OpenTask, selected: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the form of the selected shapes, which must have one label, with attributes; or None."""
    chosen = [s for s in opened.shapes if s.id in set(selected)]
    label = _common_label(opened.view.recipe, chosen)
    if label is None or not label.attributes:
        return None
    fields = []
    for attribute in label.attributes:
        values = [s.attributes.get(attribute.name) for s in chosen]
        same = all(v == values[0] for v in values)
        value = values[0] if same else None
        fields.append({
            "name": attribute.name, "type": attribute.type, "choices": list(attribute.choices),
            "required": attribute.required, "mixed": not same, "value": value,
            "problem": attribute.problem(value) if value is not None else None,
        })  # fmt: skip
    return {"ids": [s.id for s in chosen], "label": label.name, "fields": fields}


def missing(shape: Shape, label: Label | None) -> list[str]:
    """Return the names of the required attributes that a shape lacks."""
    return [a.name for a in label.attributes if a.required and lacks(a, shape)] if label else []


def lacks(attribute: Attribute, shape: Shape) -> bool:
    """Return whether a shape has no value, or an empty one, of an attribute."""
    return shape.attributes.get(attribute.name) in (None, "", [], ())


def changed(opened: OpenTask, message: wire.Message) -> tuple[Shape, ...]:
    """Return the shapes of a task with one attribute of some of them set, or taken away (an empty value).

    Raises
    ------
    InvalidInput
        The label has no such attribute, or it does not take the value.
    Refused
        The shapes are not there any more, or have several labels.
    """
    ids = set(message.ids)
    chosen = [s for s in opened.shapes if s.id in ids]
    label = _common_label(opened.view.recipe, chosen)
    if label is None:
        raise Refused("These shapes are not there any more; select again.")
    attribute = next((a for a in label.attributes if a.name == message.name), None)
    if attribute is None:
        raise InvalidInput(f"The label {label.name!r} has no attribute {message.name!r}.")
    value = read(attribute, message.text)
    if value is not None and (problem := attribute.problem(value)):
        raise InvalidInput(f"{attribute.name} {problem}.")
    made = []
    for shape in opened.shapes:
        if shape.id in ids:
            rest = {k: v for k, v in shape.attributes.items() if k != attribute.name}
            if value is not None or attribute.default is not None:  # a default is taken away by saying so
                rest[attribute.name] = value
            shape = replace(shape, attributes=rest)
        made.append(shape)
    return tuple(made)


def read(attribute: Attribute, text: str) -> Any:
    """Return the value that a browser sent as JSON; None if it is empty."""
    try:
        value = json.loads(text) if text else None
    except ValueError as error:
        raise InvalidInput(f"{attribute.name}: the page sent something that is not understood.") from error
    if isinstance(value, float) and value.is_integer() and attribute.type == "integer":
        value = int(value)
    return None if value in ("", []) else value


def _common_label(recipe: Recipe, shapes: list[Shape]) -> Label | None:
    names = {s.label for s in shapes}
    return recipe.label(names.pop()) if len(names) == 1 else None
