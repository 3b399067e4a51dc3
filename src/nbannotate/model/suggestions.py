"""What is said where a name is none of those that there are: which ones there are, and which one was perhaps meant."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any

from nbannotate.errors import InvalidInput

#: So many names are listed; the others are counted.
MOST_NAMED = 12

#: Shape kinds as other systems call them.
ELSEWHERE = {
    "bbox": "rectangle", "bounding_box": "rectangle", "boundingbox": "rectangle", "bounding box": "rectangle",
    "box": "rectangle", "rect": "rectangle", "rectanglelabels": "rectangle", "square": "rectangle",
    "poly": "polygon", "outline": "polygon", "contour": "polygon", "polygonlabels": "polygon",
    "segmentation": "mask", "bitmap": "mask", "rle": "mask", "brush": "mask", "pixels": "mask",
    "line": "polyline", "path": "polyline", "linestring": "polyline",
    "circle": "ellipse", "oval": "ellipse", "dot": "point", "landmark": "keypoints", "landmarks": "keypoints",
    "pose": "skeleton",
}  # fmt: skip

_kinds: Callable[[], Iterable[str]] | None = None
_seen: set[str] = set()


def near(name: object, known: Iterable[str]) -> str | None:
    """Return the known name that a mistyped one is most like, or None."""
    names = list(known)
    text = str(name)
    folded = {n.casefold(): n for n in names}
    if text.casefold() in folded:
        return folded[text.casefold()]
    found = difflib.get_close_matches(text, names, 1, 0.6)
    return found[0] if found else None


def meant(name: object, known: Iterable[str]) -> str:
    """Return the question whether a known name was meant, in parentheses; empty if none is like it."""
    found = near(name, known)
    return f" (did you mean {found!r}?)" if found else ""


def named(known: Iterable[object]) -> str:
    """Return the names that there are as they stand in a sentence."""
    names = list(known)
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return (", ".join(map(repr, names[:MOST_NAMED])) or "none") + more


def unknown(what: str, name: object, known: Iterable[str], where: str = "") -> str:
    """Return the sentence that there is no such thing, with those that there are.

    Parameters
    ----------
    what
        What is looked for, for example ``"step"``.
    name
        What was given.
    known
        The names that there are.
    where
        Where they are, for example ``" in 'July'"``.
    """
    names = list(known)
    return f"there is no {what} {name!r}{where}{meant(name, names)}; there are {named(names)}."


def sentence(text: str) -> str:
    """Return a text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def one_of(what: str, value: object, allowed: Iterable[str]) -> None:
    """Raise InvalidInput, naming the field and the choices, if a value is not one of them."""
    names = list(allowed)
    if value not in names:
        raise InvalidInput(f"{what} must be one of {', '.join(map(repr, names))}, not {value!r}{meant(value, names)}.")


def tell_kinds(kinds: Callable[[], Iterable[str]]) -> None:
    """Say which shape kinds there are; :mod:`nbannotate.shapes`, which knows, is above this layer."""
    global _kinds
    _kinds = kinds


def check_kind(where: str, kind: Any) -> None:
    """Raise InvalidInput, beginning with ``where``, if there is no shape kind of that name."""
    if _kinds is None or kind in _seen:
        return
    known = list(_kinds())
    _seen.update(known)
    if kind in known:
        return
    other = ELSEWHERE.get(str(kind).casefold())
    also = f" (did you mean {other!r}?)" if other in known else meant(kind, known)
    raise InvalidInput(f"{where}: there is no shape kind {kind!r}{also}; there are {named(known)}.")
