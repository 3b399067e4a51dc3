"""Lists of lists of numbers that stand as JSON in many texts, as arrays: DuckDB parses them, no number is an object."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate.files import spilling

if TYPE_CHECKING:
    import duckdb

#: How DuckDB reads a text: what is of another form is null, where it stands.
FORM = "'[[\"DOUBLE\"]]'"


class Lists(Struct, frozen=True):
    """The numbers of many texts, one after another.

    Parameters
    ----------
    values
        All numbers; 0 for what is none.
    counts
        Of each list, how many numbers it has.
    each
        Of each text, how many lists it has.
    good
        Of each text, whether it is a list of lists of numbers.
    """

    values: NDArray[np.float64]
    counts: NDArray[np.int64]
    each: NDArray[np.int64]
    good: NDArray[np.bool_]

    def those(self, which: NDArray[np.bool_]) -> Lists:
        """Return the numbers of some of the texts."""
        lists = np.repeat(which, self.each)
        return Lists(self.values[np.repeat(lists, self.counts)], self.counts[lists], self.each[which], self.good[which])


@functools.cache
def _engine() -> duckdb.DuckDBPyConnection:
    """Return this process's DuckDB for texts."""
    return spilling.connect(threads="1")


def of_texts(texts: Sequence[str]) -> Lists:
    """Return the numbers of texts, each of which is JSON."""
    rows = np.empty(len(texts), dtype=object)
    rows[:] = texts
    with _engine().cursor() as cursor:
        cursor.register("texts", {"text": rows})
        cursor.execute(f"create or replace temp table parsed as select from_json(text, {FORM}) as lists from texts")
        cursor.unregister("texts")
        found = of_table(cursor, "parsed")
        cursor.execute("drop table parsed")
    return found


def of_table(connection: duckdb.DuckDBPyConnection, table: str) -> Lists:
    """Return the numbers of a table's column ``lists``, its rows in the order in which they were written."""

    def column(what: str) -> Any:
        return connection.execute(f"select {what} as it from {table}").fetchnumpy()["it"]

    each, counts = column("len(lists)"), column("unnest(list_transform(lists, lambda its: len(its)))")
    values = column("unnest(flatten(lists))")
    good = ~np.ma.getmaskarray(each)
    each, of = np.ma.filled(each, 0).astype(np.int64), np.arange(len(good))
    good[np.repeat(of, each)[np.ma.getmaskarray(counts)]] = False
    counts = np.ma.filled(counts, 0).astype(np.int64)
    if np.ma.isMaskedArray(values):
        good[np.repeat(np.repeat(of, each), counts)[np.ma.getmaskarray(values)]] = False
        values = np.ma.filled(values, 0.0)
    return Lists(np.asarray(values, dtype=np.float64), counts, each, good)
