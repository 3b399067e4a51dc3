"""Names that were changed: the old one answers for one release, by saying the new one.

Five ways, for what may have been renamed::

    class Dataset:
        workers = renamed.attribute("members")           # a property or a method of a class

        @renamed.parameters(login="member")              # a keyword parameter
        def add(self, member: str) -> None: ...

        @property
        def jobs(self) -> renamed.results[Job]:          # a list that a method returned
            return renamed.results("work.jobs()", "work.jobs", jobs)

    load = renamed.function("nbannotate.load", "nbannotate.open", open)

    def __call__(self) -> list[Campaign]:                # anything else
        renamed.say("ws.campaigns()", "list(ws.campaigns)")
        return list(self)
"""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar

from nbannotate.errors import InvalidInput

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

_PACKAGE = __name__.partition(".")[0]


class RenamedWarning(FutureWarning):
    """An old name was used that goes with the next release; the message says the new one."""


def say(old: str, new: str) -> None:
    """Warn that an old name was used; the warning shows the line outside this package that led to it.

    Parameters
    ----------
    old, new
        As one writes them: ``"ws.dataset(name)"``, ``"ws.datasets[name]"``.
    """
    warnings.warn(
        f"{old} is called {new} now; the old name goes with the next release.", RenamedWarning, stacklevel=_outside()
    )


def _outside() -> int:
    """Return how far up the first frame is that is not of this package, as :func:`say` counts."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    return level


def _is_ours(module: object) -> bool:
    return isinstance(module, str) and module.partition(".")[0] == _PACKAGE


class attribute:
    """The old name of a property or a method, in the body of its class.

    Parameters
    ----------
    new
        The attribute that it is now.
    written
        The new name as one writes it, where ``Class.new`` does not say it.
    """

    def __init__(self, new: str, written: str = "") -> None:
        self._new, self._written = new, written
        self._old = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._old = name

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        say(f"{owner.__name__}.{self._old}", self._written or f"{owner.__name__}.{self._new}")
        return getattr(instance, self._new)


def function(old: str, new: str, its: Callable[P, R]) -> Callable[P, R]:
    """Return a function under its old name.

    Parameters
    ----------
    old, new
        The names as one writes them.
    its
        The function.
    """

    @functools.wraps(its)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        say(old, new)
        return its(*args, **kwargs)

    return call


class results(list[T]):
    """What a method returned that is a property now: a list, which may still be called.

    Parameters
    ----------
    old, new
        As one writes them: ``"work.jobs()"``, ``"work.jobs"``.
    values
        What is in it.
    """

    def __init__(self, old: str, new: str, values: Iterable[T]) -> None:
        super().__init__(values)
        self._old, self._new = old, new

    def __call__(self) -> list[T]:
        """Return what the method did."""
        say(self._old, self._new)
        return list(self)


def parameters(**renamed: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function, or a method, take keywords under their old names.

    Parameters
    ----------
    **renamed
        Old name = new name.

    Raises
    ------
    InvalidInput
        When it is called with both names.
    """

    def declare(its: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(its)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if renamed.keys().isdisjoint(kwargs):
                return its(*args, **kwargs)
            return its(*args, **with_new_names(its.__qualname__, renamed, kwargs))

        return call

    return declare


def with_new_names(where: str, renamed: dict[str, str], given: dict[str, Any]) -> dict[str, Any]:
    """Return keyword arguments under their new names."""
    found = dict(given)
    for old, new in renamed.items():
        if old in found:
            if new in given:
                raise InvalidInput(f"{where}: {old} is called {new} now; give {new} only.")
            say(f"{where}({old}=…)", f"{where}({new}=…)")
            found[new] = found.pop(old)
    return found
