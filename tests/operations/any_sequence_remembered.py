"""What the owner of a file remembers of its rows, against the rows of the file."""

from __future__ import annotations

from typing import Any

from nbannotate.store import work_lists
from nbannotate.store.duckdb.engine import Engine
from nbannotate.store.rows import TABLES, condition


def check_remembered(engine: Engine) -> int:
    """Check that every group of rows that is known is in the file as it is known; return how many are."""
    if not isinstance(engine, Engine):
        return 0  # the owner of a database knows no rows: there are others
    count = 0
    for table, groups in engine.memory.all_known().items():
        for group, rows in groups.items():
            with engine.beside() as tx:
                found = tx.read(
                    TABLES[table].row, f"select * from data.{table} where {condition(TABLES[table].group)}", *group
                )
            assert _in_order(found) == _in_order(rows), (table, group)
            count += 1
    known, waiting = engine.lists.all_known()
    with engine.beside() as tx:
        for key, pairs in known.items():
            assert sorted(work_lists.pairs(tx, *key)) == pairs, key
        for step, counts in waiting.items():
            assert {m: n for m, n in work_lists.waiting(tx, *step).items() if n} == counts, step
    return count + len(known) + len(waiting)


def _in_order(rows: Any) -> list[str]:
    return sorted(map(repr, rows))
