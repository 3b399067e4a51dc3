"""The process of a kernel, ``python -m nbannotate.serve.ipykernel_launcher -f FILE``: ipykernel's, for pages.

It has no TCP port: IPython listens on one for what forked processes print. Pages show nothing that is printed, and a
kernel listens to nothing but the sockets in the server's own folder.

It drops no update of a widget, as it would at ZeroMQ's mark of 1,000 messages that wait. What may wait is bounded by
what a page may send, and by what its connection may leave unread before it is closed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ipykernel import kernelapp
from ipykernel.iostream import IOPubThread


class NoPort(IOPubThread):  # type: ignore[misc]
    """Publishes what the kernel's own process says; what a forked one prints is dropped."""

    def __init__(self, socket: Any, pipe: bool = False, **more: Any) -> None:
        super().__init__(socket, pipe=False, **more)

    def _really_send(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        if self._is_master_process():
            super()._really_send(msg, *args, **kwargs)


class PageKernelApp(kernelapp.IPKernelApp):  # type: ignore[misc]
    """Lets the queues of its sockets grow."""

    def _bind_socket(self, s: Any, port: int) -> int:
        s.set_hwm(0)  # counts for what connects after the socket was bound
        return int(super()._bind_socket(s, port))


if __name__ == "__main__":
    if sys.path[0] == "" or Path(sys.path[0]) == Path.cwd():
        del sys.path[0]  # as ipykernel_launcher does: no file of the folder is imported in place of a package
    kernelapp.IOPubThread = NoPort
    PageKernelApp.launch_instance()
