"""A workspace's daily work over the network, by TLS, for kernels of members on other machines: ``nbannotate owner``.

It is a process of its own, so that the one that opens the database has no port. What annotators and reviewers may do
passes (:data:`nbannotate.rules.rights.ELSEWHERE`), by the token of a session only; whatever else a member may do names
files of this machine, or accounts, and is done on it. A body is read when its token was found good.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from nbannotate.errors import (
    InvalidInput,
    LoginFailed,
    NbannotateError,
    NotAllowed,
    OwnerUnavailable,
    SessionEnded,
    WorkspaceError,
    told,
)
from nbannotate.model import Member, Session
from nbannotate.owner.client import SocketClient
from nbannotate.rules import rights
from nbannotate.texts import t

#: The largest request of a member, and of somebody who is not known yet.
LARGEST, LARGEST_OF_STRANGERS = 16 << 20, 16 << 10
#: Seconds that a body may take; and in which a token that was good need not be asked for again before a body is read.
BODY_S, KNOWN_S = 60.0, 5.0
LONGEST_TOKEN = 200
AT_ONCE = 4  # questions to a Hub
MOST = 500  # requests at the same time, and tokens that are known
#: Opens a session by a token of a JupyterHub, for somebody at an address.
Admit = Callable[[str, str], Awaitable[Session]]
AWAY = t("The workspace does not answer. Please try again in a minute.")


class Gateway:
    """Passes on what may be done from elsewhere.

    Parameters
    ----------
    client
        Acts as the workspace's owner; nothing is done in that name but to ask whether a token is good.
    admit
        Opens a session for somebody by a token of a JupyterHub and the address that it comes from; None if no Hub's
        word is taken.
    """

    def __init__(self, client: SocketClient, admit: Admit | None = None) -> None:
        self.client, self.admit = client, admit
        self.asking = asyncio.Semaphore(AT_ONCE)
        self.known: dict[str, float] = {}
        routes = [
            Route("/ready", self.ready, methods=["POST"]),
            Route("/hub", self.enter, methods=["POST"]),
            Route("/{kind:str}/{operation:str}", self.pass_on, methods=["POST"]),
        ]
        self.app = Starlette(routes=routes)

    async def ready(self, request: Request) -> Response:
        """Say that there is somebody."""
        return Response(b"null")

    async def enter(self, request: Request) -> Response:
        """Open a session by the token of a JupyterHub's server."""
        return await self._answered(request, self._entered)

    async def pass_on(self, request: Request) -> Response:
        """Answer a request as the owner does, if it may come from elsewhere."""
        return await self._answered(request, self._passed)

    async def _entered(self, request: Request) -> bytes:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.admit is None or not 0 < len(token) <= LONGEST_TOKEN:
            raise LoginFailed("No JupyterHub's word is taken here; log in with member and password.")
        async with self.asking:
            session = await self.admit(token, request.client.host if request.client else "")
        return msgspec.json.encode(session)

    async def _answered(self, request: Request, do: Callable[[Request], Awaitable[bytes]]) -> Response:
        try:
            answer = await do(request)
        except WorkspaceError:  # it would tell where the workspace lies
            return _refusal(OwnerUnavailable(AWAY))
        except NbannotateError as error:
            return _refusal(error)
        except ClientDisconnect:
            return Response(status_code=499)
        return Response(answer, media_type="application/octet-stream")

    async def _passed(self, request: Request) -> bytes:
        kind, operation = request.path_params["kind"], request.path_params["operation"]
        if kind not in ("call", "file") or operation not in rights.ELSEWHERE:
            raise NotAllowed(f"{operation} is not done from another machine; open the workspace on its own.")
        public = operation in rights.PUBLIC
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not public:
            await run_in_threadpool(self._check, token)
        body = await _body(request, LARGEST_OF_STRANGERS if public else LARGEST)
        if public:
            body = _from(request.client.host if request.client else "", body)
        number = request.headers.get("nbannotate-request", "")[:64] or uuid.uuid4().hex
        return await run_in_threadpool(
            self._ask, f"/{kind}/{operation}", body, token if not public else "nobody", number
        )

    def _check(self, token: str) -> None:
        """Raise SessionEnded unless a token is a session's: the workspace's own is none."""
        now = time.monotonic()
        if self.known.get(token, 0.0) < now:
            self.known.pop(token, None)
            if not 0 < len(token) <= LONGEST_TOKEN:
                raise SessionEnded(t("Your session has ended; log in again."))
            self.client.call("sessions.check", Member, token=token)
            if len(self.known) >= MOST:
                self.known.clear()
            self.known[token] = now + KNOWN_S

    def _ask(self, url: str, body: bytes, token: str, number: str) -> bytes:
        """Ask the owner as whoever the token stands for; by the same number nothing is done twice."""
        with contextlib.closing(SocketClient(self.client.place.given, token)) as one:
            return one._ask(url, body, {"Nbannotate-Request": number})


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                body += part
                if len(body) > most:
                    raise InvalidInput(f"A request from another machine may have {most >> 10} KiB at most.")
    except TimeoutError as error:
        raise InvalidInput("The request did not come to its end.") from error
    return bytes(body)


def _from(address: str, body: bytes) -> bytes:
    """Return the arguments of a login with the address that it comes from: failures are counted by that."""
    try:
        arguments = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError as error:
        raise InvalidInput("The arguments of a login are a JSON object.") from error
    return msgspec.json.encode({**arguments, "address": address})


def _refusal(error: NbannotateError) -> Response:
    return Response(told(error), error.status, media_type="application/json")


def listen(address: str, port: int) -> socket.socket:
    """Return a listening socket; raise InvalidInput if there can be none."""
    try:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return socket.create_server((address, port), family=family, backlog=256)
    except (OSError, OverflowError) as error:
        raise InvalidInput(f"Nothing can listen on {address}:{port}: {error}") from error


def run(
    client: SocketClient, listening: socket.socket, certificate: Path, key: Path, ready: Callable[[], None],
    admit: Admit | None = None,
) -> None:  # fmt: skip
    """Serve on a socket until SIGTERM or SIGINT.

    Raises
    ------
    InvalidInput
        If the certificate or its key cannot be used.
    """
    config = uvicorn.Config(
        Gateway(client, admit).app, log_level="warning", access_log=False, ssl_certfile=certificate, ssl_keyfile=key,
        limit_concurrency=MOST, timeout_keep_alive=120, timeout_graceful_shutdown=3, server_header=False,
        proxy_headers=False, lifespan="off",
    )  # fmt: skip
    try:
        config.load()
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise InvalidInput(f"The certificate {certificate} and its key {key} cannot be used: {error}") from error
    ready()
    uvicorn.Server(config).run(sockets=[listening])
