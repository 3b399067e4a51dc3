"""Lists of lists of numbers that stand as JSON in many texts, as arrays: no number of them is an object."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate.files import duckdb_scratch

if TYPE_CHECKING:
    import duckdb
    import simdjson

#: How DuckDB reads a text: what is of another form is null, where it stands.
FORM = "'[[\"DOUBLE\"]]'"
#: So many texts are parsed at once; what is made of them meanwhile fits into the cache of a processor.
TOGETHER = 1_000


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
    return duckdb_scratch.connect(threads="1")


@functools.cache
def _parser() -> simdjson.Parser:
    """Return this process's parser, which keeps its memory."""
    import simdjson

    return simdjson.Parser()


def at_once(texts: Sequence[bytes]) -> Lists | None:
    """Return the numbers of texts, each of which is a JSON value; None if one of them may be something else.

    It may be if it holds more than lists of lists of numbers, or a list of fewer than two.
    """
    parts = [_at_once(texts[low : low + TOGETHER]) for low in range(0, len(texts), TOGETHER)]
    found = [its for its in parts if its is not None]
    if not found or len(found) < len(parts):
        return None
    return Lists(*(np.concatenate([getattr(its, name) for its in found]) for name in Lists.__struct_fields__))


def _at_once(texts: Sequence[bytes]) -> Lists | None:
    whole = b"[" + b",".join(texts) + b"]"
    try:
        parsed: Any = _parser().parse(whole)
        numbers = parsed.as_buffer(of_type="d")
    except (ValueError, TypeError, RuntimeError):  # no JSON, no numbers, or one out of all range
        return None
    values = np.frombuffer(numbers, dtype=np.float64)
    signs = np.frombuffer(whole, dtype=np.uint8)
    begins, ends, commas = (np.flatnonzero(signs == ord(sign)) for sign in "[],")
    if len(begins) != len(ends):
        return None
    before = np.searchsorted(begins, ends)
    depth = before - np.arange(len(ends))  # of what ends there
    ring = depth == 3
    each = np.diff(np.cumsum(ring)[depth == 2], prepend=0)
    first, last = begins[before[ring] - 1], ends[ring]
    counts = np.searchsorted(commas, last) - np.searchsorted(commas, first) + 1
    if depth.max() > 3 or len(each) != len(texts) or counts.min(initial=2) < 2 or counts.sum() != len(values):
        return None
    return Lists(values, counts, each, np.ones(len(texts), dtype=bool))


def of_texts(texts: Sequence[str]) -> Lists:
    """Return the numbers of texts, each of which is JSON; DuckDB parses them."""
    rows = np.empty(len(texts), dtype=object)
    rows[:] = texts
    with _engine().cursor() as cursor:
        cursor.register("texts", {"text": rows})
        cursor.execute(f"create or replace temp table parsed as select from_json(text, {FORM}) as lists from texts")
        cursor.unregister("texts")
        found = _of_table(cursor, "parsed")
        cursor.execute("drop table parsed")
    return found


def _of_table(connection: duckdb.DuckDBPyConnection, table: str) -> Lists:
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
