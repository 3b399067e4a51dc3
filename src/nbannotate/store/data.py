"""Datasets, versions, assets and annotations."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from nbannotate import shapes
from nbannotate.model import Annotation, Dataset, Shape, Version
from nbannotate.store import layers, splits
from nbannotate.store.asset_rows import AssetRow
from nbannotate.store.revision_rows import REVISION, SHAPE, Revision, ShapeRow, annotation_of
from nbannotate.store.transaction import Transaction


def add_dataset(tx: Transaction, name: str, readme: str, now: datetime.datetime) -> Dataset:
    """Insert a dataset and return it."""
    new = tx.new_id()
    tx.run(
        "insert into data.datasets (dataset_id, name, readme, created) values ($1, $2, $3, $4)", new, name, readme, now
    )
    return Dataset(new, name, readme)


def datasets(tx: Transaction) -> list[Dataset]:
    """Return all datasets, by name."""
    rows = tx.all("select dataset_id, name, readme, archived from data.datasets order by name")
    return [Dataset(r["dataset_id"], r["name"], r["readme"], archived=r["archived"]) for r in rows]


def dataset(tx: Transaction, dataset_id: int) -> Dataset | None:
    """Return a dataset, or None."""
    return tx.once(("dataset", dataset_id), lambda: next((d for d in datasets(tx) if d.dataset_id == dataset_id), None))


def workers(tx: Transaction, dataset_id: int) -> list[str]:
    """Return the logins of a dataset's workers; none if every member may work there."""
    rows = tx.all("select member from workers where dataset_id = $1 order by member", dataset_id)
    return [r["member"] for r in rows]


def worker_ids(tx: Transaction, dataset_id: int) -> set[int]:
    """Return the ids of the members who may work on a dataset; none if all may."""
    rows = tx.all("select member_id from data.workers where dataset_id = $1", dataset_id)
    return {row["member_id"] for row in rows}


def set_workers(tx: Transaction, dataset_id: int, members: list[int]) -> None:
    """Replace a dataset's workers; none lets every member work there."""
    tx.run("delete from data.workers where dataset_id = $1", dataset_id)
    for member_id in members:
        tx.run("insert into data.workers values ($1, $2)", dataset_id, member_id)


class AtWork(Struct, frozen=True):
    """An assignee, and where."""

    login: str
    campaign: str
    step: str


def busy_in(tx: Transaction, dataset_id: int) -> list[AtWork]:
    """Return the assignees of a dataset's campaigns that are not completed."""
    return tx.read(
        AtWork,
        """
        with open_ones as (
          select c.campaign_id, c.name from campaigns c join data.versions v on v.version_id = c.version_id
          where v.dataset_id = $1 and c.state in ('draft', 'active', 'overdue')
        ), at_work as (
          select campaign_id, step, member_id from data.step_members
          union
          select campaign_id, step, assignee_id from data.tasks
          where assignee_id is not null and state in ('in_progress', 'to_rework')
        )
        select m.login, c.name as campaign, s.name as step
        from at_work w
        join open_ones c on c.campaign_id = w.campaign_id
        join data.steps s on s.campaign_id = w.campaign_id and s.step = w.step
        join data.members m on m.member_id = w.member_id
        order by m.login, c.name, w.step
        """,
        dataset_id,
    )


def add_version(
    tx: Transaction,
    dataset_id: int,
    name: str,
    now: datetime.datetime,
    parent_id: int | None = None,
    *,
    annotations: bool = True,
    version_id: int | None = None,
) -> Version:
    """Insert a draft version and return it; a child has the assets of its parent, and its annotations if wanted.

    With ``version_id`` it has what is staged under that id, too.
    """
    new = tx.new_id() if version_id is None else version_id
    tx.run(
        "insert into data.versions values ($1, $2, $3, 'draft', $4, $5, null, null)",
        new,
        dataset_id,
        name,
        parent_id,
        now,
    )
    if parent_id is None:
        layers.begin(tx, new)
    else:
        layers.begin_on(tx, new, parent_id, annotations)
        splits.inherit(tx, parent_id, new)
    found = version(tx, new)
    assert found is not None
    return found


def versions(tx: Transaction, dataset_id: int | None = None, version_id: int | None = None) -> list[Version]:
    """Return all versions, or those of one dataset, or one, oldest first."""
    rows = tx.all(
        """
        select version_id, dataset_id, dataset, name, state, parent_id, archived, assets, content_hash from versions
        where ($1 is null or dataset_id = $1) and ($2 is null or version_id = $2) order by version_id
        """,
        dataset_id,
        version_id,
    )
    return [Version(**r) for r in rows]


def version(tx: Transaction, version_id: int) -> Version | None:
    """Return a version, or None."""
    return next(iter(versions(tx, version_id=version_id)), None)


