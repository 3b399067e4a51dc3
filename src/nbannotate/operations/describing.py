"""The metadata of assets: who may change them, and what they may be."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from nbannotate.errors import InvalidInput, NotAllowed
from nbannotate.operations.registry import Context
from nbannotate.rules.rights import DEVELOPERS
from nbannotate.store import campaigns as stored
from nbannotate.store import work

#: Of one asset, as JSON.
LARGEST = 64 << 10
DEEPEST = 20


def check_may_describe(ctx: Context, asset_id: int) -> None:
    """Raise NotAllowed unless the actor manages, or works on the asset where the recipe lets them change metadata."""
    if ctx.actor.role in DEVELOPERS:
        return
    held = work.campaigns_at(ctx.tx, asset_id, ctx.actor.member_id)
    if not held:
        raise NotAllowed("You may change the metadata only of an image that you work on at the moment.")
    if not any(stored.spec(ctx.tx, campaign_id).recipe.metadata == "edit" for campaign_id in held):
        raise NotAllowed("The metadata of this campaign's images are changed by its manager; ask for the change.")


def check_metadata(metadata: dict[str, Any]) -> str:
    """Return metadata as JSON text.

    Raises
    ------
    InvalidInput
        A name is empty or too long, a number is not finite, or all of it is too large or too deep.
    """
    for name in metadata:
        if not name.strip() or name != name.strip() or len(name) > 200:
            raise InvalidInput(f"A name of metadata has 1 to 200 characters and no spaces at its ends, not {name!r}.")
    _check(metadata, "metadata", 1)
    try:
        text = msgspec.json.encode(metadata)
    except (OverflowError, TypeError, ValueError) as error:
        raise InvalidInput(f"The metadata cannot be kept as JSON: {error}.") from error
    if len(text) > LARGEST:
        raise InvalidInput(f"The metadata of an asset may have {LARGEST >> 10} KiB of JSON, not {len(text) >> 10}.")
    return text.decode()


def _check(value: Any, place: str, depth: int) -> None:
    if depth > DEEPEST:
        raise InvalidInput(f"{place} is nested deeper than {DEEPEST} levels.")
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput(f"{place} is {value}, which is no number of JSON.")
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        _check(inner, f"{place}.{key}" if isinstance(value, dict) else f"{place}[{key}]", depth + 1)
