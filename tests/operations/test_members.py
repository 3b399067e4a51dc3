"""Accounts, passwords and sessions."""

import datetime
import re
import subprocess
import sys

import pytest

import nbannotate as nb
from nbannotate.demo import end_owner
from nbannotate.errors import Conflict, InvalidInput, LoginFailed, NotAllowed, NotFound, Refused, SessionEnded
from nbannotate.model import Account, Invitation, Job, Member, NewMember, Session, TaskView
from nbannotate.operations import dispatch
from nbannotate.operations.sessions import INVITATIONS
from nbannotate.operations.throttle import NARROW


@pytest.fixture
def ws():
    return nb.open(":memory:")


def log_in(ws, login, password, address=""):
    return ws.client.call("sessions.open", Session, login=login, password=password, address=address)


def accept(ws, token, password="password-of-ana", address=""):
    return ws.client.call("sessions.accept", Session, token=token, password=password, address=address)


def invite(client, login="ana", role="annotator", **more):
    return client.call("members.invite", Invitation, login=login, role=role, **more)


def everything(ws):
    """All that the database holds, as one text."""
    with ws.client.dispatcher.engine.read() as tx:
        tables = tx.all(
            "select table_name as name from information_schema.tables where table_catalog = current_database() "
            "and table_schema = 'data' and table_type = 'BASE TABLE' order by 1"
        )
        return {t["name"]: str(tx.all(f"select * from data.{t['name']}")) for t in tables}


def notices(ws):
    return [
        tuple(r)
        for r in ws.sql("select member, campaign, text from notices where kind = 'account' order by notice_id").values
    ]


def later(monkeypatch, **time):
    now = dispatch.utc_now() + datetime.timedelta(**time)
    monkeypatch.setattr(dispatch, "utc_now", lambda: now)


@pytest.fixture
def mara(ws):
    """A manager who is no owner."""
    ws.members.add("mara", role="manager", password="password-of-mara")
    return ws.client.acting(log_in(ws, "mara", "password-of-mara").token)


def test_a_made_up_password_works_once_it_was_shown(ws):
    new = ws.members.add("ana")
    assert len(new.password) >= 8
    assert log_in(ws, "ana", new.password).member.login == "ana"


@pytest.mark.parametrize(
    ("login", "role", "password", "error"),
    [
        ("", "annotator", None, InvalidInput),
        ("a b", "annotator", None, InvalidInput),
        ("<b>", "annotator", None, InvalidInput),
        ("ana", "boss", None, InvalidInput),
        ("ana", "annotator", "short", InvalidInput),
        ("ana", "annotator", "x" * 300, InvalidInput),
    ],
)
def test_bad_input_adds_nobody(ws, login, role, password, error):
    with pytest.raises(error):
        ws.members.add(login, role=role, password=password)
    assert len(ws.members) == 1


def test_a_login_is_taken_once(ws):
    ws.members.add("ana")
    with pytest.raises(Conflict, match="'ana'"):
        ws.members.add("ana")


@pytest.mark.parametrize(("login", "password"), [("ana", "wrong-password"), ("nobody", "password-of-ana"), ("ana", "")])
def test_a_wrong_login_or_password_says_the_same(ws, login, password):
    ws.members.add("ana", password="password-of-ana")
    with pytest.raises(LoginFailed, match=r"^The login or the password is wrong\.$"):
        log_in(ws, login, password)


def test_an_account_without_a_password_cannot_log_in(ws):
    with pytest.raises(LoginFailed):
        log_in(ws, ws.me.login, "")


def test_disabling_an_account_ends_its_sessions_at_once(ws):
    ws.members.add("ana", password="password-of-ana")
    session = log_in(ws, "ana", "password-of-ana")
    ana = ws.client.acting(session.token)
    assert ana.call("sessions.check", Member, token=session.token).login == "ana"
    ana.call("tasks.mine", list)
    ws.members.disable("ana")
    with pytest.raises(SessionEnded):
        ana.call("tasks.mine", list)
    with pytest.raises(LoginFailed):
        log_in(ws, "ana", "password-of-ana")
    ws.members.enable("ana")
    assert log_in(ws, "ana", "password-of-ana")


