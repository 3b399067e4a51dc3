"""Files of assets that lie elsewhere: an operation that needs them is stopped, and begun again when they are here.

So nothing is fetched in a transaction. What comes is looked at by the process with limits, as any file of an asset; an
asset of which nobody knew the size has one from then on.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from nbannotate.errors import FetchFailed, InvalidInput
from nbannotate.imaging import isolated
from nbannotate.imaging.child import Look, Seen
from nbannotate.imaging.isolated import Asked
from nbannotate.imaging.video import is_video
from nbannotate.model import FileProblem
from nbannotate.remote import fetcher, urls
from nbannotate.remote.messages import Answer, Do
from nbannotate.store.image_sizes import Size
from nbannotate.texts import Message, t

AT_ONCE = 16


class OfAsset(Protocol):
    """What says where the file of an asset is, and how large its image is."""

    @property
    def asset_id(self) -> int:
        """Which asset."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def path(self) -> str:
        """Of its file, or its URL."""

    @property
    def width(self) -> int:
        """In pixels; 0 while nobody knows."""

    @property
    def height(self) -> int:
        """In pixels; 0 while nobody knows."""


class Brought(Struct, frozen=True):
    """What came of a file that lies elsewhere.

    Parameters
    ----------
    path
        Where it is now; empty if only something was asked of it.
    bytes
        How many it has; 0 if its store does not say.
    problem, reason
        Why it is not here, as a word and as a part of a sentence.
    sizes
        Width and height of each of its frames, where they were asked for.
    final
        Whether it is known to be no image: there is no such object, or it holds something else.
    """

    path: str = ""
    bytes: int = 0
    problem: FileProblem | None = None
    reason: Message = Message()
    sizes: tuple[tuple[int, int], ...] = ()
    final: bool = False


class Here(Struct, frozen=True):
    """What was brought, by its URL; the sizes that came to light, and which assets cannot be opened, and why."""

    files: Mapping[str, Brought] = {}
    sizes: tuple[Size, ...] = ()
    failed: Mapping[int, str] = {}
    listed: Answer | None = None


class Needed(Exception):
    """An operation cannot go on without something that lies elsewhere.

    Parameters
    ----------
    bring
        Gets it, outside of any transaction; the operation is given it as ``prepared_here``.
    """

    def __init__(self, bring: Callable[[], Here]) -> None:
        super().__init__("something lies elsewhere")
        self.bring = bring


def is_unmeasured(row: OfAsset) -> bool:
    """Return whether nobody knows yet how large the image of an asset is."""
    return not row.width and not row.height and urls.is_url(row.path)


def path_of(row: OfAsset, here: Here | None) -> str:
    """Return where the file of an asset is on this machine.

    Raises
    ------
    Needed
        It lies elsewhere.
    FetchFailed
        It could not be brought; the sentence names the asset and not where it lies.
    """
    where = row.path
    if not urls.is_url(where):
        return where
    one = urls.of_path(where)
    if here is None or one.url not in here.files:
        raise Needed(lambda: bring([row], "fetch"))
    found = here.files[one.url]
    if found.reason:
        raise FetchFailed(t("The image {name} cannot be fetched: {why+}.", name=row.name, why=found.reason))
    return found.path if one.frame is None else f"{found.path}#frame={one.frame}"


def state(where: str, size: int, here: Here | None) -> tuple[FileProblem | None, int | None]:
    """Return what is wrong with the file of an asset that lies elsewhere, and how many bytes it has now."""
    found = (here or Here()).files.get(urls.of_path(where).url, Brought(problem="unreadable"))
    if found.problem is not None:
        return found.problem, None
    return ("changed" if size and found.bytes and found.bytes != size else None), found.bytes or None


def ask_of(paths: Iterable[str], here: Here | None) -> None:
    """Have asked of all files that lie elsewhere how large they are, before an operation goes on."""
    wanted = sorted({urls.of_path(p).url for p in paths if urls.is_url(p)})
    if wanted and here is None:
        raise Needed(lambda: Here(dict(zip(wanted, _all(lambda url: _asked("look", url), wanted), strict=True))))


