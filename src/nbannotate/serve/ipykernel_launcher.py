"""The process of a kernel, ``python -m nbannotate.serve.ipykernel_launcher -f FILE``: ipykernel's without its TCP port.

IPython listens on a port for what forked processes print. Pages show nothing that is printed, and a kernel listens to
nothing but the sockets in the server's own folder.
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


if __name__ == "__main__":
    if sys.path[0] == "" or Path(sys.path[0]) == Path.cwd():
        del sys.path[0]  # as ipykernel_launcher does: no file of the folder is imported in place of a package
    kernelapp.IOPubThread = NoPort
    kernelapp.launch_new_instance()
