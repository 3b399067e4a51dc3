"""What answers to each address of the site: a page, its files, its kernel; everything else is not found."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.base.handlers import FileFindHandler, JupyterHandler
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from tornado.iostream import StreamBufferFullError, StreamClosedError
from tornado.web import HTTPError, StaticFileHandler
from tornado.websocket import WebSocketClosedError

from nbannotate.errors import NbannotateError, Refused, Wait
from nbannotate.serve.identity import AWAY, known_user, sentence
from nbannotate.serve.kernel_quota import LOOK_S, Queued
from nbannotate.serve.kernels import Kernel
from nbannotate.serve.render import Renderer
from nbannotate.serve.settings import PLAIN_POLICY
from nbannotate.serve.site import Page, document, first_page
from nbannotate.texts import Texts, choose, t, texts_of

SENTENCES = {
    403: (t("Not for you"), t("You may not open this page.")),
    404: (t("Nothing here"), t("There is no page at this address.")),
    405: (t("Nothing here"), t("This address does not take that kind of request.")),
    503: (t("One moment"), AWAY),
}
GENERAL = (t("That did not work"), t("Something went wrong on the server. Your work is saved; please try again."))
GONE_EARLY = "the page was closed while it opened"
LANGUAGE = (
    "nbannotate-language"  # the cookie with the language that a person chose; frontend/shared/texts writes it, too
)


class SiteHandler(JupyterHandler):  # type: ignore[misc]
    """The base of all: knows the site, says errors as sentences, lets nobody in who is not logged in."""

    @property
    def site(self) -> Any:
        """The application (:class:`nbannotate.serve.app.Site`)."""
        return self.settings["site"]

    @property
    def texts(self) -> Texts:
        """The texts in the language of who asks: what was chosen just now or before, or else what the browser wants."""
        asked = self.get_query_argument("language", "")
        return texts_of(choose(asked or self.get_cookie(LANGUAGE), self.request.headers.get("Accept-Language", "")))

    def keep_language(self) -> None:
        """Keep the language that was chosen on a plain page, for a year."""
        asked = self.get_query_argument("language", "")
        if choose(asked) == asked:
            self.set_cookie(LANGUAGE, asked, path=self.base_url, samesite="Lax", expires_days=365)

    def redirect(self, url: str, *args: Any, **options: Any) -> None:
        """Lead on; a language that was chosen in the address is not lost on the way, for example to the login."""
        self.keep_language()
        super().redirect(url, *args, **options)

    def set_cookie(self, name: str, value: str, *args: Any, **options: Any) -> None:
        """Set a cookie that travels by TLS only, where the visitor came by it; the token of forms is set here, too."""
        super().set_cookie(name, value, *args, **{"secure": self.request.protocol == "https", **options})

    @property
    def here(self) -> str:
        """The address of this page as far as a language follows, without its path: ``?next=%2Fwork&``.

        What somebody asked for may begin with two slashes; as a link, it would lead to another site.
        """
        rest = [(k, v) for k, v in parse_qsl(self.request.query) if k != "language"]
        return f"?{urlencode(rest)}&" if rest else "?"

    def get_current_user(self) -> Any:
        """Return who asks, as far as that is known: nobody before ``prepare``, which a wrong method never reaches."""
        return known_user(self)

    def set_default_headers(self) -> None:
        """Set the security headers and hide what serves."""
        super().set_default_headers()
        self.clear_header("Server")

    async def prepare(self, **kwargs: Any) -> Any:
        """Find out who asks; without an answer from the workspace, or if the server is just being stopped, say so."""
        if self.site.stopping:
            raise HTTPError(503)
        try:
            return await super().prepare(**kwargs)
        except NbannotateError as error:
            raise HTTPError(503, "%s", error) from error

    def message(self, title: str, text: str, form: dict[str, str] | None = None, elsewhere: str = "") -> None:
        """Finish with a small page of one sentence, a way back, and perhaps one button.

        Parameters
        ----------
        elsewhere
            Where somebody logs out who wants to come as somebody else.
        """
        self.set_header("Content-Security-Policy", PLAIN_POLICY)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.keep_language()
        user, texts = self.current_user, self.texts
        if form:
            form = {**form, "button": texts.said(form["button"])}
        values = {"form": form, "user": user and user.login, "base_url": self.base_url, "here": self.here}
        values["elsewhere"] = elsewhere
        self.finish(document("message.html", texts, title=texts.said(title), text=texts.said(text), **values))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say an error as a sentence, never as a traceback."""
        self.message(*SENTENCES.get(status_code, GENERAL))


