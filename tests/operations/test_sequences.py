"""People at work on the slices of a series: what they see of them, and what they put onto many at once."""

import datetime

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotAllowed, Refused
from nbannotate.model import Annotation, Closed, ClosedAndNext, Saved, Sequence, Shape, Spread, TaskView
from tests.conftest import Team

BOX = Shape(kind="rectangle", points=((1.5, 2), (20, 30.25)), label="WBC", id="one")
DOT = Shape(kind="polygon", points=((1, 1), (9, 1), (5, 9)), label="RBC", id="two", confidence=0.4)
BOTH = Annotation(shapes=(BOX, DOT), tags=("blurred",))


@pytest.fixture
def series(tmp_path):
    """Return a function that makes a campaign over the slices of one file, which ana and ben annotate."""
    made = []

    def make(count=6, who=("ana",), **options):
        workspace = nb.open(":memory:")
        made.append(workspace)
        random = np.random.default_rng(0)
        pages = [Image.fromarray(random.integers(0, 255, (48, 64), dtype=np.uint8)) for _ in range(count)]
        pages[0].save(tmp_path / f"stack{len(made)}.tif", save_all=True, append_images=pages[1:])
        steps = [nb.Step("draw", "annotation", list(who)), nb.Step("check", "review", ["chloe"])]
        return Team(workspace, [tmp_path / f"stack{len(made)}.tif"], steps=steps, **options)

    yield make
    for workspace in made:
        workspace.close()


def next_(client, team, step=0):
    return client.call("tasks.next", TaskView | None, campaign_id=team.campaign.campaign_id, step=step)


def save(client, view, annotation, revision=None):
    revision = view.revision if revision is None else revision
    return client.call("tasks.save", Saved, task_id=view.task.task_id, annotation=annotation, revision=revision)


def slices(client, view):
    return client.call("sequences.view", Sequence, task_id=view.task.task_id).slices


def spread(client, view, first, last, **how):
    return client.call("sequences.spread", Spread, task_id=view.task.task_id, first=first, last=last, **how)


def undo(client, done):
    return client.call("sequences.undo", Spread, spread_id=done.spread_id)


def open_(client, task_id):
    return client.call("tasks.open", TaskView, task_id=task_id)


def labels(client, view):
    return [s.labels for s in slices(client, view)]


def begun(client, team, annotation=BOTH):
    """Let somebody draw on the first slice; return the view of it."""
    view = next_(client, team)
    save(client, view, annotation)
    return view


def test_somebody_sees_the_slices_in_order_with_what_each_says(series):
    t = series(count=4)
    ana = t["ana"]
    view = begun(ana, t)
    found = ana.call("sequences.view", Sequence, task_id=view.task.task_id)
    assert (found.here, found.undo) == (1, None)
    assert [s.place for s in found.slices] == [1, 2, 3, 4]
    assert [s.hold for s in found.slices] == ["mine", "free", "free", "free"]
    first = found.slices[0]
    assert (first.labels, first.tags, first.drafted) == ({"WBC": 1, "RBC": 1}, ("blurred",), True)
    assert found.slices[1].name.endswith("#2")
    ana.call("tasks.submit", Closed, task_id=view.task.task_id, annotation=BOTH, revision=1)
    first = slices(ana, view)[0]
    assert (first.hold, first.step, first.labels, first.task_id) == ("seen", 1, {"WBC": 1, "RBC": 1}, view.task.task_id)


def test_of_the_slices_of_others_nothing_is_said(series):
    t = series(count=3, who=("ana", "ben"))
    view, other = begun(t["ana"], t), begun(t["ben"], t)
    mine, bens, free = slices(t["ana"], view)
    assert (mine.hold, bens.hold, free.hold) == ("mine", "hidden", "free")
    assert (bens.task_id, bens.asset_id, bens.name, bens.labels) == (0, 0, "", {})
    with pytest.raises(NotAllowed):
        slices(t["ana"], other)
    assert [s.hold for s in slices(t.workspace.client, view)] == ["seen", "seen", "seen"]  # an owner looks at all


