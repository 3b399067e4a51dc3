"""What Label Studio has no word for, in our own field ``nbannotate`` of a task's and of a region's ``meta``.

Label Studio keeps ``meta`` as it is, and shows of a region's the field ``text``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from nbannotate.formats._outcome import Problems
from nbannotate.model import Origin, Point

FIELD = "nbannotate"


class Image(msgspec.Struct, omit_defaults=True):
    """Of an image: what its task does not tell."""

    name: str = ""
    width: int = 0
    height: int = 0
    split: str | None = None
    sequence: str | None = None
    moment: float | None = None
    metadata: dict[str, Any] | None = None
    tags: list[str] | None = None
    tag_attributes: dict[str, dict[str, Any]] = {}
    nothing_to_label: bool | None = None
    unsaid: bool = False
    origin: Origin | None = None
    source: str | None = None


class Region(msgspec.Struct, omit_defaults=True):
    """Of a shape: what its region does not tell."""

    id: str = ""
    kind: str = ""
    points: tuple[Point, ...] = ()
    group: str | None = None
    track: str | None = None
    keyframe: bool = False
    color: str | None = None
    attributes: dict[str, Any] | None = None


def of_task(meta: Any, n: int, problems: Problems, place: str) -> list[Image]:
    """Return what our field of a task's ``meta`` says, one an image."""
    given = meta.get(FIELD) if isinstance(meta, dict) else None
    if given is None:
        return [Image()] * n
    try:
        found = msgspec.convert(given, list[Image])
    except msgspec.ValidationError as error:
        problems.add(f"fields {FIELD}", f"they are not as nbannotate writes them: {error}", f"{place}.{FIELD}")
        return [Image()] * n
    return (found + [Image()] * n)[:n]


def of_region(meta: Any, problems: Problems, place: str) -> Region:
    """Return what our field of a region's ``meta`` says."""
    given = meta.get(FIELD) if isinstance(meta, dict) else None
    if given is None:
        return Region()
    try:
        return msgspec.convert(given, Region)
    except msgspec.ValidationError as error:
        problems.add(f"fields {FIELD}", f"they are not as nbannotate writes them: {error}", f"{place}.{FIELD}")
        return Region()


def as_json(own: Image | Region) -> dict[str, Any]:
    """Return what a field holds; nothing if all is told already."""
    found: dict[str, Any] = msgspec.to_builtins(own)
    return found
