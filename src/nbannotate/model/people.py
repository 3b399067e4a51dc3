"""People of a workspace: members, their roles, sessions and invitations."""

from __future__ import annotations

import datetime
from typing import Literal

from nbannotate.model.value import Record

Role = Literal["owner", "manager", "developer", "reviewer", "annotator"]
ROLES: tuple[Role, ...] = ("owner", "manager", "developer", "reviewer", "annotator")


class Member(Record, frozen=True):
    """A person with a login and a role."""

    member_id: int
    login: str
    role: Role
    active: bool = True
    archived: datetime.datetime | None = None


class NewMember(Record, frozen=True):
    """A member who was just added, with the password, which is shown this once.

    ``there`` says that the member was there already and keeps the password, which is not in here then.
    """

    member: Member
    password: str
    there: bool = False


class Session(Record, frozen=True):
    """A session that was opened with a password; the token is shown this once."""

    token: str
    member: Member
    expires: datetime.datetime

    def __repr__(self) -> str:
        return f"Session({self.member.login!r}, until {self.expires:%Y-%m-%d %H:%M} UTC)"


class Invitation(Record, frozen=True):
    """A member who was just invited; the token is shown this once, and opens the page where a password is chosen."""

    member: Member
    token: str
    expires: datetime.datetime
    there: bool = False


class Account(Record, frozen=True):
    """What another workspace needs of an account: the login and the hash of the password; for owners only."""

    login: str
    role: Role
    password_hash: str | None

    def __repr__(self) -> str:
        return f"Account({self.login!r}, {self.role!r})"


class WorkspaceInfo(Record, frozen=True):
    """What a client learns when it connects."""

    path: str
    schema_version: int
    program: str
    member: Member
