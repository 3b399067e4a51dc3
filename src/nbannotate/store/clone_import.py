"""Copies of versions on their way in: staged under the ids that they will have, and made seen by a few rows.

What comes are the tables of :mod:`.clone_export`. Every id gets a new one, in their order; those under which
rows stand (versions, layers, sets of splits, changes of labels; of assets the dataset, which is the batch) are
reserved, so that no question finds the rows before the last step says that there are such versions.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import InvalidInput
from nbannotate.model import Content
from nbannotate.store import asset_metadata, contents, data, staging
from nbannotate.store.clone_export import file
from nbannotate.store.layers import NO_VERSION
from nbannotate.store.revision_rows import SHAPE, ShapeRow, Stored
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction, quoted

#: So many revisions are read at once.
PIECE = 2_000


class By(Struct, frozen=True):
    """As said by whom what comes counts.

    Attributes
    ----------
    member_id
        Who copies.
    here
        Whether it comes from this workspace, where the ids of members are those.
    signed
        Whether it is believed who said it, and when; else it is an import of who copies.
    source
        What such an import says of its source.
    now
        When that is.
    """

    member_id: int
    here: bool
    signed: bool
    source: str
    now: datetime.datetime


class Coming(Struct, frozen=True):
    """What the last step writes: the rows that make versions of what was staged, as JSON, and what they hold."""

    dataset_id: int
    reserved: tuple[int, ...]
    rows: dict[str, str]
    types: dict[str, str]
    contents: dict[int, tuple[Content, ...]] = {}


#: Whatever has an id: the table, and its column.
_IDS = (
    ("versions", "version_id"), ("layers", "layer_id"), ("sets", "splits_id"), ("changes", "change_id"),
    ("assets", "asset_id"), ("revisions", "annotation_id"),
)  # fmt: skip
#: Under which of them rows stand.
_OWNERS = _IDS[:4]

#: What names what: a table and its column, and the table and column where it must be.
_NAMED = (
    ("versions", "parent_id", "versions", "version_id"),
    ("layers", "version_id", "versions", "version_id"),
    ("layer_assets", "layer_id", "layers", "layer_id"),
    ("layer_assets", "asset_id", "assets", "asset_id"),
    ("layer_heads", "layer_id", "layers", "layer_id"),
    ("layer_heads", "asset_id", "assets", "asset_id"),
    ("layer_heads", "annotation_id", "revisions", "annotation_id"),
    ("revisions", "asset_id", "assets", "asset_id"),
    ("shapes", "annotation_id", "revisions", "annotation_id"),
    ("foreign", "version_id", "layers", "layer_id"),
    ("sets", "version_id", "versions", "version_id"),
    ("splits", "splits_id", "sets", "splits_id"),
    ("splits", "asset_id", "assets", "asset_id"),
    ("changes", "version_id", "versions", "version_id"),
    ("recipes", "version_id", "versions", "version_id"),
    ("relabelled", "change_id", "changes", "change_id"),
    ("relabelled", "annotation_id", "revisions", "annotation_id"),
    ("relabelled", "original", "revisions", "annotation_id"),
)


def _read(folder: Path, table: str) -> str:
    return f"read_parquet({quoted(file(folder, table))})"


def strange(stage: Stage, folder: Path) -> str | None:
    """Return the table that names something which does not come along, or has an id twice; None if all fit."""
    for table, column, among, key in _NAMED:
        rows, there = _read(folder, table), _read(folder, among)
        if stage.value(
            f"select exists (select 1 from {rows} where {column} is not null "
            f"and {column} not in (select {key} from {there} where {key} is not null))"
        ):
            return table
    for table, column in (("versions", "version_id"), ("assets", "asset_id"), ("revisions", "annotation_id")):
        if stage.value(f"select count(*) <> count(distinct {column}) from {_read(folder, table)}"):
            return table
    return None


class Words(Struct, frozen=True):
    """What people wrote in what comes, to be checked.

    Attributes
    ----------
    versions, states
        Of the versions: their names, in order, and which states there are.
    splits
        Their names.
    mappings, labels
        Of the changes of labels, JSON.
    recipes
        JSON.
    called
        Whether what files call things is JSON.
    """

    versions: list[str]
    states: set[str]
    splits: list[str]
    mappings: list[str]
    labels: list[str]
    recipes: list[str]
    called: bool


def words(stage: Stage, folder: Path) -> Words:
    """Return what people wrote in what comes."""

    def all_of(table: str, column: str) -> list[str]:
        return [row[column] for row in stage.all(f"select {column} from {_read(folder, table)}")]

    return Words(
        all_of("versions", "name"), set(all_of("versions", "state")), sorted(set(all_of("splits", "split"))),
        all_of("changes", "mapping"), all_of("changes", "labels"), all_of("recipes", "recipe"),
        bool(stage.value(
            f"select coalesce(bool_and(coalesce(json_valid(foreign_id), true) and coalesce(json_valid(extra), true)), "
            f"true) from {_read(folder, 'foreign')}"
        )),
    )  # fmt: skip


def metadata(tx: Transaction, folder: Path) -> list[tuple[str, str]]:
    """Return the name and the metadata, JSON, of each asset that comes."""
    rows = tx.all(f"select name, metadata from {_read(folder, 'assets')}")
    return [(row["name"], row["metadata"]) for row in rows]


def reserve(stage: Stage, folder: Path) -> tuple[int, ...]:
    """Give everything that comes a new id, in the table ``cloned``, and return those under which rows will stand."""
    every = " union ".join(f"select {column} from {_read(folder, t)}" for t, column in _IDS)
    stage.run(
        f"create or replace temp table cloned as select old, nextval('data.ids') as new "
        f"from (select * from ({every}) i(old) where old is not null order by 1)"
    )
    owners = " union ".join(f"select {column} from {_read(folder, t)}" for t, column in _OWNERS)
    rows = stage.all(f"select new from cloned where old in ({owners}) order by 1")
    return tuple(row["new"] for row in rows)


def stage(stage: Stage, folder: Path, by: By, report: Callable[[str, int, int], None]) -> None:
    """Write the rows of all tables but the shapes in pieces, under the ids that are reserved.

    Heads come before revisions, so that those which are of no version go with them. ``report`` is told what is copied,
    how many are, and how many there are.
    """
    _write(stage, folder, "assets", "insert into data.assets select i.new, $1, r.name, r.path, r.folder, r.width, "
           "r.height, r.bytes, r.metadata, r.created, r.sequence, r.moment "
           "from {rows} r join cloned i on i.old = r.asset_id order by r.row", stage.batch_id,
           report=functools.partial(report, "copying assets"))  # fmt: skip
    _write(stage, folder, "layer_assets", "insert into data.layer_assets "
           "select l.new, a.new, r.position, r.archived, r.effect, r.added from {rows} r "
           "join cloned l on l.old = r.layer_id join cloned a on a.old = r.asset_id order by r.row")  # fmt: skip
    _write(stage, folder, "layer_heads", "insert into data.layer_heads select l.new, a.new, n.new from {rows} r "
           "join cloned l on l.old = r.layer_id join cloned a on a.old = r.asset_id "
           "left join cloned n on n.old = r.annotation_id order by r.row")  # fmt: skip
    _write(
        stage, folder, "revisions",
        f"""
        insert into data.annotations
        select n.new, coalesce(v.new, {NO_VERSION}), a.new, null, null,
               case when $1 then r.member_id when $2 then coalesce(m.member_id, $3) else $3 end,
               case when not $2 then $4 when $1 or m.member_id is not null then r.source
                    else r.source || ' (' || r.login || ')' end,
               r.nothing_to_label, r.tags, case when $2 then r.created else $5 end, r.tag_attributes,
               case when $2 then r.origin else 'import' end, r.shapes
        from {{rows}} r join cloned n on n.old = r.annotation_id join cloned a on a.old = r.asset_id
        left join cloned v on v.old = r.version_id left join data.members m on m.login = r.login order by r.row
        """,
        by.here, by.signed, by.member_id, by.source, by.now, report=functools.partial(report, "copying annotations"),
    )  # fmt: skip
    _write(stage, folder, "foreign", "insert into data.foreign_ids "
           "select v.new, r.format, r.what, r.name, r.foreign_id, r.position, r.extra, r.called, r.place "
           "from {rows} r join cloned v on v.old = r.version_id order by r.row")  # fmt: skip
    _write(stage, folder, "splits", "insert into data.splits select s.new, a.new, r.split from {rows} r "
           "join cloned s on s.old = r.splits_id join cloned a on a.old = r.asset_id order by r.row")  # fmt: skip
    _write(stage, folder, "relabelled", "insert into data.relabelled select c.new, n.new, o.new from {rows} r "
           "join cloned c on c.old = r.change_id join cloned n on n.old = r.annotation_id "
           "join cloned o on o.old = r.original order by r.row")  # fmt: skip


def stage_shapes(stage: Stage, folder: Path) -> None:
    """Write the shapes in pieces as they are; they come from this workspace."""
    _write(stage, folder, "shapes", "insert into data.shapes select n.new, r.position, r.shape_id, r.label, r.kind, "
           "r.points, r.attributes, r.confidence, r.area, r.x, r.y, r.width, r.height, r.color, r.rle, r.visibility, "
           'r.also, r.rings, r."group", r.track, r.keyframe, r.numbers '
           "from {rows} r join cloned n on n.old = r.annotation_id order by r.row")  # fmt: skip


def _write(
    stage: Stage,
    folder: Path,
    table: str,
    insert: str,
    *values: Any,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Insert the rows of a table in pieces; ``{rows}`` are those of one, numbered by ``row``."""
    rows = f"read_parquet({quoted(file(folder, table))}, file_row_number = true)"
    total = int(stage.value(f"select count(*) from {_read(folder, table)}"))
    for low, high in stage.groups(total):
        report(low, total)
        its = f"file_row_number >= {low} and file_row_number < {high}"
        piece = f"(select *, file_row_number as row from {rows} where {its})"
        stage.run(insert.format(rows=piece), *values)
    stage.piece()


