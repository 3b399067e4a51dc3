"""Annotators of the served pages, without a browser: each opens a page's kernel, draws and submits as the page does.

What the browser's half of the page sends is sent, and what it waits for is waited for: messages to the page's widget,
numbered, and to the overlay of its canvas; images and layers arrive as they do in a browser, and are passed over.
"""

from __future__ import annotations

import random
import secrets
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

sys.path.append(str(Path(__file__).parents[1] / "tests" / "serve"))

import requests
import websocket
from serve_person import Person, Socket

#: So long a page, or a task, may take.
PATIENCE_S = 120.0
VIEW = {"k": 1.0, "x": 0.0, "y": 0.0, "w": 640.0, "h": 480.0, "dpr": 1.0, "fit": True}


class Stored(NamedTuple):
    """A shape of which the page was told that it is stored, or a task that it is submitted."""

    what: str
    login: str
    task_id: int
    shape_id: str


class Annotator:
    """One person at one page.

    Parameters
    ----------
    url
        Of the server.
    login, password
        Whose page it is.
    campaign_id
        Where to work, at the first step.
    think_s
        How long to look at an image, and at a shape.
    """

    def __init__(self, url: str, login: str, password: str, campaign_id: int, think_s: float) -> None:
        self.url, self.login, self.password = url, login, password
        self.campaign_id, self.think_s = campaign_id, think_s
        self.chance = random.Random(login)
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []
        self.stored: list[Stored] = []
        self.comings, self.kernel = 0, ""
        self.socket: Socket | None = None

    def run(self, enough: threading.Event, comes_back: bool = False) -> None:
        """Open the page, and work until it is enough or nothing is left.

        Who ``comes_back`` opens the page anew when the server is gone, as often as it takes.
        """
        while not enough.is_set():
            try:
                self._open()
                self._ask("start", campaign=self.campaign_id, step=0)
                self._until(lambda: self._task and self.told_stage, "the first task")
                while not enough.is_set() and self._task:
                    self._one(enough)
                return
            except Exception as error:  # noqa: BLE001 (it is counted, and printed)
                if not (
                    comes_back and isinstance(error, requests.ConnectionError | websocket.WebSocketException | OSError)
                ):
                    self.errors.append(f"{self.login}: {type(error).__name__}: {error}")
                    return
                self.comings += 1
                enough.wait(0.5)
            finally:
                if self.socket is not None:
                    self.socket.close()
                    self.socket = None

    def _open(self) -> None:
        began = time.perf_counter()
        person = Person(self.url)
        reply = person.login(self.login, self.password)
        if reply.status_code != 303:
            raise RuntimeError(f"the login was answered with {reply.status_code}")
        self.times["login"].append(time.perf_counter() - began)
        began = time.perf_counter()
        page = person.page()
        self.kernel = page.kernel
        self.socket = person.attach(page.kernel)
        self.socket.made.settimeout(PATIENCE_S)
        states = self.socket.widgets()
        self.page = next(key for key, state in states.items() if "keymap" in state and "jobs" in state)
        self.overlay = next(key for key, state in states.items() if "target" in state and "tools" in state)
        self.state = dict(states[self.page])
        self.sid, self.q, self.ref, self.n, self.view_id = secrets.token_hex(6), 0, 0, 0, secrets.token_hex(4)
        self.generation, self.told_stage = 0, False
        self.replies: dict[int, str | None] = {}
        self.upto = 0
        self._draw("hello", view=VIEW)
        self._until(lambda: self.state["page"].get("screen") == "tasks", "the list of tasks")
        self.times["page ready"].append(time.perf_counter() - began)

    @property
    def _task(self) -> int:
        page = self.state["page"]
        return page.get("task", 0) if page.get("screen") == "task" else 0

    def _one(self, enough: threading.Event) -> None:
        """Draw a shape or two on an image, and submit it."""
        task_id = self._task
        for _ in range(self.chance.randint(1, 2)):
            enough.wait(self.think_s * self.chance.uniform(0.5, 1.5))
            shape_id = secrets.token_hex(8)
            x, y = self.chance.uniform(5, 60), self.chance.uniform(5, 40)
            began = time.perf_counter()
            sent = self._draw("create", id=shape_id, kind="rectangle", points=[[x, y], [x + 30, y + 25]])
            self._until(lambda sent=sent: self.upto >= sent, "a shape to be stored")
            self.times["save"].append(time.perf_counter() - began)
            self.stored.append(Stored("drawn", self.login, task_id, shape_id))
        enough.wait(self.think_s * self.chance.uniform(0.2, 0.5))
        before, self.told_stage = self.generation, False
        began = time.perf_counter()
        ref = self._ask("submit", at=task_id)
        error = self.replies[ref]
        if error is not None:
            raise RuntimeError(error)
        self.stored.append(Stored("submitted", self.login, task_id, ""))
        page = self.state["page"]
        self._until(
            lambda: (
                self.state["page"].get("screen") != "task"
                or (self._task != task_id and self.told_stage and self.generation > before)
            ),
            "the next task",
        )
        if page.get("screen") == "task":
            self.times["next task"].append(time.perf_counter() - began)

    def _ask(self, do: str, **fields: Any) -> int:
        """Ask the page for an action, and wait for its reply."""
        self.ref += 1
        ref = self.ref
        self._post({"do": do, "ref": ref, **fields})
        self._until(lambda: ref in self.replies, f"the answer to {do}")
        return ref

    def _draw(self, what: str, /, **fields: Any) -> int:
        """Send a message of the overlay; return its number."""
        self.n += 1
        message = {"type": what, "g": self.generation, "view_id": self.view_id, "n": self.n, **fields}
        its = {"at": self._task, "keep": True} if what == "create" else {}
        return self._post({"do": "draw", "message": message, **its})

    def _post(self, content: dict[str, Any]) -> int:
        self.q += 1
        content = {**content, "q": self.q, "sid": self.sid}
        data = {"method": "custom", "content": content}
        self.socket.send("comm_msg", {"comm_id": self.page, "data": data})
        return self.q

    def _until(self, condition: Any, what: str) -> None:
        """Hear what comes until something is so."""
        until = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > until:
                raise TimeoutError(f"{what} did not come in {PATIENCE_S:.0f} s")
            self._hear(self.socket.receive())

    def _hear(self, message: dict[str, Any]) -> None:
        content = message.get("content", {})
        if message["msg_type"] != "comm_msg":
            return
        data = content.get("data", {})
        if content.get("comm_id") == self.page and data.get("method") in ("update", "echo_update"):
            self.state.update(data.get("state", {}))
        elif data.get("method") == "custom":
            told = data.get("content") or {}
            if content["comm_id"] == self.overlay and told.get("type") == "stage":
                self.generation, self.told_stage = told["g"], told.get("image") is not None
            elif content["comm_id"] == self.page:
                self._told(told)

    def _told(self, told: dict[str, Any]) -> None:
        if told.get("type") == "reply":
            self.replies[told["ref"]] = told.get("error")
        elif told.get("type") == "stored" and told["sid"] == self.sid:
            self.upto = max(self.upto, told["upto"])