def test_a_slice_is_taken_out_of_the_queue_by_who_works_on_the_sequence(series):
    t = series(count=3, who=("ana", "ben"))
    view = begun(t["ana"], t)
    third = slices(t["ana"], view)[2].task_id
    with pytest.raises(NotAllowed, match="no slice of this sequence yet"):
        t["ben"].call("sequences.take", TaskView, task_id=third)
    taken = t["ana"].call("sequences.take", TaskView, task_id=third)
    assert (taken.editable, taken.task.assignee, taken.task.task_id) == (True, "ana", third)
    assert taken.task.leased_until is not None
    next_(t["ben"], t)
    with pytest.raises(Conflict, match="Somebody else took"):
        t["ben"].call("sequences.take", TaskView, task_id=third)


def test_shapes_and_tags_are_put_onto_the_rest(series):
    t = series(count=4)
    view = begun(t["ana"], t)
    done = spread(t["ana"], view, 2, 4)
    assert (done.changed, done.taken, done.left) == ((2, 3, 4), 3, ())
    assert done.message == "2 shapes and 1 tag: 3 slices (2–4). 3 slices were taken out of the queue."
    there = [open_(t["ana"], s.task_id).annotation for s in slices(t["ana"], view)]
    assert [a.tags for a in there] == [("blurred",)] * 4
    assert [[(s.label, s.points) for s in a.shapes] for a in there] == [[(s.label, s.points) for s in BOTH.shapes]] * 4
    assert len({s.id for a in there for s in a.shapes}) == 8  # shapes of their own
    assert {s.confidence for a in there[1:] for s in a.shapes} == {None}
    events = t.workspace.sql("select detail from events where operation = 'sequences.spread'")
    assert len(events) == 1


def test_only_what_was_chosen_is_put_onto_others(series):
    t = series(count=3)
    view = begun(t["ana"], t)
    spread(t["ana"], view, 2, 2, shapes=["one"], tags=[])
    spread(t["ana"], view, 3, 3, shapes=[])
    assert [(s.labels, s.tags) for s in slices(t["ana"], view)[1:]] == [({"WBC": 1}, ()), ({}, ("blurred",))]
    with pytest.raises(InvalidInput, match="no shape 'three'"):
        spread(t["ana"], view, 2, 3, shapes=["three"])
    with pytest.raises(InvalidInput, match="slices 1 to 3"):
        spread(t["ana"], view, 2, 4)


def test_slices_that_have_shapes_are_left_out_or_get_more_or_others(series):
    t = series(count=4)
    view = begun(t["ana"], t)
    spread(t["ana"], view, 2, 3, shapes=["one"], tags=[])
    done = spread(t["ana"], view, 2, 4, shapes=["two"], tags=[])
    assert done.changed == (4,)
    assert done.message.endswith("Left as they are: 2, 3 have shapes already.")
    done = spread(t["ana"], view, 2, 2, tags=[], existing="add")
    assert done.changed == (2,)
    assert labels(t["ana"], view)[1] == {"WBC": 1, "RBC": 1}  # the one that is there is not put there twice
    done = spread(t["ana"], view, 2, 4, shapes=["two"], tags=[], existing="replace")
    assert (done.changed, done.same) == ((2, 3), (4,))
    assert labels(t["ana"], view)[1:] == [{"RBC": 1}] * 3
    with pytest.raises(Refused, match="3 slices said the same already"):
        spread(t["ana"], view, 2, 4, shapes=["two"], tags=[], existing="add")


@pytest.mark.parametrize("where", ["spread", "copy to the next"])
def test_what_the_recipe_does_not_have_stays_behind_and_is_said(series, where):
    stage = nb.Attribute("stage", "choice", ["ring", "old"])
    imported = replace(BOX, attributes={"occluded": False, "stage": 7}), replace(DOT, attributes={"occluded": True})
    said = Annotation(shapes=imported, tags=("blurred",), tag_attributes={"blurred": {"by": "cvat"}})
    team = series(
        recipe=nb.Recipe(labels=[nb.Label("WBC", attributes=[stage]), "RBC"], tags=["blurred"]),
        annotated=lambda version: version.add_annotations({version.assets.df()["name"][0]: said}, source="cvat"),
    )
    ana = team["ana"]
    view = next_(ana, team)
    done = spread(ana, view, 2, 4 if where == "spread" else 2)
    assert done.dropped == ("occluded", "stage", "by")
    assert "Without 'occluded', 'stage', 'by', which the recipe does not have." in done.message
    for place in done.changed:
        copy = open_(ana, slices(ana, view)[place - 1].task_id).annotation
        assert [s.attributes for s in copy.shapes] == [{}, {"occluded": True}]
        assert copy.tag_attributes == {}
    assert open_(ana, view.task.task_id).annotation.shapes == imported


