"""DICOM files come with the values that pydicom gives, in the right window, in the right order, without the patient."""

from __future__ import annotations

import builtins
import io
from pathlib import Path

import numpy as np
import pytest

from nbannotate import imaging
from nbannotate.errors import ReadFailed
from nbannotate.imaging import window

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed (extra [dicom])")
from pydicom.data import get_testdata_file  # noqa: E402
from pydicom.pixels import apply_modality_lut, apply_voi_lut  # noqa: E402


def sample(name):
    found = get_testdata_file(name, download=False)
    if found is None:
        pytest.skip(f"this pydicom has no {name}")
    return Path(found)


def written(dataset):
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "name",
    ["CT_small.dcm", "MR_small.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm", "MR_small_jp2klossless.dcm",
     "MR_small_jpeg_ls_lossless.dcm", "JPEG2000.dcm", "693_J2KI.dcm", "image_dfl.dcm", "liver_1frame.dcm"],
)  # fmt: skip
def test_the_values_are_those_of_pydicom(name):
    path = sample(name)
    data = pydicom.dcmread(path)
    wanted = apply_modality_lut(data.pixel_array, data)
    for source in (path, path.read_bytes()):
        still = imaging.read(source)
        assert still.deep
        assert np.array_equal(still.values, wanted)
    facts = imaging.measure(path)
    assert (facts.width, facts.height, facts.bits) == (data.Columns, data.Rows, data.BitsStored)


def test_a_ct_slice_has_hounsfield_units_and_the_window_of_its_header(shared_data):
    for path in sorted((shared_data / "dicom_ct3_window").glob("*.dcm")):
        data = pydicom.dcmread(path)
        still = imaging.read(path)
        assert np.array_equal(still.values, apply_modality_lut(data.pixel_array, data))
        assert (still.window, still.unit, still.modality) == ((400, 40), "HU", "CT")
        shown = window.gray(still.pixels, still.slope, still.offset, still.default(), exact=still.exact)
        wanted = apply_voi_lut(apply_modality_lut(data.pixel_array, data), data)
        low, high = wanted.min(), wanted.max()  # pydicom's grays are over the range of the stored type
        assert np.abs(shown - (wanted - low) / (high - low) * 255).max() <= 1


def test_slices_lie_along_their_normal(shared_data):
    files = sorted((shared_data / "dicom_mr_t1" / "dicoms").glob("*.dcm"))
    facts = [imaging.measure(f) for f in files]
    assert len({f.series for f in facts}) == 1
    places = np.array([f.place[0] for f in facts])
    assert np.allclose(np.abs(np.diff(places)), 0.6667, atol=0.001)
    for file in files[::8]:
        assert np.array_equal(imaging.read(file).values, pydicom.dcmread(file).pixel_array)


def test_without_a_window_in_the_header_the_extremes_are_left_out(shared_data):
    still = imaging.read(shared_data / "dicom_mr_t1" / "dicoms" / "N2D_0190.dcm")
    assert still.window is None
    width, level = still.default()
    values = still.values
    assert level - width / 2 <= np.percentile(values, 1)
    assert np.percentile(values, 99) <= level + width / 2 < values.max()
    assert still.full() == (values.max() - values.min(), (values.max() + values.min()) / 2)


def test_monochrome1_shows_the_least_value_white():
    data = pydicom.dcmread(sample("MR_small.dcm"))
    data.PhotometricInterpretation = "MONOCHROME1"
    still = imaging.read(written(data))
    assert still.inverted
    assert np.array_equal(still.values, data.pixel_array)
    shown = window.gray(still.pixels, still.slope, still.offset, still.full(), inverted=True)
    assert shown.ravel()[still.pixels.argmin()] == 255
    assert shown.ravel()[still.pixels.argmax()] == 0


@pytest.mark.parametrize(
    "name",
    ["SC_rgb_rle_2frame.dcm", "rtdose.dcm", "rtdose_rle.dcm", "examples_ybr_color.dcm", "SC_rgb_rle_16bit_2frame.dcm"],
)
def test_each_frame_can_be_read_alone_and_sent_alone(name):
    path = sample(name)
    count = imaging.measure(path).frames
    assert count > 1
    whole = pydicom.dcmread(path).pixel_array
    for number in (1, count):
        still = imaging.read(path, number)
        if whole.ndim == 3:
            scale = float(pydicom.dcmread(path).get("RescaleSlope", 1))
            assert np.allclose(still.values, whole[number - 1] * scale, rtol=1e-4, atol=4)
        sent = imaging.extracted(imaging.Frame(path, number))
        again = imaging.read(sent)
        assert np.array_equal(again.pixels, still.pixels)
        assert again.default() == still.default()
        assert len(sent) < path.stat().st_size + 400_000
    with pytest.raises(ReadFailed, match=f"no frame {count + 1}"):
        imaging.read(path, count + 1)


def enhanced(frames=3):
    """A multi-frame file whose geometry and window stand in the functional groups, in no order of places."""
    data = pydicom.dcmread(sample("MR_small.dcm"))
    pixels = np.stack([data.pixel_array + 100 * i for i in range(frames)])
    data.PixelData, data.NumberOfFrames = pixels.tobytes(), frames
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "WindowCenter", "WindowWidth"):
        if keyword in data:
            delattr(data, keyword)
    Dataset, Sequence = pydicom.Dataset, pydicom.Sequence

    def group(name, **fields):
        inner = Dataset()
        for keyword, value in fields.items():
            setattr(inner, keyword, value)
        outer = Dataset()
        setattr(outer, name, Sequence([inner]))
        return outer

    shared = group("PlaneOrientationSequence", ImageOrientationPatient=[0, 1, 0, 0, 0, -1])
    data.SharedFunctionalGroupsSequence = Sequence([shared])
    items = []
    for i in range(frames):
        item = group("PlanePositionSequence", ImagePositionPatient=[10.0 - 5 * i, 3, 4])
        item.update(group("FrameVOILUTSequence", WindowCenter=50 + i, WindowWidth=200))
        item.update(group("PixelValueTransformationSequence", RescaleSlope=2, RescaleIntercept=-i, RescaleType="US"))
        items.append(item)
    data.PerFrameFunctionalGroupsSequence = Sequence(items)
    return data, pixels


