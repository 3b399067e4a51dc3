"""A table of nb.stats beside the recount of an oracle."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from grown import Grown
from oracle import Oracle, expected
from oracle_gold import gold

from nbannotate import stats
from nbannotate.stats.filters import utc_now

#: What compares shapes, which have no places here: test_agreement.py counts those by hand.
OF_SHAPES = {"agreement", "agreement_assets", "agreement_labels", "confusion", "reliability", "evaluation",
             "evaluation_errors"}  # fmt: skip
#: What tells of the future: test_forecast.py recounts what it goes by.
OF_THE_FUTURE = {"forecast", "forecast_days", "forecast_relief"}
TABLES = [name for name in stats.names() if name not in OF_SHAPES | OF_THE_FUTURE]


def check(world: Grown, scope: str, table: str, given_: dict[str, Any]) -> None:
    """Compare a table with the recount."""
    function = getattr(stats, table)
    filters = {n: v for n, v in given_.items() if n in function.takes}
    typed = {n: f"{v.isoformat()}+00:00" if isinstance(v, dt.datetime) else v for n, v in filters.items()}
    frame = function(world.scopes[scope], **typed)
    oracle = Oracle(world, scope, utc_now(), **filters)
    wanted = gold(oracle) if table == "gold" else expected(oracle, table)
    if table == "issues":
        frame = frame[(frame[["opened", "reopened", "closed"]] != 0).any(axis=1)]
    if table == "hours":
        frame = frame[(frame[["worked_s", "shown_s", "editing_s"]] > 1e-9).any(axis=1)]
        wanted = [r for r in wanted if r["shown_s"] > 1e-9]
    found = [{name: plainly(row[name]) for name in (wanted[0] if wanted else {})} for row in frame.to_dict("records")]
    assert len(found) == len(wanted), (table, scope, filters)
    wanted.sort(key=order)
    found.sort(key=order)
    for one, other in zip(found, wanted, strict=True):
        for name, value in other.items():
            where = (table, scope, filters, name, one, other)
            if isinstance(value, float):
                assert one[name] == pytest.approx(value, rel=1e-6, abs=1e-6, nan_ok=True), where
            else:
                assert one[name] == value, where


def plainly(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        value = value.tz_convert("UTC").tz_localize(None) if value.tz else value
        return value.to_pydatetime()
    return None if value is pd.NaT or value is pd.NA else value


def order(row: dict[str, Any]) -> str:
    return repr([v for v in row.values() if not isinstance(v, float)])
