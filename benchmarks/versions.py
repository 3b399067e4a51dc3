"""What versions cost: a child of a large one, tables of it, what a save and the lists pay when versions lie on others.

    python benchmarks/versions.py [--assets 1000000] [--shapes 3] [--deep 10]

A version with so many assets, each with so many shapes, is written by SQL; no images are needed. Then a child of it is
made through the notebook, a row of children, each with a change, and the same questions are asked of the first version,
of the child, and of the last of the row. `growth` is what the workspace's file and its side file grew by. The goals: a
child in less than a second and 1 MB, and `version.assets.df()` of 1,000,000 assets in less than two seconds.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbannotate as nb
from nbannotate.owner.place import Place
from nbannotate.store import data
from nbannotate.store.duckdb.engine import Engine
from nbannotate.workspace.dataset import Version

CHILD_S, CHILD_BYTES, ASSETS_S = 1.0, 1 << 20, 2.0


def fill(path: Path, assets: int, shapes: int) -> None:
    """Make a workspace with a version `v1`, as an import of a model's output would have left it."""
    now = datetime.datetime(2026, 1, 1)
    engine = Engine(path)
    with engine.write() as tx:
        dataset_id = data.add_dataset(tx, "large", "", now).dataset_id
        version_id = data.add_version(tx, dataset_id, "v1", now).version_id
        member_id, first = tx.new_id(), tx.new_id()
        tx.run("insert into data.members values ($1, 'model', 'owner', null, true, $2, null)", member_id, now)
        tx.run("select max(nextval('data.ids')) from range($1)", 2 * assets)
        tx.run(
            "insert into data.assets select $1 + i, $2, printf('scans/%03d/%07d.png', i // 1000, i), "
            "printf('/images/scans/%03d/%07d.png', i // 1000, i), 'scans', 640, 480, 1000, '{}', "
            "now()::timestamp, null, null from range($3) r(i)",
            first, dataset_id, assets,
        )  # fmt: skip
        tx.run(
            "insert into data.layer_assets select $1, $2 + i, i, null, 1, now()::timestamp from range($3) r(i)",
            version_id, first, assets,
        )  # fmt: skip
        tx.run(
            "insert into data.annotations select $1 + i, $2, $3 + i, null, null, $4, 'model', false, '[]', "
            "now()::timestamp, null, 'import', $6 from range($5) r(i)",
            first + assets, version_id, first, member_id, assets, shapes,
        )  # fmt: skip
        tx.run(
            "insert into data.layer_heads select version_id, asset_id, annotation_id from data.annotations "
            "order by annotation_id"
        )
        tx.run(
            "insert into data.shapes (annotation_id, position, shape_id, label, kind, points, attributes, area, "
            "x, y, width, height) select $1 + i // $2, i % $2, printf('s%d', i), ['cat', 'dog', 'bird'][i % 3 + 1], "
            "'rectangle', printf('[[%d.0,%d.0],[%d.0,%d.0]]', i % 500, i % 300, i % 500 + 20, i % 300 + 20), '{}', "
            "400, i % 500, i % 300, 20, 20 from range($3) r(i)",
            first + assets, shapes, assets * shapes,
        )  # fmt: skip
    engine.close()


def size(path: Path) -> int:
    """Return how many bytes the workspace has on the disk."""
    return sum(p.stat().st_size for p in (path, path.with_name(path.name + ".wal")) if p.exists())


def timed(call: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def asked(ws: nb.Workspace, version: Version) -> list[float]:
    """Return how long the questions take that are asked of a version."""
    label = "select label, count(*) as n from shapes where version_id = $1 group by 1"
    shapes = "select count(*) as n from shapes where version_id = $1 and asset_id = $2"
    latest = "select count(*) as n from annotations where version_id = $1 and is_latest"
    one = ws.sql("select min(asset_id) as one from assets where version_id = $1", [version.version_id])["one"][0]
    return [
        timed(version.assets.df),
        timed(lambda: ws.sql(label, [version.version_id])),
        timed(lambda: ws.sql(latest, [version.version_id])),
        timed(lambda: ws.sql(shapes, [version.version_id, int(one)])),
    ]


def measure(path: Path, assets: int, shapes: int, deep: int) -> list[str]:
    """Print what was measured, and return what misses its goal."""
    fill(path, assets, shapes)
    ws = nb.open(path)
    v1 = ws.datasets["large"].versions["v1"]
    before = size(path)
    child: list[Version] = []
    took = timed(lambda: child.append(v1.create_child("child")))
    growth = size(path) - before
    print(f"child of {assets:,} assets and {assets * shapes:,} shapes: {took * 1e3:.0f} ms, growth {growth:,} bytes")
    last = v1
    for i in range(deep):
        last = last.create_child(f"deep {i}")
        last.assets[f"scans/000/{i:07}.png"].archive()
    print("\n| version | assets.df() | labels of shapes | latest | shapes of one |")
    print("|---|---|---|---|---|")
    rows = {"v1": asked(ws, v1), "child": asked(ws, child[0]), f"{deep} deep": asked(ws, last)}
    for name, times in rows.items():
        print(f"| {name} | " + " | ".join(f"{one * 1e3:,.0f} ms" for one in times) + " |")
    published, verified = timed(child[0].publish), timed(child[0].verify)
    print(f"\nchild published, with its hash, in {published:.1f} s; verified in {verified:.1f} s")
    print(f"child deleted in {timed(lambda: child[0].delete(confirm='child')) * 1e3:.0f} ms")
    contact = Place(path).contact()
    ws.close()
    if contact is not None:
        os.kill(contact.pid, signal.SIGTERM)
    missed = []
    if took > CHILD_S or growth > CHILD_BYTES:
        missed.append("the child")
    if max(times[0] for times in rows.values()) > ASSETS_S:
        missed.append("the table of assets")
    return missed


def main() -> None:
    """Measure, and say what misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=int, default=1_000_000)
    parser.add_argument("--shapes", type=int, default=3)
    parser.add_argument("--deep", type=int, default=10)
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as folder:
        missed = measure(Path(folder) / "work.duckdb", options.assets, options.shapes, options.deep)
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
