"""Logging in and out: two plain HTML pages that work without JavaScript."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

from jupyter_server.auth.decorator import allow_unauthenticated

from nbannotate.errors import LoginFailed, NbannotateError
from nbannotate.serve.handlers import SiteHandler
from nbannotate.serve.settings import PLAIN_POLICY
from nbannotate.serve.site import document


def inside(url: str, base_url: str) -> str:
    """Return a URL if it is a plain path of this site, or else the site's first page.

    Parameters
    ----------
    url
        Where somebody asks to be sent after the login.
    base_url
        The path of the site; begins and ends with a slash.
    """
    plain = re.fullmatch(r"/[\w\-./~%?=&+,;:@!$'()*]*", url, flags=re.ASCII) and not url.startswith("//")
    if not plain or urlsplit(url).netloc or not (url + "/").startswith(base_url):
        return base_url
    return url


class LoginHandler(SiteHandler):
    """The form, and what it sends."""

    def set_default_headers(self) -> None:
        """Allow no script on this page."""
        super().set_default_headers()
        self.set_header("Content-Security-Policy", PLAIN_POLICY)
        self.set_header("Cache-Control", "no-store")

    @property
    def onward(self) -> str:
        """Where the member goes after the login."""
        return inside(self.get_argument("next", self.base_url), self.base_url)

    @allow_unauthenticated  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Show the form, or go on if somebody is logged in."""
        if self.current_user:
            self.redirect(self.onward)
        else:
            self.show()

    @allow_unauthenticated  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """Open a session."""
        login = self.get_body_argument("login", "", strip=True)[:200]
        password = self.get_body_argument("password", "", strip=False)[:1000]
        address = self.request.remote_ip or ""
        try:
            session = await self.site.sessions.open(login, password, address)
        except LoginFailed as error:
            self.site.note("login failed: %r from %s", login, address)
            self.fail(error, login)
            return
        except NbannotateError as error:
            self.set_status(503)
            self.site.note("login impossible: %s", error)
            self.show(str(error), login)
            return
        before = self.identity_provider.session_of(self)
        if before:
            await self.site.leave(before, "logged in again")
        self.identity_provider.keep(self, session.token)
        self.site.note("login: %s from %s", session.member.login, address)
        self.redirect(self.onward, status=303)

    def fail(self, error: LoginFailed, login: str) -> None:
        """Show the form again, with the reason; tell programs how long to wait, if they have to."""
        wait = re.search(r"(\d+) (second|minute)", str(error))
        if wait:
            self.set_header("Retry-After", str(int(wait[1]) * (60 if wait[2] == "minute" else 1)))
        self.set_status(429 if wait else 401)
        self.show(str(error), login)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer a form without a valid token (a page that was open for days) with a fresh form."""
        if status_code == 403 and self.request.method == "POST":
            self.show("This page was open for too long, or your browser blocks cookies. Please try again.")
        else:
            super().write_error(status_code, **kwargs)

    def show(self, error: str = "", login: str = "") -> None:
        """Write the form."""
        action = f"{self.base_url}login?next={quote(self.onward)}"
        token = self.xsrf_token.decode()
        self.finish(document("login.html", base_url=self.base_url, action=action, xsrf=token, error=error, login=login))


class LogoutHandler(SiteHandler):
    """Logging out is a POST with a token, so that no other site can do it for somebody; a GET asks."""

    async def get(self) -> None:
        """Ask."""
        self.message(
            f"Log out {self.current_user.login}?",
            "Everything that you did is saved.",
            form={"action": f"{self.base_url}logout", "button": "Log out", "xsrf": self.xsrf_token.decode()},
        )

    @allow_unauthenticated  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """End the session, with its kernels."""
        token = self.identity_provider.session_of(self)
        if token:
            name = self.current_user.login if self.current_user else "a session that ended already"
            await self.site.leave(token, "logged out")
            self.site.note("logout: %s", name)
        self.identity_provider.forget(self)
        self.redirect(f"{self.base_url}login", status=303)
