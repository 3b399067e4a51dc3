"""The browser's half of a page: one anywidget that shows the parts and the canvas, and sends what a person does."""

from __future__ import annotations

import atexit
import weakref
from functools import partial
from pathlib import Path

import anywidget
import ipywidgets
import traitlets
from msgspec import to_builtins

from nbannotate import frontend, texts
from nbannotate.canvas import Canvas
from nbannotate.owner.client import Client
from nbannotate.pages.work import adjudication, changes, render, sequence
from nbannotate.pages.work.actions import ACTIONS, KEYS
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.events import Event, Pressed
from nbannotate.pages.work.state import OpenTask, State

HERE = Path(__file__).parent
PARTS = render.Parts.__struct_fields__


def styles() -> str:
    """Return the style sheet: ``css/*.css`` in the order of their names."""
    return "\n".join(part.read_text("utf-8") for part in sorted((HERE / "css").glob("*.css")))


class Page(anywidget.AnyWidget):  # type: ignore[misc]
    """A page of one person. The traits hold what is shown and nothing else; Python never reads them.

    Parameters
    ----------
    client
        Who acts, and where.
    whole
        Whether it is the whole browser window (Voilà) or a part of a notebook.
    height
        CSS height, in a notebook.
    campaign_id
        Show nothing of other campaigns; None shows all.
    """

    _esm = frontend.module("work")
    _css = styles()
    canvas = traitlets.Instance(Canvas).tag(sync=True, **ipywidgets.widget_serialization)
    whole = traitlets.Bool(False).tag(sync=True)
    height = traitlets.Unicode("720px").tag(sync=True)
    keymap = traitlets.List().tag(sync=True)
    page = traitlets.Dict().tag(sync=True)
    notices = traitlets.Dict().tag(sync=True)
    jobs, job, task, drawing, talk, info, paper, sequence, saving = (
        traitlets.Dict(default_value=None, allow_none=True).tag(sync=True) for _ in range(9)
    )

    def __init__(
        self, client: Client, *, whole: bool = False, height: str = "720px", campaign_id: int | None = None
    ) -> None:
        canvas = Canvas(height="100%", keys="page" if whole else "stage", editable=False)
        self._parts = render.parts(State())
        first = {name: to_builtins(getattr(self._parts, name), enc_hook=texts.to_json) for name in PARTS}
        super().__init__(
            canvas=canvas, whole=whole, height=height, keymap=to_builtins(KEYS, enc_hook=texts.to_json), **first
        )
        for key in KEYS:
            canvas.bind(key.key, key.title, partial(self._tell, Pressed(key.action)), key.group)
        self.desk = Desk(client, canvas, ACTIONS, self._show, self._tell, campaign_id)
        canvas.on_change(lambda _: changes.follow(self.desk))
        canvas.on_change(lambda _: adjudication.follow(self.desk))
        canvas.on_levels(lambda *_: sequence.leveled(self.desk))
        self.desk.tasks.opened = self._opened
        self.desk.dispatcher.again = lambda: self.send_state(list(PARTS))
        self.on_msg(self._heard)
        stop = weakref.WeakMethod(self.desk.stop)
        atexit.register(lambda: (method := stop()) and method())

    def _opened(self, opened: OpenTask) -> None:
        """Read what belongs to a task that is shown."""
        sequence.follow(self.desk, opened)
        adjudication.begin(self.desk)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.state.screen!r})" if hasattr(self, "desk") else type(self).__name__

    @property
    def state(self) -> State:
        """What is shown."""
        return self.desk.store.state

    def _heard(self, _: object, content: object, __: object) -> None:
        if not texts.answer(self, content):
            self.desk.dispatcher.handle(content)

    def _show(self, state: State) -> None:
        """Send what differs from what was sent."""
        parts, before = render.parts(state), self._parts
        self._parts = parts
        with self.hold_sync():
            for name in PARTS:
                part = getattr(parts, name)
                if part != getattr(before, name):
                    self.set_trait(name, to_builtins(part, str_keys=True, enc_hook=texts.to_json))

    def _tell(self, event: Event) -> None:
        self.send(to_builtins(event, enc_hook=texts.to_json))

    def close(self) -> None:
        """Store what is pending, end the threads, and take the page away."""
        self.desk.stop()
        self.canvas.close()
        super().close()
