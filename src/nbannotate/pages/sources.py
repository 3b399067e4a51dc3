"""What a viewer may be given: a version, images in many forms, shapes as lists, mappings or a DataFrame."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import InvalidInput
from nbannotate.files.names import Names
from nbannotate.model import Label, Rle, Shape
from nbannotate.model.choices import sentence
from nbannotate.model.values import as_list, as_mapping, as_stored, is_series, is_stored, plain, shown

Images = Callable[[str], Any]
Shapes = Callable[[str], tuple[Shape, ...]]


class Source(Struct, frozen=True):
    """Images by name, with functions that give one of them and its shapes, and the labels that those have."""

    names: tuple[str, ...]
    image: Images
    shapes: Shapes
    labels: tuple[Label | str, ...] = ()


def of(images: Any, shapes: Any) -> Source:
    """Return what was given."""
    if hasattr(images, "version_id") and hasattr(images, "workspace"):
        return _of_version(images, shapes)
    by_name, single = _named(images)
    paths = {name: os.fspath(image) if isinstance(image, str | Path) else "" for name, image in by_name.items()}
    return _with(list(by_name), by_name.__getitem__, _shapes_of(shapes, paths, single))


def _with(names: list[str], image: Images, found: dict[str, tuple[Shape, ...]]) -> Source:
    labels = sorted({s.label for its in found.values() for s in its if s.label})
    return Source(tuple(names), image, lambda name: found.get(name, ()), tuple(labels))


def _of_version(version: Any, shapes: Any) -> Source:
    from nbannotate.workspace import export

    assets = version.assets.df()
    ids = {str(name): int(i) for name, i in zip(assets["name"], assets["asset_id"], strict=True)}
    names, client = list(ids), version.workspace.client
    paths = dict(zip(names, map(str, assets["path"]), strict=True))

    def image(name: str) -> Any:
        return client.source(ids[name])

    def latest(name: str) -> tuple[Shape, ...]:
        rows = version.workspace.sql(
            "select * from shapes where version_id = $1 and asset_id = $2 order by position",
            [version.version_id, ids[name]],
        )
        with as_stored():
            return tuple(_shape(row) for row in rows.to_dict("records"))

    labels = tuple(export.labels(version))
    if shapes is None:
        return Source(tuple(names), image, latest, labels)
    source = _with(names, image, _shapes_of(shapes, paths, False))
    known = {v.name for v in labels}
    return replace(source, labels=(*labels, *(v for v in source.labels if v not in known)))


def _named(images: Any) -> tuple[dict[str, Any], bool]:
    """Return images by name, and whether there is a single one that was not put into a list."""
    if hasattr(images, "columns") and hasattr(images, "iloc"):
        raise InvalidInput("Images are not given as a table; give one of its columns, for example table['path'].")
    if isinstance(images, Mapping):
        return {str(name): image for name, image in images.items()}, False
    if is_list(images):
        images = [v if not hasattr(v, "tolist") or hasattr(v, "shape") else plain(v) for v in images]
    else:
        return {_name(images, ""): images}, True
    found: dict[str, Any] = {}
    for i, image in enumerate(images):
        name = _name(image, f"image {i}")
        found[name if name not in found else str(image) if isinstance(image, str | Path) else f"{name} ({i})"] = image
    return found, False


def is_list(images: Any) -> bool:
    """Return whether several images are given: a list, a Series or an Index, an array of paths, what goes through."""
    if isinstance(images, str | os.PathLike | bytes | bytearray | memoryview):
        return False
    if hasattr(images, "dtype") and hasattr(images, "tolist"):  # an array of numbers is one image
        return is_series(images) or getattr(images.dtype, "kind", "O") in "OUT"
    return isinstance(images, list | tuple | set | frozenset) or hasattr(images, "__next__")


def _name(image: Any, other: str) -> str:
    return Path(image).name if isinstance(image, str | Path) else other


def _shapes_of(shapes: Any, paths: Mapping[str, str], single: bool) -> dict[str, tuple[Shape, ...]]:
    """Return shapes by the name of their image; images are given as their names with the paths of their files."""
    names = list(paths)
    if shapes is None:
        return {}
    if hasattr(shapes, "columns") and hasattr(shapes, "to_dict"):
        return _of_table(shapes, paths)
    if isinstance(shapes, Mapping) and not _is_row(shapes):
        by_name = {str(plain(name)): rows for name, rows in shapes.items()}
        known = _known(by_name, paths)
        return {known[name]: _all(rows, known[name]) for name, rows in by_name.items()}
    if single:
        return {names[0]: _all(shapes, names[0])}
    rows = as_list("shapes", shapes)
    if len(rows) != len(names):
        raise InvalidInput(f"There are {len(names)} images and {len(rows)} lists of shapes; give one list an image.")
    return {name: _all(its, name) for name, its in zip(names, rows, strict=True)}


def _is_row(value: Mapping[Any, Any]) -> bool:
    """Return whether a mapping is a shape, and not images with their shapes."""
    return "points" in value or {"x", "y", "width", "height"} <= set(value)


def _all(rows: Any, image: str) -> tuple[Shape, ...]:
    """Return the shapes of an image; what is wrong with one is told with its place and the image."""
    if hasattr(rows, "columns") and hasattr(rows, "to_dict"):
        rows = rows.to_dict("records")
    elif isinstance(rows, Mapping) and _is_row(rows):
        rows = [rows]
    elif isinstance(rows, Iterable) and not isinstance(rows, str):
        rows = list(rows)  # not its depth: a row may be an array
        rows = [rows] if len(rows) == 4 and all(isinstance(plain(v), int | float) for v in rows) else rows
    else:
        rows = as_list("shapes", rows)
    return tuple(_shape(row, f"shape {i} of {image!r}" if image else f"shape {i}") for i, row in enumerate(rows, 1))


def _of_table(table: Any, paths: Mapping[str, str]) -> dict[str, tuple[Shape, ...]]:
    columns = set(table.columns)
    if "asset" not in columns and len(paths) > 1:
        raise InvalidInput("The table of shapes needs a column 'asset' with the name of the image of each shape.")
    known = _known(map(str, table["asset"].unique()), paths, strict=False) if "asset" in columns else {}
    found: dict[str, list[Shape]] = {}
    for label, row in zip(table.index, table.to_dict("records"), strict=True):
        name = known.get(str(row["asset"])) if "asset" in columns else next(iter(paths))
        if name is not None:
            found.setdefault(name, []).append(_shape(row, f"row {plain(label)!r} of the table, of {name!r}"))
    return {name: tuple(its) for name, its in found.items()}


def _known(given: Iterable[str], paths: Mapping[str, str], strict: bool = True) -> dict[str, str]:
    """Return the image that each name means; a table may speak of more images than are looked at (not ``strict``)."""
    match = Names(paths).match(given)
    unclear = match.unclear() if strict else replace(match, rivals={}).unclear()
    for name, why in unclear.items():
        raise InvalidInput(f"There are shapes for {name!r}, which {why}; write as much of the path as tells it apart.")
    if strict and match.unknown:
        example = next(iter(paths))
        raise InvalidInput(
            f"There are shapes for {match.unknown[0]!r}, but no image of that name; there is {example!r}, for example."
        )
    return match.found


def _shape(row: Any, where: str = "this") -> Shape:
    """Return a shape that is given as such, as a box, or as a mapping of its fields."""
    if isinstance(row, Shape):
        return row
    try:
        if isinstance(row, Mapping):
            return _of_fields(row)
        if is_series(row) and not isinstance(plain(row.index)[0], int):  # a row of a table
            return _of_fields(as_mapping("A shape", row))
        try:
            x0, y0, x1, y1 = map(float, row)
        except (TypeError, ValueError):
            raise InvalidInput(
                f"give an nb.Shape, or (x0, y0, x1, y1) for a rectangle, in place of {shown(row)}."
            ) from None
        return Shape(kind="rectangle", points=((x0, y0), (x1, y1)))
    except InvalidInput as error:
        raise InvalidInput(f"{sentence(where)} is no shape: {error}") from None


def _of_fields(row: Mapping[str, Any]) -> Shape:
    fields: dict[str, Any] = {name: _cell(name, row[name]) for name in Shape.__struct_fields__ if name in row}
    fields = {name: value for name, value in fields.items() if value is not None}
    if "points" not in fields:
        box = {name: _cell(name, row.get(name)) for name in ("x", "y", "width", "height")}
        missing = [name for name, value in box.items() if value is None]
        if missing:
            raise InvalidInput(
                f"A shape needs points, or x, y, width and height; {' and '.join(missing)} is missing in "
                f"{', '.join(map(str, row))}."
            )
        for name, value in box.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InvalidInput(f"{name} is a number of pixels, not {shown(value)}.")
        x, y = float(box["x"]), float(box["y"])
        fields |= {"kind": "rectangle", "points": ((x, y), (x + float(box["width"]), y + float(box["height"])))}
    if (shape_id := _cell("shape_id", row.get("shape_id"))) is not None:
        fields["id"] = shape_id
    if isinstance(fields.get("rle"), Mapping):
        fields["rle"] = msgspec.convert(fields["rle"], Rle)
    if is_stored():
        return msgspec.convert(fields, Shape)
    return Shape(**{"kind": "rectangle", **fields})


#: Columns that a table may hold as JSON text; a label is never read as such.
_NESTED = ("points", "attributes", "rle", "visibility", "also")


def _cell(name: str, value: Any) -> Any:
    """Return a cell of a table as Python has it: JSON is read where values are nested, what is missing is None."""
    if isinstance(value, str) and name in _NESTED:
        try:
            return json.loads(value)
        except ValueError:
            raise InvalidInput(f"{name} is no JSON: {shown(value)}.") from None
    given = plain(value)
    return None if isinstance(given, float) and math.isnan(given) else given
