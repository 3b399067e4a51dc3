"""Changes of the labels of a version: new revisions of the assets that they concern, written in pieces.

What becomes of a label is the same as in :mod:`nbannotate.rules.relabelling`; a test holds them to that.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from typing import Any

import msgspec

from nbannotate.model import LabelChange, LabelMapping, LabelMoved, Relabel, Relabelled
from nbannotate.store import importing, staging
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction

#: What a revision that was made by a change of labels says of its source.
SOURCE = "relabel"

_mapping = msgspec.json.Decoder(LabelMapping)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _after(name: str, step: Relabel) -> str:
    """Return the SQL of what a name of a label becomes in a step; null if it is deleted."""
    labels = ", ".join(map(_text, step.labels))
    if step.kind == "reorder":
        return name
    if step.kind == "delete":
        return f"case when {name} in ({labels}) then null else {name} end"
    if step.kind == "split":
        place = _text("/" + step.by.replace("~", "~0").replace("/", "~1"))
        value = (
            f"case when json_type(s.attributes, {place}) in ('VARCHAR', 'BOOLEAN', 'BIGINT', 'UBIGINT') "
            f"then nullif(json_extract_string(s.attributes, {place}), '') end"
        )
        return f"case when {name} = {labels} then {name} || coalesce('/' || {value}, '') else {name} end"
    return f"case when {name} in ({labels}) then {_text(step.into)} else {name} end"


def _mapped(name: str, mapping: LabelMapping) -> str:
    for step in mapping.steps:
        name = f"({_after(name, step)})"
    return name


def mark(tx: Transaction, version_id: int, mapping: LabelMapping) -> None:
    """Make the table ``shaped`` of what becomes of the shapes of the assets that a mapping concerns.

    It has the revision that stands, the place of the shape in it, its labels, and those that it has then: null where it
    is gone; ``back`` is the revision that a shape comes back from, and ``rank`` orders them.
    """
    tx.run(
        f"""
        create or replace temp table shaped as
        with said as (
          select h.annotation_id as original, s.position, s.shape_id, s.label, s.also, s.attributes
          from data.version_heads h join data.shapes s on s.annotation_id = h.annotation_id
          where h.version_id = $1
        ),
        several as (
          select original, position, label, attributes, from_json(also, '["VARCHAR"]') as further
          from said where also is not null
        ),
        named as (
          select original, position, attributes, label as name, 0 as place from several
          union all
          select original, position, attributes, unnest(further), unnest(generate_series(1, array_length(further, 1)))
          from several
        ),
        mapped as (select original, position, {_mapped("s.name", mapping)} as name, place from named s),
        kept as (
          select original, position, list(name order by place) as names from (
            select original, position, name, min(place) as place from mapped where name is not null group by 1, 2, 3
          ) m group by 1, 2
        )
        select s.original, s.position, s.shape_id, s.label as before, s.also as before_also,
               case when s.also is null then {_mapped("s.label", mapping)} else k.names[1] end as label,
               case when array_length(k.names, 1) > 1 then cast(to_json(k.names[2:]) as varchar) end as also,
               cast(null as bigint) as back, s.position as rank
        from said s left join kept k on k.original = s.original and k.position = s.position
        """,
        version_id,
    )
    _only_changed(tx)


def mark_undoing(tx: Transaction, version_id: int, change_id: int) -> None:
    """Make the table ``shaped`` of what becomes of shapes if a change is taken back, where they are as it made them.

    A shape that the change deleted is there again, but where somebody said since that there is nothing to label.
    """
    tx.run(
        """
        create or replace temp table shaped as
        with standing as (
          select h.annotation_id as original, r.annotation_id as made, r.original as first, n.nothing_to_label
          from data.relabelled r
          join data.annotations m on m.annotation_id = r.annotation_id
          join data.version_heads h on h.version_id = $1 and h.asset_id = m.asset_id
          join data.annotations n on n.annotation_id = h.annotation_id
          where r.change_id = $2
        )
        select t.original, s.position, s.shape_id, s.label as before, s.also as before_also,
               case when same then f.label else s.label end as label,
               case when same then f.also else s.also end as also, cast(null as bigint) as back,
               coalesce(first_place, 1000000 + s.position) as rank
        from (
          select t.*, s.position as place, m.label = s.label and m.also is not distinct from s.also
                 and f.shape_id is not null as same, f.position as first_place
          from standing t
          join data.shapes s on s.annotation_id = t.original
          left join data.shapes m on m.annotation_id = t.made and m.shape_id = s.shape_id
          left join data.shapes f on f.annotation_id = t.first and f.shape_id = s.shape_id
        ) t
        join data.shapes s on s.annotation_id = t.original and s.position = t.place
        left join data.shapes f on f.annotation_id = t.first and f.position = t.first_place
        union all
        select t.original, f.position, f.shape_id, null, null, f.label, f.also, t.first as back, f.position as rank
        from standing t
        join data.shapes f on f.annotation_id = t.first
        where not t.nothing_to_label
          and not exists (select 1 from data.shapes m where m.annotation_id = t.made and m.shape_id = f.shape_id)
          and not exists (select 1 from data.shapes s where s.annotation_id = t.original and s.shape_id = f.shape_id)
        """,
        version_id,
        change_id,
    )
    _only_changed(tx)


def _only_changed(tx: Transaction) -> None:
    """Leave out of ``shaped`` the revisions of which nothing changes."""
    tx.run(
        "delete from shaped where original not in (select original from shaped where back is not null "
        "or label is distinct from before or also is distinct from before_also)"
    )


def moved(tx: Transaction) -> tuple[LabelMoved, ...]:
    """Return how many shapes go from which label to which one; only the first label of a shape counts."""
    rows = tx.all(
        "select before as label, label as into_, count(*) as n from shaped where before is distinct from label "
        "group by 1, 2 order by 3 desc, 1, 2"
    )
    return tuple(LabelMoved(r["label"], r["into_"], r["n"]) for r in rows)


def marked(tx: Transaction) -> int:
    """Return how many assets the table ``shaped`` concerns."""
    return int(tx.value("select count(distinct original) from shaped"))


def new_names(tx: Transaction, mapping: LabelMapping) -> dict[str, list[str]]:
    """Return the labels that each label that is split becomes, in order, by that label."""
    rows = tx.all("select distinct label from shaped where label is not null order by 1")
    there = [r["label"] for r in rows]
    return {
        label: [n for n in there if n.startswith(f"{label}/")]
        for step in mapping.steps if step.kind == "split" for label in step.labels
    }  # fmt: skip


def write(stage: Stage, version_id: int, now: datetime.datetime) -> int:
    """Write the revisions of the table ``shaped`` in pieces, as said by who said what stood.

    Returns under which id the notes stand of what each was made from: that of the change, if it is kept.
    """
    change_id = stage.new_id()
    stage.reserve((change_id,))
    stage.run(
        "create or replace temp table copied as select nextval('data.ids') as annotation_id, original, "
        "row_number() over () - 1 as place from (select distinct original from shaped order by 1)"
    )
    total = int(stage.value("select count(*) from copied"))
    for low in range(0, total, importing.PIECE):
        these = f"(select * from copied where place >= {low} and place < {low + importing.PIECE})"
        stage.run(
            f"""
            insert into data.annotations
            select c.annotation_id, $1, n.asset_id, case when n.version_id = $2 then n.campaign_id end,
                   case when n.version_id = $2 then n.task_id end, n.member_id, $4, n.nothing_to_label, n.tags,
                   $3, n.tag_attributes, n.origin,
                   (select count(*) from shaped m where m.original = c.original and m.label is not null)
            from {these} c join data.annotations n on n.annotation_id = c.original order by c.place
            """,
            stage.batch_id, version_id, now, SOURCE,
        )  # fmt: skip
        stage.run(
            f"""
            insert into data.shapes
            select c.annotation_id,
                   row_number() over (partition by c.annotation_id order by m.rank) - 1,
                   s.* exclude (annotation_id, position) replace (m.label as label, m.also as also)
            from {these} c join shaped m on m.original = c.original and m.label is not null
            join data.shapes s on s.annotation_id = coalesce(m.back, m.original) and s.position = m.position
            order by c.annotation_id, 2
            """
        )
        stage.run(
            f"insert into data.relabelled select $1, annotation_id, original from {these} c order by place",
            change_id,
        )
        stage.piece()
    stage.run("drop table copied")
    return change_id


def moved_on(tx: Transaction, version_id: int, change_id: int) -> bool:
    """Return whether a version shows other revisions now than those that a staged change was made from."""
    return bool(
        tx.value(
            "select count(*) from data.relabelled r where r.change_id = $2 and r.original not in "
            "(select annotation_id from data.version_heads where version_id = $1)",
            version_id,
            change_id,
        )
    )


def add(
    tx: Transaction, change_id: int, version_id: int, done: Relabelled, member_id: int, now: datetime.datetime
) -> None:
    """Keep a change with its version."""
    tx.run(
        "insert into data.label_changes values ($1, $2, $3, $4, $5, $6, null)",
        change_id, version_id, msgspec.json.encode(done.mapping).decode(), msgspec.json.encode(done.labels).decode(),
        member_id, now,
    )  # fmt: skip
    staging.keep(tx, change_id)


def undo(tx: Transaction, change_id: int, now: datetime.datetime) -> None:
    """Note that a change was taken back."""
    tx.run("update data.label_changes set undone = $2 where change_id = $1", change_id, now)


def changes(tx: Transaction, version_id: int) -> list[LabelChange]:
    """Return the changes that a version has: its own, and those of its parents as they stood when it was made; by time.

    Of its own, also those that were taken back.
    """
    rows = tx.all(
        """
        with recursive line as (
          select version_id, parent_id, created, cast(null as timestamp) as until from data.versions
          where version_id = $1
          union all
          select v.version_id, v.parent_id, v.created, l.created
          from line l join data.versions v on v.version_id = l.parent_id
        )
        select c.change_id, c.version_id, c.mapping, c.labels, c.member, c.created, c.assets, c.undone
        from label_changes c join line l on l.version_id = c.version_id
        where l.until is null or (c.created < l.until and (c.undone is null or c.undone >= l.until))
        order by c.created, c.change_id
        """,
        version_id,
    )
    return [
        LabelChange(**r | {"mapping": _mapping.decode(r["mapping"]), "labels": tuple(msgspec.json.decode(r["labels"]))})
        for r in rows
    ]


def counts(tx: Transaction, version_id: int) -> dict[str, tuple[int, int]]:
    """Return how many shapes, and on how many assets, have each label of a version, as the first or a further one."""
    rows = tx.all(
        """
        select label, count(*) as shapes, count(distinct asset_id) as assets from (
          select asset_id, label from shapes where version_id = $1
          union all
          select asset_id, unnest(from_json(also, '["VARCHAR"]')) from shapes
          where version_id = $1 and cast(also as varchar) <> '[]'
        ) q where label <> '' group by 1 order by 1
        """,
        version_id,
    )
    return {r["label"]: (r["shapes"], r["assets"]) for r in rows}


def recipes(tx: Transaction, version_id: int) -> list[tuple[datetime.datetime, Any]]:
    """Return the labels of recipes on a version, and on its parents before it was made, with when they were written."""
    rows = tx.all(
        """
        with recursive line as (
          select version_id, parent_id, created, cast(null as timestamp) as until from data.versions
          where version_id = $1
          union all
          select v.version_id, v.parent_id, v.created, l.created
          from line l join data.versions v on v.version_id = l.parent_id
        )
        select c.created, cast(json_extract(c.recipe, '$.labels') as varchar) as labels
        from (
          select version_id, created, campaign_id, cast(json_extract(spec, '$.recipe') as varchar) as recipe
          from data.campaigns
          union all select version_id, created, 0, recipe from data.kept_recipes
        ) c join line l on l.version_id = c.version_id
        where l.until is null or c.created < l.until order by c.created, c.campaign_id
        """,
        version_id,
    )
    return [(r["created"], json.loads(r["labels"] or "[]")) for r in rows]


def kept_recipes(tx: Transaction, version_id: int) -> list[str]:
    """Return what the recipes of campaigns said where a version was copied from, JSON, oldest first."""
    rows = tx.all("select recipe from data.kept_recipes where version_id = $1 and own order by created", version_id)
    return [row["recipe"] for row in rows]


def of_files(tx: Transaction, version_id: int) -> list[str]:
    """Return the labels that files which were read into a version have, in their order."""
    rows = tx.all(
        "select name from foreign_ids where version_id = $1 and what = 'label' order by distance, format, position",
        version_id,
    )
    return list(dict.fromkeys(r["name"] for r in rows))


def launched_on(tx: Transaction, version_id: int) -> str | None:
    """Return the name of a campaign that was launched on a version, or None."""
    found: str | None = tx.value(
        "select min(name) from data.campaigns where version_id = $1 and launched is not null", version_id
    )
    return found


def forget(tx: Transaction, version_ids: Sequence[int]) -> list[int]:
    """Delete the changes of some versions; return what their rows stand under, which are nobody's now."""
    ids = list(version_ids)
    rows = tx.all("select change_id from data.label_changes where version_id in (select unnest($1::bigint[]))", ids)
    tx.run("delete from data.label_changes where version_id in (select unnest($1::bigint[]))", ids)
    gone = [r["change_id"] for r in rows]
    tx.run(
        "insert into data.staged select change_id, cast(timezone('UTC', now()) as timestamp) "
        "from (select unnest($1::bigint[]) as change_id)",
        gone,
    )
    return gone
