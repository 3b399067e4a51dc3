"""People at work, through the operations that every page calls."""

import msgspec
import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotAllowed, Refused
from nbannotate.model import (
    Annotation,
    Closed,
    HistoryItem,
    Issue,
    Job,
    Saved,
    Shape,
    Task,
    TaskView,
)
from nbannotate.operations.dispatch import Request

BOX = Annotation(shapes=(Shape(kind="rectangle", points=((1.5, 2), (20, 30.25)), label="WBC", id="one"),))
TWO = Annotation(shapes=(*BOX.shapes, Shape(kind="polygon", points=((1, 1), (9, 1), (5, 9)), label="RBC", id="two")))


def next_(client, team, step=0):
    return client.call("tasks.next", TaskView | None, campaign_id=team.campaign.campaign_id, step=step)


def do(client, action, view, annotation=None, revision=None, seconds=0.0):
    arguments = {} if annotation is None else {"annotation": annotation}
    return client.call(
        f"tasks.{action}",
        Saved if action == "save" else Closed,
        task_id=view.task.task_id,
        revision=view.revision if revision is None else revision,
        seconds=seconds,
        **arguments,
    )


def raise_issue(client, view, text="wrong", **where):
    return client.call("issues.create", Issue, task_id=view.task.task_id, text=text, **where)


def to_rework(team):
    """Let ana submit and chloe return the first asset; return ana's view of it."""
    do(team["ana"], "submit", next_(team["ana"], team), BOX)
    review = next_(team["chloe"], team, 1)
    raise_issue(team["chloe"], review, "too large", zone=(1, 2, 30, 40))
    do(team["chloe"], "rework", review)
    return next_(team["ana"], team)


def test_my_tasks_counts_the_queue_until_i_pull(team):
    t = team(count=4)
    (job,) = t["ana"].call("tasks.mine", list[Job])
    assert (job.step_name, job.total, job.remaining, job.waiting, job.started) == ("draw", 4, 4, 4, 0)
    next_(t["ana"], t)
    (job,) = t["ana"].call("tasks.mine", list[Job])
    assert (job.total, job.remaining, job.waiting, job.started) == (4, 4, 3, 1)
    (job,) = t["ben"].call("tasks.mine", list[Job])
    assert (job.total, job.waiting) == (3, 3)


def test_going_on_gives_the_task_i_began_and_pull_gives_another(team):
    t = team(count=3)
    first = next_(t["ana"], t)
    assert next_(t["ana"], t).task.task_id == first.task.task_id
    second = t["ana"].call("tasks.pull", TaskView | None, campaign_id=t.campaign.campaign_id, step=0)
    assert second.task.task_id != first.task.task_id
    assert (first.position, second.position, second.total) == (1, 2, 3)


def test_two_people_never_hold_the_same_asset(team):
    t = team(count=5)
    seen = []
    while (view := next_(t["ana"], t)) or (view := next_(t["ben"], t)):
        who = t[view.task.assignee]
        seen.append(view.task.asset_id)
        do(who, "submit", view, BOX)
    assert len(seen) == len(set(seen)) == 5
    assert next_(t["ana"], t) is None


def test_a_draft_is_there_when_the_task_is_opened_again(team):
    t = team()
    view = next_(t["ana"], t)
    saved = do(t["ana"], "save", view, BOX)
    again = t["ana"].call("tasks.open", TaskView, task_id=view.task.task_id)
    assert again.annotation == BOX
    assert again.revision == saved.revision == 1
    assert t.workspace.sql("select count(*) as n from annotations")["n"][0] == 0


def test_a_second_tab_does_not_overwrite_what_the_first_one_saved(team):
    t = team()
    view = next_(t["ana"], t)
    do(t["ana"], "save", view, BOX)
    with pytest.raises(Conflict, match="another tab"):
        do(t["ana"], "save", view, Annotation(), revision=0)
    with pytest.raises(Conflict):
        do(t["ana"], "submit", view, TWO, revision=0)
    assert t["ana"].call("tasks.open", TaskView, task_id=view.task.task_id).annotation == BOX


def test_the_loop_of_annotate_rework_fix_and_accept(team):
    t = team()
    returned = to_rework(t)
    assert returned.task.state == "to_rework"
    assert returned.annotation == BOX
    assert [i.state for i in returned.issues] == ["open"]
    do(t["ana"], "submit", returned, TWO)
    review = next_(t["chloe"], t, 1)
    assert review.annotation == TWO
    assert [i.state for i in review.issues] == ["for_review"]
    closed = do(t["chloe"], "submit", review, TWO)
    assert closed.asset_state == "done"
    history = t["chloe"].call("tasks.history", list[HistoryItem], task_id=review.task.task_id)
    assert [(h.step_name, h.round, h.member, h.action) for h in history] == [
        ("draw", 1, "ana", "submitted"),
        ("check", 1, "chloe", "rework"),
        ("draw", 2, "ana", "submitted"),
        ("check", 2, "chloe", "accepted"),
    ]
    assert [h.shapes for h in history] == [1, None, 2, None]
    first = t["ana"].call("annotations.get", Annotation, annotation_id=history[0].annotation_id)
    assert first == BOX
    progress = t.campaign.progress
    assert (progress.total, progress.done, progress.remaining, progress.open_issues) == (4, 1, 3, 0)


