"""Further labels on a shape, and attributes on a tag, are kept wherever an annotation goes."""

import contextlib
import json

import duckdb

import nbannotate as nb
from nbannotate.operations.dispatch import utc_now
from nbannotate.store import data, migrations

SHAPE = nb.Shape(kind="rectangle", points=((1, 1), (9, 9)), label="WBC", also=("RBC", "dust"), id="a" * 16)
SAID = nb.Annotation(shapes=(SHAPE,), tags=("blurred",), tag_attributes={"blurred": {"how much": 3}})


def test_further_labels_and_tag_attributes_are_stored_and_go_into_a_child_version(make_images):
    with contextlib.closing(nb.open(":memory:")) as ws:
        version = ws.create_dataset("smears").create_version("v1").add_images(make_images(1))
        (asset_id,) = version.assets.df()["asset_id"]
        engine = ws.client.dispatcher.engine
        with engine.write() as tx:
            member_id = tx.value("select min(member_id) from data.members")
            data.add_annotation(
                tx, version_id=version.version_id, asset_id=asset_id, member_id=member_id, source="test",
                annotation=SAID, now=utc_now(),
            )  # fmt: skip
        child = version.publish().create_child("v2")
        for one in (version, child):
            with engine.read() as tx:
                row = data.latest(tx, one.version_id, asset_id)
                assert data.annotation(tx, row) == SAID
        rows = ws.sql("select also from shapes").to_dict("records")
        assert [json.loads(row["also"]) for row in rows] == [["RBC", "dust"]] * 2
        (told, _) = ws.sql("select tag_attributes from annotations")["tag_attributes"]
        assert json.loads(told) == {"blurred": {"how much": 3}}


def test_annotations_from_before_have_none_of_it():
    connection = duckdb.connect(":memory:")
    for version, _, sql in migrations.MIGRATIONS:
        if version == 4:
            connection.execute("insert into data.members values (1, 'ana', 'annotator', null, true, now())")
            connection.execute("insert into data.versions values (1, 1, 'v', 'draft', null, now()::timestamp)")
            connection.execute("insert into data.annotations values (1, 1, 1, null, null, 1, 't', false, '[]', now())")
            row = [
                1,
                0,
                "s",
                "WBC",
                "rectangle",
                "[[0,0],[1,1]]",
                "{}",
                None,
                1.0,
                0.0,
                0.0,
                1.0,
                1.0,
                None,
                None,
                None,
            ]
            connection.execute(f"insert into data.shapes values ({', '.join('?' * len(row))})", row)
        connection.execute(sql)
    assert connection.execute("select also from data.shapes").fetchall() == [(None,)]
    assert connection.execute("select tag_attributes from annotations").fetchall() == [("{}",)]
