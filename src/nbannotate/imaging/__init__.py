"""Decoding: what image files say of themselves, and their pixel values; one file a kind of image.

``raster`` is what Pillow opens, ``tiff`` the pages that the directories (``ifd``) of a TIFF name, ``dicom`` needs the
extra ``[dicom]``, ``video`` the extra ``[video]``; their libraries are imported when the first such file comes.
``window`` turns values into the gray of a screen, ``colors`` deep colors into eight bits. A large image is a
``pyramid``: ``decode``, a process of its own, writes it into files (``raw``, in a folder of the ``shelf``), or its
``tiles`` are read. ``apart`` looks at files in a ``child``, ``sheet`` draws pages of PDFs; both are ``confined``.
Whatever a decoder raises is a sentence (``speaking``). It reads image files and nothing else.
"""

from nbannotate.imaging import limits
from nbannotate.imaging.decoded_frame import Facts, Still
from nbannotate.imaging.files import (
    SUFFIXES,
    Frame,
    extracted,
    frame_of,
    is_dicom,
    is_tiff,
    measure,
    missing,
    named,
    read,
)
from nbannotate.imaging.pyramid import Pyramid
from nbannotate.imaging.window import PRESETS, Window, gray

__all__ = [
    "PRESETS",
    "SUFFIXES",
    "Facts",
    "Frame",
    "Pyramid",
    "Still",
    "Window",
    "extracted",
    "frame_of",
    "gray",
    "is_dicom",
    "is_tiff",
    "limits",
    "measure",
    "missing",
    "named",
    "read",
]
