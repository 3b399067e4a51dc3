"""The metadata that a person gives with images: from a DataFrame, or mappings, to JSON, or one sentence a column."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from nbannotate.errors import InvalidInput
from nbannotate.model.values import is_missing, is_series, plain, shown
from nbannotate.rules.metadata import NotJson, as_json, check_metadata, name_problem
from nbannotate.workspace import dtypes

#: So many columns that cannot be kept are told of; the others are counted.
MOST_TOLD = 5


class Given(Struct, frozen=True):
    """Metadata as a table: the names of images, and columns of values as they were given, one for each name.

    Of some columns ``types`` has the type that they had, as :mod:`nbannotate.workspace.dtypes` names it.
    """

    names: list[str]
    columns: dict[str, list[Any]]
    types: dict[str, str] = field(default_factory=dict)


NONE = Given([], {})
#: What a column of metadata is called among those of assets: ``metadata.site``.
PREFIX = "metadata."
#: Where the names of images stand, in a column or in the index.
NAMES = ("name", "asset")


def given(metadata: Any) -> Given:
    """Return what was given: a DataFrame with the images' names in the column ``name`` or in the index, or mappings.

    Raises
    ------
    InvalidInput
        It is something else, or two columns have one name.
    """
    if metadata is None:
        return NONE
    if hasattr(metadata, "columns") and hasattr(metadata, "iloc"):
        return _of_frame(metadata)
    if isinstance(metadata, Mapping) and all(isinstance(v, Mapping) or is_series(v) for v in metadata.values()):
        return _of_records([(name, dict(values)) for name, values in metadata.items()])
    if isinstance(metadata, list | tuple) and all(isinstance(v, Mapping) and "name" in v for v in metadata):
        return _of_records([(v["name"], {k: x for k, x in v.items() if k != "name"}) for v in metadata])
    if isinstance(metadata, str | os.PathLike):
        raise InvalidInput(
            "metadata takes a table, not the name of a file; read it first: "
            f"metadata=pd.read_csv({os.fspath(metadata)!r})."
        )
    raise InvalidInput(
        "metadata takes a DataFrame with the images' names in the column 'name' or in the index, or a mapping such as "
        f"{{'a.jpg': {{'site': 'Bern'}}}}, not {shown(metadata)}."
    )


def _of_frame(frame: Any) -> Given:
    titles = [_title(c) for c in frame.columns]
    twice = [name for name, n in Counter(titles).items() if n > 1]
    if twice:
        raise InvalidInput(f"metadata has {_named(twice)} more than once; rename the columns. Nothing was added.")
    indexed = frame.index.name in NAMES
    at = None if indexed else next((titles.index(name) for name in NAMES if name in titles), None)
    names = frame.index if at is None else frame.iloc[:, at]
    places = {title: i for i, title in enumerate(titles) if i != at}
    if any(title.startswith(PREFIX) for title in places):  # a table of assets
        places = {title.removeprefix(PREFIX): i for title, i in places.items() if title.startswith(PREFIX)}
    columns = {title: _values(frame.iloc[:, i]) for title, i in places.items()}
    types = {title: dtypes.named(frame.iloc[:, i]) for title, i in places.items()}
    return Given([str(v) for v in names], columns, types)


def _title(column: Any) -> str:
    """Return the name of a column; of one with several levels they are joined, as ``pd.json_normalize`` does."""
    return ".".join(map(str, column)) if isinstance(column, tuple) else str(plain(column))


def _values(series: Any) -> list[Any]:
    """Return the values of a column, times with all their digits."""
    return list(series) if series.dtype.kind in "mM" or series.dtype == object else list(series.tolist())


def _of_records(records: list[tuple[Any, dict[Any, Any]]]) -> Given:
    titles = dict.fromkeys(_title(k) for _, values in records for k in values)
    rows = [{_title(k): v for k, v in values.items()} for _, values in records]
    columns = {t: [row.get(t) for row in rows] for t in titles}
    types = {t: kind for t, values in columns.items() if (kind := dtypes.temporal(values)) is not None}
    return Given([str(plain(name)) for name, _ in records], columns, types)


def kept(table: Given) -> list[dict[str, Any]]:
    """Return, for each name, its metadata as JSON has them; what is missing is left out.

    Raises
    ------
    InvalidInput
        With one sentence for each column that cannot be kept.
    """
    rows: list[dict[str, Any]] = [{} for _ in table.names]
    told = []
    for title, values in table.columns.items():
        if problem := name_problem(title):
            told.append(f"the name of a column {problem}")
            continue
        for name, row, value in zip(table.names, rows, values, strict=True):
            try:
                if not is_missing(value) and (found := as_json(value)) is not None:
                    row[title] = found
            except NotJson as error:
                told.append(f"the column {title!r} has, for {name!r}, {error}")
                break
    if told:
        more = f"; and {len(told) - MOST_TOLD} more columns" if len(told) > MOST_TOLD else ""
        raise InvalidInput(
            f"metadata cannot be kept: {'; '.join(told[:MOST_TOLD])}{more}. Change or drop these columns; "
            "nothing was added."
        )
    return rows


def encoded(name: str, metadata: dict[str, Any]) -> str:
    """Return the metadata of an image as JSON text, or raise InvalidInput that begins with its name."""
    try:
        return check_metadata(metadata) if metadata else "{}"
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error} Nothing was added.") from None


def plain_metadata(metadata: Any) -> dict[str, Any]:
    """Return the metadata of one asset as JSON has them, or raise InvalidInput."""
    values = {_title(k): v for k, v in dict(metadata).items()}
    found: dict[str, Any] = json.loads(check_metadata(values))
    return found


def _named(names: list[str]) -> str:
    return ("the column " if len(names) == 1 else "the columns ") + ", ".join(map(repr, names))
