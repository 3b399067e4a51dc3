"""LabelMe: a JSON file beside each image.

How it is read:

- ``polygon`` (also where ``shape_type`` is missing), ``rectangle``, ``point``, ``points`` (key points), ``line`` and
  ``linestrip`` (polylines), ``circle`` (an ellipse), ``mask`` (a PNG in base64, placed by its first point),
  ``oriented_rectangle`` (a rotated rectangle; X-AnyLabeling calls it ``rotation``).
- ``group_id`` is the group; the ``flags`` of a shape are its attributes, true or false.
- The ``flags`` of an image that are set are its tags.
- ``attributes``, ``score`` and ``difficult`` of a shape, which X-AnyLabeling writes, are its attributes, its confidence
  and its attribute *difficult*.
- ``imagePath`` says the image, seen from the file, with any slash. Where no such file is there, ``imageData``, which is
  the image itself, is taken as images of a zip are: copied beside the workspace, if it becomes an asset.
- ``version``, flags that are not set, descriptions, and all other fields of the file and of its shapes are kept and
  written again.
- A ``labels.txt`` gives the order of the labels, and those that nothing has.

How it is written: the file of ``a/b.jpg`` is ``a/b.json``. Attributes that are true or false are ``flags`` of their
shape, others are in its ``attributes``, which LabelMe keeps as they are. An ellipse that is no circle is a polygon.

Source: https://github.com/wkentaro/labelme (``_label_file.py``, ``_shape.py``), and files that LabelMe 4 and 5 wrote.
"""

from __future__ import annotations

import base64
import functools
import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from nbannotate.errors import ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _json, _usable
from nbannotate.formats._contract import Contents, Foreign, Format, Head, Holds, Row, Written
from nbannotate.formats._labelme_shapes import WRITTEN, is_circle, read, whole, written
from nbannotate.formats._members import Members
from nbannotate.formats._outcome import Problems
from nbannotate.model import Annotation, Label, Shape

#: What the version says of a file that LabelMe did not write.
VERSION = "5.5.0"
LABELS, SPECIAL = "labels.txt", ("__ignore__", "_background_")
#: How many JSON files of a folder are looked at to see what it is; and a field that stands in so many bytes of each.
LOOKED_AT = 3
FIRST = re.compile(rb'(?s)\{.{,4000}"(?:shapes|imageData|imagePath|version|flags|lineColor)"\s*:')
#: The folder in which images that stand in files are, as if they were there.
EMBEDDED = "imageData"
OF_FILE = frozenset({"flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth"})


class LabelMe:
    """LabelMe JSON; see the module's text for what is read and written."""

    name = "labelme"
    title = "LabelMe JSON"
    makes = ""
    holds = Holds(
        kinds=frozenset(WRITTEN),
        fields=frozenset({
            "unlabelled", "attributes", "confidence", "group", "tags", "empty_images", "sizes", "shape_order",
            "label_order", "unused_labels",
        }),
    )  # fmt: skip

    def sniff(self, source: Source) -> bool:
        """Return whether one of the first JSON files has shapes and the path of an image."""
        for member in _members(source)[:LOOKED_AT]:
            try:
                if FIRST.match(next(source.pieces(member, 8192), b"").lstrip(b"\xef\xbb\xbf \r\n\t")) and _is_labelme(
                    source.json(member)
                ):
                    return True
            except ReadFailed:
                continue
        return False

    def read(self, source: Source, problems: Problems) -> Contents:
        """Return what a file or a folder of them says.

        Raises
        ------
        ReadFailed
            There is no such file, or it is wrong; the message names the place.
        """
        members = _members(source)
        if not members:
            raise ReadFailed(f"{source.name} holds no JSON file.")
        return Contents(_head(source), _rows(source, members, problems), len(members))

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return what of a row LabelMe has no place for."""
        for shape in row.annotation.shapes if row.annotation else ():
            if shape.kind == "ellipse" and not is_circle(shape.points):
                yield "ellipses", "LabelMe has circles only; they are written as polygons"
            if shape.group is not None and whole(shape.group) is None:
                yield "groups", "LabelMe numbers groups; their names are no whole numbers"

    def write(self, target: Target, contents: Contents) -> Written:
        """Write a JSON file for each image, beside it."""
        taken: set[str] = set()
        members = Members()
        assets = annotations = 0
        for row in contents.rows:
            image = members.of(row.name)
            member = _free(row, image, taken)
            there = target.put_image(row.image, image)
            body = _file(row, posixpath.relpath(image, posixpath.dirname(member) or "."), there)
            target.write(member, msgspec.json.format(msgspec.json.encode(body), indent=2))
            assets += 1
            annotations += len(body["shapes"])
        if contents.head.labels:
            lines = [*contents.head.extra.get("special", []), *(v.name for v in contents.head.labels)]
            target.write(LABELS, "".join(f"{line}\n" for line in lines).encode())
        return Written(assets, annotations)


def _members(source: Source) -> list[str]:
    return [m for m in source.members if m.lower().endswith(".json")]


def _is_labelme(found: object) -> bool:
    if not isinstance(found, dict) or not isinstance(found.get("shapes"), list):
        return False
    return any(key in found for key in ("imagePath", "imageData", "flags"))


# ---- reading


def _head(source: Source) -> Head:
    """Return the labels of ``labels.txt``, if it is there; two of LabelMe's are no labels of things."""
    if not source.has(LABELS):
        return Head()
    lines = [line.strip() for line in source.text(LABELS).splitlines()]
    special = [line for line in lines if line in SPECIAL]
    names = dict.fromkeys(line for line in lines if line not in SPECIAL and _usable.name(line))
    return Head(labels=tuple(Label(v) for v in names), extra={"special": special} if special else {})