class Home(SiteHandler):
    """The site's root."""

    async def get(self) -> None:
        """Go to the page that a member of this role begins with."""
        self.redirect(self.base_url + first_page(self.current_user.member.role))


class Closed(SiteHandler):
    """Everything that is not served."""

    async def get(self, *args: str) -> None:
        """There is nothing."""
        raise HTTPError(404)

    head = post = put = delete = patch = options = get


class PageHandler(SiteHandler):
    """A page: the notebook runs in a kernel of the member who asks, and its outputs are sent as they come."""

    def initialize(self, page: Page) -> None:
        """Remember which page this is."""
        self.page = page
        self.turn: asyncio.Task[Kernel] | None = None

    async def get(self) -> None:
        """Send the page, if the member's role may see it."""
        user = self.current_user
        if user.member.role not in self.page.roles:
            what = {"member": user.who, "role": user.member.role, "path": self.request.path}
            self.site.note("refused: %(member)s (%(role)s) asked for %(path)s", **what)
            self.set_status(403)
            self.message(t("This page is for managers"), t("Ask the owner of the workspace if you need it."))
            return
        if not (self.site.notebooks / self.page.notebook).is_file():
            raise HTTPError(404)
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Cache-Control", "no-store")
        self.xsrf_token  # noqa: B018 - sets the cookie that the logout form needs
        await self.send(user)

    async def send(self, user: Any) -> None:
        """Render the notebook in a kernel of this member and write it piece by piece."""
        kernels = self.kernel_manager
        self.turn = asyncio.create_task(kernels.hand_over(user))
        try:
            kernel = await self.turn
        except Queued as error:
            self.wait(error)
            return
        except Refused as error:
            self.site.note("page not opened for %(member)s: %(why)s", member=user.who, why=error)
            self.set_status(429)
            if isinstance(error.fact, Wait):
                self.set_header("Retry-After", str(error.fact.seconds))
            self.message(t("One moment"), str(error))
            return
        except asyncio.CancelledError:
            if self.turn.cancelled():  # the page was closed before it had a kernel
                return
            raise
        try:
            renderer = Renderer.of(self.site, self.page, self.texts)
            await renderer.initialize()
            async for piece, _ in renderer.generate_content_generator(kernel.kernel_id, kernel):
                self.write(piece)
                await self.flush()
            kernel.client = None  # the renderer closed the connection
        except StreamClosedError:
            await kernels.end(kernel, GONE_EARLY)
        except Exception as error:  # the person gets a sentence, the log what happened
            await kernels.end(kernel, "the page could not be opened")
            if isinstance(error, NbannotateError):
                self.site.note("page not opened for %(member)s: %(why)s", member=user.who, why=error)
            else:
                self.site.log.exception("page not opened for %(member)s", {"member": user.who})
            self.write(document("failure.html", self.texts, text=self.texts.said(sentence(error))))
        with contextlib.suppress(StreamClosedError):
            await self.finish()

    def wait(self, queued: Queued) -> None:
        """Send a page that says at which place the member waits, and looks again by itself."""
        self.queued = True  # no failure for the log, each three seconds
        self.set_status(503)
        self.set_header("Retry-After", str(LOOK_S))
        self.set_header("Content-Security-Policy", PLAIN_POLICY)
        self.keep_language()
        values = {"place": queued.place, "seconds": LOOK_S, "base_url": self.base_url, "here": self.here}
        self.finish(document("queue.html", self.texts, text=self.texts.said(str(queued)), **values))

    def on_connection_close(self) -> None:
        """End what was begun for a page that was closed while it opened."""
        super().on_connection_close()
        if self.turn is None or self.turn.cancel():
            return
        if not self.turn.exception():
            self.site.later(self.kernel_manager.end(self.turn.result(), GONE_EARLY))


