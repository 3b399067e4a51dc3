"""The process that fetches, for the owner of the database: ``python -m nbannotate.remote.child SOCKET``.

It alone has credentials of stores, and it decodes nothing. Several who want one object wait for one download. It ends
when whoever started it is gone, or asks nothing for a while.
"""

from __future__ import annotations

import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillComing
from pathlib import Path
from typing import Any

import msgspec

from nbannotate.imaging import sandbox
from nbannotate.remote import urls
from nbannotate.remote.buckets import Bucket
from nbannotate.remote.cached import Cached, NoRoom, most
from nbannotate.remote.messages import Answer, Ask, Why
from nbannotate.remote.stores import Changed, Info
from nbannotate.remote.web import NotPublic, Web

IDLE_S = 600.0
THREADS = 16
FRESH_S = 30.0  # so long is what a store said of an object believed
WAIT_S = 60.0  # for a whole object; after that it comes nevertheless, and whoever asks again waits again
LONGEST_S = 3_600.0
BEGINNING = 256 << 10  # bytes in which most headers are
KNOWN = 50_000  # objects that are remembered
MEMORY = 3 << 30

#: Errors of the libraries, by the names of their classes.
NO_CREDENTIALS = {
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound",
    "TokenRetrievalError", "UnauthorizedSSOTokenError", "DefaultCredentialsError", "RefreshError",
    "ClientAuthenticationError", "CredentialUnavailableError",
}  # fmt: skip
NO_NETWORK = {
    "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError", "HTTPClientError",
    "ClientConnectorError", "ServerDisconnectedError", "ServiceRequestError", "ServiceResponseError", "FSTimeoutError",
    "gaierror", "TransportError", "ClientOSError",
}  # fmt: skip


class TooLong(Exception):
    """An object takes longer than anybody waits."""


class Download:
    """An object on its way: what comes of it, and how far it is."""

    def __init__(self, size: int) -> None:
        self.size, self.done = size, 0
        self.future: Future[Path]


class Fetching:
    """Answers what is asked, each in a thread."""

    def __init__(self) -> None:
        self._cached = Cached()
        self._lock = threading.Lock()
        self._stores: dict[str, Any] = {}
        self._known: dict[str, tuple[float, Info]] = {}
        self._coming: dict[str, Download] = {}
        self._downloads = ThreadPoolExecutor(THREADS, "download")

    def answer(self, ask: Ask) -> Answer:
        """Do what is asked; whatever fails is said."""
        try:
            url = urls.checked(ask.url)
            urls.check_allowed(url)
            return getattr(self, f"_{ask.do}")(ask, url)  # type: ignore[no-any-return]
        except Exception as error:  # noqa: BLE001  of libraries that are not ours
            why, detail = reason(error)
            return Answer(ask.number, why, detail)

    def _store(self, url: str) -> Any:
        scheme = url.partition(":")[0]
        with self._lock:
            if scheme not in self._stores:
                self._stores[scheme] = Bucket(scheme) if urls.SCHEMES[scheme] else Web()
            return self._stores[scheme]

    def _info(self, url: str, fresh: float) -> Info:
        at, known = self._known.get(url, (0.0, None))
        if known is not None and time.monotonic() - at < fresh:
            return known
        self._known.pop(url, None)
        found: Info = self._store(url).info(url)
        while len(self._known) >= KNOWN:
            self._known.pop(next(iter(self._known)), None)
        self._known[url] = time.monotonic(), found
        return found

    def _look(self, ask: Ask, url: str) -> Answer:
        return Answer(ask.number, size=self._info(url, 0.0).size)

    def _list(self, ask: Ask, url: str) -> Answer:
        if urls.is_web(url):
            return Answer(ask.number, "other", "the web has no folders that could be listed")
        objects, after = self._store(url).listing(url, ask.after)
        return Answer(ask.number, objects=tuple(objects), after=after)

    def _begin(self, ask: Ask, url: str) -> Answer:
        info = self._info(url, FRESH_S)
        there = self._cached.find(url, info.tag, urls.suffix(url))
        if there is not None:
            return Answer(ask.number, path=str(there), size=info.size)
        body = self._store(url).begin(url, BEGINNING)
        with self._cached.part(len(body)) as part:
            part.write_bytes(body)
            if info.size and info.size <= len(body):
                return Answer(
                    ask.number, path=str(self._cached.keep(part, url, info.tag, urls.suffix(url))), size=info.size
                )
            kept = part.with_name(f"{part.name}-begin")
            part.replace(kept)  # whoever asked removes it
        return Answer(ask.number, path=str(kept), size=info.size, done=len(body))

    def _fetch(self, ask: Ask, url: str) -> Answer:
        info = self._info(url, FRESH_S)
        there = self._cached.find(url, info.tag, urls.suffix(url))
        if there is not None:
            return Answer(ask.number, path=str(there), size=info.size)
        with self._lock:
            coming = self._coming.get(url)
            if coming is None:
                coming = self._coming[url] = Download(info.size)
                coming.future = self._downloads.submit(self._download, url, info, coming)
        try:
            return Answer(ask.number, path=str(coming.future.result(WAIT_S)), size=info.size)
        except StillComing:
            if coming.future.done():
                raise
            return Answer(ask.number, "slow", size=coming.size, done=coming.done)

    def _download(self, url: str, info: Info, coming: Download) -> Path:
        try:
            for left in (True, False):
                try:
                    return self._downloaded(url, info, coming)
                except Changed:
                    if not left:
                        raise
                    info = self._info(url, 0.0)
            raise AssertionError("unreachable")
        finally:
            with self._lock:
                self._coming.pop(url, None)

    def _downloaded(self, url: str, info: Info, coming: Download) -> Path:
        until, limit = time.monotonic() + LONGEST_S, most()
        with self._cached.part(info.size) as part:

            def received(done: int) -> None:
                coming.done = done
                if time.monotonic() > until:
                    raise TooLong
                if done > limit:
                    raise NoRoom(f"it has more than {limit / 1e6:,.1f} MB")
                if done > info.size:  # its store did not say how much it is
                    self._cached.reserve(part, done + (16 << 20))

            self._store(url).download(url, info, part, received)
            return self._cached.keep(part, url, info.tag, urls.suffix(url))


