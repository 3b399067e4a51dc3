"""The workspace: opened with ``nb.open``, the door to everything else."""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import weakref
from pathlib import Path
from typing import ClassVar, Self

from nbannotate import model
from nbannotate.errors import InvalidInput, LoginFailed, NotFound
from nbannotate.model import deprecations
from nbannotate.model.call_errors import told
from nbannotate.model.values import as_whole, plain, shown
from nbannotate.owner.client import Client, connect
from nbannotate.owner.place import STORE, Place
from nbannotate.workspace import backups
from nbannotate.workspace.campaign import Campaign
from nbannotate.workspace.connection import Connection
from nbannotate.workspace.data_tables import Datasets
from nbannotate.workspace.dataset import Dataset, markdown
from nbannotate.workspace.delegation import OnWord
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.members import Members
from nbannotate.workspace.notices import Notices
from nbannotate.workspace.person import Work
from nbannotate.workspace.work_tables import Campaigns, Events


@told
def open(
    path: str | os.PathLike[str], member: str | None = None, password: str = "", token: str | None = None
) -> Workspace:
    """Open a workspace, or create it; its owner process is found, or started.

    Parameters
    ----------
    path
        The file, for example ``"blood.duckdb"``; ``":memory:"`` for one that ends with this process; the address of a
        PostgreSQL database, ``"postgresql://user@host/database"``, for one that several machines open at once; or
        ``"https://host:port"`` of ``nbannotate owner`` on another machine, for the work of a member; on a JupyterHub's
        server the Hub tells which.
    member, password
        Act as this member. Without a member you act as the workspace's owner, which whoever can read the file beside
        the workspace may.
    token
        Of a session, in place of member and password.

    Raises
    ------
    NotAWorkspace, NewerWorkspace, CannotWrite
        The file cannot be used; it is left as it was.
    LoginFailed
        The member or the password is wrong.
    InvalidInput
        It is neither a path nor such an address, or an address without a member.
    """
    path = plain(path)
    if not isinstance(path, str | os.PathLike):
        raise InvalidInput(f"A workspace is opened by the path of its file, or as ':memory:', not by {shown(path)}.")
    if isinstance(path, str) and path.startswith("https://"):
        return Workspace(_elsewhere(path, member, password, token))
    workspace = Workspace(_in_memory() if os.fspath(path) == ":memory:" else connect(path, token))
    return workspace if member is None else workspace.acting(member, password)


def _elsewhere(url: str, member: str | None, password: str, token: str | None) -> Client:
    """Return a client of a workspace on another machine."""
    from nbannotate.owner.remote import RemoteClient, of_server  # TLS, which nothing here needs

    if token is not None:
        return RemoteClient(url, token)
    if member is None:
        if found := of_server(url):
            return found
        raise InvalidInput("A workspace on another machine is opened by a member: nb.open(url, member, password).")
    known = RemoteClient(url)
    return known.acting(known.call("sessions.open", model.Session, login=member, password=password).token)


def _in_memory() -> Client:
    """Return a client whose operations run in this process, over a store in memory that ends with it."""
    from nbannotate.owner.memory import MemoryClient  # with the store, which no page imports

    return MemoryClient()


