"""``nbannotate export-member`` and ``forget-member``."""

from __future__ import annotations

import json

import pytest

import nbannotate as nb
from nbannotate.cli import main


@pytest.fixture
def work(tmp_path, owners_end):
    with_ana = nb.open(tmp_path / "work.duckdb")
    with_ana.members.add("ana", password="password-of-ana")
    with_ana.close()
    return str(tmp_path / "work.duckdb")


def test_a_member_is_exported_and_forgotten_after_it_was_said_what_happens(work, tmp_path, capsys):
    main(["export-member", work, "ana", str(tmp_path / "ana.d")])
    assert "has all of ana" in capsys.readouterr().out
    assert json.loads((tmp_path / "ana.d" / "manifest.json").read_text())["login"] == "ana"
    main(["forget-member", work, "ana"])
    said = capsys.readouterr().out
    assert "ana would be 'former member 1'" in said
    assert "Backups" in said
    assert said.endswith("Nothing was changed; --yes does it.\n")
    main(["forget-member", work, "ana", "--yes"])
    assert "ana is 'former member 1' from now on" in capsys.readouterr().out
    main(["members", work])
    assert "ana" not in capsys.readouterr().out
