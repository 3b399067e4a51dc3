"""Columns of numbers on their way into DuckDB, as Arrow has them: lists are arrays, no number is an object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from nanoarrow.c_array import CArray


class Table:
    """A table that DuckDB reads where it stands; the arrays must not change meanwhile.

    Parameters
    ----------
    columns
        Arrays of NumPy, all of one length; or lists, see :func:`lists` and :func:`binary`.
    """

    def __init__(self, columns: Mapping[str, NDArray[Any] | CArray]) -> None:
        import nanoarrow

        arrays = {name: _numbers(its) if isinstance(its, np.ndarray) else its for name, its in columns.items()}
        types = nanoarrow.struct({name: its.schema for name, its in arrays.items()})
        length = next((its.length for its in arrays.values()), 0)
        self._rows = nanoarrow.c_array_from_buffers(types, length, [None], children=list(arrays.values()))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the table for whoever reads Arrow; each time anew."""
        import nanoarrow

        return nanoarrow.ArrayStream(self._rows).__arrow_c_stream__(requested_schema)


def lists(values: NDArray[np.float64], counts: NDArray[np.int64]) -> CArray:
    """Return a column of lists of numbers, which stand one after another; ``counts`` says how many each has."""
    import nanoarrow

    its = nanoarrow.c_array_from_buffers(nanoarrow.float64(), len(values), [None, np.ascontiguousarray(values)])
    kind = nanoarrow.large_list(nanoarrow.float64())
    return nanoarrow.c_array_from_buffers(kind, len(counts), [None, _offsets(counts)], children=[its])


def binary(values: bytes, counts: NDArray[np.int64]) -> CArray:
    """Return a column of bytes, which stand one after another; ``counts`` says how many each has."""
    import nanoarrow

    return nanoarrow.c_array_from_buffers(nanoarrow.large_binary(), len(counts), [None, _offsets(counts), values])


def _offsets(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _numbers(values: NDArray[Any]) -> CArray:
    import nanoarrow

    kind = {"f": nanoarrow.float64(), "i": nanoarrow.int64()}[values.dtype.kind]
    wanted = np.float64 if values.dtype.kind == "f" else np.int64
    return nanoarrow.c_array_from_buffers(kind, len(values), [None, np.ascontiguousarray(values, dtype=wanted)])
