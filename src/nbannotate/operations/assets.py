"""Assets: adding them to a version, and where the bytes of one are."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from nbannotate import imaging
from nbannotate.errors import Conflict, InvalidInput, NotAllowed, NotFound, ReadFailed
from nbannotate.operations.access import may_see_image
from nbannotate.operations.joining import join
from nbannotate.operations.registry import Context, found, operation
from nbannotate.operations.versions import draft
from nbannotate.store import campaigns as stored
from nbannotate.store import data


@operation(writes=True)
def add(ctx: Context, version_id: int, file: Path) -> int:
    """Add the assets of a Parquet file to a version and return how many.

    Columns: name, path, folder, width, height, bytes, metadata (JSON text); and, for frames and slices, sequence (the
    name of what belongs together) and moment (a number that orders it). Campaigns that run on the version take the new
    assets as their ``new_assets`` says.
    """
    version = draft(ctx, version_id)
    twice = data.known_names(ctx.tx, version_id, file)
    if twice:
        some = ", ".join(twice[:5]) + (" …" if len(twice) > 5 else "")
        raise Conflict(
            f"{len(twice)} asset names stand twice or are in the version already: {some}. "
            "Names are the paths below the common folder; nothing was added."
        )
    strange = data.bad_sequences(ctx.tx, file)
    if strange:
        raise InvalidInput(
            f"The sequence of an asset is a text of 200 characters at most, and its moment a number, in contrast to "
            f"those of {', '.join(map(repr, strange[:5]))}; nothing was added."
        )
    new = data.add_assets(ctx.tx, version, file, ctx.now)
    detail: dict[str, Any] = {"version_id": version_id, "assets": len(new)}
    if campaigns := _let_in(ctx, version_id, new):
        detail["campaigns"] = campaigns
    ctx.note(detail=detail)
    return len(new)


def _let_in(ctx: Context, version_id: int, new: list[int]) -> list[dict[str, Any]]:
    """Let assets join the campaigns that run on their version, where the policy is so; return what became of them."""
    return [
        {
            "campaign": campaign.name,
            "new_assets": (policy := stored.spec(ctx.tx, campaign.campaign_id).new_assets),
            "joined": join(ctx, campaign.campaign_id, new) if policy == "join" else 0,
        }
        for campaign in stored.campaigns(ctx.tx)
        if campaign.version_id == version_id and campaign.state in ("active", "overdue")
    ]


@operation()
def locate(ctx: Context, asset_id: int) -> Path:
    """Return the file of an asset for whoever may see it; of a frame of a file, a file that holds that frame only.

    Whoever works at a step may see what waits in its queue, too.
    """
    row = data.asset(ctx.tx, asset_id)
    if not may_see_image(ctx, asset_id):
        raise NotAllowed("You may see only the images of your own tasks.")
    frame = imaging.frame_of(found(row, f"asset {asset_id}")["path"])
    if not frame.path.is_file():
        raise NotFound(f"The image file of asset {row['name'] if row else asset_id} is gone: {frame.path}")
    if frame.number is None:
        return frame.path
    try:
        body = imaging.extracted(frame)
    except ReadFailed:
        return frame.path  # who opens it finds the same reason, and shows it in place of the image
    file = ctx.engine.spool / f"{secrets.token_hex(8)}.frame"
    file.write_bytes(body)
    return file
