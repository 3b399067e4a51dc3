"""JSON of any program: the mark of UTF-8 is passed over, NaN and Infinity are numbers, other encodings are named."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from nbannotate.errors import ReadFailed
from nbannotate.files import text

T = TypeVar("T")


def read(path: Path, type_: type[T]) -> T | Any:
    """Return a JSON file as a struct, or as plain Python values if it is not wholly one.

    Fields that the struct does not have may hold anything.

    Raises
    ------
    ReadFailed
        It is not there, is not JSON, or is in another encoding; the message names the file.
    """
    data = text.decoded(text.read_bytes(path), path.name)
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.DecodeError:  # Python's own parser takes more: NaN, and numbers of any size
        try:
            return json.loads(data)
        except ValueError as error:
            raise ReadFailed(f"{path.name} is not JSON{_where(error, len(data.decode()))}.") from None
        except RecursionError:
            raise ReadFailed(f"{path.name} is nested too deeply to be read.") from None
    except RecursionError:
        raise ReadFailed(f"{path.name} is nested too deeply to be read.") from None


def structs(items: list[Any], type_: type[T], bad: Callable[[int], None]) -> Iterator[tuple[int, T]]:
    """Return items as structs with their places; ``bad`` is told the places of those that are none."""
    for place, item in enumerate(items):
        if isinstance(item, type_):
            yield place, item
            continue
        try:
            yield place, msgspec.convert(item, type_)
        except (msgspec.ValidationError, UnicodeEncodeError):  # half of a character
            bad(place)


def number(value: object) -> float | None:
    """Return a finite number as a float, or None for anything else; true and false are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def numbers(value: object) -> list[float] | None:
    """Return a list of finite numbers as floats, or None for anything else."""
    found = [number(v) for v in value] if isinstance(value, list) else [None]
    return None if None in found else found  # type: ignore[return-value]  # none of them is None


def why_not(value: object, otherwise: str) -> str:
    """Return why a value is no list of numbers: NaN and Infinity are named."""
    found = value if isinstance(value, list) else [value]
    strange = next((v for v in found if isinstance(v, float) and not math.isfinite(v)), None)
    return otherwise if strange is None else f"{json.dumps(strange)} is no number"


def plain(value: object) -> bool:
    """Return whether a value can be written as JSON again: there is no NaN in it, and no half of a character."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def kept(value: object) -> bool:
    """Return whether a value, or a name, can be kept: it is plain, and as a text it has no character 0."""
    return plain(value) and not (isinstance(value, str) and "\0" in value)


def _where(error: ValueError, length: int) -> str:
    """Return where a text ceases to be JSON, in our words."""
    if not isinstance(error, json.JSONDecodeError):
        return ""
    if error.pos >= length or error.msg.startswith("Unterminated"):
        return ": it breaks off; write or download it again"
    return f", from line {error.lineno}, column {error.colno} on"
