"""Annotators at a real server of pages: how soon pages, saves and next tasks are there, and whether anything is lost.

    python benchmarks/serve.py                                       1, 10 and 50 annotators, 10 minutes each
    python benchmarks/serve.py --people 10 --minutes 2               fewer, shorter
    python benchmarks/serve.py --people 10 --store postgres --servers 2
    python benchmarks/serve.py --people 10 --kills 5                 people come back to a server that is killed

Each annotator logs in, opens a page, whose kernel starts, and draws and submits over its websocket until the time is
over (:mod:`serve_people`). A *save* is from the shape that was drawn to the page being told that it is stored (the page
waits a moment for more before it stores); *next task* is from *submit* to the next image on the stage; a page is
*ready* when it shows the person's tasks. *Memory* is what a kernel has of its own (USS), in MiB. Afterwards the
workspace is asked: what was stored and submitted has to be there, once.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import psutil

import nbannotate as nb
from fault_people import make, password
from nbannotate.demo import end_owner
from nbannotate.owner.place import Place
from serve_people import Annotator

sys.path.append(str(Path(__file__).parents[1] / "tests"))

GOAL_MIB = 60
CHILDREN = Path(__file__).parents[1] / "tests" / "children"


class Site:
    """A server of pages, on a machine of its own: a folder of sockets."""

    def __init__(self, place: str, people: int) -> None:
        self.machine, self.place, self.people = Path(tempfile.mkdtemp(prefix="nb-")), place, people
        self.url = ""
        self.start(0)

    def start(self, port: int) -> None:
        """Start the server, at a port that was its own before or at any."""
        place, people = self.place, self.people
        command = [
            sys.executable,
            "-m",
            "nbannotate.serve",
            place,
            "--port",
            str(port),
            "--preheat-most",
            str(min(people, 4)),
        ]
        self.log = (self.machine / "log").open("w+")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.log, text=True,
            env=os.environ | ({"XDG_RUNTIME_DIR": str(self.machine)} if "://" in place else {}),
        )  # fmt: skip
        assert self.process.stdout is not None
        found = re.search(r"(http://\S+)$", self.process.stdout.readline().strip())
        if not found:
            raise RuntimeError("the server did not start")
        self.url = found[1].rstrip("/")

    def kernels(self, ids: set[str]) -> list[float]:
        """Return what each kernel of a page has of its own, in MiB."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                if any(number in " ".join(child.cmdline()) for number in ids):
                    found.append(child.memory_full_info().uss / 2**20)
        return found

    def kill(self) -> None:
        """Kill the server with all its kernels, as when its machine runs out of memory, and start it again."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        owner = Place(self.place).contact()
        self.process.kill()
        self.process.wait()
        for child in children:
            if owner is None or child.pid != owner.pid:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        self.log.close()
        self.start(int(self.url.rpartition(":")[2]))

    def close(self) -> None:
        """End the server, and the owner that it started for a database."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.log.close()
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = str(self.machine)
        for its in self.machine.rglob(".*.nbannotate"):
            end_owner(its.with_name(its.name[1:].removesuffix(".nbannotate")))
        del os.environ["XDG_RUNTIME_DIR"]
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before


@contextlib.contextmanager
def place_of(store: str, folder: Path) -> Iterator[str]:
    """Give a place for a workspace: a file, or a database of a server that ends with the block."""
    if store == "file":
        path = folder / "work.duckdb"
        try:
            yield str(path)
        finally:
            end_owner(path)
        return
    from postgres_server import Server

    server = Server()
    try:
        yield server.database()
    finally:
        server.stop()


def quantiles(some: list[float]) -> str:
    """Return p50 and p95 in seconds."""
    if not some:
        return "-"
    cuts = statistics.quantiles(some, n=20, method="inclusive") if len(some) > 1 else [some[0]] * 19
    return f"{cuts[9]:.2f} / {cuts[18]:.2f}"


