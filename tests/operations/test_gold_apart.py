"""Gold is no work: nothing of it is in exports, progress, tables, diffs, agreement, nor is it given to anybody else."""

import pytest

import nbannotate as nb
from nbannotate.model import Annotation, Progress, Reassigned, Task, TaskView
from tests.operations.any_sequence_counts import check_counts
from tests.operations.golden import RIGHT, WRONG, box

DRAW = nb.Step("draw", "annotation", ["ana", "ben"])
CHECK = nb.Step("check", "review", ["chloe"])
TABLES = ("tasks", "annotations", "shape_history", "issues", "activity", "jobs", "asset_states", "shapes")


def gold_of(t, who=None):
    """Return the rows of gold tasks, of somebody or of all."""
    return t.rows(
        "select t.*, m.login from data.tasks t left join data.members m on m.member_id = t.assignee_id "
        "where t.gold is not null and ($1 is null or m.login = $1) order by t.task_id", who,
    )  # fmt: skip


def submit_gold(t, who="ana", annotation=WRONG, **more):
    """Let somebody pull tasks until one is gold, and submit only that; return its view."""
    while not t.is_gold(view := t[who].call("tasks.pull", TaskView, campaign_id=t.campaign.campaign_id, step=0)):
        pass
    t.act(who, "submit", view, annotation, **more)
    return view


def table(t, name):
    return t.workspace.sql(f"select * from {name} order by all").astype(str).to_dict("records")


def test_no_table_and_no_progress_shows_what_was_answered(golden):
    t = golden(steps=[DRAW, CHECK])
    while not t.is_gold(view := t["ana"].call("tasks.pull", TaskView, campaign_id=t.campaign.campaign_id, step=0)):
        pass
    before = {name: table(t, name) for name in TABLES}
    progress = t.campaign.progress
    t["ana"].call("issues.create", object, task_id=view.task.task_id, text="Dark.")
    t.act("ana", "save", view, WRONG, seconds=3.0)
    view = t["ana"].call("tasks.open", TaskView, task_id=view.task.task_id)
    t.act("ana", "submit", view, WRONG, seconds=3.0)
    assert {name: table(t, name) for name in TABLES} == before
    assert t.campaign.progress == progress
    assert t.workspace.sql("select count(*) as n from gold_answers")["n"][0] == 1
    assert t.rows("select origin from data.annotations where task_id = $1", view.task.task_id) == [{"origin": "gold"}]
    with t.workspace.client.dispatcher.engine.read() as tx:
        check_counts(tx.connection)


def test_the_campaign_is_complete_without_gold(golden):
    t = golden(count=10, steps=[DRAW])
    n = 0
    while view := t.next("ana"):
        n += not t.is_gold(view)
        t.act("ana", "submit", view, RIGHT)
    assert (t.campaign.state, t.campaign.progress.done, n) == ("completed", 8, 8)
    assert gold_of(t), "some gold is left that nobody needs"
    assert t["max"].call("campaigns.progress", Progress, campaign_id=t.campaign.campaign_id).remaining == 0
    t.version.publish()


def test_exports_and_diffs_have_only_what_was_answered_elsewhere(golden, tmp_path):
    t = golden(steps=[DRAW])
    other = t.next("ana")
    t.act("ana", "submit", other, RIGHT)
    before = t.version.annotations.df()
    t.version.write("coco", tmp_path / "before.json")
    submit_gold(t)
    t.version.write("coco", tmp_path / "after.json")
    said = [(tmp_path / name).read_text() for name in ("before.json", "after.json")]
    assert said[0].split('"annotations"')[1] == said[1].split('"annotations"')[1]
    assert t.version.annotations.df().equals(before)
    assert list(t.version.annotations.df()["asset"]) == [other.task.asset]


def test_what_the_version_shows_of_a_gold_image_stays(golden):
    t = golden(existing="restart", launch=False)
    name = t.names[0]
    t.version.add_annotations({name: Annotation(shapes=(box("RBC", 9.0),))}, source="model")
    t.campaign.launch()
    before = t.version.annotations.df()
    t.answer("ana", 2, gold=WRONG)
    after = t.version.annotations.df()
    shown = [table[table["asset"] == name].reset_index(drop=True) for table in (before, after)]
    assert shown[0].equals(shown[1])


def test_consensus_does_not_gather_gold(golden):
    steps = [nb.Step("draw", "annotation", ["ana", "ben", "cem"], copies=2), nb.Step("agree", "consensus", ["chloe"])]
    t = golden(steps=steps)
    names = {view.task.asset for who in ("ana", "ben", "cem") for view in t.answer(who, 2)}
    assert len(names) < 6, "some images were gold of several people"
    assert set(t.workspace.sql("select distinct asset from tasks where step = 1")["asset"]).isdisjoint(t.names)
    assert t.rows("select count(*) as n from data.tasks where gold is not null and step > 0") == [{"n": 0}]


