"""What the canvas tells its overlay: a struct for each message; shapes in columns, their points packed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Literal

import numpy as np
from msgspec import Struct

from nbannotate.canvas.keys import Key
from nbannotate.canvas.state import Mark, Zone
from nbannotate.canvas.view import View
from nbannotate.model import Shape
from nbannotate.shapes import kind
from nbannotate.shapes.base import Form, Gesture
from nbannotate.texts import Message

NO_FLAWS: Mapping[str, Sequence[str]] = {}
Pair = tuple[float, float]


class Told(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Something that the overlay is told."""


class Tagged(Told, frozen=True):
    """What is told of an asset (``g``), and which message of which view it answers; ``n`` is 0 for none."""

    g: int
    view_id: str
    n: int


class More(Struct, frozen=True, omit_defaults=True):
    """What few shapes have: color, other labels, what is wrong with them.

    Parameters
    ----------
    counts
        How many points each ring of a polygon has.
    rings
        How many points each ring of a mask has; they follow those of the shape.
    """

    color: str | None = None
    visibility: tuple[int, ...] = ()
    also: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    group: str | None = None
    track: str | None = None
    flaws: tuple[Message, ...] = ()
    rings: tuple[int, ...] = ()


class Packed(Struct, frozen=True):
    """Shapes in columns; their points are the bytes that come along, two float64 each.

    Parameters
    ----------
    kind, label
        Places in ``kinds`` and ``labels``.
    count
        How many points each has.
    more
        What few shapes have, by their place.
    """

    ids: list[str]
    kinds: list[str]
    kind: list[int]
    labels: list[str]
    label: list[int]
    count: list[int]
    more: dict[int, More]


class KindTold(Struct, frozen=True):
    """A kind of shape, as :class:`nbannotate.shapes.Kind` says."""

    name: str
    title: str
    gesture: Gesture
    form: Form
    closed: bool
    opacity: float
    figured: bool
    ringed: bool
    min_points: int
    max_points: int | None
    turns_into: str


class Figure(Struct, frozen=True):
    """The points of a skeleton, and which of them are joined."""

    points: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]


class LabelTold(Struct, frozen=True):
    """A label; ``kinds`` that it takes, none for all."""

    name: str
    color: str
    kinds: tuple[str, ...]
    figure: Figure | None


class Preset(Struct, frozen=True):
    """A window that has a name."""

    name: str
    width: float
    level: float


class DeepLevels(Struct, frozen=True):
    """The window of an image of more than eight bits, and how its values are seen.

    Parameters
    ----------
    window
        Width and level.
    range
        The least and the largest value.
    file
        Whether the file has a window of its own.
    """

    window: Pair
    range: Pair
    presets: list[Preset]
    unit: str
    file: bool
    slope: float
    offset: float
    inverted: bool
    exact: bool


class Levels(Struct, frozen=True):
    """Brightness and contrast; and the window, of an image of more than eight bits."""

    adjust: Pair
    deep: DeepLevels | None


class StateTold(Tagged, frozen=True, tag="state"):
    """What there is besides shapes; see :class:`nbannotate.canvas.state.CanvasState`.

    Parameters
    ----------
    most
        How many shapes there may be; None for any number.
    keys_mode
        Where keys act.
    several
        Whether a shape may have several labels.
    levels
        None without an image.
    """

    tool: str
    label: str
    drawn: str | None
    ready: bool
    labels: list[LabelTold]
    editable: bool
    locked: tuple[str, ...]
    hidden: tuple[str, ...]
    copied: int
    can_undo: bool
    can_redo: bool
    marks: tuple[Mark, ...]
    most: int | None
    several: bool
    keys_mode: Literal["stage", "page"]
    levels: Levels | None


class Size(Struct, frozen=True):
    """Of an image, in its pixels."""

    width: int
    height: int


class StageTold(Told, frozen=True, tag="stage"):
    """All there is, for a view that came or for another image; ``instead`` stands where there is none."""

    g: int
    view_id: str
    view: View
    image: Size | None
    instead: Message
    kinds: list[KindTold]
    shapes: Packed
    selected: tuple[str, ...]
    state: StateTold
    keys: list[Key]


