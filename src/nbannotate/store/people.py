"""Members and their sessions. Tokens are stored as SHA-256 hashes only."""

from __future__ import annotations

import datetime
import hashlib
import unicodedata
from typing import Literal

from msgspec import Struct

from nbannotate.model import Member, Role, StepKind
from nbannotate.store.engine import Transaction

_MEMBER = "m.member_id, m.login, m.role, m.active, m.archived"


class Known(Struct, frozen=True):
    """A session that goes on, and whom it stands for.

    Parameters
    ----------
    kind
        ``"login"``: somebody logged in; ``"kernel"``: a kernel's token, bound to such a session; ``"word"``: opened for
        the member on the word of an owner.
    acted_by
        The id of that owner; None where the member is who it is.
    """

    member: Member
    kind: Literal["login", "kernel", "word"]
    expires: datetime.datetime
    token_hash: str
    acted_by: int | None = None


class _MemberRow(Struct, frozen=True):
    """A member, as :data:`_MEMBER` selects one, with what else a query returns."""

    member_id: int
    login: str
    role: Role
    active: bool
    archived: datetime.datetime | None

    @property
    def member(self) -> Member:
        return Member(self.member_id, self.login, self.role, self.active, self.archived)


class _Password(_MemberRow, frozen=True):
    password_hash: str | None


class _Session(_MemberRow, frozen=True):
    kind: Literal["login", "kernel", "word"]
    acted_by: int | None
    expires: datetime.datetime


def hash_token(token: str) -> str:
    """Return what is stored of a token. A token is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_member(tx: Transaction, login: str, role: str, password_hash: str | None, now: datetime.datetime) -> Member:
    """Insert a member and return it."""
    new = tx.new_id()
    tx.run("insert into data.members values ($1, $2, $3, $4, true, $5, null)", new, login, role, password_hash, now)
    found = member(tx, login)
    assert found is not None
    return found


def member(tx: Transaction, login: str) -> Member | None:
    """Return the member with a login, or None."""
    return tx.read_one(Member, f"select {_MEMBER} from data.members m where m.login = $1", login)


def folded(login: str) -> str:
    """Return what two ways to write a login have in common: case and the forms of Unicode make no difference."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", login).casefold())


def named(tx: Transaction, login: str) -> Member | None:
    """Return the member whom somebody means by a login, however it is written.

    Logins of an older nbannotate may differ in their case only; then only the exact one is meant.
    """
    same = same_logins(tx, login)
    name = login if login in same else same[0] if len(same) == 1 else None
    return member(tx, name) if name is not None else None


def same_logins(tx: Transaction, login: str) -> list[str]:
    """Return the logins that are the same but for the way they are written."""
    wanted = folded(login)
    return [name for name in logins(tx).values() if folded(name) == wanted]


def members(tx: Transaction) -> list[Member]:
    """Return all members, by login."""
    return tx.read(Member, f"select {_MEMBER} from data.members m order by login")


def first_owner(tx: Transaction) -> Member | None:
    """Return the member that the workspace's own token stands for: its first active owner."""
    query = f"select {_MEMBER} from data.members m where m.role = 'owner' and m.active"  # sorted here: half of the time
    owners = tx.once("owners", lambda: tx.read(Member, query))
    return min(owners, key=lambda owner: owner.member_id, default=None)


def logins(tx: Transaction) -> dict[int, str]:
    """Return the login of every member by id."""
    return tx.once("logins", lambda: {m.member_id: m.login for m in members(tx)})


def password_hash(tx: Transaction, login: str) -> tuple[Member, str | None] | None:
    """Return a member and the hash of the password, or None."""
    row = tx.read_one(_Password, f"select {_MEMBER}, m.password_hash from data.members m where m.login = $1", login)
    return None if row is None else (row.member, row.password_hash)


def set_password(tx: Transaction, member_id: int, password_hash: str) -> None:
    """Replace the hash of a member's password."""
    tx.run("update data.members set password_hash = $2 where member_id = $1", member_id, password_hash)


