"""The shapes of one asset while someone works on them: selection, undo and redo. Plain values, no widgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from math import isfinite

from msgspec.structs import replace

from nbannotate.canvas.history import History
from nbannotate.errors import InvalidInput, NotFound
from nbannotate.model import Label, Shape
from nbannotate.model.values import as_list
from nbannotate.shapes import kind
from nbannotate.texts import Message, quoted, t

MOST_SHAPES = 100_000


class Document:
    """Shapes in the order in which they were drawn, what is selected, and how to go back.

    Parameters
    ----------
    shapes
        What is there at first; this cannot be undone.
    """

    def __init__(self, shapes: Iterable[Shape] = ()) -> None:
        self.shapes: dict[str, Shape] = checked(shapes)
        self.selected: tuple[str, ...] = ()
        self._drawn, self._ready = "", False
        self._history = History()

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._history.back)

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        return bool(self._history.forth)

    def change(self, shapes: dict[str, Shape], *, undoable: bool = True, merge: object = None) -> bool:
        """Set all shapes; return whether anything differs.

        Parameters
        ----------
        shapes
            All shapes by id.
        undoable
            Whether undo brings back what was there; if not, the history starts afresh.
        merge
            Changes in a row with the same value, not None, are undone together.
        """
        if shapes == self.shapes and list(shapes) == list(self.shapes):
            return False
        if undoable:
            self._history.note(self.shapes, shapes, merge)
        else:
            self._history.forget()
        self._set(shapes)
        return True

    def put(self, shapes: Iterable[Shape], *, merge: object = None) -> bool:
        """Add shapes, or replace those with the same id; return whether anything differs."""
        return self.change(self.shapes | {s.id: s for s in shapes}, merge=merge)

    def remove(self, ids: Iterable[str]) -> bool:
        """Remove shapes; unknown ids are passed over."""
        gone = set(ids)
        return self.change({i: s for i, s in self.shapes.items() if i not in gone})

    def undo(self) -> bool:
        """Go back one change; return whether there was one."""
        return self._back(self._history.undo(self.shapes))

    def redo(self) -> bool:
        """Do again what was undone last; return whether there was something."""
        return self._back(self._history.redo(self.shapes))

    def _back(self, shapes: dict[str, Shape] | None) -> bool:
        if shapes is None:
            return False
        self._set(shapes)
        return True

    def _set(self, shapes: dict[str, Shape]) -> None:
        self.shapes = shapes
        self.selected = tuple(i for i in self.selected if i in shapes)

    def select(self, ids: Iterable[str]) -> bool:
        """Select shapes by id, unknown ones passed over; return whether the selection differs."""
        wanted = tuple(i for i in dict.fromkeys(as_list("ids", ids)) if i in self.shapes)
        changed, self.selected = wanted != self.selected, wanted
        self._drawn, self._ready = "", False
        return changed

    def draw(self, shape: Shape) -> None:
        """Add a shape that was drawn; it is selected, but nobody chose it."""
        self.put([shape])
        self.select([shape.id])
        self._drawn, self._ready = shape.id, bool(shape.label)

    @property
    def drawn(self) -> str:
        """Id of the shape that was drawn last, while it is the selection and nobody chose it; else empty."""
        return self._drawn if self.selected == (self._drawn,) else ""

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of the shapes that a person selected: not of what is selected because it was drawn."""
        return () if self.drawn else self.selected

    @property
    def for_label(self) -> tuple[str, ...]:
        """Ids of the shapes that a label is for; of what was drawn with the current label none: it has one."""
        return () if self.drawn and self._ready else self.selected

    def label(self, label: Label | None, ids: Iterable[str]) -> tuple[bool, str | None]:
        """Label shapes, or take their label away; return whether anything differs, and why some were passed over."""
        shapes = [self.shapes[i] for i in ids if i in self.shapes]
        fit = [s for s in shapes if label is None or suits(label, s.kind, len(s.points))]
        self._ready = False
        name = "" if label is None else label.name
        changed = self.put(replace(s, label=name, also=()) if s.label != name or s.also else s for s in fit)
        refused = next((s for s in shapes if s not in fit), None)
        return changed, None if refused is None or label is None else not_allowed(label, refused.kind)

    def toggle(self, label: Label, ids: Iterable[str]) -> tuple[bool, str | None]:
        """Add a label to shapes; if all of them have it, take it away; the answer is that of :meth:`label`."""
        shapes = [self.shapes[i] for i in ids if i in self.shapes]
        if shapes and all(label.name in s.labels for s in shapes):
            rest = [(s, [n for n in s.labels if n != label.name]) for s in shapes]
            return self.put(replace(s, label=n[0] if n else "", also=tuple(n[1:])) for s, n in rest), None
        bare = [s for s in shapes if label.name not in s.labels]
        fit = [s for s in bare if (allows(label, s.kind) if s.label else suits(label, s.kind, len(s.points)))]
        changed = self.put(
            replace(s, also=(*s.also, label.name)) if s.label else replace(s, label=label.name) for s in fit
        )
        refused = next((s for s in bare if s not in fit), None)
        return changed, None if refused is None else not_allowed(label, refused.kind)


def allows(label: Label, name: str) -> bool:
    """Return whether a label may stand on a shape kind."""
    return not label.kinds or name in label.kinds


def suits(label: Label, name: str, points: int) -> bool:
    """Return whether a label may stand on a shape: its kind, and where the label says them, its number of points."""
    figure = label.skeleton.points if label.skeleton is not None else ()
    return allows(label, name) and (not kind(name).figured or len(figure) == points)


def not_allowed(label: Label, name: str) -> Message:
    """Return the sentence that says what a label takes."""
    if allows(label, name) and kind(name).figured:
        points = f"one of {len(label.skeleton.points)} points" if label.skeleton is not None else "none"
        return t(
            "This {kind+} does not fit the label {label}, which has {points}.",
            kind=name,
            label=quoted(label.name),
            points=points,
        )
    return t(
        "The label {label} takes {kinds}, not {kind+}.",
        label=quoted(label.name),
        kinds=" or ".join(label.kinds),
        kind=name,
    )


def checked(shapes: Iterable[Shape] | Mapping[str, Shape]) -> dict[str, Shape]:
    """Return shapes by id, of known kinds and with usable points.

    Points outside the image and shapes without area pass: they were stored so, and someone has to see and mend them.

    Raises
    ------
    InvalidInput
        If something is not a shape, is there twice, is of an unknown kind, or has points that cannot be painted.
    """
    found: dict[str, Shape] = {}
    known: dict[str, int] = {}  # how many points a kind needs
    if not isinstance(shapes, list | tuple):
        shapes = list(shapes.values()) if isinstance(shapes, Mapping) else as_list("shapes", shapes)
    for shape in shapes:
        if not isinstance(shape, Shape):
            raise InvalidInput(f"shapes takes nbannotate.model.Shape values, not {shape!r}.")
        if shape.kind not in known:
            try:
                known[shape.kind] = kind(shape.kind).min_points
            except NotFound as error:
                raise InvalidInput(t("Shape {which}: {flaws+}", which=quoted(shape.id), flaws=error.message)) from error
        least = known[shape.kind]
        if len(shape.points) < least or not all(map(isfinite, chain.from_iterable(shape.points))):
            raise InvalidInput(
                f"Shape {shape.id!r}: a {shape.kind} needs at least {least} points with finite coordinates."
            )
        if shape.id in found:
            raise InvalidInput(f"The shape id {shape.id!r} is there twice.")
        found[shape.id] = shape
    return found
