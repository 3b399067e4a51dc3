"""Tasks from before are no copies, and their versions show what they showed."""

import duckdb

from nbannotate.store import migrations

NOW = "2026-07-01 08:00:00"
BEFORE = f"""
insert into data.members values (1, 'ana', 'annotator', null, true, '{NOW}', null);
insert into data.datasets values (3, 'scans', '', '{NOW}', null);
insert into data.assets values (4, 3, 'a.png', 'a.png', '', 9, 9, 9, '{{}}', '{NOW}', null, null);
insert into data.versions (version_id, dataset_id, name, state, created) values (5, 3, 'v1', 'draft', '{NOW}');
insert into data.version_layers values (5, 5, 0, true, true);
insert into data.campaigns (campaign_id, version_id, name, spec, created) values (6, 5, 'July', '{{}}', '{NOW}');
insert into data.steps values (6, 0, 'draw', 'annotation');
insert into data.tasks (task_id, campaign_id, asset_id, step, round, state, outcome, assignee_id, position, is_current,
                        worked_s, created)
  values (7, 6, 4, 0, 1, 'done', 'submitted', 1, 0, true, 12.5, '{NOW}');
insert into data.annotations values
  (8, 5, 4, 6, 7, 1, 'annotation', true, '[]', '{NOW}', null, 'answer');
"""


def test_what_was_said_before_is_no_copy_and_is_shown_as_it_was():
    connection = duckdb.connect(":memory:")
    for version, _, sql in migrations.MIGRATIONS:
        if version == 19:
            connection.execute(BEFORE)
            before = connection.execute("select * from data.version_annotations").fetchall()
        connection.execute(sql)
    assert connection.execute("select task_id, copy from tasks").fetchall() == [(7, None)]
    assert connection.execute("select * from data.version_annotations").fetchall() == before
    assert connection.execute("select annotation_id, origin, copy from annotations").fetchall() == [(8, "answer", None)]
    connection.execute(
        f"insert into data.annotations select 9, 5, 4, 6, 7, 1, 'annotation', true, '[]', '{NOW}', null, 'copy', 0"
    )
    assert connection.execute("select * from data.version_annotations").fetchall() == before
    assert connection.execute("select annotation_id from annotations order by 1").fetchall() == [(8,), (9,)]