def set_role(tx: Transaction, member_id: int, role: str) -> None:
    """Give a member another role."""
    tx.run("update data.members set role = $2 where member_id = $1", member_id, role)


def set_active(tx: Transaction, member_id: int, active: bool) -> None:
    """Enable or disable an account."""
    tx.run("update data.members set active = $2 where member_id = $1", member_id, active)


def add_session(
    tx: Transaction,
    token: str,
    kind: str,
    member_id: int,
    now: datetime.datetime,
    expires: datetime.datetime,
    parent: Known | None = None,
    acted_by: int | None = None,
) -> None:
    """Insert a session.

    Parameters
    ----------
    parent
        The session that it lives and dies with.
    acted_by
        The owner on whose word it is opened; it ends when that owner's own sessions are ended.
    """
    parent_hash = parent.token_hash if parent else None
    tx.run(
        "insert into data.sessions values ($1, $2, $3, $4, $5, $6, null, $7)",
        hash_token(token), kind, member_id, parent_hash, now, expires, acted_by,
    )  # fmt: skip


def session(tx: Transaction, token: str, now: datetime.datetime) -> Known | None:
    """Return the session of a token; None if it is unknown, over, or its member disabled.

    An invitation is no session: its token opens the page where a password is chosen, and nothing else. Nor is a browser
    that is known: it only counts failures by itself. A session on an owner's word lasts no longer than that owner is
    one, and never stands for another owner.
    """
    hashed = hash_token(token)
    known = tx.once(("session", hashed), lambda: _session(tx, hashed))
    return None if known is None or known.expires <= now else known


def _session(tx: Transaction, hashed: str) -> Known | None:
    """Return a session that nobody ended, with the earlier end of the two if it depends on another."""
    row = tx.read_one(
        _Session,
        f"""
        select {_MEMBER}, s.kind, s.acted_by, least(s.expires, coalesce(p.expires, s.expires)) as expires
        from data.sessions s
        join data.members m on m.member_id = s.member_id
        left join data.sessions p on p.token_hash = s.parent_hash
        left join data.members o on o.member_id = s.acted_by
        where s.token_hash = $1 and s.kind in ('login', 'kernel', 'word') and s.ended is null and m.active
          and p.ended is null and (s.parent_hash is null or p.token_hash is not null)
          and (s.acted_by is null
               or (o.active and o.role = 'owner' and (m.role <> 'owner' or m.member_id = o.member_id)))
        """,
        hashed,
    )
    return None if row is None else Known(row.member, row.kind, row.expires, hashed, row.acted_by)


def end_session(tx: Transaction, token: str, now: datetime.datetime) -> None:
    """End a session and those that depend on it."""
    tx.run(
        "update data.sessions set ended = $2 where (token_hash = $1 or parent_hash = $1) and ended is null",
        hash_token(token),
        now,
    )


def end_sessions(tx: Transaction, member_id: int, now: datetime.datetime, stays: str = "") -> None:
    """End all sessions and invitations of a member, and those of others on the member's word.

    Parameters
    ----------
    stays
        A token: its session goes on, with all that depends on it. If it is a kernel's, that is the login's session.
    """
    tx.run(
        """
        with staying as (
          select coalesce(parent_hash, token_hash) as token_hash from data.sessions where token_hash = $3
        )
        update data.sessions set ended = $2 where (member_id = $1 or acted_by = $1) and ended is null
          and coalesce(parent_hash, token_hash) not in (select token_hash from staying)
        """,
        member_id, now, hash_token(stays),
    )  # fmt: skip


def invited(tx: Transaction, token: str, now: datetime.datetime) -> Member | None:
    """Return the active member whose invitation a token is; None if it is unknown, used, replaced or too old."""
    return tx.read_one(
        Member,
        f"""
        select {_MEMBER} from data.sessions s join data.members m on m.member_id = s.member_id
        where s.token_hash = $1 and s.kind = 'invite' and s.ended is null and s.expires > $2 and m.active
        """,
        hash_token(token), now,
    )  # fmt: skip


