"""A client of a workspace on another machine, by TLS: see :mod:`nbannotate.owner.gateway`."""

from __future__ import annotations

import http.client
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from nbannotate.errors import InvalidInput
from nbannotate.model import Session
from nbannotate.model.values import decode
from nbannotate.owner.client import ANSWER_S, Client, SocketClient
from nbannotate.owner.place import Contact


def through_hub(url: str, token: str) -> RemoteClient:
    """Return a client of whoever a token of a JupyterHub's server stands for.

    Raises
    ------
    LoginFailed, NotAllowed, Refused
        No Hub's word is taken there, or this person may not come in.
    """
    return RemoteClient(url, decode(RemoteClient(url, token)._ask("/hub", b""), Session).token)


def of_server(url: str, environ: Mapping[str, str] = os.environ) -> RemoteClient | None:
    """Return the client of whose JupyterHub server this is, if its environment names just this address.

    The token goes nowhere but where who runs the Hub says (``NBANNOTATE_WORKSPACE``).
    """
    token = environ.get("JUPYTERHUB_API_TOKEN")
    return through_hub(url, token) if token and environ.get("NBANNOTATE_WORKSPACE") == url else None


class _Tls(http.client.HTTPSConnection):
    """HTTP over TLS."""

    def __del__(self) -> None:
        self.close()  # of a thread that ended


class RemoteClient(SocketClient):
    """A client that knows an address and no file.

    Parameters
    ----------
    url
        ``https://host:port``. Its certificate is checked against those that the system trusts; ``SSL_CERT_FILE`` names
        others.
    token
        Who acts: a session's. An empty one can log in, and nothing else.

    Raises
    ------
    InvalidInput
        It is no such address.
    """

    def __init__(self, url: str, token: str = "") -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query:
            raise InvalidInput(f"A workspace on another machine is opened by https://host:port, not by {url!r}.")
        self.url, self._host, self._port = url.rstrip("/"), parts.hostname, parts.port
        self._tls = ssl.create_default_context()
        super().__init__("/nowhere", token or "nobody")

    def source(self, asset_id: int) -> bytes | Path:
        """Return the bytes of an asset's file: a path would be one of the other machine's."""
        return self.image(asset_id)

    def acting(self, token: str) -> Client:
        """Return a client that acts as whoever a token stands for."""
        return RemoteClient(self.url, token)

    def _contact(self) -> Contact:
        return Contact("", self.url, 0)

    def _wake(self) -> None:
        """Leave that to the other machine."""

    def _away(self, error: Exception) -> str:
        return f"{self.url} does not answer ({error}); is `nbannotate owner` running there?"

    def _open(self, path: str) -> http.client.HTTPConnection:
        return _Tls(self._host, self._port, timeout=ANSWER_S, context=self._tls)
