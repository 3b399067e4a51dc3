"""``labelmap.txt``: labels in their order with colors and parts, as CVAT and Datumaro write it beside Pascal VOC.

A line is ``name:r,g,b:part,part:action,action``; ``#`` begins a comment
(https://docs.cvat.ai/docs/dataset_management/formats/format-voc).
"""

from __future__ import annotations

from msgspec import Struct

from nbannotate.formats import _json
from nbannotate.formats._outcome import Problems
from nbannotate.model import Label

NAME = "labelmap.txt"
#: The first line, and the label of what belongs to none.
HEADING, BACKGROUND = "# label:color_rgb:parts:actions", "background"
Rgb = tuple[int, int, int]


class Line(Struct, frozen=True):
    """A label of the map: its name, its color if it has one, and the rest of its line."""

    name: str
    color: Rgb | None = None
    parts: str = ""
    actions: str = ""


def read(text: str, member: str, problems: Problems) -> list[Line]:
    """Return the labels of a map, the background too."""
    found: dict[str, Line] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        fields = line.strip().rsplit(":", 3)
        name, color, parts, actions = fields if len(fields) == 4 else (line.strip(), "", "", "")
        rgb = rgb_of(color)
        if not 0 < len(name.strip()) <= 200 or not _json.kept(name) or name.strip() in found:
            problems.add("labels", "they have no name, or that of another one", f"{member}:{number}")
        elif rgb is None and color.strip():
            problems.add("labels", "their color is not red,green,blue from 0 to 255", f"{member}:{number}")
        else:
            found[name.strip()] = Line(name.strip(), rgb, parts, actions)
    return list(found.values())


def rgb_of(text: str) -> Rgb | None:
    """Return a color that is written as ``128,0,0``, or None."""
    numbers = text.split(",")
    if len(numbers) != 3 or not all(v.strip().isdecimal() and int(v) < 256 for v in numbers):
        return None
    red, green, blue = (int(v) for v in numbers)
    return red, green, blue


def written(lines: list[Line]) -> str:
    """Return the text of a map; names that would break its lines are left out."""
    rows = [HEADING]
    for line in lines:
        if line.name == line.name.strip() and not line.name.startswith("#") and len(line.name.splitlines()) == 1:
            color = ",".join(map(str, line.color)) if line.color is not None else ""
            rows.append(f"{line.name}:{color}:{line.parts}:{line.actions}")
    return "\n".join(rows) + "\n"


def hexadecimal(color: Rgb) -> str:
    """Return a color as labels have it: ``#800000``."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def rgb(color: str | None) -> Rgb | None:
    """Return the color of a label as three numbers."""
    return None if color is None else (int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16))


def label(line: Line) -> Label:
    """Return the label of a line."""
    return Label(line.name, color=hexadecimal(line.color) if line.color is not None else None)
