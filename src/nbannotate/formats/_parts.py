"""Coordinates that a file has as parts of the image's size: read exactly, written so that they are read as the same.

A decimal number times a size is rounded to a float once, at the end. So every float has a decimal number that gives it,
which a product of two floats has not: those leave gaps.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation

#: Enough for the sum of the largest and the smallest float.
EXACT = Context(prec=2200)
HALF = Decimal("0.5")
#: Digits that are tried, from short to exact; what other programs wrote has few, what was drawn has 16 or 17.
_TRIED = tuple(Context(prec=n) for n in (6, 10, 15, 16, 17, 18, 19, 20, 25, 40, 80, 160, 320, 700, 1100))


def decimal(text: str) -> Decimal | None:
    """Return a finite number, or None for any other text."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    # '１' and '1_0' are numbers to Python only; a huge exponent would be a huge number of digits
    return found if text.isascii() and "_" not in text and found.is_finite() and abs(found.adjusted()) < 400 else None


def scaled(part: Decimal, size: int) -> float:
    """Return a part of a size in pixels."""
    return float(EXACT.multiply(part, Decimal(size)))


def span(middle: Decimal, length: Decimal, size: int) -> tuple[float, float]:
    """Return both ends, in pixels, of a length around a middle, which are parts of a size."""
    half = EXACT.multiply(length, HALF)
    return scaled(EXACT.subtract(middle, half), size), scaled(EXACT.add(middle, half), size)


def part_of(value: float, size: int) -> str:
    """Return a coordinate in pixels as a part of a size; :func:`scaled` gives the same float again."""
    return _shortest((Decimal(value),), Decimal(size), lambda found: scaled(found[0], size) == value)[0]


def span_of(low: float, high: float, size: int) -> tuple[str, str]:
    """Return the middle and the length of what is between two coordinates; :func:`span` gives them again."""
    ends = Decimal(low), Decimal(high)
    exact = EXACT.multiply(EXACT.add(*ends), HALF), EXACT.subtract(ends[1], ends[0])
    middle, length = _shortest(exact, Decimal(size), lambda found: span(found[0], found[1], size) == (low, high))
    return middle, length


def _shortest(exact: tuple[Decimal, ...], size: Decimal, good: Callable[[list[Decimal]], bool]) -> list[str]:
    found: list[Decimal] = []
    for context in _TRIED:
        found = [context.divide(v, size) for v in exact]
        if good(found):
            break
    return [written(v) for v in found]


def written(value: Decimal) -> str:
    """Return a decimal number without zeros that say nothing."""
    if not value:
        return "0"
    if value.adjusted() < -30 or value.adjusted() > 30:
        return str(value)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
