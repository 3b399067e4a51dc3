"""What several people answered, on the page of whoever decides: one key for each choice, over one another or alone."""

from __future__ import annotations

from typing import Any

import pytest

import nbannotate as nb
from nbannotate.model import Annotation, Closed, Issue, TaskView


def box(x: float, label: str = "RBC", id: str | None = None) -> nb.Shape:
    more = {} if id is None else {"id": id}
    return nb.Shape(kind="rectangle", points=((x, 20), (x + 60, 90)), label=label, **more)


SAID = {
    "ana": Annotation(shapes=(box(20), box(120)), tags=("blurred",)),
    "ben": Annotation(shapes=(box(22), box(220, id="lone"))),
}


@pytest.fixture
def deciding(make_place: Any) -> Any:
    """Return ana's and ben's campaign, and the page of chloe, who decides."""
    steps = [
        nb.Step("draw", "annotation", ["ana", "ben"], copies=2),
        nb.Step("agree", "consensus", ["chloe"]),
    ]
    place = make_place(steps=steps)
    for login, said in SAID.items():
        client = place.town.client(login)
        view = client.call("tasks.next", TaskView, campaign_id=place.campaign.campaign_id, step=0)
        client.call("tasks.submit", Closed, task_id=view.task.task_id, annotation=said, revision=0)
    person = place.person("chloe")
    person.starts(place.campaign, 1)
    return place, person


def part(person: Any) -> dict[str, Any]:
    return person.part("info")["answers"]


def test_the_panel_has_people_without_names_and_what_they_do_not_agree_about(deciding: Any) -> None:
    _, person = deciding
    shown = part(person)
    assert [(p["name"], p["said"]) for p in shown["people"]] == [("1", "2 shapes"), ("2", "2 shapes")]
    assert [(d["what"], d["name"], d["decided"], [c["person"] for c in d["choices"]]) for d in shown["disputes"]] == [
        ("shape", "RBC", None, [0]), ("shape", "RBC", None, [1]), ("tag", "blurred", None, [0])
    ]  # fmt: skip
    assert shown["left"] == 3
    assert [s.points[0][0] for s in person.page.canvas.shapes] == [20], "what is agreed is there"
    assert len(person.page.canvas.ghosts) == 2
    said = repr([person.part(name) for name in ("task", "talk", "info", "drawing", "jobs")])
    assert "'ana'" not in said
    assert "'ben'" not in said


def test_taking_an_answer_is_a_shape_like_any_other_and_can_be_undone(deciding: Any) -> None:
    _, person = deciding
    assert person.does("dispute") is None
    assert part(person)["at"] == 0
    assert person.does("take_answer", place=0, answer="0") is None
    assert [s.points[0][0] for s in person.page.canvas.shapes] == [20, 120]
    assert part(person)["disputes"][0]["decided"] == "0"
    assert person.does("dispute") is None
    assert part(person)["at"] == 1
    assert person.does("take_answer", place=1, answer="none") is None
    assert person.does("take_answer", place=2, answer="0") is None
    assert person.task.annotation.tags == ("blurred",)
    assert part(person)["left"] == 0
    person.page.canvas.undo()
    assert person.desk.dispatcher.worker.settle(20)
    assert [s.points[0][0] for s in person.page.canvas.shapes] == [20]
    assert part(person)["disputes"][0]["decided"] is None
    assert person.does("take_answer", place=0, answer="0") is None
    assert person.does("take_answer", place=0, answer="none") is None
    assert [s.points[0][0] for s in person.page.canvas.shapes] == [20]


def test_one_person_is_shown_alone_after_the_other(deciding: Any) -> None:
    _, person = deciding
    seen = []
    for _ in range(3):
        assert person.does("alone") is None
        seen.append([round(g.shape.points[0][0]) for g in person.page.canvas.ghosts])
    assert seen == [[20, 120], [22, 220], [120, 220]]
    assert person.does("alone", person=9)


def test_what_was_taken_is_known_when_the_page_is_opened_again(deciding: Any) -> None:
    place, person = deciding
    assert person.does("take_answer", place=1, answer="0") is None
    assert person.desk.drafts.flush()
    again = place.person("chloe")
    again.starts(place.campaign, 1)
    assert [d["decided"] for d in part(again)["disputes"]] == [None, "0", None]


def test_what_was_decided_is_submitted(deciding: Any) -> None:
    place, person = deciding
    assert person.does("take_answer", place=1, answer="0") is None
    assert person.does("submit") is None
    rows = place.version.annotations.df()
    assert rows[["member", "source", "shapes"]].values.tolist() == [["chloe", "consensus", 2]]


def test_what_cannot_be_is_refused_with_a_sentence(deciding: Any, make_place: Any) -> None:
    _, person = deciding
    assert "no such disagreement" in person.does("take_answer", place=7, answer="0")
    assert "answers to choose from" in person.does("take_answer", place=0, answer="7")
    assert "disagreements here" in person.does("dispute", place=7)
    other = make_place()
    ana = other.person("ana")
    ana.starts(other.campaign)
    assert part(ana) is None
    assert "no consensus step" in ana.does("dispute")


def test_issues_of_people_are_shown_without_their_names(make_place: Any) -> None:
    steps = [nb.Step("draw", "annotation", ["ana", "ben"], copies=2), nb.Step("agree", "consensus", ["chloe"])]
    place = make_place(steps=steps)
    for login in ("ana", "ben"):
        client = place.town.client(login)
        view = client.call("tasks.next", TaskView, campaign_id=place.campaign.campaign_id, step=0)
        client.call("issues.create", Issue, task_id=view.task.task_id, text="What is this?")
        client.call("tasks.submit", Closed, task_id=view.task.task_id, annotation=SAID["ana"], revision=0)
    person = place.person("chloe")
    person.starts(place.campaign, 1)
    assert [i["author"] for i in person.part("talk")["issues"]] == ["1", "2"]
