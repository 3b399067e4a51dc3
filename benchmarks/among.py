"""How long it takes to get, open, save and submit a task among 10,000 tasks of a campaign, and among 1,000,000.

    python benchmarks/among.py [--tasks 10000 1000000] [--turns 300] [--people 8]

In this process, by one person after the other: what the owner does for each call, without the way there and back. Times
are of the processor, since other work on the machine does not change those, and of the clock in brackets. What is
looked for once in a while (the front of a queue, a person's list) is in it: see the last column.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from PIL import Image

import nbannotate as nb
from nbannotate.model import Closed, Saved, Session, TaskView
from nbannotate.operations.dispatch import Dispatcher
from nbannotate.owner.memory import MemoryClient
from nbannotate.owner.setup import first_member
from nbannotate.store.duckdb.engine import Engine
from nbannotate.workspace.workspace import Workspace
from owner import PASSWORD, drawn  # beside this file

#: A campaign of one image becomes one of many: its rows again, under ids below 0.
GROW = (
    "insert into data.assets select a.* replace (-r.i as asset_id, a.name || r.i as name) "
    "from data.assets a, range(1, {n}) r(i)",
    "insert into data.layer_assets select a.* replace (-r.i as asset_id, r.i as position) "
    "from data.layer_assets a, range(1, {n}) r(i)",
    "insert into data.tasks select t.* replace (-r.i as task_id, -r.i as asset_id, "
    "r.i as position) from data.tasks t, range(1, {n}) r(i)",
    "update data.tasks set state = 'done', outcome = 'submitted', assignee_id = {member}, opened = created, "
    "closed = created where position % 2 = 0",
    "delete from data.job_counts",
    "insert into data.job_counts select campaign_id, step, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, "
    "false from data.tasks where assignee_id is null group by 1, 2",
)


def measure(folder: Path, tasks: int, people: int, turns: int) -> dict[str, list[tuple[float, float]]]:
    """Return the times of each call: of the processor and of the clock, in ms."""
    engine, token = Engine(folder / "among.duckdb"), secrets.token_urlsafe(32)
    first_member(engine)
    workspace = Workspace(MemoryClient(Dispatcher(engine, token), token))
    logins = [f"ann{i}" for i in range(people)]
    members = [workspace.members.add(login, role="reviewer", password=PASSWORD).member for login in logins]
    Image.new("L", (120, 90)).save(folder / "0.png")
    version = workspace.create_dataset("scans").create_version("v1").add_images([folder / "0.png"])
    steps = [nb.Step("draw", "annotation", logins), nb.Step("check", "review", logins)]
    campaign = version.create_campaign("bench", nb.Recipe(["cell"]), nb.Workflow(steps))
    campaign.launch()
    for statement in GROW:
        with engine.write() as tx:
            tx.run(statement.format(n=tasks, member=members[0].member_id))
    clients = [
        workspace.client.acting(workspace.client.call("sessions.open", Session, login=n, password=PASSWORD).token)
        for n in logins
    ]
    annotation, times = drawn(), defaultdict(list)

    def timed(what: str, client: Any, operation: str, returns: Any, **arguments: Any) -> Any:
        clock, processor = time.perf_counter(), time.process_time()
        answer = client.call(operation, returns, **arguments)
        times[what].append(((time.process_time() - processor) * 1e3, (time.perf_counter() - clock) * 1e3))
        return answer

    for turn in range(turns):
        client = clients[turn % people]
        view = timed("claim", client, "tasks.pull", TaskView, campaign_id=campaign.campaign_id, step=0)
        mine = {"task_id": view.task.task_id}
        timed("open", client, "tasks.open", TaskView, **mine)
        mine |= {"annotation": annotation, "seconds": 1.0}
        saved = timed("save", client, "tasks.save", Saved, revision=0, **mine)
        timed("submit", client, "tasks.submit", Closed, revision=saved.revision, **mine)
    engine.close()
    return times


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, nargs="*", default=[10_000, 1_000_000])
    parser.add_argument("--turns", type=int, default=300, help="how many tasks are done")
    parser.add_argument("--people", type=int, default=8)
    given = parser.parse_args()
    print("| tasks | call | p50 ms | p95 ms | longest |\n|--:|---|--:|--:|--:|")
    for tasks in given.tasks:
        with tempfile.TemporaryDirectory() as folder:
            times = measure(Path(folder), tasks, given.people, given.turns)
        for what, some in times.items():
            processor, clock = ([t[i] for t in some] for i in (0, 1))
            cuts, clocks = (statistics.quantiles(its, n=20, method="inclusive") for its in (processor, clock))
            figures = (f"{a:.1f} ({b:.1f})" for a, b in ((cuts[9], clocks[9]), (cuts[18], clocks[18])))
            print(
                f"| {tasks:,} | {what} | {' | '.join(figures)} | {max(processor):.0f} ({max(clock):.0f}) |", flush=True
            )


if __name__ == "__main__":
    main()
