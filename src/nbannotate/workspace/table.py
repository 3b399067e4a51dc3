"""What every table can do: ``len()``, iteration, ``[name]``, ``in``, ``.df(…)``, ``.columns``, completion of names.

The tables themselves stand by their noun: :mod:`data_tables`, :mod:`work_tables`, :mod:`members`, :mod:`notices`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from nbannotate.errors import InvalidInput, NotFound
from nbannotate.model.column import Column, Columns
from nbannotate.model.columns import meaning
from nbannotate.model.suggestions import sentence, unknown
from nbannotate.model.times import Period, When, period, zone
from nbannotate.model.values import plain, shown
from nbannotate.workspace import show
from nbannotate.workspace.filtering import at_step, in_zone, narrowed, values, within
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.row import records

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.connection import Connection

T = TypeVar("T")

#: Columns that hold logins.
PEOPLE = frozenset({"member", "assignee", "author", "closed_by", "acted_by", "login"})

#: So many names are offered when somebody completes one.
MOST_OFFERED = 10_000


class Table(Handle, ABC, Generic[T]):
    """A table: iterated, it gives its rows or handles; ``table[name]`` gives one; ``.df(…)`` a DataFrame.

    Parameters
    ----------
    workspace
        The workspace.
    """

    #: What its rows are called, several and one of them, and the view that has the meanings of its columns.
    what: ClassVar[str] = ""
    one: ClassVar[str] = ""
    view: ClassVar[str] = ""
    #: The column of times that ``start`` and ``end`` mean; empty where there is none.
    time: ClassVar[str] = "created"
    #: The column that a filter means that has the name of none: ``member`` is the ``assignee`` of a task.
    means: ClassVar[Mapping[str, str]] = {}
    #: Whether its rows can be put away: then they are listed only where ``archived`` asks for them.
    puts_away: ClassVar[bool] = False
    #: Columns that a notebook shows first.
    first: ClassVar[tuple[str, ...]] = ()

    def __init__(self, workspace: Connection) -> None:
        self._workspace = workspace
        self._seal()

    # What a table of its own kind says ------------------------------------------------------------------------------

    @abstractmethod
    def _frame(self, history: bool = False) -> pd.DataFrame:
        """Return all rows, in order; with ``history`` also of before or put away."""

    @abstractmethod
    def _types(self) -> dict[str, str]:
        """Return the types of the columns."""

    @property
    def columns(self) -> Columns:
        """The columns of ``.df()``, with what they mean and their types in the database."""
        return Columns(Column(name, meaning(self.view, name), type_) for name, type_ in self._types().items())

    @abstractmethod
    def _preview(self, rows: int) -> tuple[list[str], list[list[Any]]]:
        """Return the columns that a notebook shows first, and so many rows of them."""

    def _of(self) -> str:
        """Return where the rows are, as it follows in a sentence: ``" in 'July'"``."""
        return ""

    @abstractmethod
    def __iter__(self) -> Iterator[T]:
        """Go through all of it, in order."""

    @abstractmethod
    def __len__(self) -> int:
        """Return how many there are."""

    @abstractmethod
    def _find(self, name: Any) -> T | None:
        """Return what has a name, or None."""

    @abstractmethod
    def _names(self) -> list[Any]:
        """Return the names that ``table[name]`` takes, in order."""

    @abstractmethod
    def _name_of(self, item: Any) -> Any:
        """Return the name of something that the table gave; anything else is a name already."""

    def _known(self, column: str) -> list[str] | None:
        """Return the names that a column may have, also if no row has them; None where it may have any."""
        if column in PEOPLE:
            return list(self._workspace.sql("select login from members order by login")["login"])
        return None

    # What all of them do --------------------------------------------------------------------------------------------

    def __getitem__(self, name: Any) -> T:
        name = plain(name)
        if isinstance(name, slice):
            raise InvalidInput(f"The {self.what} are found by name; list(…)[{_written(name)}] takes some by place.")
        found = self._find(name)
        if found is None:
            raise NotFound(sentence(unknown(self.one, name, map(_text, self._names()), self._of())))
        return found

    def __contains__(self, name: object) -> bool:
        return self._find(plain(self._name_of(name))) is not None

    def _ipython_key_completions_(self) -> list[Any]:
        return self._names()[:MOST_OFFERED]

    def _few_names(self) -> list[Any]:
        """Return the names that a line shows, where there are never many; empty otherwise."""
        return []

    def df(self, *, start: When = None, end: When = None, tz: Any = None, **filters: Any) -> pd.DataFrame:
        """Return the rows as a DataFrame.

        Parameters
        ----------
        start, end
            Only what is in this period, half open; a plain day as ``end`` is included whole.
        tz
            The zone of the times that are given, and of those in the answer, for example ``"Europe/Zurich"``. None:
            they are UTC, without a zone.
        **filters
            Columns and the value, or list of values, that they must have, for example ``state="draft"``; None for what
            is missing. Of times, a day is the whole day. What is put away is listed with ``archived=True``, and with
            ``archived=None`` beside all others.

        Raises
        ------
        InvalidInput
            There is no such column, name or zone; the message lists what there is.
        """
        if not self.puts_away:
            return self._narrowed(self._frame(), filters, start, end, tz)
        asked = self._asks_for_archived(filters)
        others = {name: value for name, value in filters.items() if name != "archived"}
        rows = self._frame(history=asked is not False)
        return self._narrowed(rows[rows["archived"].notna()] if asked else rows, others, start, end, tz)

    def _asks_for_archived(self, filters: dict[str, Any]) -> bool | None:
        """Return whether filters ask for what is put away, or None: for all."""
        asked = plain(filters.get("archived", False))
        if asked is not None and not isinstance(asked, bool):
            raise InvalidInput(f"archived is True, False, or None for all, not {shown(asked)}.")
        return asked

    def _narrowed(
        self, rows: pd.DataFrame, filters: dict[str, Any], start: When = None, end: When = None, tz: Any = None
    ) -> pd.DataFrame:
        """Return the rows that filters ask for, with their times in a zone."""
        during, zoned = period(start, end, tz), zone(tz)
        if during != Period():
            rows = rows[within(self._times(rows), during)]
        if zoned is not None:
            times = [name for name, type_ in self._types().items() if type_.lower().startswith(("timestamp", "date"))]
            rows = in_zone(rows, [name for name in times if self._types()[name] != "DATE"], zoned)
        own = {name: value for name, value in filters.items() if name not in self.means or name in rows.columns}
        rows = self._picked(rows, {self.means[name]: value for name, value in filters.items() if name not in own})
        return self._picked(rows, own)

    def _times(self, rows: pd.DataFrame) -> pd.Series[Any]:
        """Return the time of each row that ``start`` and ``end`` ask for."""
        if not self.time:
            raise InvalidInput(f"{self.what} have no time; start and end cannot be asked of them.")
        return rows[self.time]

    def _picked(self, rows: pd.DataFrame, filters: dict[str, Any]) -> pd.DataFrame:
        """Return the rows whose columns have what filters say."""
        left = dict(filters)
        if "step" in left and "step" in rows.columns and (steps := self._steps()) is not None:
            rows = rows[at_step(rows["step"], values("step", left.pop("step")), steps, self._known)]
        return narrowed(rows, self.what, left, self._known)

    def _steps(self) -> dict[str, list[int]] | None:
        """Return the indices that the name of a step has; None where there are no steps."""
        return None

    def __repr__(self) -> str:
        return show.line(self)


class Stored(Table[T]):
    """A table that is a SELECT over the public views."""

    _types_of: ClassVar[dict[type[Any], dict[str, str]]] = {}

    @abstractmethod
    def _sql(self, history: bool = False) -> str:
        """Return the SELECT of its rows, of which $1 is the scope; with ``history`` also of before or put away."""

    def _scope(self) -> Any:
        """Return what $1 is."""
        return None

    def _preview(self, rows: int) -> tuple[list[str], list[list[Any]]]:
        """Return the columns that a notebook shows first, and so many rows of them."""
        found = self._frame_of(f"select {', '.join(self.first)} from ({self._sql()}) q limit {rows}")
        return list(self.first), [list(row) for row in found.itertuples(index=False)]

    def _frame(self, history: bool = False) -> pd.DataFrame:
        """Return all rows, in order."""
        return self._workspace.sql(self._sql(history), [self._scope()])

    def _types(self) -> dict[str, str]:
        """Return the types of the columns; they are the same in all workspaces."""
        kind = type(self)
        if kind not in self._types_of:
            names = self._frame_of(f"select * from ({self._sql()}) q where false").columns
            asked = ", ".join(f'typeof(q."{name}") as "{name}"' for name in names)
            # A row of nothing has the types of what is not there.
            found = self._frame_of(f"select {asked} from (select 1 as one) o left join ({self._sql()}) q on false")
            self._types_of[kind] = {name: str(found[name][0]) for name in names}
        return self._types_of[kind]

    def _frame_of(self, query: str, *parameters: Any) -> pd.DataFrame:
        """Return the rows of a SELECT that has the table's own in it."""
        return self._workspace.sql(query, [self._scope(), *parameters])


