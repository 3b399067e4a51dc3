"""People: adding and inviting them, roles, passwords, disabling accounts, accounts of another workspace."""

from __future__ import annotations

import datetime
import functools
import re
import secrets
from pathlib import Path
from typing import Any

import argon2
import msgspec

from nbannotate.errors import Conflict, InvalidInput, LoginFailed, NotFound, Refused, Stale, Wait
from nbannotate.model import Account, Invitation, Loss, Member, NewMember, Role
from nbannotate.model.suggestions import sentence, unknown
from nbannotate.operations import accounts, existing, removal
from nbannotate.operations.notifications import tell
from nbannotate.operations.registry import Context, operation
from nbannotate.operations.throttle import Key
from nbannotate.rules import passwords, rights
from nbannotate.rules.pseudonyms import FORGOTTEN
from nbannotate.store import campaigns, people, removing, renaming
from nbannotate.store.engine import MEMORY
from nbannotate.texts import Message, quoted, t

#: How long an invitation can be accepted.
INVITATION_LASTS = datetime.timedelta(days=7)


@functools.cache
def hasher() -> argon2.PasswordHasher:
    """Return the hasher of passwords: argon2id with the library's parameters (64 MiB, about a quarter second)."""
    return argon2.PasswordHasher()


def check_password(ctx: Context, password: str, login: str) -> None:
    """Raise InvalidInput if a password is too short, too long, or guessed first.

    Only the program that has it reaches a workspace in memory: there nobody guesses, and a password has a length only.
    """
    if ctx.engine.path == MEMORY:
        why = passwords.wrong_length(password)
    else:
        why = passwords.weakness(password, login, Path(ctx.engine.path).stem)
    if why is not None:
        raise InvalidInput(why)


def count_attempt(ctx: Context, *keys: Key) -> None:
    """Count an attempt at a secret before it is checked, or raise LoginFailed if there were too many lately."""
    wait = ctx.throttle.take(*keys)
    if wait > 0:
        n = int(wait) + 1
        raise LoginFailed(t("Too many attempts; try again in {n} seconds.", n=n), Wait(n))


def _own(ctx: Context) -> Key:
    return Key(f"password:{ctx.actor.member_id}")


def _prepare_add(ctx: Context, login: str, role: str, password: str | None, exist_ok: bool = False) -> dict[str, Any]:
    accounts.check_login(login)
    wanted = accounts.check_role(ctx, role)
    if exist_ok and existing.member(ctx, login, wanted):
        return {"prepared_hash": None}
    if password is None:
        password = secrets.token_urlsafe(9)
    check_password(ctx, password, login)
    chosen = password
    return {"password": chosen, "prepared_hash": lambda: hasher().hash(chosen)}


@operation(writes=True, prepare=_prepare_add, keep=lambda new: NewMember(new.member, "", new.there))
def add(
    ctx: Context,
    login: str,
    role: str,
    password: str | None = None,
    exist_ok: bool = False,
    *,
    prepared_hash: str | None,
) -> NewMember:
    """Add a member; without a password one is made up. It is shown in the answer and stored only as a hash.

    With ``exist_ok`` a member with this role who is there is returned, keeps the password, and the answer has none.
    """
    if exist_ok and (there := existing.member(ctx, login, accounts.check_role(ctx, role))):
        ctx.unchanged()
        return NewMember(there, "", there=True)
    if prepared_hash is None or password is None:
        raise Stale(f"The member {login!r} was renamed or deleted meanwhile; try again.")
    accounts.check_free(ctx, login)
    ctx.note(detail={"login": login, "role": role})
    return NewMember(people.add_member(ctx.tx, login, role, prepared_hash, ctx.now), password)


