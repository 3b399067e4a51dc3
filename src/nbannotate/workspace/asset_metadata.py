"""The metadata of a version's assets: of one as a mapping, of all as a table with the types that it was given with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import msgspec

from nbannotate.errors import InvalidInput, NotFound
from nbannotate.model.suggestions import meant as did_you_mean
from nbannotate.model.values import as_mapping, as_whole, plain
from nbannotate.workspace import asset_matching, frames, native_values, pieces
from nbannotate.workspace import metadata as metadata_of

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.version import Version

_decode = msgspec.json.decode


#: With so many names one that is not there is compared.
MOST_COMPARED = 10_000


@overload
def metadata(self: Version, asset: str | int) -> dict[str, Any]: ...
@overload
def metadata(self: Version) -> pd.DataFrame: ...
def metadata(self: Version, asset: str | int | None = None) -> dict[str, Any] | pd.DataFrame:
    """Return the metadata of an asset, by its name or its id; of all assets as a DataFrame if none is named.

    Returns
    -------
    dict or pandas.DataFrame
        Of all: one row an asset, its name in the index, each value a column of the type that it was given with:
        whole numbers, times with their zone. ``set_metadata`` takes it as it is.
    """
    if asset is not None:
        return self.workspace.client.call("assets.metadata", dict[str, Any], asset_id=_asset(self, asset))
    import pandas as pd

    rows = _described(self)
    index = pd.Index(rows["name"], name="asset")
    return native_values.of_metadata(rows["metadata"], types(self)).set_axis(index)


@overload
def set_metadata(self: Version, asset: str | int, metadata: Mapping[str, Any]) -> dict[str, Any]: ...
@overload
def set_metadata(self: Version, asset: pd.DataFrame | Mapping[str, Mapping[str, Any]]) -> int: ...
def set_metadata(self: Version, asset: Any, metadata: Mapping[str, Any] | None = None) -> dict[str, Any] | int:
    """Replace the metadata of an asset, and return them; or those of many, and return how many changed.

    They belong to the asset: they change in all versions that it is in, published ones too.

    Parameters
    ----------
    asset
        Its name, or its id. Or, for many, a DataFrame with one row an asset, whose name stands in the column
        ``asset`` or ``name``, or in the index, and a column for each value (of ``version.assets.df()`` those that
        begin with ``metadata.``); or a mapping from names to mappings.
    metadata
        Of one asset all of it: texts, numbers, True and False, None, lists and mappings; days and times become
        texts. To change one value, see :meth:`update_metadata`.

    Raises
    ------
    NotFound
        There is no such asset in this version.
    InvalidInput
        It cannot be kept as JSON; the message says the column and the asset. Nothing is changed.
    """
    if metadata is None and not isinstance(plain(asset), str | int):
        return _set(self, asset, update=False)
    values = metadata_of.plain_metadata(as_mapping("set_metadata", metadata))
    return self.workspace.client.call(
        "assets.set_metadata", dict[str, Any], asset_id=_asset(self, asset), metadata=values
    )


def update_metadata(self: Version, asset: Any, metadata: Mapping[str, Any] | None = None) -> dict[str, Any] | int:
    """Change some values of the metadata of an asset, or of many, as ``dict.update`` does; the others stay.

    Parameters
    ----------
    asset, metadata
        As for :meth:`set_metadata`. What is missing in a table stays as it is.

    Raises
    ------
    NotFound, InvalidInput
        As for :meth:`set_metadata`.
    Conflict
        Somebody changed them meanwhile; nothing is changed.
    """
    if metadata is None and not isinstance(plain(asset), str | int):
        return _set(self, asset, update=True)
    old, asset_id = self.metadata(asset), _asset(self, asset)
    values = old | metadata_of.plain_metadata(as_mapping("update_metadata", metadata))
    return self.workspace.client.call(
        "assets.set_metadata", dict[str, Any], asset_id=asset_id, metadata=values, old=old
    )


def _set(version: Version, table: Any, *, update: bool) -> int:
    """Replace, or update, the metadata of many assets."""
    import pandas as pd

    given = metadata_of.given(table)
    kept = metadata_of.kept(given)
    by_name = asset_matching.meant(version, given.names)
    rows = _described(version)
    now = dict(zip(rows["name"], rows["metadata"], strict=True))
    strange = [name for name in given.names if by_name[name] not in now]
    if strange:
        raise NotFound(
            f"{len(strange)} of {len(given.names)} rows are of no asset of the version {version.name!r}: "
            f"{', '.join(map(repr, strange[:5]))}{did_you_mean(strange[0], now)}. Put the names into the column "
            "'asset' or the index; nothing was changed."
        )
    if len(set(given.names)) < len(given.names):
        twice = next(n for n in given.names if given.names.count(n) > 1)
        raise InvalidInput(f"There are two rows for {twice!r}; nothing was changed.")
    names = [by_name[name] for name in given.names]
    if update:
        kept = [{**_decode(now[name]), **its} for name, its in zip(names, kept, strict=True)]
    sent = pd.DataFrame(
        {
            "asset": names,
            "metadata": [metadata_of.encoded(name, its) for name, its in zip(names, kept, strict=True)],
            "old": [now[name] for name in names] if update else [None] * len(names),
        }
    ).astype({"asset": "str", "metadata": "str", "old": "string"})
    return version.workspace.client.upload(
        "metadata.set", int, frames.to_parquet(sent), version_id=version.version_id, types=given.types
    )


def _described(version: Version) -> pd.DataFrame:
    query = "select name, metadata from assets where version_id = $1 order by position"
    return version.workspace.sql(query, [version.version_id])


def types(version: Version) -> dict[str, str]:
    """Return the types of the columns of the metadata."""
    return version.workspace.client.call("metadata.types", dict[str, str], version_id=version.version_id)


def _asset(version: Version, asset: str | int) -> int:
    asset = plain(asset)
    column = "name" if isinstance(asset, str) else "asset_id"
    value = asset if isinstance(asset, str) else as_whole("asset", asset)
    rows = version.workspace.sql(
        f"select asset_id from assets where version_id = $1 and {column} = $2", [version.version_id, value]
    )
    if rows.empty:
        some = version.workspace.sql(
            f"select name from assets where version_id = $1 limit {MOST_COMPARED}", [version.version_id]
        )
        near = did_you_mean(asset, some["name"]) if isinstance(asset, str) else ""
        raise NotFound(f"There is no asset {asset!r}{near} in the version {version.name!r}; version.assets lists them.")
    return int(rows["asset_id"][0])


def from_file(
    version: Version, found: Mapping[str, Mapping[str, Any]], folder: Path
) -> tuple[pieces.Pieces, dict[str, str]]:
    """Return the metadata that a file has of assets as the table that sets them; what an asset has already stays.

    Parameters
    ----------
    version
        Whose assets.
    found
        The metadata, by the name of the asset.
    folder
        Where the table is written.

    Returns
    -------
    tuple
        The table, and the assets that have another value for something, with its name.
    """
    table, other = pieces.described(folder), dict[str, str]()
    if not found:
        return table, other
    rows = _described(version)
    for name, text in zip(rows["name"], rows["metadata"], strict=True):
        if name in found:
            now = _decode(text)
            more = {k: v for k, v in found[name].items() if k not in now}
            if more:
                table.add(name, metadata_of.encoded(name, {**now, **metadata_of.plain_metadata(more)}), text)
            if differing := next((k for k, v in found[name].items() if k in now and now[k] != v), None):
                other[name] = differing
    return table, other
