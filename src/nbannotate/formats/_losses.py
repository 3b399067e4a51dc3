"""What of a data set a format cannot hold, told before it is written."""

from __future__ import annotations

from collections.abc import Iterator

from nbannotate.formats._contract import Format, Head, Row
from nbannotate.model import Shape


def of_head(format_: Format, head: Head) -> Iterator[tuple[str, str, str]]:
    """Return what of the labels is lost, as (plural noun, reason, place)."""
    fields, title = format_.holds.fields, format_.title
    for label in head.labels:
        place = f"label {label.name!r}"
        its = (
            ("label_colors", "colors of labels", label.color),
            ("label_kinds", "kinds that labels allow", label.kinds),
            ("label_attributes", "attributes that labels ask for", label.attributes),
            ("skeletons", "skeletons of labels", label.skeleton),
        )
        for field, what, value in its:
            if value and field not in fields:
                yield what, f"{title} has no place for them", place


def of_row(format_: Format, row: Row, head: Head) -> Iterator[tuple[str, str, str]]:
    """Return what of an image and what is said of it is lost, as (plural noun, reason, place)."""
    said = row.annotation
    yield from of_image(format_, row, empty=said is None or not said.shapes)
    for shape in said.shapes if said is not None else ():
        yield from of_shape(format_, row.name, shape)
    for what, reason in format_.losses(row, head):
        yield what, reason, row.name


def of_image(format_: Format, row: Row, *, empty: bool) -> Iterator[tuple[str, str, str]]:
    """Return what of an image and what is said beside its shapes is lost; ``empty``: it has none."""
    fields, no_place = format_.holds.fields, f"{format_.title} has no place for them"
    said = row.annotation
    its: list[tuple[str, str, object]] = [
        ("metadata", "values of metadata", row.metadata),
        ("splits", "splits of images", row.split),
        ("sequences", "sequences of images", row.sequence),
    ]
    if said is not None:
        its += [
            ("tags", "tags", said.tags),
            ("tag_attributes", "attributes of tags", any(said.tag_attributes.values())),
            ("nothing_to_label", "marks 'nothing to label'", said.nothing_to_label),
        ]
    if empty:
        its.append(("empty_images", "images without shapes", True))
    for field, what, value in its:
        if value and field not in fields:
            yield what, no_place, row.name


def of_shape(format_: Format, name: str, shape: Shape) -> Iterator[tuple[str, str, str]]:
    """Return what of a shape on the image of a name is lost, as (plural noun, reason, place)."""
    for what, reason in _of_shape(format_, shape):
        yield what, reason, f"{name}, shape {shape.id}"


def _of_shape(format_: Format, shape: Shape) -> Iterator[tuple[str, str]]:
    holds, no_place = format_.holds, f"{format_.title} has no place for them"
    if shape.kind not in holds.kinds:
        better = getattr(format_, "better", {}).get(shape.kind, "")
        yield f"shapes of kind {shape.kind}", f"{format_.title} has no such geometry" + better
        return
    if not shape.label and "unlabelled" not in holds.fields:
        yield "shapes without a label", no_place
        return
    its = (
        ("rings", "polygons of several rings", shape.rings),
        ("also", "further labels of shapes", shape.also),
        ("confidence", "confidences", shape.confidence is not None),
        ("color", "colors of shapes", shape.color),
        ("group", "groups of shapes", shape.group),
        ("track", "tracks of shapes", shape.track),
        ("keyframe", "key frames", shape.keyframe),
        ("visibility", "visibilities of points", shape.visibility),
    )
    for field, what, value in its:
        if value and field not in holds.fields:
            yield what, no_place
    if "attributes" not in holds.fields:
        for name in shape.attributes:
            if name not in holds.attributes:
                yield f"attributes {name!r}", no_place
