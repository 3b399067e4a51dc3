"""A client that acts for a member on the word of an owner: its session is short, and opened anew when it is over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from nbannotate import model
from nbannotate.errors import SessionEnded
from nbannotate.owner.client import Client
from nbannotate.owner.stream import Files

T = TypeVar("T")


class OnWord:
    """A client that acts for a member, as long as the owner who opened it may.

    Parameters
    ----------
    owner
        Who gives the word.
    login
        For whom.

    Raises
    ------
    NotAllowed
        It is no owner's, or the member is another owner.
    Refused
        The account is disabled.
    """

    def __init__(self, owner: Client, login: str) -> None:
        self._owner, self._login = owner, login
        self._lock = threading.Lock()
        self._closed = False
        self._token, self._client = self._open()

    def call(self, operation: str, returns: type[T], /, **arguments: Any) -> T:
        """Call an operation; see :meth:`Client.call`."""
        return self._ask(lambda client: client.call(operation, returns, **arguments))

    def image(self, asset_id: int) -> bytes:
        """Return the bytes of an asset's file."""
        return self._ask(lambda client: client.image(asset_id))

    def source(self, asset_id: int) -> bytes | Path:
        """Return the bytes of an asset's file, or where it lies."""
        return self._ask(lambda client: client.source(asset_id))

    def query(self, sql: str, parameters: Any, tables: Mapping[str, bytes] | None = None) -> bytes:
        """Return the rows of a SELECT, as Parquet."""
        return self._ask(lambda client: client.query(sql, parameters, tables))

    def upload(self, operation: str, returns: type[T], parquet: bytes, /, **arguments: Any) -> T:
        """Call an operation that takes a table."""
        return self._ask(lambda client: client.upload(operation, returns, parquet, **arguments))

    def bring(self, operation: str, returns: type[T], files: Files, /, **arguments: Any) -> T:
        """Call an operation that takes tables one by one."""
        return self._ask(lambda client: client.bring(operation, returns, files, **arguments))

    def fetch(self, operation: str, /, **arguments: Any) -> bytes:
        """Call an operation that answers with a file."""
        return self._ask(lambda client: client.fetch(operation, **arguments))

    def acting(self, token: str) -> Client:
        """Return a client of the same workspace that acts as whoever a token stands for."""
        return self._owner.acting(token)

    def close(self) -> None:
        """End the session; nothing is done in the member's name any more."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        try:
            self._owner.call("sessions.close", type(None), token=self._token)
        except SessionEnded:
            return  # the owner's own session is over, and this one with it
        finally:
            self._client.close()

    def _ask(self, ask: Callable[[Client], T]) -> T:
        client = self._client
        if self._closed:
            raise self._over()
        try:
            return ask(client)
        except SessionEnded:
            return ask(self._again(client))

    def _again(self, before: Client) -> Client:
        """Return a client whose session goes on, opened on the owner's word once more."""
        with self._lock:
            if self._closed:
                raise self._over()
            if self._client is before:
                self._token, self._client = self._open()
                before.close()
            return self._client

    def _open(self) -> tuple[str, Client]:
        session = self._owner.call("sessions.act_as", model.Session, login=self._login)
        return session.token, self._owner.acting(session.token)

    def _over(self) -> SessionEnded:
        return SessionEnded(f"This handle of {self._login} was closed; as_member({self._login!r}) makes another one.")
