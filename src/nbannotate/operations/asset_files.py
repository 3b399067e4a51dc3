"""Files of assets: opened once, looked at by a process apart, and served from what was opened."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from nbannotate import imaging
from nbannotate.errors import FileMissing, InvalidInput, NotAllowed, NotFound, ReadFailed
from nbannotate.files.workspace_folder import hidden_folder
from nbannotate.imaging import isolated, video
from nbannotate.imaging.child import Look, Seen
from nbannotate.imaging.isolated import Asked
from nbannotate.model import FileProblem
from nbannotate.remote import urls
from nbannotate.store.engine import MEMORY, Engine

LARGEST = 1 << 30  # bytes of a file that is sent
AT_ONCE = 100  # files that are open at once while they are looked at


@contextmanager
def opened(engine: Engine, path: Path, name: str) -> Iterator[int]:
    """Open the file of an asset.

    Raises
    ------
    NotFound
        It is gone, or no regular file.
    NotAllowed
        It belongs to the workspace itself.
    """
    if _is_locked_here(engine, path):  # not even opened: a lock of this process ends when it closes that file anywhere
        raise NotAllowed(f"{path} belongs to the workspace itself; it is no image and is not served.")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        raise FileMissing(
            f"The file of {name} is not where it was: {path} ({error.strerror}). If its folder was moved, "
            "version.relocate(old, new) says where it is now."
        ) from error
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise NotFound(f"The image file of asset {name} is no regular file: {path}")
        if _is_ours(engine, handle, facts, path):
            raise NotAllowed(f"{path} belongs to the workspace itself; it is no image and is not served.")
        yield handle
    finally:
        os.close(handle)


def _is_locked_here(engine: Engine, path: Path) -> bool:
    """Return whether a path, through whatever links, leads to what DuckDB holds a lock on."""
    if engine.path == MEMORY:
        return False
    for ours in (engine.path, f"{engine.path}.wal"):
        with suppress(OSError):
            if path.samefile(ours):
                return True
    return False


def _is_ours(engine: Engine, handle: int, facts: os.stat_result, path: Path) -> bool:
    """Return whether an open file is the database, lies beside it under its name, or in the spool folder."""
    try:
        real = Path(f"/proc/self/fd/{handle}").readlink()
    except OSError:  # a system without /proc
        real = Path(os.path.realpath(path))
    spool = engine.spool.resolve()
    database = None if engine.path == MEMORY else Path(engine.path).resolve()
    around = () if database is None else database.parents  # a person's folder, also one that is called nbannotate-demo
    for folder in (spool, *spool.parents):
        made_here = folder == spool or folder.name.startswith("nbannotate-") or folder.name.endswith(".nbannotate")
        if made_here and folder not in around and folder in real.parents:
            return True
    if database is None:
        return False
    hidden = hidden_folder(database)
    if real.is_relative_to(hidden) or (real.parent == database.parent and real.name.startswith(database.name)):
        return True
    if facts.st_nlink == 1:
        return False
    for side in (*database.parent.glob(f"{database.name}*"), *hidden.glob("*")):
        with suppress(OSError):
            if os.path.samestat(side.stat(), facts):
                return True
    return False


def check(engine: Engine, rows: Sequence[tuple[str, str, int, int]]) -> None:
    """Look at the files of assets that are to be added: name, path, width and height.

    What is not there is passed over, and so is what lies elsewhere: it is looked at before it is served.

    Raises
    ------
    InvalidInput
        A file is no image, or one of another size; the message names some.
    NotAllowed
        One belongs to the workspace itself.
    """
    files: dict[Path, list[tuple[str, int | None, int, int]]] = {}
    for name, where, width, height in rows:
        if urls.is_url(where):
            urls.check_allowed(_kept(where, name))
            continue
        one = imaging.frame_of(where)
        files.setdefault(one.path, []).append((name, one.number, width, height))
    wrong: list[str] = []
    waiting: list[tuple[Path, Asked]] = []
    try:
        for path, its in files.items():
            try:
                with opened(engine, path, its[0][0]) as handle:
                    frames = tuple(number for _, number, _, _ in its if number is not None)
                    waiting.append((path, Asked(os.dup(handle), Look(path.suffix[-32:], frames))))
            except NotFound:
                continue
            if len(waiting) >= AT_ONCE:
                wrong += _looked(waiting, files)
        wrong += _looked(waiting, files)
    finally:
        for _, asked in waiting:
            os.close(asked.handle)
    if wrong:
        some = "; ".join(wrong[:5]) + (" …" if len(wrong) > 5 else "")
        count = f"{len(wrong)} of {len(rows)} assets"
        raise InvalidInput(f"{count} are not what their files hold: {some}; nothing was added.")


def _kept(where: str, name: str) -> str:
    """Return the URL of a file, or raise why it may not be stored as it is."""
    url = urls.of_path(where).url
    if urls.checked(url) != url:
        raise InvalidInput(f"The URL of {name} has capitals in its protocol or its host; write them small.")
    return url


def _looked(waiting: list[tuple[Path, Asked]], files: dict[Path, list[tuple[str, int | None, int, int]]]) -> list[str]:
    """Return what is wrong with files that are open; they are closed."""
    found = []
    for (path, asked), seen in zip(waiting, isolated.look([asked for _, asked in waiting]), strict=True):
        os.close(asked.handle)
        numbers = {n: i for i, n in enumerate(asked.look.frames)}
        for name, number, width, height in files[path]:
            if not width and not height:  # kept although it cannot be opened
                continue
            if seen.reason:
                found.append(f"{name} ({seen.reason.rstrip('.')})")
            elif seen.kind != "video" and _size(seen, numbers.get(number or 0, 0)) != (width, height):
                has = " x ".join(map(str, _size(seen, numbers.get(number or 0, 0))))
                found.append(f"{name} (it has {has} pixels, not {width} x {height})")
    waiting.clear()
    return found


def _size(seen: Seen, at: int) -> tuple[int, int]:
    return seen.sizes[at] if len(seen.sizes) > 1 else seen.sizes[0]


def state(engine: Engine, path: str, name: str, size: int) -> tuple[FileProblem | None, int | None]:
    """Return what is wrong with the file of an asset, which had so many bytes, and how many it has; None if nothing is.

    Raises
    ------
    NotAllowed
        It belongs to the workspace itself.
    """
    try:
        with opened(engine, imaging.frame_of(path).path, name) as handle:
            now = os.fstat(handle).st_size
    except FileMissing as error:
        absent = isinstance(error.__cause__, FileNotFoundError | NotADirectoryError)
        return ("missing" if absent else "unreadable"), None
    except NotFound:
        return "unreadable", None
    return (None if now == size else "changed"), now


def body(engine: Engine, path: str, name: str) -> bytes:
    """Return the bytes of an image; of a frame of a file, a file that holds that frame only.

    Raises
    ------
    ReadFailed
        It is no image.
    """
    one = imaging.frame_of(path)
    with opened(engine, one.path, name) as handle:
        key = os.fstat(handle).st_ino
        if one.number is not None:
            return _frame(engine, handle, one, key)
        (seen,) = isolated.look([Asked(handle, Look(one.path.suffix[-32:]))], key)
        if seen.reason:
            raise ReadFailed(seen.reason)
        if video.is_video(one.path):
            raise ReadFailed("The image cannot be read: it is a video, of which frames are assets.")
        if os.fstat(handle).st_size > LARGEST:
            raise ReadFailed("The image cannot be read: its file has more than a gigabyte.")
        with os.fdopen(os.dup(handle), "rb") as file:
            file.seek(0)
            return file.read(LARGEST + 1)


def _frame(engine: Engine, handle: int, one: imaging.Frame, key: int) -> bytes:
    with tempfile.TemporaryFile(dir=engine.spool) as out:
        look = Look(one.path.suffix[-32:], (one.number or 1,), take=True)
        (seen,) = isolated.look([Asked(handle, look, out.fileno())], key)
        if seen.reason:
            raise ReadFailed(seen.reason)
        out.seek(0)
        return out.read()


def verify(engine: Engine, path: str, name: str) -> None:
    """Raise an error if the file of an asset is not there or no image."""
    one = imaging.frame_of(path)
    with opened(engine, one.path, name) as handle:
        frames = (one.number,) if one.number is not None else ()
        (seen,) = isolated.look([Asked(handle, Look(one.path.suffix[-32:], frames))], os.fstat(handle).st_ino)
        if seen.reason:
            raise ReadFailed(seen.reason)
