"""``Viewer``: shapes over images, to look at; from a version, a DataFrame, or plain lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets

from nbannotate.canvas import Canvas
from nbannotate.cards import counted, one_line
from nbannotate.errors import InvalidInput, NbannotateError, NotFound
from nbannotate.model import Label, Shape
from nbannotate.model.call_errors import told
from nbannotate.model.suggestions import sentence, unknown
from nbannotate.model.values import as_list, as_whole, plain
from nbannotate.pages.widgets import sources

#: So many labels are named with their colors; the others are counted.
MOST_LEGEND = 12
NEUTRAL = "#9aa3ad"


class Viewer(ipywidgets.VBox):  # type: ignore[misc]
    """Look at shapes over one image or several; nothing can be changed.

    Parameters
    ----------
    images
        A version (``dataset.versions["v1"]``), one image, a list of images, or a mapping from names to images. An image
        is a path, the bytes of a file, a PIL image or a uint8 array.
    shapes
        What is shown over them, all that ``version.add_annotations`` takes; for a version, its latest annotations if
        not given. For one image shapes, ``(n, 4)`` boxes, masks, or what a detector found; for several a list of such,
        or a mapping from names. A shape is an :class:`nb.Shape`, four numbers ``(x0, y0, x1, y1)`` for a rectangle, or
        a mapping with the fields of a Shape. Or a DataFrame, one row a shape, with the columns ``asset`` (the image's
        name; not needed for one image), ``label``, and either ``kind`` and ``points`` or a box: ``x, y, width, height``
        or ``x0, y0, x1, y1``. Or a COCO object, or a list of COCO results.
    labels
        :class:`nb.Label` values or names; those that the shapes have if not given. They also name the labels of shapes
        that are given as numbers: in their order, or as a mapping says.
    show
        The image to begin with: its name, or its place from 0.
    height
        CSS height of the image.

    Attributes
    ----------
    canvas
        The canvas, for example for ``viewer.canvas.ghosts``.

    Raises
    ------
    InvalidInput, NotFound, ReadFailed
        A shape or a name does not fit, or the only image cannot be opened; the message says which.

    Examples
    --------
    >>> nb.Viewer("smear.jpg", [(10, 10, 60, 60)])
    >>> nb.Viewer(version)
    >>> nb.Viewer(version, predictions[predictions["confidence"] > 0.5])
    """

    @told
    def __init__(
        self,
        images: Any,
        shapes: Any = None,
        labels: Sequence[Label | str] | Mapping[int, str] = (),
        *,
        show: str | int = 0,
        height: str = "560px",
    ) -> None:
        named = labels if isinstance(labels, Mapping) else as_list("labels", labels)
        source = sources.of(images, shapes, named)
        if not source.names:
            raise InvalidInput("There are no images to look at.")
        self._source, self._names = source, list(source.names)
        self._labels: Sequence[Label | str] = (
            list(dict.fromkeys(named.values() if isinstance(named, Mapping) else named)) or source.labels
        )
        names = self._names
        self._at = self._place(show)
        self.canvas = Canvas(labels=self._labels, editable=False, height=height)
        self._line = ipywidgets.HTML(layout=ipywidgets.Layout(flex="1 1 auto", overflow="hidden"))
        self._buttons = [
            self._button(*its) for its in (("chevron-left", "Previous image", -1), ("chevron-right", "Next image", 1))
        ]
        top = [*(self._buttons if len(names) > 1 else ()), self._line]
        self._top = ipywidgets.HBox(top, layout=ipywidgets.Layout(align_items="center"))
        super().__init__([self._top, self.canvas])
        if len(names) > 1:
            self.canvas.bind("PageDown", "Next image", self.next, "Images", any_image=True)
            self.canvas.bind("PageUp", "Previous image", self.previous, "Images", any_image=True)
        self._paint(strict=len(names) == 1)

    @property
    def index(self) -> int:
        """Which image is shown, from 0."""
        return self._at

    @property
    def name(self) -> str:
        """The name of the image that is shown."""
        return self._names[self._at]

    def __len__(self) -> int:
        """Return how many images there are."""
        return len(self._names)

    def show(self, image: str | int) -> None:
        """Show an image by its name, or by its place from 0."""
        self._at = self._place(image)
        self._paint()

    def next(self) -> None:
        """Show the next image, if there is one."""
        self.show(min(self._at + 1, len(self._names) - 1))

    def previous(self) -> None:
        """Show the image before, if there is one."""
        self.show(max(self._at - 1, 0))

    def __repr__(self) -> str:
        return one_line(f"Viewer({self.name!r}, {self.index + 1:,} of {counted(len(self), 'image')})")

    def close(self) -> None:
        """Take the viewer from the page."""
        if hasattr(self, "canvas"):  # or it was refused while it was made, and is now collected
            self.canvas.close()
        super().close()

    def _place(self, image: str | int) -> int:
        image = plain(image)
        if isinstance(image, str):
            if image not in self._names:
                raise NotFound(sentence(unknown("image", image, self._names, " here")))
            return self._names.index(image)
        if not 0 <= as_whole("show", image) < len(self._names):
            raise NotFound(f"There are {len(self._names)} images, from 0 to {len(self._names) - 1}; not {image}.")
        return int(image)

    def _button(self, icon: str, title: str, step: int) -> Any:
        button = ipywidgets.Button(icon=icon, tooltip=title, layout=ipywidgets.Layout(width="36px"))
        button.on_click(lambda _: self.next() if step > 0 else self.previous())
        return button

    def _paint(self, strict: bool = False) -> None:
        shapes = self._source.shapes(self.name)
        problem = ""
        try:
            self.canvas.show(self._source.image(self.name), shapes, labels=self._labels, editable=False)
        except NbannotateError as error:
            if strict:
                raise
            problem = error.message
            self.canvas.show(None, labels=self._labels, editable=False, instead=problem)
        self._line.value = _said(self.name, self._at, len(self._names), shapes, self.canvas.labels, problem)
        for button, off in zip(self._buttons, (self._at == 0, self._at == len(self._names) - 1), strict=True):
            button.disabled = off


def _said(name: str, at: int, of: int, shapes: Sequence[Shape], labels: Iterable[Label], problem: str) -> str:
    """Return the line above the image: which one, and how many shapes of which label, in their colors."""
    counts: dict[str, int] = {}
    for shape in shapes:
        counts[shape.label] = counts.get(shape.label, 0) + 1
    colors = {v.name: v.color for v in labels}
    named = sorted(counts, key=lambda label: (-counts[label], label))
    legend = [
        f'<span style="white-space:nowrap"><span style="display:inline-block;width:11px;height:11px;border-radius:3px;'
        f'margin-right:5px;background:{escape(colors.get(label) or "#9aa3ad")}"></span>{escape(label or "no label")} '
        f"{counts[label]:,}</span>"
        for label in named[:MOST_LEGEND]
    ]
    more = len(named) - MOST_LEGEND
    parts = [f"<b>{escape(name)}</b>"] if name else []
    parts += [f"{at + 1:,} of {of:,}"] if of > 1 else []
    parts += [f'<span role="alert">{escape(problem)}</span>'] if problem else legend or ["no shapes"]
    parts += [f"and {more} other labels"] if more > 0 else []
    line = "".join(f"<span>{part}</span>" for part in parts)
    return f'<div style="display:flex;flex-wrap:wrap;gap:2px 14px;line-height:1.5">{line}</div>'