def _rows(source: Source, members: list[str], problems: Problems) -> Iterator[Row]:
    places = Members(EMBEDDED)
    for member, found in _usable.objects(source, members, problems):
        if _is_labelme(found):
            yield _row(source, member, found, places, problems)
        elif source.single:
            raise ReadFailed(f"{member}: top level: there are no shapes and no imagePath, as LabelMe writes them.")
        else:
            problems.note("JSON files", "they have no shapes and no imagePath, so LabelMe did not write them", member)


def _embedded(source: Source, member: str) -> bytes:
    """Return the image that stands in a file."""
    try:
        return base64.b64decode(source.json(member)["imageData"], validate=True)
    except (ValueError, TypeError, KeyError):
        raise ReadFailed(f"{source.said(member)}: imageData is not base64.") from None


def _row(source: Source, member: str, found: dict[str, Any], places: Members, problems: Problems) -> Row:
    """Return what one file says."""
    extra = _usable.rest(found, OF_FILE)
    name, image = _image(source, member, found.get("imagePath"), problems)
    path = found.get("imagePath")
    if isinstance(path, str) and path.strip() and _json.kept(path) and path != posixpath.basename(name):
        extra["imagePath"] = path
    if image is None and found.get("imageData") and isinstance(found["imageData"], str):
        image = places.of(name)
        source.embedded[image] = functools.partial(_embedded, source, member)
    if member != _beside(name):
        extra["file"] = member
    tags: list[str] = []
    unset: list[str] = []
    for flag, value in _usable.attributes(found.get("flags"), problems, f"{member}: flags").items():
        if _usable.name(flag) != flag:
            problems.add("flags", "a tag's name has 1 to 200 characters", f"{member}: flags.{flag!r:.80}")
        else:
            (tags if value is True else unset).append(flag)
    if unset:
        extra["flags"] = unset
    width, height = _usable.size(found.get("imageWidth"), found.get("imageHeight"))
    if not width:
        width, height = source.size_of_image(image) if image else (0, 0)
    made: list[Shape] = []
    foreign: dict[str, Foreign] = {}
    for i, item in enumerate(found["shapes"]):
        if one := read(item, (width, height), problems, f"{member}: shapes[{i}]"):
            made.append(one[0])
            if one[1]:
                foreign[one[0].id] = Foreign(extra=one[1])
    said = Annotation(shapes=tuple(made), tags=tuple(tags)) if made or tags else None
    return Row(
        name=name,
        width=width,
        height=height,
        annotation=said,
        image=image,
        foreign=Foreign(extra=extra),
        shapes=foreign,
    )


def _image(source: Source, member: str, path: object, problems: Problems) -> tuple[str, str | None]:
    """Return the name of an image, and the member that holds it."""
    folder, own = posixpath.split(member)
    if not isinstance(path, str) or not path.strip() or not _json.kept(path):
        if path is not None:
            problems.add("files", "their imagePath is no path", f"{member}: imagePath")
        stem = posixpath.splitext(own)[0]
        found = next((m for m in source.images if posixpath.splitext(m)[0] == posixpath.join(folder, stem)), None)
        return found or posixpath.join(folder, stem), found
    found = source.beside(path, member)
    way = posixpath.normpath(posixpath.join(folder, path.replace("\\", "/")))
    return found or way.lstrip("/").removeprefix("../"), found


# ---- writing


def _beside(name: str) -> str:
    stem, suffix = posixpath.splitext(name)
    return f"{name if '#' in suffix else stem}.json"


def _free(row: Row, image: str, taken: set[str]) -> str:
    """Return the name of the file of an image; of two that differ in the suffix, the second has it in the name."""
    asked = row.foreign.extra.get("file")
    ways = [asked] if isinstance(asked, str) and asked.endswith(".json") else []
    member = next(m for m in (*ways, _beside(image), f"{image}.json") if m not in taken)
    taken.add(member)
    return member


def _file(row: Row, path: str, there: bool) -> dict[str, Any]:
    """Return what is said of one image, which is at a path if it is ``there``; else the path may be that of before."""
    extra = dict(row.foreign.extra)
    said = row.annotation or Annotation()
    unset = [flag for flag in extra.pop("flags", ()) if flag not in said.tags]
    before = extra.pop("imagePath", None)
    extra.pop("file", None)
    groups = _groups(said)
    return {
        "version": extra.pop("version", VERSION),
        "flags": dict.fromkeys(said.tags, True) | dict.fromkeys(unset, False),
        "shapes": [written(s, groups.get(s.group or ""), row.shapes.get(s.id, Foreign()).extra) for s in said.shapes],
        "imagePath": path if there or before is None else before,
        "imageData": None,
        "imageHeight": row.height or None,
        "imageWidth": row.width or None,
        **extra,
    }


def _groups(said: Annotation) -> dict[str, int]:
    """Return the numbers of groups: their own, or for a name the next that is free."""
    names = dict.fromkeys(shape.group for shape in said.shapes if shape.group is not None)
    found = {name: number for name in names if (number := whole(name)) is not None}
    free = max(found.values(), default=0)
    return found | {name: free + n for n, name in enumerate((n for n in names if n not in found), 1)}


FORMAT: Format = LabelMe()
