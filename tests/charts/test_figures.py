"""Every figure shows exactly its table, in colors that mean the same everywhere, and says so when there is nothing."""

import itertools
import json
import re
from collections import Counter
from typing import Any, get_args

import numpy as np
import pandas as pd
import planted
import pytest

from nbannotate import charts, stats, texts
from nbannotate.charts import task_times, throughput, time_per_task
from nbannotate.charts.look import GRAY, KINDS, STATE_COLORS, Look, assign_colors, duration, per
from nbannotate.model.campaign import StepKind

WORLD = planted.simulate(assets=30, days=6)
EMPTY = planted.empty()
CHARTS = [getattr(charts, name) for name in charts.names()]


def by_name(chart: Any) -> str:
    return str(chart.__name__)


@pytest.mark.parametrize("chart", CHARTS, ids=by_name)
def test_a_workspace_without_work_gets_a_sentence_and_no_axes(chart: Any) -> None:
    figure = chart(EMPTY)
    assert len(figure.data) == 0
    assert len(figure.layout.annotations) == 1
    assert figure.layout.xaxis.visible is False


@pytest.mark.parametrize("chart", CHARTS, ids=by_name)
@pytest.mark.parametrize("scope", [WORLD, WORLD.campaign(1)], ids=["workspace", "campaign"])
def test_a_chart_takes_the_filters_of_its_table_and_becomes_json(chart: Any, scope: Any) -> None:
    figure = chart(scope, member=["ana", "chloe"], step="draw", start="2026-07-01", end="2026-07-30")
    assert json.loads(figure.to_json())["layout"]["template"]
    assert figure.layout.title.text == per(chart.title, "day")


def test_the_bars_of_progress_are_the_table() -> None:
    table, figure = stats.progress(WORLD), charts.progress(WORLD)
    for trace in figure.data:
        assert list(trace.x) == list(table[trace.name])
        assert trace.marker.color == STATE_COLORS[trace.name]


def test_the_bars_of_tasks_are_the_table() -> None:
    table, figure = stats.tasks(WORLD), charts.tasks(WORLD)
    for trace in figure.data:
        state = trace.name.replace(" ", "_")
        assert list(trace.x) == list(table.loc[table["state"] == state, "tasks"])
        assert trace.marker.color == STATE_COLORS[state]
    assert sum(sum(trace.x) for trace in figure.data) == table["tasks"].sum() == 60


@pytest.mark.parametrize("by", ["hour", "day", "week", "month"])
def test_the_bars_of_throughput_are_the_table(by: str) -> None:
    table, figure = stats.throughput(WORLD, by=by), charts.throughput(WORLD, by=by)
    drawn: Counter[Any] = Counter()
    for trace in figure.data:
        member = trace.name.removesuffix(" (review)")
        kind = "review" if trace.name.endswith("(review)") else "annotation"
        for period, tasks in zip(trace.x, trace.y, strict=True):
            drawn[np.datetime64(period, "us"), member, kind] = int(tasks)
    rows = zip(table["period"].to_numpy("datetime64[us]"), table["member"], table["kind"], table["tasks"], strict=True)
    assert drawn == {(p, m, k): n for p, m, k, n in rows}


def test_the_bars_of_time_per_task_are_the_table() -> None:
    table, figure = stats.time_per_task(WORLD), charts.time_per_task(WORLD)
    assert list(figure.data[0].x) == list(table["mean_s"])
    assert list(figure.data[1].x) == list(table["median_s"])


def test_the_bars_and_the_line_of_issues_are_the_table() -> None:
    table, figure = stats.issues(WORLD, end="2026-07-11"), charts.issues(WORLD, end="2026-07-11")
    assert [list(trace.y) for trace in figure.data] == [list(table[c]) for c in ("opened", "closed", "open")]


def test_the_bars_of_members_are_the_table() -> None:
    table, figure = stats.members(WORLD), charts.members(WORLD)
    for trace in figure.data:
        assert list(trace.x) == list(table[trace.name.replace(" ", "_")])


def test_the_boxes_of_task_times_are_the_table() -> None:
    table, figure = stats.time_per_task(WORLD), charts.task_times(WORLD)
    for column, value in (("q1_s", "q1"), ("median_s", "median"), ("p95_s", "upperfence")):
        assert sorted(y for trace in figure.data for y in trace[value]) == sorted(table[column])


def test_a_member_keeps_the_color_whatever_the_filters() -> None:
    colors = Look.of(WORLD).members
    assert len(set(colors.values())) == len(colors)
    for members in (None, ["ben"], ["eve", "ben"]):
        for trace in charts.throughput(WORLD, member=members, step="draw").data:
            assert trace.marker.color == colors[trace.name]


