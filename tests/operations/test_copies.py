"""Several people answer for one asset without seeing one another; what they agree about stands, the rest is decided."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotAllowed, Refused
from nbannotate.model import (
    Annotation,
    Answers,
    Closed,
    HistoryItem,
    Issue,
    Job,
    Notice,
    Progress,
    Reassigned,
    Saved,
    Shape,
    Task,
    TaskView,
)

ROLES = {
    "ana": "annotator", "ben": "annotator", "cem": "annotator", "dora": "annotator", "zoe": "annotator",
    "chloe": "reviewer", "max": "manager",
}  # fmt: skip


def box(label="WBC", x=2.0, id="one"):
    return Shape(kind="rectangle", points=((x, 2), (x + 20, 30)), label=label, id=id)


SAME = Annotation(shapes=(box(),))
NEAR = Annotation(shapes=(box(x=4.0, id="two"),))
OTHER = Annotation(shapes=(box("RBC", x=3.0, id="three"),))


def steps(people=("ana", "ben", "cem"), deciders=("zoe",), copies=3, attribution="queue", **more):
    part = {k: more.pop(k) for k in ("copies_of",) if k in more}
    return [
        nb.Step("draw", "annotation", people, attribution, copies=copies, **part),
        nb.Step("agree", "consensus", deciders, **more),
        nb.Step("check", "review", ["chloe"]),
    ]


@pytest.fixture
def several(team):
    """Return a function that makes a campaign in which several people answer for each asset."""

    def make(count=1, options=None, **more):
        return team(count=count, steps=steps(**more), roles=ROLES, **(options or {}))

    return make


def next_(client, team, step=0):
    return client.call("tasks.next", TaskView | None, campaign_id=team.campaign.campaign_id, step=step)


def act(client, action, view, annotation=None, **more):
    given = {} if annotation is None else {"annotation": annotation}
    return client.call(
        f"tasks.{action}", Saved if action == "save" else Closed, task_id=view.task.task_id, revision=view.revision,
        **given, **more,
    )  # fmt: skip


def answer(team, **said):
    """Let people answer for the next asset, in this order; return their views."""
    views = {who: next_(team[who], team) for who in said}
    for who, annotation in said.items():
        act(team[who], "submit", views[who], annotation)
    return views


def rows(team, what="*", where="true"):
    return team.workspace.sql(
        f"select {what} from tasks where campaign_id = $1 and {where} order by task_id", [team.campaign.campaign_id]
    )


def heads(team):
    return team.version.annotations.df()


def test_three_people_get_one_copy_each_and_nobody_a_second_one(several):
    t = several(count=2)
    seen = {who: [] for who in ("ana", "ben", "cem")}
    for who in seen:
        while view := t[who].call("tasks.pull", TaskView | None, campaign_id=t.campaign.campaign_id, step=0):
            seen[who].append(view.task.asset)
            assert view.task.copy is None, "a page does not tell that others answer, too"
    assert all(sorted(names) == ["img_000.png", "img_001.png"] for names in seen.values())
    assert next_(t["zoe"], t, 1) is None
    table = t.campaign.tasks.df()
    assert sorted(table["copy"]) == [1, 1, 2, 2, 3, 3]
    assert table["is_current"].sum() == 2


def test_what_all_agree_about_passes_on_without_a_person(several):
    t = several()
    answer(t, ana=SAME, ben=NEAR, cem=SAME)
    (said,) = heads(t).itertuples()
    assert (said.source, said.origin) == ("consensus", "answer")
    passed = rows(t, "step_name, state, outcome, assignee, is_current", "step > 0")
    assert passed.fillna("").values.tolist() == [
        ["agree", "done", "agreed", "", False], ["check", "in_progress", "", "", True],
    ]  # fmt: skip
    review = next_(t["chloe"], t, 2)
    assert [s.points for s in review.annotation.shapes] == [SAME.shapes[0].points], "a real answer, no invented outline"
    act(t["chloe"], "submit", review, review.annotation)
    assert t.campaign.progress.done == 1


def test_a_consensus_that_is_last_makes_an_agreed_asset_done(team):
    t = team(count=1, steps=steps()[:2], roles=ROLES)
    answer(t, ana=SAME, ben=NEAR, cem=SAME)
    assert (t.campaign.progress.done, t.campaign.state) == (1, "completed")


def test_what_is_not_agreed_goes_to_whoever_decides(several):
    t = several()
    lone = Annotation(shapes=(*SAME.shapes, Shape(kind="point", points=((60, 40),), label="WBC", id="p")))
    answer(t, ana=SAME, ben=lone, cem=OTHER)
    assert heads(t).empty, "answers of copies are nothing that the version shows"
    view = next_(t["zoe"], t, 1)
    assert view.task.kind == "consensus"
    assert view.actions == ("save", "submit", "skip", "discard")
    assert [s.label for s in view.annotation.shapes] == ["WBC"], "the draft begins with what two of three say"
    said = t["zoe"].call("tasks.answers", Answers, task_id=view.task.task_id)
    assert [a.person for a in said.answers] == ["1", "2", "3"], "names are hidden"
    assert [(d.what, d.people, [s.kind for s in d.shapes]) for d in said.disputes] == [("shape", (1,), ["point"])]
    act(t["zoe"], "submit", view, lone)
    (stands,) = heads(t).itertuples()
    assert (stands.member, stands.source, stands.shapes) == ("zoe", "consensus", 2)
    assert next_(t["chloe"], t, 2).annotation == lone


def test_names_are_shown_where_the_step_shows_them(several):
    t = several(show_names=True)
    answer(t, ben=SAME, ana=OTHER, cem=Annotation(nothing_to_label=True))
    view = next_(t["zoe"], t, 1)
    said = t["zoe"].call("tasks.answers", Answers, task_id=view.task.task_id)
    assert sorted(a.person for a in said.answers) == ["ana", "ben", "cem"]


def test_who_answered_does_not_decide(several):
    t = several(deciders=("ana", "ben", "cem", "zoe"))
    answer(t, ana=SAME, ben=OTHER, cem=Annotation(nothing_to_label=True))
    for who in ("ana", "ben", "cem"):
        assert next_(t[who], t, 1) is None
        assert [j.waiting for j in t[who].call("tasks.mine", list[Job]) if j.step == 1] == [0]
    task_id = int(rows(t, "task_id", "step = 1")["task_id"][0])
    given = t["max"].call(
        "tasks.reassign", Reassigned, campaign_id=t.campaign.campaign_id, to="ana", task_ids=[task_id]
    )
    assert (given.tasks, given.left) == (0, 1)
    assert next_(t["zoe"], t, 1) is not None


@pytest.mark.parametrize("attribution", ["equal", "weighted"])
def test_copies_are_dealt_to_different_people(team, attribution):
    weights = {"ana": 3.0, "ben": 1.0, "cem": 1.0, "dora": 1.0}
    people = weights if attribution == "weighted" else tuple(weights)
    t = team(count=10, steps=steps(people, attribution=attribution, copies=2), roles=ROLES)
    table = rows(t, "asset, assignee, copy")
    assert len(table) == 20
    assert table["assignee"].notna().all()
    assert not table.duplicated(["asset", "assignee"]).any()
    counts = table["assignee"].value_counts().to_dict()
    assert counts == (
        {"ana": 10, "ben": 4, "cem": 3, "dora": 3} if attribution == "weighted" else dict.fromkeys(weights, 5)
    )
    assert t.campaign.plan().steps[0].tasks == 20


def test_only_some_assets_have_copies_the_same_ones_for_a_seed(team):
    t = team(count=40, steps=steps(copies_of=0.25), roles=ROLES, seed=7)
    table = rows(t, "asset, copy")
    copied = set(table[table["copy"].notna()]["asset"])
    assert 4 <= len(copied) <= 17
    assert len(table) == 40 + 2 * len(copied)
    again = team(count=40, steps=steps(copies_of=0.25), roles=ROLES, seed=7)
    table = rows(again, "asset, copy")
    assert set(table[table["copy"].notna()]["asset"]) == copied
    alone = next(v for _ in range(40) if (v := t["ana"].call(
        "tasks.pull", TaskView, campaign_id=t.campaign.campaign_id, step=0)).task.asset not in copied)  # fmt: skip
    closed = act(t["ana"], "submit", alone, SAME)
    assert closed.next_step == "check", "what one person answered passes over the consensus"


def test_a_copy_begins_with_what_stood_before_and_never_with_another_answer(team):
    def annotated(version):
        version.add_annotations({"img_000.png": [box(id="given")]}, source="model")

    t = team(count=1, steps=steps(), roles=ROLES, annotated=annotated)
    first = next_(t["ana"], t)
    assert [s.id for s in first.annotation.shapes] == ["given"]
    act(t["ana"], "submit", first, OTHER)
    assert [s.id for s in next_(t["ben"], t).annotation.shapes] == ["given"]


def test_reassigning_a_copy_keeps_the_draft_with_whoever_drew_it(several):
    t = several()
    view = next_(t["ana"], t)
    act(t["ana"], "save", view, SAME)
    give = {"campaign_id": t.campaign.campaign_id, "task_ids": [view.task.task_id]}
    held = next_(t["ben"], t)
    refused = t["max"].call("tasks.reassign", Reassigned, to="ben", **give)
    assert (refused.tasks, refused.left) == (0, 1), "ben has a copy of this asset"
    assert t["max"].call("tasks.reassign", Reassigned, to="cem", **give).tasks == 1
    assert next_(t["cem"], t).annotation == Annotation()
    assert held.task.task_id != view.task.task_id
    lost = t["ana"].call("tasks.open", TaskView, task_id=view.task.task_id)
    assert lost.task.assignee is None
    assert "cem" not in lost.reason + lost.notice
    assert next_(t["ana"], t) is not None, "ana may answer in the copy that is left"


def test_a_copy_that_was_skipped_or_discarded_is_an_answer_for_whoever_decides(several):
    t = several()
    skipping = next_(t["ana"], t)
    with pytest.raises(Refused, match="raise an issue"):
        act(t["ana"], "skip", skipping)
    t["ana"].call("issues.create", Issue, task_id=skipping.task.task_id, text="black")
    act(t["ana"], "skip", skipping)
    act(t["ben"], "discard", next_(t["ben"], t), reason="of no use")
    assert t.campaign.progress.remaining == 1
    act(t["cem"], "submit", next_(t["cem"], t), SAME)
    view = next_(t["zoe"], t, 1)
    said = t["zoe"].call("tasks.answers", Answers, task_id=view.task.task_id)
    assert [(a.outcome, a.note) for a in said.answers] == [
        ("skipped", None), ("discarded", "of no use"), ("submitted", None)
    ]  # fmt: skip
    assert [i.author for i in view.issues] == ["1"]
    assert act(t["zoe"], "discard", view, reason="they are right").asset_state == "skipped"


def test_rework_goes_to_whoever_decided_and_else_to_the_queue_of_the_consensus(several):
    t = several(count=2)
    answer(t, ana=SAME, ben=NEAR, cem=SAME)
    answer(t, ana=SAME, ben=OTHER, cem=Annotation(nothing_to_label=True))
    decided = next_(t["zoe"], t, 1)
    act(t["zoe"], "submit", decided, OTHER)
    for _ in range(2):
        review = next_(t["chloe"], t, 2)
        t["chloe"].call("issues.create", Issue, task_id=review.task.task_id, text="wrong")
        assert act(t["chloe"], "rework", review).next_step == "agree"
    table = rows(t, "asset, assignee, round", "state = 'to_rework'").sort_values("asset").fillna("").values.tolist()
    assert table == [["img_000.png", "", 2], ["img_001.png", "zoe", 2]]
    again = t["zoe"].call(
        "tasks.open",
        TaskView,
        task_id=int(rows(t, "task_id", "state = 'to_rework' and assignee = 'zoe'")["task_id"][0]),
    )
    assert again.annotation == OTHER, "it goes on from what was decided"


def test_a_job_that_is_completed_leaves_the_other_copies(several):
    t = several()
    mine = next_(t["ana"], t)
    act(t["ana"], "save", mine, SAME)
    done = t["max"].call("jobs.complete", int, campaign_id=t.campaign.campaign_id, step=0, member="ana", reason="left")
    assert done == 1
    assert heads(t).empty
    assert rows(t, "copy", "is_current")["copy"].tolist() == [2]
    act(t["ben"], "submit", next_(t["ben"], t), SAME)
    act(t["cem"], "submit", next_(t["cem"], t), SAME)
    assert next_(t["zoe"], t, 1).annotation == SAME


def test_the_last_copy_that_is_ended_brings_the_asset_to_whoever_decides(several):
    t = several()
    views = {who: next_(t[who], t) for who in ("ana", "ben", "cem")}
    for who in ("ana", "ben"):
        act(t[who], "submit", views[who], SAME)
    t["max"].call("jobs.complete", int, campaign_id=t.campaign.campaign_id, step="draw", member="cem", reason="left")
    assert next_(t["zoe"], t, 1).annotation == SAME


def test_a_restarted_job_brings_what_several_answered_back_to_whoever_decides(several):
    t = several()
    answer(t, ana=SAME, ben=NEAR, cem=SAME)
    act(t["chloe"], "reject", next_(t["chloe"], t, 2))
    n = t["max"].call("jobs.restart", int, campaign_id=t.campaign.campaign_id, step="draw", member="ben")
    assert n == 1
    assert next_(t["zoe"], t, 1).annotation == SAME
    assert next_(t["ben"], t) is None


def test_managers_are_told_when_too_few_people_are_left(several):
    t = several(count=3)
    t.workspace.client.call("members.disable", object, login="cem")
    told = [n.text for n in t["max"].call("notices.mine", list[Notice])]
    assert any("2 people are left at 'draw' of July, where 3 answer for each asset. 3 assets wait" in n for n in told)


def test_progress_counts_assets_and_the_copies_at_a_step(several):
    t = several(count=2)
    told = t.workspace.client.call("campaigns.progress", Progress, campaign_id=t.campaign.campaign_id)
    assert (told.total, told.remaining, told.steps[0].waiting, told.steps[0].passed) == (2, 2, 6, 0)
    answer(t, ana=SAME, ben=SAME)
    told = t.workspace.client.call("campaigns.progress", Progress, campaign_id=t.campaign.campaign_id)
    assert (told.total, told.remaining, told.steps[0].waiting) == (2, 2, 4)
    states = t.workspace.sql("select asset, state from asset_states")
    assert len(states) == 2


def test_a_workflow_that_cannot_work_is_refused_with_a_sentence():
    with pytest.raises(InvalidInput, match="3 different people answer for each asset, but the step has 2 assignees"):
        steps(people=("ana", "ben"))
    with pytest.raises(InvalidInput, match="a step of kind 'consensus' has to follow it"):
        nb.Workflow(steps()[:1])
    with pytest.raises(InvalidInput, match="right after an annotation step with copies"):
        nb.Workflow(steps()[1:])
    with pytest.raises(InvalidInput, match="nobody decides about an asset for which they answered"):
        nb.Workflow(steps(deciders=("ana", "ben")))
    with pytest.raises(InvalidInput, match="is 4, of 3 copies"):
        nb.Workflow(steps(quorum=4))
    with pytest.raises(InvalidInput, match="are of a step of kind 'consensus'"):
        nb.Step("draw", "annotation", ["ana"], quorum=2)
    with pytest.raises(InvalidInput, match="copies_of"):
        nb.Step("draw", "annotation", ["ana"], copies_of=0.5)


def test_copies_stay_as_they_are_after_the_launch(several):
    t = several()
    spec = t.campaign.spec
    fewer = nb.Workflow(steps(copies=2))
    planned = t.campaign.plan(workflow=fewer)
    assert "copies cannot become 2 after the launch" in " ".join(planned.refusals)
    planned = t.campaign.plan(workflow=nb.Workflow(steps(quorum=3, iou=0.7)))
    assert not planned.refusals
    assert spec.workflow.steps[0].copies == 3


def test_a_bulk_submission_of_a_job_computes_the_consensus_too(several):
    t = several(count=2)
    for who in ("ana", "ben", "cem"):
        while view := t[who].call("tasks.pull", TaskView | None, campaign_id=t.campaign.campaign_id, step=0):
            act(t[who], "save", view, SAME)
        t[who].call("jobs.submit", object, campaign_id=t.campaign.campaign_id, step=0)
    assert sorted(rows(t, "outcome", "step = 1")["outcome"]) == ["agreed", "agreed"]


def test_who_answers_learns_nothing_of_the_others(several):
    """Everything that a person can ask of an image, while the others answer and after it."""
    t = several()
    secret = Annotation(shapes=(box(id="ben-drew-this"),), tags=("blurred",))
    mine, bens = next_(t["ana"], t), next_(t["ben"], t)
    act(t["ben"], "save", bens, secret)
    raised = t["ben"].call("issues.create", Issue, task_id=bens.task.task_id, text="ben says so")
    act(t["ben"], "submit", next_(t["ben"], t), secret)
    revision = int(t.workspace.sql("select max(annotation_id) as n from annotations")["n"][0])

    def ask(task_id):
        said = []
        for operation, returns, more in (
            ("tasks.open", TaskView, {}), ("tasks.history", list[HistoryItem], {}), ("tasks.before", object, {}),
            ("tasks.heartbeat", object, {}), ("tasks.answers", Answers, {}),
        ):  # fmt: skip
            try:
                said.append(repr(t["ana"].call(operation, returns, task_id=task_id, **more)))
            except (NotAllowed, Refused) as error:
                said.append(str(error))
        return said

    def everything():
        others = rows(t, "task_id")["task_id"]
        said = list(itertools.chain.from_iterable(ask(int(i)) for i in others))
        for operation, arguments in (
            ("tasks.mine", {}), ("tasks.listing", {"campaign_id": t.campaign.campaign_id, "step": 0}),
            ("issues.mine", {}), ("notices.mine", {}), ("campaigns.list", {}),
            ("annotations.drafts", {"campaign_id": t.campaign.campaign_id}),
            ("annotations.get", {"annotation_id": revision}),
            ("issues.reply", {"issue_id": raised.issue_id, "text": "?"}),
            ("tasks.save", {"task_id": bens.task.task_id, "annotation": SAME, "revision": 0}),
        ):  # fmt: skip
            try:
                said.append(repr(t["ana"].call(operation, object, **arguments)))
            except (NotAllowed, Refused) as error:
                said.append(str(error))
        return " ".join(said)

    for _ in range(2):
        told = everything()
        assert "ben" not in told.replace("Step.assignees", ""), told
        assert "blurred'," not in told.split("recipe=")[0]
        (job,) = t["ana"].call("tasks.listing", list[Task], campaign_id=t.campaign.campaign_id, step=0)
        assert job.issues == 0
        act(t["ana"], "submit", mine, SAME) if job.state == "in_progress" else None
        act(t["cem"], "submit", next_(t["cem"], t), OTHER) if rows(
            t, where="copy = 3 and closed is null"
        ).size else None
    assert next_(t["zoe"], t, 1) is not None


def test_people_who_ask_at_once_never_get_an_asset_twice_and_the_last_answer_is_compared_once(team):
    people = ("ana", "ben", "cem", "dora")
    t = team(count=6, steps=steps(people, copies=3), roles=ROLES)

    def work(who):
        while (view := next_(t[who], t)) is not None:
            act(t[who], "submit", view, SAME)

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(work, people))
    table = rows(t, "asset, assignee, state", "copy is not null")
    assert len(table) == 18
    assert not table.duplicated(["asset", "assignee"]).any()
    assert set(table["state"]) == {"done"}
    assert rows(t, "outcome", "step = 1")["outcome"].tolist() == ["agreed"] * 6
    assert len(heads(t)) == 6
