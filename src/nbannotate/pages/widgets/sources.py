"""What a viewer may be given: a version, images in many forms, shapes as lists, mappings or a DataFrame."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import InvalidInput
from nbannotate.files.names import Names
from nbannotate.model import Label, Shape
from nbannotate.model.values import is_series, plain

Images = Callable[[str], Any]
Shapes = Callable[[str], tuple[Shape, ...]]


class Source(Struct, frozen=True):
    """Images by name, with functions that give one of them and its shapes, and the labels that those have."""

    names: tuple[str, ...]
    image: Images
    shapes: Shapes
    labels: tuple[Label | str, ...] = ()


def of(images: Any, shapes: Any, labels: Any = None) -> Source:
    """Return what was given; ``labels`` are the names of labels that are given as numbers."""
    if isinstance(images, Source):
        return images
    if hasattr(images, "version_id") and hasattr(images, "workspace"):
        return _of_version(images, shapes, labels)
    by_name, single = _named(images)
    paths = {name: os.fspath(image) if isinstance(image, str | Path) else "" for name, image in by_name.items()}
    return _with(list(by_name), by_name.__getitem__, _shapes_of(shapes, paths, single, labels))


def _with(names: list[str], image: Images, found: dict[str, tuple[Shape, ...]]) -> Source:
    labels = sorted({s.label for its in found.values() for s in its if s.label})
    return Source(tuple(names), image, lambda name: found.get(name, ()), tuple(labels))


def _of_version(version: Any, shapes: Any, named: Any) -> Source:
    from nbannotate.workspace import export, foreign_names, native_values

    assets = version.assets._frame()
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
        return native_values.as_shapes(rows)

    labels = tuple(export.labels(version))
    if shapes is None:
        return Source(tuple(names), image, latest, labels)
    source = _with(names, image, _shapes_of(shapes, paths, False, named, lambda: foreign_names.ids(version, "coco")))
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


def _shapes_of(
    shapes: Any, paths: Mapping[str, str], single: bool, labels: Any, ids: Callable[[], Any] | None = None
) -> dict[str, tuple[Shape, ...]]:
    """Return shapes by the name of their image; images are given as their names with the paths of their files."""
    from nbannotate.workspace import intake
    from nbannotate.workspace.intake import coco

    there = intake.Images(list(paths), single, ids or intake.Ids)
    given = intake.taken(shapes, there, labels)
    table = isinstance(given, coco.Object) or intake.is_table(shapes)
    by_name = given.annotations if isinstance(given, coco.Object) else given
    known = _known(by_name, paths, strict=not table)
    return {known[name]: its.shapes for name, its in by_name.items() if name in known}


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