def asset(tx: Transaction, asset_id: int) -> AssetRow | None:
    """Return an asset, or None."""
    query = "select * from data.assets where asset_id = $1"
    return tx.once(("asset", asset_id), lambda: tx.read_one(AssetRow, query, asset_id))


def name_in(tx: Transaction, version_id: int, asset_id: int) -> str | None:
    """Return the name of an asset that is in a version; None if it is not in it."""
    name: str | None = tx.value("select name from assets where version_id = $1 and asset_id = $2", version_id, asset_id)
    return name


def set_metadata(tx: Transaction, asset_id: int, metadata: str) -> None:
    """Replace the metadata of an asset, which are JSON text."""
    tx.run("update data.assets set metadata = $2 where asset_id = $1", asset_id, metadata)


def asset_ids(tx: Transaction, version_id: int) -> dict[str, tuple[int, int, int]]:
    """Return ``(asset id, width, height)`` by the name of each asset of a version."""
    rows = tx.all("select asset_id, name, width, height from assets where version_id = $1", version_id)
    return {r["name"]: (r["asset_id"], r["width"], r["height"]) for r in rows}


def add_annotation(
    tx: Transaction,
    *,
    version_id: int,
    asset_id: int,
    member_id: int,
    source: str,
    annotation: Annotation,
    now: datetime.datetime,
    campaign_id: int | None = None,
    task_id: int | None = None,
    rows: str | None = None,
    origin: str = "answer",
) -> int:
    """Append what a person answered in a task as a revision of the asset's annotation; return its id.

    Nothing is ever replaced. What is imported comes in through :mod:`nbannotate.store.importing`. ``rows`` are those of
    :func:`shape_rows`, if they are made already. With another
    origin than ``answer`` (a copy, gold) it is nothing that the version shows.
    """
    new = tx.new_id()
    tx.insert("annotations", {
        "annotation_id": new, "version_id": version_id, "asset_id": asset_id, "campaign_id": campaign_id,
        "task_id": task_id, "member_id": member_id, "source": source, "nothing_to_label": annotation.nothing_to_label,
        "tags": json.dumps(list(annotation.tags)), "created": now, "tag_attributes": tag_attributes_text(annotation),
        "origin": origin, "shapes": len(annotation.shapes),
    })  # fmt: skip
    if annotation.shapes:
        tx.insert_json("shapes", (rows or shape_rows(annotation)).replace(_NO_ID, f'{{"annotation_id":{new},'), _INSERT)
    if origin == "answer":
        layers.show(tx, version_id, asset_id, new)
    return new


def shape_rows(annotation: Annotation) -> str:
    """Return the rows of the shapes of a revision that has no id yet, as JSON."""
    return msgspec.json.encode([shape_row(0, i, s) for i, s in enumerate(annotation.shapes)]).decode()


def tag_attributes_text(annotation: Annotation) -> str | None:
    """Return the attributes of the tags as they are stored."""
    return msgspec.json.encode(annotation.tag_attributes).decode() if annotation.tag_attributes else None


#: The columns of shapes that came as JSON ($1).
_UNPACKED = """
    select unnest(from_json($1,
      '[{"annotation_id":"BIGINT","position":"INTEGER","shape_id":"VARCHAR","label":"VARCHAR","kind":"VARCHAR",
        "points":"VARCHAR","attributes":"VARCHAR","confidence":"DOUBLE","area":"DOUBLE","x":"DOUBLE","y":"DOUBLE",
        "width":"DOUBLE","height":"DOUBLE","color":"VARCHAR","rle":"VARCHAR","visibility":"VARCHAR",
        "also":"VARCHAR","rings":"VARCHAR","group":"VARCHAR","track":"VARCHAR","keyframe":"BOOLEAN"}]'),
      recursive := true)
"""
_INSERT = f"insert into data.shapes select *, null from ({_UNPACKED})"
#: How the row of a shape begins in the JSON of :func:`shape_rows`; inside a text the quotes would have backslashes.
_NO_ID = '{"annotation_id":0,'
#: The points of a row of ``data.shapes s`` as JSON, also where they are numbers.
POINTS = (
    "coalesce(s.points, cast(to_json(list_transform(range(1, len(s.numbers), 2), "
    "lambda i: [s.numbers[i], s.numbers[i + 1]])) as varchar))"
)


