"""Files that are replaced as a whole: a reader sees the old one or the new one, never a half."""

from __future__ import annotations

import secrets
from pathlib import Path

from nbannotate.errors import CannotWrite


def replace(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it there when it is complete.

    Raises
    ------
    CannotWrite
        If the folder is not there or cannot be written; an existing file is unchanged.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        try:
            part.write_bytes(data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror or error}.") from None