def test_nothing_to_label_is_said_of_a_range(series):
    t = series(count=4)
    view = begun(t["ana"], t)
    spread(t["ana"], view, 2, 2, shapes=["one"], tags=[])
    done = spread(t["ana"], view, 2, 4, nothing=True)
    assert (done.changed, done.left[0].places) == ((3, 4), (2,))
    assert [s.nothing_to_label for s in slices(t["ana"], view)] == [False, False, True, True]
    spread(t["ana"], view, 2, 2, nothing=True, existing="replace")
    assert labels(t["ana"], view)[1] == {}
    spread(t["ana"], view, 3, 3, tags=[])  # shapes take it away
    assert not slices(t["ana"], view)[2].nothing_to_label


def test_what_is_not_mine_or_does_not_fit_is_left_out_with_the_reason(series):
    t = series(count=6, who=("ana", "ben"))
    with t.workspace.client.dispatcher.engine.write() as tx:
        tx.run("update data.assets set width = 1 where name like '%#5'")
    view = begun(t["ana"], t)
    begun(t["ben"], t)  # 2
    third = t["ana"].call("sequences.take", TaskView, task_id=slices(t["ana"], view)[2].task_id)
    t["ana"].call("tasks.submit", Closed, task_id=third.task.task_id, annotation=BOTH, revision=0)
    fourth = t["ana"].call("sequences.take", TaskView, task_id=slices(t["ana"], view)[3].task_id)
    t["ana"].call("tasks.discard", Closed, task_id=fourth.task.task_id, reason="no patient", revision=0)
    done = spread(t["ana"], view, 1, 6)
    assert done.changed == (6,)
    assert {group.reason: group.places for group in done.left} == {
        "somebody else's": (2,),
        "submitted already (at 'check' now)": (3,),
        "left the campaign already": (4,),
        "of another size: a shape would not lie in the image": (5,),
    }
    before = slices(t["ana"], view)
    with pytest.raises(Refused, match="2 somebody else's"):
        spread(t["ana"], view, 2, 3)
    assert slices(t["ana"], view) == before


def test_a_spread_is_taken_back_in_one_step(series):
    t = series(count=4)
    ana = t["ana"]
    view = begun(ana, t)
    second = ana.call("sequences.take", TaskView, task_id=slices(ana, view)[1].task_id)
    save(ana, second, Annotation(shapes=(BOX,)))
    before = slices(ana, view)
    done = spread(ana, view, 2, 4, existing="replace")
    assert ana.call("sequences.view", Sequence, task_id=view.task.task_id).undo == done.spread_id
    back = undo(ana, done)
    assert back.changed == (2, 3, 4)
    assert slices(ana, view) == before  # the queue has again what was in it
    assert open_(ana, second.task.task_id).annotation.shapes == (BOX,)
    with pytest.raises(Conflict):
        save(ana, second, BOTH, revision=2)  # a tab that goes on from what was taken back
    with pytest.raises(Refused, match="nothing to take back"):
        undo(ana, done)


def test_what_changed_since_is_not_taken_back(series):
    t = series(count=4, who=("ana", "ben"))
    ana = t["ana"]
    view = begun(ana, t)
    done = spread(ana, view, 2, 4)
    two, three, four = (open_(ana, s.task_id) for s in slices(ana, view)[1:])
    save(ana, two, Annotation(shapes=(DOT,)))
    ana.call("tasks.submit", Closed, task_id=three.task.task_id, annotation=three.annotation, revision=1)
    with pytest.raises(Refused, match="nothing to take back"):
        undo(t["ben"], done)
    back = undo(ana, done)
    assert back.changed == (4,)
    assert {g.reason: g.places for g in back.left} == {"changed since": (2,), "not yours to change any more": (3,)}
    assert open_(ana, four.task.task_id).annotation == Annotation()
    assert open_(ana, four.task.task_id).revision == 2  # it was opened meanwhile: a number is never given out twice
    assert slices(ana, view)[3].hold == "mine"


