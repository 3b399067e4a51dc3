"""Jobs as a whole, and tasks given to others."""

import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotAllowed, NotFound, Refused
from nbannotate.model import Annotation, Deletion, Issue, Job, JobSubmitted, Notice, Reassigned, Saved, Task, TaskView
from nbannotate.operations import completion
from nbannotate.pages.manage.task_table import begun
from nbannotate.pages.work.render import one_job

from .test_tasks import BOX, TWO, do, next_, raise_issue

NOTHING = Annotation(nothing_to_label=True)
EQUAL = [
    nb.Step("draw", "annotation", ["ana", "ben"], attribution="equal"),
    nb.Step("check", "review", ["chloe"]),
]


def jobs(t):
    found = t.workspace.client.call("jobs.of_campaign", list[Job], campaign_id=t.campaign.campaign_id)
    return {(j.step_name, j.member): j for j in found}


def reassign(client, t, to, **which):
    return client.call("tasks.reassign", Reassigned, campaign_id=t.campaign.campaign_id, to=to, **which)


def holders(t):
    found = t.campaign.tasks.df()["assignee"].value_counts(dropna=False)
    return {k if isinstance(k, str) else None: int(v) for k, v in found.items()}


def submit_job(client, t, step=0, **more):
    return client.call("jobs.submit", JobSubmitted, campaign_id=t.campaign.campaign_id, step=step, **more)


def test_an_equal_split_is_exact_and_each_person_sees_the_own_share(team):
    t = team(count=5, steps=EQUAL)
    assert holders(t) == {"ana": 3, "ben": 2}
    (job,) = t["ana"].call("tasks.mine", list[Job])
    assert (job.state, job.total, job.waiting, job.member) == ("pending", 3, 0, "ana")
    assert next_(t["ben"], t).total == 2


def test_a_job_goes_from_pending_to_completed(team):
    t = team(count=2, steps=[EQUAL[0], EQUAL[1]])
    assert jobs(t)["draw", "ana"].state == "pending"
    view = next_(t["ana"], t)
    assert jobs(t)["draw", "ana"].state == "in_progress"
    do(t["ana"], "submit", view, TWO)
    job = jobs(t)["draw", "ana"]
    assert (job.state, job.objects, job.done) == ("on_review", 2, 1)
    do(t["chloe"], "submit", next_(t["chloe"], t, 1), TWO)
    assert jobs(t)["draw", "ana"].state == "completed"
    assert jobs(t)["draw", "ben"].state == "pending"
    assert next(iter(t.workspace.sql("select state from jobs where member = 'ana'")["state"])) == "completed"


def test_what_was_drawn_counts_while_it_is_reworked(team):
    t = team(count=1, steps=EQUAL)
    do(t["ana"], "submit", next_(t["ana"], t), TWO)
    review = next_(t["chloe"], t, 1)
    raise_issue(t["chloe"], review)
    do(t["chloe"], "rework", review)
    job = jobs(t)["draw", "ana"]
    assert (job.state, job.returned, job.objects, job.attribution) == ("in_progress", 1, 2, "equal")


def test_a_job_is_submitted_as_a_whole_when_every_image_is_finished(team):
    t = team(count=30, steps=[nb.Step("draw", "annotation", ["ana"], attribution="equal"), EQUAL[1]])
    views = [t["ana"].call("tasks.open", TaskView, task_id=int(i)) for i in t.campaign.tasks.df()["task_id"]]
    for view in views[:-1]:
        do(t["ana"], "save", view, NOTHING)
    with pytest.raises(Refused, match=r"1 of 30 images are not finished.*img_029.png"):
        submit_job(t["ana"], t)
    assert holders(t) == {"ana": 30}
    do(t["ana"], "save", views[-1], BOX)
    first = submit_job(t["ana"], t)
    assert (first.submitted, first.left) == (5, 25)
    assert [submit_job(t["ana"], t, checked=True).left for _ in range(5)] == [20, 15, 10, 5, 0]
    assert set(t.campaign.tasks.df()["step_name"]) == {"check"}
    assert jobs(t)["draw", "ana"].state == "on_review"
    with pytest.raises(Refused, match="nothing to submit"):
        submit_job(t["ana"], t)


