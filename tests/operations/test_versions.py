"""Versions: published ones never change; a child goes on from one."""

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, Refused
from nbannotate.model import Version

from .test_tasks import BOX, do, next_


def annotated(team):
    t = team(count=3, steps=[nb.Step("draw", "annotation", ["ana"])])
    for _ in range(2):
        do(t["ana"], "submit", next_(t["ana"], t), BOX)
    return t


def test_a_version_with_a_running_campaign_cannot_be_published(team):
    t = annotated(team)
    with pytest.raises(Refused, match="'July' is running"):
        t.version.publish()
    do(t["ana"], "submit", next_(t["ana"], t), BOX)
    assert t.version.publish().state == "published"
    with pytest.raises(Refused, match="published already"):
        t.version.publish()


def test_a_published_version_takes_no_images(team, make_images):
    t = annotated(team)
    do(t["ana"], "submit", next_(t["ana"], t), BOX)
    t.version.publish()
    with pytest.raises(Refused, match="never changes"):
        t.version.add_images(make_images(1, folder="more"))


def test_a_child_has_the_assets_and_what_was_said_of_them(team):
    t = annotated(team)
    child = t.version.create_child("v2")
    assert list(child.assets.df()["name"]) == list(t.version.assets.df()["name"])
    assert list(child.shapes.df()["asset"]) == ["img_000.png", "img_001.png"]
    assert set(child.shapes.df()["member"]) == {"ana"}
    assert t.version.create_child("bare", annotations=False).shapes.df().empty
    with pytest.raises(Conflict, match="'v2' already"):
        t.version.create_child("v2")
    do(t["ana"], "submit", next_(t["ana"], t), BOX)
    assert len(child.shapes) == 2, "what is said of the parent later does not reach the child"


def test_a_campaign_on_a_published_version_works_in_a_child_that_bears_its_name(team):
    t = annotated(team)
    do(t["ana"], "submit", next_(t["ana"], t), BOX)
    t.version.publish()
    flow = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
    again = t.version.create_campaign("August", nb.Recipe(labels=["WBC"]), flow)
    again.launch()
    known = {v.name: v for v in t.workspace.client.call("versions.list", list[Version])}
    assert known["August"].parent_id == t.version.version_id
    assert (known["August"].state, known["August"].assets) == ("draft", 3)
    assert again.version_id == known["August"].version_id
