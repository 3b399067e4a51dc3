"""Workspaces from before know what is put away; nothing is."""

import duckdb

from nbannotate.store import migrations


def test_nothing_from_before_is_put_away():
    connection = duckdb.connect(":memory:")
    for version, _, sql in migrations.MIGRATIONS:
        if version == 12:
            connection.execute("insert into data.members values (1, 'ana', 'annotator', null, true, now())")
            connection.execute(
                "insert into data.datasets (dataset_id, name, readme, created) values (2, 'd', '', now()::timestamp)"
            )
            connection.execute("insert into data.versions values (3, 2, 'v', 'draft', null, now()::timestamp)")
            connection.execute(
                "insert into data.assets (asset_id, dataset_id, name, path, folder, width, height, bytes, metadata, "
                "created) values (4, 2, 'a', 'a', '', 1, 1, 1, '{}', now()::timestamp)"
            )
            connection.execute("insert into data.version_assets values (3, 4, 0)")
        connection.execute(sql)
    for view in ("members", "datasets", "versions", "assets"):
        assert connection.execute(f"select archived from {view}").fetchall() == [(None,)], view
