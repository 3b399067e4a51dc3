"""A server that is a service of a JupyterHub which does not answer, and what it refuses to start with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from serve_person import Person
from serve_rig import Server

from nbannotate.errors import InvalidInput, NotAllowed
from nbannotate.serve.hub import GroupRole, Hub, HubUser, group_roles

SERVICE = {
    "JUPYTERHUB_API_TOKEN": "a-token-of-the-service", "JUPYTERHUB_API_URL": "http://127.0.0.1:1/hub/api",
    "JUPYTERHUB_SERVICE_NAME": "annotate", "JUPYTERHUB_SERVICE_PREFIX": "/services/annotate/",
}  # fmt: skip


@pytest.fixture(scope="module")
def service(folder: Path, owner) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SERVICE.items():
            patch.setenv(name, value)
        made = Server(folder, "--notebooks", str(folder / "notebooks"), "--preheat", "0", "--hub")
    yield made
    made.stop()


def begin(person: Person) -> str:
    """Begin a login; return the state that goes along."""
    reply = person.get("/login?next=/services/annotate/work")
    asked = parse_qs(urlsplit(reply.headers["Location"]).query)
    assert reply.headers["Location"].startswith("/hub/api/oauth2/authorize?client_id=service-annotate&")
    assert asked["code_challenge_method"] == ["S256"]
    return asked["state"][0]


def test_nobody_comes_in_while_the_hub_is_away(service: Server) -> None:
    ana = Person(service.url)
    reply = ana.get(f"/oauth_callback?code=x&state={begin(ana)}")
    assert reply.status_code == 503
    assert "The JupyterHub does not answer" in reply.text
    assert ana.get("/work").status_code == 302
    assert "a-token-of-the-service" not in service.log


def test_a_login_that_somebody_else_began_is_nobodys(service: Server) -> None:
    eve, ana = Person(service.url), Person(service.url)
    state = begin(eve)
    for given in (state, "", state[:8] + "something-else"):
        reply = ana.get(f"/oauth_callback?code=x&state={given}")
        assert reply.status_code == 403
        assert "This login took too long" in reply.text
    assert "allow it, or log in as somebody else" in eve.get(f"/oauth_callback?error=denied&state={state}").text
    assert eve.get(f"/oauth_callback?code=x&state={state}").status_code == 403, "a state holds once"


def test_an_address_that_no_cookie_holds_leads_to_the_first_page(service: Server) -> None:
    ana = Person(service.url)
    ana.get(f"/login?next=/services/annotate/work?{'x' * 6000}")
    assert all(len(c.value or "") < 3000 for c in ana.session.cookies)
    assert any("-hub-" in c.name for c in ana.session.cookies)


def test_no_password_opens_anything(service: Server) -> None:
    ana = Person(service.url)
    ana.get("/login")
    assert ana.send("POST", "/login", data={"login": "ana", "password": "ana-has-a-long-password"}).status_code in (
        403,
        405,
    )
    assert ana.get("/work").status_code == 302


def test_what_is_no_service_of_a_hub_is_told_what_is_missing() -> None:
    with pytest.raises(InvalidInput, match=r"JUPYTERHUB_API_TOKEN, JUPYTERHUB_CLIENT_ID is missing"):
        Hub.of_environment({k: v for k, v in SERVICE.items() if k[11:] not in ("API_TOKEN", "SERVICE_NAME")})
    with pytest.raises(InvalidInput, match="an address with http and a port"):
        Hub.of_environment({**SERVICE, "JUPYTERHUB_SERVICE_URL": "https://annotate"})
    environ = {**SERVICE, "JUPYTERHUB_SERVICE_URL": "http://10.0.0.1:99", "JUPYTERHUB_BASE_URL": "/jupyter/"}
    hub = Hub.of_environment(environ)
    assert hub.listen == ("10.0.0.1", 99)
    assert hub.logout_url == "/jupyter/hub/logout"
    assert "JUPYTERHUB_API_TOKEN" not in environ, "what the process starts does not get it"


@pytest.mark.parametrize(
    ("text", "said"),
    [("annotators", "takes GROUP=ROLE"), ("a=annotator,", "takes GROUP=ROLE"), ("a=painter", "role must be one of"),
     ("a=annotator,a=manager", "twice")],
)  # fmt: skip
def test_groups_that_mean_nothing_are_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        group_roles(text)


def test_the_first_group_that_somebody_is_in_counts() -> None:
    groups = group_roles("leads=manager, a=b=reviewer")
    assert groups == (GroupRole("leads", "manager"), GroupRole("a=b", "reviewer"))
    hub = Hub("http://hub", "token", "service-annotate", "/services/annotate/", groups=groups)
    assert hub.role_of(HubUser("ana", ("a=b", "leads"))) == "manager"
    assert hub.role_of(HubUser("ana", ("a=b",))) == "reviewer"
    with pytest.raises(NotAllowed, match="in none of the groups that work here: leads, a=b"):
        hub.role_of(HubUser("ana", ("others",)))
    assert Hub("http://hub", "token", "service-annotate", "/").role_of(HubUser("ana")) is None
