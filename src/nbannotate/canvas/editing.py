"""What is done to shapes as wholes: select, lock, hide, order, color, copy, paste, duplicate."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from nbannotate.canvas.document import MOST_SHAPES, suits
from nbannotate.canvas.model import CanvasModel
from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Shape, new_shape_id
from nbannotate.model.values import plain
from nbannotate.shapes import groups, kind
from nbannotate.texts import t

PASTED = 12.0  # pixels between a shape and its copy on the same image
MOST_NAMED = 5  # shapes that were left out are named


def select(canvas: CanvasModel, ids: Iterable[str]) -> None:
    """Select shapes by id; unknown ids are passed over."""
    canvas.document.select(ids)


def lock(canvas: CanvasModel, ids: Iterable[str] | None = None, locked: bool = True) -> None:
    """Lock shapes, by default the selection, or unlock them."""
    (canvas.locked_ids.update if locked else canvas.locked_ids.difference_update)(canvas.chosen(ids))


def hide(canvas: CanvasModel, ids: Iterable[str] | None = None, hidden: bool = True) -> None:
    """Hide shapes, by default the selection, or show them again; what is hidden is not selected."""
    (canvas.hidden_ids.update if hidden else canvas.hidden_ids.difference_update)(canvas.chosen(ids))
    canvas.document.select(i for i in canvas.document.selected if i not in canvas.hidden_ids)


def show_all(canvas: CanvasModel) -> None:
    """Show all shapes that are hidden."""
    hide(canvas, canvas.hidden, hidden=False)


def select_all(canvas: CanvasModel) -> None:
    """Select all shapes that are shown."""
    canvas.document.select(i for i in canvas.document.shapes if i not in canvas.hidden_ids)


def bring_to_front(canvas: CanvasModel, ids: Iterable[str] | None = None) -> None:
    """Put shapes, by default the selection, above all others: last in their order."""
    _order(canvas, ids, front=True)


def send_to_back(canvas: CanvasModel, ids: Iterable[str] | None = None) -> None:
    """Put shapes, by default the selection, below all others: first in their order."""
    _order(canvas, ids, front=False)


def _order(canvas: CanvasModel, ids: Iterable[str] | None, *, front: bool) -> None:
    shapes, chosen = canvas.document.shapes, set(canvas.unlocked(ids))
    moved = {i: s for i, s in shapes.items() if i in chosen}
    rest = {i: s for i, s in shapes.items() if i not in chosen}
    canvas.document.change(rest | moved if front else moved | rest)


def set_color(canvas: CanvasModel, color: str | None, ids: Iterable[str] | None = None) -> None:
    """Give shapes, by default the selection, a color of their own; None for that of their label.

    Raises
    ------
    InvalidInput
        If it is not ``#rrggbb``.
    """
    color = plain(color)
    if color is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", str(color)):
        raise InvalidInput(f"The color must look like '#7b1fa2', not {color!r}.")
    shapes = canvas.document.shapes
    canvas.document.put(replace(shapes[i], color=color) for i in canvas.unlocked(ids) if shapes[i].color != color)


def set_attributes(canvas: CanvasModel, attributes: Mapping[str, Mapping[str, Any]]) -> None:
    """Give shapes attributes, by id; all else of them stays as it is now, whatever is drawn meanwhile.

    Those that are locked, or not there any more, are passed over.

    Raises
    ------
    Refused
        All of them are locked.
    """
    shapes = canvas.document.shapes
    canvas.document.put(replace(shapes[i], attributes=dict(attributes[i])) for i in canvas.unlocked(attributes))


def copy(canvas: CanvasModel, ids: Iterable[str] | None = None) -> int:
    """Keep copies of shapes, by default the selection, for :meth:`paste`; return how many."""
    chosen = canvas.chosen(ids)
    if chosen:
        canvas.clipboard = tuple(canvas.document.shapes[i] for i in chosen)
        canvas.copied_at, canvas.pasted = canvas.generation, 0
    return len(chosen)


def cut(canvas: CanvasModel, ids: Iterable[str] | None = None) -> int:
    """Copy shapes, by default the selection, and delete them; return how many."""
    chosen = canvas.unlocked(ids)
    copy(canvas, chosen)
    canvas.document.remove(chosen)
    return len(chosen)


def paste(canvas: CanvasModel) -> tuple[str, ...]:
    """Add what was copied, with ids of its own, and select it; return the ids.

    On the image where it was copied it is shifted a little; on another one it has the same place. No point is
    moved into the image: shapes that are not wholly in it are left out. Labels that are not here are left away;
    ``on_error`` hears which it was.
    """
    canvas.pasted += 1
    shift = PASTED * canvas.pasted if canvas.copied_at == canvas.generation else 0.0
    return _add_copies(canvas, canvas.clipboard, shift)


def duplicate(canvas: CanvasModel, ids: Iterable[str] | None = None) -> tuple[str, ...]:
    """Add copies of shapes, by default the selection, shifted a little, and select them; return their ids."""
    return _add_copies(canvas, [canvas.document.shapes[i] for i in canvas.chosen(ids)], PASTED)


def delete(canvas: CanvasModel, ids: Iterable[str] | None = None) -> None:
    """Delete shapes, by default the selection; those that are locked stay."""
    canvas.document.remove(canvas.unlocked(ids))


def undo(canvas: CanvasModel) -> None:
    """Take back the last change."""
    canvas.document.undo()


def redo(canvas: CanvasModel) -> None:
    """Do again what was taken back last."""
    canvas.document.redo()


def _add_copies(canvas: CanvasModel, shapes: Collection[Shape], shift: float) -> tuple[str, ...]:
    width, height = canvas.image_size
    canvas.check_editable()
    if len(shapes) + len(canvas.document.shapes) > MOST_SHAPES:
        raise Refused(t("There would be more than {most} shapes on this image; that is the limit.", most=MOST_SHAPES))
    canvas.check_room(shapes)
    made, outside, bare = [], [], 0
    names = groups.copied(shapes, canvas.document.shapes.values())
    for number, shape in enumerate(shapes, 1):
        moved = _shifted(shape, shift, width, height) if shift else _as_it_is(shape, width, height)
        if moved is None:
            outside.append(f"{', '.join(shape.labels) or t('no label')} {number}")
            continue
        fit = [
            name
            for name in shape.labels
            if (label := canvas.labels.get(name)) is not None and suits(label, shape.kind, len(shape.points))
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
    canvas.document.put(made)
    canvas.document.select([s.id for s in made])
    if outside:
        which = ", ".join(outside[:MOST_NAMED]) + (", …" if len(outside) > MOST_NAMED else "")
        canvas.complain(
            t("{outside} of {n} shapes do not fit into this image and were left out: {which}.",
              outside=len(outside), n=len(shapes), which=which)
        )  # fmt: skip
    elif bare:
        canvas.complain(
            t("{bare} of {n} shapes have no label now: theirs does not fit here.", bare=bare, n=len(shapes))
        )
    return tuple(s.id for s in made)


def copy_shown(canvas: CanvasModel) -> None:
    """Copy the selection; with none, all that is shown."""
    copy(canvas, canvas.document.selected or [i for i in canvas.document.shapes if i not in canvas.hidden_ids])


def toggle_locked(canvas: CanvasModel) -> None:
    """Lock the selection; if all of it is locked, unlock it."""
    chosen = canvas.chosen(None)
    lock(canvas, chosen, not all(i in canvas.locked_ids for i in chosen))


def toggle_hidden(canvas: CanvasModel) -> None:
    """Hide the selection; with none, show all."""
    if canvas.document.selected:
        hide(canvas)
    else:
        show_all(canvas)


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
