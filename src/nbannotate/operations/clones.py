"""Copies of versions and datasets, in this workspace or from another one: one request brings in all, or nothing."""

from __future__ import annotations

import functools
import secrets
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from nbannotate.errors import Conflict, InvalidInput
from nbannotate.model import Dataset, LabelMapping, Recipe
from nbannotate.model.attribute import check_name
from nbannotate.model.values import decode
from nbannotate.operations import asset_files, metadata
from nbannotate.operations.registry import Context, found, operation
from nbannotate.rules.splits import check_split
from nbannotate.rules.well_formed import check_fits
from nbannotate.store import clone_export, clone_import, data, incoming_assets, revision_rows
from nbannotate.store.clone_import import By, Coming
from nbannotate.store.staging import Stage


def _stage(
    ctx: Context, stage: Stage, name: str, dataset_id: int, version_id: int | None = None, annotations: bool = True,
    activity: str = "",
) -> dict[str, Coming]:  # fmt: skip
    """Put aside what is copied, as it is at this moment, and write it in pieces."""
    _check_new(ctx, name)
    dataset = _source(ctx, dataset_id, version_id)
    by = By(ctx.actor.member_id, here=True, signed=True, source="", now=ctx.now)
    with tempfile.TemporaryDirectory(dir=ctx.engine.spool) as place:
        folder = Path(place)
        clone_export.write(ctx.tx, folder, dataset, version_id, annotations)
        _reserve(ctx, stage, folder)
        with _reported(ctx, activity) as report:
            clone_import.stage(stage, folder, by, report)
            clone_import.stage_shapes(stage, folder)
        coming = clone_import.coming(stage, folder, by, stage.reserved, annotations)
    return {"prepared_coming": clone_import.held(stage, coming, name)}


@operation(writes=True, stage=_stage)
def create(
    ctx: Context, name: str, dataset_id: int, prepared_coming: Coming, version_id: int | None = None,
    annotations: bool = True, activity: str = "",
) -> Dataset:  # fmt: skip
    """Copy a version, or all versions of a dataset, into a new dataset of this workspace, and return that.

    What was said comes along as said by who said it, when they did. The versions of a dataset share their rows as they
    do there; without ``annotations`` the copies of published versions are drafts. ``activity`` is a key under which
    ``workspace.activity`` tells how far it is.
    """
    dataset = _source(ctx, dataset_id, version_id)
    ctx.note(detail={"source_id": dataset_id, "version_id": version_id, "annotations": annotations})
    return _take(ctx, name, dataset.readme, prepared_coming)


@operation()
def contents(ctx: Context, dataset_id: int, version_id: int | None = None, annotations: bool = True) -> Path:
    """Return a version, or all versions of a dataset, as one file that ``clones.receive`` of another workspace takes.

    It is a zip of Parquet files, none of them compressed again.
    """
    dataset = _source(ctx, dataset_id, version_id)
    result = ctx.engine.spool / f"{secrets.token_hex(8)}.parquet"
    with tempfile.TemporaryDirectory(dir=ctx.engine.spool) as place:
        clone_export.write(ctx.tx, Path(place), dataset, version_id, annotations)
        with zipfile.ZipFile(result, "w", zipfile.ZIP_STORED) as into:
            for table in clone_export.TABLES:
                into.write(clone_export.file(Path(place), table), table)
    return result


def _stage_received(
    ctx: Context, stage: Stage, name: str, source: str, file: Path, readme: str = "", annotations: bool = True,
    activity: str = "",
) -> dict[str, Coming]:  # fmt: skip
    """Check all that comes, and write it in pieces."""
    _check_new(ctx, name)
    signed = ctx.actor.role == "owner"
    by = By(ctx.actor.member_id, here=False, signed=signed, source=source, now=ctx.now)
    with tempfile.TemporaryDirectory(dir=ctx.engine.spool) as place:
        folder = Path(place)
        _unpack(file, folder)
        if table := clone_import.strange(stage, folder):
            raise InvalidInput(f"This is no copy of a version: its {table} do not fit the rest. Nothing was copied.")
        _check_assets(ctx, folder)
        _check_words(stage, folder)
        _reserve(ctx, stage, folder)
        with _reported(ctx, activity) as report:
            clone_import.stage(stage, folder, by, report)
            for done, total, piece in clone_import.revisions(stage, folder):
                report("checking what was said", done, total)
                if rows := [row for one in piece for row in _checked(*one)]:
                    data.add_shapes(stage, rows)
                stage.piece()
        coming = clone_import.coming(stage, folder, by, stage.reserved, annotations)
    return {"prepared_coming": clone_import.held(stage, coming, name)}


