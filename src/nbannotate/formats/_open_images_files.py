"""The CSV files of Open Images: what they are by their first line, and the split that they are of."""

from __future__ import annotations

import posixpath
import re

from nbannotate.files.source import Source
from nbannotate.formats import _csv_lines, _splits

#: The columns that a file has, by what it is about, in their order.
COLUMNS = {
    "boxes": (
        "ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax", "IsOccluded", "IsTruncated",
        "IsGroupOf", "IsDepiction", "IsInside",
    ),
    "masks": (
        "MaskPath", "ImageID", "LabelName", "BoxID", "BoxXMin", "BoxXMax", "BoxYMin", "BoxYMax", "PredictedIoU",
        "Clicks",
    ),
    "tags": ("ImageID", "Source", "LabelName", "Confidence"),
    "images": ("ImageID", "Subset", "FileName", "Width", "Height"),
}  # fmt: skip
_NEEDED = {
    "boxes": {"ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax"},
    "masks": {"MaskPath", "ImageID", "LabelName"},
    "tags": {"ImageID", "LabelName", "Confidence"},
}
#: Attributes that are yes or no.
FLAGS = {
    "IsOccluded": "occluded", "IsTruncated": "truncated", "IsGroupOf": "crowd", "IsDepiction": "depiction",
    "IsInside": "inside",
}  # fmt: skip
CLASSES = "class-descriptions-boxable.csv"
_ID = re.compile(r"/[a-z]/[0-9a-z_]+")
#: What files of a kind are called, behind the split.
NAMES = {
    "boxes": "annotations-bbox.csv", "masks": "annotations-object-segmentation.csv",
    "tags": "annotations-human-imagelabels.csv", "images": "images.csv",
}  # fmt: skip


def kind_of(source: Source, member: str) -> str:
    """Return what a file is about: a word of :data:`COLUMNS`, ``"classes"``, or nothing."""
    if not member.lower().endswith(".csv"):
        return ""
    columns = _csv_lines.header(source, member)
    for kind, needed in _NEEDED.items():
        if needed <= set(columns):
            return kind
    if "ImageID" in columns:
        return "images" if "LabelName" not in columns and "LabelName1" not in columns else ""
    if len(columns) == 2:
        named = "class-descriptions" in posixpath.basename(member)
        return "classes" if named or columns[0] == "LabelName" or _ID.fullmatch(columns[0]) else ""
    return ""


def split_of(member: str) -> str | None:
    """Return the split that a file's name begins with."""
    name = re.sub(r"^oidv\d+-", "", posixpath.basename(member))
    found = re.match(r"(.+?)-(?:annotations|images)\b", name)
    return _splits.word(found[1]) if found else None
