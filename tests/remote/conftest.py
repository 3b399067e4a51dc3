"""What the tests of this folder share."""

from __future__ import annotations

import pytest

import nbannotate as nb
from tests.remote.fixtures import bucket, far, moto_port, web

__all__ = ["bucket", "far", "moto_port", "version", "web"]


@pytest.fixture
def version():
    """Return an empty version in memory."""
    workspace = nb.open(":memory:")
    yield workspace.create_dataset("d").create_version("v")
    workspace.close()
