"""What every part of the manager's page shows: notices and the banner."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from nbannotate.pages.manage.desk import Desk
from nbannotate.pages.manage.messages import Request
from nbannotate.pages.work.messages import Id


class SeeNotices(Request, frozen=True, tag="see"):
    """Note that some notices were seen; none: all of them."""

    notices: Annotated[tuple[Id, ...], Meta(max_length=10_000)] = ()


class CloseBanner(Request, frozen=True, tag="close_banner"):
    """Take the banner away."""


def see(desk: Desk, asked: SeeNotices) -> None:
    """Note that notices were seen."""
    desk.call("notices.see", int, notice_ids=list(asked.notices) or None)


def close_banner(desk: Desk, asked: CloseBanner) -> None:
    """Take a banner away."""
    desk.store.update(banner=None)
