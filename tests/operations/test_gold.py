"""Images whose answer is known are mixed into what people get; each answer is scored, and acted on."""

import itertools

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotAllowed, Refused
from nbannotate.model import Annotation, GoldMember, Job, Judged, Lease, Notice, Saved, Task, TaskView
from tests.operations.golden import KNOWN, RIGHT, ROLES, WRONG, box

DRAW = nb.Step("draw", "annotation", ["ana", "ben"])


def members(t):
    return {m.member: m for m in t["max"].call("gold.members", list[GoldMember], campaign_id=t.campaign.campaign_id)}


def notices(t, who):
    return [n.text for n in t[who].call("notices.mine", list[Notice]) if n.kind == "gold"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"share": 0.1}, "share is of gold"),
        ({"gold": "known", "share": 0.0}, "share must be above 0"),
        ({"gold": "known", "share": 0.6}, "share must be above 0 and 0.5 at most"),
        ({"gold": "known", "passing": True}, "passing must be"),
        ({"gold": "known", "last": 2}, "min_answers is 3"),
        ({"gold": "known", "last": 2.5}, "last must be a whole number"),
        ({"gold": "known", "on_fail": "dismiss"}, "on_fail"),
        ({"gold": "known", "gold_iou": 0}, "gold_iou must be"),
    ],
)
def test_what_cannot_be_is_refused_where_it_is_written(fields, message):
    with pytest.raises(InvalidInput, match=message):
        nb.Workflow([DRAW], **fields)


def test_gold_begins_at_an_annotation_step():
    with pytest.raises(InvalidInput, match="first step"):
        nb.Workflow([nb.Step("check", "review", ["chloe"]), DRAW], gold="known")


@pytest.mark.parametrize(("order", "message"), [("sequential", "order='random'"), ("clip", "leave clip out")])
def test_an_order_in_which_gold_can_be_told_is_refused(golden, order, message):
    given = {"order": "sequential"} if order == "sequential" else {"clip": 3}
    with pytest.raises(InvalidInput, match=message):
        golden(**given)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"published": False}, "is a draft; publish it first"),
        ({"flow": {"gold": "nothing"}}, "has no such version"),
        ({"known": Annotation(shapes=(box("WBC"),), tags=("sharp",))}, "do not fit the recipe"),
    ],
)
def test_known_answers_that_cannot_be_used_stop_the_launch(golden, options, message):
    flow = options.pop("flow", {})
    t = golden(launch=False, **options)
    if flow:
        workflow = nb.Workflow(t.campaign.spec.workflow.steps, **flow)
        t.campaign = t.version.create_campaign("June", t.campaign.spec.recipe, workflow, order="random")
    assert any(message in refusal for refusal in t.campaign.plan().refusals), t.campaign.plan().refusals
    with pytest.raises(Refused, match=message):
        t.campaign.launch()


def test_a_plan_says_that_gold_is_left_out_of_the_work(golden):
    t = golden(launch=False)
    plan = t.campaign.plan()
    assert not plan.refusals
    assert (plan.assets, plan.chosen) == (20, 16)
    assert any("gold" in str(left) and "4" in str(left) for left in plan.left_out), plan.left_out
    t.campaign.launch()
    assert t.campaign.progress.total == 16


def test_of_four_tasks_that_a_person_gets_of_a_queue_one_is_gold_and_none_comes_twice(golden):
    t = golden(count=40)
    seen = {who: [] for who in ("ana", "ben", "cem")}
    for who in seen:
        for _ in range(12):
            view = t.next(who)
            seen[who].append(view.task.asset)
            t.act(who, "submit", view, RIGHT)
    for who, names in seen.items():
        gold = [name in t.names for name in names]
        assert [sum(gold[i : i + 4]) for i in (0, 4, 8)] == [1, 1, 1], (who, gold)
        assert not any(gold[0::4]), "the first of each run is none, so that two never follow one another"
        assert len(set(names)) == 12
    places = [[i for i, name in enumerate(names) if name in t.names] for names in seen.values()]
    assert len({tuple(p) for p in places}) > 1, "other places for each"


def test_the_same_seed_gives_the_same_gold(golden):
    def got(t):
        found = []
        for _ in range(9):
            view = t.next("ana")
            found.append(view.task.asset)
            t.act("ana", "submit", view, RIGHT)
        return found

    assert got(golden(count=40)) == got(golden(count=40))


