"""Images on their way to become assets: their names, metadata, and the sequence that each belongs to."""

from __future__ import annotations

import datetime
import math
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbannotate.errors import InvalidInput
from nbannotate.files.names import Names
from nbannotate.model import Added, Missing
from nbannotate.model.suggestions import meant
from nbannotate.model.values import is_missing, plain
from nbannotate.remote.urls import is_url
from nbannotate.workspace import metadata as metadata_of
from nbannotate.workspace import slices
from nbannotate.workspace.images import ImageFile
from nbannotate.workspace.metadata import Given

if TYPE_CHECKING:
    import pandas as pd

#: Suffixes of files that hold one image and belong to no series.
PLAIN = frozenset({".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp"})


def there(known: pd.DataFrame) -> dict[str, ImageFile]:
    """Return the images of a version that need not be measured again, by their path, from the table of its assets."""
    columns = (known[name] for name in ("path", "width", "height", "bytes"))
    return {
        path: ImageFile(Path(path), int(width), int(height), int(size or 0))
        for path, width, height, size in zip(*columns, strict=True)
        if width and not is_url(path) and Path(path).suffix.lower() in PLAIN and "#frame=" not in path
    }


class Split(Struct, frozen=True):
    """Rows of images, by what is in the version: new ones, those that are there, and names that have another file."""

    new: pd.DataFrame
    there: int
    other: pd.DataFrame


def split(rows: pd.DataFrame, known: pd.DataFrame, *, changed: bool) -> Split:
    """Return what of some images is new to a version: those whose path it does not have.

    ``changed``: whether a file that has another size than it had is another one, under the name that its asset has.
    """
    at = known.set_index("path")
    there = rows["path"].isin(at.index)
    other = ~there & rows["name"].isin(known["name"])
    if changed and there.any():
        before = at.loc[rows["path"][there]]
        facts = ["width", "height", "bytes"]
        differs = (rows.loc[there, facts].to_numpy() != before[facts].to_numpy()).any(axis=1)
        rows = rows.copy()
        rows.loc[there, "name"] = before["name"].to_numpy()
        other[there], there[there] = differs, ~differs
    return Split(rows[~there & ~other], int(there.sum()), rows[other])


def say(added: Added) -> None:
    """Say what of the files that were named did not become an asset."""
    if added != Added(added.assets):
        print(added)


def assets(
    files: Sequence[ImageFile],
    metadata: Any,
    sequence: str | None,
    moment: str | None,
    missing: Missing = "error",
) -> tuple[pd.DataFrame, int]:
    """Return one row for each image, in the order that the version will have; see :meth:`Version.add_images`.

    Also how many rows of the metadata fit no image.
    """
    import pandas as pd

    base = Path(os.path.commonpath([f.path.parent for f in files]))
    names = [f.name(base) for f in files]
    given = metadata_of.given(metadata)
    fitting = _fit({n: f.url or str(f.path) for n, f in zip(names, files, strict=True)}, given.names, missing)
    extra: dict[str | None, dict[str, Any]] = dict(zip(fitting, metadata_of.kept(given), strict=True))
    absent = sum(name is None for name in fitting)
    sequence, moment = plain(sequence), plain(moment)
    rows = pd.DataFrame(
        {
            "name": names,
            "path": [f.where for f in files],
            "folder": [os.path.dirname(n) for n in names],  # noqa: PTH120  names are not paths of this machine
            "width": [f.width for f in files],
            "height": [f.height for f in files],
            "bytes": [f.bytes for f in files],
            "metadata": [
                metadata_of.encoded(n, {**_own(f), **extra.get(n, {})}) for n, f in zip(names, files, strict=True)
            ],
        }
    )
    by_name = dict(zip(names, files, strict=True))
    if sequence is None and moment is not None:
        raise InvalidInput("moment orders the assets of a sequence; say sequence=…, too.")
    belongs: dict[str, Any] | None = slices.sequences(by_name) if sequence is None else None
    if sequence is None and not belongs:
        return rows, absent
    if sequence is not None:
        belongs = _column("sequence", given, sequence, fitting, or_folder=True)
    if belongs is None:
        belongs = {r["name"]: r["folder"] or base.name for r in rows[["name", "folder"]].to_dict("records")}
    named = {n: _name(n, belongs.get(n)) for n in names}
    rows["sequence"] = pd.array(list(named.values()), dtype="string")
    at: dict[str, Any] = slices.moments(by_name, {n: v for n, v in named.items() if v is not None})
    if moment is not None:
        at = _column("moment", given, moment, fitting) or {}
    rows["moment"] = pd.array([_moment(n, moment, at.get(n)) for n in names], dtype="Float64")
    return rows, absent


