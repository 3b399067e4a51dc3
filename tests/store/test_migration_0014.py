"""A workspace whose versions are copies opens as one whose versions share rows, and says the same."""

import contextlib
import datetime
from collections import Counter
from pathlib import Path

import duckdb
import pytest

import nbannotate as nb
from nbannotate.demo import end_owner
from nbannotate.store import migrations
from nbannotate.store.duckdb.engine import CATALOG, MARK, Engine

#: Written by operations of the code before.
ROWS = Path(__file__).with_name("schema_13.sql").read_text()
BEFORE = [one for one in migrations.MIGRATIONS if one[0] < 14]


def tables(connection, known=None):
    """Return the rows of every public table, in whatever order; those of ``known`` with the columns that it had."""
    names = connection.execute(
        "select view_name from duckdb_views() where schema_name = 'main' and not internal order by 1"
    ).fetchall()
    found = {}
    for (name,) in names:
        columns = ", ".join(f'"{column}"' for column in known[name][0]) if known and name in known else "*"
        rows = connection.execute(f"select {columns} from {name}")
        columns = tuple(column[0] for column in rows.description)
        said = ([round(v, 9) if isinstance(v, float) else v for v in row] for row in rows.fetchall())
        found[name] = columns, Counter(map(repr, said))
    return found


@pytest.fixture
def path(tmp_path):
    """The file of a workspace of schema 13."""
    path = tmp_path / "old.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as {CATALOG}")
        connection.execute(f"use {CATALOG}")
        for version, name, sql in BEFORE:
            connection.execute(sql)
            now = datetime.datetime(2026, 11, 1)
            connection.execute("insert into data.migrations values (?, ?, ?)", [version, name, now])
        connection.execute("insert into data.meta values ('mark', ?)", [MARK])
        connection.execute(ROWS)
    return path


def test_every_public_table_says_the_same_before_and_after(path):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as {CATALOG} (read_only)")
        connection.execute(f"use {CATALOG}")
        before = tables(connection)
    for name in ("assets", "annotations", "shapes", "shape_history", "tasks", "jobs", "events", "versions"):
        assert before[name][1], f"{name} has no rows to compare"
    Engine(path).close()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as {CATALOG} (read_only)")
        connection.execute(f"use {CATALOG}")
        after = tables(connection, before)
    for name, (_, rows) in before.items():
        assert after[name][1] == rows, name


def test_work_goes_on_in_it(path):
    try:
        with contextlib.closing(nb.open(path)) as ws:
            dataset = ws.datasets["smears"]
            v2 = dataset.versions["v2"]
            said = v2.shapes.df().drop(columns=["version_id", "campaign_id", "task_id"])
            child = v2.create_child("v2 again")
            assert child.shapes.df().drop(columns=["version_id", "campaign_id", "task_id"]).equals(said)
            name = said["asset"][0]
            v2.assets[name].delete(name)
            assert (name in child.assets.df()["name"].tolist(), name in v2.assets.df()["name"].tolist()) == (
                True,
                False,
            )
            dataset.versions["v3"].delete("v3")
            assert len(child.shapes.df()) == len(said)
            child.delete("v2 again")
            assert len(v2.shapes.df()) == (said["asset"] != name).sum()
    finally:
        end_owner(path)
