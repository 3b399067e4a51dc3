"""Labels as people have them: names, or the numbers that detectors give, with the names of the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from nbannotate.errors import InvalidInput
from nbannotate.model import Label, Recipe
from nbannotate.model.suggestions import meant, named
from nbannotate.model.values import as_list, as_mapping, as_name, is_series, plain, shown


class Ids(Struct, frozen=True):
    """The ids that files gave to images and labels, by their names here."""

    images: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, Any] = field(default_factory=dict)


class Naming(Struct, frozen=True):
    """How labels are named: by their place in a list, by a mapping, or (with neither) as they are given."""

    names: tuple[str, ...] = ()
    mapping: dict[Any, str] = {}

    def of(self, value: Any) -> str:
        """Return the name of a label that is given as a name, or as a number; empty for none.

        Raises
        ------
        InvalidInput
            It is neither, or a number that has no name.
        """
        given = plain(value)
        if given is None or given != given:
            return ""
        number = int(given) if isinstance(given, float) and given.is_integer() else given
        for key in (given, number, str(number)):
            if key in self.mapping:
                return self.mapping[key]
        if isinstance(number, int) and not isinstance(number, bool):
            return self._numbered(number)
        if not isinstance(given, str):
            raise InvalidInput(f"a label is a name, or a number, not {shown(given)}.")
        return given

    def _numbered(self, number: int) -> str:
        if self.mapping:
            raise InvalidInput(
                f"labels has no name for the number {number}{meant(number, map(str, self.mapping))}; "
                f"it has some for {named(self.mapping)}."
            )
        if not self.names or str(number) in self.names:
            return str(number)
        if not 0 <= number < len(self.names):
            raise InvalidInput(
                f"labels has {len(self.names)} names, for the numbers 0 to {len(self.names) - 1}, but none for "
                f"{number}; a mapping names any numbers: labels={{{number}: 'cell'}}."
            )
        return self.names[number]


def naming(labels: Any) -> Naming:
    """Return how labels are named: by a list of names or :class:`nb.Label` values, a mapping, or a recipe.

    Raises
    ------
    InvalidInput
        It is none of these.
    """
    if isinstance(labels, Naming):
        return labels
    if isinstance(labels, Recipe):
        return Naming(tuple(v.name for v in labels.labels))
    if isinstance(labels, Mapping) or is_series(labels):
        given = as_mapping("labels", labels)
        return Naming((), {k: _name(v) for k, v in given.items()})
    return Naming(tuple(map(_name, as_list("labels", labels))))


def _name(value: Any) -> str:
    given = value.name if isinstance(value, Label) else as_name(value)
    if not isinstance(given, str):
        raise InvalidInput(f"labels takes names, not {shown(value)}.")
    return given
