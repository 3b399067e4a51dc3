"""How good predictions are: precision, recall and average precision, as COCO defines them.

https://cocodataset.org/#detection-eval. Of each asset and label, predictions take, the surest first, the object that
they are most like among those that are left, if they are like it enough. Objects of another size than the one that is
asked for count neither for nor against. What has to do with crowds is left aside: there are none here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate.model import Shape
from nbannotate.rules.agreement.likeness import likeness, oks_of_truth
from nbannotate.shapes.base import FloatArray
from nbannotate.shapes.registry import kind

#: The likenesses of which COCO takes the mean: 0.5, 0.55 … 0.95.
THRESHOLDS: tuple[float, ...] = tuple(np.linspace(0.5, 0.95, 10).tolist())
#: The recalls at which COCO looks at the precision: 0, 0.01 … 1.
RECALLS: FloatArray = np.linspace(0, 1, 101)
#: Areas of objects in square pixels, both ends included; as COCO has them.
SIZES: dict[str, tuple[float, float]] = {
    "all": (0.0, 1e10), "small": (0.0, 32.0**2), "medium": (32.0**2, 96.0**2), "large": (96.0**2, 1e10),
}  # fmt: skip
#: So many predictions of an asset and a label count, the surest ones.
MOST = 100
_FREE = -1


class Found(Struct, frozen=True, eq=False):
    """What became of the predictions of one label on one asset.

    Parameters
    ----------
    confidences
        Of each prediction, the surest first; one that says none is sure.
    places
        Which prediction that is.
    taken
        For each size, threshold and prediction the place of the object that it took, or -1: ``(sizes, thresholds, n)``.
    counts
        Whether it counts: it took an object of the size, or none and is of the size itself.
    objects
        How many objects there are of each size.
    """

    confidences: FloatArray
    places: NDArray[np.intp]
    taken: NDArray[np.intp]
    counts: NDArray[np.bool_]
    objects: NDArray[np.intp]


def found(predicted: Sequence[Shape], truth: Sequence[Shape], thresholds: Sequence[float] = THRESHOLDS) -> Found:
    """Return what became of the predictions of one label on one asset.

    Parameters
    ----------
    predicted, truth
        The shapes of that label; of key points with as many points each.
    thresholds
        The least likeness of a prediction and the object that it finds, each above 0 and up to 1.
    """
    sure = np.array([1.0 if s.confidence is None else s.confidence for s in predicted])
    order = np.argsort(-sure, kind="stable")[:MOST]
    chosen = [predicted[n] for n in order]
    near: list[list[tuple[int, float]]] = [[] for _ in chosen]
    for p, q, much in zip(*(v.tolist() for v in likeness(chosen, truth, oks_of_truth)), strict=True):
        near[p].append((q, much))
    areas, of_truth = _areas(chosen), _areas(truth)
    taken = np.full((len(SIZES), len(thresholds), len(chosen)), _FREE, dtype=np.intp)
    counts = np.ones(taken.shape, dtype=bool)
    objects = np.zeros(len(SIZES), dtype=np.intp)
    for s, (least, most) in enumerate(SIZES.values()):
        meant = (of_truth >= least) & (of_truth <= most)
        objects[s] = np.count_nonzero(meant)
        sized = (areas >= least) & (areas <= most)
        for t, threshold in enumerate(thresholds):
            its = _taken(near, meant.tolist(), min(threshold, 1 - 1e-10))
            taken[s, t] = its
            hit = its != _FREE
            counts[s, t] = np.where(hit, meant[its] if len(meant) else False, sized)
    return Found(sure[order], order, taken, counts, objects)


def _taken(near: Sequence[Sequence[tuple[int, float]]], meant: Sequence[bool], least: float) -> NDArray[np.intp]:
    """Return which object each prediction takes: one that is meant if there is any, of those the most alike."""
    gone: set[int] = set()
    found = np.full(len(near), _FREE, dtype=np.intp)
    for p, its in enumerate(near):
        best: tuple[bool, float, int] | None = None
        for q, much in its:
            if much >= least and q not in gone and (best is None or (meant[q], much, q) > best):
                best = meant[q], much, q
        if best is not None:
            found[p] = best[2]
            gone.add(best[2])
    return found


def _areas(shapes: Sequence[Shape]) -> FloatArray:
    """Return the areas of shapes in square pixels; of what has no inside those of the boxes around them."""
    found = np.zeros(len(shapes))
    for n, shape in enumerate(shapes):
        its = kind(shape.kind)
        if its.closed:
            found[n] = its.covered(shape)
        elif shape.points:
            x0, y0, x1, y1 = its.bounds(shape.points)
            found[n] = (x1 - x0) * (y1 - y0)
    return found


def average_precisions(each: Sequence[Found]) -> FloatArray:
    """Return the average precision of one label: for each size and threshold, not a number where nothing is there.

    The mean over :data:`RECALLS` of the highest precision at that recall or a higher one.

    Parameters
    ----------
    each
        What became of its predictions on each asset, in the order of the assets.
    """
    sure, taken, counts, objects = _together(each)
    order = np.argsort(-sure, kind="stable")
    hit, counts = (taken != _FREE)[..., order], counts[..., order]
    right, wrong = np.cumsum(hit & counts, axis=-1), np.cumsum(~hit & counts, axis=-1)
    result = np.full(right.shape[:2], np.nan)
    for s in range(len(SIZES)):
        for t in range(right.shape[1]):
            if objects[s]:
                result[s, t] = _average_precision(right[s, t], wrong[s, t], int(objects[s]))
    return result


def _together(each: Sequence[Found]) -> tuple[FloatArray, NDArray[np.intp], NDArray[np.bool_], NDArray[np.intp]]:
    objects = np.sum([its.objects for its in each], axis=0)
    return (
        np.concatenate([its.confidences for its in each]), np.concatenate([its.taken for its in each], axis=-1),
        np.concatenate([its.counts for its in each], axis=-1), np.asarray(objects, dtype=np.intp),
    )  # fmt: skip


def _average_precision(right: NDArray[np.intp], wrong: NDArray[np.intp], objects: int) -> float:
    if not len(right):
        return 0.0
    precision = np.maximum.accumulate((right / (right + wrong + np.spacing(1)))[::-1])[::-1]
    at = np.searchsorted(right / objects, RECALLS, side="left")
    return float(np.where(at < len(precision), precision[np.minimum(at, len(precision) - 1)], 0.0).mean())


class Counts(Struct, frozen=True):
    """How many predictions are right, how many are not, and how many objects were missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of predictions that are right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else math.nan

    @property
    def recall(self) -> float:
        """The share of objects that were found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else math.nan


def counted(each: Sequence[Found], threshold: int, least: float = 0.0) -> list[Counts]:
    """Return for each size how many predictions are right, wrong, and how many objects were missed.

    Parameters
    ----------
    each
        What became of the predictions on each asset.
    threshold
        The place of the threshold.
    least
        Predictions that are less sure do not count.
    """
    sure, taken, counts, objects = _together(each)
    result = []
    for s in range(len(SIZES)):
        its = counts[s, threshold] & (sure >= least)
        right = int(np.count_nonzero(its & (taken[s, threshold] != _FREE)))
        result.append(Counts(right, int(np.count_nonzero(its)) - right, int(objects[s]) - right))
    return result
