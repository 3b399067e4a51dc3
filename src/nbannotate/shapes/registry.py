"""Finds the shape kinds: those in this folder, then those of other packages (entry points ``nbannotate.shapes``).

Built-ins are the modules of this package that have a ``KIND``. An entry point names a :class:`Kind`, an instance or a
class without arguments; entry points are only loaded when a name is not built in, or when all kinds are asked for.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from nbannotate.errors import InvalidInput, NbannotateError, NotFound
from nbannotate.shapes.base import FORMS, GESTURES, Kind

GROUP = "nbannotate.shapes"
FIRST = ("rectangle", "polygon")  # in toolbars; then by name


@cache
def built_in() -> dict[str, Kind]:
    """Return the kinds of this folder by name, in the order of their file names, the oldest two first."""
    package = importlib.import_module("nbannotate.shapes")
    found = {}
    for info in pkgutil.iter_modules(package.__path__):
        kind = getattr(importlib.import_module(f"{package.__name__}.{info.name}"), "KIND", None)
        if kind is not None:
            found[checked(kind, f"{package.__name__}.{info.name}").name] = kind
    return dict(sorted(found.items(), key=lambda item: (FIRST.index(item[0]) if item[0] in FIRST else 99, item[0])))


@cache
def entries() -> tuple[EntryPoint, ...]:
    """Return the entry points of other packages, not loaded; looked for once a process."""
    return tuple(entry_points(group=GROUP))


def kinds() -> dict[str, Kind]:
    """Return all shape kinds by name: the built-in ones, then those of other packages.

    Raises
    ------
    NbannotateError
        If another package's kind cannot be loaded; the message names the package.
    """
    found = dict(built_in())
    for entry in sorted(entries(), key=lambda e: e.name):
        kind = load(entry)
        if kind.name in found:
            raise InvalidInput(f"The shape kind {kind.name!r} of {origin(entry)} is there already; rename it.")
        found[kind.name] = kind
    return found


def kind(name: str) -> Kind:
    """Return the shape kind of that name.

    Raises
    ------
    NotFound
        If there is none.
    """
    if name in built_in():
        return built_in()[name]
    for entry in entries():
        if entry.name == name:
            return load(entry)
    every = kinds()
    if name not in every:
        raise NotFound(f"There is no shape kind {name!r}; there are {', '.join(every)}.")
    return every[name]


def load(entry: EntryPoint) -> Kind:
    """Return the kind that an entry point names.

    Raises
    ------
    NbannotateError
        If it cannot be imported or is not a kind.
    """
    try:
        loaded = entry.load()
        if isinstance(loaded, type):
            loaded = loaded()
    except Exception as error:
        raise NbannotateError(
            f"The shape kind {entry.name!r} of {origin(entry)} cannot be loaded ({type(error).__name__}: {error}). "
            "Repair or uninstall that package."
        ) from error
    return checked(loaded, origin(entry))


def origin(entry: EntryPoint) -> str:
    """Return where an entry point comes from, for a message."""
    package = entry.dist.name if entry.dist is not None else entry.value
    return f"the package {package!r}"


def checked(kind: object, where: str) -> Kind:
    """Return the kind if it declares all that the canvas needs, or raise InvalidInput."""
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
