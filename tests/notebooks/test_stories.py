"""The stories of five other systems, executed on the real data sets, and two of them also on what packages ship."""

from __future__ import annotations

import json
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
print(_json.dumps([_json.loads(t.reset_index().to_json(orient="records")) for t in _tables]))
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
    told = tell("supervisely", "table", "pd.DataFrame({'what': refused})", data=either)
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
    steps, strategies, jobs, notices = tell(
        "picsellia", "table", "strategies", "c.jobs.df()", "ws.sql('select member, kind, text from notices')",
        data=best,
    ).tables  # fmt: skip
    ways = by(strategies, "index")
    assert {way: ways["annotate"][way] for way in ("prefill", "restart", "review", "done")} == {
        "prefill": 12, "restart": 12, "review": 6, "done": 6,
    }  # fmt: skip
    assert (ways["check"]["review"], ways["done at once"]["done"]) == (6, 6)

    ended = by(steps, "step_name")
    assert ended["check"]["skipped"] == 1
    assert ended["final check"]["approved"] == 11
    assert (ended["check"]["returned"], ended["final check"]["returned"]) == (2, 1)
    # Ana and Ben drew 6; what a model drew is drawn on by whom it was returned to.
    assert ended["annotate"]["completed"] == 6 + 3
    totals = by(jobs, "step_name", "member")
    assert totals["annotate", "ana"]["total"] >= 4
    assert totals["annotate", "ben"]["total"] >= 2

    told = {(row["member"], row["kind"]) for row in notices}
    assert {("ana", "assigned"), ("ana", "due_near"), ("ana", "returned"), ("chloe", "issue_answered")} <= told


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
