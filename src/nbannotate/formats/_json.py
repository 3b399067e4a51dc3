"""Values that JSON has: which are numbers, ids, and what can be kept and written again."""

from __future__ import annotations

import json
import math
from typing import Any, TypeVar

import msgspec

from nbannotate.files.parsing import DEEPEST, depth_exceeds

T = TypeVar("T")


def decoded(data: str | bytes, type_: type[T] | Any = Any) -> T | Any:
    """Return a small JSON text that stands in something else as a value of a type.

    Raises
    ------
    msgspec.MsgspecError
        It is none, has half of a character, or is nested too deeply.
    """
    try:
        return msgspec.json.decode(data, type=type_)
    except (RecursionError, UnicodeError):
        raise msgspec.DecodeError("it is nested too deeply, or has half of a character") from None


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
    if not isinstance(value, list):
        return None
    if all(type(v) is float for v in value):
        return value if all(map(math.isfinite, value)) else None
    found = [number(v) for v in value]
    return None if None in found else found  # type: ignore[return-value]  # none of them is None


def why_not(value: object, otherwise: str) -> str:
    """Return why a value is no list of numbers: NaN and Infinity are named."""
    found = value if isinstance(value, list) else [value]
    strange = next((v for v in found if isinstance(v, float) and not math.isfinite(v)), None)
    return otherwise if strange is None else f"{json.dumps(strange)} is no number"


def is_id(value: object) -> bool:
    """Return whether a value can be an id: a number or a text."""
    return kept(value) if isinstance(value, str) else number(value) is not None


def whole(value: int | float | str) -> int | float | str:
    """Return 1 for 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def plain(value: object) -> bool:
    """Return whether a value can be written as JSON again.

    There is no NaN in it, no half of a character, and it is nested in 100 levels at most.
    """
    if isinstance(value, str) and value.isascii():
        return True
    if value is None or isinstance(value, bool):
        return True
    if type(value) is float or (type(value) is int and abs(value) < 1 << 64):
        return math.isfinite(value)
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return not depth_exceeds(value, DEEPEST)


def kept(value: object) -> bool:
    """Return whether a value, or a name, can be kept: it is plain, and as a text it has no character 0."""
    if type(value) is str and value.isascii():
        return "\0" not in value
    return plain(value) and not (isinstance(value, str) and "\0" in value)
