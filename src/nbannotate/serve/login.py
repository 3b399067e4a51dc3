"""Logging in and out: two plain HTML pages that work without JavaScript."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from jupyter_server.auth.decorator import allow_unauthenticated

from nbannotate.errors import LoginFailed, NbannotateError
from nbannotate.owner.logs import Private
from nbannotate.serve.forms import FormHandler
from nbannotate.serve.handlers import SiteHandler
from nbannotate.serve.identity import sentence, who
from nbannotate.texts import t


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


class LoginHandler(FormHandler):
    """The form, and what it sends."""

    template = "login.html"

    def values(self) -> dict[str, str]:
        """Return what was typed, and where the form is sent."""
        login = self.typed("login", 200, strip=True) if self.request.method == "POST" else ""
        return {"login": login, "action": f"{self.base_url}login?next={quote(self.onward)}"}

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
        login, password = self.typed("login", 200, strip=True), self.typed("password")
        address, browser = self.request.remote_ip or "", self.identity_provider.browser_of(self)
        try:
            session = await self.site.sessions.open(login, password, address, browser)
        except LoginFailed as error:
            self.site.note("login failed: %(login)r from %(address)s", login=Private(login), address=Private(address))
            self.again(error)
            return
        except NbannotateError as error:
            self.set_status(503)
            self.site.note("login impossible: %(why)s", why=error)
            self.show(sentence(error))
            return
        before = self.identity_provider.session_of(self)
        if before:
            await self.site.leave(before, "logged in again")
        self.identity_provider.keep(self, session.token, browser)
        self.site.note("login: %(member)s from %(address)s", member=who(session.member), address=Private(address))
        self.redirect(self.onward, status=303)


class LogoutHandler(SiteHandler):
    """Logging out is a POST with a token, so that no other site can do it for somebody; a GET asks."""

    @property
    def after(self) -> str:
        """Where one is sent then."""
        return f"{self.base_url}login"

    async def get(self) -> None:
        """Ask."""
        self.message(
            t("Log out {login}?", login=self.current_user.login),
            t("Everything that you did is saved."),
            form={"action": f"{self.base_url}logout", "button": t("Log out"), "xsrf": self.xsrf_token.decode()},
        )

    @allow_unauthenticated  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """End the session, with its kernels."""
        token = self.identity_provider.session_of(self)
        if token:
            user = self.current_user
            await self.site.leave(token, "logged out")
            self.site.note("logout: %(member)s", member=user.who if user else "a session that ended already")
        self.identity_provider.forget(self)
        self.redirect(self.after, status=303)
