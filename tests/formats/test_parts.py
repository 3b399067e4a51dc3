"""Coordinates as parts of a size: whatever float a person drew comes back, and what was short stays short."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbannotate.formats import _parts

PIXELS = st.floats(-1e6, 1e6)
SIZES = st.integers(1, 100_000)


@given(PIXELS, SIZES)
def test_a_coordinate_comes_back_bit_for_bit(value: float, size: int) -> None:
    assert _parts.scaled(Decimal(_parts.part_of(value, size)), size) == value


@given(PIXELS, PIXELS, SIZES)
def test_both_ends_of_a_box_come_back_bit_for_bit(one: float, other: float, size: int) -> None:
    low, high = sorted((one, other))
    middle, length = _parts.span_of(low, high, size)
    assert _parts.span(Decimal(middle), Decimal(length), size) == (low, high)


@given(st.integers(0, 10**6), SIZES)
def test_what_was_written_with_six_digits_is_written_so_again(millionths: int, size: int) -> None:
    text = _parts.written(Decimal(millionths) / 10**6)
    assert _parts.part_of(_parts.scaled(Decimal(text), size), size) == text


def test_numbers_are_read_as_other_programs_write_them() -> None:
    assert _parts.decimal("1e-05") == Decimal("0.00001")
    assert _parts.decimal("-0.25") == Decimal("-0.25")


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "1_0", "１", "0x10", "1e999999", "1,5"])
def test_what_is_no_finite_number_is_none(text: str) -> None:
    assert _parts.decimal(text) is None
