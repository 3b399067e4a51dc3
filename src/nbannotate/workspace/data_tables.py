"""Datasets, versions, assets and what was said of them, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, get_args

import msgspec

from nbannotate import model
from nbannotate.errors import InvalidInput
from nbannotate.model import deprecations
from nbannotate.model.times import When
from nbannotate.model.values import as_stored, plain
from nbannotate.workspace import asset_metadata, native_values
from nbannotate.workspace.asset import Asset
from nbannotate.workspace.row import Row, records
from nbannotate.workspace.table import Listed, number
from nbannotate.workspace.version_scope import OfVersion

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.connection import Connection
    from nbannotate.workspace.dataset import Dataset, Version

T = TypeVar("T")


def _kept(history: bool, of: str = "") -> str:
    """Return the condition that leaves out what is put away, unless all is wanted."""
    return "" if history else f" and {of}archived is null"


class Datasets(Listed["Dataset"]):
    """The datasets of a workspace, by name.

    Parameters
    ----------
    workspace
        The workspace.
    make
        Makes the handle of a dataset.
    """

    what, one, view, puts_away = "datasets", "dataset", "datasets", True
    first = ("name", "created")

    def __init__(self, workspace: Connection, make: Callable[[model.Dataset], Dataset]) -> None:
        super().__init__(workspace)
        self._make = make

    def _sql(self, history: bool = False) -> str:
        return f"select * from datasets where ($1 is null or true){_kept(history)} order by name"

    def _list(self) -> list[Dataset]:
        return [self._make(d) for d in self._workspace.client.call("datasets.list", list[model.Dataset])]


class Versions(Listed["Version"]):
    """The versions of a dataset, oldest first.

    Parameters
    ----------
    dataset
        The dataset.
    make
        Makes the handle of a version.
    """

    what, one, view, puts_away = "versions", "version", "versions", True
    first = ("name", "state", "assets", "parent", "created")

    def __init__(self, dataset: Dataset, make: Callable[[model.Version], Version]) -> None:
        super().__init__(dataset.workspace)
        self._dataset, self._make = dataset, make

    def _sql(self, history: bool = False) -> str:
        return f"select * from versions where dataset_id = $1{_kept(history)} order by version_id"

    def _scope(self) -> int:
        return self._dataset.dataset_id

    def _of(self) -> str:
        return f" of {self._dataset.name!r}"

    def _known(self, column: str) -> list[str] | None:
        return list(get_args(model.VersionState)) if column == "state" else super()._known(column)

    def _list(self) -> list[Version]:
        found = self._workspace.client.call("versions.list", list[model.Version], dataset_id=self._scope())
        return [self._make(v) for v in found]

    def __call__(self) -> list[Version]:
        """Return what the old name ``dataset.versions()`` did: ``list(dataset.versions)``."""
        deprecations.say("dataset.versions()", "list(dataset.versions)")
        return list(self)


class Assets(OfVersion[Asset]):
    """The assets of a version, in order; ``version.assets["a.png"]`` gives the handle of one.

    ``.df()`` has each value of the metadata as a column ``metadata.…`` of the type that it was given with.

    Parameters
    ----------
    version
        The version.
    """

    what, one, view, key, wide, puts_away = "assets", "asset", "assets", "name", "metadata", True
    time = ""
    means: ClassVar[Mapping[str, str]] = {"asset": "name"}
    first = ("name", "width", "height", "sequence", "metadata")

    def _sql(self, history: bool = False) -> str:
        return (
            "select a.*, s.split from assets a left join splits s on s.version_id = a.version_id "
            f"and s.asset_id = a.asset_id where a.version_id = $1{_kept(history, 'a.')} order by a.position"
        )

    def _where(self, name: Any) -> tuple[str, list[Any]] | None:
        if (asset_id := number(name)) is not None:
            return "asset_id = $2", [asset_id]
        return ("name = $2", [name]) if isinstance(name, str) else None

    def _item(self, row: dict[str, Any]) -> Asset:
        return Asset(self._version, row)

    def _real(self, rows: pd.DataFrame) -> pd.DataFrame:
        return native_values.of_assets(rows, asset_metadata.types(self._version))

    def __call__(self) -> pd.DataFrame:
        """Return what the old name ``version.assets()`` did: ``version.assets.df()``."""
        deprecations.say("version.assets()", "version.assets.df()")
        return self.df()


class Shapes(OfVersion[model.Shape]):
    """The shapes of the latest annotation of each asset; ``version.shapes[shape_id]`` gives one."""

    what, one, view, key, wide = "shapes", "shape", "shapes", "shape_id", "attributes"
    first = ("asset", "label", "kind", "x", "y", "width", "height", "confidence")

    def _sql(self, history: bool = False) -> str:
        return "select * from shapes where version_id = $1 order by asset_id, position"

    def _where(self, name: Any) -> tuple[str, list[Any]] | None:
        if isinstance(name, tuple) and len(name) == 2:
            return "asset = $2 and shape_id = $3", list(name)
        return ("shape_id = $2", [name]) if isinstance(name, str) else None

    def _find(self, name: Any) -> model.Shape | None:
        if isinstance(name, str):
            query = f"select distinct asset from ({self._sql()}) q where shape_id = $2 order by asset"
            assets = list(self._frame_of(query, name)["asset"])
            if len(assets) > 1:
                raise InvalidInput(
                    f"{len(assets)} assets have a shape {name!r}; say of which: shapes[{assets[0]!r}, {name!r}]."
                )
        return super()._find(name)

    def _item(self, row: dict[str, Any]) -> model.Shape:
        return shape_of(row)

    def _real(self, rows: pd.DataFrame) -> pd.DataFrame:
        return native_values.of_shapes(rows)

    def by_asset(self) -> dict[int, list[model.Shape]]:
        """Return the shapes of each asset that has some, by its id, in order."""
        found: dict[int, list[model.Shape]] = {}
        for row in records(self._frame(), self._types()):
            found.setdefault(row["asset_id"], []).append(shape_of(row))
        return found

    def _name_of(self, item: Any) -> Any:
        return item.id if isinstance(item, model.Shape) else item

    def __call__(self) -> pd.DataFrame:
        """Return what the old name ``version.shapes()`` did: ``version.shapes.df()``."""
        deprecations.say("version.shapes()", "version.shapes.df()")
        return self.df()


@as_stored()
def shape_of(row: dict[str, Any]) -> model.Shape:
    """Return the shape of a row of the view ``shapes``, its JSON read."""
    return model.Shape(
        kind=row["kind"],
        points=tuple((x, y) for x, y in row["points"]),
        label=row["label"],
        id=row["shape_id"],
        attributes=row["attributes"],
        confidence=row["confidence"],
        color=row["color"],
        rle=None if row["rle"] is None else msgspec.convert(row["rle"], model.Rle),
        visibility=() if row["visibility"] is None else tuple(row["visibility"]),
        also=tuple(row["also"]),
        rings=() if row["rings"] is None else tuple(row["rings"]),
        group=row["group"],
        track=row["track"],
        keyframe=row["keyframe"],
    )


class Annotations(OfVersion[Row]):
    """The latest annotation of each asset that has one; ``.df(history=True)`` gives all revisions.

    ``version.annotations["a.png"]`` is that of an asset, ``version.annotations[annotation_id]`` a revision.

    Parameters
    ----------
    version
        The version.
    """

    what, one, view, key = "annotations", "annotation", "annotations", "asset"
    first = ("asset", "shapes", "tags", "nothing_to_label", "member", "source", "created")

    def _sql(self, history: bool = False) -> str:
        return (
            "select n.asset_id, a.name as asset, n.annotation_id, n.nothing_to_label, n.shapes, n.tags, "
            "n.tag_attributes, n.member, n.source, n.campaign_id, n.task_id, n.step, n.created, n.origin, n.is_latest "
            "from annotations n join assets a on a.asset_id = n.asset_id and a.version_id = n.version_id "
            f"where n.version_id = $1{'' if history else ' and n.is_latest'} order by a.position, n.annotation_id"
        )

    def _where(self, name: Any) -> tuple[str, list[Any]] | None:
        if (revision := number(name)) is not None:
            return "annotation_id = $2", [revision]
        return ("is_latest and asset = $2", [name]) if isinstance(name, str) else None

    def _item(self, row: dict[str, Any]) -> Row:
        return Row(self.one, row)

    def _steps(self) -> dict[str, list[int]]:
        found = self._frame_of(
            "select distinct s.step, s.name from steps s join campaigns c on c.campaign_id = s.campaign_id "
            "where c.version_id = $1 order by s.step"
        )
        return {name: list(map(int, rows["step"])) for name, rows in found.groupby("name", sort=False)}  # type: ignore[misc]

    def _real(self, rows: pd.DataFrame) -> pd.DataFrame:
        return native_values.of_annotations(rows)

    def df(
        self, *, history: bool = False, start: When = None, end: When = None, tz: Any = None, **filters: Any
    ) -> pd.DataFrame:
        """Return the latest annotation of each asset that has one, with its tags, without its shapes.

        The column ``origin`` tells an *answer* of a person at work from an *import*, a model's output for example;
        ``source`` says at which action, or where from.

        Parameters
        ----------
        history
            All revisions, not only the latest of each asset; those have ``is_latest``.
        start, end
            Only those that were made in this period, half open; a plain day as ``end`` is included whole.
        tz
            The zone of the times that are given, and of those in the answer; None: they are UTC, without a zone.
        **filters
            Columns and the value, or list of values, that they must have: ``member="ana"``, ``step="draw"`` (name or
            index), ``asset="a.png"``.

        Raises
        ------
        InvalidInput
            There is no such column, or no such name; the message lists what there is.
        """
        return self._narrowed(self._frame(bool(plain(history))), filters, start, end, tz)

    def __call__(self, history: bool = False) -> pd.DataFrame:
        """Return what the old name ``version.annotations()`` did: ``version.annotations.df()``."""
        deprecations.say("version.annotations()", "version.annotations.df()")
        return self.df(history=history)


class Tags(OfVersion[Row]):
    """The tags of the latest annotation of each asset, a row for each; ``version.tags["a.png", "dark"]`` is one.

    ``.df()`` has each attribute as a column ``attributes.…``, and is what ``version.add_annotations`` takes.

    Parameters
    ----------
    version
        The version.
    """

    what, one, view, key, wide = "tags", "tag", "tags", "tag", "attributes"
    first = ("asset", "tag", "attributes", "member", "created")

    def _sql(self, history: bool = False) -> str:
        return (
            "select q.asset_id, q.asset, q.tag, coalesce(q.named[q.tag], '{}') as attributes, q.member, q.created "
            "from ("
            "select n.asset_id, a.name as asset, a.position, n.member, n.created, "
            "unnest(from_json(n.tags, '[\"VARCHAR\"]')) as tag, "
            "cast(n.tag_attributes as map(varchar, json)) as named "
            "from annotations n join assets a on a.asset_id = n.asset_id and a.version_id = n.version_id "
            "where n.version_id = $1 and n.is_latest) q order by q.position, q.tag"
        )

    def _where(self, name: Any) -> tuple[str, list[Any]] | None:
        return ("asset = $2 and tag = $3", list(name)) if isinstance(name, tuple) and len(name) == 2 else None

    def _item(self, row: dict[str, Any]) -> Row:
        return Row(self.one, row)

    def _real(self, rows: pd.DataFrame) -> pd.DataFrame:
        return native_values.of_tags(rows)

    def _names(self) -> list[Any]:
        found = self._frame()
        return list(zip(found["asset"], found["tag"], strict=True))

    def _name_of(self, item: Any) -> Any:
        return (item.asset, item.tag) if isinstance(item, Row) else item

    def __call__(self) -> pd.DataFrame:
        """Return what the old name ``version.tags()`` did: ``version.tags.df()``."""
        deprecations.say("version.tags()", "version.tags.df()")
        return self.df()


class Splits(OfVersion[Row]):
    """The splits of a version, for training, validation and tests, counted; ``version.splits["train"]`` is one.

    The split of each asset is the column ``split`` of ``version.assets.df()``.

    Parameters
    ----------
    version
        The version.
    """

    what, one, view, key = "splits", "split", "splits", "split"
    time = ""
    first = ("split", "assets", "share", "annotated", "shapes")

    def _sql(self, history: bool = False) -> str:
        return (
            "select s.split, count(*) as assets, count(*) / sum(count(*)) over () as share, "
            "count(n.annotation_id) as annotated, cast(coalesce(sum(n.shapes), 0) as bigint) as shapes "
            "from splits s "
            "join assets a on a.version_id = s.version_id and a.asset_id = s.asset_id and a.archived is null "
            "left join annotations n on n.version_id = s.version_id and n.asset_id = s.asset_id and n.is_latest "
            "where s.version_id = $1 group by 1 "
            "order by case s.split when 'train' then 0 when 'val' then 1 when 'test' then 2 else 3 end, s.split"
        )

    def _item(self, row: dict[str, Any]) -> Row:
        return Row(self.one, row)

    def _name_of(self, item: Any) -> Any:
        return item["split"] if isinstance(item, Row) else item

    @property
    def how(self) -> model.Splitting | None:
        """By which rule the assets were dealt; None if they were said by hand, or there are none."""
        return self._workspace.client.call("splits.how", model.Splitting | None, version_id=self._scope())  # type: ignore[arg-type]
