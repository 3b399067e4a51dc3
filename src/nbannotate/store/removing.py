"""What goes when versions, datasets, assets and members are deleted: counting it, and deleting it.

Of a version or a dataset only the few rows go at once that make it one; all that stands under its id is nobody's from
then on, is seen by nobody, and is deleted in pieces as that of long work that failed (:mod:`nbannotate.store.staging`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from nbannotate.store import campaign_end, counts, layers, relabelling, splits, staging
from nbannotate.store.campaigns import STARTED
from nbannotate.store.transaction import Transaction

_CAMPAIGNS = "(select campaign_id from data.campaigns where version_id in (select unnest($1::bigint[])))"
_LAYERS = "(select layer_id from data.version_layers where own and version_id in (select unnest($1::bigint[])))"
_TASKS = f"(select task_id from data.tasks where campaign_id in {_CAMPAIGNS})"


def of_versions(tx: Transaction, version_ids: Sequence[int]) -> dict[str, int]:
    """Return what goes with some versions, by its plural noun."""
    row = tx.one(
        f"""
        select (
          select count(distinct asset_id) from data.layer_assets
          where effect >= 0 and layer_id in {_LAYERS} and asset_id not in (
            select asset_id from data.layer_assets where effect >= 0 and layer_id not in {_LAYERS})
        ) as assets,
        (select count(*) from data.annotations
         where origin in ('answer', 'copy') and version_id in {_LAYERS}) as answers,
        (select count(*) from data.annotations where origin = 'import' and version_id in {_LAYERS}) as imports,
        (select count(*) from {_CAMPAIGNS}) as campaigns,
        (select count(*) from data.tasks where campaign_id in {_CAMPAIGNS} and gold is null) as tasks,
        (select count(*) from data.member_drafts where task_id in {_TASKS}) as drafts,
        (select count(*) from data.issues where campaign_id in {_CAMPAIGNS}) as issues
        """,
        list(version_ids),
    )
    assert row is not None
    return _named(row)


def _named(row: dict[str, Any]) -> dict[str, int]:
    return {_NOUNS.get(name, name): int(n) for name, n in row.items()}


_NOUNS = {"answers": "annotations of people", "imports": "imported annotations"}


def running_on(tx: Transaction, version_ids: Sequence[int]) -> list[str]:
    """Return the names of campaigns that run on some versions."""
    rows = tx.all(
        "select name from campaigns where version_id in (select unnest($1::bigint[])) "
        "and state in ('active', 'overdue') order by name",
        list(version_ids),
    )
    return [row["name"] for row in rows]


def children(tx: Transaction, version_id: int) -> list[str]:
    """Return the names of the versions that were made from one."""
    rows = tx.all("select name from data.versions where parent_id = $1 order by version_id", version_id)
    return [row["name"] for row in rows]


def delete_version(tx: Transaction, version_id: int) -> list[int]:
    """Delete a version with its campaigns; its rows are nobody's from now on, nor are assets that only it has.

    Return what those rows stand under: the version, its layers, and what else is nobody's.
    """
    for row in tx.all("select campaign_id from data.campaigns where version_id = $1", version_id):
        campaign_end.delete(tx, row["campaign_id"])
    gone = [version_id, *(layer for layer in layers.end(tx, version_id) if layer != version_id)]
    for table in ("contents", "kept_recipes", "versions"):
        tx.run(f"delete from data.{table} where version_id = $1", version_id)
    for owner in gone:
        staging.give_up(tx, owner)
    return [*gone, *splits.forget(tx, [version_id]), *relabelling.forget(tx, [version_id])]


def delete_dataset(tx: Transaction, dataset_id: int, version_ids: Sequence[int]) -> list[int]:
    """Delete a dataset with its versions and their campaigns; their rows, and its assets, are nobody's from now on.

    Return what those rows stand under.
    """
    ids = list(version_ids)
    for row in tx.all(f"select campaign_id from {_CAMPAIGNS}", ids):
        campaign_end.delete(tx, row["campaign_id"])
    own = [layer for version_id in ids for layer in layers.end(tx, version_id)]
    gone = list(dict.fromkeys((*ids, *own, dataset_id)))
    for table in ("contents", "kept_recipes"):
        tx.run(f"delete from data.{table} where version_id in (select unnest($1::bigint[]))", ids)
    tx.run("delete from data.versions where dataset_id = $1", dataset_id)
    for table in ("workers", "metadata_types", "datasets"):
        tx.run(f"delete from data.{table} where dataset_id = $1", dataset_id)
    for owner in gone:
        staging.give_up(tx, owner)
    return [*gone, *splits.forget(tx, ids), *relabelling.forget(tx, ids)]


# One asset of a version ------------------------------------------------------------------------------------------

_OF_ASSET = "asset_id = $2 and campaign_id in (select campaign_id from data.campaigns where version_id = $1)"


def of_asset(tx: Transaction, version_id: int, asset_id: int) -> dict[str, int]:
    """Return what goes with an asset of a version, by its plural noun."""
    row = tx.one(
        f"""
        select (select count(*) from data.annotations
          where version_id in {layers.OWN} and asset_id = $2 and origin = 'answer') as answers,
        (select count(*) from data.annotations
          where version_id in {layers.OWN} and asset_id = $2 and origin <> 'answer') as imports,
        (select count(*) from data.tasks where {_OF_ASSET}) as tasks,
        (select count(*) from data.member_drafts where task_id in (select task_id from data.tasks where {_OF_ASSET}))
          as drafts,
        (select count(*) from data.issues where {_OF_ASSET}) as issues
        """,
        version_id,
        asset_id,
    )
    assert row is not None
    return _named(row)


def published_with(tx: Transaction, asset_id: int) -> list[str]:
    """Return the names of the published versions that have an asset."""
    rows = tx.all(
        "select v.name from data.versions v join data.version_assets a on a.version_id = v.version_id "
        "where a.asset_id = $1 and v.state = 'published' order by v.version_id",
        asset_id,
    )
    return [row["name"] for row in rows]


class OpenTask(Struct, frozen=True):
    """An open task: in which campaign, and who has it; None: nobody."""

    campaign: str
    login: str | None


def at_work(tx: Transaction, version_id: int, asset_id: int, *, begun: bool) -> OpenTask | None:
    """Return an open task of an asset in a campaign on a version: who has it, and where; only one that is begun."""
    started = f"and {STARTED}" if begun else ""
    return tx.read_one(
        OpenTask,
        f"""
        select c.name as campaign, m.login from data.tasks t
        join data.campaigns c on c.campaign_id = t.campaign_id and c.version_id = $1
        left join data.members m on m.member_id = t.assignee_id
        where t.asset_id = $2 and t.is_current and t.state in ('in_progress', 'to_rework') {started} limit 1
        """,
        version_id,
        asset_id,
    )


def delete_asset(tx: Transaction, version_id: int, asset_id: int, name: str) -> None:
    """Take an asset out of a version, with all that was said and done about it there; events stay."""
    key = version_id, asset_id
    tasks = f"(select task_id from data.tasks where {_OF_ASSET})"
    issues = f"(select issue_id from data.issues where {_OF_ASSET})"
    for table in ("member_drafts", "lapses", "spread_drafts", "notices"):
        tx.run(f"delete from data.{table} where task_id in {tasks}", *key)
    for table in ("comments", "notices"):
        tx.run(f"delete from data.{table} where issue_id in {issues}", *key)
    with counts.changed(tx, f"select campaign_id, asset_id from data.tasks where {_OF_ASSET}", *key):
        for table in ("issues", "activity", "tasks"):
            tx.run(f"delete from data.{table} where {_OF_ASSET}", *key)
    layers.take_out(tx, version_id, asset_id)
    tx.run(
        f"delete from data.foreign_ids where version_id in {layers.OWN} and what = 'image' and name = $2",
        version_id, name,
    )  # fmt: skip
    layers.forget(tx, asset_id)


# A member --------------------------------------------------------------------------------------------------------


def deeds(tx: Transaction, member_id: int) -> bool:
    """Return whether a member did anything, or has work: then history needs the row."""
    did = " or ".join(
        f"exists (select 1 from data.{table} where {column} = $1)"
        for table, column in (
            ("events", "member_id"), ("events", "acted_by"), ("annotations", "member_id"), ("tasks", "assignee_id"),
            ("member_drafts", "member_id"), ("lapses", "member_id"), ("issues", "author_id"), ("issues", "closed_by"),
            ("comments", "author_id"), ("step_members", "member_id"), ("spreads", "member_id"),
            ("activity", "member_id"),
        )
    )  # fmt: skip
    return bool(tx.value(f"select {did}", member_id))


def delete_member(tx: Transaction, member_id: int) -> None:
    """Delete a member who did nothing, with what is the member's own."""
    for table in ("sessions", "notices", "requests", "workers", "members"):
        tx.run(f"delete from data.{table} where member_id = $1", member_id)
