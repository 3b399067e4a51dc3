"""Where the files of assets are, and where they are said to be now."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Sequence

from msgspec import Struct

from nbannotate.remote.urls import is_url
from nbannotate.store.transaction import LISTED, Transaction, id_list


class File(Struct, frozen=True):
    """The file of an asset, with the size that it had when it was added."""

    asset_id: int
    name: str
    path: str
    bytes: int


_FILES = (
    "select a.asset_id, a.name, a.path, a.bytes from data.version_assets v "
    "join data.assets a on a.asset_id = v.asset_id where v.version_id = $1"
)
#: Paths below a folder ($2), and the one that is it.
_BELOW = "(path = $2 or starts_with(path, $2 || '/') or starts_with(path, $2 || '#frame='))"


def _files(tx: Transaction, sql: str, *parameters: object) -> list[File]:
    return [File(**row) for row in tx.all(f"{sql} order by v.position", *parameters)]


def below(tx: Transaction, version_id: int, folder: str) -> list[File]:
    """Return the files of a version that are below a folder, or are that file."""
    return _files(tx, f"{_FILES} and {_BELOW}", version_id, folder)


def some(tx: Transaction, version_id: int, asset_ids: Sequence[int]) -> list[File]:
    """Return the files of some assets of a version."""
    return _files(tx, f"{_FILES} and a.asset_id in {LISTED.format('$2')}", version_id, id_list(asset_ids))


def common_folder(tx: Transaction, version_id: int) -> str:
    """Return the folder that all files of a version are below; an empty text if there is none."""
    paths = [row["path"] for row in tx.all(f"select distinct path from ({_FILES}) f", version_id)]
    if all(is_url(path) for path in paths):
        return _common_url(paths)
    try:
        return os.path.commonpath([os.path.dirname(path) for path in paths]) if paths else ""  # noqa: PTH120
    except ValueError:  # of several roots
        return ""


def _common_url(paths: Sequence[str]) -> str:
    """Return the beginning of URLs that all of them have, up to a slash; an empty text if it is no bucket."""
    common = paths[0].split("/")[:-1] if paths else []
    for path in paths:
        same = zip(common, path.split("/")[:-1], strict=False)
        common = [a for a, _ in itertools.takewhile(lambda two: two[0] == two[1], same)]
    return "/".join(common) if len(common) > 2 else ""


def moved(path: str, old: str, new: str) -> str:
    """Return where a path below a folder is when that is moved."""
    return new + path[len(old) :]


def ground(files: Sequence[File]) -> str:
    """Return a short text that stands for some files."""
    return hashlib.sha256("\n".join(f"{one.asset_id} {one.path}" for one in files).encode()).hexdigest()[:24]


def move(tx: Transaction, version_id: int, old: str, new: str) -> None:
    """Write where the files of a version are now that were below a folder, in one statement."""
    tx.run(
        f"update data.assets set path = $3 || substr(path, length($2) + 1) where {_BELOW} "
        "and asset_id in (select asset_id from data.version_assets where version_id = $1)",
        version_id, old, new,
    )  # fmt: skip