def test_a_job_is_restarted_with_just_the_rejected_images(team):
    t = team(count=4, steps=[nb.Step("draw", "annotation", ["ana"], attribution="equal"), EQUAL[1]])
    while view := next_(t["ana"], t):
        do(t["ana"], "submit", view, BOX)
    for i in range(4):
        do(t["chloe"], "reject" if i % 2 else "submit", *((next_(t["chloe"], t, 1),) + (() if i % 2 else (BOX,))))
    job = jobs(t)["draw", "ana"]
    assert (job.state, job.rejected, job.remaining) == ("completed_with_issues", 2, 0)
    for client in (t["ana"], t["ben"]):
        with pytest.raises(NotAllowed):
            client.call("jobs.restart", int, campaign_id=t.campaign.campaign_id, step="draw", member="ana")
    n = t["chloe"].call("jobs.restart", int, campaign_id=t.campaign.campaign_id, step="draw", member="ana")
    assert n == 2
    rows = t.campaign.tasks.df(state="to_rework")
    assert list(rows["asset"]) == ["img_001.png", "img_003.png"]
    assert set(rows["assignee"]) == {"ana"}
    assert set(rows["round"]) == {2}
    assert "restarted" in [n.kind for n in t["ana"].call("notices.mine", list[Notice])]
    assert next_(t["ana"], t).annotation == BOX
    with pytest.raises(Refused, match="nothing to restart"):
        t["chloe"].call("jobs.restart", int, campaign_id=t.campaign.campaign_id, step="draw", member="ana")


@pytest.mark.parametrize("operation", ["jobs.complete", "campaigns.complete"])
def test_what_is_drawn_while_all_is_ended_is_kept_and_nobody_sees_it_before(team, monkeypatch, operation):
    t = team(count=2, steps=EQUAL)
    view = next_(t["ana"], t)
    save = {"task_id": view.task.task_id, "seconds": 0.0}
    saved = t["ana"].call("tasks.save", Saved, annotation=BOX, revision=view.revision, **save)
    stage, seen = completion.stage_drafts, []

    def drawn_meanwhile(*given):
        kept = stage(*given)
        given[1].piece()
        if not seen:
            where = {"campaign_id": t.campaign.campaign_id}
            gone = t.workspace.client.call("campaigns.deletion", Deletion, **where)
            seen.append((jobs(t)["draw", "ana"].objects, gone.kept_annotations))
            t["ana"].call("tasks.save", Saved, annotation=TWO, revision=saved.revision, **save)
        return kept

    monkeypatch.setattr(completion, "stage_drafts", drawn_meanwhile)
    who = {"step": 0, "member": "ana"} if operation.startswith("jobs") else {}
    t.workspace.client.call(operation, object, campaign_id=t.campaign.campaign_id, reason="late", **who)
    assert seen == [(0, 0)]
    kept = t.workspace.sql("select source, count(*) as n from annotations join shapes using (annotation_id) group by 1")
    assert kept.values.tolist() == [["ended", 2]]


def test_a_job_can_be_completed_as_it_stands(team):
    t = team(count=4, steps=EQUAL)
    view = next_(t["ana"], t)
    do(t["ana"], "submit", view, BOX)
    with pytest.raises(InvalidInput, match="why"):
        t["chloe"].call("jobs.complete", int, campaign_id=t.campaign.campaign_id, step=0, member="ana", reason=" ")
    n = t["chloe"].call("jobs.complete", int, campaign_id=t.campaign.campaign_id, step=0, member="ana", reason="late")
    assert n == 1
    (ended,) = t.campaign.tasks.df(outcome="ended").itertuples()
    assert (ended.state, ended.note, ended.assignee) == ("skipped", "late", "ana")
    assert jobs(t)["draw", "ana"].state == "on_review"


