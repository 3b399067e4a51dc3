"""A column, the columns of a table, and a public view, as values; what they mean stands in :mod:`columns`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nbannotate.cards import Shown
from nbannotate.errors import NotFound
from nbannotate.model.suggestions import sentence, unknown
from nbannotate.model.value import Record
from nbannotate.model.values import plain


class Column(Record, frozen=True):
    """One column: its name, what it means, and its type in the database (empty where nobody asked the database)."""

    name: str
    meaning: str
    type: str = ""


class Columns(Shown, Mapping[str, Column]):
    """The columns of a table: iterated, they are the names; ``columns["state"]`` says what one means.

    Parameters
    ----------
    columns
        In order.
    """

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = {c.name: c for c in columns}

    def __getitem__(self, name: str) -> Column:
        found = self._columns.get(plain(name))
        if found is None:
            raise NotFound(sentence(unknown("column", name, self._columns)))
        return found

    def __contains__(self, name: object) -> bool:
        return plain(name) in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._columns)

    def __repr__(self) -> str:
        wide = max((len(c.name) for c in self._columns.values()), default=0)
        kind = max((len(c.type) for c in self._columns.values()), default=0)
        return "\n".join(f"{c.name:{wide}}  {c.type:{kind}}  {c.meaning}" for c in self._columns.values())

    def _repr_markdown_(self) -> str:
        """Return how a notebook shows it."""
        rows = (f"| {c.name} | {c.type} | {c.meaning} |" for c in self._columns.values())
        return "\n".join(["| column | type | what it means |", "|---|---|---|", *rows])


class View(Record, frozen=True):
    """One public view.

    Parameters
    ----------
    name
        The name that SQL uses.
    row
        What one row is.
    columns
        Its columns in order, with their meanings.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
