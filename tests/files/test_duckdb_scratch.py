"""What a process of people puts aside is in the temporary folder, never beside their notebooks."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import nbannotate as nb
from nbannotate.files import duckdb_scratch


def test_what_does_not_fit_into_memory_leaves_nothing_in_the_current_folder(tmp_path, monkeypatch):
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with duckdb_scratch.connect(threads="1", memory_limit="40MB") as connection:
        connection.execute(
            "create table rows as select i, repeat(md5(cast(i as varchar)), 4) as t from range(500000) r(i)"
        )
        spilled = list(temporary.rglob("duckdb_temp*"))
        assert connection.execute("select count(distinct t) from rows").fetchone() == (500_000,)
    assert spilled
    assert list(here.iterdir()) == []
    assert [path for path in temporary.rglob("*") if path.is_file()] == []


def test_only_the_store_and_one_function_open_a_duckdb():
    package = Path(nb.__file__).parent
    found = {
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        if re.search(r"duckdb\.connect\(", file.read_text("utf-8"))
    }
    assert found == {"files/duckdb_scratch.py", "store/duckdb/engine.py", "store/duckdb/file.py"}