def test_one_task_a_selection_and_a_whole_job_are_given_to_somebody_else(team):
    t = team(count=6, steps=EQUAL)
    ids = [int(i) for i in t.campaign.tasks.df(assignee="ana")["task_id"]]
    done = reassign(t.workspace.client, t, "ben", task_ids=ids[:1])
    assert (done.tasks, done.people) == (1, {"ben": 1})
    assert holders(t) == {"ana": 2, "ben": 4}
    assert reassign(t.workspace.client, t, "ana", step="draw", assignee="ben").tasks == 4
    assert holders(t) == {"ana": 6}
    assert reassign(t.workspace.client, t, None, step="draw").tasks == 6
    assert holders(t) == {None: 6}
    assert [n.text for n in t["ben"].call("notices.mine", list[Notice]) if n.kind == "assigned"]


def test_who_loses_a_task_keeps_the_draft_and_the_next_person_goes_on_from_it(team):
    t = team(count=2, steps=EQUAL)
    view = next_(t["ana"], t)
    do(t["ana"], "save", view, BOX)
    assert reassign(t.workspace.client, t, "ben", assignee="ana", started=False).left == 1
    assert holders(t) == {"ana": 1, "ben": 1}
    reassign(t.workspace.client, t, "ben", assignee="ana")
    taken = t["ben"].call("tasks.open", TaskView, task_id=view.task.task_id)
    assert (taken.annotation, taken.editable) == (BOX, True)
    late = do(t["ana"], "save", view, TWO, revision=1)
    assert (late.held, "ben has it now" in late.text) == (False, True)
    assert t["ben"].call("tasks.open", TaskView, task_id=view.task.task_id).annotation == BOX
    assert any("had begun" in n.text for n in t["ana"].call("notices.mine", list[Notice]))


def test_started_means_begun_wherever_it_stands(team):
    t = team(count=4, steps=EQUAL)
    view = next_(t["ana"], t)
    do(t["ana"], "submit", view, TWO)
    review = next_(t["chloe"], t, 1)
    raise_issue(t["chloe"], review)
    do(t["chloe"], "rework", review)
    (mine,) = t["ben"].call("tasks.mine", list[Job])
    assert (mine.in_progress, mine.started, mine.state) == (2, 0, "pending")
    next_(t["ben"], t)
    expected = {"ana": (1, 1, 1), "ben": (0, 2, 1)}
    assert expected == {j.member: (j.returned, j.in_progress, j.started) for j in jobs(t).values() if j.step == 0}
    rows = t.workspace.sql("select member, returned, in_progress, started from jobs where step = 0 order by member")
    assert {who: tuple(n) for who, *n in rows.values.tolist()} == expected
    table = t.campaign.jobs.df(step="draw").set_index("member")[["returned", "in_progress", "started"]]
    assert {who: tuple(n) for who, n in zip(table.index, table.values.tolist(), strict=True)} == expected
    tasks = t.workspace.client.call("tasks.of_campaign", list[Task], campaign_id=t.campaign.campaign_id)
    for login, (_, _, started) in expected.items():
        assert sum(begun(task) for task in tasks if task.assignee == login and task.step == 0) == started
        without = t.campaign.spec.workflow.steps[0].assignees
        other = next(w for w in without if w != login)
        assert reassign(t.workspace.client, t, other, step="draw", assignee=login, started=False).left == started
    own = {job.member: one_job(job) for job in t["ana"].call("tasks.mine", list[Job])}
    assert (own["ana"].returned, hasattr(own["ana"], "started")) == (1, False)


def test_what_cannot_be_reassigned_is_said_and_nothing_changes(team):
    t = team(count=4, steps=EQUAL)
    view = next_(t["ana"], t)
    do(t["ana"], "submit", view, BOX)
    before = t.campaign.tasks.df(is_current=[True, False])
    client = t.workspace.client
    with pytest.raises(Refused, match="1 of the 1 tasks are not open"):
        reassign(client, t, "ben", task_ids=[view.task.task_id])
    with pytest.raises(Refused, match="'chloe' is no assignee of the step 'draw'"):
        reassign(client, t, "chloe", step="draw")
    with pytest.raises(NotFound, match="member 'dora'"):
        reassign(client, t, "dora")
    with pytest.raises(NotFound, match="there are 'draw', 'check'"):
        reassign(client, t, "ben", step="drew")
    with pytest.raises(NotAllowed):
        reassign(t["chloe"], t, "ben")
    t.workspace.members.disable("ben")
    with pytest.raises(Refused, match="disabled"):
        reassign(client, t, "ben", step="draw")
    assert t.campaign.tasks.df(is_current=[True, False]).equals(before)


