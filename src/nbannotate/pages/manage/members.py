"""What a manager does to members: one operation each, and a sentence or a secret on what came of it."""

from __future__ import annotations

import secrets

from msgspec import Struct

from nbannotate.model import Invitation, Member, NewMember, Role
from nbannotate.pages.manage.desk import Desk
from nbannotate.pages.manage.messages import Done, Request
from nbannotate.pages.work.messages import Name
from nbannotate.pages.work.render_task import when
from nbannotate.texts import t


class Add(Request, frozen=True, tag="add"):
    """Add a member with a password that is made up."""

    login: Name
    role: Role


class Invite(Request, frozen=True, tag="invite"):
    """Add a member who chooses the password behind a link that works once."""

    login: Name
    role: Role


class SetRole(Request, frozen=True, tag="role"):
    """Change what a member may do."""

    login: Name
    role: Role


class ResetPassword(Request, frozen=True, tag="password"):
    """Give a member a new password, which is made up."""

    login: Name


class Disable(Request, frozen=True, tag="disable"):
    """Close an account."""

    login: Name


class Enable(Request, frozen=True, tag="enable"):
    """Open an account again."""

    login: Name


class NewPassword(Struct, frozen=True):
    """A password that is shown once."""

    secret: str


class NewInvitation(Struct, frozen=True):
    """What the link of an invitation holds, and until when it works."""

    token: str
    expires: str


def add(desk: Desk, asked: Add) -> NewPassword:
    """Add a member with a password that is shown once."""
    password = secrets.token_urlsafe(9)  # made here: an answer that was lost and is asked for again holds none
    desk.call("members.add", NewMember, login=asked.login, role=asked.role, password=password)
    return NewPassword(password)


def invite(desk: Desk, asked: Invite) -> NewInvitation:
    """Add a member who chooses the password behind a link that works once."""
    token = secrets.token_urlsafe(32)
    made = desk.call("members.invite", Invitation, login=asked.login, role=asked.role, token=token)
    return NewInvitation(token, when(made.expires))


def role(desk: Desk, asked: SetRole) -> Done:
    """Change what a member may do."""
    made = desk.call("members.set_role", Member, login=asked.login, role=asked.role)
    return Done(t("The role of {who} is {role+} now.", who=made.login, role=made.role))


def password(desk: Desk, asked: ResetPassword) -> NewPassword:
    """Give a member a new password, which is shown once."""
    new = secrets.token_urlsafe(9)
    desk.call("members.set_password", type(None), login=asked.login, password=new)
    return NewPassword(new)


def disable(desk: Desk, asked: Disable) -> Done:
    """Close an account."""
    desk.call("members.disable", type(None), login=asked.login)
    return Done(t("{who} is disabled, and is logged out everywhere.", who=asked.login))


def enable(desk: Desk, asked: Enable) -> Done:
    """Open an account again."""
    desk.call("members.enable", type(None), login=asked.login)
    return Done(t("{who} can log in again.", who=asked.login))
