"""The browser's half of the manager's page: one anywidget that shows the parts and sends what a manager does."""

from __future__ import annotations

import atexit
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets
import traitlets
from msgspec import to_builtins
from traitlets.log import get_logger as log

from nbannotate import frontend, texts
from nbannotate.errors import NbannotateError, SessionEnded
from nbannotate.model import WorkspaceInfo
from nbannotate.owner.kernel import connect_kernel
from nbannotate.pages.manage import render
from nbannotate.pages.manage.actions import DOES, READS
from nbannotate.pages.manage.desk import Desk
from nbannotate.pages.manage.messages import Event
from nbannotate.pages.manage.render import Parts
from nbannotate.pages.manage.state import State
from nbannotate.pages.work import view as shared
from nbannotate.pages.work.state import Banner
from nbannotate.texts import t

if TYPE_CHECKING:
    from nbannotate.workspace import Workspace

HERE = Path(__file__).parent


class Manager(anywidget.AnyWidget):  # type: ignore[misc]
    """The manager's page of a workspace: campaigns, tasks, jobs, members, statistics.

    The traits hold what is shown and nothing else; Python never reads them.

    Parameters
    ----------
    workspace
        A Workspace handle of an owner or manager: ``nb.open("work.duckdb")``.
    whole
        Whether it is the whole browser window (Voilà) or a part of a notebook.
    height
        CSS height, in a notebook.
    refresh_s
        Seconds between two automatic looks, while somebody looks.
    """

    _esm = frontend.module("manage")
    _css = shared.styles() + (HERE / "work.css").read_text("utf-8")
    whole = traitlets.Bool(False).tag(sync=True)
    height = traitlets.Unicode("780px").tag(sync=True)
    refresh_s = traitlets.Float(4.0).tag(sync=True)
    page = traitlets.Dict().tag(sync=True)
    campaigns = traitlets.Dict().tag(sync=True)
    jobs = traitlets.Dict().tag(sync=True)
    gold = traitlets.Dict().tag(sync=True)
    issues = traitlets.Dict().tag(sync=True)
    people = traitlets.Dict().tag(sync=True)
    notices = traitlets.Dict().tag(sync=True)
    dashboard = traitlets.Instance(ipywidgets.Widget, allow_none=True).tag(sync=True, **ipywidgets.widget_serialization)

    def __init__(
        self, workspace: Workspace | None, *, whole: bool = False, height: str = "780px", refresh_s: float = 4.0
    ) -> None:
        super().__init__(whole=whole, height=height, refresh_s=refresh_s)
        self._workspace = workspace
        self._parts: Parts | None = None
        client: Any = workspace.client if workspace is not None else _Nobody()
        self.desk = Desk(client, READS, DOES, self._show, self._tell, self._open_statistics)
        self.on_msg(self._heard)
        stop = weakref.WeakMethod(self.desk.stop)
        atexit.register(lambda: (method := stop()) and method())
        try:
            self.desk.store.update(member=client.call("workspace.info", WorkspaceInfo).member)
        except NbannotateError as error:
            action = "login" if isinstance(error, SessionEnded) else "retry"
            self.desk.store.update(banner=Banner(error.message, "warning", action))  # type: ignore[arg-type]

    @classmethod
    def here(cls) -> Manager:
        """Return the page of the workspace that this kernel was started for, as the member who logged in.

        Without a token in the environment nobody is logged in, and nothing is shown: the page never falls back to the
        rights of the workspace's owner.
        """
        from nbannotate.workspace import Workspace

        try:
            return cls(Workspace(connect_kernel()), whole=True)
        except NbannotateError as error:
            log().info("No member is bound to this kernel: %s", error)
            made = cls(None, whole=True)
            made.desk.store.update(banner=None, refused=error.message)
            return made

    @property
    def state(self) -> State:
        """What is shown."""
        return self.desk.store.state

    def _heard(self, _: object, content: object, __: object) -> None:
        if not texts.answer(self, content):
            self.desk.handle(content)

    def _tell(self, event: Event, packed: bytes | None) -> None:
        self.send(to_builtins(event, enc_hook=texts.to_json), buffers=None if packed is None else [packed])

    def _show(self, state: State) -> None:
        """Send what differs from what was sent."""
        parts, before = render.parts(state), self._parts
        self._parts = parts
        with self.hold_sync():
            for name in Parts.__struct_fields__:
                part = getattr(parts, name)
                if part != getattr(before, name, None):
                    self.set_trait(name, to_builtins(part, enc_hook=texts.to_json))

    def _open_statistics(self, address: str) -> None:
        """Make the dashboard, which needs pandas and Plotly; nothing else of the page does."""
        from nbannotate.pages.manage.dashboard import Dashboard

        if self._workspace is not None:
            self.set_trait("dashboard", Dashboard(self._workspace, address=address))

    def close(self) -> None:
        """End the threads, and take the page away."""
        self.desk.stop()
        if self.dashboard is not None:
            self.dashboard.close()
        super().close()


class _Nobody:
    """Stands where nobody is logged in: everything is refused."""

    def call(self, operation: str, returns: object, /, **arguments: object) -> object:
        raise SessionEnded(t("Nobody is logged in here."))
