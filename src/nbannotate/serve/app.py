"""The server: a standalone Voilà application whose parts are replaced by strict ones, and ``serve``, which runs it."""

from __future__ import annotations

import nbannotate.serve.trimmed_imports  # noqa: F401  # isort: skip

import asyncio
import errno
import hashlib
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from tornado.netutil import bind_sockets
from tornado.web import Application
from traitlets.config import Config
from voila.app import Voila
from voila.paths import collect_static_paths
from voila.utils import get_voila_labextensions_path

from nbannotate import frontend
from nbannotate.errors import InvalidInput, NotAWorkspace
from nbannotate.owner import logs
from nbannotate.owner.client import SocketClient, connect
from nbannotate.serve import handlers as h
from nbannotate.serve.channel import WidgetMessagesOnly
from nbannotate.serve.connection_limits import Door
from nbannotate.serve.hub import Hub
from nbannotate.serve.hub_login import Guests
from nbannotate.serve.hub_login import addresses as through_hub
from nbannotate.serve.identity import OwnKernelsOnly, SessionIdentity, cookie_secret, known_user
from nbannotate.serve.kernel_reaper import Keeper
from nbannotate.serve.kernel_users import KernelUser
from nbannotate.serve.kernel_users import kernel_user as find_user
from nbannotate.serve.kernels import ENDED, MemberKernels, ThisPython
from nbannotate.serve.metrics import metrics_server
from nbannotate.serve.passwords import addresses as own_logins
from nbannotate.serve.proxies import LOOPBACK as LOOPBACK_HOPS
from nbannotate.serve.proxies import Hops
from nbannotate.serve.sessions import Sessions
from nbannotate.serve.settings import HEADERS, MANAGER_EXTENSIONS, THEMES, Limits
from nbannotate.serve.site import ASSETS, PAGES, TEMPLATES, notebooks_folder
from nbannotate.store.postgres.address import is_address

KERNEL = r"(?P<kernel_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
log = logging.getLogger("nbannotate.serve")


