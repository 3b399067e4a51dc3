"""What the tests of operations share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import nbannotate as nb
from tests.operations.golden import Golden


@pytest.fixture
def golden(make_images: Any) -> Iterator[Callable[..., Golden]]:
    """Return a function that makes a campaign with gold in memory."""
    made: list[Any] = []

    def make(count: int = 20, **options: Any) -> Golden:
        made.append(nb.open(":memory:"))
        return Golden(made[-1], make_images(count), **options)

    yield make
    for workspace in made:
        workspace.close()
