"""What the process that fetches knows of the stores that objects lie in: of an object, and of its bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from msgspec import Struct

PIECE_S = 30.0  # that a store may say nothing

#: Is told how many bytes are here, and may raise what ends the download.
Received = Callable[[int], None]


class Changed(Exception):
    """An object was replaced while it was fetched."""


class Info(Struct, frozen=True):
    """What a store says of an object: its size (0 if it does not say), and what is another text once it is changed."""

    size: int
    tag: str


class Store(Protocol):
    """Where objects lie."""

    def info(self, url: str) -> Info:
        """Return what is known of an object without its bytes."""
        ...

    def begin(self, url: str, size: int) -> bytes:
        """Return the first bytes of an object."""
        ...

    def download(self, url: str, info: Info, out: Path, received: Received) -> None:
        """Write an object into a file."""
        ...
