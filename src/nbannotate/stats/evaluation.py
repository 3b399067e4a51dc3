"""How good predictions are, by label and size."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbannotate.rules.agreement import detection
from nbannotate.rules.agreement.reliability import f1
from nbannotate.stats import answers
from nbannotate.stats.evaluated import evaluated
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "label": Column("string", "Name of the label; empty for shapes without one."),
        "size": Column(
            "string", "all, or COCO's small (to 32 x 32 px), medium (to 96 x 96 px) or large.", is_said=True
        ),
        "objects": Column("int64", "Objects of that size in the truth."),
        "right": Column("int64", "Predictions that found an object."),
        "wrong": Column("int64", "Predictions that found none: false positives."),
        "missed": Column("int64", "Objects that no prediction found."),
        "precision": Column("float64", "right / (right + wrong), 0 to 1; missing without predictions."),
        "recall": Column("float64", "right / objects, 0 to 1; missing without objects."),
        "f1": Column("float64", "2 right / (2 right + wrong + missed), 0 to 1."),
        "ap": Column("float64", "Average precision, the mean over IoU 0.50, 0.55 … 0.95; missing without objects."),
        "ap50": Column("float64", "Average precision at IoU 0.50."),
        "ap75": Column("float64", "Average precision at IoU 0.75."),
    },
    rows=answers.predicted,
    takes=("label", "threshold", "against", "source", "confidence"),
)
def evaluation(q: Query) -> pd.DataFrame:
    """Return precision, recall and average precision of predictions, as COCO defines them, by label and size.

    With ``against`` the version in scope has the predictions, and the other one the truth. Else predictions are the
    last imports (of ``source``), and the truth is what people said last. Only assets with a truth count. Where
    the other version has one and this one says nothing, all its objects are missed; of one version only assets with
    an import count, which may be empty. ``member``, ``step``, ``start`` and ``end`` choose the truth. Right, wrong and
    missed are counted at ``threshold`` and ``confidence``.
    """
    each, _ = evaluated(q)
    rows = []
    for label, its in sorted(each.items()):
        precisions = detection.average_precisions(its)
        of_size = detection.counted(its, -1, q.filters.confidence)
        for s, size in enumerate(detection.SIZES):
            n, ap = of_size[s], precisions[s]
            rows.append(
                (label, size, n.right + n.missed, n.right, n.wrong, n.missed, n.precision, n.recall,
                 float(f1(n.right, n.wrong, n.missed)), float(np.mean(ap[:-1])), float(ap[0]), float(ap[5]))
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(evaluation.columns))
