"""Copies of versions and datasets, in the same workspace or in another one; the images stay where they are.

What a version shows is copied, with its splits and what files called things; members, tasks and earlier revisions stay
where they are. In the same workspace the revisions themselves are copied; in another one what was said is said again,
on the word of an owner as said by who said it. A child whose parent was copied, too, is made as a child of that copy,
so that both share their rows again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbannotate.errors import NbannotateError
from nbannotate.model import Annotation, Shape
from nbannotate.model.values import as_stored, encode
from nbannotate.workspace import described, export, frames, pieces, real, remembered
from nbannotate.workspace.bars import progress_bar
from nbannotate.workspace.row import records

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.data import Dataset
    from nbannotate.workspace.version import Version
    from nbannotate.workspace.workspace import Workspace

#: So many assets are copied at a time.
PIECE = 2_000

_INTEGERS = {"asset_id": "BIGINT", "annotation_id": "BIGINT"}


def clone_version(self: Version, name: str, to: Workspace | None = None, annotations: bool = True) -> Version:
    """Copy what this version shows into a new dataset, and return that version of it; images stay where they are.

    What was said comes as said by who said it, when they did, with splits, metadata, and what files called things, so
    that both are written alike. In another workspace that takes an owner of it, and of who is no member there the
    source keeps the login: ``"annotation (ana)"``; if somebody else copies, it is an import of theirs. A copy of a
    published version is published, with the same hash.

    Parameters
    ----------
    name
        Of the new dataset.
    to
        The workspace that it comes into; None is this one.
    annotations
        Whether the latest annotation of each asset comes along; all else does.

    Raises
    ------
    Conflict
        There is a dataset of that name. Whatever fails, nothing of the copy is left.
    """
    with _new(self.dataset, name, to) as dataset:
        return _copy(self, dataset, None, annotations)


def clone_dataset(self: Dataset, name: str, to: Workspace | None = None, annotations: bool = True) -> Dataset:
    """Copy all versions as they are now into a new dataset, and return that; images stay where they are.

    Children share their rows with the copies of their parents; what comes along is as for :meth:`Version.clone`.
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
    new = sorted(here.keys() - there.keys())
    said = {a: r for a, r in here.items() if r is not None and r != stands.get(a)} if annotations else {}
    with tempfile.TemporaryDirectory(prefix="nbannotate") as place:
        folder = Path(place)
        tables = [
            *_assets(version, new, folder),
            *_called(version, folder, own=parent is not None, shapes=annotations),
            *_splits(version, parent, folder),
            *(_copied if made.workspace.client is version.workspace.client else _said)(version, made, said, folder),
        ]
        source = f"{version.dataset.name} / {version.name}"
        how, types = version.splits.how, described.types(version)
        pieces.send(made, tables, source, "parquet", on_conflict="replace", types=types, how=how)
    if any(step.kind == "reorder" for step in version.labels.mapping.steps):
        made.labels.reorder(version.labels._names())
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


Tables = Iterator[tuple[str, Path]]


def _assets(version: Version, new: list[int], folder: Path) -> Tables:
    """Write the table of assets that are new to the copy."""
    if new:
        query = (
            "select name, path, folder, width, height, bytes, cast(metadata as varchar) as metadata, sequence, moment "
            "from assets where version_id = $version and asset_id in (select asset_id from wanted) order by position"
        )
        yield _asked("assets", version, query, folder / "assets.parquet", wanted=_ids("asset_id", new))


def _called(version: Version, folder: Path, *, own: bool, shapes: bool) -> Tables:
    """Write what files call images and shapes, and, as they are called now, labels; ``own``: without the parents'."""
    nearest = (
        "select format, what, name, foreign_id, cast(extra as varchar) as extra, called, place from ("
        "select *, row_number() over (partition by format, what, name order by distance, position) as nth "
        "from foreign_ids where version_id = $version and what in ($image, $shape) and (distance = 0 or not $own)) f "
        "where nth = 1 order by distance, position"
    )
    what = {"image": "image", "shape": "shape" if shapes else "image", "own": own}
    yield _asked("foreign", version, nearest, folder / "called.parquet", **what)
    formats = version.workspace.sql(
        "select distinct format from foreign_ids where version_id = $1 order by 1", [version.version_id]
    )
    table = pieces.called(folder)
    for format_ in sorted({"parquet", *formats["format"]}):  # ours has the labels that no file knows
        for row in remembered.of_head(export.head(version, format_)):
            table.add(format_, *row)
    yield from (("foreign", file) for file in table.finish())


