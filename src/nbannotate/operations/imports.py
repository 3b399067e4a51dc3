"""A data set that is read: its images, what is said of them and what it calls things come in together, or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from nbannotate.errors import InvalidInput
from nbannotate.model import Imported, OnConflict
from nbannotate.operations import annotations as said_of
from nbannotate.operations import assets, metadata
from nbannotate.operations.registry import Context, operation
from nbannotate.operations.versions import draft
from nbannotate.store import arriving, foreign, staging
from nbannotate.store.staging import Stage

#: What the files of an import are: new images, metadata of images that are there, what is said, what things are called.
Table = Literal["assets", "metadata", "annotations", "foreign"]


class _Staged(Struct, frozen=True):
    """What was staged of each."""

    said: said_of.Staged
    images: assets.Batch | None = None
    described: Path | None = None


def _stage(
    ctx: Context, stage: Stage, version_id: int, source: str, format: str, tables: list[Table],
    files: tuple[Path, ...], on_conflict: OnConflict = "skip",
) -> dict[str, Any]:  # fmt: skip
    """Check all that comes, and write it in pieces."""
    draft(ctx, version_id)
    if len(tables) != len(files):
        raise InvalidInput(f"There are {len(files)} files for {len(tables)} tables; nothing was imported.")
    its = {name: [f for f, table in zip(files, tables, strict=True) if table == name] for name in tables}
    images, described = next(iter(its.get("assets", [])), None), next(iter(its.get("metadata", [])), None)
    new = assets.stage_new(ctx, stage, version_id, images) if images is not None else None
    known = arriving.staged_ids(ctx.tx, stage.batch_id) if new is not None else {}
    if described is not None:
        metadata.check_file(ctx, version_id, described)()
    said = said_of.stage_said(
        ctx, stage, version_id, source, its.get("annotations", []), "error", on_conflict, known
    )  # fmt: skip
    foreign.stage(stage, format, its.get("foreign", []))
    return {"prepared_import": _Staged(said, new, described)}


@operation(writes=True, stage=_stage)
def add(
    ctx: Context, version_id: int, source: str, format: str, tables: list[Table], files: tuple[Path, ...],
    prepared_import: _Staged, on_conflict: OnConflict = "skip",
) -> Imported:  # fmt: skip
    """Bring a data set into a version, from Parquet files; ``tables`` says what each of them is. All or nothing.

    At most one file is ``assets`` (new images, as for ``assets.add``), one ``metadata`` (as for ``metadata.set``); the
    pieces of ``annotations`` and ``foreign`` are as for ``annotations.add`` and ``foreign.remember``. Assets,
    metadata and annotations leave the events of those operations.
    """
    draft(ctx, version_id)
    staged = prepared_import
    if staged.images is not None:
        assets.take(ctx, version_id, staged.images)
        ctx.did("assets.add")
    if staged.described is not None:
        metadata.take(ctx, version_id, staged.described, {})
        ctx.did("metadata.set")
    done = said_of.take(ctx, version_id, source, staged.said, on_conflict)
    ctx.did("annotations.add")
    kept = foreign.remember(ctx.tx, staged.said.batch_id, version_id, format)
    ctx.note(detail={"version_id": version_id, "format": format, "source": source, "names": kept})
    ctx.did("imports.add")
    if done.left_out > len(staged.said.left):  # people began to work on some meanwhile; what was staged of them goes
        staging.give_up(ctx.tx, staged.said.batch_id)
    return done
