"""What statistics and lists take in a large workspace, and what who saves meanwhile waits.

    python benchmarks/tables.py [--scale 1.0] [--keep FOLDER] [--seconds 20] [--only lists|tables]

With a scale of 1 there are 1,000,000 tasks, 10,000,000 shapes and 10,000,000 events: a campaign of two steps with
rework, generated into the real tables by SQL. ``--keep`` leaves the file in a folder, and takes it from there the next
time.

* *lists*: my tasks, jobs, campaigns and progress, one by one and polled by 100 pages. The goal: 20 ms of the owner
  each.
* *tables*: every table of ``nb.stats``, the first time and again, in wall time and processor time of the owner; then
  those of the dashboard, all tabs of it, each question once, by an owner that was just started, again, and while people
  save. The goals: 1 s each again, the dashboard 3 s, the owner under 2 GiB.
* *savers*: the p95 of 20 people who save every three seconds, alone and beside a dashboard that is read without a rest.
  The goal: at most twice.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbannotate as nb
from nbannotate.model import Annotation, CampaignSpec, Saved, Session, Shape, TaskView
from nbannotate.owner.place import Place
from nbannotate.pages.manage import dashboard_parts
from nbannotate.stats.reading import Reading
from nbannotate.store import campaigns, counts, data, people, revision_counts
from nbannotate.store.duckdb.engine import Engine

DRAWERS, REVIEWERS, PASSWORD = 20, 5, "a-long-password"
LIST_S, TABLE_S, DASHBOARD_S, MEMORY, MORE = 0.02, 1.0, 3.0, 2 << 30, 2.0
THINK_S, PAGES, POLL_S = 3.0, 100, 4.0
NEEDS_ANOTHER = ("evaluation", "evaluation_errors")

#: The visits of asset ``i``: at which step, in which state, how it ended, whether somebody has it.
_VISITS = """
    select i, nth, step, round, state, outcome, held, nth = last as is_current from (
      select i, unnest(case
        when i % 100 < 8 then [{'nth': 1, 'step': 0, 'round': 1, 'state': 'in_progress', 'outcome': null}]
        when i % 100 < 16 then [{'nth': 1, 'step': 0, 'round': 1, 'state': 'done', 'outcome': 'submitted'},
                                {'nth': 2, 'step': 1, 'round': 1, 'state': 'in_progress', 'outcome': null}]
        when i % 25 = 24 then [{'nth': 1, 'step': 0, 'round': 1, 'state': 'done', 'outcome': 'submitted'},
                               {'nth': 2, 'step': 1, 'round': 1, 'state': 'done', 'outcome': 'rework'},
                               {'nth': 3, 'step': 0, 'round': 2, 'state': 'done', 'outcome': 'submitted'},
                               {'nth': 4, 'step': 1, 'round': 2, 'state': 'done', 'outcome': 'accepted'}]
        else [{'nth': 1, 'step': 0, 'round': 1, 'state': 'done', 'outcome': 'submitted'},
              {'nth': 2, 'step': 1, 'round': 1, 'state': 'done',
               'outcome': case when i % 5 = 1 then 'accepted_with_edits' else 'accepted' end}] end, recursive := true),
        i % 100 % 2 = 0 as held,
        case when i % 100 < 8 then 1 when i % 25 = 24 and i % 100 >= 16 then 4 else 2 end as last
      from range($1) r(i)
    )
