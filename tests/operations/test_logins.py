"""Guessing passwords is slow, and keeps nobody out but who guesses; a login is the same however it is written."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbannotate as nb
from nbannotate.errors import Conflict, LoginFailed, NbannotateError
from nbannotate.model import Session
from nbannotate.operations.throttle import NARROW, WIDE, Key, Rate, Throttle, place_of
from nbannotate.store import people

PASSWORD = "password-of-ana"
MINE, THEIRS, OFFICE = "browser-of-ana-0001", "198.51.100.7", "192.0.2.9"


@pytest.fixture
def ws(monkeypatch):
    made = nb.open(":memory:")
    for login in ("ana", "ben"):
        made.members.add(login, password=f"password-of-{login}")
    monkeypatch.setattr(made.client.dispatcher.throttle, "_clock", lambda: 0.0)  # no wait ends while a test runs
    yield made
    made.close()


def log_in(ws, login, password, address="", browser=""):
    options = {"login": login, "password": password, "address": address, "browser": browser}
    return ws.client.call("sessions.open", Session, **options)


def guess(ws, login, times, **options):
    """Guess a password again and again; return how often one had to wait."""
    waits = 0
    for _ in range(times):
        with pytest.raises(LoginFailed) as raised:
            log_in(ws, login, "guess-guess", **options)
        waits += "Too many attempts" in str(raised.value)
    return waits


def test_who_guesses_has_to_wait_even_with_the_right_password(ws):
    assert guess(ws, "ana", NARROW.free, address=THEIRS) == 0
    with pytest.raises(LoginFailed, match="Too many attempts"):
        log_in(ws, "ana", PASSWORD, address=THEIRS)


def test_a_stranger_who_guesses_keeps_nobody_out(ws):
    assert guess(ws, "ana", 20, address=THEIRS) > 0
    assert log_in(ws, "ana", PASSWORD, address=OFFICE).member.login == "ana"


def test_somebody_who_forgot_the_password_keeps_no_colleague_at_the_same_address_out(ws):
    assert guess(ws, "ana", 20, address=OFFICE) > 0
    assert log_in(ws, "ben", "password-of-ben", address=OFFICE).member.login == "ben"


def test_an_own_account_does_not_make_guesses_at_others_free(ws):
    """A success counts no failure, and takes none of those before it back."""
    for n in range(WIDE.free // 2):
        guess(ws, f"colleague{n}", 2, address=THEIRS)
        if n % 10 == 0 and n < 40:
            log_in(ws, "ben", "password-of-ben", address=THEIRS)
    with pytest.raises(LoginFailed, match="Too many attempts"):
        log_in(ws, "ben", "password-of-ben", address=THEIRS)
    assert log_in(ws, "ben", "password-of-ben", address=OFFICE)


def test_one_login_is_not_tried_from_everywhere(ws):
    waits = sum(guess(ws, "ana", 1, address=f"203.0.113.{n}") for n in range(WIDE.free + 5))
    assert waits > 0


def test_a_browser_that_is_known_is_let_in_whatever_strangers_try(ws):
    log_in(ws, "ana", PASSWORD, address=OFFICE, browser=MINE)
    for n in range(WIDE.free + 5):
        guess(ws, "ana", 1, address=f"203.0.113.{n}")
    guess(ws, "ana", 20, address=OFFICE)
    with pytest.raises(LoginFailed, match="Too many attempts"):
        log_in(ws, "ana", PASSWORD, address="203.0.113.250")
    assert log_in(ws, "ana", PASSWORD, address=OFFICE, browser=MINE)
    assert log_in(ws, "ana", PASSWORD, address="203.0.113.251", browser=MINE)


def test_in_a_known_browser_guesses_are_counted_too(ws):
    log_in(ws, "ana", PASSWORD, browser=MINE)
    assert guess(ws, "ana", NARROW.free, browser=MINE) == 0
    with pytest.raises(LoginFailed, match="Too many attempts"):
        log_in(ws, "ana", PASSWORD, browser=MINE)


def test_a_browser_is_known_to_who_logged_in_with_it_and_until_the_password_is_taken_away(ws):
    log_in(ws, "ana", PASSWORD, address=OFFICE, browser=MINE)
    guess(ws, "ben", 20, address=OFFICE)
    with pytest.raises(LoginFailed, match="Too many attempts"):
        log_in(ws, "ben", "password-of-ben", address=OFFICE, browser=MINE)
    ws.members.set_password("ana", "another-one-of-hers")
    guess(ws, "ana", 20, address=OFFICE)
    with pytest.raises(LoginFailed, match="Too many attempts"):
        log_in(ws, "ana", "another-one-of-hers", address=OFFICE, browser=MINE)


def test_several_people_share_a_browser(ws):
    for login in ("ana", "ben", "ana"):
        log_in(ws, login, f"password-of-{login}", address=OFFICE, browser=MINE)
    for login in ("ana", "ben"):
        guess(ws, login, 20, address=OFFICE)
        assert log_in(ws, login, f"password-of-{login}", address=OFFICE, browser=MINE)


def test_what_a_browser_keeps_is_no_session_and_is_stored_as_a_hash(ws):
    log_in(ws, "ana", PASSWORD, browser=MINE)
    with pytest.raises(NbannotateError):
        ws.client.acting(MINE).call("workspace.info", nb.model.WorkspaceInfo)
    now = datetime.datetime(2026, 1, 1)
    with ws.client.dispatcher.engine.read() as tx:
        kept = [row["token_hash"] for row in tx.all("select token_hash from data.sessions where kind = 'browser'")]
        assert len(kept) == 1
        assert MINE not in kept
        assert people.session(tx, MINE, now) is None


@pytest.mark.parametrize("typed", ["ANA", "Ana", "ａｎａ", "ＡＮＡ"])
def test_a_login_is_the_same_however_it_is_written(ws, typed):
    assert log_in(ws, typed, PASSWORD).member.login == "ana"
    for n in range(NARROW.free):
        guess(ws, (typed, "aNa")[n % 2], 1, address=THEIRS)
    with pytest.raises(LoginFailed, match="Too many attempts"):
        log_in(ws, "ana", PASSWORD, address=THEIRS)


@pytest.mark.parametrize("made", ["add", "invite"])
def test_a_second_login_that_differs_in_case_only_is_refused(ws, made):
    with pytest.raises(Conflict, match="There is a member 'ana' already"):
        getattr(ws.members, made)("Ana")
    assert [m.login for m in ws.members].count("Ana") == 0


def test_logins_of_an_older_workspace_that_differ_in_case_only_go_on_working(ws):
    engine = ws.client.dispatcher.engine
    with engine.write() as tx:
        hashed = people.password_hash(tx, "ben")[1]
        people.add_member(tx, "Ana", "annotator", hashed, datetime.datetime(2026, 1, 1))
    assert log_in(ws, "ana", PASSWORD).member.login == "ana"
    assert log_in(ws, "Ana", "password-of-ben").member.login == "Ana"
    with pytest.raises(LoginFailed):
        log_in(ws, "ANA", PASSWORD)


def test_the_wait_doubles_and_ends_and_failures_are_forgotten_with_time():
    now = [0.0]
    throttle, key = Throttle(lambda: now[0]), Key("k")
    assert [throttle.take(key) for _ in range(NARROW.free)] == [0] * NARROW.free
    waits = []
    for _ in range(4):
        waits.append(throttle.take(key))
        now[0] += waits[-1]
        assert throttle.take(key) == 0
    assert waits == [1, 2, 4, 8]
    throttle.forget(key)
    assert throttle.take(key) == 0
    now[0] += 10 * NARROW.forgotten_s
    assert [throttle.take(key) for _ in range(NARROW.free)] == [0] * NARROW.free


@given(st.lists(st.tuples(st.floats(0, 2000), st.sampled_from("tgf"), st.integers(0, 2)), max_size=60))
def test_nobody_waits_longer_than_a_quarter_of_an_hour(steps):
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    keys = [Key("a"), Key("b", WIDE), Key("c", Rate(1, 1.0))]
    for seconds, what, which in steps:
        now[0] += seconds
        if what == "t":
            assert 0 <= throttle.take(keys[which]) <= 900
        elif what == "g":
            throttle.give_back(keys[which])
        else:
            throttle.forget(keys[which])


def test_thousands_of_failures_are_counted_without_an_error():
    now = [0.0]
    throttle, key = Throttle(lambda: now[0]), Key("k", Rate(5, 1e12))
    for _ in range(3000):
        if wait := throttle.take(key):
            now[0] += wait
            assert throttle.take(key) == 0


def test_strangers_do_not_fill_the_memory():
    throttle = Throttle()
    for n in range(25_000):
        throttle.take(Key(f"login {n}"))
    assert len(throttle._failures) <= 20_000


def test_the_addresses_of_one_ipv6_visitor_are_one_place():
    assert place_of("2001:db8:1:2::1") == place_of("2001:db8:1:2:ffff::9") != place_of("2001:db8:1:3::1")
    assert place_of("::ffff:192.0.2.1") == place_of("192.0.2.1") == "192.0.2.1"
    assert place_of("somewhere") == "somewhere"
