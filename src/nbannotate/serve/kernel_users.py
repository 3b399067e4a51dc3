"""Kernels that run as another system user: each in a folder that only it and the server may enter.

The user may read neither the database, nor the files beside it, nor the folder of the owner's socket. In a kernel's
room are its connection file, its sockets, its token, and a socket that leads to the owner process, where the token
decides. All kernels have the same user, so that it is a group of its own that lets each into its room, and no other's.
"""

from __future__ import annotations

import asyncio
import grp
import itertools
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager

from nbannotate.errors import InvalidInput, NbannotateError
from nbannotate.owner.place import Place
from nbannotate.owner.spawn import start_owner

#: Groups that no distribution gives to anybody, and that containers with 65,536 of them have, too.
GROUPS = range(61_184, 65_520)
PIECE = 1 << 16


class KernelUser(NamedTuple):
    """The system user of kernels.

    Parameters
    ----------
    name, uid
        Who it is.
    groups
        The groups that it is in: what they may read, images for example, kernels may.
    """

    name: str
    uid: int
    groups: tuple[int, ...]


#: Opens what a kernel must not be able to read: the file, or the database as whoever the server takes its user for.
_READ = "import sys; open(sys.argv[1], 'rb')"
_CONNECT = (
    "import sys, psycopg; psycopg.connect(sys.argv[1], connect_timeout=10).execute('select * from data.sessions')"
)


def kernel_user(name: str, place: Place) -> KernelUser:
    """Return the user of a name who may run kernels.

    Raises
    ------
    InvalidInput
        There is none, only root can start processes of others, it can read the workspace, or it cannot run this Python.
    """
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise InvalidInput(f"There is no system user {name!r}; make one: useradd --system {name}.") from None
    if os.geteuid() != 0:
        raise InvalidInput("--kernel-user needs root: only root starts processes of another user.")
    if found.pw_uid == 0:
        raise InvalidInput("--kernel-user cannot be root, who can read everything; name another user.")
    user = KernelUser(name, found.pw_uid, tuple(os.getgrouplist(name, found.pw_gid)))
    if place.is_file and _run(user, _READ, str(place.database)) == 0:
        raise InvalidInput(
            f"{name} can read {place.database}, which kernels must not; let it be root's, with mode 600."
        )
    if not place.is_file and _run(user, _CONNECT, place.shown) == 0:
        raise InvalidInput(
            f"{name} can read {place.shown} without a password, which kernels must not; let pg_hba.conf ask for one "
            "(scram-sha-256), and nobody be trusted."
        )
    if _run(user, "import nbannotate.serve.ipykernel_launcher, nbannotate.pages") != 0:
        raise InvalidInput(
            f"{name} cannot run {sys.executable} with nbannotate; install both where all users may read them, "
            "for example below /opt."
        )
    return user


def _run(user: KernelUser, code: str, *arguments: str) -> int:
    """Run a line of Python as a user, and return its exit code; 1 if it cannot even begin."""
    try:
        return subprocess.run(
            [sys.executable, "-c", code, *arguments], user=user.uid, group=user.groups[0], extra_groups=user.groups,
            stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd="/", env={"HOME": "/"}, timeout=120,
        ).returncode  # fmt: skip
    except OSError:
        return 1


class Room:
    """The folder of one kernel, and what leads from it to the owner process.

    Parameters
    ----------
    folder
        The folder of all rooms.
    user
        Who runs the kernel.
    place
        The files of the workspace.
    """

    _numbers = itertools.count()
    _taken: ClassVar[set[int]] = set()

    def __init__(self, folder: str, user: KernelUser, place: Place) -> None:
        self.user, self._place, self.group = user, place, self._free_group()
        self.folder = Path(folder) / f"{next(self._numbers):x}"
        self.folder.mkdir(mode=0o700)
        os.chown(self.folder, 0, self.group)
        self.folder.chmod(0o770)
        self._server: asyncio.Server | None = None
        self._pipes: set[asyncio.Task[None]] = set()

    @classmethod
    def _free_group(cls) -> int:
        known = {entry.gr_gid for entry in grp.getgrall()} | cls._taken
        group = next((one for one in GROUPS if one not in known), None)
        if group is None:
            raise InvalidInput("There is no free group for another kernel.")
        cls._taken.add(group)
        return group

    @property
    def connection_file(self) -> Path:
        """Where the kernel finds its sockets and their key."""
        return self.folder / "kernel.json"

    def give(self, file: Path) -> None:
        """Let the kernel read a file of the server's."""
        os.chown(file, 0, self.group)
        file.chmod(0o640)

    def environment(self, token: str) -> dict[str, str]:
        """Return what the kernel is told; its token is in a file, for environments can be read by the same user."""
        file = self.folder / "token"
        file.write_text(token)
        self.give(file)
        own = {"NBANNOTATE_TOKEN_FILE": str(file), "NBANNOTATE_SOCKET": str(self.folder / "owner")}
        own |= {"USER": self.user.name, "LOGNAME": self.user.name, "HOME": str(self.folder)}
        own["XDG_RUNTIME_DIR"] = str(self.folder)  # the server's is closed to this user
        return own | {"IPYTHONDIR": str(self.folder), "NBANNOTATE_CACHE": str(self.folder / "cache")}

    def process(self) -> dict[str, Any]:
        """Return how the process is started."""
        return {
            "user": self.user.uid, "group": self.group, "extra_groups": self.user.groups, "cwd": str(self.folder),
        }  # fmt: skip

    async def open(self) -> None:
        """Listen for the kernel."""
        path = self.folder / "owner"
        self._server = await asyncio.start_unix_server(self._serve, path)
        os.chown(path, 0, self.group)
        path.chmod(0o660)

    async def close(self) -> None:
        """End what leads to the owner, and remove the folder; the kernel is gone."""
        if self._server is not None:
            self._server.close()
        for pipe in self._pipes:
            pipe.cancel()
        self._taken.discard(self.group)
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join a connection of the kernel's to one to the owner, until either ends."""
        task = asyncio.current_task()
        assert task is not None
        self._pipes.add(task)
        theirs = None
        try:
            theirs = await self._owner()
            async with asyncio.TaskGroup() as both:
                both.create_task(_pipe(reader, theirs[1]))
                both.create_task(_pipe(theirs[0], writer))
        except (OSError, NbannotateError, ExceptionGroup, asyncio.CancelledError):
            pass  # the kernel connects again, as it does when an owner ended
        finally:
            self._pipes.discard(task)
            for end in (writer, theirs[1] if theirs else None):
                if end is not None:
                    end.close()

    async def _owner(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the owner; start one if none runs."""
        if contact := self._place.contact():
            try:
                return await asyncio.open_unix_connection(contact.socket)
            except OSError:
                pass  # it ended
        await asyncio.get_running_loop().run_in_executor(None, start_owner, self._place)
        contact = self._place.contact()
        if contact is None:
            raise ConnectionRefusedError
        return await asyncio.open_unix_connection(contact.socket)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(PIECE):
        writer.write(data)
        await writer.drain()
    raise ConnectionResetError  # one end is closed: so is the other


class KernelManager(ServerKernelManager):  # type: ignore[misc]
    """Writes the connection file of a kernel in a room so that the kernel may read it."""

    room: Room | None = None

    def write_connection_file(self, **kwargs: Any) -> None:
        """Write it."""
        super().write_connection_file(**kwargs)
        if self.room is not None:
            self.room.give(Path(self.connection_file))
