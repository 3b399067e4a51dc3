"""What one person said of one asset: shapes, tags, or *nothing to label*."""

from __future__ import annotations

import math
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import field
from msgspec.structs import force_setattr

from nbannotate.cards import counted, one_line
from nbannotate.errors import InvalidInput
from nbannotate.model.geometry import Measured
from nbannotate.model.shape_builders import Making
from nbannotate.model.suggestions import check_kind
from nbannotate.model.value import Value
from nbannotate.model.values import as_list, as_mapping, as_name, as_whole, check_flag, is_stored, plain, shown

Point = tuple[float, float]
Points = tuple[Point, ...]


def new_shape_id() -> str:
    """Return a fresh shape id: 16 hexadecimal digits, unique in practice over all workspaces."""
    return secrets.token_hex(8)


def _points(where: str, given: Any) -> Points:
    """Return points as pairs of finite numbers, or raise InvalidInput that begins with ``where``."""
    try:
        points = msgspec.convert(given, Points)  # not a loop of Python's: there may be thousands
    except msgspec.ValidationError:
        try:
            points = msgspec.convert(plain(given), Points)
        except msgspec.ValidationError:
            raise InvalidInput(
                f"{where}: points are pairs of numbers, ((x, y), (x, y), …), not {shown(plain(given))}."
            ) from None
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in points):
        raise InvalidInput(f"{where} has a point that is not a number.")
    return points


def _numbered(name: str, given: Any) -> str:
    """Return what things that belong together have in common: a text, or a whole number as text."""
    its = as_name(given)
    if type(its) not in (str, int):
        raise InvalidInput(f"The {name} of a shape is a text, or a whole number, not {shown(its)}.")
    return str(its)


class Rle(Value, frozen=True):
    """The pixels of a mask as COCO stores them, so that ``msgspec.to_builtins`` gives COCO's own object.

    Parameters
    ----------
    size
        Height and width of the image, in this order.
    counts
        COCO's compressed string: run lengths of pixels outside and inside in turn, column by column.
    """

    size: tuple[int, int]
    counts: str

    if TYPE_CHECKING:  # what is taken; the fields say what it becomes

        def __init__(
            self,
            size: Iterable[int],
            counts: str | bytes,
        ) -> None: ...

    def __post_init__(self) -> None:
        counts: Any = self.counts
        if isinstance(counts, bytes):  # as pycocotools gives it
            force_setattr(self, "counts", counts.decode("ascii", "replace"))
        size: Any = self.size
        if type(size) is not tuple or type(size[0]) is not int:
            force_setattr(self, "size", tuple(plain(size)))


