"""Decoding: what image files say of themselves, and their pixel values; one file a kind of image.

``raster`` is what Pillow opens, ``tiff`` the TIFF files that it does not, ``dicom`` needs the extra ``[dicom]``,
``video`` the extra ``[video]``; their libraries are imported when the first such file comes. ``window`` turns values
into the gray of a screen. It reads files and nothing else: no store, no widgets.
"""

from nbannotate.imaging.files import SUFFIXES, Frame, extracted, frame_of, is_dicom, measure, named, read
from nbannotate.imaging.still import Facts, Still
from nbannotate.imaging.window import PRESETS, Window, gray

__all__ = [
    "PRESETS",
    "SUFFIXES",
    "Facts",
    "Frame",
    "Still",
    "Window",
    "extracted",
    "frame_of",
    "gray",
    "is_dicom",
    "measure",
    "named",
    "read",
]
