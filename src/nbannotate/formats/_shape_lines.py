"""Lines of CSV as the cells of a table of shapes: whatever separates them, with a header or by their form.

RetinaNet has no header: ``path,x1,y1,x2,y2,class``, all but the path empty for an image without objects
(https://github.com/fizyr/keras-retinanet). TensorFlow's detection tools have ``filename,width,height,class,xmin,ymin,
xmax,ymax``, where width and height are those of the image.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.files.source import Source
from nbannotate.model import fields
from nbannotate.model.fields import Plan
from nbannotate.model.python_syntax import literal

#: Columns of files without a header.
RETINANET = ("asset", "x1", "y1", "x2", "y2", "class")
#: Cells that are numbers, besides those of the box.
NUMBERS = ("confidence", "score")
FLAGS = ("keyframe", "nothing_to_label")
#: A cell may be as long as the run lengths of a large mask.
LONGEST_CELL = 1 << 28
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_PRINTED = re.compile(r"\[\s*\[[-+\d.eE\s\[\]]*\]\s*\]")


class Table(Struct, frozen=True):
    """How a file is to be read: what separates cells, its columns and what they mean, and whether it has a header."""

    member: str
    separator: str
    columns: tuple[str, ...]
    plan: Plan
    headed: bool


def table_of(source: Source, member: str) -> Table | None:
    """Return how a file is to be read; None if it is no table of shapes.

    Raises
    ------
    ReadFailed
        It cannot be read, or is no text.
    """
    with source.open(member) as file:
        head = file.read(1 << 16)
    first = head.decode("utf-8-sig", "replace").partition("\n")[0].strip("\r")
    separator = max(",;\t", key=first.count)
    try:
        cells = next(csv.reader([first], delimiter=separator), [])
    except csv.Error:
        return None
    if len(cells) == len(RETINANET) and not (set(cells) & {*fields.ASSET, *fields.LABEL}):
        box = [v.strip() for v in cells[1:5]]
        if all(_NUMBER.fullmatch(v) for v in box) or (cells[0] and not any(box)):
            return Table(member, separator, RETINANET, fields.plan(RETINANET), False)
    columns = tuple(v.strip() for v in cells)
    plan = fields.plan(columns)
    good = plan.asset is not None and (plan.located or {"tags", "nothing_to_label"} & set(columns))
    return Table(member, separator, columns, plan, True) if good and len(set(columns)) == len(columns) else None


def lines(source: Source, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Return the cells of each line with its number; lines without any are passed over.

    Raises
    ------
    ReadFailed
        It is no text in UTF-8, or no CSV; the message has the line.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    with source.open(table.member) as file, io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=table.separator, strict=True)
        skipped = not table.headed
        while True:
            try:
                cells = next(reader, None)
            except UnicodeDecodeError:
                raise ReadFailed(
                    f"{source.said(table.member)} is not in UTF-8, after line {reader.line_num}; save it as UTF-8."
                ) from None
            except csv.Error as error:
                raise ReadFailed(f"{source.said(table.member)}:{reader.line_num} is no CSV: {error}.") from None
            if cells is None:
                return
            if skipped and any(cells):
                yield reader.line_num, cells
            skipped = True


def values(table: Table, cells: list[str]) -> dict[str, Any]:
    """Return the cells that are not empty, as Python has them.

    Raises
    ------
    InvalidInput
        There are too many of them, or one is not what its column has; the message is the end of a sentence.
    """
    if len(cells) > len(table.columns) and any(cells[len(table.columns) :]):
        raise InvalidInput(f"they have {len(cells)} cells, and there are {len(table.columns)} columns")
    plan = table.plan
    numbers = {*plan.box, *NUMBERS}
    found: dict[str, Any] = {}
    for name, text in zip(table.columns, cells, strict=False):
        if text == "":
            continue
        if name in fields.NESTED:
            found[name] = _nested(name, text)
        elif name in numbers:
            if not _NUMBER.fullmatch(text.strip()):
                raise InvalidInput(f"{name} is no number: {text!r:.60}")
            found[name] = float(text)
        elif name in FLAGS:
            if text.strip().lower() not in ("true", "false", "0", "1"):
                raise InvalidInput(f"{name} is neither true nor false: {text!r:.60}")
            found[name] = text.strip().lower() in ("true", "1")
        elif name in plan.attributes:
            found[name] = _scalar(text)
        else:
            found[name] = text
    return found


def is_printed(text: str) -> bool:
    """Return whether a cell is an array as NumPy prints it, with eight digits."""
    return "," not in text and _PRINTED.fullmatch(text) is not None


def _nested(name: str, text: str) -> Any:
    """Return what a cell of lists and mappings is: JSON, or what Python and NumPy print."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        pass
    if is_printed(text):
        rows = [[float(v) for v in row.split()] for row in re.findall(r"\[([^\[\]]*)\]", text)]
        return [row for row in rows if row]
    try:
        found = literal(text)
        json.dumps(found, allow_nan=False)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        if name == "tags":
            return text
        raise InvalidInput(f"{name} is no JSON: {text!r:.60}") from None
    return found


def _scalar(text: str) -> Any:
    """Return a number or a flag that a text is, if it would be written so again; else the text."""
    if text in ("True", "False", "true", "false"):
        return text in ("True", "true")
    for kind in (int, float):
        try:
            found = kind(text)
        except ValueError:
            continue
        if repr(found) == text and found == found and abs(found) != float("inf"):
            return found
    return text
