"""COCO: instances, key points, and panoptic segments (which are read only). A JSON file, or a folder with several.

How it is read:

- One annotation is one shape. Key points are a skeleton (the category says the names of its points and its edges), run
  lengths (RLE, compressed or not) a mask, polygons one polygon with a ring a part; what has none of these, or none that
  can be taken, is a rectangle, from its ``bbox``. The attribute ``crowd`` is ``iscrowd``.
- ``score`` is the confidence; ``attributes`` (as CVAT writes them) are the shape's attributes; the field ``extra`` of
  an image is its metadata.
- A segment of a panoptic file is a mask, from the PNG file beside the JSON file.
- In a folder or a zip every file with images, annotations and categories is read; ``train``, ``val`` or ``test`` in its
  name is the split of its images, which are looked for in the folder of that name.
- What COCO says and a workspace has no word for is kept with the version and written again: ids, order, categories that
  nothing has, super-categories, licences, ``info``, all further fields; ``area`` and ``bbox`` as they were given, as
  long as the geometry is the same.

How it is written: ``area`` is the area of the shape, ``bbox`` the box around it; a rectangle has a ``bbox`` and an
empty ``segmentation``, a mask its run lengths (those of crowds as a list of numbers, as COCO has them). What COCO has
no word for (tags, *nothing to label*, the ids of shapes, further labels, groups, tracks, that a polygon of four corners
is a rotated rectangle, the origin of an annotation) is in a field ``nbannotate`` of images, categories and annotations,
which other programs ignore. The origin is not read again: what is read is an import.

Source: https://cocodataset.org/#format-data
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nbannotate.errors import ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _coco_blocks, _coco_file, _coco_lines, _coco_writer
from nbannotate.formats._coco_file import CocoFile
from nbannotate.formats._coco_reader import Reader
from nbannotate.formats._contract import Block, Contents, Format, Head, Holds, Row, Written
from nbannotate.formats._outcome import Problems


class Coco:
    """COCO; see the module's text for what is read and written."""

    name = "coco"
    title = "COCO JSON"
    makes = ".json"
    by_blocks = True
    holds = Holds(
        _coco_writer.KINDS,
        frozenset({
            "rings", "also", "attributes", "confidence", "color", "shape_ids", "shape_order", "group", "track",
            "keyframe", "visibility", "tags", "tag_attributes", "nothing_to_label", "empty_images", "sizes", "metadata",
            "splits", "sequences", "label_order", "unused_labels", "label_colors", "label_kinds", "label_attributes",
            "skeletons",
        }),
    )  # fmt: skip

    def sniff(self, source: Source) -> bool:
        """Return whether there is a JSON object with images, annotations and categories."""
        return bool(_coco_file.members(source))

    def read(self, source: Source, problems: Problems) -> Contents:
        """Read a file, or all COCO files of a folder or a zip.

        Raises
        ------
        ReadFailed
            There is none, or one is no COCO; the message names the place.
        """
        found = list(source.members) if source.single else _coco_file.members(source)
        if not found:
            raise ReadFailed(f"{source.name} has no JSON file with images, annotations and categories.")
        reader = Reader([_coco_file.opened(source, member) for member in found], problems, source)
        contents = reader.contents()
        contents.apart = lambda: _coco_blocks.apart(reader)
        return contents

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return nothing: what COCO cannot hold, its ``holds`` tells."""
        return ()

    def prepare(self, block: Block) -> None:
        """Make of shapes that are to be written what can be made before."""
        block.keep(_coco_lines.of_block(block))

    def write(self, target: Target, contents: Contents) -> Written:
        """Write one file; in a folder, one for each split.

        Raises
        ------
        CannotWrite
            The folder is not there or cannot be written.
        """
        return _coco_writer.write(target, contents)


def of_lists(what: str, lists: Mapping[str, Any], problems: Problems) -> Contents:
    """Return what the object of a file says that is in memory already, by the name ``what`` in messages."""
    return Reader([CocoFile("", _coco_file.checked(dict(lists), what), {})], problems).contents()


FORMAT: Format = Coco()
