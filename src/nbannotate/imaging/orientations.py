"""Orientations, as EXIF and TIFF number them: 1 is upright, 6 a quarter turn clockwise, 2, 4, 5 and 7 are mirrored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_UPRIGHT: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


def upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return pixels turned as people see them."""
    return np.ascontiguousarray(_UPRIGHT[orientation](pixels))


def size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Return width and height after an orientation is applied."""
    return (height, width) if orientation >= 5 else (width, height)
