"""What ``nbannotate doctor`` finds: how bad it is, what it is about, and a sentence that says what to do."""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["ok", "warning", "problem"]


class Finding(NamedTuple):
    """What was found: how bad it is, what it is about, and a sentence."""

    level: Level
    topic: str
    said: str


def size(count: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{count / (1 << 30):,.1f} GiB" if count >= 1 << 30 else f"{count / (1 << 20):,.0f} MiB"
