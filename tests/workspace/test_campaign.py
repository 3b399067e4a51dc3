"""A campaign in a notebook: planned, launched, changed, given out again, ended."""

import re
import sys
import threading
import time

import msgspec
import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotFound, Refused
from nbannotate.model import Plan, Saved, Session, TaskView
from nbannotate.model.deprecations import RenamedWarning
from nbannotate.model.plan import Activity
from nbannotate.workspace import plan as plans
from nbannotate.workspace import progress

RECIPE = nb.Recipe(["WBC", "RBC"])
FLOW = nb.Workflow([nb.Step("draw", "annotation", ["ana", "ben"], attribution="equal"),
                    nb.Step("check", "review", ["chloe"])])  # fmt: skip


@pytest.fixture
def ws():
    workspace = nb.open(":memory:")
    for login, role in {"ana": "annotator", "ben": "annotator", "carl": "annotator", "chloe": "reviewer"}.items():
        workspace.members.add(login, role=role, password=f"password-of-{login}")
    yield workspace
    workspace.close()


@pytest.fixture
def version(ws, make_images):
    return ws.create_dataset("smears").create_version("v1").add_images(make_images(5))


@pytest.fixture
def campaign(version):
    return version.create_campaign("July", RECIPE, FLOW)


def test_the_plan_shows_itself_and_applying_it_launches(campaign):
    plan = campaign.plan()
    assert [(s.name, s.tasks, s.people) for s in plan.steps] == [
        ("draw", 5, {"ana": 3, "ben": 2}), ("check", 0, {}),
    ]  # fmt: skip
    shown = plan._repr_markdown_()
    assert "would launch with 5 of 5 assets" in shown
    assert "ana: 3, ben: 2" in shown
    assert campaign.state == "draft"
    assert plan.apply().launched
    assert campaign.state == "active"
    assert campaign.tasks.df()["assignee"].tolist() == ["ana", "ana", "ana", "ben", "ben"]
    with pytest.raises(Refused, match="launched already"):
        plan.apply()
    assert "launched already" in campaign.plan().refusals[0]


def test_a_plan_that_is_out_of_date_is_not_carried_out(campaign, version, make_images):
    plan = campaign.plan()
    version.add_images(make_images(6)[5:])
    with pytest.raises(Conflict, match=r"Call plan\(\) again"):
        plan.apply()
    assert campaign.state == "draft"
    campaign.plan().apply()
    late, first = campaign.plan(due="2099-01-01"), campaign.plan(due="2098-01-01")
    first.apply()
    with pytest.raises(Conflict):
        late.apply()
    assert str(campaign.spec.due) == "2098-01-01"


def test_a_running_campaign_is_changed_by_its_plan(campaign):
    campaign.launch()
    plan = campaign.plan(due="2099-01-01", name="August", recipe=nb.Recipe(["WBC", "RBC", "platelet"]))
    assert [c for c in plan.changes if "platelet" in c] == ["The label 'platelet' is added."]
    assert str(campaign.spec.due) == "None"
    plan.apply()
    assert (campaign.name, str(campaign.info.due)) == ("August", "2099-01-01")
    assert [v.name for v in campaign.spec.recipe.labels] == ["WBC", "RBC", "platelet"]
    assert "nothing changes" in repr(campaign.plan(due="2099-01-01"))


def test_a_change_acts_when_it_is_called_and_says_what_it_did(campaign):
    campaign.launch()
    seen = campaign.plan.add_labels("platelet")
    assert [v.name for v in campaign.spec.recipe.labels] == ["WBC", "RBC"]
    done = campaign.add_labels("platelet")
    assert done.changes == seen.changes == ("The label 'platelet' is added.",)
    assert repr(done) == "Changed('July': The label 'platelet' is added.)"
    done = campaign.change(due="2099-01-01", name="August")
    assert (campaign.name, str(campaign.info.due), len(done.changes)) == ("August", "2099-01-01", 2)
    assert campaign.change(due="2099-01-01").changes == ()
    with pytest.raises(Refused, match="limit cannot become 3"):
        campaign.change(limit=3)
    with pytest.raises(InvalidInput, match="Say what is to change"):
        campaign.change()


def test_a_change_is_planned_anew_when_somebody_else_was_faster(campaign, monkeypatch):
    campaign.launch()
    other, once = campaign.workspace.campaigns["July"], iter([True])
    apply = plans.Plan.apply

    def late(plan):
        if next(once, False):
            other.change(instructions="Look twice.")
        return apply(plan)

    monkeypatch.setattr(plans.Plan, "apply", late)
    campaign.change(due="2099-01-01")
    assert (campaign.spec.instructions, str(campaign.spec.due)) == ("Look twice.", "2099-01-01")


