"""Reading what must be known of image files before they become assets: that they open, their size and their frames."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from msgspec import Struct
from tqdm.auto import tqdm

from nbannotate import imaging
from nbannotate.errors import InvalidInput, NotFound, ReadFailed

Bad = Literal["refuse", "keep"]


class ImageFile(Struct, frozen=True):
    """An image file, or one frame of a file that holds several.

    Parameters
    ----------
    path
        Where it is.
    width, height
        In pixels, as it is shown (EXIF orientation applied); 0 if it cannot be opened.
    bytes
        Size of the file.
    facts
        What its header says; None if it cannot be opened.
    frame
        Counted from 1; None if the file holds one image.
    reason
        Why it cannot be opened, or empty.
    """

    path: Path
    width: int
    height: int
    bytes: int
    facts: imaging.Facts | None = None
    frame: int | None = None
    reason: str = ""

    def name(self, base: Path) -> str:
        """Return the name of the asset, below a folder."""
        name = self.path.relative_to(base).as_posix()
        if self.frame is None or self.facts is None:
            return name
        return imaging.named(name, self.frame, self.facts.frames)


def find(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Return the files that a pattern, a folder, a path or a list of them names, sorted, each once.

    Raises
    ------
    NotFound
        Something matches no file.
    """
    given: Sequence[str | os.PathLike[str]] = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    found: set[Path] = set()
    for one in given:
        text = os.fspath(one)
        path = Path(text).expanduser()
        if path.is_dir():
            matches = sorted(p for p in path.rglob("*") if _is_taken(p))
        elif path.is_file():
            matches = [path]
        else:
            everything = glob.glob(str(path), recursive=True)  # noqa: PTH207  Path.glob takes no absolute pattern
            matches = [Path(p) for p in everything if Path(p).is_file()]
        if not matches:
            raise NotFound(f"No image matches {text!r} (looked in {Path.cwd()}).")
        found.update(p.resolve() for p in matches)
    return sorted(found)


def _is_taken(path: Path) -> bool:
    """Return whether a file of a folder is taken: by its suffix, or if it has none and is DICOM."""
    if path.suffix:
        return path.suffix.lower() in imaging.SUFFIXES or (path.suffix[1:].isdigit() and imaging.is_dicom(path))
    return path.name != "DICOMDIR" and path.is_file() and imaging.is_dicom(path)


def measure(files: Sequence[Path], bad: Bad = "refuse", every: int = 1) -> list[ImageFile]:
    """Return the images in files, one for each frame (each ``every``-th), with a progress bar when it takes long.

    Raises
    ------
    InvalidInput
        Files that are no images, or broken ones; all of them are named, as far as they fit a sentence.
    """
    if bad not in ("refuse", "keep"):
        raise InvalidInput(f"bad must be 'refuse' or 'keep', not {bad!r}.")
    if isinstance(every, bool) or not isinstance(every, int) or every < 1:
        raise InvalidInput(f"every must be a whole number above 0, not {every!r}.")
    with ThreadPoolExecutor(8) as pool:
        results = list(
            tqdm(pool.map(lambda file: _measure(file, every), files), total=len(files), desc="images", unit="", delay=1)
        )
    broken = [one for found in results for one in found if one.reason]
    if broken and bad == "refuse":
        named = "; ".join(f"{one.path.name} ({one.reason})" for one in broken[:5])
        raise InvalidInput(
            f"{len(broken)} of {len(files)} files cannot be opened as images: {named}"
            + (" …" if len(broken) > 5 else "")
            + ". Remove them or name only good ones, or keep them with bad='keep'; nothing was added."
        )
    return [one for found in results for one in found]


def _measure(path: Path, every: int) -> list[ImageFile]:
    """Return the images in a file; if it cannot be opened, one with the reason."""
    try:
        size = path.stat().st_size
        facts = imaging.measure(path)
    except (ReadFailed, OSError) as error:
        reason = str(error).rstrip(".")
        return [ImageFile(path, 0, 0, path.stat().st_size if path.exists() else 0, reason=reason)]
    single = facts.frames == 1 and facts.format != "video"
    numbers = [None] if single else range(1, facts.frames + 1, every)
    return [ImageFile(path, facts.width, facts.height, size, facts, number) for number in numbers]
