"""Objects of a Supervisely annotation as shapes, and shapes as objects."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from nbannotate import shapes
from nbannotate.errors import InvalidInput
from nbannotate.formats import _bitmap, _json, _usable
from nbannotate.formats._contract import Foreign
from nbannotate.formats._outcome import Problems
from nbannotate.formats._supervisely_meta import GEOMETRIES, KINDS, names_of
from nbannotate.model import Label, Point, Shape
from nbannotate.model.shape_builders import turned_box
from nbannotate.shapes.base import even_odd
from nbannotate.shapes.mask import mask
from nbannotate.shapes.polygon import ring_arrays
from nbannotate.shapes.rotated_rectangle import box_of
from nbannotate.shapes.skeleton import ABSENT, HIDDEN, VISIBLE, placed, visibility

OF_OBJECT = frozenset({
    "id", "classTitle", "geometryType", "shape", "tags", "points", "bitmap", "alpha_mask", "nodes", "parts",
    "angle", "instance",
})  # fmt: skip
#: The time and the person of a tag, and its id; kept and written again.
OF_TAG = frozenset({"name", "value"})

Rings = list[tuple[Point, ...]]


class Reader:
    """Reads the objects of one project.

    Parameters
    ----------
    labels
        The classes, by their titles.
    foreign
        What the project says of them.
    problems
        Where it is said what cannot be taken.
    """

    def __init__(self, labels: Mapping[str, Label], foreign: Mapping[str, Foreign], problems: Problems) -> None:
        self.labels, self.foreign, self.problems = labels, foreign, problems

    def shape(self, item: object, size: tuple[int, int], place: str) -> tuple[Shape, Foreign] | None:
        """Return a shape and what the file calls it, or say what is wrong with it."""
        if not isinstance(item, dict):
            self.problems.add("objects", "they are no objects of JSON", place)
            return None
        label = _usable.label(item.get("classTitle"), "objects", self.problems, f"{place}.classTitle")
        if label is None:
            return None
        if label not in self.labels:
            self.problems.add("objects", "meta.json has no class of their classTitle", f"{place}.classTitle")
            return None
        said = self.foreign[label].extra.get("shape") if label in self.foreign else None
        geometry = item.get("geometryType") or item.get("shape") or said
        if not isinstance(geometry, str) or geometry not in KINDS:
            what = "cuboids" if str(geometry).startswith("cuboid") else "figures"
            self.problems.note(what, f"there is no kind of shape for {geometry!s:.40}", f"{place}.geometryType")
            return None
        extra = _usable.rest(item, OF_OBJECT)
        attributes = self.attributes(item.get("tags"), extra, f"{place}.tags")
        group = item.get("instance")
        fields: dict[str, Any] = {
            "label": label, "attributes": attributes,
            "group": str(group)[: _usable.LONGEST_NAME] if isinstance(group, str | int) and str(group) else None,
        }  # fmt: skip
        try:
            made = self.made(item, geometry, size, fields, extra)
        except InvalidInput as error:
            self.problems.add("objects", f"of a {geometry}, {str(error).rstrip('.')}", place)
            return None
        return made, Foreign(id=_usable.id_of(item.get("id")), extra=extra)

    def attributes(self, tags: object, extra: dict[str, Any], place: str) -> dict[str, Any]:
        """Return the tags of an object as attributes; several of one name are a list."""
        found: dict[str, list[Any]] = {}
        more: dict[str, Any] = {}
        for tag in read_tags(tags, self.problems, place):
            name, value = tag["name"], tag.get("value")
            found.setdefault(name, []).append(True if value is None else value)
            if kept := _usable.rest(tag, OF_TAG):
                more[name] = kept
        if more:
            extra["tags"] = more
        return {name: values[0] if len(values) == 1 else values for name, values in found.items()}

    def made(
        self, item: dict[str, Any], geometry: str, size: tuple[int, int], fields: dict[str, Any], extra: dict[str, Any]
    ) -> Shape:
        """Return the shape of a figure.

        Raises
        ------
        InvalidInput
            It is none.
        """
        kind = KINDS[geometry]
        if geometry in ("alpha_mask", "multipolygon"):
            extra["geometryType"] = geometry
        if kind == "mask":
            return _mask(item, geometry, size, fields)
        if kind == "skeleton":
            return self.skeleton(item.get("nodes"), fields, extra)
        if kind == "rotated_rectangle":
            points = _turned(item, extra)
        else:
            rings = _rings(item, geometry)
            points = tuple(p for ring in rings for p in ring)
            if len(rings) > 1:
                fields["rings"] = tuple(map(len, rings))
        if kind == "rectangle" and len(points) == 2:
            (ax, ay), (bx, by) = points
            points = (min(ax, bx), min(ay, by)), (max(ax, bx), max(ay, by))
        made = Shape(kind=kind, points=points, **fields)
        if wrong := shapes.kind(kind).problem(made, *(v or math.inf for v in size)):
            raise InvalidInput(wrong)
        return made

    def skeleton(self, nodes: object, fields: dict[str, Any], extra: dict[str, Any]) -> Shape:
        """Return a graph as a skeleton: its points in the order of the class, those that are not there as absent."""
        if not isinstance(nodes, dict) or not nodes:
            raise InvalidInput("there are no nodes")
        its = self.labels[fields["label"]].skeleton
        if its is None:
            ids = extra["nodes"] = list(nodes)
        else:
            config = self.foreign[fields["label"]].extra.get("geometry_config")
            ids = list(names_of(config)) if config else list(its.points)
            if strange := nodes.keys() - set(ids):
                raise InvalidInput(f"the class has no node {min(strange)!r:.60}")
        at: list[Point] = []
        states: list[int] = []
        for key in ids:
            node = nodes.get(key)
            loc = _json.numbers(node.get("loc")) if isinstance(node, dict) else None
            if node is not None and (loc is None or len(loc) != 2):
                raise InvalidInput(f"the node {key!r:.60} is at no pair of numbers")
            at.append((loc[0], loc[1]) if loc else (0.0, 0.0))
            states.append(ABSENT if not isinstance(node, dict) else HIDDEN if node.get("disabled") else VISIBLE)
        seen = () if set(states) == {VISIBLE} else tuple(states)
        made = Shape(kind="skeleton", points=placed(at, states), visibility=seen, **fields)
        if wrong := shapes.kind("skeleton").payload(made):
            raise InvalidInput(wrong)
        return made


def read_tags(given: object, problems: Problems, place: str) -> list[dict[str, Any]]:
    """Return tags as objects; one may be its name alone."""
    if given is None:
        return []
    if not isinstance(given, list):
        problems.add("sets of tags", "they are no lists", place)
        return []
    found = []
    for i, tag in enumerate(given):
        one = {"name": tag} if isinstance(tag, str) else tag
        if not isinstance(one, dict) or _usable.name(one.get("name")) is None or not _json.kept(one.get("value")):
            problems.add("tags", "they have no name, or a value that is no JSON", f"{place}[{i}]")
        else:
            found.append({**one, "name": one["name"].strip()})
    return found


def _rings(item: Mapping[str, Any], geometry: str) -> Rings:
    """Return the points of a figure, ring by ring."""
    parts = item.get("parts") if geometry == "multipolygon" else [item.get("points")]
    rings: Rings = []
    for part in parts if isinstance(parts, list) else [None]:
        its = part if isinstance(part, dict) else {"exterior": part}
        inner = its.get("interior") or []
        for given in (its.get("exterior"), *(inner if isinstance(inner, list) else [None])):
            found = _usable.points(given)
            if not found:
                raise InvalidInput("the points are no pairs of numbers")
            rings.append(found)
    return rings


def _turned(item: Mapping[str, Any], extra: dict[str, Any]) -> tuple[Point, ...]:
    given = item.get("points")
    corners = _usable.points(given.get("exterior") if isinstance(given, dict) else given)
    angle = _json.number(item.get("angle", 0))
    if corners is None or len(corners) != 2 or angle is None:
        raise InvalidInput("it has two corners and an angle in radians")
    (ax, ay), (bx, by) = corners
    box = min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
    extra["oriented_bbox"] = [*box, angle]
    return _corners(*box, angle)


def _corners(left: float, top: float, right: float, bottom: float, radians: float) -> tuple[Point, ...]:
    return turned_box(left, top, right - left, bottom - top, math.degrees(radians))


def _mask(item: Mapping[str, Any], geometry: str, size: tuple[int, int], fields: dict[str, Any]) -> Shape:
    given = item.get(geometry) or item.get("bitmap")
    origin = _json.numbers(given.get("origin")) if isinstance(given, dict) else None
    if not isinstance(given, dict) or origin is None or len(origin) != 2:
        raise InvalidInput("there are no data with an origin")
    if min(size) < 1:
        raise InvalidInput("the size of the image is not known")
    pixels = _bitmap.from_text(given.get("data"), packed=True)
    return mask(_bitmap.placed(pixels, round(origin[0]), round(origin[1])), (size[1], size[0]), **fields)


# ---- writing


def written(
    shape: Shape, known: Foreign, label: Label | None, config: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Return a shape as an object; None if there is no such figure.

    Parameters
    ----------
    shape
        With a label.
    known
        What a file called it.
    label, config
        Its label, and the graph that the project says of it.
    """
    if shape.kind not in GEOMETRIES or not shape.label:
        return None
    extra = dict(known.extra)
    geometry, its = _figure(shape, extra, label, config)
    more: dict[str, Any] = extra.pop("tags", {})
    made = {
        "classTitle": shape.label,
        "description": extra.pop("description", ""),
        "tags": tags_of(shape.attributes, more),
        "geometryType": geometry,
        **its,
        **extra,
    }
    if shape.group is not None:
        made["instance"] = shape.group
    return made if known.id is None else {"id": known.id, **made}


