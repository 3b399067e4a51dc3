"""What COCO has no word for: our own field ``nbannotate``, further fields, and what is otherwise than we write it."""

from __future__ import annotations

import functools
import hashlib
import itertools
import operator
import struct
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from nbannotate import shapes
from nbannotate.errors import InvalidInput
from nbannotate.formats import _json
from nbannotate.formats._outcome import Problems
from nbannotate.model import Label, Rle, Shape, Skeleton
from nbannotate.shapes.base import FloatArray
from nbannotate.shapes.many import Many, starts_of

#: The field of ours, and in what is kept of an annotation the part that holds only while its geometry is the same.
OURS = "nbannotate"
#: Its powers tell the places of numbers apart in a fingerprint.
_ODD = np.uint64(0x9E3779B97F4A7C15)
_MASK = (1 << 64) - 1


class ImageExtra(msgspec.Struct, omit_defaults=True):
    """What is said of an image beside its shapes."""

    tags: list[str] = []
    nothing_to_label: bool = False
    tag_attributes: dict[str, dict[str, Any]] = {}
    origin: str | None = None
    source: str | None = None
    split: str | None = None
    sequence: str | None = None
    moment: float | None = None
    said: bool = False


#: What most files say.
NOTHING = ImageExtra()


class AnnotationExtra(msgspec.Struct, omit_defaults=True):
    """What COCO has no word for in an annotation."""

    shape_ids: list[str] = []
    also: list[str] = []
    kind: str | None = None
    color: str | None = None
    group: str | None = None
    track: str | None = None
    keyframe: bool = False


class LabelExtra(msgspec.Struct, omit_defaults=True):
    """What COCO has no word for in a category."""

    kinds: list[str] = []
    attributes: list[dict[str, Any]] = []


class AsGiven(msgspec.Struct, omit_defaults=True):
    """What a file says of a geometry otherwise than it would be written; it holds as long as that is the same.

    Parameters
    ----------
    of
        The geometry, by :func:`fingerprint`.
    bbox, area
        As the file has them.
    closed
        The rings whose first point is repeated at their end.
    runs
        Whether the run lengths of a mask are a list of numbers.
    """

    of: str = ""
    bbox: list[float] | None = None
    area: float | None = None
    closed: list[int] = []
    runs: bool = False


Extra = TypeVar("Extra", ImageExtra, AnnotationExtra, LabelExtra)


def fingerprint(shape: Shape) -> str:
    """Return what is the same as long as a geometry is the same."""
    values = [value for point in shape.points for value in point]
    bits = struct.unpack(f"<{len(values)}Q", struct.pack(f"<{len(values)}d", *values))
    number = sum(map(operator.mul, [b ^ (b >> 32) for b in bits], _factors(len(bits).bit_length()))) & _MASK
    return f"{number:x}{_hash_of_rest(shape.kind, shape.rings, shape.rle, shape.visibility)}"


@functools.cache
def _factors(digits: int) -> tuple[int, ...]:
    """Return the first powers of the odd number, for as many values as a number of so many binary digits can count."""
    return tuple(itertools.accumulate([int(_ODD)] * (1 << digits), lambda a, b: a * b & _MASK))


def fingerprints(geometry: Many) -> list[str]:
    """Return :func:`fingerprint` of many shapes that have no more than a geometry; each has points."""
    numbers = _hashes(geometry.points, geometry.counts)
    usual = {kind: _hash_of_rest(kind, (), None, ()) for kind in set(geometry.kinds)}
    found = [f"{number:x}{usual[kind]}" for number, kind in zip(numbers, geometry.kinds, strict=True)]
    for n, rings in geometry.rings.items():
        found[n] = f"{numbers[n]:x}{_hash_of_rest(geometry.kinds[n], tuple(rings), None, ())}"
    return found


def _hashes(points: FloatArray, counts: NDArray[np.int64]) -> list[int]:
    """Return a number of 64 bits of the points of each shape: the sum of their bits, each times an odd number."""
    if not len(counts):
        return []
    bits = np.ascontiguousarray(points).view(np.uint64).ravel()
    bits = bits ^ (bits >> np.uint64(32))
    starts = 2 * starts_of(counts)
    factors = np.multiply.accumulate(np.full(2 * int(counts.max()), _ODD))
    bits *= factors[np.arange(len(bits)) - np.repeat(starts, 2 * counts)]
    found: list[int] = np.add.reduceat(bits, starts).tolist()
    return found


@functools.lru_cache(maxsize=4096)
def _hash_of_rest(*its: Any) -> str:
    return hashlib.blake2b(msgspec.json.encode(its), digest_size=4).hexdigest()


def with_given(extra: dict[str, Any], given: AsGiven, shape: Shape) -> dict[str, Any]:
    """Return what is kept of an annotation, with how its geometry stands in the file, if that is otherwise."""
    if given == AsGiven():
        return extra
    given.of = fingerprint(shape)
    return extra | {OURS: msgspec.to_builtins(given)}


def as_given(extra: dict[str, Any], shape: Shape) -> AsGiven:
    """Return how the geometry of an annotation stood in its file; nothing if it is another one now."""
    kept = extra.get(OURS)
    if not isinstance(kept, dict) or kept.get("of") != fingerprint(shape):
        return AsGiven()
    return msgspec.convert(kept, AsGiven)


