"""Chained campaigns: assets that leave one go on in another, by hand and by rules."""

import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotAllowed, NotFound, Refused
from nbannotate.model import Annotation, Closed, Issue, Notice, Rule, Shape, TaskView
from nbannotate.operations.dispatch import Dispatcher

EXPERT = "for expert review"
BOX = Annotation(
    shapes=(Shape(kind="rectangle", points=((1.5, 2), (20, 30)), label="WBC", id="one", attributes={"x": 1}),),
    tags=("blurred",),
)
DRAW = nb.Step("draw", "annotation", ["ana"], statuses=[EXPERT])
RECIPE = nb.Recipe([nb.Label("WBC"), nb.Label("RBC")], tags=["blurred"])


def beside(team, name="Experts", version="v2", who="ben", launch=False, **options):
    """Write a campaign on another version of the same dataset."""
    dataset = team.version.dataset
    known = team.workspace.sql(
        "select name from versions where name = $1 and dataset_id = $2", [version, dataset.dataset_id]
    )
    target = dataset.versions[version] if len(known) else dataset.create_version(version)
    flow = nb.Workflow([nb.Step("look", "annotation", [who])])
    campaign = target.create_campaign(name, RECIPE, flow, **options)
    if launch:
        campaign.launch()
    return campaign


def seeded(team, make_images, **options):
    """Launch a campaign on another version, which has an image of its own."""
    campaign = beside(team, **options)
    name = f"own-{campaign.version_id}"
    paths = [p.rename(p.with_name(f"{name}.png")) for p in make_images(1, folder=name)]
    version = team.version.dataset.versions[options.get("version", "v2")]
    version.add_images(paths)
    campaign.launch()
    return campaign


def work(team, login="ana", campaign=None, status=None, action="submit"):
    """Do a person's next task and return the asset's id."""
    campaign_id = (campaign or team.campaign).campaign_id
    client = team[login]
    view = client.call("tasks.next", TaskView | None, campaign_id=campaign_id, step=0)
    more = {"annotation": BOX, "status": status} if action == "submit" else {"reason": "blurred"}
    client.call(f"tasks.{action}", Closed, task_id=view.task.task_id, revision=view.revision, seconds=0.0, **more)
    return view.task.asset_id


def send(team, to, **which):
    return team.workspace.client.call("chain.send", int, campaign_id=team.campaign.campaign_id, to=to, **which)


def inside(campaign):
    return set(campaign.tasks.df()["asset_id"])


def told(team):
    """Return the notices of the workspace's owner."""
    return team.workspace.client.call("notices.mine", list[Notice])


def test_a_rule_sends_what_has_a_status_with_its_annotation(team, make_images):
    t = team(count=3, steps=[DRAW], rules=[Rule("done", "Experts", EXPERT)])
    experts = seeded(t, make_images)
    before = inside(experts)
    work(t)
    assert inside(experts) == before
    asset = work(t, status=EXPERT)
    assert inside(experts) == before | {asset}
    revision = t.workspace.sql("select * from annotations where version_id = $1", [experts.version_id]).iloc[0]
    assert (revision["asset_id"], revision["source"], revision["member"], revision["shapes"]) == (
        asset,
        "July",
        "ana",
        1,
    )
    work(t, "ben", experts)
    view = t["ben"].call("tasks.next", TaskView | None, campaign_id=experts.campaign_id, step=0)
    assert view.task.asset_id == asset
    assert view.annotation == BOX


def test_a_discarded_asset_goes_where_the_rule_for_discarded_ones_says(team, make_images):
    t = team(count=2, steps=[DRAW], rules=[Rule("discarded", "Photographers"), Rule("done", "Experts", EXPERT)])
    photographers = seeded(t, make_images, name="Photographers", version="v3")
    experts = seeded(t, make_images)
    asset = work(t, action="discard")
    assert asset in inside(photographers)
    assert asset not in inside(experts)


