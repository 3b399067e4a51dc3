"""Logging in through JupyterHub, and out of both; and what is said to those who may not come in."""

from __future__ import annotations

import asyncio
import base64
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated

from nbannotate.errors import InvalidInput, NbannotateError, NotAllowed, Refused, WorkspaceError
from nbannotate.owner.logs import Private
from nbannotate.serve.handlers import SiteHandler
from nbannotate.serve.hub import Hub, HubAway, HubUser
from nbannotate.serve.identity import sentence, who
from nbannotate.serve.login import LogoutHandler, inside
from nbannotate.texts import t

HUB_AWAY = t("The JupyterHub does not answer. Please try again in a minute.")
NOT_IN = t("You cannot work here yet")
STATE_DAYS = 1 / 144  # ten minutes to say who one is
LONGEST_WAY = 1500  # characters of the address that somebody wanted; a cookie holds 4,096
AT_ONCE = 4  # questions to the Hub


@dataclass
class Guest:
    """A session of somebody who came through the Hub."""

    token: str
    asked: float


class Guests:
    """The sessions of people who came through the Hub: they end when the Hub says so.

    While the Hub does not answer, nobody is logged out, and nobody in.

    Parameters
    ----------
    site
        The application.
    hub
        Where people log in.
    """

    def __init__(self, site: Any, hub: Hub) -> None:
        self.site, self.hub = site, hub
        self.of_sessions: dict[str, Guest] = {}
        self.silent = False

    def seen(self, session: str, token: str, asked: float = float("-inf")) -> None:
        """Know a session by the token that its cookie brings; one that was not seen before is looked at soon."""
        self.of_sessions.setdefault(session, Guest(token, asked))

    async def run(self) -> None:
        """Look, for as long as the server runs."""
        while True:
            await asyncio.sleep(self.site.limits.tick)
            try:
                await self.look()
            except Exception:  # the next look must not fail for this one
                self.site.log.exception("a look at the people of the Hub failed")

    async def look(self) -> None:
        """Ask the Hub for those whom it was not asked for lately."""
        for session in [s for s in self.of_sessions if self.site.sessions.ended(s)]:
            del self.of_sessions[session]
        due = time.monotonic() - self.site.limits.hub_look
        waiting = [item for item in self.of_sessions.items() if item[1].asked < due]
        for begin in range(0, len(waiting), AT_ONCE):
            await asyncio.gather(*(self.check(*item) for item in waiting[begin : begin + AT_ONCE]))

    async def check(self, session: str, guest: Guest) -> None:
        """End a session whose person logged out at the Hub, is gone there, or has another role by now."""
        guest.asked = time.monotonic()
        try:
            user = await self.hub.who(guest.token)
            member = await self.site.sessions.check(session)
        except (HubAway, WorkspaceError) as error:
            if not self.silent:
                self.site.note("people cannot be asked for at the Hub: %(why)s", why=error)
            self.silent = True
            return
        self.silent = False
        if member is None:
            self.of_sessions.pop(session, None)
        elif user is None or user.name != member.login:
            await self.end(session, "logged out at the Hub")
        elif not self._fits(user, member.role):
            await self.end(session, "the groups at the Hub changed")

    async def end(self, session: str, why: str) -> None:
        """End a session here."""
        self.of_sessions.pop(session, None)
        await self.site.leave(session, why)
        self.site.note("a session ended: %(why)s", why=why)

    def _fits(self, user: HubUser, role: str) -> bool:
        try:
            return self.hub.role_of(user) in (None, role)
        except NotAllowed:
            return False


class HubHandler(SiteHandler):
    """What logging in and coming back have in common."""

    @property
    def hub(self) -> Hub:
        """Where people log in."""
        hub: Hub = self.site.hub
        return hub

    @property
    def here(self) -> str:
        """The address that a language follows: that of the login, for a code from the Hub holds once."""
        return f"{self.base_url}login?"

    def _cookie(self, state: str) -> str:
        return f"{self.identity_provider.get_cookie_name(self)}-hub-{state[:8]}"  # several tabs may log in at once

    def _verifier(self, state: str) -> str:
        """Return the secret of a login, which only this server can make."""
        made = hmac.digest(self.site.cookie_secret, f"a login at the Hub: {state}".encode(), "sha256")
        return base64.urlsafe_b64encode(made).decode().rstrip("=")

    def _refuse(self, title: str, error: NbannotateError | str, status: int) -> None:
        self.set_status(status)
        said = error if isinstance(error, str) else sentence(error)
        self.message(title, said, elsewhere=self.hub.logout_url)