class Revised(Stored, frozen=True):
    """A revision that comes: its id there, its new one, and the name and the size of its asset."""

    annotation_id: int
    new: int
    name: str
    width: int
    height: int


def revisions(stage: Stage, folder: Path) -> Iterator[tuple[int, int, list[tuple[Revised, list[ShapeRow]]]]]:
    """Return what is said, in pieces: each revision with its shapes.

    Before each piece stands how many were given before, and how many there are.
    """
    its, assets, drawn = (_read(folder, t) for t in ("revisions", "assets", "shapes"))
    last, done, total = -1, 0, int(stage.value(f"select count(*) from {its}"))
    while True:
        rows = stage.read(
            Revised,
            "select r.tags, r.nothing_to_label, r.tag_attributes, r.annotation_id, i.new, a.name, a.width, a.height "
            f"from {its} r join cloned i on i.old = r.annotation_id "
            f"join {assets} a on a.asset_id = r.asset_id where r.annotation_id > $1 "
            f"order by r.annotation_id limit {PIECE}",
            last,
        )
        if not rows:
            return
        shapes: dict[int, list[ShapeRow]] = {row.annotation_id: [] for row in rows}
        for shape in stage.read(
            ShapeRow,
            f"select {SHAPE} from {drawn} where annotation_id > $1 and annotation_id <= $2 "
            "order by annotation_id, position",
            last, rows[-1].annotation_id,
        ):  # fmt: skip
            shapes[shape.annotation_id].append(shape)
        yield done, total, [(row, shapes[row.annotation_id]) for row in rows]
        done += len(rows)
        last = rows[-1].annotation_id


