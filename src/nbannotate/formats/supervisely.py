"""Supervisely: a project folder with ``meta.json``, and folders of images and annotations.

How it is read:

- ``meta.json`` says classes and tags (:mod:`nbannotate.formats._supervisely_meta`). A dataset is a folder with ``ann``
  and ``img``; datasets in it are in its folder ``datasets``. The annotation of ``img/a.jpg`` is ``ann/a.jpg.json``, in
  old projects ``ann/a.json``.
- ``rectangle``, ``polygon`` and ``multipolygon`` (rings), ``line``, ``point``, ``bitmap`` and ``alpha_mask`` (masks),
  ``graph`` (a skeleton; a node that is disabled is hidden), ``oriented_bbox`` (a rotated rectangle). Cuboids and
  figures of volumes are counted.
- ``instance``, which binds objects together, is the group. Tags of objects are attributes, tags of images are tags.
- The split is the name of the dataset, if that is *train*, *val* or *test*, or the like; or a tag of that name, where
  the project has several of them.
- A file in ``meta`` is the metadata of its image.
- Ids, descriptions, who drew something and when, colors of tags, settings of the project, and all other fields are kept
  and written again.

How it is written: an image ``a/b.jpg`` of another program is in the dataset ``a``; one without a folder is in one that
is called as its split, or ``dataset``.

Source: https://developer.supervisely.com/getting-started/supervisely-annotation-format, and the SDK
(https://github.com/supervisely/supervisely: ``annotation/``, ``geometry/``, ``project/project.py``).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from nbannotate.errors import ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _supervisely_objects, _usable
from nbannotate.formats._contract import Contents, Foreign, Format, Head, Holds, Row, Written
from nbannotate.formats._outcome import Problems
from nbannotate.formats._supervisely_meta import GEOMETRIES, VALUE, Used, head_of, meta_of
from nbannotate.formats._supervisely_objects import Reader, lost, read_tags, tags_of
from nbannotate.model import Annotation, Shape

META = "meta.json"
#: What datasets and tags that are splits are called.
SPLITS = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test",
    "testing": "test",
}  # fmt: skip
#: The dataset of images that are in no folder and in no split.
DATASET = "dataset"
OF_FILE = frozenset({"size", "tags", "objects"})


class _Item(Struct, frozen=True):
    """An image of a dataset: the path of the dataset below the project, and the members that there are."""

    dataset: str
    name: str
    annotation: str | None
    image: str | None
    metadata: str | None


class Supervisely:
    """A Supervisely project; see the module's text for what is read and written."""

    name = "supervisely"
    title = "Supervisely project"
    makes = ""
    holds = Holds(
        kinds=frozenset(GEOMETRIES),
        fields=frozenset({
            "rings", "attributes", "shape_order", "group", "visibility", "tags", "tag_attributes", "empty_images",
            "sizes", "metadata", "splits", "label_order", "unused_labels", "label_colors", "label_kinds",
            "label_attributes", "skeletons",
        }),
    )  # fmt: skip

    def sniff(self, source: Source) -> bool:
        """Return whether there is a ``meta.json`` with classes, and a folder ``ann``."""
        return _project(source) is not None

    def read(self, source: Source, problems: Problems) -> Contents:
        """Return what a project says.

        Raises
        ------
        ReadFailed
            There is no ``meta.json`` with classes, or it is wrong.
        """
        project = _project(source)
        if project is None:
            raise ReadFailed(f"{source.name} holds no meta.json with classes beside datasets with a folder ann.")
        member = posixpath.join(project, META)
        head = head_of(source.json(member), problems, member)
        items = list(_items(source, project))
        tags = {v.name for v in head.tags if not v.attributes and SPLITS.get(v.name.lower())}
        splits = tags if len(tags) > 1 else set()
        reader = Reader({v.name: v for v in head.labels}, head.foreign, problems)
        return Contents(head, (_row(source, item, reader, splits) for item in items), len(items))

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return what of a row Supervisely has no place for."""
        said = row.annotation or Annotation()
        if row.split not in (None, "train", "val", "test"):
            yield "splits of images", f"a tag says train, val or test; {row.split!r} would be a tag only"
        if any(tag.lower() in SPLITS for tag in said.tags):
            yield "tags", "tags that are called train, val or test may be taken for splits"
        for shape in said.shapes:
            if lost(shape.attributes):
                yield "attributes", "a tag says a number or a text, or that it is there; it says neither false nor none"
        for values in said.tag_attributes.values():
            if values.keys() - {VALUE} or any(isinstance(v, bool | list | dict) or v is None for v in values.values()):
                yield "attributes of tags", f"a tag has one value, its attribute {VALUE!r}, a number or a text"

    def write(self, target: Target, contents: Contents) -> Written:
        """Write a project: the annotations image by image, and ``meta.json`` at the end."""
        used, head = Used(), contents.head
        labels = {v.name: v for v in head.labels}
        assets = annotations = 0
        for row in contents.rows:
            dataset, name = _place(row)
            tag = _split_tag(row, dataset)
            objects = []
            for shape in row.annotation.shapes if row.annotation else ():
                config = head.foreign.get(shape.label, Foreign()).extra.get("geometry_config")
                known = row.shapes.get(shape.id, Foreign())
                made = _supervisely_objects.written(shape, known, labels.get(shape.label), config)
                if made is not None:
                    objects.append(made)
                    _count(used, shape, made)
            body = _file(row, objects, tag, used)
            own = row.foreign.extra.get("file") or f"{name}.json"
            target.write(f"{dataset}/ann/{own}", msgspec.json.encode(body))
            target.put_image(row.image, f"{dataset}/img/{name}")
            if row.metadata:
                target.write(f"{dataset}/meta/{name}.json", msgspec.json.encode(row.metadata))
            assets += 1
            annotations += len(objects)
        target.write(META, msgspec.json.format(msgspec.json.encode(meta_of(head, used)), indent=4))
        return Written(assets, annotations)


# ---- reading


def _project(source: Source) -> str | None:
    """Return the folder of the topmost ``meta.json`` that has classes, if there are annotations below it."""
    found = sorted((m for m in source.matching(META) if "/meta/" not in f"/{m}"), key=lambda m: (m.count("/"), m))
    for member in found[:10]:
        folder = posixpath.dirname(member)
        below = f"{folder}/" if folder else ""
        if not any(m.startswith(below) and "/ann/" in m[len(below) :] for m in source.members):
            continue
        try:
            meta = source.json(member)
        except ReadFailed:
            continue
        if isinstance(meta, dict) and isinstance(meta.get("classes"), list):
            return folder
    return None


def _items(source: Source, project: str) -> Iterator[_Item]:
    """Yield the images of all datasets, by dataset and name; also those without annotation."""
    below = f"{project}/" if project else ""
    parts: dict[str, dict[str, dict[str, str]]] = {}
    for member in source.members:
        way = member[len(below) :].split("/") if member.startswith(below) else []
        if len(way) > 2 and way[-2] in ("ann", "img", "meta"):
            parts.setdefault("/".join(way[:-2]), {}).setdefault(way[-2], {})[way[-1]] = member
    for dataset, folders in parts.items():
        images, metadata = folders.get("img", {}), folders.get("meta", {})
        by_stem = {posixpath.splitext(name)[0]: name for name in images}
        files = {}
        for own, member in folders.get("ann", {}).items():
            stem, suffix = posixpath.splitext(own)
            if suffix.lower() == ".json":
                files[stem if stem in images else by_stem.get(stem, stem)] = member
        for name in sorted(images.keys() | files.keys()):
            yield _Item(dataset, name, files.get(name), images.get(name), metadata.get(f"{name}.json"))


def _row(source: Source, item: _Item, reader: Reader, splits: set[str]) -> Row:
    """Return what is said of one image."""
    problems = reader.problems
    place = item.annotation or ""
    found = next((its for _, its in _usable.objects(source, [place] if place else [], problems)), {})
    extra = _usable.rest(found, OF_FILE)
    if item.annotation and posixpath.basename(item.annotation) != f"{item.name}.json":
        extra["file"] = posixpath.basename(item.annotation)
    size = found.get("size")
    width, height = _usable.size(size.get("width"), size.get("height")) if isinstance(size, dict) else (0, 0)
    if not width:
        width, height = source.size_of_image(item.image) if item.image else (0, 0)
    made: list[Shape] = []
    foreign: dict[str, Foreign] = {}
    objects = found.get("objects", [])
    if not isinstance(objects, list):
        problems.add("files", "their objects are no list", f"{place}: objects")
        objects = []
    for i, thing in enumerate(objects):
        if one := reader.shape(thing, (width, height), f"{place}: objects[{i}]"):
            made.append(one[0])
            if one[1] != Foreign():
                foreign[one[0].id] = one[1]
    tags, values, split = _image_tags(found.get("tags"), splits, extra, problems, f"{place}: tags")
    said = Annotation(shapes=tuple(made), tags=tags, tag_attributes=values) if made or tags else None
    return Row(
        name=f"{item.dataset}/img/{item.name}", width=width, height=height, annotation=said, image=item.image,
        split=split or SPLITS.get(posixpath.basename(item.dataset).lower()),
        metadata=_metadata(source, item, problems),
        foreign=Foreign(id=_usable.id_of(extra.pop("imageId", None)), extra=extra), shapes=foreign,
    )  # fmt: skip


def _image_tags(
    given: object, splits: set[str], extra: dict[str, Any], problems: Problems, place: str
) -> tuple[tuple[str, ...], dict[str, dict[str, Any]], str | None]:
    """Return the tags of an image, their values, and the split that one of them is."""
    tags: list[str] = []
    values: dict[str, dict[str, Any]] = {}
    more: dict[str, Any] = {}
    split = None
    for tag in read_tags(given, problems, place):
        name = tag["name"]
        if name in splits and split is None:
            split = SPLITS[name.lower()]
            extra["split"] = name
        elif name in tags:
            problems.note("tags", "the image has the same tag already, and may have each once", place)
            continue
        else:
            tags.append(name)
            if tag.get("value") is not None:
                values[name] = {VALUE: tag["value"]}
        if kept := _usable.rest(tag, _supervisely_objects.OF_TAG):
            more[name] = kept
    if more:
        extra["tags"] = more
    return tuple(tags), values, split


def _metadata(source: Source, item: _Item, problems: Problems) -> dict[str, Any]:
    for member, found in _usable.objects(source, [item.metadata] if item.metadata else [], problems):
        return _usable.attributes(found, problems, member)
    return {}


# ---- writing


def _place(row: Row) -> tuple[str, str]:
    """Return the dataset of an image, below the project, and its name there."""
    *way, name = [part for part in row.name.replace("\\", "/").split("/") if part not in ("", ".", "..")] or ["image"]
    if way and way[-1] == "img":
        way.pop()
        if way:
            return "/".join(way), name
    return "/datasets/".join(way) or row.split or DATASET, name


def _split_tag(row: Row, dataset: str) -> str | None:
    """Return the tag that says the split, where the name of the dataset does not."""
    if row.split is None or SPLITS.get(posixpath.basename(dataset).lower()) == row.split:
        return None
    known = row.foreign.extra.get("split")
    return known if isinstance(known, str) and SPLITS.get(known.lower()) == row.split else row.split


def _count(used: Used, shape: Shape, made: dict[str, Any]) -> None:
    used.geometries.setdefault(shape.label, set()).add(made["geometryType"])
    for tag in made["tags"]:
        used.of_objects.setdefault(tag["name"], set()).add(_type(tag))


def _type(tag: dict[str, Any]) -> str:
    value = tag.get("value")
    return "none" if value is None else "number" if isinstance(value, int | float) else "text"


def _file(row: Row, objects: list[dict[str, Any]], split: str | None, used: Used) -> dict[str, Any]:
    """Return what is said of one image."""
    extra = {k: v for k, v in row.foreign.extra.items() if k not in ("file", "split")}
    said = row.annotation or Annotation()
    more = extra.pop("tags", {})
    values = {name: said.tag_attributes.get(name, {}).get(VALUE, True) for name in said.tags}
    if split is not None:
        values[split] = True
        for word in ("train", "val", "test"):  # several of them say that they are splits
            used.of_images.setdefault(word, {"none"})
    tags = tags_of(values, more)
    for tag in tags:
        used.of_images.setdefault(tag["name"], set()).add(_type(tag))
    made = {
        "description": extra.pop("description", ""),
        "tags": tags,
        "size": {"height": row.height, "width": row.width},
        "objects": objects,
        **extra,
    }
    return made if row.foreign.id is None else {**made, "imageId": row.foreign.id}


FORMAT: Format = Supervisely()
