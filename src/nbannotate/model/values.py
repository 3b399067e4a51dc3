"""Values as Python has them, whatever library they come from, and lists from what people write in place of one.

numpy, pandas and others are recognised by what their values can do, never imported: an annotator's page has no pandas.
"""

from __future__ import annotations

import datetime
import enum
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
from msgspec.structs import force_setattr

from nbannotate.errors import InvalidInput
from nbannotate.model import json_errors
from nbannotate.texts import Message

T = TypeVar("T")

_PLAIN = (str, int, float, bool, type(None), bytes, datetime.date, datetime.datetime, datetime.time, datetime.timedelta)
_AS_THEY_ARE = frozenset(_PLAIN)


def plain(value: Any) -> Any:
    """Return a value as Python has it, at any depth.

    Scalars of numpy and pandas become numbers, texts, days and times; arrays, Series, Index and tensors lists; what is
    missing (NaT, NA) None. A number that is not a number (NaN) stays one. What is none of these is returned as it is.
    """
    kind = type(value)
    if kind in _AS_THEY_ARE or isinstance(value, msgspec.Struct):
        return value
    if isinstance(value, Mapping):
        return {plain(k): plain(v) for k, v in value.items()}
    if kind is list and _AS_THEY_ARE.issuperset(map(type, value)):  # a million numbers take no call each
        return list(value)
    if isinstance(value, list | tuple):
        found = map(plain, value)
        return tuple(found) if isinstance(value, tuple) else list(found)
    if isinstance(value, set | frozenset):
        return [plain(v) for v in value]
    if is_missing(value):
        return None
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, bytearray | memoryview | type):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int):
        return int(value)
    given: Any = value
    if isinstance(value, datetime.datetime) and hasattr(value, "to_pydatetime"):
        return given.to_pydatetime(warn=False)
    if isinstance(value, datetime.timedelta) and hasattr(value, "to_pytimedelta"):
        return given.to_pytimedelta()
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic):
        return _of_numpy(numpy, value)
    for name in ("tolist", "to_list", "as_py"):
        if callable(convert := getattr(value, name, None)):
            return plain(convert())
    return value


def _of_numpy(numpy: Any, value: Any) -> Any:
    """Return a scalar of numpy."""
    if isinstance(value, numpy.datetime64):
        days = numpy.datetime_data(value.dtype)[0] in ("Y", "M", "W", "D")
        return value.astype("datetime64[D]" if days else "datetime64[us]").item()
    if isinstance(value, numpy.timedelta64):
        return value.astype("timedelta64[us]").item()
    if isinstance(value, numpy.floating):
        return float(value)  # item() of a long double gives a long double
    return value.item()


def is_missing(value: object) -> bool:
    """Return whether a value stands for none at all: None, NaT, NA. NaN is a number that was not computed."""
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return True
    numpy: Any = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.datetime64 | numpy.timedelta64) and bool(numpy.isnat(value))


def as_list(where: str, value: Any) -> list[Any]:
    """Return what is given where a list is meant: one text, or another single thing, is a list of one.

    Arrays, Series and Index are taken as their values, mappings as their keys; None is no item.

    Raises
    ------
    InvalidInput
        It is a table; the message begins with ``where``.
    """
    if value is None:
        return []
    if hasattr(value, "columns") and hasattr(value, "iloc"):
        raise InvalidInput(f"{where} takes a list, not a table; give one of its columns: table[{_first(value)!r}].")
    if isinstance(value, str | os.PathLike | bytes | bytearray | memoryview | msgspec.Struct | enum.Enum):
        return [plain(value)]
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value), key=repr)
    given = list(value) if isinstance(value, Mapping) else plain(value)
    if isinstance(given, list | tuple) and not isinstance(value, Mapping):
        return list(given)
    if isinstance(given, str) or not isinstance(given, Iterable):
        return [given]
    return [plain(v) for v in given]


def _first(table: Any) -> Any:
    return next(iter(table.columns), "name")


def as_mapping(where: str, value: Any) -> dict[Any, Any]:
    """Return what is given where a mapping is meant; a Series is taken by its index.

    Raises
    ------
    InvalidInput
        It is neither; the message begins with ``where``.
    """
    if isinstance(value, Mapping):
        return {plain(k): plain(v) for k, v in value.items()}
    if is_series(value):
        return dict(zip(plain(value.index), plain(value), strict=True))
    raise InvalidInput(f"{where} takes a mapping, not {shown(value)}.")


