"""Which assets of a version a campaign takes, as Python objects and as text."""

from __future__ import annotations

import datetime
import math
import numbers
import re
from collections.abc import Callable
from typing import Any, NoReturn

from nbannotate.cards import Shown
from nbannotate.errors import InvalidInput, Unchangeable
from nbannotate.model import deprecations
from nbannotate.model.call_errors import told
from nbannotate.model.expressions import DEEPEST, MOST_CHARACTERS, Expressions
from nbannotate.model.suggestions import meant
from nbannotate.model.values import as_list, plain

#: How metadata are compared.
OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "in", "contains", "exists")

MOST_WHOLE = 2**63 - 1

Range = tuple[float | None, float | None]
Scalar = str | int | float | bool


class Filter(Shown):
    """A choice of assets: a condition, or conditions combined with ``&``, ``|`` and ``~``.

    Filters are made by the functions below or read from text (:meth:`parse`); ``str`` gives the text, and equal filters
    have equal texts. The annotation of an asset is the latest one in the version.

    Attributes
    ----------
    kind
        The name of the function that made it, or ``"and"``, ``"or"``, ``"not"``.
    values
        The function's arguments.
    parts
        What is combined.

    Examples
    --------
    >>> Filter.label("car", count=(2, None)) & ~Filter.tag("dark")
    Filter.parse("label('car', count=(2, None)) and not tag('dark')")
    """

    __slots__ = ("_depth", "_text", "kind", "parts", "values")

    kind: str
    values: tuple[Any, ...]
    parts: tuple[Filter, ...]
    _text: str
    _depth: int

    def __init__(self) -> None:
        raise InvalidInput("A filter is made by a function, Filter.label('car') for example, or by Filter.parse(text).")

    # Conditions ------------------------------------------------------------------------------------------------------

    @classmethod
    @told
    def all(cls) -> Filter:
        """Every asset."""
        return _new("all", (), "all()")

    @classmethod
    @told
    def empty(cls) -> Filter:
        """Assets without shapes, annotated or not."""
        return _new("empty", (), "empty()")

    @classmethod
    @told
    def label(cls, name: str, confidence: Range = (None, None), count: Range = (1, None)) -> Filter:
        """Assets with so many shapes of a label, be it the first of a shape or a further one; one or more if not said.

        Parameters
        ----------
        confidence
            From and to, both included; None is open. If one is given, shapes without a confidence do not count.
        count
            From and to, both included; None is open. ``(0, 0)`` are assets without such a shape.
        """
        low, high = _range("count", count, whole=True)
        confidence = _range("confidence", confidence)
        text = f"label({_text('the label', name)!r}"
        text += "" if confidence == (None, None) else f", confidence={confidence!r}"
        text += "" if (low or 0, high) == (1, None) else f", count={(low or 0, high)!r}"
        return _new("label", (str(name), confidence, (low or 0, high)), text + ")")

    @classmethod
    @told
    def tag(cls, name: str) -> Filter:
        """Assets with a tag."""
        return _new("tag", (_text("the tag", name),))

    @classmethod
    @told
    def folder(cls, pattern: str) -> Filter:
        """Assets whose folder matches a pattern; ``*`` and ``?`` match any characters, ``[ab]`` and ``[!ab]`` one.

        ``*`` also matches ``/``: ``"train/*"`` is everything below ``train``, ``"train"`` is that folder itself.
        """
        pattern = _text("the folder", pattern)
        try:
            re.compile(as_regex(pattern))
        except re.error:
            raise InvalidInput(f"The folder pattern {pattern!r} has a range that ends before it begins.") from None
        return _new("folder", (pattern,))

    @classmethod
    @told
    def metadata(cls, key: str, op: str = "exists", value: Any = None) -> Filter:
        """Assets by a value of their metadata.

        An asset without the key, or with null there, matches none of the operators; ``~`` turns that around.

        Parameters
        ----------
        key
            ``"site.name"`` is the field ``name`` in the field ``site``, or the field that is called ``site.name`` as it
            stands there; ``"views.0"`` the first element of a list.
        op
            ``== != < <= > >=``; ``"in"`` a list; ``"contains"`` an element (of a list) or a piece of text;
            ``"exists"``, which takes no value. Only values of the same type are in an order.
        """
        key = _text("the metadata key", key)
        if not key:
            raise InvalidInput("The metadata key is empty; write it like 'site' or 'site.name'.")
        op = plain(op)
        if op not in OPERATORS:
            hint = {"=": "==", "<>": "!=", "=>": ">=", "=<": "<="}.get(str(op))
            also = f" (did you mean {hint!r}?)" if hint else meant(op, OPERATORS)
            raise InvalidInput(f"There is no operator {op!r}{also}; there are {', '.join(OPERATORS)}.")
        if op == "exists":
            if plain(value) is not None:
                raise InvalidInput(f"'exists' takes no value, but {value!r} is given.")
            return _new("metadata", (key, op))
        if op == "in":
            values = tuple(_scalar(v) for v in as_list("metadata(…, 'in')", value))
            if not values:
                raise InvalidInput("'in' takes a list of values, and this one is empty.")
            return _new("metadata", (key, op, values), f"metadata({key!r}, 'in', {list(values)!r})")
        value = _scalar(value)
        if op in ("<", "<=", ">", ">=") and isinstance(value, bool):
            raise InvalidInput(f"{op!r} compares numbers or texts, not {value!r}.")
        return _new("metadata", (key, op, value))

    @classmethod
    @told
    @deprecations.parameters(stop="end")
    def index(cls, start: int, end: int | None = None) -> Filter:
        """Assets from a place in the version's order up to, and without, another; the first is 0, None is the end."""
        start = _whole("start", start)
        end = None if end is None else _whole("end", end)
        if end is not None and end <= start:
            raise InvalidInput(f"index({start}, {end}) is empty; end is the place after the last one.")
        return _new("index", (start, end))

    @classmethod
    @told
    def status(cls, campaign: str, status: str) -> Filter:
        """Assets by their status (``"approved"``) or state (``"skipped"``) in an earlier campaign."""
        return _new("status", (_text("the campaign", campaign), _text("the status", status)))

    @classmethod
    @told
    def sql(cls, expression: str) -> Filter:
        """Assets for which a SQL expression over the columns of the view ``assets`` is true."""
        if not _text("the SQL expression", expression).strip():
            raise InvalidInput("The SQL expression is empty; write for example sql('width > 1000').")
        return _new("sql", (str(expression),))

    # Text ------------------------------------------------------------------------------------------------------------

    @classmethod
    @told
    def parse(cls, value: str | Filter) -> Filter:
        """Return the filter that a text stands for; a filter is returned as it is.

        Raises
        ------
        InvalidInput
            The text is no filter; the message names the place and what there is.
        """
        if isinstance(value, Filter):
            return value
        value = plain(value)
        if not isinstance(value, str):
            raise InvalidInput(f"A filter is an nb.Filter or a text such as \"label('car')\", not {value!r}.")
        return _LANGUAGE.read(value)

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Filter.parse({self._text!r})"

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, Filter) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    # Combinations ----------------------------------------------------------------------------------------------------

    def __and__(self, other: Filter) -> Filter:
        return _join("and", [self, other]) if isinstance(other, Filter) else NotImplemented

    def __or__(self, other: Filter) -> Filter:
        return _join("or", [self, other]) if isinstance(other, Filter) else NotImplemented

    def __invert__(self) -> Filter:
        return _negate(self)

    def __bool__(self) -> NoReturn:
        raise InvalidInput("Filter objects are combined with &, | and ~; and, or, not are for their text.")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise Unchangeable(f"A filter cannot be changed; combine it into a new one ({name!r} was set).")

    def __reduce__(self) -> tuple[Callable[..., Filter], tuple[str]]:
        return Filter.parse, (self._text,)