class Site(Voila):  # type: ignore[misc]
    """The application. Made by :func:`site`, run by :meth:`run`."""

    workspace: str
    client: SocketClient
    notebooks: Path
    sessions: Sessions
    limits: Limits
    kernel_user: KernelUser | None
    hosts: tuple[str, ...]
    hops: Hops
    hub: Hub | None
    guests: Guests | None = None
    preheat: int
    port: int
    tasks: set[asyncio.Task[None]]
    stopping = False

    def note(self, text: str, **values: object) -> None:
        """Write one line into the log; the text names its values: ``"logout: %(member)s"``."""
        log.info(text, values)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something soon, and keep hold of it until it is done."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def leave(self, session: str, why: str) -> None:
        """End a session: its websockets, its kernels, its right to act."""
        await self.sessions.close(session)
        mine = [k for k in self.kernel_manager.of_members.values() if k.session == session]
        await asyncio.gather(*(self.kernel_manager.end(k, why, ENDED) for k in mine))

    def setup_template_dirs(self) -> None:
        """Use the one template of the site."""
        self.template_paths = [str(TEMPLATES)]
        self.static_paths = collect_static_paths(["voila", "nbconvert"], "lab")

    def init_settings(self) -> dict[str, Any]:
        """Return Voilà's settings with the doors closed."""
        settings: dict[str, Any] = super().init_settings()
        local = self.ip in LOOPBACK and not self.hub  # whose host is the Hub's
        settings.update(
            site=self,
            headers=HEADERS,
            local_hostnames=["localhost", *self.hosts],
            allow_remote_access=not (local or self.hosts),
            websocket_max_message_size=self.limits.size,
            xsrf_cookie_kwargs={"samesite": "Lax", "path": self.base_url},
            static_immutable_cache=[self.static_url, self.extensions_url],
            login_url=self.base_url + "login",
            log_function=_log_failure,
        )
        return settings

    def init_handlers(self) -> list[Any]:
        """Return every address that is served; the last one closes the rest."""

        def at(path: str) -> str:
            return f"{self.base_url}{path}"

        themes = Path(next(p for p in self.static_paths if (Path(p) / "theme-dark.css").is_file()))
        own = {"page.css": (ASSETS, "text/css"), "page.js": (frontend.STATIC, "text/javascript")}
        own |= {f"theme-{name}.css": (themes, "text/css") for name in ("light", "dark")}
        extensions = [p for p in get_voila_labextensions_path() if Path(p).is_dir()]
        return [
            (at(""), h.Home),
            *((at(name), h.PageHandler, {"page": page}) for name, page in PAGES.items()),
            *(through_hub(at) if self.hub else own_logins(at)),
            (at("healthz"), h.Health),
            (at("favicon.svg"), h.PublicFile, {"file": ASSETS / "favicon.svg", "kind": "image/svg+xml"}),
            *((at(f"own/{n}"), h.OwnFile, {"file": folder / n, "kind": kind}) for n, (folder, kind) in own.items()),
            (self.static_url + r"(.*)", h.PackagedFiles, {"path": self.static_paths}),
            (
                self.extensions_url + r"(.*)",
                h.PackagedFiles,
                {"path": extensions, "inside": tuple(f"{e}/static/" for e in MANAGER_EXTENSIONS)},
            ),
            (at(rf"api/kernels/{KERNEL}"), h.KernelModel),
            (at(rf"api/kernels/{KERNEL}/channels"), h.KernelChannel),
            (at(rf"voila/api/shutdown/{KERNEL}"), h.KernelLeave),
            (r".*", h.Closed),
        ]

    async def run(self, ready: Callable[[str], None] | None, metrics_port: int | None = None) -> None:
        """Listen, until a signal comes; then end every kernel."""
        sockets = listen(self.port, self.ip)
        for_metrics = [] if metrics_port is None else listen(metrics_port, LOOPBACK[0])
        self.port = sockets[0].getsockname()[1]
        self.tasks = set()
        self.connection_dir = sockets_folder()
        if self.kernel_user is not None:
            Path(self.connection_dir).chmod(0o711)  # kernels pass through, each into its own room
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self.app = Application(**self.init_settings())
        self.app.add_handlers(".*$", self.init_handlers())
        server = Door(self.app, limits=self.limits, hops=self.hops)
        metrics = metrics_server(self.client, self.kernel_manager)
        try:
            server.add_sockets(sockets)
            metrics.add_sockets(for_metrics)
            self.kernel_manager.fill()
            self.later(Keeper(self).run())
            if self.guests:
                self.later(self.guests.run())
            url = address(self.ip, self.port, self.base_url)
            print(f"nbannotate serves {Path(self.workspace).name} at {url}", flush=True)
            for one in for_metrics:
                print(f"metrics at http://{LOOPBACK[0]}:{one.getsockname()[1]}/metrics", flush=True)
            if ready:
                ready(url)
            await stop.wait()
        finally:
            self.stopping = True
            server.stop()
            metrics.stop()
            for task in self.tasks:
                task.cancel()
            await self.kernel_manager.end_all()
            await server.close_all_connections()
            shutil.rmtree(self.connection_dir, ignore_errors=True)


def _log_failure(handler: Any) -> None:
    """Write one line for a request that was refused or failed; the address only, without its query."""
    status = handler.get_status()
    if getattr(handler, "queued", False):
        return
    if status in (403, 405) or status >= 500:
        user = known_user(handler)
        request = handler.request
        what = {"method": request.method, "path": request.path[:200], "status": status}
        log.info("%(method)s %(path)s: %(status)d for %(member)s", what | {"member": user.who if user else "nobody"})


def sockets_folder() -> str:
    """Return a new folder of this account's for the sockets of kernels; a socket's path has 103 bytes at most.

    Raises
    ------
    InvalidInput
        If there is no folder for temporary files with a short enough path.
    """
    for folder in (tempfile.gettempdir(), "/tmp"):
        if len(os.fsencode(folder)) < 30 and os.access(folder, os.W_OK):
            return tempfile.mkdtemp(prefix="nbannotate-", dir=folder)
    raise InvalidInput("There is no folder for temporary files with a short path; name one: TMPDIR=/short/path.")


