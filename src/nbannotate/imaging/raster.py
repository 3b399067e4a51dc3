"""What Pillow opens: PNG, JPEG, BMP, WebP, GIF and others, and most TIFF files.

Only the formats that are listed here are tried, whatever a file's name says: none of them starts another program. The
EXIF orientation is applied, what is transparent becomes white, CMYK and palettes become RGB.
"""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import ExifTags, Image

from nbannotate.errors import ReadFailed
from nbannotate.imaging import colors, limits, orientations
from nbannotate.imaging.decoded_frame import Facts, Still, stored
from nbannotate.imaging.decoder_errors import speaking

#: The formats that are decoded, as Pillow names them. Not here: what needs another program or has no pixels of its own
#: (EPS, PDF, WMF, HDF5, GRIB, BUFR), videos, and what nobody annotates.
FORMATS = (
    "JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF", "AVIF", "JPEG2000", "MPO", "PPM", "TGA", "PCX", "DIB", "ICO", "PSD",
    "QOI", "SGI", "DDS",
)  # fmt: skip
SNIFFED = ("JPEG", "PNG", "TIFF", "WEBP", "BMP")
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SMALL = 1 << 16  # pixels of an image that is decoded when it is measured: that takes no longer than its header
TAIL = 1 << 16  # bytes at the end of a file in which the end of the image is looked for


def formats() -> list[str]:
    """Return the formats that are decoded by this installation."""
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def suffixes() -> frozenset[str]:
    """Return the suffixes of the files that are decoded, with a dot, in lower case."""
    there = {*formats()}
    return frozenset(suffix for suffix, name in Image.EXTENSION.items() if name in there)


def _sniffed(file: BinaryIO) -> Image.Image | None:
    """Return an image of one of the common kinds, however large; None if it is another kind.

    Pillow's own way in refuses what has more than 179 million pixels, by a setting of the whole process; here
    :mod:`nbannotate.imaging.limits` decides.
    """
    known = formats()
    head = file.read(16)
    for name in SNIFFED:
        if name not in known:
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
        return _sniffed(source) or Image.open(source, formats=formats())
    file = source.open("rb")
    try:
        image = _sniffed(file) or Image.open(file, formats=formats())
    except BaseException:
        file.close()
        raise
    image._exclusive_fp = True  # type: ignore[attr-defined]  # it closes its file, as Image.open has it for a path
    return image


def opened(source: bytes | Path | BinaryIO) -> Image.Image:
    """Return an image whose pixels are not read yet.

    Parameters
    ----------
    source
        The bytes of a file, its path, or an open file.

    Raises
    ------
    ReadFailed
        If it is not an image, or damaged, or has more pixels than are decoded.
    """
    with speaking():
        image = _open(source)
        try:
            if min(image.size) < 1:
                raise ReadFailed("The image cannot be read: it has no pixels.")
            limits.check(*image.size)
        except BaseException:
            image.close()
            raise
        return image


def orientation(image: Image.Image) -> int:
    """Return how an image is turned that is not decoded yet, as EXIF numbers it; 1 if its EXIF data cannot be read."""
    if image.format == "TIFF":
        return 1  # Pillow turns these by itself
    try:
        found = exif(image).get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001  what stands beside an image keeps nobody from seeing it
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def turned(image: Image.Image) -> tuple[int, int]:
    """Return width and height as people see an image that is not decoded yet."""
    if image.format != "TIFF":
        return orientations.size(*image.size, orientation(image))
    tags: Any = image.tag_v2  # type: ignore[attr-defined]
    found = tags.get(ExifTags.Base.Orientation, 1)
    return orientations.size(tags[256], tags[257], found if isinstance(found, int) and 1 <= found <= 8 else 1)


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
    return image.mode in ("I", "F") or image.mode.startswith("I;") or colors.raw(image).startswith("LA;16")