def test_a_rule_to_a_campaign_that_is_only_written_lets_its_launch_take_the_asset(team):
    t = team(count=3, steps=[DRAW], rules=[Rule("done", "Experts")])
    experts = beside(t)
    assets = {work(t), work(t)}
    assert inside(experts) == set()
    assert experts.launch().with_annotations == 2
    assert inside(experts) == assets


@pytest.mark.parametrize("problem", ["missing", "archived", "another dataset"])
def test_a_rule_that_cannot_be_followed_stops_nobody_and_the_managers_are_told_once(team, problem):
    t = team(count=3, steps=[DRAW], rules=[Rule("done", "Experts")])
    if problem == "archived":
        experts = beside(t)
        t.workspace.client.call("campaigns.archive", dict, campaign_id=experts.campaign_id)
    if problem == "another dataset":
        other = t.workspace.create_dataset("others").create_version("v1")
        other.create_campaign("Experts", RECIPE, nb.Workflow([nb.Step("look", "annotation", ["ben"])]))
    first, second = work(t), work(t)
    assert list(t.campaign.tasks.df(state="done")["asset_id"]) == [first, second]
    (notice,) = told(t)
    assert notice.campaign == "July"
    assert "'Experts'" in notice.text
    assert "They stay" in notice.text
    assert {"missing": "no campaign", "archived": "is archived", "another dataset": "another dataset"}[
        problem
    ] in notice.text
    assert [n.kind for n in t["ana"].call("notices.mine", list[Notice])] == ["assigned"]


def test_rules_in_a_circle_end(team, make_images):
    t = team(count=2, steps=[DRAW], rules=[Rule("done", "Experts")])
    experts = seeded(t, make_images, rules=[Rule("done", "July")])
    asset = work(t)
    for _ in range(2):
        work(t, "ben", experts)
    # The image that the experts had of their own goes back to July; the one that came from there does not.
    assert len(inside(t.campaign)) == 3
    assert len(t.campaign.tasks.df(is_current=[True, False], asset_id=asset)) == 1
    while t["ana"].call("tasks.next", TaskView | None, campaign_id=t.campaign.campaign_id, step=0):
        work(t)
    assert len(inside(experts)) == 3
    assert len(experts.tasks.df(is_current=[True, False])) == 3


def test_what_comes_back_while_it_is_sent_is_not_sent(team, make_images, monkeypatch):
    t = team(count=3, steps=[DRAW])
    experts = seeded(t, make_images)
    before = inside(experts)
    sent = [work(t, status=EXPERT), work(t, status=EXPERT)]
    row = t.campaign.tasks.df(asset_id=sent[1]).iloc[0]
    stage, late = Dispatcher._commit, [int(row["task_id"])]

    def raised_before(self, operation, *arguments):
        if operation.name == "chain.send" and late:
            t.workspace.client.call("issues.create", Issue, task_id=late.pop(), text="wrong")
        return stage(self, operation, *arguments)

    monkeypatch.setattr(Dispatcher, "_commit", raised_before)
    with pytest.raises(Refused, match="1 of these assets are still worked on"):
        send(t, "Experts", asset_ids=sent)
    assert inside(experts) == before
    assert not len(t.workspace.sql("select * from annotations where version_id = $1", [experts.version_id]))
    assert send(t, "Experts", status=EXPERT) == 1
    assert inside(experts) == before | {sent[0]}


def test_assets_are_sent_by_status_by_hand_once(team, make_images):
    t = team(count=4, steps=[DRAW])
    experts = seeded(t, make_images)
    wanted = {work(t, status=EXPERT), work(t, status=EXPERT)}
    work(t)
    assert send(t, "Experts", status=EXPERT) == 2
    assert wanted < inside(experts)
    assert send(t, "Experts", status=EXPERT) == 0
    assert len(t.workspace.sql("select * from annotations where version_id = $1", [experts.version_id])) == 2


def test_assets_are_sent_by_id(team, make_images):
    t = team(count=3, steps=[DRAW])
    experts = seeded(t, make_images)
    first, second = work(t), work(t, status=EXPERT)
    assert send(t, "Experts", asset_ids=[first, second], status=EXPERT) == 1
    assert send(t, "Experts", asset_ids=[first, second]) == 1
    assert {first, second} < inside(experts)


