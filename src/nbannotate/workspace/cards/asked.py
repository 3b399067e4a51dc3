"""What cards ask the workspace: answers, or a note that there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from nbannotate import model
from nbannotate.cards import Grid
from nbannotate.errors import NbannotateError
from nbannotate.model.values import as_stored
from nbannotate.workspace import frames
from nbannotate.workspace.cards.thumbnails import MOST, Wanted

if TYPE_CHECKING:
    from nbannotate.workspace.connection import Connection

T = TypeVar("T")


class Notes:
    """Collects what could not be got, so that a card shows the rest."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def ask(self, what: str, question: Callable[[], T]) -> T | None:
        """Return an answer; None, with a note, if there is none."""
        try:
            return question()
        except NbannotateError as error:
            self.said.append(f"{what} cannot be shown: {error}")
            return None


def rows(workspace: Connection, query: str, *parameters: Any) -> list[dict[str, Any]]:
    """Return rows of a query; a cheap one."""
    return frames.records(workspace.sql(query, list(parameters)))


def first_assets(workspace: Connection, version_id: int, drawn_first: bool = True) -> list[Wanted]:
    """Return the first assets of a version with what was said of them last; those that have shapes first, if asked."""
    order = "coalesce(n.shapes, 0) = 0, a.position" if drawn_first else "a.position"
    found = rows(
        workspace,
        "select a.asset_id, a.name, a.path, a.width, a.height from assets a "
        "left join annotations n on n.asset_id = a.asset_id and n.version_id = a.version_id and n.is_latest "
        f"where a.version_id = $1 order by {order} limit {MOST}",
        version_id,
    )
    drawn = latest_shapes(workspace, version_id, [r["asset_id"] for r in found])
    return [
        Wanted(r["name"], partial(str, r["path"]), r["width"], r["height"], drawn.get(r["asset_id"], ())) for r in found
    ]


def latest_shapes(
    workspace: Connection, version_id: int, asset_ids: Iterable[int]
) -> dict[int, tuple[model.Shape, ...]]:
    """Return the shapes that were said of assets last, at most some hundred of each."""
    ids = [int(i) for i in asset_ids]
    found: dict[int, list[model.Shape]] = {}
    if not ids:
        return {}
    asked = rows(
        workspace,
        "select asset_id, kind, points, label, shape_id, color, rle, rings from shapes "
        f"where version_id = $1 and asset_id in ({', '.join(map(str, ids))}) and position < 200 "
        "order by asset_id, position",
        version_id,
    )
    with as_stored():
        for r in asked:
            shape = model.Shape(
                kind=r["kind"],
                points=msgspec.json.decode(r["points"], type=tuple[model.Point, ...]),
                label=r["label"],
                id=r["shape_id"],
                color=r["color"],
                rle=None if r["rle"] is None else msgspec.json.decode(r["rle"], type=model.Rle),
                rings=tuple(msgspec.json.decode(r["rings"] or "[]")),
            )
            found.setdefault(r["asset_id"], []).append(shape)
    return {i: tuple(s) for i, s in found.items()}


def colors(workspace: Connection, campaigns: Iterable[model.Campaign]) -> dict[str, str]:
    """Return the colors of labels in the newest of some campaigns."""
    newest = max(campaigns, key=lambda c: c.campaign_id, default=None)
    if newest is None:
        return {}
    spec = workspace.client.call("campaigns.spec", model.CampaignSpec, campaign_id=newest.campaign_id)
    return {v.name: v.color for v in spec.recipe.labels if v.color is not None}


def campaigns_of(workspace: Connection, version_ids: Iterable[int]) -> list[model.Campaign]:
    """Return the campaigns on some versions, newest first."""
    ids = set(version_ids)
    return [c for c in workspace.client.call("campaigns.list", list[model.Campaign]) if c.version_id in ids]


def listed(campaigns: Iterable[model.Campaign], most: int = 8) -> Grid:
    """Return campaigns as a table."""
    found = list(campaigns)
    table = tuple(
        (c.name, f"{c.dataset} / {c.version}", c.state, c.total - c.remaining, c.total, str(c.due or ""))
        for c in found[:most]
    )
    return Grid(("campaign", "version", "state", "closed", "assets", "due"), table, max(0, len(found) - most))
