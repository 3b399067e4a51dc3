"""How tables and charts are found: by looking in the folder, and through entry points for those of others."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from nbannotate.errors import NbannotateError

F = TypeVar("F")


class Found(Generic[F]):
    """What a package offers: its own functions, read at once, and those of installed packages, read when asked for.

    Parameters
    ----------
    package
        Name of the package; also the entry-point group.
    path
        The package's ``__path__``. A file that holds a function of its own name that is ``is_ours`` is a built-in.
    is_ours
        Whether a function is of the right sort.
    """

    def __init__(self, package: str, path: Iterable[str], is_ours: Callable[[Any], bool]) -> None:
        self.package = package
        self.is_ours = is_ours
        self.builtins: dict[str, F] = {}
        for info in pkgutil.iter_modules(path):
            function = getattr(importlib.import_module(f"{package}.{info.name}"), info.name, None)
            if callable(function) and is_ours(function):
                self.builtins[info.name] = function

    def entry_points(self) -> dict[str, EntryPoint]:
        """Return what installed packages offer; built-in names are not given away."""
        return {e.name: e for e in entry_points(group=self.package) if e.name not in self.builtins}

    def names(self) -> list[str]:
        """Return all names, sorted."""
        return sorted({*self.builtins, *self.entry_points()})

    def third_party(self, name: str) -> F:
        """Return the function that an installed package offers under this name.

        Raises
        ------
        AttributeError
            If there is none; the message lists what there is.
        NbannotateError
            If the installed package offers something unfit.
        """
        offer = None if name.startswith("_") else self.entry_points().get(name)
        if offer is None:
            raise AttributeError(f"{self.package} has no {name!r}; there are: {', '.join(self.names())}.")
        function = offer.load()
        if not self.is_ours(function):
            raise NbannotateError(
                f"{name!r} of the package {offer.dist.name if offer.dist else offer.value!r} is not declared with the "
                f"decorator of {self.package}, so its columns are unknown; tell its author."
            )
        return function  # type: ignore[no-any-return]
