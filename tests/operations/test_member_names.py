"""Members have other logins, are put away, and are deleted only where history does not need them."""

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, LoginFailed, NotAllowed, Refused
from nbannotate.model import Member, Saved, TaskView


@pytest.fixture
def t(team):
    made = team(2)
    made.workspace.datasets["smears"].set_workers(["ana", "ben", "chloe"])
    return made


def test_history_work_and_open_sessions_stay_the_members(t):
    view = t["ana"].call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=0)
    shapes = (nb.Shape.rectangle(1, 2, 20, 20, label="WBC"),)
    saved = t["ana"].call("tasks.save", Saved, task_id=view.task.task_id, annotation=nb.Annotation(shapes=shapes),
                          revision=view.revision, seconds=0.0)  # fmt: skip
    assert t.workspace.members.rename("ana", "anna").login == "anna"
    t["ana"].call("tasks.save", Saved, task_id=view.task.task_id, annotation=nb.Annotation(shapes=shapes * 1),
                  revision=saved.revision, seconds=0.0)  # fmt: skip
    assert t.campaign.tasks.df(member="anna")["asset"].tolist() == ["img_000.png"]
    assert "ana" not in set(t.workspace.events.df()["member"])
    assert len(t.workspace.events.df(member="anna", operation="tasks.save")) == 2
    assert t.campaign.spec.workflow.steps[0].assignees == ("anna", "ben")
    assert t.workspace.datasets["smears"].workers == ["anna", "ben", "chloe"]
    assert t.workspace.acting("anna", t.passwords["ana"]).me.login == "anna"
    with pytest.raises(LoginFailed):
        t.workspace.acting("ana", t.passwords["ana"])


def test_the_rules_of_logins_hold(t):
    members = t.workspace.members
    with pytest.raises(Conflict, match="'ben' already"):
        members.rename("ana", "BEN")
    with pytest.raises(InvalidInput):
        members.rename("ana", "an na")
    assert members.rename("ana", "Ana").login == "Ana"
    t.workspace.members.add("boss", "manager", password="password-of-boss")
    owner = t.workspace.me.login
    with pytest.raises(NotAllowed):
        t.workspace.acting("boss", "password-of-boss").members.rename(owner, "other")


def test_who_is_put_away_is_not_listed_cannot_log_in_and_comes_back(t):
    members = t.workspace.members
    assert members.archive("ana").archived is not None
    assert "ana" not in [m.login for m in members]
    assert members.df(archived=True)["login"].tolist() == ["ana"]
    assert "ana" not in members.df()["login"].tolist()
    with pytest.raises(LoginFailed):
        t.workspace.acting("ana", t.passwords["ana"])
    with pytest.raises(Conflict, match="account"):
        members.add("ana", exist_ok=True)
    back = members.archive("ana", False)
    assert (back.active, back.archived) == (True, None)
    assert t.workspace.acting("ana", t.passwords["ana"]).me.login == "ana"
    members.archive("ana")
    members.enable("ana")
    assert "ana" in [m.login for m in members]
    with pytest.raises(Refused, match="own account"):
        members.archive(t.workspace.me.login)


def test_only_who_did_nothing_is_deleted(t, capsys):
    members = t.workspace.members
    members.add("zoe")
    members.invite("yan")
    assert not members.delete("zoe").deleted
    assert "ws.members.delete('zoe', confirm='zoe')" in capsys.readouterr().out
    with pytest.raises(InvalidInput, match="nothing was deleted"):
        members.delete("zoe", "zo")
    for login in ("zoe", "yan"):
        assert members.delete(login, login).deleted
        assert login not in members
    for login in ("ana", "ben"):  # has logged in; stands in the campaign
        with pytest.raises(Refused, match="history keeps who did what"):
            members.delete(login)
    with pytest.raises(Refused, match="own account"):
        members.delete(t.workspace.me.login)
    assert {m.login for m in t.workspace.client.call("members.list", list[Member])} >= {"ana", "ben", "chloe"}
