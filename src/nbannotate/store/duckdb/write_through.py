"""Transactions of the only owner of a DuckDB file: rows that are known are not read, and are written together.

A statement takes DuckDB about a millisecond, whatever it reads or writes, most of it to plan it. So rows that are asked
for by key come from the :class:`~nbannotate.store.duckdb.memory.Memory`, and rows that are written by key wait until
the end of the transaction, where those of one table are one statement, also if they are of several operations.
Whatever else is asked sees them: a statement that names a table with rows that wait, or a view, has them written first.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Mapping
from types import EllipsisType
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbannotate.rules.counts import Changes
from nbannotate.store import write_tracking
from nbannotate.store.asset_rows import AssetRow
from nbannotate.store.duckdb.appending import Appenders
from nbannotate.store.duckdb.memory import Group, Memory
from nbannotate.store.duckdb.queues import Queues
from nbannotate.store.duckdb.work_lists import Lists
from nbannotate.store.rows import TABLES, TASKS, Row, Table, TaskRow, condition, read
from nbannotate.store.transaction import LISTED, Transaction, id_list

if TYPE_CHECKING:
    import duckdb

#: The columns of each table and their types.
Columns = Mapping[str, Mapping[str, str]]

_NAMED = re.compile(
    r'\b(?:from|join|into|update|using)\s+\(*"?([a-z_]\w*)"?(?:\."?(\w+)"?)?|\bdata\."?(\w+)', re.IGNORECASE
)
_CHANGES = re.compile(r"\b(insert|update|delete|merge|create|drop|alter)\b", re.IGNORECASE)

#: So many ids are taken at once, after the first ones of a transaction.
IDS = 16


def read_columns(tx: Transaction) -> Columns:
    """Return the columns of the tables and their types."""
    found: dict[str, dict[str, str]] = {}
    for r in tx.all(
        "select c.table_name, c.column_name, c.data_type from duckdb_columns() c join duckdb_tables() t "
        "on t.database_name = c.database_name and t.schema_name = c.schema_name and t.table_name = c.table_name "
        "where c.database_name = current_database() and c.schema_name = 'data' order by 1, c.column_index"
    ):
        found.setdefault(r["table_name"], {})[r["column_name"]] = r["data_type"]
    return found


def names(sql: str) -> frozenset[str] | None:
    """Return what a statement names in ``data``; None if it names anything else, such as a public view."""
    return _known_names(sql) if len(sql) < write_tracking.LONG else _names(sql)


@functools.lru_cache(maxsize=1000)
def _known_names(sql: str) -> frozenset[str] | None:
    return _names(sql)


def _names(sql: str) -> frozenset[str] | None:
    found = set[str]()
    for schema, table, data in _NAMED.findall(sql):
        if data or (schema.lower() == "data" and table):
            found.add(data or table)
        elif schema.lower() not in _FUNCTIONS:
            return None
    return frozenset(found)


#: What is named in ``data`` and has no rows.
_NO_TABLES = {"ids"}
#: What stands after ``from`` and is no table.
_FUNCTIONS = {"unnest", "values", "select", "range", "from_json"}


class KnowingReader(Transaction):
    """A transaction that reads what was last committed, as far as possible without a statement."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, memory: Memory, lists: Lists, memo: Any = None, commits: int = 0
    ) -> None:
        super().__init__(connection, memo, commits)
        self._memory, self._lists, self._seen = memory, lists, memory.commits

    def place(self, campaign_id: int, step: int, member_id: int, position: int) -> tuple[int, int]:
        """Return how many of a member's at a step stand no further back than a position, and how many there are."""
        return self._lists.place(self, campaign_id, step, member_id, position)

    def waiting(self, campaign_id: int, step: int, member_id: int) -> int:
        """Return how much waits for a member in the queue of a step."""
        return self._lists.waiting(self, campaign_id, step, member_id)

    def rows(self, table: Table[Row], *group: Any) -> list[Row]:
        """Return the rows of a group."""
        known = self._memory.rows(table, group, self._seen)
        return super().rows(table, *group) if known is None else list(known)

    def row(self, table: Table[Row], *key: Any) -> Row | None:
        """Return the row of a key, or None."""
        group = self._memory.group_of_task(key[0]) if table.name == TASKS.name else None
        known = None if group is None else self._memory.rows(table, group, self._seen)
        if known is None:
            return super().row(table, *key)
        return next((row for row in known if table.key_of(row) == key), None)


