"""Processes that decode what strangers made: with limits, and with nothing in their environment that is secret."""

from __future__ import annotations

import contextlib
import os
import resource

#: What is handed on of the environment: where things are, and our own settings of images.
KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH",
        "XDG_CACHE_HOME", "NBANNOTATE_CACHE", "NBANNOTATE_MOST_PIXELS")  # fmt: skip


def environment() -> dict[str, str]:
    """Return the environment of such a process."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONSAFEPATH": "1"}


def limit(data: int | None = None, space: int | None = None, cpu_s: int | None = None, files: int = 64) -> None:
    """Limit this process: bytes of data or of address space, seconds of computing, open files; no core dump."""
    wanted = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, files)]
    wanted += [(resource.RLIMIT_DATA, data)] if data is not None else []
    wanted += [(resource.RLIMIT_AS, space)] if space is not None else []
    wanted += [(resource.RLIMIT_CPU, cpu_s)] if cpu_s is not None else []
    for what, most in wanted:
        with contextlib.suppress(OSError, ValueError):  # not every system has each of them
            hard = resource.getrlimit(what)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (most, hard if what == resource.RLIMIT_NOFILE else most))
