"""CVAT XML 1.1: images with shapes, and videos with tracks.

How it is read:

- ``box`` (a rectangle; with ``rotation`` a rotated one), ``polygon``, ``polyline``, ``points`` (a point, or key points
  if there are several), ``ellipse``, ``mask``, ``skeleton``. An ellipse that is turned is a polygon of 64 sides, and is
  written as an ellipse again as long as nobody changed it. Cuboids are counted.
- ``occluded`` is the attribute of that name, ``group_id`` the group, ``<tag>`` a tag. Labels, their colors, points and
  edges of skeletons, and what attributes may be, are those of ``<meta>``: of a task, a job or a project; values have
  their types.
- A track is one object in many frames: a shape with ``track`` and ``keyframe`` in each of them; where it is *outside*
  there is none. Files of CVAT have all frames. Where one has key frames only, the frames between are filled in as CVAT
  does (:mod:`nbannotate.formats._cvat_figures`), and are no key frames. After its last element a track has ended.
- Frames are called as frames of a video file are here, ``video.mp4#0001`` for the frame 0; if images are beside the
  file in ``images``, or in a folder of the video's name there, as those. The subset is the split.
- The dialect of 2018 (attributes of labels as texts, tracks without ids) is read, and written again as it was.
- ``z_order``, ``source``, attributes of single points of skeletons, all of ``<meta>``, and attributes of elements that
  are not known are kept and written again.

How it is written: what has a track in a sequence is in a ``<track>``, all else in an ``<image>``. A track that ends
before its video gets an element that is outside. One sequence is a task, several are tasks of a project. Groups with
names are numbered from a million on.

Source: https://docs.cvat.ai/docs/dataset_management/formats/format-xml/ and https://github.com/cvat-ai/cvat
(``cvat/apps/dataset_manager/formats/cvat.py``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from nbannotate.errors import ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _cvat_meta
from nbannotate.formats._contract import Contents, Format, Head, Holds, Row, Written
from nbannotate.formats._cvat_labels import Labels
from nbannotate.formats._cvat_meta import Meta
from nbannotate.formats._cvat_reader import Reader
from nbannotate.formats._cvat_writer import WHOLE, Writer
from nbannotate.formats._outcome import Problems
from nbannotate.formats._xml import STRANGE
from nbannotate.model import Annotation

#: The first element of a file; of Pascal VOC it is ``<annotation>``.
COMMENT, ELEMENT, ROOT = re.compile(rb"(?s)<!--.*?-->"), re.compile(rb"<([A-Za-z_][\w.:-]*)"), b"annotations"
FILE = "annotations.xml"
#: How many XML files are looked at to see what a folder is.
LOOKED_AT = 20


class Cvat:
    """CVAT XML 1.1; see the module's text for what is read and written."""

    name = "cvat"
    title = "CVAT XML 1.1"
    makes = ".xml"
    holds = Holds(
        kinds=frozenset({
            "rectangle", "rotated_rectangle", "polygon", "polyline", "point", "keypoints", "ellipse", "mask",
            "skeleton",
        }),
        fields=frozenset({
            "attributes", "group", "track", "keyframe", "visibility", "tags", "tag_attributes", "empty_images", "sizes",
            "splits", "sequences", "shape_order", "label_order", "unused_labels", "label_colors", "label_kinds",
            "label_attributes", "skeletons",
        }),
    )  # fmt: skip

    def sniff(self, source: Source) -> bool:
        """Return whether one of the first XML files has the root ``<annotations>``."""
        return next(_files(source, LOOKED_AT), None) is not None

    def read(self, source: Source, problems: Problems) -> Contents:
        """Return what a file, or all in a folder or a zip, says.

        Raises
        ------
        ReadFailed
            There is no such file, or it is wrong as a whole; the message names the line.
        """
        labels, metas = Labels(), dict[str, Meta]()
        wrong: ReadFailed | None = None
        for member in _files(source):
            try:
                metas[member] = _meta(source, member, labels, problems)
            except ReadFailed as error:
                if problems.on_error == "error" or source.single:
                    raise
                wrong = error
                problems.add("files", str(error).rstrip("."), member)
        if wrong is not None and not metas:
            raise wrong
        if not metas:
            raise ReadFailed(f"{source.name} holds no XML file with the root <annotations>, as CVAT writes it.")
        head = Head(
            labels=tuple(labels.labels.values()), tags=tuple(labels.tags.values()), foreign=labels.foreign,
            extra=_kept(list(metas.values()), labels.old),
        )  # fmt: skip
        return Contents(head, _rows(source, metas, labels, problems))

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return what of a row CVAT has no place for."""
        said = row.annotation or Annotation()
        tracks: set[str] = set()
        later, last = False, -math.inf
        for shape in said.shapes:
            if shape.kind == "keypoints" and len(shape.points) == 1:
                yield "key points", "one point alone is a point"
            if shape.group is not None and not WHOLE.fullmatch(shape.group):
                yield "groups", "CVAT numbers groups; their names are no whole numbers"
            if shape.track is not None and not row.sequence:
                yield "tracks", "a track goes over the images of a sequence, and these are in none"
            elif shape.track in tracks:
                yield "tracks", "a track has one shape in each image"
            if (shape.track is None and tracks) or (row.sequence and _number(shape.track) < last):
                later = True
            last = max(last, _number(shape.track)) if shape.track is not None else last
            tracks |= {shape.track} if shape.track is not None else set()
            if _strange([shape.label, *shape.attributes, *shape.attributes.values()]):
                yield "texts", "they have characters that XML cannot hold"
            if any(_other(v) for v in shape.attributes.values()):
                yield "attributes", "CVAT has texts, numbers, true and false"
        if later:
            yield "orders of shapes", "tracks come after what is in no track, by their numbers, then those with names"
        if any(_other(v) for its in said.tag_attributes.values() for v in its.values()):
            yield "attributes of tags", "CVAT has texts, numbers, true and false"
        values = [v for its in said.tag_attributes.values() for pair in its.items() for v in pair]
        if _strange([row.name, *said.tags, *values]):
            yield "texts", "they have characters that XML cannot hold"

    def write(self, target: Target, contents: Contents) -> Written:
        """Write a file; in a folder or a zip with the images beside it, in ``images``."""
        writer = Writer(contents.head)
        try:
            for row in contents.rows:
                target.put_image(row.image, writer.add(row))
            with target.open(FILE) as file:
                for piece in writer.pieces():
                    file.write(piece.encode())
            return Written(writer.images, writer.annotations)
        finally:
            writer.close()


def _files(source: Source, most: int | None = None) -> Iterator[str]:
    """Yield the XML files whose root is that of CVAT, of the first so many."""
    for member in [m for m in source.members if m.lower().endswith(".xml")][:most]:
        try:
            found = ELEMENT.search(COMMENT.sub(b"", next(source.pieces(member, 4096), b"")))
        except ReadFailed:
            continue
        if found is not None and found[1] == ROOT:
            yield member


def _meta(source: Source, member: str, labels: Labels, problems: Problems) -> Meta:
    """Return what a file says before its images; nothing of them is read."""
    items = source.xml_items(member, "meta", "image", "track")
    first = next(items, None)
    return _cvat_meta.read(first if first is not None and first.tag == "meta" else None, member, labels, problems)


def _kept(metas: list[Meta], old: bool) -> dict[str, Any]:
    """Return what is written again of what files say before their images: all of one file, the tasks of several."""
    found = [meta.kept for meta in metas if meta.kept]
    kept: dict[str, Any] = dict(found[0]) if len(found) == 1 else {"level": "project"} if found else {}
    if len(found) > 1:
        kept["tasks"] = [task for its in found for task in its.get("tasks", ())]
    return kept | ({"old": True} if old else {})


def _rows(source: Source, metas: dict[str, Meta], labels: Labels, problems: Problems) -> Iterator[Row]:
    for member, meta in metas.items():
        try:
            yield from Reader(source, member, meta, labels, problems).rows()
        except ReadFailed as error:
            if problems.on_error == "error" or source.single:
                raise
            problems.add("files", str(error).rstrip("."), member)


def _other(value: object) -> bool:
    return value is None or isinstance(value, dict | list)


def _number(track: str | None) -> float:
    """Return the place of a track among others: its number, or behind all numbers; before them what is in none."""
    if track is None:
        return -math.inf
    return int(track) if track == "0" or WHOLE.fullmatch(track) else math.inf


def _strange(values: Iterable[object]) -> bool:
    return any(isinstance(value, str) and STRANGE.search(value) is not None for value in values)


FORMAT: Format = Cvat()
