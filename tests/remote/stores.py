"""A store of objects and a web server on this machine, for the tests of images that lie elsewhere."""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image

#: The server of moto, in a process of its own: in this one, its patches would reach whatever else uses boto.
MOTO = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""
KEY, SECRET = "AKIAXAMPLEKEYOFATEST", "a-secret-that-no-page-may-see"


def picture(width: int = 30, height: int = 20, format: str = "PNG", seed: int = 0) -> bytes:
    """Return the bytes of an image."""
    out = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(out, format)
    return out.getvalue()


class Bucket:
    """A bucket of moto's server."""

    def __init__(self, port: int, name: str) -> None:
        import botocore.session

        self.name, self.endpoint = name, f"http://127.0.0.1:{port}"
        self.client: Any = botocore.session.Session().create_client(
            "s3", endpoint_url=self.endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )  # fmt: skip
        self.client.create_bucket(Bucket=name)

    def put(self, key: str, body: bytes) -> str:
        """Store an object, and return its URL."""
        self.client.put_object(Bucket=self.name, Key=key, Body=body)
        return f"s3://{self.name}/{key}"

    def remove(self, key: str) -> None:
        """Remove an object."""
        self.client.delete_object(Bucket=self.name, Key=key)

    def environment(self) -> dict[str, str]:
        """Return what the process that fetches needs to know."""
        return {"AWS_ENDPOINT_URL": self.endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
                "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}  # fmt: skip


@contextlib.contextmanager
def moto() -> Iterator[int]:
    """Run moto's server, and give its port."""
    process = subprocess.Popen(
        [sys.executable, "-c", MOTO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env={k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        line = ""
        while not line.strip().isdigit():
            line = process.stdout.readline()
            assert line, "moto's server did not start"
        yield int(line)
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


class Web:
    """A web server whose answers a test writes, and which counts what it is asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.moved: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self.hold = threading.Event()
        self.hold.set()
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self._answer(False)

            def do_GET(self) -> None:
                self._answer(True)

            def _answer(self, with_body: bool) -> None:
                web.asked[f"{self.command} {self.path}"] += 1
                if self.path in web.moved:
                    self.send_response(302)
                    self.send_header("Location", web.moved[self.path])
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                body = web.files.get(self.path)
                self.send_response(200 if body is not None else 404)
                body = body or b""
                self.send_header("Content-Length", str(len(body)))
                self.send_header("ETag", f'"{hash(body)}"')
                self.end_headers()
                if with_body:
                    web.hold.wait(30)
                    with contextlib.suppress(OSError):
                        self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop it."""
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Many:
    """A store with very many objects, which are all the same image, and which counts what it is asked."""

    def __init__(self, count: int, body: bytes) -> None:
        self.asked: Counter[str] = Counter()
        many = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                many.asked["list" if "list-type" in asked else f"{self.command} {self.path}"] += 1
                kind, content = "image/png", body
                if "list-type" in asked:
                    first = int(asked.get("continuation-token", ["0"])[0])
                    last = min(count, first + 1000)
                    rows = "".join(
                        f"<Contents><Key>many/{n:07}.png</Key><ETag>&quot;{n}&quot;</ETag><Size>{len(body)}</Size>"
                        "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
                        for n in range(first, last)
                    )
                    more = f"<NextContinuationToken>{last}</NextContinuationToken>" if last < count else ""
                    kind, content = (
                        "application/xml",
                        (
                            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>'
                            f"{str(bool(more)).lower()}</IsTruncated>{more}{rows}</ListBucketResult>"
                        ).encode(),
                    )
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("ETag", '"1"')
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(content)

            do_HEAD = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Counting:
    """Passes requests on to a store, and counts them by their method and path."""

    def __init__(self, port: int) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        counting = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self) -> None:
                counting.asked[self.command, self.path] += 1
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                behind = http.client.HTTPConnection("127.0.0.1", port)
                behind.request(self.command, self.path, body, dict(self.headers))
                answer = behind.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                        self.send_header(name, value)
                size = answer.getheader("Content-Length") if self.command == "HEAD" else len(content)
                self.send_header("Content-Length", str(size))
                self.end_headers()
                self.wfile.write(content)
                behind.close()

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _pass

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
