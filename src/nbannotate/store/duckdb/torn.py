"""The log of commits of a machine that stopped in the middle of one: its end is torn, and is cut off.

DuckDB passes over a last commit of which the log ends too early. Where its bytes are there and hold zeros, or anything
else, as file systems leave them when the power is cut, it refuses the whole file. Nobody was told of that commit: what
is told was synchronized before, up to the mark at which each commit ends. So much is cut off, one commit at most, and
the log is kept as it was. One that is damaged further in front is left alone.
"""

from __future__ import annotations

import logging
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: How the log marks the end of a commit: the length of an entry, its checksum, and what it is.
END = bytes.fromhex("0500000000000000 e7fe7d722fed3d5e 640064ffff")

logger = logging.getLogger(__name__)


def whole(log: Path) -> int | None:
    """Return how many bytes a log has without what may be torn: what follows its last mark, or its last commit.

    None: there is no whole commit.
    """
    with log.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = content.rfind(END)
        if at >= 0 and at + len(END) == len(content):
            at = content.rfind(END, 0, at)
        return None if at < 0 else at + len(END)


@contextmanager
def without_end(database: Path) -> Iterator[bool]:
    """Cut the log of a database, and say whether anything can be cut; if the block fails, it is as it was."""
    log = database.with_name(f"{database.name}.wal")
    kept, part = log.with_name(f"{log.name}.torn"), log.with_name(f"{log.name}.part")
    size = whole(log) if log.exists() and log.stat().st_size else None
    if size is None:
        yield False
        return
    with log.open("rb") as content, part.open("wb") as out:
        part.chmod(0o600)
        while (left := size - out.tell()) and (some := content.read(min(left, 1 << 20))):
            out.write(some)
        out.flush()
        os.fsync(out.fileno())
    kept.unlink(missing_ok=True)
    kept.hardlink_to(log)
    kept.chmod(0o600)
    part.replace(log)
    try:
        yield True
    except BaseException:
        kept.replace(log)
        raise
    logger.warning(
        "The last commit in %s was torn, as when the power is cut: nobody was told that it was done, and it is not. "
        "The log is kept as it was: %s.", log, kept,
    )  # fmt: skip
