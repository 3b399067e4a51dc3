"""How long it takes to compare two versions of a million shapes, of which some differ.

    python benchmarks/diff.py [--assets 50000] [--shapes 20] [--differ 0.01]

Two pairs are compared. *Apart*: the two versions share no row, as when all was read again from a file; the second one
has its own revision of each asset. *Child*: the second one is a child of the first, in which assets that differ have
one. Of the shapes that differ a third each was moved, named otherwise, or has another id and almost the same place, so
that it is found by its overlap. Each pair is compared three times; the first time, which loads what is needed, is given
beside the best one, with the processor time of the best one, here and in the owner process. The goal: less than five
seconds for each pair.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from pathlib import Path

import nbannotate as nb
from nbannotate.owner.place import Place
from nbannotate.store.duckdb.engine import Engine
from nbannotate.store.transaction import Transaction
from versions import fill

DIFF_S = 5.0


def say_otherwise(tx: Transaction, version_id: int, of: int, every: int, whole: bool) -> None:
    """Let a version have revisions of its own: of all assets, or of those that differ; one shape in ``every`` does."""
    first = int(tx.value("select max(nextval('data.ids')) from range((select count(*) from data.assets))"))
    tx.run("select max(nextval('data.ids')) from range((select count(*) from data.assets))")
    tx.run(
        "create or replace temp table again as select row_number() over (order by h.asset_id) + $1 as annotation_id, "
        "h.annotation_id as original, h.asset_id from data.version_heads h where h.version_id = $2 and ($4 or exists "
        "(select 1 from data.shapes s where s.annotation_id = h.annotation_id "
        "and cast(substr(s.shape_id, 2) as bigint) % $3 = 0))",
        first, of, every, whole,
    )  # fmt: skip
    tx.run(
        "insert into data.annotations select g.annotation_id, $1, n.* exclude (annotation_id, version_id) "
        "from again g join data.annotations n on n.annotation_id = g.original",
        version_id,
    )
    tx.run("insert into data.layer_heads select $1, asset_id, annotation_id from again order by asset_id", version_id)
    tx.run(
        "insert into data.shapes select g.annotation_id, s.* exclude (annotation_id, nth) replace ("
        "case when s.nth % (3 * $1) = 0 then printf('t%d', s.nth) else s.shape_id end as shape_id, "
        "case when s.nth % (3 * $1) = $1 then 'mouse' else s.label end as label, "
        "case when s.nth % $1 = 0 and s.nth % (3 * $1) <> $1 "
        "  then printf('[[%d.0,%d.0],[%d.0,%d.0]]', cast(s.x + 2 as int), cast(s.y as int), "
        "              cast(s.x + 22 as int), cast(s.y + 20 as int)) else s.points end as points) "
        "from again g join (select *, cast(substr(shape_id, 2) as bigint) as nth from data.shapes) s "
        "on s.annotation_id = g.original",
        every,
    )
    tx.run("drop table again")


def prepare(path: Path, assets: int, shapes: int, every: int) -> None:
    """Make the workspace: ``v1``, a version apart, and a child."""
    fill(path, assets, shapes)
    ws = nb.open(path)
    v1 = ws.datasets["large"].versions["v1"]
    made = [v1.create_child("apart"), v1.create_child("child")]
    stop(path, ws)
    engine = Engine(path)
    with engine.write() as tx:
        for version, whole in zip(made, (True, False), strict=True):
            say_otherwise(tx, version.version_id, v1.version_id, every, whole)
    engine.close()


def stop(path: Path, ws: nb.Workspace) -> None:
    """Close a workspace, and wait until its owner process has ended."""
    contact = Place(path).contact()
    ws.close()
    if contact is not None:
        os.kill(contact.pid, signal.SIGTERM)
        while Path(f"/proc/{contact.pid}").exists() and "Z" not in Path(f"/proc/{contact.pid}/stat").read_text():
            time.sleep(0.05)


def processor(path: Path) -> float:
    """Return the processor seconds that this process and the owner have used; Linux only."""
    contact = Place(path).contact()
    if contact is None:
        return time.process_time()
    fields = Path(f"/proc/{contact.pid}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(path: Path, assets: int, shapes: int, differ: float) -> list[str]:
    """Print what was measured, and return what misses its goal."""
    prepare(path, assets, shapes, max(1, round(1 / differ)))
    ws = nb.open(path)
    versions = ws.datasets["large"].versions
    missed = []
    print("| pair | shapes | changes | first | best | processor |\n|---|---|---|---|---|---|")
    for name in ("apart", "child"):
        times = []
        for _ in range(3):
            began, before = time.perf_counter(), processor(path)
            diff = nb.diff(versions["v1"], versions[name])
            times.append((time.perf_counter() - began, processor(path) - before))
        best, used = min(times)
        counts = f"{assets * shapes:,} | {len(diff):,}"
        print(f"| {name} | {counts} | {times[0][0]:.2f} s | {best:.2f} s | {used:.2f} s |", flush=True)
        missed += [name] if best > DIFF_S else []
    stop(path, ws)
    return missed


def main() -> None:
    """Measure, and say what misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=int, default=50_000)
    parser.add_argument("--shapes", type=int, default=20)
    parser.add_argument("--differ", type=float, default=0.01)
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as folder:
        missed = measure(Path(folder) / "work.duckdb", options.assets, options.shapes, options.differ)
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
