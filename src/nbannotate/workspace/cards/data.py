"""The cards of datasets and versions."""

from __future__ import annotations

import re

from nbannotate import model
from nbannotate.cards import Card, Chips, Counts, Grid, Tree, Twig, Words, card_of, count, counted, quoted
from nbannotate.workspace.cards import thumbnails
from nbannotate.workspace.cards.asked import Notes, campaigns_of, colors, first_assets, listed, rows
from nbannotate.workspace.dataset import Dataset, Version
from nbannotate.workspace.lineage import Lineage

#: So many versions and labels are listed.
MOST = 8


@card_of.register
def _(dataset: Dataset) -> Card:
    ws, notes = dataset.workspace, Notes()
    versions = ws.client.call("versions.list", list[model.Version], dataset_id=dataset.dataset_id)
    campaigns = notes.ask("Campaigns", lambda: campaigns_of(ws, (v.version_id for v in versions))) or []
    names = {v.version_id: v.name for v in versions}
    table = Grid(
        ("version", "state", "assets", "made from"),
        tuple((v.name, v.state, v.assets, names.get(v.parent_id or 0, "")) for v in versions[-MOST:][::-1]),
        max(0, len(versions) - MOST),
    )
    counts: Counts = (count(len(versions), "version"),)
    counts += (count(len(campaigns), "campaign"),)
    newest = next((v for v in reversed(versions) if v.assets), None)
    strip = []
    if newest is not None:
        hues = notes.ask("Colors", lambda: colors(ws, campaigns)) or {}
        some = notes.ask("Images", lambda: first_assets(ws, newest.version_id)) or []
        strip = [thumbnails.strip(some, newest.assets, hues)]
    readme = [Words(_first(dataset.readme))] if dataset.readme.strip() else []
    then = (
        f"dataset.versions[{quoted(versions[-1].name)}]"
        if versions
        else 'dataset.create_version("v1").add_images("images/")'
    )
    return Card("Dataset", dataset.name, "", counts, (*readme, *strip, table), tuple(notes.said), (then,))


def _first(readme: str) -> str:
    """Return the first lines of a readme, without the signs of Markdown at their beginnings."""
    lines = [re.sub(r"^[#>*\s-]+", "", line).strip() for line in readme.splitlines()]
    return " – ".join([line for line in lines if line][:2])[:240]


@card_of.register
def _(lineage: Lineage) -> Card:
    family = list(lineage)
    places = {row["version_id"]: place for place, row in enumerate(family)}
    twigs = tuple(
        Twig(
            row["name"],
            ", ".join(
                [row["state"], counted(int(row["assets"]), "asset")] + ["put away"] * (row["archived"] is not None)
            ),
            None if row["parent_id"] is None else places[int(row["parent_id"])],
            row["state"] == "published",
        )
        for row in family
    )
    table = Grid(
        ("version", "made from", "assets", "campaigns"),
        tuple((row["name"], row["parent"], row["assets"], row["campaigns"]) for row in family[:MOST]),
        max(0, len(family) - MOST),
    )
    counts: Counts = (count(len(twigs), "version"),)
    return Card("Lineage", lineage._dataset.name, "", counts, (Tree(twigs), table), (), ("dataset.lineage.df()",))


_COUNTS = """
select (select count(*) from assets where version_id = $1) as assets,
       count(*) as annotated, count(*) filter (where origin = 'import') as imported,
       count(*) filter (where nothing_to_label) as nothing, coalesce(sum(shapes), 0) as shapes
from annotations where version_id = $1 and is_latest
"""
_SPLITS = """
select split, count(*) as n from splits where version_id = $1 group by 1
order by case split when 'train' then 0 when 'val' then 1 when 'test' then 2 else 3 end, 1 limit 12
"""
_LABELS = "select label, count(*) as n from shapes where version_id = $1 group by 1 order by 2 desc, 1"


@card_of.register
def _(version: Version) -> Card:
    ws, notes = version.workspace, Notes()
    (found,) = rows(ws, _COUNTS, version.version_id)
    campaigns = notes.ask("Campaigns", lambda: campaigns_of(ws, [version.version_id])) or []
    hues = notes.ask("Colors", lambda: colors(ws, campaigns)) or {}
    labels = (notes.ask("Labels", lambda: rows(ws, _LABELS, version.version_id)) or []) if found["shapes"] else []
    some = (notes.ask("Images", lambda: first_assets(ws, version.version_id)) or []) if found["assets"] else []
    splits = notes.ask("Splits", lambda: rows(ws, _SPLITS, version.version_id)) or []
    counts: Counts = (count(int(found["assets"]), "asset"),)
    if found["annotated"]:
        imported = f" ({int(found['imported']):,} imported)" if found["imported"] else ""
        counts += ((int(found["annotated"]), f"annotated{imported}"), count(int(found["shapes"]), "shape"))
    if found["nothing"]:
        counts += ((int(found["nothing"]), "with nothing to label"),)
    parts = [thumbnails.strip(some, int(found["assets"]), _all(hues, labels))] if some else []
    chips = Chips(
        "labels",
        tuple((r["label"] or "without label", _all(hues, labels).get(r["label"]), f"{int(r['n']):,}") for r in labels),
    )
    dealt = Chips("splits", tuple((r["split"], None, f"{int(r['n']):,}") for r in splits))
    shown = (*parts, *((chips,) if labels else ()), *((dealt,) if splits else ()), listed(campaigns))
    name, next = f"{version.dataset.name} / {version.name}", _next(version, found, campaigns)
    return Card("Version", name, version.state, counts, shown, tuple(notes.said), next)


def _all(hues: dict[str, str], labels: list[dict[str, object]]) -> dict[str, str]:
    """Return a color for each label: the recipe's, or else one of the palette."""
    found = dict(hues)
    for row in labels:
        found.setdefault(str(row["label"]), model.PALETTE[len(found) % len(model.PALETTE)])
    return found


def _next(version: Version, found: dict[str, int], campaigns: list[model.Campaign]) -> tuple[str, ...]:
    if not found["assets"]:
        return ('version.add_images("images/")',)
    if version.state == "published":
        return ("nb.Viewer(version)", 'version.write("coco", "annotations.json")', 'version.create_child("…")')
    if not campaigns:
        return ("nb.Viewer(version)", "version.create_campaign(…)", 'version.read("coco", "predictions.json")')
    return (
        "nb.Viewer(version)",
        f"ws.campaigns[{quoted(campaigns[0].name)}]",
        'version.write("coco", "annotations.json")',
    )
