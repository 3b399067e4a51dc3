"""Images that are added to a version while a campaign runs on it."""

import datetime
import json

import pandas as pd
import pytest

import nbannotate as nb
from nbannotate.errors import Refused
from nbannotate.operations import new_assets
from nbannotate.store import counts
from nbannotate.workspace import frames

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
    assert len(t.version.assets) == 4
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
    with (
        t.workspace.client.dispatcher.engine.write() as tx,
        counts.changed(tx, "select campaign_id, asset_id from data.tasks"),
    ):
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


@pytest.mark.parametrize("filter", [
    nb.Filter.sql("name like 'left%' or name in (select asset from tasks)"),
    nb.Filter.sql("width = 64 and not starts_with(name, 'right')"),
    nb.Filter.metadata("site", "==", "left"),
    nb.Filter.folder("left"),
])  # fmt: skip
def test_a_filter_of_any_kind_chooses_among_what_comes_while_that_comes(team, filter):
    t = team(count=2, filter=filter | nb.Filter.sql("name like 'img%'"))
    rows = [
        {"name": f"{side}{i}.png", "path": f"/{side}{i}.png", "folder": side, "metadata": json.dumps({"site": side})}
        for side in ("left", "right") for i in range(2)
    ]  # fmt: skip
    frame = pd.DataFrame(rows).assign(sequence="", moment=0.0, width=64, height=48, bytes=1)
    asked = "select name, folder, metadata from assets order by name"
    before = t.workspace.sql(asked)
    t.workspace.client.upload("assets.add", int, frames.to_parquet(frame), version_id=t.version.version_id)
    assert joined(t) == ["img_000.png", "img_001.png", "left0.png", "left1.png"]
    assert list(t.workspace.sql(asked)["name"]) == [
        *before["name"],
        "left0.png",
        "left1.png",
        "right0.png",
        "right1.png",
    ]
    assert len(t.workspace.sql("select * from tasks")) == 4


def add(t, rows):
    """Add images that need not exist: name, sequence and moment of each."""
    frame = pd.DataFrame(rows, columns=["name", "sequence", "moment"]).assign(
        path=lambda f: f["name"], folder="", width=64, height=48, bytes=1, metadata="{}"
    )
    t.workspace.client.upload("assets.add", int, frames.to_parquet(frame), version_id=t.version.version_id)


def test_frames_join_in_the_order_of_their_sequences_and_at_their_places(team):
    t = team(count=2, filter=nb.Filter.index(0, 5))
    add(t, [("y1", "b", 2), ("y0", "b", 1), ("x1", "a", 2), ("x0", "a", 1), ("plain", "", 0)])
    assert list(t.version.assets.df()["name"]) == ["img_000.png", "img_001.png", "plain", "x0", "x1", "y0", "y1"]
    assert joined(t) == ["img_000.png", "img_001.png", "plain", "x0", "x1"]


@pytest.mark.parametrize("change", [{"new_assets": "wait"}, {"due": datetime.date(2100, 1, 1)}])
def test_what_the_campaign_says_at_the_last_moment_counts(team, monkeypatch, change):
    t = team(count=2)
    stage, changed = new_assets.stage_tasks, []

    def changed_meanwhile(*given):
        coming = stage(*given)
        if not changed:
            changed.append(coming)
            t.campaign.plan(**change).apply()
        return coming

    monkeypatch.setattr(new_assets, "stage_tasks", changed_meanwhile)
    add(t, [("a", "", 0), ("b", "", 0)])
    assert changed[0].count == 2
    assert joined(t) == ["img_000.png", "img_001.png", *(["a", "b"] if "due" in change else [])]
    assert len(t.version.assets) == 4
    assert not t.workspace.client.dispatcher.engine.staging