def reason(error: BaseException) -> tuple[Why, str]:
    """Return why something failed, and the same in words without a URL or a secret."""
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or one.__context__
    names = [c.__name__ for e in chain for c in type(e).__mro__]
    if isinstance(error, NoRoom):
        return "room", str(error)
    if any(isinstance(e, NotPublic) for e in chain):
        return "address", ""
    if isinstance(error, ImportError):
        return "extra", ""
    if NO_CREDENTIALS.intersection(names):
        return "credentials", type(error).__name__
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return "missing", ""
    if isinstance(error, PermissionError):
        return "refused", ""
    if isinstance(error, TooLong):
        return "slow", ""
    if NO_NETWORK.intersection(names) or isinstance(error, ConnectionError | TimeoutError | StillComing):
        return "network", type(error).__name__
    return "other", type(error).__name__


def serve(asked: socket.socket) -> None:
    """Answer until whoever asks is gone, or nobody asks any more."""
    fetching, decoder, lock = Fetching(), msgspec.json.Decoder(Ask), threading.Lock()
    busy = [0]

    def done(ask: Ask) -> Callable[[], None]:
        def work() -> None:
            answer = msgspec.json.encode(fetching.answer(ask)) + b"\n"
            with lock:
                busy[0] -= 1
                asked.sendall(answer)

        return work

    threads = ThreadPoolExecutor(2 * THREADS, "answer")
    rest = b""
    while True:
        if not select.select([asked], [], [], IDLE_S)[0]:
            if busy[0]:
                continue
            return
        more = asked.recv(1 << 16)
        if not more:
            return
        *lines, rest = (rest + more).split(b"\n")
        for line in lines:
            ask = decoder.decode(line)
            with lock:
                busy[0] += 1
            threads.submit(done(ask))


def main() -> None:
    """Serve the socket that the command line names by its number."""
    os.umask(0o077)
    sandbox.limit(data=MEMORY, files=1024)
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        serve(asked)
    os._exit(0)  # downloads that nobody waits for


if __name__ == "__main__":
    main()
