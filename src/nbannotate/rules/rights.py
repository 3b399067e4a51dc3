"""Who may call which operation: one table, role by operation.

This is the first gate. An operation checks the second one itself, for example whether a task is the person's own.
"""

from __future__ import annotations

from nbannotate.errors import NotAllowed
from nbannotate.model import ROLES, Member, Role
from nbannotate.texts import t

EVERYONE: frozenset[Role] = frozenset(ROLES)
MANAGERS: frozenset[Role] = frozenset({"owner", "manager"})
DEVELOPERS: frozenset[Role] = frozenset({"owner", "manager", "developer"})
OWNER: frozenset[Role] = frozenset({"owner"})

REVIEWERS: frozenset[Role] = frozenset({"owner", "manager", "reviewer"})

#: Operations that need no session: logging in.
PUBLIC: frozenset[str] = frozenset({"sessions.open", "sessions.accept"})

#: Role by operation. An operation that is not here is refused to everyone.
ALLOWED: dict[str, frozenset[Role]] = {
    "workspace.info": EVERYONE,
    "workspace.activity": EVERYONE,
    "backups.create": OWNER,
    "members.add": MANAGERS,
    "members.invite": MANAGERS,
    "members.list": MANAGERS,
    "members.set_role": MANAGERS,
    "members.set_password": MANAGERS,
    "members.change_password": EVERYONE,
    "members.disable": MANAGERS,
    "members.enable": MANAGERS,
    "members.rename": MANAGERS,
    "members.archive": MANAGERS,
    "members.deletion": MANAGERS,
    "members.delete": MANAGERS,
    "members.account": OWNER,
    "members.adopt": MANAGERS,
    "leaving.export": OWNER,
    "leaving.forecast": OWNER,
    "leaving.forget": OWNER,
    "sessions.open": EVERYONE,
    "sessions.accept": EVERYONE,
    "sessions.act_as": OWNER,
    "sessions.admit": OWNER,
    "sessions.check": EVERYONE,
    "sessions.close": EVERYONE,
    "sessions.bind_kernel": OWNER,
    "sessions.unbind_kernel": OWNER,
    "datasets.create": DEVELOPERS,
    "datasets.take_back": DEVELOPERS,
    "datasets.list": DEVELOPERS,
    "datasets.set_workers": MANAGERS,
    "datasets.rename": DEVELOPERS,
    "datasets.archive": DEVELOPERS,
    "datasets.deletion": MANAGERS,
    "datasets.delete": MANAGERS,
    "datasets.workers": DEVELOPERS,
    "versions.create": DEVELOPERS,
    "versions.list": DEVELOPERS,
    "versions.publish": DEVELOPERS,
    "versions.verify": DEVELOPERS,
    "versions.child": DEVELOPERS,
    "merges.create": DEVELOPERS,
    "clones.create": DEVELOPERS,
    "clones.contents": DEVELOPERS,
    "clones.receive": DEVELOPERS,
    "versions.rename": DEVELOPERS,
    "versions.archive": DEVELOPERS,
    "versions.deletion": MANAGERS,
    "versions.delete": MANAGERS,
    "assets.add": DEVELOPERS,
    "assets.replace": DEVELOPERS,
    "assets.rename": DEVELOPERS,
    "assets.relocate": DEVELOPERS,
    "assets.check": DEVELOPERS,
    "assets.archive": DEVELOPERS,
    "assets.deletion": MANAGERS,
    "assets.delete": MANAGERS,
    "assets.locate": EVERYONE,
    "assets.large": EVERYONE,
    "assets.metadata": EVERYONE,
    "assets.set_metadata": EVERYONE,
    "remote.listing": DEVELOPERS,
    "remote.look": DEVELOPERS,
    "remote.unmeasured": DEVELOPERS,
    "remote.measure": DEVELOPERS,
    "choosing.assets": DEVELOPERS,
    "labels.list": DEVELOPERS,
    "labels.recipes": DEVELOPERS,
    "labels.changes": DEVELOPERS,
    "labels.preview": DEVELOPERS,
    "labels.change": DEVELOPERS,
    "labels.undo": DEVELOPERS,
    "splits.set": DEVELOPERS,
    "splits.how": DEVELOPERS,
    "metadata.set": DEVELOPERS,
    "metadata.types": DEVELOPERS,
    "annotations.add": DEVELOPERS,
    "annotations.restore": DEVELOPERS,
    "annotations.shapes": DEVELOPERS,
    "imports.add": DEVELOPERS,
    "annotations.drafts": EVERYONE,
    "annotations.get": EVERYONE,
    "documents.add": DEVELOPERS,
    "documents.get": EVERYONE,
    "campaigns.create": MANAGERS,
    "campaigns.plan": MANAGERS,
    "campaigns.apply": MANAGERS,
    "campaigns.launch": MANAGERS,
    "campaigns.list": EVERYONE,
    "campaigns.progress": DEVELOPERS,
    "campaigns.spec": DEVELOPERS,
    "campaigns.join": MANAGERS,
    "campaigns.complete": MANAGERS,
    "campaigns.archive": MANAGERS,
    "campaigns.deletion": MANAGERS,
    "campaigns.delete": MANAGERS,
    "chain.send": MANAGERS,
    "recipes.add_label": EVERYONE,
    "tasks.mine": EVERYONE,
    "tasks.listing": EVERYONE,
    "tasks.of_campaign": DEVELOPERS,
    "tasks.next": EVERYONE,
    "tasks.pull": EVERYONE,
    "tasks.peek": EVERYONE,
    "tasks.open": EVERYONE,
    "tasks.heartbeat": EVERYONE,
    "tasks.report": EVERYONE,
    "tasks.save": EVERYONE,
    "tasks.save_changes": EVERYONE,
    "tasks.submit": EVERYONE,
    "tasks.submit_and_next": EVERYONE,
    "tasks.rework": EVERYONE,
    "tasks.reject": EVERYONE,
    "tasks.skip": EVERYONE,
    "tasks.discard": EVERYONE,
    "tasks.history": EVERYONE,
    "tasks.before": EVERYONE,
    "tasks.answers": EVERYONE,
    "tasks.review_order": REVIEWERS,
    "tasks.take": REVIEWERS,
    "tasks.reassign": MANAGERS,
    "tasks.redistribute": MANAGERS,
    "sequences.view": EVERYONE,
    "sequences.take": EVERYONE,
    "sequences.spread": EVERYONE,
    "sequences.undo": EVERYONE,
    "sequences.exclude": EVERYONE,
    "jobs.of_campaign": MANAGERS,
    "jobs.submit": EVERYONE,
    "jobs.restart": REVIEWERS,
    "jobs.complete": REVIEWERS,
    "issues.create": EVERYONE,
    "issues.reply": EVERYONE,
    "issues.set_state": EVERYONE,
    "issues.mine": EVERYONE,
    "issues.listing": DEVELOPERS,
    "notices.mine": EVERYONE,
    "notices.see": EVERYONE,
    "gold.members": DEVELOPERS,
    "gold.resume": MANAGERS,
    "gold.look": EVERYONE,
    "clock.tick": OWNER,
    "sql.query": DEVELOPERS,
}