#: What makes versions of staged rows, table by table: what is kept of it, and its types.
_KEPT = {
    "versions": (
        "select v.new as version_id, $1 as dataset_id, r.name, "
        "case when $2 then r.state else 'draft' end as state, p.new as parent_id, r.created, r.archived "
        "from {rows} r join cloned v on v.old = r.version_id left join cloned p on p.old = r.parent_id order by 1",
        '"version_id":"BIGINT","dataset_id":"BIGINT","name":"VARCHAR","state":"VARCHAR","parent_id":"BIGINT",'
        '"created":"TIMESTAMP","archived":"TIMESTAMP"',
        "insert into data.versions select version_id, dataset_id, name, state, parent_id, created, archived, null",
    ),
    "layers": (
        "select v.new as version_id, l.new as layer_id, r.height, r.own, r.annotations from {rows} r "
        "join cloned v on v.old = r.version_id join cloned l on l.old = r.layer_id order by 1, 3",
        '"version_id":"BIGINT","layer_id":"BIGINT","height":"INTEGER","own":"BOOLEAN","annotations":"BOOLEAN"',
        "insert into data.version_layers select *",
    ),
    "sets": (
        "select v.new as version_id, s.new as splits_id, r.how, r.created from {rows} r "
        "join cloned v on v.old = r.version_id join cloned s on s.old = r.splits_id order by 1",
        '"version_id":"BIGINT","splits_id":"BIGINT","how":"VARCHAR","created":"TIMESTAMP"',
        "insert into data.version_splits select *",
    ),
    "changes": (
        "select c.new as change_id, v.new as version_id, r.mapping, r.labels, "
        "case when $1 then r.member_id else coalesce(m.member_id, $2) end as member_id, r.created, r.undone "
        "from {rows} r join cloned c on c.old = r.change_id join cloned v on v.old = r.version_id "
        "left join data.members m on m.login = r.login and $3 order by 1",
        '"change_id":"BIGINT","version_id":"BIGINT","mapping":"VARCHAR","labels":"VARCHAR","member_id":"BIGINT",'
        '"created":"TIMESTAMP","undone":"TIMESTAMP"',
        "insert into data.label_changes select *",
    ),
    "recipes": (
        "select v.new as version_id, r.recipe, r.created, r.own from {rows} r join cloned v on v.old = r.version_id",
        '"version_id":"BIGINT","recipe":"VARCHAR","created":"TIMESTAMP","own":"BOOLEAN"',
        "insert into data.kept_recipes select *",
    ),
}


