"""Objects of Pascal VOC files and the shapes that they are.

A box in the file is of whole pixels, counted from 1, both ends in it (devkit of VOC 2012, section 3, and what it calls
``VOCxml``): a box over all of an image of 640 x 480 pixels has ``xmin`` 1 and ``xmax`` 640. Here places are between
pixels and begin at 0, so 1 is taken from ``xmin`` and ``ymin``, and ``xmax`` and ``ymax`` stay. Decimal numbers, which
other programs write, are taken and written as exactly as whole ones.

``truncated``, ``difficult`` and ``occluded`` are attributes where they are 1, and ``pose`` where it is specified;
``attributes`` are further ones, as CVAT writes them. An XML attribute ``type`` tells a number or a flag from the text
that looks like one, and ``stated`` a flag that somebody set to false from one that nobody spoke of; other programs pass
over both. A ``polygon`` (``x1``, ``y1``, ``x2`` …, as Roboflow writes it) is an outline, in places from 0. A ``part``
is a shape in the group of its object; parts are written into their object again.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbannotate import shapes
from nbannotate.files.parsing import Element
from nbannotate.formats import _json, _parts
from nbannotate.formats._contract import Foreign
from nbannotate.formats._elements import NOT_XML, child, fields_of, put_fields, texts_of
from nbannotate.formats._outcome import Problems
from nbannotate.model import Shape

FLAGS = ("truncated", "difficult", "occluded")
CORNERS = ("xmin", "ymin", "xmax", "ymax")
_KNOWN = ("name", "pose", *FLAGS, "bndbox", "polygon", "part", "attributes", "confidence", "score", "group")
#: What stands beside a shape: that it is a part; the box of an outline, in the file's numbers.
PART, BOX = "part", "bndbox"


class Seen(Struct, frozen=True):
    """The file that objects are of: its name, and the size of its image, infinite where that is not known."""

    member: str
    width: float
    height: float


class Found(Struct, frozen=True):
    """A shape, what the file says beside it, and the number of its object in the file; 0 for a part."""

    shape: Shape
    foreign: Foreign = Foreign()
    number: int = 0


def read(root: Element, seen: Seen, problems: Problems) -> Iterator[Found]:
    """Return the shapes of a file, the parts of an object after it."""
    for number, item in enumerate(_children(root, "object"), 1):
        parts = _children(item, "part")
        group = item.child_text("group") or (str(number) if parts else None)
        if (found := _object(item, seen, problems, group)) is None:
            continue
        yield replace(found, number=number)
        for part in parts:
            if (its := _object(part, seen, problems, group)) is not None:
                yield replace(its, foreign=Foreign(extra={**its.foreign.extra, PART: True}))


def _children(item: Element, tag: str) -> list[Element]:
    return [v for v in item if v.tag == tag and isinstance(v, Element)]


def _object(item: Element, seen: Seen, problems: Problems, group: str | None) -> Found | None:
    place = f"{seen.member}:{item.line}"
    label = item.child_text("name") or ""
    if len(label) > 200 or not _json.kept(label):
        problems.add("objects", "they have no name that a label can have", place)
        return None
    geometry = _geometry(item, seen, problems)
    if geometry is None:
        return None
    kind, points, rings, extra = geometry
    shape = Shape(
        kind=kind,
        points=points,
        rings=rings,
        label=label,
        group=group,
        attributes=dict(_attributes(item, problems, place)),
        confidence=_confidence(item, problems, place),
    )
    if problem := shapes.kind(kind).problem(shape, seen.width, seen.height):
        problems.add("boxes" if kind == "rectangle" else "outlines", problem.rstrip("."), place)
        return None
    return Found(shape, Foreign(extra=extra | fields_of(item, _KNOWN)))


def _geometry(item: Element, seen: Seen, problems: Problems) -> tuple[str, Any, tuple[int, ...], dict[str, Any]] | None:
    """Return kind, points and rings, and the box beside an outline that is not the one around it."""
    box = item.find("bndbox")
    corners = _corners(box, seen, problems) if isinstance(box, Element) else None
    outlines = [_outline(v) for v in _children(item, "polygon")]
    place = f"{seen.member}:{item.line}"
    if outlines:
        if not all(outlines):
            problems.add("outlines", "they are not at least three points x1, y1, x2, y2 …", place)
            return None
        points = [p for ring in outlines for p in ring]
        rings = tuple(map(len, outlines)) if len(outlines) > 1 else ()
        around = (*_ends(points, min), *_ends(points, max))
        extra = {} if corners is None or _pixels(corners) == around else {BOX: [float(v) for v in corners]}
        return "polygon", points, rings, extra
    if corners is None:
        if not isinstance(box, Element):
            problems.add("objects", "they have no bndbox", place)
        return None
    if corners[2] <= corners[0] or corners[3] <= corners[1]:
        where = f"{seen.member}:{box.line}" if isinstance(box, Element) else place
        problems.add("boxes", "xmax is not larger than xmin, or ymax not than ymin", where)
        return None
    x0, y0, x1, y1 = _pixels(corners)
    return "rectangle", ((x0, y0), (x1, y1)), (), {}


def _corners(box: Element, seen: Seen, problems: Problems) -> list[Decimal] | None:
    found = [_parts.decimal(box.child_text(tag) or "") for tag in CORNERS]
    if None in found:
        problems.add("boxes", "they have no four numbers xmin, ymin, xmax, ymax", f"{seen.member}:{box.line}")
        return None
    return [v for v in found if v is not None]


def _pixels(corners: Sequence[Decimal]) -> tuple[float, float, float, float]:
    low = [float(_parts.EXACT.subtract(v, Decimal(1))) for v in corners[:2]]
    return low[0], low[1], float(corners[2]), float(corners[3])


def _outline(item: Element) -> list[tuple[float, float]]:
    numbers = {v.tag: _parts.decimal((v.text or "").strip()) for v in item}
    n = len(numbers) // 2
    found = [(numbers.get(f"x{i}"), numbers.get(f"y{i}")) for i in range(1, n + 1)]
    good = [(float(x), float(y)) for x, y in found if x is not None and y is not None]
    return good if len(good) == n > 2 and len(numbers) == 2 * n else []


def _ends(points: Iterable[tuple[float, float]], which: Any) -> tuple[float, float]:
    xs, ys = zip(*points, strict=True)
    return which(xs), which(ys)


def _attributes(item: Element, problems: Problems, place: str) -> Iterator[tuple[str, Any]]:
    for flag in FLAGS:
        found = item.find(flag)
        text = item.child_text(flag)
        if found is None or text in ("", None):
            continue
        if text not in ("0", "1", "true", "false", "True", "False"):
            problems.add("flags", "they are not 0 or 1", f"{place} {flag}")
        elif text in ("1", "true", "True") or "stated" in found.attrib:
            yield flag, text in ("1", "true", "True")
    pose = item.find("pose")
    if pose is not None and (pose.text or "").strip() and (pose.text != "Unspecified" or "stated" in pose.attrib):
        yield "pose", pose.text or ""
    every = item.find("attributes")
    for one in every if every is not None else ():
        name, value = one.findtext("name"), one.find("value")
        if not name or not _json.kept(name):
            problems.add("attributes", "they have no name", place)
        else:
            yield name, _value(value)


def _value(item: ET.Element | None) -> Any:
    """Return the value of an attribute: as its type says, or as what it looks like."""
    text = (item.text or "") if item is not None else ""
    kind = item.get("type") if item is not None else None
    if kind == "text":
        return text
    lower = text.strip().lower()
    if lower in ("true", "false"):
        return lower == "true"
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return text
    same = msgspec.json.encode(found).decode() == text
    return found if kind == "json" or (same and isinstance(found, int | float)) else text


def _confidence(item: Element, problems: Problems, place: str) -> float | None:
    text = item.child_text("confidence") or item.child_text("score")
    if text is None or text == "":
        return None
    found = _parts.decimal(text)
    if found is None or not 0 <= found <= 1:
        problems.add("confidences", "they are no numbers from 0 to 1", place)
        return None
    return float(found)


def put(root: ET.Element, its: Sequence[Shape], foreign: dict[str, Foreign]) -> dict[str, int]:
    """Write shapes as objects, parts into their objects; return the number of each, 0 for a part, by its id."""
    parts: dict[str, list[Shape]] = {}
    objects: list[Shape] = []
    whole = {s.group for s in its if s.group is not None and not _is_part(s, foreign)}
    for shape in its:
        inside = shape.group is not None and shape.group in whole and _is_part(shape, foreign)
        parts.setdefault(shape.group or "", []).append(shape) if inside else objects.append(shape)
    numbers: dict[str, int] = {}
    for number, shape in enumerate(objects, 1):
        numbers[shape.id] = number
        item = _put_object(root, "object", shape, foreign.get(shape.id, Foreign()))
        of = parts.pop(shape.group, []) if shape.group is not None else []
        if shape.group is not None and (not of or shape.group != str(number)):
            child(item, "group", shape.group)
        for part in of:
            _put_object(item, "part", part, foreign.get(part.id, Foreign()))
            numbers[part.id] = 0
    return numbers


def _is_part(shape: Shape, foreign: dict[str, Foreign]) -> bool:
    return shape.id in foreign and foreign[shape.id].extra.get(PART) is True


def _put_object(root: ET.Element, tag: str, shape: Shape, foreign: Foreign) -> ET.Element:
    item = ET.SubElement(root, tag)
    child(item, "name", shape.label)
    said = shape.attributes
    special = set[str]()
    if tag == "object":
        special |= _put_flags(item, said)
    x0, y0, x1, y1 = shapes.kind(shape.kind).bounds(shape.points)
    low = [_parts.written(_parts.EXACT.add(Decimal(repr(v)), Decimal(1))) for v in (x0, y0)]
    texts = [*low, *(_parts.written(Decimal(repr(v))) for v in (x1, y1))]
    given = _still_around(foreign.extra.get(BOX), (x0, y0, x1, y1))
    if shape.kind != "rectangle" and given:
        texts = [_parts.written(Decimal(repr(v))) for v in given]
    box = ET.SubElement(item, "bndbox")
    for name, text in zip(CORNERS, texts, strict=True):
        child(box, name, text)
    for ring in shape.ring_arrays if shape.kind == "polygon" else ():
        outline = ET.SubElement(item, "polygon")
        for i, point in enumerate(ring.tolist(), 1):
            for axis, value in zip("xy", point, strict=True):
                child(outline, f"{axis}{i}", _parts.written(Decimal(repr(value))))
    if shape.confidence is not None:
        child(item, "confidence", _parts.written(Decimal(repr(shape.confidence))))
    if others := {name: value for name, value in said.items() if name not in special}:
        every = ET.SubElement(item, "attributes")
        for name, value in others.items():
            one = ET.SubElement(every, "attribute")
            child(one, "name", name)
            _put_value(one, value)
    put_fields(item, {k: v for k, v in foreign.extra.items() if k not in (PART, BOX)})
    return item


def _put_flags(item: ET.Element, said: dict[str, Any]) -> set[str]:
    """Write pose and flags, and return the attributes that they are."""
    special = set[str]()
    pose = said.get("pose")
    held = isinstance(pose, str) and bool(pose.strip())
    found = child(item, "pose", pose if held and isinstance(pose, str) else "Unspecified")
    if held:
        special.add("pose")
        if pose == "Unspecified":
            found.set("stated", "1")
    for flag in FLAGS:
        value = said.get(flag)
        if flag != "occluded" or isinstance(value, bool):
            found = child(item, flag, "1" if value is True else "0")
            if value is False:
                found.set("stated", "1")
        if isinstance(value, bool):
            special.add(flag)
    return special


def _put_value(item: ET.Element, value: Any) -> None:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    found = child(item, "value", text)
    if _value(found) != value or type(_value(found)) is not type(value):
        found.set("type", "text" if isinstance(value, str) else "json")


def _still_around(given: Any, around: tuple[float, ...]) -> list[float]:
    """Return a box beside an outline, in the file's numbers, if it is still around it, to a pixel; else nothing."""
    if not isinstance(given, list) or len(given) != 4 or not all(isinstance(v, int | float) for v in given):
        return []
    return [float(v) for v in given] if all(abs(a - b) <= 2 for a, b in zip(given, around, strict=True)) else []


def losses(shape: Shape) -> Iterator[tuple[str, str]]:
    """Return what a file cannot hold of a shape."""
    if shape.kind in ("rectangle", "mask"):
        (x0, y0), (x1, y1) = shape.points
        if x1 - x0 <= 1 or y1 - y0 <= 1:
            yield f"{shape.kind}s", "a box of a pixel's width or less is none in Pascal VOC, which counts whole pixels"
    if any(NOT_XML.search(text) for text in texts_of([shape.label, shape.group, shape.attributes])):
        yield "texts", "XML cannot hold all of their characters"
