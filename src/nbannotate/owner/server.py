"""The server in the owner process: HTTP on a Unix socket, threads that take turns to write, others that read."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from nbannotate.errors import InvalidInput, NbannotateError, OwnerFailed, Stale, told
from nbannotate.operations.dispatch import ATTEMPTS, Dispatcher, Request
from nbannotate.operations.registry import Operation, operations
from nbannotate.operations.remote_files import Needed
from nbannotate.owner import parts, stream
from nbannotate.owner.measures import Measures, Meter
from nbannotate.owner.place import Place
from nbannotate.owner.queries import Queries
from nbannotate.store.disk_space import full, is_full
from nbannotate.store.engine import Engine
from nbannotate.store.running import Limit

#: The largest table that can be uploaded, and the largest body of another call.
LARGEST_UPLOAD = 4 << 30
LARGEST_CALL = 64 << 20
#: From here on a call is not decoded in the thread that hears everybody.
LARGE_CALL = 64 << 10

#: So many operations may wait for the writer together, so that they share a commit.
WRITERS = 16

#: The exit code of an owner whose database failed, or whose query does not end.
FAILED = 70

#: Seconds in which queries must have ended when the process ends.
END_S = 10.0

logger = logging.getLogger(__name__)


def _check_upload(size: int) -> None:
    """Raise InvalidInput if what is uploaded is too large."""
    if size > LARGEST_UPLOAD:
        raise InvalidInput(f"An upload may have {LARGEST_UPLOAD >> 30} GiB at most.")


class Threads:
    """Where requests run. What people wait for never queues behind a long query, an import or a password's hash."""

    def __init__(self) -> None:
        self.write = ThreadPoolExecutor(WRITERS, "write")
        self.read = ThreadPoolExecutor(4, "read")
        self.slow = ThreadPoolExecutor(2, "slow")
        self.check = ThreadPoolExecutor(2, "check")  # what people draw is checked here, before it is written
        self.long = ThreadPoolExecutor(2, "long")
        self.coming = ThreadPoolExecutor(8, "coming")  # each waits for who sends
        self.far = ThreadPoolExecutor(16, "far")  # each waits for another machine

    def of(self, operation: Operation) -> ThreadPoolExecutor:
        """Return the threads that run an operation's transaction."""
        if operation.takes_arriving:
            return self.coming
        if operation.stage is not None or operation.long:
            return self.long
        return self.write if operation.writes else self.read

    def waiting(self) -> dict[str, int]:
        """Return how many requests wait, by the name of their threads."""
        return {name: pool._work_queue.qsize() for name, pool in vars(self).items()}

    def shutdown(self) -> None:
        """Wait for what runs."""
        for pool in vars(self).values():
            pool.shutdown(wait=True, cancel_futures=True)


