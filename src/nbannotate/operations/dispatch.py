"""Runs an operation: who asks, may they, the transaction, the event row, and the answer kept for a repeated request."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from nbannotate.errors import FetchFailed, InvalidInput, NotFound, SessionEnded, Stale
from nbannotate.model import Event, Member, json_errors
from nbannotate.operations.commits import Commits, Waiting
from nbannotate.operations.registry import Arrival, Context, Operation, operations
from nbannotate.operations.remote_files import Here, Needed
from nbannotate.operations.throttle import Throttle
from nbannotate.rules import rights
from nbannotate.store import event_log, image_sizes, people, retention
from nbannotate.store.engine import Engine, Transaction
from nbannotate.texts import t, to_json

#: So often is what changed meanwhile prepared again.
ATTEMPTS = 5


def utc_now() -> datetime.datetime:
    """Return the time as it is stored: UTC, without a zone."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


class Request(msgspec.Struct, frozen=True):
    """One call of an operation, as it arrived."""

    operation: str
    arguments: bytes
    token: str | None
    request_id: str
    file: Path | None = None
    files: tuple[Path, ...] = ()
    arriving: Iterable[Arrival] | None = None


class Asker(msgspec.Struct, frozen=True):
    """Who asks, and by which session; nobody for a public operation."""

    member: Member | None = None
    session: people.Known | None = None

    @property
    def member_id(self) -> int:
        """The id of who asks; 0 is nobody."""
        return self.member.member_id if self.member else 0


