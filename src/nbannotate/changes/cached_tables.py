"""Tables whose rows are here already: they are asked as all tables are, and no database is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from nbannotate.model.column import Column, Columns
from nbannotate.workspace.row import Row, records
from nbannotate.workspace.table import Table

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.connection import Connection


class Kept(Table[Row]):
    """A table whose rows do not change any more.

    Parameters
    ----------
    workspace
        Where they come from.
    rows
        The rows, a column for each of ``meanings``.
    of
        Where they are, as it follows in a sentence.
    """

    #: What each column means, and its type; in their order.
    meanings: ClassVar[Mapping[str, tuple[str, str]]] = {}
    #: The columns that name a row.
    key: ClassVar[tuple[str, ...]] = ("asset",)
    time = ""

    def __init__(self, workspace: Connection, rows: pd.DataFrame, of: str) -> None:
        super().__init__(workspace)
        self._rows, self._where_from = rows, of

    def _of(self) -> str:
        return self._where_from

    def _frame(self, history: bool = False) -> pd.DataFrame:
        return self._rows.copy()

    def _types(self) -> dict[str, str]:
        return {name: type_ for name, (type_, _) in self.meanings.items()}

    @property
    def columns(self) -> Columns:
        """The columns of ``.df()``, with what they mean and their types."""
        return Columns(Column(name, meaning, type_) for name, (type_, meaning) in self.meanings.items())

    def _preview(self, rows: int) -> tuple[list[str], list[list[Any]]]:
        found = self._rows[list(self.first)].head(rows)
        return list(self.first), [list(row) for row in found.itertuples(index=False)]

    def __iter__(self) -> Iterator[Row]:
        return iter([Row(self.one, row) for row in records(self._rows, self._types())])

    def __len__(self) -> int:
        return len(self._rows)

    def _names(self) -> list[Any]:
        columns = [self._rows[name].tolist() for name in self.key]
        return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))

    def _name_of(self, item: Any) -> Any:
        if not isinstance(item, Row):
            return item
        names = tuple(item[name] for name in self.key)
        return names[0] if len(names) == 1 else names

    def _find(self, name: Any) -> Row | None:
        wanted = [name] if len(self.key) == 1 else name if isinstance(name, list | tuple) else None
        if wanted is None or len(wanted) != len(self.key):
            return None
        rows = self._rows
        for column, value in zip(self.key, wanted, strict=True):
            rows = rows[rows[column] == value]
        found = records(rows.head(1), self._types())
        return Row(self.one, found[0]) if found else None
