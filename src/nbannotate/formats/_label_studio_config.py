"""Label Studio's label config: XML that says what is asked of an image, with the labels, their colors and choices.

``RectangleLabels``, ``PolygonLabels``, ``KeyPointLabels``, ``EllipseLabels`` and ``BrushLabels`` hold ``Label`` tags;
so does ``Labels`` beside ``Rectangle``, ``Polygon`` and so on. ``Choices`` and ``Taxonomy`` hold ``Choice`` tags, and
like ``TextArea``, ``Number``, ``Rating`` and ``DateTime`` are asked for once, or with ``perRegion`` for each region.
``Image`` names a field of a task's data; in a ``Repeater``, or with ``valueList``, a list of images.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct
from PIL import ImageColor

from nbannotate.errors import NbannotateError
from nbannotate.files.parsing import parsed_xml
from nbannotate.formats import _json
from nbannotate.formats._contract import Head
from nbannotate.formats._label_studio_values import KINDS
from nbannotate.model import Attribute, Label, Tag
from nbannotate.model.attribute import AttributeType

NAME = "label_config.xml"
#: What is asked besides regions, by its tag in lower case, which is the type of its results.
ASKED = ("choices", "taxonomy", "textarea", "number", "rating", "datetime")
_TYPES: dict[str, AttributeType] = {
    "choices": "choice", "taxonomy": "choice", "textarea": "text", "datetime": "text", "number": "number",
    "rating": "integer",
}  # fmt: skip
LONGEST = 200
_BRACES = r"\{\{\w+\}\}"
#: Where labels and tags stand as they are here, for what a config has no word for: in a comment.
OWN = re.compile(r"\n?<!-- nbannotate: (.*?) -->\n?")


class Control(Struct, frozen=True):
    """One tag that people answer: what its results are called, and what they may hold.

    Parameters
    ----------
    name
        ``from_name`` of its results; ``{{idx}}`` stands for the number of the image.
    type
        Of its results, such as ``"rectanglelabels"`` or ``"choices"``.
    to
        The name of the image, or of the several, that it is about.
    values
        Labels or choices, in their order; of a taxonomy with ``/`` between the levels.
    per_region
        Whether each region is asked for, and not the image.
    several
        Whether more than one may be chosen.
    """

    name: str
    type: str
    to: tuple[str, ...]
    values: tuple[str, ...] = ()
    per_region: bool = False
    several: bool = False


class Picture(Struct, frozen=True):
    """An ``Image`` tag: its name, the field of the data that it shows, and whether that is a list."""

    name: str
    field: str
    several: bool = False


class Config(Struct, frozen=True):
    """What a label config says; ``colors`` and ``kinds`` by label, all labels in their order."""

    controls: tuple[Control, ...] = ()
    pictures: tuple[Picture, ...] = ()
    colors: dict[str, str | None] = {}
    kinds: dict[str, tuple[str, ...]] = {}

    def control(self, name: str) -> tuple[Control, int | None] | None:
        """Return the control of a result's ``from_name``, and the number of the image in it; None if there is none."""
        return _named(self.controls, name)

    def picture(self, name: str) -> tuple[Picture, int | None] | None:
        """Return the image of a result's ``to_name``, and its number; None if there is none."""
        return _named(self.pictures, name)

    def tag(self, name: str, choice: str) -> str:
        """Return the tag that a choice of a control is: itself, with the control's name if another has it, too."""
        others = (c for c in self.controls if c.type in ("choices", "taxonomy") and not c.per_region)
        twice = sum(choice in c.values for c in others) > 1
        return f"{name}: {choice}" if twice else choice


def _named(among: tuple[Any, ...], name: str) -> tuple[Any, int | None] | None:
    for one in among:
        if one.name == name:
            return one, None
        parts = re.split(_BRACES, one.name)
        if len(parts) > 1 and (found := re.fullmatch(r"(\d+)".join(map(re.escape, parts)), name)):
            return one, int(found[1])
    return None


