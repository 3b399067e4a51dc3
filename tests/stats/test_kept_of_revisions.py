"""What statistics ask of revisions is kept, and every figure is the same with it and without it."""

from typing import Any

import msgspec
import pandas as pd
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.store import revision_counts

TABLES = ("shapes", "shapes_per_asset", "jobs", "job_labels", "reviewer_edits", "member_work")


@pytest.fixture
def images(tmp_path: Any) -> Any:
    for n in range(8):
        Image.new("RGB", (200, 100)).save(tmp_path / f"{n}.png")
    return tmp_path


def box(x: float, label: str) -> nb.Shape:
    return nb.Shape.rectangle(x, 10, 20, 20, label=label)


def said(*shapes: nb.Shape) -> nb.Annotation:
    return nb.Annotation(shapes=shapes, nothing_to_label=not shapes)


class Kept:
    """A workspace, and how many revisions it keeps what of."""

    def __init__(self, ws: Any) -> None:
        self.ws, self.engine = ws, ws.client.dispatcher.engine

    def tables(self, scope: Any) -> list[pd.DataFrame]:
        return [getattr(nb.stats, name)(scope) for name in TABLES]

    def count(self, table: str) -> int:
        with self.engine.read() as tx:
            return int(tx.value(f"select count(*) from data.{table}"))

    def check(self, *scopes: Any) -> None:
        """Check that all tables say the same before something is kept, and after."""
        for scope in scopes:
            before = self.tables(scope)
            assert not revision_counts.count(self.engine, least=1)
            for one, other in zip(before, self.tables(scope), strict=True):
                pd.testing.assert_frame_equal(one, other)


def test_figures_are_the_same_whatever_was_kept_when(images: Any) -> None:
    ws = nb.open(":memory:")
    kept = Kept(ws)
    people = {login: ws.acting(ws.members.add(login)) for login in ("ana", "ben")}
    people["rev"] = ws.acting(ws.members.add("rev", "reviewer"))
    version = ws.create_dataset("d").create_version("v").add_images(images)
    steps = [nb.Step("draw", "annotation", ["ana", "ben"]), nb.Step("check", "review", ["rev"])]
    campaign = version.create_campaign("c", nb.Recipe(["a", "b"]), nb.Workflow(steps))
    campaign.launch()
    for n in range(4):
        people["ana"].work.next("c").submit(said(box(5, "a"), box(60, "b"), box(n, "a")))
    assert not revision_counts.count(kept.engine)
    assert not kept.count("counted_revisions"), "a few revisions are not worth it"
    kept.check(campaign, ws)
    assert (kept.count("counted_revisions"), kept.count("revision_labels"), kept.count("review_edits")) == (4, 8, 0)

    review = people["rev"].work.next("c")
    first = review.annotation.shapes[0]
    review.save(said(msgspec.structs.replace(first, label="b"), box(100, "a")))
    review.accept()
    people["rev"].work.next("c").rework("look again")
    people["ana"].work.next("c").submit(said(box(5, "a")))
    kept.check(campaign, version, ws)
    assert kept.count("review_edits") == 1

    people["ben"].work.next("c").submit(said())
    kept.check(campaign, version, ws)
    version.assets["0.png"].delete()
    kept.check(campaign, version, ws)
    with kept.engine.read() as tx:
        assert not tx.value(
            "select count(*) from data.revision_labels where annotation_id not in (select annotation_id from "
            "data.annotations)"
        )
    ws.close()