@operation(writes=True, stage=_stage_received)
def receive(
    ctx: Context, name: str, source: str, file: Path, prepared_coming: Coming, readme: str = "",
    annotations: bool = True, activity: str = "",
) -> Dataset:  # fmt: skip
    """Bring what ``clones.contents`` of another workspace gave into a new dataset, and return that.

    Who said what, and when, is believed on the word of an owner; of who is no member here the source keeps the login:
    ``"annotation (ana)"``. If somebody else copies, it is an import of theirs, with this ``source``.
    """
    ctx.note(detail={"source": source, "annotations": annotations})
    return _take(ctx, name, readme, prepared_coming)


@contextmanager
def _reported(ctx: Context, activity: str) -> Iterator[Callable[[str, int, int], None]]:
    """Give what says how far the work is: of what, done, and in all."""
    try:
        yield functools.partial(ctx.report, activity)
    finally:
        ctx.engine.activities.pop(activity, None)


def _checked(came: clone_import.Revised, drawn: list[revision_rows.ShapeRow]) -> list[dict[str, Any]]:
    """Return the rows of the shapes of a revision as they are stored, or raise InvalidInput if they may not be."""
    annotation = revision_rows.annotation_of(came, drawn)
    try:
        check_fits(annotation, came.width, came.height)
    except InvalidInput as error:
        raise InvalidInput(f"{came.name}: {error} Nothing was copied.") from None
    return [data.shape_row(came.new, n, shape) for n, shape in enumerate(annotation.shapes)]


def _take(ctx: Context, name: str, readme: str, coming: Coming) -> Dataset:
    """Let the new dataset be there; the last step."""
    _check_new(ctx, name)
    clone_import.reveal(ctx.tx, coming, name, readme, ctx.now)
    ctx.note(detail={**ctx.event["detail"], "dataset_id": coming.dataset_id})
    made: Dataset = found(data.dataset(ctx.tx, coming.dataset_id), f"dataset {coming.dataset_id}")
    return replace(made, new=True)


def _source(ctx: Context, dataset_id: int, version_id: int | None) -> Dataset:
    """Return the dataset that is copied, or that a version is of."""
    dataset: Dataset = found(data.dataset(ctx.tx, dataset_id), f"dataset {dataset_id}")
    if version_id is not None:
        its = data.version(ctx.tx, version_id)
        found(its if its is not None and its.dataset_id == dataset_id else None, f"version {version_id}")
    return dataset


def _check_new(ctx: Context, name: str) -> None:
    """Raise Conflict if there is a dataset of that name."""
    check_name("Dataset name", name)
    if any(there.name == name for there in data.datasets(ctx.tx)):
        raise Conflict(f"There is a dataset {name!r} already; choose another name.")


def _reserve(ctx: Context, stage: Stage, folder: Path) -> None:
    """Give what comes new ids, and see that nobody takes the rows under them for some that were left."""
    owners = clone_import.reserve(stage, folder)
    ctx.engine.staging.update(owners)
    stage.reserve(owners)


def _unpack(file: Path, folder: Path) -> None:
    """Put the tables of a file into a folder; InvalidInput if it has others."""
    try:
        with zipfile.ZipFile(file) as packed:
            members = packed.infolist()
            good = {m.filename for m in members} == set(clone_export.TABLES) and len(members) == len(
                clone_export.TABLES
            )
            if not good or any(m.compress_type != zipfile.ZIP_STORED for m in members):
                raise InvalidInput("This file is no copy of a version, as clones.contents gives one.")
            for table in clone_export.TABLES:
                clone_export.file(folder, table).write_bytes(packed.read(table))
    except zipfile.BadZipFile:
        raise InvalidInput("This file is no copy of a version, as clones.contents gives one.") from None


def _check_assets(ctx: Context, folder: Path) -> None:
    """Raise if an asset may not be in the store: its file, its sequence, its metadata."""
    file = clone_export.file(folder, "assets")
    if strange := incoming_assets.bad_sequences(ctx.tx, file):
        raise InvalidInput(f"The sequence or the moment of {strange[0]!r} is none; nothing was copied.")
    asset_files.check(ctx.engine, incoming_assets.incoming_files(ctx.tx, file))
    for name, text in clone_import.metadata(ctx.tx, folder):
        metadata.check_text(name, text)


def _check_words(stage: Stage, folder: Path) -> None:
    """Raise InvalidInput if a name of a version or a split, a change of labels or a recipe is none."""
    words = clone_import.words(stage, folder)
    for name in words.versions:
        check_name("Version name", name)
    if not words.versions or len(set(words.versions)) < len(words.versions) or words.states - {"draft", "published"}:
        raise InvalidInput("This is no copy of a version: its versions do not fit the rest. Nothing was copied.")
    for split in words.splits:
        check_split(split)
    for mapping in words.mappings:
        decode(mapping, LabelMapping)
    for labels in words.labels:
        decode(labels, tuple[str, ...])
    for recipe in words.recipes:
        decode(recipe, Recipe)
    if not words.called:
        raise InvalidInput("What files call things is not JSON in this copy; nothing was copied.")
