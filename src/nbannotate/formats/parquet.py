"""Parquet, our own format: a folder from which everything comes back as it was.

``dataset.json`` says what is true of the whole: the number of this layout (``version``), the labels and tags with all
that a recipe says of them, and fields of the files that were read. ``images.parquet`` has a row an image, in their
order, ``shapes.parquet`` a row a shape, in the order of the images and of the shapes of each. pandas, polars and DuckDB
read both without us. What has no type in Parquet (attributes, metadata, what other files said) is JSON as a text.

The columns of ``images.parquet``:

- ``image`` (BIGINT): the number of the image, from 0; ``shapes.parquet`` refers to it.
- ``name`` (VARCHAR): of the asset.
- ``width``, ``height`` (INTEGER): in pixels; 0 if they are not known.
- ``path`` (VARCHAR): of the image's file in this folder, if it is there.
- ``split`` (VARCHAR): ``train``, ``val``, ``test`` or another word.
- ``sequence`` (VARCHAR), ``moment`` (DOUBLE): of frames and slices; the moment orders them.
- ``said`` (BOOLEAN): whether anything was said of it; ``nothing_to_label`` (BOOLEAN): whether that was the answer.
- ``tags`` (VARCHAR[]); ``tag_attributes`` (JSON): of each tag, by their names.
- ``origin`` (VARCHAR): ``answer`` or ``import``; ``source`` (VARCHAR): what it was imported from.
- ``metadata`` (JSON); ``foreign`` (JSON): ``id``, ``extra`` and ``place`` in a file that was read.

The columns of ``shapes.parquet``:

- ``image`` (BIGINT): the number of its image; ``id`` (VARCHAR): of the shape.
- ``kind`` (VARCHAR): ``rectangle``, ``polygon``, …
- ``label`` (VARCHAR): the first label, or empty; ``also`` (VARCHAR[]): further ones.
- ``points`` (lists of DOUBLE): pairs of x and y in image pixels, origin top-left.
- ``rings`` (INTEGER[]): how many points each ring of a polygon has; empty for one ring.
- ``visibility`` (INTEGER[]): of each point of a skeleton: 0 not in the image, 1 hidden, 2 visible.
- ``rle`` (STRUCT): the pixels of a mask as COCO has them: ``size`` (height, width) and ``counts``.
- ``confidence`` (DOUBLE): from 0 to 1; ``color`` (VARCHAR): where the shape has another one than its label.
- ``group``, ``track`` (VARCHAR), ``keyframe`` (BOOLEAN): what belongs together, and objects of a sequence.
- ``attributes``, ``foreign`` (JSON).

Rows may be in any order when they are read: images are ordered by ``image``. A later layout has a higher ``version``;
one that is not known here is refused.
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from nbannotate.errors import NbannotateError, ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _json, _tables
from nbannotate.formats._contract import FIELDS, Contents, Foreign, Format, Head, Holds, Row, Written
from nbannotate.formats._members import Members
from nbannotate.formats._outcome import Problems
from nbannotate.model import Annotation, Label, Origin, Rle, Shape, Tag
from nbannotate.shapes import kinds

VERSION = 1
DATASET, IMAGES, SHAPES = "dataset.json", "images.parquet", "shapes.parquet"


class _Dataset(msgspec.Struct):
    """The file that is no table."""

    format: str
    version: int
    labels: tuple[Label, ...] = ()
    tags: tuple[Tag, ...] = ()
    foreign: dict[str, Foreign] = {}
    extra: dict[str, Any] = {}


class _Image(msgspec.Struct):
    """A row of ``images.parquet``."""

    image: int
    name: str
    width: int
    height: int
    path: str | None
    split: str | None
    sequence: str | None
    moment: float | None
    said: bool
    nothing_to_label: bool
    tags: tuple[str, ...]
    tag_attributes: str
    origin: Origin | None
    source: str | None
    metadata: str
    foreign: str


class _Shape(msgspec.Struct):
    """A row of ``shapes.parquet``."""

    image: int
    id: str
    kind: str
    label: str
    also: tuple[str, ...]
    points: tuple[tuple[float, float], ...]
    rings: tuple[int, ...]
    visibility: tuple[int, ...]
    rle: Rle | None
    confidence: float | None
    color: str | None
    group: str | None
    track: str | None
    keyframe: bool
    attributes: str
    foreign: str


_IMAGES = _tables.Table(IMAGES, _Image, {
    "image": "BIGINT", "name": "VARCHAR", "width": "INTEGER", "height": "INTEGER", "path": "VARCHAR",
    "split": "VARCHAR", "sequence": "VARCHAR", "moment": "DOUBLE", "said": "BOOLEAN", "nothing_to_label": "BOOLEAN",
    "tags": "VARCHAR[]", "tag_attributes": "VARCHAR", "origin": "VARCHAR", "source": "VARCHAR",
    "metadata": "VARCHAR", "foreign": "VARCHAR",
}, "image")  # fmt: skip
_SHAPES = _tables.Table(SHAPES, _Shape, {
    "image": "BIGINT", "id": "VARCHAR", "kind": "VARCHAR", "label": "VARCHAR", "also": "VARCHAR[]",
    "points": "DOUBLE[][]", "rings": "INTEGER[]", "visibility": "INTEGER[]",
    "rle": "STRUCT(size INTEGER[], counts VARCHAR)", "confidence": "DOUBLE", "color": "VARCHAR", "group": "VARCHAR",
    "track": "VARCHAR", "keyframe": "BOOLEAN", "attributes": "VARCHAR", "foreign": "VARCHAR",
}, "image")  # fmt: skip


class Parquet:
    """Our own format; see the module's text for its layout."""

    name = "parquet"
    title = "Parquet (nbannotate's own, whole)"
    makes = ""

    @property
    def holds(self) -> Holds:
        """Everything: shapes of other packages, too."""
        return Holds(kinds=frozenset(kinds()), fields=frozenset(FIELDS))

    def sniff(self, source: Source) -> bool:
        """Return whether there are the three files in one folder."""
        return _folder(source) is not None

    def read(self, source: Source, problems: Problems) -> Contents:
        """Return a data set that :meth:`write` wrote.

        Raises
        ------
        ReadFailed
            A file is missing, is no table of this layout, or is of a layout that is not known here.
        """
        folder = _folder(source)
        if folder is None:
            raise ReadFailed(f"{source.name} has no {DATASET}, {IMAGES} and {SHAPES} in one folder.")
        place = source.said(posixpath.join(folder, DATASET))
        found = source.json(posixpath.join(folder, DATASET))
        try:
            dataset = msgspec.convert(found, _Dataset)
        except (msgspec.ValidationError, NbannotateError) as error:
            raise ReadFailed(f"{place}: {str(error).rstrip('.')}.") from None
        if dataset.format != "nbannotate":
            raise ReadFailed(f"{place}: format is {dataset.format!r:.40}, not 'nbannotate'.")
        if dataset.version != VERSION:
            raise ReadFailed(
                f"{place}: version is {dataset.version}; this nbannotate reads {VERSION}. "
                "Read it with the nbannotate that wrote it."
            )
        head = Head(dataset.labels, dataset.tags, dataset.foreign, dataset.extra)
        images = _tables.Reader(source, posixpath.join(folder, IMAGES), _IMAGES)
        shapes = _tables.Reader(source, posixpath.join(folder, SHAPES), _SHAPES)
        return Contents(head, _rows(source, folder, images, shapes, problems), images.count)

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return nothing: everything comes back."""
        return ()

    def write(self, target: Target, contents: Contents) -> Written:
        """Write a folder, or a zip."""
        head = contents.head
        dataset = _Dataset("nbannotate", VERSION, head.labels, head.tags, head.foreign, head.extra)
        target.write(DATASET, msgspec.json.format(msgspec.json.encode(dataset), indent=1) + b"\n")
        paths = Members("images")
        with _tables.Writer(target, _IMAGES) as images, _tables.Writer(target, _SHAPES) as shapes:
            for n, row in enumerate(contents.rows):
                path: str | None = paths.of(row.name)
                if not target.put_image(row.image, str(path)):
                    path = None
                images.add(_image(n, row, path))
                for shape in row.annotation.shapes if row.annotation else ():
                    shapes.add(_shape(n, shape, row.shapes.get(shape.id)))
        return Written(images.count, shapes.count)


def _folder(source: Source) -> str | None:
    """Return the folder in which all three files are, the uppermost; None if there is none."""
    found = [posixpath.dirname(m) for m in source.matching(DATASET)]
    whole = [f for f in found if source.has(posixpath.join(f, IMAGES)) and source.has(posixpath.join(f, SHAPES))]
    return min(whole, key=lambda f: (f.count("/") + bool(f), f), default=None)


def _image(n: int, row: Row, path: str | None) -> _Image:
    said = row.annotation or Annotation()
    return _Image(
        n, row.name, row.width, row.height, path, row.split, row.sequence, row.moment, row.annotation is not None,
        said.nothing_to_label, said.tags, _text(said.tag_attributes), row.origin, row.source, _text(row.metadata),
        _foreign(row.foreign),
    )  # fmt: skip


def _shape(n: int, shape: Shape, foreign: Foreign | None) -> _Shape:
    return _Shape(
        n, shape.id, shape.kind, shape.label, shape.also, shape.points, shape.rings, shape.visibility, shape.rle,
        shape.confidence, shape.color, shape.group, shape.track, shape.keyframe, _text(shape.attributes),
        _foreign(foreign or Foreign()),
    )  # fmt: skip


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _foreign(foreign: Foreign) -> str:
    return _text({k: v for k, v in msgspec.to_builtins(foreign).items() if v not in (None, {})})


def _rows(
    source: Source, folder: str, images: _tables.Reader[_Image], shapes: _tables.Reader[_Shape], problems: Problems
) -> Iterator[Row]:
    """Go through both tables side by side."""
    ahead = _tables.Ahead(shapes.rows(problems))
    for place, image in images.rows(problems):
        made = [_made(at, s, image, problems) for at, s in ahead.until(image.image, _number)]
        try:
            yield _row(source, folder, image, [pair for pair in made if pair is not None])
        except (msgspec.MsgspecError, NbannotateError) as error:
            problems.add("images", str(error).rstrip("."), place)
    for at, _ in ahead.until(sys.maxsize, _number):
        problems.add("shapes", f"there is no image of their number in {IMAGES}", at)


def _number(shape: _Shape) -> int:
    return shape.image


def _made(place: str, said: _Shape, image: _Image, problems: Problems) -> tuple[Shape, Foreign] | None:
    """Return a shape of an image; None if it is none."""
    if said.image != image.image:
        problems.add("shapes", f"there is no image of their number in {IMAGES}", place)
        return None
    try:
        shape = Shape(
            kind=said.kind, points=said.points, label=said.label, id=said.id,
            attributes=_json.decoded(said.attributes, dict[str, Any]), confidence=said.confidence,
            color=said.color, rle=said.rle, visibility=said.visibility, also=said.also, rings=said.rings,
            group=said.group, track=said.track, keyframe=said.keyframe,
        )  # fmt: skip
        return shape, _json.decoded(said.foreign, Foreign)
    except (msgspec.MsgspecError, NbannotateError) as error:
        problems.add("shapes", str(error).rstrip("."), place)
        return None


def _row(source: Source, folder: str, image: _Image, its: list[tuple[Shape, Foreign]]) -> Row:
    annotation = Annotation(
        shapes=tuple(shape for shape, _ in its),
        tags=image.tags,
        nothing_to_label=image.nothing_to_label,
        tag_attributes=_json.decoded(image.tag_attributes, dict[str, dict[str, Any]]),
    )
    path = posixpath.join(folder, image.path) if image.path else None
    return Row(
        name=image.name, width=image.width, height=image.height, annotation=annotation if image.said else None,
        origin=image.origin, source=image.source, metadata=_json.decoded(image.metadata, dict[str, Any]),
        split=image.split, sequence=image.sequence, moment=image.moment,
        image=path if path and source.has(path) else source.beside(image.name),
        foreign=_json.decoded(image.foreign, Foreign),
        shapes={shape.id: foreign for shape, foreign in its if foreign != Foreign()},
    )  # fmt: skip


FORMAT: Format = Parquet()
