"""Bringing together what two sides made of the same annotation: a three-way merge, shape by shape and tag by tag.

What only one side changed is taken. Where both changed the same thing, and not to the same, there is a conflict, which
somebody or something decides; nothing disappears without one.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Shape
from nbannotate.model.shape import new_shape_id
from nbannotate.model.value import Record
from nbannotate.model.values import shown
from nbannotate.rules.compare import changes, differs
from nbannotate.rules.matching import matched

What = Literal["changed", "removed", "added", "tag", "nothing_to_label", "asset"]
Side = Literal["ours", "theirs", "base", "both"]
SIDES: tuple[Side, ...] = ("ours", "theirs", "base", "both")


class MergeConflict(Record, frozen=True):
    """One thing of which two sides say something different.

    Parameters
    ----------
    asset
        Name of the asset.
    what
        ``"changed"``: both changed a shape; ``"removed"``: one removed it and the other one changed it; ``"added"``:
        both added one in the same place, with the same label, but not the same; ``"tag"``: the same of a tag and its
        attributes; ``"nothing_to_label"``: one says so, and the other one changed shapes; ``"asset"``: one took the
        asset away, and the other one changed what is said of it.
    base, ours, theirs
        The shape as it was, and as each side has it; None where it is not there, and where it is about no shape.
    tag
        Name of the tag; empty where the conflict is of none.
    values
        Of a tag, its attributes as they were, and as each side has them; None where the tag is not there.
    ours_by, theirs_by
        Login of who said it last on each side; empty where nobody did.
    ours_at, theirs_at
        When that was, in UTC.
    """

    asset: str
    what: What
    base: Shape | None = None
    ours: Shape | None = None
    theirs: Shape | None = None
    tag: str = ""
    values: tuple[dict[str, Any] | None, dict[str, Any] | None, dict[str, Any] | None] = (None, None, None)
    ours_by: str = ""
    theirs_by: str = ""
    ours_at: datetime.datetime | None = None
    theirs_at: datetime.datetime | None = None

    @property
    def label(self) -> str:
        """The label of the shape; empty where the conflict is of none."""
        shape = self.ours or self.theirs or self.base
        return shape.label if shape is not None else ""

    @property
    def newest(self) -> Side:
        """Which side said it last; ours, if that cannot be told."""
        if self.theirs_at is None or (self.ours_at is not None and self.ours_at >= self.theirs_at):
            return "ours"
        return "theirs"


#: What is decided: one side, as it was, both of them; or a shape of one's own.
Choice = Side | Shape
Choose = Callable[[MergeConflict], Choice]


class Said(Struct, frozen=True):
    """What one side says of an asset, and who said so, and when."""

    annotation: Annotation
    by: str = ""
    at: datetime.datetime | None = None


class Decided(Struct, frozen=True):
    """A conflict, and what was chosen: a side, or ``"own"`` for a shape that was given."""

    conflict: MergeConflict
    choice: str


class Merged(Struct, frozen=True):
    """What came of it: the annotation, None if the asset is taken away; and what had to be decided."""

    annotation: Annotation | None
    conflicts: tuple[Decided, ...] = ()


def merged(
    asset: str, base: Said | None, ours: Said | None, theirs: Said | None, choose: Choose, threshold: float | None
) -> Merged:
    """Return what both sides made of an asset, brought together.

    Parameters
    ----------
    asset
        Its name.
    base, ours, theirs
        What is said of it; None where the asset is not there.
    choose
        Decides a conflict.
    threshold
        The least overlap of two shapes with different ids that are the same one.
    """
    was = base.annotation if base is not None else Annotation()
    if base is not None and (ours is None or theirs is None):
        return _of_assets(asset, base, ours, theirs, choose)
    if ours is None or theirs is None:
        only = ours or theirs
        return Merged(None if only is None else only.annotation)
    if exact(theirs.annotation) in (exact(was), exact(ours.annotation)):
        return Merged(ours.annotation)
    if exact(ours.annotation) == exact(was):
        return Merged(theirs.annotation)
    return _Merging(asset, was, ours, theirs, choose, threshold).result()


def exact(said: Annotation | Shape | None) -> bytes:
    """Return what is said so that two are the same only if all values, and their types, are: 1 is not True."""
    return msgspec.json.encode(said, order="sorted")


def _of_assets(asset: str, base: Said, ours: Said | None, theirs: Said | None, choose: Choose) -> Merged:
    """Return what becomes of an asset that a side took away."""
    there = ours or theirs
    if there is None or exact(there.annotation) == exact(base.annotation):
        return Merged(None)
    conflict = _signed(MergeConflict(asset, "asset"), ours, theirs)
    choice = _checked(choose(conflict), conflict)
    kept: Annotation | None = there.annotation
    if choice == "base":
        kept = base.annotation
    elif choice != "both":
        kept = there.annotation if (choice == "ours") == (ours is not None) else None
    return Merged(kept, (Decided(conflict, str(choice)),))


def _signed(conflict: MergeConflict, ours: Said | None, theirs: Said | None) -> MergeConflict:
    return replace(
        conflict,
        ours_by=ours.by if ours else "", theirs_by=theirs.by if theirs else "",
        ours_at=ours.at if ours else None, theirs_at=theirs.at if theirs else None,
    )  # fmt: skip


def _checked(choice: Any, conflict: MergeConflict) -> Choice:
    """Return what was chosen, or raise InvalidInput if it is nothing that can be."""
    of_shapes = conflict.what in ("changed", "removed", "added")
    if isinstance(choice, Shape) and of_shapes:
        return choice
    if isinstance(choice, str) and choice in SIDES:
        side: Side = choice
        return side
    own = ", or a shape" if of_shapes else ""
    raise InvalidInput(
        f"{conflict.asset}: resolve must choose {', '.join(map(repr, SIDES))}{own}, not {shown(choice)}. "
        "Nothing was changed."
    )


class _Merging:
    """One merge under way."""

    def __init__(
        self, asset: str, base: Annotation, ours: Said, theirs: Said, choose: Choose, threshold: float | None
    ) -> None:
        self.asset, self.base, self.signed, self.choose, self.threshold = asset, base, (ours, theirs), choose, threshold
        self.ours, self.theirs = ours.annotation, theirs.annotation
        self.decided: list[Decided] = []

    def result(self) -> Merged:
        nothing, shapes = self._shapes()
        tags = self._tags()
        annotation = Annotation(
            shapes=tuple(_with_own_ids(shapes)),
            tags=tuple(tags),
            nothing_to_label=nothing,
            tag_attributes={tag: its for tag, its in tags.items() if its},
        )
        return Merged(annotation, tuple(self.decided))

    def decide(self, conflict: MergeConflict) -> Choice:
        """Return what is chosen."""
        conflict = _signed(conflict, *self.signed)
        choice = _checked(self.choose(conflict), conflict)
        self.decided.append(Decided(conflict, "own" if isinstance(choice, Shape) else choice))
        return choice

    def _shapes(self) -> tuple[bool, Iterable[Shape]]:
        """Return whether there is nothing to label, and the shapes."""
        ours, theirs = self.ours, self.theirs
        if ours.nothing_to_label != theirs.nothing_to_label:
            other = theirs if ours.nothing_to_label else ours
            if self.base.nothing_to_label:
                return False, other.shapes  # one side has found something
            if not changes(self.base.shapes, other.shapes, self.threshold):
                return True, ()
            choice = self.decide(MergeConflict(self.asset, "nothing_to_label"))
            if choice == "base":
                return self.base.nothing_to_label, self.base.shapes
            chosen = {"ours": ours, "theirs": theirs}.get(str(choice), other)
            return chosen.nothing_to_label, chosen.shapes
        return ours.nothing_to_label, self._three_way()

    def _three_way(self) -> Iterable[Shape]:
        """Return the shapes of both sides, ours in their order, then what theirs added."""
        mine = matched(self.base.shapes, self.ours.shapes, self.threshold)
        yours = matched(self.base.shapes, self.theirs.shapes, self.threshold)
        in_ours = {id(was): now for was, now in mine.pairs}
        in_theirs = {id(was): now for was, now in yours.pairs}
        becomes: dict[int, list[Shape]] = {}
        late: list[Shape] = []
        for was in self.base.shapes:
            one, other = in_ours.get(id(was)), in_theirs.get(id(was))
            kept = self._of_both(was, one, other)
            if one is not None:
                becomes[id(one)] = kept
            else:
                late += kept
        pairs, new = self._added(mine.added, yours.added)
        for one, other in pairs:
            becomes[id(one)] = self._of_both(None, one, other)
        return [*(s for one in self.ours.shapes for s in becomes.get(id(one), [one])), *late, *new]

    def _of_both(self, was: Shape | None, one: Shape | None, other: Shape | None) -> list[Shape]:
        """Return what becomes of a shape, of which each side has one or none."""
        if one is None and other is None:
            return []
        if was is not None:
            mine, yours = _changed(was, one), _changed(was, other)
            if not yours and (mine or exact(one) != exact(was)):
                return [one] if one is not None else []
            if not mine:
                return [other] if other is not None else []
        if one is not None and other is not None and not _changed(one, other):
            return [one]
        what: What = "added" if was is None else "removed" if one is None or other is None else "changed"
        return self._chosen(MergeConflict(self.asset, what, was, one, other))

    def _chosen(self, conflict: MergeConflict) -> list[Shape]:
        choice = self.decide(conflict)
        if isinstance(choice, Shape):
            return [choice]
        sides = {"ours": (conflict.ours,), "theirs": (conflict.theirs,), "base": (conflict.base,),
                 "both": (conflict.ours, conflict.theirs)}  # fmt: skip
        return [shape for shape in sides[choice] if shape is not None]

    def _added(self, mine: Sequence[Shape], yours: Sequence[Shape]) -> tuple[list[tuple[Shape, Shape]], list[Shape]]:
        """Return which of the shapes that both sides added are the same ones, and those that only theirs has."""
        ids = {s.id: s for s in mine}
        pairs = [(ids[s.id], s) for s in yours if s.id in ids]
        paired = {id(s) for pair in pairs for s in pair}
        for label in dict.fromkeys(s.label for s in yours):
            one, other = ([s for s in some if s.label == label and id(s) not in paired] for some in (mine, yours))
            pairs += matched(one, other, self.threshold).pairs
        found = {id(other) for _, other in pairs}
        return pairs, [s for s in yours if id(s) not in found]

    def _tags(self) -> dict[str, dict[str, Any]]:
        """Return the tags with their attributes: ours in their order, then what theirs added."""
        found: dict[str, dict[str, Any]] = {}
        for tag in dict.fromkeys([*self.ours.tags, *self.theirs.tags]):
            was, one, other = values = (_of_tag(self.base, tag), _of_tag(self.ours, tag), _of_tag(self.theirs, tag))
            kept = one if other in (was, one) else other
            if other not in (was, one) and one != was:
                choice = self.decide(MergeConflict(self.asset, "tag", tag=tag, values=values))
                both = None if one is None and other is None else {**(other or {}), **(one or {})}
                kept = {"ours": one, "theirs": other, "base": was}.get(str(choice), both)
            if kept is not None:
                found[tag] = kept
        return found


def _changed(was: Shape, now: Shape | None) -> bool:
    """Return whether a shape is not there any more, or is another one."""
    return now is None or bool(differs(was, now)) or was.confidence != now.confidence


def _of_tag(annotation: Annotation, tag: str) -> dict[str, Any] | None:
    return annotation.tag_attributes.get(tag, {}) if tag in annotation.tags else None


def _with_own_ids(shapes: Iterable[Shape]) -> Iterable[Shape]:
    """Return shapes of which no two have the same id: the later one gets another one."""
    ids: set[str] = set()
    for shape in shapes:
        own = replace(shape, id=new_shape_id()) if shape.id in ids else shape
        ids.add(own.id)
        yield own
