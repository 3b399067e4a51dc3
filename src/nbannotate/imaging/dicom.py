"""DICOM files, through pydicom (the extra ``[dicom]``), which is imported when the first one comes.

Stored values keep every digit; slope and intercept, the window, MONOCHROME1 and the geometry come from the header, in
enhanced multi-frame files from the functional groups of the frame. No field that tells who the patient is leaves this
file.
"""

from __future__ import annotations

import io
import math
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from nbannotate.errors import ReadFailed
from nbannotate.imaging import limits
from nbannotate.imaging.colors import eight
from nbannotate.imaging.decoded_frame import Facts, Still, stored
from nbannotate.imaging.decoder_errors import one_line, plain
from nbannotate.imaging.window import Window
from nbannotate.texts import t

SUFFIXES = frozenset({".dcm", ".dicom", ".ima"})
#: Header fields that become metadata: name and keyword. Free text may name a patient, so there is none.
FIELDS = (
    ("modality", "Modality"),
    ("body_part", "BodyPartExamined"),
    ("manufacturer", "Manufacturer"),
    ("model", "ManufacturerModelName"),
    ("kvp", "KVP"),
    ("field_strength_t", "MagneticFieldStrength"),
    ("echo_time_ms", "EchoTime"),
    ("repetition_time_ms", "RepetitionTime"),
    ("slice_thickness_mm", "SliceThickness"),
    ("series_number", "SeriesNumber"),
    ("instance_number", "InstanceNumber"),
)
BARE = (b"\x08\0", b"\x02\0")  # the first groups of a file without a preamble
DEFLATED = b"1.2.840.10008.1.2.1.99"
MOST_INFLATED = 1 << 30  # bytes of a deflated file
MOST_FRAMES = 100_000
SMALL = 1 << 16  # pixels of a frame that is decoded when it is measured
_quiet = threading.RLock()  # the filters of warnings are one for all threads


def is_dicom(head: bytes) -> bool:
    """Return whether a file begins as a DICOM file; ``head`` are its first 140 bytes, or more."""
    return head[128:132] == b"DICM" or (head[:2] in BARE and head[3:4] == b"\0" and len(head) > 8)


def _library() -> Any:
    try:
        import pydicom
        import pydicom.pixels
    except ImportError as error:
        raise ReadFailed(
            t("This is a DICOM file, which needs pydicom, and that is not installed: pip install 'nbannotate[dicom]'.")
        ) from error
    return pydicom


@contextmanager
def _speaking() -> Iterator[None]:
    """Turn whatever pydicom and its decoders raise into a sentence; their warnings are about the header's style."""
    try:
        with _quiet, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ReadFailed:
        raise
    except RuntimeError as error:
        if "missing dependencies" in str(error):
            raise ReadFailed(_needs(str(error))) from error
        raise ReadFailed(f"The DICOM image cannot be decoded: {plain(error)}.") from error
    except Exception as error:
        raise ReadFailed(f"The DICOM file cannot be read: {plain(error)}.") from error


def _header(source: BinaryIO) -> Any:
    """Return the header of a file that holds pixels, or raise ReadFailed."""
    pydicom = _library()
    source.seek(0)
    data = pydicom.dcmread(source, stop_before_pixels=True, force=True)
    if not data.get("Rows") or not data.get("Columns"):
        kind = one_line(str(getattr(data.get("SOPClassUID"), "name", ""))) or "no image"
        raise ReadFailed(f"The DICOM file has no pixels (it is: {kind}).")
    limits.check(int(data.Columns), int(data.Rows))
    if _frames(data) > MOST_FRAMES:
        raise ReadFailed(f"The DICOM file says that it has more than {MOST_FRAMES:,} frames.")
    return data


def _inflated(source: BinaryIO) -> BinaryIO:
    """Return a file; of a deflated one it is seen first that it does not fill the memory."""
    head = source.read(4096)
    source.seek(0)
    if DEFLATED not in head:
        return source
    body, found = zlib.decompressobj(-zlib.MAX_WBITS), 0
    source.seek(_end_of_meta(head))
    while (part := source.read(1 << 16)) and not body.eof:
        while part and not body.eof:
            found += len(body.decompress(part, 1 << 20))
            part = body.unconsumed_tail
            if found > MOST_INFLATED:
                raise ReadFailed("The DICOM file is not read: it grows beyond a gigabyte when it is unpacked.")
    source.seek(0)
    return source


