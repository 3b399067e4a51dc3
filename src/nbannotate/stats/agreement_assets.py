"""On which assets raters agree least."""

from __future__ import annotations

import pandas as pd

from nbannotate.rules.agreement.reliability import f1
from nbannotate.stats import answers
from nbannotate.stats.agreed import agreed
from nbannotate.stats.query import Query
from nbannotate.stats.reviewing import reviewable
from nbannotate.stats.table import Column, table


@reviewable
@table(
    {
        "version_id": Column("int64", "Number of the version."),
        "asset_id": Column("int64", "Number of the asset."),
        "asset": Column("string", "Its name."),
        "raters": Column("int64", "How many raters answered it."),
        "matched": Column("int64", "Objects that both raters of a pair have, summed over all pairs."),
        "unmatched": Column("int64", "Objects that only one of a pair has, summed over all pairs."),
        "other_label": Column("int64", "Matched objects that both call otherwise."),
        "other_tags": Column("int64", "Tags that only one of a pair gave, summed over all pairs."),
        "f1": Column("float64", "2 same / (2 matched + unmatched): objects that both have and call the same, 0 to 1."),
        "mean_iou": Column("float64", "Mean likeness of both shapes of what both have: IoU, OKS or nearness, 0 to 1."),
    },
    rows=answers.rated,
    takes=("label", "threshold", "against", "source"),
)
def agreement_assets(q: Query) -> pd.DataFrame:
    """Return the assets that several raters answered, those on which they agree least first.

    An asset on which none of them has an object has no ``f1``; it stands with those of 1. ``.review(…)`` makes a
    campaign of the first ones.
    """
    frame = agreed(q).assets.copy()
    matched, other, alone = (frame[name].to_numpy(dtype=float) for name in ("matched", "other_label", "unmatched"))
    frame["f1"] = f1(matched - other, other, alone + other)
    frame["mean_iou"] = (frame["alike"] / frame["matched"].where(frame["matched"] > 0)).astype("float64")
    frame["order"] = frame["f1"].fillna(1.0)
    by = ["order", "other_tags", "mean_iou", "version_id", "asset"]
    return frame.sort_values(by, ascending=[True, False, True, True, True], ignore_index=True)
