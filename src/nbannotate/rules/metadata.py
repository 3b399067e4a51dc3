"""What the metadata of an asset may be: the one check of all doors by which they come in."""

from __future__ import annotations

import datetime
import decimal
import ipaddress
import math
import os
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from nbannotate.errors import InvalidInput
from nbannotate.model.values import is_missing, plain, shown

#: Of one asset, as JSON.
LARGEST = 64 << 10
DEEPEST = 20
LONGEST_NAME = 200

_TEXTS = (uuid.UUID, ipaddress.IPv4Address, ipaddress.IPv6Address)


class NotJson(ValueError):
    """A value that JSON cannot hold; the text goes on after *it is …*."""


def check_metadata(metadata: dict[str, Any]) -> str:
    """Return metadata as JSON text.

    Raises
    ------
    InvalidInput
        A name is empty or too long, a value can be no JSON, or all of it is too large or too deep.
    """
    for name in metadata:
        if problem := name_problem(name):
            raise InvalidInput(f"A name of metadata {problem}.")
    try:
        text = msgspec.json.encode({name: as_json(value) for name, value in metadata.items()})
    except NotJson as error:
        raise InvalidInput(f"{_place(metadata)} is {error}.") from None
    if len(text) > LARGEST:
        raise InvalidInput(f"The metadata of an asset may have {LARGEST >> 10} KiB of JSON, not {len(text) >> 10}.")
    return text.decode()


def name_problem(name: object) -> str | None:
    """Return what is wrong with a name of metadata, as the end of a sentence, or None."""
    if not isinstance(name, str) or not name.strip() or name != name.strip() or len(name) > LONGEST_NAME:
        return f"has 1 to {LONGEST_NAME} characters and no spaces at its ends, not {name!r}"
    return None if _is_text(name) else f"has characters that no text can have: {name!r}"


def as_json(value: Any, depth: int = 1) -> Any:
    """Return a value as JSON keeps it: numbers bit for bit, times with all their digits, names of things as text.

    What is missing (None, NaT, NA, NaN) is null. Of an object only its own text is kept where it has one that stands
    for it (a path, a UUID, an interval); its inside never is.

    Raises
    ------
    NotJson
        It cannot be kept.
    """
    kind = type(value)
    if kind is str:
        if not _is_text(value):
            raise NotJson(f"{shown(value)}, with characters that no text can have")
        return value
    if kind is float:
        if math.isinf(value):
            raise NotJson(f"{value}, which is no number of JSON")
        return None if math.isnan(value) else value
    if kind is bool or is_missing(value):
        return None if kind is not bool else value
    if kind is int:
        if not -(2**63) <= value < 2**64:
            raise NotJson(f"{shown(value)}, a number with more than 64 bits; make it a text")
        return value
    if depth > DEEPEST:
        raise NotJson(f"nested deeper than {DEEPEST} levels")
    if isinstance(value, Mapping):
        return {_key(k): as_json(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(v, depth + 1) for v in value]
    text = _as_text(value)
    if text is not None:
        return as_json(text, depth)
    if isinstance(value, bytes | bytearray | memoryview):
        raise NotJson(f"{shown(bytes(value))}, which are bytes and no text; decode them")
    if isinstance(value, decimal.Decimal):
        exact = value.is_finite() and decimal.Decimal(repr(float(value))) == value
        return float(value) if exact else str(value)
    given = plain(value)
    if type(given) is kind:
        raise NotJson(f"{shown(value)}, for which JSON has nothing; make it a text or a number")
    return as_json(given, depth)


def _as_text(value: Any) -> str | None:
    """Return the text that stands for a time, a path, or another thing that is known by it; None for others."""
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        # pandas has nanoseconds; the standard library's has no such method
        return value.isoformat() if hasattr(value, "isoformat") else str(msgspec.to_builtins(value))
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if type(value).__name__ == "datetime64":  # with as many digits as it has
        return str(value)
    if isinstance(value, _TEXTS) or type(value).__name__ in ("Interval", "Period"):
        return str(value)
    return None


def _key(key: Any) -> str:
    given = plain(key)
    name = given if isinstance(given, str) else str(given)
    if not _is_text(name):
        raise NotJson(f"{shown(name)}, with characters that no text can have")
    return name


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _place(metadata: Mapping[str, Any]) -> str:
    """Return where the first value stands that JSON cannot hold."""
    for name, value in metadata.items():
        try:
            as_json(value)
        except NotJson:
            return _inside(f"metadata.{name}", value)
    return "metadata"


def _inside(place: str, value: Any) -> str:
    pairs = (
        [(f"{place}.{k}", v) for k, v in value.items()]
        if isinstance(value, Mapping)
        else [(f"{place}[{i}]", v) for i, v in enumerate(value)] if isinstance(value, list | tuple) else []
    )  # fmt: skip
    for where, inner in pairs:
        try:
            as_json(inner)
        except NotJson:
            return _inside(where, inner)
    return place
