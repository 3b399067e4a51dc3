"""The boxes and masks of a version as arrays, image by image, for libraries that train on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate import shapes
from nbannotate.errors import InvalidInput, NotFound
from nbannotate.model import Filter, Shape
from nbannotate.model.suggestions import meant
from nbannotate.model.values import as_list, as_name, as_stored, as_whole, plain, shown
from nbannotate.remote.urls import is_url
from nbannotate.workspace import export, frames, native_values
from nbannotate.workspace.version_scope import SPLITS

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.version import Version

_encode = msgspec.json.encode


class Image(Struct, frozen=True):
    """One image: its id, name, file (with ``#frame=`` behind it if it is one of several), width and height."""

    asset_id: int
    name: str
    path: str
    width: int
    height: int


class Boxes(Struct, frozen=True):
    """What is annotated in images, the ``i``-th of which has the rows ``first[i]`` to ``first[i + 1]``.

    Parameters
    ----------
    images
        In the order of the version.
    first
        ``(images + 1,)``.
    corners
        ``(n, 4)`` float32: x0, y0, x1, y1 in image pixels, within the image.
    labels
        ``(n,)`` int64: numbers of labels.
    areas
        ``(n,)`` float32, in square pixels: that of the shape, as the table of shapes has it.
    crowds
        ``(n,)`` bool: whether a box is around a crowd, by the attribute of that name.
    ids
        The ids of the shapes.
    coded
        The shapes themselves as JSON, where masks are asked for; empty otherwise.
    left_out
        Shapes and images that are not here, by reason.
    """

    images: tuple[Image, ...]
    first: NDArray[np.int64]
    corners: NDArray[np.float32]
    labels: NDArray[np.int64]
    areas: NDArray[np.float32]
    crowds: NDArray[np.bool_]
    ids: tuple[str, ...]
    coded: tuple[bytes, ...]
    left_out: dict[str, int]

    def of(self, i: int) -> slice:
        """Return the rows of an image."""
        return slice(int(self.first[i]), int(self.first[i + 1]))

    def masks(self, i: int) -> NDArray[np.bool_]:
        """Return the pixels of the shapes of an image: ``(n, height, width)``."""
        image, rows = self.images[i], self.coded[self.of(i)]
        found = np.zeros((len(rows), image.height, image.width), dtype=bool)
        with as_stored():
            for place, row in enumerate(rows):
                found[place] = msgspec.json.decode(row, type=Shape).to_mask((image.width, image.height))
        return found


def picked(
    version: Version, filter: Any, split: Any, *, seed: int | None = None, limit: int | None = None
) -> list[int]:
    """Return the ids of assets that a filter and a split leave: in order, or by a seed; at most so many."""
    chosen = plain(split)
    if chosen is not None and not isinstance(chosen, str):
        raise InvalidInput(f"split takes the name of a split, not {shown(chosen)}.")
    names = version.splits._names() if chosen is not None else []
    if chosen is not None and chosen not in (*names, *(SPLITS if names else ())):
        there = f"there are {', '.join(map(repr, names))}" if names else "version.split() makes some"
        rest = f"{meant(chosen, names)}; {there}"
        raise NotFound(f"The version {version.name!r} has no split {chosen!r}{rest}.")
    return version.workspace.client.call(
        "choosing.assets", list[int], version_id=version.version_id,
        filter=str(Filter.all() if filter is None else Filter.parse(filter)), split=chosen,
        order="sequential" if seed is None else "random", seed=seed, limit=limit,
    )  # fmt: skip


def numbered(version: Version, labels: Any, start: int) -> dict[str, int]:
    """Return the number of each label: as they are given, or in the order of the version from ``start``."""
    if labels is None:
        return {label.name: n for n, label in enumerate(export.labels(version), start)}
    if isinstance(labels, Mapping):
        found = {as_name(name): as_whole("labels", n) for name, n in labels.items()}
    else:
        names = [as_name(name) for name in as_list("labels", labels)]
        for name in names:
            if not isinstance(name, str):
                raise InvalidInput(f"labels takes names of labels, not {shown(name)}.")
        found = {name: n for n, name in enumerate(names, start)}
    known = [label.name for label in export.labels(version)]
    for name in found:
        if not isinstance(name, str):
            raise InvalidInput(f"labels takes names of labels, not {shown(name)}.")
        if name not in known:
            there = f"; there are {', '.join(map(repr, known))}" if known else ""
            raise InvalidInput(f"The version {version.name!r} has no label {name!r}{meant(name, known)}{there}.")
    return found


def gathered(version: Version, numbers: Mapping[str, int], filter: Any, split: Any, masks: bool) -> Boxes:
    """Return what is annotated in images that have an annotation, of which a filter and a split leave some."""
    ids = picked(version, filter, split)
    left: Counter[str] = Counter()
    images = _images(version, ids, left)
    if far := [image.name for image in images if is_url(image.path)]:
        raise InvalidInput(
            f"{len(far):,} images lie elsewhere, at URLs ({far[0]!r} does), and a training reads files of this machine."
            " Copy them here, and say where they are with version.relocate(url, folder)."
        )
    rows = version.workspace.sql(
        "select * from shapes where version_id = $1 order by asset_id, position", [version.version_id]
    )
    place = {image.asset_id: i for i, image in enumerate(images)}
    at = rows["asset_id"].map(place)
    rows = rows[at.notna()].assign(at=at[at.notna()].astype("int64"))
    rows = rows.sort_values("at", kind="stable")
    closed = rows["kind"].isin([name for name, kind in shapes.kinds().items() if kind.closed])
    left["shapes without an inside"] = int((~closed).sum())
    rows = rows[closed]
    known = rows["label"].isin(list(numbers))
    left["shapes of other labels, or without one"] = int((~known).sum())
    rows = rows[known]
    corners = _corners(rows, images)
    inside = (corners[:, 2] > corners[:, 0]) & (corners[:, 3] > corners[:, 1])
    left["shapes outside of their image"] = int((~inside).sum())
    rows, corners = rows[inside], corners[inside]
    first = np.searchsorted(rows["at"].to_numpy(), np.arange(len(images) + 1)).astype(np.int64)
    return Boxes(
        images=tuple(images),
        first=first,
        corners=corners,
        labels=np.array([numbers[label] for label in rows["label"]], dtype=np.int64),
        areas=rows["area"].to_numpy(dtype=np.float32),
        crowds=np.array([msgspec.json.decode(v).get("crowd") is True for v in rows["attributes"]], dtype=bool),
        ids=tuple(rows["shape_id"]),
        coded=tuple(_encode(s) for s in native_values.as_shapes(rows)) if masks else (),
        left_out={why: n for why, n in left.items() if n},
    )


def _images(version: Version, ids: list[int], left: Counter[str]) -> list[Image]:
    """Return the images of some assets that were annotated and can be opened."""
    said = version.workspace.sql(
        "select asset_id from annotations where version_id = $1 and is_latest", [version.version_id]
    )
    annotated = set(said["asset_id"])
    known = {r["asset_id"]: r for r in frames.records(version.assets._frame())}
    found = []
    for i in ids:
        row = known.get(i)
        if row is None:
            continue
        if i not in annotated:
            left["images without an annotation"] += 1
        elif not row["width"]:
            left["images that cannot be opened"] += 1
        else:
            found.append(Image(i, row["name"], row["path"], int(row["width"]), int(row["height"])))
    return found


def _corners(rows: pd.DataFrame, images: list[Image]) -> NDArray[np.float32]:
    """Return the boxes of shapes, cut off at the edges of their images."""
    x, y = rows["x"].to_numpy(dtype=float), rows["y"].to_numpy(dtype=float)
    far_x, far_y = x + rows["width"].to_numpy(dtype=float), y + rows["height"].to_numpy(dtype=float)
    at = rows["at"].to_numpy()
    wide = np.array([i.width for i in images], dtype=float)[at]
    high = np.array([i.height for i in images], dtype=float)[at]
    found = [np.clip(x, 0, wide), np.clip(y, 0, high), np.clip(far_x, 0, wide), np.clip(far_y, 0, high)]
    return np.stack(found, axis=1).astype(np.float32).reshape(-1, 4)


def flag(name: str, value: Any) -> bool:
    """Return True or False as it was given, or raise InvalidInput."""
    given = plain(value)
    if not isinstance(given, bool):
        raise InvalidInput(f"{name} is True or False, not {shown(given)}.")
    return given