def test_dealt_tasks_have_gold_among_them(golden):
    t = golden(count=40, steps=[nb.Step("draw", "annotation", ["ana", "ben"], "equal")])
    for who in ("ana", "ben"):
        mine = t[who].call("tasks.listing", list[Task], campaign_id=t.campaign.campaign_id, step=0)
        gold = [task.asset in t.names for task in mine]
        assert len(mine) == 16 + sum(gold)
        assert 4 <= sum(gold) <= 6, gold
        assert len({task.asset for task in mine}) == len(mine)
        assert not any(a and b for a, b in itertools.pairwise(gold)), gold
        got = []
        while view := t.next(who):
            got.append(view.task.asset)
            t.act(who, "submit", view, RIGHT)
        assert got == [task.asset for task in mine], "people get them in the order of their list"
    assert t.campaign.state == "completed"


def test_an_answer_is_scored_when_it_is_submitted(golden):
    t = golden()
    t.answer("ana", 1)
    (row,) = t.workspace.sql("select * from gold_answers").itertuples()
    assert (row.member, row.campaign, row.asset in t.names) == ("ana", "July", True)
    assert (row.score, row.f1, row.matched, row.missed, row.extra) == (1.0, 1.0, 1, 0, 0)
    assert 0.9 < row.mean_iou < 1
    t.answer("ben", 1, gold=WRONG)
    (row,) = t.workspace.sql("select * from gold_answers where member = 'ben'").itertuples()
    assert (row.score, row.matched, row.missed, row.extra) == (0.0, 0, 1, 1)
    other = Annotation(shapes=(box("RBC"),))
    t.answer("cem", 1, gold=other)
    (row,) = t.workspace.sql("select * from gold_answers where member = 'cem'").itertuples()
    assert (row.score, row.other_label, row.mean_iou) == (0.0, 1, 1.0)


def test_tags_count_as_shapes_do(golden):
    t = golden(known=Annotation(shapes=(box(),), tags=("blurred",)))
    t.answer("ana", 1)
    (row,) = t.workspace.sql("select score, f1, tags_right, tags_wrong from gold_answers").itertuples(index=False)
    assert tuple(row) == (pytest.approx(2 / 3), 1.0, 0, 1)


def test_nothing_to_label_is_right_where_nothing_is_known(golden):
    nothing = Annotation(nothing_to_label=True)
    t = golden(known=nothing)
    t.answer("ana", 1, gold=nothing)
    t.answer("ben", 1)
    scores = t.workspace.sql("select member, score, f1 from gold_answers order by member").fillna(-1)
    assert scores.to_numpy().tolist() == [["ana", 1.0, -1.0], ["ben", 0.0, 0.0]]


def test_nothing_is_said_before_there_are_enough_answers_and_then_once(golden):
    t = golden(count=40)
    t.answer("ana", 2, gold=WRONG)
    assert members(t)["ana"] == GoldMember("ana", 2, 0.0, 0.0, "ok")
    assert notices(t, "ana") == notices(t, "max") == []
    t.answer("ana", 2, gold=WRONG)
    assert members(t)["ana"].state == "below"
    (mine,) = notices(t, "ana")
    assert "agree with it by 0%; at least 70%" in mine
    assert not [name for name in t.names if name in mine], "which images they are is not told"
    (theirs,) = notices(t, "max")
    assert theirs == "The gold answers of ana in July agree by 0%; ana was told."
    assert t.next("ana") is not None


def test_who_is_good_enough_again_is_no_longer_below(golden):
    t = golden(count=60, flow={"last": 3, "min_answers": 1})
    t.answer("ana", 1, gold=WRONG)
    assert members(t)["ana"].state == "below"
    t.answer("ana", 3)
    assert members(t)["ana"] == GoldMember("ana", 4, 0.75, 1.0, "ok")
    (fall,) = t.workspace.sql("select * from gold_falls").itertuples()
    assert (fall.member, fall.action, fall.ended_by, fall.ended > fall.since) == ("ana", "notify", None, True)