def test_the_old_ways_of_changes_and_nouns_answer_by_saying_the_new_ones(campaign):
    with pytest.warns(RenamedWarning, match="is called campaign.add_labels"):
        assert campaign.add_labels("platelet").apply().changes
    for old, new in (("spec", campaign.spec), ("info", campaign.info), ("progress", campaign.progress)):
        with pytest.warns(RenamedWarning, match=f"campaign.{old} now"):
            assert getattr(campaign, old)() == new
    with pytest.warns(RenamedWarning, match="to_yaml"):
        assert campaign.spec_yaml() == campaign.to_yaml()
    with pytest.warns(RenamedWarning, match="member="):
        campaign.plan.add_assignee("draw", login="carl")


def test_steps_are_named_or_counted_in_changes_too(campaign):
    assert campaign.plan.add_assignee(0, "carl").changes == campaign.plan.add_assignee("draw", "carl").changes


def test_labels_are_added_beside_all_the_others(campaign):
    campaign.launch()
    campaign.add_labels("platelet", nb.Label("dust", kinds=["rectangle"]))
    assert [v.name for v in campaign.spec.recipe.labels] == ["WBC", "RBC", "platelet", "dust"]
    with pytest.raises(InvalidInput, match="'WBC' is there twice"):
        campaign.add_labels("WBC")


def test_a_person_is_added_and_taken_off_again(campaign):
    campaign.launch()
    plan = campaign.plan.add_assignee("draw", "carl")
    assert plan.steps[0].people == {"ana": 2, "ben": 2, "carl": 1}
    plan.apply()
    assert campaign.tasks.df()["assignee"].value_counts().to_dict() == {"ana": 2, "ben": 2, "carl": 1}
    campaign.remove_assignee("draw", "ana")
    assert campaign.tasks.df()["assignee"].value_counts().to_dict() == {"ben": 3, "carl": 2}
    with pytest.raises(InvalidInput, match="'ana' is no assignee"):
        campaign.remove_assignee("draw", "ana")
    with pytest.raises(InvalidInput, match="already"):
        campaign.add_assignee("draw", "ben")
    with pytest.raises(InvalidInput, match="takes no weight"):
        campaign.add_assignee("draw", "ana", weight=2)
    with pytest.raises(NotFound, match="'draw', 'check'"):
        campaign.add_assignee("paint", "ana")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"due": "2020-01-01"}, "due is in the past"),
        ({"due": "tomorrow"}, "due must look like"),
        ({"color": "red"}, "no field 'color'"),
        ({"limit": 0}, "limit must be"),
        ({"name": "June"}, "'June' already"),
        ({"workflow": nb.Workflow([nb.Step("draw", "annotation", ["zoe"])])}, "no member 'zoe'"),
    ],
)
def test_a_change_with_a_mistake_changes_nothing(campaign, version, change, word):
    version.create_campaign("June", RECIPE, FLOW)
    before = campaign.spec
    with pytest.raises((InvalidInput, Conflict), match=word):
        campaign.plan(**change)
    assert campaign.spec == before


def test_a_refused_change_says_what_to_do(campaign):
    campaign.launch()
    plan = campaign.plan(limit=3)
    assert "limit cannot become 3 after the launch" in plan.refusals[0]
    assert "⛔" in repr(plan)
    with pytest.raises(Refused, match="another choice takes another campaign"):
        plan.apply()
    assert campaign.spec.limit is None


def test_tasks_and_jobs_are_tables(campaign):
    campaign.launch()
    assert campaign.jobs.df()[["step_name", "member", "state", "total"]].values.tolist() == [
        ["draw", "ana", "pending", 3], ["draw", "ben", "pending", 2],
    ]  # fmt: skip
    assert len(campaign.jobs.df(state="pending", step="draw", member="ana")) == 1
    assert len(campaign.tasks.df(state="in_progress", step=0)) == 5
    assert campaign.tasks.df(status="approved").empty
    with pytest.raises(InvalidInput, match="jobs have no column 'color'"):
        campaign.jobs.df(color="red")


def test_tasks_are_given_to_others(campaign):
    campaign.launch()
    assert campaign.reassign("ben", campaign.tasks.df(assignee="ana").head(2)).tasks == 2
    assert campaign.tasks.df()["assignee"].value_counts().to_dict() == {"ben": 4, "ana": 1}
    assert campaign.redistribute("draw").people == {"ana": 3, "ben": 2}
    with pytest.raises(InvalidInput, match="no column 'task_id'"):
        campaign.reassign("ben", campaign.jobs.df())


