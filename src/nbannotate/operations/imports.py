"""A data set that is read: its images, what is said of them, splits and names come in together, or not."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import InvalidInput
from nbannotate.model import Imported, Missing, OnConflict, Splitting
from nbannotate.operations import annotations as said_of
from nbannotate.operations import assets, metadata, splits
from nbannotate.operations.registry import Arrival, Context, operation
from nbannotate.operations.versions import draft
from nbannotate.store import foreign_ids, importing
from nbannotate.store import incoming_assets as arriving_
from nbannotate.store.staging import Stage

#: What the files of an import are: new images, other files of images that are there, metadata of these, what is said,
#: the shapes of that (where they do not stand with it) and what they are called, what other things are called, splits.
Table = Literal["assets", "replaced", "metadata", "annotations", "shapes", "foreign", "splits"]
#: Tables that are one file.
ONE = ("assets", "replaced", "metadata")


class _Staged(Struct, frozen=True):
    """What was staged of each."""

    said: said_of.Staged
    says: bool
    images: assets.Batch | None = None
    replaced: Path | None = None
    described: Path | None = None
    split: splits.Staged | None = None


def _stage(
    ctx: Context, stage: Stage, version_id: int, source: str, format: str, arriving: Iterable[Arrival],
    missing: Missing = "error", on_conflict: OnConflict = "skip", types: dict[str, str] | None = None,
    how: Splitting | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Check all that comes, and write it in pieces."""
    said = said_of.Coming(ctx, stage, version_id, source, missing, on_conflict, format)
    new: assets.Batch | None = None
    its: dict[str, list[Path]] = {}
    for table, file in stage.each(arriving):
        its.setdefault(table, []).append(file)
        if table not in get_args(Table):
            raise InvalidInput(f"No table of an import is called {table!r}; nothing was imported.")
        if table in ONE and len(its[table]) > 1:
            raise InvalidInput(f"There may be one file of {table}; nothing was imported.")
        if table == "assets":
            new = assets.stage_new(ctx, stage, version_id, file)
            said.know(arriving_.staged_ids(ctx.tx, stage.batch_id))
        elif table == "replaced":
            assets.check_replaced(ctx, version_id, file)
        elif table == "metadata":
            metadata.check_file(ctx, version_id, file)()
        elif table == "annotations":
            said.say(file)
        elif table == "shapes":
            said.draw(file)
    staged = said.finish()
    foreign_ids.stage(stage, format, its.get("foreign", []), said.called)
    dealt = splits.stage_set(ctx, stage, version_id, its["splits"]) if "splits" in its else None
    staged = replace(staged, arrived=importing.finish(stage))
    replaced, described = (next(iter(its.get(name, [])), None) for name in ("replaced", "metadata"))
    return {"prepared_import": _Staged(staged, "annotations" in its, new, replaced, described, dealt)}


@operation(writes=True, stage=_stage)
def add(
    ctx: Context, version_id: int, source: str, format: str, arriving: Iterable[Arrival], prepared_import: _Staged,
    missing: Missing = "error", on_conflict: OnConflict = "skip", types: dict[str, str] | None = None,
    how: Splitting | None = None,
) -> Imported:  # fmt: skip
    """Bring a data set into a version, from Parquet files that come one by one. All or nothing.

    Each comes with the name of the table that it holds. At most one is ``assets`` (new images, as for ``assets.add``),
    which comes first, one ``replaced`` (as for ``assets.replace``) and one ``metadata`` (as for ``metadata.set``); the
    pieces of ``annotations`` and ``splits`` are as for ``annotations.add`` and ``splits.set``. Where ``shapes`` of an
    asset is null there, they are rows of the pieces of ``shapes`` (:data:`nbannotate.store.blocks.COLUMNS`) behind it,
    in their order and together in one of them, each with what the format calls it. What comes leaves the events of
    those operations. ``foreign`` is what the format calls things: what (``image``, ``shape``, ``label``,
    ``definition``, ``tag`` or ``file``), name, foreign_id (JSON), extra (JSON), called and place.
    """
    draft(ctx, version_id)
    staged, arrived = prepared_import, prepared_import.said.arrived
    assert arrived is not None
    if staged.replaced is not None:
        assets.take_replaced(ctx, version_id, staged.replaced)
        ctx.did("assets.replace")
    if staged.images is not None:
        assets.take(ctx, version_id, staged.images, arrived, types)
        ctx.did("assets.add")
    if staged.described is not None:
        metadata.take(ctx, version_id, staged.described, {})
        ctx.did("metadata.set")
    done = said_of.take(ctx, version_id, source, staged.said, on_conflict)
    if staged.says:
        ctx.did("annotations.add")
    if staged.split is not None and splits.take(ctx, version_id, staged.split, how):
        ctx.did("splits.set")
    foreign_ids.remember(ctx.tx, staged.said.batch_id, version_id, arrived)
    ctx.note(detail={"version_id": version_id, "format": format, "source": source, "names": arrived.names})
    ctx.did("imports.add")
    return done
