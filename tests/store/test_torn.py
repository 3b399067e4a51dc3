"""A machine that stops in the middle of a commit: the workspace opens again, with all that anybody was told."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbannotate.errors import WorkspaceError
from nbannotate.store.duckdb import torn
from nbannotate.store.duckdb.engine import Engine

#: Commits one row after the other, and ends as a crash would; prints how long the log was after each.
COMMIT = """
import os, sys
from pathlib import Path
from nbannotate.store.duckdb.engine import Engine
path = Path(sys.argv[1])
engine = Engine(path)
for i in range(3):
    with engine.write() as tx:
        tx.run("insert into data.meta values ($1, repeat('x', 200))", f"row {i}")
        tx.run("insert into data.meta values ($1, repeat('y', 200))", f"row {i} again")
    print(path.with_name(path.name + ".wal").stat().st_size, flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, list[int]]:
    """A file, its log, and how long that was after each commit."""
    path = tmp_path_factory.mktemp("torn") / "work.duckdb"
    said = subprocess.run([sys.executable, "-c", COMMIT, str(path)], capture_output=True, text=True, check=True).stdout
    return path.read_bytes(), path.with_name("work.duckdb.wal").read_bytes(), [int(n) for n in said.split()]


def rows(path: Path) -> list[str]:
    with contextlib.closing(Engine(path)) as engine, engine.read() as tx:
        return [r["key"] for r in tx.all("select key from data.meta where key like 'row%' order by 1")]


BEFORE = ["row 0", "row 0 again", "row 1", "row 1 again"]


@pytest.mark.parametrize("rest", ["short", "zeros", "any"])
@pytest.mark.parametrize("part", [0.03, 0.4, 0.8, 0.98])
def test_a_commit_of_which_a_part_is_in_the_log_was_not_done_and_all_before_it_was(
    killed: tuple[bytes, bytes, list[int]], part: float, rest: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content, log, (_, before, after) = killed
    path = tmp_path / "work.duckdb"
    path.write_bytes(content)
    cut = before + round(part * (after - before))
    tail = {"short": b"", "zeros": bytes(after - cut), "any": os.urandom(after - cut)}[rest]
    path.with_name("work.duckdb.wal").write_bytes(log[:cut] + tail)
    with caplog.at_level(logging.WARNING):
        assert rows(path) == BEFORE
    kept = path.with_name("work.duckdb.wal.torn")
    if rest == "zeros" and part < 0.98:  # of the mark at the end alone some bytes are zeros anyway
        assert "was torn" in caplog.text
        assert kept.read_bytes() == log[:cut] + tail
        assert kept.stat().st_mode & 0o077 == 0
    with contextlib.closing(Engine(path)) as engine, engine.write() as tx:
        tx.run("insert into data.meta values ('row 9', '')")
    assert rows(path) == [*BEFORE, "row 9"], "and it goes on"


def test_a_commit_whose_beginning_is_missing_was_not_done(
    killed: tuple[bytes, bytes, list[int]], tmp_path: Path
) -> None:
    content, log, (_, before, after) = killed
    path = tmp_path / "work.duckdb"
    path.write_bytes(content)
    half = (before + after) // 2
    path.with_name("work.duckdb.wal").write_bytes(log[:before] + bytes(half - before) + log[half:])
    assert rows(path) == BEFORE


def test_a_log_that_is_damaged_before_other_commits_is_refused_and_left_as_it_is(
    killed: tuple[bytes, bytes, list[int]], tmp_path: Path
) -> None:
    content, log, (first, before, _) = killed
    path, its = tmp_path / "work.duckdb", tmp_path / "work.duckdb.wal"
    path.write_bytes(content)
    damaged = log[: first + 40] + bytes(20) + log[first + 60 :]
    assert first + 60 < before
    its.write_bytes(damaged)
    with pytest.raises(WorkspaceError, match="restore it from a backup"):
        Engine(path)
    assert its.read_bytes() == damaged
    assert path.read_bytes() == content
    assert {p.name for p in tmp_path.iterdir()} == {path.name, its.name}


def test_each_commit_ends_with_the_mark_that_is_looked_for(killed: tuple[bytes, bytes, list[int]]) -> None:
    _, log, sizes = killed
    assert len(log) == sizes[-1]
    for size in sizes:
        assert log[:size].endswith(torn.END)