def as_regex(pattern: str) -> str:
    """Return the regular expression (of Python and of RE2) that a pattern with ``* ? [ab] [!ab]`` stands for."""
    parts = []
    i = 0
    while i < len(pattern):
        c = pattern[i]
        i += 1
        end = pattern.find("]", i + 1 + (pattern[i : i + 1] == "!")) if c == "[" else -1
        if c == "*":
            parts.append(".*")
        elif c == "?":
            parts.append(".")
        elif end > 0:
            inside = pattern[i:end]
            negated = inside.startswith("!")
            escaped = re.sub(r"([\\\[\]^&~|])", r"\\\1", inside[negated:])
            parts.append(f"[{'^' if negated else ''}{escaped}]")
            i = end + 1
        else:
            parts.append(re.escape(c))
    return "(?s)" + "".join(parts)


def _new(kind: str, values: tuple[Any, ...], text: str = "", parts: tuple[Filter, ...] = ()) -> Filter:
    """Return a filter; its text is the call unless it is given."""
    new = object.__new__(Filter)
    text = text or f"{kind}({', '.join(map(repr, values))})"
    depth = 1 + max((p._depth for p in parts), default=-1)
    if len(text) > MOST_CHARACTERS or depth > DEEPEST:
        raise InvalidInput(
            f"The filter is too large: {len(text):,} characters (at most {MOST_CHARACTERS:,}), nested {depth} levels "
            f"deep (at most {DEEPEST})."
        )
    for name, value in (("kind", kind), ("values", values), ("parts", parts), ("_text", text), ("_depth", depth)):
        object.__setattr__(new, name, value)
    return new


