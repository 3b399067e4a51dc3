"""``meta.json`` of a Supervisely project: its classes are labels, its tags are tags and attributes of labels.

A tag of images is a tag; its value, if it takes one, is the tag's attribute *value*. A tag of objects is an attribute
of the labels that it is for; one without a value is true where it is given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from nbannotate.errors import InvalidInput
from nbannotate.formats import _usable
from nbannotate.formats._contract import Foreign, Head
from nbannotate.formats._outcome import Problems
from nbannotate.model import Attribute, Label, Skeleton, Tag
from nbannotate.model.attribute import AttributeType

#: The attribute of a tag that holds its value.
VALUE = "value"
#: The kind of shape of each ``geometryType``; the first name of a kind is the one that is written.
KINDS = {
    "rectangle": "rectangle", "polygon": "polygon", "multipolygon": "polygon", "line": "polyline", "point": "point",
    "bitmap": "mask", "alpha_mask": "mask", "graph": "skeleton", "oriented_bbox": "rotated_rectangle",
}  # fmt: skip
GEOMETRIES = {kind: geometry for geometry, kind in reversed(KINDS.items())}
ANY = "any"
#: The values of a tag, and the type of the attribute that holds them.
TYPES: dict[str, AttributeType] = {
    "none": "boolean", "any_string": "text", "any_number": "number", "oneof_string": "choice", "date": "text",
}  # fmt: skip
COLOR = "#0f8a2a"
OF_CLASS = frozenset({"id", "title", "color"})
OF_TAG = frozenset({"name"})
OF_META = frozenset({"classes", "tags", "tags_images", "tags_objects"})


def head_of(meta: Mapping[str, Any], problems: Problems, place: str) -> Head:
    """Return labels and tags of ``meta.json``."""
    tags = _tags(meta, problems, place)
    labels: dict[str, Label] = {}
    foreign: dict[str, Foreign] = {}
    for i, item in enumerate(_listed(meta, "classes", problems, place)):
        where = f"{place}: classes[{i}]"
        if not isinstance(item, dict):
            problems.add("classes", "they are no objects", where)
            continue
        name = _usable.label(item.get("title"), "classes", problems, f"{where}.title")
        if name is None:
            continue
        if name in labels:
            problems.add("classes", "another one has the same title", f"{where}.title")
            continue
        its = [_attribute(tag) for tag in tags.values() if _is_for(tag, name)]
        shape, config = item.get("shape"), item.get("geometry_config")
        kinds = (KINDS[shape],) if isinstance(shape, str) and shape in KINDS else ()
        skeleton = _skeleton(config, problems, f"{where}.geometry_config")
        labels[name] = Label(name, kinds, _color(item.get("color")), its, skeleton)
        wrong = {"geometry_config"} if config and skeleton is None else set[str]()
        extra = _usable.rest(item, OF_CLASS | wrong | (set() if isinstance(shape, str) else {"shape"}))
        foreign[name] = Foreign(id=_usable.id_of(item.get("id")), extra=extra)
    of_images = tuple(
        Tag(name, (_attribute(tag, VALUE),) if tag.get("value_type", "none") != "none" else ())
        for name, tag in tags.items()
        if tag.get("applicable_type") != "objectsOnly"
    )
    extra = _usable.rest(meta, OF_META)
    extra["tags"] = {name: _usable.rest(tag, OF_TAG) for name, tag in tags.items()}
    return Head(labels=tuple(labels.values()), tags=of_images, foreign=foreign, extra=extra)


def _listed(meta: Mapping[str, Any], name: str, problems: Problems, place: str) -> list[Any]:
    found = meta.get(name, [])
    if isinstance(found, list):
        return found
    problems.add(name, "they are no list", f"{place}: {name}")
    return []


def _tags(meta: Mapping[str, Any], problems: Problems, place: str) -> dict[str, dict[str, Any]]:
    """Return the tags by their names; old projects have those of images and those of objects apart."""
    found: dict[str, dict[str, Any]] = {}
    for listed, to in (("tags", None), ("tags_images", "imagesOnly"), ("tags_objects", "objectsOnly")):
        for i, item in enumerate(_listed(meta, listed, problems, place)):
            where = f"{place}: {listed}[{i}]"
            if not isinstance(item, dict) or _usable.name(item.get("name")) is None:
                problems.add("tags", "a tag's name has 1 to 200 characters", f"{where}.name")
                continue
            name = item["name"].strip()
            if str(item.get("value_type", "none")) not in TYPES:
                problems.add("tags", f"their value_type is none of {', '.join(TYPES)}", f"{where}.value_type")
            elif name not in found:
                found[name] = item if to is None else {**item, "applicable_type": to}
            elif to == "objectsOnly" and found[name].get("applicable_type") == "imagesOnly":
                found[name] = {**found[name], "applicable_type": "all"}
            else:
                problems.add("tags", "another one has the same name", f"{where}.name")
    return found


def _is_for(tag: Mapping[str, Any], label: str) -> bool:
    """Return whether objects of a class take a tag."""
    classes = tag.get("classes")
    return tag.get("applicable_type") != "imagesOnly" and (
        not isinstance(classes, list) or not classes or label in classes
    )


def _attribute(tag: Mapping[str, Any], name: str = "") -> Attribute:
    """Return the attribute that holds a tag's value; one whose choices cannot be is a text."""
    name, type_ = name or tag["name"].strip(), TYPES[str(tag.get("value_type", "none"))]
    if type_ != "choice":
        return Attribute(name, type_)
    values = tag.get("values")
    good = isinstance(values, list) and values and all(_usable.name(v) == v for v in values)
    return Attribute(name, "choice", dict.fromkeys(values)) if good and isinstance(values, list) else Attribute(name)


