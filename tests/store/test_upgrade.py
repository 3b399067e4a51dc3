"""A workspace of an older program is kept as it was before it is brought to the newest schema."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import pytest

from nbannotate.errors import CannotWrite
from nbannotate.store import migrations
from nbannotate.store.duckdb import engine
from nbannotate.store.duckdb.engine import CATALOG, MARK, Engine


def make(path: Path, schema: int) -> None:
    """Write a workspace of an older schema, a part of it in the log only."""
    with duckdb.connect() as connection:
        connection.execute("set checkpoint_threshold = '1GB'")
        connection.execute("pragma disable_checkpoint_on_shutdown")
        connection.execute(f"attach '{path}' as {CATALOG}")
        connection.execute(f"use {CATALOG}")
        for version, name, sql in migrations.MIGRATIONS[:schema]:
            connection.execute(sql)
            now = datetime.datetime(2026, 1, 1)
            connection.execute("insert into data.migrations values (?, ?, ?)", [version, name, now])
        connection.execute("insert into data.meta values ('mark', ?)", [MARK])
        connection.execute("insert into data.datasets (dataset_id, name, readme, created) values (1, 'd', '', now())")


def looked_at(path: Path) -> tuple[int, list[str]]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as {CATALOG}")
        schema = connection.execute(f"select max(version) from {CATALOG}.data.migrations").fetchone()
        names = connection.execute(f"select name from {CATALOG}.data.datasets").fetchall()
    assert schema is not None
    return schema[0], [name for (name,) in names]


@pytest.mark.parametrize("schema", range(1, migrations.SCHEMA_VERSION))
def test_from_every_schema_it_opens_and_is_kept_as_it_was(tmp_path: Path, schema: int, caplog) -> None:
    path = tmp_path / "work.duckdb"
    make(path, schema)
    Engine(path).close()
    kept = tmp_path / f"work.duckdb.schema-{schema}"
    assert str(kept) in caplog.text
    assert looked_at(path) == (migrations.SCHEMA_VERSION, ["d"])
    assert looked_at(kept) == (schema, ["d"])
    assert all(p.stat().st_mode & 0o077 == 0 for p in tmp_path.glob("work.duckdb.schema-*"))
    caplog.clear()
    Engine(path).close()
    assert caplog.text == ""


def test_where_there_is_no_room_for_that_nothing_is_changed(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "work.duckdb"
    make(path, 5)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(engine.os, "fsync", full)
    with pytest.raises(CannotWrite, match=r"kept as it is beforehand.*No space left"):
        Engine(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if "schema" in p.name] == []


def test_a_new_workspace_keeps_nothing(tmp_path: Path) -> None:
    Engine(tmp_path / "work.duckdb").close()
    assert [p.name for p in tmp_path.iterdir()] == ["work.duckdb"]
