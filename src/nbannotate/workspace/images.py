"""Reading what must be known of image files before they become assets: that they open, and their size."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct
from PIL import ExifTags, Image, UnidentifiedImageError
from tqdm.auto import tqdm

from nbannotate.errors import InvalidInput, NotFound

#: EXIF orientations that turn an image by a quarter: width and height change places.
_QUARTER_TURNS = frozenset({5, 6, 7, 8})


class ImageFile(Struct, frozen=True):
    """An image file: its size in pixels as it is shown (EXIF orientation applied) and in bytes."""

    path: Path
    width: int
    height: int
    bytes: int


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
            matches = sorted(p for p in path.rglob("*") if p.suffix.lower() in _suffixes())
        elif path.is_file():
            matches = [path]
        else:
            everything = glob.glob(str(path), recursive=True)  # noqa: PTH207  Path.glob takes no absolute pattern
            matches = [Path(p) for p in everything if Path(p).is_file()]
        if not matches:
            raise NotFound(f"No image matches {text!r} (looked in {Path.cwd()}).")
        found.update(p.resolve() for p in matches)
    return sorted(found)


def _suffixes() -> frozenset[str]:
    Image.init()
    return frozenset(s for s, kind in Image.EXTENSION.items() if kind in Image.OPEN and kind not in ("PDF", "MPEG"))


def measure(files: Sequence[Path]) -> list[ImageFile]:
    """Return the sizes of image files, with a progress bar when it takes long.

    Raises
    ------
    InvalidInput
        Files that are no images, or broken ones; all of them are named, as far as they fit a sentence.
    """
    with ThreadPoolExecutor(8) as pool:
        results = list(tqdm(pool.map(_measure, files), total=len(files), desc="images", unit="", delay=1))
    bad = [r for r in results if isinstance(r, str)]
    if bad:
        raise InvalidInput(
            f"{len(bad)} of {len(files)} files cannot be opened as images: {'; '.join(bad[:5])}"
            + (" …" if len(bad) > 5 else "")
            + ". Remove them or name only good ones; nothing was added."
        )
    return [r for r in results if isinstance(r, ImageFile)]


def _measure(path: Path) -> ImageFile | str:
    try:
        size = path.stat().st_size
        with Image.open(path) as image:
            width, height = image.size
            if image.getexif().get(ExifTags.Base.Orientation) in _QUARTER_TURNS:
                width, height = height, width
    except UnidentifiedImageError:
        return f"{path.name} (not an image)"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return f"{path.name} ({error})"
    return ImageFile(path, width, height, size)
