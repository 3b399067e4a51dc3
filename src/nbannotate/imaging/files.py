"""The way in: which kind of image a file is, what it says of itself, and one of its frames."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate.errors import ImageMissing, ReadFailed
from nbannotate.imaging import dicom, raster, tiff, video
from nbannotate.imaging.decoded_frame import Facts, Still
from nbannotate.texts import t

HEAD = 256  # bytes by which the kinds are told apart
FRAGMENT = re.compile(r"(?s)(.+)#frame=([1-9][0-9]{0,5})")

#: Suffixes of the files that are taken from a folder, in lower case.
SUFFIXES = raster.suffixes() | dicom.SUFFIXES


class Frame(Struct, frozen=True):
    """A file, and which of its frames: ``None`` if it is the only one, otherwise counted from 1."""

    path: Path
    number: int | None = None

    def __str__(self) -> str:
        return str(self.path) if self.number is None else f"{self.path}#frame={self.number}"


def frame_of(path: str) -> Frame:
    """Return what the path of an asset means: ``".../cine.dcm#frame=12"`` is the twelfth frame of a file."""
    if "#frame=" not in path:
        return Frame(Path(path))
    found = FRAGMENT.fullmatch(path)
    return Frame(Path(found[1]), int(found[2])) if found and not Path(path).exists() else Frame(Path(path))


def named(name: str, number: int, frames: int) -> str:
    """Return the name of the asset of one frame: ``"cine.dcm#007"``."""
    return f"{name}#{number:0{len(str(frames))}}"


def is_dicom(source: bytes | Path) -> bool:
    """Return whether a file is DICOM."""
    try:
        return dicom.is_dicom(source[:HEAD] if isinstance(source, bytes) else _head(source))
    except (ReadFailed, OSError):
        return False


def is_tiff(body: bytes) -> bool:
    """Return whether the bytes of a file are a TIFF file."""
    return tiff.is_tiff(body)


def missing(path: str | Path) -> ImageMissing:
    """Return what is said of an image whose file is not there."""
    return ImageMissing(f"There is no image file {str(path)!r} (looked in {Path.cwd()}).")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except FileNotFoundError:
        raise missing(path) from None
    except OSError as error:
        raise ReadFailed(f"The image {str(path)!r} cannot be read: {error.strerror or error}.") from error


def measure(path: Path, whole: bool = True, name: str | None = None) -> Facts:
    """Return what the header of an image file says.

    Parameters
    ----------
    path
        The file.
    whole
        Whether to see that the pixels are there, too: small images are decoded, and those whose end is missing. Without
        it no more than the header is read; of a video neither its frames are counted nor is it known how it is turned.
    name
        The name of the file, by which a video is told, if it is not that of the path.

    Raises
    ------
    ReadFailed
        If it is not an image, or its header is damaged; the sentence says why.
    """
    head = _head(path)
    if not head:
        raise ReadFailed(t("The image cannot be read: the file is empty."))
    if dicom.is_dicom(head):
        return dicom.measure(path, whole)
    if video.is_video(Path(name or path)):
        return video.measure(path) if whole else video.looked_at(path)
    if tiff.is_tiff(head):
        return tiff.measure(path, whole)
    return raster.measure(path, whole)


def read(source: bytes | Path, frame: int | None = None) -> Still:
    """Return a decoded frame.

    Parameters
    ----------
    source
        The bytes of a file, or a path.
    frame
        Counted from 1; the first one if it is not given.

    Raises
    ------
    ReadFailed
        If it is not an image, or damaged; the sentence says why.
    """
    head = source[:HEAD] if isinstance(source, bytes) else _head(source)
    at = (frame or 1) - 1
    if not head:
        raise ReadFailed(t("The image cannot be read: the file is empty."))
    if dicom.is_dicom(head):
        return dicom.read(source, at)
    if isinstance(source, Path) and video.is_video(source):
        return Still(video.read(source, at))
    if tiff.is_tiff(head):
        return tiff.read(source, at)
    return raster.read(source)


def extracted(one: Frame, name: str | None = None) -> bytes:
    """Return the bytes of a file that holds one frame only: what is sent to whoever looks at that frame.

    Raises
    ------
    ReadFailed
        If there is no such frame, or it is damaged.
    """
    if one.number is None:
        return one.path.read_bytes()
    head = _head(one.path)
    if dicom.is_dicom(head):
        return dicom.extracted(one.path, one.number - 1)
    if video.is_video(Path(name or one.path)):
        return _without_loss(video.read(one.path, one.number - 1))
    if tiff.is_tiff(head):
        return tiff.alone(one.path, one.number - 1)
    if one.number > 1:
        raise ReadFailed(f"The image cannot be read: it has 1 frame, there is no frame {one.number}.")
    return one.path.read_bytes()


def _without_loss(pixels: NDArray[np.uint8]) -> bytes:
    """Return pixels as the bytes of a PNG file."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=1)
    return out.getvalue()
