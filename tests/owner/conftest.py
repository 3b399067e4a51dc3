"""A workspace in a file, whose owner is ended with the test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))  # for owner_rig

from owner_rig import Campaign, Script, end_owner, make_campaign


@pytest.fixture
def workspace_path(tmp_path: Path) -> Iterator[Path]:
    """The path of a workspace that is not there yet."""
    path = tmp_path / "work.duckdb"
    yield path
    Script.end_all()
    end_owner(path)


@pytest.fixture
def campaign(workspace_path: Path) -> Callable[..., Campaign]:
    """Make a launched campaign: ``campaign(assets, members)``."""
    return lambda assets, members=1: make_campaign(workspace_path, assets, members)
