"""How much memory a kernel may have: looked at each second, and bounded by the system where that is possible."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

#: The exit code of a kernel that got no more memory.
EXHAUSTED = 77
#: Address space that a kernel has beside what it uses: stacks of threads, arenas. Beyond the double of the limit and
#: this, the system refuses more.
BESIDE = 256 << 20

CGROUPS = Path("/sys/fs/cgroup")


def hard_limit(limit: int) -> int:
    """Return the bytes of data that the system gives a process whose limit this is."""
    return 2 * limit + BESIDE


def resident(pid: int) -> int:
    """Return how many bytes a process has in memory; 0 if it is gone."""
    import psutil  # which no kernel needs

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


class ControlGroup:
    """A control group of one process, with a limit of memory beyond which the system ends it.

    Parameters
    ----------
    folder
        Where it is made.
    limit, used, ended
        The names of the files with the limit, and with how often a process was ended.
    """

    def __init__(self, folder: Path, limit: str, ended: str) -> None:
        self.folder, self._limit, self._ended = folder, limit, ended

    @classmethod
    def of(cls, pid: int, limit: int) -> ControlGroup | None:
        """Put a process into a group of its own; None where this account may make none."""
        for parent, name, ended in _parents():
            made = cls(parent / f"nbannotate-{os.getpid()}-{pid}", name, ended)
            try:
                made.folder.mkdir()
                (made.folder / name).write_text(str(limit))
                (made.folder / "cgroup.procs").write_text(str(pid))
            except OSError:
                made.close()
                continue
            return made
        return None

    def has_ended_one(self) -> bool:
        """Whether the system ended a process in it."""
        with contextlib.suppress(OSError, ValueError, StopIteration):
            lines = (self.folder / self._ended).read_text().splitlines()
            return int(next(line.split()[1] for line in lines if line.startswith("oom_kill "))) > 0
        return False

    def close(self) -> None:
        """Remove it; its processes are gone."""
        with contextlib.suppress(OSError):
            self.folder.rmdir()


def _parents() -> list[tuple[Path, str, str]]:
    """Return where groups may be made, by the version of the system's control groups, and the names of their files."""
    found = []
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers == "memory":
                folder = CGROUPS / "memory" / path.lstrip("/")
                found.append((folder, "memory.limit_in_bytes", "memory.oom_control"))
            elif not controllers and (CGROUPS / "cgroup.controllers").is_file():
                folder = (CGROUPS / path.lstrip("/")).parent  # that of the service; processes are in the leaves only
                with contextlib.suppress(OSError):
                    (folder / "cgroup.subtree_control").write_text("+memory")
                    found.append((folder, "memory.max", "memory.events"))
    return found