#: What is done only by a person, and never in somebody's name on the word of an owner: who may come in, and with which
#: password; what is read of the notices.
IN_PERSON: frozenset[str] = frozenset(
    {
        "members.add", "members.invite", "members.set_role", "members.set_password", "members.change_password",
        "members.disable", "members.enable", "members.account", "members.adopt", "members.rename", "members.archive",
        "members.delete", "leaving.export", "leaving.forget", "sessions.act_as", "sessions.admit",
        "sessions.bind_kernel", "sessions.unbind_kernel", "notices.see",
    }
)  # fmt: skip

#: What members may do from another machine (``nbannotate owner``): the work of annotators and reviewers, who never name
#: a file of the workspace's machine. Where a large image lies is of no use there, and invitations are for the pages.
ELSEWHERE: frozenset[str] = frozenset(name for name, roles in ALLOWED.items() if roles in (EVERYONE, REVIEWERS)) - {
    "assets.large",
    "sessions.accept",
    "sessions.check",
}

#: Who may work at a step of which kind.
STEP_ROLES: dict[str, frozenset[Role]] = {
    "annotation": EVERYONE,
    "consensus": EVERYONE,
    "review": REVIEWERS,
}


def check_operation(role: Role, operation: str) -> None:
    """Raise NotAllowed unless members of a role may call an operation."""
    allowed = ALLOWED.get(operation, frozenset())
    if role not in allowed:
        who = ", ".join(r for r in ROLES if r in allowed) or "nobody"
        raise NotAllowed(t("Your role is {role+}; {operation} is for {who}.", role=role, operation=operation, who=who))


def check_on_word(operation: str) -> None:
    """Raise NotAllowed if an operation is not for a session that was opened on an owner's word."""
    if operation in IN_PERSON:
        raise NotAllowed(
            f"{operation} is not done in somebody's name; this session was opened on the word of an owner, for work."
        )


def check_may_act_as(owner: Member, other: Member) -> None:
    """Raise NotAllowed if an owner may not act in the name of a member: that is another owner."""
    if other.role == "owner" and other.member_id != owner.member_id:
        raise NotAllowed(f"{other.login} is an owner, too; nobody acts in the name of another owner.")


def check_may_manage(actor: Role, other: str) -> None:
    """Raise NotAllowed if a member of role ``actor`` may not create or change one of role ``other``."""
    if other == "owner" and actor != "owner":
        raise NotAllowed(t("Only an owner may create or change an owner."))
