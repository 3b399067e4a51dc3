"""What lists count is counted when a workspace is opened that was made before counts were kept."""

import duckdb
from tests.operations.test_tasks import TWO, do, next_, raise_issue

import nbannotate as nb
from nbannotate.store import migrations

TABLES = ("members", "datasets", "versions", "assets", "campaigns", "steps", "step_members", "tasks", "annotations",
          "shapes", "issues")  # fmt: skip


def test_a_workspace_from_before_counts_the_same(team):
    t = team(count=4, steps=[nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])])
    for _ in range(3):
        do(t["ana"], "submit", next_(t["ana"], t), TWO, seconds=3)
    do(t["chloe"], "submit", next_(t["chloe"], t, 1), TWO)
    view = next_(t["chloe"], t, 1)
    raise_issue(t["chloe"], view, "too small")
    do(t["chloe"], "rework", view)
    connection = duckdb.connect(":memory:")
    for version, _, sql in migrations.MIGRATIONS[:22]:
        if version == 20:
            copy(t.workspace.client.dispatcher.engine, connection)
        connection.execute(sql)
    counts = "select * from data.counts where tasks + done + skipped + waiting + here > 0 order by all"
    with t.workspace.client.dispatcher.engine.read() as tx:
        kept = tx.connection.execute(counts).fetchall()
    assert kept == connection.execute(counts).fetchall()
    assert len(kept) == 4, "two people, and what is at each of two steps"
    ((total, remaining),) = connection.execute("select total, remaining from campaigns").fetchall()
    assert (total, remaining) == (4, 3)


def copy(engine, connection):
    """Insert the rows of a workspace, as far as the tables of another one have columns for them."""
    for table in TABLES:
        names = [f'"{c[0]}"' for c in connection.execute(f"select * from data.{table} limit 0").description]
        with engine.read() as tx:
            rows = tx.connection.execute(f"select {', '.join(names)} from data.{table}").fetchall()
        if rows:
            places = ", ".join("?" * len(names))
            connection.executemany(f"insert into data.{table} ({', '.join(names)}) values ({places})", rows)
