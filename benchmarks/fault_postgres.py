"""What can break under a workspace in PostgreSQL: the server, its processes, owners, and the network between them."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from fault_kinds import Fault, Unavailable, is_running, kill_owner, wait_until
from nbannotate.demo import end_owner
from nbannotate.owner.place import Place

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from network import Wire
from postgres_server import Server, programs

#: Two machines, which are two folders of sockets: each has an owner.
MACHINES = 2


class OnPostgres(Fault):
    """A workspace in a server's database, with an owner on each of two machines."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        super().__init__(folder, chance)
        try:
            import psycopg
        except ModuleNotFoundError as error:
            raise Unavailable("nbannotate[postgres] is not installed") from error
        if programs() is None:
            raise Unavailable("there is no PostgreSQL server here")
        self.connect = psycopg.connect
        self.server = Server()
        self.direct = self.path = self.server.database()
        self.machines = [Path(tempfile.mkdtemp(prefix="nb-")) for _ in range(MACHINES)]
        self.before = os.environ.get("XDG_RUNTIME_DIR")
        self.at(0)

    def at(self, machine: int) -> None:
        """Let this process be on one of the machines."""
        os.environ["XDG_RUNTIME_DIR"] = str(self.machines[machine])

    def environment(self, process: int) -> dict[str, str]:
        """Let each process of people be on another machine."""
        return os.environ | {"XDG_RUNTIME_DIR": str(self.machines[process % MACHINES])}

    def postmaster(self) -> int:
        """Return the process id of the server."""
        return int((self.server.folder / "data" / "postmaster.pid").read_text().split()[0])

    def close(self) -> None:
        """End owners and server."""
        for folder in self.machines:
            os.environ["XDG_RUNTIME_DIR"] = str(folder)
            for its in folder.rglob(".*.nbannotate"):
                end_owner(its.with_name(its.name[1:].removesuffix(".nbannotate")))
            shutil.rmtree(folder, ignore_errors=True)
        if self.before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = self.before
        self.server.stop()


class PostgresOwnerKilled(OnPostgres):
    """An owner, while the one of the other machine goes on."""

    name, what = "pg-owner", "PostgreSQL: one of two owner processes is killed, or stands still for up to 2 s"

    def strike(self) -> None:
        """Kill one of the two, or stop it for a while."""
        self.at(self.chance.randrange(MACHINES))
        place = Place(self.path)
        self.at(0)
        if self.chance.random() < 0.7:
            kill_owner(place)
        elif (contact := place.contact()) is not None:
            os.kill(contact.pid, signal.SIGSTOP)
            time.sleep(self.chance.uniform(0.3, 2))
            os.kill(contact.pid, signal.SIGCONT)


class BackendKilled(OnPostgres):
    """A process of the server that works for an owner; the server ends all others then, and recovers."""

    name, what = "pg-backend", "PostgreSQL: a process of the server is killed, or told to end"

    def strike(self) -> None:
        """Kill one, or let the server end all that there are."""
        asked = "select pid from pg_stat_activity where application_name = 'nbannotate' and pid <> pg_backend_pid()"
        with contextlib.closing(self.connect(self.direct, autocommit=True)) as connection:
            found = [row[0] for row in connection.execute(asked)]
            if self.chance.random() < 0.5:
                for pid in found:
                    connection.execute("select pg_terminate_backend(%s)", [pid])
                return
        if found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.chance.choice(found), signal.SIGKILL)


class ServerKilled(OnPostgres):
    """All of the server at once, as when its machine stops."""

    name, what = "pg-server", "PostgreSQL: all processes of the server are killed; it starts again after up to 2 s"

    def strike(self) -> None:
        """Kill the server, and start it again."""
        postmaster = self.postmaster()
        os.kill(postmaster, signal.SIGSTOP)  # it starts no other process meanwhile
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for pid in (postmaster, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in (postmaster, *map(int, children)):
            wait_until(lambda pid=pid: not is_running(pid), "the end of the server")
        # Where nobody has reaped what was killed, the server takes its own remains for another one that runs.
        for left in ("data/postmaster.pid", ".s.PGSQL.5432.lock"):
            (self.server.folder / left).unlink(missing_ok=True)
        time.sleep(self.chance.uniform(0, 2))
        self.server.start()


class NetworkCut(OnPostgres):
    """The network between owners and server."""

    name, what = "pg-network", "PostgreSQL: connections are reset, in the middle of an answer, or stand still up to 2 s"

    def __init__(self, folder: Path, chance: random.Random) -> None:
        super().__init__(folder, chance)
        self.wire = Wire(self.server.folder / ".s.PGSQL.5432")
        name = self.direct.partition("@/")[2].partition("?")[0]
        self.path = f"postgresql://postgres@127.0.0.1:{self.wire.port}/{name}?sslmode=disable&gssencmode=disable"

    def strike(self) -> None:
        """Cut it in one of four ways."""
        how = self.chance.choice(["reset", "answer", "answer", "silence", "refused"])
        if how == "reset":
            self.wire.cut()
        elif how == "answer":
            self.wire.cut_answer(self.chance.randrange(60))
            time.sleep(0.5)
        else:
            with self.wire.silence(refuses=how == "refused"):
                time.sleep(self.chance.uniform(0.3, 2))
            if self.chance.random() < 0.5:
                self.wire.cut()

    def close(self) -> None:
        """End all of it."""
        super().close()
        self.wire.close()


ON_POSTGRES: tuple[type[Fault], ...] = (PostgresOwnerKilled, BackendKilled, ServerKilled, NetworkCut)
