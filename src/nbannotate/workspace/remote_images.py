"""Images that lie elsewhere, at URLs: what a URL names, and how large they are. The owner asks, not this process."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nbannotate import imaging
from nbannotate.errors import FileMissing, InvalidInput
from nbannotate.model.remote import Listed, Looked, Unmeasured
from nbannotate.model.suggestions import one_of
from nbannotate.model.values import as_list, plain, shown
from nbannotate.remote import urls
from nbannotate.workspace.images import Bad, Found, ImageFile, refuse_broken
from nbannotate.workspace.progress_bars import progress_bar

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.version import Version

Sizes = Literal["auto", "now", "later"]
#: In a query: that nobody looked at an asset yet.
UNKNOWN = (
    "width = 0 and height = 0 and strpos(path, '://') > 0 and strpos(cast(metadata as varchar), 'cannot_be_opened') = 0"
)
#: Of so many images the sizes are read when they are added.
FEW = 1_000
AT_ONCE = 100


def are_urls(paths: object) -> bool:
    """Return whether URLs are given, and no paths.

    Raises
    ------
    InvalidInput
        Both are.
    """
    if not isinstance(paths, str | os.PathLike | Iterable):
        return False
    given = [paths] if isinstance(paths, str | os.PathLike) else as_list("paths", paths)
    which = [isinstance(one, str) and urls.is_url(one) for one in given]
    if any(which) and not all(which):
        raise InvalidInput("Paths and URLs are added in one call each, since their names begin at a common folder.")
    return any(which)


def find(version: Version, paths: str | Iterable[str]) -> tuple[list[ImageFile], dict[str, int]]:
    """Return the images that URLs name, sorted, each once; and what is left out, by the reason.

    A URL that ends in the suffix of an image is that image, and nobody asks whether it is there; others are folders, or
    patterns, and are listed, with a bar when it takes long.

    Raises
    ------
    NotFound
        Something matches no object.
    """
    found: dict[str, int] = {}
    left_out: Counter[str] = Counter()
    for one in [paths] if isinstance(paths, str) else as_list("paths", paths):
        if not isinstance(one, str):
            raise InvalidInput(f"paths takes URLs, not {shown(one)}.")
        url = urls.checked(one)
        urls.check_allowed(url)
        if not urls.is_pattern(url) and (urls.is_web(url) or urls.suffix(url) in imaging.SUFFIXES):
            found.setdefault(url, 0)
            continue
        there = _listed(version, url, left_out)
        if not there:
            rest = f" {Found([], dict(left_out)).said()}" if left_out else ""
            raise FileMissing(f"No image matches {url!r}.{rest}")
        found.update(there)
    return [ImageFile(_named(url), 0, 0, size, url=url) for url, size in sorted(found.items())], dict(left_out)


def _named(url: str) -> Path:
    """Return a path that stands for a URL, after which its asset is named."""
    scheme, _, rest = url.partition("://")
    return Path("/", scheme, *(rest.partition("?")[0] if urls.is_web(url) else rest).split("/"))


def _listed(version: Version, url: str, left_out: Counter[str]) -> dict[str, int]:
    """Return the images below a URL with their sizes in bytes."""
    wild = urls.is_pattern(url)
    begin = urls.beginning(url) if wild else url.rstrip("/") + "/"
    matches = urls.matching(url) if wild else None
    found: dict[str, int] = {}
    after, client = "", version.workspace.client
    with progress_bar(desc="listing", unit=" objects", delay=1) as bar:
        while True:
            part = client.call("remote.listing", Listed, version_id=version.version_id, url=begin, after=after)
            for one, size in part.objects:
                if matches is not None and not matches.fullmatch(one):
                    continue
                kind = _kind(one, one[len(begin) :] if matches is None else one.rpartition("/")[2], wild)
                if kind:
                    left_out[kind] += 1
                else:
                    found[one] = size
            bar.update(len(part.objects))
            after = part.after
            if not after:
                return found


def _kind(url: str, below: str, wild: bool) -> str:
    """Return why an object is left out, or an empty text."""
    if url.endswith("/"):
        return "that stand for folders"
    if "//" in url.partition("://")[2] or any(part in (".", "..") for part in url.split("/")):
        return "with names that no folder has"
    try:
        if urls.checked(url) != url:
            return "with names that no folder has"
    except InvalidInput:
        return "with names that no folder has"
    if not wild and any(part.startswith(".") for part in below.split("/")):
        return "hidden"
    return "" if wild or urls.suffix(url) in imaging.SUFFIXES else "of other kinds"


def measure(
    version: Version, files: Sequence[ImageFile], bad: Bad, sizes: Sizes, known: Mapping[str, list[ImageFile]]
) -> list[ImageFile]:
    """Return the images at URLs, one for each frame, with their sizes; or as they are if those are read later."""
    bad, sizes = plain(bad), plain(sizes)
    one_of("bad", bad, ("refuse", "keep"))
    one_of("sizes", sizes, ("auto", "now", "later"))
    new = [file for file in files if file.url not in known]
    if sizes == "later" or (sizes == "auto" and len(new) > FEW):
        return [one for file in files for one in known.get(file.url, [file])]
    seen: dict[str, Looked] = {}
    client = version.workspace.client
    with progress_bar(total=len(new), desc="sizes", unit="", delay=1) as bar:
        for low in range(0, len(new), AT_ONCE):
            some = [file.url for file in new[low : low + AT_ONCE]]
            its = client.call("remote.look", list[Looked], version_id=version.version_id, urls_of=some)
            seen.update(zip(some, its, strict=True))
            bar.update(len(some))
    found = [one for file in files for one in (_as_seen(file, seen[file.url]) if file.url in seen else known[file.url])]
    refuse_broken(found, len(files), bad)
    return found


def _as_seen(file: ImageFile, seen: Looked) -> list[ImageFile]:
    size = seen.bytes or file.bytes
    if seen.reason:
        return [ImageFile(file.path, 0, 0, size, reason=seen.reason, url=file.url)]
    frames = len(seen.sizes)
    numbers = [None] if frames == 1 else range(1, frames + 1)
    return [
        ImageFile(file.path, *one, size, imaging.Facts("", *one, frames), number, url=file.url)
        for number, one in zip(numbers, seen.sizes, strict=True)
    ]


def known(table: pd.DataFrame) -> dict[str, list[ImageFile]]:
    """Return the images of a version that lie elsewhere and need not be looked at again, by the URL of their file."""
    found: dict[str, list[ImageFile]] = {}
    for path in table["path"]:
        if urls.is_url(path):
            one = urls.of_path(path)
            found.setdefault(one.url, []).append(ImageFile(_named(one.url), 0, 0, 0, frame=one.frame, url=one.url))
    return found


def measure_unknown(self: Version) -> pd.DataFrame:
    """Read the sizes of the images of which nobody knows them yet, and return those that cannot be opened, one a row.

    Images that lie elsewhere, at URLs, are listed without being opened where they are many; their width and height are
    0 until somebody opens them, or this is called. No more than their beginnings are fetched, where that is enough. It
    shows a progress bar; what was read is kept if it is interrupted.

    Returns
    -------
    pandas.DataFrame
        ``asset``, ``problem``, ``asset_id``; empty if all sizes are known now.
    """
    import pandas as pd

    left = _measured(self, self.workspace.client.call("remote.unmeasured", list[int], version_id=self.version_id))
    rows: list[dict[str, Any]] = [{"asset": o.asset, "problem": o.reason, "asset_id": o.asset_id} for o in left]
    return pd.DataFrame(rows, columns=["asset", "problem", "asset_id"]).astype({"asset_id": "int64"})


def measure_named(version: Version, names: Iterable[str] | None = None) -> dict[str, tuple[int, int]]:
    """Read the sizes of the images of some assets, or of all, of which nobody knows them; return those, by their names.

    Called before shapes come onto them, or their sizes are written; a question of the workspace where all are known.
    """
    query = f"select asset_id, name, width, height from assets where version_id = $1 and {UNKNOWN}"
    rows = version.workspace.sql(query, [version.version_id])
    wanted = None if names is None else set(names)
    ids = [int(i) for i, n in zip(rows["asset_id"], rows["name"], strict=True) if wanted is None or n in wanted]
    if not ids:
        return {}
    left = {one.asset_id for one in _measured(version, ids)}
    now = version.workspace.sql(
        "select asset_id, name, width, height from assets where version_id = $1", [version.version_id]
    )
    now = now[now["asset_id"].isin(set(ids) - left)]
    return {n: (int(w), int(h)) for n, w, h in zip(now["name"], now["width"], now["height"], strict=True)}


def _measured(version: Version, ids: Sequence[int]) -> list[Unmeasured]:
    """Have the sizes of some assets read; return those that cannot be opened."""
    client, left = version.workspace.client, list[Unmeasured]()
    with progress_bar(total=len(ids), desc="sizes", unit="", delay=1) as bar:
        for low in range(0, len(ids), AT_ONCE):
            some = ids[low : low + AT_ONCE]
            left += client.call("remote.measure", list[Unmeasured], version_id=version.version_id, asset_ids=some)
            bar.update(len(some))
    return left


def content_of(version: Version, path: str) -> bytes:
    """Return the bytes of an image that lies elsewhere, by the path of its asset."""
    found = version.workspace.sql("select asset_id from assets where path = $1 limit 1", [path])
    return version.workspace.client.image(int(found["asset_id"][0]))
