"""The doctor: what is well is said, and each thing that is in the way is found, with what to do."""

from __future__ import annotations

import datetime
import http.client
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest
from serve_rig import Server
from tests.remote.fixtures import bucket, far, moto_port  # noqa: F401  fixtures
from tests.remote.stores import Bucket, picture

import nbannotate as nb
from nbannotate.cli import doctor, main
from nbannotate.demo import end_owner
from nbannotate.owner.place import Place


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "work.duckdb"
    with nb.open(path) as ws:
        ws.create_dataset("d")
    yield path
    end_owner(path)


def told(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    assert main(["doctor", *map(str, arguments)]) == code
    printed = capsys.readouterr()
    assert ("see above" in printed.err) == bool(code)
    return printed.out


def test_all_is_well(path: Path, server: Server, capsys) -> None:
    said = told(capsys, path, "--url", server.url)
    assert "problem" not in said
    for sentence in (f"nbannotate {nb.__version__}", "this user's alone", "It answers", "Websockets pass", "1 active"):
        assert sentence in said


def test_files_that_others_may_read(path: Path, capsys) -> None:
    Place(path).contact_file.chmod(0o644)
    assert "may read owner.json: chmod go=" in told(capsys, path, code=2)


def test_a_network_file_system(path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(doctor, "_file_system", lambda folder: "nfs4")
    assert "network file system (nfs4)" in told(capsys, path, code=2)


def test_no_room(path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10, 9, 1))
    assert "0 MiB are free beside the workspace" in told(capsys, path, code=2)


def test_packages_that_are_missing_or_too_old(path: Path, capsys, monkeypatch) -> None:
    needed = [*(metadata.requires("nbannotate") or ()), "no-such-package>=2", "duckdb>=99", "other; extra == 'dicom'"]
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: needed)
    said = told(capsys, path, code=2)
    assert "no-such-package is not installed" in said
    assert "is too old: pip install 'duckdb>=99'" in said
    assert "other" not in said.replace("Others", "")


def test_a_clock_that_went_back(path: Path, capsys) -> None:
    end_owner(path)
    later = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(hours=1)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update data.events set created = ?", [later])
    assert "s behind what happened last here" in told(capsys, path, code=2)


def test_a_workspace_that_does_not_open(tmp_path: Path, capsys) -> None:
    path = tmp_path / "work.duckdb"
    path.write_text("not a database, and 12 bytes at least")
    assert "The workspace does not open" in told(capsys, path, code=2)


class _DropsUpgrade(BaseHTTPRequestHandler):
    """A proxy as it is without two lines of configuration: it speaks HTTP/1.0 to the site."""

    to = ""

    def do_GET(self) -> None:
        parts = urlsplit(self.to)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("upgrade", "connection")}
        connection.request("GET", self.path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-security-policy", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        connection.close()

    def log_message(self, *_: object) -> None:
        pass


def test_a_proxy_that_lets_no_websocket_pass(path: Path, server: Server, capsys) -> None:
    handler = type("Handler", (_DropsUpgrade,), {"to": server.url})
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        said = told(capsys, path, "--url", f"http://127.0.0.1:{proxy.server_port}", code=2)
    finally:
        proxy.shutdown()
        proxy.server_close()
    assert "Websockets do not pass" in said
    assert "changes the Content-Security-Policy" in said


def test_a_site_that_is_none(path: Path, capsys) -> None:
    assert "does not answer" in told(capsys, path, "--url", "http://127.0.0.1:9", code=2)
    assert main(["doctor", str(path), "--url", "annotate.example.com"]) == 2
    assert "takes the address of the site" in capsys.readouterr().err


def test_images_in_a_bucket_are_fetched_one_to_try(bucket: Bucket, path: Path, capsys) -> None:  # noqa: F811
    for n in range(2):
        bucket.put(f"study/{n}.png", picture())
    with nb.open(path) as ws:
        ws.datasets["d"].create_version("v").add_images(f"s3://{bucket.name}/study", sizes="later")
    assert "2 images lie at s3://; one of them was fetched." in told(capsys, path)
    for n in range(2):
        bucket.remove(f"study/{n}.png")
    with nb.open(path) as ws:
        ws.datasets["d"].versions["v"].check_files()  # what the store said a moment ago is not believed any more
    said = told(capsys, path, code=2)
    assert "2 images lie at s3://. The image 0.png cannot be fetched: it is not there any more." in said