def test_what_was_wrong_is_shown_where_the_recipe_says_so(golden):
    t = golden(flow={"on_fail": "show", "min_answers": 1, "last": 1})
    (view,) = t.answer("ana", 1, gold=WRONG)
    (of,) = [n for n in t["ana"].call("notices.mine", list[Notice]) if n.kind == "gold" and n.task_id]
    assert of.task_id == view.task.task_id
    assert view.task.asset in of.text
    judged = t["ana"].call("gold.look", Judged, task_id=of.task_id)
    assert (judged.given, judged.known, judged.score) == (WRONG, KNOWN, 0.0)
    assert (judged.missed, judged.extra) == ((0,), (0,))
    with pytest.raises(NotAllowed):
        t["ben"].call("gold.look", Judged, task_id=of.task_id)
    assert t["max"].call("gold.look", Judged, task_id=of.task_id) == judged


@pytest.mark.parametrize("on_fail", ["notify", "pause"])
def test_nothing_is_shown_where_the_recipe_does_not_say_so(golden, on_fail):
    t = golden(flow={"on_fail": on_fail, "min_answers": 1, "last": 1})
    (view,) = t.answer("ana", 1, gold=WRONG)
    with pytest.raises(NotAllowed, match="nothing to be shown"):
        t["ana"].call("gold.look", Judged, task_id=view.task.task_id)


def test_what_was_right_is_not_shown(golden):
    t = golden(flow={"on_fail": "show", "min_answers": 1, "last": 1})
    (view,) = t.answer("ana", 1)
    with pytest.raises(NotAllowed, match="nothing to be shown"):
        t["ana"].call("gold.look", Judged, task_id=view.task.task_id)


@pytest.fixture
def paused(golden):
    """A campaign in which ana holds a second task, with a draft, and was paused by her answer to the first one."""

    def make(**options):
        t = golden(count=40, flow={"on_fail": "pause", "min_answers": 1, "last": 1}, **options)
        other = t.next("ana")
        t.act("ana", "save", other, RIGHT)
        while True:
            view = t["ana"].call("tasks.pull", TaskView, campaign_id=t.campaign.campaign_id, step=0)
            t.act("ana", "submit", view, WRONG if t.is_gold(view) else RIGHT)
            if t.is_gold(view):
                return t, other.task.task_id

    return make


def test_who_is_paused_gets_and_submits_nothing_more_and_loses_nothing(paused):
    t, other = paused()
    assert members(t)["ana"].state == "paused"
    where = {"campaign_id": t.campaign.campaign_id, "step": 0}
    for operation, arguments in (
        ("tasks.next", where), ("tasks.pull", where), ("jobs.submit", where),
        ("tasks.submit", {"task_id": other, "annotation": RIGHT, "revision": 1}),
        ("tasks.discard", {"task_id": other, "reason": "dark", "revision": 1}),
    ):  # fmt: skip
        with pytest.raises(Refused, match="You are paused in 'July'"):
            t["ana"].call(operation, object, **arguments)
    view = t["ana"].call("tasks.open", TaskView, task_id=other)
    assert (view.editable, view.actions, view.annotation) == (False, (), RIGHT)
    assert view.reason.startswith("You are paused in 'July'")
    assert t["ana"].call("tasks.peek", int | None, **where) is None
    saved = t["ana"].call("tasks.save", Saved, task_id=other, annotation=WRONG, revision=1)
    assert not saved.held
    assert saved.text.startswith("You are paused in 'July'")
    assert t["ana"].call("tasks.open", TaskView, task_id=other).annotation == WRONG, "what was drawn is kept"
    for seconds in (0, 5):
        lease = t["ana"].call("tasks.heartbeat", Lease, task_id=other, seconds=seconds)
        assert not lease.held
        assert lease.text.startswith("You are paused in 'July'")
    assert t.next("ben") is not None, "others go on"


def test_what_somebody_lost_does_not_come_back_while_they_are_paused(paused):
    t, other = paused()
    with t.workspace.client.dispatcher.engine.write() as tx:
        tx.run("update data.tasks set leased_until = leased_until - interval 1 day where task_id = $1", other)
    t.workspace.client.call("clock.tick", int)
    holder = lambda: t.rows("select assignee_id from data.tasks where task_id = $1", other)  # noqa: E731
    assert holder() == [{"assignee_id": None}]
    assert not t["ana"].call("tasks.open", TaskView, task_id=other).editable
    assert not t["ana"].call("tasks.heartbeat", Lease, task_id=other).held
    saved = t["ana"].call("tasks.save", Saved, task_id=other, annotation=WRONG, revision=1)
    assert (saved.held, holder()) == (False, [{"assignee_id": None}])
    with pytest.raises(Refused, match="it waits in the queue"):
        t["ana"].call("tasks.submit", object, task_id=other, annotation=RIGHT, revision=2)
    t["max"].call("gold.resume", None, campaign_id=t.campaign.campaign_id, login="ana")
    view = t["ana"].call("tasks.open", TaskView, task_id=other)
    assert (view.editable, view.annotation) == (True, WRONG), "it is there again, with what was drawn meanwhile"


