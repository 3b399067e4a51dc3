"""The stories of five other systems, executed on the real data sets, and two of them also on what packages ship."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
from nbclient import NotebookClient

from nbannotate.demo import end_owner
from nbannotate.demo.stories import VARIABLE

STORIES = Path(__file__).parents[2] / "notebooks" / "stories"
WIDGET = "application/vnd.jupyter.widget-view+json"

#: Executed behind a story's last cell: its tables, as text.
TELL = """
import json as _json
_tables = [{names}]
_how = {{"orient": "records", "date_format": "iso", "date_unit": "us"}}
print(_json.dumps([_json.loads(t.reset_index().to_json(**_how)) for t in _tables]))
"""


class Told(NamedTuple):
    """A story that was executed: its notebook, and the tables that were asked for, each a list of rows."""

    notebook: Any
    tables: list[list[dict[str, Any]]]


@pytest.fixture
def tell(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Told]]:
    """Execute a story from the first cell to the last, in a temporary folder of its own."""
    tmp_path = tmp_path_factory.mktemp("story")  # a short name: the owner's socket lies in it
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("NBANNOTATE_OWNER_IDLE", "60")

    def run(story: str, *tables: str, data: Path | None) -> Told:
        monkeypatch.setenv(VARIABLE, str(data or ""))
        notebook = nbformat.read(STORIES / f"{story}.ipynb", as_version=4)
        notebook.cells.append(nbformat.v4.new_code_cell(TELL.format(names=", ".join(tables))))
        NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(tmp_path)}}).execute()
        return Told(notebook, json.loads(notebook.cells[-1].outputs[-1].text))

    try:
        yield run
    finally:
        for database in tmp_path.glob("*/*.duckdb"):
            end_owner(database)


@pytest.fixture(params=["data sets", "packages"])
def either(request: pytest.FixtureRequest) -> Path | None:
    """The folder of the real data sets; then none, so that the images are those that packages ship."""
    return request.getfixturevalue("shared_data") if request.param == "data sets" else None


@pytest.fixture
def best(request: pytest.FixtureRequest) -> Path | None:
    """The folder of the real data sets where it is there, or else none."""
    try:
        return request.getfixturevalue("shared_data")
    except pytest.skip.Exception:
        return None


def by(rows: list[dict[str, Any]], *columns: str) -> dict[Any, dict[str, Any]]:
    """Return rows by the values of some columns."""
    return {tuple(row[c] for c in columns) if len(columns) > 1 else row[columns[0]]: row for row in rows}


@pytest.mark.slow
def test_two_labelers_share_submit_and_get_back_just_what_was_rejected(tell: Any, either: Path | None) -> None:
    told = tell(
        "supervisely", "table", "pd.DataFrame({'what': refused})", "members", "job_statistics", "by_label", "by_image",
        "c.tasks.df(history=True)[['asset', 'step', 'assignee', 'outcome']]",
        "pd.DataFrame([(a, s.label) for a in data.answers for s in answer(a)], columns=['asset', 'label'])",
        data=either,
    )  # fmt: skip
    jobs = by(told.tables[0], "moment", "member")
    for login in ("ana", "ben"):
        states = [jobs[m, login]["state"] for m in ("1 launched", "2 submitted", "3 reviewed", "4 restarted")]
        assert states == ["pending", "on_review", "completed_with_issues", "in_progress"]
        assert [jobs[m, login]["total"] for m in ("1 launched", "5 completed")] == [6, 6]
        assert jobs["3 reviewed", login]["rejected"] == jobs["4 restarted", login]["returned"] == 2
        assert jobs["4 restarted", login]["remaining"] == 2
        assert jobs["5 completed", login]["objects"] == jobs["2 submitted", login]["objects"] > 0
    ended = [row for row in told.tables[0] if row["moment"] == "5 completed"]
    assert {row["member"]: row["state"] for row in ended} == dict.fromkeys(["ana", "ben", "chloe"], "completed")
    assert [row["what"] for row in told.tables[1]] == [
        "another class", "too many figures", "too many tags", "nothing at all",
    ]  # fmt: skip
    the_statistics_are_those_of_supervisely(*told.tables[2:])


def the_statistics_are_those_of_supervisely(
    members: Any, jobs: Any, labels: Any, images: Any, visits: Any, drawn: Any
) -> None:
    """Member and job statistics, counted again from the visits and from what is on the images."""
    theirs = {who: {v["asset"] for v in visits if v["assignee"] == who} for who in ("ana", "ben", "chloe")}
    objects = {who: Counter(d["label"] for d in drawn if d["asset"] in theirs[who]) for who in ("ana", "ben")}
    # Ana takes 60 s for each of six images, Ben 40, and both 20 for a correction; four of twelve reviews reject.
    both = {
        "jobs": 1, "completed": 1, "labelled": 6, "reviewing_s": 0, "reviewed": 0,
        "judged": 8, "accepted": 6, "acceptance": 0.75,
    }  # fmt: skip
    assert [{k: v for k, v in row.items() if k != "index"} for row in members] == [
        {"member": "ana", "labelling_s": 6 * 60 + 2 * 20, "objects": objects["ana"].total(), **both},
        {"member": "ben", "labelling_s": 6 * 40 + 2 * 20, "objects": objects["ben"].total(), **both},
        {"member": "chloe", "labelling_s": 0, "reviewing_s": 8 * 10 + 4 * 15 + 4 * 10, "jobs": 1, "completed": 1,
         "labelled": 0, "objects": 0, "reviewed": 12, "judged": 0, "accepted": 0, "acceptance": None},
    ]  # fmt: skip
    of = by(jobs, "member")
    for who in ("ana", "ben", "chloe"):
        assert (of[who]["labelled"], of[who]["remaining"]) == (len(theirs[who]), 0)
        first, last = (dt.datetime.fromisoformat(of[who][end]) for end in ("first", "last"))
        assert 0 < of[who]["duration_s"] == pytest.approx((last - first).total_seconds(), abs=1e-5)
    assert [of[who]["worked_s"] for who in ("ana", "ben", "chloe")] == [400, 280, 180]
    counted = {(row["member"], row["label"]): (row["objects"], row["assets"]) for row in labels}
    assert counted == {
        (who, label): (n, len({d["asset"] for d in drawn if d["asset"] in theirs[who] and d["label"] == label}))
        for who in objects for label, n in objects[who].items()
    }  # fmt: skip
    rounds = Counter((v["assignee"], v["step"], v["asset"]) for v in visits)
    assert {(row["member"], row["step"], row["asset"]): row["rounds"] for row in images} == rounds
    said = Counter(d["asset"] for d in drawn)
    of_image = {row["asset"]: row["objects"] for row in images if row["step"] == 0}
    assert of_image == {asset: said[asset] for asset in theirs["ana"] | theirs["ben"]}


@pytest.mark.slow
def test_micro_tasks_are_chained_flagged_shapes_reopened_and_hard_images_go_to_an_expert(
    tell: Any, best: Path | None
) -> None:
    cycle, assets, shapes = tell(
        "dataloop", "cycle", "table", "v1.shapes.df().groupby('label').size().to_frame('n')", data=best
    ).tables
    assert [row["status"] for row in cycle] == ["completed", None, "completed", None, "completed", "approved"]
    assert len(shapes) == 1  # the first version has one label: the other one was drawn in the second
    assert len(assets) == 8
    assert {row["one label"] for row in assets} == {"completed"}
    for_expert = [row for row in assets if row["other label"] == "for expert review"]
    assert sorted(row["expert"] for row in for_expert) == ["discarded", "needs a second sample"]
    assert {row["other label"] for row in assets if row["expert"] is None} == {"approved"}


@pytest.mark.slow
def test_three_steps_with_strategies_weights_rework_skip_and_notices(tell: Any, best: Path | None) -> None:
    steps, strategies, jobs, notices, *analytics = tell(
        "picsellia", "table", "strategies", "c.jobs.df()", "ws.sql('select member, kind, text from notices')",
        "throughput.to_frame()", "durations", "over_time", "quality", "per_image", "rates",
        "pd.DataFrame([(a, s.label, s.kind) for a in visits.query(\"outcome == 'submitted'\")['asset'].unique()"
        " for s in data.answers[a].shapes], columns=['asset', 'label', 'kind'])", data=best,
    ).tables  # fmt: skip
    ways = by(strategies, "index")
    assert {way: ways["annotate"][way] for way in ("prefill", "restart", "review", "done")} == {
        "prefill": 12, "restart": 12, "review": 6, "done": 6,
    }  # fmt: skip
    assert (ways["check"]["review"], ways["done at once"]["done"]) == (6, 6)

    ended = by(steps, "step_name")
    assert ended["check"]["skipped"] == 1
    assert ended["final check"]["approved"] == 11
    assert (ended["check"]["returned"], ended["final check"]["returned"]) == (2 + 1, 1)
    # Ana and Ben drew 6; what a model drew is drawn on by whom it was returned to.
    assert ended["annotate"]["completed"] == 6 + 4
    totals = by(jobs, "step_name", "member")
    assert totals["annotate", "ana"]["total"] >= 4
    assert totals["annotate", "ben"]["total"] >= 2

    told = {(row["member"], row["kind"]) for row in notices}
    assert {("ana", "assigned"), ("ana", "due_near"), ("ana", "returned"), ("chloe", "issue_answered")} <= told
    the_analytics_are_those_of_picsellia(*analytics)


def the_analytics_are_those_of_picsellia(
    throughput: Any, durations: Any, over_time: Any, quality: Any, per_image: Any, rates: Any, drawn: Any
) -> None:
    """Throughput, efficiency and quality as the story went: what was sent back how often, and what is on the images."""
    back = {"check": 3, "final check": 1}
    accepted = {"check": 12, "final check": 11}  # eleven images pass both; one of them passes the check twice
    figures = {row["index"]: row["figure"] for row in throughput}
    assert figures == {
        "tasks submitted": 11 * 3 + 1, "of those to submit": 11 * 3 + 1, "active tasks": 0,  # one ended at its check
        "annotation tasks submitted": 6 + 4, "review tasks submitted": sum(accepted.values()) + sum(back.values()),
        "issues on an image": 1 + 1, "issues on a zone": 2, "reopened issues": 1,
    }  # fmt: skip
    of = by(durations, "step_name")
    seconds = {"annotate": [60] * 6 + [30] * 3 + [15], "check": [20] * 15 + [15], "final check": [15] * 12}
    for step, its in seconds.items():
        row = of[step]
        assert [row[c] for c in ("tasks", "total_s", "min_s", "max_s")] == [len(its), sum(its), min(its), max(its)]
        assert row["mean_s"] == pytest.approx(sum(its) / len(its))
    # The day may end while the story is told. What was skipped keeps its issue.
    assert [sum(row[c] for row in over_time) for c in ("opened", "reopened", "closed")] == [4, 1, 3]
    assert over_time[-1]["open"] == 1
    shapes = Counter((d["label"], d["kind"]) for d in drawn)
    assert {(row["label"], row["kind"]): row["shapes"] for row in quality} == shapes
    assert {row["shapes"]: row["assets"] for row in per_image} == Counter(Counter(d["asset"] for d in drawn).values())
    total = {c: sum(row[c] for row in rates) for c in ("annotated", "reviewed", "accepted", "reworked")}
    assert total == {"annotated": 10, "reviewed": 27, "accepted": 23, "reworked": 4}


@pytest.mark.slow
def test_a_published_version_gets_children_and_a_seed_chooses_the_same_again(tell: Any, best: Path | None) -> None:
    told = tell("clearml", "table", "orders", "choices", "checked", data=best)
    lineage, orders, choices, checked = told.tables
    versions = by(lineage, "version")
    assert (versions["v1"]["state"], versions["v1"]["parent"]) == ("published", None)
    assert {versions[name]["parent"] for name in ("July", "July again", "Another seed")} == {"v1"}
    assert (versions["July"]["state"], versions["August"]["parent"]) == ("published", "July")
    assert (versions["July"]["campaign"], versions["August"]["takes"]) == ("completed", 6)

    july, again, other = ([row[name] for row in orders] for name in ("July", "July again", "Another seed"))
    assert july == again
    assert july != other
    assert july != sorted(july)
    assert len(set(july)) == 6

    chosen = by(choices, "choice")
    assert chosen["all frames"]["frames"] == 12
    assert (chosen["one recording"]["frames"], chosen["the first six"]["frames"]) == (4, 6)
    assert chosen["the same as text"]["filter"] == choices[2]["filter"]
    assert chosen["the same as text"]["frames"] == choices[2]["frames"] > 0
    assert {row["version"]: row["checked"] for row in checked} == {
        "v1": 0, "July": 6, "July again": 0, "Another seed": 0,
    }  # fmt: skip
    (page,) = [c for c in told.notebook.cells if c.cell_type == "code" and c.source.startswith("nb.Annotator(")]
    assert any(WIDGET in output.get("data", {}) for output in page.outputs)


@pytest.mark.slow
def test_series_go_whole_to_readers_and_what_is_submitted_is_locked_until_returned(
    tell: Any, either: Path | None
) -> None:
    pytest.importorskip("pydicom")
    jobs, readings, dealt, locked, labels, readers = tell(
        "medical", "table", "readings", "dealt.to_frame('slices')", "pd.DataFrame({'said': [locked]})", "labels",
        "readers.to_frame('n')", data=either,
    ).tables  # fmt: skip
    slices = 6 if either else 4
    assert [(row["assignee"], row["slices"]) for row in dealt] == [("ana", slices), ("ben", slices)]
    assert len({row["sequence"] for row in dealt}) == 2

    for series in {row["sequence"] for row in readings}:
        rows = [row for row in readings if row["sequence"] == series]
        assert [row["moment"] for row in rows] == sorted(row["moment"] for row in rows)
        assert [row["nothing_to_label"] for row in rows] == [True] + [False] * (slices - 1)
        assert [row["shapes"] for row in rows] == [0] + [1] * (slices - 1)
    assert [row["slice"] for row in readings] != sorted(row["slice"] for row in readings)

    assert "submitted already" in locked[0]["said"]
    my_job = by(jobs, "moment")
    assert [row["state"] for row in jobs] == ["pending", "in_progress", "on_review", "in_progress", "completed"]
    assert (my_job["4 returned"]["returned"], my_job["4 returned"]["issues"]) == (1, 1)
    assert (my_job["5 accepted"]["remaining"], my_job["5 accepted"]["issues"]) == (0, 0)

    said = [(row["version"], row["moment"], row["label"], row["shapes"]) for row in labels]
    apart = [("tissue", slices - 1), ("soft tissue", slices - 1)]
    assert said == [
        *(("v1", "combined", *label) for label in apart), ("one label", "combined", "any tissue", 2 * (slices - 1)),
        *(("one label", "taken back", *label) for label in apart),
    ]  # fmt: skip
    assert sum(row["n"] for row in readers) == 2 * slices
