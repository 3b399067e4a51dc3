"""What a curious annotator can make a kernel do: move widgets, and nothing else, in both websocket protocols."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serve_person import CUT_OFF, LOST, V1, Page, Person, Socket
from serve_rig import Server, password, wait_for

from nbannotate.serve.channel import BAD, TOO_MUCH, judged, parse
from nbannotate.serve.rate_limit import BURST, Allowance

CODE = "import pathlib; pathlib.Path({!r}).touch()"
REQUESTS = {
    "execute_request": {"code": "", "silent": False, "store_history": False, "user_expressions": {"x": ""}},
    "complete_request": {"code": "cli", "cursor_pos": 3},
    "inspect_request": {"code": "client", "cursor_pos": 6, "detail_level": 1},
    "history_request": {"hist_access_type": "tail", "n": 10, "output": True, "raw": True},
    "is_complete_request": {"code": "1"},
    "shutdown_request": {"restart": False},
    "interrupt_request": {},
    "debug_request": {"type": "request", "command": "evaluate", "seq": 1, "arguments": {"expression": "1"}},
    "create_subshell_request": {},
    "input_reply": {"value": "x"},
    "usage_request": {},
}
PROTOCOLS = pytest.mark.parametrize("protocol", [None, V1], ids=["json", "v1"])


@pytest.fixture(scope="module")
def page(server) -> Iterator[Page]:
    """One page for all tests of this file: nothing that they do may harm it."""
    person = Person(server.url)
    person.login("cem", password("cem"))
    yield person.page()
    person.send("POST", "/logout")


@pytest.fixture
def attach(page: Page) -> Iterator[Callable[[str | None], Socket]]:
    sockets = []

    def attach(protocol: str | None = None) -> Socket:
        sockets.append(page.person.attach(page.kernel, protocol))
        return sockets[-1]

    yield attach
    for socket in sockets:
        socket.close()


def widget(socket: Socket, **state: object) -> str:
    """Return the comm of the widget whose state has these values."""
    found = [c for c, s in socket.widgets().items() if all(s.get(k) == v for k, v in state.items())]
    assert len(found) == 1, (state, found)
    return found[0]


@PROTOCOLS
def test_pictures_arrive_in_both_protocols_and_the_server_serves_on(attach, page: Page, protocol) -> None:
    states = attach(protocol).widgets()
    assert [s["format"] for s in states.values() if s.get("_model_name") == "ImageModel"] == ["png"]
    assert page.person.get("/healthz").status_code == 200


@PROTOCOLS
def test_a_slider_moves_and_python_answers(attach, protocol) -> None:
    socket = attach(protocol)
    slider = widget(socket, description="size")
    value = 21 if protocol else 22
    socket.set(slider, value=value)
    told = updates(socket)
    assert {"value": str(value * 2)} in told
    assert {"value": value} not in told, "an echo of what the page knows"


@PROTOCOLS
@pytest.mark.parametrize("channel", ["shell", "control", "stdin", "iopub", "hb", "", "no such"])
def test_no_message_runs_code_or_asks_what_is_not_the_pages_business(attach, tmp_path, protocol, channel) -> None:
    socket, proof = attach(protocol), tmp_path / "ran"
    code = CODE.format(str(proof))
    asked = []
    for kind, content in REQUESTS.items():
        given = {**content, "code": code, "user_expressions": {"x": code}} if "code" in content else content
        asked.append(socket.send(kind, given, channel))
    seen = socket.until_info()
    assert not proof.exists()
    assert [m["msg_type"] for m in seen if m["parent_header"].get("msg_id") in asked] == []


@PROTOCOLS
@pytest.mark.parametrize("target", ["jupyter.widget", "jupyter.widget.version", "matplotlib", "", None])
def test_only_the_control_comm_can_be_opened(attach, protocol, target) -> None:
    socket = attach(protocol)
    before = set(socket.widgets())
    state = {"_model_module": "@jupyter-widgets/controls", "_model_name": "TextModel", "_view_name": "TextView"}
    content = {"comm_id": "f" * 32, "target_name": target, "target_module": "os", "data": {"state": state}}
    assert not [m for m in (socket.send("comm_open", content), socket.until_info())[1] if m["msg_type"] == "comm_close"]
    assert set(socket.widgets()) == before


@PROTOCOLS
def test_what_python_prints_and_how_it_fails_stays_inside(attach, protocol, server) -> None:
    socket = attach(protocol)
    socket.set(widget(socket, description="size"), value=66)
    kinds = {m["msg_type"] for m in socket.until_info()}
    assert kinds <= {"comm_msg", "status", "kernel_info_reply"}


def test_setting_every_trait_does_not_change_who_acts(attach) -> None:
    socket = attach()
    states = socket.widgets()
    for comm in states:
        socket.set(comm, login="bob", token="x", user="bob", who="bob", _dom_classes=["bob"])
    socket.until_info()
    socket.set(widget(socket, description="size"), value=77)
    socket.until_info()
    assert "cem" in {s.get("value") for s in socket.widgets().values()}


@pytest.mark.parametrize(
    "raw", ["", "{}", "[]", "null", '{"header": 3}', "{" * 5000,
            '{"header": {"msg_type": "comm_msg"}, "channel": "shell", "content": {}, "buffers": []}']
)  # fmt: skip
def test_nonsense_closes_the_websocket_and_harms_nobody(page: Page, raw: str) -> None:
    socket = page.person.attach(page.kernel)
    socket.made.send(raw or " ")
    assert socket.closes() == BAD
    assert page.greets() == "cem"


@pytest.mark.parametrize("raw", [b"", b"\0" * 3, b"\xff" * 64, (2**40).to_bytes(8, "little") * 4, b"\0\0\0\1\0\0\0\4{"])
@pytest.mark.parametrize("protocol", [None, V1], ids=["json", "v1"])
def test_binary_nonsense_is_not_a_message(raw: bytes, protocol: str | None) -> None:
    with pytest.raises(ValueError, match="not a message"):
        judged(*parse(raw, protocol))


def test_a_message_whose_kind_is_no_word_does_not_pass() -> None:
    for kind in (["execute_request"], {"a": 1}, None, 3):
        assert judged("shell", {"header": {"msg_type": kind}, "content": {}, "buffers": []}) is None


def test_only_judged_parts_reach_the_kernel() -> None:
    header = {"msg_id": "1", "session": "2", "msg_type": "comm_msg", "subshell_id": "x", "username": "ana", "more": 1}
    message = {
        "header": header,
        "parent_header": {"a": 1},
        "metadata": {"b": 2},
        "content": {"c": 3},
        "buffers": [b"d"],
    }
    passed = judged("shell", {**message, "extra": 1})
    assert passed == {
        "header": {"msg_id": "1", "session": "2", "msg_type": "comm_msg", "username": "page"},
        "parent_header": {},
        "metadata": {},
        "content": {"c": 3},
        "buffers": [b"d"],
    }


def test_a_kernel_has_two_websockets_at_most(page: Page) -> None:
    sockets = [page.person.attach(page.kernel) for _ in range(6)]
    assert [socket.closes(30) for socket in sockets[:-2]] == [TOO_MUCH] * 4
    assert all(socket.widgets() for socket in sockets[-2:])
    for socket in sockets:
        socket.close()


def test_fast_drawing_is_no_flood(log_in) -> None:
    page = log_in("bob").page()  # what the tests before sent is another member's
    socket = page.person.attach(page.kernel)
    slider = widget(socket, description="size")
    for value in range(400):
        socket.set(slider, value=value % 50)
    assert {"value": "98"} in updates(socket)
    socket.close()


def updates(socket: Socket) -> list[dict[str, object]]:
    """Return what the page is told of widgets until all that it sent is done."""
    return [m["content"]["data"]["state"] for m in socket.until_info() if m["msg_type"] == "comm_msg"]


@PROTOCOLS
def test_no_update_is_lost_however_many_come_at_once(attach, protocol) -> None:
    socket = attach(protocol)
    slider = widget(socket, description="size")
    for value in (0, 88):  # the other protocol left it at 88
        socket.set(slider, value=value)
    told = [str(state.get("value")) for state in updates(socket)]
    assert [text for text in told if text.startswith("burst")] == [f"burst {n}" for n in range(4000)]


def goes_on(page: Page) -> bool:
    try:
        return page.greets() == "cem"
    except LOST:
        time.sleep(1)  # asking at once would take each message that it may send again
        return False


@pytest.fixture(scope="module")
def narrow(owner, folder) -> Iterator[Server]:
    """A server that lets few messages pass, so that any machine is quick enough to send too many."""
    server = Server(folder, "--notebooks", str(folder / "notebooks"), "--preheat", "0", messages=10)
    yield server
    server.stop()


def test_a_flood_closes_the_websocket(narrow: Server) -> None:
    person = Person(narrow.url)
    person.login("cem", password("cem"))
    page = person.page()
    socket = person.attach(page.kernel)
    socket.flood(5_000, "comm_info_request", {})
    assert socket.closes(60) in (TOO_MUCH, CUT_OFF)
    wait_for(lambda: goes_on(page), what="the page itself goes on, as soon as its member may send again")


def test_many_websockets_send_no_more_than_one(narrow: Server) -> None:
    """Of one member: on the same kernel, on several kernels, in several sessions."""
    people = [Person(narrow.url) for _ in range(2)]
    for person in people:
        person.login("dia", password("dia"))
    pages = [person.page() for person in people]
    sockets = [page.person.attach(page.kernel) for page in pages for _ in range(2)]
    for socket in sockets:  # fewer than one may send at once; together they are nearly four times as many
        socket.flood(45, "comm_info_request", {}).join()
    assert sockets[-1].closes(60) in (TOO_MUCH, CUT_OFF)
    eva = Person(narrow.url)
    eva.login("eva", password("eva"))
    assert eva.page().greets() == "eva", "others are not concerned"


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0.5, 30)), max_size=200))
def test_no_more_messages_pass_than_the_rate_and_one_burst(steps) -> None:
    now, passed = [0.0], 0.0
    allowance = Allowance(10.0, lambda: now[0])
    for seconds, messages in steps:
        now[0] += seconds
        passed += messages if allowance.take(messages) else 0
        assert passed <= 10.0 * (now[0] + BURST) + 1e-6
