"""Chained campaigns: assets that leave one go on in another."""

from __future__ import annotations

from nbannotate.model import CampaignSpec, When
from nbannotate.operations.registry import Context


def apply_rules(ctx: Context, campaign_id: int, spec: CampaignSpec, asset_id: int, when: When, status: str) -> None:
    """Send an asset that has just left a campaign to where the campaign's rules say."""
    raise NotImplementedError
