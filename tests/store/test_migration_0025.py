"""Points from before stay as they are, and those that are numbers from then on read the same everywhere."""

import duckdb

from nbannotate.store import data, migrations

NOW = "2026-07-01 08:00:00"
BEFORE = f"""
insert into data.members values (1, 'ana', 'annotator', null, true, '{NOW}', null);
insert into data.datasets values (3, 'scans', '', '{NOW}', null);
insert into data.assets values (4, 3, 'a.png', 'a.png', '', 9, 9, 9, '{{}}', '{NOW}', null, null);
insert into data.versions (version_id, dataset_id, name, state, created) values (5, 3, 'v1', 'draft', '{NOW}');
insert into data.version_layers values (5, 5, 0, true, true);
insert into data.annotations values (8, 5, 4, null, null, 1, 'model', false, '[]', '{NOW}', null, 'import', 2);
insert into data.shapes (annotation_id, position, shape_id, label, kind, points, attributes, area, x, y, width, height)
  values (8, 0, 'a', 'cat', 'rectangle', '[[1.0,2.5],[3.0,4.0]]', '{{}}', 3, 1, 2.5, 2, 1.5),
         (8, 1, 'b', 'cat', 'point', '[[1e-07,2.0]]', '{{}}', 0, 0, 2, 0, 0);
"""
POINTS = f"select s.shape_id, {data.POINTS}, s.numbers from data.shapes s order by 1"


def test_points_read_the_same_whether_they_are_text_or_numbers():
    connection = duckdb.connect(":memory:")
    for version, _, sql in migrations.MIGRATIONS:
        if version == 25:
            connection.execute(BEFORE)
            before = connection.execute("select * from shape_history order by all").fetchall()
        connection.execute(sql)
    assert before
    assert connection.execute("select * from shape_history order by all").fetchall() == before
    assert connection.execute(POINTS).fetchall() == [
        ("a", "[[1.0,2.5],[3.0,4.0]]", None), ("b", "[[1e-07,2.0]]", None)
    ]  # fmt: skip
    connection.execute("update data.shapes set points = null, numbers = [1, 2.5, 3, 4] where shape_id = 'a'")
    assert connection.execute("select * from shape_history order by all").fetchall() == before
    assert connection.execute(POINTS).fetchall()[0] == ("a", "[[1.0,2.5],[3.0,4.0]]", [1.0, 2.5, 3.0, 4.0])
