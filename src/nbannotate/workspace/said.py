"""What was said of whole assets, as tables: annotations, tags, and the assets' metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbannotate.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.workspace import Workspace


class Said:
    """The base of a version for what concerns whole assets."""

    workspace: Workspace
    version_id: int
    name: str

    def annotations(self) -> pd.DataFrame:
        """Return the latest annotation of each asset that has one, with its tags, without its shapes."""
        return self.workspace.sql(
            "select n.asset_id, a.name as asset, n.annotation_id, n.nothing_to_label, n.shapes, n.tags, "
            "n.tag_attributes, n.member, n.source, n.campaign_id, n.task_id, n.step, n.created "
            "from annotations n join assets a on a.asset_id = n.asset_id and a.version_id = n.version_id "
            "where n.version_id = $1 and n.is_latest order by a.position",
            [self.version_id],
        )

    def tags(self) -> pd.DataFrame:
        """Return the tags of the latest annotation of each asset: a row for each, with its attributes as JSON."""
        return self.workspace.sql(
            "select q.asset_id, q.asset, q.tag, coalesce(q.named[q.tag], '{}') as attributes, q.member, q.created "
            "from ("
            "select n.asset_id, a.name as asset, a.position, n.member, n.created, "
            "unnest(from_json(n.tags, '[\"VARCHAR\"]')) as tag, "
            "cast(n.tag_attributes as map(varchar, json)) as named "
            "from annotations n join assets a on a.asset_id = n.asset_id and a.version_id = n.version_id "
            "where n.version_id = $1 and n.is_latest) q order by q.position, q.tag",
            [self.version_id],
        )

    def metadata(self, asset: str | int) -> dict[str, Any]:
        """Return the metadata of an asset, by its name or its id."""
        return self.workspace.client.call("assets.metadata", dict[str, Any], asset_id=self._asset(asset))

    def set_metadata(self, asset: str | int, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the metadata of an asset, and return them.

        They belong to the asset: they change in all versions that it is in, published ones too.

        Parameters
        ----------
        asset
            Its name, or its id.
        metadata
            All of it: texts, numbers, True and False, None, lists and mappings. To change one value, write
            ``version.set_metadata(name, {**version.metadata(name), "site": "Bern"})``.

        Raises
        ------
        NotFound
            There is no such asset in this version.
        InvalidInput
            It cannot be kept as JSON; the message says what.
        """
        if not isinstance(metadata, Mapping):
            raise InvalidInput(f"set_metadata takes a mapping of names to values, not {metadata!r}.")
        return self.workspace.client.call(
            "assets.set_metadata", dict[str, Any], asset_id=self._asset(asset), metadata=dict(metadata)
        )

    def _asset(self, asset: str | int) -> int:
        column = "name" if isinstance(asset, str) else "asset_id"
        value = asset if isinstance(asset, str) else int(asset)
        rows = self.workspace.sql(
            f"select asset_id from assets where version_id = $1 and {column} = $2", [self.version_id, value]
        )
        if rows.empty:
            raise NotFound(f"There is no asset {asset!r} in the version {self.name!r}; version.assets() lists them.")
        return int(rows["asset_id"][0])
