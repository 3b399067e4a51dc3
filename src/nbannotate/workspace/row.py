"""One row of a table, as a value: its columns are attributes."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from nbannotate.cards import Shown, cut, short
from nbannotate.errors import InvalidInput, NotFound
from nbannotate.model.suggestions import meant, sentence, unknown
from nbannotate.model.values import plain

if TYPE_CHECKING:
    import pandas as pd


class Row(Shown, Mapping[str, Any]):
    """One row of a table; it does not change.

    ``row.state`` and ``row["state"]`` are the same; ``dict(row)`` is all of it. What is missing is None, times are UTC.

    Parameters
    ----------
    what
        What it is a row of, in a word: ``"task"``.
    values
        By column.
    """

    __slots__ = ("_values", "_what")
    _what: str
    _values: dict[str, Any]

    def __init__(self, what: str, values: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_what", what)
        object.__setattr__(self, "_values", dict(values))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            known = () if name.startswith("_") else self._values
            raise AttributeError(f"a {self._what} has no {name!r}{meant(name, known)}")
        return self._values[name]

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            raise NotFound(sentence(unknown("column", name, self._values, f" in a {self._what}")))
        return self._values[name]

    def __setattr__(self, name: str, value: Any) -> None:
        raise InvalidInput(f"A row of a table says what is; {name} cannot be set here.")

    def __delattr__(self, name: str) -> None:
        raise InvalidInput(f"A row of a table says what is; {name} cannot be deleted here.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash((self._what, repr(self._values)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and (self._what, self._values) == (other._what, other._values)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._values})

    def __reduce__(self) -> tuple[type[Row], tuple[str, dict[str, Any]]]:
        return Row, (self._what, self._values)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._values)

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={short(value)}" for name, value in self._values.items() if value is not None)
        return cut(f"{self._what.capitalize()}({told})", 480)


def records(frame: pd.DataFrame, types: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of a frame as values of Python: what is missing is None, JSON is what it stands for.

    Parameters
    ----------
    frame
        Rows as the database gave them.
    types
        The database's types, by column.
    """
    columns = {name: [_value(v, types.get(name, "")) for v in frame[name].tolist()] for name in frame.columns}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _value(value: Any, type_: str) -> Any:
    found = plain(value)
    if found is None or (isinstance(found, float) and found != found):
        return None
    if type_ == "JSON" and isinstance(found, str):
        return msgspec.json.decode(found)
    if type_ in ("BIGINT", "INTEGER", "HUGEINT") and isinstance(found, float):
        return int(found)
    if type_ == "DATE" and isinstance(found, datetime.datetime):
        return found.date()
    return found
