"""Datasets are copied inside a database, out of it and into it."""

from __future__ import annotations

from pathlib import Path

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict

pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")


def smears(workspace: nb.Workspace, images: list[Path]) -> nb.Version:
    """Make a version with shapes and tags, and publish it."""
    version = workspace.create_dataset("smears", "# Blood").create_version("v1").add_images(images)
    mask = nb.Shape.polygon([(1, 1), (40, 1), (40, 40), (5, 5), (9, 5), (9, 9)], label="cat", group="g", track="7")
    said = {
        "img_000.png": nb.Annotation(shapes=(nb.Shape.rectangle(1, 2, 20.25, 20, label="cat", confidence=1 / 3), mask)),
        "img_001.png": nb.Annotation(tags=("dark",), tag_attributes={"dark": {"how": 2}}),
        "img_002.png": nb.Annotation(nothing_to_label=True),
    }
    version.add_annotations(said, source="model")
    return version.publish()


def test_a_copy_in_a_database_out_of_it_and_into_it_is_the_same(url: str, make_images) -> None:
    with nb.open(url) as there, nb.open(":memory:") as here:
        version = smears(there, make_images(4))
        inside, out = version.clone("again"), version.clone("out", to=here)
        back = out.clone("back", to=there)
        assert {copy.content_hash for copy in (inside, out, back)} == {version.content_hash}
        assert all(copy.verify() for copy in (inside, out, back))


def test_what_does_not_fit_in_a_database_is_told_and_leaves_nothing(url: str, make_images) -> None:
    with nb.open(url) as there:
        version = smears(there, make_images(4))
        with pytest.raises(Conflict):
            version.clone("smears")
        assert [dataset.name for dataset in there.datasets] == ["smears"]
