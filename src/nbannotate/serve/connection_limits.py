"""Who gets a connection: bounded bodies, bounded time, so many connections an address and altogether.

Strangers can open connections and say nothing, or half of something. Such a connection is closed when its time is over,
and before that if its place is needed: it never keeps somebody out who asks for something.
"""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Callable
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPMessageDelegate
from tornado.iostream import IOStream

from nbannotate.operations.throttle import place_of
from nbannotate.serve.proxies import Hops, Visitor
from nbannotate.serve.settings import Limits

MOST_FILES = 65_536  # some systems name no limit, and do not take that


class Door(HTTPServer):  # type: ignore[misc]
    """The HTTP server with limits for those who are not known yet.

    Parameters
    ----------
    application
        What answers.
    limits
        How many connections, how much, how long.
    hops
        The proxies in front: they limit their visitors themselves, and what they say about them is believed.
    """

    def initialize(self, application: Any, limits: Limits, hops: Hops) -> None:
        """Take the limits."""
        super().initialize(
            application,
            idle_connection_timeout=limits.patience,
            body_timeout=limits.patience,
            max_body_size=limits.body,
            max_buffer_size=max(limits.size, limits.body),  # websockets read through the same streams
        )
        self.limits, self.hops = limits, hops
        self.most = min(limits.everybody, raise_file_limit() // 2)  # kernels need files, too
        self.places: dict[str, dict[IOStream, None]] = {}  # the connections of each address, in their order
        self.place: dict[IOStream, str] = {}
        self.asking: set[IOStream] = set()  # those that have sent a whole request, which is being answered

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Let a connection in, in the place of one that says nothing if there are too many, or else close it."""
        name = place_of(address[0]) if stream.socket.family.name != "AF_UNIX" else ""
        here = self.places.get(name, {})
        free = address and address[0] in self.hops
        full = here if not free and len(here) >= self.limits.connections else None
        if full is None and len(self.place) >= self.most:
            full = max(self.places.values(), key=len)
        if full is not None and not self._make_room(full):
            stream.close()
            return
        self.places.setdefault(name, {})[stream] = None
        self.place[stream] = name
        stream.max_write_buffer_size = self.limits.unread  # a websocket's, too: it is the same stream
        super().handle_stream(stream, address)

    def _make_room(self, here: dict[IOStream, None]) -> bool:
        """Close the oldest connection that has asked for nothing; return whether there was one."""
        silent = next((stream for stream in here if stream not in self.asking), None)
        if silent is None:
            return False
        self._forget(silent)
        silent.close()
        return True

    def _forget(self, stream: IOStream) -> None:
        name = self.place.pop(stream, None)
        if name is None:
            return
        here = self.places[name]
        del here[stream]
        if not here:
            del self.places[name]

    def start_request(self, server_conn: Any, request_conn: Any) -> HTTPMessageDelegate:
        """Note that a connection may say something; whoever has sent a whole request is answered in peace."""
        stream = server_conn.stream
        self.asking.discard(stream)
        onward = super().start_request(server_conn, request_conn)
        return _Whole(onward, lambda: self.asking.add(stream), request_conn.context, self.hops)

    def on_close(self, server_conn: Any) -> None:
        """Forget a connection that ended, or became a websocket; the kernels count those."""
        self.asking.discard(server_conn.stream)
        self._forget(server_conn.stream)
        super().on_close(server_conn)


class _Whole(HTTPMessageDelegate):  # type: ignore[misc]
    """Passes a request on with the address that it began at, and says when all of it has come."""

    def __init__(self, onward: HTTPMessageDelegate, whole: Callable[[], None], context: Any, hops: Hops) -> None:
        self.onward, self.whole, self.context, self.hops = onward, whole, context, hops
        self.near = Visitor(context.remote_ip, context.protocol)  # the connection may bring requests of many visitors

    def headers_received(self, start_line: Any, headers: Any) -> Any:
        self.context.remote_ip, self.context.protocol = self.hops.visitor(*self.near, headers)
        return self.onward.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Any:
        return self.onward.data_received(chunk)

    def finish(self) -> None:
        self.whole()
        self.onward.finish()
        self._forget()

    def on_connection_close(self) -> None:
        self.onward.on_connection_close()
        self._forget()

    def _forget(self) -> None:
        self.context.remote_ip, self.context.protocol = self.near


def raise_file_limit() -> int:
    """Raise the number of files that this process may open as far as it may; return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # then it stays as it is
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_FILES if soft == resource.RLIM_INFINITY else soft
