"""Images that are added to a version while a campaign runs on it."""

import json

import pytest

import nbannotate as nb
from nbannotate.errors import Refused

FLOW = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])


def joined(team):
    """Return the names of the assets of the campaign, in its order."""
    return list(team.campaign.tasks.df().sort_values("position")["asset"])


def last_detail(team):
    events = team.workspace.sql("select detail from events where operation = 'assets.add' order by event_id desc")
    return json.loads(events["detail"][0])


def more(make_images, count=2, folder="later"):
    """Make images in a folder, with names that no others have."""
    name = folder.replace("/", "-")
    return [path.rename(path.with_name(f"{name}-{path.name}")) for path in make_images(count, folder=folder)]


def test_they_join_the_first_step_at_once(team, make_images):
    t = team(count=2)
    version = t.version.add_images(more(make_images))
    assert version is t.version
    assert joined(t) == ["img_000.png", "img_001.png", "later-img_000.png", "later-img_001.png"]
    assert last_detail(t)["campaigns"] == [{"campaign": "July", "new_assets": "join", "joined": 2}]


@pytest.mark.parametrize("policy", ["wait", "closed"])
def test_they_wait_or_stay_out_where_the_campaign_says_so(team, make_images, policy):
    t = team(count=2, new_assets=policy)
    t.version.add_images(more(make_images))
    assert len(joined(t)) == 2
    assert len(t.version.assets()) == 4
    assert last_detail(t)["campaigns"] == [{"campaign": "July", "new_assets": policy, "joined": 0}]


def test_those_that_wait_join_when_a_manager_lets_them(team, make_images):
    t = team(count=2, new_assets="wait")
    t.version.add_images(more(make_images))
    join = {"campaign_id": t.campaign.campaign_id}
    assert t.workspace.client.call("campaigns.join", int, **join) == 2
    assert len(joined(t)) == 4
    assert t.workspace.client.call("campaigns.join", int, **join) == 0


def test_a_closed_campaign_lets_nobody_in(team, make_images):
    t = team(count=2, new_assets="closed")
    t.version.add_images(more(make_images))
    with pytest.raises(Refused, match="closed"):
        t.workspace.client.call("campaigns.join", int, campaign_id=t.campaign.campaign_id)


def test_a_campaign_that_is_written_only_takes_them_at_its_launch(team, make_images):
    t = team(count=2)
    version = t.version.dataset.create_version("v2").add_images(more(make_images, 1, "one"))
    later = version.create_campaign("August", nb.Recipe(["WBC"]), FLOW)
    version.add_images(more(make_images, 3, "three"))
    assert "campaigns" not in last_detail(t)
    assert later.launch().chosen == 4


def test_a_completed_campaign_stays_completed(team, make_images):
    t = team(count=2)
    with t.workspace.client.dispatcher.engine.write() as tx:
        tx.run("update data.tasks set state = 'done', closed = created")
    t.version.add_images(more(make_images))
    assert len(joined(t)) == 2
    assert "campaigns" not in last_detail(t)


def test_only_those_that_the_filter_chooses_join(team, make_images):
    t = team(count=2, filter="folder('') | folder('left')")
    left = more(make_images, 2, "more/left")
    right = more(make_images, 3, "more/right")
    t.version.add_images([*left, *right])
    assert last_detail(t)["campaigns"] == [{"campaign": "July", "new_assets": "join", "joined": 2}]
