"""A data set is read into a version: first all of it, beside the workspace; then what fits comes in, at once."""

from __future__ import annotations

import contextlib
import functools
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, overload

from msgspec import Struct
from msgspec.structs import replace

from nbannotate import formats, model
from nbannotate.errors import InvalidInput, ReadFailed, WrongCall
from nbannotate.files.names import Match
from nbannotate.files.source import Source
from nbannotate.imaging import frame_of
from nbannotate.model import Missing, OnConflict
from nbannotate.model.suggestions import one_of
from nbannotate.model.values import plain
from nbannotate.rules.well_formed import check_shape
from nbannotate.workspace import (
    asset_matching,
    asset_metadata,
    blocks,
    foreign_names,
    garbage_collection,
    incoming_images,
    inputs,
    pieces,
    remote_images,
    shape_rows,
)
from nbannotate.workspace.duplicates import Duplicates
from nbannotate.workspace.progress_bars import progress_bar
from nbannotate.workspace.spool import Spool

if TYPE_CHECKING:
    from nbannotate.workspace.version import Version


class Wanted(Struct, frozen=True):
    """How a data set is to be read; see :meth:`Version.read`."""

    source: str | None = None
    missing: Missing = "skip"
    on_conflict: OnConflict = "skip"
    scale: bool = False
    on_error: formats.OnError = "error"
    images: incoming_images.Images | None = None
    duplicates: Duplicates = "keep"


@overload
def read(
    self: Version, path: str | os.PathLike[str], /, *, format: str | None = ..., source: str | None = ...,
    on_error: formats.OnError = ..., missing: model.Missing = ..., on_conflict: model.OnConflict = ...,
    images: incoming_images.Images | None = ..., scale: bool = ..., overwrite: bool | None = ...,
    duplicates: Duplicates = ...,
) -> formats.Reading: ...  # fmt: skip
@overload
def read(
    self: Version, format: str, path: str | os.PathLike[str], source: str | None = ..., *,
    on_error: formats.OnError = ..., missing: model.Missing = ..., on_conflict: model.OnConflict = ...,
    images: incoming_images.Images | None = ..., scale: bool = ..., overwrite: bool | None = ...,
    duplicates: Duplicates = ...,
) -> formats.Reading: ...  # fmt: skip
def read(
    self: Version,
    *what: Any,
    format: str | None = None,
    path: str | os.PathLike[str] | None = None,
    source: str | None = None,
    on_error: formats.OnError = "error",
    missing: model.Missing = "skip",
    on_conflict: model.OnConflict = "skip",
    images: incoming_images.Images | None = None,
    scale: bool = False,
    overwrite: bool | None = None,
    duplicates: Duplicates = "keep",
) -> formats.Reading:
    """Read a data set from a file, a folder or a zip: ``version.read(path)``. All or nothing.

    An image of it means the asset whose name is the same, or whose path ends most like it. What is right and not
    taken is counted: images that are no assets, or have another size in the file, and, as what people said stays
    what counts, assets that people have worked on. What the files call things, and what else they say of them, is
    kept, and written again by :meth:`write` in the same format.

    Parameters
    ----------
    *what
        The path; or the name of a format and the path, ``version.read("coco", path)``; and a source behind.
    format
        The name of the format; it is recognised if it is not given, and the error says which fit if several do.
    path
        The file, the folder or the zip.
    source
        Where the annotations come from, as the tables will show; the file's name if not given.
    on_error
        What becomes of the data set if something in it is wrong: ``"error"``, which names the place; or ``"skip"``:
        it is left out, and ``reading.skipped`` is a table of that.
    missing
        What becomes of images of the file that are no assets: ``"skip"``, or ``"error"``. A file of which no image
        is an asset is always an error.
    on_conflict
        What becomes of assets that people have worked on: ``"skip"``, ``"error"`` or ``"replace"``; see
        :meth:`add_annotations`.
    images
        What becomes of images that come along and are no assets yet: ``"reference"``: they become assets and stay
        where they are; ``"copy"``: into a folder beside the workspace; or ``"none"``. If it is not given, those of
        a folder are taken by reference, those of a zip are copied, and a single file brings none.
    scale
        Resize the shapes of images that have another size in the file, instead of leaving them out.
    overwrite
        The old name of ``on_conflict="replace"``.
    duplicates
        What becomes of images that come along, are no assets yet, and have just the content of another one, there or
        new: ``"keep"``: they come in, and are counted; or ``"skip"``: they are passed over with what is said of them.

    Returns
    -------
    formats.Reading
        What was read; ``left_out`` counts what was not taken, with the reasons, ``skipped`` lists it.

    Raises
    ------
    ReadFailed, InvalidInput
        Something is bad (the message names the place), or none of the images is in this version.
    Conflict
        With ``on_conflict="error"``: people have worked on some.
    """
    missing, on_conflict = inputs.checked(missing, on_conflict, overwrite)
    place, format, source = _what(what, format, path, source)
    one_of("on_error", on_error, get_args(formats.OnError))
    one_of("duplicates", duplicates := plain(duplicates), get_args(Duplicates))
    wanted = Wanted(source, missing, on_conflict, bool(scale), on_error, images, duplicates)
    with self._fresh.filling(), garbage_collection.seldom_sought():
        return _read(self, place, format, wanted)