@operation(writes=True, keep=lambda made: Invitation(made.member, "", made.expires, made.there))
def invite(ctx: Context, login: str, role: str, token: str | None = None, exist_ok: bool = False) -> Invitation:
    """Add a member who chooses the password, or invite again one who has not chosen it yet; earlier invitations end.

    Parameters
    ----------
    token
        32 to 128 random letters, digits, ``-`` and ``_``, which are stored as a hash; None makes it up. Whoever asks
        makes it, so that a request whose answer was lost can be repeated.
    exist_ok
        A member with this role who has a password, or an invitation that can be accepted, is returned without a token.
    """
    accounts.check_login(login)
    wanted = accounts.check_role(ctx, role)
    if exist_ok and (there := existing.member(ctx, login, wanted)):
        until = people.invited_until(ctx.tx, there.member_id, ctx.now)
        if until or people.has_password(ctx.tx, there.member_id):
            ctx.unchanged()
            return Invitation(there, "", until or ctx.now, there=True)
    token = token if token is not None else secrets.token_urlsafe(32)
    if not re.fullmatch(r"[A-Za-z0-9_-]{32,128}", token):
        raise InvalidInput("token must be 32 to 128 letters, digits, - and _; leave it out to have one made.")
    known = people.password_hash(ctx.tx, login)
    if known is None:
        accounts.check_free(ctx, login)
        member = people.add_member(ctx.tx, login, wanted, None, ctx.now)
    else:
        member = _waiting(ctx, *known, wanted)
        people.end_sessions(ctx.tx, member.member_id, ctx.now)
    expires = ctx.now + INVITATION_LASTS
    people.add_session(ctx.tx, token, "invite", member.member_id, ctx.now, expires)
    ctx.note(detail={"login": login, "role": role})
    return Invitation(member, token, expires)


def _waiting(ctx: Context, member: Member, password_hash: str | None, role: Role) -> Member:
    """Return a member who may be invited again: who has no password yet, and this role."""
    rights.check_may_manage(ctx.actor.role, member.role)
    if password_hash is not None:
        raise Conflict(
            f"{member.login!r} is a member already and has a password; set_password gives a new one, if it is lost."
        )
    if not member.active:
        raise Refused(t("The account of {login} is disabled; enable it first.", login=quoted(member.login)))
    if member.role != role:
        raise Conflict(
            f"{member.login!r} is invited already, as {member.role}; set_role changes that, or invite as {member.role}."
        )
    return member


@operation()
def list_(ctx: Context) -> list[Member]:
    """Return all members, by login."""
    return people.members(ctx.tx)


@operation(writes=True)
def set_role(ctx: Context, login: str, role: str) -> Member:
    """Give a member another role; it holds from the next request on, in open pages too."""
    member = _manageable(ctx, login)
    wanted = accounts.check_role(ctx, role)
    if wanted == member.role:
        return member
    if wanted != "owner":
        check_not_last_owner(ctx, member)
    unfit = [s for s in people.steps_of(ctx.tx, member.member_id) if wanted not in rights.STEP_ROLES[s.kind]]
    if unfit:
        where = " and ".join(f"the step {s.step!r} of {s.campaign!r}" for s in unfit[:3])
        more = f" and {len(unfit) - 3} more" if len(unfit) > 3 else ""
        raise Refused(
            f"{login} works at {where}{more}, and a step of kind {unfit[0].kind} is not for the role {wanted}; "
            "name another assignee there first."
        )
    people.set_role(ctx.tx, member.member_id, wanted)
    tell(
        ctx,
        [member.member_id],
        "account",
        t("Your role is {role+} now; it was {before+}.", role=wanted, before=member.role),
    )
    ctx.note(detail={"login": login, "role": wanted, "before": member.role})
    return _known(ctx, login)


def _prepare_password(ctx: Context, login: str, password: str) -> dict[str, Any]:
    _manageable(ctx, login)
    check_password(ctx, password, login)
    return {"prepared_hash": lambda: hasher().hash(password)}


@operation(writes=True, prepare=_prepare_password)
def set_password(ctx: Context, login: str, password: str, *, prepared_hash: str) -> None:
    """Give a member a new password; the member's open sessions and invitations end."""
    member = _manageable(ctx, login)
    people.set_password(ctx.tx, member.member_id, prepared_hash)
    people.end_sessions(ctx.tx, member.member_id, ctx.now)
    tell(ctx, [member.member_id], "account", t("{who} gave your account a new password.", who=ctx.actor.login))
    ctx.note(detail={"login": login})