class HubLogin(HubHandler):
    """Send people to the Hub, which knows them already or asks who they are."""

    @allow_unauthenticated  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Go on, or to the Hub."""
        onward = inside(self.get_argument("next", self.base_url)[:LONGEST_WAY], self.base_url)
        if self.current_user:
            self.redirect(onward)
            return
        self.keep_language()
        state = secrets.token_urlsafe(24)
        options = self.identity_provider.options(self) | {"path": self.hub.callback}
        self.set_secure_cookie(self._cookie(state), f"{state} {onward}", expires_days=STATE_DAYS, **options)
        self.set_header("Cache-Control", "no-store")
        self.redirect(self.hub.login_url(state, self._verifier(state)))


class HubCallback(HubHandler):
    """Where the Hub sends people back to."""

    @allow_unauthenticated  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Ask the Hub who came, and open a session, if that is somebody for this workspace."""
        state, code = self.get_argument("state", ""), self.get_argument("code", "")
        kept = self.get_secure_cookie(self._cookie(state), max_age_days=STATE_DAYS)
        began, _, onward = kept.decode().partition(" ") if kept else ("", "", "")
        if not state or not hmac.compare_digest(began.encode(), state.encode()):
            again = t("This login took too long or was used already, or your browser blocks cookies. Please try again.")
            self._refuse(t("That did not work"), again, 403)
            return
        self.clear_cookie(self._cookie(state), path=self.hub.callback)
        if not code:  # somebody did not want to be known here
            self._refuse(NOT_IN, t("The Hub did not tell who you are; allow it, or log in as somebody else."), 403)
            return
        try:
            await self._enter(code, state, onward)
        except HubAway as error:
            self.site.note("login impossible: %(why)s", why=error)
            self._refuse(t("One moment"), HUB_AWAY, 503)

    async def _enter(self, code: str, state: str, onward: str) -> None:
        token = await self.hub.token_for(code, self._verifier(state))
        user = await self.hub.who(token) if token else None
        if token is None or user is None:
            self._refuse(NOT_IN, t("The Hub does not let you use this service; ask who runs the Hub."), 403)
            return
        address = self.request.remote_ip or ""
        try:
            session = await self.site.sessions.admit(user.name, self.hub.role_of(user), address)
        except (NotAllowed, Refused, InvalidInput) as error:
            told = {"login": Private(user.name), "address": Private(address), "why": error}
            self.site.note("login refused: %(login)s from %(address)s: %(why)s", **told)
            self._refuse(NOT_IN, error, 403)
            return
        except NbannotateError as error:
            self.site.note("login impossible: %(why)s", why=error)
            self._refuse(t("One moment"), error, 503)
            return
        before = self.identity_provider.session_of(self)
        if before:
            await self.site.leave(before, "logged in again")
        self.identity_provider.keep_guest(self, session.token, token)
        self.site.guests.seen(session.token, token, time.monotonic())
        came = {"member": who(session.member), "address": Private(address)}
        self.site.note("login: %(member)s from %(address)s, through the Hub", **came)
        self.redirect(inside(onward, self.base_url), status=302)


class HubLogout(LogoutHandler):
    """Out of this site, and of the Hub."""

    @property
    def after(self) -> str:
        """The Hub's own logout."""
        url: str = self.site.hub.logout_url
        return url


class NoPassword(SiteHandler):
    """In the place of pages about passwords."""

    @allow_unauthenticated  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Say where one logs in."""
        self.message(
            t("You log in through JupyterHub"),
            t("There is no password of this site; what you use for the Hub is changed there."),
        )

    post = get


def addresses(at: Callable[[str], str]) -> list[tuple[str, type[SiteHandler]]]:
    """Return what is served in the place of the site's own logins.

    Parameters
    ----------
    at
        Makes an address of a path of the site.
    """
    return [
        (at("login"), HubLogin),
        (at("oauth_callback"), HubCallback),
        (at("logout"), HubLogout),
        (at("invite"), NoPassword),
        (at("password"), NoPassword),
    ]