def listen(port: int, ip: str) -> list[socket.socket]:
    """Return listening sockets; port 0 takes a free one.

    Raises
    ------
    InvalidInput
        If the port is in use or may not be used, or the address is not one of this machine.
    """
    try:
        sockets: list[socket.socket] = bind_sockets(port, ip)
        return sockets
    except socket.gaierror as error:
        raise InvalidInput(f"{ip!r} is not an address of this machine.") from error
    except (OSError, OverflowError) as error:
        known = {errno.EADDRINUSE: "is in use", errno.EACCES: "may not be used by this account"}
        why = known.get(getattr(error, "errno", None) or 0, f"cannot be used ({error})")
        raise InvalidInput(f"Port {port} on {ip} {why}; choose another one, or 0 for a free one.") from error


def address(ip: str, port: int, base_url: str) -> str:
    """Return the URL that a person types."""
    host = {"": "localhost", "0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(ip, ip)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{base_url}"


def configuration(theme: str) -> Config:
    """Return the settings of Voilà and of Jupyter's kernel machinery."""
    c = Config()
    c.Voila.identity_provider_class = SessionIdentity
    c.Voila.authorizer_class = OwnKernelsOnly
    c.Voila.kernel_websocket_connection_class = WidgetMessagesOnly
    c.VoilaConfiguration.multi_kernel_manager_class = MemberKernels
    c.VoilaConfiguration.kernel_spec_manager_class = ThisPython
    c.VoilaConfiguration.template = "nbannotate"
    c.VoilaConfiguration.theme = "light"  # the template brings both; "light" keeps the page from fetching another
    c.VoilaConfiguration.resources = {"page_theme": theme}
    c.VoilaConfiguration.allow_template_override = c.VoilaConfiguration.allow_theme_override = "NO"
    c.VoilaConfiguration.extension_allowlist = list(MANAGER_EXTENSIONS)
    c.VoilaConfiguration.extension_denylist = []
    c.VoilaConfiguration.file_allowlist = []
    c.VoilaConfiguration.show_tracebacks = False
    c.VoilaConfiguration.strip_sources = True
    c.VoilaExecutor.timeout = 120
    c.MultiKernelManager.kernel_manager_class = "nbannotate.serve.kernel_users.KernelManager"
    c.KernelManager.transport = "ipc"
    c.KernelManager.autorestart = False
    c.KernelManager.shutdown_wait_time = 2.0
    c.AsyncMappingKernelManager.allow_tracebacks = False
    return c


def site(
    workspace: str, client: SocketClient, notebooks: Path, *, port: int, ip: str, base_url: str, preheat: int,
    theme: str, hosts: Sequence[str] = (), trust_proxies: Sequence[str] = (), hub: Hub | None = None,
    limits: Limits | None = None, user: KernelUser | None = None,
) -> Site:  # fmt: skip
    """Return the application for a workspace; the parameters are those of :func:`serve`."""
    made = Site(config=configuration(theme), log=logging.getLogger(logs.OF_LIBRARIES))
    made.workspace, made.client, made.notebooks, made.preheat = workspace, client, notebooks, preheat
    made.sessions, made.hosts, made.limits = Sessions(client), tuple(hosts), limits or Limits()
    made.kernel_user = user
    made.hops = Hops(trust_proxies or (LOOPBACK_HOPS if (hosts or hub) and ip in LOOPBACK else ()))
    made.hub, made.guests = hub, Guests(made, hub) if hub else None
    made.port, made.ip, made.base_url = port, ip, f"/{base_url.strip('/')}/".replace("//", "/")
    made.root_dir = str(notebooks)
    made.config_file_paths = []  # nobody's own Voilà configuration opens what is closed here
    made.initialize([])
    contact = client.place.contact()
    assert contact is not None, "the owner announced itself when the client connected"
    made.cookie_secret = cookie_secret(contact.token)
    extensions = sorted(str(p) for p in get_voila_labextensions_path())
    version = hashlib.sha256(repr((made.version, extensions, _versions(extensions))).encode()).hexdigest()[:12]
    made.static_url, made.extensions_url = (f"{made.base_url}{kind}/{version}/" for kind in ("static", "extensions"))
    return made


def _versions(folders: list[str]) -> list[bytes]:
    files = (Path(folder) / name / "package.json" for folder in folders for name in MANAGER_EXTENSIONS)
    return [file.read_bytes() for file in files if file.is_file()]


def serve(
    path: str | Path, *, port: int = 8866, ip: str = "127.0.0.1", base_url: str = "/", preheat: int = 1,
    theme: str = "auto", notebooks: Path | None = None, hosts: Sequence[str] = (), trust_proxies: Sequence[str] = (),
    hub: Hub | None = None, metrics_port: int | None = None, ready: Callable[[str], None] | None = None,
    limits: Limits | None = None, kernel_user: str | None = None, log_json: bool = False,
) -> None:  # fmt: skip
    """Serve a workspace's pages to its members until SIGINT or SIGTERM comes; then end every kernel.

    Parameters
    ----------
    path
        The workspace file. The server acts as its owner, so it must be able to read the owner's token file.
    port
        To listen on; 0 takes a free one.
    ip
        Address to listen on; the default is reached from this machine only.
    base_url
        Path of the site behind a proxy.
    preheat
        How many kernels wait, started, for the next page that is opened.
    theme
        ``"light"``, ``"dark"`` or ``"auto"`` (what each person's system prefers).
    notebooks
        A folder with ``work.ipynb`` and ``manager.ipynb``; None takes the packaged ones.
    hosts
        Public host names of a proxy in front of the server; requests for other hosts are refused.
    trust_proxies
        Addresses and networks of the proxies in front, whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are
        believed. Without any, loopback addresses are, if there are ``hosts`` or a ``hub``, and ``ip`` is one
        of them.
    hub
        The JupyterHub where people log in; None asks for the workspace's own passwords.
    metrics_port
        On 127.0.0.1, for Prometheus; 0 takes a free one, None opens none.
    ready
        Called with the URL when the server listens.
    limits
        What one member may use.
    kernel_user
        The system user that kernels run as; None: the one of the server.
    log_json
        Whether the log, and that of an owner process that is started from here, is a line of JSON an event, which names
        nobody.

    Raises
    ------
    InvalidInput
        If the port cannot be used, a proxy has no address, the theme is unknown, there are no notebooks, or this is not
        the main thread.
    WorkspaceError
        If the workspace cannot be used.
    """
    if theme not in THEMES:
        raise InvalidInput(f"theme must be one of {', '.join(THEMES)}, not {theme!r}.")
    folder = notebooks_folder(notebooks)
    given = os.fspath(path)
    workspace = given if is_address(given) else str(Path(path).expanduser().resolve())
    if not is_address(workspace) and not Path(workspace).is_file():
        raise NotAWorkspace(f"There is no workspace {path}; make one with nbannotate.open().")
    if threading.current_thread() is not threading.main_thread() or asyncio._get_running_loop() is not None:
        raise InvalidInput("serve() needs a process of its own: run `nbannotate serve` in a terminal.")
    if log_json:
        os.environ[logs.SETTING] = "1"
    _log_to_stderr()
    client = connect(workspace)
    user = None if kernel_user is None else find_user(kernel_user, client.place)
    before = os.umask(0o077)  # what the server and its kernels write is this account's
    try:
        made = site(
            client.place.shown, client, folder, port=port, ip=ip, base_url=base_url, preheat=preheat, theme=theme,
            hosts=hosts,
            trust_proxies=trust_proxies, hub=hub, limits=limits, user=user,
        )  # fmt: skip
        try:
            asyncio.run(made.run(ready, metrics_port))
        finally:
            made.sessions.shutdown()
    finally:
        os.umask(before)
        client.close()


def _log_to_stderr() -> None:
    """One line an event; libraries speak up from warnings on."""
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        text = logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S")
        handler.setFormatter(logs.JsonLines() if logs.is_wanted() else text)
        log.addHandler(handler)
        if logs.is_wanted():
            logging.getLogger().addHandler(handler)  # what libraries say
        log.setLevel(logging.INFO)
        log.propagate = False
    logging.getLogger(logs.OF_LIBRARIES).setLevel(logging.WARNING)
    logging.getLogger("tornado.general").setLevel(logging.ERROR)  # malformed requests of strangers, ping settings


__all__ = ["Site", "serve", "site"]
