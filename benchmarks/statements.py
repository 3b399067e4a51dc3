"""Where the time of the operations goes, by SQL statement; used by ``campaign.py --statements``."""

from __future__ import annotations

import re
import secrets
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbannotate as nb
from nbannotate.operations.dispatch import Dispatcher
from nbannotate.owner.memory import MemoryClient
from nbannotate.owner.setup import first_member
from nbannotate.store.duckdb.engine import Engine
from nbannotate.workspace.workspace import Workspace

MOST = 25


class Watched:
    """A DuckDB connection that adds up the time of each statement."""

    def __init__(self, connection: object, times: dict[str, list[float]]) -> None:
        self._connection, self._times = connection, times

    def execute(self, sql: str, *arguments: object) -> object:
        """Run a statement and add its time."""
        start = time.perf_counter()
        try:
            return self._connection.execute(sql, *arguments)  # type: ignore[attr-defined]
        finally:
            self._times[sql].append((time.perf_counter() - start) * 1e3)

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


@contextmanager
def watched(path: Path) -> Iterator[nb.Workspace]:
    """Open a file in this process, and print at the end where the writer's time went."""
    times: dict[str, list[float]] = defaultdict(list)
    engine = Engine(path)
    first_member(engine)
    token = secrets.token_urlsafe(32)
    dispatcher = Dispatcher(engine, token)
    engine._writer = Watched(engine._writer, times)  # type: ignore[assignment]
    workspace = Workspace(MemoryClient(dispatcher, token))
    try:
        yield workspace
    finally:
        total = sum(map(sum, times.values()))
        print(
            f"\n| total s | part | calls | mean ms | late/early | statement |\n|--:|--:|--:|--:|--:|---|\n{'':0}",
            end="",
        )
        for sql, took in sorted(times.items(), key=lambda item: -sum(item[1]))[:MOST]:
            tenth = max(1, len(took) // 10)
            growth = sum(took[-tenth:]) / max(1e-9, sum(took[:tenth]))
            short = re.sub(r"\s+", " ", sql).strip().replace("|", "\\|")[:110]
            spent = sum(took)
            figures = (
                f"{spent / 1e3:.2f} | {spent / total:.0%} | {len(took):,} | {spent / len(took):.2f} | {growth:.1f}"
            )
            print(f"| {figures} | {short} |")
        engine.close()