def test_accepting_with_edits_keeps_both_revisions(team):
    t = team()
    do(t["ana"], "submit", next_(t["ana"], t), BOX)
    review = next_(t["chloe"], t, 1)
    do(t["chloe"], "submit", review, TWO)
    rows = t.workspace.sql("select member, source, shapes, is_latest from annotations order by annotation_id")
    assert rows.to_dict("list") == {
        "member": ["ana", "chloe"], "source": ["annotation", "review"], "shapes": [1, 2], "is_latest": [False, True],
    }  # fmt: skip
    outcomes = t.workspace.sql("select outcome from tasks where kind = 'review'")
    assert list(outcomes["outcome"]) == ["accepted_with_edits"]


def test_what_a_reviewer_drew_before_sending_to_rework_goes_along(team):
    t = team()
    do(t["ana"], "submit", next_(t["ana"], t), BOX)
    review = next_(t["chloe"], t, 1)
    do(t["chloe"], "save", review, TWO)
    raise_issue(t["chloe"], review)
    do(t["chloe"], "rework", review, revision=1)
    assert next_(t["ana"], t).annotation == TWO


def test_skipping_takes_the_asset_out_and_needs_an_issue(team):
    t = team(count=1)
    view = next_(t["ana"], t)
    with pytest.raises(Refused, match="issue"):
        do(t["ana"], "skip", view)
    raise_issue(t["ana"], view, "out of focus")
    assert do(t["ana"], "skip", view).asset_state == "skipped"
    assert next_(t["ana"], t) is None
    progress = t.campaign.progress
    assert (progress.done, progress.skipped, progress.remaining) == (0, 1, 0)
    with pytest.raises(Refused, match="left the workflow"):
        raise_issue(t["ana"], view, "again")


def test_nothing_to_label_is_an_answer(team):
    t = team()
    view = next_(t["ana"], t)
    with pytest.raises(Refused, match="Nothing is drawn"):
        do(t["ana"], "submit", view, Annotation())
    do(t["ana"], "submit", view, Annotation(nothing_to_label=True))
    assert next_(t["chloe"], t, 1).annotation.nothing_to_label


def test_a_submitted_task_is_read_only_and_shows_what_was_submitted(team):
    t = team()
    view = next_(t["ana"], t)
    do(t["ana"], "submit", view, BOX)
    do(t["chloe"], "submit", next_(t["chloe"], t, 1), TWO)
    mine = t["ana"].call("tasks.open", TaskView, task_id=view.task.task_id)
    assert (mine.editable, mine.actions, mine.annotation) == (False, (), BOX)
    assert "submitted" in mine.reason
    with pytest.raises(Refused, match="already"):
        do(t["ana"], "save", mine, TWO)


def test_an_annotator_sees_nothing_of_another_ones_task(team):
    t = team()
    view = next_(t["ben"], t)
    do(t["ben"], "save", view, BOX)
    ana = t["ana"]
    task, asset = view.task.task_id, view.task.asset_id
    for operation, returns, arguments in [
        ("tasks.open", TaskView, {"task_id": task}),
        ("tasks.history", list[HistoryItem], {"task_id": task}),
        ("tasks.save", Saved, {"task_id": task, "annotation": BOX, "revision": 1}),
        ("tasks.submit", Closed, {"task_id": task, "annotation": BOX, "revision": 1}),
        ("issues.create", Issue, {"task_id": task, "text": "hello"}),
        ("tasks.of_campaign", list[Task], {"campaign_id": t.campaign.campaign_id}),
        ("tasks.open", TaskView, {"task_id": 10**9}),
        ("annotations.get", Annotation, {"annotation_id": 10**9}),
    ]:
        with pytest.raises(NotAllowed):
            ana.call(operation, returns, **arguments)
    with pytest.raises(NotAllowed):
        ana.image(asset)
    with pytest.raises(NotAllowed):
        ana.query("select * from tasks", [])


def test_a_manager_looks_but_does_not_edit(team):
    t = team()
    view = next_(t["ana"], t)
    owner = t.workspace.client
    seen = owner.call("tasks.open", TaskView, task_id=view.task.task_id)
    assert (seen.editable, seen.reason) == (False, "This task is ana's.")
    with pytest.raises(NotAllowed, match="not yours"):
        do(owner, "save", view, BOX)
    assert len(owner.call("tasks.of_campaign", list[Task], campaign_id=t.campaign.campaign_id)) == 4


def test_who_does_not_work_at_a_step_cannot_pull_there(team):
    t = team()
    with pytest.raises(NotAllowed, match="do not work at this step"):
        next_(t["chloe"], t, 0)


def test_seconds_are_believed_only_as_far_as_the_clock_allows(team):
    t = team()
    view = next_(t["ana"], t)
    do(t["ana"], "save", view, BOX, seconds=5000)
    worked = t.workspace.sql("select worked_s from tasks where task_id = $1", [view.task.task_id])["worked_s"][0]
    assert 0 <= worked < 60
    with pytest.raises(InvalidInput, match="seconds"):
        do(t["ana"], "save", view, BOX, revision=1, seconds=-1)


