"""What every shape kind, format, table and chart has to keep, also one that is added tomorrow.

The parameters are what is found in the packages, so that a new one is tested by existing.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from nbannotate import charts, formats, shapes, stats
from nbannotate.charts.look import per
from nbannotate.shapes import Kind
from nbannotate.stats.filters import FILTERS

KINDS = list(shapes.kinds().values())
FORMATS = list(formats.available().values())
TABLES = [getattr(stats, name) for name in stats.names()]
CHARTS = [getattr(charts, name) for name in charts.names()]

WIDTH, HEIGHT = 120.0, 80.0
DTYPES = {"string", "int64", "float64", "boolean", "datetime64[us]"}


def by_name(value: Any) -> str:
    return str(getattr(value, "name", None) or value.__name__)


def some_points(kind: Kind) -> tuple[tuple[float, float], ...]:
    """Points of a shape of a kind that lies well inside the image."""
    n = max(kind.min_points, min(5, kind.max_points or 5))
    if kind.gesture in ("corners", "stroke"):
        return ((20.0, 15.0), (70.0, 60.0))
    around = tuple((50 + 30 * math.cos(math.tau * i / n), 40 + 25 * math.sin(math.tau * i / n)) for i in range(n))
    return kind.normalize(around, WIDTH, HEIGHT)


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        ("shapes", {type(k).__module__ for k in KINDS}),
        ("formats", {type(f).__module__ for f in FORMATS}),
        ("stats", {f.__module__ for f in TABLES}),
        ("charts", {f.__module__ for f in CHARTS}),
    ],
)
def test_the_built_in_ones_are_found(folder: str, found: set[str]) -> None:
    assert len([name for name in found if name.startswith(f"nbannotate.{folder}.")]) >= 1


@pytest.mark.parametrize("things", [KINDS, FORMATS, TABLES, CHARTS], ids=["shapes", "formats", "stats", "charts"])
def test_names_differ_and_every_one_says_what_it_is(things: list[Any]) -> None:
    names = [by_name(v) for v in things]
    assert len(set(names)) == len(names)
    for thing in things:
        text = inspect.getdoc(thing if inspect.isfunction(thing) else type(thing)) or ""
        assert len(text.split()) >= 4, f"{by_name(thing)} has no docstring that says what it is"


# --- shapes ---------------------------------------------------------------------------------------------------------


def test_no_two_tools_share_a_key() -> None:
    keys = [k.key for k in KINDS if k.key]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("kind", KINDS, ids=by_name)
def test_a_shape_that_a_person_would_draw_is_good(kind: Kind) -> None:
    points = some_points(kind)
    assert kind.check(points, WIDTH, HEIGHT) is None
    x0, y0, x1, y1 = kind.bounds(points)
    assert 0 <= x0 <= x1 <= WIDTH
    assert 0 <= y0 <= y1 <= HEIGHT
    assert kind.max_points == 1 or (x0 < x1 and y0 < y1)
    assert (kind.area(points) > 0) == kind.closed
    assert kind.area(points) <= (x1 - x0) * (y1 - y0) + 1e-9
    if kind.closed:
        assert kind.contains(points, (x0 + x1) / 2, (y0 + y1) / 2)
    assert not kind.contains(points, x1 + 1, y1 + 1)


@pytest.mark.parametrize("kind", KINDS, ids=by_name)
def test_normalizing_twice_changes_nothing_and_leaves_nothing_outside(kind: Kind) -> None:
    moved = tuple((x + 60, y - 30) for x, y in some_points(kind))
    once = kind.normalize(moved, WIDTH, HEIGHT)
    assert kind.normalize(once, WIDTH, HEIGHT) == once
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in once)


@pytest.mark.parametrize("kind", KINDS, ids=by_name)
def test_bad_points_are_answered_with_a_sentence(kind: Kind) -> None:
    good = some_points(kind)
    for bad in ((), good[: kind.min_points - 1], ((math.nan, 1.0), *good[1:]), ((-5.0, -5.0),) * len(good)):
        sentence = kind.check(bad, WIDTH, HEIGHT)
        assert sentence
        assert sentence.endswith(".")


# --- statistics and charts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES, ids=by_name)
def test_a_table_declares_its_columns(table: Any) -> None:
    assert table.columns
    for name, column in table.columns.items():
        assert name.isidentifier()
        assert column.dtype in DTYPES
        assert column.what.endswith("."), f"{table.__name__}.{name} is not described by a sentence"
        assert name in table.__doc__


@pytest.mark.parametrize("function", [*TABLES, *CHARTS], ids=by_name)
def test_the_first_parameter_is_the_scope(function: Callable[..., Any]) -> None:
    first = next(iter(inspect.signature(function).parameters.values()))
    assert first.name == "scope"
    assert first.default is inspect.Parameter.empty


@pytest.mark.parametrize("table", TABLES, ids=by_name)
def test_a_table_takes_the_filters_that_all_take_and_says_which(table: Any) -> None:
    taken = tuple(inspect.signature(table).parameters)[1:]
    assert table.takes == taken
    assert {"step", "member", "start", "end", "tz"} <= set(taken) <= {*FILTERS}


@pytest.mark.parametrize("chart", CHARTS, ids=by_name)
def test_a_chart_has_a_table_and_draws_it_when_it_is_empty(chart: Any) -> None:
    table = chart.table
    assert table in TABLES
    assert inspect.signature(chart).parameters == inspect.signature(table).parameters
    empty = pd.DataFrame({name: pd.Series(dtype=c.dtype) for name, c in table.columns.items()})
    figure = chart.draw(empty, charts.Look())
    said = [a.text for a in figure.layout.annotations if a.text]
    assert said or figure.data, "an empty chart says that there is nothing yet"


@pytest.mark.parametrize("chart", CHARTS, ids=by_name)
def test_a_chart_has_a_title_with_its_unit_and_its_place_on_the_dashboard(chart: Any) -> None:
    assert re.fullmatch(r"[A-Z].*\(.+\)", per(chart.title, "day"))
    assert chart.on is None or chart.on.tab in stats.TABS


def test_no_two_things_have_one_place_on_the_dashboard() -> None:
    places = [one.on[:2] for one in [*TABLES, *CHARTS] if one.on]
    assert len(set(places)) == len(places)
