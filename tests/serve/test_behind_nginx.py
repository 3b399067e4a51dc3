"""A real nginx with TLS and a path in front of the server, as docs/serving.md has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import websocket
from serve_nginx import Nginx, documented, why_not
from serve_person import Person
from serve_rig import Server, password, wait_for

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
ELSEWHERE = "127.0.0.2"  # a visitor who is not the proxy


@pytest.fixture(scope="module")
def site(folder: Path, owner) -> Iterator[tuple[Server, Nginx]]:
    options = ("--host", "localhost", "--base-url", "/annotate/", "--trust-proxy", "127.0.0.1")
    server = Server(folder, "--notebooks", str(folder / "notebooks"), *options)
    port = int(server.url.split(":")[2].split("/")[0])
    nginx = Nginx(folder / "nginx", documented("serving.md"), (8866, port))
    yield server, nginx
    nginx.stop()
    server.stop()


@pytest.fixture
def ana(site: tuple[Server, Nginx], monkeypatch: pytest.MonkeyPatch) -> Person:
    nginx = site[1]
    person = Person(f"{nginx.origin}/annotate")
    person.session = nginx.session(ELSEWHERE)
    monkeypatch.setenv("WEBSOCKET_CLIENT_CA_BUNDLE", str(nginx.certificate))
    return person


def test_a_member_works_behind_tls_and_a_path(site: tuple[Server, Nginx], ana: Person) -> None:
    server, nginx = site
    reply = ana.get("/")
    assert reply.headers["Location"] == "/annotate/login?next=%2Fannotate%2F", "no host and no port of ours"
    form = ana.get("/login?language=fr")
    assert len(form.raw.headers.getlist("Set-Cookie")) == 2, "the token of the form, and the language"
    said = ana.login("ana", password("ana"), then="/annotate/work", headers={"X-Forwarded-For": "198.51.100.1"})
    assert (said.status_code, said.headers["Location"]) == (303, "/annotate/work")
    for cookie in [c for reply in (form, said) for c in reply.raw.headers.getlist("Set-Cookie")]:
        assert "Secure" in cookie
        assert "Path=/annotate/" in cookie
    wait_for(lambda: f"login: ana from {ELSEWHERE}" in server.log, what="the visitor's address, not one that it chose")
    page = ana.page()
    assert "http://" not in page.html.replace("http://www.w3.org", ""), "a link past the proxy"
    socket = ana.attach(page.kernel, origin=nginx.origin)
    assert any("Hello ana" in str(w.get("value")) for w in socket.widgets().values())
    socket.close()
    for origin in ("https://evil.example.com", "https://localhost", f"http://127.0.0.1:{nginx.port}"):
        with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
            ana.attach(page.kernel, origin=origin)
    assert ana.session.post(f"{ana.url}/logout", allow_redirects=False, timeout=30).status_code == 403, "no token"
    assert ana.send("POST", "/logout").headers["Location"] == "/annotate/login"
    assert ana.get("/work").status_code == 302


def test_the_server_believes_nobody_who_goes_round_the_proxy(site: tuple[Server, Nginx]) -> None:
    server, nginx = site
    stranger = Person(server.url.replace("127.0.0.1", "localhost"))
    stranger.session = nginx.session(ELSEWHERE)
    stranger.session.mount("http://", stranger.session.get_adapter("https://"))
    headers = {"X-Forwarded-For": "198.51.100.2", "X-Forwarded-Proto": "https"}
    said = stranger.login("bob", password("bob"), headers=headers)
    assert "Secure" not in said.headers["Set-Cookie"]
    wait_for(lambda: f"login: bob from {ELSEWHERE}" in server.log)
    assert "198.51.100" not in server.log