class Workspace(Connection):
    """A store of members, datasets and campaigns.

    Parameters
    ----------
    client
        Who acts, and where.
    on_word_of
        The workspace of the owner on whose word it was opened (:meth:`as_member`); None for what one opens oneself.

    Attributes
    ----------
    datasets, campaigns, members, events, notices
        Its tables: ``ws.datasets["smears"]`` gives one, ``for c in ws.campaigns`` goes through them,
        ``ws.events.df(member="ana")`` gives a DataFrame, ``ws.members.columns`` says what its columns mean.
    sql
        SQL over the public views: ``ws.sql("select …")``, ``ws.sql.tables()``.
    work
        My tasks, for work from a program.
    """

    _changed_by: ClassVar[dict[str, str]] = {
        "path": "nb.open(…) opens another workspace", "me": "ws.acting(…) acts as somebody else",
        "": "a workspace is changed by its methods, and asked by its tables",
    }  # fmt: skip

    def __init__(self, client: Client, on_word_of: Workspace | None = None) -> None:
        super().__init__(client)
        self.on_word_of = on_word_of
        self._on_word: weakref.WeakSet[OnWord] = weakref.WeakSet()
        self.datasets = Datasets(self, functools.partial(Dataset, self))
        self.campaigns = Campaigns(self, functools.partial(Campaign, self))
        self.members = Members(self)
        self.events = Events(self)
        self.notices = Notices(self)
        self.work = Work(self)
        self._seal()

    def acting(self, member: str | model.NewMember, password: str = "") -> Workspace:
        """Return this workspace as another member sees it.

        Parameters
        ----------
        member, password
            A login and its password; or what ``members.add`` returned, which has both. An owner needs no password
            with :meth:`as_member`.

        Raises
        ------
        LoginFailed
            The member or the password is wrong.
        """
        if isinstance(member, model.NewMember):
            if member.there and not password:
                raise LoginFailed(
                    f"{member.member.login!r} was there already and keeps the password, which is not in the answer; "
                    f"say it: acting({member.member.login!r}, password)."
                )
            login, password = member.member.login, password or member.password
        else:
            login = member
        session = self.client.call("sessions.open", model.Session, login=login, password=password)
        return Workspace(self.client.acting(session.token))

    def as_member(self, member: str | model.Member | model.NewMember) -> Workspace:
        """Return this workspace as another member sees it, on your word as an owner and without the password.

        What is done with it stands in the log as the member's, with you in ``acted_by``. It is for work: it changes no
        account and no password, opens no page, and ends when it or this workspace is closed.

        Parameters
        ----------
        member
            A login, or the member.

        Raises
        ------
        NotAllowed
            You are no owner, or the member is another owner.
        NotFound, Refused
            There is no such member; the account is disabled.
        """
        found = member.member if isinstance(member, model.NewMember) else member
        client = OnWord(self.client, plain(getattr(found, "login", found)))
        self._on_word.add(client)
        return Workspace(client, self)

    def create_dataset(
        self, name: str, readme: str | os.PathLike[str] | None = None, *, exist_ok: bool = False
    ) -> Dataset:
        """Create a dataset.

        Parameters
        ----------
        name
            Unique in the workspace.
        readme
            Markdown, or the path of a ``.md`` file; annotators see it.
        exist_ok
            Whether one that is there is returned, if it has this readme, or none is given.

        Raises
        ------
        Conflict
            There is one of that name; with ``exist_ok``: with another readme, of which the message shows the line.
        """
        text = None if readme is None else markdown(readme)
        made = self.client.call("datasets.create", model.Dataset, name=name, readme=text, exist_ok=exist_ok)
        return Dataset(self, made)

    def dataset(self, name: str) -> Dataset:
        """Return a dataset by name: the old name of ``ws.datasets[name]``."""
        deprecations.say("ws.dataset(name)", "ws.datasets[name]")
        return self.datasets[name]

    def campaign(self, name: str) -> Campaign:
        """Return a campaign by name: the old name of ``ws.campaigns[name]``."""
        deprecations.say("ws.campaign(name)", "ws.campaigns[name]")
        return self.campaigns[name]

    def backup(self, folder: str | os.PathLike[str]) -> model.Backup:
        """Write a backup into a folder of backups, with a progress bar, while people go on working.

        It is the workspace as it is at one moment, with the images that were copied into it (of which those of earlier
        backups in the folder are not written again), and without sessions: nobody is logged in by it. The command
        ``nbannotate verify`` looks whether it is whole, ``nbannotate restore`` makes a workspace of it.

        Parameters
        ----------
        folder
            Created if there is none; each backup gets a folder in it, named by its time (UTC).

        Raises
        ------
        NotAllowed
            You are no owner.
        CannotWrite
            The folder cannot be written; nothing is left in it.
        """
        return backups.create(self.client, self.path, Path(plain(folder)))

    def serve(self, port: int = 8866) -> Server:
        """Start the pages for annotators in a process of their own.

        Parameters
        ----------
        port
            On 127.0.0.1; 0 takes a free one.

        Returns
        -------
        Server
            Has the address; ``stop()`` ends it. It ends with this Python process, too.

        Raises
        ------
        NotFound, InvalidInput
            The workspace is in memory, or there is no such port.
        """
        if self.path == ":memory:":
            raise NotFound("A workspace in memory cannot be served; open a file.")
        number = as_whole("port", port)
        if not 0 <= number <= 65535:
            raise InvalidInput(f"port must be a number from 0 to 65535, not {number}; 0 takes a free one.")
        place = getattr(self.client, "place", None)
        if place is None:
            raise NotFound(f"{self.path} is opened from another machine; serve it where it lies.")
        return Server(place, number)

    def tick(self) -> int:
        """Do now what the clock does every half minute (leases that ran out, due dates); for workspaces in memory.

        Returns
        -------
        int
            How many tasks and notices it made.
        """
        return self.client.call("clock.tick", int)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections to the owner process; what :meth:`as_member` returned ends."""
        with contextlib.ExitStack() as ends:  # all of them, whatever one raises; the own client last
            ends.callback(self.client.close)
            for client in list(self._on_word):
                ends.callback(client.close)

    def __repr__(self) -> str:
        word = f", on the word of {self.on_word_of.me.login!r}" if self.on_word_of else ""
        return f"Workspace({self.path!r}, acting as {self.me.login!r}, {self.me.role}{word})"


class Server(Handle):
    """The pages' server, as a process that this one started.

    Parameters
    ----------
    place
        Where the workspace lies.
    port
        On 127.0.0.1.
    """

    def __init__(self, place: Place, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "nbannotate.serve", place.shown, "--port", str(port)],
            env=os.environ | {STORE: place.given},
        )
        self._seal()

    def stop(self) -> None:
        """End the server and every kernel that it started."""
        self._process.terminate()
        self._process.wait(30)

    def __repr__(self) -> str:
        return f"Server({self.url!r})"
