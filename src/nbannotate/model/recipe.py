"""The recipe: which labels and tags the annotators of a campaign use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from nbannotate.errors import InvalidInput

#: Colours for labels that name none: the Okabe-Ito palette (readable with colour-blind eyes), then more.
PALETTE = (
    "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#f0e442", "#9467bd", "#8c564b", "#17becf",
)  # fmt: skip

T = TypeVar("T")


def as_tuple(owner: str, field: str, value: Iterable[T] | None) -> tuple[T, ...]:
    """Return a field's value as a tuple; refuse a lone string, which would be taken apart by letters."""
    if isinstance(value, str):
        raise InvalidInput(f"{owner}.{field} takes a list, not the string {value!r}; write [{value!r}].")
    return tuple(value or ())


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


class Label(Struct, frozen=True, forbid_unknown_fields=True):
    """The class of a shape.

    Parameters
    ----------
    name
        How it is called; unique in its recipe.
    kinds
        The names of the shape kinds that it allows; empty allows every kind.
    color
        ``#rrggbb``; a recipe gives a colour to a label that names none.
    """

    name: str
    kinds: tuple[str, ...] = ()
    color: str | None = None

    def __post_init__(self) -> None:
        check_name("Label.name", self.name)
        force_setattr(self, "kinds", as_tuple("Label", "kinds", self.kinds))
        if self.color is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", str(self.color)):
            raise InvalidInput(f"Label.color of {self.name!r} must look like '#7b1fa2', not {self.color!r}.")


class Recipe(Struct, frozen=True, forbid_unknown_fields=True):
    """The labels and tags that annotators of a campaign may use; they cannot create others.

    Parameters
    ----------
    labels
        :class:`Label` values, or names. The first nine are chosen with the keys 1 to 9.
    tags
        Names of labels for the whole asset.
    """

    labels: tuple[Label, ...]
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        labels = [Label(v) if isinstance(v, str) else v for v in as_tuple("Recipe", "labels", self.labels)]
        for value in labels:
            if not isinstance(value, Label):
                raise InvalidInput(f"Recipe.labels takes nb.Label values or names, not {value!r}.")
        check_unique("Recipe.labels: the label", (v.name for v in labels))
        tags = as_tuple("Recipe", "tags", self.tags)
        for tag in tags:
            check_name("Recipe.tags: a tag", tag)
        check_unique("Recipe.tags: the tag", tags)
        if not labels and not tags:
            raise InvalidInput("Recipe.labels is empty and there are no tags; give at least one label or tag.")
        free = [c for c in PALETTE if c not in {v.color for v in labels}] or list(PALETTE)
        colored = []
        for value in labels:
            if value.color is None:
                value = replace(value, color=free[0])
                free = [*free[1:], free[0]]
            colored.append(value)
        force_setattr(self, "labels", tuple(colored))
        force_setattr(self, "tags", tags)

    def label(self, name: str) -> Label | None:
        """Return the label of that name, or None."""
        return next((v for v in self.labels if v.name == name), None)
