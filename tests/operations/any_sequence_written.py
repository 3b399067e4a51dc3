"""What the engine notes as written, against the rows that have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbannotate.store.duckdb.engine import Engine

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


#: Rows of the rig that stand apart from those of their table.
APART = {"gold": "tasks", "gold_issues": "issues"}


def check_noted(engine: Engine, before: Rows, now: Rows, commits: int) -> None:
    """Check that it is noted which tables have changed since so many commits, and which of their columns."""
    for name, rows in now.items():
        table, was = APART.get(name, name), before.get(name, ())
        if rows == was:
            continue
        columns = {c for a, b in zip(was, rows, strict=False) for c in b if a.get(c) != b[c]}
        if len(was) != len(rows):
            assert engine.written.since(commits, [table]), table
        for column in columns:
            assert engine.written.since(commits, [table, f"{table}.{column}"]), f"{table}.{column}"