def measured(rows: Sequence[OfAsset], here: Here | None) -> None:
    """Have the sizes of assets measured that nobody knows, before an operation goes on."""
    unknown = [row for row in rows if is_unmeasured(row)]
    if unknown and here is None:
        raise Needed(lambda: bring(unknown, "begin"))


def bring(rows: Sequence[OfAsset], do: Do) -> Here:
    """Bring the files of assets, or their beginnings, and see how large those are of which nobody knows."""
    wanted: dict[str, list[OfAsset]] = {}
    for row in rows:
        wanted.setdefault(urls.of_path(row.path).url, []).append(row)

    def one(url: str) -> Brought:
        its = wanted[url]
        if not any(map(is_unmeasured, its)):
            return _asked(do, url)
        return _seen(url, do)

    files = dict(zip(wanted, _all(one, list(wanted)), strict=True))
    sizes, failed = [], {}
    for url, its in files.items():
        for row in filter(is_unmeasured, wanted[url]):
            at = (urls.of_path(row.path).frame or 1) - 1
            if at < len(its.sizes):
                sizes.append(Size(row.asset_id, *its.sizes[at], its.bytes))
            elif its.final:
                failed[row.asset_id] = its.reason
    return Here(files, tuple(sizes), failed)


def look(given: Sequence[str]) -> Here:
    """Return what files at some URLs hold, which are no assets yet."""
    return Here(dict(zip(given, _all(lambda url: _seen(url, "begin"), given), strict=True)))


def listing(url: str, after: str) -> Here:
    """Return a part of what lies below a URL."""
    return Here(listed=fetcher.ask("list", url, after))


def _all(do: Callable[[str], Brought], wanted: Sequence[str]) -> list[Brought]:
    if len(wanted) < 2:
        return [do(url) for url in wanted]
    with ThreadPoolExecutor(min(AT_ONCE, len(wanted))) as pool:
        return list(pool.map(do, wanted))


def _asked(do: Do, url: str) -> Brought:
    try:
        urls.checked(url)
        urls.check_allowed(url)
    except InvalidInput:
        return Brought(problem="unreadable", reason=t("images are not fetched from there"))
    answer = fetcher.ask(do, url)
    if answer.why:
        problem: FileProblem = "missing" if answer.why == "missing" else "unreadable"
        why = fetcher.why_not(answer, url)
        return Brought(bytes=answer.size, problem=problem, reason=why, final=problem == "missing")
    return Brought(answer.path, answer.size)


def _seen(url: str, do: Do) -> Brought:
    """Return a file with the sizes of its frames; all of it is fetched where its beginning does not tell."""
    if is_video(Path(f"x{urls.suffix(url)}")):
        return Brought(problem="unreadable", reason=t("videos are not read from URLs"))
    found = _asked(do, url)
    if found.reason:
        return found
    begun = Path(found.path).name.startswith("part-")
    sizes, reason = _sizes(found.path, urls.suffix(url))
    if begun:
        with contextlib.suppress(OSError):
            Path(found.path).unlink()
        if reason or len(sizes) > 1:
            whole = _asked("fetch", url)
            if whole.reason:
                return whole
            found = whole
            sizes, reason = _sizes(found.path, urls.suffix(url))
    if reason:
        return Brought(found.path, found.bytes, "unreadable", reason, final=True)
    return Brought(found.path, found.bytes, sizes=sizes)


def _sizes(path: str, suffix: str) -> tuple[tuple[tuple[int, int], ...], Message]:
    """Return width and height of each frame of a file, as the process with limits sees it, or why it is no image."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return (), t("it left the cache just now; try again")
    try:
        (seen,) = isolated.look([Asked(handle, Look(suffix))])
        if not seen.reason and seen.frames > 1:
            (seen,) = isolated.look([Asked(handle, Look(suffix, tuple(range(1, seen.frames + 1))))])
        return _of(seen)
    finally:
        os.close(handle)


def _of(seen: Seen) -> tuple[tuple[tuple[int, int], ...], Message]:
    if seen.reason:
        return (), Message(seen.reason.removeprefix("The image cannot be read: ").rstrip("."))
    sizes = seen.sizes
    return (sizes * seen.frames if len(sizes) == 1 and seen.frames > 1 else sizes), Message()
