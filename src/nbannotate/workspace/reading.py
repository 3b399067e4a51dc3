"""A data set is read into a version: first all of it, beside the workspace; then what fits comes in, at once."""

from __future__ import annotations

import functools
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbannotate import formats
from nbannotate.errors import InvalidInput
from nbannotate.files.names import Match
from nbannotate.files.source import Source
from nbannotate.model import Annotation, Imported, Missing, OnConflict
from nbannotate.model.values import as_stored, encode
from nbannotate.rules.well_formed import check_shape
from nbannotate.workspace import coming, described, fitting, pieces, remembered
from nbannotate.workspace.bars import progress_bar

if TYPE_CHECKING:
    from nbannotate.workspace.filled import Filled

#: So many images are put aside at once.
PIECE = 1_000


class Wanted(Struct, frozen=True):
    """How a data set is to be read; see :meth:`Filled.read`."""

    source: str | None = None
    missing: Missing = "skip"
    on_conflict: OnConflict = "skip"
    scale: bool = False
    on_error: formats.OnError = "error"
    images: coming.Images | None = None


class _Spool:
    """Rows that are put aside until all of them are known."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._lengths = file, list[int]()
        self._rows: list[formats.Row] = []

    def add(self, row: formats.Row) -> None:
        self._rows.append(row)
        if len(self._rows) == PIECE:
            self.finish()

    def finish(self) -> None:
        if self._rows:
            data = msgspec.json.encode(self._rows)
            self._file.write(data)
            self._lengths.append(len(data))
            self._rows = []

    def __iter__(self) -> Iterator[formats.Row]:
        self._file.seek(0)
        for length in self._lengths:
            data = self._file.read(length)
            with as_stored():
                rows = msgspec.json.decode(data, type=list[formats.Row])
            yield from rows


def read(version: Filled, path: str | os.PathLike[str], format_: str | None, wanted: Wanted) -> formats.Reading:
    """Read a file, a folder or a zip into a version, all or nothing; see :meth:`Filled.read`."""

    @functools.cache
    def there() -> fitting.There:
        return fitting.there(version)

    def size_of(name: str) -> fitting.Size:
        asset = there().names.match([name]).found.get(name)
        return (0, 0) if asset is None else there().sizes[asset]

    with Source(Path(path).expanduser(), size_of) as source, tempfile.TemporaryDirectory(prefix="nbannotate") as place:
        its = formats.get(format_) if format_ is not None else formats.sniff(source)
        problems = formats.Problems(wanted.on_error, source.name)
        for why, count in source.passed_over.items():
            for _ in range(count):
                problems.note("files", f"they are {why}", source.name)
        folder = Path(place)
        with (folder / "rows").open("w+b") as file:
            contents = its.read(source, problems)
            spool = _Spool(file)
            names = list(_put_aside(contents, problems, spool))
            with coming.images_of(version, source, names, wanted.images, problems) as images:
                _check(version, names, images.match, wanted.missing)
                reading = _bring_in(version, its, source, contents.head, spool, images, problems, wanted, folder)
                images.keep()
    return reading


def _put_aside(contents: formats.Contents, problems: formats.Problems, spool: _Spool) -> Iterator[coming.Named]:
    """Go through the rows once: put them aside without what could be in no workspace, and return their names."""
    bar = progress_bar(contents.rows, total=contents.total, desc="reading", unit=" images", delay=1)
    for row in bar:
        said = row.annotation
        if said is not None:
            kept = tuple(s for n, s in enumerate(said.shapes, 1) if _is_well_formed(row.name, n, s, problems))
            if len(kept) < len(said.shapes):
                row = replace(row, annotation=replace(said, shapes=kept))
        spool.add(row)
        yield coming.Named(
            row.name, row.image, said is not None and not said.empty, row.sequence, row.moment, row.metadata
        )
    spool.finish()


def _is_well_formed(name: str, number: int, shape: Any, problems: formats.Problems) -> bool:
    try:
        check_shape(f"{name}, shape {number}", shape)
    except InvalidInput as error:
        problems.add("shapes", "they are not well formed", str(error).rstrip("."))
        return False
    return True


def _check(version: Filled, names: list[coming.Named], match: Match, missing: Missing) -> None:
    """Raise InvalidInput if no image is an asset, or one is not although that is an error."""
    annotated = [one.name for one in names if one.says]
    if annotated and not match.found:
        why = f" {fitting.said_of(match.unclear())}" if match.unclear() else " Add the images first."
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
    version: Filled, its: formats.Format, source: Source, head: formats.Head, rows: Iterable[formats.Row],
    images: coming.Coming, problems: formats.Problems, wanted: Wanted, folder: Path,
) -> formats.Reading:  # fmt: skip
    """Put what fits into tables, send them, and say what became of it."""
    said, foreign, splits = pieces.said(folder), pieces.foreign(folder), pieces.splits(folder)
    counts: Counter[str] = Counter()
    metadata: dict[str, dict[str, Any]] = {}
    remembered.add_head(foreign, head)
    for row in rows:
        asset = fitting.asset_of(row, images.match, problems)
        if asset is None:
            continue
        foreign_of = row.foreign if row.name == asset else replace(row.foreign, name=row.name)
        remembered.add(foreign, "image", asset, foreign_of)
        if row.split:
            splits.add(asset, row.split)
        if row.metadata and asset not in images.new:
            metadata[asset] = row.metadata
        if row.annotation is None:
            continue
        good = fitting.fitted(row, asset, images.sizes[asset], wanted.scale, problems)
        if good is None or good.empty:
            continue
        counts.update(shape.label for shape in good.shapes)
        said.add(asset, *_texts(asset, good))
        for shape in good.shapes:
            remembered.add(foreign, "shape", shape.id, row.shapes.get(shape.id, formats.Foreign()))
    table, other = described.from_file(version, metadata, folder)
    for name, field in other.items():
        problems.note("metadata of assets", "they have another value here", f"{name}: {field}")
    tables = [images.table(folder), table, said, foreign, splits]
    done = _send(version, its, wanted.source or source.name, [t for t in tables if t is not None], wanted.on_conflict)
    left_out = problems.left_out()
    if done.left_out:
        reason = "people have worked on them; on_conflict='replace' takes them, too"
        left_out = (*left_out, formats.LeftOut("assets", done.left_out, reason, done.first))
    labels = tuple(dict.fromkeys([*(label.name for label in head.labels), *filter(None, counts)]))
    return formats.Reading(
        its.name, left_out, tuple(problems.skipped), assets=said.count, shapes=dict(counts), labels=labels,
        unchanged=done.unchanged, added=len(images.new),
    )  # fmt: skip


def _texts(asset: str, said: Annotation) -> tuple[str, str, bool, str]:
    """Return what is said of an asset as the columns of the table of annotations."""
    try:
        parts = [encode(part).decode() for part in (said.shapes, said.tags, said.tag_attributes)]
    except InvalidInput as error:
        raise InvalidInput(f"{asset}: {error} Nothing was imported.") from None
    return parts[0], parts[1], said.nothing_to_label, parts[2]


def _send(
    version: Filled, its: formats.Format, source: str, tables: list[pieces.Pieces], on_conflict: OnConflict
) -> Imported:
    """Send tables as one import."""
    files = [(table.name, file) for table in tables for file in table.finish()]
    return version.workspace.client.bring(
        "imports.add", Imported, [file for _, file in files], version_id=version.version_id, source=source,
        format=formats.family(its), tables=[name for name, _ in files], on_conflict=on_conflict,
    )  # fmt: skip
