"""Clients of a workspace: a call is one operation, and it is repeated until it is answered.

A write carries a request id. If the owner dies in the middle, the client starts another one and asks again with the
same id; the owner answers from what it stored, or does the work now. Nothing is done twice, nothing acknowledged is
lost.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import threading
import time
import uuid
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import msgspec

from nbannotate.errors import DatabaseAway, DatabaseFailed, OwnerUnavailable, SessionEnded, revive
from nbannotate.model.values import decode, encode
from nbannotate.owner import parts, stream
from nbannotate.owner.measures import Measures
from nbannotate.owner.place import Contact, Place
from nbannotate.owner.spawn import start_owner
from nbannotate.owner.stream import Files

T = TypeVar("T")

#: How long a client tries to reach an owner, and how long it waits for one answer.
PATIENCE_S = 30.0
ANSWER_S = 300.0
#: So long does a kernel leave it to its server to start an owner, which has what the server has in its environment:
#: credentials of the stores that images lie in, for example. A kernel has none of it.
HEAD_START_S = 4.0


@runtime_checkable
class Client(Protocol):
    """Whoever uses a workspace; safe to use from several threads."""

    def call(self, operation: str, returns: type[T], /, **arguments: Any) -> T:
        """Call an operation and return its answer.

        Parameters
        ----------
        operation
            For example ``"tasks.save"``.
        returns
            The type of the answer.
        **arguments
            Anything that msgspec turns into JSON.

        Raises
        ------
        NbannotateError
            The class and the sentence that the operation raised.
        OwnerUnavailable
            No owner process could be reached or started.
        """
        ...

    def image(self, asset_id: int) -> bytes:
        """Return the bytes of an asset's file."""
        ...

    def source(self, asset_id: int) -> bytes | Path:
        """Return the bytes of an asset's file; where it lies, if it is too large to be sent."""
        ...

    def query(self, sql: str, parameters: Any, tables: Mapping[str, bytes] | None = None) -> bytes:
        """Return the rows of a SELECT over the public views, as Parquet.

        Parameters
        ----------
        sql
            The query.
        parameters
            Values for ``$1``, ``$2`` … in a list, or by name in a mapping.
        tables
            Tables of this query only, as Parquet, by the names that it gives them.
        """
        ...

    def upload(self, operation: str, returns: type[T], parquet: bytes, /, **arguments: Any) -> T:
        """Call an operation that takes a table, given as Parquet."""
        ...

    def bring(self, operation: str, returns: type[T], files: Files, /, **arguments: Any) -> T:
        """Call an operation that takes Parquet files one by one, while later ones are made."""
        ...

    def fetch(self, operation: str, /, **arguments: Any) -> bytes:
        """Call an operation that answers with a file, and return what is in it."""
        ...

    def acting(self, token: str) -> Client:
        """Return a client of the same workspace that acts as whoever a token stands for."""
        ...

    def close(self) -> None:
        """Close the connections; the client can be used again."""
        ...


