"""Every table says what a recount of the planted rows in plain Python says, for all scopes, filters and zones."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from checking import OF_SHAPES, OF_THE_FUTURE, TABLES, check
from grown import BEGIN, END, LABELS, PEOPLE, STEPS, Grown, grow
from hypothesis import given, settings
from hypothesis import strategies as st

from nbannotate import charts
from nbannotate.store import revision_counts

#: One process makes the workspaces.
pytestmark = pytest.mark.xdist_group("statistics")

ZONES = [None, "Europe/Berlin", "America/St_Johns"]
PERIODS = ["hour", "day", "week", "month"]
SCOPES = ["workspace", "dataset", "v1", "v2", "One", "Two"]
#: Edges that matter: midnights, and the hours in which clocks are put back.
MOMENTS = [
    BEGIN, dt.datetime(2025, 10, 25, 22), dt.datetime(2025, 10, 26, 0, 30), dt.datetime(2025, 10, 26, 1),
    dt.datetime(2025, 10, 28, 3, 15), dt.datetime(2025, 11, 1, 2, 30), dt.datetime(2025, 11, 2, 4, 30), END,
]  # fmt: skip


@pytest.fixture(scope="module")
def large() -> Iterator[Grown]:
    world = grow(seed=7, assets=40, busy=0.95)
    yield world
    world.ws.close()


@pytest.fixture(scope="module")
def small() -> Iterator[list[Grown]]:
    worlds = [grow(seed, assets=5, busy=0.9) for seed in range(3)]
    yield worlds
    for world in worlds:
        world.ws.close()


@pytest.mark.parametrize("table", TABLES)
def test_a_large_workspace_is_counted_right(large: Grown, table: str) -> None:
    for scope in SCOPES:
        check(large, scope, table, {})
    for tz in ZONES[1:]:
        for by in PERIODS:
            check(large, "workspace", table, {"tz": tz, "by": by})
    check(large, "One", table, {"start": MOMENTS[2], "end": MOMENTS[5], "tz": "Europe/Berlin", "by": "hour"})
    check(large, "dataset", table, {"member": ["eve", "chloe"], "step": ["draw", "final"], "label": ["cell"]})


def test_what_is_kept_of_revisions_counts_as_they_do(large: Grown) -> None:
    engine = large.ws.client.dispatcher.engine
    assert not revision_counts.count(engine, least=1)
    with engine.read() as tx:
        assert tx.value("select count(*) from data.counted_revisions") == len(large.rows["annotations"])
        assert tx.value("select count(*) from data.review_edits")
    for table in ("shapes", "job_labels", "shapes_per_asset", "reviewer_edits"):
        for scope in SCOPES:
            check(large, scope, table, {})
    check(large, "workspace", "job_labels", {"label": ["cell"], "member": ["ana", "eve"]})


filters = st.fixed_dictionaries(
    {},
    optional={
        "tz": st.sampled_from(ZONES),
        "by": st.sampled_from(PERIODS),
        "member": st.lists(st.sampled_from(PEOPLE), unique=True),
        "step": st.lists(st.sampled_from([name for name, _ in STEPS]), unique=True),
        "label": st.lists(st.sampled_from(list(LABELS)), unique=True),
        "start": st.sampled_from(MOMENTS[:5]),
        "end": st.sampled_from(MOMENTS[5:]),
    },
)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2), st.sampled_from(SCOPES), st.sampled_from(TABLES), filters)
def test_any_filters_of_any_table_are_counted_right(
    small: list[Grown], seed: int, scope: str, table: str, given_: dict[str, Any]
) -> None:
    check(small[seed], scope, table, given_)


#: Charts whose bars are no counts of rows.
NOT_COUNTS = {"task_times", "time_per_task", "annotation_time", "review_time", "lead_times", "label_times", "hours",
              "member_work", "jobs", "rates", "reviewer_edits"}  # fmt: skip
#: Where else than in the height the number stands.
PLACES = {"asset_sizes": 2}
#: What is of gold, which these worlds have none of; test_simulated.py has some.
OF_GOLD = {"gold"}


def bars(trace: Any, name: str) -> list[tuple[list[Any], Any]]:
    """Return what a trace knows of each bar or point, and how many rows it counts; None where it counts none."""
    points = list(trace.customdata)
    if trace.type == "heatmap":
        points = [point for row in points for point in row]
    if name in NOT_COUNTS:
        return [(list(point), None) for point in points]
    if name in PLACES:
        return [(list(point), point[PLACES[name]]) for point in points]
    if trace.type == "heatmap":
        heights = np.nan_to_num(trace.z).ravel()
    else:
        heights = trace.values if trace.type == "pie" else trace.x if trace.orientation == "h" else trace.y
    return [(list(point), height) for point, height in zip(points, heights, strict=True)]


@pytest.mark.parametrize("name", [name for name in charts.names() if name not in OF_SHAPES | OF_THE_FUTURE | OF_GOLD])
def test_the_rows_behind_a_bar_are_those_that_it_counts(large: Grown, name: str) -> None:
    chart, scope = getattr(charts, name), large.scopes["One"]
    filters = {"tz": "America/St_Johns", "by": "week"}
    filters = {n: v for n, v in filters.items() if n in chart.table.takes}
    figure = chart(scope, **filters)
    assert figure.data, "there is something to see"
    seen = 0
    for trace in figure.data:
        known = [] if trace.customdata is None else bars(trace, name)
        for point, height in known[:: max(1, len(known) // 6)]:
            rows = chart.events(scope, point, **filters)
            assert height is None or len(rows) == height, point
            seen += len(rows)
    assert seen > 0
