"""The labels of the campaigns in a scope, in order, with the colors that their recipes give them."""

from __future__ import annotations

from typing import Any

from nbannotate.stats.scope import Place

#: The recipes of so many campaigns are read, the newest ones.
MOST_RECIPES = 20


def of_recipes(place: Place) -> dict[str, str]:
    """Return the color of each label that a recipe names; of several recipes the newest counts."""
    found: dict[str, str] = {}
    for campaign in _campaigns(place):
        for label in campaign.spec.recipe.labels:
            found.setdefault(label.name, label.color)
    return {label: color for label, color in found.items() if color}


def _campaigns(place: Place) -> list[Any]:
    """Return handles of the campaigns in a place, newest first."""
    known = [campaign for campaign in getattr(place.workspace, "campaigns", ())]  # noqa: C416  list() asks twice
    match place.kind:
        case "campaign":
            known = [c for c in known if c.campaign_id == place.number]
        case "version":
            known = [c for c in known if c.version_id == place.number]
        case "dataset":
            versions = "select version_id from versions where dataset_id = $1"
            ids = set(place.workspace.sql(versions, (place.number,))["version_id"])
            known = [c for c in known if c.version_id in ids]
    return sorted(known, key=lambda c: c.campaign_id, reverse=True)[:MOST_RECIPES]
