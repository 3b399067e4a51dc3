"""Fetching by HTTP, from addresses that anybody could reach: none of this machine, and none of its network.

Each address is looked at when the connection to it is made, also after a redirect; so a name that leads elsewhere the
second time does not help. Python's own client does it: no library checks what it connects to.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbannotate.remote import urls
from nbannotate.remote.stores import PIECE_S, Changed, Info, Received

AGENT = "nbannotate"


class NotPublic(Exception):
    """An address is not one that anybody could reach, and no setting names it."""


def _addresses(host: str, port: int) -> list[tuple[Any, ...]]:
    """Return the addresses of a host.

    Raises
    ------
    NotPublic
        One of them is of this machine or its network.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, address in found:
        if not is_public(str(address[0])):
            raise NotPublic
    return found


def is_public(address: str) -> bool:
    """Return whether an address is one of the whole Internet."""
    its = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(its, ipaddress.IPv6Address):
        inner = its.ipv4_mapped or its.sixtofour or (its.teredo[1] if its.teredo else None)
        if inner is None and its in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(its) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
    return its.is_global and not its.is_multicast


class _Checked(http.client.HTTPConnection):
    """A connection to a public address only, unless it is named by the setting."""

    free = False

    def connect(self) -> None:
        found = (
            socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
            if self.free
            else _addresses(self.host, self.port)
        )
        error: OSError = OSError("it has no address")
        for family, kind, protocol, _, address in found:
            self.sock = socket.socket(family, kind, protocol)
            self.sock.settimeout(self.timeout)
            try:
                self.sock.connect(address)
            except OSError as failed:
                error = failed
                self.sock.close()
            else:
                self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return
        raise error


class _CheckedTls(_Checked, http.client.HTTPSConnection):
    """The same with TLS."""

    def connect(self) -> None:
        super().connect()
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


class _Handler(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens such connections."""

    def http_open(self, request: urllib.request.Request) -> Any:
        return self._opened(_Checked, request)

    def https_open(self, request: urllib.request.Request) -> Any:
        return self._opened(_CheckedTls, request)

    def _opened(self, kind: type[_Checked], request: urllib.request.Request) -> Any:
        made: Any = type(kind.__name__, (kind,), {"free": urls.is_named(request.full_url, urls.prefixes())})
        return self.do_open(made, request)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect to HTTP again, and nowhere else; what a redirect adds to the URL is not kept anywhere."""

    max_redirections = 5

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if newurl.partition("://")[0].lower() not in ("http", "https"):
            raise NotPublic
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for one in (
        _Handler(),
        _Redirects(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(one)
    return opener


class Web:
    """Objects that are fetched by HTTP."""

    def __init__(self) -> None:
        self._opener = _opener()

    @contextlib.contextmanager
    def _open(self, url: str, method: str = "GET", first: int | None = None) -> Iterator[Any]:
        request = urllib.request.Request(url, method=method, headers={"User-Agent": AGENT, "Accept": "image/*, */*"})
        if first is not None:
            request.add_header("Range", f"bytes=0-{first - 1}")
        try:
            with self._opener.open(request, timeout=PIECE_S) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (404, 410):
                raise FileNotFoundError from None
            if error.code in (401, 403, 407):
                raise PermissionError from None
            raise ConnectionError(f"its server answered {error.code}") from None
        except urllib.error.URLError as error:
            raise error.reason if isinstance(error.reason, Exception) else ConnectionError(str(error.reason)) from None

    def info(self, url: str) -> Info:
        """Return what a server says of an object without sending it."""
        with self._open(url, "HEAD") as answer:
            return _info(answer)

    def begin(self, url: str, size: int) -> bytes:
        """Return the first bytes of an object."""
        with self._open(url, first=size) as answer:
            return bytes(answer.read(size))

    def download(self, url: str, info: Info, out: Path, received: Received) -> None:
        """Write an object into a file."""
        with self._open(url) as answer, out.open("wb") as file:
            if info.tag and _info(answer).tag != info.tag:
                raise Changed
            while piece := answer.read(1 << 20):
                file.write(piece)
                received(file.tell())
            if info.size and file.tell() != info.size:
                raise ConnectionError("its server sent less than it said")


def _info(answer: Any) -> Info:
    said = answer.headers
    try:
        size = max(0, int(said.get("Content-Length") or 0))
    except ValueError:
        size = 0
    tag = said.get("ETag") or f"{said.get('Last-Modified') or ''} {size}"
    return Info(size, tag.removeprefix("W/"))
