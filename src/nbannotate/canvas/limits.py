"""What a recipe asks of the shapes of an image: how many there may be, how small one may be."""

from __future__ import annotations

from nbannotate.errors import InvalidInput
from nbannotate.model.values import plain


def checked_limit(value: int | None) -> int | None:
    """Return a number of shapes above 0, or None; InvalidInput for anything else."""
    value = plain(value)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise InvalidInput(f"max_shapes must be a whole number above 0, or None, not {value!r}.")
    return value


def checked_size(value: float | None) -> float | None:
    """Return a number of pixels above 0, or None; InvalidInput for anything else."""
    value = plain(value)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not value > 0):
        raise InvalidInput(f"min_size must be a number of pixels above 0, or None, not {value!r}.")
    return value


def beyond(most: int, here: int, more: int) -> str:
    """Say that there is no room for more shapes."""
    if more == 1:
        return (
            f"This image may have {most:,} shape{'' if most == 1 else 's'} at most; there is no room for another one."
        )
    return (
        f"This image may have {most:,} shape{'' if most == 1 else 's'} at most and has {here:,}: "
        f"{more:,} more do not fit, so none was added."
    )
