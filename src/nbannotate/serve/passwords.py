"""Choosing a password: the page that an invitation opens, and the page that changes the own one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated

from nbannotate import frontend
from nbannotate.errors import InvalidInput, NbannotateError, SessionEnded
from nbannotate.owner.logs import Private
from nbannotate.serve.forms import FormHandler
from nbannotate.serve.handlers import PublicFile
from nbannotate.serve.identity import who
from nbannotate.serve.login import LoginHandler, LogoutHandler
from nbannotate.serve.settings import INVITE_POLICY
from nbannotate.texts import t


def parts(code: str) -> tuple[str, str]:
    """Return the login and the token of an invitation: what follows the # in its link, or the whole link."""
    login, _, token = code.strip().rpartition("#")[2].rpartition("/")
    return login if re.fullmatch(r"[A-Za-z0-9._@+-]{1,64}", login) else "", token[:200]


def check_twice(new: str, again: str) -> None:
    """Raise InvalidInput unless a new password was typed the same way twice."""
    if new != again:
        raise InvalidInput(t("The two passwords are not the same. Please type both again."))


class InviteHandler(FormHandler):
    """Choose a password, once, and be logged in.

    The invitation is in the address after the ``#``, which no browser sends anywhere: a script of ours puts it into the
    form. Without JavaScript it is pasted.
    """

    template = "invite.html"
    policy = INVITE_POLICY

    def values(self) -> dict[str, str]:
        """Return the invitation that the form came with."""
        code = self.typed("code", strip=True) if self.request.method == "POST" else ""
        return {"code": code, "login": parts(code)[0]}

    @allow_unauthenticated  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Show the form."""
        self.show()

    @allow_unauthenticated  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """Set the password and open a session."""
        token, new, address = parts(self.typed("code"))[1], self.typed("new"), self.request.remote_ip or ""
        browser = self.identity_provider.browser_of(self)
        try:
            check_twice(new, self.typed("again"))
            session = await self.site.sessions.accept(token, new, address, browser)
        except NbannotateError as error:
            self.site.note("invitation not accepted from %(address)s", address=Private(address))
            self.again(error)
            return
        before = self.identity_provider.session_of(self)
        if before:
            await self.site.leave(before, "accepted an invitation")
        self.identity_provider.keep(self, session.token, browser)
        self.site.note(
            "invitation accepted: %(member)s from %(address)s", member=who(session.member), address=Private(address)
        )
        self.redirect(self.base_url, status=303)


class PasswordHandler(FormHandler):
    """Change the own password; the other sessions of the member end, this one stays."""

    template = "password.html"

    def values(self) -> dict[str, object]:
        """Return whose password it is."""
        user = self.current_user  # None while a form without its token is refused
        return {"login": user.login if user else "", "done": False}

    async def get(self) -> None:
        """Show the form."""
        self.show()

    async def post(self) -> None:
        """Change it."""
        user, current, new = self.current_user, self.typed("current"), self.typed("new")
        try:
            check_twice(new, self.typed("again"))
            await self.site.sessions.change_password(user.session, current, new)
        except SessionEnded:
            self.redirect(f"{self.base_url}login?next={self.base_url}password", status=303)
            return
        except NbannotateError as error:
            self.site.note("password not changed: %(member)s", member=user.who)
            self.again(error)
            return
        self.site.note("password changed: %(member)s", member=user.who)
        self.show(done=True)


def addresses(at: Callable[[str], str]) -> list[Any]:
    """Return the addresses of the site's own logins.

    Parameters
    ----------
    at
        Makes an address of a path of the site.
    """
    return [
        (at("login"), LoginHandler),
        (at("logout"), LogoutHandler),
        (at("invite"), InviteHandler),
        (at("invite.js"), PublicFile, {"file": frontend.path("invite"), "kind": "text/javascript"}),
        (at("password"), PasswordHandler),
    ]
