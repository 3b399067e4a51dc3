"""Logging in and out, accepting invitations, and the tokens of kernels.

A session token stands for a member until it ends. A kernel's token is bound to a session and ends with it.
"""

from __future__ import annotations

import datetime
import functools
import secrets
from typing import Any

from argon2.exceptions import VerificationError

from nbannotate.errors import InvalidInput, LoginFailed, SessionEnded
from nbannotate.model import Member, Session
from nbannotate.operations.members import LONGEST_PASSWORD, check_password, count_attempt, hasher
from nbannotate.operations.registry import Context, operation
from nbannotate.store import people

LASTS = datetime.timedelta(hours=12)


@functools.cache
def _dummy() -> str:
    """Return a hash to check against when there is no such member, so that both take the same time."""
    return hasher().hash(secrets.token_hex(8))


def _of(address: str) -> list[str]:
    """Return under which key an address's attempts are counted, if it is known."""
    return [f"address:{address[:64]}"] if address else []


def _prepare_open(ctx: Context, login: str, password: str, address: str) -> dict[str, Any]:
    # Counted before the slow hash: otherwise parallel guesses would all slip through.
    count_attempt(ctx, f"login:{login[:64]}", *_of(address))
    known = people.password_hash(ctx.tx, login[:64])
    stored = known[1] if known else None

    def check() -> bool:
        try:
            hasher().verify(stored or _dummy(), password[:LONGEST_PASSWORD])
        except VerificationError:
            return False
        return stored is not None

    return {"prepared_right": check}


@operation(writes=True, prepare=_prepare_open, keep=None)
def open_(ctx: Context, login: str, password: str, address: str = "", *, prepared_right: bool) -> Session:
    """Log in. Wrong passwords are counted by login and by address; after five of them the wait doubles each time."""
    member = people.member(ctx.tx, login)
    if not prepared_right or member is None or not member.active:
        raise LoginFailed("The login or the password is wrong.")
    ctx.throttle.forget(f"login:{login[:64]}", *_of(address))
    return _begin(ctx, member, address)


def _begin(ctx: Context, member: Member, address: str) -> Session:
    """Open a session for a member who has just proved who it is."""
    ctx.acts_as(member)
    token = secrets.token_urlsafe(32)
    people.add_session(ctx.tx, token, "login", member.member_id, ctx.now, ctx.now + LASTS)
    ctx.note(detail={"address": address[:64]})
    return Session(token, member, ctx.now + LASTS)


def _invited(ctx: Context, token: str) -> Member:
    member = people.invited(ctx.tx, token, ctx.now)
    if member is None:
        raise LoginFailed(
            "This invitation is not valid: it was used, replaced by a newer one, or is older than 7 days. If you have "
            "chosen a password already, log in with it; if not, ask for a new invitation."
        )
    return member


def _prepare_accept(ctx: Context, token: str, password: str, address: str) -> dict[str, Any]:
    keys = [f"invitation:{people.hash_token(token)}", *_of(address)]
    count_attempt(ctx, *keys)
    _invited(ctx, token)
    try:
        check_password(password)
    except InvalidInput:
        ctx.throttle.forget(*keys)  # nobody guessed: the invitation was right
        raise
    return {"prepared_hash": lambda: hasher().hash(password)}


@operation(writes=True, prepare=_prepare_accept, keep=None)
def accept(ctx: Context, token: str, password: str, address: str = "", *, prepared_hash: str) -> Session:
    """Choose the password of an account that one is invited to, and log in; the invitation ends."""
    member = _invited(ctx, token)
    ctx.throttle.forget(f"invitation:{people.hash_token(token)}", *_of(address))
    people.set_password(ctx.tx, member.member_id, prepared_hash)
    people.end_sessions(ctx.tx, member.member_id, ctx.now)
    return _begin(ctx, member, address)


@operation()
def check(ctx: Context, token: str) -> Member:
    """Return who a token stands for, or raise SessionEnded."""
    known = people.session(ctx.tx, token, ctx.now)
    if known is None:
        raise SessionEnded("Your session has ended; log in again.")
    return known[0]


@operation(writes=True)
def close(ctx: Context, token: str) -> None:
    """Log out: the session ends, and every kernel's token that is bound to it."""
    people.end_session(ctx.tx, token, ctx.now)


@operation(writes=True)
def bind_kernel(ctx: Context, session: str, kernel_token: str) -> Member:
    """Let a kernel's token stand for the member of a session, as long as that session lasts."""
    known = people.session(ctx.tx, session, ctx.now)
    if known is None or known[1] != "login":
        raise SessionEnded("The session has ended; log in again.")
    member, _, expires = known
    people.add_session(ctx.tx, kernel_token, "kernel", member.member_id, ctx.now, expires, parent=session)
    ctx.note(detail={"login": member.login})
    return member


@operation(writes=True)
def unbind_kernel(ctx: Context, kernel_token: str) -> None:
    """End a kernel's token."""
    people.end_session(ctx.tx, kernel_token, ctx.now)