def test_a_failed_operation_changes_nothing_and_leaves_no_event(team):
    t = team()
    view = next_(t["ana"], t)
    before = t.workspace.sql("select count(*) as n from events")["n"][0]
    with pytest.raises(InvalidInput, match="'dog'"):
        do(
            t["ana"],
            "submit",
            view,
            Annotation(shapes=(Shape(kind="rectangle", points=((0, 0), (9, 9)), label="dog"),)),
        )
    assert t.workspace.sql("select count(*) as n from events")["n"][0] == before
    assert t.workspace.sql("select count(*) as n from annotations")["n"][0] == 0


def test_every_change_leaves_one_event_with_who_and_what(team):
    t = team(count=1)
    returned = to_rework(t)
    do(t["ana"], "submit", returned, TWO)
    rows = t.workspace.sql(
        "select member, operation from events where operation like 'tasks.%' or operation like 'issues.%' "
        "order by event_id"
    )
    assert list(zip(rows["member"], rows["operation"], strict=True)) == [
        ("ana", "tasks.next"), ("ana", "tasks.submit"), ("chloe", "tasks.next"), ("chloe", "issues.create"),
        ("chloe", "tasks.rework"), ("ana", "tasks.next"), ("ana", "tasks.submit"),
    ]  # fmt: skip


@pytest.mark.parametrize(("existing", "step", "shapes"), [("prefill", 0, 1), ("restart", 0, 0), ("review", 1, 1)])
def test_annotations_that_exist_already_are_used_as_the_campaign_says(team, tmp_path, existing, step, shapes):
    def annotate(version):
        name = version.assets.df()["name"][0]
        (tmp_path / "pre.json").write_text(
            f'{{"images":[{{"id":1,"file_name":"{name}","width":64,"height":48}}],"categories":[{{"id":1,"name":"WBC"}}],'
            '"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,10,12],"score":0.5}]}'
        )
        version.read("coco", tmp_path / "pre.json")

    t = team(count=2, existing=existing, annotated=annotate)
    who = t["ana"] if step == 0 else t["chloe"]
    view = next_(who, t, step)
    assert len(view.annotation.shapes) == shapes
    assert t.campaign.plan().steps[step].tasks == (2 if step == 0 else 1)


def test_a_task_of_a_disabled_person_returns_to_the_queue_after_review(team):
    t = team(count=1)
    do(t["ana"], "submit", next_(t["ana"], t), BOX)
    t.workspace.members.disable("ana")
    review = next_(t["chloe"], t, 1)
    raise_issue(t["chloe"], review)
    do(t["chloe"], "rework", review)
    assert next_(t["ben"], t).task.state == "to_rework"


def test_a_single_step_workflow_ends_at_submit(team):
    t = team(count=1, steps=[nb.Step("draw", "annotation", ["ana"])])
    assert do(t["ana"], "submit", next_(t["ana"], t), BOX).asset_state == "done"


def test_what_another_recipe_left_may_stay_but_not_grow(team, tmp_path):
    import json

    def with_cars(version):
        file = tmp_path / "cars.json"
        boxes = [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 20, 20]}]
        images = [{"id": 1, "file_name": "img_000.png", "width": 64, "height": 48}]
        known = [{"id": 1, "name": "car"}]
        file.write_text(json.dumps({"images": images, "annotations": boxes, "categories": known}))
        version.read("coco", file)

    t = team(count=1, annotated=with_cars)
    view = next_(t["ana"], t)
    car = view.annotation.shapes[0]
    assert car.label == "car"
    kept = Annotation(shapes=(car, *BOX.shapes))
    do(t["ana"], "save", view, kept)
    grown = Annotation(shapes=(car, Shape(kind="rectangle", points=((1, 1), (5, 5)), label="car")))
    with pytest.raises(InvalidInput, match="car"):
        do(t["ana"], "save", view, grown, revision=1)
    do(t["ana"], "submit", view, kept, revision=1)


@pytest.mark.parametrize("action", ["next", "pull", "open", "submit_and_next"])
def test_a_repeated_request_gets_a_task_again_of_which_only_the_number_was_kept(team, action):
    t = team(count=3)
    view = next_(t["ana"], t)
    place = {"campaign_id": t.campaign.campaign_id, "step": 0}
    arguments = {
        "open": {"task_id": view.task.task_id},
        "submit_and_next": {"task_id": view.task.task_id, "annotation": TWO, "revision": view.revision},
    }.get(action, place)
    client = t["ana"]
    request = Request(f"tasks.{action}", msgspec.json.encode(arguments), client._token, f"twice {action}")
    first, second = (msgspec.json.decode(client.dispatcher.handle(request)) for _ in range(2))
    assert first == second
    with client.dispatcher.engine.read() as tx:
        (kept,) = tx.all("select answer from data.requests where request_id = $1", f"twice {action}")
        assert len(kept["answer"]) < 400
        assert tx.value("select count(*) from data.events where operation = $1", "tasks.submit") < 2
