"""Which number in an image of masks is which label: ``labels.json``, ``labels.txt`` and what others write.

- ``labels.json`` as it is written here: ``{"labels": [{"number": 1, "name": "cell", "color": "#e69f00"}], "objects":
  true}``; or a list of names, of such objects (``id`` for ``number``, a color of three numbers), or a mapping between
  numbers and names, either way round.
- ``labels.txt``, ``classes.txt``, ``codes.txt``: a line is a number and a name, or a name alone, counted from 0; from
  -1 where the first is ``__ignore__``, as LabelMe has it.
- ``labelmap.txt`` of CVAT; without its background it is counted from 1.

What is called background, unlabeled, void or ignore is no label.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

import msgspec
from msgspec import Struct, field

from nbannotate.errors import ReadFailed
from nbannotate.files.source import Source
from nbannotate.formats import _json, _label_map
from nbannotate.formats._contract import Foreign, Head
from nbannotate.formats._outcome import Problems
from nbannotate.formats._pixels import VOID, Rgb
from nbannotate.model import Label

NAME = "labels.json"
TEXTS = ("labels.txt", "classes.txt", "codes.txt", "label_map.txt", "label_colors.txt")
OTHERS = ("id2label.json", "classes.json", "label_map.json")
_NOTHING = re.compile(r"_*(background|bg|unlabel+ed|void|ignored?|none|nothing)_*", re.IGNORECASE)
_NUMBERED = re.compile(r"\s*(-?\d{1,9})\s*[\s:,;=]\s*(.*?)\s*")


class Known(Struct):
    """A map of numbers.

    Parameters
    ----------
    member
        The file; empty if there is none.
    names
        Labels by their numbers, in the file's order.
    nothing
        Names of numbers that mean no label.
    colors
        Of numbers, those that mean no label too.
    objects
        Whether numbers are ``1000 * label + object``; None where the file does not say.
    """

    member: str = ""
    names: dict[int, str] = field(default_factory=dict)
    nothing: dict[int, str] = field(default_factory=dict)
    colors: dict[int, Rgb] = field(default_factory=dict)
    objects: bool | None = None


class _Line(msgspec.Struct, omit_defaults=True):
    number: int
    name: str
    color: str | None = None


class _File(msgspec.Struct):
    labels: list[_Line]
    objects: bool


def is_ours(source: Source) -> bool:
    """Return whether there is a map as it is written here."""
    member = next(iter(source.matching(NAME)), None)
    if member is None:
        return False
    try:
        return isinstance(source.json(member, _File), _File)
    except ReadFailed:
        return False


def found(source: Source, problems: Problems) -> Known:
    """Return the map of a data set; an empty one if it has none.

    Raises
    ------
    ReadFailed
        It is no JSON or no text.
    """
    for name in (NAME, *OTHERS, _label_map.NAME, *TEXTS):
        for member in source.matching(name):
            known = Known(member)
            for number, given, color in _entries(source, member, known, problems):
                _take(known, number, given, color, problems)
            if known.names:
                return known
    return Known()


def _take(known: Known, number: int, given: Any, color: Any, problems: Problems) -> None:
    name = given.strip() if isinstance(given, str) else ""
    rgb = _rgb(color)
    if not 0 < len(name) <= 200 or not _json.kept(name):
        problems.add("labels", "they have no name that a label can have", f"{known.member}: {number}")
    elif number in known.names or name in known.names.values():
        problems.add("labels", "another one has their name or their number", f"{known.member}: {number}")
    elif color and rgb is None:
        problems.add("labels", "their color is none", f"{known.member}: {number}")
    else:
        nothing = _NOTHING.fullmatch(name) is not None
        (known.nothing if nothing else known.names)[number] = name
        if rgb is not None:
            known.colors[number] = rgb


def _entries(source: Source, member: str, known: Known, problems: Problems) -> list[tuple[int, Any, Any]]:
    """Return number, name and color of each line or object."""
    name = posixpath.basename(member)
    if name == _label_map.NAME:
        lines = _label_map.read(source.text(member), member, problems)
        first = 0 if lines and _NOTHING.fullmatch(lines[0].name) else 1
        return [(n, line.name, line.color) for n, line in enumerate(lines, first)]
    if not name.endswith(".json"):
        return [(number, name, None) for number, name in _numbered(source.text(member))]
    content = source.json(member, _File)
    if isinstance(content, _File):
        known.objects = content.objects
        return [(v.number, v.name, v.color) for v in content.labels]
    if isinstance(content, dict) and isinstance(content.get("labels"), list):
        content = content["labels"]
    items = list(enumerate(content)) if isinstance(content, list) else []
    if isinstance(content, dict):
        for key, value in content.items():
            pair = (int(key), value) if str(key).isdecimal() else (value, key)
            items += [pair] if type(pair[0]) is int else []
    return [_entry(number, value) for number, value in items]


def _entry(number: int, value: Any) -> tuple[int, Any, Any]:
    if not isinstance(value, dict):
        return number, value, None
    its = next((value[k] for k in ("number", "id", "value", "trainId") if type(value.get(k)) is int), number)
    return its, value.get("name", value.get("label")), value.get("color")


def _numbered(text: str) -> list[tuple[int, str]]:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    pairs = [_NUMBERED.fullmatch(line) for line in lines]
    if lines and all(pairs):
        return [(int(pair[1]), pair[2]) for pair in pairs if pair is not None]
    return list(enumerate(lines, -1 if lines[:1] == ["__ignore__"] else 0))


def _rgb(color: Any) -> Rgb | None:
    if isinstance(color, str) and re.fullmatch("#[0-9a-fA-F]{6}", color):
        return _label_map.rgb(color)
    if isinstance(color, list | tuple) and len(color) == 3 and all(type(v) is int and 0 <= v < 256 for v in color):
        return color[0], color[1], color[2]
    return None


def head(known: Known) -> Head:
    """Return the labels of a map in its order, with what is no label beside them."""
    labels = []
    for number, name in known.names.items():
        color = known.colors.get(number)
        labels.append(Label(name, color=_label_map.hexadecimal(color) if color is not None else None))
    nothing = [
        {"number": n, "name": name, "color": list(known.colors[n]) if n in known.colors else None}
        for n, name in known.nothing.items()
    ]
    foreign = {name: Foreign(number) for number, name in known.names.items()}
    return Head(tuple(labels), foreign=foreign, extra={"nothing": nothing} if nothing else {})


def numbers_of(head: Head, least: int) -> dict[str, int]:
    """Return the numbers of labels: those that they had, from ``least``, and the next ones for the others."""
    given: dict[str, int] = {}
    for name, its in head.foreign.items():
        if type(its.id) is int and least <= its.id < 1 << 20 and its.id not in given.values():
            given[name] = its.id
    numbers = {label.name: given[label.name] for label in head.labels if label.name in given}
    for label in head.labels:
        if label.name not in numbers:
            numbers[label.name] = following(numbers)
    return numbers


def following(numbers: dict[str, int]) -> int:
    """Return the number of a new label: the next one, from 1, but not that of what belongs to nothing."""
    number = max(numbers.values(), default=0) + 1
    return number + 1 if number == VOID else number


def written(head: Head, numbers: dict[str, int], objects: bool) -> bytes:
    """Return ``labels.json``, in the order of the labels."""
    colors = {label.name: label.color for label in head.labels}
    order = [label.name for label in head.labels]
    lines = [_Line(numbers[name], name, colors.get(name)) for name in dict.fromkeys([*order, *numbers])]
    taken = {line.number for line in lines}
    nothing = []
    for its in head.extra.get("nothing", []) if isinstance(head.extra.get("nothing"), list) else []:
        if isinstance(its, dict) and type(its.get("number")) is int and isinstance(its.get("name"), str):
            rgb = _rgb(its.get("color"))
            line = _Line(its["number"], its["name"], _label_map.hexadecimal(rgb) if rgb is not None else None)
            nothing += [line] if line.number not in taken else []
    return msgspec.json.format(msgspec.json.encode(_File([*nothing, *lines], objects)), indent=1) + b"\n"