def test_logging_out_ends_the_kernels_of_the_session(ws):
    ws.members.add("ana", password="password-of-ana")
    session = log_in(ws, "ana", "password-of-ana")
    ws.client.call("sessions.bind_kernel", Member, session=session.token, kernel_token="k" * 40)
    kernel = ws.client.acting("k" * 40)
    assert kernel.call("tasks.mine", list) == []
    kernel.call("sessions.close", None, token=session.token)
    with pytest.raises(SessionEnded):
        kernel.call("tasks.mine", list)


def test_a_kernel_is_bound_only_by_the_owner_and_only_to_a_login(ws):
    ws.members.add("ana", password="password-of-ana")
    session = log_in(ws, "ana", "password-of-ana")
    with pytest.raises(NotAllowed):
        ws.client.acting(session.token).call(
            "sessions.bind_kernel", Member, session=session.token, kernel_token="k" * 40
        )
    ws.client.call("sessions.bind_kernel", Member, session=session.token, kernel_token="k" * 40)
    with pytest.raises(SessionEnded):
        ws.client.call("sessions.bind_kernel", Member, session="k" * 40, kernel_token="l" * 40)


def test_a_manager_may_not_make_or_change_an_owner(ws):
    ws.members.add("mara", role="manager", password="password-of-mara")
    mara = ws.client.acting(log_in(ws, "mara", "password-of-mara").token)
    with pytest.raises(NotAllowed, match="owner"):
        mara.call("members.add", NewMember, login="eve", role="owner", password="password-of-eve")
    with pytest.raises(NotAllowed, match="owner"):
        mara.call("members.set_password", None, login=ws.me.login, password="password-of-mara")
    with pytest.raises(Refused, match="your own"):
        mara.call("members.disable", None, login="mara")
    with pytest.raises(NotFound):
        mara.call("members.disable", None, login="nobody")


def test_nobody_acts_without_a_session(ws):
    for token in ("", "x", "k" * 43):
        with pytest.raises(SessionEnded):
            ws.client.acting(token or "nothing").call("workspace.info", dict)


# Invitations


def test_who_is_invited_chooses_a_password_once_and_is_logged_in(ws):
    made = invite(ws.client)
    assert made.member.login == "ana"
    with pytest.raises(LoginFailed, match=r"^The login or the password is wrong\.$"):
        log_in(ws, "ana", "")
    session = accept(ws, made.token)
    assert session.member.login == "ana"
    assert ws.client.acting(session.token).call("tasks.mine", list[Job]) == []
    with pytest.raises(LoginFailed, match="it was used"):
        accept(ws, made.token, "another-password")
    assert log_in(ws, "ana", "password-of-ana").member.login == "ana"


def test_an_invitation_is_no_session(ws):
    token = invite(ws.client).token
    with pytest.raises(SessionEnded):
        ws.client.acting(token).call("tasks.mine", list[Job])
    with pytest.raises(SessionEnded):
        ws.client.call("sessions.check", Member, token=token)
    with pytest.raises(SessionEnded):
        ws.client.call("sessions.bind_kernel", Member, session=token, kernel_token="k" * 40)


def test_an_invitation_ends_after_seven_days(ws, monkeypatch):
    made = invite(ws.client)
    later(monkeypatch, days=7)
    with pytest.raises(LoginFailed, match="ask for a new invitation"):
        accept(ws, made.token)


def test_inviting_again_replaces_the_link(ws):
    first, second = invite(ws.client), invite(ws.client)
    assert first.member == second.member
    with pytest.raises(LoginFailed, match="replaced"):
        accept(ws, first.token)
    assert accept(ws, second.token).member.login == "ana"
    with pytest.raises(Conflict, match="has a password"):
        invite(ws.client)


