"""Plug-ins: shape kinds, formats, tables, charts and hooks, ours and those of other packages, found in one way.

A sort of plug-in is a group of entry points, such as ``nbannotate.formats``. Ours are found by looking at the modules
of the package of that name; those that are installed by their entry points, each named as what it points to. They are
loaded when one of them is asked for.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache, cached_property
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, Generic, TypeVar

from nbannotate.errors import NbannotateError

T = TypeVar("T")


@cache
def entries(group: str) -> tuple[EntryPoint, ...]:
    """Return the entry points of a group by name, not loaded; looked for once a process."""
    return tuple(sorted(entry_points(group=group), key=lambda entry: entry.name))


def origin(entry: EntryPoint) -> str:
    """Return where an entry point comes from, for a message."""
    return f"the package {entry.dist.name if entry.dist is not None else entry.value!r}"


class Plugins(Generic[T]):
    """The plug-ins of one sort.

    Parameters
    ----------
    group
        The group of entry points, and the package whose modules hold ours.
    what
        What one is called in messages: ``"shape kind"``.
    own
        Gives what a module of the package holds, None if it holds none. Modules that begin with ``_`` are not asked.
    checked
        Gives an object as a plug-in, or raises an error that begins with the place, its second argument.
    name_of
        Gives the name that one has itself, which its entry point has, too; None where they have that of their module
        or their entry point.
    """

    def __init__(
        self, group: str, what: str, own: Callable[[ModuleType], object], checked: Callable[[Any, str], T],
        name_of: Callable[[T], str] | None = None,
    ) -> None:  # fmt: skip
        self.group, self.what, self._own, self._checked, self._name_of = group, what, own, checked, name_of

    @cached_property
    def built_in(self) -> dict[str, T]:
        """Ours, by name, in the order of their modules."""
        package = importlib.import_module(self.group)
        found: dict[str, T] = {}
        for module in pkgutil.iter_modules(package.__path__):
            if module.name.startswith("_"):
                continue
            place = f"{self.group}.{module.name}"
            its = self._own(importlib.import_module(place))
            if its is not None:
                plugin = self._checked(its, place)
                name = self._name_of(plugin) if self._name_of else module.name
                if name in found:
                    raise NbannotateError(f"{place}: another {self.what} is called {name!r}; rename it.")
                found[name] = plugin
        return found

    def names(self) -> list[str]:
        """Return all names: ours, then those of installed packages, of which none is loaded."""
        return list(dict.fromkeys([*self.built_in, *(entry.name for entry in entries(self.group))]))

    def find(self, name: str) -> T | None:
        """Return the one of that name, None if there is none.

        Raises
        ------
        NbannotateError
            It cannot be loaded, is none, or has another name than its entry point; the message names the package.
        """
        if name in self.built_in:
            return self.built_in[name]
        return next((self.loaded(entry) for entry in entries(self.group) if entry.name == name), None)

    def all(self) -> dict[str, T]:
        """Return all by name: ours, then those of installed packages.

        Raises
        ------
        NbannotateError
            As :meth:`find`; or two have the same name.
        """
        found = dict(self.built_in)
        for entry in entries(self.group):
            if entry.name in found:
                raise NbannotateError(
                    f"The {self.what} {entry.name!r} of {origin(entry)} is there already; rename or uninstall it."
                )
            found[entry.name] = self.loaded(entry)
        return found

    def loaded(self, entry: EntryPoint) -> T:
        """Return what an entry point names.

        Raises
        ------
        NbannotateError
            As :meth:`find`.
        """
        try:
            its = entry.load()
        except Exception as error:
            raise NbannotateError(
                f"The {self.what} {entry.name!r} of {origin(entry)} cannot be loaded "
                f"({type(error).__name__}: {error}). Repair or uninstall that package."
            ) from error
        found = self._checked(its, origin(entry))
        if self._name_of and self._name_of(found) != entry.name:
            raise NbannotateError(
                f"{origin(entry)}: the {self.what} {self._name_of(found)!r} has an entry point of another name, "
                f"{entry.name!r}; tell its author."
            )
        return found
