"""The process of a kernel, ``python -m nbannotate.serve.ipykernel_launcher -f FILE``: ipykernel's, for pages.

It has no TCP port: IPython listens on one for what forked processes print. Pages show nothing that is printed, and a
kernel listens to nothing but the sockets in the server's own folder.

It takes no more memory than ``NBANNOTATE_KERNEL_MEMORY`` says (in bytes); one that gets no more ends, with an exit code
that says so. Other processes of the same user look neither into it nor into its environment.

It drops no update of a widget, as it would at ZeroMQ's mark of 1,000 messages that wait. What may wait is bounded by
what a page may send, and by what its connection may leave unread before it is closed.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import resource
import sys
from pathlib import Path
from typing import Any

PR_SET_DUMPABLE = 4
if __name__ == "__main__" and "NBANNOTATE_TOKEN_FILE" in os.environ:  # before anything else is done
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)

from ipykernel import kernelapp  # noqa: E402
from ipykernel.iostream import IOPubThread  # noqa: E402

from nbannotate.serve.memory import EXHAUSTED  # noqa: E402


class NoPort(IOPubThread):  # type: ignore[misc]
    """Publishes what the kernel's own process says; what a forked one prints is dropped."""

    def __init__(self, socket: Any, pipe: bool = False, **more: Any) -> None:
        super().__init__(socket, pipe=False, **more)

    def _really_send(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        if self._is_master_process():
            super()._really_send(msg, *args, **kwargs)


class EndWhenExhausted(logging.Filter):
    """Ends the process when it is about to say that it got no more memory: what it does then is anybody's guess."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Look at what went wrong."""
        if record.exc_info and isinstance(record.exc_info[1], MemoryError):
            os._exit(EXHAUSTED)
        return True


def bound_memory(app: Any) -> None:
    """Let the system refuse more memory than the server says, and end a kernel that was refused it."""
    limit = int(os.environ.get("NBANNOTATE_KERNEL_MEMORY", "0"))
    if not limit:
        return
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    app.log.addFilter(EndWhenExhausted())
    shell, shown = app.shell, app.shell.showtraceback

    def showtraceback(*args: Any, **more: Any) -> Any:
        if isinstance(sys.exc_info()[1], MemoryError):
            os._exit(EXHAUSTED)
        return shown(*args, **more)

    shell.showtraceback = showtraceback


class PageKernelApp(kernelapp.IPKernelApp):  # type: ignore[misc]
    """Lets the queues of its sockets grow."""

    def _bind_socket(self, s: Any, port: int) -> int:
        s.set_hwm(0)  # counts for what connects after the socket was bound
        return int(super()._bind_socket(s, port))

    def initialize(self, argv: Any = None) -> None:
        """Make the kernel, within its bounds."""
        super().initialize(argv)
        if self.shell is not None:
            bound_memory(self)


if __name__ == "__main__":
    if sys.path[0] == "" or Path(sys.path[0]) == Path.cwd():
        del sys.path[0]  # as ipykernel_launcher does: no file of the folder is imported in place of a package
    kernelapp.IOPubThread = NoPort
    PageKernelApp.launch_instance()
