"""The commands take the address of a database wherever they take a file, and never show its password."""

from __future__ import annotations

import argparse
import csv
import io
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")

from nbannotate import cli


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command, and return what it said."""
    assert cli.main(arguments) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def test_every_command_that_takes_a_workspace_takes_an_address() -> None:
    commands = next(a for a in cli.parser()._actions if isinstance(a, argparse._SubParsersAction))
    taken = {
        name: action.type
        for name, command in commands.choices.items() for action in command._actions if action.dest == "workspace"
    }  # fmt: skip
    assert len(taken) > 10
    for name, kind in taken.items():
        given = "postgresql://ann@db.example.org/labels"
        assert (kind or str)(given) == given, name


def test_people_are_listed_exported_and_forgotten(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "info", url) + said(capsys, "members", url)
    assert "ana" in told
    told += said(capsys, "export-member", url, "ana", str(tmp_path / "ana.zip"))
    with zipfile.ZipFile(tmp_path / "ana.zip") as archive:
        account = next(csv.DictReader(io.StringIO(archive.read("account.csv").decode())))
    assert (account["login"], account["active"], account["has_password"]) == ("ana", "true", "true")
    told += said(capsys, "forget-member", url, "ana", "--yes")
    told += said(capsys, "members", url)
    assert "former member 1" in told
    assert "very-secret" not in told
    assert "ana" not in said(capsys, "members", url)
