"""Attributes of shapes: what a new shape begins with, and the form of the selected ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Attribute, AttributeType, Label, Recipe, Shape, TaskView
from nbannotate.model.attribute import check_name
from nbannotate.pages.shared import json_input
from nbannotate.pages.work.state import OpenTask
from nbannotate.texts import quoted, t

#: The attributes of one shape, as JSON, have so many characters at most.
MOST_JSON = 20_000
#: The form of a label that declares nothing is for so many selected shapes at most: each selection sends it.
MOST_FREE = 500


FieldType = Literal[AttributeType, "json"]


class FieldView(Struct, frozen=True):
    """A field of a form; ``mixed``: the shapes differ. A value of the type ``json`` is its text."""

    name: str
    type: FieldType
    choices: tuple[str, ...]
    required: bool
    mixed: bool
    value: str | float | bool | tuple[str, ...] | None
    problem: str | None


class FormView(Struct, frozen=True):
    """The attributes of shapes, or of a tag (``tag``); ``free``: any may be added; ``text``: all of them as JSON."""

    ids: list[str]
    label: str
    fields: list[FieldView]
    free: bool = False
    text: str | None = None
    tag: str = ""


def fitted(shapes: tuple[Shape, ...], view: TaskView) -> tuple[Shape, ...]:
    """Return shapes with the attributes that their labels ask for.

    Those that were drawn or labelled since the task was opened get the defaults of their label, and lose what it does
    not declare; the others stay as they are.
    """
    declared = {v.name for v in view.recipe.labels if v.attributes}
    if not declared:
        return shapes
    before = {s.id: s.labels for s in view.annotation.shapes}
    return tuple(
        _fit(s, *view.recipe.attributes_of(s.labels))
        if before.get(s.id) != s.labels and not declared.isdisjoint(s.labels)
        else s
        for s in shapes
    )


def _fit(shape: Shape, attributes: tuple[Attribute, ...], any_other: bool) -> Shape:
    values = {a.name: shape.attributes.get(a.name, a.default) for a in attributes}
    kept = {name: v for name, v in values.items() if v is not None or name in shape.attributes}
    if any_other:
        kept |= {name: v for name, v in shape.attributes.items() if name not in kept}
    return shape if kept == shape.attributes else replace(shape, attributes=kept)


def form(opened: OpenTask, selected: tuple[str, ...]) -> FormView | None:
    """Return the form of the selected shapes, which must have one label; or None.

    A label that declares no attributes keeps any: its form has those that the shapes have, and takes more.
    """
    ids = set(selected)
    chosen = [s for s in opened.shapes if s.id in ids]
    label = _common_label(opened.view.recipe, chosen)
    if label is None or (not label.attributes and len(chosen) > MOST_FREE):
        return None
    values = [s.attributes for s in chosen]
    attributes = label.attributes or guessed(values)
    same = all(v == values[0] for v in values[1:])
    return FormView(
        [s.id for s in chosen], label.name, fields_of(attributes, values), free=not label.attributes,
        text=json_input.written(values[0]) if same else None,
    )  # fmt: skip


def fields_of(attributes: Iterable[Attribute], values: Sequence[Mapping[str, Any]]) -> list[FieldView]:
    """Return the fields of a form: one for each attribute, with the value that all have, or that they differ."""
    fields = []
    for attribute in attributes:
        given = [v.get(attribute.name) for v in values]
        same = all(v == given[0] for v in given)
        value = given[0] if same else None
        simple = not isinstance(value, dict) and (not isinstance(value, list) or attribute.type == "choices")
        fields.append(FieldView(
            name=attribute.name, type=attribute.type if simple else "json", choices=attribute.choices,
            required=attribute.required, mixed=not same, value=value if simple else json.dumps(value),
            problem=attribute.problem(value) if value is not None and simple else None,
        ))  # fmt: skip
    return fields


def guessed(values: Iterable[Mapping[str, Any]]) -> tuple[Attribute, ...]:
    """Return attributes for values that nobody declared, by the first value of each."""
    first: dict[str, Any] = {}
    for given in values:
        for name, value in given.items():
            if first.get(name) is None:
                first[name] = value
    return tuple(_guess(name, value) for name, value in first.items() if name.strip() == name and 0 < len(name) <= 200)


def _guess(name: str, value: object) -> Attribute:
    kind: AttributeType = "text"
    if isinstance(value, int | float):
        kind = "boolean" if isinstance(value, bool) else "number"
    return Attribute(name, kind)


def missing(shape: Shape, label: Label | None) -> list[str]:
    """Return the names of the required attributes that a shape lacks."""
    return [a.name for a in label.attributes if a.required and lacks(a, shape)] if label else []


def lacks(attribute: Attribute, shape: Shape) -> bool:
    """Return whether a shape has no value, or an empty one, of an attribute."""
    return empty(shape.attributes.get(attribute.name))


def empty(value: object) -> bool:
    """Return whether a value says nothing; false and 0 do say something."""
    return value is None or (isinstance(value, str | list | tuple) and not value)


def changed(opened: OpenTask, ids: Iterable[str], name: str, text: str) -> dict[str, dict[str, Any]]:
    """Return the attributes of some shapes, by id, with one of them set, or taken away (an empty value).

    Raises
    ------
    InvalidInput
        The label has no such attribute, or it does not take the value.
    Refused
        The shapes are not there any more, or have several labels.
    """
    label, chosen = _target(opened, ids)
    attribute: Attribute | None
    if label.attributes:
        attribute = next((a for a in label.attributes if a.name == name), None)
        if attribute is None:
            raise InvalidInput(
                t("The label {label} has no attribute {name}.", label=quoted(label.name), name=quoted(name))
            )
        value = read(attribute, text)
        if value is not None and (problem := attribute.problem(value)):
            raise InvalidInput(f"{attribute.name} {problem}.")
    else:
        check_name("The name of an attribute", name)
        attribute = Attribute(name)
        value = read(attribute, text)
    return {s.id: put(s.attributes, attribute, value) for s in chosen}


def put(values: Mapping[str, Any], attribute: Attribute, value: Any) -> dict[str, Any]:
    """Return values with one of them set, in its place, or taken away (None)."""
    if value is None and attribute.default is None:
        return {k: v for k, v in values.items() if k != attribute.name}
    return {**values, attribute.name: value}  # a default is taken away by saying so


def typed(opened: OpenTask, ids: Iterable[str], body: str) -> dict[str, dict[str, Any]]:
    """Return the attributes of some shapes, by id, as a person typed them as JSON.

    Raises
    ------
    InvalidInput
        It is not JSON, or does not fit the label; the message begins with line and column.
    Refused
        The shapes are not there any more, or have several labels.
    """
    label, chosen = _target(opened, ids)
    text = json_input.Text(body)
    before = {s.id: s.attributes for s in opened.view.annotation.shapes}
    kept = [before.get(s.id, {}) for s in chosen]
    text.check(lambda name, value: _misfit(label, kept, name, value))
    if len(body) > MOST_JSON:
        raise InvalidInput(f"The attributes of a shape may have {MOST_JSON:,} characters of JSON at most.")
    return {s.id: dict(text.values) for s in chosen}


def _misfit(label: Label, kept: list[dict[str, Any]], name: str, value: object) -> str | None:
    """Return the sentence that says why a label does not take a value; what an import left may stay."""
    if not name.strip() or name != name.strip() or len(name) > 200:
        return "a name has 1 to 200 characters, and no spaces at its ends."
    if not label.attributes or (kept and all(name in v and v[name] == value for v in kept)):
        return None
    attribute = next((a for a in label.attributes if a.name == name), None)
    if attribute is None:
        there = ", ".join(a.name for a in label.attributes)
        return f"the label {label.name!r} has no attribute {name!r}; it has {there}."
    problem = None if value is None else attribute.problem(value)
    return problem and f"{name} {problem}."


def _target(opened: OpenTask, ids: Iterable[str]) -> tuple[Label, list[Shape]]:
    wanted = set(ids)
    chosen = [s for s in opened.shapes if s.id in wanted]
    label = _common_label(opened.view.recipe, chosen)
    if label is None:
        raise Refused(t("These shapes are not there any more; select again."))
    return label, chosen


def read(attribute: Attribute, text: str) -> Any:
    """Return the value that a browser sent as JSON; None if it is empty."""
    try:
        value = json.loads(text) if text else None
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{attribute.name}: the page sent something that is not understood.") from error
    if isinstance(value, int | float) and not abs(value) <= 2**53:
        raise InvalidInput(f"{attribute.name} must be a number that can be kept, not {text[:40]}.")
    if isinstance(value, float) and value.is_integer() and attribute.type == "integer":
        value = int(value)
    return None if value in ("", []) else value


def _common_label(recipe: Recipe, shapes: list[Shape]) -> Label | None:
    names = {s.labels for s in shapes}
    return as_one(recipe, names.pop()) if len(names) == 1 else None


def as_one(recipe: Recipe, names: tuple[str, ...]) -> Label | None:
    """Return the label of a shape; of several, one with the attributes of all of them. None for one that is unknown."""
    label = recipe.label(names[0]) if names else None
    if label is None or len(names) == 1:
        return label
    return replace(label, name=", ".join(names)[:200].strip(), attributes=recipe.attributes_of(names)[0])
