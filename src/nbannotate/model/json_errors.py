"""Values from JSON, as the types that they are meant to be; what does not fit is said in plain English, by its place.

What fits is taken by msgspec alone. Only if it refuses is the value walked through, field by field, to find the first
that does not fit; no text of a decoder is read, and none is shown.
"""

from __future__ import annotations

import datetime
import enum
import functools
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from nbannotate.errors import InvalidInput, NbannotateError, WrongCall
from nbannotate.model.suggestions import meant, named
from nbannotate.texts import from_json

T = TypeVar("T")

_WORDS: dict[Any, str] = {
    str: "text", int: "a whole number", float: "a number", bool: "True or False", type(None): "None",
    bytes: "bytes", datetime.date: "a day like '2026-12-31'", datetime.datetime: "a time like '2026-12-31T08:00:00'",
}  # fmt: skip
_MANY: dict[Any, str] = {str: "texts", int: "whole numbers", float: "numbers", bool: "True and False"}
_LISTS = (tuple, list, set, frozenset, Sequence)


def read(body: bytes | str, kind: Any, what: str, where: str) -> Any:
    """Return JSON as a value of a type.

    Parameters
    ----------
    body
        The JSON.
    kind
        The type.
    what
        What it is, for a sentence on what is no JSON: ``"The arguments of tasks.save"``.
    where
        What the sentence on a value that does not fit begins with; fields follow it behind a point, or, if it ends with
        a blank, as they are.

    Raises
    ------
    InvalidInput
        It is no JSON, or not of that type; the message names the place.
    """
    try:
        return msgspec.json.decode(body, type=kind, dec_hook=from_json)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        try:
            given = msgspec.json.decode(body)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise InvalidInput(f"{what} are no JSON.") from None
        raise _why(given, kind, where) from error


def take(given: Any, kind: type[T], where: str) -> T:
    """Return what came as JSON, and is decoded already, as a value of a type; the parameters are those of :func:`read`.

    Raises
    ------
    InvalidInput
        It is not of that type; the message names the place.
    """
    try:
        return msgspec.convert(given, kind, str_keys=True, dec_hook=from_json)
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise _why(given, kind, where) from error


def _why(given: Any, kind: Any, where: str) -> NbannotateError:
    try:
        return misfit(given, kind, where) or InvalidInput(_said(where, "this cannot be taken."))
    except RecursionError:
        return InvalidInput(_said(where, "this is nested too deeply."))


def misfit(given: Any, kind: Any, where: str) -> NbannotateError | None:
    """Return why a value is not of a type, or None if it is.

    Parameters
    ----------
    given
        What came as JSON, decoded.
    kind
        The type.
    where
        The place that the sentence begins with; parts of it are added: ``"spec.recipe.labels[0].color"``.
    """
    try:
        msgspec.convert(given, kind, str_keys=True, dec_hook=from_json)
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError):
        pass
    else:
        return None
    plain, _ = _bare(kind)
    origin = get_origin(plain) or plain
    if _is_union(plain):
        return _of_union(given, plain, where)
    if isinstance(origin, type) and issubclass(origin, msgspec.Struct) and isinstance(given, Mapping):
        return _of_struct(given, origin, where)
    if origin in _LISTS and isinstance(given, list | tuple):
        found = _of_list(given, plain, where)
    elif isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(given, Mapping):
        found = _of_mapping(given, plain, where)
    else:
        found = None
    return found or InvalidInput(f"{where} takes {takes(kind)}, not {_shown(given)}{_near(given, plain)}.")


