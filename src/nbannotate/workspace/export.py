"""What a version gives to a format: its assets with their latest annotations as at one moment, and their labels."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, get_args

from msgspec.structs import replace

from nbannotate import formats, imaging, model
from nbannotate.errors import InvalidInput, Refused
from nbannotate.files import output
from nbannotate.files.target import Target, write_new
from nbannotate.model.relabelling import as_mapping_of_labels
from nbannotate.model.suggestions import one_of
from nbannotate.remote.urls import is_url
from nbannotate.workspace import foreign_names, garbage_collection, remote_images, shape_columns
from nbannotate.workspace.progress_bars import progress_bar
from nbannotate.workspace.snapshot import Chosen, Moment
from nbannotate.workspace.spool import Spool

if TYPE_CHECKING:
    from nbannotate.workspace.connection import Connection
    from nbannotate.workspace.version import Version

Images = Literal["copy", "link"]

#: So often is asked again what was changed while it was asked for.
ATTEMPTS = 5


def write(
    self: Version,
    format: str,
    path: str | os.PathLike[str],
    state: str | None = None,
    *,
    origin: model.Origin | None = None,
    split: str | None = None,
    labels: model.LabelMapping | Mapping[str, str | None] | None = None,
    images: Images | None = None,
    dry_run: bool = False,
    lossy: bool = False,
) -> formats.Writing:
    """Write the latest annotations of all assets; each says whether a person said it, where the format has a word.

    Parameters
    ----------
    format
        The name of a format, for example ``"coco"``.
    path
        The file, the folder, or a zip (``.zip``). A file is replaced, a link to it is followed; a folder is
        replaced only if an export wrote all that is in it. ``"-"`` is standard output.
    state
        Only assets whose state in this version's campaign is this one, for example ``"done"``; None for all.
    origin
        Only what people answered (``"answer"``) or only what was imported (``"import"``); None for both. An asset
        that has only the other is written as one without annotation.
    split
        Only assets of this split, for example ``"train"``; None for all.
    labels
        What becomes of labels in what is written, while the version stays as it is: ``other.labels.mapping``, or a
        dictionary from labels to labels, or None for those that are left out with their shapes.
    images
        Whether the images go along: ``"copy"``, ``"link"`` (a zip holds copies), or None.
    dry_run
        Write nothing, and say what would be lost: ``version.write("yolo", "out", dry_run=True).losses`` is a table
        of it, by kind, with counts.
    lossy
        Whether what the format cannot hold may be left out.

    Returns
    -------
    formats.Writing
        How much was written, and what was lost.

    Raises
    ------
    Refused
        The format cannot hold all of it, and ``lossy`` is not given; the message says what.
    CannotWrite
        The file belongs to the workspace, is one of its images or a database, or cannot be written.
    """
    if images is not None:
        one_of("images", images, get_args(Images))
    mapping = None if labels is None else as_mapping_of_labels(labels)
    chosen = Chosen(state, origin, split, mapping).checked()
    its = formats.get(format)
    family = formats.family(its)
    by_blocks = getattr(its, "by_blocks", False) and mapping is None
    remote_images.measure_named(self)
    with (
        garbage_collection.seldom_sought(),
        _at_once(self, chosen, family) as (known, moment),
        tempfile.TemporaryFile() as file,
        tempfile.TemporaryFile() as other,
    ):
        found: _Whole | _Apart = _Apart(moment, file, other) if by_blocks else _Whole(moment, file)
        return _write(self, its, Path(path), found, known, images, dry_run=bool(dry_run), lossy=bool(lossy))


class _Whole:
    """What a version says, image by image, put aside while it is looked at: to read it again takes as long."""

    def __init__(self, moment: Moment, file: IO[bytes]) -> None:
        self._moment, self._spool = moment, Spool(file)
        self.late: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._moment)

    def losses(self, format_: formats.Format, known: formats.Head) -> Iterator[tuple[str, str, str]]:
        """Go through it, and return what would be lost."""
        for row in progress_bar(self._moment.rows(), total=len(self), desc="looking", unit=" images", delay=1):
            self._spool.add(row)
            yield from formats.losses_of(format_, row, known)
            self.late.update((s.label, None) for s in (row.annotation.shapes if row.annotation is not None else ()))
        self._spool.finish()

    def contents(self, known: formats.Head) -> formats.Contents:
        """Return it for a format to write."""
        bar = progress_bar(_named(self._spool), total=len(self), desc="writing", unit=" images", delay=1)
        return formats.Contents(known, bar, len(self), self._moment.last_id)


class _Apart:
    """The same for a format that writes shapes by the thousand."""

    def __init__(self, moment: Moment, file: IO[bytes], other: IO[bytes]) -> None:
        self._moment, self._spool, self._aside = moment, Spool(file), shape_columns.Aside(other)
        self._counts: list[int] = []
        self.late: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._moment)

    def losses(self, format_: formats.Format, known: formats.Head) -> Iterator[tuple[str, str, str]]:
        """Go through it, and return what would be lost."""
        prepare = getattr(format_, "prepare", None)
        with progress_bar(total=len(self), desc="looking", unit=" images", delay=1) as bar:
            for rows, counts, block in self._moment.pieces():
                for row, count in zip(rows, counts, strict=True):
                    self._spool.add(row)
                    yield from formats.losses_of_image(format_, row, empty=not count)
                first = len(self._counts)
                for n, shape in block.whole.items():
                    yield from formats.losses_of_shape(format_, rows[block.rows[n] - first].name, shape)
                self._counts += counts
                if prepare is not None:
                    prepare(block)
                self._aside.add(block)
                self.late.update(dict.fromkeys(block.labels))
                bar.update(len(rows))
        self._spool.finish()

    def contents(self, known: formats.Head) -> formats.Contents:
        """Return it for a format to write."""
        bar = progress_bar(_named(self._spool), total=len(self), desc="writing", unit=" images", delay=1)
        apart = formats.Apart(bar, self._counts, self._aside)
        return formats.Contents(known, (), len(self), self._moment.last_id, lambda: apart)


@contextlib.contextmanager
def _at_once(version: Version, chosen: Chosen, family: str) -> Iterator[tuple[formats.Head, Moment]]:
    """Give the labels of a version and its assets as they were at one moment.

    They are asked for one after the other, and again if what things are called was changed between.
    """
    for left in reversed(range(ATTEMPTS)):
        before = foreign_names.last_change(version)
        known = head(version, family, chosen.labels)
        with Moment(version, chosen, family) as moment:
            if foreign_names.last_change(version) == before or not left:
                yield known, moment
                return


def _write(
    version: Version, format_: formats.Format, path: Path, found: _Whole | _Apart, known: formats.Head,
    images: Images | None, *, dry_run: bool, lossy: bool,
) -> formats.Writing:  # fmt: skip
    """Write a version as it was at a moment; ``known`` are the labels just before."""
    workspace = version.workspace
    lost = formats.Problems("skip")
    for what, reason, place in formats.losses_of_head(format_, known):
        lost.note(what, reason, place)
    for what, reason, place in found.losses(format_, known):
        lost.note(what, reason, place)
    known = _with_late(known, found.late)
    left_out = lost.left_out()
    if dry_run:
        return formats.Writing(format_.name, left_out, tuple(lost.skipped), assets=len(found), written=False)
    if left_out and not lossy:
        some = "; ".join(f"{v.count:,} {v.what}" for v in left_out[:5]) + ("; …" if len(left_out) > 5 else "")
        raise Refused(
            f"{format_.title} cannot hold all of the version {version.name!r}: {some} would be lost. "
            f"version.write({format_.name!r}, …, dry_run=True) shows what, lossy=True writes the rest. "
            "Nothing was written."
        )

    with (
        protecting(workspace),
        tempfile.TemporaryDirectory(prefix="nbannotate") as folder,
        Target(path, format_.makes, images, _fetch(Path(folder), version, images)) as target,
    ):
        done = format_.write(target, found.contents(known))
    return formats.Writing(
        format_.name, left_out, tuple(lost.skipped), assets=done.assets, annotations=done.annotations
    )


def protecting(workspace: Connection) -> AbstractContextManager[None]:
    """Refuse, in a ``with`` block, to write what belongs to a workspace: its files, and its images."""

    def images() -> list[str]:
        paths = workspace.sql("select distinct path from assets")["path"]
        return [str(imaging.frame_of(str(p)).path) for p in paths]

    return output.protecting(None if workspace.path == ":memory:" else workspace.path, images)


def _fetch(folder: Path, version: Version, images: Images | None) -> Any:
    """Return what gives the file of an image; a frame of a file becomes one of its own, one at a time.

    What lies elsewhere is asked of the workspace.
    """

    def fetch(path: str) -> Path:
        if is_url(path):
            if images == "link":
                raise Refused(f"The image at {path} cannot be linked; images='copy' copies it. Nothing was written.")
            return put(remote_images.content_of(version, path))
        one = imaging.frame_of(path)
        if one.number is None:
            return one.path
        return put(imaging.extracted(one))

    def put(content: bytes) -> Path:
        file = folder / f"{len(os.listdir(folder))}"  # noqa: PTH208  a count is wanted
        write_new(file, [content])
        return file

    return fetch


def rows(version: Version, state: str | None = None, origin: model.Origin | None = None) -> list[formats.Row]:
    """Return all rows of a version; see :class:`Chosen`."""
    chosen = Chosen(state, origin).checked()
    with Moment(version, chosen, "") as moment:
        return list(moment.rows())


def _named(rows: Iterable[formats.Row]) -> Iterator[formats.Row]:
    """Return rows with the names that files of the format have for images."""
    written: set[str] = set()
    for row in rows:
        name, foreign = row.foreign.name or row.name, row.foreign
        if name in written:  # the file's name for it is another asset's by now
            name, foreign = row.name, replace(foreign, name=None)
        written.add(name)
        yield row if name == row.name and foreign is row.foreign else replace(row, name=name, foreign=foreign)


def head(version: Version, format_: str, mapping: model.LabelMapping | None = None) -> formats.Head:
    """Return the labels and tags of a version as a mapping leaves them, those of files of the format in their order."""
    foreign, extra = foreign_names.head(version, format_)
    known = {label.name: label for label in labels(version)}
    names = list(known)
    done = version.labels.mapping
    if mapping is not None:
        names = list(version.labels.preview(mapping).labels)
        done = model.LabelMapping((*done.steps, *mapping.steps))
    foreign = {name: its for name, its in _carried(foreign, done).items() if name in names}
    reordered = any(step.kind == "reorder" for step in done.steps)
    in_order = names if reordered else list(dict.fromkeys([*foreign, *names]))
    found = tuple(known[name] if name in known else model.Label(name) for name in in_order)
    return formats.Head(found, tags(version), foreign, extra)


def _with_late(known: formats.Head, names: Iterable[str]) -> formats.Head:
    """Return the labels with those that came between them and the shapes."""
    there = {label.name for label in known.labels}
    late = []
    for name in names:
        if name and name not in there:
            with contextlib.suppress(InvalidInput):  # no label can have that name, and shapes keep it
                late.append(model.Label(name))
    return replace(known, labels=(*known.labels, *late)) if late else known


def _carried(foreign: dict[str, formats.Foreign], mapping: model.LabelMapping) -> dict[str, formats.Foreign]:
    """Return what files call labels after a mapping: what becomes of several is called as the first of them."""
    for step in mapping.steps:
        first = next((name for name in (step.into, *step.labels) if name in foreign), None)
        if step.kind in ("combine", "rename") and first is not None:
            its = foreign[first] if first == step.into else replace(foreign[first], name=None)
            left = {n: v for n, v in foreign.items() if n == first or n not in step.labels}
            foreign = {step.into if n == first else n: its if n == first else v for n, v in left.items()}
        elif step.kind == "delete":
            foreign = {name: its for name, its in foreign.items() if name not in step.labels}
    return foreign


def labels(version: Version) -> list[model.Label]:
    """Return the labels of a version in its order, as its campaigns or files define them.

    Names that no label can have, which came in before they were refused, are not among them; shapes keep them.
    """
    known = foreign_names.definitions(version)[0]
    for recipe in _recipes(version):
        known.update({v.name: v for v in recipe.labels})
    found = []
    for row in version.labels:
        with contextlib.suppress(InvalidInput):
            found.append(known.get(row.label) or model.Label(row.label, color=row.color))
    return found


def tags(version: Version) -> tuple[model.Tag, ...]:
    """Return the tags of this version's campaigns, and those that files defined."""
    mine = {tag.name: tag for recipe in _recipes(version) for tag in recipe.tags}
    return tuple((foreign_names.definitions(version)[1] | mine).values())


def _recipes(version: Version) -> list[model.Recipe]:
    """Return the recipes of a version's campaigns, also of those that are put away."""
    return version.workspace.client.call("labels.recipes", list[model.Recipe], version_id=version.version_id)
