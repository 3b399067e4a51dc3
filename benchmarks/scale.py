"""What people ask of a large workspace takes as long as the same in a small one, in a file and in PostgreSQL.

    python benchmarks/scale.py                                             10,000 and 1,000,000 assets, both engines
    python benchmarks/scale.py --assets 1000 20000 --engine file --turns 20    smaller

Each workspace has so many assets with three shapes each, and a launched campaign over all of them with two steps. What
is asked runs in this process, by one person after the other: the times are of processors, those of this process and of
the database's, from call to answer, since other work on the machine does not change them; the mean of some turns, and
of what takes long the best. The goal: none takes more than twice of what it takes in the smallest; what does is marked.
``reads`` is how many rows the answer has, where that grows with the workspace by itself.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

import nbannotate as nb
from nbannotate.model import Annotation, Closed, Job, Saved, Session, Shape, Task, TaskView
from nbannotate.operations.dispatch import Dispatcher
from nbannotate.owner.memory import MemoryClient
from nbannotate.owner.setup import first_member
from nbannotate.store.opening import open_store
from nbannotate.workspace.workspace import Workspace
from versions import fill  # beside this file

GOAL = 2.0
SHAPES = 3
PASSWORD = "a-long-password"
PEOPLE = ["ann", "ben", "cho", "dan"]
DRAWN = Annotation(
    shapes=tuple(
        Shape(kind="rectangle", points=((10 + i, 10), (60 + i, 50)), label="cat", id=f"box{i}") for i in range(5)
    )
)


class Times:
    """How much processor time each thing took, in ms, and how many rows were answered.

    Parameters
    ----------
    database
        The server of the database, if it is not in this process.
    """

    def __init__(self, database: psutil.Process | None) -> None:
        self._database = database
        self.took: dict[str, list[float]] = defaultdict(list)
        self.rows: dict[str, int] = {}

    def _now(self) -> float:
        its = [] if self._database is None else [self._database, *self._database.children()]
        used = 0.0
        for process in its:
            with contextlib.suppress(psutil.NoSuchProcess):
                used += sum(process.cpu_times()[:2])
        return (time.process_time() + used) * 1e3

    def of(self, what: str, call: Callable[[], Any]) -> Any:
        """Call something, and note what that took."""
        began = self._now()
        answer = call()
        self.took[what].append(self._now() - began)
        if isinstance(answer, list):
            self.rows[what] = len(answer)
        return answer

    def typical(self) -> dict[str, float]:
        """Return what each thing takes: a process of the database tells its time by hundredths of a second."""
        return {what: statistics.mean(some) if len(some) > 3 else min(some) for what, some in self.took.items()}


@contextlib.contextmanager
def opened(engine: str, assets: int) -> Iterator[tuple[Workspace, Times]]:
    """Open a workspace with so many assets, in this process."""
    database = None
    with contextlib.ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="nb-")))
        place = str(folder / "scale.duckdb")
        fill(Path(place), assets, SHAPES)
        if engine == "postgres":
            from nbannotate.store.postgres.moving import into_database

            sys.path.append(str(Path(__file__).parents[1] / "tests"))
            from postgres_server import Server

            server = Server()
            ends.callback(server.stop)
            database = psutil.Process(int((server.folder / "data" / "postmaster.pid").read_text().split()[0]))
            file, place = Path(place), server.database()
            into_database(file, place, lambda done, of: None)
            file.unlink()
        store, token = open_store(place, folder / "spool"), secrets.token_urlsafe(32)
        ends.callback(store.close)
        first_member(store)
        yield Workspace(MemoryClient(Dispatcher(store, token), token)), Times(database)


def measure(ws: Workspace, times: Times, turns: int) -> None:
    """Do what people do, and note what it took."""
    for login in PEOPLE:
        ws.members.add(login, role="reviewer", password=PASSWORD)
    v1 = ws.datasets["large"].versions["v1"]
    steps = [nb.Step("draw", "annotation", PEOPLE, attribution="queue"), nb.Step("check", "review", PEOPLE)]
    campaign = v1.create_campaign("bench", nb.Recipe(["cat", "dog", "bird"]), nb.Workflow(steps), existing="restart")
    times.of("launch (grows)", campaign.launch)
    people = [
        ws.client.acting(ws.client.call("sessions.open", Session, login=n, password=PASSWORD).token) for n in PEOPLE
    ]
    at: dict[str, Any] = {"campaign_id": campaign.campaign_id, "step": 0}
    for turn in range(turns + 3):
        call = people[turn % len(people)].call
        if turn == 3:  # what is looked for once was
            times.took = defaultdict(list, {"launch (grows)": times.took["launch (grows)"]})
        view = times.of("claim", lambda call=call: call("tasks.pull", TaskView, **at))
        mine = {"task_id": view.task.task_id}
        times.of("open", lambda call=call, mine=mine: call("tasks.open", TaskView, **mine))
        mine |= {"annotation": DRAWN, "seconds": 1.0}
        saved = times.of("save", lambda call=call, mine=mine: call("tasks.save", Saved, revision=0, **mine))
        mine |= {"revision": saved.revision}
        times.of("submit", lambda call=call, mine=mine: call("tasks.submit", Closed, **mine))
        times.of("my tasks", lambda call=call: call("tasks.mine", list[Job]))
    times.of("my images of a job", lambda: people[0].call("tasks.listing", list[Task], **at))
    times.of("my images of a job", lambda: people[0].call("tasks.listing", list[Task], **at))
    children = [times.of("child version", lambda i=i: v1.create_child(f"child {i}")) for i in range(3)]
    times.of("diff with a child", lambda: nb.diff(v1, children[0]))
    times.of("diff with a child", lambda: nb.diff(v1, children[1]))
    everything = {"campaign_id": campaign.campaign_id}
    times.of("all tasks, for the manager", lambda: ws.client.call("tasks.of_campaign", list[Task], **everything))


def main() -> None:
    """Measure, and print what grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--engine", choices=["file", "postgres"], nargs="+", default=["file", "postgres"])
    parser.add_argument("--turns", type=int, default=40, help="how many tasks are done")
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    sizes = " | ".join(f"{n:,} assets, ms" for n in given.assets)
    print(f"| engine | what | {sizes} | ratio | |\n|---|---|{'--:|' * len(given.assets)}--:|---|")
    for engine in given.engine:
        found = []
        for assets in given.assets:
            with opened(engine, assets) as (ws, times):
                measure(ws, times, given.turns)
                found.append(times)
        first, last = found[0].typical(), found[-1].typical()
        for what in first:
            ratio = last[what] / first[what]
            rows = f"reads {found[-1].rows[what]:,}" if found[-1].rows.get(what, 0) > 1000 else ""
            said = rows if ratio <= GOAL else f"**above {GOAL:g}** {rows}"
            cells = " | ".join(f"{one.typical()[what]:,.1f}" for one in found)
            print(f"| {engine} | {what} | {cells} | {ratio:.1f} | {said.strip()} |", flush=True)
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