class Dispatcher:
    """Runs requests against an open workspace.

    Parameters
    ----------
    engine
        The open file.
    owner_token
        Who shows this token acts as the workspace's first owner.
    publish
        Is given the event of every write, in order, after its commit; it must not wait. None: nobody listens.
    """

    def __init__(self, engine: Engine, owner_token: str, publish: Callable[[Event], None] | None = None) -> None:
        self.engine = engine
        self.throttle = Throttle()
        self._owner_token = owner_token
        self._commits = Commits(engine, publish)
        with engine.write() as tx:
            retention.forget(tx, utc_now())

    def find(self, name: str) -> Operation:
        """Return an operation by name, or raise NotFound."""
        operation = operations().get(name)
        if operation is None:
            raise NotFound(f"There is no operation {name!r}.")
        return operation

    def decode(self, operation: Operation, request: Request) -> dict[str, Any]:
        """Return the arguments of a request, or raise InvalidInput that names the field."""
        if operation.takes_file != (request.file is not None):
            raise InvalidInput(f"{operation.name} {'needs' if operation.takes_file else 'takes no'} file.")
        if request.files and not operation.takes_files:
            raise InvalidInput(f"{operation.name} takes no files.")
        if operation.takes_arriving != (request.arriving is not None):
            what = "takes files one by one" if operation.takes_arriving else "takes no files one by one"
            raise InvalidInput(f"{operation.name} {what}.")
        where = f"The arguments of {operation.name}"
        given = json_errors.read(request.arguments or b"{}", operation.arguments, where, f"{operation.name}: ")
        values = {f: getattr(given, f) for f in operation.arguments.__struct_fields__}
        values |= {"file": request.file} if operation.takes_file else {}
        values |= {"arriving": request.arriving} if operation.takes_arriving else {}
        return values | ({"files": request.files} if operation.takes_files else {})

    def prepare(self, operation: Operation, request: Request, arguments: dict[str, Any]) -> dict[str, Any]:
        """Do an operation's slow work that needs no transaction; who may not call it is refused first."""
        if operation.prepare is None:
            return arguments
        now = utc_now()
        with self.engine.read(remembers=operation.is_work) as tx:
            context = self._context(tx, self._asker(tx, request, now), now)
            checked = operation.prepare(context, **arguments)
        # Outside the transaction: what takes long.
        return arguments | {k: v() if callable(v) else v for k, v in checked.items()}

    def bring(self, operation: Operation, needed: Needed) -> dict[str, Any]:
        """Bring what an operation needs from elsewhere; return what it is given when it begins again.

        How large images are that nobody had looked at is written down: a fact of theirs, and nothing that anybody did.
        """
        here = needed.bring()
        if not operation.takes_brought and not here.sizes:
            why = next((one.reason for one in here.files.values() if one.reason), t("its store does not answer"))
            raise FetchFailed(t("How large the image is cannot be found out: {why+}.", why=why))
        if here.sizes or here.failed:
            self._commits.run(Waiting(False, "", lambda tx: _note(tx, here)))
        return {"prepared_here": here} if operation.takes_brought else {}

    def member_id(self, request: Request) -> int:
        """Return who asks, or raise what a request of theirs would."""
        with self.engine.read() as tx:
            return self._asker(tx, request, utc_now()).member_id

    def run(self, operation: Operation, request: Request, arguments: dict[str, Any]) -> bytes | Path:
        """Run an operation in its transaction and return what it returned, JSON or the path of a file.

        That is what is answered, unless the operation says otherwise: see :meth:`answer`.
        """
        if not operation.writes:
            with self.engine.read() as tx:
                now = utc_now()
                context = self._context(tx, self._asker(tx, request, now), now)
                result = operation.run(context, **arguments)
                return result if operation.gives_file else _encoded(result)
        if operation.idle is not None:
            with self.engine.read() as tx:
                now = utc_now()
                context = self._context(tx, self._asker(tx, request, now), now)
                answer = operation.idle(context, **arguments)
            if answer is not None:
                return _encoded(answer)
        if operation.stage is None:
            return self._commit(operation, request, arguments, time.perf_counter())
        began = time.perf_counter()
        with self.engine.stage() as stage:
            now = utc_now()
            asker = self._asker(stage, request, now)
            known = event_log.answer(stage, request.request_id, asker.member_id, operation.name)
            if known is not None:
                return known.encode()
            staged = operation.stage(self._context(stage, asker, now), stage, **arguments)
            stage.piece()
            return self._commit(operation, request, arguments | staged, began)

    def answer(self, operation: Operation, request: Request, returned: bytes) -> bytes:
        """Return the answer of an operation that makes it after the commit, from what it returned."""
        assert operation.answer is not None
        with self.engine.read(remembers=True) as tx:
            now = utc_now()
            context = self._context(tx, self._asker(tx, request, now), now)
            return _encoded(operation.answer(context, msgspec.json.decode(returned)))

    def _commit(self, operation: Operation, request: Request, arguments: dict[str, Any], began: float) -> bytes:
        """Run what a writing operation does in the transaction, and publish its events."""
        return self._commits.run(
            Waiting(
                operation.is_work, request.request_id, lambda tx: self._write(tx, operation, request, arguments, began)
            )
        )

    def _write(
        self, tx: Transaction, operation: Operation, request: Request, arguments: dict[str, Any], began: float
    ) -> tuple[bytes, list[Event]]:
        """Return the answer, and the events; none if the request was answered before."""
        now = utc_now()
        if not request.request_id or len(request.request_id) > 64:
            raise InvalidInput(f"{operation.name} writes, so it needs a request id of 1 to 64 characters.")
        asker = self._asker(tx, request, now)
        known = event_log.answer(tx, request.request_id, asker.member_id, operation.name)
        if known is not None:
            return known.encode(), []
        context = self._context(tx, asker, now, began)
        result = operation.run(context, **arguments)
        if not context.done and context.changed:
            context.did(operation.name)
        done, by = [(name, ms, what) for name, ms, what, _ in context.done], context.acted_by
        ids = event_log.add_events(tx, context.actor.member_id, done, now, by)
        if operation.keep is not None:
            kept = _encoded(operation.keep(result)).decode()
            event_log.keep_answer(tx, request.request_id, asker.member_id, operation.name, kept, now)
        said = None if by is None else people.logins(tx)[by]
        events = [
            Event(
                i,
                context.actor.login,
                name,
                now,
                notices=told,
                acted_by=said,
                **{k: v for k, v in what.items() if k != "worked_s"},
            )
            for i, (name, _, what, told) in zip(ids, context.done, strict=True)
        ]
        return _encoded(result), events

    def _context(self, tx: Transaction, asker: Asker, now: datetime.datetime, began: float | None = None) -> Context:
        return Context(self.engine, self.throttle, tx, asker.member, now, began, asker.session)

    def _asker(self, tx: Transaction, request: Request, now: datetime.datetime) -> Asker:
        """Return who asks, from the token alone, and check the table of rights."""
        if request.operation in rights.PUBLIC:
            return Asker()
        actor, session = None, None
        if request.token and _same(request.token, self._owner_token):
            actor = people.first_owner(tx)
        elif request.token:
            session = people.session(tx, request.token, now)
            actor = session.member if session else None
        if actor is None:
            raise SessionEnded(t("Your session has ended; log in again."))
        rights.check_operation(actor.role, request.operation)
        if session is not None and session.acted_by is not None:
            rights.check_on_word(request.operation)
        return Asker(actor, session)

    def handle(self, request: Request) -> bytes | Path:
        """Do a whole request in this thread."""
        operation = self.find(request.operation)
        return self.do(operation, request, self.decode(operation, request))

    def do(
        self, operation: Operation, request: Request, arguments: dict[str, Any], brings: bool = True
    ) -> bytes | Path:
        """Do a request whose arguments are decoded in this thread; again if what was prepared went by has changed.

        Unless it ``brings`` what is needed from elsewhere, it raises that it is.
        """
        for left in reversed(range(ATTEMPTS)):
            try:
                returned = self.run(operation, request, self.prepare(operation, request, arguments))
            except Needed as needed:
                if not left or not brings:
                    raise
                arguments = arguments | self.bring(operation, needed)
            except Stale:
                if not left:
                    raise
            else:
                if operation.answer is None or isinstance(returned, Path):
                    return returned
                return self.answer(operation, request, returned)
        raise AssertionError("unreachable")

    def waiting(self) -> int:
        """Return how many operations wait for the writer."""
        return self._commits.waiting()


def _encoded(answer: object) -> bytes:
    return msgspec.json.encode(answer, enc_hook=to_json)


def _note(tx: Transaction, here: Here) -> tuple[bytes, list[Event]]:
    """Write down what was found out of images that lie elsewhere."""
    image_sizes.set_sizes(tx, here.sizes)
    image_sizes.set_failed(tx, here.failed)
    return b"", []


def _same(a: str, b: str) -> bool:
    import hmac

    return hmac.compare_digest(a.encode(), b.encode())
