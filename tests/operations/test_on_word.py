"""A session on the word of an owner: who may open one, what it is for, when it ends, and what the log says of it."""

from __future__ import annotations

import datetime

import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput, NbannotateError, NotAllowed, NotFound, Refused, SessionEnded
from nbannotate.model import Closed, HistoryItem, Member, NewMember, Session, TaskView, WorkspaceInfo
from nbannotate.operations import dispatch
from nbannotate.operations.registry import operations
from nbannotate.rules import rights

BOX = {"shapes": [{"kind": "rectangle", "points": [[1, 2], [30, 40]], "label": "WBC"}]}


def word(client, login="ana"):
    return client.call("sessions.act_as", Session, login=login)


def who(client):
    return client.call("workspace.info", WorkspaceInfo).member.login


def add(t, login, role):
    t.workspace.members.add(login, role=role, password=f"password-of-{login}")
    t.passwords[login] = f"password-of-{login}"
    return t.log_in(login)


def ended(t, token):
    with pytest.raises(SessionEnded):
        who(t.workspace.client.acting(token))
    return True


def submit(client, t, **more):
    view = client.call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=0)
    told = {"task_id": view.task.task_id, "annotation": BOX, "revision": 0, **more}
    return client.call("tasks.submit", Closed, **told)


def later(monkeypatch, **time):
    now = dispatch.utc_now() + datetime.timedelta(**time)
    monkeypatch.setattr(dispatch, "utc_now", lambda: now)


def test_only_an_owner_opens_one(team):
    t = team(2)
    for login, role in (("mara", "manager"), ("dev", "developer")):
        add(t, login, role)
    for login in ("ana", "chloe", "mara", "dev"):
        with pytest.raises(NotAllowed, match=r"sessions\.act_as is for owner"):
            word(t.log_in(login), "ben")
    assert who(t.workspace.client.acting(word(t.workspace.client, "ANA").token)) == "ana"


def test_nobody_acts_for_another_owner_or_for_a_disabled_account(team):
    t = team(2)
    other = add(t, "olga", "owner")
    with pytest.raises(NotAllowed, match="olga is an owner, too"):
        word(t.workspace.client, "olga")
    assert who(other.acting(word(other, "olga").token)) == "olga"
    t.workspace.members.disable("ben")
    with pytest.raises(Refused, match="'ben' is disabled; enable it first"):
        word(t.workspace.client, "ben")
    with pytest.raises(NotFound, match="did you mean 'ana'"):
        word(t.workspace.client, "anna")


def test_what_is_done_only_in_person_is_refused(team):
    t = team(2)
    mara = add(t, "mara", "manager")
    assert mara.call("members.add", NewMember, login="zoe", role="annotator").member.login == "zoe"
    acting = t.workspace.client.acting(word(t.workspace.client, "mara").token)
    for name, arguments in {
        "members.add": {"login": "yan", "role": "manager"},
        "members.set_password": {"login": "mara", "password": "a password of mine"},
        "members.change_password": {"current": "password-of-mara", "new": "a password of mine"},
        "members.set_role": {"login": "ana", "role": "manager"},
        "members.disable": {"login": "ana"},
        "notices.see": {"notice_ids": []},
    }.items():
        with pytest.raises(NotAllowed, match="is not done in somebody's name"):
            acting.call(name, object, **arguments)
    assert len(acting.call("members.list", list[Member])) == 6
    itself = t.workspace.client.acting(word(t.workspace.client, "root").token)
    for name in ("members.account", "sessions.act_as"):
        with pytest.raises(NotAllowed, match="is not done in somebody's name"):
            itself.call(name, object, login="ana")


def test_what_changes_accounts_or_sessions_is_done_in_person_also_what_comes_tomorrow():
    changing = {n for n, o in operations().items() if o.writes and n.partition(".")[0] in ("members", "sessions")}
    assert changing - rights.IN_PERSON == {"sessions.close"} | rights.PUBLIC
    assert set(operations()) >= rights.IN_PERSON


def test_it_opens_no_page_and_no_kernel(team):
    t = team(2)
    owner, token = t.workspace.client, word(t.workspace.client).token
    with pytest.raises(SessionEnded):
        owner.call("sessions.check", Member, token=token)
    with pytest.raises(SessionEnded):
        owner.call("sessions.bind_kernel", Member, session=token, kernel_token="k" * 32)


def test_a_kernel_of_an_owner_acts_for_nobody(team):
    t = team(2)
    add(t, "olga", "owner")
    session = t.workspace.client.call("sessions.open", Session, login="olga", password="password-of-olga")
    t.workspace.client.call("sessions.bind_kernel", Member, session=session.token, kernel_token="k" * 32)
    kernel = t.workspace.client.acting("k" * 32)
    assert who(kernel) == "olga"
    with pytest.raises(NotAllowed, match="A page does not act for others"):
        word(kernel)
    acting = t.workspace.client.acting(word(t.workspace.client.acting(session.token)).token)
    with pytest.raises(NotAllowed):
        word(acting, "ben")


def test_it_ends_after_an_hour_and_with_the_session_of_the_owner(team, monkeypatch):
    t = team(2)
    olga = add(t, "olga", "owner")
    session = t.workspace.client.call("sessions.open", Session, login="olga", password="password-of-olga")
    mine, theirs = word(olga).token, word(t.workspace.client.acting(session.token)).token
    t.workspace.client.call("sessions.close", type(None), token=session.token)
    assert ended(t, theirs)
    assert who(t.workspace.client.acting(mine)) == "ana"
    later(monkeypatch, minutes=61)
    assert ended(t, mine)


