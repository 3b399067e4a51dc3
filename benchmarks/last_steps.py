"""How long the last step of each operation that takes many things holds the writer, and how much log it writes.

    python -m benchmarks.last_steps [--sizes 1000 10000 100000] [--only campaigns.launch …]

The operations, and how they are called on many assets, are those of ``tests/operations/test_pieces.py``. Of all
transactions of the writer in one operation it is the longest: milliseconds with its commit, those of its thread's
processor, and bytes of log. The log is never written into the file meanwhile. Images need not exist for any of it.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from tests.operations.test_pieces import CALLS, Ground

from nbannotate.store.duckdb import engine as engines
from nbannotate.store.transaction import Transaction

#: About the slices of one file, which has not so many, or about what people save one by one.
LEFT_OUT = {"sequences.exclude", "sequences.spread", "sequences.undo", "clock.tick", "leaving.forget"}
#: So many tasks are opened and saved by hand.
DRAFTS = 50


class Measured(engines.Engine):
    """An engine that notes what its transactions take."""

    noted: list[tuple[float, float, int]]

    @contextmanager
    def write(self, *, remembers: bool = False) -> Iterator[Transaction]:
        """Run a block as one transaction, and note what it took."""
        log = Path(self.path + ".wal")
        before = log.stat().st_size if log.exists() else 0
        wall, busy = time.perf_counter(), time.thread_time()
        with super().write(remembers=remembers) as tx:
            yield tx
        took = time.perf_counter() - wall, time.thread_time() - busy
        self.__dict__.setdefault("noted", []).append((*took, log.stat().st_size - before))


def measured(name: str, count: int, folder: Path) -> tuple[float, float, int]:
    """Return what the longest transaction of an operation on so many assets took."""
    engine = Measured(folder / "bench.duckdb")
    try:
        ground = Ground(count, engine, DRAFTS)
        if name == "campaigns.apply":
            ground.ws.members.add("zoe", password="password-of-zoe")
        call = CALLS[name](ground)
        engine.noted.clear()
        call()
        return max(engine.noted)
    finally:
        engine.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--only", nargs="+", default=sorted(set(CALLS) - LEFT_OUT))
    given = parser.parse_args()
    engines.CHECKPOINT = "100GB"
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, duckdb {duckdb.__version__}\n\n"
        "| operation | assets | held ms | processor ms | log kB |\n|---|--:|--:|--:|--:|"
    )
    for name in given.only:
        for count in given.sizes:
            with tempfile.TemporaryDirectory() as folder:
                wall, busy, log = measured(name, count, Path(folder))
            print(f"| {name} | {count:,} | {wall * 1e3:.0f} | {busy * 1e3:.0f} | {log / 1e3:.1f} |", flush=True)


if __name__ == "__main__":
    main()
