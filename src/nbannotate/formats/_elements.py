"""Elements of XML as values that JSON can hold, and back: what a format has no word for is kept so."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: Characters that no XML can hold, and the return, which every reader makes a new line.
NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = re.compile(r"[A-Za-z_][\w.-]*")


def child(parent: ET.Element, tag: str, text: str) -> ET.Element:
    """Add an element with a text; characters that XML cannot hold become the sign for that."""
    found = ET.SubElement(parent, tag)
    found.text = NOT_XML.sub("\ufffd", text)
    return found


def texts_of(value: Any) -> Iterator[str]:
    """Return all texts in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
        for one in value.values():
            yield from texts_of(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_of(one)


def fields_of(item: ET.Element, known: Iterable[str] = ()) -> dict[str, Any]:
    """Return the children of an element that are not known, by their tags.

    A text alone is a text; an element with children or attributes is a mapping, its attributes with ``@`` before their
    names, its text as ``#text``; several elements of one tag are a list.
    """
    found: dict[str, Any] = {}
    for one in item:
        if one.tag in known or not isinstance(one.tag, str):
            continue
        value = _value(one)
        if one.tag not in found:
            found[one.tag] = value
        elif isinstance(found[one.tag], list):
            found[one.tag].append(value)
        else:
            found[one.tag] = [found[one.tag], value]
    return found


def _value(item: ET.Element) -> Any:
    text = (item.text or "").strip()
    if not len(item) and not item.attrib:
        return text
    found = {f"@{name}": value for name, value in item.attrib.items()} | fields_of(item)
    return found | ({"#text": text} if text else {})


def put_fields(item: ET.Element, fields: Mapping[str, Any]) -> None:
    """Add what :func:`fields_of` returned; what is none of that is passed over."""
    for tag, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and _TAG.fullmatch(tag):
                child(item, tag, one)
            elif isinstance(one, dict) and _TAG.fullmatch(tag):
                found = child(item, tag, str(one.get("#text", "")))
                put_attributes(found, one)
                put_fields(found, {k: v for k, v in one.items() if k[:1] not in "@#"})


def put_attributes(item: ET.Element, fields: Mapping[str, Any]) -> None:
    """Set the attributes that :func:`fields_of` found, with ``@`` before their names."""
    for name, value in fields.items():
        if name.startswith("@") and _TAG.fullmatch(name[1:]):
            item.set(name[1:], NOT_XML.sub("\ufffd", str(value)))
