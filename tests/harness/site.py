"""People at the pages of a workspace in memory, each in a browser of their own, without a server and kernels."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import nbannotate as nb
from nbannotate.model import Session
from nbannotate.pages import Work
from nbannotate.pages.manage import Manager
from nbannotate.workspace import Workspace
from tests.harness.kernel import Kernel
from tests.harness.server import Harness

_number = itertools.count(1)


class Site:
    """A workspace in memory and who looks at its pages.

    Parameters
    ----------
    chromium, harness
        What shows the pages.
    workspace
        In memory.
    password
        Of all its members.
    """

    def __init__(self, chromium: Any, harness: Harness, workspace: Any, password: str) -> None:
        self.ws, self._chromium, self._harness, self._password = workspace, chromium, harness, password
        self.failures: list[str] = []
        self.asked: list[str] = []
        self._contexts: list[Any] = []
        self._kernels: dict[str, Kernel] = {}
        self._clients: dict[str, Any] = {}

    def client(self, login: str) -> Any:
        """Return a client that acts for a member."""
        if login not in self._clients:
            session = self.ws.client.call("sessions.open", Session, login=login, password=self._password)
            self._clients[login] = self.ws.client.acting(session.token)
        return self._clients[login]

    def person(self, login: str) -> nb.Workspace:
        """Return the workspace as a member has it in a notebook."""
        return Workspace(self.client(login))

    def log_in(self, login: str, **context: Any) -> Any:
        """Return a page of *My tasks*."""
        page = self._open(login, "work", **context)
        page.wait_for_selector(".nbp-jobs, .nbp-empty h2")
        return page

    def manage(self, login: str, address: str = "#campaigns", **context: Any) -> Any:
        """Return a page of a manager."""
        page = self._open(login, f"manager{address}", **context)
        page.wait_for_selector(".nbm")
        return page

    def _open(self, login: str, address: str, **context: Any) -> Any:
        made = self._chromium.new_context(viewport={"width": 1200, "height": 800}, **context)
        self._contexts.append(made)
        made.set_default_timeout(60_000)
        made.on("page", self._watch)
        number = next(_number)
        apps = {"work": lambda: Work(self.client(login), whole=True)}
        apps["manager"] = lambda: Manager(self.person(login), whole=True)
        for name, app in apps.items():  # each leads to the other by its name
            self._harness.page(f"{number}/{name}", partial(self._make, f"{number}/{name}", app))
        page = made.new_page()
        page.goto(f"{self._harness.url}/page/{number}/{address}")
        return page

    def _watch(self, page: Any) -> None:
        page.on("pageerror", lambda error: self.failures.append(str(error.stack)))
        page.on("request", lambda request: self.asked.append(request.url))

    def _make(self, name: str, app: Callable[[], object]) -> Kernel:
        """Return a kernel: a page that is loaded again has a new one, as in Voilà."""
        if name in self._kernels:
            self._end(self._kernels.pop(name))
        self._kernels[name] = Kernel(app)
        return self._kernels[name]

    def _end(self, kernel: Kernel) -> None:
        kernel.close()
        self.failures += kernel.failures

    def close(self) -> None:
        """Close the browsers and end what they were connected to."""
        for context in self._contexts:
            context.close()
        for kernel in self._kernels.values():
            self._end(kernel)
        self.ws.close()
        away = [url for url in self.asked if not url.startswith((self._harness.url, "blob:", "data:"))]
        assert not away, away
        assert not self.failures, self.failures[0]