def _splits(version: Version, parent: tuple[Version, Version] | None, folder: Path) -> Tables:
    """Write the splits of all assets, if the version, or its parent, has some."""
    if any(len(one.splits) for one in (version, *(parent[:1] if parent else ()))):
        query = (
            "select a.name as asset, s.split from assets a left join splits s "
            "on s.version_id = a.version_id and s.asset_id = a.asset_id where a.version_id = $version"
        )
        yield _asked("splits", version, query, folder / "splits.parquet")


def _copied(version: Version, made: Version, said: dict[int, int], folder: Path) -> Tables:
    """Write which revisions are copied onto which assets."""
    if said:
        query = (
            "select a.name as asset, w.original from wanted w join assets a "
            "on a.version_id = $version and a.asset_id = w.asset_id"
        )
        wanted = _ids("asset_id", list(said)).assign(original=list(said.values()))
        yield _asked("copied", version, query, folder / "copied.parquet", wanted=wanted)


@as_stored()
def _said(version: Version, made: Version, said: dict[int, int], folder: Path) -> Tables:
    """Write what is said of some assets, and, on the word of an owner, by whom and when it was said."""
    signed = made.workspace.me.role == "owner"
    table = pieces.signed(folder) if signed else pieces.said(folder)
    ids = sorted(said)
    bar = progress_bar(total=len(ids), desc=f"copying {version.name}", unit=" assets", delay=1)
    with bar:
        for first in range(0, len(ids), PIECE):
            wanted = _ids("asset_id", ids[first : first + PIECE])
            key: dict[str, Any] = {"version": version.version_id, "wanted": wanted}
            among = "version_id = $version and asset_id in (select asset_id from wanted)"
            drawn = version.workspace.sql(f"select * from shapes where {among} order by asset_id, position", **key)
            shapes: dict[int, list[Shape]] = {}
            for asset_id, shape in zip(drawn["asset_id"], real.as_shapes(drawn), strict=True):
                shapes.setdefault(asset_id, []).append(shape)
            latest = version.workspace.sql(
                "select a.name, n.* from annotations n join assets a on a.version_id = n.version_id "
                "and a.asset_id = n.asset_id where n.is_latest and n.version_id = $version "
                "and n.asset_id in (select asset_id from wanted) order by n.annotation_id",
                **key,
            )
            for row in frames.records(latest):
                parts = (encode(Annotation(shapes=tuple(shapes.get(row["asset_id"], ()))).shapes).decode(), row["tags"])
                by = (row["member"], row["source"], row["origin"], row["created"]) if signed else ()
                table.add(row["name"], *parts, row["nothing_to_label"], row["tag_attributes"], *by)
            bar.update(len(wanted))
    yield from (("annotations", file) for file in table.finish())


def _ids(name: str, ids: list[int]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: pd.array(ids, dtype="int64")})


def _asked(what: str, version: Version, query: str, file: Path, **values: Any) -> tuple[str, Path]:
    """Keep the rows of a query as a file of an import."""
    tables = {name: frames.to_parquet(value) for name, value in values.items() if frames.is_table(value)}
    named = {"version": version.version_id, **{n: v for n, v in values.items() if n not in tables}}
    frames.keep(version.workspace.client.query(query, named, tables), file)
    return what, file


def _put_away(version: Version, made: Version) -> None:
    """Put away in the copy what is put away in the version."""
    query = "select name from assets where version_id = $1 and archived is not null"
    for name in version.workspace.sql(query, [version.version_id])["name"]:
        asset = made.assets[name]
        if asset.archived is None:
            asset.archive()
