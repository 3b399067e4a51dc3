"""The people of a workspace, as a notebook handles them: ``ws.members``."""

from __future__ import annotations

import builtins
import datetime
import os
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from nbannotate import model
from nbannotate.cards import marked_down
from nbannotate.errors import Refused
from nbannotate.model import deprecations
from nbannotate.model.value import Record
from nbannotate.model.values import plain
from nbannotate.workspace import leaving
from nbannotate.workspace.removal import delete
from nbannotate.workspace.table import Listed

if TYPE_CHECKING:
    from nbannotate.workspace.connection import Connection

_FRAME = """
select m.login, m.role, m.active, m.created, coalesce(t.open_tasks, 0) as open_tasks, e.last_login, m.archived
from members m
left join (
  select assignee, count(*) as open_tasks from tasks where state in ('in_progress', 'to_rework') group by 1
) t on t.assignee = m.login
left join (
  select member, max(created) as last_login from events where operation in ('sessions.open', 'sessions.accept')
  group by 1
) e on e.member = m.login
where ($1 is null or true){}
order by m.login
"""


def login_of(member: Any) -> Any:
    """Return the login of a member who is given as such, or by the login."""
    return plain(getattr(member, "login", member))


class Invited(Record, frozen=True):
    """A member who was just invited, with the link to send; it is shown this once.

    Parameters
    ----------
    member
        Who it is for.
    path
        What follows the address of the site. The part after ``#`` never reaches a server's log. Empty where the member
        was there already, with ``exist_ok=True``.
    expires
        Until when it can be used, once (UTC).
    """

    member: model.Member
    path: str
    expires: datetime.datetime

    def link(self, site: str) -> str:
        """Return the whole link; see ``path``.

        Parameters
        ----------
        site
            The address that people type, for example ``"https://annotate.example.com"``.

        Raises
        ------
        Refused
            The member was there already, and no link was made.
        """
        if not self.path:
            raise Refused(f"{self._there()} Without exist_ok=True a new link is made for who has no password yet.")
        return site.rstrip("/") + self.path

    def _there(self) -> str:
        return f"{self.member.login} ({self.member.role}) was there already; an invitation that was sent still works."

    def __str__(self) -> str:
        if not self.path:
            return self._there()
        return (
            f"{self.member.login} ({self.member.role}) is invited. Send this, after the address of your site:\n"
            f"    {self.path}\n"
            f"It can be used once, until {self.expires:%Y-%m-%d %H:%M} UTC, and is not shown again."
        )

    def _repr_markdown_(self) -> str:
        """Return how a notebook shows it."""
        if not self.path:
            return self._there()
        return (
            f"**{marked_down(self.member.login)}** ({self.member.role}) is invited. "
            "Send this, after the address of your site:\n\n"
            f"`{self.path}`\n\n"
            f"It can be used once, until {self.expires:%Y-%m-%d %H:%M} UTC, and is not shown again."
        )


