"""What a version says of some assets: which revision of each is shown, and, of those that are asked for, all of it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct, json

from nbannotate.changes.sides import made, of_version
from nbannotate.model import Annotation
from nbannotate.rules.merging import Said
from nbannotate.workspace import frames
from nbannotate.workspace.dataset import Version


class Revision(Struct, frozen=True):
    """The revision of an asset that a version shows; ``away``: the asset is put away there."""

    asset_id: int
    away: bool
    annotation_id: int | None
    by: str
    at: datetime.datetime | None


class Revisions(Struct, frozen=True):
    """What a version says of some assets, by name.

    Parameters
    ----------
    rows
        The revisions.
    annotations
        What they say, of the assets of which that was asked.
    """

    rows: Mapping[str, Revision]
    annotations: Mapping[str, Annotation]

    @classmethod
    def of(cls, version: Version, names: Collection[str], whole: Collection[str]) -> Revisions:
        """Return what a version says of some assets; ``whole``: of which all of it."""
        import pandas as pd

        wanted = pd.DataFrame({"name": sorted(names)}, dtype="str")
        found = frames.records(version.workspace.sql(_REVISIONS, version=version.version_id, wanted=wanted))
        rows = {
            r["name"]: Revision(
                r["asset_id"], bool(r["away"]), _whole(r["annotation_id"]), r["member"] or "", r["created"]
            )
            for r in found
        }
        said = {r["name"]: r for r in found if r["name"] in whole}
        return cls(rows, _annotations(version, said))

    def said(self, name: str) -> Said | None:
        """Return what is said of an asset, and by whom; None if the asset is not there, or is put away."""
        row = self.rows.get(name)
        if row is None or row.away:
            return None
        return Said(self.annotations[name], row.by, row.at)


_REVISIONS = """
select a.name, a.asset_id, a.archived is not null as away, n.annotation_id, n.member, n.created, n.nothing_to_label,
       n.tags, n.tag_attributes
from assets a
left join annotations n on n.version_id = a.version_id and n.asset_id = a.asset_id and n.is_latest
where a.version_id = $version and a.name in (select name from wanted)
"""


def _annotations(version: Version, said: Mapping[str, dict[str, Any]]) -> dict[str, Annotation]:
    """Return what is said of assets, by name."""
    import pandas as pd

    side = of_version(version, "a")
    wanted = pd.DataFrame({"name": sorted(said)}, dtype="str")
    rows = version.workspace.sql(
        f"select * from ({side.shapes}) q where asset in (select name from wanted) order by asset, position",
        **side.values, wanted=wanted,
    )  # fmt: skip
    shapes: dict[str, list[Any]] = {}
    for name, shape in zip(rows["asset"], made(rows), strict=True):
        shapes.setdefault(name, []).append(shape)
    return {
        name: Annotation(
            shapes=shapes.get(name, ()),
            tags=json.decode(row["tags"] or "[]"),
            nothing_to_label=bool(row["nothing_to_label"]),
            tag_attributes=json.decode(row["tag_attributes"] or "{}"),
        )
        for name, row in said.items()
    }


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
