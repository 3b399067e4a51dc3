"""Debian's nginx with TLS in front of a server, on a port of its own, without root, in a folder of the test's."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from serve_rig import wait_for
from tests.certificates import certificate

DOCS = Path(__file__).parents[2] / "docs"
PLACES = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
AROUND = """
daemon off; pid {folder}/nginx.pid; error_log stderr warn;
events {{}}
http {{
  access_log off; {temporary}
{text}
}}
"""


class From(HTTPAdapter):
    """Connects from another address of this machine, as another visitor would."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, source_address=(self.address, 0))


def documented(page: str) -> str:
    """Return the configuration of nginx that a page of the documentation shows."""
    found = re.search(r"```nginx\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    assert found
    return found[1]


def why_not() -> str:
    """Return why nginx cannot be run here; empty if it can."""
    missing = [name for name in ("nginx", "openssl") if shutil.which(name, path="/usr/sbin:/usr/bin:/bin") is None]
    return f"Install {' and '.join(missing)} (apt) to run this." if missing else ""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Nginx:
    """A running nginx.

    Parameters
    ----------
    text
        A configuration of the documentation; port, host and certificate are replaced.
    target
        The port that it says it passes on to, and the one that it shall.
    """

    def __init__(self, folder: Path, text: str, target: tuple[int, int]) -> None:
        folder.mkdir()
        self.certificate, key = certificate(folder)
        self.port = free_port()
        text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl")
        text = re.sub(r"server_name [\w.]+", "server_name localhost", text)
        text = re.sub(r"/etc/ssl/\w+\.pem", str(self.certificate), text)
        text = re.sub(r"/etc/ssl/\w+\.key", str(key), text).replace(f":{target[0]};", f":{target[1]};")
        temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in PLACES)
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, temporary=temporary, text=text))
        command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
        self.log_file = folder / "nginx.log"
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env={"PATH": "/usr/sbin:/usr/bin:/bin"})
        wait_for(self.listens, 20, "nginx listens")
        self.origin = f"https://localhost:{self.port}"

    def listens(self) -> bool:
        assert self.process.poll() is None, self.log_file.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def session(self, address: str) -> requests.Session:
        """Return the browser of somebody at an address."""
        made = requests.Session()
        made.verify, made.trust_env = str(self.certificate), False
        made.mount("https://", From(address))
        return made

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)
