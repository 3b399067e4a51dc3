"""What a page tells its browser once: a struct for each event, told apart by its ``type``."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from nbannotate.model import Spread
from nbannotate.model.sequences import LeftSlices
from nbannotate.texts import Message

ToastKind = Literal["info", "good", "error"]
Panel = Literal["shapes", "issues", "info", "history"]


class Event(Struct, frozen=True, tag_field="type"):
    """Something that is told once."""


class Toast(Event, frozen=True, tag="toast"):
    """Show a sentence for a moment."""

    text: Message
    kind: ToastKind = "info"


class Replied(Event, frozen=True, tag="reply"):
    """What became of a request: done, or the sentence that says why not, and its code."""

    ref: int
    error: Message | None = None
    code: str = ""


class Arrived(Event, frozen=True, tag="arrived"):
    """How far the messages of a page came; ``gap``: one is missing; ``probed``: the page asked."""

    sid: str
    upto: int
    gap: bool = False
    probed: bool = False


class Storing(Event, frozen=True, tag="storing"):
    """A draft is about to be stored: it would be this revision, with all messages up to a number."""

    sid: str
    task: int
    revision: int
    upto: int


class Stored(Event, frozen=True, tag="stored"):
    """A draft is stored: this revision, with all messages up to a number."""

    sid: str
    task: int
    revision: int
    upto: int


class Ended(Event, frozen=True, tag="ended"):
    """A task is closed, or was loaded anew on purpose: what a browser keeps for it is not wanted any more."""

    task: int


class Replayed(Event, frozen=True, tag="replayed"):
    """What became of what a browser had kept: done again, too late, or the person has to say whether it goes on top."""

    outcome: Literal["done", "over", "ask"]
    task: int
    differs: bool = False


class TimeTold(Event, frozen=True, tag="time"):
    """What time it is for the workspace (ms since 1970), and what tells it from others in the same browser."""

    sid: str
    now: float
    store: str


class ReportKey(Struct, frozen=True):
    """Which report of a page."""

    sid: str
    n: int


class TimeCounted(Event, frozen=True, tag="counted"):
    """Reports of time that are counted."""

    reports: tuple[ReportKey, ...]


class NextImage(Event, frozen=True, tag="next_image"):
    """The image of what comes after a task, small, as a ``data:`` URL; and the size of the image itself."""

    task: int
    image: str
    width: int
    height: int


class FrameMade(Event, frozen=True, tag="frame"):
    """The small image of a slice as a ``data:`` URL, empty where there is none; and the size of the image itself."""

    asset: int
    image: str
    look: str
    width: int = 0
    height: int = 0


class SlicesChanged(Event, frozen=True, tag="slices"):
    """What an operation on many slices did; of a copy, with how many shapes."""

    did: Literal["spread", "copy", "undo", "exclude"]
    changed: tuple[int, ...]
    same: tuple[int, ...]
    left: tuple[LeftSlices, ...]
    taken: int
    dropped: tuple[str, ...]
    spread_id: int | None
    shapes: int = 0

    @classmethod
    def of(cls, did: Literal["spread", "copy", "undo", "exclude"], its: Spread, shapes: int = 0) -> SlicesChanged:
        """Return what is told of the answer of an operation."""
        return cls(did, its.changed, its.same, its.left, its.taken, its.dropped, its.spread_id, shapes)


class ZoneDrawn(Event, frozen=True, tag="zone"):
    """A zone was drawn for an issue: left, top, right, bottom."""

    zone: tuple[float, float, float, float]


class Pressed(Event, frozen=True, tag="press"):
    """A key of the page was pressed on the canvas."""

    action: str


class PanelOpened(Event, frozen=True, tag="panel"):
    """Open a panel, and lead to an attribute of the selected shape or of a tag."""

    panel: Panel
    tag: str = ""
    attribute: str = ""


#: All that is told, for the types of the front end.
EVENTS: tuple[type[Event], ...] = (
    Toast, Replied, Arrived, Storing, Stored, Ended, Replayed, TimeTold, TimeCounted, NextImage, FrameMade,
    SlicesChanged, ZoneDrawn, Pressed, PanelOpened,
)  # fmt: skip