def test_a_filter_does_not_keep_out_what_was_sent(team, make_images):
    t = team(count=2, steps=[DRAW])
    experts = seeded(t, make_images, filter="folder('') & empty()", limit=1, new_assets="closed")
    asset = work(t)
    assert send(t, "Experts", asset_ids=[asset]) == 1
    assert asset in inside(experts)


def test_what_the_other_version_has_that_is_newer_stays(team, make_images):
    t = team(count=2, steps=[DRAW])
    experts = beside(t)
    asset = work(t)
    send(t, "Experts", asset_ids=[asset])
    experts.launch()
    view = t["ben"].call("tasks.next", TaskView, campaign_id=experts.campaign_id, step=0)
    only = Annotation(nothing_to_label=True)
    t["ben"].call("tasks.submit", Closed, task_id=view.task.task_id, annotation=only, revision=0, seconds=0.0)
    again = beside(t, name="Experts again")
    assert send(t, "Experts again", asset_ids=[asset]) == 0
    again.launch()
    view = t["ben"].call("tasks.next", TaskView, campaign_id=again.campaign_id, step=0)
    assert view.annotation == only


def test_assets_go_on_in_a_later_campaign_of_the_same_version(team):
    t = team(count=2, steps=[DRAW])
    later = t.version.create_campaign("Later", RECIPE, nb.Workflow([nb.Step("look", "annotation", ["ben"])]), limit=1)
    assets = {work(t), work(t)}
    later.launch()
    assert send(t, "Later", status="completed") == 1
    assert inside(later) == assets
    assert len(t.workspace.sql("select * from annotations")) == 2


def test_a_version_with_another_campaign_at_work_takes_no_assets_yet(team, make_images):
    t = team(count=2, steps=[DRAW])
    later = beside(t, name="Later", version="v1")
    with t.workspace.client.dispatcher.engine.write() as tx:
        tx.run("update data.campaigns set launched = created where campaign_id = $1", later.campaign_id)
    with pytest.raises(Refused, match=r"'July' is running on the version of 'Later'"):
        send(t, "Later", asset_ids=[work(t)])


def test_frames_of_a_sequence_come_in_order(team, tmp_path, make_images):
    t = team(count=1, steps=[DRAW])
    source = t.version.dataset.create_version("video")
    source.add_images(make_images(3, folder="video"), sequence="folder")
    t.campaign = source.create_campaign("Video", RECIPE, nb.Workflow([DRAW]))
    t.campaign.launch()
    assets = [work(t), work(t), work(t)]
    experts = beside(t)
    assert send(t, "Experts", asset_ids=[assets[2]]) == 1
    assert send(t, "Experts", asset_ids=assets[:2]) == 2
    assert list(t.version.dataset.versions["v2"].assets.df()["asset_id"]) == assets
    experts.launch()
    assert list(experts.tasks.df().sort_values("position")["asset_id"]) == assets


@pytest.mark.parametrize(
    ("to", "which", "error", "sentence"),
    [
        ("Exprets", {"status": EXPERT}, NotFound, "no campaign 'Exprets'; did you mean 'Experts'"),
        ("Nobody", {"status": EXPERT}, NotFound, "there is 'Experts', 'Others'"),
        ("July", {"status": EXPERT}, InvalidInput, "already"),
        ("Others", {"status": EXPERT}, Refused, "another dataset"),
        ("Experts", {}, InvalidInput, "Say which assets"),
        ("Experts", {"status": "great"}, InvalidInput, f"no status 'great'; there are {EXPERT}, approved, completed"),
        ("Experts", {"asset_ids": [99999]}, InvalidInput, "1 of these assets are not in the campaign 'July': 99999"),
    ],
)
def test_a_mistake_sends_nothing(team, to, which, error, sentence):
    t = team(count=2, steps=[DRAW])
    experts = beside(t)
    other = t.workspace.create_dataset("others").create_version("v1")
    other.create_campaign("Others", RECIPE, nb.Workflow([nb.Step("look", "annotation", ["ben"])]))
    work(t, status=EXPERT)
    with pytest.raises(error, match=sentence):
        send(t, to, **which)
    assert t.version.dataset.versions["v2"].assets.df().empty
    assert inside(experts) == set()