def test_what_remains_is_dealt_by_weight_and_started_tasks_stay(team):
    t = team(count=10, steps=EQUAL)
    do(t["ana"], "save", next_(t["ana"], t), BOX)
    client, campaign = t.workspace.client, t.campaign.campaign_id
    done = client.call(
        "tasks.redistribute", Reassigned, campaign_id=campaign, step="draw", weights={"ana": 1, "ben": 2}
    )
    assert (done.tasks, done.left, done.people) == (9, 1, {"ana": 3, "ben": 6})
    assert holders(t) == {"ana": 4, "ben": 6}
    with pytest.raises(InvalidInput, match="'ben' must be above 0"):
        client.call("tasks.redistribute", Reassigned, campaign_id=campaign, step=0, weights={"ana": 1, "ben": 0})
    with pytest.raises(Refused, match="no assignee"):
        client.call("tasks.redistribute", Reassigned, campaign_id=campaign, step=0, weights={"chloe": 1})


def test_a_reviewer_who_also_annotates_gets_the_work_of_others(team):
    steps = [
        nb.Step("draw", "annotation", ["ana", "chloe"], attribution="equal"),
        nb.Step("check", "review", ["chloe", "dora"], attribution="equal"),
    ]
    t = team(count=4, steps=steps, roles={"ana": "annotator", "chloe": "reviewer", "dora": "reviewer"})
    for login in ("chloe", "ana"):
        while view := next_(t[login], t):
            do(t[login], "submit", view, BOX)
    drew = t.workspace.sql("select asset, assignee from tasks where step = 0").set_index("asset")["assignee"]
    checks = t.workspace.sql("select asset, assignee from tasks where step = 1").set_index("asset")["assignee"]
    assert checks.value_counts().to_dict() == {"chloe": 2, "dora": 2}
    assert not (drew == checks.reindex(drew.index)).any()


def test_rework_can_go_to_an_earlier_annotation_step(team):
    steps = [
        nb.Step("draw", "annotation", ["ana"]),
        nb.Step("refine", "annotation", ["ben"]),
        nb.Step("check", "review", ["chloe"]),
    ]
    from nbannotate.model import Closed

    t = team(count=1, steps=steps)
    do(t["ana"], "submit", next_(t["ana"], t), BOX)
    do(t["ben"], "submit", next_(t["ben"], t, 1), TWO)
    review = next_(t["chloe"], t, 2)
    t["chloe"].call("issues.create", Issue, task_id=review.task.task_id, text="begin anew")
    closed = t["chloe"].call("tasks.rework", Closed, task_id=review.task.task_id, revision=0, step="draw")
    assert closed.next_step == "draw"
    back = next_(t["ana"], t)
    assert back.annotation == TWO


def test_nothing_comes_back_while_another_campaign_runs_on_the_version(team):
    t = team(count=2, steps=[nb.Step("draw", "annotation", ["ana"]), EQUAL[1]])
    for _ in range(2):
        do(t["ana"], "submit", next_(t["ana"], t), BOX)
    done = next_(t["chloe"], t, 1)
    do(t["chloe"], "submit", done, BOX)
    do(t["chloe"], "reject", next_(t["chloe"], t, 1))
    again = t.version.create_campaign("August", nb.Recipe(labels=["WBC"]), nb.Workflow([EQUAL[0]]))
    again.launch()
    with pytest.raises(Refused, match="'August' is running"):
        t.campaign.restart("draw", "ana")
    with pytest.raises(Refused, match="'August' is running"):
        t["chloe"].call("issues.create", Issue, task_id=done.task.task_id, text="once more")
