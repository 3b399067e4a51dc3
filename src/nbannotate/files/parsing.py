"""JSON and XML of any program: the mark of UTF-8 is passed over, what is wrong is said with its place."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from nbannotate.errors import ReadFailed
from nbannotate.files import text

T = TypeVar("T")

#: What is nested deeper is not read.
DEEPEST = 100
#: So many bytes of XML are parsed at once.
PIECE = 1 << 20


def parsed_json(data: bytes, name: str, type_: type[T] | Any = Any) -> T | Any:
    """Return JSON as a struct, or as plain Python values if it is not wholly one.

    Fields that the struct does not have may hold anything. NaN and Infinity are numbers.

    Raises
    ------
    ReadFailed
        It is not JSON, in another encoding, or nested in more than 100 levels; the message begins with ``name``.
    """
    data = text.decoded(data, name)
    try:
        found = msgspec.json.decode(data, type=type_)
    except msgspec.DecodeError:  # Python's own parser takes more: NaN, and numbers of any size
        try:
            found = json.loads(data)
        except ValueError as error:
            raise ReadFailed(f"{name} is not JSON{_where(error, len(data.decode()))}.") from None
        except RecursionError:
            raise _too_deep(name) from None
    except RecursionError:
        raise _too_deep(name) from None
    if depth_exceeds(found, DEEPEST):
        raise _too_deep(name)
    return found


def depth_exceeds(value: Any, levels: int) -> bool:
    """Return whether lists and objects are nested in more levels than so many."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        inner = (v for outer in level for v in (outer.values() if isinstance(outer, dict) else outer))
        level = [v for v in inner if isinstance(v, dict | list)]
        if not level:
            return False
    return bool(level)


def _too_deep(name: str) -> ReadFailed:
    return ReadFailed(f"{name} is nested too deeply to be read: in more than {DEEPEST} levels.")


def _where(error: ValueError, length: int) -> str:
    """Return where a text ceases to be JSON, in our words."""
    if not isinstance(error, json.JSONDecodeError):
        return ""
    if error.pos >= length or error.msg.startswith("Unterminated"):
        return ": it breaks off; write or download it again"
    return f", from line {error.lineno}, column {error.colno} on"


class Element(ET.Element):
    """An element of XML that knows in which line it begins."""

    line = 0

    def child_text(self, tag: str) -> str | None:
        """Return the text of the first child with a tag, without white space around it; None if there is none."""
        found = self.find(tag)
        return None if found is None else (found.text or "").strip()


def parsed_xml(data: bytes, name: str) -> Element:
    """Return the root of a document; each element has its ``line``.

    Raises
    ------
    ReadFailed
        It is no XML, has entities of its own, or names another file; the message says the line.
    """
    return list(_elements(iter((data,)), name))[-1]


def xml_items(pieces: Iterator[bytes], name: str, *tags: str) -> Iterator[Element]:
    """Return the elements with one of some tags one after another, each when it is whole; then it is forgotten.

    Raises
    ------
    ReadFailed
        As :func:`parsed_xml`, when it comes to that.
    """
    return _elements(pieces, name, frozenset(tags))


class _TooDeepError(Exception):
    """Elements are nested in too many levels."""


class _Builder(ET.TreeBuilder):
    """Collects the elements with some tags, and takes them out of the tree; without tags, the root."""

    def __init__(self, tags: frozenset[str]) -> None:
        super().__init__(element_factory=Element)
        self.tags, self.done, self.open = tags, list[Element](), list[Element]()
        self.line: Callable[[], int] = lambda: 0

    def start(self, tag: Any, attributes: Any, /) -> Any:
        if len(self.open) == DEEPEST:
            raise _TooDeepError
        element: Any = super().start(tag, attributes)
        element.line = self.line()
        self.open.append(element)
        return element

    def end(self, tag: Any, /) -> Any:
        element: Any = super().end(tag)
        self.open.pop()
        if element.tag in self.tags:
            self.done.append(element)
            if self.open:
                self.open[-1].remove(element)
        return element


def _elements(pieces: Iterator[bytes], name: str, tags: frozenset[str] = frozenset()) -> Iterator[Element]:
    builder = _Builder(tags)
    parser: Any = DefusedXMLParser(target=builder)
    builder.line = lambda: int(parser.parser.CurrentLineNumber)
    try:
        for piece in pieces:
            parser.feed(piece)
            found, builder.done = builder.done, []
            yield from found
        root: Element = parser.close()
    except ET.ParseError as error:
        line, column = error.position
        raise ReadFailed(f"{name} is not XML, from line {line}, column {column + 1} on.") from None
    except DefusedXmlException:
        raise ReadFailed(f"{name}: line {builder.line()}: entities of its own are not read; remove them.") from None
    except _TooDeepError:
        raise _too_deep(name) from None
    except (ValueError, LookupError):
        raise ReadFailed(f"{name} is not XML: its encoding is not known.") from None
    yield from builder.done
    if not tags:
        yield root
