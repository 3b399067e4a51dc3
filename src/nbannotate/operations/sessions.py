"""Logging in and out, accepting invitations, and the tokens of kernels.

A session token stands for a member until it ends. A kernel's token is bound to a session and ends with it; so is a
session that an owner opens for somebody else.
"""

from __future__ import annotations

import datetime
import functools
import secrets
from typing import Any

from argon2.exceptions import VerificationError

from nbannotate.errors import InvalidInput, LoginFailed, NotAllowed, NotFound, Refused, SessionEnded
from nbannotate.model import Member, Session
from nbannotate.model.suggestions import sentence, unknown
from nbannotate.operations import accounts, members
from nbannotate.operations.members import check_password, count_attempt, hasher
from nbannotate.operations.registry import Context, operation
from nbannotate.operations.throttle import WIDE, Key, Rate, place_of
from nbannotate.rules import rights
from nbannotate.rules.passwords import LONGEST
from nbannotate.store import people
from nbannotate.texts import quoted, t

LASTS = datetime.timedelta(hours=12)
#: How long a session lasts that an owner opened for somebody; a program opens another one when it is over.
WORD_LASTS = datetime.timedelta(hours=1)
#: How long a browser in which a member logged in is known, from the last login on.
BROWSER_LASTS = datetime.timedelta(days=180)
LONGEST_LOGIN = 64
#: Invitations cannot be guessed; this many links that are over may be opened from one address.
INVITATIONS = Rate(20, 36.0)


@functools.cache
def _dummy() -> str:
    """Return a hash to check against when there is no such member, so that both take the same time."""
    return hasher().hash(secrets.token_hex(8))


def _keys(ctx: Context, login: str, address: str, browser: str) -> list[Key]:
    """Return what an attempt to log in is counted by; a success forgets the first, and is not counted in the others.

    A browser in which this member logged in before is counted by itself: whatever strangers try, from this address or
    any other, its person is not kept out.
    """
    name, member = people.folded(login), people.named(ctx.tx, login)
    if member and browser and people.knows_browser(ctx.tx, browser, member.member_id, ctx.now):
        return [Key(f"browser {people.hash_token(browser)} of {member.member_id}")]
    place = place_of(address) if address else ""
    keys = [Key(f"login {name!r} from {place!r}"), Key(f"login {name!r}", WIDE)]
    return [*keys, Key(f"address {place!r}", WIDE)] if place else keys


def _prepare_open(ctx: Context, login: str, password: str, address: str, browser: str) -> dict[str, Any]:
    # Counted before the slow hash: otherwise parallel guesses would all slip through.
    keys = _keys(ctx, login[:LONGEST_LOGIN], address, browser)
    count_attempt(ctx, *keys)
    member = people.named(ctx.tx, login[:LONGEST_LOGIN])
    known = people.password_hash(ctx.tx, member.login) if member else None
    stored = known[1] if known else None

    def check() -> bool:
        try:
            hasher().verify(stored or _dummy(), password[:LONGEST])
        except VerificationError:
            return False
        return stored is not None

    return {"prepared_right": check, "prepared_keys": keys}


@operation(writes=True, prepare=_prepare_open, keep=None)
def open_(
    ctx: Context,
    login: str,
    password: str,
    address: str = "",
    browser: str = "",
    *,
    prepared_right: bool,
    prepared_keys: list[Key],
) -> Session:
    """Log in; the login may be written in any case.

    Wrong passwords are counted: by login and address (after five, the wait doubles each time), by login, and by address
    (after a hundred). A browser that is known is counted by itself.

    Parameters
    ----------
    address
        Where the person is, as far as it is known.
    browser
        A random token that the browser keeps; after a success the browser is known as this member's.
    """
    member = people.named(ctx.tx, login[:LONGEST_LOGIN])
    if not prepared_right or member is None or not member.active:
        raise LoginFailed(t("The login or the password is wrong."))
    narrow, *wide = prepared_keys
    ctx.throttle.forget(narrow)
    ctx.throttle.give_back(*wide)
    return _begin(ctx, member, address, browser)


def _begin(ctx: Context, member: Member, address: str, browser: str) -> Session:
    """Open a session for a member who has just proved who it is, and know the browser from now on."""
    ctx.acts_as(member)
    token = secrets.token_urlsafe(32)
    people.add_session(ctx.tx, token, "login", member.member_id, ctx.now, ctx.now + LASTS)
    if browser:
        people.know_browser(ctx.tx, browser, member.member_id, ctx.now, ctx.now + BROWSER_LASTS)
    ctx.note(detail={"address": address[:64]})
    return Session(token, member, ctx.now + LASTS)


