"""Cells run twice: what is there already is returned with exist_ok=True, and what differs is shown."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, LoginFailed, Refused

RECIPE = nb.Recipe([nb.Label("WBC", color="#112233"), "RBC"], tags=["blurred"])
FLOW = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])


@pytest.fixture
def ws():
    workspace = nb.open(":memory:")
    workspace.members.add("ana", password="password-of-ana")
    yield workspace
    workspace.close()


@pytest.fixture
def version(ws, make_images):
    return ws.create_dataset("smears").create_version("v1").add_images(make_images(3))


def events(ws):
    return int(ws.sql("select count(*) as n from events")["n"][0])


def test_a_whole_cell_runs_twice_and_changes_nothing_the_second_time(ws, make_images):
    paths = make_images(3)

    def cell():
        ana = ws.members.add("ana", exist_ok=True)
        version = ws.create_dataset("smears", "# Smears", exist_ok=True).create_version("v1", exist_ok=True)
        version.add_images(paths)
        campaign = version.create_campaign("July", RECIPE, FLOW, order="random", exist_ok=True)
        plan = campaign.launch()
        return ana.member, version.version_id, campaign.campaign_id, plan.launched, plan.chosen

    first = cell()
    before = events(ws)
    assert cell() == first
    assert events(ws) == before


def test_without_it_a_name_is_taken_and_the_sentence_says_how_to_have_it(ws, version):
    with pytest.raises(Conflict, match="exist_ok=True"):
        ws.create_dataset("smears")
    with pytest.raises(Conflict, match="exist_ok=True"):
        version.dataset.create_version("v1")


def test_another_readme_is_shown_and_none_is_not_compared(ws):
    ws.create_dataset("smears", "# Smears\n\nOld.")
    assert ws.create_dataset("smears", exist_ok=True).readme == "# Smears\n\nOld."
    with pytest.raises(Conflict, match=r"readme: .* is there, .* was asked for"):
        ws.create_dataset("smears", "# Smears\n\nNew.", exist_ok=True)


def test_a_child_is_the_child_of_its_parent_only(version):
    child = version.create_child("v2", exist_ok=True)
    assert version.create_child("v2", exist_ok=True).version_id == child.version_id
    with pytest.raises(Conflict, match="parent: 'v1' is there, nothing was asked for"):
        version.dataset.create_version("v2", exist_ok=True)
    with pytest.raises(Conflict, match="parent: nothing is there, 'v2' was asked for"):
        child.create_child("v1", exist_ok=True)


def test_a_campaign_that_is_written_otherwise_is_shown_field_by_field(ws, version):
    version.create_campaign("July", RECIPE, FLOW, due="2099-01-31")
    ws.members.add("ben", "reviewer")
    other = nb.Recipe([nb.Label("WBC", color="#112234"), "RBC"], tags=["dark"])
    more = nb.Workflow([*FLOW.steps, nb.Step("check", "review", ["ben"])])
    with pytest.raises(Conflict) as caught:
        version.create_campaign("July", other, more, exist_ok=True)
    assert [d.field for d in caught.value.fact.differences] == [
        "recipe.labels['WBC'].color", "recipe.tags['blurred']", "recipe.tags['dark']", "workflow.steps['check']", "due",
    ]  # fmt: skip
    assert "due: 2099-01-31 is there, nothing was asked for" in str(caught.value)


def test_a_campaign_on_another_version_or_put_away_is_another_one(version):
    spec = version.create_campaign("July", RECIPE, FLOW).spec
    other = version.dataset.create_version("w")
    with pytest.raises(Conflict, match="version: 'smears / v1' is there, 'smears / w' was asked for"):
        other.create_campaign_from(spec, exist_ok=True)
    version.create_campaign_from(spec, exist_ok=True).archive()
    with pytest.raises(Conflict, match="archived: True is there"):
        version.create_campaign_from(spec, exist_ok=True)


def test_a_campaign_whose_last_day_is_over_is_still_the_same(version):
    made = version.create_campaign("July", RECIPE, FLOW, due="2099-01-31")
    made.workspace.client.dispatcher.engine._writer.execute(
        "update data.campaigns set due = date '2020-01-31', spec = replace(spec, '2099-01-31', '2020-01-31')"
    )
    again = version.create_campaign("July", RECIPE, FLOW, due="2020-01-31", exist_ok=True)
    assert again.campaign_id == made.campaign_id


def test_on_a_published_version_the_child_is_made_once(version):
    version.publish()
    made = [version.create_campaign("July", RECIPE, FLOW, exist_ok=True).campaign_id for _ in range(2)]
    assert made[0] == made[1]
    assert [v.name for v in version.dataset.versions] == ["v1", "July"]


def test_two_notebooks_create_the_same_at_once_and_both_have_it(ws, version):
    def everything(_):
        made = version.create_child("v2", exist_ok=True)
        campaign = version.create_campaign("July", RECIPE, FLOW, exist_ok=True)
        campaign.launch()
        return ws.create_dataset("new", exist_ok=True).dataset_id, made.version_id, campaign.campaign_id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(everything, range(4)))) == 1
    done = ws.sql("select operation, count(*) as n from events group by 1").set_index("operation")["n"]
    assert done[["versions.child", "campaigns.create", "campaigns.launch"]].tolist() == [1, 1, 1]


def test_a_member_who_is_there_keeps_the_password_and_the_answer_has_none(ws):
    made = ws.members.add("ana", password="another password", exist_ok=True)
    assert made.there
    assert not made.password
    with pytest.raises(LoginFailed, match="keeps the password"):
        ws.acting(made)
    assert ws.acting(made, "password-of-ana").me.login == "ana"
    assert ws.members.add("ben", exist_ok=True).password


def test_a_member_with_another_role_or_a_closed_account_is_another_one(ws):
    with pytest.raises(Conflict, match="role: 'annotator' is there, 'reviewer' was asked for"):
        ws.members.add("ana", "reviewer", exist_ok=True)
    with pytest.raises(Conflict, match="login: 'ana' is there, 'Ana' was asked for"):
        ws.members.add("Ana", exist_ok=True)
    ws.members.disable("ana")
    with pytest.raises(Conflict, match="account: 'disabled' is there"):
        ws.members.add("ana", exist_ok=True)


def test_a_link_that_was_sent_still_works_when_the_cell_runs_again(ws):
    first = ws.members.invite("zoe", exist_ok=True)
    again = ws.members.invite("zoe", exist_ok=True)
    assert (again.path, again.member, again.expires) == ("", first.member, first.expires)
    for shown in (str(again), again._repr_markdown_()):
        assert "was there already" in shown
    with pytest.raises(Refused, match="was there already"):
        again.link("https://example.com")
    token = first.path.rpartition("/")[2]
    ws.client.call("sessions.accept", nb.model.Session, token=token, password="password-of-zoe")
    assert ws.members.invite("zoe", exist_ok=True).path == ""
    assert ws.members.invite("yan").path
    assert ws.members.invite("yan").path


def test_an_invitation_that_is_too_old_is_made_again(ws):
    ws.members.invite("zoe", exist_ok=True)
    ws.client.dispatcher.engine._writer.execute("update data.sessions set expires = timestamp '2020-01-01'")
    assert ws.members.invite("zoe", exist_ok=True).path


def test_an_account_of_another_workspace_is_taken_once(ws):
    other = nb.open(":memory:")
    assert other.members.adopt(ws, "ana", exist_ok=True) == other.members.adopt(ws, "ana", exist_ok=True)
    with pytest.raises(Conflict, match="role"):
        other.members.adopt(ws, "ana", "manager", exist_ok=True)
    other.close()