@pytest.mark.parametrize(
    ("what", "arguments"),
    [
        ("disable", ("olga",)), ("set_role", ("olga", "manager")), ("set_password", ("olga", "a password of mine")),
        ("disable", ("ana",)), ("set_password", ("ana", "a password of mine")), ("set_role", ("ana", "owner")),
    ],
)  # fmt: skip
def test_it_ends_when_either_account_is_changed(team, what, arguments):
    t = team(2)
    token = word(add(t, "olga", "owner")).token
    assert who(t.workspace.client.acting(token)) == "ana"
    getattr(t.workspace.members, what)(*arguments)
    assert ended(t, token)
    if what == "disable":
        t.workspace.members.enable(*arguments)
        assert ended(t, token)


def test_the_log_says_who_really_did_it(team):
    t = team(2)
    heard = []
    t.workspace.client.dispatcher._commits._publish = heard.append
    acting = t.workspace.client.acting(word(t.workspace.client).token)
    closed = submit(acting, t)
    assert [(e.member, e.acted_by) for e in heard if e.operation == "tasks.submit"] == [("ana", "root")]
    submit(t["ben"], t)
    frame = t.campaign.events.df(operation="tasks.submit")
    assert [tuple(r) for r in frame[["member", "acted_by"]].fillna("").values] == [("ana", "root"), ("ben", "")]
    history = t["ana"].call("tasks.history", list[HistoryItem], task_id=closed.task_id)
    assert [(h.member, h.acted_by) for h in history if h.action == "submitted"] == [("ana", "root")]
    opened = t.workspace.sql("select detail->>'login' as login from events where operation = 'sessions.act_as'")
    assert list(opened["login"]) == ["ana"]


def test_time_given_for_work_elsewhere_counts_and_only_on_the_word_of_an_owner(team):
    t = team(3)
    acting = t.workspace.client.acting(word(t.workspace.client).token)
    submit(acting, t, seconds=5400.0)
    submit(t["ben"], t, seconds=5400.0)
    frame = t.campaign.events.df(operation="tasks.submit").set_index("member")
    assert frame.loc["ana", "worked_s"] == 5400.0
    assert frame.loc["ben", "worked_s"] < 60
    assert ["given" in str(d) for d in frame["detail"]] == [True, False]
    assert t.campaign.jobs.df(member="ana")["worked_s"].sum() == 5400.0
    for seconds in (-1.0, 86_401.0):
        with pytest.raises(InvalidInput, match="seconds must be"):
            submit(acting, t, seconds=seconds)


def test_its_token_is_stored_as_a_hash_and_kept_for_no_repeated_request(team):
    t = team(2)
    token = word(t.workspace.client).token
    with t.workspace.client.dispatcher.engine.read() as tx:
        for table in ("sessions", "requests", "events"):
            assert token not in str(tx.all(f"select * from data.{table}"))


def test_a_handle_goes_on_after_the_hour_and_ends_when_it_is_closed(team, monkeypatch):
    t = team(2)
    ana = t.workspace.as_member("ana")
    assert (ana.me.login, ana.me.role) == ("ana", "annotator")
    later(monkeypatch, hours=2)
    assert len(ana.work.jobs) == 1
    ana.close()
    ana.close()
    with pytest.raises(SessionEnded, match=r"as_member\('ana'\) makes another one"):
        ana.work.next()


def test_a_handle_ends_with_the_workspace_and_with_the_account(team):
    t = team(2)
    ana, ben = t.workspace.as_member("ana"), t.workspace.as_member(t.workspace.members.add("zoe"))
    t.workspace.members.disable("ana")
    with pytest.raises(Refused, match="'ana' is disabled"):
        ana.work.next()
    assert ben.me.login == "zoe"
    t.workspace.close()
    with pytest.raises(SessionEnded):
        ben.work.next()


def test_a_handle_closes_after_the_session_of_its_owner(team):
    t = team(2)
    add(t, "olga", "owner")
    olga = t.workspace.acting("olga", "password-of-olga")
    ana = olga.as_member("ana")
    assert repr(ana) == "Workspace(':memory:', acting as 'ana', annotator, on the word of 'olga')"
    t.workspace.members.disable("olga")
    with pytest.raises(SessionEnded):
        ana.work.next()
    ana.close()
    olga.close()


def test_a_member_acts_for_nobody(team):
    t = team(2)
    for login in ("ana", "chloe"):
        with pytest.raises(NotAllowed):
            t.workspace.acting(login, t.passwords[login]).as_member("ben")
    with pytest.raises(NbannotateError):
        t.workspace.as_member("ana").as_member("ben")


def test_it_works_beside_an_owner_process(tmp_path, monkeypatch):
    from nbannotate.demo import end_owner

    monkeypatch.setenv("NBANNOTATE_OWNER_IDLE", "60")
    path = tmp_path / "a.duckdb"
    with_owner = nb.open(path)
    try:
        with_owner.members.add("ana", password="password-of-ana")
        ana = with_owner.as_member("ana")
        assert ana.work.jobs == []
        with_owner.close()
        with pytest.raises(SessionEnded):
            ana.work.next()
    finally:
        end_owner(path)