@pytest.mark.parametrize("known", [0, 7, 44], ids=["no colors given", "some given", "all given"])
def test_no_two_of_forty_members_and_no_member_and_state_share_color_and_hatch(known: int) -> None:
    logins = [f"member{i:02d}" for i in range(44)]
    colors = Look(members=assign_colors(logins[:known]))
    frame = pd.DataFrame(
        [
            (m, kind, np.datetime64("2026-07-01"), 3, 60.0, f"{kind} step", 1, "July")
            for m in reversed(logins)
            for kind in ("annotation", "review")
        ],
        columns=["member", "kind", "period", "tasks", "worked_s", "step_name", "campaign_id", "campaign"],
    ).assign(mean_s=20.0, median_s=20.0, min_s=10.0, max_s=30.0, total_s=60.0, p5_s=1.0, q1_s=2.0, q3_s=3.0, p95_s=4.0)
    stacked = [(t.marker.color, t.marker.pattern.shape or "") for t in throughput.draw(frame, colors).data]
    boxes = [trace.marker.color for trace in task_times.draw(frame, colors).data]
    bars = dict(zip(frame["member"], time_per_task.draw(frame, colors).data[0].marker.color, strict=True))
    assert len(stacked) == len(set(stacked)) == 2 * len(logins)
    assert len(boxes) == len(set(boxes)) == len(logins) == len(set(bars.values()))
    assert {color for color, _ in stacked} == set(boxes) == set(bars.values())
    assert not {*boxes} & {*STATE_COLORS.values(), GRAY}


def test_a_hundred_members_have_colors_that_are_not_nearly_the_same() -> None:
    of_members = list(assign_colors(map(str, range(100))).values())
    flat = [np.array(list(bytes.fromhex(c[1:]))) for c in {*of_members, *STATE_COLORS.values()}]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(flat, 2)) > 25


