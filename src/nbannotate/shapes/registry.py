"""The shape kinds: those in this folder, then those of other packages (entry points ``nbannotate.shapes``).

A module of this folder that has a ``KIND`` holds one. An entry point names a :class:`Kind`, an instance or a class
without arguments; none is loaded as long as only built-in kinds are asked for by name.
"""

from __future__ import annotations

import re
from functools import cache

from nbannotate.errors import InvalidInput, NotFound
from nbannotate.plugins import Plugins
from nbannotate.shapes.base import FORMS, GESTURES, Kind

FIRST = ("rectangle", "polygon")  # in toolbars; then by name


def kinds() -> dict[str, Kind]:
    """Return all shape kinds by name: the built-in ones, then those of other packages.

    Raises
    ------
    NbannotateError
        If another package's kind cannot be loaded or has a name that is taken; the message names the package.
    """
    found = PLUGINS.all()
    return {name: found[name] for name in [*built_in(), *(name for name in found if name not in built_in())]}


@cache
def built_in() -> tuple[str, ...]:
    """Return the names of the kinds of this folder, the oldest two first."""
    return tuple(sorted(PLUGINS.built_in, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name)))


def kind(name: str) -> Kind:
    """Return the shape kind of that name.

    Raises
    ------
    NotFound
        If there is none.
    """
    found = PLUGINS.find(name)
    if found is None:
        raise NotFound(f"There is no shape kind {name!r}; there are {', '.join(kinds())}.")
    return found


def checked(kind: object, where: str) -> Kind:
    """Return the kind if it declares all that the canvas needs, or raise InvalidInput."""
    if isinstance(kind, type):
        kind = kind()
    if not isinstance(kind, Kind):
        raise InvalidInput(f"{where}: a shape kind must be an nbannotate.shapes.Kind, not {kind!r}.")
    for field in ("name", "title"):
        if not isinstance(getattr(kind, field, None), str) or not getattr(kind, field):
            raise InvalidInput(f"{where}: the shape kind has no {field}.")
    if kind.gesture not in GESTURES:
        raise InvalidInput(f"{where}: the gesture of {kind.name!r} must be one of {GESTURES}, not {kind.gesture!r}.")
    if kind.form not in FORMS:
        raise InvalidInput(f"{where}: the form of {kind.name!r} must be one of {FORMS}, not {kind.form!r}.")
    if kind.key and not re.fullmatch("(alt[+])?[a-z]", kind.key):
        raise InvalidInput(
            f"{where}: the key of {kind.name!r} must be one letter from a to z, perhaps after alt+, not {kind.key!r}."
        )
    if kind.min_points < 1:
        raise InvalidInput(f"{where}: {kind.name!r} needs at least one point (min_points).")
    return kind


PLUGINS: Plugins[Kind] = Plugins(
    "nbannotate.shapes", "shape kind", lambda module: getattr(module, "KIND", None), checked, lambda kind: kind.name
)
