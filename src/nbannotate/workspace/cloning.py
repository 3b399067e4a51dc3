"""Copies of versions and datasets, in the same workspace or in another one; the images stay where they are.

What a version shows is copied, as an import by who copies; members, tasks and earlier revisions stay where they are. A
child whose parent was copied, too, is made as a child of that copy, so that both share their rows again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbannotate.errors import NbannotateError
from nbannotate.model import Annotation, Imported, Shape
from nbannotate.model.values import as_stored, encode
from nbannotate.workspace import frames, pieces
from nbannotate.workspace.bars import progress_bar
from nbannotate.workspace.data_tables import shape_of
from nbannotate.workspace.row import records

if TYPE_CHECKING:
    from nbannotate.workspace.data import Dataset
    from nbannotate.workspace.version import Version
    from nbannotate.workspace.workspace import Workspace

#: So many assets are copied at a time.
PIECE = 5_000

_INTEGERS = {"asset_id": "BIGINT", "annotation_id": "BIGINT"}
_JSON = {"tags": "JSON", "tag_attributes": "JSON"}


def clone_version(self: Version, name: str, to: Workspace | None = None, annotations: bool = True) -> Version:
    """Copy what this version shows into a new dataset, and return that version of it; images stay where they are.

    What was said comes as an import by who copies. A copy of a published version is published, with the same hash.

    Parameters
    ----------
    name
        Of the new dataset.
    to
        The workspace that it comes into; None is this one.
    annotations
        Whether the latest annotation of each asset comes along.

    Raises
    ------
    Conflict
        There is a dataset of that name. Whatever fails, nothing of the copy is left.
    """
    with _new(self.dataset, name, to) as dataset:
        return _copy(self, dataset, None, annotations)


def clone_dataset(self: Dataset, name: str, to: Workspace | None = None, annotations: bool = True) -> Dataset:
    """Copy all versions as they are now into a new dataset, and return that; images stay where they are.

    Children share their rows with the copies of their parents. What was said comes as an import by who copies.
    Copies of published versions are published, with the same hashes.

    Parameters
    ----------
    name, to, annotations
        As for :meth:`Version.clone`.

    Raises
    ------
    Conflict
        As for :meth:`Version.clone`.
    """
    with _new(self, name, to) as made:
        copies: dict[int, tuple[Version, Version]] = {}
        for version in self.versions._list():
            parent = copies.get(version.parent_id) if version.parent_id is not None else None
            copies[version.version_id] = version, _copy(version, made, parent, annotations)
    return made


@contextmanager
def _new(dataset: Dataset, name: str, to: Workspace | None) -> Iterator[Dataset]:
    """Create the dataset that something is copied into; it is deleted again if that fails."""
    made = (to or dataset.workspace).create_dataset(name, dataset.readme)
    try:
        yield made
    except BaseException as error:
        try:
            made.delete(made.name)
        except NbannotateError as kept:
            error.add_note(f"What was copied of {name!r} until then is still there: {kept}")
        raise


def _copy(version: Version, dataset: Dataset, parent: tuple[Version, Version] | None, annotations: bool) -> Version:
    """Copy a version into a dataset; ``parent`` is its parent with the copy of that."""
    here = _heads(version)
    there = _heads(parent[0]) if parent is not None else {}
    # What a parent says cannot be unsaid in a child: then only the assets are shared.
    says = annotations and all(here.get(a) is not None for a, r in there.items() if r is not None and a in here)
    stands = there if says else {}
    if parent is None:
        made = dataset.create_version(version.name)
    else:
        made = parent[1].create_child(version.name, annotations=says)
        for asset_id in there.keys() - here.keys():
            name = parent[0].assets[asset_id].name
            made.assets[name].delete(name)
    new = here.keys() - there.keys()
    said = {a for a, r in here.items() if r is not None and r != stands.get(a)}
    bar = progress_bar(total=len(here), desc=f"copying {version.name}", unit=" assets", delay=1)
    with tempfile.TemporaryDirectory(prefix="nbannotate") as place, bar:
        table = pieces.said(Path(place))
        for rows in _pieces(version):
            _add_assets(made, rows[rows["asset_id"].isin(new)])
            if annotations:
                _say(version, rows[rows["asset_id"].isin(said)], table)
            bar.update(len(rows))
        if files := table.finish():
            made.workspace.client.bring(
                "imports.add", Imported, files, version_id=made.version_id,
                source=f"{version.dataset.name} / {version.name}", format="parquet",
                tables=["annotations"] * len(files), on_conflict="replace",
            )  # fmt: skip
    _put_away(version, made)
    if version.state == "published" and annotations:
        made.publish()
    return made


def _heads(version: Version) -> dict[int, int | None]:
    """Return the latest revision of each asset of a version; None where nothing was said."""
    rows = version.workspace.sql(
        "select a.asset_id, n.annotation_id from assets a left join annotations n on n.version_id = a.version_id "
        "and n.asset_id = a.asset_id and n.is_latest where a.version_id = $1",
        [version.version_id],
    )
    return {row["asset_id"]: row["annotation_id"] for row in records(rows, _INTEGERS)}


def _pieces(version: Version) -> Iterator[Any]:
    """Go through the rows of the assets of a version, in order, some thousand at a time."""
    last = -1
    while True:
        rows = version.workspace.sql(
            "select asset_id, name, path, folder, width, height, bytes, metadata, sequence, moment, position "
            f"from assets where version_id = $1 and position > $2 order by position limit {PIECE}",
            [version.version_id, last],
        )
        if rows.empty:
            return
        last = int(rows["position"].iloc[-1])
        yield rows


def _add_assets(made: Version, rows: Any) -> None:
    if len(rows):
        file = frames.to_parquet(rows.drop(columns=["asset_id", "position"]))
        made.workspace.client.upload("assets.add", int, file, version_id=made.version_id)


@as_stored()
def _say(version: Version, rows: Any, table: pieces.Pieces) -> None:
    """Put what is said of some assets into the table."""
    if rows.empty:
        return
    ids = [version.version_id, int(rows["position"].min()), int(rows["position"].max())]
    among = "in (select asset_id from assets where version_id = $1 and position between $2 and $3)"
    sql = version.workspace.sql
    shapes: dict[int, list[Shape]] = {}
    drawn = sql(f"select * from shapes where version_id = $1 and asset_id {among} order by asset_id, position", ids)
    for row in records(drawn, version.shapes._types()):
        shapes.setdefault(row["asset_id"], []).append(shape_of(row))
    said = sql(f"select * from annotations where version_id = $1 and is_latest and asset_id {among}", ids)
    names = dict(zip(rows["asset_id"], rows["name"], strict=True))
    for row in records(said, _JSON):
        if row["asset_id"] in names:
            one = Annotation(
                shapes=tuple(shapes.get(row["asset_id"], ())),
                tags=tuple(row["tags"]),
                nothing_to_label=row["nothing_to_label"],
                tag_attributes=row["tag_attributes"],
            )
            parts = [encode(part).decode() for part in (one.shapes, one.tags, one.tag_attributes)]
            table.add(names[row["asset_id"]], parts[0], parts[1], one.nothing_to_label, parts[2])


def _put_away(version: Version, made: Version) -> None:
    """Put away in the copy what is put away in the version."""
    query = "select name from assets where version_id = $1 and archived is not null"
    for name in version.workspace.sql(query, [version.version_id])["name"]:
        asset = made.assets[name]
        if asset.archived is None:
            asset.archive()