@pytest.mark.parametrize("what", ["set_password", "disable"])
def test_an_invitation_ends_when_the_account_is_closed_or_given_a_password(ws, what):
    made = invite(ws.client)
    if what == "disable":
        ws.members.disable("ana")
        with pytest.raises(Refused, match="enable it first"):
            invite(ws.client)
        ws.members.enable("ana")
    else:
        ws.members.set_password("ana", "given-by-a-manager")
    with pytest.raises(LoginFailed):
        accept(ws, made.token)


def test_a_password_that_is_too_short_leaves_the_invitation_open_and_is_not_counted(ws):
    made = invite(ws.client)
    for _ in range(INVITATIONS.free + 2):
        with pytest.raises(InvalidInput, match="8 to 256"):
            accept(ws, made.token, "short", address="1.2.3.4")
    assert accept(ws, made.token, address="1.2.3.4")


def test_guessing_invitations_is_slowed_down(ws):
    made = invite(ws.client)
    for n in range(INVITATIONS.free):
        with pytest.raises(LoginFailed, match="not valid"):
            accept(ws, f"guess-{n}", address="1.2.3.4")
    with pytest.raises(LoginFailed, match="Too many attempts"):
        accept(ws, made.token, address="1.2.3.4")
    assert accept(ws, made.token, address="5.6.7.8")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"login": "a b"}, InvalidInput),
        ({"role": "boss"}, InvalidInput),
        ({"token": "short"}, InvalidInput),
        ({"token": "x" * 31 + "'"}, InvalidInput),
        ({"login": "ben", "role": "reviewer"}, Conflict),
    ],
    ids=["login", "role", "short token", "strange token", "another role"],
)
def test_a_bad_invitation_invites_nobody(ws, values, error):
    invite(ws.client, "ben")
    before = everything(ws)
    with pytest.raises(error):
        invite(ws.client, **{"login": "ana", "role": "annotator", **values})
    assert everything(ws) == before


def test_only_an_owner_invites_an_owner(ws, mara):
    with pytest.raises(NotAllowed, match="owner"):
        invite(mara, "eve", "owner")
    with pytest.raises(NotAllowed, match="owner"):
        invite(mara, ws.me.login, "owner")  # has no password yet: it would be a way in
    with pytest.raises(NotAllowed, match="owner"):
        invite(mara, ws.me.login, "annotator")


def test_tokens_and_passwords_are_stored_nowhere(ws):
    made = invite(ws.client)
    session = accept(ws, made.token, "a-password-to-look-for")
    ana = ws.client.acting(session.token)
    ana.call(
        "members.change_password", None, current="a-password-to-look-for", new="another-to-look-for",
        session=session.token,
    )  # fmt: skip
    found = str(everything(ws))
    for secret in (made.token, session.token, "a-password-to-look-for", "another-to-look-for"):
        assert secret not in found


# Roles


def test_a_new_role_holds_at_the_next_request_of_an_open_session(ws):
    ws.members.add("ana", password="password-of-ana")
    ana = ws.client.acting(log_in(ws, "ana", "password-of-ana").token)
    with pytest.raises(NotAllowed, match="Your role is annotator"):
        ana.call("members.list", list[Member])
    assert ws.members.set_role("ana", "manager").role == "manager"
    assert len(ana.call("members.list", list[Member])) == 2
    assert notices(ws) == [("ana", None, "Your role is manager now; it was annotator.")]
    ws.members.set_role("ana", "annotator")
    with pytest.raises(NotAllowed, match="Your role is annotator"):
        ana.call("members.list", list[Member])


