"""Texts that people wrote with any program: UTF-8, with or without its mark; anything else is said."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

from nbannotate.errors import FileMissing, ReadFailed

#: What a file in another encoding begins with; the long ones first.
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"),
)  # fmt: skip


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return what a file holds.

    Raises
    ------
    FileMissing, ReadFailed
        It is not there, or cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise FileMissing(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        raise ReadFailed(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def read_text(path: str | os.PathLike[str]) -> str:
    """Return the text of a file, without the mark of UTF-8.

    Raises
    ------
    ReadFailed
        It is not there, cannot be read, or is in another encoding; the message names the file.
    """
    return decoded(read_bytes(path), Path(path).name).decode()


def decoded(data: bytes, name: str) -> bytes:
    """Return bytes that are UTF-8 without a mark.

    Raises
    ------
    ReadFailed
        They are in another encoding; the message begins with ``name``.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    encoding = next((what for mark, what in _MARKS if data.startswith(mark)), "")
    if not encoding and b"\0" in data[:4]:
        encoding = "UTF-32" if data[:4].count(0) == 3 else "UTF-16"
    if encoding:
        raise ReadFailed(f"{name} is in {encoding}; save it as UTF-8.")
    try:
        if not data.isascii():  # a large file is no second one in memory
            data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ReadFailed(
            f"{name} is not in UTF-8: byte {error.start} (0x{data[error.start]:02x}, in line {line}) is of another "
            "encoding, perhaps Latin-1 or Windows-1252; save it as UTF-8."
        ) from None
    return data