def _bare(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return a type without what limits it, and what limits it."""
    limits: tuple[Any, ...] = ()
    while True:
        if get_origin(kind) is Annotated:
            kind, *more = get_args(kind)
            limits += tuple(more)
        elif isinstance(kind, typing.NewType):
            kind = kind.__supertype__
        else:
            return kind, limits


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType)


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)


def _under(where: str, name: object) -> str:
    return f"{where}{'' if not where or where.endswith(' ') else '.'}{name}"


def _said(where: str, text: str) -> str:
    return f"{where}{'' if not where or where.endswith(' ') else ': '}{text}"


def _of_struct(given: Mapping[Any, Any], kind: type[msgspec.Struct], where: str) -> NbannotateError | None:
    fields = {f.encode_name: f for f in msgspec.structs.fields(kind)}
    if kind.__struct_config__.forbid_unknown_fields:
        for key in given:
            if key not in fields and key != kind.__struct_config__.tag_field:
                asked = meant(key, fields)
                return WrongCall(_said(where, f"there is no {key!r}{asked}; there are {named(fields)}."))
    for name, field in fields.items():
        if name in given:
            if (found := misfit(given[name], _hints(kind)[field.name], _under(where, name))) is not None:
                return found
        elif field.required:
            return WrongCall(_said(where, f"{name} is missing."))
    try:  # every field is right: what they are together is not
        kind(**{f.name: msgspec.convert(given[n], _hints(kind)[f.name], str_keys=True, dec_hook=from_json)
                for n, f in fields.items() if n in given})  # fmt: skip
    except NbannotateError as error:
        return type(error)(_said(where, str(error)), error.fact)
    return None


def _of_list(given: Sequence[Any], kind: Any, where: str) -> NbannotateError | None:
    items = get_args(kind)
    if not items:
        return None
    if get_origin(kind) is tuple and not (len(items) == 2 and items[1] is ...):
        if len(items) != len(given):
            return None
        pairs = list(zip(given, items, strict=True))
    else:
        pairs = [(v, items[0]) for v in given]
    return next((e for i, (v, t) in enumerate(pairs) if (e := misfit(v, t, f"{where}[{i}]")) is not None), None)


def _of_mapping(given: Mapping[Any, Any], kind: Any, where: str) -> NbannotateError | None:
    if not (items := get_args(kind)):
        return None
    of_key: Any = dict.__class_getitem__((items[0], Any))
    for key, value in given.items():
        try:
            msgspec.convert({key: None}, of_key, str_keys=True)
        except (msgspec.MsgspecError, ValueError):
            return InvalidInput(f"{where} has keys that are {many(items[0])}, not {_shown(key)}.")
        if (found := misfit(value, items[1], f"{where}[{key!r}]")) is not None:
            return found
    return None


def _of_union(given: Any, kind: Any, where: str) -> NbannotateError | None:
    """Return what is wrong with the part of a union that the value was meant to be, or what all of it takes."""
    name, tagged = _tagged(kind)
    if tagged and isinstance(given, Mapping):
        if name not in given:
            return WrongCall(_said(where, f"{name} is missing."))
        tag = given[name]
        if not isinstance(tag, str) or tag not in tagged:
            asked = meant(tag, tagged) if isinstance(tag, str) else ""
            return InvalidInput(_said(_under(where, name), f"there is no {_shown(tag)}{asked}."))
        return _of_struct(given, tagged[tag], where)
    if tagged:
        return InvalidInput(f"{where} takes a mapping with {name}, not {_shown(given)}.")
    for part in get_args(kind):
        plain, _ = _bare(part)
        origin = get_origin(plain) or plain
        inside = (
            (isinstance(given, Mapping) and isinstance(origin, type) and issubclass(origin, msgspec.Struct | Mapping))
            or (isinstance(given, list | tuple) and origin in _LISTS)
            or (isinstance(given, str) and origin is Literal)
            or (plain in _WORDS and type(given) is plain and plain is not type(None))
        )
        if inside:
            return misfit(given, part, where)
    return InvalidInput(f"{where} takes {takes(kind)}, not {_shown(given)}.")


def _tagged(kind: Any) -> tuple[str, dict[str, type[msgspec.Struct]]]:
    """Return the field that tells the structs of a union apart, and them by its value; nothing where there is none."""
    parts = [p for p in get_args(kind) if isinstance(p, type) and issubclass(p, msgspec.Struct)]
    found = {str(p.__struct_config__.tag): p for p in parts if isinstance(p.__struct_config__.tag, str)}
    return (parts[0].__struct_config__.tag_field or "", found) if found else ("", {})


def _near(given: Any, kind: Any) -> str:
    return meant(given, map(str, get_args(kind))) if get_origin(kind) is Literal and isinstance(given, str) else ""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:78]} …"


# What a type takes, in words --------------------------------------------------------------------------------------


def takes(kind: Any) -> str:
    """Return what values of a type are, as it stands in a sentence: ``"a whole number from 0 to 9"``."""
    kind, limits = _bare(kind)
    metas = [m for m in limits if isinstance(m, msgspec.Meta)]
    return _takes(kind) + "".join(map(_limit, metas))


def _takes(kind: Any) -> str:
    origin, items = get_origin(kind), get_args(kind)
    if kind in _WORDS:
        return _WORDS[kind]
    if origin is Literal:
        return f"one of {', '.join(map(repr, items))}" if len(items) > 1 else repr(items[0])
    if _is_union(kind):
        parts = [takes(i) for i in items]
        return f"{', '.join(parts[:-1])} or {parts[-1]}"
    if origin is tuple and items and not (len(items) == 2 and items[1] is ...):
        same = len(set(items)) == 1
        return f"{len(items)} {many(items[0])}" if same else f"a list of {', '.join(takes(i) for i in items)}"
    if origin in _LISTS or kind in _LISTS:
        return f"a list of {many(items[0])}" if items else "a list"
    bare = origin or kind
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
        return f"{bare.__name__} ({', '.join(f.encode_name for f in msgspec.structs.fields(bare))})"
    if isinstance(bare, type) and issubclass(bare, Mapping):
        return f"a mapping to {many(items[1])}" if items and items[1] is not Any else "a mapping"
    if isinstance(bare, type) and issubclass(bare, enum.Enum):
        return f"one of {named(v.value for v in bare)}"
    return getattr(kind, "__name__", "another value")


def many(kind: Any) -> str:
    """Return what many values of a type are called."""
    plain, _ = _bare(kind)
    bare = get_origin(plain) or plain
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
        return f"{bare.__name__} values"
    return _MANY.get(plain) or ("values" if plain is Any else f"items, each {takes(kind)}")


def _limit(meta: msgspec.Meta) -> str:
    low, high = meta.ge if meta.ge is not None else meta.gt, meta.le if meta.le is not None else meta.lt
    words = f" from {low:,} to {high:,}" if low is not None and high is not None else ""
    if not words and low is not None:
        words = f" above {low:,}" if meta.ge is None else f" of at least {low:,}"
    if not words and high is not None:
        words = f" of at most {high:,}"
    if meta.max_length is not None:
        words += f" (at most {meta.max_length:,} long)"
    if meta.min_length is not None:
        words += f" (at least {meta.min_length:,} long)"
    return words
