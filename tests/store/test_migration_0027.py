"""Revisions and names of before stand under the first layer of their version, and read the same as before."""

import duckdb

from nbannotate.store import migrations

NOW = "2026-07-01 08:00:00"
BEFORE = f"""
insert into data.members values (1, 'ana', 'annotator', null, true, '{NOW}', null);
insert into data.datasets values (3, 'scans', '', '{NOW}', null);
insert into data.assets values (4, 3, 'a.png', 'a.png', '', 9, 9, 9, '{{}}', '{NOW}', null, null);
insert into data.versions (version_id, dataset_id, name, state, created, parent_id)
  values (5, 3, 'v1', 'draft', '{NOW}', null), (6, 3, 'v2', 'draft', '{NOW}', 5);
insert into data.version_layers values (5, 5, 0, true, true), (5, 7, 1, true, true), (6, 5, 0, false, true),
  (6, 6, 1, true, true);
insert into data.layer_assets values (5, 4, 0, null, 1, '{NOW}');
insert into data.layer_heads values (5, 4, 8), (7, 4, 9), (6, 4, 10);
insert into data.annotations values
  (8, 5, 4, null, null, 1, 'model', false, '[]', '{NOW}', null, 'import', 1),
  (9, 5, 4, null, null, 1, 'hand', false, '[]', '{NOW}', null, 'answer', 0),
  (10, 6, 4, null, null, 1, 'model', false, '[]', '{NOW}', null, 'import', 0),
  (11, 99, 4, null, null, 1, 'staged', false, '[]', '{NOW}', null, 'import', 0);
insert into data.staged values (99, '{NOW}');
insert into data.foreign_ids values
  (5, 'coco', 'image', 'a.png', '1', 1, '{{"a": 1}}', 'A.png', 3),
  (5, 'coco', 'label', 'cat', '7', 2, null, null, null),
  (6, 'coco', 'image', 'a.png', '2', 1, null, null, null), (99, 'coco', 'image', 'a.png', '3', 1, null, null, null);
"""
VIEWS = ("foreign_ids", "annotations", "data.version_annotations", "data.all_annotations")


def seen(connection):
    return {view: connection.execute(f"select * from {view} order by all").fetchall() for view in VIEWS}


def test_what_files_and_people_said_reads_the_same():
    connection = duckdb.connect(":memory:")
    before = {}
    for version, _, sql in migrations.MIGRATIONS:
        if version == 27:
            connection.execute(BEFORE)
            before = seen(connection)
        connection.execute(sql)
    assert [len(rows) for rows in before.values()] == [5, 4, 4, 4]
    assert seen(connection) == before


def test_a_layer_hides_what_those_below_it_call_the_same():
    connection = duckdb.connect(":memory:")
    for _, _, sql in migrations.MIGRATIONS:
        connection.execute(sql)
    connection.execute(BEFORE)
    before = seen(connection)
    connection.execute("delete from data.staged; insert into data.version_layers values (5, 99, 2, true, true)")
    after = seen(connection)
    called = "select version_id, foreign_id from foreign_ids where what = 'image' order by version_id, distance"
    assert connection.execute(called).fetchall() == [(5, "3"), (6, "2"), (6, "3")]
    assert len(after["data.version_annotations"]) == len(before["data.version_annotations"]) + 1
