"""Which assets of a version a campaign takes."""

from __future__ import annotations


class Filter:
    """A choice of assets; being written."""

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def parse(cls, value: object) -> Filter:
        """Return the filter that a text stands for."""
        return value if isinstance(value, Filter) else cls(str(value))

    def __str__(self) -> str:
        return self._text
