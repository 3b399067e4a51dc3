"""What goes along when a version, or all versions of a dataset, are copied: tables, as Parquet files.

Ids are those of the workspace that it comes from. A dataset goes with its layers, so that its versions share their rows
in the copy as they do here; a single version as one layer that holds what it shows.
"""

from __future__ import annotations

from pathlib import Path

from nbannotate.model import Dataset
from nbannotate.store.transaction import Transaction, quoted

#: The versions that a version was made from, itself first, and until when what was done in each counts.
_LINE = """
    with recursive line as (
      select version_id, parent_id, created, 0 as distance, cast(null as timestamp) as until from data.versions
      where version_id = {version}
      union all
      select v.version_id, v.parent_id, v.created, l.distance + 1, l.created
      from line l join data.versions v on v.version_id = l.parent_id
    )
"""

#: What the recipe of a campaign says of labels and tags.
_RECIPE = """
    cast(json_object('labels', coalesce(json_extract(spec, '$.recipe.labels'), '[]'),
                     'tags', coalesce(json_extract(spec, '$.recipe.tags'), '[]')) as varchar)
"""

#: A single version ({version}): what it shows, and what its line says of files, splits and labels.
_OF_ONE = {
    "versions": """
        select version_id, name, state, cast(null as bigint) as parent_id, created, cast(null as timestamp) as archived
        from data.versions where version_id = {version}
    """,
    "layers": """
        select version_id, version_id as layer_id, cast(0 as integer) as height, true as own, true as annotations
        from data.versions where version_id = {version}
    """,
    "layer_assets": """
        select version_id as layer_id, asset_id, position, archived, cast(1 as integer) as effect, added
        from data.version_assets where version_id = {version} order by position
    """,
    "layer_heads": """
        select version_id as layer_id, asset_id, annotation_id
        from data.version_heads where version_id = {version} and {annotations} order by annotation_id
    """,
    "changes": f"""
        {_LINE}
        select c.change_id, cast({{version}} as bigint) as version_id, c.mapping, c.labels, c.member_id, m.login,
               c.created, cast(null as timestamp) as undone
        from data.label_changes c join line l on l.version_id = c.version_id
        join data.members m on m.member_id = c.member_id
        where (l.until is null and c.undone is null)
          or (c.created < l.until and (c.undone is null or c.undone >= l.until))
        order by c.change_id
    """,
    "recipes": f"""
        {_LINE}
        select cast({{version}} as bigint) as version_id, {_RECIPE} as recipe, c.created, l.distance = 0 as own
        from data.campaigns c join line l on l.version_id = c.version_id
        where l.until is null or c.created < l.until
        union all
        select {{version}}, k.recipe, k.created, k.own and l.distance = 0
        from data.kept_recipes k join line l on l.version_id = k.version_id
        where l.until is null or k.created < l.until
        order by created
    """,
    "foreign": """
        select version_id, format, what, name, foreign_id, row_number() over (order by distance, position) as position,
               cast(extra as varchar) as extra, called, place
        from foreign_ids where version_id = {version} and (what <> 'shape' or {annotations}) order by position
    """,
    "sets": "select version_id, splits_id, how, created from data.version_splits where version_id = {version}",
}

