"""The stage: the widget below a canvas. It sends, paints, takes messages, and calls who listens.

State lives once, in a :class:`~nbannotate.canvas.model.CanvasModel`. Each call or message is a transaction on it
(:mod:`nbannotate.canvas.transactions`); what differs is sent and painted at its end.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence

import ipywidgets

from nbannotate import texts
from nbannotate.canvas import handlers, messages, progressive, told
from nbannotate.canvas.document import Document
from nbannotate.canvas.effects import Reverted
from nbannotate.canvas.keys import Bound, Key, check_free, combo, key_map
from nbannotate.canvas.levels import of_picture, put_on
from nbannotate.canvas.limits import checked_limit, checked_size
from nbannotate.canvas.model import CanvasModel, as_labels
from nbannotate.canvas.outbox import Outbox
from nbannotate.canvas.overlay import Overlay
from nbannotate.canvas.painter import Painter
from nbannotate.canvas.picture import Picture
from nbannotate.canvas.state import CanvasState, Zone
from nbannotate.canvas.transactions import Transactions
from nbannotate.errors import NbannotateError, ReadFailed
from nbannotate.imaging import Window
from nbannotate.model import Label, Shape
from nbannotate.texts import t

#: So long at most, in seconds, what is made ready ahead waits for the preview of a large image.
PATIENCE_S = 60.0


class Stage(ipywidgets.Box):  # type: ignore[misc]
    """Shows a model in a notebook or on a page: layers of ipycanvas, and the overlay above them.

    Parameters
    ----------
    model
        What is shown.
    height
        CSS height of the widget; the width is that of its container.
    """

    def __init__(self, model: CanvasModel, height: str) -> None:
        self.model = model
        self._painter = Painter()
        self._overlay = Overlay(
            target=self._painter.layers,
            tools=model.editable,
            layout=ipywidgets.Layout(width="100%", height="100%", margin="0"),
        )
        self._outbox = Outbox(model, self._painter, self._overlay)
        self.transactions = Transactions(model, self._outbox)
        super().__init__(
            [self._overlay],
            layout=ipywidgets.Layout(width="100%", height=height, min_height="120px", overflow="hidden", margin="0"),
        )
        self._overlay.on_msg(lambda _, content, __: self.receive(content))
        self._follow(model.picture)

    # ---- who hears of what

    def on_change(self, callback: Callable[[tuple[Shape, ...]], object]) -> None:
        """Call with all shapes after each finished gesture, undo, relabelling or call that changed them."""
        self.transactions.listeners["change"].append(callback)

    def on_select(self, callback: Callable[[tuple[str, ...]], object]) -> None:
        """Call with the ids when the selection changes."""
        self.transactions.listeners["select"].append(callback)

    def on_state(self, callback: Callable[[CanvasState], object]) -> None:
        """Call when the tool, the label, what can be undone, or the zoom changes."""
        self.transactions.listeners["state"].append(callback)

    def on_zone(self, callback: Callable[[Zone], object]) -> None:
        """Call with ``(x0, y0, x1, y1)``, in image pixels, when a zone was drawn (``canvas.tool = "zone"``)."""
        self.transactions.listeners["zone"].append(callback)

    def on_error(self, callback: Callable[[str], object]) -> None:
        """Call with a sentence when something was refused; the stage shows it too."""
        self.transactions.listeners["error"].append(callback)

    def on_levels(self, callback: Callable[[Window | None, tuple[float, float]], object]) -> None:
        """Call with the window and with brightness and contrast when someone has changed them."""
        self.transactions.listeners["levels"].append(callback)

    def on_lost(self, callback: Callable[[str], object]) -> None:
        """Call with a sentence when an image turns out to be damaged while it is decoded; it is not shown any more."""
        self.transactions.listeners["lost"].append(callback)

    # ---- images

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
        with self.transactions.begin(quiet=True) as model:
            before = model.picture
            model.max_shapes, model.min_size, model.several_labels = limit, least, bool(several_labels)
            model.show(picture, document, named, bool(editable), instead, keep_view)
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
        self.level(picture)
        picture.preview()
        view = self.model.view
        if view is not None:
            self._painter.ready.make(picture, view.fitted(picture.width, picture.height))
        return picture

    def level(self, picture: Picture) -> None:
        """Give a picture the levels with which it would be shown now; what is shown stays as it is."""
        put_on(picture, of_picture(picture, self.model.levels))

    def _follow(self, picture: Picture | None) -> None:
        """Hear of what becomes of a picture that is still being decoded."""
        if picture is None:
            return
        canvas, followed = weakref.ref(self), weakref.ref(picture)

        def hears() -> None:
            its, one = canvas(), followed()
            if its is not None and one is not None:
                with its.transactions.begin(quiet=True) as model:
                    progressive.refine(model, one)

        picture.listen(hears)

    # ---- the stage

    def fit(self) -> None:
        """Fit the image to the stage."""
        self._overlay.tell(told.Fit())

    def look_at(self, box: Zone) -> None:
        """Bring ``(x0, y0, x1, y1)``, in image pixels, into sight; a view in which it can be seen stays."""
        self._outbox.send(told.BringIntoSight(g=self.model.generation, box=box))

    def focus(self) -> None:
        """Give the keyboard to the canvas."""
        self._overlay.tell(told.Focus())

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
        check_free(wanted, key_map(self.model.kinds.values(), (), ()))
        row = Key(f"bound:{wanted}", (wanted,), title, group)
        with self.transactions.begin() as model:
            model.bound[row.id] = Bound(row, callback, any_image)

    def receive(self, content: object) -> None:
        """Take a message of the overlay; whatever is in it, this does not raise."""
        if texts.answer(self._overlay, content):
            return
        try:
            try:
                message = messages.received(content)
            except NbannotateError as error:
                with self.transactions.begin() as model:
                    model.complain(error.message)
                return
            with self.transactions.begin((message.view_id, message.n)) as model:
                try:
                    handlers.handle(model, message)
                except NbannotateError as error:
                    model.queue(Reverted(message.shape_ids))
                    model.complain(error.message)
        except Exception as error:
            self.log.exception("A message of the canvas failed.")
            self._outbox.error(
                t("Something went wrong ({error}); what you did last may not be kept.", error=type(error).__name__)
            )

    def close(self) -> None:
        """Take the canvas and its layers from the page."""
        if hasattr(self, "_overlay"):  # or it was refused while it was made, and is now collected
            self._overlay.close()
            self._painter.close()
            if self.model.picture is not None:
                self.model.picture.close()
        super().close()
