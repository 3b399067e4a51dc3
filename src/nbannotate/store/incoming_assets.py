"""Assets that come into a version: looking at what was given, writing it in pieces, and its place among the others."""

from __future__ import annotations

import datetime
from pathlib import Path

from nbannotate.model import Version
from nbannotate.store import layers, staging
from nbannotate.store.asset_selection import PLACES
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction, quoted

#: So many assets are written in one piece.
PIECE = 5_000

#: The assets of a version ($1) with their positions in the order of their sequences.
_IN_ORDER = """
    select v.version_id, v.asset_id, row_number() over (
             order by a.sequence nulls first, case when a.sequence is null then v.position end,
                      a.moment nulls last, a.name
           ) - 1 as position
    from data.version_assets v join data.assets a on a.asset_id = v.asset_id where v.version_id = $1
"""


def stage_assets(stage: Stage, version_id: int, file: Path, now: datetime.datetime) -> int:
    """Write the assets of a Parquet file in pieces, in the file's order; return the first position in the version.

    The file has the columns name, path, folder, width, height, bytes, metadata (JSON text), and may have sequence
    (text) and moment (number).
    """
    sequence, moment = _sequence_columns(stage, file)
    first = next_position(stage, version_id)
    stage.run(
        f"create or replace temp table incoming as "
        f"select nextval('data.ids') as asset_id, name, path, folder, width, height, bytes, metadata, "
        f"{sequence} as in_sequence, {moment} as at_moment, row_number() over () - 1 as place "
        f"from read_parquet({quoted(file)})"
    )
    for low in range(0, int(stage.value("select count(*) from incoming")), PIECE):
        stage.run(
            "insert into data.assets select asset_id, $1, name, path, folder, width, height, bytes, metadata, $2, "
            "in_sequence, at_moment from incoming where place >= $3 and place < $4 order by place",
            stage.batch_id, now, low, low + PIECE,
        )  # fmt: skip
        stage.piece()
    stage.run("drop table incoming")
    return first


def next_position(tx: Transaction, version_id: int) -> int:
    """Return the position behind the last asset of a version."""
    return int(
        tx.value(
            "select coalesce(max(a.position) + 1, 0) from data.version_layers l "
            "join data.layer_assets a on a.layer_id = l.layer_id where l.version_id = $1",
            version_id,
        )
    )


def staged_assets(tx: Transaction, batch_id: int) -> str:
    """Return the assets of a batch, as a text (:func:`nbannotate.store.transaction.id_list`)."""
    return str(tx.value(
        "select '[' || coalesce(string_agg(cast(asset_id as varchar), ','), '') || ']' from data.assets "
        "where dataset_id = $1",
        batch_id,
    ))  # fmt: skip


def staged_ids(tx: Transaction, batch_id: int) -> dict[str, tuple[int, int, int]]:
    """Return ``(asset id, width, height)`` by the name of each asset of a batch."""
    rows = tx.all("select asset_id, name, width, height from data.assets where dataset_id = $1", batch_id)
    return {r["name"]: (r["asset_id"], r["width"], r["height"]) for r in rows}


def reveal_assets(tx: Transaction, batch_id: int, version: Version) -> int:
    """Give the staged assets to a version, and return how many."""
    added, slices = _give(tx, batch_id, version)
    if slices:
        order_sequences(tx, version.version_id)
    staging.keep(tx, batch_id)
    return added


def try_assets(stage: Stage, version: Version) -> str:
    """Do so in a trial, and return the table that has the positions in the version as they will be."""
    _, slices = _give(stage, stage.batch_id, version)
    if not slices:
        return PLACES
    return tried(stage, version.version_id)


def tried(stage: Stage, version_id: int) -> str:
    """Make a table of the assets of a version in the order of their sequences, in a trial, and return its name.

    Rows of others are not renumbered: the writer could not change them meanwhile.
    """
    stage.run(f"create temp table tried as {_IN_ORDER}", version_id)
    return "tried"


def _give(tx: Transaction, batch_id: int, version: Version) -> tuple[int, int]:
    """Put the staged assets behind the others of a version; return how many, and how many belong to sequences."""
    found = tx.one("select count(*) as n, count(sequence) as slices from data.assets where dataset_id = $1", batch_id)
    assert found is not None
    tx.run(
        "insert into data.layer_assets "
        "select $2, asset_id, $3 + row_number() over (order by asset_id) - 1, null, 1, created "
        "from data.assets where dataset_id = $1 order by asset_id",
        batch_id, layers.top(tx, version.version_id), next_position(tx, version.version_id),
    )  # fmt: skip
    tx.run("update data.assets set dataset_id = $2 where dataset_id = $1", batch_id, version.dataset_id)
    return int(found["n"]), int(found["slices"])


def _sequence_columns(tx: Transaction, file: Path) -> tuple[str, str]:
    """Return the expressions that give the sequence and the moment of the rows of a Parquet file."""
    there = columns(tx, file)
    return (
        "nullif(cast(sequence as varchar), '')" if "sequence" in there else "null::varchar",
        "try_cast(moment as double)" if "moment" in there else "null::double",
    )


def columns(tx: Transaction, file: Path) -> set[str]:
    """Return the columns of a Parquet file."""
    return {r["name"] for r in tx.all(f"select name from parquet_schema({quoted(file)})")}


def bad_sequences(tx: Transaction, file: Path) -> list[str]:
    """Return the names of assets in a Parquet file whose sequence is too long, or whose moment is no finite number."""
    sequence, moment = _sequence_columns(tx, file)
    given = "false" if moment.startswith("null") else f"moment is not null and not coalesce(isfinite({moment}), false)"
    rows = tx.all(
        f"select name from read_parquet({quoted(file)}) where length({sequence}) > 200 or {given} order by name limit 6"
    )
    return [r["name"] for r in rows]


def order_sequences(tx: Transaction, version_id: int) -> None:
    """Renumber the assets of a version: those of no sequence as they were, then sequence by sequence.

    Within a sequence by moment, then by name; frames that were added later come to their place.
    """
    layers.place(
        tx,
        version_id,
        f"select o.asset_id, o.position, v.archived, v.added from ({_IN_ORDER}) o join data.version_assets v "
        "on v.version_id = $1 and v.asset_id = o.asset_id where v.position <> o.position order by o.position",
    )


def incoming_files(tx: Transaction, file: Path) -> list[tuple[str, str, int, int]]:
    """Return name, path, width and height of the assets of a Parquet file."""
    rows = tx.all(f"select name, path, width, height from read_parquet({quoted(file)})")
    return [(r["name"], r["path"], int(r["width"] or 0), int(r["height"] or 0)) for r in rows]


def known_names(tx: Transaction, version_id: int, file: Path) -> list[str]:
    """Return names in a Parquet file that stand twice in it or are in the version already."""
    rows = tx.all(
        f"""
        with incoming as (select name from read_parquet({quoted(file)}))
        select name from incoming group by name having count(*) > 1
        union select i.name from incoming i join assets a on a.name = i.name and a.version_id = $1 order by 1
        """,
        version_id,
    )
    return [r["name"] for r in rows]


def staged_names(tx: Transaction, batch_id: int, version_id: int) -> list[str]:
    """Return names of staged assets that are in the version already."""
    rows = tx.all(
        "select s.name from data.assets s join assets a on a.name = s.name and a.version_id = $2 "
        "where s.dataset_id = $1 order by 1",
        batch_id,
        version_id,
    )
    return [r["name"] for r in rows]
