"""Labels of CVAT: what ``<labels>`` says of them, in the dialect of today and in that of 2018.

Today an attribute is ``<name>``, ``<mutable>``, ``<input_type>``, ``<default_value>`` and ``<values>``, one a line. In
2018 it was a text such as ``@select=quality:good,bad`` (``@``: the same on all frames; ``~``: it may change). What a
label has that CVAT has no word for (which kinds of shapes, whether an attribute is required, several choices) is in an
element ``<nbannotate>``, which CVAT passes over.

Source: https://docs.cvat.ai/docs/dataset_management/formats/format-xml/ and ``cvat/apps/dataset_manager``.
"""

from __future__ import annotations

import html
import math
import re
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from nbannotate.errors import InvalidInput
from nbannotate.files.parsing import Element
from nbannotate.formats import _json, _usable, _xml
from nbannotate.formats._contract import Foreign, Head
from nbannotate.formats._outcome import Problems
from nbannotate.model import Attribute, Label, Skeleton, Tag

#: The kinds of each ``<type>`` of a label; the others allow every kind.
TYPES = {
    "rectangle": ("rectangle", "rotated_rectangle"), "bbox": ("rectangle", "rotated_rectangle"),
    "polygon": ("polygon",), "polyline": ("polyline",), "points": ("point", "keypoints"), "ellipse": ("ellipse",),
    "mask": ("mask",), "skeleton": ("skeleton",),
}  # fmt: skip
OLD = re.compile(r"(?s)\s*([@~]?)(select|radio|checkbox|number|text)=(.*?):(.*)")
OURS = "nbannotate"
KNOWN = frozenset({"name", "color", "attributes", OURS})
#: Where the points of a skeleton are drawn in a template, in a square of 100.
MIDDLE, RADIUS = 50.0, 40.0

Raw = dict[str, str] | str
ATTRIBUTE = ("name", "mutable", "input_type", "default_value", "values")


class _Ours(Struct, omit_defaults=True):
    """What a label, or an attribute, has that CVAT has no word for."""

    kinds: tuple[str, ...] | None = None
    attribute: Attribute | None = None


class Labels(Struct):
    """What a file says of its labels."""

    labels: dict[str, Label] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    foreign: dict[str, Foreign] = field(default_factory=dict)
    old: bool = False

    def add(self, element: Element, problems: Problems, member: str) -> None:
        """Take all of an element ``<labels>``; what another file said stays."""
        parts: dict[str, list[Element]] = {}
        every: list[Any] = element.findall("label")
        for one in every:
            if parent := one.child_text("parent"):
                parts.setdefault(parent, []).append(one)
        for one in every:
            place = f"{member}:{one.line}"
            if one.child_text("parent"):
                continue
            name = _usable.label(one.child_text("name"), "labels", problems, place)
            if name is None or name in self.labels or name in self.tags:
                continue
            attributes, raw = self._attributes(one, problems)
            extra: dict[str, Any] = {"attributes": raw} if raw else {}
            if rest := [[e.tag, _xml.tree(e)] for e in one if e.tag not in KNOWN]:
                extra["fields"] = rest
            inner = parts.get(one.child_text("name") or "", [])
            skeleton = _skeleton(one, inner, problems, place)
            if skeleton is not None:
                extra["parts"] = [_xml.tree(e) for e in inner]
            if extra:
                self.foreign[name] = Foreign(extra=extra)
            if one.child_text("type") == "tag":
                self.tags[name] = Tag(name, attributes)
                continue
            ours = _ours(one.child_text(OURS))
            kinds = TYPES.get(one.child_text("type") or "", ()) if ours.kinds is None else ours.kinds
            self.labels[name] = Label(
                name=name, kinds=kinds, color=_color(one.child_text("color")), attributes=attributes,
                skeleton=skeleton,
            )  # fmt: skip

    def _attributes(self, label: Element, problems: Problems) -> tuple[list[Attribute], dict[str, Raw]]:
        found: dict[str, Attribute] = {}
        raw: dict[str, Raw] = {}
        its: Any = label.findall("attributes/attribute")
        for one in its:
            if len(one):
                fields = {e.tag: e.text or "" for e in one if e.tag in ATTRIBUTE and e.tag != "name"}
                name, made = one.child_text("name") or "", _ours(one.child_text(OURS)).attribute
                made = made if made is not None and made.name == name else _new(name, fields)
                said: Raw = fields
            else:
                said = (one.text or "").strip()
                name, made = _old(said)
                self.old = True
            if made is not None and name not in found:
                found[name], raw[name] = made, said
        return list(found.values()), raw


def _ours(text: str | None) -> _Ours:
    try:
        return _json.decoded(text or "{}", _Ours)
    except (msgspec.MsgspecError, InvalidInput):
        return _Ours()


def _new(name: str, said: dict[str, str]) -> Attribute | None:
    return _made(
        name, said.get("input_type", "text").strip(), said.get("values", "").split("\n"), said.get("default_value")
    )