class Shape(Making, Measured, Value, frozen=True, kw_only=True, omit_defaults=True):
    """One geometry with a label.

    Made of numbers, points or pixels by :meth:`rectangle`, :meth:`box`, :meth:`rotated_rectangle`, :meth:`polygon`,
    :meth:`polyline`, :meth:`ellipse`, :meth:`point`, :meth:`keypoints`, :meth:`skeleton` and :meth:`mask`.

    Parameters
    ----------
    kind
        The name of a shape kind, for example ``"rectangle"`` or ``"polygon"``.
    points
        The geometry, ``(n, 2)`` floats in image pixels, origin top-left, x to the right, y down. What the points
        mean is the kind's matter: a rectangle has two opposite corners, a polygon its vertices, not closed, those of
        all its rings one after another.
    label
        The name of a label of the recipe; empty while the shape is not labelled yet.
    id
        Stays the same over all revisions of the annotation.
    attributes
        Typed values on the shape.
    confidence
        How sure a model was, in [0, 1]; None for what a person drew.
    color
        ``#rrggbb``, where this shape has another color than its label.
    rle
        The pixels of a mask; its points are the corners of the box around them.
    visibility
        Of the points of a skeleton, as in COCO: 0 not in the image, 1 hidden, 2 visible. Empty: all are visible.
    also
        Further labels, where the recipe allows several on one shape; ``label`` is the first and gives the color.
    rings
        Of a polygon of several rings (parts, and holes: inside is what an odd number of rings surrounds), how many of
        the points belong to each. Empty: one ring.
    group
        What things that belong together have in common, within one image; None for what stands alone.
    track
        The object of a video or a series that this is in one frame or slice; None if it is none.
    keyframe
        Of a shape with a track: whether somebody set it in this frame, and it does not only follow from others.
    """

    kind: str
    points: tuple[Point, ...]
    label: str = ""
    id: str = field(default_factory=new_shape_id)
    attributes: dict[str, Any] = field(default_factory=dict)
    confidence: float | None = None
    color: str | None = None
    rle: Rle | None = None
    visibility: tuple[int, ...] = ()
    also: tuple[str, ...] = ()
    rings: tuple[int, ...] = ()
    group: str | None = None
    track: str | None = None
    keyframe: bool = False

    if TYPE_CHECKING:  # what is taken; the fields say what it becomes

        def __init__(
            self,
            *,
            kind: str,
            points: Iterable[Iterable[float]],
            label: str = ...,
            id: str = ...,
            attributes: Mapping[str, Any] = ...,
            confidence: float | None = ...,
            color: str | None = ...,
            rle: Rle | Mapping[str, Any] | None = ...,
            visibility: Iterable[int] = ...,
            also: Iterable[str] = ...,
            rings: Iterable[int] = ...,
            group: str | None = ...,
            track: str | None = ...,
            keyframe: bool = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        if is_stored():
            return
        self._settle()
        where = f"A shape of {self.label!r}" if self.label else "A shape"
        check_kind(where, self.kind)
        force_setattr(self, "points", _points(where, self.points))
        sure: Any = self.confidence
        if sure is not None and (isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 1):
            raise InvalidInput(f"{where}: the confidence must be a number from 0 to 1, not {shown(sure)}.")
        if self.color is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", str(self.color)):
            raise InvalidInput(f"{where}: the color must look like '#7b1fa2', not {self.color!r}.")

    def _settle(self) -> None:
        """Make every field but the points what it is in Python, whatever library it came from."""
        if type(self.label) is not str:
            label = as_name(self.label)
            force_setattr(self, "label", "" if label is None or label != label else label)
            if not isinstance(self.label, str):
                raise InvalidInput(f"The label of a shape is a text, not {shown(label)}.")
        if type(self.kind) is not str:
            force_setattr(self, "kind", plain(self.kind))
        if type(self.id) is not str:
            force_setattr(self, "id", as_name(self.id))
            if not isinstance(self.id, str):
                raise InvalidInput(f"The id of a shape is a text, not {shown(self.id)}.")
        if self.confidence is not None and type(self.confidence) is not float:
            force_setattr(self, "confidence", plain(self.confidence))
        if self.color is not None:
            force_setattr(self, "color", plain(self.color))
        if type(self.attributes) is not dict or self.attributes:
            force_setattr(self, "attributes", as_mapping("Shape.attributes", self.attributes))
        if type(self.also) is not tuple or self.also:
            force_setattr(self, "also", tuple(map(as_name, as_list("Shape.also", self.also))))
            if strange := [v for v in self.also if not isinstance(v, str)]:
                raise InvalidInput(f"Shape.also takes names of labels, not {shown(strange[0])}.")
        if type(self.visibility) is not tuple or self.visibility:
            seen = tuple(as_whole("Shape.visibility", v) for v in as_list("Shape.visibility", self.visibility))
            force_setattr(self, "visibility", seen)
        if type(self.rings) is not tuple or self.rings:
            counts = tuple(as_whole("Shape.rings", v) for v in as_list("Shape.rings", self.rings))
            force_setattr(self, "rings", counts if len(counts) > 1 else ())
        for name in ("group", "track"):
            if type(getattr(self, name)) not in (str, type(None)):
                force_setattr(self, name, _numbered(name, getattr(self, name)))
        flag: Any = self.keyframe
        if type(flag) is not bool:
            force_setattr(self, "keyframe", plain(flag))
            check_flag("Shape.keyframe", self.keyframe)
        rle: Any = self.rle
        if isinstance(rle, Mapping):
            force_setattr(self, "rle", Rle(**rle))
        elif rle is not None and not isinstance(rle, Rle):
            raise InvalidInput(f"Shape.rle takes pixels as COCO stores them, not {shown(rle)}.")

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, the first one first; none while the shape is not labelled yet."""
        return (self.label, *self.also) if self.label else self.also


class Annotation(Value, frozen=True, kw_only=True, omit_defaults=True):
    """All that was said of one asset: its shapes and tags, or *nothing to label*.

    ``nothing_to_label`` is an answer of its own, distinct from an annotation that is not finished; it excludes shapes.
    ``tag_attributes`` holds typed values on the tags: tag, then attribute, then value.
    """

    shapes: tuple[Shape, ...] = ()
    tags: tuple[str, ...] = ()
    nothing_to_label: bool = False
    tag_attributes: dict[str, dict[str, Any]] = field(default_factory=dict)

    if TYPE_CHECKING:  # what is taken; the fields say what it becomes

        def __init__(
            self,
            *,
            shapes: Iterable[Shape] = ...,
            tags: Iterable[str] = ...,
            nothing_to_label: bool = ...,
            tag_attributes: Mapping[str, Mapping[str, Any]] = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        if is_stored():
            return
        if type(self.shapes) is not tuple:
            force_setattr(self, "shapes", tuple(as_list("Annotation.shapes", self.shapes)))
        for shape in self.shapes:
            if not isinstance(shape, Shape):
                raise InvalidInput(f"Annotation.shapes takes nb.Shape values, not {shown(shape)}.")
        if type(self.tags) is not tuple or self.tags:
            force_setattr(self, "tags", tuple(map(as_name, as_list("Annotation.tags", self.tags))))
        for tag in self.tags:
            if not isinstance(tag, str):
                raise InvalidInput(f"Annotation.tags takes names, not {shown(tag)}.")
        if self.nothing_to_label is not False:
            force_setattr(self, "nothing_to_label", plain(self.nothing_to_label))
            check_flag("Annotation.nothing_to_label", self.nothing_to_label)
        if type(self.tag_attributes) is not dict or self.tag_attributes:
            force_setattr(self, "tag_attributes", as_mapping("Annotation.tag_attributes", self.tag_attributes))

    def __repr__(self) -> str:
        counts = Counter(s.label or "without label" for s in self.shapes)
        shapes = ", ".join(f"{n} {label}" for label, n in counts.most_common(8)) + (", …" if len(counts) > 8 else "")
        told = [f"{counted(len(self.shapes), 'shape')}: {shapes}"] if self.shapes else []
        told += [f"tags {', '.join(self.tags)}"] if self.tags else []
        told += ["nothing to label"] if self.nothing_to_label else []
        return one_line(f"Annotation({'; '.join(told) or 'empty'})")

    @property
    def empty(self) -> bool:
        """Whether nothing was said yet."""
        return not self.shapes and not self.tags and not self.nothing_to_label