class Owner:
    """Answers the clients of one workspace until it was unused for a while.

    Parameters
    ----------
    dispatcher
        Runs the operations.
    idle_s
        Seconds without a request after which the process ends by itself.
    """

    def __init__(self, dispatcher: Dispatcher, idle_s: float) -> None:
        self.dispatcher, self.idle_s = dispatcher, idle_s
        self.threads, self.queries = Threads(), Queries()
        self.meter = Meter(operations())
        self.busy = 0
        self.used = time.monotonic()
        self.app = Starlette(
            routes=[
                Route("/ready", self.ready, methods=["POST"]),
                Route("/measures", self.measures, methods=["POST"]),
                Route("/call/{operation}", self.call, methods=["POST"]),
                Route("/file/{operation}", self.call, methods=["POST"]),
                Route("/upload/{operation}", self.upload, methods=["POST"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; the calls, which are nearly all there are, without asking where they go."""
        if scope["type"] == "http" and scope["method"] == "POST":
            where, _, operation = scope["path"].rpartition("/")
            if where == "/call":
                scope["path_params"] = {"operation": operation}
                answer = await self._guard(HttpRequest(scope, receive), self._call)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def ready(self, request: HttpRequest) -> Response:
        """Say that the owner listens."""
        self.used = time.monotonic()
        return Response(b"null")

    async def measures(self, request: HttpRequest) -> Response:
        """Say what was measured; who reaches the socket may know, and it does not keep the process alive."""
        waiting = self.threads.waiting()
        waiting["write"] += self.dispatcher.waiting()
        its = Measures(os.getpid(), self.meter.operations, waiting)
        return Response(msgspec.json.encode(its), media_type="application/json")

    async def call(self, request: HttpRequest) -> Response:
        """Run an operation whose arguments are JSON."""
        return await self._guard(request, self._call)

    async def upload(self, request: HttpRequest) -> Response:
        """Run an operation that takes a table; its arguments are in a header."""
        return await self._guard(request, self._upload)

    async def _call(self, request: HttpRequest) -> Response:
        said = request.headers.get(parts.HEADER)
        if said == stream.COMING:
            return await self._with_arriving(request)
        if said is not None:
            return await self._with_tables(request, said)
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_CALL:
                raise InvalidInput(f"A request may have {LARGEST_CALL >> 20} MiB at most.")
        return await self._run(request, bytes(body), None)

    async def _upload(self, request: HttpRequest) -> Response:
        file = self.dispatcher.engine.spool / f"{secrets.token_hex(8)}.parquet"
        try:
            size = 0
            with file.open("wb") as out:
                async for part in request.stream():
                    size += len(part)
                    _check_upload(size)
                    out.write(part)
            return await self._run(request, request.headers.get("nbannotate-arguments", "{}").encode(), file)
        finally:
            file.unlink(missing_ok=True)

    async def _with_tables(self, request: HttpRequest, said: str) -> Response:
        """Run an operation whose tables come with it; they are gone with the answer."""
        check = parts.check_size if request.path_params["operation"] == "sql.query" else _check_upload
        body, files = await parts.unpacked(said, request.stream(), self.dispatcher.engine.spool, LARGEST_CALL, check)
        try:
            return await self._run(request, body, None, tuple(files))
        finally:
            parts.remove(files)

    async def _with_arriving(self, request: HttpRequest) -> Response:
        """Run an operation that takes its tables one by one, as they come; they are gone with the answer."""
        arriving = stream.Arriving(request.stream(), self.dispatcher.engine.spool)
        body = await arriving.arguments(LARGEST_CALL)
        receiving = asyncio.create_task(arriving.receive(_check_upload))
        try:
            return await self._run(request, body, None, arriving=arriving)
        except asyncio.CancelledError:
            receiving.cancel()
            raise
        finally:
            arriving.waste()  # who sends hears the answer when all is sent
            await asyncio.wait({receiving})
            arriving.remove()
            if not receiving.cancelled():
                receiving.exception()  # whoever waited was told

    async def _run(
        self, http: HttpRequest, body: bytes, file: Path | None, files: tuple[Path, ...] = (),
        arriving: stream.Arriving | None = None,
    ) -> Response:  # fmt: skip
        token = http.headers.get("authorization", "").removeprefix("Bearer ") or None
        name = http.path_params["operation"]
        request = Request(name, body, token, http.headers.get("nbannotate-request", ""), file, files, arriving)
        operation = self.dispatcher.find(name)
        if len(body) < LARGE_CALL:
            arguments = self.dispatcher.decode(operation, request)
        else:
            arguments = await self._in(self.threads.check, self.dispatcher.decode, operation, request)
        if operation.is_work and operation.writes and operation.stage is None and len(body) < LARGE_CALL:
            answer = await self._at_once(operation, request, arguments)
        else:
            answer = await self._answer(operation, request, arguments)
        if not isinstance(answer, Path):
            kind = "application/octet-stream" if operation.gives_file else "application/json"
            return Response(answer, media_type=kind)
        try:
            content = await self._in(self.threads.read, answer.read_bytes)
        finally:
            if answer.parent == self.dispatcher.engine.spool:
                answer.unlink(missing_ok=True)
        return Response(content, media_type="application/octet-stream")

    async def _at_once(self, operation: Operation, request: Request, arguments: dict[str, Any]) -> Any:
        """Run daily work of which no part takes long in one thread: each change of threads takes a part of a ms."""
        try:
            return await self._in(self.threads.write, self.dispatcher.do, operation, request, arguments, False)
        except Needed:  # begin again where it keeps nobody waiting
            return await self._answer(operation, request, arguments)

    async def _answer(self, operation: Operation, request: Request, arguments: dict[str, Any]) -> Any:
        """Run an operation: what takes long first, and again if what that went by has changed meanwhile."""
        if operation.name == "sql.query":
            return await self._query(operation, request, arguments)
        secret = operation.name.partition(".")[0] in ("sessions", "members")  # a password's hash
        pool = self.threads.slow if secret else self.threads.check
        ready = arguments
        for left in reversed(range(ATTEMPTS)):
            try:
                if operation.prepare is not None:
                    ready = await self._in(pool, self.dispatcher.prepare, operation, request, arguments)
                returned = await self._in(self.threads.of(operation), self.dispatcher.run, operation, request, ready)
            except Needed as needed:
                if not left:
                    raise
                arguments = arguments | await self._in(self.threads.far, self.dispatcher.bring, operation, needed)
                ready = arguments
            except Stale:
                if not left:
                    raise
            else:
                if operation.answer is None:
                    return returned
                return await self._in(self.threads.read, self.dispatcher.answer, operation, request, returned)
        raise AssertionError("unreachable")

    async def _query(self, operation: Operation, request: Request, arguments: dict[str, Any]) -> Any:
        """Run people's SQL, at most one short and one long query of a member at a time."""
        member_id = await self._in(self.threads.read, self.dispatcher.member_id, request)

        def work(limit: Limit) -> Any:
            return self.dispatcher.run(operation, request, arguments | {"prepared_limit": limit})

        return await self.queries.run(member_id, work)

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[..., Any], *arguments: Any) -> Any:
        # Shielded: a client that goes away does not stop a write half way between two threads.
        return await asyncio.shield(
            asyncio.get_running_loop().run_in_executor(pool, functools.partial(work, *arguments))
        )

    async def _guard(self, request: HttpRequest, do: Callable[[HttpRequest], Any]) -> Response:
        """Answer a request: with what came of it, or with an error; and measure it."""
        self.busy += 1
        began = time.perf_counter()
        try:
            answer = await self._answered(request, do)
            self.meter.add(request.path_params["operation"], time.perf_counter() - began, answer.status_code)
            return answer
        finally:
            self.busy -= 1
            self.used = time.monotonic()

    async def _answered(self, request: HttpRequest, do: Callable[[HttpRequest], Any]) -> Response:
        try:
            answer: Response = await do(request)
            return answer
        except NbannotateError as error:
            return self._refusal(error)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:
            logger.exception("%(path)s failed.", {"path": request.url.path})
            return self._refusal(self._unexpected(error))

    def _refusal(self, error: NbannotateError) -> Response:
        """Return the answer that tells an error; if the database has failed, the process ends after it."""
        engine = self.dispatcher.engine
        if engine.in_doubt:
            self._give_up()  # without an answer: the client asks the next owner with the same request id
        ends = BackgroundTask(self._give_up) if engine.has_failed or self.queries.stuck else None
        return Response(told(error), error.status, media_type="application/json", background=ends)

    def _unexpected(self, error: Exception) -> NbannotateError:
        """Return what is told of an error that nobody thought of."""
        path = self.dispatcher.engine.path
        if is_full(error):
            return full(path)
        return OwnerFailed(
            f"The owner process could not do this ({type(error).__name__}: {error}), and nothing was changed. "
            f"Please report it, with the end of {Place(path).log}."
        )

    def _give_up(self) -> None:
        """End this process at once, as a crash would: the next owner opens the file with all that was committed."""
        logger.critical("The database has failed, or a query does not end; this process ends, the next one goes on.")
        logging.shutdown()
        os._exit(FAILED)

    async def end_when_unused(self, server: uvicorn.Server) -> None:
        """Stop the server when nobody asked for anything for a while, or when its file is gone."""
        while not server.should_exit:
            await asyncio.sleep(min(1.0, self.idle_s / 4))
            if self.dispatcher.engine.has_failed and not self.busy:
                self._give_up()  # nobody asked: the clock found it
            unused = not self.busy and time.monotonic() - self.used > self.idle_s
            if unused or self.dispatcher.engine.is_lost():
                server.should_exit = True

    def serve(self, listening: socket.socket, ready: Callable[[], None]) -> None:
        """Answer on a socket until unused or told to stop by SIGTERM or SIGINT; then finish what runs."""

        @contextlib.asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:
            task = asyncio.create_task(self.end_when_unused(server))
            ready()
            yield
            task.cancel()

        self.app.router.lifespan_context = lifespan
        config = uvicorn.Config(
            self,
            http="httptools",
            proxy_headers=False,
            log_level="warning",
            access_log=False,
            timeout_keep_alive=round(2 * self.idle_s) + 60,  # people think; their connection stays open meanwhile
            timeout_graceful_shutdown=10,
            lifespan="on",
        )
        server = _Server(config, self.dispatcher.engine)
        server.run(sockets=[listening])
        self.threads.shutdown()
        if not self.queries.shutdown(END_S):
            self._give_up()  # a query does not end
        server.over.set()


class _Server(uvicorn.Server):
    """Ends when it is told to: queries that run are ended, everything else is finished.

    Unlike uvicorn's own handler it does not raise the signal again afterwards: the file is still to be closed then.
    """

    def __init__(self, config: uvicorn.Config, engine: Engine) -> None:
        super().__init__(config)
        self.over = threading.Event()
        self._engine = engine

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Hear SIGTERM or SIGINT."""
        if not self.should_exit:
            self.should_exit = True
            threading.Thread(target=self._interrupt, name="interrupt", daemon=True).start()

    def _interrupt(self) -> None:
        # Again and again: a query that is about to begin does not feel an interrupt that came before it.
        while not self.over.wait(0.1):
            self._engine.interrupt()
