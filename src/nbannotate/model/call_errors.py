"""What is said where something is called with an argument that it does not take, or without one that it needs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, ParamSpec, TypeVar

from nbannotate.errors import InvalidInput, NbannotateError, WrongCall
from nbannotate.model import argument_errors, deprecations
from nbannotate.model.suggestions import meant

P = ParamSpec("P")
R = TypeVar("R")

#: Files whose functions only pass a call on.
_PASSED_ON = (__file__, deprecations.__file__)
_NAMED = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_PLACED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def told(
    function: Callable[P, R],
    refuse: Callable[[InvalidInput, tuple[Any, ...]], NoReturn] | None = None,
    name: str = "",
) -> Callable[P, R]:
    """Return a function, or a method, that says in our words with what it was called wrongly.

    What its body raises is left as it is, unless an argument is of a kind that the function does not take: then that is
    what is said. A right call costs one frame.

    Parameters
    ----------
    function
        It.
    refuse
        Raises what is wrong; is given that, and the arguments without a name. None: it is just raised.
    name
        What it is called as, if that is not its own name: ``"Version.read"``.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except NbannotateError:
            raise
        except (TypeError, ValueError, AttributeError, LookupError) as error:
            called = call.__qualname__.removesuffix(".__init__")
            if isinstance(error, TypeError) and of_the_call(error):
                why: InvalidInput | None = wrong(called, function, args, kwargs)
            else:
                why = argument_errors.misgiven(called, function, args, kwargs, error)
            if why is None:
                raise
            if refuse is not None:
                refuse(why, args)
            raise why from error

    call.__qualname__ = name or function.__qualname__
    return call


def of_the_call(error: TypeError) -> bool:
    """Return whether a call itself was refused, not something in what was called."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None and trace.tb_next.tb_frame.f_code.co_filename in _PASSED_ON:
        trace = trace.tb_next
    return trace is not None and trace.tb_next is None


def wrong(name: str, called: Callable[..., Any], args: tuple[Any, ...], given: Mapping[str, Any]) -> WrongCall | None:
    """Return what is wrong with a call, or None if nothing is.

    Parameters
    ----------
    name
        What was called, as one writes it: ``"Version.create_campaign"``.
    called
        It; its signature says what it takes. If its first parameter is ``self``, ``args`` begin with that.
    args, given
        What it was called with.
    """
    known = dict(inspect.signature(called).parameters)
    if (first := next(iter(known), "")) in ("self", "cls"):
        del known[first]
        args = args[1:]
    takes = [n for n, p in known.items() if p.kind in _NAMED]
    placed = [n for n, p in known.items() if p.kind in _PLACED]
    rest = {p.kind for p in known.values()}
    said = f"it takes {', '.join(takes)}" if takes else "it takes none"
    if inspect.Parameter.VAR_KEYWORD not in rest:
        for key in given:
            if key not in takes:
                return WrongCall(f"{name} takes no argument {key!r}{meant(key, takes)}; {said}.")
    if len(args) > len(placed) and inspect.Parameter.VAR_POSITIONAL not in rest:
        hint = f"; name the others: {', '.join(f'{n}=…' for n in takes if n not in placed)}" if takes != placed else ""
        most = f"at most {len(placed)} of its arguments" if placed else "no argument"
        return WrongCall(f"{name} takes {most} without a name, not {len(args)}{hint or f'; {said}'}.")
    if twice := [n for n in placed[: len(args)] if n in given]:
        return WrongCall(f"{name} is given {twice[0]!r} twice: by its place, and by its name.")
    needed = [n for n, p in known.items() if p.default is p.empty and p.kind in (*_NAMED, *_PLACED)]
    if missing := [n for n in needed if n not in given and n not in placed[: len(args)]]:
        return WrongCall(f"{name} needs {' and '.join(missing)}; {said}.")
    return None
