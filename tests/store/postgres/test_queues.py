"""What a person gets next in PostgreSQL is what the one statement for all databases says, found by indexes."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from typing import Any

import pytest

psycopg = pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")

from nbannotate.store import leases  # noqa: E402
from nbannotate.store.postgres.engine import Engine  # noqa: E402

NOW = datetime.datetime(2026, 3, 1, 12)
COLUMNS = "task_id, campaign_id, asset_id, step, state, assignee_id, leased_until, position, gold"


@pytest.fixture
def engine(postgres: Any) -> Iterator[Engine]:
    """A database with tasks and nothing else: the queues ask no other table."""
    made = Engine(postgres.database())
    with made.write() as tx:
        tx.run("create temp table nothing (a integer)")
    yield made
    made.close()


def fill(engine: Engine, rows: list[tuple[Any, ...]]) -> None:
    """Put tasks into the table, whatever else a task has."""
    with psycopg.connect(engine._url, autocommit=True) as raw:
        raw.execute("set session_replication_role = replica")  # no other row has to be there
        needed = raw.execute(
            "select column_name, data_type from information_schema.columns where table_schema = 'data' "
            "and table_name = 'tasks' and is_nullable = 'NO' and column_default is null"
        ).fetchall()
        given = COLUMNS.split(", ")
        others = {n: {"boolean": "true", "timestamp without time zone": "now()"}.get(t, "'0'")
                  for n, t in needed if n not in given}  # fmt: skip
        names = ", ".join([*given, *others])
        values = ", ".join(["%s"] * len(given) + list(others.values()))
        with raw.cursor() as cursor:
            cursor.executemany(f"insert into data.tasks ({names}) values ({values})", rows)  # type: ignore[arg-type]
        raw.execute("analyze data.tasks")


def asked_for_all(tx: Any, *args: Any, **options: Any) -> Any:
    """Return what the statement for all databases gives."""
    tx.first = lambda *_: ...
    try:
        return leases.first(tx, *args, **options)
    finally:
        del tx.first


@pytest.mark.parametrize("seed", range(3))
def test_the_next_task_is_the_same(engine: Engine, seed: int) -> None:
    rng = random.Random(seed)
    rows = []
    for number in range(1, 121):
        member = rng.choice([None, None, None, 1, 2])
        leased = None if member is None else NOW + datetime.timedelta(minutes=rng.choice([-5, 5]))
        state = rng.choice(["in_progress", "in_progress", "in_progress", "to_rework", "done"])
        gold = rng.choice([None, None, None, 7])
        rows.append((number, 5, number, 0, state, member, leased, rng.randrange(-2, 60), gold))
    fill(engine, rows)
    with engine.read() as tx:
        for member in (1, 2, 3):
            for held in (True, False):
                for after in (None, -1, 0, 17, 59, 80):
                    found = tx.first(5, 0, member, NOW, held, after)
                    wanted = asked_for_all(tx, 5, 0, member, NOW, held=held, after=after)
                    assert (found and found.task_id) == (wanted and wanted.task_id), (member, held, after)


def test_what_waits_is_not_sorted(engine: Engine) -> None:
    fill(engine, [(n, 5, n, 0, "in_progress", None, None, n, None) for n in range(1, 5_001)])
    asked: list[str] = []
    with engine.read() as tx:
        value = tx.value
        tx.value = lambda sql, *a: asked.append(sql) or value(sql, *a)  # type: ignore[method-assign, func-returns-value]
        assert tx.first(5, 0, 1, NOW, True, None).task_id == 1  # type: ignore[union-attr]
        text = asked[0]
        for place, given in enumerate((5, 0, f"timestamp '{NOW}'", 1, "null::bigint"), 1):
            text = text.replace(f"${place}", str(given))
    with psycopg.connect(engine._url, autocommit=True) as raw:
        plan = raw.execute("explain (analyze, format json) " + text).fetchone()[0][0]["Plan"]  # type: ignore[index,arg-type]

    def read(node: dict[str, Any]) -> float:
        return max([node["Actual Rows"], *(read(child) for child in node.get("Plans", ()))])

    assert read(plan) < 50
