"""What Pillow opens: PNG, JPEG, TIFF, BMP, WebP, GIF and others, of 8 or 16 bits.

The EXIF orientation is applied, what is transparent becomes white, CMYK and palettes become RGB.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from nbannotate.errors import ReadFailed
from nbannotate.imaging import limits
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


def _sniffed(file: BinaryIO) -> Image.Image | None:
    """Return an image of one of the common kinds, however large; None if it is another kind.

    Pillow's own way in refuses what has more than 179 million pixels, by a setting of the whole process; here
    :mod:`nbannotate.imaging.limits` decides.
    """
    Image.init()
    head = file.read(16)
    for name in ("JPEG", "PNG", "TIFF", "WEBP", "BMP"):
        if name not in Image.OPEN:
            continue
        factory, accept = Image.OPEN[name]
        if accept is not None and accept(head) is True:
            file.seek(0)
            try:
                return factory(file, "")
            except (SyntaxError, IndexError, TypeError, struct.error):
                break  # damaged: Pillow's own way says how
    file.seek(0)
    return None


def _open(source: bytes | Path | BinaryIO) -> Image.Image:
    if isinstance(source, bytes):
        source = io.BytesIO(source)
    if not isinstance(source, Path):
        return _sniffed(source) or Image.open(source)
    file = source.open("rb")
    try:
        image = _sniffed(file) or Image.open(file)
    except BaseException:
        file.close()
        raise
    image._exclusive_fp = True  # type: ignore[attr-defined]  # it closes its file, as Image.open has it for a path
    return image


def opened(source: bytes | Path | BinaryIO, *, unlimited: bool = False) -> Image.Image:
    """Return an image whose pixels are not read yet.

    Parameters
    ----------
    source
        The bytes of a file, its path, or an open file.
    unlimited
        Do not ask whether it is larger than what is decoded.

    Raises
    ------
    ReadFailed
        If it is not an image, or damaged, or has more pixels than are decoded.
    """
    try:
        image = _open(source)
        if not unlimited:
            limits.check(*image.size)
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
    if exif(image).get(ExifTags.Base.Orientation, 1) in QUARTER_TURNS:
        return image.height, image.width
    return image.width, image.height


def exif(image: Image.Image) -> Image.Exif:
    """Return the EXIF data of an image whose pixels are not read; they are not read for it either.

    In a PNG it may stand behind them, where Pillow finds it when it has decoded them.
    """
    if image.format != "PNG" or "exif" in image.info or not image.tile:  # type: ignore[attr-defined]
        return image.getexif()
    found, file = Image.Exif(), image.fp  # type: ignore[attr-defined]
    here = file.tell()
    file.seek(8)
    while len(head := file.read(8)) == 8:
        size, name = struct.unpack(">I4s", head)
        if name == b"eXIf":
            found.load(b"Exif\0\0" + file.read(size))
            break
        file.seek(size + 4, io.SEEK_CUR)
    file.seek(here)
    return found


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
        return flat(ImageOps.exif_transpose(image))
    except FAILURES as error:
        raise ReadFailed(f"The image cannot be decoded: {plain(error)}.") from error


def flat(image: Image.Image) -> Image.Image:
    """Return a decoded image as RGB or L, or as I, F or I;16; what is transparent becomes white."""
    if image.mode in ("RGB", "L") or deep(image):
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def still(image: Image.Image) -> Still:
    """Return a decoded image with its values."""
    image = decoded(image)
    if not deep(image):
        return Still(np.asarray(image))
    pixels, slope, offset = stored(np.asarray(image))
    return Still(pixels, slope, offset)
