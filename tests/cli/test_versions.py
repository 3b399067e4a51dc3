"""``nbannotate versions`` and ``nbannotate diff``: what there is, and what differs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.cli.conftest import mistake

import nbannotate as nb
from nbannotate.cli import main


def child_with_changes(path: Path) -> None:
    """Make a child of smears/v1 in which one image has a cell more."""
    ws = nb.open(path)
    v1 = ws.datasets["smears"].versions["v1"]
    v1.add_annotations({"a.png": [nb.Shape.box(1, 1, 20, 20, "cell", id="s1")]}, source="model")
    v2 = v1.create_child("v2")
    shapes = [nb.Shape.box(1, 1, 22, 20, "cell", id="s1"), nb.Shape.box(30, 5, 40, 15, "cell", id="s2")]
    v2.add_annotations({"a.png": shapes}, source="another model")
    ws.close()


def test_versions_stand_below_the_ones_that_they_came_from(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    child_with_changes(workspace)
    assert main(["versions", str(workspace)]) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[2:] == ["  smears   v1       draft  2", "  smears     v2     draft  2"]
    assert "no dataset 'smear'" in mistake(capsys, "versions", workspace, "--dataset", "smear")


def test_what_differs_is_counted_by_label_and_by_image(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    child_with_changes(workspace)
    assert main(["diff", str(workspace), "smears/v1", "smears/v2"]) == 0
    printed = capsys.readouterr().out
    assert "cell" in printed
    assert "a.png" in printed
    assert "b.png" not in printed
    assert main(["diff", str(workspace), "smears/v1", "smears/v1"]) == 0
    assert capsys.readouterr().out == "smears/v1 and smears/v1 are the same.\n"


def test_every_change_is_a_row_of_a_csv(workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    child_with_changes(workspace)
    to = tmp_path / "changes.csv"
    assert main(["diff", str(workspace), "smears/v1", "smears/v2", "--to", str(to)]) == 0
    rows = list(csv.DictReader(to.read_text().splitlines()))
    assert [(r["asset"], r["change"], r["shape_id"]) for r in rows] == [
        ("a.png", "moved", "s1"),
        ("a.png", "added", "s2"),
    ]


def test_a_version_is_named_with_its_dataset(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "DATASET/VERSION" in mistake(capsys, "diff", workspace, "v1", "smears/v1")
