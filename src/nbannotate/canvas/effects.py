"""What is to be done outside the model after it changed: messages for the browser, calls of listeners.

Functions of the model queue effects, in order; the canvas carries them out at the end of the transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from nbannotate.texts import Message


class Complained(Struct, frozen=True):
    """A sentence for the person: the stage shows it, and ``on_error`` is called."""

    sentence: Message


class Notified(Struct, frozen=True):
    """The listeners of an event are called with arguments."""

    event: str
    arguments: tuple[Any, ...]


class Called(Struct, frozen=True):
    """What a page bound to a key is called."""

    callback: Callable[[], object]


class ViewOpened(Struct, frozen=True):
    """A view of the canvas came, or came again: it has to be told everything."""

    view_id: str


class ViewMoved(Struct, frozen=True):
    """A view zoomed or moved the image: it is painted again."""

    view_id: str


class ImageRefined(Struct, frozen=True):
    """There is more of the image than before: it is painted again."""


class GhostsChanged(Struct, frozen=True):
    """The overlay has to be told the ghosts."""


class ValuesWanted(Struct, frozen=True):
    """The overlay has to be sent the values under the image, to show other levels by itself."""


class Reverted(Struct, frozen=True):
    """A message was refused: the overlay has to be told again how these shapes are."""

    ids: frozenset[str]


Effect = (
    Complained | Notified | Called | ViewOpened | ViewMoved | ImageRefined | GhostsChanged | ValuesWanted | Reverted
)
