"""The sizes of images that lie elsewhere, which are read when somebody first needs them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from nbannotate.store.asset_rows import AssetFile
from nbannotate.store.transaction import LISTED, Transaction, id_list

#: In the metadata of an asset: why its file cannot be opened.
REASON = "cannot_be_opened"
#: Assets that have no size, and whose file lies elsewhere: nobody looked at it yet, or it could not be opened.
UNSIZED = "{0}.width = 0 and {0}.height = 0 and strpos({0}.path, '://') > 0"
#: Those that nobody looked at yet.
UNKNOWN = UNSIZED + " and strpos({0}.metadata, '\"cannot_be_opened\"') = 0"
#: Of no published version, of which the sizes are a part.
_OPEN = (
    "not exists (select 1 from data.version_assets va join data.versions p on p.version_id = va.version_id "
    "where va.asset_id = assets.asset_id and p.state = 'published')"
)


class Size(Struct, frozen=True):
    """What is known of an asset now whose size was not; no bytes if its store does not say."""

    asset_id: int
    width: int
    height: int
    bytes: int


def set_sizes(tx: Transaction, sizes: Sequence[Size]) -> None:
    """Write how large images are of which nobody knew; the others stay as they are."""
    metadata = _unsized(tx, [one.asset_id for one in sizes])
    rows = []
    for one in sizes:
        if one.asset_id in metadata:
            kept = {name: value for name, value in metadata[one.asset_id].items() if name != REASON}
            rows.append({**structs.asdict(one), "metadata": json.dumps(kept, ensure_ascii=False)})
    _write(tx, rows)


def set_failed(tx: Transaction, failed: Mapping[int, str]) -> None:
    """Write why images cannot be opened of which nobody knows the size."""
    metadata = _unsized(tx, list(failed))
    _write(tx, [
        {"asset_id": i, "width": 0, "height": 0, "bytes": 0,
         "metadata": json.dumps({**its, REASON: failed[i]}, ensure_ascii=False)}
        for i, its in metadata.items()
    ])  # fmt: skip


def _unsized(tx: Transaction, asset_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return the metadata of those of some assets that have no size, and are in no published version."""
    rows = tx.all(
        f"select asset_id, metadata from data.assets where asset_id in {LISTED.format('$1')} "
        f"and {UNSIZED.format('assets')} and {_OPEN}",
        id_list(asset_ids),
    )
    return {row["asset_id"]: json.loads(row["metadata"]) for row in rows}


def _write(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    tx.run(
        """
        with found as (
          select unnest(
            from_json($1, '[{"asset_id":"BIGINT","width":"INTEGER","height":"INTEGER","bytes":"BIGINT",
                             "metadata":"VARCHAR"}]'),
            recursive := true
          )
        )
        update data.assets set width = f.width, height = f.height, metadata = f.metadata,
          bytes = case when f.bytes > 0 then f.bytes else assets.bytes end
        from found f where f.asset_id = assets.asset_id
        """,
        json.dumps(rows),
    )


def some(tx: Transaction, version_id: int, asset_ids: Sequence[int]) -> list[AssetFile]:
    """Return the files of some assets of a version."""
    return tx.read(
        AssetFile,
        "select a.asset_id, a.name, a.path, a.width, a.height from data.version_assets v join data.assets a "
        f"on a.asset_id = v.asset_id where v.version_id = $1 and a.asset_id in {LISTED.format('$2')}",
        version_id,
        id_list(asset_ids),
    )


def unknown(tx: Transaction, version_id: int) -> list[int]:
    """Return the assets of a version of which nobody knows the size."""
    return [
        row["asset_id"]
        for row in tx.all(
            "select a.asset_id from data.version_assets v join data.assets a on a.asset_id = v.asset_id "
            f"where v.version_id = $1 and {UNKNOWN.format('a')} order by v.position",
            version_id,
        )
    ]


def count_unknown(tx: Transaction, version_id: int) -> int:
    """Return of how many assets of a version nobody knows the size."""
    return int(
        tx.value(
            "select count(*) from data.version_assets v join data.assets a on a.asset_id = v.asset_id "
            f"where v.version_id = $1 and {UNKNOWN.format('a')}",
            version_id,
        )
    )