def _prepare_change(ctx: Context, current: str, new: str, session: str) -> dict[str, Any]:
    check_password(ctx, new, ctx.actor.login)
    if new == current:
        raise InvalidInput(t("The new password is the same as the current one; choose another."))
    _, stored = people.password_hash(ctx.tx, ctx.actor.login) or (None, None)
    if stored is None:
        raise Refused("Your account has no password yet; members.set_password gives it one.")
    # Counted before the slow hash: who finds a page open must not try passwords in it.
    count_attempt(ctx, _own(ctx))

    def change() -> str | None:
        try:
            hasher().verify(stored, current[: passwords.LONGEST])
        except argon2.exceptions.VerificationError:
            return None
        return hasher().hash(new)

    return {"prepared_hash": change}


@operation(writes=True, prepare=_prepare_change)
def change_password(ctx: Context, current: str, new: str, session: str = "", *, prepared_hash: str | None) -> None:
    """Change the own password; the own other sessions end.

    Parameters
    ----------
    session
        The token of the session that goes on, or of a kernel of it.
    """
    if prepared_hash is None:
        raise LoginFailed(t("The current password is wrong."))
    ctx.throttle.forget(_own(ctx))
    people.set_password(ctx.tx, ctx.actor.member_id, prepared_hash)
    people.end_sessions(ctx.tx, ctx.actor.member_id, ctx.now, stays=session)


@operation(writes=True)
def disable(ctx: Context, login: str) -> None:
    """Close an account: nobody logs in with it, its open sessions end at once, managers are told what it holds."""
    _close(ctx, _manageable(ctx, login), "disabled")
    ctx.note(detail={"login": login})


def _close(ctx: Context, member: Member, how: str) -> None:
    """Close an account, and tell managers what it holds."""
    if member.member_id == ctx.actor.member_id:
        raise Refused(t("You cannot disable your own account; ask another owner or manager."))
    check_not_last_owner(ctx, member)
    people.set_active(ctx.tx, member.member_id, False)
    people.end_sessions(ctx.tx, member.member_id, ctx.now)
    if not member.active:
        return
    managers = [m.member_id for m in people.members(ctx.tx) if m.active and m.role in rights.MANAGERS]
    tell_of_copies(ctx, member, managers, how)
    for held in people.open_tasks(ctx.tx, member.member_id):
        n = held.tasks
        text = Message(
            f"{member.login} was {how} and holds {n:,} open task{'s' * (n != 1)} in {held.campaign}; reassign them."
        )
        # With a key, who disabled the account is told, too; the time in it makes it another one each time.
        once = f"disabled {member.login} {held.campaign_id} {ctx.now}"
        tell(ctx, managers, "account", text, campaign_id=held.campaign_id, once=once)


def tell_of_copies(ctx: Context, member: Member, managers: list[int], how: str) -> None:
    """Tell managers where too few people are left for the copies of an asset: those wait."""
    for campaign_id, step, waiting in people.copies_waiting(ctx.tx, member.member_id):
        spec = campaigns.spec(ctx.tx, campaign_id)
        at, left = spec.workflow.steps[step], len(campaigns.workers(ctx.tx, campaign_id).get(step, set()))
        if left < at.copies:
            text = Message(
                f"{member.login} was {how}: {left} people are left at {at.name!r} of {spec.name}, where {at.copies} "
                f"answer for each asset. {waiting:,} assets wait until somebody else works there, or the account is "
                "enabled."
            )
            once = f"copies {member.login} {campaign_id} {step} {ctx.now}"
            tell(ctx, managers, "account", text, campaign_id=campaign_id, once=once)


@operation(writes=True)
def enable(ctx: Context, login: str) -> None:
    """Open an account again; its password is the one from before, its sessions and invitations stay ended."""
    member = _manageable(ctx, login)
    people.set_active(ctx.tx, member.member_id, True)
    if member.archived is not None:
        renaming.archive(ctx.tx, "member", member.member_id, None)
    ctx.note(detail={"login": login})


@operation(writes=True, keep=None)
def account(ctx: Context, login: str) -> Account:
    """Return what another workspace needs to add this account: login, role, and the hash of the password."""
    known = people.password_hash(ctx.tx, login)
    if known is None:
        raise NotFound(sentence(unknown("member", login, [m.login for m in people.members(ctx.tx)])))
    member, stored = known
    if not member.active:
        raise Refused(t("The account of {login} is disabled; enable it first.", login=quoted(login)))
    ctx.note(detail={"login": login})
    return Account(member.login, member.role, stored)


