"""The server of the harness: its page, the scripts of the wheels, and a WebSocket to each kernel."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

import nbannotate
from tests.harness.kernel import Kernel, comms

HERE = Path(__file__).parent
SITE = Path(nbannotate.__file__).parent / "serve" / "assets"
WHEELS = Path(sys.prefix) / "share" / "jupyter" / "nbextensions"


class Harness:
    """Serves pages; a page's address names what makes its kernel (``make``) when a browser connects."""

    def __init__(self) -> None:
        self._making: dict[str, Callable[[], Kernel]] = {}
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="harness", daemon=True)
        self._thread.start()
        self._comms = contextlib.ExitStack()
        self._comms.enter_context(comms())
        self.url = asyncio.run_coroutine_threadsafe(self._serve(), self.loop).result(20)

    async def _serve(self) -> str:
        files = [{"path": str(folder)} for folder in (HERE, WHEELS, SITE)]
        app = Application([
            (r"/own/(.*)", StaticFileHandler, files[0]),
            (r"/wheels/(.*)", StaticFileHandler, files[1]),
            (r"/site/(.*)", StaticFileHandler, files[2]),
            (r"/socket/(.*)", _Socket, {"harness": self}),
            (r"/page/(.*)", _Page),
        ])  # fmt: skip
        socket, port = bind_unused_port()
        self._server = HTTPServer(app)
        self._server.add_sockets([socket])
        return f"http://127.0.0.1:{port}"

    def page(self, name: str, make: Callable[[], Kernel]) -> str:
        """Return the address of a page.

        Parameters
        ----------
        name
            In the address.
        make
            Called each time that a browser connects, in a thread of its own: a reload may have a new kernel.
        """
        self._making[name] = make
        return f"{self.url}/page/{name}"

    def close(self) -> None:
        """End the server."""
        self._comms.close()
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(20)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(20)
        self.loop.close()

    async def _end(self) -> None:
        self._server.stop()
        await self._server.close_all_connections()


class _Page(RequestHandler):
    def get(self, _: str) -> None:
        self.write((HERE / "page.html").read_text())


class _Socket(WebSocketHandler):
    """One browser at one kernel."""

    def initialize(self, harness: Harness) -> None:
        self.harness = harness
        self.kernel: Kernel | None = None

    async def open(self, name: str) -> None:  # type: ignore[override]
        make = self.harness._making[name]
        self.kernel = await asyncio.to_thread(make)
        self.kernel.connect(self.post)

    def post(self, message: bytes) -> None:
        self.harness.loop.call_soon_threadsafe(self._write, message)

    def _write(self, message: bytes) -> None:
        with contextlib.suppress(WebSocketClosedError):  # the browser has gone
            future: Any = self.write_message(message, binary=True)
            future.add_done_callback(lambda done: done.exception())

    def on_message(self, message: str | bytes) -> None:
        assert isinstance(message, bytes)
        assert self.kernel is not None
        self.kernel.heard(message, self.post)

    def on_close(self) -> None:
        if self.kernel is not None:
            self.kernel.disconnect(self.post)
