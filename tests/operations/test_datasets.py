"""Who may work in a dataset's campaigns."""

import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotAllowed, Refused
from nbannotate.model import Dataset
from nbannotate.store import counts

ROLES = {"ana": "annotator", "ben": "annotator", "chloe": "reviewer", "dev": "developer"}
DRAW = nb.Workflow([nb.Step("draw", "annotation", ["ben"])])


@pytest.fixture
def t(team):
    return team(roles=ROLES, steps=[nb.Step("draw", "annotation", ["ana"])])


def test_every_member_may_work_until_workers_are_set(t):
    dataset = t.version.dataset
    assert dataset.workers is None
    assert dataset.set_workers(["chloe", "ana"]) == ["ana", "chloe"]
    assert dataset.workers == ["ana", "chloe"]
    assert list(t.workspace.sql("select member from workers order by 1")["member"]) == ["ana", "chloe"]
    assert dataset.set_workers(None) == []
    assert dataset.workers is None


def test_an_assignee_of_a_campaign_that_is_not_completed_stays_a_worker(t):
    dataset = t.version.dataset
    with pytest.raises(Refused, match="ana works in 'July', step 'draw'"):
        dataset.set_workers(["ben"])
    dataset.create_version("v2").create_campaign("August", nb.Recipe(["WBC"]), DRAW)
    with pytest.raises(Refused, match=r"ben works in 'August'"):
        dataset.set_workers(["ana"])
    assert dataset.workers is None
    assert dataset.set_workers(["ana", "ben"]) == ["ana", "ben"]


def test_who_worked_in_a_completed_campaign_may_go(t):
    with (
        t.workspace.client.dispatcher.engine.write() as tx,
        counts.changed(tx, "select campaign_id, asset_id from data.tasks"),
    ):
        tx.run("update data.tasks set state = 'done', closed = created")
    assert t.campaign.progress.remaining == 0
    assert t.version.dataset.set_workers(["ben"]) == ["ben"]


def test_only_workers_are_assignees_of_a_new_campaign(t):
    dataset = t.version.dataset
    dataset.set_workers(["ana"])
    with pytest.raises(InvalidInput, match="'ben'"):
        dataset.create_version("v2").create_campaign("August", nb.Recipe(["WBC"]), DRAW)
    other = t.workspace.create_dataset("others")
    other.create_version("v1").create_campaign("August", nb.Recipe(["WBC"]), DRAW)


@pytest.mark.parametrize(
    ("logins", "sentence"),
    [
        ([], "at least one login"),
        (["anna"], "no member 'anna'; did you mean 'ana'"),
        (["zoe"], "no member 'zoe'; add the member first"),
        (["ana", "ana"], "'ana' is there twice"),
        ("anna", "did you mean 'ana'"),
    ],
)
def test_a_mistake_in_the_workers_changes_nothing(t, logins, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        t.version.dataset.set_workers(logins)
    assert t.version.dataset.workers is None


def test_a_disabled_account_does_not_become_a_worker_but_may_stay_one(t):
    t.workspace.members.disable("ben")
    with pytest.raises(InvalidInput, match="'ben' is disabled"):
        t.version.dataset.set_workers(["ana", "ben"])
    t.workspace.members.enable("ben")
    t.version.dataset.set_workers(["ana", "ben"])
    t.workspace.members.disable("ben")
    assert t.version.dataset.set_workers(["ana", "ben", "chloe"]) == ["ana", "ben", "chloe"]


def test_developers_look_and_managers_set(t):
    dataset_id = t.version.dataset.dataset_id
    assert t["dev"].call("datasets.workers", list[str] | None, dataset_id=dataset_id) is None
    with pytest.raises(NotAllowed):
        t["dev"].call("datasets.set_workers", list[str], dataset_id=dataset_id, logins=["ana"])
    with pytest.raises(NotAllowed):
        t["ana"].call("datasets.list", list[Dataset])