def test_frames_of_an_enhanced_file_have_their_own_place_window_and_scale(tmp_path):
    data, pixels = enhanced()
    path = tmp_path / "enhanced.dcm"
    path.write_bytes(written(data))
    facts = imaging.measure(path)
    assert facts.frames == 3
    assert np.allclose(np.diff(facts.place), 5)  # the normal points to -x
    for i in range(3):
        for still in (imaging.read(path, i + 1), imaging.read(imaging.extracted(imaging.Frame(path, i + 1)))):
            assert np.array_equal(still.values, pixels[i] * 2 - i)
            assert still.window == (200, 50 + i)


def test_metadata_says_nothing_of_the_patient():
    data = pydicom.dcmread(sample("CT_small.dcm"))
    secret = {
        "PatientName": "Doe^Jane",
        "PatientID": "X-4711",
        "AccessionNumber": "A-99",
        "StudyDescription": "Doe, J.",
    }
    for keyword, value in secret.items():
        setattr(data, keyword, value)
    path = sample("CT_small.dcm")
    facts = imaging.measure(path)
    assert facts.metadata["modality"] == "CT"
    assert facts.metadata["spacing_mm"] == [0.661468, 0.661468]
    names = " ".join(map(str, facts.metadata.values()))
    for value in ("CompressedSamples", "1CT1", "Doe", str(pydicom.dcmread(path).PatientID)):
        assert value not in names


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("reportsi.dcm", "no pixels .*Basic Text SR"), ("rtplan.dcm", "no pixels .*RT"), ("MR_truncated.dcm", "DICOM"),
        ("no_meta.dcm", "not an image|no pixels"), ("SC_rgb_jpeg_gdcm.dcm", "python-gdcm"), ("badVR.dcm", "DICOM"),
    ],
)  # fmt: skip
def test_a_dicom_file_that_cannot_be_shown_says_why(name, reason):
    with pytest.raises(ReadFailed, match=reason):
        imaging.read(sample(name))


def test_a_header_without_pixels_says_so():
    data = pydicom.dcmread(sample("CT_small.dcm"))
    del data.PixelData
    with pytest.raises(ReadFailed, match="none follows"):
        imaging.read(written(data))


def test_without_pydicom_the_sentence_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.startswith("pydicom"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ReadFailed, match=r"nbannotate\[dicom\]"):
        imaging.read(b"\0" * 128 + b"DICM" + b"\0" * 100)


def test_decoding_other_images_imports_no_pydicom(run_python):
    code = "import sys, nbannotate.imaging; print(any(m in sys.modules for m in ('pydicom', 'tifffile', 'pandas')))"
    assert run_python(code).strip() == "False"


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
@pytest.mark.parametrize(("keyword", "kind"), [("FloatPixelData", "<f4"), ("DoubleFloatPixelData", "<f8")])
@pytest.mark.parametrize("function", ["LINEAR", None])
@pytest.mark.parametrize("frames", [1, 3])
def test_values_that_are_no_whole_numbers_are_shown_by_the_exact_function(
    tmp_path, photometric, keyword, kind, function, frames
):
    ramp = np.tile(np.linspace(0, 1, 64), (8, 1))
    data = pydicom.Dataset()
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.30"
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = "1.2.3"
    data.Rows, data.Columns, data.SamplesPerPixel, data.PhotometricInterpretation = 8, 64, 1, photometric
    data.BitsAllocated, data.NumberOfFrames = int(kind[2]) * 8, frames
    data.WindowWidth, data.WindowCenter = "1", "0.5"
    if function:
        data.VOILUTFunction = function
    setattr(data, keyword, np.stack([ramp] * frames).astype(kind).tobytes())
    data.save_as(tmp_path / "map.dcm", enforce_file_format=True)
    assert imaging.measure(tmp_path / "map.dcm").frames == frames
    still = imaging.read(tmp_path / "map.dcm", frames)
    assert np.abs(still.values - ramp).max() < 1e-4
    shown = imaging.gray(
        still.pixels, still.slope, still.offset, still.default(), inverted=still.inverted, exact=still.exact
    )
    wanted = ramp * 255 if photometric == "MONOCHROME2" else 255 - ramp * 255
    assert np.abs(shown - wanted).max() <= 1


def test_a_deflated_file_does_not_fill_the_memory(tmp_path, monkeypatch):
    from nbannotate.imaging import dicom

    path = sample("image_dfl.dcm")
    assert imaging.read(path).deep
    monkeypatch.setattr(dicom, "MOST_INFLATED", 1000)
    for way in (imaging.measure, imaging.read):
        with pytest.raises(ReadFailed, match="grows beyond a gigabyte"):
            way(path)


def test_a_file_that_is_cut_off_is_refused_when_it_is_measured(tmp_path):
    body = sample("liver_1frame.dcm").read_bytes()
    (tmp_path / "cut.dcm").write_bytes(body[: len(body) // 2])
    with pytest.raises(ReadFailed, match="cut off"):
        imaging.measure(tmp_path / "cut.dcm")
