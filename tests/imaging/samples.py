"""A small file of each kind of image that is decoded here."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
from PIL import Image

from nbannotate.imaging import raster

WIDTH, HEIGHT = 40, 30


def _noise(channels=3, kind=np.uint8):
    shape = (HEIGHT, WIDTH) if channels == 1 else (HEIGHT, WIDTH, channels)
    return np.random.default_rng(0).integers(0, np.iinfo(kind).max, shape).astype(kind)


def _saved(form, image, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def rasters():
    """Return the bytes of files that Pillow writes, by their suffix."""
    exif = Image.Exif()
    exif[0x0112] = 6
    color, gray = Image.fromarray(_noise()), Image.fromarray(_noise(1))
    found = {
        ".jpg": _saved("JPEG", color, exif=exif),
        ".png": _saved("PNG", color, exif=exif),
        ".16.png": _saved("PNG", Image.fromarray(_noise(1, np.uint16))),
        ".rgba.png": _saved("PNG", Image.fromarray(_noise(4))),
        ".webp": _saved("WEBP", color),
        ".bmp": _saved("BMP", color),
        ".gif": _saved("GIF", gray),
        ".ppm": _saved("PPM", color),
        ".tga": _saved("TGA", color),
        ".pcx": _saved("PCX", color),
        ".sgi": _saved("SGI", color),
        ".ico": _saved("ICO", color.resize((32, 32))),
        ".dds": _saved("DDS", color),
    }
    for suffix, form in ((".avif", "AVIF"), (".jp2", "JPEG2000"), (".qoi", "QOI")):
        if form in raster.formats() and form in Image.SAVE:
            found[suffix] = _saved(form, color)
    return found


def tiffs():
    """Return the bytes of TIFF files, by their suffix."""
    import tifffile

    found = {}
    for name, values, options in (
        ("gray", _noise(1), {}),
        ("tiles", np.zeros((128, 160), np.uint16), {"tile": (64, 64)}),
        ("pages", np.zeros((3, HEIGHT, WIDTH), np.uint16), {"photometric": "minisblack"}),
        ("planes", np.zeros((3, HEIGHT, WIDTH), np.uint16), {"photometric": "rgb", "planarconfig": "separate"}),
        ("colors", _noise(3, np.uint16), {"photometric": "rgb", "compression": "zlib"}),
        ("big", _noise(1, np.uint16), {"bigtiff": True, "byteorder": ">"}),
    ):
        out = io.BytesIO()
        tifffile.imwrite(out, values, metadata=None, **options)
        found[f".{name}.tif"] = out.getvalue()
    found[".turned.tif"] = _saved("TIFF", Image.fromarray(_noise()), tiffinfo={274: 6}, compression="tiff_deflate")
    return found


def dicoms():
    """Return the bytes of DICOM files, by their suffix."""
    import pydicom
    from pydicom.dataset import Dataset, FileMetaDataset

    found = {}
    for name, frames in (("one", 1), ("three", 3)):
        data = Dataset()
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = "1.2.3"
        data.Rows, data.Columns, data.SamplesPerPixel, data.PhotometricInterpretation = HEIGHT, WIDTH, 1, "MONOCHROME2"
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
        data.NumberOfFrames = frames
        data.PixelData = np.tile(_noise(1, np.uint16) >> 4, (frames, 1, 1)).tobytes()
        out = io.BytesIO()
        data.save_as(out, enforce_file_format=True)
        found[f".{name}.dcm"] = out.getvalue()
    return found


def video(path):
    """Write a video of three frames."""
    import av

    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for i in range(3):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 50 * i, np.uint8), format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def everything():
    """Return the bytes of a file of each kind but videos, by suffix."""
    return rasters() | tiffs() | dicoms()
