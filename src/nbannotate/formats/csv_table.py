"""CSV: a table of shapes, one a line, with the columns that tables of shapes have everywhere here.

What ``version.shapes.df()`` has and ``version.add_annotations`` takes: ``asset``, ``label``, ``kind``, a box,
``points``, ``confidence``, ``attributes`` and so on, by any of the names in :mod:`nbannotate.model.fields`. Lists and
mappings are JSON. A line without a geometry says of its image tags, *nothing to label*, or, with ``nothing_to_label``
false, that somebody looked at it. Tables without a header and those of other programs are told by their form
(:mod:`nbannotate.formats._shape_lines`).

Of a folder all tables of shapes are read, each with the split that its folder or its name says. A DataFrame that
pandas itself wrote as CSV has the points of polygons as NumPy prints them, with eight digits; they are taken, and that
is told.
"""

from __future__ import annotations

import csv
import io
import posixpath
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from nbannotate import shapes
from nbannotate.errors import InvalidInput, NbannotateError, ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _json, _shape_lines, _splits
from nbannotate.formats._contract import FIELDS, Contents, Head, Holds, Row, Written
from nbannotate.formats._members import Members
from nbannotate.formats._outcome import Problems
from nbannotate.formats._shape_lines import Table
from nbannotate.model import Annotation, Shape
from nbannotate.model.row_shapes import of_cells

COLUMNS = (
    "asset", "split", "shape_id", "label", "kind", "x", "y", "width", "height", "points", "confidence", "attributes",
    "color", "rle", "visibility", "rings", "also", "group", "track", "keyframe", "tags", "tag_attributes",
    "nothing_to_label",
)  # fmt: skip
#: What a table of shapes has no column for.
_NOT = {"sequences", "metadata", "sizes", "label_order", "unused_labels", "label_colors", "label_kinds", "skeletons"}