def test_spreads_are_taken_back_one_after_the_other(series):
    t = series(count=2)
    ana = t["ana"]
    view = begun(ana, t)
    second = ana.call("sequences.take", TaskView, task_id=slices(ana, view)[1].task_id)
    save(ana, second, Annotation(tags=("blurred",)))
    first = spread(ana, view, 2, 2, shapes=["one"], tags=[])
    again = spread(ana, view, 2, 2, shapes=["two"], tags=[], existing="add")
    undo(ana, again)
    assert labels(ana, view)[1] == {"WBC": 1}
    assert ana.call("sequences.view", Sequence, task_id=view.task.task_id).undo == first.spread_id
    undo(ana, first)
    assert open_(ana, second.task.task_id).annotation == Annotation(tags=("blurred",))


def test_who_lost_a_slice_to_a_spread_is_told_and_keeps_the_draft(series):
    t = series(count=3, who=("ana", "ben"))
    view, bens = begun(t["ana"], t), begun(t["ben"], t)
    _let_lease_run_out(t, bens.task.task_id)
    done = spread(t["ana"], view, 2, 2)
    assert done.taken == 1
    assert open_(t["ana"], bens.task.task_id).task.assignee == "ana"
    kept = t["ben"].call("tasks.save", Saved, task_id=bens.task.task_id, annotation=BOTH, revision=1)
    assert not kept.held
    texts = t.workspace.sql("select text from notices where member = 'ben' and kind = 'lease_out'")["text"]
    assert len(texts) == 1


def _let_lease_run_out(team, task_id):
    engine = team.workspace.client.dispatcher.engine
    with engine.write() as tx:
        tx.run("update data.tasks set leased_until = $2 where task_id = $1", task_id, datetime.datetime(2020, 1, 1))


def test_a_range_is_excluded_with_one_reason(series):
    t = series(count=5, who=("ana", "ben"))
    view = begun(t["ana"], t)
    begun(t["ben"], t)  # 2
    with pytest.raises(InvalidInput, match="why these slices"):
        t["ana"].call("sequences.exclude", Spread, task_id=view.task.task_id, first=1, last=3, reason=" ", revision=1)
    with pytest.raises(Conflict):
        t["ana"].call("sequences.exclude", Spread, task_id=view.task.task_id, first=1, last=3, reason="air")
    assert [s.hold for s in slices(t["ana"], view)] == ["mine", "hidden", "free", "free", "free"]
    done = t["ana"].call(
        "sequences.exclude", Spread, task_id=view.task.task_id, first=1, last=3, reason="air", revision=1
    )
    assert (done.changed, done.taken) == ((1, 3), 1)
    assert done.message.startswith("Excluded: 2 slices (1, 3).")
    found = slices(t["ana"], view)
    assert [(s.state, s.outcome) for s in found][::2] == [("skipped", "discarded")] * 2 + [("in_progress", None)]
    notes = t.workspace.sql("select note from tasks where outcome = 'discarded'")["note"]
    assert list(notes) == ["air", "air"]
    with pytest.raises(Refused, match="1 left the campaign already"):
        t["ana"].call("sequences.exclude", Spread, task_id=view.task.task_id, first=1, last=1, reason="air")


def test_a_reviewer_mends_a_range_of_what_was_submitted(series):
    t = series(count=3)
    view = begun(t["ana"], t)
    spread(t["ana"], view, 2, 3)
    for s in slices(t["ana"], view):
        own = open_(t["ana"], s.task_id)
        t["ana"].call("tasks.submit", Closed, task_id=s.task_id, annotation=own.annotation, revision=own.revision)
    review = next_(t["chloe"], t, 1)
    save(t["chloe"], review, Annotation(shapes=(DOT,)))
    done = spread(t["chloe"], review, 2, 3, existing="replace")
    assert done.changed == (2, 3)
    assert labels(t["chloe"], review) == [{"RBC": 1}] * 3
    with pytest.raises(Refused, match="submitted already"):
        spread(t["ana"], view, 2, 3, existing="replace")


