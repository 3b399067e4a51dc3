"""Ordered migrations: one SQL file each, ``NNNN_name.sql``, run once and in order, all in one transaction.

A migration that landed is never changed; a new file follows it.
"""

from __future__ import annotations

import datetime
import re
from importlib import resources
from typing import TYPE_CHECKING

from nbannotate.errors import NewerWorkspace

if TYPE_CHECKING:
    from nbannotate.store.engine import Transaction


def _files() -> list[tuple[int, str, str]]:
    found = []
    for entry in resources.files(__name__).iterdir():
        if match := re.fullmatch(r"(\d{4})_(\w+)\.sql", entry.name):
            found.append((int(match[1]), match[2], entry.read_text(encoding="utf-8")))
    return sorted(found)


MIGRATIONS = _files()
SCHEMA_VERSION = MIGRATIONS[-1][0]


def check_version(path: str, version: int) -> None:
    """Raise NewerWorkspace if a workspace's schema is beyond what this program knows."""
    if version > SCHEMA_VERSION:
        raise NewerWorkspace(
            f"{path} was written by a newer nbannotate (schema {version}; this one knows {SCHEMA_VERSION}). "
            "Upgrade nbannotate; the file was left as it is."
        )


def migrate(tx: Transaction, mark: str | None) -> None:
    """Bring a workspace to the newest schema; all or nothing.

    Parameters
    ----------
    tx
        A connection outside a transaction.
    mark
        For a new file, what it is marked with; None for one that exists.
    """
    tx.run("begin")
    try:
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        done = 0 if mark else int(tx.value("select max(version) from data.migrations"))
        for version, name, sql in MIGRATIONS:
            if version > done:
                tx.run(sql)
                tx.run("insert into data.migrations values ($1, $2, $3)", version, name, now)
        if mark:
            tx.run("insert into data.meta values ('mark', $1)", mark)
    except BaseException:
        tx.run("rollback")
        raise
    tx.run("commit")
