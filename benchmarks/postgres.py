"""What claim, save and submit take a PostgreSQL server, with no Python between (pgbench), and through one owner.

    python benchmarks/postgres.py                              pgbench alone, about a minute
    python benchmarks/postgres.py --owner 8 --tasks 25         and 8 client processes of one owner process

A server is started in a temporary folder, as for the tests, but with every commit on the disk. pgbench does what the
owner does, transaction by transaction: the same rows of the same tables, an annotation of ten shapes. Each of its
clients is what an owner would be. ``lock``: one transaction writes at a time, by an advisory lock, as the owner does;
``rows``: the task is claimed by ``for update skip locked``, and nothing else keeps others waiting.

The queue is one query over one index here; an owner looks at several fronts of it (``store/postgres/queues.py``).

Afterwards it is looked at whether anybody got a task twice.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

import owner
from nbannotate.owner.place import Place
from nbannotate.store.data import shape_rows
from nbannotate.store.postgres.engine import Engine

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import postgres_server

TASKS = 60_000

FILL = f"""
insert into data.tasks (task_id, campaign_id, asset_id, step, round, state, position, is_current, worked_s, created)
select nextval('data.ids'), 1, i, 0, 1, 'in_progress', i, true, 0, now() from generate_series(1, {TASKS}) i;
create index on data.tasks (campaign_id, step, position, task_id) where assignee_id is null;
analyze data.tasks;
"""

_SHAPES = """annotation_id bigint, position integer, shape_id text, label text, kind text, points text, attributes text,
 confidence double precision, area double precision, x double precision, y double precision, width double precision,
 height double precision, color text, rle text, visibility text, also text, rings text, "group" text, track text,
 keyframe boolean"""

_LOG = """insert into data.requests values (gen_random_uuid(), :client_id, 'tasks.{0}', '{{"task_id":1}}', now());
insert into data.events values
  (nextval('data.ids'), :client_id, 'tasks.{0}', 1, :task, :asset, 1.5, 1.0, '{{}}', now());
