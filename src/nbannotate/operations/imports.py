"""A data set that is read: its images, what is said of them, splits and names come in together, or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from nbannotate.errors import InvalidInput
from nbannotate.model import Imported, Missing, OnConflict, Splitting
from nbannotate.operations import annotations as said_of
from nbannotate.operations import assets, metadata, splits
from nbannotate.operations.registry import Context, operation
from nbannotate.operations.versions import draft
from nbannotate.store import arriving, foreign, staging
from nbannotate.store.staging import Stage

#: What the files of an import are: new images, other files of images that are there, metadata of these, what is said,
#: the shapes of that (where they do not stand with it) and what they are called, what other things are called, splits.
Table = Literal["assets", "replaced", "metadata", "annotations", "shapes", "foreign", "splits"]


class _Staged(Struct, frozen=True):
    """What was staged of each."""

    said: said_of.Staged
    says: bool
    images: assets.Batch | None = None
    replaced: Path | None = None
    described: Path | None = None
    split: splits.Staged | None = None


def _stage(
    ctx: Context, stage: Stage, version_id: int, source: str, format: str, tables: list[Table],
    files: tuple[Path, ...], missing: Missing = "error", on_conflict: OnConflict = "skip",
    types: dict[str, str] | None = None, how: Splitting | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Check all that comes, and write it in pieces."""
    draft(ctx, version_id)
    if len(tables) != len(files):
        raise InvalidInput(f"There are {len(files)} files for {len(tables)} tables; nothing was imported.")
    its = {name: [f for f, table in zip(files, tables, strict=True) if table == name] for name in tables}
    images, replaced, described = (next(iter(its.get(name, [])), None) for name in ("assets", "replaced", "metadata"))
    if replaced is not None:
        assets.check_replaced(ctx, version_id, replaced)
    new = assets.stage_new(ctx, stage, version_id, images) if images is not None else None
    known = arriving.staged_ids(ctx.tx, stage.batch_id) if new is not None else {}
    if described is not None:
        metadata.check_file(ctx, version_id, described)()
    says, apart = its.get("annotations", []), its.get("shapes", [])
    said = said_of.stage_said(ctx, stage, version_id, source, says, missing, on_conflict, known, apart)
    foreign.stage(stage, format, its.get("foreign", []), apart)
    dealt = splits.stage_set(ctx, stage, version_id, its["splits"]) if "splits" in its else None
    return {"prepared_import": _Staged(said, bool(says), new, replaced, described, dealt)}


@operation(writes=True, stage=_stage)
def add(
    ctx: Context, version_id: int, source: str, format: str, tables: list[Table], files: tuple[Path, ...],
    prepared_import: _Staged, missing: Missing = "error", on_conflict: OnConflict = "skip",
    types: dict[str, str] | None = None, how: Splitting | None = None,
) -> Imported:  # fmt: skip
    """Bring a data set into a version, from Parquet files; ``tables`` says what each of them is. All or nothing.

    At most one file is ``assets`` (new images, as for ``assets.add``), one ``replaced`` (as for ``assets.replace``) and
    one ``metadata`` (as for ``metadata.set``); the pieces of ``annotations`` and ``splits`` are as for
    ``annotations.add`` and ``splits.set``. Where ``shapes`` of an asset is null there, they are rows of the pieces of
    ``shapes`` (:data:`nbannotate.store.blocks.COLUMNS`), in their order and together in one of them, each with what the
    format calls it. What comes leaves the events of those operations. ``foreign`` is what the
    format calls things: what (``image``, ``shape``, ``label``, ``definition``, ``tag`` or ``file``), name, foreign_id
    (JSON), extra (JSON), called and place.
    """
    draft(ctx, version_id)
    staged = prepared_import
    if staged.replaced is not None:
        assets.take_replaced(ctx, version_id, staged.replaced)
        ctx.did("assets.replace")
    if staged.images is not None:
        assets.take(ctx, version_id, staged.images, types)
        ctx.did("assets.add")
    if staged.described is not None:
        metadata.take(ctx, version_id, staged.described, {})
        ctx.did("metadata.set")
    done = said_of.take(ctx, version_id, source, staged.said, on_conflict)
    if staged.says:
        ctx.did("annotations.add")
    if staged.split is not None and splits.take(ctx, version_id, staged.split, how):
        ctx.did("splits.set")
    kept = foreign.remember(ctx.tx, staged.said.batch_id, version_id)
    ctx.note(detail={"version_id": version_id, "format": format, "source": source, "names": kept})
    ctx.did("imports.add")
    late = done.left_out > len(staged.said.left)  # people began to work on some meanwhile
    if late or staged.split is not None:  # what was staged of those, and splits that were just so already, go
        staging.give_up(ctx.tx, staged.said.batch_id)
    return done
