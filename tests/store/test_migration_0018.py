"""Time from before stays: its rows come from the log, and what no page measured then is missing, not zero."""

import datetime

import duckdb

from nbannotate.store import migrations

NOW = datetime.datetime(2026, 1, 1, 12)

BEFORE = f"""
insert into data.members values (1, 'ana', 'annotator', null, true, '{NOW}', null),
  (2, 'olga', 'owner', null, true, '{NOW}', null);
insert into data.datasets values (3, 'scans', '', '{NOW}', null);
insert into data.assets values (4, 3, 'a.png', 'a.png', '', 9, 9, 9, '{{}}', '{NOW}', null, null);
insert into data.versions (version_id, dataset_id, name, state, created) values (5, 3, 'v1', 'draft', '{NOW}');
insert into data.campaigns (campaign_id, version_id, name, spec, created) values (6, 5, 'July', '{{}}', '{NOW}');
insert into data.steps values (6, 0, 'draw', 'annotation');
insert into data.tasks values
  (7, 6, 4, 0, 1, 'done', 'submitted', 1, 0, true, 12.5, '{NOW}', '{NOW}', '{NOW}', '{NOW}', 'completed', null, null),
  (8, 6, 4, 0, 1, 'in_progress', null, null, 1, true, 0, '{NOW}', null, null, null, null, null, null);
insert into data.events values
  (9, 1, 'tasks.save', 6, 7, 4, 1.0, 2.5, '{{}}', '{NOW}', null),
  (10, 1, 'tasks.submit', 6, 7, 4, 1.0, 10.0, '{{"worked":"given"}}', '{NOW}', 2),
  (11, 1, 'tasks.open', 6, 7, 4, 1.0, null, '{{}}', '{NOW}', null),
  (12, 1, 'tasks.save', 6, 99, 4, 1.0, 4.0, '{{}}', '{NOW}', null);
"""


def test_time_from_before_is_in_the_rows_and_nothing_is_said_of_what_was_not_measured():
    connection = duckdb.connect(":memory:")
    for version, _, sql in migrations.MIGRATIONS:
        if version == 18:
            connection.execute(BEFORE)
        connection.execute(sql)
    asked = "select task_id, shown_s, worked_s, editing_s from tasks order by 1"
    assert connection.execute(asked).fetchall() == [(7, None, 12.5, None), (8, 0.0, 0.0, 0.0)]
    rows = connection.execute("select * from activity order by started").fetchall()
    began = NOW - datetime.timedelta(seconds=2.5)
    assert rows == [
        (7, 6, 4, 0, "ana", None, began, NOW, None, 2.5, None),
        (7, 6, 4, 0, "ana", None, NOW, NOW, None, 10.0, None),
    ]