def _own(file: ImageFile) -> dict[str, Any]:
    """Return the metadata that an image brings along: fields of its header, or why it cannot be opened."""
    if file.facts is None:
        return {"cannot_be_opened": file.reason} if file.reason or not file.url else {}
    return file.facts.metadata | ({"frame": file.frame} if file.frame is not None else {})


def _fit(paths: dict[str, str], keys: list[str], missing: Missing) -> list[str | None]:
    """Return, for each row of metadata, the asset's name that it is for; None if it is for none."""
    if len(set(keys)) < len(keys):
        twice = next(key for key, times in Counter(keys).items() if times > 1)
        raise InvalidInput(f"metadata has two rows for {twice!r}; nothing was added.")
    match = Names(paths).match(keys)
    wrong = match.unclear()
    if missing == "error":
        wrong |= dict.fromkeys(match.unknown, "fits no image")
    if wrong:
        some = "; ".join(f"{k!r} {why}" for k, why in list(wrong.items())[:5]) + (" …" if len(wrong) > 5 else "")
        raise InvalidInput(
            f"{len(wrong)} rows of metadata fit no image, or more than one: {some}. "
            "Put the image's name into the column 'name' or the index; rows that fit no image are passed over with "
            "missing='skip'. Nothing was added."
        )
    return [match.found.get(k) for k in keys]


def _column(
    what: str, given: Given, column: str, fitting: list[str | None], *, or_folder: bool = False
) -> dict[str, Any] | None:
    """Return the values of a column of the metadata by the asset's name; None for the folder."""
    if column not in given.columns:
        if or_folder and column == "folder":
            return None
        there = ", ".join(map(repr, given.columns)) or "no columns, because none is given"
        also = ", or 'folder'" if or_folder else ""
        raise InvalidInput(
            f"{what}={column!r} must be a column of metadata{also}{meant(column, given.columns)}; it has {there}."
        )
    return {name: value for name, value in zip(fitting, given.columns[column], strict=True) if name is not None}


def _name(asset: str, value: Any) -> str | None:
    """Return the name of a sequence; None if there is none."""
    value = plain(value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
    if len(text) > 200:
        raise InvalidInput(f"The sequence of {asset!r} has {len(text)} characters; it may have 200. Nothing was added.")
    return text or None


def _moment(asset: str, column: str | None, value: Any) -> float | None:
    """Return a number that orders frames: the value, or the seconds of a time."""
    import numpy as np
    import pandas as pd

    if is_missing(value):
        return None
    if isinstance(value, datetime.datetime | datetime.date | np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, datetime.timedelta | np.timedelta64):
        value = pd.Timedelta(value)
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            value = pd.to_datetime(value, errors="coerce", utc=True)
    if isinstance(value, pd.Timestamp | pd.Timedelta):
        return float(value.timestamp() if isinstance(value, pd.Timestamp) else value.total_seconds())
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.inf
    if math.isnan(number):
        return None
    if math.isinf(number):
        raise InvalidInput(f"moment={column!r} takes numbers or times, but {asset!r} has another; nothing was added.")
    return number
