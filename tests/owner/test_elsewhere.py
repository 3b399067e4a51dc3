"""Members who work from another machine, by TLS: what they may do, what nobody may, and what a stranger sees."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from tests.certificates import certificate

import nbannotate as nb
from nbannotate.cli import main
from nbannotate.errors import InvalidInput, LoginFailed, NotAllowed, OwnerUnavailable, SessionEnded
from nbannotate.owner.kernel import connect_kernel
from nbannotate.owner.remote import RemoteClient
from nbannotate.rules import rights

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
WORD = "a long word of ana's"


class Elsewhere:
    """A workspace, and its gateway in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.certificate, key = certificate(folder)
        self.workspace = nb.open(folder / "work.duckdb")
        self.workspace.members.add("ana", role="annotator", password=WORD)
        self.workspace.members.add("dev", role="developer", password=WORD)
        (folder / "images").mkdir()
        for name in ("a", "b"):
            Image.new("RGB", (80, 60), "white").save(folder / "images" / f"{name}.png")
        version = self.workspace.create_dataset("coins").create_version("v1")
        version.add_images(folder / "images")
        workflow = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
        version.create_campaign("July", nb.Recipe(["coin"]), workflow).launch()
        command = [
            sys.executable,
            "-m",
            "nbannotate.cli",
            "owner",
            str(folder / "work.duckdb"),
            "--listen",
            "127.0.0.1:0",
        ]
        command += ["--tls-cert", str(self.certificate), "--tls-key", str(key)]
        self.log = folder / "gateway.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said.startswith("nbannotate lets members work in work.duckdb at https://127.0.0.1:"), (
            self.log.read_text()
        )
        self.port = int(said.rsplit(":", 1)[1])
        self.url = f"https://localhost:{self.port}"

    def post(self, path: str, body: bytes = b"{}", token: str = "") -> tuple[int, str]:
        """Send a request as a stranger's program does."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        connection = http.client.HTTPSConnection("localhost", self.port, context=context, timeout=30)
        connection.request("POST", path, body, {"Authorization": f"Bearer {token}"} if token else {})
        reply = connection.getresponse()
        said = reply.status, reply.read().decode()
        connection.close()
        return said


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    made = Elsewhere(tmp_path_factory.mktemp("elsewhere"))
    yield made
    made.process.send_signal(signal.SIGTERM)
    made.process.wait(20)
    contact = made.workspace.client.place.contact()
    made.workspace.close()
    os.kill(contact.pid, signal.SIGTERM)


@pytest.fixture(autouse=True)
def trusted(there: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(there.certificate))


def test_a_member_works_as_beside_the_workspace(there: Elsewhere, monkeypatch) -> None:
    ws = nb.open(there.url, "ana", WORD)
    assert ws.me.login == "ana"
    done = [task.submit([nb.Shape.box(5, 5, 40, 30, label="coin")]) for task in ws.work]
    assert len(done) == 2
    asset_id = int(there.workspace.sql("select min(asset_id) as n from assets").n[0])
    assert ws.client.image(asset_id) == ws.client.source(asset_id)
    assert ws.client.image(asset_id).startswith(b"\x89PNG"), "as bytes, wherever the file lies"
    monkeypatch.setenv("NBANNOTATE_WORKSPACE", there.url)
    monkeypatch.setenv("NBANNOTATE_TOKEN", ws.client._token)
    assert isinstance(connect_kernel(), RemoteClient)
    assert nb.open(there.url, token=ws.client._token).me.login == "ana"
    ws.client.call("sessions.close", type(None), token=ws.client._token)
    with pytest.raises(SessionEnded):
        ws.client.call("tasks.mine", object)


def test_what_names_files_or_accounts_is_done_on_the_machine_itself(there: Elsewhere) -> None:
    dev = nb.open(there.url, "dev", WORD)
    for name in ("assets.add", "assets.relocate", "imports.add", "sql.query", "members.list", "assets.large",
                 "sessions.admit", "sessions.act_as", "sessions.bind_kernel", "backups.create"):  # fmt: skip
        with pytest.raises(NotAllowed, match="is not done from another machine"):
            dev.client.call(name, object)
    with pytest.raises(NotAllowed):
        dev.sql("select 1")
    assert not {"assets.add", "assets.replace", "assets.relocate", "assets.large", "imports.add"} & rights.ELSEWHERE
    assert all("annotator" in rights.ALLOWED[n] or "reviewer" in rights.ALLOWED[n] for n in rights.ELSEWHERE)


def test_the_workspaces_own_token_opens_nothing_and_strangers_learn_nothing(there: Elsewhere) -> None:
    contact = there.workspace.client.place.contact()
    for token in (contact.token, "", "guessed", "x" * 5000):
        status, said = there.post("/call/workspace.info", token=token)
        assert status == 401, said
        assert "work.duckdb" not in said
    assert there.post("/measures")[0] == 404
    assert there.post("/upload/assets.add", token=contact.token)[0] == 403
    status, said = there.post("/call/tasks.save", b"x" * 1_000_000)
    assert status == 401, "a body of somebody who is not known is not read"
    assert there.post("/call/sessions.open", b"{" + b" " * 100_000)[0] == 400
    assert there.post("/call/sessions.open", b"[]")[0] == 400


def test_guesses_are_counted_by_the_address_that_they_come_from(there: Elsewhere) -> None:
    answers = []
    for n in range(8):
        body = json.dumps({"login": "dev", "password": f"guess {n}", "address": f"203.0.113.{n}"}).encode()
        answers.append(there.post("/call/sessions.open", body)[1])
    assert "Too many attempts" in answers[-1], "whatever address somebody gives"
    with pytest.raises(LoginFailed):
        nb.open(there.url, "dev", "guess again")


def test_a_certificate_that_is_not_trusted_and_a_wrong_address_are_refused(there: Elsewhere, monkeypatch) -> None:
    monkeypatch.setattr("nbannotate.owner.client.PATIENCE_S", 0.2)
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(OwnerUnavailable, match="is `nbannotate owner` running there"):
        nb.open(there.url, "ana", WORD)
    for url in ("https://", "https://host/path", "https://host?x=1"):
        with pytest.raises(InvalidInput, match="https://host:port"):
            nb.open(url, "ana", WORD)
    with pytest.raises(InvalidInput, match="is opened by a member"):
        nb.open(there.url)


def test_a_certificate_that_is_none_is_said_in_a_sentence(there: Elsewhere, tmp_path: Path, capsys) -> None:
    (tmp_path / "no.pem").write_text("nothing")
    path, key = str(there.workspace.path), str(tmp_path / "no.pem")
    assert main(["owner", path, "--listen", "127.0.0.1:0", "--tls-cert", key, "--tls-key", key]) == 2
    assert "cannot be used" in capsys.readouterr().err
    assert main(["owner", path, "--listen", "8867", "--tls-cert", key, "--tls-key", key]) == 2
    assert "--listen takes ADDRESS:PORT" in capsys.readouterr().err