class Members(Listed[model.Member]):
    """The people of a workspace, by login; ``ws.members["ana"]`` is one.

    Parameters
    ----------
    workspace
        The workspace.
    """

    what, one, view, puts_away = "members", "member", "members", True
    means: ClassVar[Mapping[str, str]] = {"member": "login", "name": "login"}
    first = ("login", "role", "active")

    def __init__(self, workspace: Connection) -> None:
        super().__init__(workspace)
        self._client = workspace.client

    def _sql(self, history: bool = False) -> str:
        return _FRAME.format("" if history else " and m.archived is null")

    def _list(self) -> builtins.list[model.Member]:
        return self._client.call("members.list", list[model.Member])

    def _name_of(self, item: Any) -> Any:
        return item.login if isinstance(item, model.Member) else item

    def _preview(self, rows: int) -> tuple[builtins.list[str], builtins.list[builtins.list[Any]]]:
        # Of what the owner lists, not of a frame: showing people imports no pandas.
        return [*self.first], [[getattr(m, c) for c in self.first] for m in self._shown_ones()[:rows]]

    def _known(self, column: str) -> builtins.list[str] | None:
        return [*model.ROLES] if column == "role" else super()._known(column)

    @deprecations.parameters(login="member")
    def add(
        self, member: str, role: model.Role = "annotator", password: str | None = None, *, exist_ok: bool = False
    ) -> model.NewMember:
        """Add a member.

        Parameters
        ----------
        member
            The login: 1 to 64 letters, digits and ``. _ @ + -``.
        role
            owner, manager, developer, reviewer or annotator.
        password
            8 to 256 characters; without one, one is made up and is in the answer, this once.
        exist_ok
            Whether a member with this login and role who is there is returned. The password stays the one that the
            member has, whatever is given here, and the answer has none.

        Raises
        ------
        Conflict
            There is a member of that login; with ``exist_ok``: with another role, or the account is disabled.
        """
        # Made up here: an answer that was lost on the way and is asked for again holds no password.
        password = password or secrets.token_urlsafe(9)
        made = self._client.call(
            "members.add", model.NewMember, login=member, role=role, password=password, exist_ok=exist_ok
        )
        return made if made.there else model.NewMember(made.member, password)

    @deprecations.parameters(login="member")
    def invite(self, member: str, role: model.Role = "annotator", *, exist_ok: bool = False) -> Invited:
        """Add a member who chooses the password on the page of an invitation, within 7 days.

        Inviting again who has not chosen one yet makes a new link; the one before stops working.

        Parameters
        ----------
        member
            The login: 1 to 64 letters, digits and ``. _ @ + -``.
        role
            owner, manager, developer, reviewer or annotator.
        exist_ok
            Whether a member with this login and role who is there is returned. A link that was sent still works then,
            and is not shown again; only where it is too old, a new one is made.

        Raises
        ------
        Conflict
            There is a member of that login who has a password, or another role.
        """
        token = secrets.token_urlsafe(32)  # made here for the same reason as a password
        made = self._client.call(
            "members.invite", model.Invitation, login=member, role=role, token=token, exist_ok=exist_ok
        )
        return Invited(made.member, "" if made.there else f"/invite#{member}/{token}", made.expires)

    def list(self) -> builtins.list[model.Member]:
        """Return all members: the old name of ``list(ws.members)``."""
        deprecations.say("ws.members.list()", "list(ws.members)")
        return list(self)

    @deprecations.parameters(login="member")
    def set_role(self, member: str | model.Member, role: model.Role) -> model.Member:
        """Give a member another role; it holds at once, in open pages too.

        Raises
        ------
        Refused
            The member works at a step that is not for this role, or is the last active owner.
        """
        return self._client.call("members.set_role", model.Member, login=login_of(member), role=role)

    @deprecations.parameters(login="member")
    def set_password(self, member: str | model.Member, password: str) -> None:
        """Give a member a new password; open sessions and invitations of the member end."""
        self._client.call("members.set_password", type(None), login=login_of(member), password=password)

    def change_password(self, current: str, new: str) -> None:
        """Change your own password; your other sessions end.

        Raises
        ------
        LoginFailed
            The current password is wrong, or there were too many attempts.
        """
        session = getattr(self._client, "_token", None) or ""
        self._client.call("members.change_password", type(None), current=current, new=new, session=session)

    @deprecations.parameters(login="member")
    def disable(self, member: str | model.Member) -> None:
        """Close an account; its open sessions end at once. Managers are told which open tasks it holds."""
        self._client.call("members.disable", type(None), login=login_of(member))

    @deprecations.parameters(login="member")
    def enable(self, member: str | model.Member) -> None:
        """Open an account again, with the password from before."""
        self._client.call("members.enable", type(None), login=login_of(member))

    def rename(self, member: str | model.Member, new: str) -> model.Member:
        """Give a member another login; the member is told.

        History, open sessions and work stay the member's: tables and events show the new login, and the workflows of
        campaigns follow. Links of invitations that were sent still work.

        Parameters
        ----------
        member
            The login.
        new
            1 to 64 letters, digits and ``. _ @ + -``; no other member has it, however it is written.
        """
        return self._client.call("members.rename", model.Member, login=login_of(member), name=new)

    def archive(self, member: str | model.Member, archived: bool = True) -> model.Member:
        """Put a member away, or with False take the member back.

        The account is closed, as with :meth:`disable`, and the member stands in no list any more, but in all history.
        Taken back, the account is open again.
        """
        return self._client.call("members.archive", model.Member, login=login_of(member), archived=archived)

    def delete(self, member: str | model.Member, confirm: str | None = None) -> model.Loss:
        """Delete a member who has done nothing yet; who has is put away instead, with :meth:`archive`.

        Parameters
        ----------
        member
            The login.
        confirm
            The login again. Without it nothing is deleted; the answer says what would be.

        Raises
        ------
        Refused
            The member has logged in or worked, or stands in a campaign.
        """
        login = login_of(member)
        return delete(self._client, "members", f"ws.members.delete({login!r}, confirm={{!r}})", confirm, login=login)

    def export(self, member: str | model.Member, path: str | os.PathLike[str]) -> model.PersonExport:
        """Write all that the workspace has of a member, to be given to the person.

        That is the account, sessions, events, tasks, times worked, drafts, annotations and shapes, issues, comments,
        notices: a CSV file each, and ``manifest.json``, which says what they are. Only owners do that.

        Parameters
        ----------
        member
            The login.
        path
            A folder, or the name of a zip. What an earlier export wrote there is replaced.
        """
        return leaving.export(self._workspace, login_of(member), path)

    def forget(
        self, member: str | model.Member, *, return_tasks: bool = False, words: bool = True, dry_run: bool = False
    ) -> model.Forgotten:
        """Forget a person: a pseudonym ("former member 7") takes the place of the login, wherever it stands.

        Password, sessions, notices and the addresses of logins are deleted, the account is closed and put away. What
        the person annotated stays, with times and statistics, under the pseudonym. It cannot be undone. Backups that
        were made before keep the name until they are deleted. Only owners do that.

        Parameters
        ----------
        member
            The login.
        return_tasks
            Whether open tasks of the member go back to the queue of their step; else it is refused if there are any.
        words
            Whether the login is replaced wherever it stands as a word in what people wrote (comments,
            notes, instructions, readmes). With False only behind an ``@``: for a login that is a common word.
        dry_run
            Whether it is only said what would happen.

        Raises
        ------
        Refused
            It is the last owner, yourself, or somebody with open tasks.
        """
        arguments = {"login": login_of(member), "return_tasks": return_tasks, "words": words}
        operation = "leaving.forecast" if dry_run else "leaving.forget"
        return self._client.call(operation, model.Forgotten, **arguments)

    @deprecations.parameters(login="member")
    def adopt(
        self, workspace: Connection, member: str, role: model.Role | None = None, *, exist_ok: bool = False
    ) -> model.Member:
        """Add an account of another workspace to this one; the person logs in with the same password.

        Parameters
        ----------
        workspace
            Where the account is; you must be an owner there, because the hash of the password is taken along.
        member
            The login of the account.
        role
            The role here; None takes the one that it has there.
        exist_ok
            Whether a member with this login and role who is there is returned, and keeps the password.
        """
        account = workspace.client.call("members.account", model.Account, login=member)
        return self._client.call("members.adopt", model.Member, account=account, role=role, exist_ok=exist_ok)