#: All versions of a dataset ({dataset}), as they are made of one another.
_VERSIONS = "(select version_id from data.versions where dataset_id = {dataset})"
_LAYERS = f"(select layer_id from data.version_layers where version_id in {_VERSIONS})"
_OF_ALL = {
    "versions": """
        select version_id, name, state, parent_id, created, archived
        from data.versions where dataset_id = {dataset} order by version_id
    """,
    "layers": f"""
        select version_id, layer_id, height, own, annotations
        from data.version_layers where version_id in {_VERSIONS} order by version_id, height
    """,
    "layer_assets": f"""
        select layer_id, asset_id, position, archived, effect, added
        from data.layer_assets where layer_id in {_LAYERS} order by layer_id, position
    """,
    "layer_heads": f"""
        select layer_id, asset_id, annotation_id
        from data.layer_heads where layer_id in {_LAYERS} and {{annotations}} and (
          annotation_id is null
          or annotation_id in (select annotation_id from data.version_heads where version_id in {_VERSIONS})
        ) order by layer_id, annotation_id
    """,
    "changes": f"""
        select c.change_id, c.version_id, c.mapping, c.labels, c.member_id, m.login, c.created, c.undone
        from data.label_changes c join data.members m on m.member_id = c.member_id
        where c.version_id in {_VERSIONS} order by c.change_id
    """,
    "recipes": f"""
        select version_id, {_RECIPE} as recipe, created, true as own
        from data.campaigns where version_id in {_VERSIONS}
        union all
        select version_id, recipe, created, own from data.kept_recipes where version_id in {_VERSIONS}
        order by created
    """,
    "foreign": f"""
        select version_id, format, what, name, foreign_id, position, extra, called, place
        from data.foreign_ids where version_id in {_LAYERS} and (what <> 'shape' or {{annotations}})
        order by version_id, position
    """,
    "sets": f"""
        select version_id, splits_id, how, created
        from data.version_splits where version_id in {_VERSIONS} order by version_id
    """,
}

#: What follows from those tables; a name in braces is the file of one.
_THEIRS = {
    "relabelled": """
        select r.change_id, r.annotation_id, r.original from data.relabelled r
        join read_parquet({changes}) c on c.change_id = r.change_id and c.undone is null
        join data.annotations n on n.annotation_id = r.annotation_id
        join data.annotations o on o.annotation_id = r.original
        where {annotations} order by r.change_id, r.annotation_id
    """,
    "assets": """
        select asset_id, name, path, folder, width, height, bytes, metadata, created, sequence, moment
        from data.assets where asset_id in (select asset_id from read_parquet({layer_assets})) order by asset_id
    """,
    "revisions": """
        select n.annotation_id, {said_in} as version_id, n.asset_id, n.member_id, m.login, n.source,
               n.nothing_to_label, n.tags, n.created, n.tag_attributes, n.origin, n.shapes
        from data.annotations n join data.members m on m.member_id = n.member_id
        where n.annotation_id in (
          select annotation_id from read_parquet({layer_heads})
          union select annotation_id from read_parquet({relabelled})
          union select original from read_parquet({relabelled})
        ) order by n.annotation_id
    """,
    "shapes": """
        select * from data.shapes
        where annotation_id in (select annotation_id from read_parquet({revisions})) order by annotation_id, position
    """,
    "splits": """
        select splits_id, asset_id, split from data.splits
        where splits_id in (select splits_id from read_parquet({sets}))
          and asset_id in (select asset_id from read_parquet({assets})) order by splits_id, asset_id
    """,
    "types": "select name, type from data.metadata_types where dataset_id = {dataset} order by name",
}

#: The tables.
TABLES = (*_OF_ALL, *_THEIRS)


def write(tx: Transaction, folder: Path, dataset: Dataset, version_id: int | None, annotations: bool) -> None:
    """Write the tables of a version, or of all versions of a dataset, each as a file in a folder.

    All of them say what was so at one moment: the transaction sees one.

    Parameters
    ----------
    tx
        Reads them.
    folder
        Where they are put.
    dataset, version_id
        What is copied; None is all versions of the dataset.
    annotations
        Whether what is said goes along.
    """
    files = {name: quoted(file(folder, name)) for name in TABLES}
    values = {"dataset": dataset.dataset_id, "version": version_id, "annotations": str(annotations).lower()}
    values["said_in"] = "n.version_id" if version_id is None else f"cast({version_id} as bigint)"
    for name, query in ((_OF_ALL if version_id is None else _OF_ONE) | _THEIRS).items():
        rows = query.format(**values, **files)
        tx.run(f"copy ({rows}) to {files[name]} (format parquet)")


def file(folder: Path, name: str) -> Path:
    """Return the file of a table."""
    return folder / f"{name}.parquet"
