"""What a format of single files is: how annotations come in and go out, with nothing lost in silence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from msgspec import field

from nbannotate.cards import cut, one_line
from nbannotate.formats._contract import Id, LeftOut, Row
from nbannotate.model import Annotation, Label
from nbannotate.model.value import Record


class Ids(Record, frozen=True):
    """What a file calls things, in its order, so that a file that is written calls them so again.

    Parameters
    ----------
    images
        By the name of the image; of all images of the file.
    shapes
        By the id of the shape; several shapes may be one thing to the file.
    labels
        By the name of the label, used or not.
    """

    images: dict[str, Id] = field(default_factory=dict)
    shapes: dict[str, Id] = field(default_factory=dict)
    labels: dict[str, Id] = field(default_factory=dict)


class Reading(Record, frozen=True):
    """What a file says.

    Parameters
    ----------
    annotations
        By the file name of the asset, as the file writes it. An asset of which the file says nothing is not here.
    labels
        The names of all labels that the file knows, used or not, in its order.
    sizes
        Width and height in pixels of the assets, as far as the file tells.
    left_out
        What could not be taken.
    ids
        What the file calls its images, shapes and labels.
    unchanged
        Of how many assets a version has just that already, from the same source; they got no new revision.
    metadata
        Of images, by their names, as far as the file has any.
    """

    annotations: dict[str, Annotation]
    labels: tuple[str, ...]
    sizes: dict[str, tuple[int, int]]
    left_out: tuple[LeftOut, ...] = ()
    ids: Ids = Ids()
    unchanged: int = 0
    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return what a person wants to know after an import."""
        shapes = sum(len(a.shapes) for a in self.annotations.values())
        labels = cut(", ".join(self.labels), 200) or "none"
        head = f"Read {shapes} shapes on {len(self.annotations)} assets; labels: {labels}."
        if self.unchanged:
            head += f" {self.unchanged} assets were said just so already."
        return one_line(" ".join([head, *(f"{v}." for v in self.left_out)]))


class Writing(Record, frozen=True):
    """What was written: how many assets and how many annotations in the format's own count, and what could not be."""

    assets: int
    annotations: int
    left_out: tuple[LeftOut, ...] = ()

    def __repr__(self) -> str:
        """Return what a person wants to know after an export."""
        head = f"Wrote {self.assets} assets with {self.annotations} annotations."
        return one_line(" ".join([head, *(f"{v}." for v in self.left_out)]))


@runtime_checkable
class FileFormat(Protocol):
    """A file format of annotations.

    Parameters
    ----------
    name
        The word that a person types in ``read(name, path)``: lower case, unique.
    title
        How it is called in a sentence.
    """

    name: str
    title: str

    def sniff(self, path: Path) -> bool:
        """Return whether a file looks like this format; never raises on what the file contains."""
        ...

    def read(self, path: Path) -> Reading:
        """Read a whole file.

        Raises
        ------
        FileMissing
            If the file is not there.
        ReadFailed
            If it is wrong; the message names the file and the place in it.
        """
        ...

    def write(self, path: Path, rows: Iterable[Row], labels: Sequence[Label], ids: Ids = Ids()) -> Writing:  # noqa: B008
        """Write a file with :func:`nbannotate.files.output.replace`: all or nothing, and nothing that must stay.

        The same input gives the same bytes. Labels that shapes have and ``labels`` has not are added at the end. What
        ``ids`` names is called so, and stands in that order, before all else.
        """
        ...


class Tally:
    """Counts what is left out, by sort and reason, and remembers the place of the first of each."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], tuple[int, str]] = {}

    def add(self, what: str, reason: str, place: str) -> None:
        """Count one more."""
        count, first = self._counts.get((what, reason), (0, place))
        self._counts[what, reason] = (count + 1, first)

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return the sums, in the order in which the sorts were first met."""
        return tuple(LeftOut(what, n, reason, first) for (what, reason), (n, first) in self._counts.items())
