"""Reading what must be known of image files before they become assets: that they open, their size and their frames."""

from __future__ import annotations

import glob
import os
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from msgspec import Struct

from nbannotate import imaging
from nbannotate.errors import FileMissing, InvalidInput, ReadFailed
from nbannotate.model.suggestions import one_of
from nbannotate.model.values import as_list, plain, shown
from nbannotate.workspace.progress_bars import progress_bar

Bad = Literal["refuse", "keep"]


class ImageFile(Struct, frozen=True):
    """An image file, or one frame of a file that holds several.

    Parameters
    ----------
    path
        Where it is; of a URL a path that stands for it, after which the asset is named.
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
    url
        Where it is, if that is elsewhere; or empty.
    """

    path: Path
    width: int
    height: int
    bytes: int
    facts: imaging.Facts | None = None
    frame: int | None = None
    reason: str = ""
    url: str = ""

    @property
    def where(self) -> str:
        """The path of its asset: that of the file, or the URL, and the frame."""
        file = self.url or str(self.path)
        return file if self.frame is None else f"{file}#frame={self.frame}"

    def name(self, base: Path) -> str:
        """Return the name of the asset, below a folder."""
        name = self.path.relative_to(base).as_posix()
        if self.frame is None or self.facts is None:
            return name
        return imaging.named(name, self.frame, self.facts.frames)


class Found(Struct, frozen=True):
    """The files that were named, and what of the folders is left out, by the reason."""

    files: list[Path]
    left_out: dict[str, int] = {}

    def said(self) -> str:
        """Return what is left out as a sentence, or an empty text."""
        if not self.left_out:
            return ""
        many = sum(self.left_out.values())
        return f"Left out: {', '.join(f'{n:,} {why}' for why, n in self.left_out.items())} ({many:,} in all)."


def find(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> Found:
    """Return the files that a pattern, a folder, a path or a list of them names, sorted, each path once.

    Of a folder come the images in it and below it that can be decoded here: no hidden files or folders, and nothing
    but regular files. A path stays as it was given: links are followed when a file is opened, not when it is named; a
    folder is entered once, however many links lead to it.

    Raises
    ------
    NotFound
        Something matches no file.
    """
    given: Sequence[str | os.PathLike[str]] = as_list("paths", paths)
    if not given:
        raise InvalidInput("There are no images to add; the list of paths is empty.")
    for one in given:
        if not isinstance(one, str | os.PathLike):
            raise InvalidInput(f"paths takes the paths of files, folders or patterns, not {shown(one)}.")
    found: set[Path] = set()
    left_out: Counter[str] = Counter()
    for one in given:
        text = os.fspath(one)
        path = absolute(Path(text).expanduser())
        if path.is_dir():
            matches = _in_folder(path, left_out)
        elif path.is_file():
            matches = [path]
        else:
            everything = glob.glob(str(path), recursive=True)  # noqa: PTH207  Path.glob takes no absolute pattern
            matches = _once([Path(p) for p in everything if Path(p).is_file()])
        if not matches:
            rest = f" {Found([], dict(left_out)).said()}" if left_out else ""
            raise FileMissing(f"No image matches {text!r} (looked in {Path.cwd()}).{rest}")
        found.update(matches)
    return Found(sorted(found), dict(left_out))


def absolute(path: Path) -> Path:
    """Return a path from the root on, links in it as they are; what stands before ``..`` is resolved."""
    parts = path.parts
    if ".." not in parts:
        return path.absolute()
    last = len(parts) - parts[::-1].index("..")
    return Path(*parts[:last]).resolve().joinpath(*parts[last:])


def _once(paths: list[Path]) -> list[Path]:
    """Return paths without those that lead through a link into a folder that another path leads to as well."""
    kept: dict[tuple[str, str], Path] = {}
    real: dict[Path, str] = {}
    for path in paths:
        if path.parent not in real:
            real[path.parent] = os.path.realpath(path.parent)
    for path in sorted(paths, key=lambda p: (str(p.parent) != real[p.parent], len(p.parts), p)):
        kept.setdefault((real[path.parent], path.name), path)
    return list(kept.values())


def _in_folder(folder: Path, left_out: Counter[str]) -> list[Path]:
    """Return the images in a folder and below it; folders that links lead to come last, each once."""
    found: list[Path] = []
    entered: set[tuple[int, int]] = set()
    links: deque[Path] = deque([folder])
    while links:
        inside = [links.popleft()]
        while inside:
            here = inside.pop()
            try:
                facts = here.stat()
                with os.scandir(here) as entries:
                    children = sorted(entries, key=lambda entry: entry.name)
            except OSError:
                left_out["folders that cannot be read"] += 1
                continue
            if (facts.st_dev, facts.st_ino) in entered:
                continue
            entered.add((facts.st_dev, facts.st_ino))
            for entry in children:
                path = here / entry.name
                try:
                    kind = _kind(entry, path)
                except OSError:
                    kind = "that cannot be read"
                if kind == "folder":
                    (links if entry.is_symlink() else inside).append(path)
                elif kind == "image":
                    found.append(path)
                else:
                    left_out[kind] += 1
    return found


def _kind(entry: os.DirEntry[str], path: Path) -> str:
    """Return what an entry of a folder is: a folder, an image, or why it is left out."""
    if entry.name.startswith("."):
        return "hidden"
    if path.is_dir():
        return "folder"
    if not path.is_file():
        return "no regular files"
    return "image" if _is_taken(path) else "of other kinds"


def _is_taken(path: Path) -> bool:
    """Return whether a file of a folder is taken: by its suffix, or if it has none and is DICOM."""
    if path.suffix:
        return path.suffix.lower() in imaging.SUFFIXES or (path.suffix[1:].isdigit() and imaging.is_dicom(path))
    return path.name != "DICOMDIR" and imaging.is_dicom(path)


def measure(
    files: Sequence[Path], bad: Bad = "refuse", every: int = 1, known: Mapping[str, ImageFile] | None = None
) -> list[ImageFile]:
    """Return the images in files, one for each frame (each ``every``-th), with a progress bar when it takes long.

    Those that are known by their path are not measured again.

    Raises
    ------
    InvalidInput
        Files that are no images, or broken ones; all of them are named, as far as they fit a sentence.
    """
    bad, every = plain(bad), plain(every)
    one_of("bad", bad, ("refuse", "keep"))
    if isinstance(every, bool) or not isinstance(every, int) or every < 1:
        raise InvalidInput(f"every must be a whole number above 0, not {every!r}.")
    there = known or {}

    def one(file: Path) -> list[ImageFile]:
        return [there[str(file)]] if str(file) in there else _measure(file, every)

    with ThreadPoolExecutor(8) as pool:
        results = list(progress_bar(pool.map(one, files), total=len(files), desc="images", unit="", delay=1))
    images = [one for found in results for one in found]
    refuse_broken(images, len(files), bad)
    return images


def refuse_broken(images: Sequence[ImageFile], files: int, bad: Bad) -> None:
    """Raise InvalidInput if some images cannot be opened, unless they are to be kept."""
    broken = [one for one in images if one.reason]
    if broken and bad == "refuse":
        named = "; ".join(f"{one.path.name} ({one.reason})" for one in broken[:5])
        raise InvalidInput(
            f"{len(broken)} of {files} files cannot be opened as images: {named}"
            + (" …" if len(broken) > 5 else "")
            + ". Remove them or name only good ones, or keep them with bad='keep'; nothing was added."
        )


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
    return [ImageFile(path, *facts.size(number), size, facts, number) for number in numbers]
