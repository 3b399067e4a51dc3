"""Looking at files in a process apart: for whoever must not decode what strangers made, the owner of the database.

The files are opened here, once, and their descriptors are sent; so what is looked at is what is served.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from nbannotate.imaging import sandbox
from nbannotate.imaging.child import Look, Seen

AT_ONCE = 100  # files of one request
PATIENCE_S = 60.0
GONE = Seen("The image cannot be read: decoding it takes too long or too much memory.")


class Asked(Struct, frozen=True):
    """An open file, and what is to be looked at."""

    handle: int
    look: Look
    out: int | None = None


class Apart:
    """A process that looks at files; it is started when it is first asked, and again when it ended."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._end: weakref.finalize[..., Apart] | None = None

    def look(self, asked: Sequence[Asked]) -> list[Seen]:
        """Return what files hold; one that brings the process to its end is looked at alone, and is no image."""
        with self._lock:
            found: list[Seen] = []
            for begin in range(0, len(asked), AT_ONCE):
                part = asked[begin : begin + AT_ONCE]
                answers = self._ask(part)
                if answers is None and len(part) > 1:
                    answers = [(self._ask([single]) or [GONE])[0] for single in part]
                found += answers or [GONE]
            return found

    def _ask(self, part: Sequence[Asked]) -> list[Seen] | None:
        """Return the answers, or None if the process ended over them."""
        handles = [h for one in part for h in (one.handle, one.out) if h is not None]
        body = msgspec.json.encode([one.look for one in part]) + b"\n"
        for _ in range(2):
            there = self._socket is not None
            try:
                its = self._socket or self._start()
                sent = socket.send_fds(its, [body], handles)
                its.sendall(body[sent:])
                answer = b""
                while not answer.endswith(b"\n"):
                    more = its.recv(1 << 20)
                    if not more:
                        raise ConnectionError
                    answer += more
                return msgspec.json.decode(answer, type=list[Seen])
            except OSError:  # it was idle and ended, or ended over this
                self.close()
                if not there:
                    break
        return None

    def _start(self) -> socket.socket:
        here, there = socket.socketpair()
        here.settimeout(self._patience_s)
        with there:
            process = subprocess.Popen(
                [sys.executable, "-m", "nbannotate.imaging.child", str(there.fileno())],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                pass_fds=(there.fileno(),), start_new_session=True, env=sandbox.environment(), cwd="/",
            )  # fmt: skip
        self._socket = here
        self._end = weakref.finalize(self, _end, process, here)
        return here

    def close(self) -> None:
        """End the process."""
        if self._end is not None:
            self._end()
        self._socket = self._end = None


def _end(process: subprocess.Popen[bytes], here: socket.socket) -> None:
    with contextlib.suppress(OSError):
        here.close()
    process.kill()
    process.wait()


_PROCESSES = (Apart(), Apart())


def look(asked: Sequence[Asked], key: int = 0) -> list[Seen]:
    """Return what open files hold.

    Parameters
    ----------
    asked
        The files.
    key
        What is asked with the same key goes to the same process, which keeps a video open.
    """
    return _PROCESSES[key % len(_PROCESSES)].look(asked)
