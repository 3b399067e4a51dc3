"""What files call the things that were read from them."""

from __future__ import annotations

from pathlib import Path

from nbannotate.operations.registry import Context, operation
from nbannotate.operations.versions import draft
from nbannotate.store import foreign


@operation(writes=True)
def remember(ctx: Context, version_id: int, format: str, file: Path) -> int:
    """Keep what a file of a format calls things, for exports of a version in that format; return how many.

    Columns: what (``image``, ``shape`` or ``label``), name, foreign_id (JSON), place.
    """
    draft(ctx, version_id)
    kept = foreign.remember(ctx.tx, version_id, format, file)
    ctx.note(detail={"version_id": version_id, "format": format, "names": kept})
    return kept
