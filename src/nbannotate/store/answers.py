"""Answers to queries that took a while, kept as files until something that they read was written.

So what several dashboards ask, or one asks again and again, is answered once, whoever asks: what a query may read does
not depend on who asks it.
"""

from __future__ import annotations

import datetime
import os
import re
import secrets
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from nbannotate.store import write_tracking
from nbannotate.store.disk_space import is_full
from nbannotate.store.transaction import Transaction
from nbannotate.store.write_tracking import Written

#: Seconds that a query takes whose answer is kept.
WORTH_S = 0.05
#: So many bytes of answers are kept on the disk, and so many of one.
MOST, LARGEST = 256 << 20, 64 << 20

#: Seconds between two looks whether somebody who waits for an answer still may.
LOOK_S = 0.05

#: What the clock or chance has to do with, in the text of a query.
_ANEW = re.compile(
    r"\b(now|today|age|current_\w+|get_current_\w+|localtime\w*|transaction_timestamp|random|uuid\w*|gen_random_uuid|"
    r"tablesample|sample|reservoir|getvariable)\b",
    re.IGNORECASE,
)

Key = tuple[str, bytes, datetime.date]


class _Kept(NamedTuple):
    """An answer: where it lies, how large it is, how many commits it knows of, and what it read."""

    file: Path
    size: int
    commits: int
    reads: frozenset[str]


class _Asked:
    """A question that is just answered, or is going to be: who has its turn, and how many ask it."""

    def __init__(self) -> None:
        self.lock, self.many = threading.Lock(), 0


class Answers:
    """The answers that are kept of a workspace.

    Parameters
    ----------
    spool
        The folder of tables on their way out; what is kept lies in a folder in it.
    changes
        What was written when.
    """

    def __init__(self, spool: Path, changes: Written) -> None:
        self._spool, self._folder, self._written = spool, spool / "answers", changes
        self._folder.mkdir(mode=0o700)
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._asked: dict[Key, _Asked] = {}
        self._views: Mapping[str, frozenset[str]] | None = None
        self._lock = threading.Lock()

    def key(self, query: str, parameters: Any, types: Any, now: datetime.datetime) -> Key | None:
        """Return what a question is known by; None if the next answer may be another one though nothing was written.

        The only clock that public views look at is that of today.
        """
        if _ANEW.search(query):
            return None
        return query, msgspec.json.encode([parameters, types]), now.date()

    def find(self, key: Key) -> Path | None:
        """Return a file with the answer that is kept of a question, for whoever asks; None if there is none."""
        with self._lock:
            its = self._kept.get(key)
            if its is None:
                return None
            if self._written.since(its.commits, its.reads):
                self._forget(key)
                return None
            self._kept.move_to_end(key)
            return _again(its.file, self._spool)

    @contextmanager
    def alone(self, key: Key | None, check: Callable[[], None]) -> Iterator[None]:
        """Let nobody else answer a question in a block: whoever asks the same meanwhile waits, and finds the answer.

        Parameters
        ----------
        key
            Of the question; None for one whose next answer may be another one.
        check
            Raises if somebody may not wait any longer.
        """
        if key is None:
            yield
            return
        with self._lock:
            its = self._asked.setdefault(key, _Asked())
            its.many += 1
        try:
            while not its.lock.acquire(timeout=LOOK_S):
                check()
            try:
                yield
            finally:
                its.lock.release()
        finally:
            with self._lock:
                its.many -= 1
                if not its.many:
                    del self._asked[key]

    def keep(self, key: Key, file: Path, tx: Transaction) -> None:
        """Keep an answer that was read in a transaction; what nobody asked for the longest time goes."""
        size = file.stat().st_size
        if size > LARGEST:
            return
        if self._views is None:
            self._views = write_tracking.of_views(tx)
        words = set(re.findall(r"\w+", key[0].lower()))
        reads = frozenset[str]().union(*(its for view, its in self._views.items() if view in words))
        with self._lock:
            if key in self._kept:
                self._forget(key)
            again = _again(file, self._folder)
            if again is not None:
                self._kept[key] = _Kept(again, size, tx.commits, reads)
            while sum(its.size for its in self._kept.values()) > MOST:
                self._forget(next(iter(self._kept)))

    def clear(self) -> None:
        """Keep nothing of what was answered."""
        with self._lock:
            for key in list(self._kept):
                self._forget(key)

    def _forget(self, key: Key) -> None:
        self._kept.pop(key).file.unlink(missing_ok=True)


def _again(file: Path, folder: Path) -> Path | None:
    """Return the same file under another name in a folder: one can go without the other; None if the disk is full."""
    found = folder / f"{secrets.token_hex(8)}.parquet"
    try:
        os.link(file, found)
    except OSError:  # the file system has one name a file
        try:
            shutil.copyfile(file, found)
        except OSError as error:
            found.unlink(missing_ok=True)
            if not is_full(error):
                raise
            return None
    return found