def _end_of_meta(head: bytes) -> int:
    """Return where the first group of a DICOM file ends."""
    at = 132
    if head[at : at + 6] != b"\x02\0\0\0UL":
        return at
    return at + 12 + int.from_bytes(head[at + 8 : at + 12], "little")


def _frames(data: Any) -> int:
    return max(1, int(data.get("NumberOfFrames") or 1))


def _check_pixels(pydicom: Any, file: BinaryIO, data: Any) -> None:
    """Raise ReadFailed if there is no decoder for the pixels, or fewer of them than the header says."""
    syntax = getattr(data, "file_meta", {}).get("TransferSyntaxUID")
    if syntax is not None and syntax.is_compressed and not syntax.is_deflated:
        if not pydicom.pixels.get_decoder(syntax).is_available:
            raise ReadFailed(_needs(str(syntax.name)))
        return
    if syntax is None or syntax.is_deflated:
        return
    bits = int(data.get("BitsAllocated") or 8) * int(data.get("SamplesPerPixel") or 1)
    wanted = int(data.Rows) * int(data.Columns) * _frames(data) * bits // 8
    if str(data.get("PhotometricInterpretation")) == "YBR_FULL_422":
        wanted = wanted * 2 // 3
    here = file.tell()
    if file.seek(0, io.SEEK_END) - here < wanted:
        raise ReadFailed("The DICOM file is cut off: it has fewer pixels than its header says.")


def _needs(what: str) -> str:
    lossless = "JPEG Lossless" in what or "JPEG Extended" in what
    package = "python-gdcm" if lossless else "'nbannotate[dicom]'"
    return f"The compression of this DICOM file needs another decoder: pip install {package}."


def measure(path: Path, whole: bool = True) -> Facts:
    """Return what the header of a file says; the pixels of small ones are read, too, if ``whole``."""
    pydicom = _library()
    with _speaking(), path.open("rb") as file:
        data = _header(_inflated(file))
        _check_pixels(pydicom, file, data)
        frames = _frames(data)
        if not whole:
            return Facts("DICOM", int(data.Columns), int(data.Rows), frames)
        if int(data.Columns) * int(data.Rows) <= SMALL:
            _still(pydicom, file, data, 0)
        places = tuple(place for i in range(frames) if (place := _place(data, i)) is not None)
        metadata = {name: value for name, keyword in FIELDS if (value := _plain(data.get(keyword))) is not None}
        spacing = _spacing(data, 0)
        if spacing is not None:
            metadata["spacing_mm"] = [round(v, 6) for v in spacing]
        return Facts(
            "DICOM", int(data.Columns), int(data.Rows), frames, int(data.get("BitsStored") or data.BitsAllocated),
            str(data.get("SeriesInstanceUID") or "") or None, places if len(places) == frames else (),
            _order(data), metadata,
        )  # fmt: skip


def read(source: bytes | Path, frame: int = 0) -> Still:
    """Return a frame, counted from 0; of a file on disk no other frame is read."""
    pydicom = _library()
    with _speaking(), io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        data = _header(_inflated(file))
        if not 0 <= frame < _frames(data):
            raise ReadFailed(f"The DICOM file has {_frames(data)} frames; there is no frame {frame + 1}.")
        return _still(pydicom, file, data, frame)


