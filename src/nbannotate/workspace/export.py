"""What a version gives to a format: its assets with their latest annotations, and their labels."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import msgspec

from nbannotate import formats, imaging, model
from nbannotate.errors import InvalidInput
from nbannotate.files import output
from nbannotate.model.choices import one_of
from nbannotate.model.values import as_stored, plain
from nbannotate.workspace import frames

if TYPE_CHECKING:
    from nbannotate.workspace.filled import Filled
    from nbannotate.workspace.said import Said

#: So many ids are kept in one transaction: none holds others up.
PIECE = 50_000


def write(
    version: Filled, format_: formats.FileFormat, path: Path, state: str | None, origin: model.Origin | None
) -> formats.Writing:
    """Write a version's latest annotations to a file that is neither the workspace's nor one of its images."""
    workspace = version.workspace

    def images() -> list[str]:
        paths = workspace.sql("select distinct path from assets")["path"]
        return [str(imaging.frame_of(str(p)).path) for p in paths]

    with output.protecting(None if workspace.path == ":memory:" else workspace.path, images):
        if os.fspath(path) != output.STANDARD:
            output.checked(path)
        return format_.write(path, rows(version, state, origin), labels(version), remembered(version, format_.name))


def remember(version: Said, format_: str, ids: formats.Ids) -> None:
    """Keep what a file calls things, so that an export in its format calls them so again."""
    import pandas as pd

    said = [(what, *item) for what, its in _sorts(ids) for item in its.items()]
    client = version.workspace.client
    for first in range(0, len(said), PIECE):
        what, names, foreign = zip(*said[first : first + PIECE], strict=True)
        written = [msgspec.json.encode(i).decode() for i in foreign]
        table = pd.DataFrame({"what": what, "name": names, "foreign_id": written, "place": range(len(what))})
        client.upload("foreign.remember", int, frames.to_parquet(table), version_id=version.version_id, format=format_)


def remembered(version: Said, format_: str) -> formats.Ids:
    """Return what files of a format called things; what the version read itself comes before what its parents did."""
    table = version.workspace.sql(
        "select what, name, foreign_id from foreign_ids where version_id = $1 and format = $2 "
        "order by distance, position",
        [version.version_id, format_],
    )
    ids = formats.Ids({}, {}, {})
    of = dict(_sorts(ids))
    for what, name, foreign in zip(table["what"], table["name"], table["foreign_id"], strict=True):
        of[what].setdefault(name, msgspec.json.decode(foreign))
    return ids


def _sorts(ids: formats.Ids) -> list[tuple[str, dict[str, formats.Id]]]:
    return [("image", ids.images), ("shape", ids.shapes), ("label", ids.labels)]


@as_stored()
def rows(version: Filled, state: str | None, origin: model.Origin | None = None) -> list[formats.Row]:
    """Return the assets of a version with their latest annotations; only those of one state or origin, if given."""
    state, origin = plain(state), plain(origin)
    if origin is not None:
        one_of("origin", origin, get_args(model.Origin))
    if state is not None:
        one_of("state", state, model.TASK_STATES)
    assets = version.assets._frame()
    if state is not None:
        states = version.workspace.sql(
            "select s.asset_id from asset_states s join campaigns c on c.campaign_id = s.campaign_id "
            "where c.version_id = $1 and s.state = $2",
            [version.version_id, state],
        )
        assets = assets[assets["asset_id"].isin(states["asset_id"])]
    shapes = version.shapes.by_asset()
    said = {
        r["asset_id"]: r
        for r in frames.records(
            version.workspace.sql(
                "select asset_id, tags, nothing_to_label, tag_attributes, origin, source from annotations "
                "where version_id = $1 and is_latest and ($2 is null or origin = $2)",
                [version.version_id, origin],
            )
        )
    }
    found = []
    for r in frames.records(assets):
        known = said.get(r["asset_id"])
        annotation = None
        if known is not None:
            annotation = model.Annotation(
                shapes=tuple(shapes.get(r["asset_id"], ())),
                tags=tuple(msgspec.json.decode(known["tags"])),
                nothing_to_label=known["nothing_to_label"],
                tag_attributes=msgspec.json.decode(known["tag_attributes"] or "{}"),
            )
        origin_of, source = (known["origin"], known["source"]) if known is not None else (None, None)
        metadata = msgspec.json.decode(r["metadata"])
        found.append(formats.Row(r["name"], r["width"], r["height"], annotation, origin_of, source, metadata))
    return found


def labels(version: Filled) -> list[model.Label]:
    """Return the labels of this version's campaigns, then those that only imported shapes have.

    Names that no label can have, which came in before they were refused, are not among them; shapes keep them.
    """
    found: dict[str, model.Label] = {}
    client = version.workspace.client
    for campaign in client.call("campaigns.list", list[model.Campaign]):  # also those that are put away
        if campaign.version_id == version.version_id:
            spec = client.call("campaigns.spec", model.CampaignSpec, campaign_id=campaign.campaign_id)
            found.update({v.name: v for v in spec.recipe.labels})
    given = version.workspace.sql("select distinct label, also from shapes where version_id = $1", [version.version_id])
    further = {name for text in given["also"] for name in msgspec.json.decode(text)}
    for name in [*sorted(given["label"].unique()), *sorted(further)]:
        if name and name not in found:
            with contextlib.suppress(InvalidInput):
                found[name] = model.Label(name)
    return list(found.values())