class _Unix(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(self._path)
        except BaseException:
            self.sock.close()
            raise

    def __del__(self) -> None:
        self.close()  # of a thread that ended


class SocketClient:
    """A client of the owner process.

    Parameters
    ----------
    path
        The database file.
    token
        Who acts; None is the workspace's owner, by the token in the file beside the database.
    through
        The socket that leads to the owner, for a process that may read nothing beside the database; whoever made it
        sees to it that an owner runs.
    """

    def __init__(self, path: str | os.PathLike[str], token: str | None = None, through: str | None = None) -> None:
        self.place = Place(path)
        self._token, self._through, self._waits_s = token, through, 0.0
        self._begin()
        _CLIENTS.add(self)

    def _begin(self) -> None:
        """Have no connections: at first, and in the child of a fork, which must not speak on its parent's."""
        self._local = threading.local()
        self._all: weakref.WeakSet[http.client.HTTPConnection] = weakref.WeakSet()
        self._lock = threading.Lock()

    def call(self, operation: str, returns: type[T], /, **arguments: Any) -> T:
        """Call an operation; see :meth:`Client.call`."""
        body = self._ask(f"/call/{operation}", encode(arguments))
        return decode(body, returns)

    def image(self, asset_id: int) -> bytes:
        """Return the bytes of an asset's file."""
        return self._ask("/file/assets.locate", msgspec.json.encode({"asset_id": asset_id}))

    def source(self, asset_id: int) -> bytes | Path:
        """Return the bytes of an asset's file, or where it lies."""
        return source(self, asset_id)

    def query(self, sql: str, parameters: Any, tables: Mapping[str, bytes] | None = None) -> bytes:
        """Return the rows of a SELECT, as Parquet; see :meth:`Client.query`."""
        return self._ask("/file/sql.query", *parts.packed(sql, parameters, tables or {}))

    def upload(self, operation: str, returns: type[T], parquet: bytes, /, **arguments: Any) -> T:
        """Call an operation that takes a table."""
        given = {"Nbannotate-Arguments": json.dumps(json.loads(encode(arguments)))}  # a header takes ASCII only
        return decode(self._ask(f"/upload/{operation}", parquet, given), returns)

    def bring(self, operation: str, returns: type[T], files: Files, /, **arguments: Any) -> T:
        """Call an operation that takes tables one by one."""
        body = stream.Body(encode(arguments), files)
        return decode(self._ask(f"/call/{operation}", body, body.headers()), returns)

    def fetch(self, operation: str, /, **arguments: Any) -> bytes:
        """Call an operation that answers with a file."""
        return self._ask(f"/file/{operation}", encode(arguments))

    def measures(self) -> Measures:
        """Return what the owner process measured of itself."""
        return decode(self._ask("/measures", b""), Measures)

    def acting(self, token: str) -> Client:
        """Return a client that acts as whoever a token stands for."""
        return SocketClient(self.place.given, token, self._through)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            connections, self._all = list(self._all), weakref.WeakSet()
        for connection in connections:
            connection.close()

    def _ask(self, url: str, body: bytes | stream.Body, headers: dict[str, str] | None = None) -> bytes:
        """Send a request until it is answered, starting an owner where none runs."""
        headers = {"Nbannotate-Request": uuid.uuid4().hex, **(headers or {})}
        until: float | None = None
        pause = 0.01
        reread = self._token is None
        again = True
        while True:
            try:
                contact = self._contact()
                if contact is None:
                    raise ConnectionRefusedError("nobody announced itself")
                headers["Authorization"] = f"Bearer {self._token or contact.token}"
                status, answer = self._send(contact.socket, url, body, headers)
            except stream.NotMade as error:
                raise error.__cause__ or error from None
            except (OSError, http.client.HTTPException) as error:
                if self._drop():
                    continue  # a connection from before, perhaps to an owner that is gone; a fresh one tells
                until = until or time.monotonic() + PATIENCE_S
                if time.monotonic() > until:
                    raise OwnerUnavailable(self._away(error)) from error
                if time.monotonic() >= until - PATIENCE_S + self._waits_s:
                    self._wake()
                time.sleep(pause)
                pause = min(0.25, pause * 2)
                continue
            if status == 200:
                return answer
            error_ = _error(status, answer)
            if isinstance(error_, DatabaseFailed) and again:
                again = False  # that owner ends now, and the next one goes on
                time.sleep(pause)
                continue
            if isinstance(error_, DatabaseAway):
                until = until or time.monotonic() + PATIENCE_S
                if time.monotonic() < until:  # what was done already, as far as the server knows, is not done again
                    time.sleep(pause)
                    pause = min(0.25, pause * 2)
                    continue
            if isinstance(error_, SessionEnded) and reread:
                reread = False  # a new workspace at the same path has a new token
                continue
            raise error_

    def _contact(self) -> Contact | None:
        """Return where the owner listens, and whose word is used without a token."""
        return Contact("", self._through, 0) if self._through else self.place.contact()

    def _wake(self) -> None:
        """Start an owner, if nobody else sees to it."""
        if not self._through:
            start_owner(self.place)

    def _away(self, error: Exception) -> str:
        """Say that no owner answers."""
        return f"The process that owns {self.place.shown} does not answer ({error}); see {self.place.log}."

    def _open(self, path: str) -> http.client.HTTPConnection:
        """Return a connection that is not made yet."""
        return _Unix(path, ANSWER_S)

    def _send(self, path: str, url: str, body: bytes | stream.Body, headers: dict[str, str]) -> tuple[int, bytes]:
        if isinstance(body, stream.Body):  # whoever makes the files may ask meanwhile
            with contextlib.closing(self._open(path)) as one:
                return _answer(one, url, body, headers)
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None or connection not in self._all:
            connection = self._open(path)
            self._local.connection, self._local.answered = connection, False
            with self._lock:
                self._all.add(connection)
        found = _answer(connection, url, body, headers)
        self._local.answered = True
        return found

    def _drop(self) -> bool:
        """Close this thread's connection; return whether it was one that had worked before."""
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is None:
            return False
        with self._lock:
            self._all.discard(connection)
        connection.close()
        return bool(self._local.answered)


def _answer(
    connection: http.client.HTTPConnection, url: str, body: bytes | stream.Body, headers: dict[str, str]
) -> tuple[int, bytes]:  # fmt: skip
    connection.request("POST", url, body, headers)
    response = connection.getresponse()
    return response.status, response.read()


def source(client: Client, asset_id: int) -> bytes | Path:
    """Return the bytes of an asset's file; where it lies, if it is large and this process may read it."""
    returns: Any = str | None
    path: str | None = client.call("assets.large", returns, asset_id=asset_id)
    return Path(path) if path is not None and readable(path) else client.image(asset_id)


def readable(path: str) -> bool:
    """Return whether the file of an asset can be opened here."""
    return os.access(path.rpartition("#frame=")[0] if not Path(path).exists() else path, os.R_OK)


#: All clients of this process, for the child of a fork.
_CLIENTS: weakref.WeakSet[SocketClient] = weakref.WeakSet()


def _forked() -> None:
    for client in _CLIENTS:
        client._begin()


os.register_at_fork(after_in_child=_forked)


def _error(status: int, body: bytes) -> Exception:
    try:
        return revive(body)
    except msgspec.MsgspecError:
        return OwnerUnavailable(f"The owner process answered {status}: {body[:200]!r}")


def connect(path: str | os.PathLike[str], token: str | None = None) -> SocketClient:
    """Return a client of a workspace's owner process, which is started if none runs.

    Parameters
    ----------
    path
        The database file; it is created if there is none.
    token
        Who acts; None is the workspace's owner.

    Raises
    ------
    NotAWorkspace, NewerWorkspace, CannotWrite
        The file cannot be used; it is left as it was.
    """
    client = SocketClient(path, token)
    client._ask("/ready", b"")
    return client
