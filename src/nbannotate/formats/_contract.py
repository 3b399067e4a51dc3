"""What a format is: how a data set comes in from a file, a folder or a zip, and goes out; nothing is lost in silence.

A data set is a :class:`Head` and one :class:`Row` an image. The same values are read and written, so that what a format
reads it can write, and another one, too. What a file calls things, and what it says that a workspace has no word for,
is a :class:`Foreign` beside each thing: kept with the version, and written again in the same format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import msgspec
import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats._outcome import Problems
from nbannotate.model import Annotation, Label, Origin, Shape, Tag
from nbannotate.model.value import Record
from nbannotate.shapes.many import Many

#: What a file calls an image, an annotation or a category: a number or a text.
Id = int | float | str

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


class Apart:
    """The same as the rows of a data set, in two parts; the blocks can be gone through once, after the rows.

    Parameters
    ----------
    rows
        Its images, with what is said of them beside shapes; they can be gone through again.
    counts
        Of each row, how many shapes come at most.
    blocks
        The shapes, those of an image together in one block, in the order of the rows.
    """

    def __init__(self, rows: Iterable[Row], counts: Sequence[int], blocks: Iterable[Block]) -> None:
        self.rows, self.counts, self.blocks = rows, counts, blocks


#: The attributes of a block that are lists, or None.
_LISTS = ("rows", "ids", "labels", "foreign_ids", "extras", "texts", "lines")


class Block:
    """Shapes of some images: columns; those that are more than a geometry with a label are whole.

    Parameters
    ----------
    rows
        Of each shape, the number of its row.
    ids, labels
        Of each shape.
    whole
        By their number, the shapes that are more.
    geometry
        Kinds and points of the others, in their order.
    foreign_ids, extras
        What the file calls each shape, and what else it says of it, as JSON; None for nothing.
    places
        Where each stands in the whole file; -1 for nothing.
    texts
        The points of the geometry as JSON, where they are known: a list for each ring, x and y in turn.
    """

    def __init__(
        self, rows: list[int], ids: list[str], labels: list[str], whole: dict[int, Shape], geometry: Many,
        foreign_ids: Sequence[str | None], extras: Sequence[str | None], places: NDArray[np.int64],
        texts: list[str] | None = None,
    ) -> None:  # fmt: skip
        self.rows, self.ids, self.labels, self.whole, self.geometry = rows, ids, labels, whole, geometry
        self.foreign_ids, self.extras, self.places, self.texts = foreign_ids, extras, places, texts
        #: The numbers of those that are not whole.
        self.plain = np.delete(np.arange(len(rows)), list(whole))
        #: What a format writes of each, if it was asked before; None for those that are whole.
        self.lines: list[str | None] | None = None

    def shape(self, number: int) -> Shape:
        """Return one shape."""
        if number in self.whole:
            return self.whole[number]
        its: dict[str, Any] = {"label": self.labels[number], "id": self.ids[number]}
        n = int(np.searchsorted(self.plain, number))
        rings = tuple(self.geometry.rings.get(n, ()))
        return Shape(kind=self.geometry.kinds[n], points=self.geometry.of(n), rings=rings, **its)

    def __getstate__(self) -> tuple[bytes, dict[int, Shape], Many, NDArray[np.int64], NDArray[np.int64]]:
        """Return what is pickled; lists are packed as one, which takes a third of the time of doing it one by one."""
        lists = [getattr(self, name) for name in _LISTS]
        return msgspec.msgpack.encode(lists), self.whole, self.geometry, self.plain, self.places

    def __setstate__(
        self, state: tuple[bytes, dict[int, Shape], Many, NDArray[np.int64], NDArray[np.int64]]
    ) -> None:  # fmt: skip
        packed, self.whole, self.geometry, self.plain, self.places = state
        for name, its in zip(_LISTS, msgspec.msgpack.decode(packed), strict=True):
            setattr(self, name, its)

    def keep(self, lines: list[str | None]) -> None:
        """Keep what a format writes of the shapes in place of their geometry; the others are whole from now on."""
        self.whole |= {n: self.shape(n) for n in self.plain.tolist() if lines[n] is None}
        self.extras = [its if line is None else None for its, line in zip(self.extras, lines, strict=True)]
        self.lines, self.texts, self.plain = lines, None, self.plain[:0]
        self.geometry = Many([], np.zeros((0, 2)), [], {})


def merged(rows: Iterable[Row], blocks: Iterable[Block]) -> list[Row]:
    """Return the rows of two parts whole, without what files call their shapes."""
    found = list(rows)
    for block in blocks:
        for number, row in enumerate(block.rows):
            said = found[row].annotation or Annotation()
            found[row] = replace(found[row], annotation=replace(said, shapes=(*said.shapes, block.shape(number))))
    return found


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
    apart
        Gives the same as ``rows`` in two parts, faster where a file says a million things, or None where it cannot;
        who asks for it does not go through the rows.
    """

    def __init__(
        self, head: Head, rows: Iterable[Row], total: int | None = None, last_id: int = 0,
        apart: Callable[[], Apart | None] = lambda: None,
    ) -> None:  # fmt: skip
        self.head, self.rows, self.total, self.last_id, self.apart = head, iter(rows), total, last_id, apart


class Written(Record, frozen=True):
    """How many images and how many annotations, in the format's own count, were written."""

    assets: int
    annotations: int


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

    A format that asks for the contents ``apart`` when it writes has ``by_blocks = True``, and ``prepare``, which takes
    a block when it is read and may :meth:`Block.keep` what will be written of it; it holds rectangles, and
    polygons of several rings, that have a label.
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