def _join(kind: str, filters: list[Filter]) -> Filter:
    """Return filters joined with and / or; ``a & (b & c)`` is ``a & b & c``."""
    parts = tuple(p for f in filters for p in (f.parts if f.kind == kind else (f,)))
    text = f" {kind} ".join(f"({p})" if p.kind in ("and", "or") else str(p) for p in parts)
    return _new(kind, (), text, parts)


def _negate(given: Filter) -> Filter:
    """Return everything else; twice is the filter itself."""
    if given.kind == "not":
        return given.parts[0]
    return _new("not", (), f"not ({given})" if given.parts else f"not {given}", (given,))


def _text(what: str, value: object) -> str:
    value = plain(value)
    if not isinstance(value, str):
        raise InvalidInput(f"{what.capitalize()} is a text, not {value!r}.")
    if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise InvalidInput(f"{what.capitalize()} {value!r} has characters that no text can have.")
    return str(value)


def _whole(what: str, value: object) -> int:
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not 0 <= int(value) <= MOST_WHOLE:
        raise InvalidInput(f"{what} is a whole number from 0 on, not {value!r}.")
    return int(value)


def _number(what: str, value: Any) -> int | float:
    value = plain(value)
    is_bool = isinstance(value, bool)
    if isinstance(value, numbers.Integral) and not is_bool and abs(int(value)) <= MOST_WHOLE:
        return int(value)
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral) and math.isfinite(value):
        return float(value)
    raise InvalidInput(f"{what} is a number, not {value!r}.")


def _scalar(value: object) -> Scalar:
    value = plain(value)
    if isinstance(value, datetime.date | datetime.time):  # as metadata hold it
        value = value.isoformat()
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text("the metadata value", value)
    if isinstance(value, numbers.Real):
        return _number("The metadata value", value)
    raise InvalidInput(f"The metadata value is a text, a number, True or False, not {value!r}.")


def _range(what: str, value: object, *, whole: bool = False) -> tuple[Any, Any]:
    """Return from and to; both are None where the range is open."""
    value = plain(value)
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise InvalidInput(f"{what} is a pair, from and to, for example {what}=({'2' if whole else '0.5'}, None), "
                           f"not {value!r}.")  # fmt: skip
    check = _whole if whole else _number
    low, high = (None if v is None else check(what, v) for v in value)
    if low is not None and high is not None and low > high:
        raise InvalidInput(f"{what}={(low, high)!r} ends before it begins.")
    return low, high


_LANGUAGE: Expressions[Filter] = Expressions(
    "filter",
    {
        name: getattr(Filter, name)
        for name in ("all", "empty", "label", "tag", "folder", "metadata", "index", "status", "sql")
    },
    _join,
    _negate,
)
