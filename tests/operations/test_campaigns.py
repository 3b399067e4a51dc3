"""Campaigns: what a launch does, with whom, with what is there already, and what stops it; joining; the list."""

import datetime

import pandas as pd
import pytest
from msgspec.structs import replace

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused
from nbannotate.model import Campaign, CampaignSpec, Closed, Document, Job, Plan, Rule, Saved, Session, TaskView
from nbannotate.operations.dispatch import Dispatcher
from nbannotate.store import campaigns as stored
from nbannotate.workspace import frames

RECIPE = nb.Recipe(["WBC", "RBC"], tags=["blurred"])
DRAW = nb.Step("draw", "annotation", ["ana", "ben"])
CHECK = nb.Step("check", "review", ["chloe"])
ROLES = {"ana": "annotator", "ben": "annotator", "carl": "annotator", "chloe": "reviewer", "dora": "reviewer"}


@pytest.fixture
def ws():
    workspace = nb.open(":memory:")
    for login, role in ROLES.items():
        workspace.members.add(login, role=role, password=f"password-of-{login}")
    yield workspace
    workspace.close()


def add_assets(version, count, begin=0):
    """Add assets whose files need not be there."""
    names = [f"img_{i:05}.png" for i in range(begin, begin + count)]
    rows = pd.DataFrame({"name": names, "path": [f"/nowhere/{n}" for n in names], "folder": "", "width": 64,
                         "height": 48, "bytes": 1, "metadata": "{}"})  # fmt: skip
    version.workspace.client.upload("assets.add", int, frames.to_parquet(rows), version_id=version.version_id)


def annotate(version, *numbers, label="WBC"):
    """Import an annotation for some assets."""
    rows = pd.DataFrame({
        "asset": [f"img_{i:05}.png" for i in numbers],
        "shapes": [f'[{{"kind":"rectangle","points":[[1,1],[9,9]],"label":"{label}","id":"s{i}"}}]' for i in numbers],
        "tags": "[]", "nothing_to_label": False,
    })  # fmt: skip
    version.workspace.client.upload(
        "annotations.add", nb.model.Imported, frames.to_parquet(rows), version_id=version.version_id, source="model"
    )


@pytest.fixture
def version(ws):
    version = ws.create_dataset("smears").create_version("v1")
    add_assets(version, 10)
    return version


def write(version, *steps, name="July", **more):
    return version.create_campaign(name, RECIPE, nb.Workflow(steps or (DRAW, CHECK)), **more)


def acting(ws, login):
    session = ws.client.call("sessions.open", Session, login=login, password=f"password-of-{login}")
    return ws.client.acting(session.token)


def per_person(campaign, step=0):
    rows = campaign.tasks.df(step=step)
    return rows["assignee"].fillna("queue").value_counts().to_dict()


def submit(client, campaign, step=0):
    view = client.call("tasks.next", TaskView, campaign_id=campaign.campaign_id, step=step)
    annotation = view.annotation if view.annotation.shapes else nb.Annotation(nothing_to_label=True)
    return client.call("tasks.submit", Closed, task_id=view.task.task_id, annotation=annotation,
                       revision=view.revision, seconds=0.0)  # fmt: skip


# Launching -----------------------------------------------------------------------------------------------------------


def test_the_plan_of_a_running_campaign_tells_what_is_there(ws, version):
    equal = nb.Step("draw", "annotation", ["ana", "ben"], attribution="equal")
    c = write(version, equal, nb.Step("check", "review", ["chloe", "dora"], attribution="equal"))
    launched = c.launch()
    ana, chloe = acting(ws, "ana"), acting(ws, "chloe")
    for plan in (launched, c.plan(due="2099-01-01")):
        assert [(s.tasks, s.passed, s.people) for s in plan.steps] == [
            (10, 0, {"ana": 5, "ben": 5}), (0, 0, {"chloe": 5, "dora": 5}),
        ]  # fmt: skip
    for _ in range(4):
        submit(ana, c)
    submit(chloe, c, 1)
    view = ana.call("tasks.next", TaskView, campaign_id=c.campaign_id, step=0)
    ana.call("tasks.discard", Closed, task_id=view.task.task_id, reason="blurred", revision=view.revision, seconds=0.0)
    for plan in (c.plan(), c.plan(due="2099-01-01"), c.plan(instructions="Look twice.")):
        assert [(s.tasks, s.passed) for s in plan.steps] == [(5, 4), (3, 1)]
        assert plan.steps[0].people == {"ana": 5, "ben": 5}
        assert sum(plan.steps[1].people.values()) == 9, "the one that was discarded does not come"
        assert "| draw | annotation | equal | ana: 5, ben: 5 | 5 | 4 |" in repr(plan)
    plan = c.plan(due="2099-01-01")
    done = plan.apply()
    assert [(s.tasks, s.passed) for s in done.steps] == [(5, 4), (3, 1)]


