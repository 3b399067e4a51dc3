"""Open Images: CSV files of boxes, of labels of whole images, and of masks, with the names of the classes beside them.

How it is read: a file is known by its first line, whatever it is called.

- Boxes have ``ImageID, Source, LabelName, Confidence, XMin, XMax, YMin, YMax, IsOccluded, IsTruncated, IsGroupOf,
  IsDepiction, IsInside``, and perhaps more. Coordinates are parts of the image's width and height, so an image must be
  there, or be an asset already, or its size be known (``Width, Height`` of a file of images). What is 1 or 0 of the
  last five is the attribute ``occluded``, ``truncated``, ``crowd``, ``depiction`` or ``inside``; -1 says nothing.
  ``Confidence`` is the confidence; ``1``, which the boxes of people have, is none, and ``1.0`` is one.
- Labels of images have ``ImageID, Source, LabelName, Confidence``: tags; where the confidence is not 1, it is an
  attribute of the tag. Those with 0, which are not to be seen, are kept for writing only.
- Masks have ``MaskPath, ImageID, LabelName, BoxID`` …; the PNG may have another size than the image.
- Images have ``ImageID, Subset`` …; classes have two columns, ``LabelName`` and the name that people see, which is the
  label here.
- The split is the ``Subset`` of an image, or what stands before ``-annotations`` in a file's name.

``LabelName``, ``Source``, the places of clicks and all other columns are kept and written again; images come in the
order of the file of images, or else in that in which boxes, masks and labels name them.

How it is written: ``class-descriptions-boxable.csv``, and for each split ``train-images.csv`` (with ``FileName``,
``Width`` and ``Height`` as further columns), ``train-annotations-bbox.csv``,
``train-annotations-human-imagelabels.csv`` and ``train-annotations-object-segmentation.csv`` with ``masks/``.
Coordinates are the shortest decimals that give the same pixels again.

Source: https://storage.googleapis.com/openimages/web/download_v7.html (*Data formats*).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbannotate.errors import NbannotateError
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats._contract import Contents, Format, Head, Holds, Row, Written
from nbannotate.formats._open_images_files import FLAGS, kind_of
from nbannotate.formats._open_images_reader import Reader
from nbannotate.formats._open_images_writer import Writer, sure_of
from nbannotate.formats._outcome import Problems
from nbannotate.model import Annotation


class OpenImages:
    """Open Images; see the module's text for what is read and written."""

    name = "open-images"
    title = "Open Images CSV"
    makes = ""
    holds = Holds(
        kinds=frozenset({"rectangle", "mask"}),
        fields=frozenset(
            {
                "confidence", "tags", "tag_attributes", "empty_images", "sizes", "splits", "label_order",
                "unused_labels",
            }
        ),
        attributes=frozenset(FLAGS.values()),
    )  # fmt: skip

    def sniff(self, source: Source) -> bool:
        """Return whether there is a CSV file of boxes, of masks, or of labels of images."""
        try:
            return any(kind_of(source, m) in ("boxes", "masks", "tags") for m in source.members)
        except NbannotateError:
            return False

    def read(self, source: Source, problems: Problems) -> Contents:
        """Return what all CSV files together say.

        Raises
        ------
        ReadFailed
            There is none, or one is no CSV.
        """
        reader = Reader(source, problems)
        return Contents(reader.head(), reader.rows(), reader.total)

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return what of a row Open Images has no place for."""
        return _losses(row)

    def write(self, target: Target, contents: Contents) -> Written:
        """Write a folder, or a zip."""
        with Writer(target, contents.head) as writer:
            for row in contents.rows:
                writer.add(row)
        return Written(writer.assets, writer.annotations)


def _losses(row: Row) -> Iterator[tuple[str, str]]:
    said = row.annotation or Annotation()
    for shape in said.shapes:
        if min(row.width, row.height) < 1:
            yield "shapes", "Open Images has parts of the image's size, which is not known"
        if shape.kind == "mask" and (shape.confidence is not None or shape.attributes):
            yield "confidences and attributes of masks", "Open Images has none of masks"
        for name in FLAGS.values():
            if not isinstance(shape.attributes.get(name, False), bool):
                yield "attributes", f"Open Images has {name} as yes or no"
    for values in said.tag_attributes.values():
        if values and (set(values) != {"confidence"} or sure_of(values) is None):
            yield "attributes of tags", "Open Images has a confidence, above 0 and up to 1, only"


FORMAT: Format = OpenImages()