class KeysTold(Told, frozen=True, tag="keys"):
    """The map of keys."""

    keys: list[Key]


class Patch(Tagged, frozen=True, tag="patch"):
    """Shapes that are new or different, and those that are gone; their order where it is another one."""

    shapes: Packed
    remove: list[str]
    order: list[str] | None


class SelectedTold(Tagged, frozen=True, tag="selected"):
    """What is selected, from a frame of ipycanvas on."""

    ids: tuple[str, ...]
    frame: int


class Acknowledged(Tagged, frozen=True, tag="ack"):
    """A message was dealt with: its shapes are in a frame of ipycanvas."""

    frame: int


class Rendering(Told, frozen=True, tag="rendering"):
    """A frame of ipycanvas shows the image like this."""

    g: int
    frame: int
    view_id: str
    view: View


class Preview(Told, frozen=True, tag="preview"):
    """The image, small; its bytes come along."""

    g: int
    mime: str


class Refining(Told, frozen=True, tag="refining"):
    """Whether the image is still being decoded."""

    g: int
    on: bool


class ErrorTold(Told, frozen=True, tag="error"):
    """A sentence for the person."""

    text: Message


class Fit(Told, frozen=True, tag="fit"):
    """Fit the image to the stage."""


class Focus(Told, frozen=True, tag="focus"):
    """Give the keyboard to the canvas."""


class PaleRow(Struct, frozen=True):
    """A shape that is shown but is not there: lines and dots in image pixels."""

    color: str
    line: Literal["dashed", "dotted", "glow"]
    closed: bool
    lines: list[list[Pair]]
    dots: list[Pair]


class Pale(Told, frozen=True, tag="pale"):
    """The shapes that are shown but are not there."""

    g: int
    rows: list[PaleRow]


class BringIntoSight(Told, frozen=True, tag="look"):
    """Bring a place into sight."""

    g: int
    box: Zone


class Values(Told, frozen=True, tag="values"):
    """The values under a part of the image, in so many pixels, or (``mime``) a picture of it; they come along."""

    g: int
    mime: str
    box: Zone
    size: tuple[int, int]
    whole: bool


#: All that the overlay is told.
ALL_TOLD: tuple[type[Told], ...] = (
    StageTold, StateTold, KeysTold, Patch, SelectedTold, Acknowledged, Rendering, Preview, Refining, ErrorTold, Fit,
    Focus, Pale, BringIntoSight, Values,
)  # fmt: skip


def packed(shapes: Iterable[Shape], flaws: Mapping[str, Sequence[str]] = NO_FLAWS) -> tuple[Packed, bytes]:
    """Return shapes in columns, and their points: float64 pairs in a row, which loses no digit."""
    rows = list(shapes)
    kinds = {name: i for i, name in enumerate(dict.fromkeys(s.kind for s in rows))}
    labels = {name: i for i, name in enumerate(dict.fromkeys(s.label for s in rows))}
    more: dict[int, More] = {}
    flat: list[float] = []
    for i, shape in enumerate(rows):
        flat.extend(chain.from_iterable(shape.points))
        rings = kind(shape.kind).strokes(shape) if shape.rle is not None else []
        flawed = tuple(map(Message, flaws.get(shape.id, ())))
        if rings or flawed or _has_more(shape):
            more[i] = More(
                shape.color, shape.visibility, shape.also, shape.rings, shape.group or None, shape.track or None,
                flawed, tuple(len(ring) for ring in rings),
            )  # fmt: skip
        for ring in rings:
            flat += [float(v) for v in ring.ravel()]
    columns = Packed(
        ids=[s.id for s in rows],
        kinds=list(kinds),
        kind=[kinds[s.kind] for s in rows],
        labels=list(labels),
        label=[labels[s.label] for s in rows],
        count=[len(s.points) for s in rows],
        more=more,
    )
    return columns, np.array(flat, dtype="<f8").tobytes()


def _has_more(shape: Shape) -> bool:
    return bool(shape.color or shape.visibility or shape.also or shape.rings or shape.group or shape.track)
