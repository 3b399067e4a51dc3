"""Accounts, passwords and sessions."""

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, LoginFailed, NotAllowed, NotFound, Refused, SessionEnded
from nbannotate.model import Member, NewMember, Session
from nbannotate.operations.throttle import FREE, Throttle


@pytest.fixture
def ws():
    return nb.open(":memory:")


def log_in(ws, login, password, address=""):
    return ws.client.call("sessions.open", Session, login=login, password=password, address=address)


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
    assert len(ws.members.list()) == 1


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


def test_many_failures_make_one_wait_even_with_the_right_password(ws):
    ws.members.add("ana", password="password-of-ana")
    for _ in range(FREE):
        with pytest.raises(LoginFailed, match="wrong"):
            log_in(ws, "ana", "guess-guess", address="1.2.3.4")
    with pytest.raises(LoginFailed, match="Too many attempts"):
        log_in(ws, "ana", "password-of-ana", address="5.6.7.8")


def test_the_wait_doubles_and_ends(monkeypatch):
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    for _ in range(FREE):
        assert throttle.take("k") == 0
    waits = []
    for _ in range(4):
        waits.append(throttle.take("k"))
        now[0] += waits[-1]
        assert throttle.take("k") == 0
    assert waits == [1, 2, 4, 8]
    throttle.forget("k")
    assert throttle.take("k") == 0


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
