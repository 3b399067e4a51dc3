"""Mutated real data sets: our own error, or a table of counts; never half an import, never anything left behind.

A few of each set run in CI, always the same ones; ``NBANNOTATE_MUTATIONS=2000`` runs so many of each, and others with
another ``NBANNOTATE_SEED``. What fails names its seed.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.formats import mutations, sets
from tests.formats.examples import EXAMPLES, example

import nbannotate as nb
from nbannotate import formats
from nbannotate.errors import NbannotateError

MANY = int(os.environ.get("NBANNOTATE_MUTATIONS", "0"))
SEED = os.environ.get("NBANNOTATE_SEED", "0")


class Place:
    """A workspace in memory, and folders in which a set is made and in which temporary files are."""

    def __init__(self, folder: Path) -> None:
        self.workspace = nb.open(":memory:")
        self.dataset = self.workspace.create_dataset("d")
        self.here, self.temporary = folder / "here", folder / "temporary"
        self.temporary.mkdir()
        image = folder / "there.png"
        image.write_bytes(sets.picture(7, 7))
        self.image, self.number = image, 0
        self.begin()

    def begin(self) -> None:
        """Make a version of one image, which so is not taken back after an error."""
        self.number += 1
        self.version = self.dataset.create_version(f"v{self.number}").add_images([self.image])
        self.before = self.rows()

    @functools.cached_property
    def _counts(self) -> str:
        """A query for the number of rows of each table of the store, but for the log."""
        with self.workspace.client.dispatcher.engine.read() as tx:
            names = [r["name"] for r in tx.all("select distinct table_name as name from duckdb_tables() order by 1")]
        its = [f"(select count(*) from data.{name}) as {name}" for name in names if name not in LOGS]
        return f"select {', '.join(its)}"

    def rows(self) -> dict[str, int]:
        """Return how many rows each table has."""
        query = self._counts
        with self.workspace.client.dispatcher.engine.read() as tx:
            return tx.one(query) or {}


#: Tables that grow with every question, whatever becomes of it.
LOGS = {"events", "requests", "answers", "sessions"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    its = Place(tmp_path_factory.mktemp("mutated"))
    yield its
    its.workspace.close()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_mutated_set_comes_in_whole_or_not_at_all(place: Place, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(place.temporary))
    if example(name) is None:
        pytest.skip("the real data sets are not here")
    place.begin()
    for number in range(MANY or 6):
        seed = f"{SEED}-{name}-{number}"
        try:
            try_one(place, name, Random(seed))
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise


def try_one(place: Place, name: str, random: Random) -> None:
    """Read a mutated set in both ways; it comes in as it is said, or nothing changes."""
    path = _made(place.here, mutations.mutated(example(name) or {}, random), random)
    if path is None:
        return
    its = EXAMPLES[name]
    format_ = random.choice([None, its, its, random.choice(sorted(formats.available()))])
    for on_error in ("error", "skip"):
        images: Any = "none" if path.suffix == ".zip" else random.choice(["reference", "none"])
        try:
            reading = place.version.read(path, format=format_, on_error=on_error, images=images)
        except NbannotateError:
            assert place.rows() == place.before
        except Exception as error:
            error.add_note(f"on_error={on_error!r}, format={format_!r}, images={images!r}")
            raise
        else:
            assert len(place.version.shapes) == sum(reading.shapes.values())
            assert len(place.version.assets) == 1 + reading.added
            if MANY:
                with contextlib.suppress(NbannotateError):
                    place.version.write(reading.format, place.here / "out", lossy=True, images="copy")
            place.begin()
        assert list(place.temporary.iterdir()) == []


def _made(folder: Path, members: mutations.Members, random: Random) -> Path | None:
    """Write a set as a folder, a zip or one file; None if the names are those of no files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if random.random() < 0.3:
        path = folder / "set.zip"
        path.write_bytes(mutations.packed(members, random))
        return path
    try:
        path = sets.made(folder, members)
    except (OSError, ValueError):
        return None
    return path / next(iter(members)) if len(members) == 1 and random.random() < 0.5 else path