def measure(path: Path, whole: bool = True) -> Facts:
    """Return what the header of a file says.

    Parameters
    ----------
    path
        The file; not a TIFF.
    whole
        Whether to see that the pixels are there: a small image is decoded, and one whose end is missing.
    """
    with speaking(), opened(path) as image:
        facts = Facts(image.format or "", *turned(image), 1, _bits(image))
        if whole:
            ends = image.width * image.height > SMALL and _has_end(image)
            if not ends and not limits.is_large(*image.size):
                read(path)
            elif ends is False:
                raise ReadFailed("The image cannot be read: the file is cut off.")
        return facts


def _has_end(image: Image.Image) -> bool | None:
    """Return whether a file ends as its kind does; None for kinds of which that is not known."""
    file: BinaryIO = image.fp  # type: ignore[attr-defined]
    here = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL))
    tail = file.read(TAIL)
    file.seek(0)
    head = file.read(12)
    file.seek(here)
    if image.format in ("JPEG", "MPO"):  # its header, which may hold a small image with an end, is read by now
        found = tail.rfind(b"\xff\xd9")
        return found >= 0 and size - len(tail) + found > here
    if image.format == "PNG":
        return b"IEND" in tail
    if image.format == "GIF":
        return tail.rstrip(b"\0").endswith(b";")
    if image.format == "JPEG2000":
        return b"\xff\xd9" in tail[-64:]
    if image.format == "AVIF":
        return _has_boxes(file, size)
    if image.format == "WEBP":
        return int.from_bytes(head[4:8], "little") + 8 <= size
    if image.format == "BMP":
        return int.from_bytes(head[2:6], "little") in range(1, size + 1)
    return None


def _has_boxes(file: BinaryIO, size: int) -> bool:
    """Return whether the boxes of an ISO media file, as AVIF is one, end where it ends."""
    here, at = file.tell(), 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        length = int.from_bytes(head[8:16], "big") if length == 1 else length or size - at
        if length < 8:
            break
        at += length
    file.seek(here)
    return at == size


def _bits(image: Image.Image) -> int:
    if image.mode == "1":
        return 1
    return 32 if image.mode in ("I", "F") else 16 if deep(image) else 8


def decoded(image: Image.Image) -> Image.Image:
    """Return an image upright and in memory: as RGB or L, or as I, F or I;16 if its values are more than that.

    Raises
    ------
    ReadFailed
        If the file is cut off or damaged.
    """
    with speaking("decode"):
        there = hasattr(image, "fp") and bool(getattr(image, "tile", ()))
        how, size = orientation(image), image.size
        expected = image.size if image.format == "TIFF" or not there else turned(image)
        image.load()
        if image.size != size:
            raise ReadFailed(
                f"The image cannot be decoded: it has {image.width} x {image.height} pixels, "
                f"in contrast to what its header says."
            )
        upright = image.transpose(TURNS[how]) if how in TURNS else image
        if there and upright.size != expected:
            raise ReadFailed("The image cannot be decoded: its header says another size.")
        return flat(upright)


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
    """Return an image of Pillow with its values."""
    image = decoded(image)
    if not deep(image):
        return Still(np.asarray(image))
    pixels, slope, offset = stored(np.asarray(image))
    return Still(pixels, slope, offset)


def read(source: bytes | Path) -> Still:
    """Return the image of a file; not of a TIFF."""
    with speaking("decode"), opened(source) as image:
        how = orientation(image)
        if colors.is_sixteen(image):
            return Still(orientations.upright(colors.sixteen(lambda: opened(source)), how))
        if colors.raw(image).startswith("LA;16"):
            return Still(orientations.upright(_gray_of_sixteen(image), how))
        return still(image)


def _gray_of_sixteen(image: Image.Image) -> Any:
    """Return the gray of a PNG of 16 bits with transparency, which Pillow cuts to eight: its four bytes are read."""
    image._mode = "RGBA"
    image.tile = [tile._replace(args="RGBA") for tile in image.tile]  # type: ignore[attr-defined]
    image.load()
    pixels = np.asarray(image)
    return pixels[..., 0].astype(np.uint16) << 8 | pixels[..., 1]
