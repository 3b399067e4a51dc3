"""The tutorials: kept without outputs, and executed from the first cell to the last."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from tests.formats import sets

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


@pytest.fixture(scope="module")
def first_campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    """The first tutorial, executed; the folder that it made, and the notebook with its outputs."""
    home = tmp_path_factory.mktemp("first_campaign")
    notebook = nbformat.read(ROOT / "notebooks" / "01_first_campaign.ipynb", as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(home))
        patch.setenv("NBANNOTATE_OWNER_IDLE", "60")
        try:
            NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(home)}}).execute()
            (folder,) = home.glob("first-campaign-*")
            yield folder, notebook
        finally:
            for database in home.glob("*/*.duckdb"):
                end_owner(database)


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
