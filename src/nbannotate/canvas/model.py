"""What a canvas shows and what may be done to it: shapes, selection, tool, label, view, levels. No widget, no thread.

Functions over the model stand by topic (:mod:`.editing`, :mod:`.grouping`, :mod:`.labeling`, :mod:`.level_controls` …)
and as handlers of messages (:mod:`.handlers`). They change it, and queue what is to be done outside (:mod:`.effects`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec.structs import replace

from nbannotate.canvas.document import Document
from nbannotate.canvas.effects import Complained, Effect, GhostsChanged, ViewMoved, ViewOpened
from nbannotate.canvas.ghosts import Ghost
from nbannotate.canvas.keys import Bound
from nbannotate.canvas.levels import Levels, of_picture, put_on
from nbannotate.canvas.limits import beyond
from nbannotate.canvas.picture import Picture
from nbannotate.canvas.state import CanvasState, Mark
from nbannotate.canvas.view import View
from nbannotate.errors import InvalidInput, Refused
from nbannotate.imaging import Window
from nbannotate.model import Label, Recipe, Shape
from nbannotate.model.suggestions import sentence, unknown
from nbannotate.model.values import as_list, as_name, plain
from nbannotate.shapes import flaws, kind, kinds
from nbannotate.texts import Message, t

READ_ONLY = t("These shapes can be looked at, but not changed.")


class CanvasModel:
    """The state of one canvas.

    Parameters
    ----------
    picture
        The image, or None for an empty stage.
    shapes
        What is there at first, in image pixels, origin top-left.
    labels
        By name, each with a color.
    editable
        Whether shapes can be changed.
    keys_mode
        ``"stage"`` or ``"page"``: where keys act.
    """

    def __init__(
        self,
        picture: Picture | None,
        shapes: Iterable[Shape],
        labels: dict[str, Label],
        editable: bool,
        keys_mode: Literal["stage", "page"],
    ) -> None:
        self.picture, self.document, self.labels = picture, Document(shapes), labels
        self.editable, self.keys_mode = editable, keys_mode
        self.kinds = kinds()
        self.generation = 0  # how many images were shown before this one
        self.view: View | None = None
        self.label, self.tool, self.tool_before = "", "select", "select"
        self.marks: tuple[Mark, ...] = ()
        self.ghosts: tuple[Ghost, ...] = ()
        self.instead = Message()  # a sentence in the place of an image
        self.max_shapes: int | None = None
        self.min_size: float | None = None
        self.several_labels = False
        # Locked and hidden are settings of the person who looks: they stay for the session, also while other images
        # are shown, and are no part of the annotation.
        self.locked_ids: set[str] = set()
        self.hidden_ids: set[str] = set()
        self.clipboard: tuple[Shape, ...] = ()
        self.copied_at, self.pasted = -1, 0  # on which image it was copied, and how often it was pasted
        self.levels = Levels()
        self.presets: dict[str, Window] | None = None
        self.sends_values = False  # somebody dragged a window: the values of the next image are sent ahead
        self.bound: dict[str, Bound] = {}
        self._finder = flaws.Finder()
        self._flaws: dict[str, flaws.Sentences] = {}
        self._flaws_of: tuple[object, ...] = (None,)
        self._effects: list[Effect] = []
        self.use_levels(of_picture(picture, self.levels))

    # ---- what it says of itself

    @property
    def image_size(self) -> tuple[int, int]:
        """Width and height of the image in pixels; ``(0, 0)`` without one."""
        return (self.picture.width, self.picture.height) if self.picture is not None else (0, 0)

    @property
    def locked(self) -> tuple[str, ...]:
        """Ids of the shapes here that are locked."""
        return tuple(i for i in self.document.shapes if i in self.locked_ids) if self.locked_ids else ()

    @property
    def hidden(self) -> tuple[str, ...]:
        """Ids of the shapes here that are hidden."""
        return tuple(i for i in self.document.shapes if i in self.hidden_ids) if self.hidden_ids else ()

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return self.editable and self.document.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        return self.editable and self.document.can_redo

    @property
    def state(self) -> CanvasState:
        """What a toolbar shows."""
        drawn = self.document.drawn
        return CanvasState(
            self.tool, self.label, self.can_undo, self.can_redo, self.view.k if self.view is not None else 1.0,
            self.editable, len(self.locked), len(self.hidden), len(self.clipboard),
            drawn, bool(drawn) and not self.document.for_label,
        )  # fmt: skip

    @property
    def flaws(self) -> dict[str, flaws.Sentences]:
        """What is wrong with shapes, in sentences, by id; found again only when the shapes differ."""
        shapes, (width, height) = self.document.shapes, self.image_size
        judged = shapes, width, height, self.min_size
        if self._flaws_of[0] is not shapes or self._flaws_of[1:] != judged[1:]:
            self._flaws = self._finder.find(shapes.values(), width, height, self.min_size) if width else {}
            self._flaws_of = judged
        return self._flaws

    # ---- effects

    def queue(self, effect: Effect) -> None:
        """Say what is to be done outside at the end of this transaction."""
        self._effects.append(effect)

    def complain(self, sentence: Message) -> None:
        """Tell the person a sentence; what was done stays done."""
        self.queue(Complained(sentence))

    def take_effects(self) -> list[Effect]:
        """Return what was queued; nothing is queued then."""
        taken, self._effects = self._effects, []
        return taken

    # ---- what most functions need

    def chosen(self, ids: Iterable[str] | None) -> tuple[str, ...]:
        """Return the ids that there are, in the order of the shapes; by default those of the selection."""
        wanted = set(self.document.selected if ids is None else as_list("ids", ids))
        return tuple(i for i in self.document.shapes if i in wanted)

    def unlocked(self, ids: Iterable[str] | None) -> tuple[str, ...]:
        """Return the chosen ids that are not locked; Refused if all of them are."""
        chosen = self.chosen(ids)
        free = tuple(i for i in chosen if i not in self.locked_ids)
        if chosen and not free:
            raise Refused(f"{'This is' if len(chosen) == 1 else 'All of these are'} locked; Shift+L unlocks.")
        return free

    def check_editable(self) -> None:
        """Raise Refused if the shapes can only be looked at."""
        if not self.editable:
            raise Refused(READ_ONLY)

    def check_room(self, more: Iterable[Shape] | None = None) -> None:
        """Raise Refused if shapes, by default one that is drawn, would be too many: none of them is added then."""
        if self.max_shapes is None:
            return
        here = self._counted(self.document.shapes.values())
        new = 1 if more is None else self._counted(more)
        if new and here + new > self.max_shapes:
            raise Refused(beyond(self.max_shapes, here, new))

    def _counted(self, shapes: Iterable[Shape]) -> int:
        """Count shapes, in contrast to those whose label is not known here: something else left them."""
        return sum(not s.label or s.label in self.labels for s in shapes)

    def label_named(self, name: str) -> Label:
        """Return a label by its name, or raise InvalidInput."""
        name = as_name(name)
        if name not in self.labels:
            raise InvalidInput(sentence(unknown("label", name, self.labels)))
        return self.labels[name]

    # ---- tool, labels, view

    def pick_tool(self, name: str) -> None:
        """Take a tool: ``"select"``, ``"zone"``, or the name of a shape kind."""
        name = plain(name)
        if name not in ("select", "zone"):
            kind(name)
            self.check_editable()
        if name == "zone" and self.tool != "zone":
            self.tool_before = self.tool
        self.tool = name

    def zone_tool_done(self) -> None:
        """Take the tool again that was there before the one for zones."""
        if self.tool == "zone":
            self.tool = self.tool_before

    def set_labels(self, labels: dict[str, Label]) -> None:
        """Have other labels; the one of the next shape stays if it is among them."""
        self.labels = labels
        if self.label not in labels:
            self.label = ""

    def set_editable(self, editable: bool) -> None:
        """Let shapes be changed, or only looked at."""
        self.editable = editable
        if not editable and self.tool != "zone":
            self.tool = "select"

    def set_ghosts(self, ghosts: tuple[Ghost, ...]) -> None:
        """Show other ghosts."""
        if ghosts != self.ghosts:
            self.ghosts = ghosts
            self.queue(GhostsChanged())

    def open_view(self, view: View, view_id: str) -> None:
        """Take over the stage of a view that came: its zoom and middle stay those of the canvas."""
        if self.picture is not None:
            size = self.image_size
            view = self.view.on_stage(view, *size) if self.view is not None else view.fitted(*size)
        self.view = view
        self.queue(ViewOpened(view_id))
        self.queue(GhostsChanged())

    def move_view(self, view: View, view_id: str) -> None:
        """Take over where somebody zoomed or moved the image."""
        self.view = view
        self.queue(ViewMoved(view_id))

    def use_levels(self, levels: Levels) -> None:
        """Show the image with levels."""
        if levels != self.levels:
            self.levels = levels
        if self.picture is not None:
            put_on(self.picture, levels)

    def show(
        self, picture: Picture | None, document: Document, labels: dict[str, Label] | None, editable: bool,
        instead: str, keep_view: bool,
    ) -> None:  # fmt: skip
        """Show another image: nothing is selected, marked or ghostly, and the view is fitted."""
        size = self.image_size
        self.picture, self.document = picture, document
        self.generation += 1
        self.marks, self.ghosts, self.instead = (), (), Message(instead)
        self.set_labels(self.labels if labels is None else labels)
        self.zone_tool_done()
        self.set_editable(editable)
        self.use_levels(of_picture(picture, self.levels))
        same = keep_view and picture is not None and size == (picture.width, picture.height)
        if self.view is not None and picture is not None and not (same and not self.view.fit):
            self.view = self.view.fitted(picture.width, picture.height)


def as_labels(labels: Sequence[Label | str]) -> dict[str, Label]:
    """Return labels by name, each with a color; InvalidInput if a name stands twice."""
    return {v.name: replace(v) for v in Recipe(labels=labels, open_labels=True).labels}
