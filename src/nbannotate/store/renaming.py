"""Other names for datasets, versions, assets and members, and putting them away."""

from __future__ import annotations

import datetime

import msgspec

from nbannotate.model import CampaignSpec
from nbannotate.store import campaigns, layers
from nbannotate.store.transaction import Transaction


def rename_dataset(tx: Transaction, dataset_id: int, name: str) -> None:
    """Give a dataset another name."""
    tx.run("update data.datasets set name = $2 where dataset_id = $1", dataset_id, name)
    tx.memo.pop(("dataset", dataset_id), None)


def rename_version(tx: Transaction, version_id: int, name: str) -> None:
    """Give a version another name."""
    tx.run("update data.versions set name = $2 where version_id = $1", version_id, name)


def rename_asset(tx: Transaction, asset_id: int, before: str, name: str) -> None:
    """Give an asset another name, in all versions that it is in, and for the files that were read into those."""
    tx.run("update data.assets set name = $2 where asset_id = $1", asset_id, name)
    tx.memo.pop(("asset", asset_id), None)
    tx.run(
        "update data.foreign_ids set name = $3, called = null where what = 'image' and name = $2 "
        "and version_id in (select layer_id from data.version_layers where own and version_id in "
        "(select version_id from data.version_assets where asset_id = $1))",
        asset_id, before, name,
    )  # fmt: skip


def with_name(tx: Transaction, asset_id: int, name: str) -> str | None:
    """Return a version of an asset that has another asset of a name, or None."""
    return tx.value(  # type: ignore[no-any-return]
        "select v.name from data.version_assets mine join data.version_assets o on o.version_id = mine.version_id "
        "join data.assets a on a.asset_id = o.asset_id and a.name = $2 and a.asset_id <> $1 "
        "join data.versions v on v.version_id = mine.version_id where mine.asset_id = $1 limit 1",
        asset_id,
        name,
    )


def rename_member(tx: Transaction, member_id: int, before: str, login: str) -> list[str]:
    """Give a member another login, in the campaigns' specs, too; return the names of those campaigns."""
    tx.run("update data.members set login = $2 where member_id = $1", member_id, login)
    tx.memo.pop("logins", None)
    followed = []
    for row in tx.all("select distinct campaign_id from data.step_members where member_id = $1 order by 1", member_id):
        spec = campaigns.spec(tx, row["campaign_id"])
        campaigns.set_spec(tx, row["campaign_id"], _follows(spec, before, login))
        followed.append(spec.name)
    return followed


def _follows(spec: CampaignSpec, before: str, login: str) -> CampaignSpec:
    steps = tuple(
        msgspec.structs.replace(step, assignees=tuple(login if who == before else who for who in step.assignees))
        for step in spec.workflow.steps
    )
    return msgspec.structs.replace(spec, workflow=msgspec.structs.replace(spec.workflow, steps=steps))


def archive(tx: Transaction, table: str, key: int, when: datetime.datetime | None) -> None:
    """Put a dataset, a version or a member away, or with None take it back."""
    tx.run(f"update data.{table}s set archived = $2 where {table}_id = $1", key, when)
    tx.memo.pop((table, key), None)


def archive_asset(tx: Transaction, version_id: int, asset_id: int, when: datetime.datetime | None) -> None:
    """Put an asset of a version away, or with None take it back."""
    layers.place(
        tx,
        version_id,
        "select asset_id, position, $4::timestamp as archived, added from data.version_assets "
        "where version_id = $1 and asset_id = $3",
        asset_id,
        when,
    )
