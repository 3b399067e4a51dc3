"""What the canvas tells the browser: only what differs from what it told before, at the end of each turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nbannotate.canvas import ghosts, level_controls, told
from nbannotate.canvas.effects import Effect, GhostsChanged, ImageRefined, Reverted, ValuesWanted, ViewMoved, ViewOpened
from nbannotate.canvas.keys import Key, key_map
from nbannotate.canvas.model import CanvasModel
from nbannotate.canvas.overlay import Overlay
from nbannotate.canvas.painter import Painter
from nbannotate.canvas.scene import Style
from nbannotate.canvas.told import Figure, KindTold, LabelTold, StateTold, Told, packed
from nbannotate.texts import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbannotate.model import Label, Shape
    from nbannotate.shapes.flaws import Sentences

KIND = KindTold.__struct_fields__


class Outbox:
    """Remembers what the overlay and ipycanvas were told.

    Until a view says hello there is nobody to tell; then all is told, and later the differences.

    Parameters
    ----------
    model
        What is told.
    painter
        Paints it on the layers of ipycanvas.
    overlay
        Sends messages to all views.
    """

    def __init__(self, model: CanvasModel, painter: Painter, overlay: Overlay) -> None:
        self._model, self._painter, self._overlay = model, painter, overlay
        self.live = False
        self._everything = self._image = False
        self._view_id = ""
        self._generation = -1
        self._shapes: dict[str, Shape] = {}
        self._flaws: Mapping[str, Sentences] = {}
        self._selected: tuple[str, ...] = ()
        self._state: StateTold | None = None
        self._keys: list[Key] = []
        self._again: set[str] = set()
        self._preview_of: Any = None
        self._levels: Any = None
        self._refining = False

    def apply(self, effect: Effect) -> None:
        """Do what an effect means for the browser, now or at the end of the transaction."""
        match effect:
            case ViewOpened(view_id):
                self.live = self._everything = True
                self._preview_of = None
                self._view_id = view_id
            case ViewMoved(view_id):
                self._image = True
                self._view_id = view_id
            case ImageRefined():
                self._image = True
            case Reverted(ids):
                self._again |= ids
                self._state, self._selected = None, ("?",)
            case GhostsChanged():
                model = self._model
                self.send(ghosts.message(model.ghosts, Style.of(model.labels.values()), model.generation))
            case ValuesWanted():
                self._send_values()

    def error(self, sentence: Message) -> None:
        """Show a sentence on the stage."""
        self.send(told.ErrorTold(text=sentence))

    def send(self, message: Told, *buffers: bytes) -> None:
        """Send a message to all views, if there are any."""
        if self.live:
            self._overlay.tell(message, *buffers)

    def settle(self, origin: tuple[str, int] | None) -> None:
        """Tell what differs now."""
        model = self._model
        if not self.live or model.view is None:
            return
        painter, shapes, selected = self._painter, model.document.shapes, model.document.selected
        view_id, n = origin or ("", 0)
        fresh = model.generation != self._generation
        everything, look = self._everything or fresh, self._image
        self._everything = self._image = False  # also if painting fails, or each later turn would fail too
        number = painter.next_frame()
        flaws = model.flaws
        before = self._state
        state, keys = self._state_now(view_id, n), self._keys_now()

        if everything:
            painter.forget()
            columns, points = packed(shapes.values(), flaws)
            size = told.Size(*model.image_size) if model.picture is not None else None
            stage = told.StageTold(
                g=model.generation, view_id=self._view_id, view=model.view, image=size, instead=model.instead,
                kinds=[KindTold(**{name: getattr(k, name) for name in KIND}) for k in model.kinds.values()],
                shapes=columns, selected=selected, state=state, keys=keys,
            )  # fmt: skip
            self.send(stage, points)
        else:
            self._tell_differences(state, number, keys, flaws)

        repaint_image = everything or look or model.levels is not self._levels
        restyled = before is None or (before.labels, before.hidden) != (state.labels, state.hidden)
        changed = shapes is not self._shapes or selected != self._selected or restyled
        if repaint_image:
            painter.resize(model.view)
            self.send(told.Rendering(g=model.generation, frame=number, view_id=self._view_id, view=model.view))
            painter.image(model.picture, model.view, number)
        if repaint_image or changed:
            painter.shapes(shapes, {*selected, *model.hidden_ids}, Style.of(model.labels.values()), model.view, number)
        else:
            painter.number = number - 1
        shown = model.generation, model.levels, model.picture.stage if model.picture is not None else None
        refining = model.picture is not None and model.picture.refining
        if everything or refining != self._refining:
            self.send(told.Refining(g=model.generation, on=refining))
            self._refining = refining
        if model.picture is not None and self._preview_of != shown:
            self.send(told.Preview(g=model.generation, mime="image/jpeg"), model.picture.preview())
            self._preview_of = shown
        if everything and model.sends_values:
            self._send_values()
        if origin:
            self.send(told.Acknowledged(g=model.generation, view_id=view_id, n=n, frame=painter.number))
        self._again = set()
        self._flaws = flaws
        self._generation, self._shapes, self._selected = model.generation, shapes, selected
        self._state, self._keys, self._levels = state, keys, model.levels

    def _tell_differences(self, state: StateTold, number: int, keys: list[Key], flaws: Mapping[str, Sentences]) -> None:
        old, new, selected = self._shapes, self._model.document.shapes, self._model.document.selected
        g, view_id, n = state.g, state.view_id, state.n
        judged = {i for i in {*flaws, *self._flaws} if flaws.get(i) != self._flaws.get(i)}
        if new is not old or self._again or judged:
            changed = [s for i, s in new.items() if old.get(i) is not s or i in self._again or i in judged]
            removed = [i for i in {*old, *self._again} if i not in new]
            columns, points = packed(changed, flaws)
            kept = [i for i in old if i in new] + [i for i in new if i not in old]
            order = None if kept == list(new) else list(new)
            self.send(told.Patch(g=g, view_id=view_id, n=n, shapes=columns, remove=removed, order=order), points)
        if self._state is None or state != replace(self._state, g=g, view_id=view_id, n=n):
            self.send(state)
        if keys != self._keys:
            self.send(told.KeysTold(keys=keys))
        if selected != self._selected:
            self.send(told.SelectedTold(g=g, view_id=view_id, n=n, ids=selected, frame=number))

    def _state_now(self, view_id: str, n: int) -> StateTold:
        model = self._model
        return StateTold(
            g=model.generation,
            view_id=view_id,
            n=n,
            tool=model.tool,
            label=model.label,
            drawn=model.document.drawn,
            ready=bool(model.document.drawn) and not model.document.for_label,
            labels=[_label(v) for v in model.labels.values()],
            editable=model.editable,
            locked=model.locked,
            hidden=model.hidden,
            copied=len(model.clipboard),
            can_undo=model.can_undo,
            can_redo=model.can_redo,
            marks=model.marks,
            most=model.max_shapes,
            several=model.several_labels,
            keys_mode=model.keys_mode,
            levels=level_controls.told(model),
        )

    def _keys_now(self) -> list[Key]:
        model = self._model
        bound = [bound.key for bound in model.bound.values()]
        return list(key_map(model.kinds.values(), model.labels.values(), bound, model.several_labels))

    def _send_values(self) -> None:
        """Send the overlay what it needs to show other levels by itself."""
        model = self._model
        if model.picture is None or model.view is None:
            return
        part = model.picture.values(model.view)
        if part is not None:
            whole = part.box == (0.0, 0.0, *map(float, model.image_size))
            head = told.Values(g=model.generation, mime=part.mime, box=part.box, size=part.size, whole=whole)
            self.send(head, part.data)


def _label(label: Label) -> LabelTold:
    its = label.skeleton
    figure = None if its is None else Figure(tuple(its.points), its.pairs())
    return LabelTold(label.name, label.color or "", tuple(label.kinds), figure)