def wrong(ws: nb.Workspace, people: list[Annotator]) -> tuple[list[str], list[str]]:
    """Return what was lost, and what is there twice."""
    stored = [one for person in people for one in person.stored]
    rows = ws.sql("select task_id, shape_id, member, count(*) as n from shape_history group by all")
    shapes = {(t, s): (m, n) for t, s, m, n in rows[["task_id", "shape_id", "member", "n"]].itertuples(index=False)}
    tasks = ws.sql("select task_id, asset_id, assignee, outcome from tasks where step = 0").set_index("task_id")
    submitted = {one.task_id for one in stored if one.what == "submitted"}
    lost = [f"task {t} was submitted" for t in submitted if tasks["outcome"].get(t) != "submitted"]
    lost += [
        f"{one.shape_id} of task {one.task_id}"
        for one in stored
        if one.what == "drawn" and one.task_id in submitted
        and shapes.get((one.task_id, one.shape_id), ("", 0))[0] != one.login
    ]  # fmt: skip
    doubled = [f"{s} of task {t}" for (t, s), (_, n) in shapes.items() if n > 1]
    doubled += [f"asset {a}" for a, n in Counter(tasks["asset_id"]).items() if n > 1]
    said = Counter(one.task_id for one in stored if one.what == "submitted")
    doubled += [f"task {t} was submitted by {n}" for t, n in said.items() if n > 1]
    many = ws.sql("select task_id, count(*) as n from annotations group by 1 having count(*) > 1")
    doubled += [f"task {t} has {n} annotations" for t, n in many.itertuples(index=False)]
    return lost, doubled


def run(store: str, servers: int, people: int, minutes: float, think_s: float, kills: int) -> bool:
    """Let people work, and print what came of it; return whether all was as it should be."""
    with tempfile.TemporaryDirectory(prefix="nb-") as name, place_of(store, Path(name)) as place:
        logins = [f"ann{i}" for i in range(people)]
        assets = 100 + round(people * minutes * 60 / max(think_s, 0.2))
        campaign_id = make(place, Path(name) / "images", assets, logins)
        sites = [Site(place, people) for _ in range(servers)]
        enough = threading.Event()
        workers = [
            Annotator(sites[i % servers].url, n, password(n), campaign_id, think_s) for i, n in enumerate(logins)
        ]
        threads = [threading.Thread(target=one.run, args=(enough, kills > 0)) for one in workers]
        try:
            for thread in threads:
                thread.start()
            while any(t.is_alive() for t in threads) and not all(w.times["page ready"] or w.errors for w in workers):
                time.sleep(0.5)
            until = time.monotonic() + minutes * 60
            for strike in range(kills):
                time.sleep(minutes * 60 / (kills + 1))
                sites[strike % servers].kill()
            while time.monotonic() < until and any(t.is_alive() for t in threads):
                time.sleep(0.5)
            ids = {one.kernel for one in workers if one.kernel}
            memory = [one for site in sites for one in site.kernels(ids)]
            load = os.getloadavg()[0]
            enough.set()
            for thread in threads:
                thread.join()
        finally:
            enough.set()
            for site in sites:
                site.close()
        with nb.open(place) as ws:
            lost, doubled = wrong(ws, workers)
        if "://" in place:
            end_owner(Place(place).database)
        times: dict[str, list[float]] = defaultdict(list)
        for one in workers:
            for what, some in one.times.items():
                times[what] += some
        errors = [error for one in workers for error in one.errors]
        where = f"{store}, {servers} server{'s' * (servers > 1)}" + (f", killed {kills} times" if kills else "")
        done = sum(stored.what == "submitted" for one in workers for stored in one.stored)
        used = f"{statistics.median(memory):.0f} / {max(memory):.0f}" if memory else "-"
        row = (where, people, quantiles(times["page ready"]), quantiles(times["next task"]), quantiles(times["save"]),
               used, done, len(errors), len(lost), len(doubled), f"{load:.0f}")  # fmt: skip
        print(f"| {' | '.join(map(str, row))} |", flush=True)
        for what, some in (("error", errors), ("lost", lost), ("doubled", doubled)):
            for text in some[:5]:
                print(f"  {what}: {text}", file=sys.stderr)
        return not (errors or lost or doubled)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--minutes", type=float, default=10.0, help="after all pages are there (default: 10)")
    parser.add_argument("--think", type=float, default=3.0, help="seconds before each shape (default: 3)")
    parser.add_argument("--store", choices=["file", "postgres"], default="file")
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("--kills", type=int, default=0, help="kill a server so often meanwhile; people come back")
    given = parser.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join([str(CHILDREN), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    its = f"{given.minutes:g} minutes, {given.think:g} s a shape"
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}; {its}")
    print()
    head = ("workspace", "people", "page ready, s", "next task, s", "save, s", "MiB a kernel", "tasks")
    head += ("errors", "lost", "doubled", "load")
    print(f"| {' | '.join(head)} |")
    print(f"|---|{'--:|' * 10}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # what was started ends, too
    good = True
    for people in given.people:
        good &= run(given.store, given.servers, people, given.minutes, given.think, given.kills)
    print("\np50 / p95; memory: median / most; its goal is under " + f"{GOAL_MIB} MiB.")
    sys.exit(not good)


if __name__ == "__main__":
    main()
