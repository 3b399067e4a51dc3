"""A network that can be cut, for tests."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path


class Wire:
    """A network between owners and a server that can be cut: it passes bytes on, or does not.

    Parameters
    ----------
    to
        The Unix socket of the server.
    """

    def __init__(self, to: Path) -> None:
        self._to = to
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listening.getsockname()[1]
        self._lock = threading.Lock()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._passes = threading.Event()
        self._passes.set()
        self._refuses = False
        self._after: int | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self._refuses:
                _reset(near)
                continue
            far = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                far.connect(str(self._to))
            except OSError:
                near.close()
                continue
            threading.Thread(target=self._pass_on, args=(near, far), daemon=True).start()

    def _pass_on(self, near: socket.socket, far: socket.socket) -> None:
        pair = (near, far)
        with self._lock:
            self._pairs.add(pair)
        try:
            while True:
                ready, _, _ = select.select(pair, [], [])
                self._passes.wait()
                for one in ready:
                    content = one.recv(1 << 16)
                    if not content:
                        return
                    if one is far and self._is_the_last():
                        self.cut()
                        return
                    (far if one is near else near).sendall(content)
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._pairs.discard(pair)
            near.close()
            far.close()

    def _is_the_last(self) -> bool:
        """Return whether this answer of the server is the one that nobody is to hear."""
        with self._lock:
            if self._after is None:
                return False
            self._after -= 1
            if self._after >= 0:
                return False
            self._after = None
            return True

    def cut(self) -> None:
        """Reset all connections, on both sides."""
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            for one in pair:
                _reset(one)

    def cut_answer(self, after: int | None) -> None:
        """Pass on so many answers of the server; the next one nobody hears, and all connections end. None: all."""
        with self._lock:
            self._after = after

    @contextlib.contextmanager
    def silence(self, refuses: bool) -> Iterator[None]:
        """Pass nothing on for a while, or let nobody connect after all connections were reset."""
        if refuses:
            self._refuses = True
            self.cut()
        else:
            self._passes.clear()
        try:
            yield
        finally:
            self._refuses = False
            self._passes.set()

    def close(self) -> None:
        """Stop."""
        self._listening.close()
        self._passes.set()
        self.cut()


def _reset(one: socket.socket) -> None:
    """Close a connection as a network does that lost it: without saying that it ends."""
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.shutdown(socket.SHUT_RDWR)
