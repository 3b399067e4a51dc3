"""What stands in for a kernel: a thread in which widgets are made and hear of the browser, and their comms."""

from __future__ import annotations

import ast
import contextlib
import json
import logging
import re
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import comm
import ipywidgets
import pytest
from comm.base_comm import BaseComm
from ipycanvas.canvas import _CANVAS_MANAGER
from ipywidgets.widgets.widget import _instances, _remove_buffers
from jupyter_client.jsonutil import json_default
from traitlets.log import get_logger

Post = Callable[[bytes], None]
_here = threading.local()
_open: list[Kernel] = []


class Kernel:
    """A thread that runs Python one piece after another, and the widgets that were made in it.

    Parameters
    ----------
    setup
        Called in the thread, first; what it returns is shown when a browser connects, if it is a widget.
    """

    def __init__(self, setup: Callable[[], object] | None = None) -> None:
        self.comms: dict[str, _Comm] = {}
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.failures: list[str] = []
        self._posts: list[Post] = []
        self._thread = ThreadPoolExecutor(1, "kernel", lambda: setattr(_here, "kernel", self))
        _open.append(self)
        self.shown = self.call(setup) if setup else None

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function as code of the kernel; return its value."""
        return self._thread.submit(function, *arguments).result(60)

    def value(self, expression: str) -> Any:
        """Return the value of an expression of literals, as it could come from another process."""
        return ast.literal_eval(self.call(lambda: repr(eval(expression, self.names))))

    def run(self, code: str) -> Any:
        """Execute statements; return the value of the last one if it is an expression, as a cell does."""
        tree = ast.parse(code)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None

        def execute() -> Any:
            exec(compile(tree, "<cell>", "exec"), self.names)
            if isinstance(last, ast.Expr):
                return eval(compile(ast.Expression(last.value), "<cell>", "eval"), self.names)
            return None

        return self.call(execute)

    def connect(self, post: Post) -> None:
        """Tell a browser of all widgets as they are now, and of what comes."""

        def tell() -> None:
            self._posts.append(post)
            for one in (_CANVAS_MANAGER, *(_instances[i] for i in list(self.comms) if i in _instances)):
                state, paths, buffers = _remove_buffers(one.get_state())
                post(packed("comm_open", one.model_id, {"state": state, "buffer_paths": paths}, buffers))
            if isinstance(self.shown, ipywidgets.Widget):
                post(packed("show", self.shown.model_id))

        self._thread.submit(tell)

    def disconnect(self, post: Post) -> None:
        """Do not tell a browser any more."""
        if post in self._posts:
            self._posts.remove(post)

    def heard(self, message: bytes, post: Post) -> None:
        """Give to a widget what the browser says to it, in the thread."""
        head, buffers = unpacked(message)
        self._thread.submit(self._heard, head, buffers, post)

    def _heard(self, head: dict[str, Any], buffers: list[bytes], post: Post) -> None:
        one = self.comms.get(head["comm"])
        if one is not None:  # a widget that was closed meanwhile hears nothing, as in a kernel
            one.handle_msg({"content": {"data": head["data"], "comm_id": head["comm"]}, "buffers": buffers})
        post(packed("idle", head["comm"], {"ref": head["ref"]}))

    def post(self, message: bytes) -> None:
        """Send to all browsers that are connected."""
        for post in list(self._posts):
            post(message)

    def close(self) -> None:
        """Close its widgets and end the thread."""

        def end() -> None:
            if isinstance(self.shown, ipywidgets.Widget):
                self.shown.close()
            for model_id in list(self.comms):
                if model_id in _instances:
                    _instances[model_id].close()

        self._posts.clear()
        self.call(end)
        self._thread.shutdown()
        _open.remove(self)


class _Failures(logging.Handler):
    """Gives to a kernel what was raised in its widgets: ipywidgets writes it into a log and goes on."""

    def emit(self, record: logging.LogRecord) -> None:
        kernel = getattr(_here, "kernel", None)
        if kernel and record.exc_info and record.exc_info[0]:
            kernel.failures.append("".join(traceback.format_exception(*record.exc_info)))


class _Comm(BaseComm):  # type: ignore[misc]
    """The line between a widget and its models in browsers."""

    def __init__(self, kernel: Kernel, **options: Any) -> None:
        self.kernel = kernel
        super().__init__(**options)

    def open(self, data: Any = None, metadata: Any = None, buffers: Any = None) -> None:
        self.kernel.comms[self.comm_id] = self
        self._closed = False
        self.publish_msg("comm_open", data, metadata, buffers)

    def close(self, data: Any = None, metadata: Any = None, buffers: Any = None, deleting: bool = False) -> None:
        if not self._closed:
            self._closed = True
            self.publish_msg("comm_close")
            self.kernel.comms.pop(self.comm_id, None)

    def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any) -> None:
        self.kernel.post(packed(msg_type, self.comm_id, data or {}, buffers or []))


class _ManagerComm(BaseComm):  # type: ignore[misc]
    """ipycanvas has one manager a process: what it draws goes to the kernel whose canvas is named."""

    def open(self, *_: Any, **__: Any) -> None:
        self._closed = False

    def close(self, *_: Any, **__: Any) -> None:
        self._closed = True

    def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any) -> None:
        message = packed(msg_type, self.comm_id, data or {}, buffers or [])
        named = [i.decode() for b in (buffers or [])[:1] for i in re.findall(rb"IPY_MODEL_([0-9a-f]{32})", bytes(b))]
        for kernel in list(_open):
            if any(i in kernel.comms for i in named):
                kernel.post(message)


def packed(kind: str, comm_id: str, data: Any = None, buffers: list[Any] = ()) -> bytes:  # type: ignore[assignment]
    """Return a message: the length of its head, the head as JSON, the buffers."""
    parts = [bytes(memoryview(b).cast("B")) for b in buffers]
    head = {"kind": kind, "comm": comm_id, "data": data, "sizes": [len(p) for p in parts]}
    text = json.dumps(head, default=json_default, allow_nan=False).encode()
    return b"".join([len(text).to_bytes(4, "little"), text, *parts])


def unpacked(message: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return head and buffers of a message of the browser."""
    size = int.from_bytes(message[:4], "little")
    head, at, buffers = json.loads(message[4 : 4 + size]), 4 + size, []
    for length in head["sizes"]:
        buffers.append(message[at : at + length])
        at += length
    return head, buffers


@contextlib.contextmanager
def comms() -> Iterator[None]:
    """Let widgets that a kernel makes, in any thread of it, have comms to its browsers, and ipycanvas draw there."""
    others = comm.create_comm

    def create(*arguments: Any, **options: Any) -> Any:
        kernel = getattr(_here, "kernel", None)
        return _Comm(kernel, **options) if kernel else others(*arguments, **options)

    start = threading.Thread.start

    def inherit(thread: threading.Thread) -> None:
        if kernel := getattr(_here, "kernel", None):
            run = thread.run
            thread.run = lambda: (setattr(_here, "kernel", kernel), run())[1]  # type: ignore[method-assign]
        start(thread)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comm, "create_comm", create)
        patch.setattr(threading.Thread, "start", inherit)
        failures = _Failures()
        get_logger().addHandler(failures)
        before = _CANVAS_MANAGER.comm
        _CANVAS_MANAGER.comm = _ManagerComm(comm_id=_CANVAS_MANAGER.model_id)
        yield
        _CANVAS_MANAGER.comm = before
        get_logger().removeHandler(failures)
