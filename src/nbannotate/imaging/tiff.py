"""TIFF files that Pillow does not open: 16 bits a color, planes, float16; through tifffile, if it is installed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from nbannotate.errors import ReadFailed
from nbannotate.imaging import limits
from nbannotate.imaging.still import Facts, Still, stored

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def is_tiff(head: bytes) -> bool:
    """Return whether a file begins as a TIFF or BigTIFF file."""
    return head[:4] in MAGIC


def _library() -> Any:
    try:
        import tifffile
    except ImportError as error:
        raise ReadFailed(
            "This kind of TIFF needs tifffile, which is not installed: pip install 'nbannotate[tiff]'."
        ) from error
    return tifffile


def _frames(file: Any) -> list[Any]:
    first = file.pages[0]
    return [p for p in file.pages if p.shape == first.shape and not p.is_reduced]


def measure(path: Path) -> Facts:
    """Return what the header of a file says."""
    library = _library()
    try:
        with library.TiffFile(path) as file:
            page = file.pages[0]
            if not page.is_tiled:  # tiles are read one by one, however many there are
                limits.check(page.imagewidth, page.imagelength)
            return Facts("TIFF", page.imagewidth, page.imagelength, len(_frames(file)), page.bitspersample)
    except (library.TiffFileError, OSError, ValueError, IndexError, KeyError) as error:
        raise ReadFailed(f"The image cannot be read: {error}.") from error


def read(source: bytes | Path, frame: int = 0) -> Still:
    """Return a frame, counted from 0."""
    library = _library()
    try:
        with library.TiffFile(io.BytesIO(source) if isinstance(source, bytes) else source) as file:
            pages = _frames(file)
            if frame >= len(pages):
                raise ReadFailed(
                    f"The image cannot be read: it has {len(pages)} frames, there is no frame {frame + 1}."
                )
            page = pages[frame]
            limits.check(page.imagewidth, page.imagelength)
            values = page.asarray()
            white = int(page.photometric) == 0
            if page.planarconfig == 2 and values.ndim == 3:
                values = np.moveaxis(values, 0, -1)
    except (library.TiffFileError, OSError, ValueError, IndexError, KeyError, ImportError) as error:
        raise ReadFailed(f"The image cannot be decoded: {error}.") from error
    values = np.squeeze(values)
    if values.ndim == 3 and values.shape[2] in (2, 3, 4):
        return Still(_color(values))
    if values.ndim != 2:
        raise ReadFailed(f"The image cannot be shown: its values have the shape {values.shape}.")
    pixels, slope, offset = stored(values)
    return Still(pixels, slope, offset, inverted=white)


def _color(values: Any) -> Any:
    """Return colors of any type as ``(h, w, 3)`` of uint8."""
    if values.shape[2] == 2:
        values = np.repeat(values[..., :1], 3, axis=2)
    values = values[..., :3]
    if values.dtype == np.uint8:
        return np.ascontiguousarray(values)
    if values.dtype == np.uint16:
        return (values >> (4 if int(values.max()) < 4096 else 8)).astype(np.uint8)
    pixels, _, _ = stored(values)
    return (pixels >> 8).astype(np.uint8)