def _extra(problems: Problems, place: str, given: Any, kind: type[Extra]) -> Extra:
    """Return what our own field holds; nothing if there is none, or if it is not as it is written here."""
    if given is None:
        return kind()
    try:
        return msgspec.convert(given, kind)
    except (msgspec.ValidationError, UnicodeEncodeError, RecursionError):
        problems.add("fields nbannotate", "they are not as nbannotate writes them", f"{place}.nbannotate")
        return kind()


def _names(given: list[str]) -> list[str]:
    """Return the names that a label or a tag can have, each once."""
    return list(dict.fromkeys(v.strip() for v in given if 0 < len(v.strip()) <= 200 and _json.kept(v)))


def of_image(problems: Problems, place: str, given: Any) -> ImageExtra:
    """Return what our own field says of an image."""
    if given is None:
        return NOTHING
    extra = _extra(problems, place, given, ImageExtra)
    tags = _names(extra.tags)
    values = {t: v for t, v in extra.tag_attributes.items() if t in tags and _json.kept(v)}
    if tags != extra.tags:
        problems.add("tags", "they stand twice, or have no name that a tag can have", f"{place}.nbannotate")
    if values != extra.tag_attributes:
        problems.add("attributes of tags", "the image has no such tag", f"{place}.nbannotate")
    words = (v if v and len(v) <= 200 and _json.kept(v) else None for v in (extra.split, extra.sequence))
    split, sequence = words
    return ImageExtra(
        tags, extra.nothing_to_label, values, split=split, sequence=sequence, moment=_json.number(extra.moment),
        said=extra.said,
    )  # fmt: skip


def of_annotation(problems: Problems, place: str, given: Any) -> AnnotationExtra:
    """Return what our own field says of an annotation."""
    extra = _extra(problems, place, given, AnnotationExtra)
    extra.also = _names(extra.also)
    extra.group, extra.track = (
        v if v and len(v) <= 200 and _json.kept(v) else None for v in (extra.group, extra.track)
    )
    return extra


def metadata(problems: Problems, place: str, given: Any) -> dict[str, Any]:
    """Return the metadata of an image: what ``extra`` holds that JSON can hold, too."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        problems.add("fields extra", "they are no objects", f"{place}.extra")
        return {}
    kept = {}
    for name, value in given.items():
        if _json.kept(name) and name.strip() == name != "" and len(name) <= 200 and _json.kept(value):
            kept[name] = value
        else:
            problems.add("metadata", "their names or values are none that can be kept", f"{place}.extra.{name!r:.80}")
    return kept


def rest(problems: Problems, place: str, given: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Return the fields that have no word here, as far as JSON can hold them."""
    found = {}
    for name, value in given.items():
        if name in known:
            continue
        if _json.kept(name) and _json.kept(value):
            found[name] = value
        else:
            problems.note("fields", "their values are no JSON, such as NaN", f"{place}.{name!r:.80}")
    return found


def label(problems: Problems, place: str, name: str, category: dict[str, Any]) -> Label:
    """Return a category as a label, with its color, its skeleton and what our own field says of it."""
    color = category.get("color")
    extra = _extra(problems, place, category.get(OURS), LabelExtra)
    made = Label(name, color=color) if is_color(color) else Label(name)
    try:
        if isinstance(category.get("keypoints"), list) and category["keypoints"]:
            made = made.replace(skeleton=_skeleton(category["keypoints"], category.get("skeleton")))
    except (InvalidInput, TypeError, ValueError, IndexError):
        problems.add("skeletons", "they are no names and pairs of places in them", f"{place}.keypoints")
    if extra.kinds or extra.attributes:
        try:
            fields = {"name": name, "kinds": extra.kinds, "attributes": extra.attributes}
            more = msgspec.convert(fields, Label)
            made = made.replace(kinds=more.kinds, attributes=more.attributes)
        except (InvalidInput, msgspec.ValidationError):
            problems.add("fields nbannotate", "they are not as nbannotate writes them", f"{place}.nbannotate")
    return made


def is_color(value: object) -> bool:
    """Return whether a value is a color as labels have them."""
    return isinstance(value, str) and len(value) == 7 and value[0] == "#" and value[1:].isalnum() and _is_hex(value[1:])


def _is_hex(text: str) -> bool:
    try:
        int(text, 16)
    except ValueError:
        return False
    return text.isascii()


def _skeleton(names: list[Any], pairs: Any) -> Skeleton:
    """Return a skeleton of COCO's names and of its pairs of places, which count from 1."""
    points = tuple(str(v).strip() for v in names)
    edges = pairs if isinstance(pairs, list) else []
    if any(not 1 <= place <= len(points) for pair in edges for place in pair):
        raise IndexError
    return Skeleton(points, tuple((points[a - 1], points[b - 1]) for a, b in edges))


def box_of(shape: Shape) -> list[float]:
    """Return x, y, width and height of a shape as they are written."""
    x0, y0, x1, y1 = shapes.kind(shape.kind).bounds(shape.points)
    return [x0, y0, x1 - x0, y1 - y0]


def area_of(shape: Shape) -> float:
    """Return the area of a shape as it is written: 0 for points."""
    return shapes.kind(shape.kind).covered(shape)


def rle_of(shape: Shape) -> Rle:
    """Return the run lengths of a mask."""
    assert shape.rle is not None
    return shape.rle
