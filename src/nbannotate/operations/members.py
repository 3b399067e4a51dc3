"""People: adding them, passwords, disabling accounts."""

from __future__ import annotations

import functools
import re
import secrets
from typing import Any

from argon2 import PasswordHasher

from nbannotate.errors import Conflict, InvalidInput, NotFound, Refused
from nbannotate.model import ROLES, Member, NewMember
from nbannotate.operations.registry import Context, operation
from nbannotate.rules import rights
from nbannotate.store import people

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256


@functools.cache
def hasher() -> PasswordHasher:
    """Return the hasher of passwords: argon2id with the library's parameters (64 MiB, about a quarter second)."""
    return PasswordHasher()


def check_password(password: str) -> None:
    """Raise InvalidInput if a password is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")


def _prepare_add(ctx: Context, login: str, role: str, password: str | None) -> dict[str, Any]:
    if role not in ROLES:
        raise InvalidInput(f"role must be one of {', '.join(ROLES)}, not {role!r}.")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}", login):
        raise InvalidInput(
            f"The login {login!r} will not do: use 1 to 64 letters, digits and . _ @ + - , "
            "beginning with a letter or digit."
        )
    rights.check_may_manage(ctx.actor.role, role)
    if password is None:
        password = secrets.token_urlsafe(9)
    check_password(password)
    chosen = password
    return {"password": chosen, "prepared_hash": lambda: hasher().hash(chosen)}


@operation(writes=True, prepare=_prepare_add, keep=lambda new: NewMember(new.member, ""))
def add(ctx: Context, login: str, role: str, password: str | None = None, *, prepared_hash: str) -> NewMember:
    """Add a member; without a password one is made up. It is shown in the answer and stored only as a hash."""
    assert password is not None, "prepare makes one up"
    if people.member(ctx.tx, login):
        raise Conflict(f"There is a member {login!r} already; choose another login.")
    ctx.note(detail={"login": login, "role": role})
    return NewMember(people.add_member(ctx.tx, login, role, prepared_hash, ctx.now), password)


@operation()
def list_(ctx: Context) -> list[Member]:
    """Return all members, by login."""
    return people.members(ctx.tx)


def _prepare_password(ctx: Context, login: str, password: str) -> dict[str, Any]:
    _manageable(ctx, login)
    check_password(password)
    return {"prepared_hash": lambda: hasher().hash(password)}


@operation(writes=True, prepare=_prepare_password)
def set_password(ctx: Context, login: str, password: str, *, prepared_hash: str) -> None:
    """Give a member a new password; the member's open sessions end."""
    member = _manageable(ctx, login)
    people.set_password(ctx.tx, member.member_id, prepared_hash)
    people.end_sessions(ctx.tx, member.member_id, ctx.now)
    ctx.note(detail={"login": login})


@operation(writes=True)
def disable(ctx: Context, login: str) -> None:
    """Close an account: nobody can log in with it, and its open sessions end at once."""
    member = _manageable(ctx, login)
    if member.member_id == ctx.actor.member_id:
        raise Refused("You cannot disable your own account; ask another owner or manager.")
    people.set_active(ctx.tx, member.member_id, False)
    people.end_sessions(ctx.tx, member.member_id, ctx.now)
    ctx.note(detail={"login": login})


@operation(writes=True)
def enable(ctx: Context, login: str) -> None:
    """Open an account again."""
    people.set_active(ctx.tx, _manageable(ctx, login).member_id, True)
    ctx.note(detail={"login": login})


def _manageable(ctx: Context, login: str) -> Member:
    member = people.member(ctx.tx, login)
    if member is None:
        raise NotFound(f"There is no member {login!r}.")
    rights.check_may_manage(ctx.actor.role, member.role)
    return member
