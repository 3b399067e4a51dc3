"""What was said at any step or moment."""

import datetime
import time

import pytest
from msgspec.structs import replace

import nbannotate as nb
from nbannotate.errors import InvalidInput
from nbannotate.rules.compare import HOWS


def box(label, x=1):
    return nb.Annotation(shapes=(nb.Shape.rectangle(x, 2, 20, 20, label=label, id="one"),))


def now():
    """Return the time, with nothing of before or after at it."""
    time.sleep(0.01)
    found = datetime.datetime.now(datetime.UTC)
    time.sleep(0.01)
    return found


@pytest.fixture
def version(make_images):
    ws = nb.open(":memory:")
    yield ws.create_dataset("smears").create_version("v1").add_images(make_images(2))
    ws.close()


def test_a_version_is_as_it_was_at_a_moment(version, make_images):
    version.add_annotations({"img_000.png": box("cat")}, source="a")
    first = now()
    version.add_annotations({"img_000.png": box("dog"), "img_001.png": box("bird")}, source="b")
    version.assets["img_001.png"].archive()
    second = now()
    (later,) = make_images(1, folder="later")
    version.add_images(later.rename(later.with_name("later.png")))
    then, later = version.at(first), version.at(second)
    assert then.shapes.df()["label"].tolist() == ["cat"]
    assert later.shapes.df()["label"].tolist() == ["dog", "bird"]
    assert then.assets.df()["name"].tolist() == ["img_000.png", "img_001.png"]
    assert later.assets.df()["name"].tolist() == ["img_000.png"]
    assert then.assets["img_001.png"].archived is None
    assert then.annotations.df()["source"].tolist() == ["a"]
    assert later.annotations.df(history=True)["is_latest"].tolist() == [False, True, True]
    for table in ("assets", "shapes", "annotations"):
        assert list(getattr(then, table).columns) == list(getattr(version, table).columns)
        assert list(getattr(then, table).df().columns) == list(getattr(version, table).df().columns)


def test_a_child_shows_at_any_moment_what_it_began_with(version):
    version.add_annotations({"img_000.png": box("cat")}, source="a")
    child = version.create_child("v2")
    begun = now()
    version.add_annotations({"img_000.png": box("dog")}, source="b")
    child.add_annotations({"img_000.png": box("bird")}, source="c")
    assert child.at(begun).shapes.df()["label"].tolist() == ["cat"]
    assert child.at(now()).shapes.df()["label"].tolist() == ["bird"]


def test_a_day_is_its_beginning_and_what_is_no_moment_of_it_is_said(version):
    version.add_annotations({"img_000.png": box("cat")}, source="a")
    tomorrow = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1)
    assert len(version.at(tomorrow).shapes) == 1
    assert repr(version.at("2100-05-01T02:00", tz="Europe/Zurich")) == "VersionAt('smears', 'v1', 2100-05-01 00:00:00)"
    with pytest.raises(InvalidInput, match="was made at"):
        version.at("2020-01-01")
    with pytest.raises(InvalidInput, match="time must be a time"):
        version.at("yesterday")


def test_the_history_of_an_asset_says_who_changed_what_at_which_step(version):
    ws = version.workspace
    ana, chloe = ws.members.add("ana"), ws.members.add("chloe", role="reviewer")
    version.add_annotations({"img_000.png": box("cat")}, source="model")
    flow = nb.Workflow([nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])])
    campaign = version.create_campaign("July", nb.Recipe(["cat", "dog"]), flow, filter=nb.Filter.index(0, end=1))
    campaign.launch()
    two = (*box("dog", 3).shapes, nb.Shape.rectangle(30, 30, 20, 9, label="cat"))
    ws.acting(ana).work.next("July").submit(nb.Annotation(shapes=two))
    ws.acting(chloe).work.next("July").accept(box("dog", 3))
    history = version.assets["img_000.png"].history()
    told = history[["member", "source", "campaign", "step", "shapes", "added", "removed", "moved", "relabeled"]]
    assert told.astype(object).where(told.notna(), None).values.tolist() == [
        ["root", "model", None, None, 1, 1, 0, 0, 0],
        ["ana", "annotation", "July", "draw", 2, 1, 0, 1, 1],
        ["chloe", "review", "July", "check", 1, 0, 1, 0, 0],
    ]
    assert history["is_latest"].tolist() == [False, False, True]
    again = nb.Annotation(shapes=[replace(s, id="copy", attributes={"n": 1}) for s in box("dog", 3).shapes])
    version.add_annotations({"img_000.png": again}, source="copy", on_conflict="replace")
    last = version.assets["img_000.png"].history().iloc[-1]
    assert last[list(HOWS)].tolist() == [0, 0, 0, 0, 1], "a shape with another id in the same place is the same one"
