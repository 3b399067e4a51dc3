"""The canvas: an image on which shapes are drawn, as one widget for pages and notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from nbannotate.canvas import conversion, editing, grouping, labeling, level_controls
from nbannotate.canvas.document import Document
from nbannotate.canvas.ghosts import Ghost, given
from nbannotate.canvas.limits import checked_limit, checked_size
from nbannotate.canvas.model import CanvasModel, as_labels
from nbannotate.canvas.picture import Picture
from nbannotate.canvas.stage import Stage
from nbannotate.canvas.state import CanvasState, Mark
from nbannotate.canvas.transactions import command
from nbannotate.cards import counted
from nbannotate.errors import InvalidInput
from nbannotate.imaging import Window
from nbannotate.model import Label, Shape
from nbannotate.model.call_errors import told
from nbannotate.model.suggestions import one_of
from nbannotate.model.values import plain, shown
from nbannotate.texts import Message


class Canvas(Stage):
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
        named, limit, least = as_labels(labels), checked_limit(max_shapes), checked_size(min_size)
        picture = Picture(image) if image is not None else None
        model = CanvasModel(picture, shapes, named, bool(editable), keys)
        model.max_shapes, model.min_size, model.several_labels = limit, least, bool(several_labels)
        super().__init__(model, height)

    # ---- what a page sets and reads

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes as they are now, in the order in which they were drawn."""
        return tuple(self.model.document.shapes.values())

    def set_shapes(self, shapes: Iterable[Shape], *, undoable: bool = True) -> None:
        """Replace all shapes; with ``undoable=False`` the history starts afresh."""
        checked = Document(shapes).shapes
        with self.transactions.begin() as model:
            model.document.change(checked, undoable=undoable)

    @property
    def selected(self) -> tuple[str, ...]:
        """Ids of the selected shapes; what was drawn last is, too."""
        return self.model.document.selected

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of the shapes that a person selected: not of what is selected because it was just drawn."""
        return self.model.document.chosen

    @property
    def for_label(self) -> tuple[str, ...]:
        """Ids of the shapes that a label is for; none if what is selected was just drawn with the current label."""
        return self.model.document.for_label

    @property
    def tool(self) -> str:
        """``"select"``, ``"zone"``, or the name of a shape kind."""
        return self.model.tool

    @tool.setter
    def tool(self, name: str) -> None:
        with self.transactions.begin() as model:
            model.pick_tool(name)

    @property
    def label(self) -> str:
        """The label of the next shape; empty for none."""
        return self.model.label

    @label.setter
    def label(self, name: str) -> None:
        with self.transactions.begin() as model:
            labeling.choose_label(model, name)

    @property
    def labels(self) -> tuple[Label, ...]:
        """The labels, with their colors."""
        return tuple(self.model.labels.values())

    @labels.setter
    def labels(self, labels: Sequence[Label | str]) -> None:
        named = as_labels(labels)
        with self.transactions.begin() as model:
            model.set_labels(named)

    @property
    def image_size(self) -> tuple[int, int]:
        """Width and height of the image in pixels; ``(0, 0)`` without one."""
        return self.model.image_size

    @property
    def editable(self) -> bool:
        """Whether shapes can be changed."""
        return self.model.editable

    @editable.setter
    def editable(self, value: bool) -> None:
        with self.transactions.begin() as model:
            model.set_editable(bool(value))

    @property
    def max_shapes(self) -> int | None:
        """How many shapes there may be; None for any number. Those that are there already stay."""
        return self.model.max_shapes

    @max_shapes.setter
    def max_shapes(self, value: int | None) -> None:
        limit = checked_limit(value)
        with self.transactions.begin() as model:
            model.max_shapes = limit

    @property
    def min_size(self) -> float | None:
        """How many pixels a shape should measure, as ``Recipe.min_size``; None for any."""
        return self.model.min_size

    @min_size.setter
    def min_size(self, value: float | None) -> None:
        least = checked_size(value)
        with self.transactions.begin() as model:
            model.min_size = least

    @property
    def several_labels(self) -> bool:
        """Whether a shape may have several labels: a digit adds one, or takes it away, where shapes are selected."""
        return self.model.several_labels

    @several_labels.setter
    def several_labels(self, value: bool) -> None:
        with self.transactions.begin() as model:
            model.several_labels = bool(value)

    @property
    def flaws(self) -> Mapping[str, tuple[Message, ...]]:
        """What is wrong with shapes, in sentences, by id; they are marked on the stage, whatever becomes of them."""
        return self.model.flaws

    @property
    def locked(self) -> tuple[str, ...]:
        """Ids of the shapes here that cannot be changed until they are unlocked."""
        return self.model.locked

    @property
    def hidden(self) -> tuple[str, ...]:
        """Ids of the shapes here that are not shown."""
        return self.model.hidden

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Flags for issues, on zones and on shapes."""
        return self.model.marks

    @marks.setter
    def marks(self, marks: Iterable[Mark]) -> None:
        wanted = tuple(marks)
        for mark in wanted:
            if not isinstance(mark, Mark):
                raise InvalidInput(f"marks takes nbannotate.canvas.Mark values, not {mark!r}.")
        with self.transactions.begin() as model:
            model.marks = wanted

    @property
    def ghosts(self) -> tuple[Ghost, ...]:
        """Shapes that are shown but are not there, for example those of an earlier revision."""
        return self.model.ghosts

    @ghosts.setter
    def ghosts(self, ghosts: Iterable[Ghost | Shape]) -> None:
        wanted = given(ghosts)
        with self.transactions.begin() as model:
            model.set_ghosts(wanted)

    @property
    def window(self) -> Window | None:
        """Width and level of the window, in values (Hounsfield units for CT); None for an image of eight bits.

        It can be set; None is the window of the image itself: the header's, or one by percentiles.
        """
        return level_controls.window(self.model)

    @window.setter
    def window(self, window: Window | None) -> None:
        with self.transactions.begin() as model:
            level_controls.put_window(model, window)

    @property
    def adjust(self) -> tuple[float, float]:
        """Brightness (-1 to 1, added) and contrast (a factor, 1 for none) of images of eight bits; it can be set."""
        return self.model.levels.adjust

    @adjust.setter
    def adjust(self, adjust: tuple[float, float]) -> None:
        with self.transactions.begin() as model:
            level_controls.put_adjust(model, adjust)

    @property
    def window_presets(self) -> dict[str, Window]:
        """Windows by name, as the canvas offers them: of CT, unless others are set."""
        return level_controls.presets(self.model)

    @window_presets.setter
    def window_presets(self, presets: Mapping[str, Window] | None) -> None:
        with self.transactions.begin() as model:
            level_controls.put_presets(model, presets)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return self.model.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        return self.model.can_redo

    @property
    def state(self) -> CanvasState:
        """What a toolbar shows."""
        return self.model.state

    # ---- what a page does: functions over the model, each as one transaction

    select = command(editing.select)
    select_all = command(editing.select_all)
    lock = command(editing.lock)
    hide = command(editing.hide)
    show_all = command(editing.show_all)
    bring_to_front = command(editing.bring_to_front)
    send_to_back = command(editing.send_to_back)
    set_color = command(editing.set_color)
    set_attributes = command(editing.set_attributes)
    copy = command(editing.copy)
    cut = command(editing.cut)
    paste = command(editing.paste)
    duplicate = command(editing.duplicate)
    delete = command(editing.delete)
    undo = command(editing.undo)
    redo = command(editing.redo)
    set_label = command(labeling.set_label)
    toggle_label = command(labeling.toggle_label)
    split = command(grouping.split)
    join = command(grouping.join)
    group = command(grouping.group)
    ungroup = command(grouping.ungroup)
    turn = command(grouping.turn)
    convert = command(conversion.convert)

    def __repr__(self) -> str:
        width, height = self.image_size
        return f"{type(self).__name__}({width} x {height} pixels, {counted(len(self.shapes), 'shape')})"


def as_height(height: str) -> str:
    """Return a height of CSS; a number is one of pixels."""
    given = plain(height)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return f"{given:g}px"
    if not isinstance(given, str):
        raise InvalidInput(f"height is a height of CSS such as '640px', not {shown(given)}.")
    return given
