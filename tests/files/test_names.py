"""Names of images mean what their paths say, in any Unicode form and with either slash; no two mean one asset."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbannotate.files.names import Names, parts


def test_the_longest_common_end_decides_and_the_path_of_the_file_counts():
    names = Names({"1.jpg": "/data/train/1.jpg", "2.jpg": "/data/train/2.jpg"})
    match = names.match(["val/1.jpg", "train/1.jpg", "train/2.jpg", "val/3.jpg"])
    assert match.found == {"train/1.jpg": "1.jpg", "train/2.jpg": "2.jpg"}
    assert match.rivals == {"val/1.jpg": "1.jpg"}
    assert match.unknown == ("val/3.jpg",)
    assert match.unclear() == {"val/1.jpg": "means '1.jpg', as another name does"}


def test_names_that_fit_equally_well_mean_nothing():
    match = Names(["1.jpg"]).match(["a/1.jpg", "b/1.jpg", "c/1.jpg"])
    assert match.found == {}
    assert set(match.rivals) == {"a/1.jpg", "b/1.jpg", "c/1.jpg"}


def test_a_name_without_a_suffix_means_the_image_of_that_name():
    names = Names({"1.jpg": "/data/train/1.jpg", "x/2.PNG": "", "3.jpg": "", "3.png": "", "4.v2.png": ""})
    match = names.match(["train/1", "y/2", "3", "4.v2", "5"])
    assert match.found == {"train/1": "1.jpg", "y/2": "x/2.PNG", "4.v2": "4.v2.png"}
    assert match.several == {"3": ("3.jpg", "3.png")}
    assert match.unknown == ("5",)
    assert names.match(["1", "1.jpg"]).found == {"1.jpg": "1.jpg"}


def test_a_name_that_fits_several_says_which():
    match = Names(["a/1.jpg", "b/1.jpg", "c/2.jpg"]).match(["1.jpg", "x/2.jpg", "old/a/1.jpg"])
    assert match.found == {"x/2.jpg": "c/2.jpg", "old/a/1.jpg": "a/1.jpg"}
    assert match.several == {"1.jpg": ("a/1.jpg", "b/1.jpg")}
    assert "fits several: 'a/1.jpg', 'b/1.jpg'" in match.unclear()["1.jpg"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("other", ["NFC", "NFD"])
@pytest.mark.parametrize("way", ["{}", "./{}", "x\\{}", "C:\\data\\{}", "x//{}", "/abs/{}"])
def test_unicode_forms_and_slashes_are_one_name(form, other, way):
    asset = unicodedata.normalize(form, "Größe/é 1.png")
    given_name = unicodedata.normalize(other, way.format("Größe\\é 1.png" if "\\" in way else "Größe/é 1.png"))
    assert Names([asset, "other/é 1.png"]).match([given_name]).found == {given_name: asset}


def test_the_very_name_comes_before_the_same_name_written_otherwise():
    both = [unicodedata.normalize(f, "é.png") for f in ("NFC", "NFD")]
    assert Names(both).match(both).found == dict(zip(both, both, strict=True))
    assert Names(["a\\b.png", "a/b.png"]).match(["a/b.png"]).found == {"a/b.png": "a/b.png"}
    assert Names(both[:1]).match(both).found == {both[0]: both[0]}


def test_a_frame_of_a_video_is_found_with_or_without_zeros_and_in_any_folder():
    names = Names({f"clips/film.mp4#{n:04}": "/data/clips/film.mp4" for n in range(1, 20)})
    given_names = ["film.mp4#7", "film.mp4#012", "clips/film.mp4#0001", "film.mp4#20", "film.mp4#0"]
    match = names.match(given_names)
    assert match.found == {
        "film.mp4#7": "clips/film.mp4#0007", "film.mp4#012": "clips/film.mp4#0012",
        "clips/film.mp4#0001": "clips/film.mp4#0001",
    }  # fmt: skip
    assert match.unknown == ("film.mp4#20", "film.mp4#0")


def test_a_frame_is_the_image_that_is_called_so():
    assets = [f"{film}/frame_{n:06}.png" for film in ("one", "two") for n in range(3)]
    match = Names(assets).match(["two.mp4#2", "one.avi#1", "three.mp4#3", "one.avi#4"])
    assert match.found == {"two.mp4#2": "two/frame_000001.png", "one.avi#1": "one/frame_000000.png"}
    assert set(match.several) == {"three.mp4#3"}
    assert match.unknown == ("one.avi#4",)
    assert Names(["frame_000041.PNG"]).match(["film.mp4#042"]).found == {"film.mp4#042": "frame_000041.PNG"}


def test_a_frame_is_that_asset_of_a_sequence_of_its_name():
    sequences = {f"{n}.jpg": "clips/film" for n in ("a", "b", "c")} | {"x.jpg": "other"}
    match = Names(sequences, sequences).match(["film.mp4#3", "film.mp4#4", "other.mp4#1", "none.mp4#1"])
    assert match.found == {"film.mp4#3": "c.jpg", "other.mp4#1": "x.jpg"}
    assert match.unknown == ("film.mp4#4", "none.mp4#1")


component = st.sampled_from(["a", "b", "é", unicodedata.normalize("NFD", "é"), "1.png"])
paths = st.lists(component, min_size=1, max_size=4).flatmap(
    lambda its: st.sampled_from(["/", "\\"]).map(lambda slash: slash.join(its))
)


@given(st.lists(paths, max_size=12, unique=True), st.lists(paths, max_size=12, unique=True))
def test_every_name_is_answered_once_and_no_asset_is_meant_twice(assets, given_names):
    match = Names(assets).match(given_names)
    answers = [*match.found, *match.several, *match.rivals, *match.unknown]
    assert sorted(answers) == sorted(given_names)
    assert len(set(match.found.values())) == len(match.found)
    for name in given_names:
        if name in assets:
            assert match.found[name] == name
    for name, asset in match.found.items():
        assert parts(name)[-1] == parts(asset)[-1]
        longer = [a for a in assets if a != asset and _common(name, a) > _common(name, asset)]
        assert name == asset or not longer


def _common(one, other):
    a, b = parts(one)[::-1], parts(other)[::-1]
    if a == b:
        return 99
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
