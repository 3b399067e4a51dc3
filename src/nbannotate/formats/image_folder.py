"""Image folders as ``datasets`` of Hugging Face loads them: images, and a ``metadata`` file with a line for each.

How it is read:

- ``metadata.jsonl``, ``metadata.csv`` or ``metadata.parquet``, in any number of folders; ``file_name`` is the image,
  seen from the file. The folders ``train``, ``validation``, ``test`` and the like are splits.
- ``objects`` has lists of the same length, or is a list of objects: ``bbox`` (x, y, width, height in pixels) is a
  rectangle, ``category`` or ``categories`` its label: a name, or a number whose name stands in the card
  (``README.md``), ``id`` its id; ``iscrowd`` is the attribute ``crowd``, other lists are attributes of their names.
- ``tags`` and ``label`` are tags; all other columns are metadata of the image.
- Without a metadata file the folder of an image is its tag, as ``datasets`` does it, if there are several such folders.

How it is written: a folder a split (``val`` is ``validation``) with ``metadata.jsonl``: ``file_name``, ``width``,
``height``, ``objects`` with ``id``, ``bbox``, ``categories``, ``area`` and ``segmentation`` (rings of polygons, as COCO
has them), ``tags``, the columns that were read, and, as JSON in the column ``nbannotate``, all that these have no word
for. ``datasets`` needs the same types in each split and guesses them; where it would guess otherwise,
``metadata.parquet`` is written, which says them. Colors, kinds and attributes of labels are in ``nbannotate.json``,
which ``datasets`` passes over. It loads what was written with ``images="copy"``.

Source: the pages *Create an image dataset* and *Image Dataset* of the documentation of ``datasets`` and of the Hub.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

import msgspec

from nbannotate.errors import NbannotateError, ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _mask_files, _splits
from nbannotate.formats._contract import FIELDS, Contents, Format, Head, Holds, Row, Written
from nbannotate.formats._image_folder_lines import HEAD, METADATA, lines, looks_right
from nbannotate.formats._image_folder_rows import Names, row_of
from nbannotate.formats._image_folder_writer import Writer
from nbannotate.formats._outcome import Problems
from nbannotate.model import Annotation, Tag
from nbannotate.shapes import kinds

#: What may lie beside images without a metadata file.
_BESIDE = (".md", ".txt", ".yaml", "license", ".gitattributes")


class ImageFolder:
    """Image folders of Hugging Face; see the module's text for what is read and written."""

    name = "image-folder"
    title = "Hugging Face image folder"
    makes = ""

    @property
    def holds(self) -> Holds:
        """Everything: what ``datasets`` has no word for is in a column of its own."""
        return Holds(kinds=frozenset(kinds()), fields=frozenset(FIELDS))

    def sniff(self, source: Source) -> bool:
        """Return whether there is a metadata file, or nothing but images in folders that name what they show."""
        try:
            return any(looks_right(source, m) for m in _metadata(source)) or bool(_classes(source))
        except NbannotateError:
            return False

    def read(self, source: Source, problems: Problems) -> Contents:
        """Return what a folder or a zip says.

        Raises
        ------
        ReadFailed
            There is no metadata file and no folder of a class, or a file is none; the message names the place.
        """
        members = [m for m in _metadata(source) if looks_right(source, m)]
        if members:
            names = Names(source, _head(source))
            first = next(lines(source, members[0], Problems("skip")), ("", {}))[1]
            return Contents(names.head(first), _rows(source, members, names, problems))
        classes = _classes(source)
        if not classes:
            raise ReadFailed(f"{source.name} holds no metadata.jsonl, metadata.csv or metadata.parquet with file_name.")
        tags = tuple(Tag(v) for v in sorted(set(classes.values())))
        return Contents(Head(tags=tags), _of_classes(source, classes), len(classes))

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return nothing: everything comes back."""
        return ()

    def write(self, target: Target, contents: Contents) -> Written:
        """Write a folder, or a zip."""
        with Writer(target, contents.head) as writer:
            for row in contents.rows:
                writer.add(row)
        return Written(writer.assets, writer.annotations)


def _metadata(source: Source) -> list[str]:
    return [m for m in source.members if posixpath.basename(m).lower() in METADATA]


def _head(source: Source) -> Head:
    """Return the head that was written here; an empty one if there is none."""
    if not source.has(HEAD):
        return Head()
    try:
        return msgspec.convert(source.json(HEAD), Head)
    except msgspec.ValidationError as error:
        raise ReadFailed(f"{source.said(HEAD)}: {error}.") from None


def _rows(source: Source, members: list[str], names: Names, problems: Problems) -> Iterator[Row]:
    for member in members:
        for place, said in lines(source, member, problems):
            row = row_of(source, member, said, names, problems, place)
            if row is not None:
                yield row


def _classes(source: Source) -> dict[str, str]:
    """Return the folder of each image, where there is nothing but images in several folders of one depth."""
    images = set(source.images)
    others = [m for m in source.members if m not in images and not m.lower().endswith(_BESIDE)]
    if any(map(_mask_files.is_mask, source.images)):  # folders of images and of their masks
        return {}
    found = {m: posixpath.basename(posixpath.dirname(m)) for m in source.images if "/" in m}
    depths = {m.count("/") for m in source.images}
    names = {v for v in found.values() if len(v) <= 200 and _splits.of_folder(f"{v}/") is None}
    good = not others and len(found) == len(source.images) and len(depths) == 1 and len(names) > 1
    return found if good and names == set(found.values()) else {}


def _of_classes(source: Source, classes: dict[str, str]) -> Iterator[Row]:
    for member, name in classes.items():
        width, height = source.size_of_image(member)
        said = Annotation(tags=(name,))
        yield Row(member, width, height, said, split=_splits.of_folder(member), image=member)


FORMAT: Format = ImageFolder()