class KernelModel(SiteHandler):
    """The state of the page's own kernel; the page asks after a lost connection."""

    auth_resource = "kernels"

    @authorized  # type: ignore[untyped-decorator]
    async def get(self, kernel_id: str) -> None:
        """Send the state as JSON."""
        self.finish(self.kernel_manager.kernel_model(kernel_id))


class KernelLeave(SiteHandler):
    """The page says that it is being closed; its kernel ends a little later."""

    auth_resource = "kernels"

    @authorized("write")  # type: ignore[untyped-decorator]
    async def post(self, kernel_id: str) -> None:
        """Note it."""
        self.kernel_manager.of_members[kernel_id].leave()
        self.set_status(204)


class KernelChannel(KernelWebsocketHandler):  # type: ignore[misc]
    """The page's websocket; :mod:`nbannotate.serve.channel` decides which messages pass.

    Not Voilà's, which reads binary messages of the older protocol as if they were of the newer one, and never ends.
    """

    def get_current_user(self) -> Any:
        """Return who asks, as far as that is known."""
        return known_user(self)

    def write_message(self, message: Any, binary: bool = False) -> Any:
        """Send a message; a page that left meanwhile is no error, and one that does not read is left."""
        try:
            sent = super().write_message(message, binary)
        except WebSocketClosedError:
            return None
        except StreamBufferFullError:  # it does not read what it is sent; not even a close code would reach it
            user = self.current_user
            self.settings["site"].note("closed: the websocket of %(member)s reads nothing", member=user.who)
            self.ws_connection.stream.close()
            return None
        if sent is not None:
            sent.add_done_callback(lambda done: done.cancelled() or done.exception())
        return sent

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Refuse without a body."""
        self.finish()


class PackagedFiles(SiteHandler, FileFindHandler):  # type: ignore[misc]
    """JavaScript, styles and fonts of installed packages, for members, kept by the browser for good.

    Parameters
    ----------
    path
        Folders to look in.
    inside
        If given, only what lies below one of these relative folders is served.
    """

    def initialize(self, path: list[str], inside: tuple[str, ...] = ()) -> None:
        """Remember where to look."""
        super().initialize(path=path)
        self.inside = inside

    async def get(self, path: str, include_body: bool = True) -> None:
        """Send a file."""
        if self.inside and not path.startswith(self.inside):
            raise HTTPError(404)
        await StaticFileHandler.get(self, path, include_body)

    async def head(self, path: str) -> None:
        """Send the headers of a file."""
        await self.get(path, include_body=False)


class OwnFile(SiteHandler):
    """One file of the site itself."""

    def initialize(self, file: Path, kind: str) -> None:
        """Remember which file this is."""
        self.file, self.kind = file, kind

    async def get(self) -> None:
        """Send it."""
        self.set_header("Content-Type", self.kind)
        self.set_header("Cache-Control", "no-cache")
        self.finish(self.file.read_bytes())


class PublicFile(OwnFile):
    """One file of the site that the login page needs."""

    @allow_unauthenticated  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Send it."""
        await super().get()


class Health(SiteHandler):
    """Whether the site works, for a proxy or a supervisor: 200, or 503; and whether a wish for a websocket arrived.

    It says no more, for anybody may ask.
    """

    @allow_unauthenticated  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Ask the workspace."""
        works = await self.site.sessions.works()
        self.set_status(200 if works else 503)
        self.set_header("Cache-Control", "no-store")
        wished = self.request.headers.get("Upgrade", "").lower() == "websocket"
        self.finish({"status": "ok" if works else "the workspace does not answer", "websocket": wished})

    head = get
