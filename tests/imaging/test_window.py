"""Windows: which values are black and white, and the automatic one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbannotate.imaging import PRESETS, Still, window
from nbannotate.imaging.decoded_frame import stored


def test_the_ends_of_a_window_are_black_and_white():
    values = np.array([-1000, -160, 40, 240, 3000])
    assert window.gray(values, 1, 0, (400, 40)).tolist() == pytest.approx([0, 0, 127.5, 255, 255], abs=0.5)
    assert window.gray(values, 1, 0, (400, 40), inverted=True).tolist() == pytest.approx(
        [255, 255, 127.5, 0, 0], abs=0.5
    )


def test_the_linear_function_of_dicom_is_half_a_step_lower():
    # PS3.3 C.11.2.1.2: for center 2048 and width 4096 zero is black and 4095 white
    assert window.limits((4096, 2048), exact=False) == (0, 4095)
    assert window.limits((4096, 2048), exact=True) == (0, 4096)


def test_slope_and_offset_are_part_of_a_value():
    stored_values = np.array([[0, 1024, 2048]], np.uint16)
    assert window.gray(stored_values, 1, -1024, (2048, 0)).tolist() == [[0, 128, 255]]


def test_a_few_hot_pixels_do_not_darken_the_automatic_window():
    pixels = np.random.default_rng(0).integers(100, 200, (200, 200)).astype(np.uint16)
    pixels[0, :3] = 65535
    width, level = window.automatic(pixels, 1, 0)
    assert 100 <= level - width / 2 < level + width / 2 <= 200
    assert window.full(pixels, 1, 0) == (65435, 32817.5)


def test_what_pads_the_image_does_not_count():
    pixels = np.full((50, 50), 0, np.uint16)
    pixels[10:20, 10:20] = np.arange(100, 200).reshape(10, 10)
    assert Still(pixels, offset=-10, padding=0).full() == (99, 139.5)


@pytest.mark.parametrize("value", [0, 7, 65535])
def test_an_image_of_one_value_has_a_window(value):
    width, level = Still(np.full((3, 3), value, np.uint16), slope=2, offset=5).default()
    assert width > 0
    assert level == value * 2 + 5


def test_the_presets_are_there():
    assert {"Brain", "Lung", "Bone", "Abdomen", "Mediastinum", "Liver"} == set(PRESETS)


@given(st.lists(st.integers(-30000, 30000), min_size=1, max_size=50))
def test_whole_numbers_keep_every_digit(numbers):
    values = np.array([numbers], np.int32)
    pixels, slope, offset = stored(values)
    assert np.array_equal(pixels * slope + offset, values)


@given(st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=50))
def test_other_numbers_are_rounded_to_a_65536th_of_their_range(numbers):
    values = np.array([numbers], np.float64)
    pixels, slope, offset = stored(values)
    assert pixels.dtype == np.uint16
    assert np.abs(pixels * slope + offset - values).max() <= max(slope, 1e-9 * np.abs(values).max())


def test_what_is_not_finite_is_black():
    pixels, slope, offset = stored(np.array([[np.nan, 1.0, np.inf, 3.0]]))
    assert (pixels * slope + offset).tolist() == [[1, 1, 1, 3]]
    assert stored(np.array([[np.nan]]))[0].tolist() == [[0]]
