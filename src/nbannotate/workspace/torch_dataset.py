"""A version as torch's ``DataLoader`` takes it: images, and torchvision's targets for detection."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nbannotate import imaging
from nbannotate.cards import Shown, counted
from nbannotate.errors import InvalidInput
from nbannotate.model import Filter
from nbannotate.model.values import shown
from nbannotate.workspace.optional_libraries import library
from nbannotate.workspace.training import Boxes, flag, gathered, numbered

if TYPE_CHECKING:
    from nbannotate.workspace.version import Version

#: What changes an image and its target, as the transforms of torchvision do: ``transform(image, target)``.
Transform = Callable[[Any, dict[str, Any]], tuple[Any, dict[str, Any]]]


class TorchDataset(Shown):
    """The annotated images of a version, one by one: ``dataset[i]`` is an image and its target.

    Made by :meth:`Version.torch`. It is map-style, asks the workspace nothing more, and reads an image when it is asked
    for, in whichever process that is. What is annotated is as it was when it was made.

    Attributes
    ----------
    labels
        The number of each label; 0 is the background.
    left_out
        How many shapes and images are not here, by reason.
    """

    def __init__(self, name: str, boxes: Boxes, labels: dict[str, int], transform: Transform | None, masks: bool):
        self.name, self.labels, self.left_out = name, labels, boxes.left_out
        self._boxes, self._transform, self._masks = boxes, transform, masks

    def __len__(self) -> int:
        return len(self._boxes.images)

    def __getitem__(self, i: int) -> tuple[Any, dict[str, Any]]:
        if not -len(self) <= i < len(self):
            raise IndexError(f"there are {len(self)} images, and no number {i}")
        i = int(i) % len(self)
        torch: Any = importlib.import_module("torch")
        image, rows = self._boxes.images[i], self._boxes.of(i)
        frame = imaging.frame_of(image.path)
        still = imaging.read(frame.path, frame.number)
        pixels = still.pixels if (still.slope, still.offset) == (1.0, 0.0) else np.asarray(still.values)
        size = (image.height, image.width)
        target = {
            "boxes": _marked("BoundingBoxes", torch.from_numpy(self._boxes.corners[rows].copy()), size),
            "labels": torch.from_numpy(self._boxes.labels[rows].copy()),
            "area": torch.from_numpy(self._boxes.areas[rows].copy()),
            "iscrowd": torch.from_numpy(self._boxes.crowds[rows].astype(np.int64)),
            "image_id": image.asset_id,
        }
        if self._masks:
            target["masks"] = _marked("Mask", torch.from_numpy(self._boxes.masks(i)), size)
        given = _marked("Image", torch.from_numpy(_channels_first(pixels)), size)
        return (given, target) if self._transform is None else self._transform(given, target)

    @property
    def names(self) -> list[str]:
        """The names of the images, in order."""
        return [image.name for image in self._boxes.images]

    @staticmethod
    def collate(items: Iterable[tuple[Any, Any]]) -> tuple[tuple[Any, ...], ...]:
        """Return a batch as torchvision's detectors take it: the images, and the targets, of any sizes.

        ``DataLoader(dataset, batch_size=4, collate_fn=dataset.collate)``.

        Parameters
        ----------
        items
            Images with their targets.
        """
        return tuple(zip(*items, strict=True))

    def __repr__(self) -> str:
        boxes = counted(len(self._boxes.labels), "box", "boxes")
        return f"TorchDataset({self.name!r}, {counted(len(self), 'image')}, {boxes})"


def _channels_first(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return an image as torch has it: ``(3, h, w)`` of uint8; what is no image of 8 bits as ``(1, h, w)`` float32."""
    if pixels.dtype != np.uint8:
        return np.ascontiguousarray(pixels, dtype=np.float32)[None]
    if pixels.ndim == 2:
        return np.repeat(pixels[None], 3, axis=0)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _marked(kind: str, tensor: Any, size: tuple[int, int]) -> Any:
    """Return a tensor as that of torchvision which its transforms know what to do with, where that is installed."""
    if importlib.util.find_spec("torchvision") is None:
        return tensor
    kinds: Any = importlib.import_module("torchvision.tv_tensors")
    more = {"format": "XYXY", "canvas_size": size} if kind == "BoundingBoxes" else {}
    return getattr(kinds, kind)(tensor, **more)


def torch(
    self: Version,
    transform: Transform | None = None,
    *,
    split: str | None = None,
    filter: Filter | str | None = None,
    labels: Any = None,
    masks: bool = False,
) -> TorchDataset:
    """Return the annotated images as a dataset for torch's ``DataLoader``, with torchvision's detection targets.

    ``dataset[i]`` is an image, ``(3, height, width)`` uint8 (of other than 8 bits ``(1, height, width)`` float32),
    and a target: ``boxes`` ``(n, 4)`` float32 as x0, y0, x1, y1 in pixels, cut off at the image's edges; ``labels``
    ``(n,)`` int64; ``area`` ``(n,)`` float32; ``iscrowd`` ``(n,)`` int64, 1 where the attribute ``crowd`` is True;
    ``image_id``, the id of the asset; and ``masks`` ``(n, height, width)`` bool. Where torchvision is installed,
    image, boxes and masks are its ``tv_tensors``, so that its transforms change them together. Images are read when
    they are asked for; workers may be processes.

    Images without an annotation are not in it, those with *nothing to label* are, without boxes. Shapes without an
    inside (points, lines) are left out and counted.

    Parameters
    ----------
    transform
        Called with the image and the target; returns both. ``torchvision.transforms.v2`` has such.
    split, filter
        Only a split, ``"train"`` for example; only what an :class:`nb.Filter` or its text leaves.
    labels
        The labels that are numbered from 1, in this order, or a mapping from labels to numbers; shapes of others
        are left out. All labels of the version in their order if not given, whatever split is asked for.
    masks
        Whether the pixels of each shape come along.

    Raises
    ------
    NotFound, InvalidInput
        torch is not installed; there is no such split or label, or the filter is wrong.
    """
    library("torch", "torch")
    if transform is not None and not callable(transform):
        raise InvalidInput(f"transform is called with an image and its target; {shown(transform)} cannot be called.")
    numbers, masks = numbered(self, labels, 1), flag("masks", masks)
    boxes = gathered(self, numbers, filter, split, masks)
    return TorchDataset(f"{self.dataset.name} / {self.name}", boxes, numbers, transform, masks)