def _what(
    given_: tuple[Any, ...], format_: str | None, path: Any, source: str | None
) -> tuple[str | os.PathLike[str], str | None, str | None]:
    """Return the path, the format and the source that a call of ``read`` names, whichever way."""
    values = [plain(v) for v in given_]
    if path is None and format_ is None and len(values) in (2, 3):
        format_, path, *rest = values
    elif path is None and values:
        path, *rest = values
    elif format_ is None and values:
        format_, *rest = values
    else:
        rest = values
    if source is None and rest:
        source = rest.pop(0)
    if rest or not isinstance(path, str | os.PathLike) or not isinstance(format_, str | None):
        raise WrongCall(
            "Version.read takes a path, version.read('data'), or the name of a format and a path, "
            "version.read('coco', 'a.json')."
        )
    return path, format_, source


@contextlib.contextmanager
def _with_passed_over(source: Source) -> Iterator[None]:
    """Add to what is said of a set that cannot be read what in it was not looked at: it may be just that."""
    try:
        yield
    except ReadFailed as error:
        if not source.passed_over:
            raise
        some = ", ".join(f"{why} ({n:,})" for why, n in source.passed_over.items())
        raise ReadFailed(f"{error} Files that were passed over: {some}.") from None


def _read(version: Version, path: str | os.PathLike[str], format_: str | None, wanted: Wanted) -> formats.Reading:
    @functools.cache
    def there() -> asset_matching.There:
        return asset_matching.there(version)

    def size_of(name: str) -> asset_matching.Size:
        asset = there().names.match([name]).found.get(name)
        if asset is None:
            return (0, 0)
        if there().sizes[asset] == (0, 0):  # places are parts of it: all are read, once
            there().sizes.update(measured_all())
        return there().sizes[asset]

    @functools.cache
    def measured_all() -> dict[str, asset_matching.Size]:
        return remote_images.measure_named(version)

    @functools.cache
    def files() -> frozenset[str]:
        paths = version.workspace.sql("select distinct path from assets")["path"]
        return frozenset(os.path.realpath(frame_of(path).path) for path in paths)

    with (
        Source(Path(path).expanduser(), size_of, lambda real: real in files()) as source,
        tempfile.TemporaryDirectory(prefix="nbannotate") as place,
    ):
        with _with_passed_over(source):
            its = formats.get(format_) if format_ is not None else formats.sniff(source)
        problems = formats.Problems(wanted.on_error, source.name)
        for why, count in source.passed_over.items():
            for _ in range(count):
                problems.note("files", f"they are {why}", source.name)
        folder = Path(place)
        with (folder / "rows").open("w+b") as file:
            with _with_passed_over(source):
                contents = its.read(source, problems)
            apart = contents.apart()
            spool = Spool(file) if apart is None else None
            names = list(_put_aside(contents, apart, problems, spool))
            with incoming_images.images_of(
                version, source, names, wanted.images, problems, wanted.duplicates
            ) as images:
                _check(version, names, images.match, wanted.missing)
                said = {images.match.found.get(one.name, "") for one in names if one.says}
                if any(images.sizes.get(asset) == (0, 0) for asset in said):
                    images.sizes.update(remote_images.measure_named(version, said))
                del names
                rows: Any = apart.rows if apart is not None else spool
                reading = _bring_in(version, its, source, contents.head, rows, apart, images, problems, wanted, folder)
                images.keep()
    return reading


