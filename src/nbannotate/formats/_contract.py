"""What a format is: how a data set comes in from a file, a folder or a zip, and goes out; nothing is lost in silence.

A data set is a :class:`Head` and one :class:`Row` an image. The same values are read and written, so that what a format
reads it can write, and another one, too. What a file calls things, and what it says that a workspace has no word for,
is a :class:`Foreign` beside each thing: kept with the version, and written again in the same format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from msgspec import Struct, field

from nbannotate.cards import cut, one_line
from nbannotate.errors import ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.model import Annotation, Label, Origin, Tag
from nbannotate.model.value import Record

if TYPE_CHECKING:
    import pandas as pd

#: What a file calls an image, an annotation or a category: a number or a text.
Id = int | float | str
#: What becomes of a reading when something in a file is wrong.
OnError = Literal["error", "skip"]
#: So many characters a line of what was read or written has.
LONGEST_LINE = 480
#: So many things that were not taken are listed one by one; more are only counted.
MOST_LISTED = 100_000

#: What a format may hold beside the geometry, by the word that :class:`Holds` uses, as the documentation says it.
FIELDS = {
    "rings": "polygons of several rings",
    "unlabelled": "shapes without a label",
    "also": "several labels on a shape",
    "attributes": "attributes of any name and value",
    "confidence": "confidence",
    "color": "colors of single shapes",
    "shape_ids": "ids of shapes",
    "shape_order": "order of the shapes of an image",
    "group": "groups",
    "track": "tracks",
    "keyframe": "key frames",
    "visibility": "visibility of the points of a skeleton",
    "tags": "tags",
    "tag_attributes": "attributes of tags",
    "nothing_to_label": "nothing to label",
    "empty_images": "images without annotation",
    "sizes": "sizes of images",
    "metadata": "metadata",
    "splits": "splits",
    "sequences": "sequences",
    "label_order": "order of labels",
    "unused_labels": "labels that nothing has",
    "label_colors": "colors of labels",
    "label_kinds": "kinds of shapes that a label allows",
    "label_attributes": "attributes that a label asks for",
    "skeletons": "points and edges of skeletons",
}


class Foreign(Record, frozen=True):
    """What a file calls a thing, and what it says of it that the workspace has no word for.

    Parameters
    ----------
    id
        A number or a text; None if the file has none.
    extra
        Further fields by name, as JSON can hold them; written again in the same format.
    place
        Where it stands among its like in the whole file, for a format whose shapes do not stand image by image.
    name
        Its name as the file writes it, where that is not the workspace's.
    """

    id: Id | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    place: int | None = None
    name: str | None = None


class Row(Record, frozen=True):
    """One image of a data set with what is said of it; the same value is read and written.

    Parameters
    ----------
    name
        As the file writes it, when it is read; the asset's name, when it is written; ``/`` between folders.
    width, height
        In pixels; 0 where the file does not tell.
    annotation
        None: nothing was said.
    origin, source
        Where the annotation comes from: a person's answer, or an import from somewhere.
    metadata
        Of the image, as JSON can hold it.
    split
        ``"train"``, ``"val"``, ``"test"`` or another word.
    sequence, moment
        Of video frames and slices: their sequence, and what orders them in it (the number of the frame).
    image
        The member of the source that holds the image's bytes, when it is read; a path on this machine, when it is
        written.
    foreign
        What the file calls the image.
    shapes
        What the file calls its shapes, by the id of the shape.
    """

    name: str
    width: int = 0
    height: int = 0
    annotation: Annotation | None = None
    origin: Origin | None = None
    source: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    split: str | None = None
    sequence: str | None = None
    moment: float | None = None
    image: str | None = None
    foreign: Foreign = Foreign()
    shapes: dict[str, Foreign] = field(default_factory=dict)


class Head(Record, frozen=True):
    """What a data set says before its images.

    Parameters
    ----------
    labels
        In the file's order, used or not; with colors, kinds, skeletons and attributes as far as the file has them.
    tags
        As the labels.
    foreign
        What the file calls its labels, by their names.
    extra
        Fields of the whole, by name: licences, information, …
    """

    labels: tuple[Label, ...] = ()
    tags: tuple[Tag, ...] = ()
    foreign: dict[str, Foreign] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


class Contents:
    """A data set on its way: what it says before its images, and the images, which can be gone through once.

    Parameters
    ----------
    head
        Known at once.
    rows
        One an image. A reader need not look at an image before it is asked for.
    total
        How many rows there will be, for a progress bar; None if that is not known.
    last_id
        No image and no annotation that comes has a higher number as its id; what has none is numbered from there on.
    """

    def __init__(self, head: Head, rows: Iterable[Row], total: int | None = None, last_id: int = 0) -> None:
        self.head, self.rows, self.total, self.last_id = head, iter(rows), total, last_id


class Written(Record, frozen=True):
    """How many images and how many annotations, in the format's own count, were written."""

    assets: int
    annotations: int


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


class Holds(Struct, frozen=True):
    """What a format can hold; the rest is told before it is written, and refused unless ``lossy=True``.

    Parameters
    ----------
    kinds
        The names of kinds of shapes whose geometry comes back.
    fields
        Words of :data:`FIELDS`.
    attributes
        Where ``fields`` has no ``"attributes"``: the names of those that it has a place for, such as ``"difficult"``.
    exact
        Whether coordinates come back bit for bit; False for a format of whole pixels.
    """

    kinds: frozenset[str]
    fields: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    exact: bool = True

    def __post_init__(self) -> None:
        if strange := self.fields - FIELDS.keys():
            raise ValueError(f"Holds.fields takes the words of FIELDS, not {', '.join(sorted(strange))}.")


@runtime_checkable
class Format(Protocol):
    """A format of data sets.

    Parameters
    ----------
    name
        The word that a person types in ``read(name, path)``: lower case, unique.
    title
        How it is called in a sentence.
    makes
        The suffix of the one file that it writes, such as ``".json"``; empty for one that is a folder.
    """

    name: str
    title: str
    makes: str

    @property
    def holds(self) -> Holds:
        """What it can hold."""
        ...

    def sniff(self, source: Source) -> bool:
        """Return whether something looks like this format: cheap, and never raises on what it finds."""
        ...

    def read(self, source: Source, problems: Problems) -> Contents:
        """Return what is there: the head at once, the rows when they are asked for.

        Raises
        ------
        ReadFailed
            It is none of this format, or wrong as a whole; the message names the file and the place in it. What is
            wrong with one thing only is said to ``problems``.
        """
        ...

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return what of a row would be lost that ``holds`` does not tell already, as (plural noun, reason).

        ``head`` is that of the data set, which may have no place for all of a row.
        """
        ...

    def write(self, target: Target, contents: Contents) -> Written:
        """Write a data set; the same one gives the same bytes.

        What the format has no place for is passed over: it was told before. Labels that shapes have and the head has
        not come at the end. What has a foreign id is called so.
        """
        ...


def family(format_: Format) -> str:
    """Return the name by which what files say beside things is kept.

    It is that of the format; formats that differ only in what they write have one in common, in ``family``: what was
    read as ``yolo`` has its numbers and paths as ``yolo-segment``, too.
    """
    its: str = getattr(format_, "family", format_.name)
    return its


def rows_of(rows: Iterable[Row]) -> Iterator[tuple[Row, Annotation]]:
    """Return rows with what is said of them; where nothing is said, an empty annotation."""
    nothing = Annotation()
    for row in rows:
        yield row, row.annotation or nothing
