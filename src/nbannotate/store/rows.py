"""The rows that daily work reads and writes one by one, by their keys; everything else is a statement of its own.

What reads or writes a row by its key says so (:meth:`Transaction.rows`, ``row``, ``insert``, ``update``), and leaves it
to the database how: an ordinary transaction runs a statement each; that of the only owner of a DuckDB file knows many
rows already, and writes those of several operations together (:mod:`nbannotate.store.duckdb.write_through`).
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Table(Struct, frozen=True):
    """A table whose rows are asked for by key.

    Parameters
    ----------
    name
        In the schema ``data``.
    key
        The columns that tell one row from the others; none if nobody asks for one.
    group
        The columns in which rows agree that are asked for together, or looked at to know that there is none.
    remembered
        Whether it is worth remembering after the transaction.
    """

    name: str
    key: tuple[str, ...]
    group: tuple[str, ...]
    remembered: bool = True

    def group_of(self, row: dict[str, Any]) -> tuple[Any, ...]:
        """Return to which group a row belongs."""
        return tuple(row[column] for column in self.group)

    def key_of(self, row: dict[str, Any]) -> tuple[Any, ...]:
        """Return the key of a row."""
        return tuple(row[column] for column in self.key)


TASKS = Table("tasks", ("task_id",), ("campaign_id", "asset_id"))
DRAFTS = Table("member_drafts", ("task_id", "member_id"), ("task_id",))
HEADS = Table("layer_heads", ("layer_id", "asset_id"), ("asset_id",))
ISSUES = Table("issues", ("issue_id",), ("campaign_id", "asset_id"))
LAPSES = Table("lapses", (), ("task_id",))
FALLS = Table("gold_falls", (), ("campaign_id", "member_id"))
#: A request is asked for once, when it comes.
REQUESTS = Table("requests", ("request_id",), ("request_id",), remembered=False)

#: By the names of the tables.
TABLES = {t.name: t for t in (TASKS, DRAFTS, HEADS, ISSUES, LAPSES, FALLS, REQUESTS)}


def condition(columns: tuple[str, ...], first: int = 1) -> str:
    """Return the condition that columns are what the parameters say, from ``$first`` on."""
    return " and ".join(f"{column} = ${i}" for i, column in enumerate(columns, first))
