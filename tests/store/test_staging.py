"""Long work on its way in: seen by nobody before its end, and nothing is left of what was not brought to its end."""

import contextlib

import duckdb

import nbannotate as nb
from nbannotate.store import staging
from nbannotate.store.duckdb.engine import CATALOG, Engine

TABLES = {
    "annotations": "insert into data.annotations select nextval('data.ids'), $1, i, null, null, 1, 'x', false, '[]', "
    "current_date, null, 'import', 1 from range(7) r(i)",
    "tasks": "insert into data.tasks select nextval('data.ids'), $1, i, 0, 1, 'in_progress', null, null, i, true, 0, "
    "current_date, null, null, null, null, null, null, 0, 0, null, null from range(7) r(i)",
    "layer_assets": "insert into data.layer_assets select $1, i, i, null, 1, now()::timestamp from range(7) r(i)",
    "layer_heads": "insert into data.layer_heads select $1, i, i from range(7) r(i)",
    "assets": "insert into data.assets select nextval('data.ids'), $1, 'n', 'p', 'f', 1, 1, 1, '{}', current_date, "
    "null, null from range(7) r(i)",
    "foreign_ids": "insert into data.foreign_ids select $1, 'coco', 'image', 'n', '1', i, "
    "null, null, null from range(7) r(i)",
}


def fill(stage):
    for insert in TABLES.values():
        stage.run(insert, stage.batch_id)
        stage.piece()
    stage.run(
        "insert into data.shapes select annotation_id, 0, 's', 'l', 'point', '[]', '{}', null, 0, 0, 0, 0, 0, null, "
        "null, null, null, null, null, null, false, null from data.annotations"
    )
    stage.piece()


def counts(engine):
    with engine.read() as tx:
        tables = (*TABLES, "shapes", "staged")
        return {t: n for t in tables if (n := tx.value(f"select count(*) from data.{t}"))}


def test_what_nobody_took_is_deleted_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "PIECE", 3)
    engine = Engine(tmp_path / "w.duckdb")
    with engine.stage() as stage:
        fill(stage)
        assert counts(engine) == dict.fromkeys((*TABLES, "shapes"), 7) | {"staged": 1}
        with engine.read() as tx:
            assert not any(tx.value(f"select count(*) from {v}") for v in ("assets", "annotations", "shapes", "tasks"))
    assert (counts(engine), engine.staging) == ({}, set())
    engine.close()


def test_what_a_killed_owner_left_is_gone_at_the_next_start(tmp_path):
    engine = Engine(tmp_path / "w.duckdb")
    with engine.stage() as stage:
        fill(stage)
        (tmp_path / "killed.duckdb").write_bytes((tmp_path / "w.duckdb").read_bytes())
        wal = tmp_path / "w.duckdb.wal"
        if wal.exists():
            (tmp_path / "killed.duckdb.wal").write_bytes(wal.read_bytes())
    engine.close()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{tmp_path / 'killed.duckdb'}' as {CATALOG}")
        assert connection.execute(f"select count(*) from {CATALOG}.data.tasks").fetchone() == (7,)
    again = Engine(tmp_path / "killed.duckdb")
    assert counts(again) == {}
    again.close()


def test_the_clock_deletes_what_was_left_but_nothing_that_still_runs():
    with contextlib.closing(nb.open(":memory:")) as ws:
        engine = ws.client.dispatcher.engine
        with engine.stage() as stage:
            fill(stage)
            assert ws.client.call("clock.tick", int) == 0
            assert counts(engine)["tasks"] == 7
            engine.staging.clear()  # as if the thread had died
            ws.client.call("clock.tick", int)
            assert counts(engine) == {}


def test_who_began_to_read_before_the_end_of_long_work_finds_nothing_left():
    with contextlib.closing(nb.open(":memory:")) as ws:
        engine = ws.client.dispatcher.engine
        with contextlib.ExitStack() as reading:
            with engine.stage() as stage:
                fill(stage)
                tx = reading.enter_context(engine.read())
                assert staging.left(tx)
            assert staging.left(tx), "as it was when the reader began"
            assert engine.left(tx) == []


def test_rows_that_fill_a_row_group_go_into_the_file_at_once(tmp_path):
    engine, log = Engine(tmp_path / "w.duckdb"), tmp_path / "w.duckdb.wal"
    before = log.stat().st_size
    insert = "insert into data.layer_heads select $1, i, i from range($2, $3) r(i)"
    with engine.stage() as stage:
        seen = []
        for count in (staging.ROW_GROUP - 10, 20, 2 * staging.ROW_GROUP):
            for low, high in stage.groups(count):
                stage.run(insert, stage.batch_id, low, high)
            with engine.read() as tx:
                seen.append(tx.value("select count(*) from data.layer_heads"))
        assert seen == [0, staging.ROW_GROUP, 3 * staging.ROW_GROUP]
        stage.piece()
        # The log holds no row of the groups, which are never written a second time, but those that are left.
        assert log.stat().st_size - before < staging.ROW_GROUP
        with engine.read() as tx:
            groups = tx.all(
                "select distinct row_group_id, max(count) over (partition by row_group_id) as n "
                "from pragma_storage_info('data.layer_heads') order by 1"
            )
        assert [g["n"] for g in groups[:3]] == [staging.ROW_GROUP] * 3
    engine.close()