def _put_aside(
    contents: formats.Contents, apart: formats.Apart | None, problems: formats.Problems, spool: Spool | None
) -> Iterator[incoming_images.Named]:
    """Return the names of the rows; those that can be gone through once are put aside, without what may be nowhere."""
    rows = contents.rows if apart is None else apart.rows
    bar = progress_bar(rows, total=contents.total, desc="reading", unit=" images", delay=1)
    for number, row in enumerate(bar):
        said = row.annotation
        if said is not None:
            kept = tuple(s for n, s in enumerate(said.shapes, 1) if _is_well_formed(row.name, n, s, problems))
            if len(kept) < len(said.shapes):
                row = replace(row, annotation=replace(said, shapes=kept))
        if spool is not None:
            spool.add(row)
        yield incoming_images.Named(
            row.name, row.image, _says(row, number, apart), row.sequence, row.moment, row.metadata
        )
    if spool is not None:
        spool.finish()


def _says(row: formats.Row, number: int, apart: formats.Apart | None) -> bool:
    """Return whether something is said of an image, or will be when its shapes come."""
    comes = apart is not None and apart.counts[number] > 0
    return comes or (row.annotation is not None and not row.annotation.empty)


def _is_well_formed(name: str, number: int, shape: Any, problems: formats.Problems) -> bool:
    try:
        check_shape(f"{name}, shape {number}", shape)
    except InvalidInput as error:
        problems.add("shapes", "they are not well formed", str(error).rstrip("."))
        return False
    return True


def _check(version: Version, names: list[incoming_images.Named], match: Match, missing: Missing) -> None:
    """Raise InvalidInput if no image is an asset, or one is not although that is an error."""
    annotated = [one.name for one in names if one.says]
    if annotated and not match.found:
        why = f" {asset_matching.said_of(match.unclear())}" if match.unclear() else " Add the images first."
        raise InvalidInput(
            f"None of the {len(annotated)} annotated images are assets of the version {version.name!r}: "
            f"{_some(annotated)}.{why} Nothing was imported."
        )
    unknown = set(match.unknown)
    if missing == "error" and (absent := [name for name in annotated if name in unknown]):
        raise InvalidInput(
            f"{len(absent)} of {len(annotated)} annotated images are not assets of the version "
            f"{version.name!r}: {_some(absent)}. Add the images first, or pass over them with missing='skip'; nothing "
            "was imported."
        )


def _some(names: list[str]) -> str:
    return ", ".join(map(repr, names[:5])) + (" …" if len(names) > 5 else "")


def _bring_in(
    version: Version, its: formats.Format, source: Source, head: formats.Head, rows: Iterable[formats.Row],
    apart: formats.Apart | None, images: incoming_images.Coming, problems: formats.Problems, wanted: Wanted,
    folder: Path,
) -> formats.Reading:  # fmt: skip
    """Put what fits into tables, send them, and say what became of it."""
    tables = _Tables(version, head, images, problems, wanted, folder)
    done = pieces.send(
        version, tables.made(rows, apart), wanted.source or source.name, formats.family(its),
        on_conflict=wanted.on_conflict,
    )  # fmt: skip
    left_out = problems.left_out()
    if done.left_out:
        reason = "people have worked on them; on_conflict='replace' takes them, too"
        left_out = (*left_out, formats.LeftOut("assets", done.left_out, reason, done.first))
    labels = tuple(dict.fromkeys([*(label.name for label in head.labels), *filter(None, tables.counts)]))
    return formats.Reading(
        its.name, left_out, tuple(problems.skipped), assets=tables.said.count, shapes=dict(tables.counts),
        labels=labels, unchanged=done.unchanged, added=len(images.new),
    )  # fmt: skip


