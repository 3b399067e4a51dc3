"""How long it takes to launch a large campaign and to reassign many tasks at once, beside plain SQL on the same rows.

    python benchmarks/launch.py [--assets 100000] [--tasks 10000]

The campaign has one queue and one step of equal shares; the launch deals every asset. Plain SQL is DuckDB alone, in a
file: one INSERT of as many rows into the same table, one UPDATE of as many rows by a list of ids, each with its commit.
Memory is the owner process's: the resident set before, and the highest until after.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd

import nbannotate as nb
from nbannotate.model import Plan, Reassigned
from nbannotate.owner.place import Place
from nbannotate.workspace import frames

PEOPLE = 10


def seconds(function: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def memory(pid: int) -> tuple[float, float]:
    """Return the resident set of a process now and at its highest (MiB); Linux only."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return tuple(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def make(workspace: nb.Workspace, assets: int) -> nb.Campaign:
    """Make a campaign that is not launched; its images need not exist for that."""
    logins = [f"ann{i}" for i in range(PEOPLE)]
    for login in [*logins, "chloe"]:
        workspace.members.add(login, role="reviewer", password="a-long-password")
    version = workspace.create_dataset("scans").create_version("v1")
    names = [f"{i // 1000:03}/{i:06}.png" for i in range(assets)]
    rows = pd.DataFrame({"name": names, "path": [f"/images/{n}" for n in names], "folder": [n[:3] for n in names],
                         "width": 640, "height": 480, "bytes": 1000, "metadata": "{}"})  # fmt: skip
    added = seconds(
        lambda: workspace.client.upload(
            "assets.add", int, frames.to_parquet(rows), version_id=version.version_id
        )
    )  # fmt: skip
    print(f"added {assets:,} assets in {added:.1f} s")
    steps = [nb.Step("draw", "annotation", logins, "equal"), nb.Step("check", "review", ["chloe"])]
    return version.create_campaign("large", nb.Recipe(["cell"]), nb.Workflow(steps))


def plain(folder: Path, tasks: int, moved: int) -> tuple[float, float]:
    """Return how long DuckDB alone takes to insert rows like those of the tasks, and to give some to somebody else."""
    connection = duckdb.connect(str(folder / "plain.duckdb"))
    connection.execute("set threads = 1")
    from nbannotate.store.migrations import MIGRATIONS

    for _, _, sql in MIGRATIONS:
        connection.execute(sql)
    insert = (
        "insert into data.tasks "
        "(task_id, campaign_id, asset_id, step, round, state, assignee_id, position, is_current, worked_s, created) "
        "select nextval('data.ids'), 1, i, 0, 1, 'in_progress', i % 10, i, true, 0, now() from range($1) r(i)"
    )
    inserted = seconds(lambda: connection.execute(insert, [tasks]))
    ids = [
        row[0] for row in connection.execute("select task_id from data.tasks order by 1 limit $1", [moved]).fetchall()
    ]
    update = "update data.tasks set assignee_id = 11, opened = null where list_contains($1, task_id)"
    updated = seconds(lambda: connection.execute(update, [ids]))
    connection.close()
    return inserted, updated


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=int, default=100_000)
    parser.add_argument("--tasks", type=int, default=10_000, help="how many tasks are reassigned at once")
    given = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.duckdb"
        workspace = nb.open(path)
        contact = Place(path).contact()
        assert contact is not None
        try:
            campaign = make(workspace, given.assets)
            call, campaign_id = workspace.client.call, campaign.campaign_id
            before, _ = memory(contact.pid)
            launched = seconds(lambda: call("campaigns.launch", Plan, campaign_id=campaign_id))
            after, highest = memory(contact.pid)
            rows = workspace.sql("select task_id, assignee from tasks order by task_id")
            shares = rows["assignee"].value_counts()
            assert len(rows) == given.assets
            assert shares.max() - shares.min() <= 1
            ids = [int(i) for i in rows["task_id"][: given.tasks]]
            ask = {"campaign_id": campaign_id, "to": "ann9", "task_ids": ids}
            moved = seconds(lambda: call("tasks.reassign", Reassigned, **ask))
            held = workspace.sql("select count(*) as n from tasks where assignee = 'ann9'")["n"][0]
            expected = int(shares["ann9"]) + int((rows["assignee"][: given.tasks] != "ann9").sum())
            workspace.close()
        finally:
            os.kill(contact.pid, signal.SIGTERM)
        inserted, updated = plain(Path(folder), given.assets, given.tasks)
    print("\n| what | seconds | plain SQL | ratio |\n|---|--:|--:|--:|")
    print(f"| launch of {given.assets:,} assets | {launched:.2f} | {inserted:.2f} | {launched / inserted:.1f} |")
    print(f"| reassign of {given.tasks:,} tasks | {moved:.2f} | {updated:.2f} | {moved / updated:.1f} |")
    print(
        f"\nThe owner process: {before:.0f} MiB before the launch, {after:.0f} MiB after it, {highest:.0f} MiB at most."
    )
    return int(held != expected)


if __name__ == "__main__":
    sys.exit(main())