def test_there_is_always_an_active_owner(ws, mara):
    with pytest.raises(Refused, match="last active owner"):
        ws.members.set_role(ws.me.login, "manager")
    ws.members.add("olga", role="owner", password="password-of-olga")
    olga = ws.client.acting(log_in(ws, "olga", "password-of-olga").token)
    olga.call("members.disable", None, login=ws.me.login)
    with pytest.raises(Refused, match="last active owner"):
        olga.call("members.set_role", Member, login="olga", role="developer")
    with pytest.raises(Refused, match="your own"):
        olga.call("members.disable", None, login="olga")
    ws.members.enable(ws.me.login)
    assert olga.call("members.set_role", Member, login="olga", role="developer").role == "developer"


def test_a_manager_gives_no_owner_s_role_and_takes_none(ws, mara):
    for login, role in (("mara", "owner"), (ws.me.login, "annotator")):
        with pytest.raises(NotAllowed, match="Only an owner"):
            mara.call("members.set_role", Member, login=login, role=role)
    with pytest.raises(InvalidInput, match="role must be one of"):
        mara.call("members.set_role", Member, login="mara", role="boss")
    with pytest.raises(NotFound):
        mara.call("members.set_role", Member, login="nobody", role="annotator")


def test_a_reviewer_of_a_campaign_stays_one_until_it_is_over(team):
    t = team(2)
    with pytest.raises(Refused, match=r"chloe works at the step 'check' of 'July'.*not for the role annotator"):
        t.workspace.members.set_role("chloe", "annotator")
    assert t.workspace.members.set_role("chloe", "manager").role == "manager"
    assert t.workspace.members.set_role("ana", "reviewer").role == "reviewer"
    assert t.workspace.members.set_role("ana", "developer").role == "developer"


# The own password


def test_changing_the_password_ends_the_other_sessions_and_leaves_this_one(ws):
    ws.members.add("ana", password="password-of-ana")
    here, elsewhere = (log_in(ws, "ana", "password-of-ana") for _ in range(2))
    for session, kernel in ((here, "h" * 40), (elsewhere, "e" * 40)):
        ws.client.call("sessions.bind_kernel", Member, session=session.token, kernel_token=kernel)
    ana = ws.client.acting(here.token)
    ana.call("members.change_password", None, current="password-of-ana", new="a-new-password", session=here.token)
    for token in (here.token, "h" * 40):
        assert ws.client.acting(token).call("tasks.mine", list[Job]) == []
    for token in (elsewhere.token, "e" * 40):
        with pytest.raises(SessionEnded):
            ws.client.acting(token).call("tasks.mine", list[Job])
    with pytest.raises(LoginFailed):
        log_in(ws, "ana", "password-of-ana")
    assert log_in(ws, "ana", "a-new-password")
    # From a page's kernel: its session goes on.
    kernel = ws.client.acting("h" * 40)
    kernel.call("members.change_password", None, current="a-new-password", new="the-third-one", session="h" * 40)
    assert ana.call("tasks.mine", list[Job]) == []


def test_changing_the_password_takes_the_current_one_and_guessing_is_slowed_down(ws):
    ws.members.add("ana", password="password-of-ana")
    ana = ws.client.acting(log_in(ws, "ana", "password-of-ana").token)

    def change(current, new="a-new-password"):
        ana.call("members.change_password", None, current=current, new=new)

    with pytest.raises(InvalidInput, match="8 to 256"):
        change("password-of-ana", "short")
    with pytest.raises(InvalidInput, match="the same"):
        change("password-of-ana", "password-of-ana")
    for _ in range(NARROW.free):
        with pytest.raises(LoginFailed, match=r"^The current password is wrong\.$"):
            change("guess-guess")
    with pytest.raises(LoginFailed, match="Too many attempts"):
        change("password-of-ana")
    assert log_in(ws, "ana", "password-of-ana"), "logging in is counted by itself"


def test_an_account_without_a_password_has_none_to_change(ws):
    with pytest.raises(Refused, match="no password yet"):
        ws.client.call("members.change_password", None, current="", new="a-new-password")


# Disabling


