"""What other owners of the same database have written, as they say it with their commits."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from collections.abc import Collection

import psycopg

from nbannotate.store.postgres.connection import connect
from nbannotate.store.write_tracking import Written

CHANNEL = "nbannotate"

#: PostgreSQL takes a payload of 8,000 bytes; who hears of nothing by name takes all for written.
LONGEST = 7_000

#: Seconds between two looks whether to go on, and after a connection was lost.
WAIT_S = 1.0

logger = logging.getLogger(__name__)


def told(name: str, written: Collection[str]) -> tuple[str, str]:
    """Return the channel and the text by which an owner tells the others what it has written."""
    text = json.dumps([name, sorted(written)])
    return CHANNEL, text if len(text) < LONGEST else json.dumps([name, None])


class Hearing:
    """A thread that notes what other owners write.

    Parameters
    ----------
    url
        The address of the database.
    name
        The name of this owner, whose own words are not listened to.
    written
        Where it is noted.
    """

    def __init__(self, url: str, name: str, written: Written) -> None:
        self._url, self._name, self._written = url, name, written
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                with contextlib.closing(connect(self._url)) as raw:
                    raw.execute(f"listen {CHANNEL}")
                    self._written.note_all()  # whatever was said before
                    while not self._over.is_set():
                        for said in raw.notifies(timeout=WAIT_S, stop_after=1):
                            self._note(said.payload)
            except psycopg.Error:
                self._over.wait(WAIT_S)

    def _note(self, text: str) -> None:
        name, written = json.loads(text)
        if name == self._name:
            return
        if written is None:
            self._written.note_all()
        else:
            self._written.note(written)

    def close(self) -> None:
        """Listen no more: this owner's own word ends the waiting."""
        self._over.set()
        with contextlib.suppress(psycopg.Error), contextlib.closing(connect(self._url)) as raw:
            raw.execute("select pg_notify($1, $2)", list(told(self._name, ())))
        self._thread.join(2 * WAIT_S)
