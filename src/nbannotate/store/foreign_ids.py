"""What files call the images, shapes and labels that were read from them, so that exports call them so again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nbannotate.files import arrow
from nbannotate.store import layers
from nbannotate.store.importing import Arrived
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction, quoted


def stage(stage: Stage, format_: str, files: Sequence[Path], last: int = 0) -> None:
    """Write the rows of Parquet files in pieces, in their order, behind those up to the position ``last``.

    Columns: what, name, foreign_id (JSON), extra (JSON object), called, place.
    """
    for file in files:
        total = int(stage.value(f"select count(*) from read_parquet({quoted(file)})"))
        for low, high in stage.groups(total):
            stage.run(
                f"insert into data.foreign_ids "
                f"select $1, $2, what, name, foreign_id, file_row_number + 1 + $5, extra, called, place "
                f"from read_parquet({quoted(file)}, file_row_number = true) "
                f"where file_row_number >= $3 and file_row_number < $4",
                stage.batch_id, format_, low, high, last,
            )  # fmt: skip
        last += total
    stage.piece()


def add_shapes(stage: Stage, format_: str, file: Path, numbers: NDArray[np.int64], last: int) -> None:
    """Write what a file of shapes (:data:`nbannotate.store.blocks.COLUMNS`) calls some of them, where it says so."""
    stage.connection.register("incoming_called", arrow.Table({"nth": numbers}))
    try:
        stage.run(
            f"""
            insert into data.foreign_ids
            select $1, $2, 'shape', c.shape_id, c.foreign_id, c.nth + 1 + $3, c.extra, c.called, c.place
            from (
              select file_row_number as nth, shape_id, foreign_id, extra, called, place
              from read_parquet({quoted(file)}, file_row_number = true)
            ) c join incoming_called i on i.nth = c.nth
            where c.foreign_id is not null or c.extra is not null or c.called is not null or c.place is not null
            """,
            stage.batch_id, format_, last,
        )  # fmt: skip
    finally:
        stage.connection.unregister("incoming_called")


def last(tx: Transaction, version_id: int) -> int:
    """Return the last position of what a version's own files call things."""
    its = f"select coalesce(max(position), 0) from data.foreign_ids where version_id in {layers.OWN}"
    return int(tx.value(its, version_id))


def remember(tx: Transaction, batch_id: int, version_id: int, arrived: Arrived) -> None:
    """Give the staged names to a version; what it had before for the same things is replaced.

    Those of a batch that has become a layer are the version's already, and hide what layers below call the same things.
    """
    if not arrived.names:
        return
    meanwhile = tx.value(  # other files were read: no row group has to be looked into to know that there were none
        f"select max(position) from data.foreign_ids where version_id in {layers.OWN} and version_id <> $2 "
        "and position >= $3",
        version_id, batch_id, arrived.first,
    )  # fmt: skip
    if meanwhile is not None:
        moved = "update data.foreign_ids set position = position + $2 where version_id = $1"
        tx.run(moved, batch_id, meanwhile)
    if not arrived.large:
        tx.run(
            f"delete from data.foreign_ids where version_id in {layers.OWN} "
            "and (format, what, name) in (select format, what, name from data.foreign_ids where version_id = $2)",
            version_id, batch_id,
        )  # fmt: skip
        tx.run("update data.foreign_ids set version_id = $2 where version_id = $1", batch_id, version_id)


#: What files call the things of a version ($1), the nearest in its line.
_NEAREST = """
    select format, what, name, foreign_id, extra, called, place, distance, position from (
      select *, row_number() over (partition by format, what, name order by distance, position) as nth
      from foreign_ids where version_id = {}
    ) f where nth = 1
"""

#: The images and shapes of the batch $3 on top of the version $1.
_SHOWN = """
    select 'image' as what, name from assets where version_id = $1
    union all
    select 'image', a.name from data.layer_assets l join data.assets a on a.asset_id = l.asset_id where l.layer_id = $3
    union all
    select 'shape', s.shape_id from data.annotations n join data.shapes s on s.annotation_id = n.annotation_id
    where n.version_id = $3
    union all
    select 'shape', s.shape_id from data.version_heads h join data.shapes s on s.annotation_id = h.annotation_id
    where h.version_id = $1 and h.asset_id not in (select asset_id from data.annotations where version_id = $3)
"""


def stage_of(stage: Stage, ours_id: int, theirs_id: int) -> None:
    """Stage what files call the things that the batch brings from theirs into a child of ours.

    What ours calls something stays. Where both give one id to two things that are there, ours keeps it, and that of
    theirs gets the next number that is free in either, in their order; where ids are no numbers, none. Ids that files
    give several times, as those that count within an image, are no names and stay as they are. Images and labels keep
    ours' order, with those of theirs behind.
    """
    stage.run(
        f"""
        create or replace temp table called as
        with shown as (select distinct what, name from ({_SHOWN}) s),
        mine as (
          select f.* from ({_NEAREST.format("$1")}) f left join shown s on s.what = f.what and s.name = f.name
          where f.what not in ('image', 'shape') or s.name is not null
        ),
        yours as (
          select f.* from ({_NEAREST.format("$2")}) f left join shown s on s.what = f.what and s.name = f.name
          where f.what not in ('image', 'shape') or s.name is not null
        ),
        new as (
          select y.* from yours y left join mine m on m.format = y.format and m.what = y.what and m.name = y.name
          where m.name is null
        ),
        ids as (
          select format, what, foreign_id, count(*) as n from mine where foreign_id is not null group by 1, 2, 3
        ),
        scoped as (
          select format, what from ids where n > 1
          union select format, what from yours where foreign_id is not null group by format, what, foreign_id
          having count(*) > 1
        ),
        last as (
          select format, what, max(try_cast(foreign_id as bigint)) as id
          from (select * from mine union all select * from yours) f group by 1, 2
        ),
        taken as (
          select n.*, i.foreign_id is not null and c.what is null as twice, l.id as last
          from new n
          left join ids i on i.format = n.format and i.what = n.what and i.foreign_id = n.foreign_id
          left join scoped c on c.format = n.format and c.what = n.what
          left join last l on l.format = n.format and l.what = n.what
        ),
        called_so as (
          select format, what, name, extra, called, place, 1 as side, distance, position,
                 case when not twice then foreign_id
                      when try_cast(foreign_id as bigint) is not null then cast(
                        last + row_number() over (partition by format, what, twice order by distance, position, name)
                        as varchar) end as foreign_id
          from taken
          union all
          select format, what, name, extra, called, place, 0, distance, position, foreign_id from mine
          where what in ('image', 'label') and (format, what) in (select format, what from new)
        )
        select *, row_number() over (order by side, distance, position, name) as nth from called_so
        where what <> 'file' or format not in (select format from mine where what = 'file')
        """,
        ours_id, theirs_id, stage.batch_id,
    )  # fmt: skip
    total = int(stage.value("select count(*) from called"))
    for low, high in stage.groups(total):
        stage.run(
            "insert into data.foreign_ids "
            "select $1, format, what, name, foreign_id, nth, cast(extra as varchar), called, place from called "
            "where nth > $2 and nth <= $3 order by nth",
            stage.batch_id, low, high,
        )  # fmt: skip
    stage.piece()
    stage.run("drop table called")
