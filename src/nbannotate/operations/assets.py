"""Assets: adding them to a version, and where the bytes of one are."""

from __future__ import annotations

from pathlib import Path

from nbannotate.errors import Conflict, NotFound
from nbannotate.operations.access import check_may_see_asset
from nbannotate.operations.registry import Context, found, operation
from nbannotate.store import data


@operation(writes=True)
def add(ctx: Context, version_id: int, file: Path) -> int:
    """Add the assets of a Parquet file to a version and return how many.

    Columns: name, path, folder, width, height, bytes, metadata (JSON text).
    """
    version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    twice = data.known_names(ctx.tx, version_id, file)
    if twice:
        some = ", ".join(twice[:5]) + (" …" if len(twice) > 5 else "")
        raise Conflict(
            f"{len(twice)} asset names stand twice or are in the version already: {some}. "
            "Names are the paths below the common folder; nothing was added."
        )
    count = data.add_assets(ctx.tx, version, file, ctx.now)
    ctx.note(detail={"version_id": version_id, "assets": count})
    return count


@operation()
def locate(ctx: Context, asset_id: int) -> Path:
    """Return the file of an asset for whoever may see it."""
    row = data.asset(ctx.tx, asset_id)
    check_may_see_asset(ctx, asset_id)
    path = Path(found(row, f"asset {asset_id}")["path"])
    if not path.is_file():
        raise NotFound(f"The image file of asset {row['name'] if row else asset_id} is gone: {path}")
    return path
