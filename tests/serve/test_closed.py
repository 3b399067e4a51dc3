"""What is not served: other people's kernels, files, notebooks, lists, other sites."""

from __future__ import annotations

import re
import socket
from urllib.parse import urljoin, urlsplit

import pytest
import websocket
from serve_person import V1, Person
from serve_rig import Server, password

SOME_ID = "5f0c3a52-9d0e-4c55-8a43-6f4f0d1f6a11"
CLOSED = [
    "/voila/files/image.png", "/voila/files/work.ipynb", "/files/image.png", "/image.png", "/work.ipynb",
    "/private", "/private.ipynb", "/voila/render/private.ipynb", "/voila/render/work.ipynb", "/voila/tree",
    "/tree", "/lab", "/voila/api/contents", "/api/contents", "/api/contents/work.ipynb", "/api/kernels",
    "/api/sessions", "/api/terminals", "/api/kernelspecs", "/api/me", "/api/status", "/api", "/api/config/x",
    "/api/events/subscribe", "/metrics", "/nbconvert/html/work.ipynb", "/terminals/1", "/terminals/websocket/1",
    "/view/work.ipynb", "/notebooks/work.ipynb", "/voila/static/voila.js",
    "/voila/templates/lab/static/voila.js", "/voila/labextensions/anywidget/package.json",
    "/voila/api/themes/x", "/static/favicons/favicon.ico", "/own/", "/own/../site.py", "/own/plain.css",
    "/custom/custom.css", f"/voila/query/{SOME_ID}", f"/voila/execution/{SOME_ID}",
    f"/api/kernels/{SOME_ID}/restart", f"/api/kernels/{SOME_ID}/interrupt", "/security/csp-report",
    "/work/", "/work/x", "//work", "/manager.ipynb",
]  # fmt: skip


@pytest.fixture(scope="module")
def ana(server: Server):
    person = Person(server.url)
    person.login("ana", password("ana"))
    yield person
    person.send("POST", "/logout")