class Rows(Stored[T]):
    """A table whose rows are asked for when they are needed: there may be very many."""

    #: The column that names a row.
    key: ClassVar[str] = ""

    @abstractmethod
    def _item(self, row: dict[str, Any]) -> T:
        """Return what a row becomes."""

    def _where(self, name: Any) -> tuple[str, list[Any]] | None:
        """Return the condition of the row of a name, with its values from $2 on; None if no row can have it."""
        return f"{self.key} = $2", [name]

    def _find(self, name: Any) -> T | None:
        where = self._where(name)
        if where is None:
            return None
        query = f"select * from ({self._sql(history=True)}) q where {where[0]} limit 1"
        found = records(self._frame_of(query, *where[1]), self._types())
        return self._item(found[0]) if found else None

    def __iter__(self) -> Iterator[T]:
        return iter([self._item(row) for row in records(self._frame(), self._types())])

    def __len__(self) -> int:
        return int(self._frame_of(f"select count(*) as n from ({self._sql()}) q")["n"][0])

    def _names(self) -> list[Any]:
        return list(self._frame_of(f"select {self.key} as name from ({self._sql()}) q")["name"].tolist())

    def _name_of(self, item: Any) -> Any:
        return getattr(item, self.key, item)


class Listed(Stored[T]):
    """A table of few things, which the owner lists."""

    @abstractmethod
    def _list(self) -> list[T]:
        """Return all of it, also what is put away."""

    def _shown_ones(self) -> list[T]:
        return [item for item in self._list() if getattr(item, "archived", None) is None]

    def _find(self, name: Any) -> T | None:
        return next((item for item in self._list() if self._name_of(item) == name), None)

    def __iter__(self) -> Iterator[T]:
        return iter(self._shown_ones())

    def __len__(self) -> int:
        return len(self._shown_ones())

    def _names(self) -> list[Any]:
        return [self._name_of(item) for item in self._shown_ones()]

    def _few_names(self) -> list[Any]:
        return self._names()

    def _name_of(self, item: Any) -> Any:
        return getattr(item, "name", item)


def number(name: Any) -> int | None:
    """Return a whole number that is a name; None for anything else."""
    if isinstance(name, float) and name.is_integer():
        return int(name)
    return name if isinstance(name, int) and not isinstance(name, bool) else None


def _text(name: Any) -> Any:
    return name if isinstance(name, str) else _written(name)


def _written(name: Any) -> str:
    if isinstance(name, slice):
        return ":".join("" if v is None else str(v) for v in (name.start, name.stop))
    return shown(name)


__all__ = ["Listed", "Rows", "Stored", "Table", "number"]