def test_the_plan_counts_what_was_done_at_once_as_passed(version):
    annotate(version, 1, 2)
    c = write(version, existing="done")
    before = c.plan()
    assert [(s.tasks, s.passed) for s in before.steps] == [(8, 2), (0, 2)]
    c.launch()
    assert [(s.tasks, s.passed) for s in c.plan().steps] == [(8, 2), (0, 2)]


def test_a_queue_belongs_to_nobody_and_shares_are_dealt_in_blocks(version):
    queue = write(version, name="queue")
    queue.launch()
    assert per_person(queue) == {"queue": 10}
    queue.complete("tried")
    weighted = write(version, nb.Step("draw", "annotation", {"ana": 2, "ben": 1, "carl": 1}, attribution="weighted"))
    planned = weighted.launch()
    assert planned.steps[0].people == {"ana": 5, "ben": 3, "carl": 2}
    assert weighted.tasks.df()["assignee"].tolist() == ["ana"] * 5 + ["ben"] * 3 + ["carl"] * 2
    assert weighted.tasks.df()["position"].tolist() == list(range(10))


def test_a_random_order_has_a_seed_that_is_kept(version):
    c = write(version, order="random", limit=4)
    seed = c.spec.seed
    assert isinstance(seed, int)
    c.launch()
    first = c.tasks.df()["asset"].tolist()
    c.delete(confirm="July")
    again = write(version, order="random", limit=4, seed=seed)
    again.launch()
    assert again.tasks.df()["asset"].tolist() == first
    assert [(out.assets, len(out.examples)) for out in again.plan().left_out] == [(6, 0)]


def test_what_the_filter_leaves_out_is_told(version):
    annotate(version, 1, 2)
    c = write(version, filter="label('WBC')")
    plan = c.plan()
    assert (plan.assets, plan.chosen, plan.left_out[0].assets) == (10, 2, 8)
    assert "label('WBC')" in plan.left_out[0].reason
    c.launch()
    assert c.tasks.df()["asset"].tolist() == ["img_00001.png", "img_00002.png"]
    assert "takes none of the 10 assets" in write(version, filter="label('RBC')", name="none").plan().refusals[1]


def test_annotated_assets_start_at_the_review_and_each_batch_is_split(version):
    annotate(version, 0, 1, 2)
    check = nb.Step("check", "review", ["chloe", "dora"], attribution="equal")
    c = write(version, replace(DRAW, attribution="equal"), check, existing="review")
    plan = c.plan()
    assert [(s.tasks, s.people) for s in plan.steps] == [
        (7, {"ana": 4, "ben": 3}), (3, {"chloe": 5, "dora": 5}),
    ]  # fmt: skip
    c.launch()
    assert per_person(c) == {"ana": 4, "ben": 3}
    assert per_person(c, 1) == {"chloe": 2, "dora": 1}
    ana, ben = acting(version.workspace, "ana"), acting(version.workspace, "ben")
    for client in [ana] * 4 + [ben] * 3:
        submit(client, c)
    assert per_person(c, 1) == {"chloe": 5, "dora": 5}


def test_annotated_assets_are_done_at_once_where_that_is_wanted(version):
    annotate(version, 0, 9)
    c = write(version, existing="done")
    assert "2 assets are done at once" in c.plan().warnings[0]
    c.launch()
    done = c.tasks.df(state="done")
    assert done[["asset", "step_name", "outcome", "status"]].values.tolist() == [
        ["img_00000.png", "check", "existing", "approved"], ["img_00009.png", "check", "existing", "approved"],
    ]  # fmt: skip
    progress = c.progress
    assert (progress.done, progress.remaining, progress.total) == (2, 8, 10)
    assert c.info.remaining == 8