def test_deleting_a_campaign_forgets_what_could_be_taken_back(series):
    t = series(count=3)
    spread(t["ana"], begun(t["ana"], t), 2, 3)
    t.campaign.complete("enough")
    t.campaign.delete(confirm="July")
    engine = t.workspace.client.dispatcher.engine
    with engine.read() as tx:
        assert tx.value("select count(*) from data.spreads") == 0
        assert tx.value("select count(*) from data.spread_drafts") == 0


def test_a_range_that_would_hold_up_everybody_is_refused(series, monkeypatch):
    t = series(count=4)
    view = begun(t["ana"], t)
    monkeypatch.setattr("nbannotate.operations.propagation.MOST_SHAPES", 5)
    with pytest.raises(InvalidInput, match="Choose a shorter range"):
        spread(t["ana"], view, 2, 4)
    assert spread(t["ana"], view, 2, 3).changed == (2, 3)


def test_a_program_does_the_same_with_the_task_at_hand(series):
    t = series(count=4)
    work = t.workspace.acting("ana", t.passwords["ana"]).work
    task = work.next(t.campaign.name)
    task.save([BOX])
    assert [s.hold for s in task.slices] == ["mine", "free", "free", "free"]
    done = task.spread(2, 4, shapes=[BOX])
    assert done.changed == (2, 3, 4)
    assert work.undo(done).changed == (2, 3, 4)
    assert task.exclude(1, 2, "air").changed == (1, 2)


def test_who_submits_in_the_middle_goes_on_from_there_and_then_from_the_beginning(series):
    team = series(4)
    ana = team["ana"]
    first = begun(ana, team)
    spread(ana, first, 2, 4)
    ids = [s.task_id for s in slices(ana, first)]
    asset_ids = list(team.workspace.sql("select asset_id from assets order by position")["asset_id"])
    seen = []
    view = open_(ana, ids[2])
    while view is not None:
        seen.append(ids.index(view.task.task_id))
        at = {"campaign_id": team.campaign.campaign_id, "step": 0}
        peeked = ana.call("tasks.peek", int | None, **at, but=view.task.task_id)
        answer = ana.call(
            "tasks.submit_and_next", ClosedAndNext, task_id=view.task.task_id, annotation=BOTH, revision=view.revision
        )
        assert peeked == (None if answer.next is None else asset_ids[ids.index(answer.next.task.task_id)])
        view = answer.next
    assert seen == [2, 3, 0, 1]


def test_slices_say_which_tracks_are_on_them_and_a_copy_keeps_its_track_and_takes_a_free_group(series):
    team = series()
    ana = team["ana"]
    view = next_(ana, team)
    car = replace(BOX, track="7", keyframe=True, group="1")
    save(ana, view, Annotation(shapes=(car, replace(DOT, group="1"))))
    spread(ana, view, 2, 3, shapes=[car.id])
    assert [s.tracks for s in slices(ana, view)] == [("7",), ("7",), ("7",), (), (), ()]
    second = open_(ana, slices(ana, view)[1].task_id)
    (copy,) = second.annotation.shapes
    assert (copy.track, copy.keyframe, copy.group) == ("7", True, "1")
    save(ana, second, Annotation(shapes=(replace(DOT, id="three", group="2"), replace(DOT, id="four", group="1"))))
    spread(ana, view, 2, 2, shapes=[car.id], existing="add")
    found = open_(ana, second.task.task_id).annotation.shapes
    assert [s.group for s in found] == ["2", "1", None]
    with pytest.raises(Refused, match="said the same already"):
        spread(ana, view, 2, 2, existing="add")
    ana.call("tasks.submit", Closed, task_id=view.task.task_id, annotation=Annotation(shapes=(car,)), revision=1)
    assert slices(ana, second)[0].tracks == ("7",)
