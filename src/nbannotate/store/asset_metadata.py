"""The metadata of many assets at once, and the types that their columns had when they were given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from nbannotate.store.transaction import Transaction, quoted


def _said(file: Path) -> str:
    """Return what reads what a file says of the assets of a version (``$1``), with what is there now."""
    return f"""
        select a.asset_id, a.metadata as now, m.metadata, m.old
        from read_parquet({quoted(file)}) m join data.assets a on a.name = m.asset
        join data.version_assets v on v.asset_id = a.asset_id and v.version_id = $1
        """


class Described(Struct, frozen=True):
    """The metadata of an asset, by its name, as they come, and what they were made from if that is said: JSON texts."""

    asset: str
    metadata: str
    old: str | None


def rows(tx: Transaction, file: Path) -> list[Described]:
    """Return the rows of a file."""
    return tx.read(Described, f"select asset, metadata, old from read_parquet({quoted(file)})")


def changed(tx: Transaction, version_id: int, file: Path) -> list[str]:
    """Return the assets whose metadata are not any more what a change was made from."""
    found = tx.all(
        f"select a.name from ({_said(file)}) s join data.assets a on a.asset_id = s.asset_id "
        "where s.old is not null and s.old <> s.now order by 1",
        version_id,
    )
    return [row["name"] for row in found]


def describe(tx: Transaction, version_id: int, file: Path) -> int:
    """Replace the metadata of the assets of a file in one statement; return how many changed."""
    count = tx.value(f"select count(*) from ({_said(file)}) s where s.now <> s.metadata", version_id)
    tx.run(
        f"update data.assets set metadata = s.metadata from ({_said(file)}) s "
        "where data.assets.asset_id = s.asset_id and s.now <> s.metadata",
        version_id,
    )
    return int(count)


def types(tx: Transaction, dataset_id: int) -> dict[str, str]:
    """Return the type of each column of the metadata of a dataset's assets that was given with one."""
    found = tx.all("select name, type from data.metadata_types where dataset_id = $1 order by name", dataset_id)
    return {row["name"]: row["type"] for row in found}


def set_types(tx: Transaction, dataset_id: int, given: Mapping[str, str]) -> None:
    """Keep the types of columns; those that were given before are replaced."""
    if not given:
        return
    text = json.dumps([{"name": name, "type": type_} for name, type_ in given.items()])
    unpacked = 'select unnest(from_json($2, \'[{"name":"VARCHAR","type":"VARCHAR"}]\'), recursive := true)'
    tx.run(
        f"delete from data.metadata_types where dataset_id = $1 and name in (select name from ({unpacked}))",
        dataset_id,
        text,
    )
    tx.run(f"insert into data.metadata_types select $1, name, type from ({unpacked})", dataset_id, text)
