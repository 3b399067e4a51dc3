"""What a version holds, in numbers and hashes, and whether a published one still holds it."""

from __future__ import annotations

from nbannotate.cards import marked_down
from nbannotate.model.value import Record


class Content(Record, frozen=True):
    """One part of what a version holds.

    Parameters
    ----------
    what
        ``"assets"``, ``"annotations"`` (the latest of each asset, with its tags) or ``"shapes"``.
    count
        How many there are.
    sha256
        The hash of all that they say, in hexadecimal digits.
    """

    what: str
    count: int
    sha256: str


class Verified(Record, frozen=True):
    """Whether a published version holds what it held when it was published.

    Parameters
    ----------
    version
        Its name.
    kept
        What it held then.
    found
        What it holds now.
    """

    version: str
    kept: tuple[Content, ...]
    found: tuple[Content, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return self.kept == self.found

    @property
    def differs(self) -> tuple[str, ...]:
        """The parts that are not as they were: ``"assets"``, ``"annotations"``, ``"shapes"``."""
        return tuple(then.what for then, now in zip(self.kept, self.found, strict=True) if then != now)

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        if self.ok:
            held = ", ".join(f"{one.count:,} {one.what}" for one in self.kept)
            return f"The version {self.version!r} is as it was published: {held}."
        changed = [
            f"{now.what} ({then.count:,} then, {now.count:,} now)"
            for then, now in zip(self.kept, self.found, strict=True)
            if then != now
        ]
        return f"The version {self.version!r} is not as it was published; these differ: {', '.join(changed)}."

    def _repr_markdown_(self) -> str:
        """Return how a notebook shows it."""
        return marked_down(repr(self))