class _Tables:
    """The tables of what fits, made while they are sent.

    Attributes
    ----------
    said
        What is said of assets.
    counts
        How many shapes there were, by their label.
    """

    def __init__(
        self, version: Version, head: formats.Head, images: incoming_images.Coming, problems: formats.Problems,
        wanted: Wanted, folder: Path,
    ) -> None:  # fmt: skip
        self._version, self._images, self._problems = version, images, problems
        self._wanted, self._folder = wanted, folder
        self.said, self._shapes = pieces.said(folder), pieces.shapes(folder)
        self._foreign, self._splits = pieces.foreign(folder), pieces.splits(folder)
        self._metadata: dict[str, dict[str, Any]] = {}
        self.counts: Counter[str] = Counter()
        foreign_names.add_head(self._foreign, head)

    def made(self, rows: Iterable[formats.Row], apart: formats.Apart | None) -> Iterator[tuple[str, Path]]:
        """Make the tables; the name of each, and a file of it."""
        new = self._images.table(self._folder)
        new.finish()
        yield from new.ready()
        yield from self._apart(rows, apart) if apart is not None else self._whole(rows)
        self._shapes.finish()
        yield from self._drawn()
        table, other = asset_metadata.from_file(self._version, self._metadata, self._folder)
        for name, field in other.items():
            self._problems.note("metadata of assets", "they have another value here", f"{name}: {field}")
        for last in (table, self.said, self._foreign, self._splits):
            if last is not None:
                last.finish()
                yield from last.ready()

    def _whole(self, rows: Iterable[formats.Row]) -> Iterator[tuple[str, Path]]:
        for row in rows:
            asset = self._asset(row, _says(row, 0, None))
            if asset is None or row.annotation is None:
                continue
            self._say(row, asset)
            yield from self._drawn()

    def _apart(self, rows: Iterable[formats.Row], apart: formats.Apart) -> Iterator[tuple[str, Path]]:
        taker = blocks.Taker(len(apart.counts), self.said, self._shapes, self._problems)
        for number, row in enumerate(rows):
            asset = self._asset(row, _says(row, number, apart))
            if asset is None:
                continue
            if apart.counts[number]:
                taker.expect(number, row, asset, self._images.sizes[asset], self._wanted.scale)
            elif row.annotation is not None:
                self._say(row, asset)
        for block in apart.blocks:
            taker.take(block)
            yield from self._drawn()
        taker.finish()
        self.counts += taker.counts

    def _asset(self, row: formats.Row, says: bool) -> str | None:
        """Return the asset that a row is of, if it is one, and keep what a file calls it and says of it."""
        if row.name in self._images.twice:
            return None
        asset = asset_matching.asset_of(row, says, self._images.match, self._problems)
        if asset is None:
            return None
        foreign_of = row.foreign if row.name == asset else replace(row.foreign, name=row.name)
        foreign_names.add(self._foreign, "image", asset, foreign_of)
        if row.split:
            self._splits.add(asset, row.split)
        if row.metadata and asset not in self._images.new:
            self._metadata[asset] = row.metadata
        return asset

    def _say(self, row: formats.Row, asset: str) -> None:
        good = asset_matching.fitted(row, asset, self._images.sizes[asset], self._wanted.scale, self._problems)
        if good is None or good.empty:
            return
        self.counts.update(shape.label for shape in good.shapes)
        self.said.add(*shape_rows.about(asset, good))
        self._shapes.add_all(shape_rows.rows_of(asset, good, row.shapes))

    def _drawn(self) -> Iterator[tuple[str, Path]]:
        """Give files of shapes that were written; what is said of their assets comes before them."""
        if drawn := self._shapes.ready():
            self.said.finish()
            yield from self.said.ready()
            yield from drawn