def coming(stage: Stage, folder: Path, by: By, reserved: Sequence[int], annotations: bool) -> Coming:
    """Return what the last step writes; without ``annotations`` all versions are drafts."""
    values: dict[str, tuple[Any, ...]] = {
        "versions": (stage.batch_id, annotations),
        "changes": (by.here, by.member_id, by.signed),
    }
    rows = {
        table: msgspec.json.encode(stage.all(query.format(rows=_read(folder, table)), *values.get(table, ()))).decode()
        for table, (query, *_) in _KEPT.items()
    }
    types = stage.all(f"select name, type from {_read(folder, 'types')} order by name")
    return Coming(stage.batch_id, tuple(reserved), rows, {row["name"]: row["type"] for row in types})


def held(stage: Stage, coming: Coming, name: str) -> Coming:
    """Return it with what its published versions will hold: looked at in a trial.

    Raises
    ------
    InvalidInput
        Two assets of a version have one name.
    """
    found: dict[int, tuple[Content, ...]] = {}
    with stage.trial():
        reveal(stage, coming, name, "", datetime.datetime.min)
        for version in data.versions(stage, coming.dataset_id):
            twice = stage.value(
                "select min(name) from (select name from assets where version_id = $1 group by 1 having count(*) > 1)",
                version.version_id,
            )
            if twice is not None:
                raise InvalidInput(f"The version {version.name!r} has two assets {twice!r}; nothing was copied.")
            if version.state == "published":
                found[version.version_id] = contents.of(stage, version.version_id)
    return replace(coming, contents=found)


def reveal(tx: Transaction, coming: Coming, name: str, readme: str, now: datetime.datetime) -> None:
    """Say that there are a dataset and versions that have what was staged."""
    tx.run(
        "insert into data.datasets (dataset_id, name, readme, created) values ($1, $2, $3, $4)",
        coming.dataset_id, name, readme, now,
    )  # fmt: skip
    for table, (_, types, insert) in _KEPT.items():
        tx.run(f"{insert} from (select unnest(from_json($1, '[{{{types}}}]'), recursive := true))", coming.rows[table])
    asset_metadata.set_types(tx, coming.dataset_id, coming.types)
    for version_id, its in coming.contents.items():
        contents.keep(tx, version_id, its)
    for owner in (coming.dataset_id, *coming.reserved):
        staging.keep(tx, owner)
