"""What a shape holds besides its points is kept: the pixels of a mask, a color of its own, which points are visible."""

import json

import duckdb
import numpy as np
import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Closed, Rle, Saved, TaskView
from nbannotate.shapes.mask import mask
from nbannotate.shapes.rle import Region
from nbannotate.store import migrations

DISK = np.hypot(*np.mgrid[-10:11, -10:11]) < 9.5


def test_a_submitted_mask_is_stored_as_coco_rle_with_its_area_and_a_color(team):
    made = team(1)
    view = made["ana"].call("tasks.next", TaskView, campaign_id=made.campaign.campaign_id, step=0)
    shape = mask(Region(5, 5, DISK), (48, 64), label="WBC", id="m" * 16, color="#ff0000")
    drawn = nb.Annotation(shapes=(shape,))
    task = {"task_id": view.task.task_id, "revision": 0, "seconds": 0.0}
    for wrong in (
        nb.Shape(kind="mask", points=shape.points, label="WBC", rle=Rle((48, 64), "x")),
        nb.Shape(kind="mask", points=shape.points, label="WBC"),
        nb.Shape(kind="rectangle", points=((1, 1), (9, 9)), label="WBC", rle=shape.rle),
    ):
        with pytest.raises(InvalidInput):
            made["ana"].call("tasks.save", Saved, annotation=nb.Annotation(shapes=(wrong,)), **task)
    with pytest.raises(InvalidInput, match="the color must look like"):
        nb.Shape(kind="rectangle", points=((1, 1), (9, 9)), label="WBC", color="red")
    other = mask(Region(5, 5, DISK), (47, 64), label="WBC")
    with pytest.raises(Refused, match="64 × 47 pixels, the image 64 × 48"):
        made["ana"].call("tasks.submit", Closed, annotation=nb.Annotation(shapes=(other,)), **task)
    made["ana"].call("tasks.submit", Closed, annotation=drawn, **task)
    (row,) = made.workspace.sql("select kind, area, x, width, color, rle, visibility from shapes").to_dict("records")
    assert (row["kind"], row["area"], row["color"]) == ("mask", DISK.sum(), "#ff0000")
    assert json.loads(row["rle"]) == {"size": [48, 64], "counts": shape.rle.counts}
    seen = made["chloe"].call("tasks.next", TaskView, campaign_id=made.campaign.campaign_id, step=1)
    assert seen.annotation.shapes == (shape,)


def test_shapes_from_before_have_none_of_it():
    connection = duckdb.connect(":memory:")
    for version, _, sql in migrations.MIGRATIONS:
        if version == 3:
            row = [1, 0, "s", "WBC", "rectangle", "[[0,0],[1,1]]", "{}", None, 1.0, 0.0, 0.0, 1.0, 1.0]
            connection.execute(f"insert into data.shapes values ({', '.join('?' * len(row))})", row)
        connection.execute(sql)
    assert connection.execute("select color, rle, visibility from data.shapes").fetchall() == [(None, None, None)]
