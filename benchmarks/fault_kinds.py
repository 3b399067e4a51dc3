"""What can break under a workspace in a file: each kind of fault strikes, and is over again."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from nbannotate.demo import end_owner
from nbannotate.owner.place import Place

#: Lets a process believe that it is so many seconds later as a file says.
CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long jumped(void) {
  long seconds = 0;
  FILE *file = fopen(getenv("CLOCK_JUMPED"), "r");
  if (file) {
    if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
    fclose(file);
  }
  return seconds;
}
int clock_gettime(clockid_t id, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int failed = real(id, now);
  if (!failed && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) now->tv_sec += jumped();
  return failed;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec found;
  clock_gettime(CLOCK_REALTIME, &found);
  now->tv_sec = found.tv_sec, now->tv_usec = found.tv_nsec / 1000;
  return 0;
}
time_t time(time_t *to) {
  struct timespec found;
  clock_gettime(CLOCK_REALTIME, &found);
  return to ? (*to = found.tv_sec) : found.tv_sec;
}
"""
#: So small is a disk that is to be full.
DISK_MIB = 96


class Unavailable(Exception):
    """A fault cannot be made on this machine."""


def wait_until(condition: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not happen in {seconds:.0f} s")
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Return whether there is a process that still does anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill_owner(place: Place) -> bool:
    """Kill the owner process, as a crash would end it; return whether there was one."""
    contact = place.contact()
    if contact is None or not is_running(contact.pid):
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(contact.pid, signal.SIGKILL)
    wait_until(lambda: not is_running(contact.pid), "the end of the owner")
    return True


class Fault:
    """A kind of fault, and the workspace that it strikes.

    Parameters
    ----------
    folder
        An empty folder.
    chance
        Decides what it does, and how long.
    """

    #: What it is called, and what it is.
    name: ClassVar[str]
    what: ClassVar[str]
    #: Whether tasks may change hands, as leases run out.
    may_move: ClassVar[bool] = False

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self.path = str(folder / "work.duckdb")

    def environment(self, process: int) -> dict[str, str]:
        """Return the environment of one of the processes of people."""
        return dict(os.environ)

    def strike(self) -> None:
        """Break something, and mend it."""
        raise NotImplementedError

    def close(self) -> None:
        """End what runs."""
        end_owner(Path(self.path))


class OwnerKilled(Fault):
    """The owner process of a file."""

    name, what = "owner", "the owner process is killed"

    def strike(self) -> None:
        """Kill it; the next request starts another."""
        kill_owner(Place(self.path))


class TornLog(Fault):
    """The machine stopped while a commit was written: of the log's end some bytes are missing, or zero, or anything."""

    name, what = "log", "the owner is killed, and the end of the log of commits is torn"

    def strike(self) -> None:
        """Kill the owner in the middle, and put a beginning of another commit behind what it wrote."""
        place = Place(self.path)
        os.kill(owner_of(place), signal.SIGSTOP)  # nobody starts another one meanwhile
        log = Path(f"{self.path}.wal")
        copy = self.folder / "torn"
        try:
            tail = self._commit(copy, log)
        finally:
            shutil.rmtree(copy, ignore_errors=True)
            with contextlib.suppress(OSError):
                os.kill(owner_of(place), signal.SIGKILL)
        if not tail:
            return
        cut = self.chance.randrange(1, len(tail))
        rest = {"short": b"", "zeros": bytes(len(tail) - cut), "any": self.chance.randbytes(len(tail) - cut)}
        with log.open("ab") as file:
            file.write(tail[:cut] + rest[self.chance.choice(list(rest))])

    def _commit(self, copy: Path, log: Path) -> bytes:
        """Return what the next commit would add to the log: one is made in a copy, and nobody was told of it."""
        import duckdb

        copy.mkdir()
        shutil.copy(self.path, copy / "work.duckdb")
        before = shutil.copy(log, copy / "work.duckdb.wal").stat().st_size
        with contextlib.closing(duckdb.connect()) as connection:
            connection.execute(f"attach '{copy / 'work.duckdb'}' as torn")
            connection.execute("insert into torn.data.meta select 'torn ' || i, repeat('x', 40) from range(9) r(i)")
            return (copy / "work.duckdb.wal").read_bytes()[before:]


def owner_of(place: Place) -> int:
    """Return the process id of the owner; wait until there is one."""
    wait_until(lambda: (its := place.contact()) is not None and is_running(its.pid), "an owner")
    contact = place.contact()
    assert contact is not None
    return contact.pid


class OnSmallDisk(Fault):
    """A workspace on a disk of its own, in memory."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        super().__init__(folder, chance)
        self.disk = folder / "disk"
        self.disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(self.disk)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            raise Unavailable("no disk can be mounted here; it takes root")
        self.path = str(self.disk / "work.duckdb")

    def close(self) -> None:
        """End what runs, and let go of the disk."""
        try:
            super().close()
        finally:
            subprocess.run(["umount", "-l", str(self.disk)], check=True)


class DiskFull(OnSmallDisk):
    """Something else fills the disk."""

    name, what = "full", "the disk is full for up to 1.5 s; every other time the owner is killed then"

    def strike(self) -> None:
        """Fill the disk, and make room again."""
        filler = self.disk / "filler"
        try:
            with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    if not file.write(bytes(1 << 16)):
                        break
            time.sleep(self.chance.uniform(0.2, 1.0))
            if self.chance.random() < 0.5:
                kill_owner(Place(self.path))
                time.sleep(0.5)
        finally:
            filler.unlink()


class DiskReadOnly(OnSmallDisk):
    """The disk cannot be written: as after an error of the disk, by which the owner process ended, too."""

    name, what = "readonly", "the owner is killed, and the disk is read-only for up to 1.5 s"

    def strike(self) -> None:
        """Kill the owner, and let nobody write before the disk is mounted to be written again."""
        until = time.monotonic() + 60
        while True:
            kill_owner(Place(self.path))
            command = ["mount", "-o", "remount,ro", str(self.disk)]
            refused = subprocess.run(command, capture_output=True, text=True, check=False)
            if not refused.returncode:
                break
            if time.monotonic() > until:
                raise TimeoutError(f"the disk was never without a writer: {refused.stderr.strip()}")
            time.sleep(0.01)  # the next owner was quicker
        try:
            time.sleep(self.chance.uniform(0.5, 1.5))
        finally:
            subprocess.run(["mount", "-o", "remount,rw", str(self.disk)], check=True)


class ClockJumps(Fault):
    """The clock of the machine is set a day forwards, or back."""

    name, what = "clock", "the clock jumps a day forwards or back; every third time the owner is killed then"
    may_move = True

    def __init__(self, folder: Path, chance: random.Random) -> None:
        super().__init__(folder, chance)
        source, self.library = folder / "clock.c", folder / "clock.so"
        source.write_text(CLOCK)
        command = ["cc", "-shared", "-fPIC", "-o", str(self.library), str(source), "-ldl"]
        if shutil.which("cc") is None or subprocess.run(command, capture_output=True, check=False).returncode:
            raise Unavailable("there is no C compiler, by which a process is given another clock")
        self.days = 0
        self.jumped = folder / "jumped"
        self.jumped.write_text("0")

    def environment(self, process: int) -> dict[str, str]:
        """Let people, and the owner that they start, have the clock that jumps."""
        return os.environ | {"LD_PRELOAD": str(self.library), "CLOCK_JUMPED": str(self.jumped)}

    def strike(self) -> None:
        """Set the clock; it stays there until it jumps again."""
        self.days += self.chance.choice([-1, 1])
        fresh = self.jumped.with_suffix(".new")
        fresh.write_text(str(self.days * 86400))
        fresh.replace(self.jumped)
        if self.chance.random() < 0.3:
            kill_owner(Place(self.path))


OF_FILES: tuple[type[Fault], ...] = (OwnerKilled, TornLog, DiskFull, DiskReadOnly, ClockJumps)


@contextlib.contextmanager
def set_up(kind: type[Fault], folder: Path, chance: random.Random) -> Iterator[Fault]:
    """Make what a fault needs, and end it afterwards."""
    made = kind(folder, chance)
    try:
        yield made
    finally:
        made.close()
