"""One side of a diff, as SELECTs over the public views or over tables that go along with the query."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from nbannotate.errors import InvalidInput
from nbannotate.files.names import Names
from nbannotate.model import Shape
from nbannotate.model.values import shown
from nbannotate.store import data
from nbannotate.workspace import annotation_input, asset_matching, native_values
from nbannotate.workspace.dataset import Version
from nbannotate.workspace.time_travel import VersionAt

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.connection import Connection

#: The columns of a shape that make a difference, besides its id.
FIELDS = tuple(name for name in native_values.FIELDS if name not in ("shape_id", "confidence"))
#: All that is read of one.
READ = ("shape_id", "confidence", "position", *FIELDS)


class Side(Struct, frozen=True, eq=False):
    """One side.

    Parameters
    ----------
    name
        How people call it.
    assets
        A SELECT of ``name``, ``position``: the assets, by their name in the diff.
    shapes
        A SELECT of ``asset`` (that name) and the columns of :data:`READ`.
    said
        A SELECT of ``asset``, ``nothing_to_label``, ``tags``, ``tag_attributes``; None if nothing is known of them.
    values
        What the SELECTs name: the version, and tables.
    image
        Gives the image of an asset, as the canvas takes it.
    apart
        The same SELECT as ``shapes``, but without revisions that the other side shows, too; empty if none can be.
    """

    name: str
    assets: str
    shapes: str
    said: str | None
    values: Mapping[str, Any] = field(default_factory=dict)
    image: Callable[[str], Any] | None = None
    apart: str = ""


def sides(a: Any, b: Any, labels: Any = None) -> tuple[Version, Side, Side]:
    """Return both sides of a diff, and the version whose workspace is asked.

    Parameters
    ----------
    a, b
        Versions, or versions as they were at a moment; one of them may be shapes, in any of the forms that
        ``version.add_annotations`` takes.
    labels
        The names of labels that such shapes give as numbers.

    Raises
    ------
    InvalidInput
        None is a version, or a name means no asset, or several.
    """
    one, other = _version(a), _version(b)
    if one is None and other is None:
        raise InvalidInput(f"A diff is of two versions, or of a version and shapes; not of {shown(a)} and {shown(b)}.")
    if one is None:
        assert other is not None
        return other, _of_shapes(b, a, "a", labels), of_version(b, "b")
    if other is None:
        return one, of_version(a, "a"), _of_shapes(a, b, "b", labels)
    if one.workspace is other.workspace or one.workspace.client is other.workspace.client:
        names = _other_names(one, other) if one.dataset.dataset_id != other.dataset.dataset_id else None
        shares = isinstance(a, Version) and isinstance(b, Version)
        return one, of_version(a, "a", None, "b" if shares else ""), of_version(b, "b", names, "a" if shares else "")
    return one, of_version(a, "a"), _of_another_workspace(one, other, b)


def _version(given: Any) -> Version | None:
    """Return the version that is given, now or at a moment; None for anything else."""
    found = given.version if isinstance(given, VersionAt) else given
    return found if isinstance(found, Version) else None


class _Tables(Struct, frozen=True):
    """The tables of a version as SELECTs: its assets without those that are put away, its shapes, its annotations."""

    assets: str
    shapes: str
    annotations: str

    @classmethod
    def of(cls, given: Version | VersionAt, version_id: str) -> _Tables:
        """Return the tables of a version, now or at a moment, in which ``version_id`` stands for its id."""
        if isinstance(given, VersionAt):
            found = (f"select * from ({table._sql().replace('$1', version_id)}) q"
                     for table in (given.assets, given.shapes, given.annotations))  # fmt: skip
            assets, shapes, annotations = found
            there = f"where asset_id in (select asset_id from ({assets}) p)"
            return cls(assets, f"{shapes} {there}", f"{annotations} {there}")
        away = f"select asset_id from assets where version_id = {version_id} and archived is not null"
        there = f"where version_id = {version_id} and asset_id not in ({away})"
        assets, shapes = (f"select * from {view} {there}" for view in ("assets", "shapes"))
        return cls(assets, shapes, f"select * from annotations {there} and is_latest")


def of_version(given: Version | VersionAt, which: str, names: pd.DataFrame | None = None, beside: str = "") -> Side:
    """Return a version of the workspace that is asked.

    Parameters
    ----------
    given
        The version, now or at a moment.
    which
        What its side is called in the names of values: ``"a"`` or ``"b"``.
    names
        Which asset is called what in the diff.
    beside
        What the side is called of a version with which it may share revisions.
    """
    version = given.version if isinstance(given, VersionAt) else given
    tables = _Tables.of(given, f"$version_{which}")
    values: dict[str, Any] = {f"version_{which}": version.version_id}
    name, of_asset, of_said, join = "s.name", "s.asset", "v.name", ""
    if names is not None:
        values[f"names_{which}"] = names
        join = f" left join names_{which} m on m.other = "
        name, of_asset, of_said = (f"coalesce(m.name, {n})" for n in (name, of_asset, of_said))
    at = join + "{}" if join else ""
    shapes = f"select {of_asset} as asset, {', '.join(f's.{c}' for c in _quoted(READ))} from ({{}}) s"
    shapes += at.format("s.asset")
    return Side(
        called(given),
        f"select {name} as name, s.position from ({tables.assets}) s{at.format('s.name')}",
        shapes.format(tables.shapes),
        f"select {of_said} as asset, s.nothing_to_label, s.tags, s.tag_attributes "
        f"from ({tables.annotations}) s "
        f"join assets v on v.asset_id = s.asset_id and v.version_id = $version_{which}{at.format('v.name')}",
        values,
        _images(version, names),
        shapes.format(f"{tables.shapes} and annotation_id not in ({_shown(beside)})") if beside else "",
    )


def _shown(which: str) -> str:
    """Return the SELECT of the revisions that a version shows of assets that are not put away."""
    return (
        f"select annotation_id from annotations where version_id = $version_{which} and is_latest and asset_id not in "
        f"(select asset_id from assets where version_id = $version_{which} and archived is not null)"
    )


def called(given: Version | VersionAt) -> str:
    """Return how people call a version."""
    if isinstance(given, VersionAt):
        return f"{called(given.version)} at {given.time.isoformat(' ', 'seconds')}"
    return f"{given.dataset.name} / {given.name}"


def _quoted(names: tuple[str, ...]) -> list[str]:
    return [f'"{name}"' for name in names]


def _images(version: Version, names: pd.DataFrame | None) -> Callable[[str], Any]:
    other = {} if names is None else dict(zip(names["name"], names["other"], strict=True))

    def image(name: str) -> Any:
        return version.workspace.client.source(version.assets[other.get(name, name)].asset_id)

    return image


def _other_names(a: Version, b: Version) -> pd.DataFrame:
    """Return which assets of b are called otherwise in a: ``other``, and the ``name`` there.

    Raises
    ------
    InvalidInput
        A name fits several assets, or two fit one.
    """
    import pandas as pd

    mine, theirs = (v.workspace.sql(_PATHS, [v.version_id]) for v in (a, b))
    match = Names(dict(zip(mine["name"], mine["path"], strict=True))).match(theirs["name"])
    for name, why in match.unclear().items():
        raise InvalidInput(f"The asset {name!r} of {called(b)!r} {why} of {called(a)!r}; rename one of them.")
    found = [(other, name) for other, name in match.found.items() if other != name]
    return pd.DataFrame(found, columns=["other", "name"]).astype("str")


_PATHS = "select name, path from assets where version_id = $1 and archived is null order by position"


def _of_another_workspace(a: Version, b: Version, given: Version | VersionAt) -> Side:
    """Return a version of another workspace: what it says goes along with the query."""
    side = of_version(given, "b", _other_names(a, b))
    tables = {name: b.workspace.sql(getattr(side, name), **side.values) for name in ("assets", "shapes", "said")}
    return Side(
        side.name,
        "select name, position from assets_b",
        "select * from shapes_b",
        "select * from said_b",
        {f"{name}_b": table for name, table in tables.items()},
        side.image,
    )


def _of_shapes(beside: Version | VersionAt, given: Any, which: str, labels: Any) -> Side:
    """Return shapes that are given: they are over the assets of the version, and say nothing of tags."""
    import pandas as pd

    version = beside.version if isinstance(beside, VersionAt) else beside

    found, _ = annotation_input.taken(version, given, labels, None)
    by_name = asset_matching.meant(version, found)
    there = set(version.workspace.sql(_PATHS, [version.version_id])["name"])
    if strange := [name for name in found if by_name[name] not in there]:
        raise InvalidInput(f"There are shapes for {strange[0]!r}, which is no asset of {called(version)!r}.")
    rows = [
        {**data.shape_row(0, place, shape), "asset": by_name[name]}
        for name, its in found.items()
        for place, shape in enumerate(its.shapes)
    ]
    for row in rows:
        row["also"] = row["also"] or "[]"  # as the view has it
    table = pd.DataFrame(rows, columns=["asset", *READ])
    side = of_version(beside, which)
    values = {**side.values, f"shapes_{which}": table}
    return Side("the shapes given", side.assets, f"select * from shapes_{which}", None, values, side.image)


def shapes_of(workspace: Connection, side: Side, asset: str) -> tuple[Shape, ...]:
    """Return the shapes of one asset on one side, in their order."""
    query = f"select * from ({side.shapes}) q where asset = $asset order by position"
    return made(asked(workspace, query, side.values, asset=asset))


def asked(workspace: Connection, query: str, values: Mapping[str, Any], **more: Any) -> pd.DataFrame:
    """Return the rows of a query, with those of the values and tables that it names."""
    named = {name: value for name, value in values.items() if re.search(rf"\b{name}\b", query)}
    return workspace.sql(query, **named, **more)


def made(rows: pd.DataFrame) -> tuple[Shape, ...]:
    """Return the shapes of rows; the database's missing values are None."""
    return native_values.as_shapes(rows.astype(object).where(rows.notna(), None))
