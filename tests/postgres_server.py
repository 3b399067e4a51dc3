"""A server of PostgreSQL for tests: in a temporary folder, on a Unix socket, as a user who is not root."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

#: What a server does not have to do here: nobody cuts the power.
SETTINGS = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=200"


def programs() -> Path | None:
    """Return the folder with ``initdb``, as Debian installs it or on the path; None if there is none."""
    found = shutil.which("initdb")
    there = [Path(found).resolve().parent] if found else []
    there += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    return next((p for p in there if (p / "initdb").exists() and (p / "pg_ctl").exists()), None)


class Server:
    """A server, from :meth:`__init__` to :meth:`stop`.

    Parameters
    ----------
    of
        The server of which it is the standby, which follows it and can be promoted; None: it stands by itself.
    """

    def __init__(self, of: Server | None = None) -> None:
        its = programs()
        if its is None:
            pytest.skip("There is no PostgreSQL server here (initdb); on Debian: apt install postgresql.")
        self._programs = its
        self.folder = Path(tempfile.mkdtemp(prefix="nbannotate-pg-"))
        self._as: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        if of is None:
            how = ("-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8", "-N")
            self._run("initdb", "-D", self._data, *how)
        else:
            self._run(
                "pg_basebackup", "-D", self._data, "-R", "-N", "-c", "fast", "-U", "postgres", "-h", str(of.folder)
            )
        self.start()
        self.made = 0

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        log = self.folder.parent / f"{self.folder.name}.log"
        with log.open("ab") as out:
            done = subprocess.run(
                [*self._as, str(self._programs / program), *arguments],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False, cwd="/",
            )  # fmt: skip
        if done.returncode:
            raise RuntimeError(log.read_text()[-2000:])

    def start(self) -> None:
        """Start it, or start it again."""
        options = f"-k {self.folder} {SETTINGS}"
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def promote(self) -> None:
        """Let a standby be the one that is written."""
        self._run("pg_ctl", "-D", self._data, "-w", "promote")

    def kill(self) -> None:
        """End it as a crash would."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def url(self, database: str, user: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def database(self, template: str = "template1") -> str:
        """Make a database, as a copy of one, and return its address."""
        import psycopg

        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name} template {template}")
        return self.url(name)

    def stop(self) -> None:
        """End it, with all that it kept."""
        with contextlib.suppress(RuntimeError):  # it has ended already
            self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder.parent / f"{self.folder.name}.log").unlink(missing_ok=True)
