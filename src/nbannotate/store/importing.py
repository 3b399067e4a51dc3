"""Revisions that no person made at work: imports, copies in other versions, and earlier ones that are brought back."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from nbannotate.files import arrow
from nbannotate.model import Annotation, Origin
from nbannotate.store import counts, data, layers, staging
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction, quoted

#: Assets of the version $1 that people have worked on: they have answered, or are at work, or the asset is done.
WORKED_ON = """
    select n.asset_id from data.version_annotations r join data.annotations n on n.annotation_id = r.annotation_id
    where r.version_id = $1 and n.origin = 'answer'
    union
    select t.asset_id from data.tasks t join data.campaigns c on c.campaign_id = t.campaign_id
    where c.version_id = $1 and t.gold is null and (
      (t.closed is not null and t.outcome <> 'ended') or t.state = 'to_rework'
      or (t.opened is not null and t.assignee_id is not null)
      or t.task_id in (select task_id from data.member_drafts)
    )
"""

#: So many revisions are copied in one piece.
PIECE = 2_000

#: Of a batch that says and calls no more than this, each row is changed in the last step, so that many small imports
#: are not as many layers.
FEW = 2_000


class Revision(Struct, frozen=True):
    """What is said of an asset; with the task that it answers, if it is an answer and no import.

    Without ``origin`` it is an answer if it is one of a task.
    """

    asset_id: int
    member_id: int
    source: str
    annotation: Annotation
    campaign_id: int | None = None
    task_id: int | None = None
    origin: Origin | None = None


def rows_in(tx: Transaction, file: Path) -> list[dict[str, Any]]:
    """Return the rows of a table of annotations (Parquet)."""
    return tx.all(f"select * from read_parquet({quoted(file)})")


def worked_on(tx: Transaction, version_id: int) -> set[int]:
    """Return the assets of a version that people have worked on, or work on now, or that are done."""
    return {row["asset_id"] for row in tx.all(WORKED_ON, version_id)}


def stands(tx: Transaction, version_id: int, source: str) -> set[int]:
    """Return the assets of a version whose latest revision is an import of a source."""
    rows = tx.all(
        "select asset_id from data.annotations where origin = 'import' and source = $2 "
        "and annotation_id in (select annotation_id from data.version_heads where version_id = $1)",
        version_id,
        source,
    )
    return {row["asset_id"] for row in rows}


def add(tx: Transaction, version_id: int, revisions: Sequence[Revision], now: datetime.datetime) -> None:
    """Append revisions to a version or a batch: in three statements, whatever the number of assets and shapes."""
    ids = add_bare(tx, version_id, revisions, [len(one.annotation.shapes) for one in revisions], now)
    shapes: list[dict[str, Any]] = [
        data.shape_row(new, position, shape)
        for new, one in zip(ids, revisions, strict=True)
        for position, shape in enumerate(one.annotation.shapes)
    ]
    if shapes:
        data.add_shapes(tx, shapes)


def add_bare(
    tx: Transaction, version_id: int, revisions: Sequence[Revision], counts: Sequence[int], now: datetime.datetime
) -> list[int]:
    """Append revisions without their shapes, of which each will have so many, and return their ids."""
    found = tx.connection.execute("select nextval('data.ids') as id from range($1) order by 1", [len(revisions)])
    ids: list[int] = [new for (new,) in found.fetchall()]
    rows = [
        {
            "annotation_id": new, "asset_id": one.asset_id, "member_id": one.member_id, "source": one.source,
            "campaign_id": one.campaign_id, "task_id": one.task_id,
            "nothing_to_label": one.annotation.nothing_to_label,
            "tags": json.dumps(list(one.annotation.tags)) if one.annotation.tags else "[]",
            "tag_attributes": data.tag_attributes_text(one.annotation),
            "origin": one.origin or ("import" if one.task_id is None else "answer"), "shapes": count,
        }
        for new, one, count in zip(ids, revisions, counts, strict=True)
    ]  # fmt: skip
    tx.run(
        """
        insert into data.annotations
        select i.annotation_id, $2, i.asset_id, i.campaign_id, i.task_id, i.member_id, i.source, i.nothing_to_label,
               i.tags, $3, i.tag_attributes, i.origin, i.shapes
        from (
          select unnest(from_json($1, '[{"annotation_id":"BIGINT","asset_id":"BIGINT","member_id":"BIGINT",
            "source":"VARCHAR","campaign_id":"BIGINT","task_id":"BIGINT","nothing_to_label":"BOOLEAN","tags":"VARCHAR",
            "tag_attributes":"VARCHAR","origin":"VARCHAR","shapes":"INTEGER"}]'), recursive := true)
        ) i
        """,
        msgspec.json.encode(rows).decode(), version_id, now,
    )  # fmt: skip
    return ids


def add_bare_only(
    tx: Transaction, version_id: int, member_id: int, source: str, assets: Sequence[int], counts: Sequence[int],
    now: datetime.datetime,
) -> list[int]:  # fmt: skip
    """Append revisions of an import that say nothing beside their shapes, without these, and return their ids."""
    if not assets:
        return []
    found = tx.connection.execute("select nextval('data.ids') as id from range($1) order by 1", [len(assets)])
    ids = np.array([new for (new,) in found.fetchall()], dtype=np.int64)
    incoming = {"annotation_id": ids, "asset_id": np.array(assets, dtype=np.int64), "shapes": np.array(counts)}
    tx.connection.register("incoming_revisions", arrow.Table(incoming))
    try:
        tx.run(
            """
            insert into data.annotations
            select i.annotation_id, $1, i.asset_id, null, null, $2, $3, false, '[]', $4, null, 'import',
                   cast(i.shapes as integer)
            from incoming_revisions i
            """,
            version_id, member_id, source, now,
        )  # fmt: skip
    finally:
        tx.connection.unregister("incoming_revisions")
    made: list[int] = ids.tolist()
    return made


def stage(stage: Stage, revisions: Sequence[Revision], now: datetime.datetime) -> None:
    """Write a piece of an import."""
    add(stage, stage.batch_id, revisions, now)
    stage.piece()


class Arrived(Struct, frozen=True):
    """What was staged, counted beside the writer: assets, revisions, names, and the first position of these.

    ``large``: it is to be a layer, because so much comes, is said and called that no row may be touched again. What was
    said in campaigns is not, because it is theirs in the version that it stands under.
    """

    assets: int
    revisions: int
    names: int
    first: int
    large: bool


def finish(stage: Stage) -> Arrived:
    """Count all that belongs to a batch; write which revisions it shows, if it is to be a layer."""
    said = stage.one(
        "select count(*) as n, count(campaign_id) as answers from data.annotations where version_id = $1",
        stage.batch_id,
    )
    called = stage.one(
        "select count(*) as n, coalesce(min(position), 0) as first from data.foreign_ids where version_id = $1",
        stage.batch_id,
    )
    assert said is not None
    assert called is not None
    placed = stage.one(
        "select count(*) as n, count(*) filter (where effect = 1) as new from data.layer_assets where layer_id = $1",
        stage.batch_id,
    )
    assert placed is not None
    large = int(said["n"]) + int(called["n"]) + int(placed["n"]) > FEW and not said["answers"]
    if large:
        write_heads(stage)
    return Arrived(int(placed["new"]), int(said["n"]), int(called["n"]), int(called["first"]), large)


def write_heads(stage: Stage) -> None:
    """Write which revisions a batch shows, in pieces."""
    stage.run(
        "create or replace temp table shown as select *, row_number() over (order by annotation_id) - 1 as place "
        f"from ({layers.STAGED_HEADS.format('$1')})",
        stage.batch_id,
    )
    for low, high in stage.groups(int(stage.value("select count(*) from shown"))):
        stage.run(
            "insert into data.layer_heads select $1, asset_id, annotation_id from shown "
            "where place >= $2 and place < $3 order by place",
            stage.batch_id, low, high,
        )  # fmt: skip
    stage.run("drop table shown")
    stage.piece()


def reveal(
    tx: Transaction, batch_id: int, version_id: int, arrived: Arrived | None = None, *, overwrite: bool
) -> tuple[int, list[int]]:
    """Give the staged revisions to a version, but for those of assets that people work on meanwhile, which go.

    A large batch becomes a layer of the version, with what was staged of names; of any other one each row is changed.

    Returns
    -------
    tuple
        How many were given, and the assets of those that were not.
    """
    late: list[int] = []
    if not overwrite:
        rows = tx.all(
            f"select asset_id from data.annotations where version_id = $2 and asset_id in ({WORKED_ON}) order by 1",
            version_id,
            batch_id,
        )
        late = [row["asset_id"] for row in rows]
    if late:
        staging.leave_out(tx, batch_id, late)
    if arrived is None:
        count = int(tx.value("select count(*) from data.annotations where version_id = $1", batch_id))
    else:
        count = arrived.revisions - len(late)
    if arrived is not None and arrived.large:
        layers.put_on(tx, version_id, batch_id)
    else:
        answered = "select campaign_id, asset_id from data.annotations where version_id = $1 and task_id is not null"
        with counts.changed(tx, answered, batch_id):
            layers.show_batch(tx, version_id, batch_id)
            tx.run("update data.annotations set version_id = $2 where version_id = $1", batch_id, version_id)
    staging.keep(tx, batch_id)
    return count, late


def assets_of(tx: Transaction, version_id: int, annotation_ids: Sequence[int]) -> dict[int, int]:
    """Return the assets of those revisions that are of a version, by revision."""
    rows = tx.all(
        "select annotation_id, asset_id from data.version_annotations where version_id = $1 "
        "and annotation_id in (select unnest($2::bigint[]))",
        version_id,
        list(annotation_ids),
    )
    return {row["annotation_id"]: row["asset_id"] for row in rows}


def mark_revisions(tx: Transaction, version_id: int, annotation_ids: Sequence[int]) -> None:
    """Make the table ``copied`` of revisions of a version that are to come back, without those that stand already."""
    mark(
        tx,
        "select annotation_id from data.version_annotations where version_id = $1 "
        "and annotation_id in (select unnest($2::bigint[])) and annotation_id not in ("
        "select annotation_id from data.version_heads where version_id = $1)",
        version_id,
        list(annotation_ids),
    )


def mark_before(tx: Transaction, version_id: int, source: str) -> None:
    """Make the table ``copied`` of what stood before the imports of a source, where such an import stands now."""
    mark(
        tx,
        """
        select max(n.annotation_id) filter (where not (n.origin = 'import' and n.source = $2))
        from data.version_annotations r join data.annotations n on n.annotation_id = r.annotation_id
        where r.version_id = $1 group by n.asset_id
        having max_by(n.origin, n.annotation_id) = 'import' and max_by(n.source, n.annotation_id) = $2
        """,
        version_id,
        source,
    )


def mark(tx: Transaction, originals: str, *parameters: Any) -> None:
    """Make the table ``copied`` of the revisions that a SELECT gives."""
    tx.run(
        f"create or replace temp table copied as "
        f"select nextval('data.ids') as annotation_id, original, "
        f"row_number() over () - 1 as place "
        f"from (select * from ({originals}) o(original) where original is not null order by 1)",
        *parameters,
    )


def copy(stage: Stage, version_id: int, now: datetime.datetime | None) -> int:
    """Copy the revisions of the table ``copied``, in pieces, as said by who said them; return how many.

    They come under the stage's batch, to be those of a version at this time; None: at the time when they were said.
    What was said in the version stays an answer of its task there.
    """
    total = int(stage.value("select count(*) from copied"))
    for low in range(0, total, PIECE):
        these = f"(select * from copied where place >= {low} and place < {low + PIECE})"
        stage.run(
            f"""
            insert into data.annotations
            select c.annotation_id, $1, n.asset_id,
                   case when n.version_id = $2 then n.campaign_id end, case when n.version_id = $2 then n.task_id end,
                   n.member_id, n.source, n.nothing_to_label, n.tags, coalesce($3, n.created), n.tag_attributes,
                   n.origin, n.shapes
            from {these} c join data.annotations n on n.annotation_id = c.original order by c.place
            """,
            stage.batch_id,
            version_id,
            now,
        )
        stage.run(
            f"insert into data.shapes select c.annotation_id, s.* exclude (annotation_id) "
            f"from {these} c join data.shapes s on s.annotation_id = c.original"
        )
        stage.piece()
    stage.run("drop table copied")
    return total
