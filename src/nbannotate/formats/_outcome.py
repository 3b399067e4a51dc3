"""What became of a data set that was read or written, and where a reader says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nbannotate.cards import cut, one_line
from nbannotate.errors import ReadFailed
from nbannotate.model.value import Record

if TYPE_CHECKING:
    import pandas as pd

#: What becomes of a reading when something in a file is wrong.
OnError = Literal["error", "skip"]
#: So many characters a line of what was read or written has.
LONGEST_LINE = 480
#: So many things that were not taken are listed one by one; more are only counted.
MOST_LISTED = 100_000


class LeftOut(Record, frozen=True):
    """Things of one sort that a file has and the workspace does not take, or the other way round.

    Parameters
    ----------
    what
        What they are, as a plural noun.
    count
        How many there are; at least one.
    reason
        Why they were left out, in a few words.
    first
        The place of the first one, such as ``annotations[12].segmentation`` or ``cells_01.png, shape 3f…``.
    """

    what: str
    count: int
    reason: str
    first: str

    def __str__(self) -> str:
        return f"{self.count} {self.what} left out: {self.reason} (first: {self.first})"


class Skipped(Record, frozen=True):
    """One thing that was not taken: its place in the file, what it is (a plural noun), and why."""

    place: str
    what: str
    reason: str


class Listing(Record, frozen=True):
    """The base of what was read and of what was written: what was left out, as sums and one by one.

    Parameters
    ----------
    format
        The name of the format.
    left_out
        What could not be taken, by sort and reason.
    listed
        The same one by one, the first hundred thousand.
    """

    format: str
    left_out: tuple[LeftOut, ...] = ()
    listed: tuple[Skipped, ...] = ()

    @property
    def skipped(self) -> pd.DataFrame:
        """What could not be taken, one a row: ``place``, ``what`` and ``reason``."""
        import pandas as pd

        columns = Skipped.__struct_fields__
        rows = [[getattr(one, name) for name in columns] for one in self.listed]
        return pd.DataFrame(rows, columns=list(columns), dtype="str")


class Reading(Listing, frozen=True, kw_only=True):
    """What became of a data set that was read.

    Parameters
    ----------
    assets
        Of how many assets something was said.
    shapes
        How many shapes there were, by their label.
    labels
        The names of all labels that the files know, used or not, in their order.
    unchanged
        Of how many of the assets a version has just that already, from the same source; they got no new revision.
    added
        How many images became assets.
    """

    assets: int
    shapes: dict[str, int]
    labels: tuple[str, ...]
    unchanged: int = 0
    added: int = 0

    def __repr__(self) -> str:
        """Return what a person wants to know after an import."""
        labels = cut(", ".join(self.labels), 200) or "none"
        head = f"Read {sum(self.shapes.values())} shapes on {self.assets} assets; labels: {labels}."
        if self.added:
            head += f" {self.added} images became assets."
        if self.unchanged:
            head += f" {self.unchanged} assets were said just so already."
        return cut(one_line(" ".join([head, *(f"{v}." for v in self.left_out)])), LONGEST_LINE)


class Writing(Listing, frozen=True, kw_only=True):
    """What was written, or with ``dry_run=True`` would be: how many images, and what the format cannot hold.

    Parameters
    ----------
    assets
        How many images.
    annotations
        How many annotations, in the format's own count; 0 if nothing was written yet.
    written
        Whether it was written.
    """

    assets: int
    annotations: int = 0
    written: bool = True

    @property
    def losses(self) -> pd.DataFrame:
        """What the format cannot hold, one sort a row: ``what``, ``count``, ``reason`` and the ``first`` place."""
        import pandas as pd

        columns = list(LeftOut.__struct_fields__)
        rows = [[getattr(one, name) for name in columns] for one in self.left_out]
        return pd.DataFrame(rows, columns=columns).astype({"count": "int64"})

    def __repr__(self) -> str:
        """Return what a person wants to know after an export."""
        what = f"Wrote {self.assets} assets with {self.annotations} annotations."
        head = what if self.written else f"Would write {self.assets} assets."
        return cut(one_line(" ".join([head, *(f"{v}." for v in self.left_out)])), LONGEST_LINE)


class Problems:
    """Where a reader says what it cannot take.

    Parameters
    ----------
    on_error
        ``"error"``: the first thing that is wrong raises ReadFailed. ``"skip"``: it is counted, and costs itself only.
    name
        The name of what is read, for the message.
    """

    def __init__(self, on_error: OnError = "error", name: str = "") -> None:
        self.on_error, self.name = on_error, name
        #: What was not taken, one by one, the first hundred thousand.
        self.skipped: list[Skipped] = []
        self._counts: dict[tuple[str, str], tuple[int, str]] = {}

    def add(self, what: str, reason: str, place: str) -> None:
        """Say that something in the file is wrong.

        Parameters
        ----------
        what
            A plural noun, for example ``"boxes"``.
        reason
            Why, about them: ``"their width or height is not positive"``.
        place
            ``"annotations[12].bbox"``, or ``"labels/a.txt:3"`` with the line; of a folder or a zip it begins with the
            member.

        Raises
        ------
        ReadFailed
            With ``on_error="error"``.
        """
        if self.on_error == "error":
            where = f"{self.name}: {place}" if self.name and not place.startswith(self.name) else place
            raise ReadFailed(
                one_line(f"{where}: {what}: {reason}.") + " Nothing was imported; on_error='skip' takes the rest."
            )
        self.note(what, reason, place)

    def note(self, what: str, reason: str, place: str) -> None:
        """Count something that is right, but is not taken."""
        count, first = self._counts.get((what, reason), (0, place))
        self._counts[what, reason] = (count + 1, first)
        if len(self.skipped) < MOST_LISTED:
            self.skipped.append(Skipped(place, what, reason))

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return the sums, in the order in which the sorts were first met."""
        return tuple(LeftOut(what, n, reason, first) for (what, reason), (n, first) in self._counts.items())
