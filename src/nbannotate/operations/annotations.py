"""Annotations: importing them into a version, and looking at a revision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Shape
from nbannotate.operations.access import check_may_see_asset
from nbannotate.operations.registry import Context, found, operation
from nbannotate.operations.versions import draft
from nbannotate.rules.well_formed import check_fits
from nbannotate.store import data


@operation(writes=True)
def add(ctx: Context, version_id: int, source: str, file: Path) -> int:
    """Add the annotations of a Parquet file to a version, one revision for each asset, and return how many.

    Columns: asset (name), shapes (JSON list), tags (JSON list), nothing_to_label; and, if there are any, tag_attributes
    (JSON object: tag, then attribute, then value). All or nothing.
    """
    version = draft(ctx, version_id)
    known = data.asset_ids(ctx.tx, version_id)
    rows: list[dict[str, Any]] = ctx.tx.all("select * from read_parquet($1)", str(file))
    strange = [r["asset"] for r in rows if r["asset"] not in known]
    if strange:
        some = ", ".join(map(repr, strange[:5])) + (" …" if len(strange) > 5 else "")
        raise InvalidInput(
            f"{len(strange)} of {len(rows)} annotated images are not assets of the version {version.name!r}: {some}. "
            "Add the images first; nothing was imported."
        )
    for row in rows:
        asset_id, width, height = known[row["asset"]]
        annotation = Annotation(
            shapes=tuple(_shape(row["asset"], value) for value in json.loads(row["shapes"])),
            tags=tuple(json.loads(row["tags"])),
            nothing_to_label=row["nothing_to_label"],
            tag_attributes=json.loads(row.get("tag_attributes") or "{}"),
        )
        _check(row["asset"], annotation, width, height)
        data.add_annotation(
            ctx.tx, version_id=version_id, asset_id=asset_id, member_id=ctx.actor.member_id, source=source,
            annotation=annotation, now=ctx.now,
        )  # fmt: skip
    ctx.note(detail={"version_id": version_id, "source": source, "assets": len(rows)})
    return len(rows)


def _shape(asset: str, value: Any) -> Shape:
    try:
        return msgspec.convert(value, Shape)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{asset}: this is no shape: {error}. Nothing was imported.") from None


def _check(asset: str, annotation: Annotation, width: int, height: int) -> None:
    """Raise InvalidInput if an annotation may not be in the store."""
    try:
        check_fits(annotation, width, height)
    except InvalidInput as error:
        raise InvalidInput(f"{asset}: {error} Nothing was imported.") from None


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
    return {row["name"]: msgspec.json.decode(row["body"], type=Annotation) for row in rows}


@operation()
def get(ctx: Context, annotation_id: int) -> Annotation:
    """Return one revision as it was submitted."""
    row = data.annotation_row(ctx.tx, annotation_id)
    check_may_see_asset(ctx, row["asset_id"] if row else -1)
    return data.annotation(ctx.tx, found(row, f"annotation {annotation_id}"))
