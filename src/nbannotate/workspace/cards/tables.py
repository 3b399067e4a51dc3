"""The cards of tables, of their rows and columns, and of one asset."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from nbannotate.cards import Bar, Card, Chips, Grid, Lines, Pairs, Part, card_of, counted, quoted, short
from nbannotate.model.column import Columns
from nbannotate.model.columns import VIEWS
from nbannotate.model.values import is_missing
from nbannotate.shapes.cards import said
from nbannotate.workspace import show
from nbannotate.workspace.asset import Asset
from nbannotate.workspace.cards import thumbnails
from nbannotate.workspace.cards.asked import Notes, campaigns_of, colors, first_assets, latest_shapes, rows
from nbannotate.workspace.cards.thumbnails import MOST, Wanted
from nbannotate.workspace.data_tables import Annotations, Assets, Datasets, Shapes, Splits, Tags, Versions
from nbannotate.workspace.labels import Labels
from nbannotate.workspace.members import Members
from nbannotate.workspace.notices import Notices
from nbannotate.workspace.row import Row
from nbannotate.workspace.sql import Sql
from nbannotate.workspace.table import Stored, Table
from nbannotate.workspace.work_tables import AssetStates, Campaigns, Events, Issues, Jobs, Tasks

#: What to type next, by the table; ``{}`` is the name of its first row.
_NEXT: Mapping[type[Table[Any]], tuple[str, ...]] = {
    Datasets: ("ws.datasets[{}]",),
    Campaigns: ("ws.campaigns[{}]", 'ws.campaigns.df(state="active")'),
    Members: ("ws.members[{}]", 'ws.members.add("…")', 'ws.members.df(role="annotator")'),
    Versions: ("dataset.versions[{}]", 'dataset.create_version("…")'),
    Assets: ("version.assets[{}]", "version.assets.df()", "nb.Viewer(version)"),
    Shapes: ('version.shapes.df(label="…")', "version.shapes.columns"),
    Annotations: ("version.annotations[{}]", 'version.annotations.df(member="…")'),
    Tags: ('version.tags.df(tag="…")',),
    Labels: ('version.labels.combine(["…", "…"], into="…")', "version.labels.changes"),
    Splits: ('version.assets.df(split="…")', "version.splits.df()"),
    Tasks: ("campaign.tasks[{}]", 'campaign.tasks.df(state="to_rework")', "campaign.tasks.columns"),
    AssetStates: ("campaign.assets[{}]", 'campaign.assets.df(state="done")'),
    Jobs: ("campaign.jobs.df()", "campaign.jobs.columns"),
    Issues: ("campaign.issues[{}]", "campaign.issues.df(open=True)"),
    Events: ('ws.events.df(member="…")', "ws.events.columns"),
}


@card_of.register
def _(table: Table) -> Card:  # type: ignore[type-arg]
    notes = Notes()
    names, found = table._preview(show.ROWS)
    many = len(table)
    cells = tuple(tuple(_cell(value) for value in row) for row in found)
    parts: list[Part] = notes.ask("More", partial(_beside, table, notes)) or []
    grid = Grid(tuple(names), cells, max(0, many - len(found)))
    first = found[0][0] if found else None
    typed = [t for t in _NEXT.get(type(table), ()) if first is not None or "{}" not in t]
    name = quoted(str(first)) if isinstance(first, str) else str(first)
    return Card(
        "", show.title(table), parts=(*parts, grid), notes=tuple(notes.said), next=tuple(t.format(name) for t in typed)
    )


def _beside(table: Table[Any], notes: Notes) -> list[Part]:
    """Return what a card has above the rows: pictures, sums."""
    if isinstance(table, Assets | Annotations):
        return _pictures(table, notes)
    if isinstance(table, Labels):
        return _of_labels(table, notes)
    if isinstance(table, Splits):
        return _of_splits(table, notes)
    if isinstance(table, Shapes | Tags):
        column = "label" if isinstance(table, Shapes) else "tag"
        sums = _sums(table, column)
        return [Chips("", tuple((name or "without label", None, f"{n:,}") for name, n in sums))] if sums else []
    if isinstance(table, Tasks) and table._campaign is not None:
        return [_bar(table), *_of_tasks(table, notes)]
    if isinstance(table, Tasks | AssetStates | Issues):
        return [_bar(table)]
    return []


def _of_labels(table: Labels, notes: Notes) -> list[Part]:
    """Return the last changes of the labels of a version."""
    changes = notes.ask("Changes", lambda: table.changes) or []
    lines = [
        ("undone" if c.undone is not None else "change", f"{c.mapping}: {counted(c.assets, 'asset')}, by {c.member}")
        for c in changes[-6:]
    ]
    return [Lines(tuple(lines))] if lines else []


def _of_splits(table: Splits, notes: Notes) -> list[Part]:
    """Return how the assets were dealt, and how many are in no split."""
    how = notes.ask("How they were dealt", lambda: table.how)
    (found,) = rows(
        table._workspace,
        "select count(*) as n from assets a where a.version_id = $1 and a.archived is null and a.asset_id not in "
        "(select asset_id from splits where version_id = $1)",
        table._scope(),
    )
    lines = [("dealt", str(how))] if how is not None else []
    lines += [("note", f"{counted(int(found['n']), 'asset is', 'assets are')} in no split")] if found["n"] else []
    return [Lines(tuple(lines))] if lines else []


def _sums(table: Stored[Any], column: str) -> list[tuple[str, int]]:
    """Return how many rows have which value of a column, the most first."""
    query = f"select {column} as name, count(*) as n from ({table._sql()}) q group by 1 order by 2 desc, 1 limit 40"
    found = table._frame_of(query)
    return [(str(name), int(n)) for name, n in zip(found["name"], found["n"], strict=True)]


def _bar(table: Stored[Any]) -> Bar:
    return Bar(
        tuple((n, state.replace("_", " "), state.replace("_", " ")) for state, n in sorted(_sums(table, "state")))
    )


def _pictures(table: Assets | Annotations, notes: Notes) -> list[Part]:
    """Return the first images of a version."""
    version = table._version
    ws, version_id = version.workspace, version.version_id
    hues = notes.ask("Colors", lambda: colors(ws, campaigns_of(ws, [version_id]))) or {}
    some = notes.ask("Images", lambda: first_assets(ws, version_id, isinstance(table, Annotations))) or []
    return [thumbnails.strip(some, len(table), hues)] if some else []


def _of_tasks(table: Tasks, notes: Notes) -> list[Part]:
    """Return the images of the first tasks that are open, or else of the first ones."""
    campaign = table._campaign
    assert campaign is not None
    ws, version_id = table._workspace, campaign.version_id
    found = rows(
        ws,
        f"select t.asset_id, t.asset, a.path, a.width, a.height from ({table._sql()}) t "
        "join assets a on a.asset_id = t.asset_id and a.version_id = $2 "
        f"order by case t.state when 'to_rework' then 0 when 'in_progress' then 1 else 2 end, t.position limit {MOST}",
        campaign.campaign_id,
        version_id,
    )
    drawn = latest_shapes(ws, version_id, [r["asset_id"] for r in found])
    hues = {v.name: v.color for v in campaign.spec.recipe.labels if v.color is not None}
    some = [
        Wanted(
            r["asset"],
            partial(str, r["path"]),
            r["width"],
            r["height"],
            drawn.get(r["asset_id"], ()),
        )
        for r in found
    ]
    return [thumbnails.strip(some, len(table), hues)] if some else []


@card_of.register
def _(notices: Notices) -> Card:
    unseen = notices._mine(unseen=True, limit=show.ROWS + 1)
    lines = tuple((f"{n.created:%Y-%m-%d %H:%M}", n.text) for n in unseen[: show.ROWS])
    more = ("There are more: ws.notices.df(unseen=True) shows all.",) if len(unseen) > show.ROWS else ()
    next = ("ws.notices.see()",) if unseen else ("ws.notices.df()",)
    return Card("New notices" if unseen else "No new notices", parts=(Lines(lines),), notes=more, next=next)


@card_of.register
def _(row: Row) -> Card:
    values = dict(row)
    name = next((str(values[c]) for c in ("asset", "name", "login", "operation") if values.get(c) is not None), "")
    told = tuple((c, _text(v)) for c, v in values.items() if v is not None)
    state = values.get("state")
    return Card(row._what.capitalize(), name, str(state).replace("_", " ") if state else "", parts=(Pairs(told),))


@card_of.register
def _(columns: Columns) -> Card:
    rows = tuple((c.name, c.type, c.meaning) for c in columns.values())
    return Card("Columns", parts=(Grid(("column", "type", "what it means"), rows, longest=400),))


@card_of.register
def _(sql: Sql) -> Card:
    tables = tuple((view.name, view.row, ", ".join(c.name for c in view.columns)) for view in VIEWS.values())
    next = ('ws.sql("select label, count(*) as n from shapes group by 1")', 'ws.sql.describe("shapes")')
    grid = Grid(("table", "a row", "columns"), tables, longest=160)
    return Card("", f"SQL over {len(tables)} tables", parts=(grid,), next=next)


@card_of.register
def _(asset: Asset) -> Card:
    notes, version = Notes(), asset.version
    annotation = notes.ask("The annotation", lambda: asset.annotation)
    ws = version.workspace
    hues = notes.ask("Colors", lambda: colors(ws, campaigns_of(ws, [version.version_id]))) or {}
    shapes = annotation.shapes if annotation is not None else ()
    image = Wanted("", partial(str, asset.path), asset.width, asset.height, shapes)
    pairs = [("version", f"{version.dataset.name} / {version.name}")]
    pairs += [("size", f"{asset.width:,} × {asset.height:,} pixels")]
    pairs += [("sequence", asset.sequence)] if asset.sequence is not None else []
    pairs += [(str(k), _text(v)) for k, v in list(asset.metadata.items())[:12]]
    state = "" if annotation is None else "nothing to label" if annotation.nothing_to_label else "annotated"
    parts: tuple[Part, ...] = (thumbnails.strip([image], 1, hues), *(said(annotation, hues) if annotation else ()))
    return Card("Asset", asset.name, state, parts=(*parts, Pairs(tuple(pairs))), notes=tuple(notes.said),
                next=("asset.annotation", "asset.metadata"))  # fmt: skip


def _cell(value: Any) -> int | float | str | None:
    """Return a value of a frame as a table of a card has it."""
    if is_missing(value) or value != value:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "item"):
        value = value.item()
    if value == "{}":
        return None
    if isinstance(value, str) and value[:1] == "[":  # a list, as JSON
        with contextlib.suppress(msgspec.DecodeError):
            value = msgspec.json.decode(value)
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return value
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == datetime.time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return ", ".join(value)
    if isinstance(value, float):
        return f"{value:,.6g}"
    return value if isinstance(value, str) else short(value)