def test_nobody_gets_an_image_twice_whichever_way_it_comes(golden):
    t = golden(count=20, steps=[nb.Step("draw", "annotation", ["ana", "ben", "cem"], "equal")])
    t["max"].call("tasks.redistribute", Reassigned, campaign_id=t.campaign.campaign_id, step=0)
    for who in ("ana", "ben", "cem"):
        names = [r["asset_id"] for r in gold_of(t, who)]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("way", ["reassign", "redistribute", "complete", "disable"])
def test_what_managers_are_told_of_is_never_gold_and_it_goes_along(golden, way):
    t = golden(count=40, steps=[nb.Step("draw", "annotation", ["ana", "ben"], "equal")])
    t.answer("ana", 1)
    view = t.next("ana")
    t.act("ana", "save", view, RIGHT)
    mine = {r["task_id"]: r["assignee_id"] for r in gold_of(t, "ben")}
    campaign_id = t.campaign.campaign_id
    done = [r for r in gold_of(t, "ana") if r["closed"] is not None]
    if way == "reassign":
        given = t["max"].call(
            "tasks.reassign", Reassigned, campaign_id=campaign_id, to="ben", assignee="ana", started=False
        )
        assert given.tasks == t.workspace.sql(
            "select count(*) as n from tasks where assignee = 'ben'")["n"][0] - 16  # fmt: skip
    elif way == "redistribute":
        t["max"].call("tasks.redistribute", Reassigned, campaign_id=campaign_id, step=0, weights={"ben": 1})
    elif way == "complete":
        n = t["max"].call("jobs.complete", int, campaign_id=campaign_id, step=0, member="ana", reason="away")
        assert n == t.workspace.sql("select count(*) as n from tasks where outcome = 'ended'")["n"][0]
    else:
        t.workspace.members.disable("ana")
    his = {r["task_id"]: r["assignee_id"] for r in gold_of(t, "ben")}
    assert mine.items() <= his.items()
    assert (his == mine) == (way in ("complete", "disable")), "where work goes to ben, gold goes along"
    assert [r for r in gold_of(t, "ana") if r["closed"] is not None and r["outcome"] != "ended"] == done
    with t.workspace.client.dispatcher.engine.read() as tx:
        check_counts(tx.connection)


def test_who_has_nothing_else_left_has_no_gold_left_either(golden):
    t = golden(count=40, steps=[nb.Step("draw", "annotation", ["ana", "ben"], "equal")])
    assert gold_of(t, "ana")
    t["max"].call("tasks.reassign", Reassigned, campaign_id=t.campaign.campaign_id, to="ben", assignee="ana")
    assert t["ana"].call("tasks.listing", list[Task], campaign_id=t.campaign.campaign_id, step=0) == []
    assert t.next("ana") is None


def test_rework_and_restart_bring_no_gold_back(golden):
    t = golden(steps=[DRAW, CHECK])
    submit_gold(t)
    other = next(v for v in iter(lambda: t.next("ana"), None) if not t.is_gold(v))
    t.act("ana", "submit", other, RIGHT)
    review = t.next("chloe", 1)
    assert not t.is_gold(review)
    t.act("chloe", "reject", review)
    t["max"].call("jobs.restart", int, campaign_id=t.campaign.campaign_id, step=0, member="ana")
    assert all(r["round"] == 1 for r in gold_of(t))
    assert t.next("ana").task.asset == review.task.asset


def test_images_that_are_added_later_bring_gold_along_and_never_one_at_work(golden, make_images):
    t = golden(count=50, steps=[DRAW], new_assets="join", flow={"share": 0.05})
    before = len(gold_of(t))
    more = [path.rename(path.with_name(f"new_{path.name}")) for path in make_images(60, folder="more")]
    t.version.add_images(more)
    rows = gold_of(t)
    assert len(rows) > before
    at_work = set(t.workspace.sql("select asset from tasks")["asset"])
    assert at_work.isdisjoint(t.names)
    for _ in range(40):
        view = t.next("ana")
        t.act("ana", "submit", view, RIGHT)
    names = [r["asset_id"] for r in gold_of(t, "ana")]
    assert len(names) == len(set(names)) == 2


def test_agreement_of_people_leaves_gold_out(golden):
    steps = [nb.Step("draw", "annotation", ["ana", "ben"], copies=2), nb.Step("agree", "consensus", ["chloe"])]
    t = golden(steps=steps)
    t.answer("ana", 1)
    t.answer("ben", 1)
    images = nb.stats.agreement_assets(t.campaign)
    assert set(images["asset"]).isdisjoint(t.names)


def test_a_workspace_that_is_completed_ends_gold_too(golden):
    t = golden(steps=[DRAW])
    view = t.next("ana")
    t.act("ana", "save", view, RIGHT)
    t.campaign.complete("enough")
    assert all(r["closed"] is not None for r in gold_of(t, "ana"))
    assert t.workspace.sql("select count(*) as n from gold_answers where score is not null")["n"][0] == 0
    assert t.campaign.progress.skipped == 16


def test_a_campaign_is_deleted_with_its_gold(golden):
    t = golden(flow={"min_answers": 1})
    t.answer("ana", 2, gold=WRONG)
    t.campaign.delete(confirm="July")
    for name in ("gold_scores", "gold_falls", "tasks"):
        assert t.rows(f"select count(*) as n from data.{name}") == [{"n": 0}]
