"""The filters that all tables share: what may be typed, and the sentences for what may not."""

import datetime as dt
from typing import Any

import planted
import pytest

from nbannotate import stats
from nbannotate.errors import InvalidInput
from nbannotate.stats.filters import Filters

WORLD = planted.simulate(assets=20, days=5)
TABLES = [getattr(stats, name) for name in stats.names()]


def by_name(table: Any) -> str:
    return str(table.__name__)


def test_a_plain_day_as_until_is_included_whole() -> None:
    assert Filters.of(until="2026-07-05").until == dt.datetime(2026, 7, 6)
    assert Filters.of(until=dt.date(2026, 7, 5)).until == dt.datetime(2026, 7, 6)
    assert Filters.of(until="2026-07-05T00:00").until == dt.datetime(2026, 7, 5)


def test_times_of_other_zones_are_turned_into_utc() -> None:
    assert Filters.of(since="2026-07-05T10:00+02:00").since == dt.datetime(2026, 7, 5, 8)


def test_days_add_up_to_the_whole() -> None:
    days = [dt.date(2026, 7, 6) + dt.timedelta(days=i) for i in range(6)]
    parts = sum(stats.throughput(WORLD, since=day, until=day)["tasks"].sum() for day in days)
    assert parts == stats.throughput(WORLD)["tasks"].sum() > 0


@pytest.mark.parametrize("table", TABLES, ids=by_name)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"members": "anna"}, "no member 'anna'.*'ana'"),
        ({"steps": ["draw", "drow"]}, "no step 'drow'.*'draw'"),
        ({"since": "July"}, "since must be a time"),
        ({"since": 5}, "since must be"),
        ({"members": [1]}, "members takes names"),
        ({"since": "2026-07-05", "until": "2026-07-04"}, "must come after"),
    ],
)
def test_a_wrong_filter_is_answered_with_a_sentence(table: Any, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        table(WORLD, **wrong)


@pytest.mark.parametrize("table", TABLES, ids=by_name)
def test_what_people_wrote_is_never_sql(table: Any) -> None:
    with pytest.raises(InvalidInput, match="no member"):
        table(WORLD, members="ana' or '1'='1")


@pytest.mark.parametrize("table", TABLES, ids=by_name)
def test_an_empty_list_lets_nobody_pass_and_the_types_stay(table: Any) -> None:
    frame = table(WORLD, members=[])
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {n: c.dtype for n, c in table.columns.items()}
    counts = {"tasks", "total", "issues"} & set(frame.columns)
    assert all(frame[name].sum() == 0 for name in counts)


def test_a_period_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="by must be one of"):
        stats.throughput(WORLD, by="month")


def test_something_that_is_no_scope_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Workspace or a Campaign"):
        stats.progress("July")


def test_a_table_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(AttributeError, match="progress"):
        _ = stats.burndown
