"""What is said of an image beside its shapes: tags with attributes and locks, values as JSON, metadata, limits."""

from __future__ import annotations

import json
from typing import Any

import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput
from nbannotate.pages.shared.json_input import Text

GRADE = nb.Attribute("grade", "choice", ("mild", "strong"), required=True)
CELL = nb.Label("cell", attributes=(nb.Attribute("stage", "choice", ("ring", "old")), nb.Attribute("n", "integer")))
RECIPE = nb.Recipe(
    [CELL, "dust"], tags=["dark", nb.Tag("stain", [GRADE, nb.Attribute("sure", "boolean", default=True)]), "wet"],
    max_shapes=2, max_tags=2, metadata="edit",
)  # fmt: skip


@pytest.fixture
def place(make_place):
    return make_place(RECIPE)


@pytest.fixture
def ana(place):
    person = place.person("ana")
    person.starts(place.campaign)
    return person


def tags(person: Any) -> dict[str, Any]:
    return {tag["name"]: tag for tag in person.part("drawing")["tags"]}


def grade(person: Any, text: str) -> str | None:
    return person.does("tag_attribute", tag="stain", name="grade", text=text)


def test_a_tag_asks_for_its_attributes_until_it_is_submitted_and_a_review_shows_what_differs(place, ana):
    assert ana.does("tag", name="stain") is None
    assert ana.task.annotation.tag_attributes == {"stain": {"sure": True}}
    wanted, sure = tags(ana)["stain"]["form"]["fields"]
    assert (wanted["required"], wanted["value"], sure["value"]) == (True, None, True)
    assert tags(ana)["stain"]["needs"] == ["grade"]
    assert "needs the attribute 'grade'; choose one of mild, strong" in ana.does("submit")
    assert "must be one of" in grade(ana, '"weak"')
    assert grade(ana, '"mild"') is None
    assert ana.does("submit") is None
    said = ["asset", "tag", "attributes.grade", "attributes.sure"]
    assert place.version.tags.df()[said].values.tolist() == [["image_0.png", "stain", "mild", True]]
    assert place.version.annotations.df()["asset"].tolist() == ["image_0.png"]
    chloe = place.person("chloe")
    chloe.starts(place.campaign, 1)
    assert chloe.does("rework", text="strong, I think") is None
    ana.starts(place.campaign)
    assert grade(ana, '"strong"') is None
    assert ana.does("changes") is None
    assert ana.part("info")["changes"]["tags_changed"] == [{"tag": "stain", "values": ["grade: mild → strong"]}]


def test_a_locked_tag_and_its_attributes_stay_until_it_is_unlocked(ana):
    assert "nothing to lock" in ana.does("tag_lock", name="stain")
    for what, fields in (("tag", {"name": "stain"}), ("tag_lock", {"name": "stain"})):
        assert ana.does(what, **fields) is None
    assert tags(ana)["stain"]["locked"]
    assert "is locked; unlock it" in ana.does("tag", name="stain")
    assert "is locked" in grade(ana, '"mild"')
    assert ana.does("tag_lock", name="stain") is None
    assert grade(ana, '"mild"') is None
    assert ana.does("tag", name="stain") is None
    assert ana.task.annotation.tag_attributes == {}
    assert ana.does("tag", name="stain") is None  # taken off by mistake: what was said comes back
    assert ana.task.annotation.tag_attributes == {"stain": {"sure": True, "grade": "mild"}}


def test_the_tag_beyond_the_limit_is_refused_at_once(ana):
    for name in ("dark", "wet"):
        assert ana.does("tag", name=name) is None
    assert "2 tags at most; take one off" in ana.does("tag", name="stain")
    assert ana.task.annotation.tags == ("dark", "wet")


def test_the_shape_beyond_the_limit_is_refused_as_it_is_drawn(ana):
    ana.draws((10, 10, 60, 60), (100, 10, 160, 60), label="dust")
    canvas = ana.page.canvas
    message = {"type": "create", "g": canvas.model.generation, "view_id": "v", "n": 1, "id": "f" * 16,
               "kind": "rectangle",
               "points": [[1, 1], [9, 9]]}  # fmt: skip
    canvas.receive(message)
    assert len(canvas.shapes) == 2
    assert ana.part("drawing")["counted"] == 2


def test_nothing_to_label_takes_shapes_away_when_it_is_asked_twice_and_undo_brings_them_back(ana):
    ana.draws((10, 10, 60, 60), label="dust")
    assert "1 shape" in ana.does("nothing")
    ana.page.canvas.lock([ana.page.canvas.shapes[0].id])
    assert "locked" in ana.does("nothing", sure=True)
    ana.page.canvas.lock([ana.page.canvas.shapes[0].id], locked=False)
    assert ana.does("nothing", sure=True) is None
    assert (ana.task.annotation.nothing_to_label, ana.task.annotation.shapes) == (True, ())
    assert ana.does("undo") is None
    assert (ana.task.annotation.nothing_to_label, len(ana.task.annotation.shapes)) == (False, 1)