"""


def generate(path: Path, scale: float) -> None:
    """Write a workspace with the campaign ``large``."""
    assets, events = int(500_000 * scale), int(10_000_000 * scale)
    now, engine = datetime.datetime(2026, 10, 1), Engine(path)
    drawers, reviewers = [f"ann{i:02}" for i in range(DRAWERS)], [f"rev{i}" for i in range(REVIEWERS)]
    steps = [nb.Step("draw", "annotation", drawers), nb.Step("check", "review", reviewers)]
    labels = [f"label {i}" for i in range(12)]
    spec = CampaignSpec(name="large", recipe=nb.Recipe(labels=labels), workflow=nb.Workflow(steps))
    with engine.write() as tx:
        tx.run("insert into data.members values ($1, 'max', 'owner', null, true, $2, null)", tx.new_id(), now)
        for login in (*drawers, *reviewers):
            role = "annotator" if login in drawers else "reviewer"
            tx.run("insert into data.members values ($1, $2, $3, null, true, $4, null)", tx.new_id(), login, role, now)
        ids = {login: member_id for member_id, login in people.logins(tx).items()}
        dataset_id = data.add_dataset(tx, "scans", "", now).dataset_id
        version_id = data.add_version(tx, dataset_id, "v1", now).version_id
        campaign_id = campaigns.add_campaign(tx, version_id, spec, ids, now)
        campaigns.set_launched(tx, campaign_id, now)
        layer = tx.value("select layer_id from data.version_layers where version_id = $1 and own", version_id)
        first = tx.new_id()
        tx.run("select max(nextval('data.ids')) from range($1)", 20 * assets + 2 * events)
        tx.run(
            "insert into data.assets select $1 + i, $2, printf('scans/%07d.png', i), printf('/images/%07d.png', i), "
            "'scans', 640, 480, 1000, '{}', $3, null, null from range($4) r(i)", first, dataset_id, now, assets,
        )  # fmt: skip
        tx.run("insert into data.layer_assets select $1, $2 + i, i, null, 1, $3 from range($4) r(i)",
               layer, first, now, assets)  # fmt: skip
        tx.run(
            f"create temp table visits as select *, row_number() over (order by nth, i) as n from ({_VISITS})", assets
        )
        tasks = first + assets
        tx.run(
            f"""
            insert into data.tasks
            select $1 + n, $2, $3 + i, step, round, state, outcome,
                   case when state = 'done' or held then $4[case when step = 0 then 1 + i % {DRAWERS}
                     else {DRAWERS} + 1 + i % {REVIEWERS} end] end,
                   i, is_current, case when state = 'done' then 20 + i % 90 else 0 end, created,
                   case when state = 'done' or held then created end, case when state = 'done' or held then created end,
                   case when state = 'done' then closed end,
                   case outcome when 'submitted' then 'completed' when 'rework' then 'returned'
                     else case when outcome is not null then 'approved' end end,
                   null, null, case when state = 'done' then 30 + i % 90 else 0 end,
                   case when state = 'done' then 10 + i % 40 else 0 end, null, null
            from (select *, $5 + minute * interval '1 minute' as created,
                         $5 + (minute + 15) * interval '1 minute' as closed
                  from (select *, i % 90 * 1440 + nth * 20 + i // 90 % 600 as minute from visits))
            order by n
            """,
            tasks, campaign_id, first, [ids[login] for login in (*drawers, *reviewers)], now,
        )  # fmt: skip
        said = tasks + 3 * assets
        tx.run(
            "insert into data.annotations select $1 + row_number() over (order by task_id), $2, asset_id, $3, task_id, "
            "assignee_id, case when step = 0 then 'annotation' else 'review' end, false, '[]', closed, null, 'answer', "
            "0 from data.tasks where outcome in ('submitted', 'accepted_with_edits') and campaign_id = $3 "
            "order by task_id",
            said, version_id, campaign_id,
        )  # fmt: skip
        tx.run(
            "insert into data.layer_heads select $1, asset_id, max(annotation_id) from data.annotations group by 2",
            layer,
        )
        each = max(1, int(10_000_000 * scale) // int(tx.value("select count(*) from data.annotations")))
        tx.run(
            f"""
            insert into data.shapes (annotation_id, position, shape_id, label, kind, points, attributes, area, x, y,
                                     width, height)
            select annotation_id, k, printf('s%d-%d', asset_id, k), printf('label %d', (asset_id + k) % 12),
                   case when k % 4 = 0 then 'polygon' else 'rectangle' end,
                   case when k % 4 = 0 then printf('[[%d.0,%d.0],[%d.0,%d.0],[%d.0,%d.0]]', x, y, x + 20, y, x + 20,
                     y + 15) else printf('[[%d.0,%d.0],[%d.0,%d.0]]', x, y, x + 20, y + 15) end,
                   '{{}}', case when k % 4 = 0 then 150 else 300 end, x, y, 20, 15
            from (select annotation_id, asset_id, k, k * 30 + if(source = 'review', 5, 0) as x, k * 20 as y
                  from data.annotations cross join range({each}) r(k))
            order by annotation_id, k
            """
        )
        tx.run("update data.annotations set shapes = $1", each)
        log = said + 3 * assets
        tx.run(
            "insert into data.events select $1 + e, t.assignee_id, 'tasks.save', t.campaign_id, t.task_id, t.asset_id, "
            "5, 3, '{}', t.created, null from (select e, e % $3 as n from range($2) r(e)) r "
            "join (select *, row_number() over (order by task_id) - 1 as n from data.tasks "
            "where assignee_id is not null) t using (n) order by e",
            log, events, int(tx.value("select count(*) from data.tasks where assignee_id is not null")),
        )  # fmt: skip
        tx.run(
            "insert into data.activity select assignee_id, task_id, campaign_id, asset_id, step, l.label, closed - "
            "interval '2 minutes', closed, 15, 10, 5 from data.tasks, "
            "(values (null), ('label 1'), ('label 2')) l(label) where closed is not null",
        )
        began = time.process_time()
        counts.count_new(tx, campaign_id, 0)
        print(f"counting all tasks anew: {time.process_time() - began:.1f} processor seconds")
        tx.run("drop table visits")
    engine.close()


def count_revisions(path: Path) -> None:
    """Count what statistics ask of revisions, as an owner does beside its work."""
    began, engine = time.process_time(), Engine(path)
    while revision_counts.count(engine):
        pass
    engine.close()
    print(f"counting the shapes of revisions: {time.process_time() - began:.1f} processor seconds\n")


def used(pid: int) -> tuple[float, int]:
    """Return the processor seconds of a process, and the most memory that it had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    most = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return ticks / os.sysconf("SC_CLK_TCK"), int(most.split()[1]) << 10


class Bench:
    """A workspace that was generated, its owner, and clients of its people."""

    def __init__(self, path: Path) -> None:
        self.ws = nb.open(path)
        contact = Place(path).contact()
        assert contact is not None
        self.pid = contact.pid
        self.campaign = self.ws.campaigns["large"]
        self.people = [self.client(f"ann{i:02}") for i in range(DRAWERS)]

    def client(self, login: str) -> Any:
        """Return a client that acts as a member."""
        session = self.ws.client.call("sessions.act_as", Session, login=login)
        return self.ws.client.acting(session.token)

    def timed(self, call: Callable[[], object]) -> tuple[float, float]:
        """Return wall time and the owner's processor time of a call, in seconds."""
        before, began = used(self.pid)[0], time.perf_counter()
        call()
        return time.perf_counter() - began, used(self.pid)[0] - before

    def end(self) -> None:
        """End the owner, and wait for that."""
        self.ws.close()
        os.kill(self.pid, signal.SIGTERM)
        while Path(f"/proc/{self.pid}").exists():
            time.sleep(0.1)


def lists(path: Path, seconds: float) -> list[str]:
    """Print what the lists take; return which miss the goal."""
    bench = Bench(path)
    manager, number, missed = bench.ws.client, bench.campaign.campaign_id, []
    calls: dict[str, Callable[[], object]] = {
        "tasks.mine": lambda: bench.people[0].call("tasks.mine", object),
        "jobs.of_campaign": lambda: manager.call("jobs.of_campaign", object, campaign_id=number),
        "campaigns.list": lambda: manager.call("campaigns.list", object),
        "campaigns.list of an annotator": lambda: bench.people[0].call("campaigns.list", object),
        "campaigns.progress": lambda: manager.call("campaigns.progress", object, campaign_id=number),
    }
    print("| list | wall ms | ms of the owner |\n|---|---:|---:|")
    for name, call in calls.items():
        call()
        wall, work = bench.timed(lambda call=call: [call() for _ in range(100)])  # type: ignore[misc]
        print(f"| {name} | {wall * 10:.1f} | {work * 10:.1f} |")
        missed += [name] if work / 100 > LIST_S else []
    over, times = threading.Event(), []

    def page(client: Any) -> None:
        time.sleep(random.uniform(0, POLL_S))
        while not over.is_set():
            began = time.perf_counter()
            client.call("tasks.mine", object)
            times.append(time.perf_counter() - began)
            over.wait(POLL_S)

    threads = [threading.Thread(target=page, args=(bench.people[i % DRAWERS],)) for i in range(PAGES)]
    before = used(bench.pid)[0]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    over.set()
    for thread in threads:
        thread.join()
    cut = statistics.quantiles(times, n=20)
    work = (used(bench.pid)[0] - before) / len(times)
    print(f"\n{PAGES} pages that ask every {POLL_S:.0f} s: p50 {cut[9] * 1e3:.1f} ms, p95 {cut[18] * 1e3:.1f} ms, "
          f"{work * 1e3:.1f} ms of the owner each\n")  # fmt: skip
    bench.end()
    return missed + ([f"tasks.mine by {PAGES} pages"] if work > LIST_S else [])


class Savers:
    """Twenty people who save every three seconds, in a process of their own; their times."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--save", str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.process.stdout.readline()  # all have their task

    def end(self) -> float:
        """Stop; return the p95 in ms."""
        times = json.loads(self.process.communicate()[0])
        return statistics.quantiles(times, n=20)[18] * 1e3


def save(path: Path) -> None:
    """Let twenty people work until the input ends, then print the seconds of each save."""
    bench, over, times = Bench(path), threading.Event(), list[float]()
    number = bench.campaign.campaign_id
    shapes = tuple(Shape(kind="rectangle", points=((i, i), (i + 20, i + 20)), label="label 1") for i in range(17))

    def work(client: Any, view: TaskView) -> None:
        revision = view.revision
        while not over.wait(random.uniform(0.5, 1.5) * THINK_S):
            began = time.perf_counter()
            revision = client.call("tasks.save", Saved, task_id=view.task.task_id, annotation=Annotation(shapes=shapes),
                                   revision=revision, seconds=THINK_S).revision  # fmt: skip
            times.append(time.perf_counter() - began)

    wanted: Any = TaskView | None  # of a small campaign there are fewer tasks than people
    views = [(one, one.call("tasks.next", wanted, campaign_id=number, step=0)) for one in bench.people]
    threads = [threading.Thread(target=work, args=each) for each in views if each[1] is not None]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()
    print(json.dumps(times))
    bench.ws.close()


def tables(path: Path, seconds: float) -> list[str]:
    """Print what the tables take, and the savers beside them; return what misses the goals."""
    bench = Bench(path)
    savers = Savers(path)
    time.sleep(seconds)
    quiet = savers.end()
    rows: dict[str, tuple[float, float, float, float]] = {}
    missed = []
    for name in nb.stats.names():
        if name not in NEEDS_ANOTHER:
            read = functools.partial(getattr(nb.stats, name), bench.campaign)
            rows[name] = *bench.timed(read), *bench.timed(read)
    print("| table | first s | of the owner | again s | of the owner |\n|---|---:|---:|---:|---:|")
    for name, row in sorted(rows.items(), key=lambda row: -row[1][1]):
        print(f"| {name} | {' | '.join(f'{seconds:.2f}' for seconds in row)} |")
        missed += [name] if row[2] > TABLE_S else []
    bench.end()
    bench = Bench(path)  # nothing is kept in the owner
    for told in ("first", "again"):
        wall, work = bench.timed(lambda: dashboard(bench))
        print(f"the tables of the dashboard, {told}: {wall:.1f} s, {work:.1f} of the owner")
    missed += ["the dashboard"] if wall > DASHBOARD_S else []
    savers, until, looks = Savers(path), time.monotonic() + seconds, list[tuple[float, float]]()
    while time.monotonic() < until:
        looks.append(bench.timed(lambda: dashboard(bench)))
    beside = savers.end()
    wall, work = (statistics.mean(each) for each in zip(*looks, strict=True))
    print(f"while {DRAWERS} people save: {wall:.1f} s, {work:.1f} of the owner, {len(looks)} times without a rest")
    print(f"saves: p95 {quiet:.0f} ms alone, {beside:.0f} ms beside that ({beside / quiet:.1f} times)")
    most = used(bench.pid)[1]
    print(f"the owner had {most / 2**30:.2f} GiB at most")
    bench.end()
    missed += ["the saves"] if beside > MORE * quiet else []
    return missed + (["the memory"] if most > MEMORY else [])


def dashboard(bench: Bench) -> None:
    """Read all that the dashboard shows, each question once."""
    scope = SimpleNamespace(workspace=Reading(bench.ws), campaign_id=bench.campaign.campaign_id)
    for name in sorted({part.table.__name__ for part in dashboard_parts.parts()} - set(NEEDS_ANOTHER)):
        getattr(nb.stats, name)(scope)


def measure(folder: Path, scale: float, seconds: float, only: str | None) -> list[str]:
    """Generate what is not there, measure, and return what misses its goal."""
    path = folder / f"statistics-{scale:g}.duckdb"
    if not path.exists():
        began = time.perf_counter()
        generate(path, scale)
        print(f"generated in {time.perf_counter() - began:.0f} s: {path.stat().st_size >> 20:,} MiB\n")
    count_revisions(path)
    missed = lists(path, seconds) if only != "tables" else []
    return missed + (tables(path, seconds) if only != "lists" else [])


def main() -> None:
    """Measure, and say what misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--keep", type=Path, help="a folder in which the file is kept, and looked for")
    parser.add_argument("--seconds", type=float, default=20.0, help="for how long pages ask and people save")
    parser.add_argument("--only", choices=["lists", "tables"])
    parser.add_argument("--save", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.save:
        save(options.save)
        return
    print(f"{os.cpu_count()} cores with a load of {os.getloadavg()[0]:.1f}\n")
    with tempfile.TemporaryDirectory() as folder:
        missed = measure(options.keep or Path(folder), options.scale, options.seconds, options.only)
    if missed:
        print(f"missed: {', '.join(missed)}")
        sys.exit(1 if options.scale == 1 else 0)


if __name__ == "__main__":
    main()
