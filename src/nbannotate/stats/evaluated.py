"""Predictions held against the truth, asset by asset: what the tables of an evaluation count."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from nbannotate.model import Shape
from nbannotate.rules.agreement.detection import THRESHOLDS, Found, found
from nbannotate.rules.agreement.likeness import oks_of_truth
from nbannotate.rules.agreement.pairing import paired
from nbannotate.stats.answers import pieces, predicted
from nbannotate.stats.query import Query


class Error(NamedTuple):
    """One thing that is wrong: what was predicted and is not there, was missed, or is called otherwise."""

    version_id: int
    asset_id: int
    asset: str
    error: str
    label: str | None
    predicted: str | None
    confidence: float
    iou: float
    shape_id: str | None
    predicted_shape_id: str | None


def evaluated(q: Query) -> tuple[dict[str, list[Found]], list[Error]]:
    """Return what became of the predictions of each label, on each asset; and what is wrong.

    The threshold of the filters follows those of COCO.
    """
    thresholds = (*THRESHOLDS, q.filters.threshold)
    answers = q.run(f"select * from ({predicted(q)}) r order by version_id, asset, side")
    each: dict[str, list[Found]] = defaultdict(list)
    errors: list[Error] = []
    for piece, shapes in pieces(q, answers):
        rows = piece[["version_id", "asset", "side", "asset_id", "annotation_id"]].itertuples(index=False, name=None)
        for (version, asset), its in itertools.groupby(rows, lambda row: row[:2]):
            sides = {side: (asset_id, shapes.get(annotation, ())) for _, _, side, asset_id, annotation in its}
            truth = sides[1][1]
            asset_id, predictions = sides.get(0, (sides[1][0], ()))
            mine, theirs = _by_label(predictions), _by_label(truth)
            for label in sorted(mine.keys() | theirs.keys()):
                each[label].append(found(mine.get(label, ()), theirs.get(label, ()), thresholds))
            lost, wrong = _left(each, mine, theirs, q.filters.confidence)
            errors += _errors((int(version), int(asset_id), asset), lost, wrong, q.filters.threshold)
    return each, errors


def _by_label(shapes: Sequence[Shape]) -> dict[str, list[Shape]]:
    found_: dict[str, list[Shape]] = {}
    for shape in shapes:
        found_.setdefault(shape.label, []).append(shape)
    return found_


def _left(
    each: Mapping[str, Sequence[Found]], mine: Mapping[str, Sequence[Shape]], theirs: Mapping[str, Sequence[Shape]],
    least: float,
) -> tuple[list[Shape], list[Shape]]:  # fmt: skip
    """Return the objects of an asset that were not found under their label, and the predictions that found none."""
    lost: list[Shape] = []
    wrong: list[Shape] = []
    for label in sorted(mine.keys() | theirs.keys()):
        its = each[label][-1]
        taken = its.taken[0, -1]
        counts = its.confidences >= least
        gone = set(taken[counts & (taken >= 0)].tolist())
        lost += [shape for n, shape in enumerate(theirs.get(label, ())) if n not in gone]
        wrong += [mine[label][n] for n in its.places[np.nonzero(counts & (taken < 0))].tolist()]
    return lost, wrong


def _errors(
    where: tuple[int, int, str], lost: Sequence[Shape], wrong: Sequence[Shape], threshold: float
) -> list[Error]:
    """Return what is wrong with one asset; what is in the place of an object of another label is called otherwise."""
    nothing = float("nan")
    its = paired(wrong, lost, threshold, oks_of_truth)
    errors = []
    for pair in its.both:
        p, t = wrong[pair.a], lost[pair.b]  # of one label they would have found each other
        errors.append(Error(*where, "wrong_label", t.label, p.label, _sure(p), pair.alike, t.id, p.id))
    errors += [
        Error(*where, "false_positive", None, wrong[n].label, _sure(wrong[n]), nothing, None, wrong[n].id)
        for n in its.only_a
    ]
    errors += [Error(*where, "missed", lost[n].label, None, nothing, nothing, lost[n].id, None) for n in its.only_b]
    return errors


def _sure(shape: Shape) -> float:
    return float("nan") if shape.confidence is None else shape.confidence
