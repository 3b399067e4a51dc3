"""Messages of a browser arrive once and in order; what a browser kept is done again on the task as it is stored."""

from __future__ import annotations

from typing import Any

from nbannotate.pages.shared.delivery import Line

SID = "tab"


def drawn(i: int, x: float, q: int) -> dict[str, Any]:
    """Return what the overlay sends when a rectangle was drawn."""
    return {"type": "create", "id": f"{i:016x}", "kind": "rectangle", "points": [[x, 10], [x + 30, 40]], "q": q}


def test_a_lost_message_is_asked_for_and_none_is_done_twice():
    line = Line()
    assert [line.arrives(SID, q) for q in (1, 2, 2, 4, 5, 3, 4)] == ["new", "new", "again", "gap", "gap", "new", "new"]
    assert line.got(SID) == 4
    assert [line.done(SID, q) for q in (1, 3, 2)] == [1, 1, 3]
    assert line.arrives("another", 1) == "new"


def test_a_message_that_is_nonsense_does_not_stop_those_after_it(place):
    ana = place.person("ana")
    ana.desk.dispatcher.handle({"do": "home", "nonsense": 1, "sid": SID, "q": 1})
    ana.desk.dispatcher.handle({"do": "start", "campaign": place.campaign.campaign_id, "step": 0, "sid": SID, "q": 2})
    assert ana.desk.dispatcher.worker.settle(20)
    assert ana.task.task.asset == "image_0.png"
    ana.desk.dispatcher.handle({"do": "probe", "sid": SID})
    assert ana.told[-1] == {"type": "arrived", "sid": SID, "upto": 2, "gap": False, "probed": True}


def test_the_browser_hears_what_is_stored(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    told = {"id": "00000000000000aa", "kind": "rectangle", "points": [[10, 10], [60, 60]], "type": "create",
            "g": ana.page.canvas.model.generation, "view_id": "v", "n": 1}  # fmt: skip
    ana.desk.dispatcher.handle({"do": "draw", "message": told, "sid": SID, "q": 1, "keep": True})
    ana.desk.drafts.flush()
    assert {"type": "storing", "sid": SID, "task": ana.task.task.task_id, "revision": 1, "upto": 1} in ana.told
    assert {"type": "stored", "sid": SID, "task": ana.task.task.task_id, "revision": 1, "upto": 1} in ana.told


def kept(person: Any) -> dict[str, Any]:
    return [m for m in person.told if m["type"] == "replayed"][-1]


def test_what_was_kept_on_this_draft_is_done_again(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    entries = [
        drawn(1, 10, 4) | {"under": "WBC"},
        drawn(2, 60, 5) | {"under": "RBC"},
        {"do": "tag", "name": "blurred", "q": 6},
    ]
    assert ana.does("replay", revision=0, entries=entries) is None
    assert kept(ana)["outcome"] == "done"
    assert [s.label for s in ana.task.annotation.shapes] == ["WBC", "RBC"]
    assert ana.task.annotation.tags == ("blurred",)


def test_what_was_stored_at_the_last_moment_is_not_done_twice(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    assert ana.does("tag", name="blurred") is None
    ana.desk.drafts.flush()  # revision 1; the browser heard that it was to have message 4
    entries = [{"do": "tag", "name": "blurred", "q": 4}, drawn(1, 10, 5)]
    assert ana.does("replay", revision=0, marks={"revision": 1, "upto": 4}, entries=entries) is None
    assert ana.task.annotation.tags == ("blurred",)
    assert len(ana.task.annotation.shapes) == 1


def test_what_the_kernel_stored_after_the_page_had_left_is_recognized(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    assert ana.does("replay", revision=0, entries=[drawn(1, 10, 4), {"do": "tag", "name": "blurred", "q": 5}]) is None
    ana.desk.drafts.flush()
    entries = [drawn(1, 10, 4), {"do": "tag", "name": "blurred", "q": 5}, drawn(2, 60, 6)]
    assert ana.does("replay", revision=0, entries=entries) is None
    assert kept(ana)["outcome"] == "done"
    assert len(ana.task.annotation.shapes) == 2
    assert ana.task.annotation.tags == ("blurred",)


def test_who_saved_something_else_meanwhile_is_asked(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    for box in ((10, 10, 60, 60), (20, 20, 70, 70)):
        ana.draws(box)
        ana.desk.drafts.flush()
    assert ana.does("replay", revision=1, entries=[drawn(1, 100, 4)]) is None
    assert kept(ana)["outcome"] == "ask"
    assert len(ana.task.annotation.shapes) == 2
    assert ana.does("replay", revision=1, entries=[drawn(1, 100, 4)], force=True) is None
    assert len(ana.task.annotation.shapes) == 3


def test_a_finished_image_takes_nothing_any_more(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    first = ana.task.task.task_id
    ana.draws((10, 10, 60, 60))
    assert ana.does("submit") is None
    assert ana.does("open", task=first) is None
    assert ana.does("replay", revision=0, entries=[drawn(1, 100, 4)]) is None
    assert kept(ana)["outcome"] == "over"


def test_nonsense_that_was_kept_is_passed_over(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    entries = [{"do": "submit"}, {"do": "nobody knows"}, {"type": "create"}, {"type": 3}, drawn(1, 10, 5)]
    assert ana.does("replay", revision=0, entries=entries) is None
    assert len(ana.task.annotation.shapes) == 1
    assert ana.state.screen == "task"
    assert ana.task.view.editable


def test_who_runs_the_cell_again_is_asked_where_what_the_old_kernel_held_in_memory_is_gone(place):
    ana = place.person("ana")
    ana.starts(place.campaign)  # nothing is stored yet, as in a workspace in memory that was made anew
    assert ana.does("replay", revision=3, entries=[drawn(1, 100, 4)]) is None
    assert kept(ana)["outcome"] == "ask"
    assert ana.task.annotation.empty
    assert ana.does("replay", revision=3, entries=[drawn(1, 100, 4)], force=True) is None
    assert len(ana.task.annotation.shapes) == 1