@pytest.mark.parametrize("path", CLOSED)
def test_nothing_else_is_served(ana: Person, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        reply = ana.send(method, path)
        assert reply.status_code in (403, 404, 405), (method, reply.status_code)
        assert "not for you" not in reply.text
        assert "Traceback" not in reply.text


@pytest.mark.parametrize("path", CLOSED)
def test_without_a_login_nothing_is_served_at_all(nobody: Person, path: str) -> None:
    reply = nobody.get(path)
    assert reply.status_code in (302, 403, 404)
    assert reply.headers.get("Location", "/login").startswith("/login")


def test_the_packaged_files_are_for_members_and_stay_in_their_folders(ana: Person, nobody: Person) -> None:
    html = ana.page().html
    static = html.split('src="/static/')[1].split("/")[0]
    script = f"/static/{static}/voila.js"
    assert ana.get(script).status_code == 200
    assert "immutable" in ana.get(script).headers["Cache-Control"]
    assert nobody.get(script).status_code == 302
    tricks = ["../conf.json", "..%2f..%2f..%2fetc/passwd", "%2e%2e/%2e%2e/x", "/etc/passwd", "%2fetc%2fpasswd", "", "."]
    tricks += ["..\\..\\x", "voila.js/../../index.html.j2", "%00", "voila.js%00.png"]
    for trick in tricks:
        for base in (f"/static/{static}/", f"/extensions/{static}/", f"/extensions/{static}/anywidget/static/"):
            reply = raw_get(ana, base + trick)
            assert reply.status_code in (400, 403, 404), (base + trick, reply.status_code)
            assert "root:" not in reply.text
    assert ana.get(f"/extensions/{static}/anywidget/package.json").status_code == 404
    assert ana.get(f"/extensions/{static}/@jupyterlab/x/static/y.js").status_code == 404


def raw_get(person: Person, path: str):
    """Fetch a path exactly as it is written; requests would tidy it up."""
    import requests

    prepared = person.session.prepare_request(requests.Request("GET", person.url + "/"))
    prepared.url = person.url + path
    return person.session.send(prepared, allow_redirects=False, timeout=10)


def raw_request(person: Person, line: str) -> str:
    """Send a request line exactly as it is written, and return the whole answer."""
    place = urlsplit(person.url)
    cookie = "; ".join(f"{c.name}={c.value}" for c in person.session.cookies)
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        head = f"{line} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "get", "X" * 300])
@pytest.mark.parametrize("path", ["/", "/work", "/login", "/no-such", f"/api/kernels/{SOME_ID}/channels"])
def test_a_method_that_nobody_uses_is_refused_in_one_line(server: Server, ana: Person, method: str, path: str) -> None:
    before = len(server.log)  # other tests end kernels while they open pages
    for person in (ana, Person(server.url)):
        answer = raw_request(person, f"{method} {path}")
        assert re.match(r"HTTP/1.1 4\d\d ", answer), answer[:100]
        assert not re.search(r"Traceback|site-packages|\.py\b", answer)
    assert "Traceback" not in server.log[before:]


@pytest.mark.parametrize(
    "path",
    ["//evil.example/x", "///evil.example", "/\\evil.example", "http://evil.example/x", "//evil.example/?next=/x"],
)
def test_no_link_of_a_page_that_is_not_there_leads_to_another_site(ana: Person, nobody: Person, path: str) -> None:
    for person in (ana, nobody):
        answer = raw_request(person, f"GET {path}")
        links = re.findall(r'(?:href|action|src)="([^"]*)"|^Location: (\S*)', answer, flags=re.MULTILINE)
        for link in map("".join, links):
            assert urlsplit(urljoin(person.url + "/", link)).netloc == urlsplit(person.url).netloc, link


def test_nobody_touches_the_kernel_of_somebody_else(ana: Person, log_in) -> None:
    page, bob = ana.page(), log_in("bob")
    assert bob.get(f"/api/kernels/{page.kernel}").status_code == 403
    assert bob.send("POST", f"/voila/api/shutdown/{page.kernel}").status_code == 403
    for method in ("DELETE", "POST", "PUT", "PATCH"):
        assert bob.send(method, f"/api/kernels/{page.kernel}").status_code in (403, 405)
        assert ana.send(method, f"/api/kernels/{page.kernel}").status_code in (403, 405)
    for protocol in (None, V1):
        with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
            bob.attach(page.kernel, protocol)
    with pytest.raises(websocket.WebSocketBadStatusException):
        Person(ana.url).attach(page.kernel)
    with pytest.raises(websocket.WebSocketBadStatusException):
        ana.attach(page.kernel, cookies=False)
    again = log_in("ana")
    assert again.get(f"/api/kernels/{page.kernel}").status_code == 403, "another session of the same member"
    assert page.greets() == "ana"


def test_a_spare_kernel_cannot_be_guessed_or_attached_to(server: Server, ana: Person) -> None:
    page = ana.page()
    ids = {
        part[7:43] for k in server.kernels() for a in k.cmdline() for part in a.split("/") if part.startswith("kernel-")
    }
    assert page.kernel in ids
    for kernel in ids - {page.kernel}:
        reply = ana.get(f"/api/kernels/{kernel}")
        if reply.status_code == 403:
            with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
                ana.attach(kernel)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1:1", "null", "http://annotate.example.com"]
)
def test_a_page_of_another_site_cannot_open_the_websocket(ana: Person, origin: str) -> None:
    page = ana.page()
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        ana.attach(page.kernel, origin=origin)
    ana.attach(page.kernel, origin=ana.url).close()


def test_a_shutdown_needs_the_token_against_cross_site_requests(ana: Person) -> None:
    page = ana.page()
    url = f"{ana.url}/voila/api/shutdown/{page.kernel}"
    assert ana.session.post(url, timeout=10).status_code == 403
    assert page.greets() == "ana"


@pytest.mark.parametrize("where", ["header", "query"])
def test_no_token_but_the_cookie_identifies_anybody(ana: Person, where: str) -> None:
    cookie = next(c.value for c in ana.session.cookies if c.name.startswith("nbannotate"))
    stranger = Person(ana.url)
    options = {"headers": {"Authorization": f"token {cookie}"}} if where == "header" else {"params": {"token": cookie}}
    assert stranger.get("/work", **options).status_code == 302
