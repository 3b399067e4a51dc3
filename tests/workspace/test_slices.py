"""DICOM series, stacks and files that cannot be opened become assets: in the right order, with the right values."""

from __future__ import annotations

import itertools
import random
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate import imaging
from nbannotate.errors import InvalidInput

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed (extra [dicom])")


@pytest.fixture
def version():
    names = (f"v{i}" for i in itertools.count())
    workspace = nb.open(":memory:")
    dataset = workspace.create_dataset("head")
    yield lambda: dataset.create_version(next(names))
    workspace.close()


def values(version, asset_id):
    return imaging.read(version.workspace.client.image(asset_id)).values


def test_the_slices_of_a_series_stand_along_their_normal_whatever_they_are_called(version, shared_data, tmp_path):
    files = sorted((shared_data / "dicom_mr_t1" / "dicoms").glob("*.dcm"))
    names = [f"{i:03}" for i in range(len(files))]
    random.Random(1).shuffle(names)
    for file, name in zip(files, names, strict=True):
        shutil.copy(file, tmp_path / name)  # not even a suffix
    assets = version().add_images(tmp_path).assets.df()
    assert len(assets) == 32

    headers = {name: pydicom.dcmread(file) for file, name in zip(files, names, strict=True)}

    def along(name):
        turn = np.array(headers[name].ImageOrientationPatient, float)
        return float(np.cross(turn[:3], turn[3:]) @ np.array(headers[name].ImagePositionPatient, float))

    assert list(assets["name"]) == sorted(names, key=along)
    assert set(assets["sequence"]) == {headers[names[0]].SeriesInstanceUID}
    assert np.allclose(assets["moment"], sorted(along(n) for n in names), atol=1e-3)
    assert set(assets["width"]) == {274}
    assert set(assets["height"]) == {384}


def test_the_values_of_each_slice_are_those_of_pydicom(version, shared_data):
    made = version().add_images(shared_data / "dicom_ct3_window")
    assets = made.assets.df()
    assert list(assets["name"]) == ["03.dcm", "02.dcm", "01.dcm"]  # z falls from 01 to 03
    for row in assets.itertuples():
        data = pydicom.dcmread(row.path)
        wanted = data.pixel_array.astype(float) * data.RescaleSlope + data.RescaleIntercept
        assert np.array_equal(values(made, row.asset_id), wanted)
    metadata = next(iter(made.assets)).metadata
    assert metadata["modality"] == "CT"
    assert metadata["spacing_mm"] == [0.810547, 0.810547]
    assert not [key for key in metadata if "patient" in key.lower() or "name" in key.lower()]


def test_slices_at_the_same_place_are_ordered_by_time_point_then_place(version, shared_data, tmp_path):
    files = sorted((shared_data / "dicom_mr_t1" / "dicoms").glob("*.dcm"))[:3]
    for phase in (2, 1):
        for file in files:
            data = pydicom.dcmread(file)
            data.TemporalPositionIdentifier = phase
            data.save_as(tmp_path / f"{file.stem}_{3 - phase}.dcm")
    assets = version().add_images(tmp_path).assets.df()
    stems = [f.stem for f in files]
    assert list(assets["name"]) == [f"{stem}_{i}.dcm" for i in (2, 1) for stem in stems]
    assert list(assets["moment"]) == [0, 1, 2, 3, 4, 5]


def test_a_sequence_that_is_given_wins_and_is_still_in_order(version, shared_data, tmp_path):
    files = sorted((shared_data / "dicom_mr_t1" / "dicoms").glob("*.dcm"))[:4]
    for file, name in zip(files, "dcba", strict=True):
        shutil.copy(file, tmp_path / f"{name}.dcm")
    assets = version().add_images(tmp_path, sequence="folder").assets.df()
    assert set(assets["sequence"]) == {tmp_path.name}
    assert list(assets["name"]) == ["d.dcm", "c.dcm", "b.dcm", "a.dcm"]
    frame = pd.DataFrame({"name": ["a.dcm", "b.dcm", "c.dcm", "d.dcm"], "scan": "s", "t": [4, 3, 1, 2]})
    assets = version().add_images(tmp_path, frame, sequence="scan", moment="t").assets.df()
    assert list(assets["name"]) == ["c.dcm", "d.dcm", "b.dcm", "a.dcm"]


def test_single_radiographs_are_no_sequences(version, shared_data, tmp_path):
    for i, file in enumerate(sorted((shared_data / "dicom_ct3_window").glob("*.dcm"))):
        data = pydicom.dcmread(file)
        data.SeriesInstanceUID = f"1.2.3.{i}"
        data.save_as(tmp_path / file.name)
    assert version().add_images(tmp_path).assets.df()["sequence"].isna().all()


def test_each_frame_of_a_file_is_an_asset(version, tmp_path):
    found = pydicom.data.get_testdata_file("rtdose.dcm", download=False)
    shutil.copy(found, tmp_path / "dose.dcm")
    pages = [Image.fromarray(np.full((8, 9), 1000 * i, np.uint16)) for i in range(12)]
    pages[0].save(tmp_path / "stack.tif", save_all=True, append_images=pages[1:])
    made = version().add_images(tmp_path)
    assets = made.assets.df()
    assert list(assets["name"])[:2] == ["dose.dcm#01", "dose.dcm#02"]
    assert list(assets["name"])[-1] == "stack.tif#12"
    assert list(assets["path"])[-1].endswith("stack.tif#frame=12")
    assert list(assets["sequence"])[-1] == "stack.tif"
    assert len(assets) == 15 + 12
    by_name = dict(zip(assets["name"], assets["asset_id"], strict=True))
    assert values(made, by_name["stack.tif#07"])[0, 0] == 6000
    whole = pydicom.dcmread(found).pixel_array
    assert np.allclose(values(made, by_name["dose.dcm#03"]), imaging.read(tmp_path / "dose.dcm", 3).values)
    assert len(whole) == 15
    assert list(made.assets)[2].metadata["frame"] == 3
    spool = made.workspace.client.dispatcher.engine.spool
    assert [file.name for file in spool.iterdir()] == ["answers"]


def bad_files(folder: Path) -> list[str]:
    Image.effect_noise((300, 200), 90).convert("RGB").save(folder / "good.jpg")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.png").write_text("not a picture")
    data = pydicom.dcmread(pydicom.data.get_testdata_file("reportsi.dcm", download=False))
    data.save_as(folder / "report.dcm")
    return ["empty.jpg", "report.dcm", "text.png"]


def test_files_that_cannot_be_opened_are_named_and_nothing_is_added(version, tmp_path):
    bad_files(tmp_path)
    made = version()
    with pytest.raises(
        InvalidInput, match=r"3 of 4 files.*empty.jpg \(.*the file is empty\).*report.dcm .*no pixels.*text"
    ):
        made.add_images(tmp_path)
    assert len(made.assets) == 0
    with pytest.raises(InvalidInput, match=r"'refuse'.*'keep'"):
        made.add_images(tmp_path, bad="skip")


def test_kept_ones_are_assets_that_say_why(version, tmp_path):
    bad = bad_files(tmp_path)
    assets = version().add_images(tmp_path, bad="keep").assets.df()
    assert sorted(assets["name"]) == sorted([*bad, "good.jpg"])
    rows = assets.set_index("name")
    assert (rows.loc["text.png", "width"], rows.loc["text.png", "height"]) == (0, 0)
    assert "known format" in rows.loc["text.png", "metadata.cannot_be_opened"]
    assert pd.isna(rows.loc["good.jpg", "metadata.cannot_be_opened"])
