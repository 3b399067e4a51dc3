"""Small pictures of images, made beside what waits for them: a missing, large or slow file costs a moment at most."""

from __future__ import annotations

import base64
import io
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from nbannotate.cards import Picture, Strip
from nbannotate.errors import NbannotateError
from nbannotate.model import Shape
from nbannotate.remote.urls import is_url
from nbannotate.shapes.cards import drawing, fitting

#: So many are shown; how long they are waited for together (s); what is larger is not decoded (pixels, bytes).
MOST = 6
PATIENCE_S = 1.0
LARGEST_PIXELS = 40_000_000
LARGEST_BYTES = 64 << 20
#: The size at which one is shown, and how many bytes it may have: of several beside each other, and of one alone.
SMALL, LARGE = (112, 84), (420, 300)
BYTES_SMALL, BYTES_LARGE = 4_200, 24_000

#: Where the image is: a path of an asset, or the bytes of a file.
Source = str | Path | bytes


class Wanted(Struct, frozen=True):
    """An image of which a thumbnail is wanted.

    Parameters
    ----------
    name
        Of the asset.
    source
        Returns where it is, or its bytes; called in a thread of its own.
    width, height
        Of the image, in pixels; 0 if it cannot be opened.
    shapes
        What is drawn on it.
    more
        A few words after the name.
    """

    name: str
    source: Callable[[], Source]
    width: int
    height: int
    shapes: tuple[Shape, ...] = ()
    more: str = ""


def strip(wanted: Sequence[Wanted], of: int = 0, colors: Mapping[str, str] | None = None) -> Strip:
    """Return thumbnails beside each other; of so many images in all."""
    shown = wanted[:MOST]
    size, most = (LARGE, BYTES_LARGE) if len(shown) == 1 and of <= 1 else (SMALL, BYTES_SMALL)
    return Strip(_pictures(shown, size, most, PATIENCE_S, colors), max(0, of - len(shown)))


def grid(
    wanted: Sequence[Wanted], size: tuple[int, int], most: int, patience_s: float, colors: Mapping[str, str]
) -> Strip:
    """Return thumbnails of all images, each in a box of that size (pixels) and of so many bytes at most."""
    return Strip(_pictures(wanted, size, most, patience_s, colors))


def _pictures(
    shown: Sequence[Wanted], size: tuple[int, int], most: int, patience_s: float, colors: Mapping[str, str] | None
) -> tuple[Picture, ...]:
    boxes = [fitting(w.width, w.height, *size) if w.width and w.height else size for w in shown]
    made = _together([(w, box, most) for w, box in zip(shown, boxes, strict=True)], patience_s)
    pictures = []
    for w, (width, height), found in zip(shown, boxes, made, strict=True):
        uri, missing = ("", found) if not found.startswith("data:") else (found, "")
        box = (0.0, 0.0, float(w.width), float(w.height))
        drawn = drawing(w.shapes, box, (width, height), colors) if w.shapes and w.width and w.height else None
        pictures.append(Picture(w.name, uri, width, height, drawn, missing, w.more))
    return tuple(pictures)


def _together(wanted: Sequence[tuple[Wanted, tuple[int, int], int]], patience_s: float) -> list[str]:
    """Return a data URI for each, or why there is none; what is not there in time is not waited for."""
    found = ["not read in time"] * len(wanted)

    def make(i: int, one: Wanted, box: tuple[int, int], most: int) -> None:
        try:
            found[i] = _uri(one, box, most)
        except Exception as error:  # noqa: BLE001  whatever a decoder raises, a thumbnail is no reason to end a cell
            found[i] = _why(error)

    # Threads that do not hold the interpreter up at its end: one may hang in a network file system.
    threads = [threading.Thread(target=make, args=(i, *w), daemon=True) for i, w in enumerate(wanted)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + patience_s
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return list(found)


def _uri(one: Wanted, box: tuple[int, int], most: int) -> str:
    """Return an image as a small JPEG in a data URI."""
    if not one.width or not one.height:
        return "cannot be opened"
    if one.width * one.height > LARGEST_PIXELS:
        return f"{one.width:,} × {one.height:,} pixels"
    pixels = (round(box[0] * 1.5), round(box[1] * 1.5))
    image = _decoded(one.source(), pixels)
    image.thumbnail(pixels)
    for quality in (80, 65, 50, 35, 20):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= most or quality == 20:
            break
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


def _decoded(source: Source, near: tuple[int, int]) -> Any:
    """Return an image of Pillow, as people see it, decoded no finer than is needed where the file allows it."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    from nbannotate import imaging

    path, number = _file(source)
    if isinstance(path, Path) and (not path.is_file() or path.stat().st_size > LARGEST_BYTES):
        raise _Unseen("not where it was" if not path.exists() else "no file" if not path.is_file() else "too large")
    if number is None:
        try:
            with Image.open(path if isinstance(path, Path) else io.BytesIO(path)) as image:
                if image.width * image.height > LARGEST_PIXELS:
                    raise _Unseen("too large")
                if image.mode in ("L", "RGB", "RGBA", "P", "CMYK", "1", "LA"):
                    image.draft("RGB", (2 * near[0], 2 * near[1]))
                    return ImageOps.exif_transpose(image).convert("RGB")
        except UnidentifiedImageError:
            pass  # DICOM, for example
    still = imaging.read(path, number)
    pixels = still.pixels
    if still.deep:
        pixels = imaging.gray(
            pixels, still.slope, still.offset, still.default(), inverted=still.inverted, exact=still.exact
        )
    return Image.fromarray(pixels).convert("RGB")


def _file(source: Source) -> tuple[Path | bytes, int | None]:
    """Return a file or its bytes, and which frame of it; None if it is the only one."""
    from nbannotate import imaging

    if not isinstance(source, str):
        return source, None
    if is_url(source):
        raise _Unseen("at a URL")
    one = imaging.frame_of(source)
    return one.path, one.number


class _Unseen(Exception):
    """Why an image is not shown, in a few words."""


def _why(error: Exception) -> str:
    if isinstance(error, _Unseen):
        return str(error)
    if isinstance(error, FileNotFoundError):
        return "not where it was"
    return str(error) if isinstance(error, NbannotateError) else "cannot be shown"
