"""Adding the images of a bucket: what is asked of the store, how long it takes, and the memory of the processes.

``python benchmarks/far_images.py [KEYS]``: a store on this machine that speaks enough of S3, with so many keys
(1,000,000). Whether an object is asked for is counted: none should be.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SERVER = r"""
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEYS = int(sys.argv[1])
sent = {"list": 0, "object": 0}


class Store(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked = parse_qs(urlsplit(self.path).query)
        if self.path == "/counts":
            body = f"{sent['list']} {sent['object']}".encode()
        elif "list-type" in asked:
            sent["list"] += 1
            first = int(asked.get("continuation-token", ["0"])[0])
            last = min(KEYS, first + 1000)
            rows = "".join(
                f"<Contents><Key>study/{n // 1000:05}/{n:07}.jpg</Key><ETag>&quot;{n:032x}&quot;</ETag>"
                f"<LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>{100000 + n}</Size>"
                "<StorageClass>STANDARD</StorageClass></Contents>"
                for n in range(first, last)
            )
            more = f"<NextContinuationToken>{last}</NextContinuationToken>" if last < KEYS else ""
            body = (
                '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
                f"<Name>bucket</Name><Prefix>study/</Prefix><KeyCount>{last - first}</KeyCount>"
                f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{more}{rows}</ListBucketResult>"
            ).encode()
        else:
            sent["object"] += 1
            body = b""
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


def seconds_of(pid: int) -> float:
    """Return the processor seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_of(pid: int) -> float:
    """Return the most memory that a process had, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def main(keys: int) -> None:
    """Add them, and print what it took."""
    store = subprocess.Popen([sys.executable, "-c", SERVER, str(keys)], stdout=subprocess.PIPE, text=True)
    assert store.stdout is not None
    port = int(store.stdout.readline())
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip
    import psutil

    import nbannotate as nb

    with tempfile.TemporaryDirectory() as folder:
        os.environ["NBANNOTATE_CACHE"] = f"{folder}/cache"
        workspace = nb.open(f"{folder}/work.duckdb")
        version = workspace.create_dataset("far").create_version("v1")
        began, used = time.perf_counter(), time.process_time()
        version.add_images("s3://bucket/study")
        took = time.perf_counter() - began
        owner = workspace.client.place.contact().pid
        fetching = next(p.pid for p in psutil.Process(owner).children() if "nbannotate.remote.child" in p.cmdline())
        import urllib.request

        lists, objects = urllib.request.urlopen(f"http://127.0.0.1:{port}/counts").read().split()
        print(
            f"{len(version.assets):,} images added in {took:,.0f} s; {int(lists):,} listings, "
            f"{int(objects)} objects asked for"
        )
        print(
            f"notebook   {time.process_time() - used:6.1f} s of processor, "
            f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB at most"
        )
        print(f"owner      {seconds_of(owner):6.1f} s, {peak_of(owner):,.0f} MiB")
        print(f"fetching   {seconds_of(fetching):6.1f} s, {peak_of(fetching):,.0f} MiB")
        print(f"store      {seconds_of(store.pid):6.1f} s (of this benchmark)")
        workspace.close()
        psutil.Process(owner).terminate()
    store.kill()
    store.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("keys", type=int, nargs="?", default=1_000_000)
    main(parser.parse_args().keys)