def tags_of(values: Mapping[str, Any], more: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return attributes as tags: what is true has no value, what is false is none, a list is several."""
    found = []
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not False and one is not None:
                found.append({"name": name, **({} if one is True else {"value": one}), **more.get(name, {})})
    return found


def lost(values: Mapping[str, Any]) -> bool:
    """Return whether tags cannot say some of the values as they are."""
    for value in values.values():
        several = value if isinstance(value, list) else [value]
        if len(several) < 2 and isinstance(value, list):
            return True
        if any(one is False or one is None or isinstance(one, dict | list) for one in several):
            return True
    return False


def _figure(
    shape: Shape, extra: dict[str, Any], label: Label | None, config: Mapping[str, Any] | None
) -> tuple[str, dict[str, Any]]:
    """Return the name of a figure, and its geometry."""
    geometry = extra.pop("geometryType", None)
    ids, turned = extra.pop("nodes", None), extra.pop("oriented_bbox", None)
    if shape.kind == "mask":
        geometry = geometry if geometry == "alpha_mask" else "bitmap"
        region = _bitmap.part(shape.rle)
        return geometry, {
            geometry: {"data": _bitmap.to_text(region.pixels, packed=True), "origin": [region.x, region.y]}
        }
    if shape.kind == "skeleton":
        return "graph", {"nodes": _nodes(shape, ids, label, config)}
    if shape.kind == "rotated_rectangle":
        if turned is None or _corners(*turned) != shape.points:
            x, y, width, height, angle = box_of(shape.points)
            turned = [x, y, x + width, y + height, math.radians(angle)]
        return "oriented_bbox", {"points": [_pair(turned[:2]), _pair(turned[2:4])], "angle": turned[4]}
    if shape.kind == "polygon":
        parts = _parts([[_pair(p) for p in ring.tolist()] for ring in ring_arrays(shape)])
        if len(parts) > 1 or geometry == "multipolygon":
            return "multipolygon", {"parts": parts}
        return "polygon", {"points": parts[0]}
    return GEOMETRIES[shape.kind], {"points": {"exterior": [_pair(p) for p in shape.points], "interior": []}}


def _parts(rings: list[list[list[float]]]) -> list[dict[str, Any]]:
    """Return rings as parts: one that begins inside the part before is a hole of it."""
    import numpy as np

    parts: list[dict[str, Any]] = []
    for ring in rings:
        if parts and even_odd(np.array(parts[-1]["exterior"], dtype=np.float64), *ring[0]):
            parts[-1]["interior"].append(ring)
        else:
            parts.append({"exterior": ring, "interior": []})
    return parts


def _nodes(
    shape: Shape, ids: list[str] | None, label: Label | None, config: Mapping[str, Any] | None
) -> dict[str, Any]:
    names = label.skeleton.points if label is not None and label.skeleton is not None else None
    if names is not None and config:
        by_name = {name: key for key, name in names_of(config).items()}
        ids = [by_name.get(name, name) for name in names]
    keys = ids or names or [str(i) for i in range(len(shape.points))]
    found = {}
    for key, point, seen in zip(keys, shape.points, visibility(shape), strict=False):
        if seen != ABSENT:
            found[key] = {"loc": _pair(point), **({"disabled": True} if seen == HIDDEN else {})}
    return found


def _pair(point: Any) -> list[float]:
    """Return a point with whole numbers as such, as Supervisely writes them."""
    return [int(v) if float(v).is_integer() and abs(v) < 1 << 53 and str(v) != "-0.0" else v for v in point]
