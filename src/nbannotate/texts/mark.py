"""Marks the sentences that people read, so that they are found for the tables; in Python they stay English."""

from __future__ import annotations


def t(text: str, /, **values: object) -> str:
    """Return a sentence with its values; it is a key of every table of texts.

    Parameters
    ----------
    text
        English, a literal, with places for values: ``"{login} has it now."``.
    values
        By the name of their place.
    """
    return text.format_map(values) if values else text


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
    return (one if n == 1 else many).format_map({"n": f"{n:,}", **values})