def test_deleting_asks_first(ws, campaign, capsys):
    campaign.launch()
    would = campaign.delete()
    assert (would.tasks, would.deleted) == (5, False)
    assert "campaign.delete(confirm='July')" in capsys.readouterr().out
    with pytest.raises(InvalidInput, match="'July', not 'June'"):
        campaign.delete(confirm="June")
    assert campaign.delete(confirm="July").deleted
    assert list(ws.campaigns) == []
    assert ws.sql("select count(*) as n from tasks")["n"][0] == 0
    for ask in (lambda: campaign.info, campaign.launch, lambda: campaign.spec, lambda: campaign.plan(due="2027-01-01")):
        with pytest.raises(NotFound, match=r"The campaign 'July' was deleted; ws\.campaigns has"):
            ask()


def test_a_campaign_shows_a_card(campaign):
    card = campaign._repr_mimebundle_()["text/markdown"]
    assert "**July** · draft" in card
    assert "smears / v1" in card
    assert "draw (annotation: ana, ben · equal) → check (review: chloe · queue)" in card
    assert "not launched" in card


def test_the_spec_is_printed_and_read_back(ws, campaign):
    text = campaign.to_yaml()
    assert "name: July" in text
    other = ws.create_dataset("others").create_version("v1").create_campaign_from(text, name="August")
    assert msgspec.structs.replace(other.spec, name="July") == campaign.spec


def test_a_long_call_shows_how_far_it_is(monkeypatch, capsys):
    monkeypatch.setattr(progress, "SOON_S", 0.0)
    monkeypatch.setattr(progress, "ASK_S", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    asked = threading.Event()

    class Client:
        def call(self, operation, returns, **arguments):
            if operation == "workspace.activity":
                assert arguments["key"] == self.key
                asked.set()
                return Activity("making tasks", 10_000, 100_000)
            self.key = arguments["activity"]
            assert asked.wait(10)
            return "done"

    client = Client()
    client.key = None
    assert progress.call_with_bar(_Late(client), "campaigns.launch", str, campaign_id=1) == "done"
    assert re.search(r"making tasks.*10000/100000", capsys.readouterr().err)


class _Late:
    """Answers questions only after the call itself has arrived."""

    def __init__(self, client):
        self._client = client

    def call(self, operation, returns, **arguments):
        while operation == "workspace.activity" and self._client.key is None:
            time.sleep(0.001)
        return self._client.call(operation, returns, **arguments)


def test_whoever_asks_is_told_how_far_a_launch_is(ws, campaign):
    reported = []
    ws.client.dispatcher.engine.activities = _Spy(reported)
    ws.client.call("campaigns.launch", Plan, campaign_id=campaign.campaign_id, activity="key")
    assert reported == [("choosing the assets", 0, 0), ("making tasks", 5, 5)]
    assert ws.client.call("workspace.activity", Activity | None, key="key") is None


class _Spy(dict):
    def __init__(self, reported):
        self._reported = reported

    def __setitem__(self, key, value):
        self._reported.append(value)
        super().__setitem__(key, value)


def test_waiting_assets_join_when_they_are_let_in(ws, version, make_images):
    c = version.create_campaign("July", RECIPE, FLOW, new_assets="wait")
    c.launch()
    version.add_images(make_images(8)[5:])
    assert c.info.total == 5
    assert c.join() == 3
    assert c.info.total == 8
    assert c.tasks.df()["assignee"].value_counts().to_dict() == {"ana": 4, "ben": 4}
    assert c.join() == 0


def test_completing_keeps_what_was_drawn(ws, campaign):
    campaign.launch()
    token = ws.client.call("sessions.open", Session, login="ana", password="password-of-ana").token
    ana = ws.client.acting(token)
    view = ana.call("tasks.next", TaskView, campaign_id=campaign.campaign_id, step=0)
    shape = nb.Shape(kind="rectangle", points=((1, 1), (20, 20)), label="WBC", id="s1")
    drawn = nb.Annotation(shapes=(shape,))
    ana.call("tasks.save", Saved, task_id=view.task.task_id, annotation=drawn, revision=0, seconds=0.0)
    with pytest.raises(Refused, match="remain"):
        campaign.archive()
    with pytest.raises(InvalidInput, match="Say why the campaign ends"):
        campaign.complete("  ")
    assert campaign.complete("the study ended").state == "completed"
    ended = campaign.tasks.df(outcome="ended")
    assert (len(ended), set(ended["state"]), set(ended["note"])) == (5, {"skipped"}, {"the study ended"})
    assert ws.sql("select label, source from shapes s join annotations a using (annotation_id)").values.tolist() == [
        ["WBC", "ended"]
    ]
    assert campaign.archive().state == "archived"
    assert "archived" in campaign.plan(due="2099-01-01").refusals[0]
    assert campaign.archive(False).state == "completed"


def test_a_job_is_completed_as_it_stands(team):
    t = team(3)
    t.campaign.as_member("ana").next().save([])
    assert t.campaign.complete_job("draw", "ana", "enough") == 1
    assert list(t.campaign.tasks.df(state="skipped")["asset"]) == ["img_000.png"]