def _skeleton(config: object, problems: Problems, place: str) -> Skeleton | None:
    """Return the skeleton of a class of graphs."""
    if not isinstance(config, dict) or not config.get("nodes"):
        return None
    try:
        names = names_of(config)
        edges = [(names[str(e["src"])], names[str(e["dst"])]) for e in config.get("edges", ())]
        return Skeleton(tuple(names.values()), edges)
    except (InvalidInput, KeyError, TypeError, AttributeError) as error:
        problems.add("skeletons", f"their nodes and edges do not go together ({error})", place)
        return None


def names_of(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the nodes of a graph by their ids: their labels, or if these do not differ, the ids."""
    nodes = {str(key): node for key, node in config["nodes"].items()}
    labels = {key: _usable.name(node.get("label")) for key, node in nodes.items()}
    if None in labels.values() or len(set(labels.values())) < len(labels):
        return {key: key for key in nodes}
    return {key: str(name) for key, name in labels.items()}


def _color(given: object) -> str | None:
    return given.lower() if isinstance(given, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", given) else None


class Used(msgspec.Struct):
    """What is met while images are written, so that ``meta.json`` can tell of it."""

    geometries: dict[str, set[str]] = {}
    of_objects: dict[str, set[str]] = {}
    of_images: dict[str, set[str]] = {}


def meta_of(head: Head, used: Used) -> dict[str, Any]:
    """Return ``meta.json``: what the head says, and what was met beside it."""
    extra = dict(head.extra)
    known: dict[str, dict[str, Any]] = dict(extra.pop("tags", {}))
    labels = {n: Label(n) for n in used.geometries} | {v.name: v for v in head.labels}
    labels = {n: labels[n] for n in dict.fromkeys([*(v.name for v in head.labels), *used.geometries])}
    attributes = {a.name: a for v in labels.values() for a in v.attributes}
    tags = {v.name: v for v in head.tags}
    names = dict.fromkeys([*known, *tags, *used.of_images, *attributes, *used.of_objects])
    return {
        "classes": [
            _class(v, head.foreign.get(n, Foreign()), used.geometries.get(n, set())) for n, v in labels.items()
        ],
        "tags": [_tag(n, known.get(n, {}), tags.get(n), attributes.get(n), used) for n in names],
        "projectType": extra.pop("projectType", "images"),
        **extra,
    }


def _class(label: Label, known: Foreign, geometries: set[str]) -> dict[str, Any]:
    extra = dict(known.extra)
    said = extra.pop("shape", None) or (GEOMETRIES.get(label.kinds[0], ANY) if len(label.kinds) == 1 else "")
    shape = said if said == ANY or (said and geometries <= {said}) else min(geometries) if len(geometries) == 1 else ANY
    config = extra.pop("geometry_config", None)
    if label.skeleton is not None and (config is None or _skeleton(config, Problems("skip"), "") != label.skeleton):
        config = graph_of(label.skeleton)
    made = {
        "title": label.name,
        "description": extra.pop("description", ""),
        "shape": shape,
        "color": (label.color or COLOR).upper(),
        "geometry_config": config or {},
        "hotkey": extra.pop("hotkey", ""),
        **extra,
    }
    return made if known.id is None else {**made, "id": known.id}


def graph_of(skeleton: Skeleton) -> dict[str, Any]:
    """Return the template of a class of graphs: the points in a row, as nothing says where they are."""
    nodes = {
        name: {"label": name, "loc": [10 + 20 * i, 10], "color": "#0000FF"} for i, name in enumerate(skeleton.points)
    }
    return {"nodes": nodes, "edges": [{"src": a, "dst": b, "color": "#00FF00"} for a, b in skeleton.edges]}


def _tag(
    name: str, known: Mapping[str, Any], tag: Tag | None, attribute: Attribute | None, used: Used
) -> dict[str, Any]:
    """Return what is said of a tag; what is known of it stays as long as it is used so."""
    met = used.of_images.get(name, set()) | used.of_objects.get(name, set())
    type_, values = _values(tag, attribute, met)
    if known.get("value_type") not in (None, "none") or not met - {"none"}:
        type_ = known.get("value_type", type_)
    images, objects = name in used.of_images, name in used.of_objects
    both = "imagesOnly" if attribute is None and not objects else "objectsOnly" if tag is None and not images else "all"
    to = known.get("applicable_type", both)
    if (images and to == "objectsOnly") or (objects and to == "imagesOnly"):
        to = "all"
    made = {
        "name": name, "value_type": type_, "color": COLOR.upper(), "hotkey": "", "applicable_type": to, "classes": [],
        **known,
    } | {"value_type": type_, "applicable_type": to}  # fmt: skip
    if type_ == "oneof_string":
        made.setdefault("values", list(values))
    return made


def _values(tag: Tag | None, attribute: Attribute | None, met: set[str]) -> tuple[str, tuple[str, ...]]:
    """Return the type of a tag's values, and those that it may have."""
    said = attribute or next((a for a in (tag.attributes if tag else ()) if a.name == VALUE), None)
    if said is not None and said.type in ("choice", "choices"):
        return "oneof_string", said.choices
    if said is not None and said.type in ("number", "integer"):
        return "any_number", ()
    if said is not None and said.type == "text":
        return "any_string", ()
    return ("any_number" if met == {"number"} else "any_string" if met - {"none"} else "none"), ()
