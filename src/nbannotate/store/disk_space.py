"""No room on the disk: how it is known, and what people are told."""

from __future__ import annotations

import errno
import os

from nbannotate.errors import DiskFull

#: What the system says when there is no room: no space, over the quota, over the largest size of a file.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(error: BaseException) -> bool:
    """Return whether an error, of the system or of DuckDB, says that there is no room on the disk."""
    if isinstance(error, OSError):
        return error.errno in FULL
    text = str(error)
    return any(os.strerror(number) in text for number in FULL) or "max_temp_directory_size" in text


def full(path: str) -> DiskFull:
    """Return what people are told when there is no room."""
    return DiskFull(
        f"There is no room on the disk of {path}, or of its temporary folder; this was not done, and nothing that was "
        "is lost. Make room and do it again: work goes on by itself then."
    )


def no_room_to_open(path: str) -> DiskFull:
    """Return what people are told when there is not even room for opening the file."""
    return DiskFull(
        f"There is no room on the disk of {path}, so that it cannot be opened now; all that was done is in it, perhaps "
        "also what was asked for just now. Make room and try again."
    )
