"""The label config that goes with tasks that are written: the one that was read, with what the tasks need besides."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import Any

import msgspec

from nbannotate.files.parsing import parsed_xml
from nbannotate.formats import _label_studio_config as configs
from nbannotate.formats._contract import Head
from nbannotate.formats._label_studio_config import Config, Control, Picture
from nbannotate.formats._label_studio_tasks import Json, Result
from nbannotate.formats._label_studio_values import WORDS
from nbannotate.model import Attribute

_EMPTY = '<View>\n  <Image name="image" value="$image"/>\n</View>'
#: The tags by the types of their results.
_TAGS = {
    v.lower(): v
    for v in (
        "RectangleLabels", "PolygonLabels", "KeyPointLabels", "EllipseLabels", "BrushLabels", "Labels", "Rectangle",
        "Polygon", "KeyPoint", "Ellipse", "Brush", "Choices", "Taxonomy", "TextArea", "Number", "Rating", "DateTime",
    )
}  # fmt: skip
_ASKED_BY = {"choice": "choices", "choices": "choices", "text": "textarea", "number": "number", "integer": "number"}


class Built:
    """A config that grows as tasks are written.

    Parameters
    ----------
    head
        Labels and tags, all of which are in it; ``extra["label_config"]`` is the config that was read.
    config
        What tasks that were read must have had, if there was no config.
    """

    def __init__(self, head: Head, config: Config | None = None) -> None:
        given = head.extra.get("label_config")
        self._text = given if isinstance(given, str) else _EMPTY if config is None else "<View/>"
        self._head = head
        self.config: Config = configs.read(self._text) if config is None else config
        for label in head.labels:
            for word in dict.fromkeys(WORDS[kind] for kind in label.kinds if kind in WORDS):
                self.of_region(word, (label.name,), None, 0)
            for attribute in label.attributes:
                self._ask(attribute)
        for tag in head.tags:
            self.of_tag(tag.name)

    def picture(self) -> Picture:
        """Return the image that new tasks have."""
        if not self.config.pictures:
            self.config = msgspec.structs.replace(self.config, pictures=(Picture("image", "image"),))
        return self.config.pictures[0]

    def of_region(self, word: str, labels: tuple[str, ...], first: Result | None, number: int) -> tuple[str, str]:
        """Return the control and the type of a region's result, whose labels the control has from now on."""
        if first is not None and first.word == word and first.said.get("from_name"):
            name, type_ = str(first.said["from_name"]), first.type if first.type.endswith("labels") else f"{word}labels"
        else:
            types = (f"{word}labels", "labels")
            fitting = [c for c in self.config.controls if c.type in types]
            best = next((c for c in fitting if set(labels) <= set(c.values)), None)
            best = best or next((c for c in fitting if c.type == types[0]), None)
            name, type_ = (best.name, best.type) if best is not None else (self._free(word), types[0])
        self._add(name, type_, labels)
        return _numbered(name, number), type_

    def of_image(self, control: str, first: Result | None, number: int) -> str:
        """Return the name of the image that a result is about."""
        if first is not None and first.said.get("to_name"):
            return str(first.said["to_name"])
        found = self.config.control(control)
        return _numbered(found[0].to[0] if found and found[0].to else self.picture().name, number)

    def of_tag(self, tag: str) -> tuple[str, str, str]:
        """Return the control, its type, and the choice that a tag is."""
        for control in self.config.controls:
            if control.type in ("choices", "taxonomy") and not control.per_region:
                for choice in control.values:
                    if self.config.tag(control.name, choice) == tag:
                        return control.name, control.type, choice
        theirs = (c for c in self.config.controls if c.type == "choices" and not c.per_region and c.several)
        name = next((c.name for c in theirs), None) or self._free("tags")
        self._add(name, "choices", (tag,), several=True)
        return name, "choices", tag

    def asked(self, name: str, per_region: bool) -> Control | None:
        """Return the control that asks for something of that name."""
        return next((c for c in self.config.controls if c.name == name and c.per_region == per_region), None)

    def saw(self, results: Iterable[Result]) -> None:
        """Take note of results that were written as they stood, so that the config has their controls and labels."""
        for result in results:
            name, value = str(result.said.get("from_name") or ""), result.said.get("value")
            if not name or result.type not in _TAGS:
                continue
            given = value.get(result.type) if isinstance(value, dict) else None
            several = isinstance(given, list) and all(isinstance(v, str) for v in given)
            labelled = several and (result.type.endswith("labels") or result.type == "choices")
            self._add(name, result.type, tuple(given) if labelled and isinstance(given, list) else ())

    def _add(self, name: str, type_: str, values: tuple[str, ...], several: bool = False) -> None:
        """Make sure that there is a control, and that it has some values."""
        found = self.config.control(name)
        if found is None:
            control = Control(name, type_, (self.picture().name,), values, several=several)
            controls = (*self.config.controls, control)
        elif set(values) <= set(found[0].values):
            return
        else:
            control = msgspec.structs.replace(found[0], values=tuple(dict.fromkeys((*found[0].values, *values))))
            controls = tuple(control if c is found[0] else c for c in self.config.controls)
        self.config = msgspec.structs.replace(self.config, controls=controls)

    def _ask(self, attribute: Attribute) -> None:
        """Make sure that each region is asked for an attribute, if Label Studio has a word for its type."""
        type_ = _ASKED_BY.get(attribute.type)
        if type_ is None or self.config.control(attribute.name) is not None:
            return
        control = Control(
            attribute.name, type_, (self.picture().name,), attribute.choices, True, attribute.type == "choices"
        )
        self.config = msgspec.structs.replace(self.config, controls=(*self.config.controls, control))

    def _free(self, name: str) -> str:
        """Return a name that nothing in the config has."""
        taken = {*(v.name for v in self.config.controls), *(v.name for v in self.config.pictures)}
        return next(v for v in (name, *(f"{name}_{n}" for n in range(2, 10_000))) if v not in taken)

    def xml(self) -> str:
        """Return the config; if it is as it was read, to the letter."""
        labelled = {v for c in self.config.controls if c.type.endswith("labels") for v in c.values}
        loose = [v.name for v in self._head.labels if v.name not in labelled]
        if loose:
            regions = [c for c in self.config.controls if c.type.endswith("labels")]
            word = regions[0].type.removesuffix("labels") if regions else "rectangle"
            self.of_region(word or "rectangle", tuple(loose), None, 0)
        root = parsed_xml(_without_own(self._text).encode(), configs.NAME)
        if self._grown(root):
            ET.indent(root)
            text = ET.tostring(root, encoding="unicode") + "\n"
        else:
            text = _without_own(self._text)
        found = configs.head_of(text)
        if (found.labels, found.tags) == (self._head.labels, self._head.tags):
            return text
        return text.rstrip("\n") + "\n" + configs.own(self._head) + "\n"

    def _grown(self, root: ET.Element) -> bool:
        """Add what is missing; return whether anything was."""
        changed = False
        named = {e.get("name"): e for e in root.iter() if e.get("name")}
        for picture in self.config.pictures:
            if picture.name not in named:
                named_by = "valueList" if picture.several else "value"
                root.insert(0, ET.Element("Image", {"name": picture.name, named_by: f"${picture.field}"}))
                changed = True
        colors = {v.name: v.color for v in self._head.labels if v.color is not None}
        for control in self.config.controls:
            element: ET.Element | None = named.get(control.name)
            if element is None:
                element = ET.Element(_TAGS[control.type], {"name": control.name, "toName": " ".join(control.to)})
                element.attrib |= {"perRegion": "true"} if control.per_region else {}
                element.attrib |= {"choice": "multiple"} if control.several else {}
                root.append(element)
                changed = True
            child = "Label" if control.type.endswith("labels") else "Choice"
            there = {configs.value_of(e) for e in element.iter(child)}
            for value in control.values:
                if value not in there and not (control.type == "taxonomy" and "/" in value):
                    element.append(ET.Element(child, {"value": value}))
                    changed = True
        for element in root.iter("Label"):  # of several with one name the first has the color
            color = colors.pop(configs.value_of(element), None)
            if color is not None and configs.color(element.get("background", "")) != color:
                element.set("background", color)
                changed = True
        return changed


def _numbered(name: str, number: int) -> str:
    return re.sub(r"\{\{\w+\}\}", str(number), name)


def _without_own(text: str) -> str:
    return configs.OWN.sub("", text)


def answer_of(control: Control, value: Any) -> Json | None:
    """Return the value of a result that answers what a control asks; None if it cannot."""
    texts = value if isinstance(value, list) else [value]
    good = bool(texts) and all(isinstance(v, str) for v in texts)
    if control.type in ("choices", "textarea") and good:
        return {"choices" if control.type == "choices" else "text": texts}
    if control.type == "taxonomy" and good:
        return {"taxonomy": [v.split("/") for v in texts]}
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if (control.type in ("number", "rating") and number) or (control.type == "datetime" and isinstance(value, str)):
        return {control.type: value}
    return None
