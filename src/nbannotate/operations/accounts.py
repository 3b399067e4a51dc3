"""What an account must be: its login, its role, and the hash of a password that another workspace gives."""

from __future__ import annotations

import re

import argon2

from nbannotate.errors import Conflict, InvalidInput
from nbannotate.model import ROLES, Role
from nbannotate.model.suggestions import one_of
from nbannotate.operations.registry import Context
from nbannotate.rules import rights
from nbannotate.store import people
from nbannotate.texts import quoted, t

#: A stored hash says itself how much work it is to check; what another workspace gives may not ask for more than this.
MOST_MEMORY_KIB = 1 << 20
MOST_ROUNDS = 20
MOST_LANES = 16


def check_login(login: str) -> None:
    """Raise InvalidInput if a login has characters that it may not have, or too many."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}", login):
        raise InvalidInput(
            t(
                "The login {login} will not do: use 1 to 64 letters, digits and . _ @ + - , beginning with a letter "
                "or digit.",
                login=quoted(login),
            )
        )


def check_role(ctx: Context, role: str) -> Role:
    """Return a role that the actor may give, or raise."""
    one_of("role", role, ROLES)
    known = next(r for r in ROLES if r == role)
    rights.check_may_manage(ctx.actor.role, known)
    return known


def check_free(ctx: Context, login: str) -> None:
    """Raise Conflict if a member has a login, however it is written."""
    for there in people.same_logins(ctx.tx, login):
        raise Conflict(t("There is a member {login} already; choose another login.", login=quoted(there)))


def check_hash(stored: str) -> None:
    """Raise InvalidInput unless this is a hash that logins can be checked against, at a cost that can be borne."""
    try:
        found = argon2.extract_parameters(stored)
    except argon2.exceptions.InvalidHashError:
        found = None
    if found is None or found.type is not argon2.Type.ID or len(stored) > 512:
        raise InvalidInput("account.password_hash is no argon2id hash; take the account from members.account.")
    if found.memory_cost > MOST_MEMORY_KIB or found.time_cost > MOST_ROUNDS or found.parallelism > MOST_LANES:
        raise InvalidInput("account.password_hash would take too long to check; take the account from members.account.")
