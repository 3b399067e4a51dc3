"""What Pillow opens: PNG, JPEG, TIFF, BMP, WebP, GIF and others, of 8 or 16 bits.

The EXIF orientation is applied, what is transparent becomes white, CMYK and palettes become RGB.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from nbannotate.errors import ReadFailed
from nbannotate.imaging.still import Facts, Still, stored

QUARTER_TURNS = frozenset({5, 6, 7, 8})  # EXIF orientations: width and height change places
FAILURES = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    MemoryError,
)
NEW_SUBFILE, BITS, PLANAR = 254, 258, 284  # TIFF tags


def suffixes() -> frozenset[str]:
    """Return the suffixes of the files that Pillow opens, with a dot, in lower case."""
    Image.init()
    return frozenset(s for s, kind in Image.EXTENSION.items() if kind in Image.OPEN and kind not in ("PDF", "MPEG"))


def plain(error: BaseException) -> str:
    """Return the reason of an error of Pillow, without the buffers that its messages show."""
    if isinstance(error, UnidentifiedImageError):
        return "it is not an image of a known format"
    if isinstance(error, Image.DecompressionBombError):
        return "it has too many pixels"
    if isinstance(error, MemoryError):
        return "it does not fit into memory"
    return str(error) or type(error).__name__


def opened(source: bytes | Path | BinaryIO) -> Image.Image:
    """Return an image whose pixels are not read yet.

    Raises
    ------
    ReadFailed
        If it is not an image, or damaged.
    """
    try:
        image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
        if image.format == "TIFF" and _deep_planes(image):
            image.close()
            raise ReadFailed("The image cannot be read: its colors of 16 bits stand in planes.")
    except FAILURES as error:
        raise ReadFailed(f"The image cannot be read: {plain(error)}.") from error
    return image


def _deep_planes(image: Image.Image) -> bool:
    """Return whether colors of more than 8 bits stand in planes: Pillow opens such a TIFF and shows wrong colors."""
    tags = image.tag_v2  # type: ignore[attr-defined]
    return bool(tags.get(PLANAR) == 2 and max(tags.get(BITS, (8,))) > 8)


def turned(image: Image.Image) -> tuple[int, int]:
    """Return width and height after the EXIF orientation is applied."""
    if image.getexif().get(ExifTags.Base.Orientation, 1) in QUARTER_TURNS:
        return image.height, image.width
    return image.width, image.height


def deep(image: Image.Image) -> bool:
    """Return whether the values are more than a screen shows."""
    return image.mode in ("I", "F") or image.mode.startswith("I;")


def frames(image: Image.Image) -> int:
    """Return how many images of the same size a TIFF file holds; 1 for anything else.

    Reduced copies and masks (the pages of a pyramid) do not count.
    """
    if image.format != "TIFF" or getattr(image, "n_frames", 1) == 1:
        return 1
    pages = _pages(image)
    image.seek(0)
    return len(pages)


def _pages(image: Image.Image) -> list[int]:
    found, size = [], image.size
    for page in range(getattr(image, "n_frames", 1)):
        image.seek(page)
        reduced = int(image.tag_v2.get(NEW_SUBFILE, 0)) & 5  # type: ignore[attr-defined]
        if image.size == size and not reduced:
            found.append(page)
    return found or [0]


def measure(path: Path) -> Facts:
    """Return what the header of a file says; the pixels are not read."""
    try:
        with opened(path) as image:
            width, height = turned(image)
            count = frames(image)
            bits = _bits(image)
            return Facts(image.format or "", width, height, count, bits)
    except FAILURES as error:
        raise ReadFailed(f"The image cannot be read: {plain(error)}.") from error


def _bits(image: Image.Image) -> int:
    if image.mode == "1":
        return 1
    return 32 if image.mode in ("I", "F") else 16 if image.mode.startswith("I;") else 8


def go_to(image: Image.Image, frame: int) -> None:
    """Turn to a frame of a TIFF file, counted from 0."""
    if frame == 0:
        return
    pages = _pages(image) if image.format == "TIFF" else [0]
    if frame >= len(pages):
        raise ReadFailed(f"The image cannot be read: it has {len(pages)} frames, there is no frame {frame + 1}.")
    image.seek(pages[frame])


def decoded(image: Image.Image) -> Image.Image:
    """Return an image upright and in memory: as RGB or L, or as I, F or I;16 if its values are more than that.

    Raises
    ------
    ReadFailed
        If the file is cut off or damaged.
    """
    try:
        image.load()
        image = ImageOps.exif_transpose(image)
        if image.mode in ("RGB", "L") or deep(image):
            return image
        if image.mode == "1":
            return image.convert("L")
        if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
            image = image.convert("RGBA")
            white = Image.new("RGBA", image.size, "white")
            return Image.alpha_composite(white, image).convert("RGB")
        return image.convert("RGB")
    except FAILURES as error:
        raise ReadFailed(f"The image cannot be decoded: {plain(error)}.") from error


def still(image: Image.Image) -> Still:
    """Return a decoded image with its values."""
    image = decoded(image)
    if not deep(image):
        return Still(np.asarray(image))
    pixels, slope, offset = stored(np.asarray(image))
    return Still(pixels, slope, offset)
