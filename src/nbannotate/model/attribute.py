"""Typed values on shapes and tags; and what all names and lists in a recipe have to keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from msgspec.structs import force_setattr

from nbannotate.errors import InvalidInput
from nbannotate.model.suggestions import one_of
from nbannotate.model.value import Value
from nbannotate.model.values import as_list, as_name, check_flag, settle

T = TypeVar("T")


def as_tuple(owner: str, field: str, value: Iterable[T] | None) -> tuple[T, ...]:
    """Return a field's value as a tuple; one text is a tuple of one, an array or a Series is its values."""
    return tuple(as_list(f"{owner}.{field}", value))


def check_name(what: str, name: object) -> None:
    """Raise InvalidInput if a name is empty, too long, not text, or has spaces at its ends."""
    if not isinstance(name, str) or not name.strip() or name != name.strip() or len(name) > 200:
        raise InvalidInput(f"{what} must be a text of 1 to 200 characters without spaces at its ends, not {name!r}.")


def check_unique(what: str, names: Iterable[str]) -> None:
    """Raise InvalidInput if a name stands twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InvalidInput(f"{what} {name!r} is there twice; names must differ.")
        seen.add(name)


AttributeType = Literal["text", "number", "integer", "boolean", "choice", "choices"]
ATTRIBUTE_TYPES: tuple[AttributeType, ...] = ("text", "number", "integer", "boolean", "choice", "choices")


class Attribute(Value, frozen=True, forbid_unknown_fields=True):
    """A typed value on a shape.

    Parameters
    ----------
    name
        Unique in its label.
    type
        ``"text"``, ``"number"``, ``"integer"``, ``"boolean"``, ``"choice"`` (one of ``choices``) or ``"choices"``
        (any of them).
    choices
        For the last two types.
    required
        Whether an asset can be submitted only with it.
    default
        What a new shape begins with.
    """

    name: str
    type: AttributeType = "text"
    choices: tuple[str, ...] = ()
    required: bool = False
    default: Any = None

    if TYPE_CHECKING:  # what is taken; the fields say what it becomes

        def __init__(
            self,
            name: str,
            type: AttributeType = ...,
            choices: Iterable[str] = ...,
            required: bool = ...,
            default: Any = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        settle(self)
        check_flag("Attribute.required", self.required)
        force_setattr(self, "name", as_name(self.name))
        check_name("Attribute.name", self.name)
        of = f"of {self.name!r}"
        one_of(f"Attribute.type {of}", self.type, ATTRIBUTE_TYPES)
        force_setattr(self, "choices", tuple(map(as_name, as_tuple("Attribute", "choices", self.choices))))
        for choice in self.choices:
            check_name(f"Attribute.choices {of}: a choice", choice)
        check_unique(f"Attribute.choices {of}: the choice", self.choices)
        if (self.type in ("choice", "choices")) != bool(self.choices):
            raise InvalidInput(f"Attribute.choices {of}: the types 'choice' and 'choices' have some, the others none.")
        if self.default is not None and (problem := self.problem(self.default)):
            raise InvalidInput(f"Attribute.default {of} {problem}.")

    def problem(self, value: object) -> str | None:
        """Return what is wrong with a value, as the end of a sentence, or None."""
        if self.type == "boolean":
            return None if isinstance(value, bool) else f"must be true or false, not {value!r}"
        if self.type in ("number", "integer"):
            kind: Any = int if self.type == "integer" else int | float
            good = isinstance(value, kind) and not isinstance(value, bool) and abs(value) < float("inf")
            return None if good else f"must be a{'n integer' if self.type == 'integer' else ' number'}, not {value!r}"
        if self.type == "text":
            return None if isinstance(value, str) and len(value) <= 4000 else f"must be a text, not {value!r}"
        given = [value] if self.type == "choice" else value
        if not isinstance(given, list | tuple) or any(v not in self.choices for v in given):
            return f"must be {'one' if self.type == 'choice' else 'some'} of {', '.join(self.choices)}, not {value!r}"
        return None


def named(kind: Callable[[str], T], value: Any) -> T | Any:
    """Return what a name alone stands for; anything else as it is."""
    name = as_name(value)
    return kind(name) if isinstance(name, str) else value


def as_attributes(owner: str, name: str, given: Iterable[Any] | None) -> tuple[Attribute, ...]:
    """Return the attributes of a label or a tag; a name alone is a text."""
    attributes = [v if isinstance(v, Attribute) else named(Attribute, v) for v in as_tuple(owner, "attributes", given)]
    for value in attributes:
        if not isinstance(value, Attribute):
            raise InvalidInput(f"{owner}.attributes of {name!r} takes nb.Attribute values, not {value!r}.")
    check_unique(f"{owner}.attributes of {name!r}: the attribute", (v.name for v in attributes))
    return tuple(attributes)