def test_a_workflow_that_begins_with_a_review_takes_what_is_annotated(version):
    c = write(version, CHECK, existing="review")
    with pytest.raises(Refused, match="begins with the review step 'check', and none of the assets"):
        c.launch()
    assert c.state == "draft"
    annotate(version, 4, 5)
    plan = c.plan()
    assert (plan.chosen, plan.left_out[0].assets) == (2, 8)
    assert "review" in plan.left_out[0].reason
    c.launch()
    assert c.tasks.df()["asset"].tolist() == ["img_00004.png", "img_00005.png"]


def test_the_plan_warns_of_what_people_will_run_into(version):
    annotate(version, 0, label="unheard of")
    own = nb.Step("check", "review", ["chloe"])
    c = write(version, nb.Step("draw", "annotation", ["chloe"]), own)
    warnings = c.plan().warnings
    assert "'unheard of' (1 shapes)" in warnings[0]
    assert "'chloe' reviews nobody's work but their own" in warnings[1]
    few = write(version, replace(DRAW, attribution="equal"), CHECK, name="few", limit=1)
    assert any("ben will get none" in w for w in few.plan().warnings)
    hidden = write(version, name="hidden", existing="restart")
    assert "1 assets have annotations that annotators will not see" in hidden.plan().warnings[0]


def test_assignees_are_told_once_that_a_campaign_has_begun(ws, version):
    c = write(version, replace(DRAW, attribution="equal"), CHECK, due="2099-12-31")
    c.launch()
    told = ws.sql("select member, text from notices where kind = 'assigned' order by member").values.tolist()
    assert [member for member, _ in told] == ["ana", "ben", "chloe"]
    assert told[0][1] == "'July' has begun; you work at 'draw' (5 of 10 images). Due 2099-12-31."


def test_a_version_has_one_campaign_at_a_time(version):
    write(version).launch()
    other = write(version, name="August")
    assert "'July' is running on this version" in other.plan().refusals[0]
    with pytest.raises(Refused, match="one campaign at a time"):
        other.launch()
    assert other.state == "draft"


def test_only_managers_and_owners_plan_and_launch(ws, version):
    c = write(version)
    for operation in ("plan", "launch", "spec", "join", "deletion"):
        with pytest.raises(NotAllowed):
            acting(ws, "chloe").call(f"campaigns.{operation}", Plan, campaign_id=c.campaign_id)
    assert c.state == "draft"


