"""Where the assets of a version stand: the next place, the order of sequences, and the places of what is staged."""

from __future__ import annotations

import datetime

from nbannotate.store import layers
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction

#: The order of the assets of a version: those of no sequence as they were, then sequence by sequence, each by moment
#: and name; frames that were added later come to their place.
_ORDER = "sequence nulls first, case when sequence is null then position end, moment nulls last, name"


def after(tx: Transaction, version_id: int) -> int:
    """Return the position behind the last asset of a version."""
    return int(
        tx.value(
            "select coalesce(max(a.position) + 1, 0) from data.version_layers l "
            "join data.layer_assets a on a.layer_id = l.layer_id where l.version_id = $1",
            version_id,
        )
    )


def mark(tx: Transaction, version_id: int) -> str:
    """Return a short text that differs if an asset came into a version or went, or stands elsewhere, or is put away."""
    said = tx.value(
        f"""
        select concat_ws(' ', count(*), sum(asset_id * (effect + 2)), sum(position), count(archived), max(archived))
        from data.layer_assets where layer_id in {layers.OWN}
        """,
        version_id,
    )
    return f"{layers.top(tx, version_id)} {said}"


def stage(stage: Stage, version_id: int, coming: str, *, alone: bool = False) -> str:
    """Make the table ``places`` of where assets will stand in a version, and of others that these move.

    Parameters
    ----------
    stage, version_id
        The stage, and the version as it is now.
    coming
        A table of the assets that come: asset_id, name, sequence, moment, and place, their order.
    alone
        Whether a single frame stands last until others come, because it is not worth to move all behind it.

    Returns
    -------
    str
        What this goes by (:func:`mark`).
    """
    ground, first = mark(stage, version_id), after(stage, version_id)
    found = stage.one(f"select count(*) as n, count(sequence) as frames from {coming}")
    assert found is not None
    if found["frames"] and not (alone and found["n"] == 1):
        stage.run(
            f"""
            create or replace temp table places as
            select asset_id, position, archived, added, effect, row_number() over (order by position) - 1 as place
            from (
              select asset_id, was, archived, added, effect, row_number() over (order by {_ORDER}) - 1 as position
              from (
                select v.asset_id, a.name, a.sequence, a.moment, v.position, v.position as was, v.archived, v.added,
                       0 as effect
                from data.version_assets v join data.assets a on a.asset_id = v.asset_id where v.version_id = $1
                union all
                select asset_id, name, sequence, moment, place + $2, null, null, null, 1 from {coming}
              ) a
            ) o where was is null or was <> position
            """,
            version_id, first,
        )  # fmt: skip
    else:
        stage.run(
            f"create or replace temp table places as select asset_id, place + $1 as position, "
            f"cast(null as timestamp) as archived, cast(null as timestamp) as added, 1 as effect, place from {coming}",
            first,
        )
    return ground


def write(stage: Stage, which: str, now: datetime.datetime, *parameters: int) -> None:
    """Write those rows of the table ``places`` ``p`` of which a condition holds; its parameters are $3 and more."""
    stage.run(
        f"insert into data.layer_assets "
        f"select $1, p.asset_id, p.position, p.archived, p.effect, coalesce(p.added, $2) from places p where {which} "
        f"order by p.place",
        stage.batch_id, now, *parameters,
    )  # fmt: skip


def write_moved(stage: Stage, now: datetime.datetime, piece: int) -> None:
    """Write, in pieces, where other assets stand then, and forget the table ``places``."""
    last = int(stage.value("select coalesce(max(place), -1) from places where effect = 0"))
    for low in range(0, last + 1, piece):
        write(stage, "p.effect = 0 and p.place >= $3 and p.place < $4", now, low, low + piece)
        stage.piece()
    stage.run("drop table places")


def take_in(tx: Transaction, batch_id: int, version_id: int, ground: str) -> None:
    """Let few staged assets be in the top layer of a version; if others came meanwhile, behind those."""
    here = "where layer_id = $1 and effect = {}"
    frames = 0
    if mark(tx, version_id) != ground:
        tx.run(f"delete from data.layer_assets {here.format(0)}", batch_id)
        tx.run(
            "update data.layer_assets set position = n.position from ("
            "select asset_id, $2 + row_number() over (order by position) - 1 as position from data.layer_assets "
            "where layer_id = $1) n where layer_id = $1 and data.layer_assets.asset_id = n.asset_id",
            batch_id, after(tx, version_id),
        )  # fmt: skip
        frames = int(tx.value(
            "select case when count(*) > 1 then count(a.sequence) else 0 end from data.layer_assets l "
            "join data.assets a on a.asset_id = l.asset_id where l.layer_id = $1",
            batch_id,
        ))  # fmt: skip
    else:
        moved = (
            "select m.asset_id, m.position, m.archived, m.added from data.layer_assets m "
            "join data.version_assets v on v.version_id = $1 and v.asset_id = m.asset_id "
            "where m.layer_id = $3 and m.effect = 0"
        )
        layers.place(tx, version_id, moved, batch_id)
        tx.run(f"delete from data.layer_assets {here.format(0)}", batch_id)
    top = layers.top(tx, version_id)
    tx.run("update data.layer_assets set layer_id = $2 where layer_id = $1", batch_id, top)
    layers.settle(tx, version_id)
    if frames:
        order(tx, version_id)


def order(tx: Transaction, version_id: int) -> None:
    """Renumber the assets of a version in the order of their sequences."""
    layers.place(
        tx,
        version_id,
        f"""
        select asset_id, position, archived, added from (
          select v.asset_id, v.position as was, v.archived, v.added, row_number() over (
                   order by {_ORDER.replace("position", "v.position")}
                 ) - 1 as position
          from data.version_assets v join data.assets a on a.asset_id = v.asset_id where v.version_id = $1
        ) o where was <> position order by position
        """,
    )