@operation(writes=True, keep=None)
def admit(ctx: Context, login: str, role: str | None = None, address: str = "") -> Session:
    """Log in somebody whom another login service (JupyterHub) knows under this login: on the word of the server.

    Parameters
    ----------
    login
        Exactly as that service says it.
    role
        That the service gives: a new member is added with it, and one who has another role gets it. None lets members
        in who are there, with the role that they have.
    address
        Where the person is, as far as it is known.
    """
    if ctx.session is not None:  # an owner who logged in acts for others with act_as, which the log tells
        raise NotAllowed("Only the server of the pages lets people in on the word of another login service.")
    accounts.check_login(login)
    member = people.named(ctx.tx, login)
    if member is not None and member.login != login:
        raise Refused(
            t(
                "You log in as {login}, and are {there} here; a manager has to rename the account here.",
                login=login,
                there=member.login,
            )
        )
    detail: dict[str, object] = {"address": address[:64], "role": role}
    if member is None:
        if role is None:
            raise Refused(t("{login} is no member of this workspace; ask its owner to add you.", login=login))
        member = people.add_member(ctx.tx, login, accounts.check_role(ctx, role), None, ctx.now)
        detail["added"] = True
    elif not member.active:
        raise Refused(t("The account of {login} is disabled in this workspace; ask a manager.", login=login))
    elif member.role == "owner" and role != "owner":
        raise Refused(
            t(
                "{login} is an owner of this workspace, and nobody is let in as one whose group does not say so.",
                login=login,
            )
        )
    elif role is not None and role != member.role:
        detail["before"] = member.role
        member = members.set_role(ctx, login, role)
    session = _begin(ctx, member, address, "")
    ctx.note(detail=detail)
    return session


def _invited(ctx: Context, token: str) -> Member:
    member = people.invited(ctx.tx, token, ctx.now)
    if member is None:
        raise LoginFailed(
            t(
                "This invitation is not valid: it was used, replaced by a newer one, or is older than 7 days. If you "
                "have chosen a password already, log in with it; if not, ask for a new invitation."
            )
        )
    return member


def _accepting(token: str, address: str) -> list[Key]:
    place = place_of(address) if address else ""
    return [
        Key(f"invitation {people.hash_token(token)} from {place!r}"),
        Key(f"invitations from {place!r}", INVITATIONS),
    ]


def _prepare_accept(ctx: Context, token: str, password: str, address: str, browser: str) -> dict[str, Any]:
    keys = _accepting(token, address)
    count_attempt(ctx, *keys)
    member = _invited(ctx, token)
    try:
        check_password(ctx, password, member.login)
    except InvalidInput:
        ctx.throttle.give_back(*keys)  # nobody guessed: the invitation was right
        raise
    return {"prepared_hash": lambda: hasher().hash(password)}


@operation(writes=True, prepare=_prepare_accept, keep=None)
def accept(
    ctx: Context, token: str, password: str, address: str = "", browser: str = "", *, prepared_hash: str
) -> Session:
    """Choose the password of an account that one is invited to, and log in; the invitation ends."""
    member = _invited(ctx, token)
    ctx.throttle.give_back(*_accepting(token, address))
    people.set_password(ctx.tx, member.member_id, prepared_hash)
    people.end_sessions(ctx.tx, member.member_id, ctx.now)
    return _begin(ctx, member, address, browser)


@operation(writes=True, keep=None)
def act_as(ctx: Context, login: str) -> Session:
    """Open a session for a member on the word of an owner, without the password: for programs, and for work only.

    It lasts an hour, and no longer than the owner's own session. What is done in it stands in the log as the member's,
    with the owner in ``acted_by``. No page is opened with it, and it changes no account and no password
    (:data:`nbannotate.rules.rights.IN_PERSON`).
    """
    if ctx.session is not None and ctx.session.kind != "login":
        raise NotAllowed("A page does not act for others; open the workspace in a notebook or a program.")
    member = people.named(ctx.tx, login[:LONGEST_LOGIN])
    if member is None:
        known = [m.login for m in people.members(ctx.tx)]
        raise NotFound(sentence(unknown("member", login[:LONGEST_LOGIN], known)))
    rights.check_may_act_as(ctx.actor, member)
    if not member.active:
        raise Refused(t("The account of {login} is disabled; enable it first.", login=quoted(member.login)))
    token, expires = secrets.token_urlsafe(32), ctx.now + WORD_LASTS
    if ctx.session is not None:
        expires = min(expires, ctx.session.expires)
    by = ctx.actor.member_id
    people.add_session(ctx.tx, token, "word", member.member_id, ctx.now, expires, parent=ctx.session, acted_by=by)
    ctx.note(detail={"login": member.login})
    return Session(token, member, expires)


@operation()
def check(ctx: Context, token: str) -> Member:
    """Return who a token stands for, or raise SessionEnded."""
    known = people.session(ctx.tx, token, ctx.now)
    if known is None or known.kind == "word":  # which is for programs, and opens no page
        raise SessionEnded(t("Your session has ended; log in again."))
    return known.member


@operation(writes=True)
def close(ctx: Context, token: str) -> None:
    """Log out: the session ends, and every kernel's token that is bound to it."""
    people.end_session(ctx.tx, token, ctx.now)


@operation(writes=True)
def bind_kernel(ctx: Context, session: str, kernel_token: str) -> Member:
    """Let a kernel's token stand for the member of a session, as long as that session lasts."""
    known = people.session(ctx.tx, session, ctx.now)
    if known is None or known.kind != "login":
        raise SessionEnded(t("The session has ended; log in again."))
    member = known.member
    people.add_session(ctx.tx, kernel_token, "kernel", member.member_id, ctx.now, known.expires, parent=known)
    ctx.note(detail={"login": member.login})
    return member


@operation(writes=True)
def unbind_kernel(ctx: Context, kernel_token: str) -> None:
    """End a kernel's token."""
    people.end_session(ctx.tx, kernel_token, ctx.now)
