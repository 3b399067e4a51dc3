"""TIFF files: what their directories say, and their pages, through Pillow or else tifffile, if it is installed.

What a page means is read from its tags, not from what Pillow makes of it: its orientation, whether 0 is white, whether
numbers are signed, and which pages are reduced copies of others.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from nbannotate.errors import CannotShow, ReadFailed
from nbannotate.imaging import colors, ifd, limits, orientations, raster
from nbannotate.imaging.decoded_frame import Facts, Still, stored
from nbannotate.imaging.decoder_errors import speaking
from nbannotate.imaging.ifd import Page, is_tiff

__all__ = ["alone", "frames", "is_tiff", "library", "measure", "read"]

DEEP = (("I", 1, 32, np.uint32), ("L", 2, 8, np.int8))  # mode of Pillow, sample format and bits, and what it is


def library() -> Any:
    """Return tifffile, or raise ReadFailed."""
    try:
        import tifffile
    except ImportError as error:
        raise CannotShow(
            "This kind of TIFF needs tifffile, which is not installed: pip install 'nbannotate[tiff]'."
        ) from error
    return tifffile


def _file(source: bytes | Path) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def frames(source: bytes | Path) -> list[Page]:
    """Return the pages of a file that are images of their own."""
    with speaking(), _file(source) as file:
        return ifd.frames(ifd.Directories(file).pages())


def frame_of(source: bytes | Path, frame: int) -> Page:
    """Return a page, counted from 0 among those that are images of their own."""
    pages = frames(source)
    if not 0 <= frame < len(pages):
        raise ReadFailed(f"The image cannot be read: it has {len(pages)} frames, there is no frame {frame + 1}.")
    return pages[frame]


def alone(path: Path, frame: int) -> bytes:
    """Return a TIFF file that holds one page, counted from 0, as it is stored."""
    with speaking(), path.open("rb") as file:
        directories = ifd.Directories(file)
        return directories.alone(frame_of(path, frame))


def measure(path: Path, whole: bool = True) -> Facts:
    """Return what the directories of a file say; of each kind of page it is seen that it can be decoded.

    Parameters
    ----------
    path
        The file.
    whole
        Whether to decode small pages, too.
    """
    pages = frames(path)
    kinds: set[tuple[int, ...]] = set()
    for page in pages:
        if not page.tiled:  # tiles are read one by one, however many there are
            limits.check(page.width, page.length)
        if page.kind not in kinds:
            _check(path, page)
            kinds.add(page.kind)
        if whole and page.width * page.length <= raster.SMALL:
            _still(path, page)
    first = pages[0]
    sizes = tuple(page.size for page in pages)
    return Facts(
        "TIFF", *first.size, len(pages), first.bits if first.gray else 8, sizes=sizes if len({*sizes}) > 1 else ()
    )


def _check(path: Path, page: Page) -> None:
    """Raise ReadFailed if there is no decoder for a page."""
    if page.samples > 4 and page.photometric not in (2, 5, 6):
        raise CannotShow(
            f"The image cannot be shown: each pixel has {page.samples} values. Store the bands as pages, or as colors."
        )
    if page.format not in (1, 2, 3, 4):
        raise CannotShow("The image cannot be shown: its values are complex numbers.")
    if _is_pillows(page):
        try:
            with _opened(path, page):
                return
        except ReadFailed as error:
            reason = error
        try:
            _check_own(path, page)
        except CannotShow:
            raise
        except ReadFailed as error:
            raise error if page.tiled else reason from error
    else:
        _check_own(path, page)


def _check_own(path: Path, page: Page) -> None:
    """Raise ReadFailed if tifffile cannot decode a page either."""
    tifffile = library()
    with speaking(), tifffile.TiffFile(path) as file:
        its = file.pages[page.index]
        _check_shape(its, page)
        handle = its.parent.filehandle
        handle.seek(its.dataoffsets[0])
        its.decode(handle.read(min(its.databytecounts[0], 1 << 26)), 0)


def _check_shape(its: Any, page: Page) -> None:
    if its.dtype is None or its.dtype.kind not in "uif" or its.imagedepth != 1:
        raise CannotShow("The image cannot be shown: its values are of a kind that is not known here.")
    if page.photometric not in (0, 1, 2, 3) or page.samples > 4:
        raise CannotShow("The image cannot be shown: its colors are of a kind that is not known here.")


def read(source: bytes | Path, frame: int = 0) -> Still:
    """Return a frame, counted from 0, upright."""
    page = frame_of(source, frame)
    limits.check(page.width, page.length)
    _check_samples(page)
    return _still(source, page)


def _check_samples(page: Page) -> None:
    if page.samples > 16:
        raise CannotShow(f"The image cannot be shown: each pixel has {page.samples} values.")


def _still(source: bytes | Path, page: Page) -> Still:
    if _is_pillows(page):
        try:
            found = _by_pillow(source, page)
        except ReadFailed as error:
            reason = error
        else:
            return _checked(found, page)
        try:
            return _checked(_own(source, page), page)
        except CannotShow:
            raise
        except ReadFailed as error:
            raise reason from error
    return _checked(_own(source, page), page)


def _checked(found: Still, page: Page) -> Still:
    if (found.pixels.shape[1], found.pixels.shape[0]) != page.size:
        raise ReadFailed("The image cannot be decoded: its pixels are not as many as its header says.")
    return found


def _is_pillows(page: Page) -> bool:
    """Return whether Pillow decodes a page as it is meant: not planes of more than eight bits, nor of gray."""
    return not (page.planar == 2 and page.samples > 1 and (page.bits > 8 or page.gray))


def _opened(source: bytes | Path, page: Page) -> Image.Image:
    with speaking():
        image = raster.opened(source)
        try:
            image.seek(page.index)
            limits.check(*image.size)
        except BaseException:
            image.close()
            raise
        return image


def as_stored(source: bytes | Path, page: Page) -> Image.Image:
    """Return a page for Pillow to decode as it is stored, not turned."""
    image = _opened(source, page) if _is_pillows(page) else None
    if image is None:
        raise ReadFailed("The image is not read by Pillow.")
    image._size = (page.width, page.length)
    image.getexif = Image.Exif  # type: ignore[method-assign]  # it turns what it finds there
    return image


def _by_pillow(source: bytes | Path, page: Page) -> Still:
    with speaking("decode"), as_stored(source, page) as image:
        if colors.is_sixteen(image):
            return Still(orientations.upright(colors.sixteen(lambda: as_stored(source, page)), page.orientation))
        image.load()
        found = image if raster.deep(image) else raster.flat(image)
        values = orientations.upright(np.asarray(found), page.orientation)
        for mode, format, bits, kind in DEEP:
            if (image.mode, page.format, page.bits) == (mode, format, bits):
                return _gray(values.view(kind), page)
        return _gray(values, page) if raster.deep(image) else Still(values)


def _gray(values: Any, page: Page) -> Still:
    """Return numbers as gray: which is white says the page."""
    pixels, slope, offset = stored(values)
    return Still(pixels, slope, offset, inverted=page.photometric == 0)


def _own(source: bytes | Path, page: Page) -> Still:
    """Return a page that Pillow does not decode, or not as it is meant."""
    tifffile = library()
    with (
        speaking("decode"),
        tifffile.TiffFile(io.BytesIO(source) if isinstance(source, bytes) else source) as file,
    ):
        its = file.pages[page.index]
        _check_shape(its, page)
        values = its.asarray()
        if page.planar == 2 and values.ndim == 3:
            values = np.moveaxis(values, 0, -1)
        colormap = its.colormap if page.photometric == 3 else None
    values = orientations.upright(np.asarray(values).reshape(page.length, page.width, -1), page.orientation)
    if colormap is not None:
        return Still(colors.eight(np.moveaxis(np.asarray(colormap, np.uint16), 0, -1)[values[..., 0]]))
    if page.gray:  # what is transparent in gray of many bits keeps its value
        if values.dtype == np.uint8:
            gray = 255 - values[..., 0] if page.photometric == 0 else np.ascontiguousarray(values[..., 0])
            clear = values.shape[2] == 2 and 2 in _extra(source, page)
            return Still(colors.on_white(np.dstack([gray] * 3), values[..., 1]) if clear else gray)
        return _gray(values[..., 0], page)
    if values.shape[2] not in (3, 4):
        raise CannotShow(f"The image cannot be shown: its values have the shape {values.shape}.")
    shown = colors.eight(values[..., :3])
    extra = 2 in _extra(source, page) and values.shape[2] == 4 and values.dtype.kind == "u"
    return Still(colors.on_white(shown, _opacity(values[..., 3])) if extra else shown)


def _opacity(values: Any) -> Any:
    return (values >> (values.dtype.itemsize * 8 - 8)).astype(np.uint8)


def _extra(source: bytes | Path, page: Page) -> tuple[int, ...]:
    """Return what the samples are that are no colors."""
    with _file(source) as file:
        return ifd.Directories(file).values(page.tags.get(ifd.EXTRA))