@operation(writes=True)
def adopt(ctx: Context, account: Account, role: str | None = None, exist_ok: bool = False) -> Member:
    """Add an account of another workspace; the person logs in here with the same password.

    With ``exist_ok`` a member with this login and role who is there is returned, and keeps the password.

    The password is copied once: changed in one workspace later, it stays what it was in the other one.
    """
    accounts.check_login(account.login)
    wanted = accounts.check_role(ctx, role or account.role)
    if account.password_hash is not None:
        accounts.check_hash(account.password_hash)
    if exist_ok and (there := existing.member(ctx, account.login, wanted)):
        ctx.unchanged()
        return there
    accounts.check_free(ctx, account.login)
    ctx.note(detail={"login": account.login, "role": wanted})
    return people.add_member(ctx.tx, account.login, wanted, account.password_hash, ctx.now)


def check_not_last_owner(ctx: Context, member: Member) -> None:
    """Raise Refused if this is the only active owner: a workspace is never without one."""
    owners = [m for m in people.members(ctx.tx) if m.role == "owner" and m.active]
    if [m.member_id for m in owners] == [member.member_id]:
        raise Refused(
            t(
                "{login} is the last active owner of the workspace; make somebody else an owner first.",
                login=member.login,
            )
        )


def _known(ctx: Context, login: str) -> Member:
    member = people.member(ctx.tx, login)
    if member is None:
        raise NotFound(sentence(unknown("member", login, [m.login for m in people.members(ctx.tx)])))
    return member


def _manageable(ctx: Context, login: str) -> Member:
    """Return a member whom the actor may change, or raise."""
    member = _known(ctx, login)
    rights.check_may_manage(ctx.actor.role, member.role)
    if FORGOTTEN.fullmatch(member.login):
        raise Refused(f"{member.login} was forgotten, which is not undone; add the person anew.")
    return member


@operation(writes=True)
def rename(ctx: Context, login: str, name: str) -> Member:
    """Give a member another login; history, sessions and work stay the member's, and the campaigns' specs follow."""
    member = _manageable(ctx, login)
    accounts.check_login(name)
    if people.folded(name) != people.folded(login):
        accounts.check_free(ctx, name)
    followed = renaming.rename_member(ctx.tx, member.member_id, login, name)
    if member.member_id != ctx.actor.member_id:
        tell(
            ctx,
            [member.member_id],
            "account",
            t("Your login is {login} now; it was {before}.", login=name, before=login),
        )
    ctx.note(detail={"login": name, "before": login, "campaigns": followed})
    return _known(ctx, name)


@operation(writes=True)
def archive(ctx: Context, login: str, archived: bool = True) -> Member:
    """Put a member away, whose account is closed then; or take the member back, and open the account."""
    member = _manageable(ctx, login)
    if archived:
        _close(ctx, member, "archived")
    else:
        people.set_active(ctx.tx, member.member_id, True)
    renaming.archive(ctx.tx, "member", member.member_id, (member.archived or ctx.now) if archived else None)
    ctx.note(detail={"login": login, "archived": archived})
    return _known(ctx, login)


@operation()
def deletion(ctx: Context, login: str) -> Loss:
    """Return what deleting a member would delete, or raise why the member stays."""
    member = _manageable(ctx, login)
    if member.member_id == ctx.actor.member_id:
        raise Refused("You cannot delete your own account; ask another owner or manager.")
    if removing.deeds(ctx.tx, member.member_id):
        raise Refused(
            f"{login} has logged in, worked, or stands in a campaign, and history keeps who did what; close the "
            "account with disable, or put it away with archive."
        )
    check_not_last_owner(ctx, member)
    return Loss(f"member {login!r}", login, {})


@operation(writes=True)
def delete(ctx: Context, login: str, confirm: str) -> Loss:
    """Delete a member who did nothing yet; ``confirm`` must be the login."""
    member = _known(ctx, login)
    gone = deletion(ctx, login)
    removal.check_confirmed(gone, confirm)
    removing.delete_member(ctx.tx, member.member_id)
    ctx.note(detail={"login": login})
    return msgspec.structs.replace(gone, deleted=True)
