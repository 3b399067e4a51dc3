"""What a viewer may be given: a version, images in many forms, shapes as lists, mappings or a DataFrame."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import InvalidInput
from nbannotate.model import Label, Rle, Shape

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
    names = list(by_name)
    return _with(names, by_name.__getitem__, _shapes_of(shapes, names, single))


def _with(names: list[str], image: Images, found: dict[str, tuple[Shape, ...]]) -> Source:
    labels = sorted({s.label for its in found.values() for s in its if s.label})
    return Source(tuple(names), image, lambda name: found.get(name, ()), tuple(labels))


def _of_version(version: Any, shapes: Any) -> Source:
    from nbannotate.workspace import export

    assets = version.assets()
    ids = {str(name): int(i) for name, i in zip(assets["name"], assets["asset_id"], strict=True)}
    names, client = list(ids), version.workspace.client

    def image(name: str) -> Any:
        return client.source(ids[name])

    def latest(name: str) -> tuple[Shape, ...]:
        rows = version.workspace.sql(
            "select * from shapes where version_id = $1 and asset_id = $2 order by position",
            [version.version_id, ids[name]],
        )
        return tuple(_shape(row) for row in rows.to_dict("records"))

    labels = tuple(export.labels(version))
    if shapes is None:
        return Source(tuple(names), image, latest, labels)
    source = _with(names, image, _shapes_of(shapes, names, False))
    known = {v.name for v in labels}
    return replace(source, labels=(*labels, *(v for v in source.labels if v not in known)))


def _named(images: Any) -> tuple[dict[str, Any], bool]:
    """Return images by name, and whether there is a single one that was not put into a list."""
    if isinstance(images, Mapping):
        return {str(name): image for name, image in images.items()}, False
    if not isinstance(images, list | tuple):
        return {_name(images, ""): images}, True
    found: dict[str, Any] = {}
    for i, image in enumerate(images):
        name = _name(image, f"image {i}")
        found[name if name not in found else str(image) if isinstance(image, str | Path) else f"{name} ({i})"] = image
    return found, False


def _name(image: Any, other: str) -> str:
    return Path(image).name if isinstance(image, str | Path) else other


def _shapes_of(shapes: Any, names: list[str], single: bool) -> dict[str, tuple[Shape, ...]]:
    """Return shapes by the name of their image."""
    if shapes is None:
        return {}
    if hasattr(shapes, "columns") and hasattr(shapes, "to_dict"):
        return _of_table(shapes, names)
    if isinstance(shapes, Mapping):
        return {_known(str(name), names): tuple(map(_shape, rows)) for name, rows in shapes.items()}
    if single:
        return {names[0]: tuple(map(_shape, shapes))}
    rows = list(shapes)
    if len(rows) != len(names):
        raise InvalidInput(f"There are {len(names)} images and {len(rows)} lists of shapes; give one list an image.")
    return {name: tuple(map(_shape, its)) for name, its in zip(names, rows, strict=True)}


def _of_table(table: Any, names: list[str]) -> dict[str, tuple[Shape, ...]]:
    columns = set(table.columns)
    if "asset" not in columns and len(names) > 1:
        raise InvalidInput("The table of shapes needs a column 'asset' with the name of the image of each shape.")
    found: dict[str, list[Shape]] = {}
    for row in table.to_dict("records"):
        name = _known(str(row["asset"]), names, strict=False) if "asset" in columns else names[0]
        found.setdefault(name, []).append(_shape(row))
    return {name: tuple(its) for name, its in found.items()}


def _known(name: str, names: list[str], strict: bool = True) -> str:
    """Return the image that a name means: exactly, or by the file's name where that is clear."""
    if name in names:
        return name
    same = [n for n in names if Path(n).name == Path(name).name]
    if len(same) == 1:
        return same[0]
    if strict:
        raise InvalidInput(
            f"There are shapes for {name!r}, but no image of that name; there is {names[0]!r}, for example."
        )
    return name  # a table may speak of more images than are looked at


def _shape(row: Any) -> Shape:
    """Return a shape that is given as such, as a box, or as a mapping of its fields."""
    if isinstance(row, Shape):
        return row
    if isinstance(row, Mapping):
        return _of_fields(row)
    try:
        x0, y0, x1, y1 = map(float, row)
    except (TypeError, ValueError):
        raise InvalidInput(f"{row!r} is no shape; give an nb.Shape, or (x0, y0, x1, y1) for a rectangle.") from None
    return Shape(kind="rectangle", points=((x0, y0), (x1, y1)))


def _of_fields(row: Mapping[str, Any]) -> Shape:
    fields: dict[str, Any] = {name: _plain(row[name]) for name in Shape.__struct_fields__ if name in row}
    fields = {name: value for name, value in fields.items() if value is not None}
    if "points" not in fields:
        if not all(row.get(name) is not None for name in ("x", "y", "width", "height")):
            raise InvalidInput(
                f"A shape needs points, or x, y, width and height; this one has {', '.join(map(str, row))}."
            )
        x, y = float(row["x"]), float(row["y"])
        fields |= {"kind": "rectangle", "points": ((x, y), (x + float(row["width"]), y + float(row["height"])))}
    if isinstance(row.get("shape_id"), str):
        fields["id"] = row["shape_id"]
    try:
        shape = msgspec.convert({"kind": "rectangle", **fields}, Shape, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"This is no shape: {error}.") from None
    return shape


def _plain(value: Any) -> Any:
    """Return a cell of a table as Python has it: JSON is read, what is missing is None."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    if isinstance(value, Rle):
        return msgspec.to_builtins(value)
    if isinstance(value, float) and value != value:
        return None
    if hasattr(value, "tolist"):
        return value.tolist()
    return None if type(value).__name__ in ("NAType", "NaTType") else value