def test_an_asset_that_is_still_worked_on_is_not_sent(team):
    t = team(count=2, steps=[DRAW])
    beside(t)
    done = work(t)
    view = t["ana"].call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=0)
    with pytest.raises(Refused, match=r"1 of these assets are still worked on in 'July': 'img_001\.png'"):
        send(t, "Experts", asset_ids=[done, view.task.asset_id])


def test_a_published_version_takes_no_assets(team):
    t = team(count=1, steps=[DRAW])
    experts = beside(t)
    with t.workspace.client.dispatcher.engine.write() as tx:
        tx.run("update data.versions set state = 'published' where version_id = $1", experts.version_id)
    with pytest.raises(Refused, match="published and never changes"):
        send(t, "Experts", asset_ids=[work(t)])


def test_only_managers_send(team):
    t = team(count=1, steps=[DRAW])
    with pytest.raises(NotAllowed):
        t["ana"].call("chain.send", int, campaign_id=t.campaign.campaign_id, to="Experts", status=EXPERT)


CHECK = nb.Step("check", "review", ["chloe"])


def accept(team):
    view = team["chloe"].call("tasks.next", TaskView, campaign_id=team.campaign.campaign_id, step=1)
    closed = {"task_id": view.task.task_id, "annotation": view.annotation, "revision": view.revision}
    team["chloe"].call("tasks.submit", Closed, **closed)
    return view.task.asset_id


def test_a_status_of_a_middle_step_counts_whatever_a_later_step_says(team, make_images):
    t = team(count=3, steps=[DRAW, CHECK], rules=[Rule("done", "Experts", EXPERT)])
    experts = seeded(t, make_images)
    photographers = seeded(t, make_images, name="Photographers", version="v3")
    flagged, plain = work(t, status=EXPERT), work(t)
    assert {accept(t), accept(t)} == {flagged, plain}
    assert flagged in inside(experts)
    assert plain not in inside(experts)
    assert send(t, "Photographers", status=EXPERT) == 1
    assert flagged in inside(photographers)
    assert send(t, "Photographers", status="approved") == 1, "the other one: built-in ones are what it ended as"
    chosen = t.version.create_campaign("Again", RECIPE, nb.Workflow([DRAW]), filter=f"status('July', '{EXPERT}')")
    assert chosen.plan().chosen == 1


def test_a_later_round_takes_a_status_back(team, make_images):
    t = team(count=1, steps=[DRAW, CHECK])
    seeded(t, make_images)
    work(t, status=EXPERT)
    view = t["chloe"].call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=1)
    t["chloe"].call("issues.create", object, task_id=view.task.task_id, text="plain enough")
    t["chloe"].call("tasks.rework", Closed, task_id=view.task.task_id, revision=0)
    work(t)
    accept(t)
    assert send(t, "Experts", status=EXPERT) == 0


def test_a_status_that_there_is_not_is_refused_by_plan_and_send(team, make_images):
    t = team(count=1, steps=[DRAW])
    seeded(t, make_images)
    with pytest.raises(InvalidInput, match="no status 'exprt'; there are for expert review"):
        send(t, "Experts", status="exprt")
    with pytest.raises(InvalidInput, match="no status 'exprt'"):
        t.campaign.plan(rules=[Rule("done", "Experts", "exprt")])


def test_assets_that_are_sent_before_the_launch_count_once(team):
    t = team(count=3, steps=[DRAW])
    experts = beside(t)
    first, second = work(t), work(t)
    assert send(t, "Experts", asset_ids=[first]) == 1
    assert send(t, "Experts", asset_ids=[first, second]) == 1
    assert send(t, "Experts", asset_ids=[first, second]) == 0
    assert experts.launch().chosen == 2
