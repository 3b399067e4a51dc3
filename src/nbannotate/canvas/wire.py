"""What travels between the canvas and its overlay: messages in, checked; shapes out, packed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from math import isfinite
from typing import Any

import numpy as np
from msgspec import Struct

from nbannotate.canvas.view import View
from nbannotate.errors import InvalidInput
from nbannotate.model import Shape, taking
from nbannotate.shapes import kind

MOST_POINTS = 400_000  # of one message
NO_FLAWS: Mapping[str, Sequence[str]] = {}


class Message(Struct, forbid_unknown_fields=True):
    """What the overlay sent; which fields it has depends on the type.

    Parameters
    ----------
    type
        ``hello``, ``view``, ``select``, ``create``, ``edit``, ``delete``, ``label``, ``current``, ``tool``, ``undo``,
        ``redo``, ``stroke``, ``act``, ``color``, ``zone``, ``key`` or ``refused``.
    g
        The asset that it speaks of, as counted by the canvas: what arrives after another one is shown is too late.
    view_id, n
        Which view of the canvas sent it, and its running number there.
    rings
        Of ``edit``, where the one shape has other rings than before: how many points each has; None where it has not.
    """

    type: str
    g: int
    view_id: str
    n: int
    view: View | None = None
    id: str = ""
    ids: tuple[str, ...] = ()
    kind: str = ""
    points: tuple[tuple[float, float], ...] = ()
    shapes: tuple[tuple[str, tuple[tuple[float, float], ...]], ...] = ()
    nudged: bool = False
    visibility: tuple[int, ...] = ()
    rings: tuple[int, ...] | None = None
    size: float = 0.0
    mode: str = ""
    label: str = ""
    tool: str = ""
    zone: tuple[float, float, float, float] | None = None
    window: tuple[float, float] | None = None
    adjust: tuple[float, float] | None = None
    how: str = ""
    key: str = ""
    color: str = ""
    reason: str = ""


def received(content: object) -> Message:
    """Return a message of the overlay, checked.

    Raises
    ------
    InvalidInput
        If it is not one: a browser can send anything.
    """
    message = taking.take(content, Message, "The canvas sent something that is not understood: message")
    groups = [message.points, *(points for _, points in message.shapes)]
    if sum(map(len, groups)) > MOST_POINTS:
        raise InvalidInput(f"A change of more than {MOST_POINTS} points at once is not taken.")
    numbers = [v for points in groups for point in points for v in point] + list(message.zone or ())
    if not all(map(isfinite, numbers)):
        raise InvalidInput("A coordinate is not a finite number.")
    return message


def packed(shapes: Iterable[Shape], flaws: Mapping[str, Sequence[str]] = NO_FLAWS) -> tuple[dict[str, Any], bytes]:
    """Return shapes as ``(lists for JSON, points)``; the points are float64 pairs in a row, which loses no digit.

    ``more`` has what few shapes have, by their place in the list; the rings of a mask follow its points.
    """
    rows = list(shapes)
    kinds = {name: i for i, name in enumerate(dict.fromkeys(s.kind for s in rows))}
    labels = {name: i for i, name in enumerate(dict.fromkeys(s.label for s in rows))}
    more: dict[str, dict[str, Any]] = {}
    flat: list[float] = []
    for i, shape in enumerate(rows):
        flat.extend(chain.from_iterable(shape.points))
        its = {name: list(v) if isinstance(v, tuple) else v for name, v in _more(shape, flaws.get(shape.id)) if v}
        if its:
            more[str(i)] = its
        if shape.rle is not None:
            rings = kind(shape.kind).strokes(shape)
            more.setdefault(str(i), {})["rings"] = [len(ring) for ring in rings]
            flat += [float(v) for ring in rings for v in ring.ravel()]
    meta = {
        "ids": [s.id for s in rows],
        "kinds": list(kinds),
        "kind": [kinds[s.kind] for s in rows],
        "labels": list(labels),
        "label": [labels[s.label] for s in rows],
        "count": [len(s.points) for s in rows],
        "more": more,
    }
    return meta, np.array(flat, dtype="<f8").tobytes()


def _more(shape: Shape, flawed: Sequence[str] | None) -> Iterable[tuple[str, Any]]:
    """Give what few shapes have, and how the overlay calls it; empty for the others."""
    yield "color", shape.color
    yield "visibility", shape.visibility
    yield "also", shape.also
    yield "counts", shape.rings
    yield "group", shape.group
    yield "track", shape.track
    yield "flaws", flawed
