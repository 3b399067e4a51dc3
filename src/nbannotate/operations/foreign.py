"""What files call the things that were read from them."""

from __future__ import annotations

from pathlib import Path

from nbannotate.operations.registry import Context, operation
from nbannotate.operations.versions import draft
from nbannotate.store import foreign
from nbannotate.store.staging import Stage


def _stage(ctx: Context, stage: Stage, version_id: int, format: str, file: Path) -> dict[str, int]:
    """Write the names in pieces."""
    draft(ctx, version_id)
    foreign.stage(stage, format, [file])
    return {"prepared_batch": stage.batch_id}


@operation(writes=True, stage=_stage)
def remember(ctx: Context, version_id: int, format: str, file: Path, prepared_batch: int) -> int:
    """Keep what a file of a format calls things, for exports of a version in that format; return how many.

    Columns: what (``image``, ``shape``, ``label`` or ``file``), name, foreign_id (JSON), extra (JSON), called, place.
    """
    draft(ctx, version_id)
    kept = foreign.remember(ctx.tx, prepared_batch, version_id, format)
    ctx.note(detail={"version_id": version_id, "format": format, "names": kept})
    return kept