class KnowingWriter(Transaction):
    """A transaction that writes, of one operation after the other: see :meth:`next_part`.

    Parameters
    ----------
    connection, memo
        As of any.
    memory, lists, queues
        What is known.
    columns
        Of the tables.
    appenders
        Of the connection.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, memory: Memory, lists: Lists, queues: Queues, columns: Columns,
        appenders: Appenders, memo: dict[Any, Any] | None,
    ) -> None:  # fmt: skip
        super().__init__(connection, memo)
        self._appenders = appenders
        self._memory, self._lists, self._queues, self._columns = memory, lists, queues, columns
        self._began = {name: memory.times_forgotten(name) for name in TABLES}
        #: Groups as they are in this transaction, and those of tasks as they were before it.
        self._groups: dict[str, dict[Group, tuple[Any, ...]]] = {name: {} for name in TABLES}
        self._were: dict[Group, tuple[TaskRow, ...]] = {}
        self._tasks: dict[int, Group] = {}
        #: Tables of which statements have changed nobody knows which rows.
        self._unknown: set[str] = set()
        #: What waits: rows by table, those that are JSON already; and rows that change, with the columns that do.
        self._new: dict[str, list[dict[str, Any] | str]] = {}
        self._changed: dict[str, dict[Group, Struct]] = {}
        self._touched: dict[str, set[str]] = {}
        #: How to take back what was written since the last part began, and whether that is possible.
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []
        self._fixed = False
        self._ids: list[int] = []

    # Reading ---------------------------------------------------------------------------------------------------

    def rows(self, table: Table[Row], *group: Any) -> list[Row]:
        """Return the rows of a group, as they are in this transaction."""
        return list(self._group(table, group))

    def row(self, table: Table[Row], *key: Any) -> Row | None:
        """Return the row of a key, as it is in this transaction, or None."""
        if table.name != TASKS.name:
            return super().row(table, *key)
        group = self._tasks.get(key[0]) or self._memory.group_of_task(key[0])
        if group is None:
            found = self._past(table, table.key, *key)
            if not found:
                return None
            group = self._tasks[key[0]] = table.group_of(found[0])
        return next((row for row in self._group(table, group) if table.key_of(row) == key), None)

    def _group(self, table: Table[Row], group: Group) -> tuple[Row, ...]:
        if table.name in self._unknown:
            return tuple(super().rows(table, *group))
        here = self._groups[table.name]
        if group not in here:
            known = self._memory.rows(table, group, self._memory.commits)
            if known is None:
                known = tuple(self._past(table, table.group, *group))
            here[group] = known
            if table.name == TASKS.name:
                self._were[group] = here[group]
        return here[group]

    def _past(self, table: Table[Row], columns: tuple[str, ...], *values: Any) -> list[Row]:
        """Return the rows of a table in which columns have values, about which nothing waits, whatever else does."""
        query = f"select * from data.{table.name} where {condition(columns)}"
        return table.read(super()._execute(query, values))

    def expect(self, table: Table[Any], groups: list[Group]) -> None:
        """Read groups that will be asked for, in one statement."""
        if table.name in self._unknown:
            return
        here, column = self._groups[table.name], table.group[-1]
        unknown = [
            g for g in dict.fromkeys(groups)
            if g not in here and self._memory.rows(table, g, self._memory.commits) is None
        ]  # fmt: skip
        if not unknown:
            return
        if len(unknown) == 1:
            self._group(table, unknown[0])
            return
        kind = self._columns[table.name][column]
        one_of = f"""(select unnest(from_json($1, '["{kind}"]')))"""
        wanted = msgspec.json.encode([g[-1] for g in unknown]).decode()
        found: dict[Group, list[Any]] = {g: [] for g in unknown}
        for row in table.read(
            super()._execute(f"select * from data.{table.name} where {column} in {one_of}", [wanted])
        ):
            if (of := table.group_of(row)) in found:
                found[of].append(row)
        here.update((g, tuple(rows)) for g, rows in found.items())
        if table.name == TASKS.name:
            self._were.update((g, here[g]) for g in found)

    def expect_assets(self, assets: list[int]) -> None:
        """Read assets that will be asked for, in one statement."""
        unknown = [asset for asset in assets if ("asset", asset) not in self.memo]
        if unknown:
            found = super()._execute(
                f"select * from data.assets where asset_id in {LISTED.format('$1')}", [id_list(unknown)]
            )
            for row in read(AssetRow, found):
                self.memo["asset", row.asset_id] = row

    def first(
        self, campaign_id: int, step: int, member_id: int, now: datetime.datetime, held: bool, after: int | None
    ) -> TaskRow | EllipsisType | None:
        """Return the row of the task that a member gets at a step; ``...``: look for it."""
        if TASKS.name in self._unknown:
            return ...
        found: TaskRow | EllipsisType | None
        found = self._queues.first(self, campaign_id, step, member_id, now, held, after)
        return found

    # Writing ---------------------------------------------------------------------------------------------------

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """Insert a row, at the end of the transaction."""
        self._wait(table, row)
        if table in TABLES and table not in self._unknown:
            its = TABLES[table]
            whole = its.row(**{column: row.get(column) for column in its.row.__struct_fields__})
            group = its.group_of(whole)
            self._set(self._groups[table], group, (*self._group(its, group), whole))
            if its is TASKS:
                self._set(self._tasks, whole.task_id, group)
                self._queues.offer(whole)

    def insert_json(self, table: str, rows: str, statement: str) -> None:
        """Insert rows that are JSON already, at the end of the transaction."""
        self._wait(table, rows)

    def _wait(self, table: str, row: dict[str, Any] | str) -> None:
        self._set(self._new, table, [*self._new.get(table, ()), row])

    def update(self, table: Table[Row], row: Row, **columns: Any) -> None:
        """Change a row, at the end of the transaction."""
        if table.name in self._unknown:
            super().update(table, row, **columns)
            return
        group, key = table.group_of(row), table.key_of(row)
        rows = tuple(replace(r, **columns) if table.key_of(r) == key else r for r in self._group(table, group))
        self._set(self._groups[table.name], group, rows)
        now = next(r for r in rows if table.key_of(r) == key)
        if isinstance(now, TaskRow):
            self._queues.offer(now)
        new = self._new.get(table.name, [])
        for i, waits in enumerate(new):
            if isinstance(waits, dict) and tuple([waits[column] for column in table.key]) == key:
                self._set(self._new, table.name, [*new[:i], waits | columns, *new[i + 1 :]])
                return
        changed = self._changed.setdefault(table.name, {})
        self._set(changed, key, now)
        self._touched.setdefault(table.name, set()).update(columns)

    def _set(self, where: dict[Any, Any], key: Any, value: Any) -> None:
        self._undo.append((where, key, where.get(key, _NOTHING)))
        where[key] = value

    # Several operations ----------------------------------------------------------------------------------------

    def next_part(self) -> None:
        """Begin what another operation does: what was done before is not taken back without the whole."""
        super().next_part()
        self._undo, self._fixed = [], False

    def take_back(self) -> bool:
        """Take back what was done since, unless it was written by statements."""
        if self._fixed:
            return False
        if any(where is self._groups[TASKS.name] for where, _, _ in self._undo):
            self._queues.forget()
        for where, key, before in reversed(self._undo):
            if before is _NOTHING:
                del where[key]
            else:
                where[key] = before
        self._undo, self.changes = [], Changes()
        return True

    # Statements ------------------------------------------------------------------------------------------------

    def _execute(self, sql: str, parameters: Any) -> Any:
        if self._new or self._changed:
            its = names(sql)
            waits = {t for t, rows in (*self._new.items(), *self._changed.items()) if rows}
            if its is None or waits & its or not its <= self._columns.keys() | _NO_TABLES:
                self.write()
        parts = write_tracking.parts(sql)
        if parts or _CHANGES.search(sql):
            self._fixed = True
            for table in {part.partition(".")[0] for part in parts} & set(TABLES):
                self._unknown.add(table)
                self._groups[table] = {}
                if table == TASKS.name:
                    self._tasks = {}
                    self._queues.forget()
        if self._ids and "nextval" in sql.lower():
            self._ids = []  # ids grow
        return super()._execute(sql, parameters)

    def write(self) -> None:
        """Write all rows that wait."""
        self._fixed = self._fixed or bool(self._undo)
        new, self._new = self._new, {}
        changed, self._changed = self._changed, {}
        for table, by_key in changed.items():
            if by_key:
                self._write_changed(TABLES[table], list(by_key.values()), sorted(self._touched[table]))
        self._touched = {}
        for table, rows in new.items():
            if rows:
                self._write_new(table, rows)

    def _write_changed(self, table: Table[Any], rows: list[Struct], columns: list[str]) -> None:
        if len(rows) == 1:
            changed = ", ".join(f"{c} = ${i}" for i, c in enumerate(columns, len(table.key) + 1))
            values = [*table.key_of(rows[0]), *(getattr(rows[0], c) for c in columns)]
            super()._execute(f"update data.{table.name} set {changed} where {condition(table.key)}", values)
            return
        self.written |= {f"{table.name}.{column}" for column in columns}
        both = (*table.key, *columns)
        self._appenders.update(table.name, both, table.key, [[getattr(row, c) for c in both] for row in rows])

    def _write_new(self, table: str, rows: list[dict[str, Any] | str]) -> None:
        self.written.add(table)
        by_columns: dict[tuple[str, ...], list[list[Any]]] = {}
        for row in rows:
            if isinstance(row, dict):
                by_columns.setdefault(tuple(row), []).append(list(row.values()))
        for columns, some in by_columns.items():
            self._appenders.insert(table, columns, some)
        texts = [row[1:-1] for row in rows if isinstance(row, str)]
        if texts:
            columns = tuple(c for c, kind in self._columns[table].items() if not kind.endswith("[]"))  # no lists
            its = ", ".join(f'"{c}"' for c in columns)
            types = ",".join(f'"{c}":"{self._columns[table][c]}"' for c in columns)
            super()._execute(
                f"insert into data.{table} ({its}) select unnest(from_json($1, '[{{{types}}}]'), recursive := true)",
                [f"[{','.join(texts)}]"],
            )

    def new_id(self) -> int:
        """Return a fresh id; several are asked for at once, and none is kept for later."""
        if not self._ids:
            few = 4 if self._undo else IDS
            self._ids = sorted(
                (row["id"] for row in self.all(f"select nextval('data.ids') as id from range({few})")), reverse=True
            )
        return self._ids.pop()

    # The end ---------------------------------------------------------------------------------------------------

    def learn(self) -> None:
        """Let all others know what is known here, just before the commit."""
        self._lists.begin()
        if TASKS.name in self._unknown or self.written & _COUNTS:
            self._lists.forget()
        else:
            self._lists.change(self._were, self._groups[TASKS.name], self.counted)
        self._memory.forget(self._unknown)
        for name, groups in self._groups.items():
            if name not in self._unknown and TABLES[name].remembered:
                self._memory.learn(TABLES[name], groups, self._began[name])


_NOTHING: Any = object()

#: What statements other than one more row write of the counts of jobs.
_COUNTS = {"job_counts", "job_counts.campaign_id"}
