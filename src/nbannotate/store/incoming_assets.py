"""Assets that come into a version: looking at what was given, and writing it in pieces."""

from __future__ import annotations

import datetime
from pathlib import Path

from nbannotate.model import Version
from nbannotate.store import places
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction, quoted

#: So many assets are written in one piece.
PIECE = 5_000


def stage_assets(stage: Stage, version: Version, file: Path, now: datetime.datetime) -> str:
    """Write the assets of a Parquet file in pieces, in the file's order; return what their places go by.

    The file has the columns name, path, folder, width, height, bytes, metadata (JSON text), and may have sequence
    (text) and moment (number). They are the dataset's, and nobody's as long as no version has the layer of the batch.
    """
    sequence, moment = _sequence_columns(stage, file)
    stage.run(
        f"create or replace temp table incoming as "
        f"select nextval('data.ids') as asset_id, name, path, folder, width, height, bytes, metadata, "
        f"{sequence} as sequence, {moment} as moment, row_number() over () - 1 as place "
        f"from read_parquet({quoted(file)})"
    )
    ground = places.stage(stage, version.version_id, "incoming")
    these = "place >= $3 and place < $4"
    for low in range(0, int(stage.value("select count(*) from incoming")), PIECE):
        stage.run(
            "insert into data.assets select asset_id, $1, name, path, folder, width, height, bytes, metadata, $2, "
            f"sequence, moment from incoming where {these} order by place",
            version.dataset_id, now, low, low + PIECE,
        )  # fmt: skip
        places.write(stage, f"p.asset_id in (select asset_id from incoming where {these})", now, low, low + PIECE)
        stage.piece()
    stage.run("drop table incoming")
    places.write_moved(stage, now, PIECE)
    return ground


#: The assets of a batch ($1) that are new.
STAGED = "(select asset_id from data.layer_assets where layer_id = $1 and effect = 1)"


def staged_assets(tx: Transaction, batch_id: int) -> str:
    """Return the assets of a batch, as a text (:func:`nbannotate.store.transaction.id_list`)."""
    return str(tx.value(
        f"select '[' || coalesce(string_agg(cast(asset_id as varchar), ','), '') || ']' from {STAGED} s", batch_id
    ))  # fmt: skip


def staged_ids(tx: Transaction, batch_id: int) -> dict[str, tuple[int, int, int]]:
    """Return ``(asset id, width, height)`` by the name of each asset of a batch."""
    rows = tx.all(f"select asset_id, name, width, height from data.assets where asset_id in {STAGED}", batch_id)
    return {r["name"]: (r["asset_id"], r["width"], r["height"]) for r in rows}


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
        f"where s.asset_id in {STAGED} order by 1",
        batch_id,
        version_id,
    )
    return [r["name"] for r in rows]