def _old(text: str) -> tuple[str, Attribute | None]:
    found = OLD.fullmatch(text)
    if found is None:
        return "", None
    _, type_, name, values = found.groups()
    several = values.split(",")
    return name.strip(), _made(name, type_, several, several[0])


def _made(name: str, type_: str, values: list[str], default: str | None) -> Attribute | None:
    """Return an attribute; one that cannot be a choice is a text, one without a name is none."""
    if _usable.name(name) is None:
        return None
    name = name.strip()
    if type_ in ("select", "radio"):
        choices = tuple(dict.fromkeys(v.strip() for v in values if v.strip()))
        kind: Any = "choice" if choices and not any(_usable.name(v) is None for v in choices) else "text"
    else:
        choices = ()
        whole = len(values) == 3 and all(re.fullmatch(r"\s*-?\d+\s*", v) for v in values)
        kind = {"checkbox": "boolean", "number": "integer" if whole else "number"}.get(type_, "text")
    made = Attribute(name, kind, choices if kind == "choice" else ())
    value = value_of(default, kind) if default else None
    return made.replace(default=value) if value is not None and made.problem(value) is None else made


def value_of(text: str, type_: str) -> Any:
    """Return the value of an attribute, as its type has it; a text that is none of it stays a text."""
    if type_ == "boolean":
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    if type_ in ("number", "integer"):
        if re.fullmatch(r"-?\d{1,300}", text):
            return int(text)
        try:
            found = float(text)
        except ValueError:
            return text
        return found if math.isfinite(found) and "_" not in text else text
    if type_ == "choices":
        try:
            listed = _json.decoded(text)
        except msgspec.MsgspecError:
            return text
        return listed if isinstance(listed, list) else text
    return text


def text_of(value: object) -> str:
    """Return the value of an attribute as CVAT has it; lists and objects as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return msgspec.json.encode(value).decode()


def _color(text: str | None) -> str | None:
    return text.lower() if text and re.fullmatch(r"#[0-9a-fA-F]{6}", text) else None


def _skeleton(label: Element, parts: list[Element], problems: Problems, place: str) -> Skeleton | None:
    """Return the points of a skeleton, which are labels with a parent, and the edges of its drawing."""
    if not parts:
        return None
    names = [part.child_text("name") or "" for part in parts]
    nodes: dict[str, str] = {}
    lines: list[tuple[str, str]] = []
    for tag, its in re.findall(r"<(circle|line)\b([^>]*)>", label.child_text("svg") or ""):
        found = {key: html.unescape(value) for key, value in re.findall(r'([\w-]+)="([^"]*)"', its)}
        if tag == "circle":
            nodes[found.get("data-node-id", "")] = found.get("data-label-name", "")
        else:
            lines.append((found.get("data-node-from", ""), found.get("data-node-to", "")))
    edges = [(nodes[a], nodes[b]) for a, b in lines if nodes.get(a) in names and nodes.get(b) in names]
    try:
        return Skeleton(names, [e for e in dict.fromkeys(edges) if e[0] != e[1]])
    except InvalidInput as error:
        problems.add("skeletons", str(error).rstrip("."), place)
        return None


# ---- writing


class Met(Struct):
    """What is met in shapes while they are written: their labels, and the types of their attributes' values."""

    labels: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    tags: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    skeletons: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, values: dict[str, Any], tag: bool = False) -> None:
        """Note what a shape, or a tag, has."""
        its = (self.tags if tag else self.labels).setdefault(name, {})
        for key, value in values.items():
            its.setdefault(key, set()).add(_type_of(value))


