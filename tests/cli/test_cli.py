"""The command line: what it prints, what it writes, and one sentence with exit code 2 for every mistake."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pytest
from tests.cli.conftest import mistake

import nbannotate as nb
from nbannotate.cli import main
from nbannotate.cli.demo import free_port


@pytest.mark.parametrize(
    "command",
    ["demo", "serve", "import", "export", "versions", "diff", "info", "report", "add-member", "invite", "members"],
)
def test_every_command_has_a_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"nbannotate {command}" in capsys.readouterr().out


def test_no_command_is_answered_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([])
    assert end.value.code == 2
    assert "usage: nbannotate" in capsys.readouterr().err


def test_info_shows_members_datasets_and_progress(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(workspace)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["ana", "annotator", "active"] in lines
    assert ["smears", "v1", "2"] in lines
    assert ["July", "2", "0", "0", "2", "0"] in lines


def test_a_member_that_was_added_can_log_in(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add-member", str(workspace), "chloe", "--role", "reviewer"]) == 0
    login, password, role = capsys.readouterr().out.splitlines()[-1].split()
    assert (login, role) == ("chloe", "reviewer")
    ws = nb.open(workspace, member="chloe", password=password)
    assert ws.me.role == "reviewer"
    ws.close()
    assert "There is a member 'chloe' already" in mistake(capsys, "add-member", workspace, "chloe")


@pytest.mark.parametrize("which", [[], ["--campaign", "July"], ["--version", "smears/v1"]])
def test_a_report_is_one_file_that_loads_nothing(
    workspace: Path, which: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "july.html"
    assert main(["report", str(workspace), *which, "--by", "week", "--tz", "Europe/Zurich", "-o", str(out)]) == 0
    assert f"{out} is written." in capsys.readouterr().out
    text = out.read_text("utf-8")
    assert "<dd>Europe/Zurich</dd>" in text
    assert not re.search(r"""<(?:script|link|img)[^>]+(?:src|href)=["'](?!data:)""", text)
    other = tmp_path / "no.html"
    assert "not both" in mistake(
        capsys, "report", workspace, "-o", other, "--campaign", "July", "--version", "smears/v1"
    )
    assert "nobody" in mistake(capsys, "report", workspace, "-o", other, "--member", "nobody")
    assert "for example draw=2, not 'draw'" in mistake(capsys, "report", workspace, "-o", other, "--add", "draw")
    assert "no step 'drow'" in mistake(capsys, "report", workspace, "-o", other, "--add", "drow=1")
    assert "language" in mistake(capsys, "report", workspace, "-o", other, "--language", "tlh")
    assert "workspace" in mistake(capsys, "report", workspace, "-o", workspace)
    assert not other.exists()


def test_a_report_adds_people_and_speaks_the_language_that_is_asked(workspace: Path, tmp_path: Path) -> None:
    out = tmp_path / "juillet.html"
    step = _steps(workspace)[0]
    told = ["--campaign", "July", "--add", f"{step}=2", "--add", f"{step}=3", "--language", "fr"]
    assert main(["report", str(workspace), *told, "-o", str(out)]) == 0
    text = out.read_text("utf-8")
    assert f"<dt>Personnes ajoutées</dt><dd>{step}: 3</dd>" in text
    assert '<html lang="fr" dir="ltr">' in text


def _steps(workspace: Path) -> list[str]:
    with nb.open(workspace) as ws:
        return [step.name for step in ws.campaigns["July"].spec.workflow.steps]


@pytest.mark.parametrize("which", [["--campaign", "July"], ["--version", "smears/v1"]])
def test_export_writes_coco(
    workspace: Path, which: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    assert main(["export", str(workspace), *which, "--to", str(out)]) == 0
    assert "Wrote 2 assets with 0 annotations." in capsys.readouterr().out
    written = json.loads(out.read_text())
    assert [v["file_name"] for v in written["images"]] == ["a.png", "b.png"]
    assert [v["name"] for v in written["categories"]] == ["cell"]


def test_export_replaces_a_file_only_when_told_to(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    out.write_text("mine")
    export = ["export", workspace, "--campaign", "July", "--to", out]
    assert "is there already; --overwrite replaces it" in mistake(capsys, *export)
    assert out.read_text() == "mine"
    assert main([*map(str, export), "--overwrite"]) == 0
    assert out.read_text() != "mine"


def test_export_names_what_there_is_when_a_name_is_wrong(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = ["--to", tmp_path / "out.json"]
    assert "'July'" in mistake(capsys, "export", workspace, "--campaign", "May", *to)
    assert "'smears'" in mistake(capsys, "export", workspace, "--version", "blood/v1", *to)
    assert "'v1'" in mistake(capsys, "export", workspace, "--version", "smears/v9", *to)
    assert "DATASET/VERSION" in mistake(capsys, "export", workspace, "--version", "smears", *to)
    assert "coco" in mistake(capsys, "export", workspace, "--campaign", "July", "--format", "vocs", *to)
    assert not (tmp_path / "out.json").exists()


def test_a_typing_error_makes_no_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wrok.duckdb"
    for command in (["info", path], ["serve", path], ["export", path, "--campaign", "c", "--to", tmp_path / "o"]):
        assert "There is no workspace" in mistake(capsys, *command)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_workspace_is_refused_and_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notes.duckdb"
    path.write_text("my notes")
    assert "not" in mistake(capsys, "info", path)
    assert path.read_text() == "my notes"


def test_a_port_that_is_in_use_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(port) > port


def test_a_demo_that_is_not_served_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--folder" in mistake(capsys, "demo", "--no-serve")
