"""Logging in and out: what a person sees, what the cookie is, where one may be sent."""

from __future__ import annotations

import asyncio
import base64
import re
import threading

import pytest
import requests
from serve_person import Person
from serve_rig import Server, password

from nbannotate.model import Member
from nbannotate.serve.login import inside
from nbannotate.serve.sessions import Sessions


def test_everything_leads_to_the_login_page(nobody: Person) -> None:
    reply = nobody.get("/work")
    assert (reply.status_code, reply.headers["Location"]) == (302, "/login?next=%2Fwork")
    page = nobody.get(reply.headers["Location"])
    assert page.status_code == 200
    assert '<html lang="en" dir="ltr">' in page.text
    assert "nbannotate" in page.text
    assert "prefers-color-scheme: dark" in page.text
    assert "<script" not in page.text
    assert not re.search(r"(?:src|href)=\"(?![/?])", page.text), "something comes from elsewhere"


def test_a_language_in_the_address_is_not_lost_on_the_way_to_the_login_page(nobody: Person) -> None:
    reply = nobody.get("/work?language=de")
    assert "Anmelden" in nobody.get(reply.headers["Location"]).text


def test_a_member_logs_in_and_is_sent_on(nobody: Person) -> None:
    reply = nobody.login("ana", password("ana"), then="/work")
    assert (reply.status_code, reply.headers["Location"]) == (303, "/work")
    assert nobody.get("/").headers["Location"] == "/work"
    assert nobody.get("/login?next=/manager").headers["Location"] == "/manager"


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(server: Server, nobody: Person) -> None:
    cookie = nobody.login("ana", password("ana")).raw.headers.getlist("Set-Cookie")[0]
    port = server.url.rsplit(":", 1)[1]
    assert cookie.startswith(f"nbannotate-{port}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "expires" not in cookie.lower()
    assert "Secure" not in cookie


def test_behind_a_proxy_with_https_the_cookie_is_secure(nobody: Person) -> None:
    headers = {"X-Forwarded-Proto": "https", "Host": "annotate.example.com"}
    cookie = nobody.login("ana", password("ana"), headers=headers).headers["Set-Cookie"]
    assert "Secure" in cookie


def test_an_unknown_host_name_is_refused(nobody: Person) -> None:
    assert nobody.get("/login", headers={"Host": "rebound.example.net"}).status_code == 403


@pytest.mark.parametrize(("login", "word"), [("ana", "wrong"), ("nobody", "wrong"), ("", ""), ("ana' or 1=1 --", "x")])
def test_a_wrong_password_is_answered_with_a_sentence(nobody: Person, login: str, word: str) -> None:
    reply = nobody.login(login, word, headers={"X-Forwarded-For": "203.0.113.1"})
    assert reply.status_code in (401, 429)
    assert 'role="alert"' in reply.text
    assert "Traceback" not in reply.text
    assert nobody.get("/work").status_code == 302


def guess(url: str, login: str, headers: dict[str, str]) -> requests.Response:
    """Guess until one has to wait; return that answer."""
    replies = (Person(url).login(login, f"guess {n}", headers=headers) for n in range(30))
    return next(reply for reply in replies if reply.status_code == 429)


def test_guessing_is_slowed_down_and_says_for_how_long(nobody: Person) -> None:
    headers = {"X-Forwarded-For": "203.0.113.2"}
    last = guess(nobody.url, "gus", headers)
    assert int(last.headers["Retry-After"]) >= 1
    assert re.search(r"Too many attempts; try again in \d+ seconds", last.text)
    assert nobody.login("gus", password("gus")).status_code == 303, "the person elsewhere does not wait"
    colleague = Person(nobody.url).login("ana", password("ana"), headers=headers)
    assert colleague.status_code == 303, "nor does a colleague who shares the address"


def test_a_browser_that_was_logged_in_before_passes_a_strangers_guesses(server: Server, nobody: Person) -> None:
    headers = {"X-Forwarded-For": "203.0.113.4"}
    said = nobody.login("fay", password("fay"), headers=headers).raw.headers.getlist("Set-Cookie")
    known = next(cookie for cookie in said if "-browser=" in cookie)
    assert "HttpOnly" in known
    assert "expires" in known.lower(), "it outlives the session"
    nobody.send("POST", "/logout")
    guess(nobody.url, "fay", headers)
    assert nobody.login("fay", password("fay"), headers=headers).status_code == 303
    token = base64.b64decode(known.split("|")[4].partition(":")[2])
    assert len(token) > 40
    assert token not in server.workspace.read_bytes()


@pytest.mark.parametrize("typed", ["ANA", "ａｎａ"])
def test_a_login_may_be_typed_in_any_case(nobody: Person, typed: str) -> None:
    assert nobody.login(typed, password("ana"), then="/password").status_code == 303
    assert 'value="ana"' in nobody.get("/password").text


def test_what_was_typed_is_escaped(nobody: Person) -> None:
    reply = nobody.login('"><b>hey', "wrong", headers={"X-Forwarded-For": "203.0.113.3"})
    assert "<b>hey" not in reply.text
    assert "&lt;b&gt;hey" in reply.text


def test_a_form_without_its_token_is_refused_with_a_fresh_form(nobody: Person) -> None:
    form = {"login": "ana", "password": password("ana")}
    reply = nobody.session.post(nobody.url + "/login", data=form, allow_redirects=False, timeout=10)
    assert reply.status_code == 403
    assert "open for too long" in reply.text
    assert not any(cookie.name.startswith("nbannotate") for cookie in nobody.session.cookies)


@pytest.mark.parametrize(
    "next_url",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "/%0d%0aSet-Cookie:x=1", "http:evil.example", "///evil.example", "/\t/evil.example", " //evil.example", ""],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(nobody: Person, next_url: str) -> None:
    place = nobody.login("ana", password("ana"), then=next_url).headers["Location"]
    assert place.startswith("/")
    assert not place.startswith(("//", "/\\"))
    assert nobody.get("/login", params={"next": next_url}).headers["Location"] == place


def test_only_paths_below_the_base_url_are_followed() -> None:
    assert inside("/annotate/work?task=3", "/annotate/") == "/annotate/work?task=3"
    assert inside("/annotate", "/annotate/") == "/annotate"
    for url in ("/elsewhere", "/annotate.evil", "//annotate/", "/annotate/\n", "/annotate/../\\x"):
        assert inside(url, "/annotate/") == "/annotate/"


def test_logging_out_ends_the_session_for_good(nobody: Person) -> None:
    nobody.login("ana", password("ana"))
    stolen = nobody.session.cookies.copy()
    assert nobody.get("/logout").status_code == 200, "a link only asks"
    assert nobody.get("/work", stream=True).status_code == 200
    reply = nobody.send("POST", "/logout")
    assert (reply.status_code, reply.headers["Location"]) == (303, "/login")
    nobody.session.cookies.update(stolen)
    assert nobody.get("/work").status_code == 302, "a copy of the cookie is worth nothing"


def test_another_site_cannot_log_somebody_out(log_in) -> None:
    ana = log_in("ana")
    reply = ana.session.post(ana.url + "/logout", allow_redirects=False, timeout=10)
    assert reply.status_code == 403
    assert ana.get("/").headers["Location"] == "/work"


def test_logging_in_again_ends_the_session_before(log_in) -> None:
    ana = log_in("ana")
    before = ana.session.cookies.copy()
    ana.login("bob", password("bob"))
    thief = Person(ana.url)
    thief.session.cookies.update(before)
    assert thief.get("/logout").status_code == 302


def test_who_manages_begins_with_the_campaigns(log_in):
    assert log_in("mia").get("/").headers["Location"] == "/manager"
    assert log_in("gus").get("/").headers["Location"] == "/work"


def test_an_answer_that_was_on_its_way_does_not_bring_a_closed_session_back(in_a_thread) -> None:
    asked, answer = threading.Event(), threading.Event()

    class Slow:
        def call(self, operation: str, returns: type, /, **arguments: object) -> object:
            if operation == "sessions.check":
                asked.set()
                assert answer.wait(10)
                return Member(1, "ana", "annotator")
            return None

    async def race() -> tuple[Member | None, Member | None]:
        sessions = Sessions(Slow())
        question = asyncio.ensure_future(sessions.check("token"))
        await asyncio.to_thread(asked.wait, 10)
        await sessions.close("token")
        answer.set()
        both = await question, await sessions.check("token")
        sessions.shutdown()
        return both

    assert in_a_thread(lambda: asyncio.run(race())) == (None, None)
