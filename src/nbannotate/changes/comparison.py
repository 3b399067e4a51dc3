"""What differs between two sides: the database finds what is the same, Python looks at the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

from nbannotate.changes.sides import FIELDS, READ, Side, asked, made
from nbannotate.model import Annotation, Shape
from nbannotate.rules import compare
from nbannotate.rules.compare import Comparison
from nbannotate.workspace import frames

if TYPE_CHECKING:
    from nbannotate.workspace.connection import Connection

#: What became of an asset: it is only in the second one, only in the first one, or in both.
Where = Literal["added", "removed", "changed"]


class Differing(Struct, frozen=True):
    """An asset that differs.

    Parameters
    ----------
    asset
        Its name.
    change
        Whether it was added, removed, or something that is said of it changed.
    comparison
        What differs in what is said of it.
    """

    asset: str
    change: Where
    comparison: Comparison = Comparison()


def differing(workspace: Connection, before: Side, after: Side, threshold: float | None) -> list[Differing]:
    """Return the assets that differ, in their order.

    Parameters
    ----------
    workspace
        Where both sides are asked.
    before, after
        The sides.
    threshold
        The least overlap of two shapes with different ids that are the same one; None asks for the same place.
    """
    values = {**before.values, **after.values}
    shapes = _shapes(workspace, before, after, values)
    tags = _tags(workspace, before, after, values)
    assets = _assets(workspace, before, after, values, {*shapes, *tags})
    found = []
    for name, where in assets.items():
        was, now = shapes.get(name, ((), ()))
        said = tags.get(name, Comparison())
        its = msgspec.structs.replace(said, shapes=compare.changes(was, now, threshold))
        if where != "changed" or len(its):
            found.append(Differing(name, where, its))
    return found


def _assets(
    workspace: Connection, before: Side, after: Side, values: Mapping[str, Any], said: set[str]
) -> dict[str, Where]:
    """Return the assets that may differ, in order: those of one side, and those of which something else is said."""
    import pandas as pd

    rows = asked(
        workspace,
        f"with a as ({before.assets}), b as ({after.assets}) "
        "select coalesce(b.name, a.name) as name, a.name is null as added, b.name is null as removed "
        "from a full join b on b.name = a.name "
        "where a.name is null or b.name is null or b.name in (select name from said_otherwise) "
        "order by coalesce(b.position, a.position), 1",
        {**values, "said_otherwise": pd.DataFrame({"name": sorted(said)}, dtype="str")},
    )
    return {
        name: "added" if added else "removed" if removed else "changed"
        for name, added, removed in zip(rows["name"], rows["added"], rows["removed"], strict=True)
    }


Both = tuple[tuple[Shape, ...], tuple[Shape, ...]]

#: What else is said of an asset, and what stands where nothing is, as it is written in a text to be formatted.
_SAID = {"nothing_to_label": "'false'", "tags": "'[]'", "tag_attributes": "'{{}}'"}


def otherwise(workspace: Connection, before: Side, after: Side) -> set[str]:
    """Return the assets that are not on both sides, or of which the sides do not say exactly the same.

    That is more than what is shown as different: the order of shapes, and how sure a model was, are among it.
    """
    assert before.said is not None
    assert after.said is not None
    values = {**before.values, **after.values}
    of_shapes, of_said = _join(before.shapes, after.shapes, READ), _join_said(before.said, after.said)
    queries = (
        f"select distinct asset from ({of_shapes.format('coalesce(a.asset, b.asset) as asset')}) q",
        f"select asset from ({of_said.format('coalesce(a.asset, b.asset) as asset')}) q",
        f"with a as ({before.assets}), b as ({after.assets}) select coalesce(a.name, b.name) as asset "
        "from a full join b on b.name = a.name where a.name is null or b.name is null",
    )
    return {name for query in queries for name in asked(workspace, query, values)["asset"]}


def _join(before: str, after: str, fields: tuple[str, ...]) -> str:
    """Return the SELECT of shapes that differ in some fields; ``{}`` stands for its columns."""
    differ = " or ".join(f'cast(a."{c}" as varchar) is distinct from cast(b."{c}" as varchar)' for c in fields)
    return (
        f"with a as ({before}), b as ({after}) select {{}} from a full join b on b.asset = a.asset "
        f"and b.shape_id = a.shape_id where a.shape_id is null or b.shape_id is null or {differ}"
    )


def _join_said(before: str, after: str) -> str:
    """Return the SELECT of assets of which something else is said than shapes; ``{}`` stands for its columns."""
    differ = " or ".join(
        f"coalesce(cast(a.{c} as varchar), {none}) <> coalesce(cast(b.{c} as varchar), {none})"
        for c, none in _SAID.items()
    )
    return f"with a as ({before}), b as ({after}) select {{}} from a full join b on b.asset = a.asset where {differ}"


def _shapes(workspace: Connection, before: Side, after: Side, values: Mapping[str, Any]) -> dict[str, Both]:
    """Return the shapes that are not the same text on both sides, by asset: those of before, and of after."""
    columns = ", ".join(f'{side}."{c}" as {side}_{c}' for side in "ab" for c in READ)
    both = (before.apart, after.apart) if before.apart and after.apart else (before.shapes, after.shapes)
    query = _join(*both, FIELDS).format(f"coalesce(a.asset, b.asset) as asset, {columns}")
    rows = asked(workspace, query, values)
    found: dict[str, tuple[list[Shape], list[Shape]]] = {}
    for place, side in enumerate("ab"):
        its = rows[rows[f"{side}_shape_id"].notna()].sort_values(f"{side}_position", kind="stable")
        named = its[[f"{side}_{c}" for c in READ]].set_axis(list(READ), axis=1)
        for name, shape in zip(its["asset"], made(named), strict=True):
            found.setdefault(name, ([], []))[place].append(shape)
    return {name: (tuple(was), tuple(now)) for name, (was, now) in found.items()}


def _tags(workspace: Connection, before: Side, after: Side, values: Mapping[str, Any]) -> dict[str, Comparison]:
    """Return what else is said otherwise, by asset: tags, and *nothing to label*."""
    if before.said is None or after.said is None:
        return {}
    columns = ", ".join(f"{side}.{c} as {side}_{c}" for side in "ab" for c in _SAID)
    query = _join_said(before.said, after.said).format(f"coalesce(a.asset, b.asset) as asset, {columns}")
    rows = asked(workspace, query, values)
    return {row["asset"]: compare.compare(_annotation(row, "a"), _annotation(row, "b")) for row in frames.records(rows)}


def _annotation(row: Mapping[str, Any], side: str) -> Annotation:
    """Return what is said of an asset besides shapes."""
    return Annotation(
        tags=tuple(msgspec.json.decode(row[f"{side}_tags"] or "[]")),
        nothing_to_label=bool(row[f"{side}_nothing_to_label"]),
        tag_attributes=msgspec.json.decode(row[f"{side}_tag_attributes"] or "{}"),
    )