def read(text: str, name: str = NAME) -> Config:
    """Return what a label config says.

    Raises
    ------
    ReadFailed
        It is no XML.
    """
    root = parsed_xml(text.encode(), name)
    controls: list[Control] = []
    pictures: list[Picture] = []
    colors: dict[str, str | None] = {}
    kinds: dict[str, tuple[str, ...]] = {}
    bare = tuple(k for e in root.iter() for k in KINDS.get(e.tag.lower(), ()))
    for element in root.iter():
        tag, called = element.tag.lower(), element.get("name", "")
        if tag == "image" and called:
            pictures.append(_picture(element, called))
        to = tuple(t for t in re.split(r"[\s,]+", element.get("toName", "")) if t)
        if not to or not called:
            continue
        several = element.get("choice", "single" if tag == "choices" else "multiple").startswith("multiple")
        values = tuple(_labels(element) if tag.endswith("labels") else _choices(element))
        controls.append(Control(called, tag, to, values, element.get("perRegion", "") == "true", several))
        if tag.endswith("labels"):
            its = bare if tag == "labels" else KINDS.get(tag.removesuffix("labels"), ())
            for label in element.iter("Label"):
                if value := value_of(label):
                    colors.setdefault(value, color(label.get("background", "")))
                    kinds[value] = tuple(dict.fromkeys((*kinds.get(value, ()), *its)))
    return Config(tuple(controls), tuple(pictures), colors, kinds)


def _picture(element: ET.Element, name: str) -> Picture:
    said = element.get("valueList") or element.get("value") or ""
    found = re.match(r"\$(\w+)", said)
    return Picture(name, found[1] if found else said.lstrip("$"), "valueList" in element.keys() or "[" in said)  # noqa: SIM118


def value_of(element: ET.Element) -> str:
    """Return what a label or a choice is called in results."""
    return (element.get("alias") or element.get("value") or "").strip()


def _labels(element: ET.Element) -> Iterator[str]:
    return (value for label in element.iter("Label") if (value := value_of(label)))


def _choices(element: ET.Element, above: str = "") -> Iterator[str]:
    for choice in element:
        if choice.tag == "Choice" and (value := value_of(choice)):
            yield above + value
            yield from _choices(choice, f"{above}{value}/")
        elif choice.tag != "Choice":
            yield from _choices(choice, above)


def color(said: str) -> str | None:
    """Return a color of CSS as ``#rrggbb``; None if it is none. How much shines through is left out."""
    plain = re.sub(r"(?i)^(rgb|hsl)a\((.*),[^,]*\)$", r"\1(\2)", said.strip())
    plain = plain[:7] if re.fullmatch("#[0-9a-fA-F]{8}", plain) else plain
    try:
        red, green, blue, *_ = ImageColor.getrgb(plain)
    except ValueError:
        return None
    return f"#{red:02x}{green:02x}{blue:02x}"


class _Own(Struct):
    labels: tuple[Label, ...] = ()
    tags: tuple[Tag, ...] = ()


def own(head: Head) -> str:
    """Return a comment with labels and tags as they are here."""
    said = msgspec.json.encode(_Own(head.labels, head.tags)).decode().replace("--", "-\\u002d")
    return f"<!-- nbannotate: {said} -->"


def head_of(text: str, name: str = NAME) -> Head:
    """Return the labels and tags of a config, with all that it says of them.

    Raises
    ------
    ReadFailed
        It is no XML.
    """
    config = read(text, name)
    asked = tuple(_attribute(c) for c in config.controls if c.per_region and c.type in _TYPES)
    attributes = tuple({a.name: a for a in asked if a is not None}.values())
    labels = {
        v: Label(v, config.kinds.get(v, ()), config.colors[v], attributes) for v in config.colors if len(v) <= LONGEST
    }
    tags = {
        tag: Tag(tag)
        for c in config.controls
        for v in (c.values if c.type in ("choices", "taxonomy") and not c.per_region else ())
        if len(tag := config.tag(c.name, v)) <= LONGEST
    }
    if found := OWN.search(text):
        try:
            mine = _json.decoded(found[1], _Own)
        except (msgspec.MsgspecError, NbannotateError):
            mine = _Own()  # somebody changed the comment: the rest of the config says enough
        labels = {v.name: v for v in mine.labels if v.name in labels} | {
            k: v for k, v in labels.items() if k not in {m.name for m in mine.labels}
        }
        tags = {v.name: v for v in mine.tags if v.name in tags} | {
            k: v for k, v in tags.items() if k not in {m.name for m in mine.tags}
        }
    return Head(tuple(labels.values()), tuple(tags.values()))


def _attribute(control: Control) -> Attribute | None:
    """Return what each region is asked for, if it can be an attribute."""
    type_ = _TYPES[control.type]
    if len(control.name) > LONGEST or control.name != control.name.strip():
        return None
    if type_ != "choice":
        return Attribute(control.name, type_)
    choices = tuple(dict.fromkeys(v for v in control.values if len(v) <= LONGEST))
    return Attribute(control.name, "choices" if control.several else "choice", choices) if choices else None
