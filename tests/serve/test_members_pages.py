"""The page of an invitation and the page that changes the own password: what people see, what others cannot do."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from serve_person import Person
from serve_rig import Server, password, wait_for

from nbannotate.model import NewMember
from nbannotate.serve.passwords import parts
from nbannotate.workspace import Workspace
from nbannotate.workspace.members import Invited

NEW = "a-password-of-my-own"
COUNT = itertools.count()
PLACE = {"X-Forwarded-For": "203.0.113.50"}


@pytest.fixture
def invite(owner) -> Callable[[str], Invited]:
    return Workspace(owner).members.invite


@pytest.fixture
def may(owner, server: Server) -> Iterator[Person]:
    """A new member whose password a test may change, logged in."""
    login = f"may{next(COUNT)}"
    owner.call("members.add", NewMember, login=login, role="annotator", password=password("may"))
    person = Person(server.url)
    assert person.login(login, password("may")).status_code == 303
    person.name = login
    yield person
    person.send("POST", "/logout")


def send(person: Person, page: str, **fields: str):
    person.get(page, headers=PLACE)
    form = {**fields, "_xsrf": person.session.cookies.get("_xsrf", "")}
    return person.session.post(person.url + page, data=form, headers=PLACE, allow_redirects=False, timeout=30)


def accept(person: Person, code: str, new: str = NEW, again: str = NEW):
    return send(person, "/invite", code=code, new=new, again=again)


def test_an_invitation_is_accepted_once_and_logs_in(server: Server, nobody: Person, invite) -> None:
    made = invite("ida")
    assert nobody.get("/invite").status_code == 200
    reply = accept(nobody, made.path)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/")
    assert nobody.page().greets() == "ida"
    used = accept(Person(server.url), made.path)
    assert used.status_code == 401
    assert "it was used" in used.text
    assert Person(server.url).login("ida", NEW).status_code == 303
    token = made.path.rpartition("/")[2]
    assert token not in server.log
    assert NEW not in server.log


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [("short", "short", "8 to 256 characters"), (NEW, NEW + "!", "not the same"), ("", "", "8 to 256 characters"),
     ("Password123!", "Password123!", "tried first"), (" " * 12, " " * 12, "blank"),
     ("ivo-2026", "ivo-2026", "neither")],
    ids=["short", "different", "empty", "common", "blanks", "the login"],
)  # fmt: skip
def test_a_mistake_keeps_the_invitation_and_says_what_is_wrong(nobody: Person, invite, new, again, sentence) -> None:
    made = invite("ivo")  # again: it replaces the one before
    reply = accept(nobody, made.path, new, again)
    assert reply.status_code == 400
    assert 'role="alert"' in reply.text
    assert sentence in reply.text
    assert 'value="ivo"' in reply.text
    assert made.path.rpartition("#")[2] in reply.text
    assert NEW not in reply.text


def test_what_is_no_invitation_is_refused_and_escaped(nobody: Person) -> None:
    reply = accept(nobody, '"><b>hey')
    assert reply.status_code == 401
    assert "not valid" in reply.text
    assert "<b>hey" not in reply.text


def test_guessing_invitations_has_to_wait(server: Server, nobody: Person) -> None:
    headers = {"X-Forwarded-For": "203.0.113.51"}
    nobody.get("/invite")
    form = {"new": NEW, "again": NEW, "_xsrf": nobody.session.cookies["_xsrf"]}
    replies = [
        nobody.session.post(f"{nobody.url}/invite", data={**form, "code": f"x/{n}"}, headers=headers, timeout=30)
        for n in range(22)
    ]
    assert replies[-1].status_code == 429
    assert int(replies[-1].headers["Retry-After"]) >= 1


def test_accepting_ends_the_session_of_who_was_logged_in_before(log_in, invite) -> None:
    ana = log_in("ana")
    before = ana.session.cookies.copy()
    assert accept(ana, invite("ina").path).status_code == 303
    assert ana.page().greets() == "ina"
    thief = Person(ana.url)
    thief.session.cookies.update(before)
    assert thief.get("/work").status_code == 302


@pytest.mark.parametrize("page", ["/invite", "/password"])
def test_another_site_can_send_neither_form(log_in, page: str) -> None:
    ana = log_in("ana")
    fields = {"code": "x/y", "current": password("ana"), "new": NEW, "again": NEW}
    reply = ana.session.post(ana.url + page, data=fields, allow_redirects=False, timeout=10)
    assert reply.status_code == 403
    assert "open for too long" in reply.text
    stranger = Person(ana.url).session.post(ana.url + page, data=fields, allow_redirects=False, timeout=10)
    assert stranger.status_code == 403
    assert "Traceback" not in stranger.text


@pytest.mark.parametrize("page", ["/invite", "/password"])
def test_the_pages_bring_no_foreign_code_and_stay_in_no_cache(log_in, page: str) -> None:
    reply = log_in("ana").get(page)
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2]
    assert ("script-src" in policy) == (page == "/invite")
    assert reply.headers["Cache-Control"] == "no-store"
    assert "prefers-color-scheme: dark" in reply.text


def test_the_own_password_is_changed_and_the_other_sessions_end(server: Server, may: Person) -> None:
    elsewhere = Person(server.url)
    elsewhere.login(may.name, password("may"))
    assert may.name in may.get("/password").text
    wrong = send(may, "/password", current="wrong", new=NEW, again=NEW)
    assert (wrong.status_code, "The current password is wrong." in wrong.text) == (401, True)
    assert send(may, "/password", current=password("may"), new=NEW, again="x").status_code == 400
    page = may.page()
    reply = send(may, "/password", current=password("may"), new=NEW, again=NEW)
    assert reply.status_code == 200
    assert "Your password is changed" in reply.text
    assert page.greets() == may.name, "an open page of this session goes on"
    wait_for(lambda: elsewhere.get("/password").status_code == 302, what="the other session ends")
    assert Person(server.url).login(may.name, NEW).status_code == 303
    assert NEW not in server.log


def test_trying_passwords_in_an_open_page_has_to_wait(may: Person) -> None:
    replies = [send(may, "/password", current=f"guess {n}", new=NEW, again=NEW) for n in range(7)]
    assert replies[-1].status_code == 429
    assert "Too many attempts" in replies[-1].text


def test_who_is_not_logged_in_is_sent_to_the_login_page(nobody: Person) -> None:
    reply = nobody.get("/password")
    assert (reply.status_code, reply.headers["Location"]) == (302, "/login?next=%2Fpassword")


def test_a_link_is_taken_apart_however_it_was_pasted() -> None:
    for text in ("ana/abc", "#ana/abc", "/invite#ana/abc", " https://x.example/annotate/invite#ana/abc\n"):
        assert parts(text) == ("ana", "abc")
    assert parts("abc") == ("", "abc")
    assert parts("<b>/abc") == ("", "abc")
    assert parts("") == ("", "")


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_person_opens_the_link_and_chooses_a_password_with_the_keyboard(server, chromium, invite, theme) -> None:
    login = f"iris.{theme}@example.com"
    made = invite(login)
    context = chromium.new_context(color_scheme=theme, viewport={"width": 360, "height": 700})
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(made.link(server.url + "/"))
    page.wait_for_selector("#of-login:not([hidden])")
    assert page.input_value("#login") == login
    assert page.is_hidden("#code")
    assert page.evaluate("document.activeElement.id") == "new"
    assert page.evaluate("document.documentElement.scrollWidth") == 360, "fits a small window"
    page.keyboard.type(NEW)
    page.keyboard.press("Tab")
    page.keyboard.type(NEW + "?")
    page.keyboard.press("Enter")
    assert "not the same" in page.inner_text("[role=alert]")
    assert page.evaluate("document.activeElement.id") == "new"
    page.keyboard.type(NEW)
    page.keyboard.press("Tab")
    page.keyboard.type(NEW)
    page.keyboard.press("Enter")
    page.wait_for_selector("#who")
    assert page.inner_text("#who") == f"Hello {login}"
    token = made.path.rpartition("/")[2]
    assert not [url for url in asked if token in url.partition("#")[0]], "the token is in no address that is sent"
    assert not errors
    context.close()


@pytest.mark.browser
def test_without_javascript_the_link_is_pasted(server, chromium, invite) -> None:
    made = invite("ilse")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(made.link(server.url))
    page.fill("#code", made.link(server.url))
    page.fill("#new", NEW)
    page.fill("#again", NEW)
    page.click("button")
    assert page.url == server.url + "/work"
    context.close()
