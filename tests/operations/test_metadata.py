"""The metadata of assets: who changes them, what is refused, and the tables of what was said of whole assets."""

import json

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotAllowed, NotFound
from nbannotate.model import TaskView

OPEN = nb.Recipe(["cell"], tags=["dark", nb.Tag("stain", ["who"])], metadata="edit")


def change(client, asset_id, metadata, **more):
    return client.call("assets.set_metadata", dict, asset_id=asset_id, metadata=metadata, **more)


def first(made, login="ana", step=0):
    return made[login].call("tasks.next", TaskView, campaign_id=made.campaign.campaign_id, step=step)


def test_a_manager_changes_them_and_the_event_keeps_what_was_before(team):
    made = team(1)
    version = made.version
    name = version.assets.df()["name"][0]
    assert version.set_metadata(name, {"site": "Bern", "age": 7}) == {"site": "Bern", "age": 7}
    asset_id = int(version.assets.df()["asset_id"][0])
    assert version.set_metadata(asset_id, {"site": "Lyon", "ok": True}) == version.metadata(name)
    assert version.assets[name].metadata == {"site": "Lyon", "ok": True}
    events = made.workspace.sql("select detail from events where operation = 'assets.set_metadata' order by event_id")
    assert json.loads(events["detail"].iloc[-1])["changes"] == {
        "site": {"before": "Bern", "after": "Lyon"}, "age": {"before": 7}, "ok": {"after": True},
    }  # fmt: skip
    with pytest.raises(NotFound, match=r"version\.assets"):
        version.metadata("none.png")
    made.campaign.complete("enough")
    version.publish()
    assert version.set_metadata(name, {}) == {}  # they belong to the asset, not to the version


def test_who_works_on_an_asset_changes_them_only_where_the_recipe_says_so(team):
    made = team(2)
    asset_id = first(made).task.asset_id
    with pytest.raises(NotAllowed, match="changed by its manager"):
        change(made["ana"], asset_id, {"a": 1})
    made.campaign.plan(recipe=nb.Recipe(made.campaign.spec.recipe.labels, metadata="edit")).apply()
    assert change(made["ana"], asset_id, {"a": 1}, old={}) == {"a": 1}
    with pytest.raises(Conflict, match="by somebody else"):
        change(made["ana"], asset_id, {"b": 1}, old={})
    with pytest.raises(NotAllowed, match="that you work on"):
        change(made["chloe"], asset_id, {})
    assert made["ana"].call("assets.metadata", dict, asset_id=asset_id) == {"a": 1}


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({" a": 1}, "no spaces at its ends"),
        ({"": 1}, "1 to 200 characters"),
        ({"a": "x" * 70_000}, "64 KiB"),
        ({"a": {"b": [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}}, "deeper than 20"),
    ],
)
def test_what_cannot_be_kept_changes_nothing(team, metadata, words):
    made = team(1)
    asset_id = int(made.workspace.sql("select asset_id from assets")["asset_id"][0])
    with pytest.raises(InvalidInput, match=words):
        change(made.workspace.client, asset_id, metadata)
    assert made.workspace.client.call("assets.metadata", dict, asset_id=asset_id) == {}
