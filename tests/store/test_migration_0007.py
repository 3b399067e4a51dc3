"""Revisions from before know whether a person answered or something was imported."""

import duckdb

from nbannotate.store import migrations

#: The campaign and the source of a revision, and what it is.
REVISIONS = [
    (1, "annotation", "answer"),
    (None, "review", "answer"),  # in a child of the version
    (None, "July", "answer"),  # sent on by another campaign
    (None, "model.json", "import"),
]


def test_answers_and_imports_from_before_are_told_apart():
    connection = duckdb.connect(":memory:")
    for version, _, sql in migrations.MIGRATIONS:
        if version == 7:
            connection.execute("insert into data.members values (1, 'ana', 'annotator', null, true, now())")
            connection.execute("insert into data.versions values (1, 1, 'v', 'draft', null, now()::timestamp)")
            connection.execute(
                "insert into data.campaigns (campaign_id, version_id, name, spec, created) "
                "values (1, 1, 'July', '{}', now()::timestamp)"
            )
            for number, (campaign, source, _) in enumerate(REVISIONS):
                connection.execute(
                    "insert into data.annotations values (?, 1, ?, ?, null, 1, ?, false, '[]', now()::timestamp, null)",
                    [number, number, campaign, source],
                )
        connection.execute(sql)
    told = connection.execute("select origin from annotations order by annotation_id").fetchall()
    assert [origin for (origin,) in told] == [origin for _, _, origin in REVISIONS]