def is_series(value: object) -> bool:
    """Return whether a value is a Series of pandas, which has names for its values."""
    return hasattr(value, "index") and hasattr(value, "tolist") and not callable(value.index)


def as_day(where: str, value: Any) -> datetime.date | None:
    """Return a day that is given as a day, a time, or text like ``"2026-12-31"``; None where there is none (NaT).

    Raises
    ------
    InvalidInput
        It is something else; the message begins with ``where``.
    """
    given = plain(value)
    if given is None:
        return None
    if isinstance(given, str):
        try:
            return datetime.date.fromisoformat(given.strip())
        except ValueError as error:
            raise InvalidInput(f"{where} must look like '2026-12-31', not {given!r}.") from error
    if isinstance(given, datetime.datetime):
        return given.date()
    if isinstance(given, datetime.date):
        return given
    raise InvalidInput(f"{where} is a day, or text like '2026-12-31', not {shown(value)}.")


def as_whole(where: str, value: Any) -> int:
    """Return a whole number, also if it stands as 3.0, as in a column with a gap.

    Raises
    ------
    InvalidInput
        It is something else; the message begins with ``where``.
    """
    given = plain(value)
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int):
        raise InvalidInput(f"{where} takes whole numbers, not {shown(value)}.")
    return given


def as_seconds(where: str, value: Any) -> float:
    """Return a duration in seconds, also if it stands as a timedelta.

    Raises
    ------
    InvalidInput
        It is something else; the message begins with ``where``.
    """
    given = plain(value)
    if isinstance(given, datetime.timedelta):
        return given.total_seconds()
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise InvalidInput(f"{where} takes seconds, or a timedelta, not {shown(value)}.")
    return float(given)


def check_flag(where: str, value: Any) -> None:
    """Raise InvalidInput, beginning with ``where``, if a value is neither True nor False."""
    if not isinstance(value, bool):
        raise InvalidInput(f"{where} is True or False, not {shown(value)}.")


def as_name(value: Any) -> Any:
    """Return a name of a label or a tag: a whole number, as detectors give it, is its digits."""
    given = plain(value)
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    if isinstance(given, float) and given.is_integer():
        return str(int(given))  # a column of numbers with a gap
    return given


def settle(struct: msgspec.Struct) -> None:
    """Make the values of a struct plain; what is plain already costs next to nothing."""
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if type(value) not in _AS_THEY_ARE and not isinstance(value, msgspec.Struct):
            settled = plain(value)
            if settled is not value:
                force_setattr(struct, name, settled)


def shown(value: object) -> str:
    """Return a value as it stands in a message: not longer than a line."""
    text = repr(value) if type(value) in _AS_THEY_ARE else f"{type(value).__name__} ({' '.join(repr(value).split())})"
    return text if len(text) <= 80 else f"{text[:78]} …"


def encode(arguments: Any) -> bytes:
    """Return arguments of an operation as JSON, with what numpy and pandas hold as the values that they are.

    Raises
    ------
    InvalidInput
        Something can be no JSON.
    """
    try:
        return msgspec.json.encode(arguments, enc_hook=_sent)
    except UnicodeEncodeError as error:
        raise InvalidInput(f"A text has characters that no text can have: {shown(error.object)}.") from None
    except (TypeError, RecursionError) as error:
        raise InvalidInput(f"A value cannot be sent: {error}.") from None


def _sent(value: Any) -> Any:
    if isinstance(value, Message):
        return str(value)
    given = plain(value)
    if type(given) is type(value):
        raise InvalidInput(f"{shown(value)} cannot be sent; give texts, numbers, days, lists or mappings.")
    return given


# What was made, and what is read back ----------------------------------------------------------------------------


class _Reading(threading.local):
    depth = 0


_READING = _Reading()


@contextmanager
def as_stored() -> Iterator[None]:
    """Make structs of what the store, or the owner, says, in a block: what was taken once is not refused when read.

    A shape of a kind whose package is not installed here is such a thing: it cannot be made here, but it is there.
    """
    _READING.depth += 1
    try:
        yield
    finally:
        _READING.depth -= 1


def is_stored() -> bool:
    """Return whether a struct is made of what is in the store, or the owner said."""
    return _READING.depth > 0


def decode(body: bytes | str, type: type[T]) -> T:
    """Return what the store, or the owner, says as JSON; see :func:`as_stored`.

    Raises
    ------
    InvalidInput
        It says something that is not known here: it is perhaps of another version.
    """
    with as_stored():
        found: T = json_errors.read(
            body, type, "The words of the workspace", "The workspace says what is not known here"
        )
        return found
