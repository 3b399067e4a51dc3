"""The tutorials: kept without outputs, and executed from the first cell to the last."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from tests.formats import sets

import nbannotate as nb
from nbannotate.demo import end_owner

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(p for p in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.mark.parametrize("path", [*NOTEBOOKS, *sorted((ROOT / "dashboards").glob("*.ipynb"))], ids=lambda p: p.name)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None


def test_what_people_read_uses_nothing_below_the_public_interface() -> None:
    """Handles have a method for all; a request to the owner by its name is for the package itself."""
    read = [*NOTEBOOKS, ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "src/nbannotate/demo").glob("*.py")]
    assert [p.name for p in read if ".call(" in p.read_text("utf-8")] == []


@contextlib.contextmanager
def executed(name: str, home: Path, pattern: str) -> Iterator[tuple[Path, Any]]:
    """Execute a tutorial; give the folder that it made, and the notebook with its outputs."""
    notebook = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(home))
        patch.setenv("NBANNOTATE_OWNER_IDLE", "60")
        try:
            NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(home)}}).execute()
            (folder,) = home.glob(pattern)
            yield folder, notebook
        finally:
            for database in home.glob("*/*.duckdb"):
                end_owner(database)


@pytest.fixture(scope="module")
def first_campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    """The first tutorial, executed."""
    home = tmp_path_factory.mktemp("first_campaign")
    with executed("01_first_campaign.ipynb", home, "first-campaign-*") as found:
        yield found


@pytest.fixture(scope="module")
def versions_and_formats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    """The second tutorial, executed."""
    home = tmp_path_factory.mktemp("versions_and_formats")
    with executed("02_versions_and_formats.ipynb", home, "versions-*") as found:
        yield found


@pytest.fixture(scope="module")
def statistics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    """The third tutorial, executed."""
    home = tmp_path_factory.mktemp("statistics")
    with executed("03_statistics_and_agreement.ipynb", home, "statistics-*") as found:
        yield found


def result(notebook: Any, starts: str) -> dict[str, Any]:
    """What the cell whose source begins so displays, by MIME type."""
    (cell,) = [c for c in notebook.cells if c.cell_type == "code" and c.source.startswith(starts)]
    (found,) = [o for o in cell.outputs if o.output_type in ("execute_result", "display_data")]
    return dict(found.data)


def test_the_first_campaign_shows_the_annotate_page_as_a_widget(first_campaign: Any) -> None:
    _, notebook = first_campaign
    assert WIDGET in result(notebook, "nb.Annotator(c)")


def test_the_first_campaign_shows_tasks_issues_and_numbers(first_campaign: Any) -> None:
    _, notebook = first_campaign
    assert "7 remaining" in result(notebook, "c.progress")["text/plain"]
    assert "coin_8.png" in result(notebook, "c.tasks.df()")["text/html"]
    assert "open" in result(notebook, "c.issues.df(")["text/plain"]
    assert "ana" in result(notebook, "nb.stats.throughput")["text/plain"]
    assert any("plotly" in kind for kind in result(notebook, "nb.charts.throughput"))
    assert "coin" in result(notebook, "ws.sql")["text/plain"]


def test_the_first_campaign_exports_what_other_programs_read(first_campaign: Any) -> None:
    folder, _ = first_campaign
    exported = json.loads((folder / "coins.json").read_text())
    imported = json.loads((folder / "model_output.json").read_text())
    assert len(exported["images"]) == 8
    assert len(exported["annotations"]) == len(imported["annotations"])
    assert sets.read("coco", folder / "coins.json")[2].skipped == []


def test_versions_and_formats_shows_what_differs_and_what_would_be_lost(versions_and_formats: Any) -> None:
    _, notebook = versions_and_formats
    assert "33 shapes on 8 assets" in result(notebook, "import nbannotate as nb")["text/plain"]
    assert "is as it was published" in result(notebook, "v1.publish()")["text/plain"]
    assert "2 changes" in result(notebook, "changed = nb.diff")["text/plain"]
    assert any("plotly" in kind for kind in result(notebook, "changed.figure()"))
    assert "2 conflicts" in result(notebook, "theirs = ")["text/plain"]
    assert "no such geometry; 'yolo-segment' has" in result(notebook, 'version.write("yolo", folder')["text/plain"]
    assert result(notebook, 'v1.write("coco"')["text/plain"] == "True"
    assert result(notebook, 'version.write("parquet"')["text/plain"] == "0"


def test_versions_and_formats_writes_what_other_programs_read(versions_and_formats: Any) -> None:
    folder, _ = versions_and_formats
    labels = sorted(p.parent.name for p in (folder / "yolo" / "labels").rglob("*.txt"))
    images = sorted(p.parent.name for p in (folder / "yolo" / "images").rglob("*.png"))
    assert labels == images == ["test"] * 2 + ["train"] * 4 + ["val"] * 2
    written, read = (json.loads((folder / name).read_text()) for name in ("again.json", "coins/annotations.json"))
    for what in ("images", "annotations", "categories"):
        assert [v["id"] for v in written[what]] == [v["id"] for v in read[what]]


def test_statistics_shows_every_chart_the_dashboard_and_a_viewer(statistics: Any) -> None:
    _, notebook = statistics
    charts = [c for c in notebook.cells if c.cell_type == "code" and c.source.startswith("nb.charts.")]
    assert len(charts) >= 6
    for cell in charts:
        (shown,) = cell.outputs
        traces = next(data for kind, data in shown.data.items() if "plotly" in kind)["data"]
        assert traces, cell.source
    assert WIDGET in result(notebook, "dashboard = ")
    assert WIDGET in result(notebook, "nb.Viewer(version, guesses")
    assert "0 of 20" not in result(notebook, "def nearest")["text/plain"]


def test_statistics_says_of_people_and_model_what_the_text_says(statistics: Any) -> None:
    folder, _ = statistics
    ws = nb.open(folder / "sky.duckdb")
    try:
        campaign = ws.campaigns["July"]
        pairs = nb.stats.agreement(campaign, step="draw").set_index(["a", "b"])
        assert list(pairs.index) == [("ana", "ben"), ("ana", "carl"), ("ben", "carl")]
        assert pairs["f1"].idxmax() == ("ana", "carl")  # Ben is the one who misses
        assert pairs["kappa"].idxmax() == ("ana", "ben")  # Carl is the one who calls things otherwise
        assert pairs["kappa"].max() - 0.2 > pairs["kappa"].nlargest(2).iloc[1]
        assert nb.stats.reliability(campaign, step="draw")["alpha"].iloc[0] < 0.67
        accepted = nb.stats.member_work(campaign).set_index("member")["acceptance"]
        assert accepted["carl"] < accepted[["ana", "ben"]].min()
        times = nb.stats.time_per_task(campaign, step="draw").set_index("member")["mean_s"]
        assert times["ben"] == pytest.approx(times["ana"] / 2, rel=0.2)
        model = nb.stats.evaluation(campaign, source="model").query("size == 'all'")
        assert (model["ap75"] < model["ap50"] / 2).all()
        assert ws.campaigns["Second look"].plan().chosen == 3
    finally:
        ws.close()


def test_statistics_has_gold_and_a_forecast_that_say_what_the_text_says(statistics: Any) -> None:
    folder, notebook = statistics
    ws = nb.open(folder / "sky.duckdb")
    try:
        found = ws.campaigns["August"].gold().set_index("member")
        assert found["score"].idxmax() == "ana"
        assert found["state"].to_dict() == {"ana": "ok", "ben": "below", "carl": "below"}
        assert (found["answers"] >= 4).all()
        assert set(nb.stats.progress(ws.campaigns["August"])["total"]) == {15}
        told = ws.campaigns["July"].forecast()
        assert told.end is not None
        left = nb.stats.forecast.events(ws.campaigns["July"])
        assert set(left["assignee"]) == {"carl"}
    finally:
        ws.close()
    assert "15 of 15 done" in result(notebook, "august.progress")["text/plain"]


def test_statistics_writes_a_report_that_asks_no_server(statistics: Any) -> None:
    folder, _ = statistics
    report = (folder / "july.html").read_text("utf-8")
    assert "July" in report
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']?(?:https?:)?//", report)