def _still(pydicom: Any, file: BinaryIO, data: Any, frame: int) -> Still:
    """Return a frame of an open file whose header is read."""
    pixels = _pixels(pydicom, file, data, frame)
    if pixels.shape[:2] != (int(data.Rows), int(data.Columns)):
        raise ReadFailed("The DICOM image cannot be decoded: its pixels are not as many as its header says.")
    photometric = str(data.get("PhotometricInterpretation") or "MONOCHROME2")
    common: dict[str, Any] = {
        "modality": str(data.get("Modality") or ""),
        "series": str(data.get("SeriesInstanceUID") or "") or None,
        "spacing": _spacing(data, frame),
    }
    if pixels.ndim == 3:
        return Still(_eight(pixels, data), **common)
    if photometric == "PALETTE COLOR":
        return Still(eight(pydicom.pixels.apply_color_lut(pixels, data)[..., :3]), **common)
    slope, intercept = _rescale(data, frame)
    table = data.get("ModalityLUTSequence")
    if table:
        pixels, slope, intercept = pydicom.pixels.apply_modality_lut(pixels, data), 1.0, 0.0
    values, step, least = stored(pixels)
    padding = data.get("PixelPaddingValue")
    place = None if padding is None or table else round((int(padding) - least) / step)
    kind = str(_of_frame(data, frame, "FrameVOILUTSequence", "VOILUTFunction") or "LINEAR")
    whole = pixels.dtype.kind in "iub" and float(slope).is_integer() and float(intercept).is_integer()
    hounsfield = str(data.get("RescaleType") or ("HU" if common["modality"] == "CT" else "")).upper() == "HU"
    return Still(
        values, slope * step, least * slope + intercept, _window(data, frame), photometric == "MONOCHROME1",
        kind == "LINEAR_EXACT" or not whole, "HU" if hounsfield else "", padding=place, **common,
    )  # fmt: skip


def _pixels(pydicom: Any, file: BinaryIO, data: Any, frame: int) -> Any:
    """Return the stored values of a frame."""
    file.seek(0)
    if getattr(data, "file_meta", {}).get("TransferSyntaxUID") is None:  # a file without a preamble
        whole = pydicom.dcmread(file, force=True)
        little = whole.original_encoding[1] is not False
        implicit = whole.original_encoding[0] is not False
        whole.file_meta = pydicom.dataset.FileMetaDataset()
        whole.file_meta.TransferSyntaxUID = (
            pydicom.uid.ImplicitVRLittleEndian if implicit
            else pydicom.uid.ExplicitVRLittleEndian if little else pydicom.uid.ExplicitVRBigEndian
        )  # fmt: skip
        _check(whole)
        return pydicom.pixels.pixel_array(whole, index=frame)
    try:
        return pydicom.pixels.pixel_array(file, index=frame)
    except AttributeError:  # no pixels, or a deflated file, in which pydicom cannot seek
        file.seek(0)
        whole = pydicom.dcmread(file)
        _check(whole)
        return pydicom.pixels.pixel_array(whole, index=frame)


def _check(whole: Any) -> None:
    if not any(name in whole for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        raise ReadFailed("The DICOM file has no pixels: its header speaks of an image, but none follows.")


def _eight(pixels: Any, data: Any) -> Any:
    """Return colors as ``(h, w, 3)`` of uint8."""
    pixels = pixels[..., :3]
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels)
    bits = int(data.get("BitsStored") or 16)
    return (pixels.astype(np.uint32) >> max(0, bits - 8)).astype(np.uint8)


def _of_frame(data: Any, frame: int, group: str, keyword: str) -> Any:
    """Return a field of a frame: from its functional group, the shared one, or the header."""
    for name, at in (("PerFrameFunctionalGroupsSequence", frame), ("SharedFunctionalGroupsSequence", 0)):
        items = data.get(name)
        if items and at < len(items):
            inner = items[at].get(group)
            if inner and inner[0].get(keyword) is not None:
                return inner[0].get(keyword)
    return data.get(keyword)


def _numbers(value: Any) -> list[float] | None:
    """Return one or more decimal strings as finite numbers, or None."""
    if value is None or value == "":
        return None
    many = [value] if isinstance(value, str | int | float) or not hasattr(value, "__iter__") else list(value)
    try:
        numbers = [float(v) for v in many]
    except (TypeError, ValueError):
        return None
    return numbers if numbers and all(map(math.isfinite, numbers)) else None


def _rescale(data: Any, frame: int) -> tuple[float, float]:
    group = "PixelValueTransformationSequence"
    slope = _numbers(_of_frame(data, frame, group, "RescaleSlope")) or [1.0]
    intercept = _numbers(_of_frame(data, frame, group, "RescaleIntercept")) or [0.0]
    return slope[0] or 1.0, intercept[0]


