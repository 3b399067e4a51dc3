"""Revisions from before say how many shapes they have."""

import duckdb
from tests.operations.any_sequence_counts import check_shapes_of_revisions

from nbannotate.store import migrations

NOW = "2026-07-01 08:00:00"
BEFORE = f"""
insert into data.members values (1, 'ana', 'annotator', null, true, '{NOW}', null);
insert into data.datasets values (3, 'scans', '', '{NOW}', null);
insert into data.assets values (4, 3, 'a.png', 'a.png', '', 9, 9, 9, '{{}}', '{NOW}', null, null);
insert into data.versions (version_id, dataset_id, name, state, created) values (5, 3, 'v1', 'draft', '{NOW}');
insert into data.version_layers values (5, 5, 0, true, true);
insert into data.annotations
  select i, 5, 4, null, null, 1, 'model', false, '[]', '{NOW}', null, 'import' from range(8, 11) r(i);
insert into data.shapes (annotation_id, position, shape_id, label, kind, points, attributes, area, x, y, width, height)
  select n, i, 's' || i, 'cat', 'point', '[[1,2]]', '{{}}', 0, 1, 2, 0, 0 from (values (8, 2), (10, 3)) v(n, many),
  range(3) r(i) where i < many;
"""


def test_a_workspace_from_before_counts_its_shapes_once():
    connection = duckdb.connect(":memory:")
    for version, _, sql in migrations.MIGRATIONS:
        if version == 24:
            connection.execute(BEFORE)
            before = connection.execute("select * from annotations order by all").fetchall()
        connection.execute(sql)
    assert connection.execute("select * from annotations order by all").fetchall() == before
    assert connection.execute("select annotation_id, shapes from data.annotations order by 1").fetchall() == [
        (8, 2), (9, 0), (10, 3)
    ]  # fmt: skip
    check_shapes_of_revisions(connection)
