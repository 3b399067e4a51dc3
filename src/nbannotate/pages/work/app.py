"""``Work``: the whole app of an annotator or reviewer, from *My tasks* to the next task."""

from __future__ import annotations

from typing import cast

from traitlets.log import get_logger as log

from nbannotate.errors import NbannotateError, SessionEnded
from nbannotate.imaging.pixel_cache import sweep
from nbannotate.model import WorkspaceInfo
from nbannotate.owner.client import Client
from nbannotate.owner.kernel import connect_kernel
from nbannotate.pages.work import navigation
from nbannotate.pages.work.state import Banner
from nbannotate.pages.work.view import Page
from nbannotate.texts import t


class Work(Page):
    """The app of whoever a client acts for.

    Parameters
    ----------
    client
        For example ``workspace.client``.
    whole
        Whether it fills the browser's window and keeps the open task in the address.
    height
        CSS height, where it does not fill the window.
    """

    def __init__(self, client: Client | None, *, whole: bool = False, height: str = "720px") -> None:
        super().__init__(client or cast(Client, _Nobody()), whole=whole, height=height)
        if client is None:
            return
        try:
            self.desk.store.update(member=client.call("workspace.info", WorkspaceInfo).member)
            navigation.home(self.desk)
        except SessionEnded as error:
            self.desk.store.update(screen="failed", banner=Banner(error.message, "warning", "login"))
        except NbannotateError as error:
            self.desk.store.update(screen="failed", banner=Banner(error.message, "error", "retry"))

    @classmethod
    def here(cls) -> Work:
        """Return the app for the member whom the restricted server bound to this kernel, filling the window.

        In a kernel that the server did not start, it says so in a sentence.
        """
        sweep()  # what kernels that were killed left on the disk of large images
        try:
            return cls(connect_kernel(), whole=True)
        except NbannotateError as error:
            log().info("No member is bound to this kernel: %s", error)
            made = cls(None, whole=True)
            made.desk.store.update(screen="failed", banner=Banner(error.message, "info"))
            return made


class _Nobody:
    """Stands where nobody is logged in: everything is refused."""

    def call(self, operation: str, returns: object, /, **arguments: object) -> object:
        raise SessionEnded(t("Nobody is logged in here."))

    def image(self, asset_id: int) -> bytes:
        raise SessionEnded(t("Nobody is logged in here."))

    def source(self, asset_id: int) -> bytes:
        raise SessionEnded(t("Nobody is logged in here."))
