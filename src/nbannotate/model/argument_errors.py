"""Which argument of a failed call is of a kind that its annotation does not have; only asked after something failed."""

from __future__ import annotations

import inspect
import sys
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from nbannotate.errors import InvalidInput
from nbannotate.model.json_errors import takes

#: So many items of a list are looked at.
MOST_ITEMS = 1000


def misgiven(
    name: str, called: Callable[..., Any], args: tuple[Any, ...], given: Mapping[str, Any], error: Exception
) -> InvalidInput | None:
    """Return which argument is of a kind that is not taken, or None if all are right, so that the failure is ours.

    Parameters
    ----------
    name
        What was called, as one writes it.
    called, args, given
        It, and what it was called with.
    error
        What it raised.
    """
    try:
        signature = inspect.signature(called)
        first = next(iter(signature.parameters), "")
        bound = signature.bind(*args, **given).arguments
    except (TypeError, ValueError):
        return None
    names = _Names(_globals(called))
    for parameter, value in bound.items():
        its = signature.parameters[parameter]
        if parameter == first and parameter in ("self", "cls"):
            continue
        if (problem := _half(value)) and isinstance(error, UnicodeEncodeError):
            return InvalidInput(f"{name}: {parameter} has characters that no text can have: {problem!a}.")
        hint = names.read(its.annotation)
        values = value if its.kind is its.VAR_POSITIONAL else [value] if its.kind is not its.VAR_KEYWORD else []
        for one in values:
            if hint is not None and not fits(one, hint):
                return InvalidInput(f"{name}: {parameter} takes {takes(hint)}, not {_shown(one)}.")
    return None


def _globals(called: Any) -> dict[str, Any]:
    found = inspect.unwrap(called)
    if isinstance(found, type):
        return vars(sys.modules[found.__module__])
    return getattr(found, "__globals__", {})


class _Absent(type):
    """A name that is only there for type checkers: a class by that name is meant."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _absent(name)

    def __getitem__(cls, item: object) -> Any:
        return cls

    def __instancecheck__(cls, value: object) -> bool:
        return cls.__name__ in [c.__name__ for c in type(value).__mro__]


def _absent(name: str) -> Any:
    return _Absent(name, (), {})


class _Names(dict[str, Any]):
    """The names that annotations are made of."""

    def __missing__(self, name: str) -> Any:
        import builtins

        return sys.modules.get("pandas") if name == "pd" else getattr(builtins, name, None) or _absent(name)

    def read(self, annotation: Any) -> Any:
        """Return an annotation as a type, or None if it cannot be told."""
        if annotation is inspect.Parameter.empty:
            return None
        if not isinstance(annotation, str):
            return annotation
        try:
            return eval(annotation, {}, self)  # our own source
        except (TypeError, AttributeError, NameError, SyntaxError):
            return None


def fits(value: Any, hint: Any) -> bool:
    """Return whether a value, or what numpy and pandas have in its place, is of the kind that an annotation says."""
    hint = hint.__value__ if hasattr(hint, "__value__") else hint
    origin, items = get_origin(hint), get_args(hint)
    if isinstance(hint, _Absent):
        return isinstance(value, hint)
    if hint is Any or isinstance(hint, TypeVar | str) or origin in (typing.ClassVar, typing.Annotated):
        return True
    if origin in (Union, types.UnionType):
        return any(fits(value, i) for i in items)
    if origin is Literal:
        return any(type(value) is type(i) and value == i for i in items)
    if hint is None or hint is type(None):
        return value is None
    kind = origin or hint
    if not isinstance(kind, type):
        return True
    if hasattr(value, "dtype") or hasattr(value, "iloc"):  # of numpy or pandas: told apart where it is used
        if not getattr(value, "ndim", 0):
            return True  # a single value
        rows_of_text = value.ndim > 1 and not hasattr(value, "columns") and items[:1] == (str,)
        return isinstance(value, kind) or (issubclass(kind, Iterable) and kind is not str and not rows_of_text)
    if kind in (int, float):
        return isinstance(value, (int, float) if kind is float else int) and not isinstance(value, bool)
    if kind in (list, tuple, set, frozenset) or (issubclass(kind, Iterable) and not issubclass(kind, str | Mapping)):
        if isinstance(value, Collection) and not isinstance(value, str | bytes | Mapping):
            some = list(value)[:MOST_ITEMS]
            return not items or all(fits(v, items[0]) for v in some)
        if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
            return True
        return bool(items) and fits(value, items[0])  # one is a list of one
    return isinstance(value, kind)


def _half(value: Any) -> str:
    """Return a text that has half of a character in it, as one stands alone or in a list; or an empty one."""
    for text in value if isinstance(value, list | tuple) else [value]:
        if isinstance(text, str):
            try:
                text.encode()
            except UnicodeEncodeError:
                return text
    return ""


def _shown(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else f"{text[:78]} …"
