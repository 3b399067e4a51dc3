"""Geometries of Shapely, GeoPandas and GeoJSON: whatever says its coordinates with ``__geo_interface__``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbannotate.errors import InvalidInput
from nbannotate.model.values import plain

_PARTS = {"MultiPolygon": "Polygon", "MultiLineString": "LineString"}
_TYPES = ("Polygon", "LineString", "LinearRing", "Point", "MultiPoint", *_PARTS)
_WHOLE = ("Feature", "FeatureCollection", "GeometryCollection")


def is_one(value: Any) -> bool:
    """Return whether a value is a geometry, a feature, or a collection of them."""
    if hasattr(value, "__geo_interface__") and not hasattr(value, "columns"):
        return True
    return isinstance(value, Mapping) and value.get("type") in (*_TYPES, *_WHOLE) and "points" not in value


def fields(value: Any) -> list[dict[str, Any]]:
    """Return the fields of shapes, one for each part; the properties of a feature are label, score and attributes.

    Raises
    ------
    InvalidInput
        It is of another type, or has holes: a polygon here has none.
    """
    given: Any = value.__geo_interface__ if hasattr(value, "__geo_interface__") else value
    return _of(given, {})


def _of(given: Mapping[str, Any], more: Mapping[str, Any]) -> list[dict[str, Any]]:
    kind = given.get("type")
    if kind in ("FeatureCollection", "GeometryCollection"):
        parts = given["features" if kind == "FeatureCollection" else "geometries"]
        return [its for part in parts for its in _of(part, more)]
    if kind == "Feature":
        said = {k: v for k, v in (given.get("properties") or {}).items() if k not in ("points", "kind", "rle")}
        return _of(given["geometry"], {**more, **said})
    if kind not in _TYPES:
        raise InvalidInput(f"a {kind} is no geometry that can be a shape; there are {', '.join(_TYPES)}.")
    if not given.get("coordinates"):
        raise InvalidInput(f"the {kind} is empty.")
    coordinates = plain(given["coordinates"])
    parts = coordinates if kind in _PARTS else [coordinates]
    found = []
    for part in parts:
        its, points = _PARTS.get(kind, kind), part
        if its == "Polygon":
            if len(part) > 1:
                raise InvalidInput("a polygon has no holes here; make it a mask: nb.Shape.mask(array).")
            points = part[0][:-1] if len(part[0]) > 3 and part[0][0] == part[0][-1] else part[0]
        name = {"Polygon": "polygon", "Point": "point", "MultiPoint": "keypoints"}.get(its, "polyline")
        points = [points] if its == "Point" else points
        found.append({**more, "kind": name, "points": [p[:2] for p in points]})
    return found
