"""Strangers who open connections and say nothing, or half of something, or far too much: they keep nobody out."""

from __future__ import annotations

import resource
import socket
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from serve_person import Person
from serve_rig import WORK, Server, notebook, password, wait_for

MOST = 20
HALF = b"GET /login HTTP/1.1\r\nHost: localhost\r\n"  # no empty line: the request goes on
BODY = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def quick(folder: Path, owner) -> Iterator[Server]:
    """A server that lets an address have few connections, and waits two seconds; its page has much to say."""
    large = folder / "large"
    large.mkdir()
    notebook(large, "work.ipynb", f"{WORK}\nmuch = widgets.HTML('x' * 1_000_000)")
    options = ("--notebooks", str(large), "--preheat", "0")
    made = Server(folder, *options, connections=MOST, patience=2.0, unread=4 << 20)
    yield made
    made.stop()


@pytest.fixture
def stranger(quick: Server) -> Iterator[Callable[[bytes], socket.socket]]:
    """Open a connection and send some bytes."""
    made = []

    def connect(says: bytes) -> socket.socket:
        place = urlsplit(quick.url)
        made.append(socket.create_connection((place.hostname, place.port), timeout=30))
        made[-1].sendall(says)
        return made[-1]

    yield connect
    for connection in made:
        connection.close()


def closed(connection: socket.socket) -> bool:
    """Wait until the server closes a connection, whatever it says before."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize("says", [b"", b"G", HALF, BODY + b"Content-Length: 100\r\n\r\nlogin="], ids=repr)
def test_six_times_as_many_half_requests_as_are_allowed_keep_nobody_out(quick, stranger, says) -> None:
    half = [stranger(says) for _ in range(6 * MOST)]
    ana = Person(quick.url)
    assert ana.login("ana", password("ana")).status_code == 303
    there = [c for c in psutil.Process(quick.process.pid).net_connections("tcp") if c.status == "ESTABLISHED"]
    assert len(there) <= MOST
    assert all(closed(connection) for connection in half), "and all of them end by themselves"


def test_a_page_stays_open_longer_than_a_connection_may_be_idle(quick: Server, stranger) -> None:
    ana = Person(quick.url)
    ana.login("ana", password("ana"))
    socket_ = ana.attach(ana.page().kernel)
    assert closed(stranger(b"")), "a connection that was opened later"
    assert socket_.widgets()
    socket_.close()


def test_a_page_that_asks_again_and_again_and_reads_nothing_is_left(quick: Server) -> None:
    ana = Person(quick.url)
    ana.login("ana", password("ana"))
    socket_ = ana.attach(ana.page().kernel)
    assert len(str(socket_.widgets())) > 1_000_000, "who reads it gets all of it"
    comm = uuid.uuid4().hex
    socket_.send("comm_open", {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}})
    for _ in range(60):
        socket_.send("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
    wait_for(lambda: "closed: the websocket of ana reads nothing" in quick.log)
    assert ana.page().greets() == "ana"


@pytest.mark.parametrize(
    "head", [b"Content-Length: 16777216\r\n", b"Content-Length: 65537\r\n", b"Transfer-Encoding: chunked\r\n"], ids=repr
)
def test_a_body_of_more_than_64_kib_is_not_read(quick, stranger, head) -> None:
    connection = stranger(BODY + head + b"\r\n")
    piece = (b"2000\r\n" if b"chunked" in head else b"") + b"x" * 8192 + b"\r\n"
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        connection.sendall(piece * 4096)  # 32 MiB are more than the system keeps for somebody who does not read


def test_the_largest_form_that_somebody_may_send_is_read(quick: Server) -> None:
    ana = Person(quick.url)
    ana.get("/login")
    form = {"login": "ana", "password": "x" * 60_000, "_xsrf": ana.session.cookies["_xsrf"]}
    reply = ana.session.post(f"{quick.url}/login", data=form, allow_redirects=False, timeout=30)
    assert "The login or the password is wrong" in reply.text


def test_a_request_that_is_being_answered_is_never_closed_for_others(quick: Server, stranger) -> None:
    ana = Person(quick.url)
    ana.login("ana", password("ana"))
    reply = ana.get("/work", stream=True)  # a kernel starts for it
    for _ in range(3 * MOST):
        stranger(HALF)
    assert '"kernelId"' in reply.text


def test_a_proxy_in_front_has_as_many_connections_as_it_needs(server: Server) -> None:
    place = urlsplit(server.url)
    many = [socket.create_connection((place.hostname, place.port), timeout=30) for _ in range(300)]
    for connection in many:
        connection.sendall(HALF)
    assert Person(server.url).get("/login").status_code == 200
    there = psutil.Process(server.process.pid).net_connections("tcp")
    assert len([c for c in there if c.status == "ESTABLISHED"]) >= 300
    for connection in many:
        connection.close()


def test_the_server_may_open_as_many_files_as_the_system_lets_it(quick: Server) -> None:
    if not hasattr(psutil.Process, "rlimit"):
        pytest.skip("this system does not tell")
    soft, hard = psutil.Process(quick.process.pid).rlimit(psutil.RLIMIT_NOFILE)
    assert soft == min(hard if hard != resource.RLIM_INFINITY else 65_536, 65_536)
