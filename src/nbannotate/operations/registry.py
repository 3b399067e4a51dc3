"""How an operation is declared, what it is given, and how it is found by name.

An operation is a plain function of a module of this package: ``tasks.submit`` is ``submit`` in ``tasks.py`` (a trailing
underscore in the function's name is left out). Its first parameter is the :class:`Context`, the others are its
arguments, decoded from JSON by their annotations. It checks the right, reads, decides with the pure rules, and writes;
its transaction and its event row are the dispatcher's.
"""

from __future__ import annotations

import datetime
import functools
import importlib
import inspect
import pkgutil
import time
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from nbannotate.errors import NotFound
from nbannotate.model import Member, Notice
from nbannotate.operations.throttle import Throttle
from nbannotate.store import people
from nbannotate.store.engine import Engine, Transaction
from nbannotate.texts import t

F = TypeVar("F", bound=Callable[..., Any])

#: A file that comes, with the name of the table that it holds; None: nothing came for a while.
Arrival = tuple[str, Path] | None


class Context:
    """What an operation works with.

    Attributes
    ----------
    tx
        The transaction; reading operations have one that only reads.
    actor
        Who asks; already checked against the table of rights. None only for public operations.
    session
        By which the actor asks; None where the workspace's own token is shown, and for public operations.
    now
        The time of the request, UTC.
    engine, throttle
        Of the whole process.
    told
        The notices that were made for the present event.
    done
        The events of this operation: name, milliseconds, what, notices.
    changed
        Whether it changes something; what does not leaves no event.
    """

    def __init__(
        self,
        engine: Engine,
        throttle: Throttle,
        tx: Transaction,
        actor: Member | None,
        now: datetime.datetime,
        began: float | None = None,
        session: people.Known | None = None,
    ) -> None:
        self.engine, self.throttle, self.tx, self.now = engine, throttle, tx, now
        self._actor, self.session = actor, session
        self.event: dict[str, Any] = {}
        self.done: list[tuple[str, float, dict[str, Any], tuple[Notice, ...]]] = []
        self._began = time.perf_counter() if began is None else began
        self.told: list[Notice] = []
        self.changed = True

    @property
    def actor(self) -> Member:
        """Who asks."""
        assert self._actor is not None, "a public operation has no actor"
        return self._actor

    @property
    def acted_by(self) -> int | None:
        """The id of the owner who does this in the actor's name, or None."""
        return self.session.acted_by if self.session else None

    def acts_as(self, member: Member) -> None:
        """Write the event in the name of a member who has just proved who it is."""
        self._actor = member

    def report(self, activity: str, text: str, done: int, total: int) -> None:
        """Say how far a long operation is, to whoever asks by the key of the activity; an empty key says nothing."""
        if activity:
            self.engine.activities[activity] = (text, done, total)

    def note(self, **what: Any) -> None:
        """Add to the event row: campaign_id, task_id, asset_id, worked_s, detail."""
        self.event.update({k: v for k, v in what.items() if v is not None})

    def unchanged(self) -> None:
        """Say that there was nothing to do: no event is left."""
        self.changed = False

    def did(self, operation: str) -> None:
        """Say that what was done until now is an event, under the name of the operation that does just it.

        An operation that does two things in one transaction leaves the same events as the two would.
        """
        now = time.perf_counter()
        self.done.append((operation, (now - self._began) * 1e3, self.event, tuple(self.told)))
        self.event, self.told, self._began = {}, [], now


class Operation(msgspec.Struct, frozen=True):
    """A declared operation.

    Attributes
    ----------
    writes
        Whether it runs in the writer's thread and leaves an event.
    prepare
        Slow work without a transaction (a password hash), done first in a thread of its own; it returns arguments that
        replace those of the same name.
    stage
        The part of long work that others need not wait for. It is given a :class:`nbannotate.store.staging.Stage`
        behind the context (whose ``tx`` it is, too), checks and writes in pieces that nobody sees yet, and returns
        arguments for the function, which does the last step in a short transaction: it decides again whether that is
        still right. Nothing is left of it if either fails.
    idle
        Looks, in a transaction that only reads, whether there is nothing to do, and returns the answer then; nothing
        is written. None means that there is something.
    keep
        What of the answer is stored for a client that repeats the request; None stores nothing. Never a secret, and
        nothing large.
    answer
        Makes the answer from what the function returned, in a transaction that only reads, after the commit: so nothing
        that takes as long as somebody's work is large is read in the writer. None: what it returned is the answer.
    takes_file
        Whether a Parquet file comes with the request; the operation gets its path as ``file``.
    takes_files
        Whether several may; the operation gets their paths as ``files``.
    takes_arriving
        Whether several come one by one, while it runs: it is given, as ``arriving``, what goes through them.
    gives_file
        Whether the answer is a file; the operation returns its path.
    long
        Whether it only reads, and takes long: it runs where imports run, and not where people wait for an answer.
    takes_brought
        Whether it is given what was brought for it from elsewhere (:mod:`nbannotate.operations.remote_files`).
    """

    name: str
    run: Callable[..., Any]
    arguments: type[msgspec.Struct]
    writes: bool
    prepare: Callable[..., dict[str, Any]] | None
    stage: Callable[..., dict[str, Any]] | None
    idle: Callable[..., Any] | None
    keep: Callable[[Any], Any] | None
    answer: Callable[[Context, Any], Any] | None
    takes_file: bool
    takes_files: bool
    takes_arriving: bool
    gives_file: bool
    long: bool
    takes_brought: bool

    @property
    def is_work(self) -> bool:
        """Whether it is daily work: it changes tasks, annotations, issues and notices, and nothing else."""
        return self.name.partition(".")[0] in ("tasks", "sequences", "issues", "notices", "clock")


_FOUND: dict[str, Operation] = {}


def operation(
    *,
    writes: bool = False,
    prepare: Callable[..., dict[str, Any]] | None = None,
    stage: Callable[..., dict[str, Any]] | None = None,
    idle: Callable[..., Any] | None = None,
    keep: Callable[[Any], Any] | None = lambda result: result,
    answer: Callable[[Context, Any], Any] | None = None,
    long: bool = False,
) -> Callable[[F], F]:
    """Declare a function as an operation; its name is ``module.function``."""

    def declare(function: F) -> F:
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__.rstrip('_')}"
        hints = typing.get_type_hints(function)
        fields: list[Any] = []
        for parameter in list(inspect.signature(function).parameters.values())[1:]:
            if parameter.name in ("file", "files", "arriving") or parameter.name.startswith("prepared_"):
                continue
            kind = hints[parameter.name]
            plain = parameter.default is inspect.Parameter.empty
            fields.append((parameter.name, kind) if plain else (parameter.name, kind, parameter.default))
        arguments = msgspec.defstruct(name, fields, kw_only=True, forbid_unknown_fields=True)
        _FOUND[name] = Operation(
            name,
            function,
            arguments,
            writes,
            prepare,
            stage,
            idle,
            keep,
            answer,
            "file" in hints,
            "files" in hints,
            "arriving" in hints,
            hints.get("return") in (Path, bytes | Path),
            long,
            "prepared_here" in hints,
        )
        return function

    return declare


@functools.cache
def operations() -> dict[str, Operation]:
    """Return all operations by name; they are found by looking in this package's folder."""
    import nbannotate.operations as package

    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(_FOUND.items()))


def found(value: Any, what: str) -> Any:
    """Return a value, or raise NotFound if there is none."""
    if value is None:
        raise NotFound(t("There is no {what}.", what=what))
    return value
