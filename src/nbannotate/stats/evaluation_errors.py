"""What is wrong with predictions, one row each."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import answers
from nbannotate.stats.evaluated import evaluated
from nbannotate.stats.query import Query
from nbannotate.stats.reviewing import reviewable
from nbannotate.stats.table import Column, table


@reviewable
@table(
    {
        "version_id": Column("int64", "Number of the version in scope."),
        "asset_id": Column("int64", "Number of the asset."),
        "asset": Column("string", "Its name."),
        "error": Column("string", "false_positive, missed, or wrong_label: found, and called otherwise.", is_said=True),
        "label": Column("string", "What the object is; missing for a false positive."),
        "predicted": Column("string", "What was predicted; missing for a missed object."),
        "confidence": Column("float64", "How sure the prediction is, 0 to 1; missing where it does not say."),
        "iou": Column("float64", "How alike both shapes are; missing where one is none."),
        "shape_id": Column("string", "Id of the shape in the truth; missing for a false positive."),
        "predicted_shape_id": Column("string", "Id of the predicted shape; missing for a missed object."),
    },
    rows=answers.predicted,
    takes=("label", "threshold", "against", "source", "confidence"),
)
def evaluation_errors(q: Query) -> pd.DataFrame:
    """Return what is wrong with predictions: false positives, missed objects, wrong labels; the surest ones first.

    Predictions and truth are those of ``evaluation``; what counts as found is the same, at ``threshold``.
    ``.review(…)`` makes a campaign of the first assets.
    """
    _, errors = evaluated(q)
    frame = pd.DataFrame(errors, columns=list(evaluation_errors.columns))
    by = ["confidence", "version_id", "asset"]
    return frame.sort_values(by, ascending=[False, True, True], ignore_index=True, kind="stable")
