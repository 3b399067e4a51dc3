"""What is known of images that lie elsewhere, at a URL."""

from __future__ import annotations

from nbannotate.model.value import Record
from nbannotate.texts import Message


class Listed(Record, frozen=True):
    """Some of the objects below a URL, each with its size in bytes; and where the list goes on, or an empty text."""

    objects: tuple[tuple[str, int], ...] = ()
    after: str = ""


class Looked(Record, frozen=True):
    """What a file at a URL holds.

    Parameters
    ----------
    bytes
        How many it has; 0 if its store does not say.
    sizes
        Width and height of each of its frames.
    reason
        Why it cannot be opened, or empty.
    """

    bytes: int = 0
    sizes: tuple[tuple[int, int], ...] = ()
    reason: Message = Message()


class Unmeasured(Record, frozen=True):
    """An asset of which nobody knows how large its image is, and why it could not be read."""

    asset_id: int
    asset: str
    reason: Message = Message()
