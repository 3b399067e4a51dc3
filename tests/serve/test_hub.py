"""A real JupyterHub with its proxy, behind nginx with TLS and a path: its people work here, as their groups say."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from serve_hub import HubPerson, RunningHub, dummy
from serve_hub import why_not as no_hub
from serve_nginx import Nginx, documented, free_port
from serve_nginx import why_not as no_nginx
from serve_person import Person
from serve_rig import end_owner, make, wait_for

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotAllowed
from nbannotate.model import Member, WorkspaceInfo
from nbannotate.owner.client import Client
from nbannotate.owner.kernel import connect_kernel

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(no_hub() or no_nginx()), reason=no_hub() or no_nginx())]
GROUPS = {"annotators": ["hana", "ana", "theo", "gus"], "leads": ["lea", "theo"]}
ELSEWHERE = "127.0.0.2"


class Site:
    """The Hub, nginx in front of it, the workspace behind it."""

    def __init__(self, folder: Path) -> None:
        self.owner: Client = make(folder)
        options = ("--notebooks", str(folder / "notebooks"), "--hub-groups", "leads=manager,annotators=annotator")
        options += ("--trust-proxy", "127.0.0.1")
        port, service_port = free_port(), free_port()
        config = dummy(folder / "work.duckdb", service_port, GROUPS, *options)
        self.hub = RunningHub(folder / "hub", port, service_port, config)
        self.nginx = Nginx(folder / "nginx", documented("hub.md"), (8000, port))

    def person(self, name: str) -> HubPerson:
        return HubPerson(self.nginx, name, ELSEWHERE)

    def member(self, login: str) -> Member | None:
        return next((m for m in self.owner.call("members.list", list[Member]) if m.login == login), None)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("hub"))
    yield made
    made.nginx.stop()
    made.hub.stop()
    made.owner.close()
    end_owner(made.owner)


@pytest.fixture(autouse=True)
def certificate(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSOCKET_CLIENT_CA_BUNDLE", str(site.nginx.certificate))


def outside(person: Person) -> bool:
    """Whether somebody would have to log in."""
    reply = person.get("/login")
    return reply.status_code == 302 and "/hub/api/oauth2/authorize?" in reply.headers["Location"]


def test_two_people_of_the_hub_work_in_the_roles_of_their_groups(site: Site) -> None:
    assert site.member("hana") is None
    hana, lea = site.person("hana"), site.person("lea")
    reply = hana.enter("/work")
    assert (reply.status_code, reply.url) == (200, f"{hana.url}/work")
    assert not re.search(r'type="password"', reply.text)
    added = site.member("hana")
    assert added is not None
    assert added.role == "annotator"
    for cookie in hana.session.cookies:
        if cookie.name.startswith("nbannotate"):
            assert cookie.secure
            assert cookie.path == "/jupyter/services/annotate/"
    page = hana.page()
    assert "data-hub" in page.html
    socket = hana.attach(page.kernel, origin=site.nginx.origin)
    assert any("Hello hana" in str(w.get("value")) for w in socket.widgets().values())
    socket.close()
    assert hana.get("/manager").status_code == 403
    assert lea.enter("/").url.endswith("/manager")
    assert site.person("theo").enter("/").url.endswith("/manager"), "the first group that fits counts"
    assert "You log in through JupyterHub" in hana.get("/password").text
    assert "You log in through JupyterHub" in hana.send("POST", "/invite").text
    assert f"login: hana from {ELSEWHERE}, through the Hub" in site.hub.log


def test_who_is_in_no_group_or_disabled_here_is_told_why_and_stays_outside(site: Site) -> None:
    xavi = site.person("xavi")
    reply = xavi.enter()
    assert reply.status_code == 403
    assert "You are xavi at the Hub, and in none of the groups that work here: leads, annotators." in reply.text
    assert 'href="/jupyter/hub/logout"' in reply.text
    assert site.member("xavi") is None
    assert outside(xavi)
    ana = site.person("ana")
    assert ana.enter().status_code == 200, "an account that was here before"
    site.owner.call("members.disable", type(None), login="ana")
    wait_for(lambda: outside(ana))
    reply = ana.enter()
    assert reply.status_code == 403
    assert "The account of ana is disabled in this workspace; ask a manager." in reply.text
    there = site.member("ana")
    assert there is not None
    assert not there.active


def test_logging_out_here_logs_out_of_the_hub_and_the_other_way_round(site: Site) -> None:
    hana = site.person("hana")
    hana.enter()
    socket = hana.attach(hana.page().kernel)
    reply = hana.send("POST", "/logout")
    assert (reply.status_code, reply.headers["Location"]) == (303, "/jupyter/hub/logout")
    assert socket.closes() == 4401
    hana.session.get(site.nginx.origin + reply.headers["Location"], timeout=30)
    assert "/hub/login" in hana.session.get(f"{hana.url}/work", timeout=30).url, "the Hub asks who it is"
    hana.enter()
    socket = hana.attach(hana.page().kernel)
    hana.session.get(f"{hana.at_hub}/logout", timeout=30)
    assert socket.closes() == 4401
    assert outside(hana)


def test_groups_that_change_at_the_hub_change_the_role_here(site: Site) -> None:
    gus = site.person("gus")
    assert gus.enter("/").url.endswith("/work")
    site.hub.ask("POST", "groups/leads/users", users=["gus"]).raise_for_status()
    wait_for(lambda: outside(gus))
    assert gus.enter("/").url.endswith("/manager"), "without being asked for anything"
    for group in ("leads", "annotators"):
        site.hub.ask("DELETE", f"groups/{group}/users", users=["gus"]).raise_for_status()
    wait_for(lambda: outside(gus))
    assert "in none of the groups" in gus.enter().text


def test_a_server_of_the_hub_works_elsewhere_in_the_name_of_its_person(site: Site, monkeypatch) -> None:
    key = site.nginx.certificate.with_suffix(".key")
    env = {**os.environ, "JUPYTERHUB_API_URL": site.hub.api, "JUPYTERHUB_SERVICE_NAME": "annotate"}
    command = [sys.executable, "-m", "nbannotate.cli", "owner", str(site.owner.place.database)]  # type: ignore[attr-defined]
    command += ["--listen", "127.0.0.1:0", "--tls-cert", str(site.nginx.certificate), "--tls-key", str(key), "--hub"]
    command += ["--hub-groups", "annotators=annotator"]
    gateway = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert gateway.stdout is not None
        url = "https://localhost:" + gateway.stdout.readline().strip().rsplit(":", 1)[1]
        monkeypatch.setenv("SSL_CERT_FILE", str(site.nginx.certificate))
        monkeypatch.setenv("NBANNOTATE_WORKSPACE", url)  # what a spawner's profile sets; the Hub adds the token
        scopes = ["access:services!service=annotate"], ["access:servers!user"]
        tokens = [site.hub.ask("POST", "users/hana/tokens", scopes=one).json()["token"] for one in scopes]
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", tokens[0])
        assert nb.open(url).me.login == "hana"
        assert connect_kernel().call("workspace.info", WorkspaceInfo).member.login == "hana"
        with pytest.raises(InvalidInput, match="is opened by a member"):
            nb.open(url.replace("localhost", "127.0.0.1"))  # the token goes only where the profile says
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", tokens[1])
        with pytest.raises(NotAllowed, match="The Hub does not let you use this service"):
            nb.open(url)
    finally:
        gateway.terminate()
        gateway.wait(30)


def test_a_restart_of_the_service_logs_nobody_out_and_its_token_goes_nowhere(site: Site) -> None:
    hana = site.person("hana")
    hana.enter()
    service = next(p for p in psutil.Process(site.hub.process.pid).children() if "--hub-groups" in p.cmdline())
    token = service.environ()["JUPYTERHUB_API_TOKEN"]
    for child in service.children(recursive=True):
        assert token not in child.environ().values(), child.cmdline()
    command, env = service.cmdline(), service.environ()
    os.kill(service.pid, signal.SIGKILL)
    wait_for(lambda: not site.hub.works())
    with (site.hub.folder / "again.log").open("wb") as log:  # the Hub itself would need half a minute to see it
        again = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        wait_for(site.hub.works, 60, "the service again")
        assert hana.get("/work").status_code == 200
        hana.session.get(f"{hana.at_hub}/logout", timeout=30)
        wait_for(lambda: outside(hana), what="the new process knows by what the Hub knows her")
    finally:
        again.terminate()
        again.wait(30)
    assert token not in site.hub.log