class TestAttributesOfShapes:
    def chosen(self, ana: Any, *labels: str) -> list[str]:
        for i, label in enumerate(labels):
            ana.draws((10 + 70 * i, 10, 60 + 70 * i, 60), label=label)
        ids = [s.id for s in ana.page.canvas.shapes]
        assert ana.does("select", ids=ids) is None
        return ids

    def form(self, ana: Any) -> dict[str, Any]:
        return ana.part("drawing")["form"]

    def test_a_label_that_declares_none_takes_any_for_all_selected(self, ana):
        ids = self.chosen(ana, "dust", "dust")
        assert ana.does("attribute", ids=ids[:1], name="size", text="3.5") is None
        assert self.form(ana)["text"] is None  # they differ, so there is no one JSON
        assert [(f["name"], f["type"], f["mixed"]) for f in self.form(ana)["fields"]] == [("size", "number", True)]
        assert ana.does("attribute", ids=ids, name="who", text='"ben"') is None
        assert [s.attributes for s in ana.task.annotation.shapes] == [{"size": 3.5, "who": "ben"}, {"who": "ben"}]
        assert ana.does("attribute", ids=ids, name="size", text="") is None
        assert json.loads(self.form(ana)["text"]) == {"who": "ben"}
        assert ana.does("undo") is None
        assert ana.task.annotation.shapes[0].attributes == {"size": 3.5, "who": "ben"}

    def test_json_is_checked_against_the_recipe_with_the_place_of_a_mistake(self, ana):
        ids = self.chosen(ana, "cell")
        for body, words in (
            ('{"stage": "ring",\n "n": "x"}', "Line 2, column 7: n must be an integer"),
            ('{"stage": "ring",\n "m": 1}', "Line 2, column 7: the label 'cell' has no attribute 'm'; it has stage, n"),
            ('{"stage" "ring"}', "Line 1, column 10: a colon is missing"),
        ):
            assert words in ana.does("attributes", ids=ids, body=body)
        assert ana.does("attributes", ids=ids, body='{"stage": "old", "n": 4}') is None
        assert ana.task.annotation.shapes[0].attributes == {"stage": "old", "n": 4}
        assert "not there any more" in ana.does("attributes", ids=["0" * 16], body="{}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1]", "Line 1, column 1: an object is needed"),
        ('{"a": 1,}', "Line 1, column"),
        ('{"a": tru}', "Line 1, column 7: a value is missing"),
        ('{\n "a": 1\n "b": 2}', "Line 3, column 2: a comma is missing"),
        ('{"a": "x}', "Line 1, column 7: this text has no closing quote"),
        ('{"a": 1} x', "Line 1, column 10: something follows after the end"),
        ('{"a": 1e999}', "Line 1, column 7: 1e999 is no number"),
        ('{"a": 9007199254740993}', "no number that can be kept"),
        ('{"a": 1,\n "a": 2}', 'Line 2, column 2: "a" is there twice'),
        ('{"a":' * 100_000, "too many brackets"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text, words):
    with pytest.raises(InvalidInput, match=r"^[LT]") as refused:
        Text(text)
    assert words in str(refused.value)
    assert Text(" ").values == {}


class TestMetadata:
    def shown(self, person: Any) -> dict[str, Any]:
        return {row["name"]: row["value"] for row in person.part("info")["metadata"]["rows"]}

    def test_they_are_changed_value_by_value_or_as_json_and_taken_back(self, place, ana):
        assert ana.part("info")["metadata"]["may"]
        assert ana.does("metadata", name="site", text='"Bern"') is None
        assert ana.does("metadata_json", body='{"site": "Lyon", "age": 7, "more": {"a": [1]}}') is None
        assert self.shown(ana)["site"] == "Lyon"
        assert place.version.metadata("image_0.png") == {"site": "Lyon", "age": 7, "more": {"a": [1]}}
        assert "Line 1, column 2" in ana.does("metadata_json", body="{site}")
        assert ana.does("metadata", name="age", text="") is None
        assert "age" not in self.shown(ana)
        for expected in ({"site", "age", "more"}, {"site"}, set()):
            assert ana.does("metadata_undo") is None
            assert set(self.shown(ana)) == expected
        assert "No change" in ana.does("metadata_undo")

    def test_what_somebody_else_changed_meanwhile_is_shown_and_not_lost(self, place, ana):
        place.version.set_metadata("image_0.png", {"site": "Basel"})
        assert "Somebody else changed" in ana.does("metadata", name="age", text="3")
        assert self.shown(ana) == {"site": "Basel"}
        assert ana.does("metadata", name="age", text="3") is None
        assert place.version.metadata("image_0.png") == {"site": "Basel", "age": 3}

    def test_where_the_recipe_only_shows_them_they_cannot_be_changed(self, make_place):
        place = make_place(nb.Recipe(["cell"]))
        ana = place.person("ana")
        ana.starts(place.campaign)
        assert ana.part("info")["metadata"] == {"rows": [], "may": False, "text": "", "undo": False}
        assert "not change them" in ana.does("metadata", name="a", text="1")
