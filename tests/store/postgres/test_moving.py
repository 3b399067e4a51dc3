"""A workspace goes from a file into a database and back, and is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")

import nbannotate as nb
from nbannotate.cli import main
from nbannotate.errors import Conflict, InvalidInput
from nbannotate.workspace import moving

VIEWS = ("members", "datasets", "versions", "assets", "campaigns", "tasks", "annotations", "shapes", "jobs", "events")


def rows(ws: Any) -> dict[str, Any]:
    return {view: ws.sql(f"select * from {view} order by all").to_csv() for view in VIEWS}


def test_a_workspace_goes_into_a_database_and_back(
    postgres: Any, runtime: Path, tmp_path: Path, make_images: Any, owners_end: None, capsys: pytest.CaptureFixture[str]
) -> None:
    file, again, url = tmp_path / "work.duckdb", tmp_path / "again.duckdb", postgres.database()
    ws = nb.open(file)
    paths = make_images(5)
    version = ws.create_dataset("smears", readme='# Été \\N, "x"\n').create_version("v1").add_images(paths)
    rectangle = nb.Shape.rectangle(1.5, 2, 10, 11.25, "WBC", attributes={"stage": 'of "two"'})
    version.add_annotations(
        {paths[0].name: [rectangle], paths[1].name: nb.Annotation(nothing_to_label=True)}, source="m"
    )
    ws.members.add("ann", role="annotator", password="password-of-ann")
    workflow = nb.Workflow([nb.Step("draw", "annotation", ["ann"])])
    version.create_campaign("July", nb.Recipe(labels=["WBC"]), workflow).launch()
    assert main(["copy", str(file), url]) in (0, None)
    assert "1 version hold the same" in capsys.readouterr().out.replace("versions", "version")
    there = nb.open(url)
    assert rows(there) == rows(ws)
    with pytest.raises(Conflict, match="is not empty"):
        moving.copy(str(file), url)
    there.create_dataset("later")  # with a new id
    moving.copy(url, str(again))
    assert rows(nb.open(again)) == rows(there)
    with pytest.raises(Conflict, match="already"):
        moving.copy(url, str(again))


def test_one_of_both_is_a_file() -> None:
    with pytest.raises(InvalidInput, match="One of both"):
        moving.copy("a.duckdb", "b.duckdb")