# Mistakes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"workflow": lambda: nb.Workflow([])}, "Workflow.steps is empty"),
        ({"workflow": lambda: nb.Workflow([DRAW, DRAW])}, "'draw' is there twice"),
        (
            {"workflow": lambda: nb.Workflow([nb.Step("d", "annotation", {"ana": 0}, attribution="weighted")])},
            "Step.weights of 'd' must be numbers above 0, not 0",
        ),
        ({"workflow": lambda: nb.Workflow([CHECK])}, "say existing='review'"),
        ({"workflow": lambda: nb.Workflow([nb.Step("d", "annotation", ["zoe"])])}, "no member 'zoe'"),
        ({"workflow": lambda: nb.Workflow([nb.Step("c", "review", ["ana"])]), "existing": "review"}, "'ana' is annot"),
        ({"workflow": lambda: nb.Workflow([nb.Step("d", "annotation", ["carl"])])}, "'carl' is disabled"),
        ({"due": "2020-02-30"}, "due must look like"),
        ({"due": "2020-02-20"}, "due is in the past: 2020-02-20"),
        ({"filter": "lable('WBC')"}, "lable"),
        ({"seed": "x", "order": "random"}, "seed must be a whole number"),
        ({"pdf": Document("guide.pdf", "00")}, "does not have the file 'guide.pdf'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_is_named_and_nothing_is_stored(ws, version, change, word):
    ws.members.disable("carl")
    events = ws.sql("select count(*) as n from events")["n"][0]

    def attempt():
        fields = {k: v() if callable(v) else v for k, v in change.items()}
        version.create_campaign(**{"name": "July", "recipe": RECIPE, "workflow": nb.Workflow([DRAW]), **fields})

    with pytest.raises((InvalidInput, Conflict), match=word):
        attempt()
    assert list(ws.campaigns) == []
    assert ws.sql("select count(*) as n from events")["n"][0] == events


def test_the_name_is_taken_once(version):
    write(version)
    with pytest.raises(Conflict, match="'July' already"):
        write(version)


def test_only_the_workers_of_a_dataset_are_assignees(ws, version):
    version.dataset.set_workers(["ana", "chloe"])
    with pytest.raises(InvalidInput, match="'ben' is no worker of the dataset 'smears'"):
        write(version)
    c = write(version, nb.Step("draw", "annotation", ["ana"]), CHECK)
    c.launch()
    with pytest.raises(InvalidInput, match="'carl' is no worker"):
        c.add_assignee("draw", "carl")


def test_who_was_disabled_since_stops_the_launch_but_no_other_change(ws, version):
    c = write(version)
    ws.members.disable("ben")
    assert "'ben' is disabled" in c.plan().refusals[0]
    with pytest.raises(Refused, match="'ben' is disabled"):
        c.launch()
    plan = c.plan(due="2099-01-01")
    assert plan.refusals == ()
    assert any("cannot be launched yet" in w for w in plan.warnings)
    plan.apply()
    c.remove_assignee("draw", "ben")
    assert c.launch().launched


def test_a_rule_sends_only_within_a_dataset(ws, version):
    c = write(version, rules=[Rule("done", "experts")])
    assert "'experts', which is not there yet" in c.plan().warnings[0]
    other = ws.create_dataset("cells").create_version("v1")
    write(other, name="cells")
    with pytest.raises(InvalidInput, match="rules: 'cells' is on the dataset 'cells'"):
        c.plan(rules=[Rule("done", "cells")])


# Changing ------------------------------------------------------------------------------------------------------------


def test_a_written_campaign_may_change_in_everything(version):
    c = write(version)
    steps = (nb.Step("first", "annotation", ["ana"]), nb.Step("second", "annotation", ["ben"]), CHECK)
    plan = c.plan(workflow=nb.Workflow(steps), order="random", limit=3, existing="restart", recipe=nb.Recipe(["x"]))
    assert plan.refusals == ()
    assert plan.chosen == 3
    plan.apply()
    assert c.spec.seed is not None
    chosen = [s.name for s in c.launch().steps]
    assert chosen == ["first", "second", "check"]
    assert c.progress.steps[1].name == "second"


def test_a_change_of_the_weights_leaves_what_is_begun(ws, version):
    c = write(version, replace(DRAW, attribution="equal"), CHECK)
    c.launch()
    ana = acting(ws, "ana")
    submit(ana, c)
    ana.call("tasks.next", TaskView, campaign_id=c.campaign_id, step=0)
    held = c.tasks.df(step=0, assignee="ana")["task_id"].iloc[0]
    weighted = nb.Step("draw", "annotation", {"ana": 1, "ben": 4}, attribution="weighted")
    plan = c.plan(workflow=nb.Workflow([weighted, CHECK]))
    assert plan.steps[0].people == {"ana": 2, "ben": 8}
    assert any("8 tasks that nobody has begun are dealt again" in change for change in plan.changes)
    plan.apply()
    rows = c.tasks.df(step=0)
    assert rows["assignee"].value_counts().to_dict() == {"ben": 8, "ana": 1}
    assert rows[rows["assignee"] == "ana"]["task_id"].tolist() == [held]
    plan = c.plan.remove_assignee("draw", "ana")
    assert "'ana' cannot leave with 1 begun or returned task." in plan.refusals[0]
    with pytest.raises(Refused, match="reassign"):
        plan.apply()
    c.reassign("ben", member="ana")
    c.remove_assignee("draw", "ana")
    assert c.spec.workflow.steps[0].assignees == ("ben",)


def test_what_is_dealt_again_at_a_review_goes_to_who_did_not_draw_it(ws, version):
    draw = nb.Step("draw", "annotation", ["ana", "chloe"])
    c = write(version, draw, nb.Step("check", "review", ["chloe", "dora"]))
    c.launch()
    chloe, ana = acting(ws, "chloe"), acting(ws, "ana")
    for client in (chloe, ana, chloe, ana, ana, chloe):
        submit(client, c)
    c.plan(workflow=nb.Workflow([draw, nb.Step("check", "review", ["chloe", "dora"], attribution="equal")])).apply()
    rows = c.tasks.df(is_current=[True, False])
    drew = rows[rows["step"] == 0].set_index("asset_id")["assignee"]
    check = rows[rows["step"] == 1].set_index("asset_id")["assignee"]
    assert check.value_counts().to_dict() == {"chloe": 3, "dora": 3}
    assert {(drew[i], who) for i, who in check.items()} == {("chloe", "dora"), ("ana", "chloe")}
    c.plan(workflow=nb.Workflow([draw, nb.Step("check", "review", ["chloe", "dora"])])).apply()
    assert c.tasks.df(step=1)["assignee"].isna().all()


def test_assets_that_come_while_a_change_is_prepared_are_counted(version, monkeypatch):
    c = write(version)
    commit, late = Dispatcher._commit, [5]

    def added_before(self, operation, *arguments):
        if operation.name == "campaigns.apply" and late:
            add_assets(version, late.pop(), begin=10)
        return commit(self, operation, *arguments)

    monkeypatch.setattr(Dispatcher, "_commit", added_before)
    spec = replace(c.spec, filter=str(nb.Filter.sql("width > 10")))
    planned = version.workspace.client.call("campaigns.apply", Plan, campaign_id=c.campaign_id, spec=spec)
    assert planned.chosen == 15


def test_a_label_that_drafts_use_cannot_go(ws, version):
    c = write(version)
    c.launch()
    ana = acting(ws, "ana")
    view = ana.call("tasks.next", TaskView, campaign_id=c.campaign_id, step=0)
    shape = nb.Shape(kind="rectangle", points=((1, 1), (20, 20)), label="WBC", id="s1")
    drawn = nb.Annotation(shapes=(shape,), tags=("blurred",))
    ana.call("tasks.save", Saved, task_id=view.task.task_id, annotation=drawn, revision=0, seconds=0.0)
    refusals = c.plan(recipe=nb.Recipe(["RBC"])).refusals
    assert [r[:60] for r in refusals] == [
        "The label 'WBC' cannot go: 1 shape in drafts would lose it. ",
        "The tag 'blurred' cannot go: 1 annotation in drafts would lo",
    ]
    ana.call("tasks.submit", Closed, task_id=view.task.task_id, annotation=drawn, revision=1, seconds=0.0)
    refusals = c.plan(recipe=nb.Recipe(["RBC"])).refusals
    assert "1 submitted shape would lose it" in refusals[0]
    assert c.plan(recipe=nb.Recipe(["WBC"], tags=["blurred"])).refusals == ()


def test_an_overdue_campaign_runs_again_when_its_day_is_moved(ws, version):
    c = write(version, due="2099-01-01")
    c.launch()
    yesterday = datetime.date(2020, 1, 1)
    with ws.client.dispatcher.engine.write() as tx:
        stored.set_spec(tx, c.campaign_id, replace(c.spec, due=yesterday))
    assert c.state == "overdue"
    with ws.client.dispatcher.engine.read() as tx:
        assert stored.is_overdue(tx, c.campaign_id, datetime.date(2020, 1, 2))
        assert not stored.is_overdue(tx, c.campaign_id, yesterday)
    c.plan(recipe=nb.Recipe(["WBC", "RBC", "platelet"], tags=["blurred"])).apply()
    c.plan(due="2099-01-01").apply()
    assert c.state == "active"


def test_a_new_name_is_followed_by_the_rules_of_others(version):
    target = write(version, name="experts")
    source = write(version, rules=[Rule("done", "experts")])
    plan = target.plan(name="specialists")
    assert "The rules of 'July' follow the new name." in plan.changes
    plan.apply()
    assert source.spec.rules == (Rule("done", "specialists"),)


# New assets, list, end -----------------------------------------------------------------------------------------------


def test_assets_that_join_fill_up_the_shares(version):
    c = write(version, replace(DRAW, attribution="equal"), CHECK)
    c.launch()
    add_assets(version, 5, begin=10)
    assert per_person(c) == {"ana": 8, "ben": 7}
    assert c.tasks.df()["position"].tolist() == list(range(15))


def test_nothing_new_goes_to_a_disabled_account(ws, version):
    c = write(version, replace(DRAW, attribution="equal"), CHECK)
    c.launch()
    ws.members.disable("ben")
    add_assets(version, 4, begin=10)
    assert per_person(c) == {"ana": 9, "ben": 5}
    ws.members.disable("ana")
    add_assets(version, 1, begin=14)
    assert per_person(c) == {"ana": 9, "ben": 5, "queue": 1}


def test_a_closed_campaign_takes_nothing_new(version):
    c = write(version, new_assets="closed")
    with pytest.raises(Refused, match="not launched"):
        c.join()
    c.launch()
    add_assets(version, 5, begin=10)
    with pytest.raises(Refused, match="closed to new assets"):
        c.join()
    c.plan(new_assets="wait").apply()
    assert c.join() == 5


def test_the_limit_holds_for_those_that_join(version):
    c = write(version, limit=12, new_assets="wait")
    c.launch()
    add_assets(version, 5, begin=10)
    assert (c.join(), c.join(), c.info.total) == (2, 0, 12)


def test_campaigns_are_listed_by_state_dataset_and_name(ws, version):
    write(version, name="b").launch()
    write(version, name="a")
    other = ws.create_dataset("cells").create_version("v1")
    write(other, name="C")

    def names(**how):
        return [c.name for c in ws.client.call("campaigns.list", list[Campaign], **how)]

    assert names() == ["C", "a", "b"]
    assert names(sort="name") == ["a", "b", "C"]
    assert names(state=["active"]) == ["b"]
    assert names(state=["draft"], dataset="smears") == ["a"]
    with pytest.raises(NotFound, match="'nope'"):
        names(dataset="nope")
    with pytest.raises(InvalidInput, match="state"):
        names(state=["over"])


def test_what_is_not_launched_is_not_completed_and_may_be_archived(version):
    c = write(version)
    with pytest.raises(Refused, match="not launched"):
        c.complete("no")
    assert c.archive().state == "archived"
    with pytest.raises(Refused, match="archived"):
        c.launch()
    c.archive(False)
    c.launch()
    with pytest.raises(Refused, match="10 of 10 assets remain"):
        c.archive()


def test_a_deleted_campaign_leaves_its_annotations_and_the_log(ws, version):
    c = write(version, nb.Step("draw", "annotation", ["ana"]))
    c.launch()
    submit(acting(ws, "ana"), c)
    would = c.delete()
    assert (would.tasks, would.kept_annotations) == (10, 1)
    c.delete(confirm="July")
    assert ws.sql("select count(*) as n from annotations")["n"][0] == 1
    assert ws.sql("select count(*) as n from events where operation = 'tasks.submit'")["n"][0] == 1
    for view in ("tasks", "steps", "jobs", "issues", "notices", "campaigns"):
        assert ws.sql(f"select count(*) as n from {view}")["n"][0] == 0
    write(version).launch()


def test_a_spec_is_checked_by_the_owner_too(ws, version):
    with pytest.raises(InvalidInput, match=r"campaigns\.create: spec: recipe is missing"):
        ws.client.call("campaigns.create", CampaignSpec, version_id=version.version_id, spec={"name": "July"})


def test_whoever_has_work_in_a_campaign_finds_it_with_their_own_tasks_counted(team):
    t = team(count=4, roles={"ana": "annotator", "ben": "annotator", "chloe": "reviewer", "dev": "developer"})
    t.workspace.members.add("eve", role="annotator", password="password-of-eve")
    t.passwords["eve"] = "password-of-eve"
    (mine,) = t["ana"].call("campaigns.list", list[Campaign])
    (job,) = t["ana"].call("tasks.mine", list[Job])
    assert (mine.name, mine.total, mine.remaining) == ("July", job.total, job.remaining)
    assert t.log_in("eve").call("campaigns.list", list[Campaign]) == []
    (whole,) = t["dev"].call("campaigns.list", list[Campaign])
    assert (whole.total, whole.remaining) == (4, 4)