def add_shapes(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Insert rows of shapes in one statement, whatever their number: 40 times faster than one each."""
    tx.run(_INSERT, msgspec.json.encode(rows).decode())


def shape_row(annotation_id: int, position: int, shape: Shape) -> dict[str, Any]:
    """Return the row of a shape of a revision."""
    kind = shapes.kind(shape.kind)
    x0, y0, x1, y1 = kind.bounds(shape.points) if shape.points else (0.0, 0.0, 0.0, 0.0)
    return {
        "annotation_id": annotation_id,
        "position": position,
        "shape_id": shape.id,
        "label": shape.label,
        "kind": shape.kind,
        "points": msgspec.json.encode(shape.points).decode(),
        "attributes": msgspec.json.encode(shape.attributes).decode(),
        "confidence": shape.confidence,
        "area": kind.covered(shape) if shape.points else 0.0,
        "x": x0,
        "y": y0,
        "width": x1 - x0,
        "height": y1 - y0,
        "color": shape.color,
        "rle": None if shape.rle is None else msgspec.json.encode(shape.rle).decode(),
        "visibility": msgspec.json.encode(shape.visibility).decode() if shape.visibility else None,
        "also": msgspec.json.encode(shape.also).decode() if shape.also else None,
        "rings": msgspec.json.encode(shape.rings).decode() if shape.rings else None,
        "group": shape.group,
        "track": shape.track,
        "keyframe": shape.keyframe,
    }


def latest(tx: Transaction, version_id: int, asset_id: int) -> Revision | None:
    """Return the row of the last revision of an asset's annotation in a version, or None."""
    last = latest_id(tx, version_id, asset_id)
    return None if last is None else annotation_row(tx, last)


def latest_id(tx: Transaction, version_id: int, asset_id: int) -> int | None:
    """Return the id of the last revision of an asset's annotation in a version, or None."""
    return layers.head(tx, version_id, asset_id)


def beginning_with(tx: Transaction, asset_id: int, annotation_id: int) -> list[int]:
    """Return the versions that began with a revision of an asset that was said in another version."""
    rows = tx.all(
        "select version_id from data.version_annotations where asset_id = $1 and annotation_id = $2 and inherited",
        asset_id,
        annotation_id,
    )
    return [row["version_id"] for row in rows]


def annotation_row(tx: Transaction, annotation_id: int) -> Revision | None:
    """Return a revision, or None."""
    return tx.read_one(Revision, f"select {REVISION} from data.annotations where annotation_id = $1", annotation_id)


def said_in(tx: Transaction, task_id: int) -> Revision | None:
    """Return the last revision that was said in a task; None if nothing was."""
    return tx.read_one(
        Revision,
        f"select {REVISION} from data.annotations where task_id = $1 order by annotation_id desc limit 1",
        task_id,
    )


def newest_of(tx: Transaction, version_id: int) -> int | None:
    """Return the id of the revision that was said last in a version; None if nothing was."""
    newest: int | None = tx.value(
        f"select max(annotation_id) from data.annotations where version_id in {layers.OWN}", version_id
    )
    return newest


def assets_of(tx: Transaction, annotation_ids: list[int]) -> dict[int, int]:
    """Return the asset of each of some revisions."""
    rows = tx.all(
        "select annotation_id, asset_id from data.annotations where annotation_id in (select unnest($1::bigint[]))",
        annotation_ids,
    )
    return {row["annotation_id"]: row["asset_id"] for row in rows}


def revisions(tx: Transaction, version_id: int, asset_id: int) -> list[Revision]:
    """Return what was said of an asset in a version, and what it began with, oldest first, with its member.

    What it began with was said in another version, and is of no campaign here.
    """
    return tx.read(
        Revision,
        """
        select n.* replace (
                 case when not r.inherited then n.campaign_id end as campaign_id,
                 case when not r.inherited then n.task_id end as task_id
               ), m.login as member
        from data.version_annotations r join data.annotations n on n.annotation_id = r.annotation_id
        join data.members m on m.member_id = n.member_id
        where r.version_id = $1 and r.asset_id = $2 order by n.annotation_id
        """,
        version_id,
        asset_id,
    )


def annotation(tx: Transaction, its: Revision | None) -> Annotation:
    """Return the annotation of a revision; an empty one for None."""
    if its is None:
        return Annotation()
    query = f"select {SHAPE} from data.shapes where annotation_id = $1 order by position"
    return annotation_of(its, tx.read(ShapeRow, query, its.annotation_id))


def latest_of(
    tx: Transaction, version_id: int, asset_ids: Sequence[int], of_campaign: int | None = None
) -> dict[int, Annotation]:
    """Return the latest annotation of each of some assets that has one, in two statements.

    With ``of_campaign`` only of those whose latest one was made in that campaign.
    """
    if not asset_ids:
        return {}
    rows = tx.read(
        Revision,
        f"select {REVISION} from data.annotations where annotation_id in ("
        "select annotation_id from data.version_heads where version_id = $1 "
        "and asset_id in (select unnest($2::bigint[]))) and ($3 is null or campaign_id = $3)",
        version_id,
        list(asset_ids),
        of_campaign,
    )
    shapes: dict[int, list[ShapeRow]] = {its.annotation_id: [] for its in rows}
    for shape in tx.read(
        ShapeRow,
        f"select {SHAPE} from data.shapes "
        "where annotation_id in (select unnest($1::bigint[])) order by annotation_id, position",
        list(shapes),
    ):
        shapes[shape.annotation_id].append(shape)
    return {its.asset_id: annotation_of(its, shapes[its.annotation_id]) for its in rows}
