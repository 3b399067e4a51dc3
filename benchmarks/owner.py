"""How long claim, save and submit take at the owner process, from the client's side.

    python benchmarks/owner.py                      all, about two minutes
    python benchmarks/owner.py --clients 1 8 --tasks 10 --seconds 5    shorter
    python benchmarks/owner.py --against main --clients 1 2 4 8        triples a second, beside the code of a commit

Closed loop: each client process annotates as fast as it is answered. "Thinking": 20 client processes that wait three
seconds between two saves, which is what twenty people at work look like; then the same beside a dashboard that reads
five statistics over and over. The goal is a p95 under 50 ms for a save. Times are in ms, from call to answer.

``--against`` runs the closed loops of the present code and of another commit in turns, each with workspaces of its
own, and says how many triples (claim, save, submit) a second a whole workspace does, what one takes of the owner's
processor time, and the ratio of both.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from PIL import Image

import nbannotate as nb
from nbannotate.model import Annotation, Closed, Saved, Session, Shape, TaskView
from nbannotate.owner.client import Client, connect
from nbannotate.owner.place import Place

PASSWORD = "a-long-password"
ASSETS, SHAPES, THINK_S = 4000, 10, 3.0
DASHBOARD = (
    "select step_name, state, count(*) as n from asset_states group by all",
    "select member, cast(created as date) as day, count(*) as n from annotations group by all",
    "select member, count(*) as n, avg(worked_s) as s from events group by all",
    "select label, count(*) as n, avg(area) as area from shapes group by all",
    "select state, count(*) as n from issues group by all",
)


def drawn() -> Annotation:
    """Return a typical annotation: polygons and rectangles at random places."""
    made = []
    for i in range(SHAPES):
        x, y = random.uniform(0, 90), random.uniform(0, 60)
        if i % 2:
            made.append(Shape(kind="rectangle", points=((x, y), (x + 20, y + 20)), label="cell"))
        else:
            ring = tuple((x + random.uniform(0, 20), y + random.uniform(0, 20)) for _ in range(12))
            made.append(Shape(kind="polygon", points=ring, label="cell"))
    return Annotation(shapes=tuple(made))


def client_main(path: str, campaign_id: int, token: str, tasks: int, seconds: float) -> None:
    """Be one annotator: a number of tasks at full speed, or for some seconds with pauses; print the times."""
    client, times = connect(path, token), {"claim": [], "save": [], "submit": []}

    def timed(what: str, operation: str, returns: object, **arguments: object) -> object:
        start = time.perf_counter()
        answer = client.call(operation, returns, **arguments)  # type: ignore[type-var]
        times[what].append((time.perf_counter() - start) * 1e3)
        return answer

    annotation = drawn()
    warm = client.call("tasks.next", TaskView, campaign_id=campaign_id, step=0)
    print("ready", flush=True)
    sys.stdin.readline()
    if seconds:
        task_id, revision, until = warm.task.task_id, warm.revision, time.monotonic() + seconds
        time.sleep(random.uniform(0, THINK_S))
        while time.monotonic() < until:
            arguments = {"task_id": task_id, "annotation": annotation, "revision": revision, "seconds": THINK_S}
            revision = timed("save", "tasks.save", Saved, **arguments).revision  # type: ignore[attr-defined]
            time.sleep(random.uniform(0.5, 1.5) * THINK_S)
    else:
        for _ in range(tasks):
            view = timed("claim", "tasks.pull", TaskView, campaign_id=campaign_id, step=0)
            mine = {"task_id": view.task.task_id, "annotation": annotation, "seconds": 1.0}  # type: ignore[attr-defined]
            saved = timed("save", "tasks.save", Saved, revision=0, **mine)
            timed("submit", "tasks.submit", Closed, revision=saved.revision, **mine)  # type: ignore[attr-defined]
    print(json.dumps(times), flush=True)


def make(folder: Path, members: int, address: str = "") -> tuple[Path | str, int, list[str]]:
    """Make a launched campaign; return the file, the campaign and a session's token for each member.

    With an ``address`` it lies in that database, and only the images in the folder.
    """
    path = address or folder / "bench.duckdb"
    workspace = nb.open(path)
    logins = [f"ann{i}" for i in range(members)]
    for login in logins:
        workspace.members.add(login, password=PASSWORD)
    Image.new("L", (120, 90)).save(folder / "0.png")
    files = [folder / "0.png"]
    for i in range(1, ASSETS):
        files.append(folder / f"{i}.png")
        files[-1].hardlink_to(files[0])
    version = workspace.create_dataset("scans").create_version("v1").add_images(files)
    flow = nb.Workflow([nb.Step("draw", "annotation", logins), nb.Step("check", "review", ["chloe"])])
    workspace.members.add("chloe", role="reviewer", password=PASSWORD)
    campaign = version.create_campaign("bench", nb.Recipe(["cell"]), flow)
    campaign.launch()
    opened = [workspace.client.call("sessions.open", Session, login=n, password=PASSWORD) for n in logins]
    workspace.close()
    return path, campaign.campaign_id, [s.token for s in opened]


def measure(
    path: Path | str, campaign_id: int, tokens: list[str], tasks: int, seconds: float
) -> tuple[dict[str, list[float]], float]:
    """Run one client process for each token at the same time; return all times, and how long all of it took."""
    processes = []
    for token in tokens:
        command = [sys.executable, __file__, "--client", str(path), str(campaign_id), token, str(tasks), str(seconds)]
        processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    times: dict[str, list[float]] = {"claim": [], "save": [], "submit": []}
    for process in processes:
        out, _ = process.communicate()
        for what, some in json.loads(out).items():
            times[what] += some
    return times, time.perf_counter() - began


def dashboard(path: Path | str, enough: threading.Event, rounds: list[float]) -> None:
    """Poll the statistics until told to stop."""
    workspace = nb.open(path)
    while not enough.is_set():
        start = time.perf_counter()
        for query in DASHBOARD:
            workspace.sql(query)
        rounds.append((time.perf_counter() - start) * 1e3)
    workspace.close()


def show(name: str, times: dict[str, list[float]], seconds: float) -> None:
    """Print one row of the table for each kind of call."""
    load = os.getloadavg()[0]
    for what, some in times.items():
        if len(some) > 1:
            cut = statistics.quantiles(some, n=20, method="inclusive")
            rate = len(some) / seconds
            figures = f"{cut[9]:8.1f} {cut[18]:8.1f} {max(some):8.1f} {rate:8.1f} {load:6.1f}"
            print(f"{name:34} {what:7} {len(some):6} {figures}")
            name = ""


def ping(client: Client) -> dict[str, list[float]]:
    """Return the times of the cheapest read: the price of the way there and back."""
    times = []
    for _ in range(100):
        start = time.perf_counter()
        client.call("workspace.info", object)
        times.append((time.perf_counter() - start) * 1e3)
    return {"read": times}


def processor_s(pid: int) -> float:
    """Return the processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def triples_main(clients: list[int], tasks: int) -> None:
    """Print, for each number of clients: triples a second, the owner's processor time of one, times of the calls."""
    found: dict[int, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path, campaign_id, tokens = make(Path(folder), max(clients))
        contact = Place(path).contact()
        assert contact is not None
        try:
            for n in clients:
                before = processor_s(contact.pid)
                times, took = measure(path, campaign_id, tokens[:n], tasks, 0)
                used = processor_s(contact.pid) - before
                found[n] = {"rate": n * tasks / took, "owner_ms": used / (n * tasks) * 1e3, "times": times}
        finally:
            os.kill(contact.pid, signal.SIGTERM)
    print(json.dumps(found), flush=True)


def compare(commit: str, clients: list[int], tasks: int, turns: int) -> None:
    """Let the present code and that of a commit do the same in turns, and print what both do."""
    here = Path(__file__).parents[1]
    found: dict[str, dict[str, list[dict[str, object]]]] = {"before": {}, "now": {}}
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(["git", "archive", commit, "src"], cwd=here, stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
        sources = {"before": Path(folder) / "src", "now": here / "src"}
        command = [sys.executable, __file__, "--triples", str(tasks), *map(str, clients)]
        for _ in range(turns):
            for name, source in sources.items():
                ran = subprocess.run(
                    command, env=os.environ | {"PYTHONPATH": str(source)}, stdout=subprocess.PIPE, check=True
                )
                for n, one in json.loads(ran.stdout.splitlines()[-1]).items():
                    found[name].setdefault(n, []).append(one)
    head = ("clients", "code", "triples/s", "owner ms", "claim p50/p95", "save p50/p95", "submit p50/p95")
    print(f"| {' | '.join(head)} |\n|{'--:|' * len(head)}")
    for n in map(str, clients):
        rates = {}
        for name, by in found.items():
            rate, used = (statistics.median(one[k] for one in by[n]) for k in ("rate", "owner_ms"))  # type: ignore[type-var]
            rates[name] = rate, used
            calls = []
            for what in ("claim", "save", "submit"):
                cut = statistics.quantiles([t for one in by[n] for t in one["times"][what]], n=20, method="inclusive")  # type: ignore[index]
                calls.append(f"{cut[9]:.0f} / {cut[18]:.0f}")
            print(f"| {n} | {name} | {rate:.1f} | {used:.1f} | {' | '.join(calls)} |", flush=True)
        (slow, much), (fast, less) = rates["before"], rates["now"]
        print(f"| {n} | **ratio** | **{fast / slow:.2f}** | {less / much:.2f} | | | |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 8, 20], help="client processes in closed loops")
    parser.add_argument("--tasks", type=int, default=25, help="tasks of each client in a closed loop")
    parser.add_argument("--thinking", type=int, default=20, help="clients who think; 0 leaves that out")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long they work")
    parser.add_argument("--against", metavar="COMMIT", help="compare with the code of a commit")
    parser.add_argument("--turns", type=int, default=2, help="how often each of both is run")
    given = parser.parse_args()
    if given.against:
        compare(given.against, given.clients, given.tasks, given.turns)
        return
    cores, load = os.cpu_count(), os.getloadavg()
    print(f"{platform.system()} {platform.machine()}, {cores} cores, load before: {load[0]:.1f} {load[1]:.1f}\n")
    print(f"{'':34} {'call':7} {'n':>6} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8} {'per s':>8} {'load':>6}")
    with tempfile.TemporaryDirectory() as folder:
        path, campaign_id, tokens = make(Path(folder), max([*given.clients, given.thinking]))
        try:
            client = connect(path)
            show("a read, alone", ping(client), 1)
            for n in given.clients:
                times, took = measure(path, campaign_id, tokens[:n], given.tasks, 0)
                show(f"{n} client{'s' * (n > 1)}, closed loop", times, took)
            if given.thinking:
                n, think = given.thinking, f"{THINK_S:.0f} s"
                times, _ = measure(path, campaign_id, tokens[:n], 0, given.seconds)
                show(f"{n} clients who think {think}", times, given.seconds)
                enough, rounds = threading.Event(), []
                polling = threading.Thread(target=dashboard, args=(path, enough, rounds))
                polling.start()
                try:
                    times, _ = measure(path, campaign_id, tokens[:n], 0, given.seconds)
                finally:
                    enough.set()
                    polling.join()
                show("the same beside a dashboard", times | {"5 stats": rounds}, given.seconds)
            client.close()
        finally:
            contact = Place(path).contact()
            if contact is not None:
                os.kill(contact.pid, signal.SIGTERM)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        file, number, secret, count, duration = sys.argv[2:]
        client_main(file, int(number), secret, int(count), float(duration))
    elif sys.argv[1:2] == ["--triples"]:
        triples_main([int(n) for n in sys.argv[3:]], int(sys.argv[2]))
    else:
        main()
