"""The client of a kernel that the restricted server started."""

from __future__ import annotations

import os
from pathlib import Path

from nbannotate.errors import NotFound
from nbannotate.owner.client import HEAD_START_S, Client, SocketClient
from nbannotate.texts import t


def connect_kernel() -> Client:
    """Return the client of a kernel that the restricted server started: who acts is the server's word.

    The environment names the workspace (``NBANNOTATE_WORKSPACE``) and the kernel's token (``NBANNOTATE_TOKEN``), or
    where that is found, and the socket that leads to the owner (``NBANNOTATE_TOKEN_FILE``, ``NBANNOTATE_SOCKET``). The
    workspace may be the address of ``nbannotate owner`` on another machine, and the token one of a session, or left out
    on a server of a JupyterHub, which says who it is.
    """
    path, token = os.environ.get("NBANNOTATE_WORKSPACE"), os.environ.get("NBANNOTATE_TOKEN")
    if file := os.environ.get("NBANNOTATE_TOKEN_FILE"):
        token = Path(file).read_text()
    if path and path.startswith("https://"):
        from nbannotate.owner.remote import RemoteClient, of_server  # TLS, which no kernel beside the server needs

        if found := RemoteClient(path, token) if token else of_server(path):
            return found
    if not path or not token:
        raise NotFound(t("This kernel was not started by nbannotate's server; open a workspace with nb.open instead."))
    client = SocketClient(path, token, os.environ.get("NBANNOTATE_SOCKET"))
    client._waits_s = HEAD_START_S
    return client