def test_names_that_look_like_html_are_shown_as_they_are() -> None:
    rows = planted.simulate(assets=5, campaigns=1).rows
    for view in ("tasks", "issues", "campaigns"):
        for row in rows[view]:
            row["campaign" if view != "campaigns" else "name"] = "<b>A</b> & <a href='x'>B</a>"
    assert charts.progress(planted.Planted(rows)).data[0].y[0].startswith("&lt;b&gt;A&lt;/b")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (float("nan"), "–"),
        (0, "0.0 s"),
        (9.96, "10 s"),
        (59.6, "1 min 00 s"),
        (185, "3 min 05 s"),
        (7800, "2 h 10 min"),
    ],
)
def test_times_are_written_for_people(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_twenty_members_over_ninety_days_are_few_colors_and_nothing_is_left_out() -> None:
    days = pd.date_range("2026-01-01", periods=90, unit="us")
    frame = pd.DataFrame(
        [(day, f"member{m:02d}", "annotation", m + 1, 0, 60.0) for day in days for m in range(20)],
        columns=list(stats.throughput.columns),
    )
    figure = charts.annotation_tasks.draw(frame, Look())
    assert [trace.name for trace in figure.data] == [*(f"member{m:02d}" for m in range(12, 20)), "12 others"]
    assert sum(sum(trace.y) for trace in figure.data) == frame["tasks"].sum()
    assert figure.data[-1].customdata[0][2] == [f"member{m:02d}" for m in range(12)]


def test_a_label_keeps_the_color_whatever_the_filters() -> None:
    look = Look(labels={"cell": "#112233", "debris": "#aa5500"})
    frame = pd.DataFrame({"label": ["debris", "cell", "new"], "kind": "mask", "shapes": [3, 2, 1], "assets": 1,
                          "mean_area": 4.0})  # fmt: skip
    drawn = dict(zip(frame["label"], charts.shapes.draw(frame, look).data[0].marker.color, strict=True))
    assert drawn["cell"] == "#112233"
    assert drawn["debris"] == "#aa5500"
    assert drawn["new"] not in look.labels.values()
    alone = charts.shapes.draw(frame[frame["label"] == "cell"], look)
    assert list(alone.data[0].marker.color) == ["#112233"]


def test_every_kind_of_step_has_a_color() -> None:
    assert set(KINDS) == set(get_args(StepKind))


def words(figure: Any) -> set[str]:
    """Return what a figure says besides data: titles of axes, names of traces, sentences in place of axes."""
    drawn = json.loads(figure.to_json())
    axes = [value for name, value in drawn["layout"].items() if name[1:5] == "axis"]
    found = {axis.get("title", {}).get("text") for axis in axes} | {trace.get("name") for trace in drawn["data"]}
    found |= {trace.get("colorbar", {}).get("title", {}).get("text") for trace in drawn["data"]}
    if not drawn["data"] or "hours worked" in str(drawn["layout"].get("annotations")):
        found |= {note["text"] for note in drawn["layout"]["annotations"]}
    return {word for word in found if word and len(word) > 2}


@pytest.fixture(scope="module")
def all_words() -> set[str]:
    """What all charts say of a workspace, and of an empty one, by every period."""
    periods = {True: ("hour", "day", "week", "month"), False: (None,)}
    asked = [(chart, by) for chart in CHARTS for by in periods["by" in chart.table.takes]]
    drawn = [chart(world, **({"by": by} if by else {})) for chart, by in asked for world in (WORLD, EMPTY)]
    return set().union(*map(words, drawn))


@pytest.mark.parametrize("language", [tag for tag in texts.languages() if tag != texts.ENGLISH])
def test_what_a_chart_says_is_said_in_every_language(language: str, all_words: set[str]) -> None:
    known = texts.texts_of(language)
    data = {"ana", "ben", "chloe", "eve", *stats.shapes(WORLD)["label"]}
    its = all_words - {f"{name} (review)" for name in data} - data
    both = {**known.table["texts"], **known.table["sentences"]}
    assert {word for word in its if word not in both and known.said(word) == word} == set()


@pytest.mark.parametrize("language", [tag for tag in texts.languages() if tag != texts.ENGLISH])
def test_what_is_said_of_a_bar_is_said_in_every_language(language: str) -> None:
    """The lines as the browser takes them apart (``spokenLine``), with the words of what is built when it is drawn."""
    known = texts.texts_of(language)
    hovers = {str(t.hovertemplate) for chart in CHARTS for t in chart(WORLD).data if getattr(t, "hovertemplate", None)}
    lines = {line.removeprefix("%{fullData.name}: ") for hover in hovers for line in re.split("<br>|<extra>.*", hover)}
    assert len(lines) > 30
    left = set()
    for line in lines:
        name = iter("abcdefghij")
        key = re.sub(r"%\{[^}]*\}", lambda _, name=name: f"{{{next(name)}}}", line)
        if re.search("[A-Za-z]{3,}", re.sub(r"\{\w\}", "", key)) and not known.table["texts"].get(key):
            left.add(key)
    assert {key for key in left if known.said(key) == key} == set()


def test_the_marks_of_a_histogram_of_one_bin_lie_on_its_axis() -> None:
    frame = pd.DataFrame(
        {"measure": ["share"], "label": ["cell"], "bin": [-5], "low": [2.0**-5], "high": [2.0**-4], "shapes": [10]}
    )
    axis = charts.shape_shares.draw(frame, Look()).layout.xaxis
    assert axis.range[0] < min(axis.tickvals) <= max(axis.tickvals) < axis.range[1]


@pytest.mark.parametrize("chart", CHARTS, ids=by_name)
def test_what_is_empty_takes_less_room(chart: Any) -> None:
    assert charts.look.nothing("x").layout.height < 150 < chart(WORLD).layout.height or not chart(WORLD).data


def test_few_things_are_counted_in_whole_numbers_and_many_as_plotly_does() -> None:
    few, many = ({"state": [*"ab"], "issues": [n, 1]} for n in (3, 40))
    look = Look()
    rows = [pd.DataFrame(v).assign(state=["open", "resolved"]) for v in (few, many)]
    assert [charts.issue_states.draw(frame, look).layout.xaxis.dtick for frame in rows] == [1, None]
    stacked = stats.tasks(WORLD).assign(tasks=2)  # five states of two tasks are ten
    assert charts.tasks.draw(stacked, look).layout.xaxis.dtick is None
    assert charts.tasks.draw(stacked.assign(tasks=1), look).layout.xaxis.dtick == 1


@pytest.mark.parametrize(("tasks", "said"), [(1, "1 tâche<br>ouverte"), (6, "6 tâches<br>ouvertes")])
def test_a_ring_says_in_french_how_many_tasks_are_open(tasks: int, said: str) -> None:
    frame = pd.DataFrame(
        [{"campaign_id": 1, "campaign": "July", "step": 0, "step_name": "draw", "kind": "annotation",
          "state": "in_progress", "tasks": tasks}]
    )  # fmt: skip
    figure = charts.active_tasks.draw(frame, Look())
    assert texts.texts_of("fr").said(figure.layout.annotations[0].text) == said
