"""What is done to shapes as wholes: lock, hide, order, color, copy, paste, duplicate."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from nbannotate.canvas import parts
from nbannotate.canvas.document import MOST_SHAPES, suits
from nbannotate.canvas.judging import Judged
from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Shape, new_shape_id
from nbannotate.model.values import as_list, plain
from nbannotate.shapes import groups, kind
from nbannotate.texts import t

if TYPE_CHECKING:
    from nbannotate.canvas.canvas import Canvas

PASTED = 12.0  # pixels between a shape and its copy on the same image
MOST_NAMED = 5  # shapes that were left out are named


class Editing(Judged):
    """The base of the canvas for what concerns whole shapes.

    Locked and hidden are settings of the person who looks: they are kept for the session, also while other images are
    shown, and do not go into the annotation.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        self._locked: set[str] = set()
        self._hidden: set[str] = set()
        self._clipboard: tuple[Shape, ...] = ()
        self._copied_at, self._pasted = -1, 0
        super().__init__(*args, **kwargs)

    @property
    def selected(self) -> tuple[str, ...]:
        """Ids of the selected shapes; what was drawn last is, too."""
        return self._document.selected

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of the shapes that a person selected: not of what is selected because it was just drawn."""
        return self._document.chosen

    @property
    def for_label(self) -> tuple[str, ...]:
        """Ids of the shapes that a label is for; none if what is selected was just drawn with the current label."""
        return self._document.for_label

    def select(self, ids: Iterable[str]) -> None:
        """Select shapes by id; unknown ids are passed over."""
        with self._turn():
            self._document.select(ids)

    @property
    def locked(self) -> tuple[str, ...]:
        """Ids of the shapes here that cannot be changed until they are unlocked."""
        return tuple(i for i in self._document.shapes if i in self._locked)

    @property
    def hidden(self) -> tuple[str, ...]:
        """Ids of the shapes here that are not shown."""
        return tuple(i for i in self._document.shapes if i in self._hidden)

    def lock(self, ids: Iterable[str] | None = None, locked: bool = True) -> None:
        """Lock shapes, by default the selection, or unlock them."""
        with self._turn():
            (self._locked.update if locked else self._locked.difference_update)(self._chosen(ids))

    def hide(self, ids: Iterable[str] | None = None, hidden: bool = True) -> None:
        """Hide shapes, by default the selection, or show them again; what is hidden is not selected."""
        with self._turn():
            (self._hidden.update if hidden else self._hidden.difference_update)(self._chosen(ids))
            self._document.select(i for i in self._document.selected if i not in self._hidden)

    def show_all(self) -> None:
        """Show all shapes that are hidden."""
        self.hide(self.hidden, hidden=False)

    def select_all(self) -> None:
        """Select all shapes that are shown."""
        with self._turn():
            self._document.select(i for i in self._document.shapes if i not in self._hidden)

    def bring_to_front(self, ids: Iterable[str] | None = None) -> None:
        """Put shapes, by default the selection, above all others: last in their order."""
        self._order(ids, front=True)

    def send_to_back(self, ids: Iterable[str] | None = None) -> None:
        """Put shapes, by default the selection, below all others: first in their order."""
        self._order(ids, front=False)

    def _order(self, ids: Iterable[str] | None, *, front: bool) -> None:
        with self._turn():
            shapes, chosen = self._document.shapes, set(self._free(ids))
            moved = {i: s for i, s in shapes.items() if i in chosen}
            rest = {i: s for i, s in shapes.items() if i not in chosen}
            self._document.change(rest | moved if front else moved | rest)

    def set_color(self, color: str | None, ids: Iterable[str] | None = None) -> None:
        """Give shapes, by default the selection, a color of their own; None for that of their label.

        Raises
        ------
        InvalidInput
            If it is not ``#rrggbb``.
        """
        color = plain(color)
        if color is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", str(color)):
            raise InvalidInput(f"The color must look like '#7b1fa2', not {color!r}.")
        with self._turn():
            shapes = self._document.shapes
            self._document.put(replace(shapes[i], color=color) for i in self._free(ids) if shapes[i].color != color)

    def set_attributes(self, attributes: Mapping[str, Mapping[str, Any]]) -> None:
        """Give shapes attributes, by id; all else of them stays as it is now, whatever is drawn meanwhile.

        Those that are locked, or not there any more, are passed over.

        Raises
        ------
        Refused
            All of them are locked.
        """
        with self._turn():
            shapes = self._document.shapes
            self._document.put(replace(shapes[i], attributes=dict(attributes[i])) for i in self._free(attributes))

    def split(self, ids: Iterable[str] | None = None) -> tuple[str, ...]:
        """Make a shape of each part of polygons, with its holes, by default of the selection; return the ids.

        Raises
        ------
        Refused
            None of them has several parts, or there would be more shapes than there may be.
        """
        with self._turn():
            return parts.split(cast("Canvas", self), ids)

    def join(self, ids: Iterable[str] | None = None) -> str:
        """Make one polygon of several of one label, by default of the selection; return its id, that of the first.

        Raises
        ------
        Refused
            They are not several polygons of one label.
        """
        with self._turn():
            return parts.join(cast("Canvas", self), ids)

    def group(self, ids: Iterable[str] | None = None) -> str:
        """Say that shapes, by default the selection, belong together (``Shape.group``); return the name of the group.

        Raises
        ------
        Refused
            It is one shape, or none.
        """
        with self._turn():
            return parts.group(cast("Canvas", self), ids)

    def ungroup(self, ids: Iterable[str] | None = None) -> None:
        """Take shapes, by default the selection, out of their groups."""
        with self._turn():
            parts.ungroup(cast("Canvas", self), ids)

    def turn(self, angle: float, ids: Iterable[str] | None = None) -> None:
        """Turn rotated rectangles, by default the selection, to an angle in degrees, clockwise, about their middles.

        Raises
        ------
        InvalidInput
            It is not a number from -360 to 360.
        Refused
            None of the shapes is a rotated rectangle.
        """
        with self._turn():
            parts.turn(cast("Canvas", self), as_angle(angle), ids)

    def copy(self, ids: Iterable[str] | None = None) -> int:
        """Keep copies of shapes, by default the selection, for :meth:`paste`; return how many."""
        with self._turn():
            chosen = self._chosen(ids)
            if chosen:
                self._clipboard = tuple(self._document.shapes[i] for i in chosen)
                self._copied_at, self._pasted = cast("Canvas", self)._generation, 0
            return len(chosen)

    def cut(self, ids: Iterable[str] | None = None) -> int:
        """Copy shapes, by default the selection, and delete them; return how many."""
        with self._turn():
            chosen = self._free(ids)
            self.copy(chosen)
            self._document.remove(chosen)
            return len(chosen)

    def paste(self) -> tuple[str, ...]:
        """Add what was copied, with ids of its own, and select it; return the ids.

        On the image where it was copied it is shifted a little; on another one it has the same place. No point is
        moved into the image: shapes that are not wholly in it are left out. Labels that are not here are left away;
        ``on_error`` hears which it was.
        """
        canvas = cast("Canvas", self)
        with self._turn():
            self._pasted += 1
            shift = PASTED * self._pasted if self._copied_at == canvas._generation else 0.0
            return self._add_copies(self._clipboard, shift)

    def duplicate(self, ids: Iterable[str] | None = None) -> tuple[str, ...]:
        """Add copies of shapes, by default the selection, shifted a little, and select them; return their ids."""
        with self._turn():
            return self._add_copies([self._document.shapes[i] for i in self._chosen(ids)], PASTED)

    def _add_copies(self, shapes: Collection[Shape], shift: float) -> tuple[str, ...]:
        canvas = cast("Canvas", self)
        width, height = canvas.image_size
        if not canvas.editable:
            raise Refused("These shapes can be looked at, but not changed.")
        if len(shapes) + len(self._document.shapes) > MOST_SHAPES:
            raise Refused(f"There would be more than {MOST_SHAPES} shapes on this image; that is the limit.")
        self._check_room(shapes)
        made, outside, bare = [], [], 0
        names = groups.copied(shapes, self._document.shapes.values())
        for number, shape in enumerate(shapes, 1):
            moved = _shifted(shape, shift, width, height) if shift else _as_it_is(shape, width, height)
            if moved is None:
                outside.append(f"{', '.join(shape.labels) or t('no label')} {number}")
                continue
            fit = [
                name
                for name in shape.labels
                if (label := canvas._labels.get(name)) is not None and suits(label, shape.kind, len(shape.points))
            ]
            bare += bool(shape.label) and not fit
            also = tuple(fit[1:]) if canvas.several_labels else ()
            made.append(
                replace(
                    moved, id=new_shape_id(), label=fit[0] if fit else "", also=also,
                    group=names.get(shape.group), track=None if shift else shape.track,
                    keyframe=shape.keyframe and not shift,  # a track is one thing: once in an image
                )
            )  # fmt: skip
        self._document.put(made)
        self._document.select([s.id for s in made])
        if outside:
            which = ", ".join(outside[:MOST_NAMED]) + (", …" if len(outside) > MOST_NAMED else "")
            self._complain(
                t("{outside} of {n} shapes do not fit into this image and were left out: {which}.",
                  outside=len(outside), n=len(shapes), which=which)
            )  # fmt: skip
        elif bare:
            self._complain(f"{bare} of {len(shapes)} shapes have no label now: theirs does not fit here.")
        return tuple(s.id for s in made)

    # ---- what messages share with the calls

    def _chosen(self, ids: Iterable[str] | None) -> tuple[str, ...]:
        """Return the ids that there are, in the order of the shapes; by default those of the selection."""
        wanted = set(self._document.selected if ids is None else as_list("ids", ids))
        return tuple(i for i in self._document.shapes if i in wanted)

    def _free(self, ids: Iterable[str] | None) -> tuple[str, ...]:
        """Return the chosen ids that are not locked; Refused if all of them are."""
        chosen = self._chosen(ids)
        free = tuple(i for i in chosen if i not in self._locked)
        if chosen and not free:
            raise Refused(f"{'This is' if len(chosen) == 1 else 'All of these are'} locked; Shift+L unlocks.")
        return free

    def _act(self, name: str) -> None:
        """Do what the browser asks for by name."""
        if name not in ACTIONS:
            raise InvalidInput("The canvas sent an action that is not known.")
        action, changes = ACTIONS[name]
        if changes and not cast("Canvas", self).editable:
            raise Refused("These shapes can be looked at, but not changed.")
        action(self)

    def _copy(self) -> None:
        """Copy the selection; with none, all that is shown."""
        self.copy(self._document.selected or [i for i in self._document.shapes if i not in self._hidden])

    def _toggle_lock(self) -> None:
        chosen = self._chosen(None)
        self.lock(chosen, not all(i in self._locked for i in chosen))

    def _toggle_hidden(self) -> None:
        if self._document.selected:
            self.hide()
        else:
            self.show_all()


def as_angle(value: float) -> float:
    """Return an angle in degrees; InvalidInput if it is no number, or beyond a whole turn."""
    given = plain(value)
    if isinstance(given, bool) or not isinstance(given, int | float) or not -360 <= given <= 360:
        raise InvalidInput(f"angle is a number of degrees from -360 to 360, not {value!r}.")
    return float(given)


def _shifted(shape: Shape, shift: float, width: float, height: float) -> Shape:
    """Return a copy beside a shape on the same image: the other way at an edge, less far where there is no room."""
    its = kind(shape.kind)
    x0, y0, x1, y1 = its.bounds(shape.points)
    return its.moved(shape, _step(shift, x0, width - x1), _step(shift, y0, height - y1))


def _step(shift: float, before: float, behind: float) -> float:
    if behind >= shift or before >= shift:
        return shift if behind >= shift else -shift
    return max(0.0, behind) if behind >= before else -max(0.0, before)


def _as_it_is(shape: Shape, width: int, height: int) -> Shape | None:
    """Return a shape as it is on another image; None if it is not wholly in it."""
    its = kind(shape.kind)
    x0, y0, x1, y1 = its.bounds(shape.points)
    if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
        return None
    fitted = its.fitted(shape, width, height)  # of a mask the size of its image; no point of it moves
    return None if its.problem(fitted, width, height) else fitted


#: What the browser may ask for by name; True: it changes shapes.
ACTIONS: dict[str, tuple[Callable[[Editing], object], bool]] = {
    "all": (Editing.select_all, False),
    "lock": (Editing._toggle_lock, True),
    "hide": (Editing._toggle_hidden, False),
    "front": (Editing.bring_to_front, True),
    "back": (Editing.send_to_back, True),
    "copy": (Editing._copy, False),
    "cut": (Editing.cut, True),
    "paste": (Editing.paste, True),
    "duplicate": (Editing.duplicate, True),
    "split": (Editing.split, True),
    "join": (Editing.join, True),
    "group": (Editing.group, True),
    "ungroup": (Editing.ungroup, True),
    "convert": (lambda canvas: cast("Canvas", canvas).convert(), True),
    "uncolor": (lambda canvas: canvas.set_color(None), True),
}