def test_managers_are_told_what_a_disabled_member_holds(team):
    t = team(3)
    ws = t.workspace
    ws.members.add("mara", role="manager")
    view = t["ana"].call("tasks.pull", TaskView, campaign_id=t.campaign.campaign_id, step=0)
    ws.members.disable("ana")
    text = "ana was disabled and holds 1 open task in July; reassign them."
    assert notices(ws) == [(ws.me.login, "July", text), ("mara", "July", text)]
    with pytest.raises(SessionEnded):
        t["ana"].call("tasks.open", TaskView, task_id=view.task.task_id)
    ws.members.disable("ana")
    assert len(notices(ws)) == 2, "who is disabled already is no news"
    ws.members.enable("ana")
    ws.members.disable("ana")
    assert len(notices(ws)) == 4


def test_a_disabled_member_who_holds_nothing_is_no_news(team):
    t = team(1)
    t.workspace.members.disable("ben")
    assert notices(t.workspace) == []


# Accounts of several workspaces


def test_an_account_works_in_another_workspace_with_the_same_password(ws):
    ws.members.add("ana", password="password-of-ana")
    other = nb.open(":memory:")
    account = ws.client.call("members.account", Account, login="ana")
    assert other.client.call("members.adopt", Member, account=account, role="reviewer").role == "reviewer"
    assert log_in(other, "ana", "password-of-ana").member.role == "reviewer"
    with pytest.raises(Conflict, match="'ana' already"):
        other.client.call("members.adopt", Member, account=account)
    for workspace in (ws, other):
        tables = everything(workspace)
        assert account.password_hash in tables.pop("members")
        assert account.password_hash not in str(tables)


def test_an_account_is_given_to_owners_only_and_not_when_it_is_disabled(ws, mara):
    ws.members.add("ana", password="password-of-ana")
    with pytest.raises(NotAllowed, match="is for owner"):
        mara.call("members.account", Account, login="ana")
    with pytest.raises(NotFound):
        ws.client.call("members.account", Account, login="nobody")
    ws.members.disable("ana")
    with pytest.raises(Refused, match="disabled"):
        ws.client.call("members.account", Account, login="ana")


@pytest.mark.parametrize(
    ("account", "word"),
    [
        (Account("a b", "annotator", None), "login"),
        (Account("eve", "annotator", "plain text"), "argon2id"),
        (Account("eve", "annotator", "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$c29tZWhhc2hzb21laGFzaA"), "argon2id"),
        (Account("eve", "annotator", "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$c29tZWhhc2hzb21laGFzaA"), "long"),
    ],
    ids=["login", "no hash", "another kind", "too much work"],
)
def test_an_account_that_cannot_be_used_is_not_taken(ws, account, word):
    with pytest.raises(InvalidInput, match=word):
        ws.client.call("members.adopt", Member, account=account)
    assert len(ws.members) == 1


def test_a_manager_adopts_no_owner(ws, mara):
    with pytest.raises(NotAllowed, match="Only an owner"):
        mara.call("members.adopt", Member, account=Account("eve", "owner", None))


def test_passwords_are_hashed_with_argon2id_and_64_mib():
    # In a process of its own that takes nothing from the tests: with them hashes are cheap.
    code = "from nbannotate.operations.members import hasher\nprint(hasher().hash('a long password'))"
    command = [sys.executable, "-I", "-c", code]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    kind, memory, time, lanes = re.fullmatch(r"\$(\w+)\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$.*\n", made).groups()
    assert kind == "argon2id"
    assert int(memory) >= 65536
    assert int(time) >= 3
    assert int(lanes) >= 1


def test_what_is_guessed_first_is_no_password_where_somebody_else_could_log_in(ws, tmp_path):
    ws.members.add("ana", password="password1")  # in memory: nobody can
    with pytest.raises(InvalidInput, match="8 to 256"):
        ws.members.add("ben", password="short")
    kept = nb.open(tmp_path / "work.duckdb")
    try:
        with pytest.raises(InvalidInput, match="tried first"):
            kept.members.add("ana", password="password1")
    finally:
        kept.close()
        end_owner(tmp_path / "work.duckdb")
