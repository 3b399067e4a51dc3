"""Fixtures of tests of images that lie elsewhere, in this folder and in others, which import them from here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from nbannotate.remote import fetcher
from tests.remote.stores import Bucket, Web, moto

_NAMES = itertools.count()


@pytest.fixture(scope="session")
def moto_port() -> Iterator[int]:
    """Run a store of objects for all tests of a worker."""
    with moto() as port:
        yield port


@pytest.fixture
def far(tmp_path, monkeypatch) -> Iterator[None]:
    """Let the process that fetches begin anew for a test, with a cache of its own."""
    fetcher.close()
    monkeypatch.setenv("NBANNOTATE_CACHE", str(tmp_path / "cache"))
    for name in ("NBANNOTATE_IMAGE_URLS", "NBANNOTATE_CACHE_SIZE"):
        monkeypatch.delenv(name, raising=False)
    yield
    fetcher.close()


@pytest.fixture
def bucket(moto_port, far, monkeypatch) -> Bucket:
    """Return an empty bucket that the process that fetches may read."""
    made = Bucket(moto_port, f"bucket-{next(_NAMES)}")
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    fetcher.close()  # a page of the test before may have looked ahead just now, without any of this
    return made


@pytest.fixture
def web(far, monkeypatch) -> Iterator[Web]:
    """Run a web server that may be fetched from, although it is on this machine."""
    made = Web()
    monkeypatch.setenv("NBANNOTATE_IMAGE_URLS", made.url)
    yield made
    made.close()