def invited_until(tx: Transaction, member_id: int, now: datetime.datetime) -> datetime.datetime | None:
    """Return until when an invitation of a member can be accepted; None if there is none."""
    return tx.value(  # type: ignore[no-any-return]
        "select max(expires) from data.sessions where member_id = $1 and kind = 'invite' and ended is null "
        "and expires > $2",
        member_id,
        now,
    )


def has_password(tx: Transaction, member_id: int) -> bool:
    """Return whether a member has chosen a password, or was given one."""
    return bool(tx.value("select password_hash is not null from data.members where member_id = $1", member_id))


def _browser(token: str, member_id: int) -> str:
    return hash_token(f"{token} of {member_id}")  # several members may log in with one browser


def know_browser(
    tx: Transaction, token: str, member_id: int, now: datetime.datetime, expires: datetime.datetime
) -> None:
    """Know a browser as one in which a member logged in; what ends the member's sessions ends that, too."""
    tx.run(
        "insert into data.sessions values ($1, 'browser', $2, null, $3, $4, null, null) "
        "on conflict (token_hash) do update set expires = excluded.expires, ended = null",
        _browser(token, member_id), member_id, now, expires,
    )  # fmt: skip


def knows_browser(tx: Transaction, token: str, member_id: int, now: datetime.datetime) -> bool:
    """Whether a member logged in with this browser before."""
    query = "select 1 as known from data.sessions where token_hash = $1 and ended is null and expires > $2"
    return tx.one(query, _browser(token, member_id), now) is not None


class Held(Struct, frozen=True):
    """How many open tasks a member holds in a campaign."""

    campaign_id: int
    campaign: str
    tasks: int


class WorksAt(Struct, frozen=True):
    """A step where a member works."""

    campaign: str
    step: str
    kind: StepKind


def open_tasks(tx: Transaction, member_id: int) -> list[Held]:
    """Return, for each campaign that is not archived, how many open tasks a member holds."""
    return tx.read(
        Held,
        """
        select t.campaign_id, c.name as campaign, count(*) as tasks
        from data.tasks t join data.campaigns c on c.campaign_id = t.campaign_id and c.archived is null
        where t.assignee_id = $1 and t.state in ('in_progress', 'to_rework') and t.gold is null group by 1, 2 order by 1
        """,
        member_id,
    )


def copies_waiting(tx: Transaction, member_id: int) -> list[tuple[int, int, int]]:
    """Return the steps of a member where copies are open: campaign, step, and of how many assets."""
    rows = tx.all(
        """
        select t.campaign_id, t.step, count(distinct t.asset_id) as n from data.tasks t
        join data.campaigns c on c.campaign_id = t.campaign_id and c.archived is null
        join data.step_members m on m.campaign_id = t.campaign_id and m.step = t.step and m.member_id = $1
        where t.copy is not null and t.gold is null and t.state in ('in_progress', 'to_rework')
        group by 1, 2 order by 1, 2
        """,
        member_id,
    )
    return [(r["campaign_id"], r["step"], r["n"]) for r in rows]


def steps_of(tx: Transaction, member_id: int) -> list[WorksAt]:
    """Return the steps where a member works in campaigns that are neither completed nor archived."""
    return tx.read(
        WorksAt,
        """
        with mine as (
          select campaign_id, step from data.step_members where member_id = $1
          union
          select campaign_id, step from data.tasks where assignee_id = $1 and state in ('in_progress', 'to_rework')
        )
        select c.name as campaign, s.name as step, s.kind from mine
        join data.steps s on s.campaign_id = mine.campaign_id and s.step = mine.step
        join campaigns c on c.campaign_id = mine.campaign_id and c.state not in ('completed', 'archived')
        order by c.campaign_id, s.step
        """,
        member_id,
    )
