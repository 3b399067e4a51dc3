"""Who may call which operation: one table, role by operation.

This is the first gate. An operation checks the second one itself, for example whether a task is the person's own.
"""

from __future__ import annotations

from nbannotate.errors import NotAllowed
from nbannotate.model import ROLES, Role

EVERYONE: frozenset[Role] = frozenset(ROLES)
MANAGERS: frozenset[Role] = frozenset({"owner", "manager"})
DEVELOPERS: frozenset[Role] = frozenset({"owner", "manager", "developer"})
OWNER: frozenset[Role] = frozenset({"owner"})

#: Operations that need no session: logging in.
PUBLIC: frozenset[str] = frozenset({"sessions.open"})

#: Role by operation. An operation that is not here is refused to everyone.
ALLOWED: dict[str, frozenset[Role]] = {
    "workspace.info": EVERYONE,
    "members.add": MANAGERS,
    "members.list": MANAGERS,
    "members.set_password": MANAGERS,
    "members.disable": MANAGERS,
    "members.enable": MANAGERS,
    "sessions.open": EVERYONE,
    "sessions.check": EVERYONE,
    "sessions.close": EVERYONE,
    "sessions.bind_kernel": OWNER,
    "sessions.unbind_kernel": OWNER,
    "datasets.create": DEVELOPERS,
    "datasets.list": DEVELOPERS,
    "versions.create": DEVELOPERS,
    "versions.list": DEVELOPERS,
    "assets.add": DEVELOPERS,
    "assets.locate": EVERYONE,
    "annotations.add": DEVELOPERS,
    "annotations.get": EVERYONE,
    "campaigns.create": MANAGERS,
    "campaigns.plan": MANAGERS,
    "campaigns.launch": MANAGERS,
    "campaigns.list": MANAGERS,
    "campaigns.progress": MANAGERS,
    "campaigns.spec": MANAGERS,
    "tasks.mine": EVERYONE,
    "tasks.listing": EVERYONE,
    "tasks.of_campaign": DEVELOPERS,
    "tasks.next": EVERYONE,
    "tasks.pull": EVERYONE,
    "tasks.open": EVERYONE,
    "tasks.save": EVERYONE,
    "tasks.submit": EVERYONE,
    "tasks.rework": EVERYONE,
    "tasks.skip": EVERYONE,
    "tasks.history": EVERYONE,
    "issues.create": EVERYONE,
    "issues.reply": EVERYONE,
    "issues.set_state": EVERYONE,
    "issues.mine": EVERYONE,
    "sql.query": DEVELOPERS,
}


#: Who may work at a step of which kind.
STEP_ROLES: dict[str, frozenset[Role]] = {
    "annotation": EVERYONE,
    "review": frozenset({"owner", "manager", "reviewer"}),
}


def check_operation(role: Role, operation: str) -> None:
    """Raise NotAllowed unless members of a role may call an operation."""
    allowed = ALLOWED.get(operation, frozenset())
    if role not in allowed:
        who = ", ".join(r for r in ROLES if r in allowed) or "nobody"
        raise NotAllowed(f"Your role is {role}; {operation} is for {who}.")


def check_may_manage(actor: Role, other: str) -> None:
    """Raise NotAllowed if a member of role ``actor`` may not create or change one of role ``other``."""
    if other == "owner" and actor != "owner":
        raise NotAllowed("Only an owner may create or change an owner.")
