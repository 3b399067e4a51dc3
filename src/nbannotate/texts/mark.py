"""Marks the sentences that people read, so that they are found for the tables; in Python they stay English."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: ``{name}``, or ``{name+}`` for a value that is itself said in the language of who reads it.
PLACE = re.compile(r"\{(\w+)(\+?)\}")


def t(text: str, /, **values: object) -> str:
    """Return a sentence with its values; it is a key of every table of texts.

    Parameters
    ----------
    text
        English, a literal, with places for values: ``"{login} has it now."``.
    values
        By the name of their place.
    """
    return filled(text, values) if values else text


def tn(n: int, one: str, many: str, /, **values: object) -> str:
    """Return a sentence about a number of things: ``tn(n, "{n} image submitted.", "{n} images submitted.")``.

    Parameters
    ----------
    n
        How many; written in place of ``{n}``.
    one, many
        English, literals.
    values
        By the name of their place.
    """
    return filled(one if n == 1 else many, {"n": f"{n:,}", **values})


def filled(text: str, values: Mapping[str, object]) -> str:
    """Return a text with its values in their places; a place without a value stays as it is written."""
    return PLACE.sub(lambda place: str(values.get(place[1], place[0])), text)
