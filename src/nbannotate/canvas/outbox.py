"""What the canvas tells the browser: only what differs from what it told before, at the end of each turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from nbannotate.canvas.keys import key_map
from nbannotate.canvas.scene import Style
from nbannotate.canvas.wire import Message, packed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbannotate.canvas.canvas import Canvas
    from nbannotate.model import Shape
    from nbannotate.shapes.flaws import Sentences

TOLD = (  # of a kind
    "name", "title", "gesture", "form", "closed", "opacity", "figured", "ringed", "min_points", "max_points",
    "turns_into",
)  # fmt: skip


class Outbox:
    """Remembers what the overlay and ipycanvas were told.

    Until a view says hello there is nobody to tell; then all is told, and later the differences.
    """

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.live = False
        self._everything = self._image = False
        self._view_id = ""
        self._generation = -1
        self._shapes: dict[str, Shape] = {}
        self._flaws: Mapping[str, Sentences] = {}
        self._selected: tuple[str, ...] = ()
        self._state: dict[str, Any] = {}
        self._keys: list[Any] = []
        self._again: set[str] = set()
        self._preview_of: Any = None
        self._levels: Any = None
        self._refining = False

    def greet(self, view_id: str) -> None:
        """Tell everything at the end of this turn: a view has come."""
        self.live = self._everything = True
        self._preview_of = None
        self._view_id = view_id

    def look(self, view_id: str) -> None:
        """Paint the image and the shapes at the end of this turn: the view has changed."""
        self._image = True
        self._view_id = view_id

    def refine(self) -> None:
        """Paint the image at the end of this turn: there is more of it."""
        self._image = True

    def resend(self, message: Message) -> None:
        """Say again how the shapes of a refused message are; the overlay has changed them already."""
        self._again |= {message.id, *message.ids, *(i for i, _ in message.shapes)} - {""}
        self._state, self._selected = {}, ("?",)

    def error(self, sentence: str) -> None:
        """Show a sentence on the stage."""
        self.send({"type": "error", "text": sentence})

    def send(self, message: dict[str, Any], *buffers: bytes) -> None:
        """Send a message to all views, if there are any."""
        if self.live:
            self.canvas._overlay.send(message, list(buffers))

    def settle(self, origin: tuple[str, int] | None) -> None:
        """Tell what differs now."""
        canvas = self.canvas
        if not self.live or canvas._view is None:
            return
        painter, shapes, selected = canvas._painter, canvas._document.shapes, canvas.selected
        tag = {"g": canvas._generation, "view_id": origin[0] if origin else "", "n": origin[1] if origin else 0}
        fresh = canvas._generation != self._generation
        everything, look = self._everything or fresh, self._image
        self._everything = self._image = False  # also if painting fails, or each later turn would fail too
        number = painter.next_frame()
        flaws = canvas.flaws
        colors_before, hidden = self._state.get("labels"), self._state.get("hidden")
        state, keys = self._state_now(), self._keys_now()

        if everything:
            painter.forget()
            meta, points = packed(shapes.values(), flaws)
            width, height = canvas.image_size
            self.send(
                {
                    "type": "stage", "g": canvas._generation,
                    "view_id": self._view_id, "view": to_builtins(canvas._view),
                    "image": {"width": width, "height": height} if canvas._picture is not None else None,
                    "instead": canvas._instead,
                    "kinds": [{name: getattr(k, name) for name in TOLD} for k in canvas._kinds.values()],
                    "shapes": meta, "selected": list(selected), "state": {**state, **tag}, "keys": keys,
                },
                points,
            )  # fmt: skip
        else:
            self._tell_differences(tag, number, state, keys, flaws)

        repaint_image = everything or look or canvas._levels is not self._levels
        recolored = state["labels"] != colors_before
        changed = shapes is not self._shapes or selected != self._selected or recolored or state["hidden"] != hidden
        if repaint_image:
            painter.resize(canvas._view)
            self.send({"type": "rendering", "g": canvas._generation, "frame": number, "view_id": self._view_id,
                       "view": to_builtins(canvas._view)})  # fmt: skip
            painter.image(canvas._picture, canvas._view, number)
        if repaint_image or changed:
            painter.shapes(shapes, {*selected, *canvas._hidden}, Style.of(canvas.labels), canvas._view, number)
        else:
            painter.number = number - 1
        shown = canvas._generation, canvas._levels, canvas._picture.stage if canvas._picture is not None else None
        refining = canvas._picture is not None and canvas._picture.refining
        if everything or refining != self._refining:
            self.send({"type": "refining", "g": canvas._generation, "on": refining})
            self._refining = refining
        if canvas._picture is not None and self._preview_of != shown:
            self.send({"type": "preview", "g": canvas._generation, "mime": "image/jpeg"}, canvas._picture.preview())
            self._preview_of = shown
        if everything and canvas._wants_values:
            canvas._send_values()
        if origin:
            self.send({"type": "ack", **tag, "frame": painter.number})
        self._again = set()
        self._flaws = flaws
        self._generation, self._shapes, self._selected = canvas._generation, shapes, selected
        self._state, self._keys, self._levels = state, keys, canvas._levels

    def _tell_differences(
        self, tag: dict[str, Any], number: int, state: dict[str, Any], keys: list[Any], flaws: Mapping[str, Sentences]
    ) -> None:
        canvas, old = self.canvas, self._shapes
        new = canvas._document.shapes
        judged = {i for i in {*flaws, *self._flaws} if flaws.get(i) != self._flaws.get(i)}
        if new is not old or self._again or judged:
            changed = [s for i, s in new.items() if old.get(i) is not s or i in self._again or i in judged]
            removed = [i for i in {*old, *self._again} if i not in new]
            meta, points = packed(changed, flaws)
            kept = [i for i in old if i in new] + [i for i in new if i not in old]
            order = {} if kept == list(new) else {"order": list(new)}
            self.send({"type": "patch", **tag, "shapes": meta, "remove": removed, **order}, points)
        if state != self._state:
            self.send({"type": "state", **tag, **state})
        if keys != self._keys:
            self.send({"type": "keys", "keys": keys})
        if canvas.selected != self._selected:
            self.send({"type": "selected", **tag, "ids": list(canvas.selected), "frame": number})

    def _state_now(self) -> dict[str, Any]:
        canvas = self.canvas
        return {
            "tool": canvas._tool,
            "label": canvas._label,
            "drawn": canvas._document.drawn,
            "ready": bool(canvas._document.drawn) and not canvas._document.for_label,
            "labels": [
                {"name": v.name, "color": v.color, "kinds": list(v.kinds)}
                | ({"figure": {"points": list(v.skeleton.points), "edges": v.skeleton.pairs()}} if v.skeleton else {})
                for v in canvas.labels
            ],
            "editable": canvas.editable,
            "locked": list(canvas.locked) if canvas._locked else [],
            "hidden": list(canvas.hidden) if canvas._hidden else [],
            "copied": len(canvas._clipboard),
            "can_undo": canvas.can_undo,
            "can_redo": canvas.can_redo,
            "marks": to_builtins(canvas._marks),
            "most": canvas._max_shapes,
            "several": canvas.several_labels,
            "keys_mode": canvas._keys_mode,
            "levels": canvas._levels_told(),
        }

    def _keys_now(self) -> list[Any]:
        canvas = self.canvas
        found: list[Any] = to_builtins(
            key_map(
                canvas._kinds.values(),
                canvas.labels,
                [bound.key for bound in canvas._bound.values()],
                canvas.several_labels,
            )
        )
        return found
