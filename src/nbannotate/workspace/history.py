"""The history of an asset in a version: its revisions, and what each changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbannotate.model import Shape
from nbannotate.rules.compare import HOWS, How, changes
from nbannotate.workspace import native_values

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.asset import Asset


def history_of(asset: Asset) -> pd.DataFrame:
    """Return the revisions of an asset in a version, each with what it changed of the one before."""
    ws, key = asset.version.workspace, [asset.version.version_id, asset.asset_id]
    rows = ws.sql(
        "select n.annotation_id, n.created, n.member, n.source, n.origin, c.name as campaign, s.name as step, "
        "n.shapes, n.tags, n.nothing_to_label, n.is_latest from annotations n "
        "left join campaigns c on c.campaign_id = n.campaign_id "
        "left join steps s on s.campaign_id = n.campaign_id and s.step = n.step "
        "where n.version_id = $1 and n.asset_id = $2 order by n.annotation_id",
        key,
    )
    drawn = ws.sql("select * from shape_history where version_id = $1 and asset_id = $2 order by position", key)
    shapes: dict[int, list[Shape]] = {}
    for annotation_id, shape in zip(drawn["annotation_id"], native_values.as_shapes(drawn), strict=True):
        shapes.setdefault(annotation_id, []).append(shape)
    counts: dict[How, list[int]] = {how: [] for how in HOWS}
    before: list[Shape] = []
    for annotation_id in rows["annotation_id"]:
        now = shapes.get(annotation_id, [])
        changed = changes(before, now)
        for how, found_ in counts.items():
            found_.append(sum(how in change.how for change in changed))
        before = now
    found = asset.version.annotations._real(rows.assign(tag_attributes=None)).drop(columns="tag_attributes")
    for place, (name, values) in enumerate(counts.items(), list(found.columns).index("shapes") + 1):
        found.insert(place, name, values)
    return found