def test_a_manager_lets_somebody_go_on_and_only_answers_from_then_on_count(paused):
    t, other = paused()
    campaign_id = t.campaign.campaign_id
    with pytest.raises(Refused, match="'ben' is not paused in 'July'"):
        t["max"].call("gold.resume", None, campaign_id=campaign_id, login="ben")
    with pytest.raises(NotAllowed):
        t["ana"].call("gold.resume", None, campaign_id=campaign_id, login="ana")
    t["max"].call("gold.resume", None, campaign_id=campaign_id, login="ana")
    assert members(t)["ana"] == GoldMember("ana", 1, 0.0, None, "ok")
    assert notices(t, "ana")[0] == "You can go on in July."
    t["ana"].call("tasks.submit", object, task_id=other, annotation=RIGHT, revision=1)
    t.answer("ana", 1)
    assert members(t)["ana"] == GoldMember("ana", 2, 0.5, 1.0, "ok")
    (fall,) = t.workspace.sql("select * from gold_falls").itertuples()
    assert fall.ended_by == "max"


def test_who_is_paused_is_paused_in_that_campaign_only(paused):
    t, _ = paused(roles=ROLES | {"ana": "reviewer"}, steps=[DRAW, nb.Step("check", "review", ["ana", "chloe"])])
    t.act("ben", "submit", t.next("ben"), RIGHT)  # the first one is never gold
    assert t.next("ana", 1) is not None, "another step goes on"


def test_a_skipped_gold_image_is_no_answer(golden):
    t = golden()
    while not t.is_gold(view := t.next("ana")):
        t.act("ana", "submit", view, RIGHT)
    t.act("ana", "discard", view, reason="dark")
    assert members(t)["ana"] == GoldMember("ana", 0, None, None, "ok")


def test_annotators_ask_for_nobodys_standing(golden):
    t = golden()
    with pytest.raises(NotAllowed):
        t["ana"].call("gold.members", list[GoldMember], campaign_id=t.campaign.campaign_id)


def test_the_version_with_known_answers_cannot_be_deleted_while_it_is_used(golden):
    t = golden()
    with pytest.raises((Conflict, Refused), match="'July' has its known answers"):
        t.known.delete(confirm="known")
    with pytest.raises(Refused, match="cannot be renamed"):
        t.known.rename("truth")
    t.campaign.delete(confirm="July")
    t.known.delete(confirm="known")


def test_my_tasks_count_gold_as_any_other_and_the_manager_does_not_see_it(golden):
    t = golden()
    while not t.is_gold(view := t.next("ana")):
        t.act("ana", "submit", view, RIGHT)

    def mine():
        return next(iter(t["ana"].call("tasks.mine", list[Job])))

    before, jobs = mine(), {j.member: j for j in t.campaign.jobs}
    assert (before.in_progress, jobs["ana"].in_progress) == (1, 0)
    t.act("ana", "submit", view, RIGHT)
    after = mine()
    assert (after.in_progress, after.done, after.objects) == (0, before.done + 1, before.objects + 1)
    assert after.remaining == before.remaining - 1
    assert {j.member: j.done for j in t.campaign.jobs}["ana"] == before.done


def test_what_is_to_come_is_what_comes(golden):
    """The number of tasks that remain goes down by one with each that a person finishes, to 0."""
    t = golden(count=30, roles=ROLES)
    remaining = []
    while view := t.next("ana"):
        (job,) = t["ana"].call("tasks.mine", list[Job])
        remaining.append((job.remaining, view.total - view.position + 1))
        t.act("ana", "submit", view, RIGHT)
    n = len(remaining)
    assert remaining == [(n - i, n - i) for i in range(n)]
