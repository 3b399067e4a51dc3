"""A client without an owner process: the operations run in this one, over a store in memory."""

from __future__ import annotations

import secrets
import shutil
import threading
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from nbannotate.model.values import decode, encode
from nbannotate.operations.dispatch import Dispatcher, Request
from nbannotate.owner import parts
from nbannotate.owner.client import Client, source
from nbannotate.owner.hooks import Hooks, installed
from nbannotate.owner.setup import first_member
from nbannotate.owner.stream import Files
from nbannotate.store.duckdb.engine import Engine
from nbannotate.store.engine import MEMORY

T = TypeVar("T")


class MemoryClient:
    """Runs every operation at once, in the thread that asks; for tests and scripts.

    It has no clock: who wants leases to run out and due dates to be told calls ``clock.tick``.

    Parameters
    ----------
    dispatcher, token
        Given only by :meth:`acting`.
    """

    def __init__(self, dispatcher: Dispatcher | None = None, token: str | None = None) -> None:
        self._token = token or secrets.token_urlsafe(32)
        self._hooks: Hooks | None = None
        if dispatcher is None:
            engine = Engine(MEMORY)
            first_member(engine)
            self._hooks = Hooks(installed())
            dispatcher = Dispatcher(engine, self._token, self._hooks.publish)
        self.dispatcher = dispatcher
        self._lock = threading.Lock()

    def call(self, operation: str, returns: type[T], /, **arguments: Any) -> T:
        """Call an operation; see :meth:`Client.call`."""
        return decode(self._handle(operation, arguments), returns)

    def image(self, asset_id: int) -> bytes:
        """Return the bytes of an asset's file."""
        return self._handle("assets.locate", {"asset_id": asset_id})

    def source(self, asset_id: int) -> bytes | Path:
        """Return the bytes of an asset's file, or where it lies."""
        return source(self, asset_id)

    def query(self, sql: str, parameters: Any, tables: Mapping[str, bytes] | None = None) -> bytes:
        """Return the rows of a SELECT, as Parquet; see :meth:`Client.query`."""
        given = tables or {}
        files = {self.dispatcher.engine.spool / f"{secrets.token_hex(8)}.parquet": table for table in given.values()}
        try:
            for path, table in files.items():
                path.write_bytes(table)
            file = self._file("sql.query", parts.arguments(sql, parameters, given), tuple(files))
            try:
                return file.read_bytes()
            finally:
                file.unlink()
        finally:
            parts.remove(list(files))

    def upload(self, operation: str, returns: type[T], parquet: bytes, /, **arguments: Any) -> T:
        """Call an operation that takes a table."""
        file = self.dispatcher.engine.spool / f"{secrets.token_hex(8)}.parquet"
        file.write_bytes(parquet)
        try:
            return decode(self._handle(operation, arguments, file), returns)
        finally:
            file.unlink()

    def bring(self, operation: str, returns: type[T], files: Files, /, **arguments: Any) -> T:
        """Call an operation that takes tables one by one."""
        here: list[Path] = []
        spool = self.dispatcher.engine.spool

        def arriving() -> Iterator[tuple[str, Path]]:
            for name, file in files:
                here.append(spool / f"{secrets.token_hex(8)}.parquet")
                shutil.copyfile(file, here[-1])
                yield name, here[-1]

        try:
            return decode(self._handle(operation, arguments, arriving=Files(arriving())), returns)
        finally:
            parts.remove(here)

    def fetch(self, operation: str, /, **arguments: Any) -> bytes:
        """Call an operation that answers with a file."""
        file = self._file(operation, arguments)
        try:
            return file.read_bytes()
        finally:
            file.unlink()

    def acting(self, token: str) -> Client:
        """Return a client that acts as whoever a token stands for."""
        return MemoryClient(self.dispatcher, token)

    def close(self) -> None:
        """Let the hooks finish; the store lives as long as someone holds it."""
        if self._hooks is not None:
            self._hooks.close()

    def _handle(
        self, operation: str, arguments: dict[str, Any], file: Path | None = None, arriving: Files | None = None
    ) -> bytes:
        answer = self._run(operation, arguments, file, arriving=arriving)
        assert isinstance(answer, bytes), f"{operation} answers with a file"
        return answer

    def _file(self, operation: str, arguments: dict[str, Any], files: tuple[Path, ...] = ()) -> Path:
        answer = self._run(operation, arguments, None, files)
        assert isinstance(answer, Path), f"{operation} does not answer with a file"
        return answer

    def _run(
        self, operation: str, arguments: dict[str, Any], file: Path | None, files: tuple[Path, ...] = (),
        arriving: Files | None = None,
    ) -> bytes | Path:  # fmt: skip
        body = encode(arguments)
        return self.dispatcher.handle(Request(operation, body, self._token, uuid.uuid4().hex, file, files, arriving))