def _type_of(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "number" if isinstance(value, float) else "choices" if isinstance(value, list) else "text"


def _attribute_of(name: str, types: set[str]) -> Attribute:
    """Return an attribute that holds values of some types."""
    if types == {"boolean"}:
        return Attribute(name, "boolean")
    if types and types <= {"integer", "number"}:
        return Attribute(name, "integer" if types == {"integer"} else "number")
    return Attribute(name)


def names_of(head: Head) -> set[str]:
    """Return the names of all labels and tags."""
    return {v.name for v in head.labels} | {v.name for v in head.tags}


def labels_xml(head: Head, met: Met, indent: int) -> str:
    """Return ``<labels>``: those of the head, then what was met beside them."""
    old = bool(head.extra.get("old"))
    out, space = [], "  " * indent
    known = names_of(head)
    every: list[tuple[Label | Tag, dict[str, set[str]]]] = [(v, met.labels.get(v.name, {})) for v in head.labels]
    every += [(Label(n), its) for n, its in met.labels.items() if n not in known]
    names = {v.name for v in head.labels}
    every += [(v, met.tags.get(v.name, {})) for v in head.tags if v.name not in names]
    every += [(Tag(n), its) for n, its in met.tags.items() if n not in known and n not in met.labels]
    for label, values in every:
        foreign = head.foreign.get(label.name, Foreign()).extra
        body: list[list[Any]] = [["name", label.name]]
        fields = [f for f in foreign.get("fields", ()) if isinstance(f, list) and len(f) == 2]
        parts = foreign.get("parts", [])
        skeleton = label.skeleton if isinstance(label, Label) else None
        if skeleton is not None and [dict(map(tuple, p)).get("name") for p in parts] != list(skeleton.points):
            parts = [_part(name, label.name) for name in skeleton.points]
            fields = [f for f in fields if f[0] != "svg"]
        if isinstance(label, Label) and label.color:
            body.append(["color", label.color])
        its = dict(map(tuple, fields))
        type_, kinds = _type(label, its.pop("type", None))
        if not old or "type" in its or kinds is not None:
            body.append(["type", type_])
        specs = [*label.attributes, *(_attribute_of(n, t) for n, t in values.items() if not _has(label, n))]
        body.append(["attributes", [["attribute", _spec(a, foreign.get("attributes", {}), old)] for a in specs]])
        if skeleton is not None and "svg" not in its:
            its["svg"] = drawing(skeleton)
        body += [[key, value] for key, value in its.items()]
        if kinds is not None:
            body.append([OURS, msgspec.json.encode(_Ours(kinds=kinds)).decode()])
        out += [["label", body], *(["label", part] for part in parts)]
    return f"{space}<labels>\n{_xml.elements(out, indent + 1)}{space}</labels>\n"


def _has(label: Label | Tag, name: str) -> bool:
    return any(a.name == name for a in label.attributes)


def _type(label: Label | Tag, said: object) -> tuple[str, tuple[str, ...] | None]:
    """Return the type of a label, and its kinds if the type does not say them; a type that is no text says nothing."""
    if isinstance(label, Tag):
        return "tag", None
    fitting = [type_ for type_, kinds in TYPES.items() if kinds == label.kinds]
    if isinstance(said, str) and (said in fitting or (said not in TYPES and not label.kinds)):
        return said, None
    type_ = "skeleton" if label.skeleton is not None else next(iter(fitting), "any")
    return type_, None if TYPES.get(type_, ()) == label.kinds else label.kinds


def _spec(attribute: Attribute, raw: dict[str, Raw], old: bool) -> Any:
    """Return what is said of an attribute, as it was read if it is still so."""
    said = raw.get(attribute.name)
    if isinstance(said, str) and _old(said)[1] == attribute:
        return said
    if isinstance(said, dict) and _new(attribute.name, said) == attribute:
        return [["name", attribute.name], *map(list, said.items())]
    type_: Literal["select", "checkbox", "number", "text"] = {
        "choice": "select", "boolean": "checkbox", "number": "number", "integer": "number",
    }.get(attribute.type, "text")  # type: ignore[assignment]  # one of them  # fmt: skip
    values = list(attribute.choices) if attribute.type == "choice" else []
    default = "" if attribute.default is None else text_of(attribute.default)
    if type_ == "number":
        values = ["-1000000", "1000000", "1" if attribute.type == "integer" else "0.000001"]
    if old:
        return f"~{type_}={attribute.name}:{','.join(values) or default}"
    made = {"mutable": "True", "input_type": type_, "default_value": default, "values": "\n".join(values)}
    body = [["name", attribute.name], *map(list, made.items())]
    if _new(attribute.name, made) != attribute:
        body.append([OURS, msgspec.json.encode(_Ours(attribute=attribute)).decode()])
    return body


def _part(name: str, parent: str) -> list[list[Any]]:
    return [["name", name], ["type", "points"], ["attributes", []], ["parent", parent]]


def drawing(skeleton: Skeleton) -> str:
    """Return a drawing of a skeleton as CVAT wants it: its points on a circle, as nothing says where they are."""
    n = len(skeleton.points)
    at = [
        (MIDDLE + RADIUS * math.sin(math.tau * i / n), MIDDLE - RADIUS * math.cos(math.tau * i / n)) for i in range(n)
    ]
    out = []
    for a, b in skeleton.pairs():
        (ax, ay), (bx, by) = at[a], at[b]
        out.append(
            f'<line x1="{ax:.2f}" y1="{ay:.2f}" x2="{bx:.2f}" y2="{by:.2f}" stroke="black" data-type="edge" '
            f'data-node-from="{a + 1}" stroke-width="0.5" data-node-to="{b + 1}"></line>'
        )
    for i, (name, (x, y)) in enumerate(zip(skeleton.points, at, strict=True), 1):
        out.append(
            f'<circle r="1.5" stroke="black" fill="#b3b3b3" cx="{x:.2f}" cy="{y:.2f}" stroke-width="0.1" '
            f'data-type="element node" data-element-id="{i}" data-node-id="{i}" '
            f'data-label-name="{html.escape(name)}"></circle>'
        )
    return "".join(out)
