"""Rows of the views as pandas users have them: arrays of points, lists, columns of attributes; no JSON text.

What comes out goes in: ``version.add_annotations`` of these tables gives the same shapes, tags and attributes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from nbannotate.model import Rle, Shape
from nbannotate.model.fields import PREFIX
from nbannotate.model.values import as_stored
from nbannotate.workspace import dtypes

if TYPE_CHECKING:
    import pandas as pd

_decode = msgspec.json.decode
_rle = msgspec.json.Decoder(Rle)
_pairs = msgspec.json.Decoder(tuple[tuple[float, float], ...])


def of_shapes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of the view ``shapes`` with real values.

    ``points`` are ``(n, 2)`` arrays of float64, ``rle`` COCO's mapping or None, ``visibility`` and ``rings`` a list or
    None, ``also`` a list; each attribute is a column ``attributes.…`` behind the others, with the type of its values.
    """
    import numpy as np

    found = rows.copy()
    points = (np.array(_pairs.decode(v), dtype=np.float64).reshape(-1, 2) for v in rows["points"])
    found["points"] = _objects(rows, points)
    for name in ("rle", "visibility", "also", "rings"):
        found[name] = _objects(rows, (_decode(v) if isinstance(v, str) else None for v in rows[name]))
    return _with_columns(found.drop(columns="attributes"), PREFIX, _mappings(rows["attributes"]))


def of_annotations(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of annotations with real values: ``tags`` are lists, ``tag_attributes`` mappings."""
    found = rows.copy()
    for name in ("tags", "tag_attributes"):
        found[name] = _objects(rows, (_decode(v) if isinstance(v, str) else None for v in rows[name]))
    return found


def of_tags(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of tags with real values: each attribute is a column ``attributes.…``."""
    return _with_columns(rows.drop(columns="attributes"), PREFIX, _mappings(rows["attributes"]))


def of_assets(rows: pd.DataFrame, types: dict[str, str]) -> pd.DataFrame:
    """Return rows of assets with real values: each value of the metadata is a column ``metadata.…`` of its type."""
    import pandas as pd

    more = of_metadata(rows["metadata"], types).add_prefix("metadata.").set_axis(rows.index)
    return pd.concat([rows.drop(columns="metadata"), more], axis=1)


def of_metadata(texts: pd.Series[Any], types: dict[str, str]) -> pd.DataFrame:
    """Return metadata as a table: a column for each value, of the type that it was given with."""
    import pandas as pd

    mappings = _mappings(texts)
    names = sorted({name for its in mappings for name in its})
    columns = {
        name: dtypes.restored([its.get(name, _Missing) for its in mappings], _Missing, types.get(name, ""))
        for name in names
    }
    return pd.DataFrame(columns, index=range(len(mappings)))


@as_stored()
def as_shapes(rows: pd.DataFrame) -> tuple[Shape, ...]:
    """Return the shapes of rows of the view ``shapes``, as they are in the store."""
    columns = [rows[name].tolist() for name in FIELDS]
    return tuple(
        Shape(
            kind=kind, points=_pairs.decode(points), label=label, id=shape_id,
            attributes=_decode(attributes) if attributes != "{}" else {},
            confidence=confidence if isinstance(confidence, float) and confidence == confidence else None,
            color=color if isinstance(color, str) else None, rle=_rle.decode(rle) if isinstance(rle, str) else None,
            visibility=tuple(_decode(visibility)) if isinstance(visibility, str) else (),
            also=tuple(_decode(also)) if also != "[]" else (),
            rings=tuple(_decode(rings)) if isinstance(rings, str) else (),
            group=group if isinstance(group, str) else None, track=track if isinstance(track, str) else None,
            keyframe=bool(keyframe),
        )
        for kind, points, label, shape_id, attributes, confidence, color, rle, visibility, also, rings, group, track,
            keyframe in zip(*columns, strict=True)
    )  # fmt: skip


@as_stored()
def as_shape(kind: str, points: str, label: str, rle: object, visibility: object, rings: object) -> Shape:
    """Return where a shape of the view ``shapes`` is and what it is called, without its other values.

    Parameters
    ----------
    kind, points, label, rle, visibility, rings
        As the view has them: JSON text, of the last three only where there is one.
    """
    return Shape(
        kind=kind, points=_pairs.decode(points), label=label, rle=_rle.decode(rle) if isinstance(rle, str) else None,
        visibility=tuple(_decode(visibility)) if isinstance(visibility, str) else (),
        rings=tuple(_decode(rings)) if isinstance(rings, str) else (),
    )  # fmt: skip


#: The columns of the view ``shapes`` that make a shape.
FIELDS = (
    "kind", "points", "label", "shape_id", "attributes", "confidence", "color", "rle", "visibility", "also", "rings",
    "group", "track", "keyframe",
)  # fmt: skip


class _Missing:
    """What stands for a value that is not there, where None is one."""


def _with_columns(table: pd.DataFrame, prefix: str, mappings: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a table with a column behind the others for each key of some mappings, one a row."""
    import pandas as pd

    names = sorted({name for its in mappings for name in its})
    missing: Any = _Missing
    more = {f"{prefix}{name}": dtypes.column([its.get(name, missing) for its in mappings], missing) for name in names}
    return pd.concat([table, pd.DataFrame(more).set_axis(table.index)], axis=1) if more else table


def _mappings(texts: pd.Series[Any]) -> list[dict[str, Any]]:
    # A column of texts is gone through one by one ten times as fast as an array.
    return [{} if v in ("{}", None) else _decode(v) for v in texts.to_numpy(dtype=object)]


def _objects(rows: pd.DataFrame, values: Iterable[Any]) -> pd.Series[Any]:
    return dtypes.objects(list(values)).set_axis(rows.index)
