"""What becomes of a slice when something is spread over it, and how the outcome is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from nbannotate.model import Annotation, Shape, new_shape_id
from nbannotate.model.sequences import Existing, LeftSlices
from nbannotate.shapes import groups
from nbannotate.texts import Message

HAS_SHAPES = "have shapes already"
HAS_TAGS = "have tags already"


def spread(given: Annotation, there: Annotation, existing: Existing) -> Annotation | str:
    """Return what a slice says after something was spread over it, or why it is left out.

    Parameters
    ----------
    given
        Shapes, tags, or *nothing to label*.
    there
        What the slice says now.
    existing
        What becomes of shapes (or, where only tags are given, tags) that are there: ``"keep"`` leaves the slice out,
        ``"add"`` puts the new ones beside them, ``"replace"`` in their place. Shapes that are there just so are not
        put there twice. Nothing can be beside *nothing to label*: ``"add"`` leaves out what has shapes, too.
    """
    if given.nothing_to_label:
        if there.shapes and existing != "replace":
            return HAS_SHAPES
        return replace(there, shapes=(), nothing_to_label=True)
    said = there
    if given.shapes:
        if there.shapes and existing == "keep":
            return HAS_SHAPES
        said = replace(said, shapes=_shapes(given.shapes, there.shapes, existing), nothing_to_label=False)
    elif there.tags and existing == "keep":
        return HAS_TAGS
    if given.tags:
        kept = () if existing == "replace" else there.tags
        tags = (*kept, *(t for t in given.tags if t not in kept))
        values = {} if existing == "replace" else dict(there.tag_attributes)
        values |= {t: v for t, v in given.tag_attributes.items() if t not in kept}
        same = set(tags) == set(there.tags)
        said = replace(said, tags=there.tags if same else tags, tag_attributes=values)
    return said


def _shapes(given: Sequence[Shape], there: Sequence[Shape], existing: Existing) -> tuple[Shape, ...]:
    known = {_look(s) for s in there}
    if existing == "replace":
        return tuple(there) if {_look(s) for s in given} == known and len(given) == len(there) else _copies(given)
    new = [s for s in given if _look(s) not in known]
    names = groups.copied(new, there)
    return (*there, *_copies(replace(s, group=names.get(s.group)) for s in new))


def _copies(shapes: Iterable[Shape]) -> tuple[Shape, ...]:
    """Return the same shapes as shapes of another slice: it was a person who put them there, not a model."""
    return tuple(replace(s, id=new_shape_id(), confidence=None) for s in shapes)


def _look(shape: Shape) -> bytes:
    """Return all that makes a shape but its id, how sure a model was, and the name of its group in its image."""
    return msgspec.json.encode(replace(shape, id="", confidence=None, group=None), order="deterministic")


def runs(places: Iterable[int]) -> str:
    """Return places as people write them: ``3, 5–9``."""
    found: list[list[int]] = []
    for place in sorted(places):
        if found and place == found[-1][1] + 1:
            found[-1][1] = place
        else:
            found.append([place, place])
    return ", ".join(str(a) if a == b else f"{a}–{b}" if b > a + 1 else f"{a}, {b}" for a, b in found)


def counted(n: int) -> str:
    """Return a number of slices in words."""
    return f"{n:,} slice{'' if n == 1 else 's'}"


def grouped(left: Iterable[tuple[int, str]]) -> tuple[LeftSlices, ...]:
    """Return the places that were left out, by reason, in the order of the first place."""
    reasons: dict[str, list[int]] = {}
    for place, reason in sorted(left):
        reasons.setdefault(reason, []).append(place)
    return tuple(LeftSlices(Message(reason), tuple(places)) for reason, places in reasons.items())


def message(
    what: str,
    changed: Sequence[int],
    same: Sequence[int],
    left: Sequence[LeftSlices],
    taken: int = 0,
    dropped: Sequence[str] = (),
) -> Message:
    """Say what became of a range of slices, why some were left out, and which attributes stayed behind."""
    said = f"{what}: {counted(len(changed))}" + (f" ({runs(changed)})" if changed else "") + "."
    if taken:
        said += f" {counted(taken)} {'was' if taken == 1 else 'were'} taken out of the queue."
    if dropped:
        said += f" Without {', '.join(map(repr, dropped))}, which the recipe does not have."
    if same:
        said += f" {counted(len(same))} said the same already."
    if left:
        why = "; ".join(f"{runs(group.places)} {group.reason}" for group in left)
        said += f" Left as {'it is' if sum(len(g.places) for g in left) == 1 else 'they are'}: {why}."
    return Message(said)
