"""What detectors give: arrays of boxes, torchvision's mappings, supervision's ``Detections``; known by what they have.

None of those libraries is imported; tensors are made arrays wherever they lie.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbannotate.errors import InvalidInput
from nbannotate.model import Point, Rle, Shape, row_shapes
from nbannotate.model.geometry import of_pixels
from nbannotate.model.suggestions import meant, named
from nbannotate.model.values import as_stored, plain, shown
from nbannotate.workspace.intake.naming import Naming

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PASSED = ("area", "iscrowd", "image_id")
_KEYS = ("boxes", "labels", "scores", "masks", *_PASSED)
#: torchvision's masks are probabilities; from here on a pixel is in.
THRESHOLD = 0.5


def is_supervision(value: Any) -> bool:
    """Return whether a value is like supervision's ``Detections``."""
    return all(hasattr(value, name) for name in ("xyxy", "class_id", "confidence"))


def is_torchvision(value: Any) -> bool:
    """Return whether a value is like what torchvision's detectors return for an image."""
    return isinstance(value, Mapping) and ("boxes" in value or "masks" in value)


def is_array(value: Any) -> bool:
    """Return whether a value is an array or a tensor, of numbers."""
    kind = getattr(getattr(value, "dtype", None), "kind", "f")
    return hasattr(value, "shape") and hasattr(value, "dtype") and not hasattr(value, "index") and kind in "biuf"


def as_array(value: Any) -> NDArray[Any]:
    """Return an array of what may be a tensor, on a graphics card too."""
    import numpy as np

    for name in ("detach", "cpu"):
        if callable(step := getattr(value, name, None)):
            value = step()
    return np.asarray(value)


def of_array(value: Any) -> list[Shape]:
    """Return the shapes of an array: ``(n, 4)`` boxes of two corners, or masks, ``(h, w)`` or ``(n, h, w)`` bool."""
    array = as_array(value)
    if array.dtype == bool and array.ndim in (2, 3):
        return made(None, array[None] if array.ndim == 2 else array, None, None, [])
    if array.size == 0:
        return []
    if array.shape == (4,):
        array = array[None]
    if array.ndim != 2 or array.shape[1] != 4:
        raise InvalidInput(
            f"an array of the shape {array.shape} and the type {array.dtype} are neither boxes, (n, 4) as x0, y0, x1, "
            "y1, nor masks, (n, height, width) of bool; with labels and scores give a mapping: "
            "{'boxes': …, 'labels': …, 'scores': …}."
        )
    return made(array, None, None, None, [])


def of_torchvision(value: Mapping[str, Any], naming: Naming) -> list[Shape]:
    """Return the shapes of a mapping of boxes, labels, scores and masks; of masks where there are any."""
    for key in value:
        if key not in _KEYS:
            raise InvalidInput(f"detections have no {key!r}{meant(key, _KEYS)}; they have {named(_KEYS)}.")
    masks = value.get("masks")
    if masks is not None:
        masks = as_array(masks)
        masks = masks[:, 0] if masks.ndim == 4 and masks.shape[1] == 1 else masks
        masks = masks > THRESHOLD if masks.dtype.kind == "f" else masks.astype(bool)
    boxes = value.get("boxes")
    labels = value.get("labels")
    names = None if labels is None else [naming.of(v) for v in _list("labels", labels)]
    return made(None if boxes is None else as_array(boxes), masks, value.get("scores"), names, [])


def of_supervision(value: Any, naming: Naming) -> list[Shape]:
    """Return the shapes of supervision's ``Detections``; of masks where there are any."""
    data = dict(getattr(value, "data", None) or {})
    names, boxes = data.pop("class_name", None), as_array(value.xyxy)
    numbers = value.class_id
    if names is None or ((naming.names or naming.mapping) and numbers is not None):
        names = numbers
    labels = None if names is None else [naming.of(v) for v in _list("class_id", names)]
    columns = {k: v for k, v in {**data, "tracker_id": getattr(value, "tracker_id", None)}.items() if v is not None}
    listed = {k: _list(k, v) for k, v in columns.items()}
    more = [{k: v[i] for k, v in listed.items()} for i in range(len(boxes))] if _fit(listed, len(boxes)) else []
    mask = getattr(value, "mask", None)
    return made(boxes, None if mask is None else as_array(mask).astype(bool), value.confidence, labels, more)


def _fit(columns: Mapping[str, list[Any]], count: int) -> bool:
    for name, values in columns.items():
        if len(values) != count:
            raise InvalidInput(f"there are {count} boxes, but {len(values)} values of {name}.")
    return bool(columns)


def made(
    boxes: NDArray[Any] | None,
    masks: NDArray[np.bool_] | None,
    scores: Any,
    labels: list[str] | None,
    attributes: list[dict[str, Any]],
) -> list[Shape]:
    """Return shapes of columns that were checked one by one.

    Raises
    ------
    InvalidInput
        The columns are not of one length, a box has no extent, or a score is not from 0 to 1.
    """
    geometries: list[tuple[str, tuple[Point, ...], Rle | None]]
    if masks is not None:
        if masks.ndim != 3:
            raise InvalidInput(f"masks are an array (n, height, width), not one of the shape {masks.shape}.")
        pixels = [of_pixels(f"mask {i}", mask) for i, mask in enumerate(masks)]
        geometries = [("mask", points, rle) for points, rle in pixels]
    else:
        assert boxes is not None
        geometries = [("rectangle", points, None) for points in corners(boxes)]
    count = len(geometries)
    sure = [None] * count if scores is None else [None if v is None or v != v else v for v in _list("scores", scores)]
    _fit({"labels": labels or [""] * count, "scores": sure}, count)
    if boxes is not None and len(boxes) != count:
        raise InvalidInput(f"there are {len(boxes)} boxes, but {count} masks.")
    for i, score in enumerate(sure):
        if score is not None and not (isinstance(score, int | float) and 0 <= score <= 1):
            raise InvalidInput(f"score {i} must be a number from 0 to 1, not {shown(score)}.")
    with as_stored():  # every column was checked as a whole
        return [
            Shape(kind=kind, points=points, rle=rle, label=label, confidence=score, attributes=its)
            for (kind, points, rle), label, score, its in zip(
                geometries, labels or [""] * count, sure, attributes or [{} for _ in range(count)], strict=True
            )
        ]


def corners(boxes: NDArray[Any]) -> list[tuple[Point, Point]]:
    """Return the two corners of each of ``(n, 4)`` boxes, or raise InvalidInput for the first that is none."""
    import numpy as np

    if boxes.size == 0:
        return []
    if boxes.ndim != 2 or boxes.shape[1] != 4 or boxes.dtype.kind not in "iuf":
        raise InvalidInput(f"boxes are an array (n, 4) of numbers, x0, y0, x1, y1, not one of the shape {boxes.shape}.")
    given = boxes.astype(np.float64)
    good = np.isfinite(given).all(axis=1) & (given[:, 2:] > given[:, :2]).all(axis=1)
    if not good.all():
        at = int(np.argmin(good))
        try:
            row_shapes.corners(("x0", "y0", "x1", "y1"), given[at].tolist(), sized=False)
        except InvalidInput as error:
            raise InvalidInput(f"box {at}: {error}") from None
    return [((x0, y0), (x1, y1)) for x0, y0, x1, y1 in given.tolist()]


def _list(name: str, value: Any) -> list[Any]:
    given = plain(as_array(value)) if is_array(value) else plain(value)
    if not isinstance(given, list | tuple):
        raise InvalidInput(f"{name} is a list, or an array of one value for each box, not {shown(given)}.")
    return list(given)
