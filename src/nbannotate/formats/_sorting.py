"""Things that come in one order and are needed in another, more than fit into memory."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from typing import IO

import msgspec

Key = tuple[int, ...]

#: So many bytes are sorted in memory; more are written to a temporary file in sorted parts.
PART = 16 << 20
#: What a thing takes beside its bytes.
OVERHEAD = 200

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(tuple[tuple[int, ...], bytes])


class Sorted:
    """Bytes with keys; they come out in the order of the keys, and of one key in the order in which they came.

    Use it in a ``with`` block, or close it: it may have a temporary file.
    """

    def __init__(self, part: int = PART) -> None:
        self._part, self._held, self._n = part, 0, 0
        self._items: list[tuple[Key, bytes]] = []
        self._files: list[IO[bytes]] = []

    def __enter__(self) -> Sorted:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return self._n

    def close(self) -> None:
        """Forget all."""
        for file in self._files:
            file.close()
        self._files, self._items = [], []

    def add(self, key: Key, value: bytes) -> None:
        """Take one more; keys have the same length."""
        self._items.append(((*key, self._n), value))
        self._n += 1
        self._held += len(value) + OVERHEAD
        if self._held > self._part:
            self._put_away()

    def __iter__(self) -> Iterator[tuple[Key, bytes]]:
        """Go through all, once."""
        self._items.sort()
        for key, value in heapq.merge(*map(_read, self._files), iter(self._items)):
            yield key[:-1], value

    def _put_away(self) -> None:
        self._items.sort()
        file = tempfile.TemporaryFile(prefix="nbannotate")  # noqa: SIM115  closed by close
        for item in self._items:
            record = _ENCODER.encode(item)
            file.write(len(record).to_bytes(4, "little"))
            file.write(record)
        self._files.append(file)
        self._items, self._held = [], 0


def _read(file: IO[bytes]) -> Iterator[tuple[Key, bytes]]:
    file.seek(0)
    while head := file.read(4):
        yield _DECODER.decode(file.read(int.from_bytes(head, "little")))
