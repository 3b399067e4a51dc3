"""Frames and slices: assets that belong together, in order."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import InvalidInput


@pytest.fixture
def version():
    workspace = nb.open(":memory:")
    yield workspace.create_dataset("scans").create_version("v1")
    workspace.close()


@pytest.fixture
def frames(tmp_path):
    """Write images below folders and return the folder of all."""

    def make(*names):
        for name in names:
            path = tmp_path / "frames" / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.zeros((8, 8), dtype=np.uint8)).save(path)
        return tmp_path / "frames"

    return make


def listed(version):
    return [
        (n.removesuffix(".png"), s if isinstance(s, str) else None)
        for n, s in version.assets.df()[["name", "sequence"]].values
    ]


def test_the_folder_is_the_sequence(version, frames):
    version.add_images(frames("cam2/f1", "cam1/f2", "cam1/f1"), sequence="folder")
    assert listed(version) == [("cam1/f1", "cam1"), ("cam1/f2", "cam1"), ("cam2/f1", "cam2")]


def test_images_of_one_folder_are_a_sequence_of_its_name(version, frames):
    version.add_images(frames("f1", "f2"), sequence="folder")
    assert listed(version) == [("f1", "frames"), ("f2", "frames")]


def test_columns_of_the_metadata_name_the_series_and_order_the_slices(version, frames):
    folder = frames("a", "b", "c", "d")
    table = pd.DataFrame({"series": [7, 8, 7, 8], "z": [2.5, 1, -3, 0]}, index=["a.png", "b.png", "c.png", "d.png"])
    version.add_images(folder, table, sequence="series", moment="z")
    assert listed(version) == [("c", "7"), ("a", "7"), ("d", "8"), ("b", "8")]
    assert list(version.assets.df()["moment"]) == [-3.0, 2.5, 0.0, 1.0]
    assert next(iter(version.assets)).metadata == {"series": 7, "z": -3.0}


@pytest.mark.parametrize(
    "times",
    [
        pd.to_datetime(["2026-01-01 10:00:02.0", "2026-01-01 10:00:00.5"]),
        pd.to_datetime(["2026-01-01 10:00:02.0+02:00", "2026-01-01 10:00:00.5+02:00"]),
        pd.to_timedelta(["2s", "500ms"]),
        ["2026-01-01T10:00:02", "2026-01-01T10:00:00.5"],
        ["2", "0.5"],
    ],
    ids=["times", "times with a zone", "durations", "texts of times", "texts of numbers"],
)
def test_frames_are_ordered_by_times(version, frames, times):
    folder = frames("a", "b")
    table = pd.DataFrame({"name": ["a.png", "b.png"], "video": "v", "at": times})
    version.add_images(folder, table, sequence="video", moment="at")
    assert [n for n, _ in listed(version)] == ["b", "a"]
    assert version.assets.df()["moment"].diff()[1] == 1.5


def test_frames_that_come_later_find_their_place(version, frames):
    folder = frames("a", "b", "c", "d", "e")
    table = pd.DataFrame({"s": ["y", "x"], "t": [3, 1]}, index=["a.png", "b.png"])
    version.add_images([folder / "a.png", folder / "b.png"], table, sequence="s", moment="t")
    version.add_images(folder / "e.png")
    table = pd.DataFrame({"s": ["x", "y"], "t": [0, 1]}, index=["c.png", "d.png"])
    version.add_images([folder / "c.png", folder / "d.png"], table, sequence="s", moment="t")
    assert listed(version) == [("e", None), ("c", "x"), ("b", "x"), ("d", "y"), ("a", "y")]
    assert list(version.assets.df()["position"]) == [0, 1, 2, 3, 4]


def test_an_image_without_a_row_or_a_value_belongs_to_no_sequence(version, frames):
    table = pd.DataFrame({"s": ["x", None], "t": [None, 1]}, index=["b.png", "c.png"])
    version.add_images(frames("a", "b", "c"), table, sequence="s", moment="t")
    assert listed(version) == [("a", None), ("c", None), ("b", "x")]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sequence": "serie"}, r"sequence='serie' must be a column of metadata, or 'folder'; it has 's', 't'"),
        ({"sequence": "s", "moment": "z"}, r"moment='z' must be a column of metadata; it has 's', 't'"),
        ({"moment": "t"}, r"say sequence="),
        ({"sequence": "s", "moment": "t"}, r"moment='t' takes numbers or times, but 'a\.png' has another"),
        ({"sequence": "long"}, r"sequence of 'a\.png' has 201 characters"),
    ],
)
def test_a_mistake_adds_nothing(version, frames, options, sentence):
    table = pd.DataFrame({"s": ["x"], "t": ["noon-ish"]}, index=["a.png"])
    if options.get("sequence") == "long":
        table["long"] = "x" * 201
    with pytest.raises(InvalidInput, match=sentence):
        version.add_images(frames("a"), table, **options)
    assert version.assets.df().empty


def test_without_metadata_there_is_only_the_folder(version, frames):
    with pytest.raises(InvalidInput, match="no columns, because none is given"):
        version.add_images(frames("a"), sequence="series")
