"""The canvas: an image on which shapes are drawn, as one widget for pages and notebooks.

State lives here, once: a document (shapes, selection, history), the tool, the label, the view. Each call or message is
a *turn* (:mod:`nbannotate.canvas.turns`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import ipywidgets
from msgspec.structs import replace

from nbannotate.canvas import ghosts as pale
from nbannotate.canvas.converting import convert
from nbannotate.canvas.document import Document
from nbannotate.canvas.editing import Editing
from nbannotate.canvas.judging import checked_size
from nbannotate.canvas.keys import Bound, Key, check_free, combo, key_map
from nbannotate.canvas.leveling import Leveled
from nbannotate.canvas.levels import of_picture, put_on
from nbannotate.canvas.limits import checked_limit
from nbannotate.canvas.outbox import Outbox
from nbannotate.canvas.overlay import Overlay
from nbannotate.canvas.painter import Painter
from nbannotate.canvas.picture import Picture
from nbannotate.canvas.scene import Style
from nbannotate.canvas.state import CanvasState, Mark, Zone
from nbannotate.canvas.view import View
from nbannotate.cards import counted
from nbannotate.errors import InvalidInput, ReadFailed, Refused
from nbannotate.model import Label, Recipe, Shape
from nbannotate.model.calling import told
from nbannotate.model.choices import one_of, sentence, unknown
from nbannotate.model.values import as_name, plain, shown
from nbannotate.shapes import kind, kinds

#: So long at most, in seconds, what is made ready ahead waits for the preview of a large image.
PATIENCE_S = 60.0


class Canvas(Leveled, Editing):
    """An image with shapes that a person draws, selects, moves, reshapes, labels and deletes.

    Parameters
    ----------
    image
        The bytes of an image file, a path, a PIL image, a ``(h, w)``, ``(h, w, 3)`` or ``(h, w, 4)`` uint8 array, or
        None for an empty stage.
    shapes
        What is there at first, in image pixels (EXIF orientation applied), origin top-left.
    labels
        :class:`~nbannotate.model.Label` values or names; the first nine have the keys 1 to 9.
    editable
        Whether shapes can be changed; a read-only canvas can be looked at, and zones can be drawn on it.
    height
        CSS height of the widget; the width is that of its container.
    keys
        ``"stage"``: keys act while the canvas has the focus. ``"page"``: anywhere on the page but in text fields.
    max_shapes
        More shapes than this cannot be drawn, pasted or duplicated; None for any number.
    several_labels
        Whether a shape may have several labels: a digit then adds one to the selection, or takes it away.
    min_size
        Smaller shapes are marked, in pixels (of lines the longer side, else the shorter one); None for any size.

    Raises
    ------
    ReadFailed
        If the image cannot be decoded.
    InvalidInput
        If a label or a shape is not usable; the message names it.
    """

    @told
    def __init__(
        self,
        image: object = None,
        shapes: Iterable[Shape] = (),
        labels: Sequence[Label | str] = (),
        *,
        editable: bool = True,
        height: str = "640px",
        keys: Literal["stage", "page"] = "stage",
        max_shapes: int | None = None,
        several_labels: bool = False,
        min_size: float | None = None,
    ) -> None:
        keys, height = plain(keys), as_height(height)
        one_of("keys", keys, ("stage", "page"))
        self._bound: dict[str, Bound] = {}
        self._keys_mode = keys
        self._generation = 0
        self._labels = as_labels(labels)
        self._label, self._tool, self._tool_before = "", "select", "select"
        self._marks: tuple[Mark, ...] = ()
        self._ghosts: tuple[pale.Ghost, ...] = ()
        self._instead = ""
        self._max_shapes = checked_limit(max_shapes)
        self._several, self._min_size = bool(several_labels), checked_size(min_size)
        self._editable = bool(editable)
        self._kinds = kinds()
        self._picture = Picture(image) if image is not None else None
        self._document = Document(shapes)
        self._view: View | None = None
        self._painter = Painter()
        self._overlay = Overlay(
            target=self._painter.layers,
            tools=self._editable,
            layout=ipywidgets.Layout(width="100%", height="100%", margin="0"),
        )
        self._outbox = Outbox(self)
        super().__init__(
            [self._overlay],
            layout=ipywidgets.Layout(width="100%", height=height, min_height="120px", overflow="hidden", margin="0"),
        )
        self._level(of_picture(self._picture, self._levels))
        self._overlay.on_msg(self._received)
        self._follow(self._picture)

    # ---- what a page sets and reads

    def show(
        self,
        image: object,
        shapes: Iterable[Shape] = (),
        *,
        labels: Sequence[Label | str] | None = None,
        editable: bool = True,
        instead: str = "",
        max_shapes: int | None = None,
        keep_view: bool = False,
        several_labels: bool = False,
        min_size: float | None = None,
    ) -> None:
        """Show another asset: the history is fresh, nothing is selected, the image is fitted.

        ``on_change`` is not called; ``on_select`` and ``on_state`` are, if what they report differs. ``instead`` is a
        sentence that stands on the stage if ``image`` is None, for example why it cannot be shown. More shapes than
        ``max_shapes`` cannot be drawn, pasted or duplicated. ``several_labels``, ``min_size``: as for a new canvas.

        Raises
        ------
        ReadFailed, InvalidInput
            As for a new canvas; what is shown stays as it is.
        """
        picture = image if isinstance(image, Picture) or image is None else Picture(image)
        if picture is not None and picture.failure:
            raise ReadFailed(picture.failure)
        document = Document(shapes)
        named = None if labels is None else as_labels(labels)
        limit, least = checked_limit(max_shapes), checked_size(min_size)
        with self._turn(quiet=True):
            self._max_shapes, self._min_size, self._several = limit, least, bool(several_labels)
            size = self.image_size
            before = self._picture
            self._picture, self._document, self._editable = picture, document, bool(editable)
            self._generation += 1
            self._marks, self._ghosts, self._instead = (), (), instead
            if named is not None:
                self._labels = named
            if self._label not in self._labels:
                self._label = ""
            if self._tool == "zone":
                self._tool = self._tool_before
            if not self._editable:
                self._tool = "select"
            self._level(of_picture(picture, self._levels))
            same = keep_view and picture is not None and size == (picture.width, picture.height)
            if self._view is not None and picture is not None and not (same and not self._view.fit):
                self._view = self._view.fitted(picture.width, picture.height)
        self._follow(picture)
        if before is not None and before is not picture:
            before.close()

    def prepare(self, image: object) -> Picture:
        """Return an image made ready for :meth:`show`: decoded, and sharp for the stage as it is now.

        What is shown stays as it is. Callable in any thread, for what somebody will look at next.

        Raises
        ------
        ReadFailed, InvalidInput
            As for a new canvas.
        """
        picture = Picture(image)
        picture.wait(PATIENCE_S)
        put_on(picture, of_picture(picture, self._levels))
        picture.preview()
        if self._view is not None:
            self._painter.ready.make(picture, self._view.fitted(picture.width, picture.height))
        return picture

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes as they are now, in the order in which they were drawn."""
        return tuple(self._document.shapes.values())

    def set_shapes(self, shapes: Iterable[Shape], *, undoable: bool = True) -> None:
        """Replace all shapes; with ``undoable=False`` the history starts afresh."""
        checked = Document(shapes).shapes
        with self._turn():
            self._document.change(checked, undoable=undoable)

    @property
    def tool(self) -> str:
        """``"select"``, ``"zone"``, or the name of a shape kind."""
        return self._tool

    @tool.setter
    def tool(self, name: str) -> None:
        with self._turn():
            self._pick(name)

    @property
    def label(self) -> str:
        """The label of the next shape; empty for none."""
        return self._label

    @label.setter
    def label(self, name: str) -> None:
        with self._turn():
            self._choose(name)

    @property
    def labels(self) -> tuple[Label, ...]:
        """The labels, with their colors."""
        return tuple(self._labels.values())

    @labels.setter
    def labels(self, labels: Sequence[Label | str]) -> None:
        named = as_labels(labels)
        with self._turn():
            self._labels = named
            if self._label not in named:
                self._label = ""

    @property
    def image_size(self) -> tuple[int, int]:
        """Width and height of the image in pixels; ``(0, 0)`` without one."""
        return (self._picture.width, self._picture.height) if self._picture is not None else (0, 0)

    @property
    def editable(self) -> bool:
        """Whether shapes can be changed."""
        return self._editable

    @editable.setter
    def editable(self, value: bool) -> None:
        with self._turn():
            self._editable = bool(value)
            if not value and self._tool != "zone":
                self._tool = "select"

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Flags for issues, on zones and on shapes."""
        return self._marks

    @marks.setter
    def marks(self, marks: Iterable[Mark]) -> None:
        given = tuple(marks)
        for mark in given:
            if not isinstance(mark, Mark):
                raise InvalidInput(f"marks takes nbannotate.canvas.Mark values, not {mark!r}.")
        with self._turn():
            self._marks = given

    @property
    def ghosts(self) -> tuple[pale.Ghost, ...]:
        """Shapes that are shown but are not there, for example those of an earlier revision."""
        return self._ghosts

    @ghosts.setter
    def ghosts(self, ghosts: Iterable[pale.Ghost | Shape]) -> None:
        given = pale.given(ghosts)
        with self._turn():
            if given != self._ghosts:
                self._ghosts = given
                self._tell_ghosts()

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return self._editable and self._document.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        return self._editable and self._document.can_redo

    @property
    def state(self) -> CanvasState:
        """What a toolbar shows."""
        zoom = self._view.k if self._view is not None else 1.0
        return CanvasState(
            self._tool, self._label, self.can_undo, self.can_redo, zoom, self._editable,
            len(self.locked) if self._locked else 0, len(self.hidden) if self._hidden else 0, len(self._clipboard),
            self._document.drawn, bool(self._document.drawn) and not self._document.for_label,
        )  # fmt: skip

    # ---- what a page does

    def set_label(self, name: str, ids: Iterable[str] | None = None) -> None:
        """Label shapes, by default the selection; an empty name takes the label away.

        Where the label does not allow the kind of a shape, ``on_error`` hears why, and the shape stays as it is.
        """
        with self._turn():
            self._assign(name, self._free(ids))

    def convert(self, ids: Iterable[str] | None = None) -> tuple[str, ...]:
        """Turn closed outlines into masks, masks and rotated rectangles into polygons, by default the selected ones.

        Parts and holes stay those of one shape; the ids, which are returned, stay, too.

        What cannot be turned, or is of a label that does not allow the other kind, stays; ``on_error`` hears why.
        """
        with self._turn():
            return convert(self, ids)

    def delete(self, ids: Iterable[str] | None = None) -> None:
        """Delete shapes, by default the selection; those that are locked stay."""
        with self._turn():
            self._document.remove(self._free(ids))

    def undo(self) -> None:
        """Take back the last change."""
        with self._turn():
            self._document.undo()

    def redo(self) -> None:
        """Do again what was taken back last."""
        with self._turn():
            self._document.redo()

    def fit(self) -> None:
        """Fit the image to the stage."""
        self._overlay.send({"type": "fit"})

    def look_at(self, box: Zone) -> None:
        """Bring ``(x0, y0, x1, y1)``, in image pixels, into sight; a view in which it can be seen stays."""
        self._outbox.send({"type": "look", "g": self._generation, "box": list(box)})

    def focus(self) -> None:
        """Give the keyboard to the canvas."""
        self._overlay.send({"type": "focus"})

    def bind(
        self, key: str, title: str, callback: Callable[[], object], group: str = "Page", *, any_image: bool = False
    ) -> None:
        """Bind a key, as ``"n"`` or ``"ctrl+Enter"``; it appears in the key map. Binding it again replaces it.

        Parameters
        ----------
        key
            The key.
        title
            What the key map says of it.
        callback
            What is called.
        group
            Where it stands in the key map.
        any_image
            Whether the key counts whichever image is seen, as one that goes to the next image; else one that was
            pressed while another image was still seen does nothing, so that nothing is submitted unseen.

        Raises
        ------
        InvalidInput
            If it is not a key, or the canvas itself uses it.
        """
        wanted = combo(key)
        check_free(wanted, key_map(self._kinds.values(), (), ()))
        with self._turn():
            self._bound[f"bound:{wanted}"] = Bound(Key(f"bound:{wanted}", (wanted,), title, group), callback, any_image)

    def __repr__(self) -> str:
        width, height = self.image_size
        return f"{type(self).__name__}({width} x {height} pixels, {counted(len(self.shapes), 'shape')})"

    def close(self) -> None:
        """Take the canvas and its layers from the page."""
        if hasattr(self, "_overlay"):  # or it was refused while it was made, and is now collected
            self._overlay.close()
            self._painter.close()
            if self._picture is not None:
                self._picture.close()
        super().close()

    # ---- what messages and calls share; all within a turn

    def _greet(self, view: View, view_id: str) -> None:
        size = self.image_size
        if self._picture is not None:
            view = self._view.on_stage(view, *size) if self._view is not None else view.fitted(*size)
        self._view = view
        self._outbox.greet(view_id)
        self._tell_ghosts()

    def _tell_ghosts(self) -> None:
        self._outbox.send(pale.message(self._ghosts, Style.of(self.labels), self._generation))

    def _look(self, view: View, view_id: str) -> None:
        self._view = view
        self._outbox.look(view_id)

    def _assign(self, name: str, ids: Iterable[str]) -> None:
        label = self._known_label(name) if name else None
        sentence = self._document.label(label, tuple(ids))[1]
        if sentence is not None:
            self._complain(sentence)

    def _choose(self, name: str) -> None:
        self._label = self._known_label(name).name if name else ""
        drawn = self._document.shapes.get(self._document.drawn)
        if drawn is not None and not self._document.for_label and kind(drawn.kind).gesture == "stroke":
            self._document.select(())  # or the next stroke would go on with the mask of another label

    def _known_label(self, name: str) -> Label:
        name = as_name(name)
        if name not in self._labels:
            raise InvalidInput(sentence(unknown("label", name, self._labels)))
        return self._labels[name]

    def _pick(self, name: str) -> None:
        name = plain(name)
        if name not in ("select", "zone"):
            kind(name)
            if not self._editable:
                raise Refused("These shapes can be looked at, but not changed.")
        if name == "zone" and self._tool != "zone":
            self._tool_before = self._tool
        self._tool = name

    def _zone_drawn(self, zone: Zone) -> None:
        if self._tool == "zone":
            self._tool = self._tool_before
        self._later.append((self._heard["zone"], (zone,)))

    def _pressed(self, key: str, generation: int) -> None:
        bound = self._bound.get(key)
        if bound is not None and (bound.any_image or generation == self._generation):
            self._later.append(([bound.callback], ()))


def as_height(height: str) -> str:
    """Return a height of CSS; a number is one of pixels."""
    given = plain(height)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return f"{given:g}px"
    if not isinstance(given, str):
        raise InvalidInput(f"height is a height of CSS such as '640px', not {shown(given)}.")
    return given


def as_labels(labels: Sequence[Label | str]) -> dict[str, Label]:
    """Return labels by name, each with a color; InvalidInput if a name stands twice."""
    return {v.name: replace(v) for v in Recipe(labels=labels, open_labels=True).labels}
