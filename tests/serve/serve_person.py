"""What a curious person can do without a browser: log in, fetch anything, attach to a kernel, send any message."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import threading
import time
import uuid
from typing import Any

import requests
import websocket

VERSION = {"version": "1.0.0"}  # of the widgets' protocol
V1 = "v1.kernel.websocket.jupyter.org"
CUT_OFF = 1006  # what a browser says where a connection ended without a close code
LOST = (websocket.WebSocketConnectionClosedException, ConnectionError)


class Person:
    """One person with a cookie jar."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, requests.Session()

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(self.url + path, allow_redirects=False, timeout=30, **options)

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request that carries the token against cross-site requests, as a page's own requests do."""
        if "headers" not in options:
            options["headers"] = {"X-XSRFToken": self.session.cookies.get("_xsrf", "")}
        options = {"allow_redirects": False, "timeout": 30, **options}
        return self.session.request(method, self.url + path, **options)

    def login(self, login: str, password: str, then: str = "/", **options: Any) -> requests.Response:
        self.get("/login", **options)
        form = {"login": login, "password": password, "_xsrf": self.session.cookies.get("_xsrf", "")}
        return self.session.post(
            self.url + "/login", params={"next": then}, data=form, allow_redirects=False, timeout=30, **options
        )

    def page(self, path: str = "/work") -> Page:
        reply = self.get(path)
        assert reply.status_code == 200, (reply.status_code, reply.text)
        return Page(self, reply.text)

    def attach(self, kernel: str, protocol: str | None = None, origin: str = "", cookies: bool = True) -> Socket:
        """Open a websocket to a kernel; raises WebSocketBadStatusException if it is refused."""
        url = f"{self.url.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
        jar = "; ".join(f"{c.name}={c.value}" for c in self.session.cookies) if cookies else None
        origin_ = {"origin": origin} if origin else {"suppress_origin": True}
        made = websocket.create_connection(
            url, cookie=jar, timeout=60, subprotocols=[protocol] if protocol else None, **origin_
        )
        socket = Socket(made, protocol)
        socket.until_reply(socket.send("kernel_info_request", {}))  # what the kernel says before that is lost
        return socket


class Page:
    """A page that was sent."""

    def __init__(self, person: Person, html: str) -> None:
        self.person, self.html = person, html
        found = re.search(r'"kernelId": "([0-9a-f-]{36})"', html)
        self.kernel = found[1] if found else ""

    def widgets(self) -> dict[str, dict[str, Any]]:
        """Return the state of every widget of the page, as a page that opens asks for it."""
        socket = self.person.attach(self.kernel)
        try:
            return socket.widgets()
        finally:
            socket.close()

    def greets(self) -> str:
        """Return whom the page greets: who its kernel acts as."""
        return next(name for w in self.widgets().values() for name in re.findall(r"Hello (\w+)", str(w.get("value"))))


class Socket:
    """A websocket to a kernel, in either protocol."""

    def __init__(self, made: websocket.WebSocket, protocol: str | None) -> None:
        self.made, self.protocol = made, protocol

    def send(self, kind: str, content: dict[str, Any], channel: str = "shell", buffers: tuple[bytes, ...] = ()) -> str:
        header = {"msg_id": uuid.uuid4().hex, "username": "me", "session": uuid.uuid4().hex, "msg_type": kind}
        header |= {"version": "5.3", "date": "2026-01-01T00:00:00Z"}
        if self.protocol == V1:
            parts = [channel.encode(), *(json.dumps(p).encode() for p in (header, {}, VERSION, content)), *buffers]
            offsets = [8 * (len(parts) + 2)]
            for part in parts:
                offsets.append(offsets[-1] + len(part))
            numbers = [len(offsets), *offsets]
            self.made.send_binary(b"".join(n.to_bytes(8, "little") for n in numbers) + b"".join(parts))
        else:
            message = {
                "header": header,
                "parent_header": {},
                "metadata": VERSION,
                "content": content,
                "channel": channel,
            }
            self.made.send(json.dumps({**message, "buffers": []}))
        return header["msg_id"]

    def receive(self) -> dict[str, Any]:
        raw: str | bytes
        kind, raw = self.made.recv_data()
        if kind == websocket.ABNF.OPCODE_CLOSE:
            why = f"{int.from_bytes(raw[:2], 'big')} {raw[2:].decode()}" if raw else "without a code"
            raise websocket.WebSocketConnectionClosedException(f"the server closed it: {why}")
        raw = raw.decode() if kind == websocket.ABNF.OPCODE_TEXT else raw
        if self.protocol == V1:
            assert isinstance(raw, bytes)
            count = int.from_bytes(raw[:8], "little")
            at = [int.from_bytes(raw[8 * i + 8 : 8 * i + 16], "little") for i in range(count)]
            parts = [raw[a:b] for a, b in itertools.pairwise(at)]
            header, parent, _, content = (json.loads(p) for p in parts[1:5])
            return {"msg_type": header["msg_type"], "parent_header": parent, "content": content}
        if isinstance(raw, bytes):
            start = int.from_bytes(raw[4:8], "big")
            end = int.from_bytes(raw[8:12], "big") if int.from_bytes(raw[:4], "big") > 1 else len(raw)
            raw = raw[start:end].decode()
        message: dict[str, Any] = json.loads(raw)
        return {**message, "msg_type": message["header"]["msg_type"]}

    def until_reply(self, asked: str) -> dict[str, Any]:
        """Return the answer to a request."""
        while True:
            message = self.receive()
            if message["msg_type"].endswith("_reply") and message["parent_header"].get("msg_id") == asked:
                return message

    def until_info(self) -> list[dict[str, Any]]:
        """Ask for the kernel's info and return all that came until it was done: what was sent before is done too."""
        asked, seen = self.send("kernel_info_request", {}), []
        while True:
            message = self.receive()
            done = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
            if done and message["parent_header"].get("msg_id") == asked:
                return seen
            seen.append(message)

    def widgets(self) -> dict[str, dict[str, Any]]:
        comm = uuid.uuid4().hex
        self.send("comm_open", {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}})
        self.send("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
        for message in self.until_info():
            data = message["content"].get("data", {})
            if message["msg_type"] == "comm_msg" and data.get("method") == "update_states":
                return {key: state["state"] for key, state in data["states"].items()}
        raise AssertionError("no states came")

    def set(self, comm: str, **state: Any) -> None:
        data = {"method": "update", "state": state, "buffer_paths": []}
        self.send("comm_msg", {"comm_id": comm, "data": data})

    def flood(self, times: int, kind: str, content: dict[str, Any]) -> threading.Thread:
        """Send a message many times, beside whoever reads; stop when the connection ends."""

        def send() -> None:
            with contextlib.suppress(*LOST):
                for _ in range(times):
                    self.send(kind, content)

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        return sender

    def closes(self, seconds: float = 60.0) -> int:
        """Wait until the server closes the websocket; return the close code.

        That is 1006 where the connection ends without one, as in a browser: the server waits some seconds for the
        answer to its close, and on a busy machine that may come too late.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                code, data = self.made.recv_data(control_frame=True)
            except LOST:
                return CUT_OFF
            if code == websocket.ABNF.OPCODE_CLOSE:
                return int.from_bytes(data[:2], "big") if data else 1005
        raise AssertionError("the websocket stays open")

    def close(self) -> None:
        self.made.close()
