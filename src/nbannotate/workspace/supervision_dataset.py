"""A version as supervision has it: a ``DetectionDataset``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nbannotate import imaging
from nbannotate.errors import InvalidInput
from nbannotate.model import Filter
from nbannotate.workspace.optional_libraries import library
from nbannotate.workspace.training import Boxes, flag, gathered, numbered

if TYPE_CHECKING:
    from nbannotate.workspace.version import Version

#: Suffixes of files that OpenCV reads, with which supervision does.
READ = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})


def _dataset(boxes: Boxes, numbers: Mapping[str, int], masks: bool) -> Any:
    """Return images and boxes as a ``DetectionDataset``."""
    sv = library("supervision", "supervision")
    if sorted(numbers.values()) != list(range(len(numbers))):
        raise InvalidInput("The numbers of labels are 0, 1, 2 … for supervision; give labels as a list.")
    paths = [imaging.frame_of(image.path) for image in boxes.images]
    for image, frame in zip(boxes.images, paths, strict=True):
        if frame.number is not None or Path(frame.path).suffix.lower() not in READ:
            raise InvalidInput(
                f"supervision reads files of one image such as JPEG and PNG, and {image.name!r} is none; "
                "version.torch() takes it, and filter=… leaves it out."
            )
    found = {}
    for i, frame in enumerate(paths):
        rows = boxes.of(i)
        found[str(frame.path)] = sv.Detections(
            xyxy=boxes.corners[rows].copy(),
            class_id=boxes.labels[rows].copy(),
            mask=boxes.masks(i) if masks else None,
            data={"area": boxes.areas[rows].copy(), "shape_id": np.array(boxes.ids[rows], dtype=str)},
        )
    return sv.DetectionDataset(sorted(numbers, key=lambda n: numbers[n]), [str(p.path) for p in paths], found)


def to_supervision(
    self: Version,
    *,
    split: str | None = None,
    filter: Filter | str | None = None,
    labels: Any = None,
    masks: bool = False,
) -> Any:
    """Return the annotated images as a ``DetectionDataset`` of supervision, which reads images as they are needed.

    Parameters
    ----------
    split, filter, masks
        As for :meth:`torch`.
    labels
        The labels in their order, from 0; shapes of others are left out. All labels of the version if not given.

    Returns
    -------
    supervision.DetectionDataset
        ``classes``, paths of images, and their ``Detections``: ``xyxy``, ``class_id``, ``mask``, and in ``data``
        the ``area`` and the ``shape_id`` of each.

    Raises
    ------
    NotFound, InvalidInput
        supervision is not installed; there is no such split or label; an image is a frame, or DICOM, which
        supervision does not read.
    """
    numbers, masks = numbered(self, labels, 0), flag("masks", masks)
    return _dataset(gathered(self, numbers, filter, split, masks), numbers, masks)