insert into data.count_changes values ('[{{"campaign_id":1,"step":0,"member_id":1,"worked_s":1.0}}]');
commit;
"""


def script(lock: bool) -> str:
    """Return what a client of pgbench does again and again: three transactions."""
    begin = "begin;\n" + ("select pg_advisory_xact_lock(-1);\n" if lock else "")
    shapes = shape_rows(owner.drawn()).replace("'", "''").replace(":", "\\x3a")
    body = json.dumps({"shapes": json.loads(shape_rows(owner.drawn()))}).replace(":", "\\x3a")
    spent = (
        "insert into data.activity values "
        "(:client_id, :task, 1, :asset, 0, null, now() - interval '1 s', now(), null, 1.0, null);\n"
    )
    return "".join([
        begin,
        "select task_id as task, asset_id as asset from data.tasks where campaign_id = 1 and step = 0 "
        "and assignee_id is null and gold is null and state in ('in_progress', 'to_rework') "
        "order by position, task_id limit 1" + ("" if lock else " for update skip locked") + " \\gset\n",
        "update data.tasks set assignee_id = :client_id, opened = now(), touched = now(), "
        "leased_until = now() + interval '1 h' where task_id = :task;\n",
        _LOG.format("pull"),
        begin,
        f"insert into data.member_drafts values (:task, :client_id, 1, E'{body}', now());\n",
        "update data.tasks set touched = now(), leased_until = now() + interval '1 h', worked_s = worked_s + 1 "
        "where task_id = :task;\n",
        spent,
        _LOG.format("save"),
        begin,
        "select nextval('data.ids') as new \\gset\n",
        "insert into data.annotations values (:new, 1, :asset, 1, :task, :client_id, 'annotation', false, '[]', now(), "
        "null, 'answer', 10);\n",
        "insert into data.shapes select :new, r.position, r.shape_id, r.label, r.kind, r.points, r.attributes, "
        "r.confidence, r.area, r.x, r.y, r.width, r.height, r.color, r.rle, r.visibility, r.also, r.rings, "
        'r."group", r.track, r.keyframe '
        f"from json_to_recordset(cast(E'{shapes}' as json)) as r({_SHAPES});\n",
        "insert into data.layer_heads values (1, :asset, :new);\n",
        "update data.tasks set state = 'done', outcome = 'submitted', status = 'completed', closed = now(), "
        "touched = now(), leased_until = null, is_current = false, worked_s = worked_s + 1 where task_id = :task;\n",
        "insert into data.tasks (task_id, campaign_id, asset_id, step, round, state, position, is_current, worked_s, "
        "created) values (nextval('data.ids'), 1, :asset, 1, 1, 'in_progress', :asset, true, 0, now());\n",
        spent,
        _LOG.format("submit"),
    ])  # fmt: skip


def bench(server: postgres_server.Server, lock: bool, clients: int, seconds: int) -> None:
    """Let some clients work for some seconds, and print how many triples a second they did."""
    url = server.database()
    Engine(url).close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FILL)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "triple.sql"
            file.write_text(script(lock))
            pgbench = shutil.which("pgbench") or str(postgres_server.programs() / "pgbench")  # type: ignore[operator]
            command = [pgbench, "-n", "-f", str(file), "-c", str(clients), "-T", str(seconds), "-M", "prepared"]
            done = subprocess.run(
                [*command, "-h", str(server.folder), "-U", "postgres", url.split("@/")[1].split("?")[0]],
                stdout=subprocess.PIPE, check=True, text=True,
            )  # fmt: skip
        rate = float(re.search(r"tps = ([\d.]+)", done.stdout)[1])  # type: ignore[index]
        waited = float(re.search(r"latency average = ([\d.]+)", done.stdout)[1])  # type: ignore[index]
        n, tasks, failed = connection.execute(
            "select count(*), count(distinct task_id), (select count(*) from data.tasks where step = 1) - count(*) "
            "from data.annotations"
        ).fetchone()  # type: ignore[misc]
    how = "lock" if lock else "rows"
    load = os.getloadavg()[0]
    print(f"| {how} | {clients} | {rate:.0f} | {waited:.1f} | {n - tasks} | {failed} | {load:.0f} |", flush=True)


def through_owner(server: postgres_server.Server, clients: int, tasks: int) -> None:
    """Let client processes work through one owner process, and print the same."""
    url = server.database()
    with tempfile.TemporaryDirectory() as folder:
        path, campaign_id, tokens = owner.make(Path(folder), clients, url)
        contact = Place(path).contact()
        assert contact is not None
        try:
            before = owner.processor_s(contact.pid)
            times, took = owner.measure(path, campaign_id, tokens, tasks, 0)
            used = (owner.processor_s(contact.pid) - before) / (clients * tasks) * 1e3
        finally:
            os.kill(contact.pid, signal.SIGTERM)
    p95 = {what: statistics.quantiles(some, n=20)[18] for what, some in times.items()}
    shown = ", ".join(f"{what} p95 {ms:.0f} ms" for what, ms in p95.items())
    rate = clients * tasks / took
    print(f"one owner, {clients} clients: {rate:.1f} triples/s, {used:.1f} ms of the owner each, {shown}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 3, 8], help="clients of pgbench")
    parser.add_argument("--seconds", type=int, default=8, help="how long each works")
    parser.add_argument("--owner", type=int, default=0, metavar="CLIENTS", help="client processes of an owner; 0: none")
    parser.add_argument("--tasks", type=int, default=25, help="tasks of each of them")
    given = parser.parse_args()
    postgres_server.SETTINGS = "-c listen_addresses='' -c max_connections=100"
    server = postgres_server.Server()
    try:
        print("| how | clients | triples/s | ms each | doubled | lost | load |\n|---|--:|--:|--:|--:|--:|--:|")
        for clients in given.clients:
            for lock in (True, False):
                bench(server, lock, clients, given.seconds)
        if given.owner:
            through_owner(server, given.owner, given.tasks)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
