"""The filters that all tables share: what may be typed, and the sentences for what may not."""

import datetime as dt
from typing import Any

import planted
import pytest

from nbannotate import charts, stats
from nbannotate.errors import InvalidInput, WrongCall
from nbannotate.model.deprecations import RenamedWarning
from nbannotate.stats.filters import Filters

WORLD = planted.simulate(assets=20, days=5)
TABLES = [getattr(stats, name) for name in stats.names()]


def by_name(table: Any) -> str:
    return str(table.__name__)


def test_steps_are_named_or_counted_from_0() -> None:
    assert Filters.of(WORLD, step=1).steps == Filters.of(WORLD, step="check").steps == ("check",)
    assert Filters.of(WORLD, step=[0, "draw"]).steps == ("draw",)


def test_days_begin_in_the_zone_that_is_asked_for() -> None:
    here, there = stats.throughput(WORLD), stats.throughput(WORLD, tz="Asia/Tokyo")
    assert str(there["period"].dt.tz) == "Asia/Tokyo"
    assert (there["period"].dt.hour == 0).all()
    assert there["tasks"].sum() == here["tasks"].sum()
    day = there["period"].iloc[0].date()
    one = stats.throughput(WORLD, start=day, end=day, tz="Asia/Tokyo")
    assert one.equals(there[there["period"] == there["period"].iloc[0]].reset_index(drop=True))
    assert len(stats.task_times(WORLD, start=day, end=day, tz="Asia/Tokyo")) >= one["tasks"].sum() > 0


def test_issues_are_counted_over_days_of_a_zone_whose_clock_changes() -> None:
    row = dict(next(iter(WORLD.rows["issues"])))
    row |= {"created": dt.datetime(2026, 3, 27, 22), "closed": dt.datetime(2026, 3, 30, 12), "state": "resolved"}
    frame = stats.issues(planted.Planted(WORLD.rows | {"issues": [row]}), end="2026-03-31", tz="Europe/Zurich")
    assert [str(t) for t in frame["period"].dt.date] == [f"2026-03-{d}" for d in (27, 28, 29, 30, 31)]
    assert frame["open"].tolist() == [1, 1, 1, 0, 0]


@pytest.mark.parametrize("table", TABLES, ids=by_name)
def test_the_old_names_of_filters_answer_by_saying_the_new_ones(table: Any) -> None:
    with pytest.warns(RenamedWarning, match="is called"):
        old = table(WORLD, members="ana", steps="draw", since="2026-07-01", until="2026-07-30")
    assert old.equals(table(WORLD, member="ana", step="draw", start="2026-07-01", end="2026-07-30"))


@pytest.mark.parametrize("each", [*TABLES, *(getattr(charts, name) for name in charts.names())], ids=by_name)
def test_who_filters_by_the_column_assignee_is_told_the_filter(each: Any) -> None:
    with pytest.raises(WrongCall, match=r"no argument 'assignee'.*member="):
        each(WORLD, assignee="ana")


def test_days_add_up_to_the_whole() -> None:
    days = [dt.date(2026, 7, 6) + dt.timedelta(days=i) for i in range(6)]
    parts = sum(stats.throughput(WORLD, start=day, end=day)["tasks"].sum() for day in days)
    assert parts == stats.throughput(WORLD)["tasks"].sum() > 0


@pytest.mark.parametrize("table", TABLES, ids=by_name)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"member": "anna"}, "no member 'anna'.*'ana'"),
        ({"step": ["draw", "drow"]}, "no step 'drow'.*'draw'"),
        ({"start": "July"}, "start must be a time"),
        ({"start": 5}, "start must be"),
        ({"member": [1]}, "member takes names"),
        ({"tz": "Asia/Tokio"}, "did you mean 'Asia/Tokyo'"),
        ({"step": 7}, "no step 7"),
        ({"start": "2026-07-05", "end": "2026-07-04"}, "must come after"),
    ],
)
def test_a_wrong_filter_is_answered_with_a_sentence(table: Any, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        table(WORLD, **wrong)


@pytest.mark.parametrize("table", TABLES, ids=by_name)
def test_what_people_wrote_is_never_sql(table: Any) -> None:
    with pytest.raises(InvalidInput, match="no member"):
        table(WORLD, member="ana' or '1'='1")


@pytest.mark.parametrize("table", TABLES, ids=by_name)
def test_an_empty_list_lets_nobody_pass_and_the_types_stay(table: Any) -> None:
    frame = table(WORLD, member=[])
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {n: c.dtype for n, c in table.columns.items()}
    counts = {"tasks", "total", "issues"} & set(frame.columns)
    assert all(frame[name].sum() == 0 for name in counts)


def test_a_period_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="by must be one of"):
        stats.throughput(WORLD, by="year")


def test_something_that_is_no_scope_is_refused() -> None:
    with pytest.raises(InvalidInput, match="a workspace, a dataset, a version or a campaign"):
        stats.progress("July")


def test_a_table_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(AttributeError, match="progress"):
        _ = stats.burndown


@pytest.mark.parametrize(("table", "wrong"), [("progress", {"label": "cell"}), ("shapes", {"by": "day"})])
def test_a_filter_that_makes_no_sense_is_refused_with_those_that_do(table: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=f"takes no argument '{next(iter(wrong))}'.*it takes scope, step, member"):
        getattr(stats, table)(WORLD, **wrong)


def test_a_label_that_nobody_has_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(InvalidInput, match="There is no label 'cell' here"):
        stats.shapes(WORLD, label="cell")


def test_rows_are_asked_for_by_their_columns() -> None:
    all_of_them = stats.throughput.events(WORLD)
    assert len(all_of_them) == stats.throughput(WORLD)["tasks"].sum()
    some = stats.throughput.events(WORLD, member="ana", outcome=["submitted", None], step_name="draw")
    assert some.equals(all_of_them[all_of_them["assignee"] == "ana"].reset_index(drop=True))
    assert len(stats.members.events(WORLD, closed=None)) == (
        stats.members(WORLD)[["in_progress", "to_rework"]].sum().sum()
    )
    with pytest.raises(InvalidInput, match=r"There is no column 'outcom' in the rows of throughput.*'outcome'"):
        stats.throughput.events(WORLD, outcom="submitted")