def _window(data: Any, frame: int) -> Window | None:
    """Return the first window of the header, or None."""
    group = "FrameVOILUTSequence"
    width = _numbers(_of_frame(data, frame, group, "WindowWidth"))
    center = _numbers(_of_frame(data, frame, group, "WindowCenter"))
    return (width[0], center[0]) if width and center and width[0] > 0 else None


def _spacing(data: Any, frame: int) -> tuple[float, float] | None:
    """Return height and width of a pixel in mm."""
    found = _numbers(_of_frame(data, frame, "PixelMeasuresSequence", "PixelSpacing")) or _numbers(
        data.get("ImagerPixelSpacing")
    )
    return (found[0], found[1]) if found and len(found) > 1 and min(found) > 0 else None


def _normal(data: Any, frame: int) -> Any:
    turn = _numbers(_of_frame(data, frame, "PlaneOrientationSequence", "ImageOrientationPatient"))
    return np.cross(turn[:3], turn[3:6]) if turn and len(turn) == 6 else None


def _place(data: Any, frame: int) -> float | None:
    """Return where a slice lies along its normal, in mm."""
    at = _numbers(_of_frame(data, frame, "PlanePositionSequence", "ImagePositionPatient"))
    normal = _normal(data, frame)
    return None if at is None or len(at) != 3 or normal is None else round(float(np.dot(normal, at)), 4)


def _order(data: Any) -> tuple[float, ...]:
    """Return numbers that tell slices at the same place apart: orientation, time point, acquisition, instance."""
    normal = _normal(data, 0)
    turned = [round(float(v), 2) + 0.0 for v in normal] if normal is not None else [9.0, 9.0, 9.0]
    rest = [
        (_numbers(data.get(k)) or [0.0])[0]
        for k in ("TemporalPositionIdentifier", "AcquisitionNumber", "InstanceNumber")
    ]
    return (*turned, *rest)


def _plain(value: Any) -> Any:
    """Return a header field as JSON takes it: a number, a text, or None."""
    if value is None or str(value).strip() == "":
        return None
    numbers = _numbers(value)
    if numbers and len(numbers) == 1:
        return int(numbers[0]) if numbers[0].is_integer() else numbers[0]
    return str(value)[:100]


def extracted(path: Path, frame: int) -> bytes:
    """Return one frame of a file, counted from 0, as a DICOM file of its own, not compressed."""
    pydicom = _library()
    with _speaking(), path.open("rb") as file:
        data = _header(_inflated(file))
        if not 0 <= frame < _frames(data):
            raise ReadFailed(f"The DICOM file has {_frames(data)} frames; there is no frame {frame + 1}.")
        pixels = _pixels(pydicom, file, data, frame)
        groups = data.get("PerFrameFunctionalGroupsSequence")
        if groups and frame < len(groups):
            data.PerFrameFunctionalGroupsSequence = pydicom.sequence.Sequence([groups[frame]])
        for name in ("FrameIncrementPointer", "FrameTimeVector", "FrameTime"):
            if name in data:
                del data[name]
        data.NumberOfFrames = 1
        if pixels.ndim == 3:
            data.PhotometricInterpretation, data.PlanarConfiguration = "RGB", 0
        data.BitsAllocated = pixels.dtype.itemsize * 8
        pixels = pixels.astype(pixels.dtype.newbyteorder("<"))
        if pixels.dtype.kind == "f":
            data.add_new(0x7FE00008 if pixels.dtype.itemsize == 4 else 0x7FE00009,
                         "OF" if pixels.dtype.itemsize == 4 else "OD", pixels.tobytes())  # fmt: skip
        else:
            raw = pixels.tobytes()
            data.add_new(0x7FE00010, "OW", raw + b"\0" * (len(raw) % 2))
        if not hasattr(data, "file_meta"):
            data.file_meta = pydicom.dataset.FileMetaDataset()
        data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        data.preamble = b"\0" * 128
        out = io.BytesIO()
        pydicom.dcmwrite(out, data, little_endian=True, implicit_vr=False, force_encoding=True)
        return out.getvalue()
