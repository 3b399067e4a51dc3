"""Who sends a request: the member whose session the cookie holds; and whose kernel it may touch: the own ones."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.auth.identity import IdentityProvider, User

from nbannotate.errors import NbannotateError, WorkspaceError
from nbannotate.model import Member
from nbannotate.owner.logs import Who
from nbannotate.texts import t

AWAY = t("The workspace does not answer. Please try again in a minute.")
KNOWN_DAYS = 180  # that a browser keeps the token by which it is known


@dataclass
class SignedIn(User):  # type: ignore[misc]
    """The member behind a request; the session's token never shows in a log."""

    member: Member | None = None
    session: str = field(default="", repr=False)

    @property
    def login(self) -> str:
        """The member's login."""
        return str(self.username)

    @property
    def who(self) -> Who:
        """The member, for logs."""
        return Who(self.login, self.member.member_id if self.member else 0)


class SessionIdentity(IdentityProvider):  # type: ignore[misc]
    """Knows people by the session token in a signed cookie, and by nothing else (no URL token, no header)."""

    auth_enabled = True
    need_token = False

    async def get_user(self, handler: Any) -> SignedIn | None:
        """Return the member behind a request, or None if the session ended."""
        known = known_user(handler)
        if known:
            return known
        token, guest = self._tokens_of(handler)
        if self.parent.guests and not guest:  # a session from before the Hub
            return None
        member = await self.parent.sessions.check(token) if token else None
        if member and self.parent.guests:
            self.parent.guests.seen(token, guest)
        return SignedIn(member.login, member=member, session=token) if member else None

    def session_of(self, handler: Any) -> str:
        """Return the session token in the cookie, or an empty string."""
        return self._tokens_of(handler)[0]

    def _tokens_of(self, handler: Any) -> tuple[str, str]:
        """Return the session token in the cookie, and that of the Hub."""
        value = handler.get_secure_cookie(self.get_cookie_name(handler))
        session, _, guest = value.decode().partition(" ") if value else ("", "", "")
        return session, guest

    def get_token(self, handler: Any) -> None:
        """Return nothing: neither ``?token=`` nor ``Authorization`` identifies anybody."""

    def get_cookie_name(self, handler: Any) -> str:
        """Return a name with the port in it: browsers share cookies between the ports of a host.

        The path is in it, too: a site at ``/`` of the same host would send its cookie to this one as well.
        """
        where = re.sub(r"[^a-zA-Z0-9]+", "-", self.parent.base_url).strip("-")
        return f"nbannotate-{self.parent.port}" + (f"-{where}" if where else "")

    def browser_of(self, handler: Any) -> str:
        """Return the token by which a browser is known after a login, or a new one."""
        value = handler.get_secure_cookie(f"{self.get_cookie_name(handler)}-browser", max_age_days=KNOWN_DAYS)
        return value.decode() if value else secrets.token_urlsafe(32)

    def keep(self, handler: Any, token: str, browser: str) -> None:
        """Put a session's token into the browser's cookie, until the browser is closed or the session ends.

        Parameters
        ----------
        handler
            That answers.
        token
            The session's.
        browser
            The browser's own token. It opens nothing: who has it only waits for own failures, and not for those of
            strangers.
        """
        name, options = self.get_cookie_name(handler), self.options(handler)
        handler.set_secure_cookie(name, token, expires_days=None, **options)
        handler.set_secure_cookie(f"{name}-browser", browser, expires_days=KNOWN_DAYS, **options)

    def keep_guest(self, handler: Any, token: str, guest: str) -> None:
        """Put the token of a session that began at the Hub into the browser's cookie, in one with the Hub's own token.

        So whoever serves next can ask the Hub about the person, and nobody puts another one's token beside the session.
        """
        handler.set_secure_cookie(
            self.get_cookie_name(handler), f"{token} {guest}", expires_days=None, **self.options(handler)
        )

    def forget(self, handler: Any) -> None:
        """Take the cookie away."""
        handler.clear_cookie(self.get_cookie_name(handler), **self.options(handler))

    def options(self, handler: Any) -> dict[str, Any]:
        """Return what a cookie of this site is set with."""
        return {"path": self.parent.base_url, "httponly": True, "samesite": "Lax"}


def who(member: Member) -> Who:
    """Return a member for logs."""
    return Who(member.login, member.member_id)


def known_user(handler: Any) -> SignedIn | None:
    """Return who sends a request, if that was found out; asks nobody."""
    return getattr(handler, "_jupyter_current_user", None)


class OwnKernelsOnly(Authorizer):  # type: ignore[misc]
    """Allows a session what concerns its own kernels, and nothing else."""

    def is_authorized(self, handler: Any, user: SignedIn, action: str, resource: str) -> bool:
        """Return whether the request concerns a kernel of the very session that sends it."""
        if resource != "kernels":
            return False
        kernel_id = handler.path_kwargs.get("kernel_id") or getattr(handler, "kernel_id", "")
        kernel = handler.kernel_manager.of_members.get(kernel_id)
        allowed = kernel is not None and not kernel.ended and kernel.session == user.session
        if not allowed:
            self.parent.note(
                "refused: %(member)s asked for a kernel of someone else, or one that ended", member=user.who
            )
        return allowed


def cookie_secret(token: str) -> bytes:
    """Return the key that signs cookies: the same whenever the workspace is served, so that a restart logs nobody out.

    Parameters
    ----------
    token
        The workspace's own token, which only its owner can read; whoever has it needs no cookie.
    """
    return hmac.digest(token.encode(), b"nbannotate: cookies of the server", "sha256")


def sentence(error: BaseException) -> str:
    """Return what a person may read about an error: our own sentences, though never where the workspace lies."""
    if isinstance(error, WorkspaceError):
        return AWAY
    if isinstance(error, NbannotateError):
        return str(error)
    return "Something went wrong on the server. Your work is saved; please reload the page."
