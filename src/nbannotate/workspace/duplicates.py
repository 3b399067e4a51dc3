"""Images that have just the content of another one, byte for byte, whatever they are called."""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from nbannotate.imaging import frame_of
from nbannotate.workspace.progress_bars import progress_bar

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.version import Version

#: What becomes of images that have the content of another one.
Duplicates = Literal["keep", "skip"]

#: So many bytes tell most files of one size apart.
BEGINNING = 16_384

#: Files that are read at once, as for :func:`images.measure`.
AT_ONCE = 8


class Image(Struct, frozen=True):
    """An image: its name, the path of its asset, and how many bytes its file has."""

    name: str
    path: str
    bytes: int


def same(images: Iterable[Image]) -> dict[str, str]:
    """Return the images whose content an earlier one has, by name, each with the name of the first of these.

    Only files of the same size are opened, and read to their end only if they begin alike. A frame of a file has the
    content of the same frame of another one. Files that cannot be read are like none.
    """
    some = _alike(images, lambda one: one.bytes)
    frames = {one.path: frame_of(one.path) for one in some}

    def begins(one: Image) -> tuple[int, int | None, bytes]:
        return one.bytes, frames[one.path].number, beginnings[frames[one.path].path]

    beginnings = _hashes({frame.path for frame in frames.values()}, BEGINNING)
    some = _alike((one for one in some if frames[one.path].path in beginnings), begins)
    longer = {frames[one.path].path for one in some if one.bytes > BEGINNING}
    wholes = beginnings | _hashes(longer, None)
    firsts: dict[tuple[int | None, bytes], str] = {}
    found = {}
    for one in some:
        frame = frames[one.path]
        first = firsts.setdefault((frame.number, wholes[frame.path]), one.name)
        if first != one.name:
            found[one.name] = first
    return found


def _alike(images: Iterable[Image], of: Callable[[Image], object]) -> list[Image]:
    """Return the images that are like another one in something."""
    all_ = list(images)
    times = Counter(map(of, all_))
    return [one for one in all_ if times[of(one)] > 1]


def _hashes(files: Iterable[Path], most: int | None) -> dict[Path, bytes]:
    """Return the hash of so many bytes of each file, or of all; with a progress bar when it takes long."""
    listed = sorted(files)

    def one(path: Path) -> bytes | None:
        with contextlib.suppress(OSError), path.open("rb") as file:
            if most is None:
                return hashlib.file_digest(file, "blake2b").digest()
            return hashlib.blake2b(file.read(most)).digest()
        return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        read = progress_bar(pool.map(one, listed), total=len(listed), desc="duplicates", unit="", delay=1)
        return {path: digest for path, digest in zip(listed, read, strict=True) if digest is not None}


def of_new(new: list[Image], there: Iterable[Image]) -> dict[str, str]:
    """Return which of new images have the content of one that is there, or of an earlier new one."""
    sizes, names = {one.bytes for one in new}, {one.name for one in new}
    found = same([*(one for one in there if one.bytes in sizes), *new])
    return {name: first for name, first in found.items() if name in names}


def there(version: Version) -> list[Image]:
    """Return the images of a version, also those that are put away."""
    return of_table(version.assets._frame(history=True))


def of_table(rows: pd.DataFrame) -> list[Image]:
    """Return the images of a table of assets; those that cannot be opened are none, nor those elsewhere."""
    some = rows[(rows["width"] > 0) & ~rows["path"].str.contains("://", regex=False)]
    columns = (some[name].tolist() for name in ("name", "path", "bytes"))
    return [Image(name, path, int(size)) for name, path, size in zip(*columns, strict=True)]


def duplicates(self: Version) -> pd.DataFrame:
    """Return the images that have just the content of another one, byte for byte, a row each; nothing is changed.

    Files of one size are read, with a progress bar. What is put away counts, too; files that cannot be read are like
    none, :meth:`check_files` lists them.

    Returns
    -------
    pandas.DataFrame
        ``asset``, and ``same_as``: the first asset of the version with that content; ``path``, ``same_path``,
        ``bytes``, ``asset_id``, ``same_asset_id``. Empty if no two are the same.
    """
    rows = self.assets._frame(history=True)
    found = same(of_table(rows))
    by_name = rows.set_index("name")
    ours, others = by_name.loc[list(found)], by_name.loc[list(found.values())]
    table = ours.reset_index(names="asset")[["asset", "path", "bytes", "asset_id"]]
    table.insert(1, "same_as", others.index)
    table.insert(3, "same_path", others["path"].to_numpy())
    table["same_asset_id"] = others["asset_id"].to_numpy()
    return table
