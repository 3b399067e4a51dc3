"""What the tests of workspaces in PostgreSQL share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nbannotate as nb
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


@pytest.fixture
def url(postgres: Any, runtime: Path) -> str:
    """The address, with a password, of a workspace in which ana works."""
    url = postgres.database().replace("postgres@", "postgres:very-secret@")
    with nb.open(url) as ws:
        ws.members.add("ana", role="annotator", password="password-of-ana")
    return url
