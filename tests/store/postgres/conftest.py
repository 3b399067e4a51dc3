"""What the tests of workspaces in PostgreSQL share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbannotate.demo import end_owner


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for sockets, whose paths must be short, of owners that end with the test."""
    folder = Path(tempfile.mkdtemp(prefix="nb-"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    yield folder
    for its in folder.rglob(".*.nbannotate"):
        end_owner(its.with_name(its.name[1:].removesuffix(".nbannotate")))
    shutil.rmtree(folder)