class Csv:
    """A table of shapes; see the module's text."""

    name = "csv"
    title = "CSV"
    makes = ".csv"

    @property
    def holds(self) -> Holds:
        """All kinds of shapes, and all that is said of one."""
        return Holds(frozenset(shapes.kinds()), frozenset(FIELDS) - _NOT - {"label_attributes"})

    def sniff(self, source: Source) -> bool:
        """Return whether there is a table with a column of images and one of a geometry."""
        return any(_tables(source))

    def read(self, source: Source, problems: Problems) -> Contents:
        """Read one file, or all tables of a folder or a zip.

        Raises
        ------
        ReadFailed
            There is no table of shapes, or one is no CSV.
        """
        tables = list(_tables(source))
        if not tables:
            raise ReadFailed(
                f"{source.name} has no table of shapes: a column of images, such as 'asset' or 'filename', and a box, "
                "as xmin, ymin, xmax, ymax or x, y, width, height, or points."
            )
        return Contents(Head(), _Reader(source, problems, tables).rows())

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return nothing: what a table cannot hold is told already."""
        return ()

    def write(self, target: Target, contents: Contents) -> Written:
        """Write one file, or a folder with images."""
        assets = annotations = 0
        members = Members("images")
        with target.open("annotations.csv") as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
            writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180; and so a return in a text is quoted
            writer.writerow(COLUMNS)
            for row in contents.rows:
                target.put_image(row.image, members.of(row.name))
                for cells in _cells(row):
                    writer.writerow([cells.get(name, "") for name in COLUMNS])
                assets += 1
                annotations += len(row.annotation.shapes) if row.annotation is not None else 0
        return Written(assets, annotations)


def _tables(source: Source) -> Iterator[Table]:
    for member in source.members:
        if member.lower().endswith((".csv", ".tsv")):
            try:
                table = _shape_lines.table_of(source, member)
            except NbannotateError:
                continue
            if table is not None:
                yield table


class _Said(Struct):
    """What the lines of an image say until all of them were read."""

    shapes: list[Shape]
    ids: set[str]
    tags: list[str]
    tag_attributes: dict[str, dict[str, Any]]
    nothing: bool | None = None
    size: tuple[int, int] = (0, 0)
    split: str | None = None


class _Reader:
    """Tables while they are read."""

    def __init__(self, source: Source, problems: Problems, tables: list[Table]) -> None:
        self.source, self.problems, self.tables = source, problems, tables
        self._images = {posixpath.basename(m): m for m in source.images}

    def rows(self) -> Iterator[Row]:
        """Return one row an image: as soon as its lines end, where they stand together; else at the end of all."""
        together = self._together()
        found: dict[str, _Said] = {}
        for table in self.tables:
            for number, cells in _shape_lines.lines(self.source, table):
                place = f"{table.member}:{number}"
                try:
                    values = _shape_lines.values(table, cells)
                except InvalidInput as error:
                    self.problems.add("lines", str(error).rstrip("."), place)
                    continue
                name = str(values.get(table.plan.asset or "", ""))
                if not name or not _json.kept(name):
                    self.problems.add("lines", f"they have no image in the column {table.plan.asset!r}", place)
                    continue
                if together and found and name not in found:
                    yield from (self._row(*item) for item in found.items())
                    found = {}
                said = found.setdefault(name, _Said([], set(), [], {}, split=_split_of(table.member)))
                self._take(said, table, values, cells, place)
        yield from (self._row(*item) for item in found.items())

    def _together(self) -> bool:
        """Return whether the lines of each image stand together in all tables."""
        seen, last = set[str](), None
        for table in self.tables:
            at = table.columns.index(table.plan.asset or "")
            for _, cells in _shape_lines.lines(self.source, table):
                name = cells[at] if at < len(cells) else ""
                if name and name != last:
                    if name in seen:
                        return False
                    seen.add(name)
                    last = name
        return True

    def _take(self, said: _Said, table: Table, values: dict[str, Any], cells: list[str], place: str) -> None:
        """Take what a line says of its image."""
        plan = table.plan
        if plan.box and not plan.sized and "width" in values and "height" in values:
            size = [v for v in (values["width"], values["height"]) if str(v).strip().isdecimal()]
            said.size = (int(size[0]), int(size[1])) if len(size) == 2 else said.size
        said.split = str(values["split"]) if "split" in values else said.split
        tags = values.get("tags", values.get("tag", []))
        said.tags += [
            t for t in (tags if isinstance(tags, list) else [tags]) if isinstance(t, str) and t not in said.tags
        ]
        if isinstance(values.get("tag_attributes"), dict):
            said.tag_attributes |= values["tag_attributes"]
        if "nothing_to_label" in values:
            said.nothing = bool(said.nothing) or values["nothing_to_label"]
        empty = plan.label not in values and "kind" not in values
        if empty and not any(name in values for name in (*plan.box, "points", "rle", "bbox")):
            if not table.headed:
                said.nothing = bool(said.nothing)
            return
        printed = "points" in values and _shape_lines.is_printed(cells[table.columns.index("points")])
        if printed and plan.box and values.get("kind") in (None, "rectangle", "ellipse"):
            del values["points"]  # the box has all digits
        elif printed:
            self.problems.note("points", "NumPy printed them with eight digits; write CSV with version.write", place)
        try:
            shape = of_cells(values, plan, str)
        except InvalidInput as error:
            self.problems.add("shapes", str(error).rstrip("."), place)
            return
        if problem := shapes.kind(shape.kind).problem(shape, *(v or float("inf") for v in said.size)):
            self.problems.add("shapes", problem.rstrip("."), place)
        elif not shape.id or shape.id in said.ids or len(shape.id) > 64:
            self.problems.add("shapes", "another one of the image has their id, or they have none that can be", place)
        else:
            said.ids.add(shape.id)
            said.shapes.append(shape)

    def _row(self, name: str, said: _Said) -> Row:
        anything = said.shapes or said.tags or said.nothing is not None
        nothing = bool(said.nothing) and not said.shapes
        image = self.source.beside(name, self.tables[0].member) if self._images else None
        return Row(
            name,
            *said.size,
            annotation=Annotation(
                shapes=said.shapes, tags=said.tags, nothing_to_label=nothing,
                tag_attributes={t: v for t, v in said.tag_attributes.items() if t in said.tags and isinstance(v, dict)},
            ) if anything else None,
            split=said.split,
            image=image,
        )  # fmt: skip


def _split_of(member: str) -> str | None:
    """Return the split that the folder or the name of a table says: ``train/_annotations.csv``, ``test.csv``."""
    return _splits.of_folder(member) or _splits.of_folder(posixpath.splitext(member)[0] + "/")


def _cells(row: Row) -> Iterator[dict[str, str]]:
    """Return the lines of an image; one at least."""
    whole = {"asset": row.name, "split": row.split or ""}
    said = row.annotation
    first = dict(whole)
    if said is not None:
        first |= {"nothing_to_label": _flag(said.nothing_to_label)}
        first |= {"tags": _text(said.tags)} if said.tags else {}
        first |= {"tag_attributes": _text(said.tag_attributes)} if said.tag_attributes else {}
    if said is None or not said.shapes or said.tags or said.nothing_to_label:
        yield first
    for shape in said.shapes if said is not None else ():
        x0, y0, x1, y1 = shape.bounds
        cells = whole | {
            "shape_id": shape.id, "label": shape.label, "kind": shape.kind, "points": _text(shape.points),
            "x": repr(x0), "y": repr(y0), "width": repr(x1 - x0), "height": repr(y1 - y0),
        }  # fmt: skip
        if shape.confidence is not None:
            cells["confidence"] = repr(shape.confidence)
        for name in ("attributes", "rle", "visibility", "rings", "also"):
            if value := getattr(shape, name):
                cells[name] = _text(value)
        for name in ("color", "group", "track"):
            cells[name] = getattr(shape, name) or ""
        cells["keyframe"] = _flag(shape.keyframe) if shape.keyframe else ""
        yield cells


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _flag(value: bool) -> str:
    return "True" if value else "False"


FORMAT = Csv()
