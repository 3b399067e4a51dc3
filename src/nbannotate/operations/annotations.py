"""Annotations: importing them into a version, and looking at a revision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from msgspec import Struct

from nbannotate.errors import InvalidInput, NotFound
from nbannotate.model import Annotation, Imported, Shape
from nbannotate.model.values import decode
from nbannotate.operations.access import check_may_see_revision
from nbannotate.operations.registry import Context, found, operation
from nbannotate.operations.versions import draft
from nbannotate.rules.well_formed import check_fits
from nbannotate.store import data, importing
from nbannotate.store.staging import Stage

#: So many assets, and shapes as soon as there are as many, are written in one piece.
PIECE_ASSETS, PIECE_SHAPES = 500, 2_000


def _stage(ctx: Context, stage: Stage, version_id: int, source: str, file: Path, overwrite: bool) -> dict[str, _Staged]:
    """Check the annotations of a file and write them in pieces, without those of assets that people work on."""
    version = draft(ctx, version_id)
    known = data.asset_ids(ctx.tx, version_id)
    worked = importing.worked_on(ctx.tx, version_id)
    given: list[dict[str, Any]] = ctx.tx.all("select * from read_parquet($1)", str(file))
    strange = [r["asset"] for r in given if r["asset"] not in known]
    if strange:
        some = ", ".join(map(repr, strange[:5])) + (" …" if len(strange) > 5 else "")
        raise InvalidInput(
            f"{len(strange)} of {len(given)} annotated images are not assets of the version {version.name!r}: {some}. "
            "Add the images first; nothing was imported."
        )
    left = []
    piece: list[importing.Revision] = []
    shapes = 0
    for row in given:
        asset_id, width, height = known[row["asset"]]
        annotation = Annotation(
            shapes=_shapes(row["asset"], row["shapes"]),
            tags=tuple(json.loads(row["tags"])),
            nothing_to_label=row["nothing_to_label"],
            tag_attributes=json.loads(row.get("tag_attributes") or "{}"),
        )
        _check(row["asset"], annotation, width, height)
        if asset_id in worked and not overwrite:
            left.append(row["asset"])
            continue
        piece.append(importing.Revision(asset_id, ctx.actor.member_id, source, annotation))
        shapes += len(annotation.shapes)
        if len(piece) == PIECE_ASSETS or shapes >= PIECE_SHAPES:
            importing.stage(stage, piece, ctx.now)
            piece, shapes = [], 0
    if piece:
        importing.stage(stage, piece, ctx.now)
    over = sum(known[r["asset"]][0] in worked for r in given) if overwrite else 0
    return {"prepared_batch": _Staged(stage.batch_id, tuple(left), over)}


class _Staged(Struct, frozen=True):
    """What was staged: the batch, the assets that were left out, and over how many answers it goes."""

    batch_id: int
    left: tuple[str, ...] = ()
    over: int = 0


@operation(writes=True, stage=_stage)
def add(
    ctx: Context, version_id: int, source: str, file: Path, prepared_batch: _Staged, overwrite: bool = False
) -> Imported:
    """Add the annotations of a Parquet file to a version, one revision for each asset. All or nothing.

    Columns: asset (name), shapes (JSON list), tags (JSON list), nothing_to_label; and, if there are any, tag_attributes
    (JSON object: tag, then attribute, then value). Assets that people have worked on are left out and counted, unless
    ``overwrite`` says that they get a new revision, too.
    """
    draft(ctx, version_id)
    staged = prepared_batch
    added, late = importing.reveal(ctx.tx, staged.batch_id, version_id, overwrite=overwrite)
    names = [*staged.left, *(row["name"] for i in late if (row := data.asset(ctx.tx, i)) is not None)]
    detail = {"version_id": version_id, "source": source, "assets": added, "left_out": len(names)}
    if overwrite:
        detail["overwritten"] = staged.over
    ctx.note(detail=detail)
    return Imported(added, len(names), names[0] if names else "", staged.over)


def _shapes(asset: str, text: str) -> tuple[Shape, ...]:
    try:
        return decode(text, tuple[Shape, ...])  # check_fits tells what is wrong, with the shape's place
    except InvalidInput as error:
        raise InvalidInput(f"{asset}: these are no shapes. {error} Nothing was imported.") from None


def _check(asset: str, annotation: Annotation, width: int, height: int) -> None:
    """Raise InvalidInput if an annotation may not be in the store."""
    try:
        check_fits(annotation, width, height)
    except InvalidInput as error:
        raise InvalidInput(f"{asset}: {error} Nothing was imported.") from None


def _stage_restore(
    ctx: Context, stage: Stage, version_id: int, revisions: list[int] | None = None, source: str | None = None
) -> dict[str, tuple[int, int]]:
    """Copy the revisions that are to come back, in pieces."""
    version = draft(ctx, version_id)
    if (revisions is None) == (source is None):
        raise InvalidInput("restore takes either revisions, or the source of an import that is to be taken back.")
    if revisions is not None:
        known = importing.assets_of(ctx.tx, version_id, revisions)
        if strange := [i for i in revisions if i not in known]:
            raise NotFound(
                f"{len(strange)} of {len(revisions)} revisions are none of the version {version.name!r}, for example "
                f"{strange[0]}; version.annotations(history=True) lists them. Nothing was changed."
            )
        if len(set(known.values())) < len(set(revisions)):
            raise InvalidInput("Two of these revisions are of the same asset; name one each. Nothing was changed.")
        importing.mark_revisions(ctx.tx, version_id, revisions)
    else:
        assert source is not None
        importing.mark_before(ctx.tx, version_id, source)
    return {"prepared_batch": (stage.batch_id, importing.copy(stage, as_new=ctx.now))}


@operation(writes=True, stage=_stage_restore)
def restore(
    ctx: Context,
    version_id: int,
    prepared_batch: tuple[int, int],
    revisions: list[int] | None = None,
    source: str | None = None,
) -> int:
    """Bring earlier revisions of a version back, each as a new one, and return how many; nothing is deleted.

    Either these revisions, one of an asset at most; or, where an import of this source stands, what stood before it.
    Those that stand already are passed over.
    """
    draft(ctx, version_id)
    batch_id, restored = prepared_batch
    importing.reveal(ctx.tx, batch_id, version_id, overwrite=True)
    ctx.note(detail={"version_id": version_id, "source": source, "revisions": revisions, "assets": restored})
    return restored


@operation()
def drafts(ctx: Context, campaign_id: int) -> dict[str, Annotation]:
    """Return what I have drawn in a campaign and not submitted, by the name of the asset."""
    rows = ctx.tx.all(
        """
        select a.name, d.body from data.member_drafts d
        join data.tasks t on t.task_id = d.task_id and t.campaign_id = $1 and t.state in ('in_progress', 'to_rework')
        join data.assets a on a.asset_id = t.asset_id
        where d.member_id = $2 order by t.position
        """,
        campaign_id,
        ctx.actor.member_id,
    )
    return {row["name"]: decode(row["body"], Annotation) for row in rows}


@operation()
def get(ctx: Context, annotation_id: int) -> Annotation:
    """Return one revision as it was submitted."""
    row = data.annotation_row(ctx.tx, annotation_id)
    check_may_see_revision(ctx, row)
    return data.annotation(ctx.tx, found(row, f"annotation {annotation_id}"))
