"""Asking the process that fetches: it is started when it is first asked, and again when it ended.

The owner of the database holds a socket to it, and nothing of a store: no library, no credentials, no bytes.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import subprocess
import sys
import threading
import weakref
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as Late

import msgspec

from nbannotate.remote import urls
from nbannotate.remote.messages import Answer, Ask, Do
from nbannotate.texts import Message, t

PATIENCE_S = 200.0
#: What is of the workspace, and none of the business of a process that fetches.
OURS = ("NBANNOTATE_TOKEN", "NBANNOTATE_WORKSPACE")


class Fetcher:
    """The process, and what waits for its answers; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._end: weakref.finalize[..., Fetcher] | None = None
        self._waiting: dict[int, Future[Answer]] = {}
        self._numbers = itertools.count(1)

    def ask(self, do: Do, url: str, after: str = "") -> Answer:
        """Return what the process answers; that it ended is an answer, too."""
        for _ in range(2):  # it may have ended just now, because nobody asked
            number, future = next(self._numbers), Future[Answer]()
            try:
                with self._lock:
                    its = self._socket or self._start()
                    self._waiting[number] = future
                    its.sendall(msgspec.json.encode(Ask(number, do, url, after)) + b"\n")
                return future.result(PATIENCE_S)
            except Late:
                return Answer(number, "slow")
            except OSError:
                self._over()
            finally:
                self._waiting.pop(number, None)
        return Answer(0, "other", "the process that fetches ended")

    def _start(self) -> socket.socket:
        here, there = socket.socketpair()
        with there:
            process = subprocess.Popen(
                [sys.executable, "-m", "nbannotate.remote.child", str(there.fileno())],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                pass_fds=(there.fileno(),), start_new_session=True, cwd="/",
                env={name: value for name, value in os.environ.items() if name not in OURS} | {"PYTHONSAFEPATH": "1"},
            )  # fmt: skip
        self._socket = here
        self._end = weakref.finalize(self, _ended, process, here, os.getpid())
        threading.Thread(target=_hear, args=(here, self._waiting), name="fetched", daemon=True).start()
        return here

    def _over(self) -> None:
        with self._lock:
            end, self._end, self._socket = self._end, None, None
        if end is not None:
            end()

    def close(self) -> None:
        """End the process."""
        self._over()


def _hear(here: socket.socket, waiting: dict[int, Future[Answer]]) -> None:
    """Give each answer to whoever waits for it, until the process ends."""
    decoder, rest = msgspec.json.Decoder(Answer), b""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        while more := here.recv(1 << 20):
            *lines, rest = (rest + more).split(b"\n")
            for line in lines:
                answer = decoder.decode(line)
                if (future := waiting.get(answer.number)) is not None:
                    future.set_result(answer)
    for future in list(waiting.values()):
        with contextlib.suppress(InvalidStateError):  # it has its answer
            future.set_exception(ConnectionError("the process that fetches ended"))


def _ended(process: subprocess.Popen[bytes], here: socket.socket, pid: int) -> None:
    if os.getpid() != pid:
        return  # the child of a fork: the process is its parent's
    with contextlib.suppress(OSError):
        here.shutdown(socket.SHUT_RDWR)
    here.close()
    process.kill()
    process.wait()


_FETCHER = Fetcher()


def _forked() -> None:
    global _FETCHER
    _FETCHER = Fetcher()


os.register_at_fork(after_in_child=_forked)


def ask(do: Do, url: str, after: str = "") -> Answer:
    """Ask the one process of this one."""
    return _FETCHER.ask(do, url, after)


def close() -> None:
    """End the process that fetches; the next one who asks starts it again."""
    _FETCHER.close()


def why_not(answer: Answer, url: str) -> Message:
    """Return in words why an object is not here, without saying where it lies."""
    extra = urls.SCHEMES.get(url.partition(":")[0], "")
    if answer.why == "slow" and answer.size:
        done, whole = f"{answer.done / 1e6:,.0f}", f"{answer.size / 1e6:,.0f}"
        return t("it is still on its way, {done} of {all} MB are here; try again in a moment", done=done, all=whole)
    said = {
        "missing": t("it is not there any more"),
        "refused": t("its store does not let this workspace read it"),
        "credentials": t("this workspace has no valid credentials for its store"),
        "network": t("its store does not answer"),
        "room": t("there is no room for it: {detail}", detail=answer.detail),
        "slow": t("it is still on its way; try again in a moment"),
        "extra": t("that needs an extra: {command}", command=f'pip install "nbannotate[{extra}]"'),
        "address": t("its address is not a public one, and {setting} does not name it", setting=urls.SETTING),
    }
    return said.get(answer.why, t("its store failed ({detail})", detail=answer.detail or "?"))
