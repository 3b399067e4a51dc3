"""Real images for the notebooks in ``notebooks/stories``: from a folder of data sets, or else from installed packages.

``NBANNOTATE_DATA`` names a folder that holds data sets as they are published: ``voc_bccd``, ``coco_tiny``,
``dicom_mr_t1``. Where it is not set, or holds no such data set, the images are some that scikit-image and pydicom ship.
Nothing is downloaded, and the data sets are left as they are.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from PIL import Image

from nbannotate import formats
from nbannotate.demo.images import CROPS, Crop, predict, write
from nbannotate.errors import InvalidInput
from nbannotate.files.source import Source
from nbannotate.model import Annotation, Label, Shape

#: The environment variable that names the folder of the data sets.
VARIABLE = "NBANNOTATE_DATA"

#: Parts of scikit-image's pictures, half as large as in the demo, so that they are ready in a few seconds.
PARTS = tuple(
    crop._replace(scale=crop.scale / 2) for crop in CROPS if crop.subject in ("coins", "tissue", "deep sky", "moon")
)


class Pictures(NamedTuple):
    """Images, and what is to be seen on them.

    Attributes
    ----------
    folder
        A new folder for what the notebook makes.
    images
        The files.
    answers
        What is on them, by the image's name.
    coco
        The same as a COCO file; of the first images only, if so asked for.
    labels
        Those that stand there; that of the most images first.
    source
        Where they come from.
    """

    folder: Path
    images: list[Path]
    answers: dict[str, Annotation]
    coco: Path
    labels: tuple[str, ...]
    source: str

    def _repr_markdown_(self) -> str:
        """Return how a notebook shows it."""
        shapes = Counter(s.label for a in self.answers.values() for s in a.shapes)
        said = ", ".join(f"{n:,} {label}" for label, n in shapes.most_common(6)) + (" …" if len(shapes) > 6 else "")
        return f"{len(self.images)} images from {self.source}; on them: {said}."

    def __repr__(self) -> str:
        return self._repr_markdown_()


def pictures(dataset: str, count: int, predicted: int | None = None) -> Pictures:
    """Return the first images of a data set: ``"voc_bccd"`` or ``"coco_tiny"``.

    Parameters
    ----------
    dataset, count
        Which, and how many.
    predicted
        How many of them are in the COCO file, as if a model had seen only those; all if not given.

    Raises
    ------
    InvalidInput
        The data set is not there, and scikit-image is not installed.
    """
    folder = Path(tempfile.mkdtemp(prefix="story-"))
    found = _place(dataset)
    if found is None:
        parts = PARTS[:count]
        images, source = _cut(parts, folder / "images"), "scikit-image"
        labels = [Label(name) for name in dict.fromkeys(p.find for p in parts if p.find)]
        predict(folder / "images", list(parts), labels, folder / "found.json")
        known = _said(folder / "found.json")
    elif dataset == "voc_bccd":
        images = sorted((found / "BCCD" / "JPEGImages").glob("*.jpg"))[:count]
        source = "BCCD, a data set of blood cells"
        known = {p.name: _voc(found / "BCCD" / "Annotations" / f"{p.stem}.xml") for p in images}
    else:
        images, source = sorted((found / "images" / "train2017").glob("*.jpg"))[:count], "COCO 2017"
        known = _said(found / "annotations" / "instances_train2017.json")
    answers = {p.name: known.get(p.name) or Annotation(nothing_to_label=True) for p in images}
    counted = Counter(label for a in answers.values() for label in dict.fromkeys(s.label for s in a.shapes))
    labels = [Label(name) for name, _ in counted.most_common()]
    coco = folder / "predicted.json"
    write(coco, [_row(p, answers[p.name]) for p in images[:predicted]], labels)
    return Pictures(folder, images, answers, coco, tuple(v.name for v in labels), source)


def series() -> dict[str, list[Path]]:
    """Return DICOM files by series, as many of each: a head (MR), or the small slices that pydicom ships (CT).

    Raises
    ------
    InvalidInput
        pydicom is not installed.
    """
    found = _place("dicom_mr_t1")
    if found is not None:
        files = sorted((found / "dicoms").glob("*.dcm"))
        return {"head_1": files[:6], "head_2": files[6:12]}
    pydicom = importlib.util.find_spec("pydicom")
    if pydicom is None or not pydicom.origin:
        raise InvalidInput("The slices come with pydicom: pip install 'nbannotate[dicom]'.")
    tests = Path(pydicom.origin).parent / "data" / "test_files" / "dicomdirtests"
    return {
        "brain_ct": sorted((tests / "77654033" / "CT2").iterdir())[:4],
        "heart_ct": sorted((tests / "98892001" / "CT5N").iterdir())[:4],
    }


def _place(dataset: str) -> Path | None:
    """Return the folder of a data set, or None if it is not there."""
    given = os.environ.get(VARIABLE)
    place = Path(given).expanduser() / dataset if given else None
    return place if place is not None and place.is_dir() else None


def _cut(parts: Iterable[Crop], folder: Path) -> list[Path]:
    """Cut parts out of the pictures that scikit-image ships."""
    skimage = importlib.util.find_spec("skimage")
    if skimage is None or not skimage.origin:
        raise InvalidInput("The images come with scikit-image: pip install 'nbannotate[demo]'.")
    folder.mkdir()
    for part in parts:
        with Image.open(Path(skimage.origin).parent / "data" / part.source) as whole:
            piece = whole.crop(part.box)
            size = (round(piece.width * part.scale), round(piece.height * part.scale))
            piece.resize(size, Image.Resampling.LANCZOS).save(folder / part.name, quality=92)
    return sorted(folder.iterdir())


def _said(path: Path) -> dict[str, Annotation]:
    """Return what a COCO file says of images, by their names."""
    with Source(path) as source:
        rows = formats.get("coco").read(source, formats.Problems("skip")).rows
        return {row.name: row.annotation for row in rows if row.annotation is not None}


def _row(path: Path, annotation: Annotation) -> formats.Row:
    """Return what a format writes of an image."""
    with Image.open(path) as image:
        return formats.Row(path.name, image.width, image.height, annotation)


def _voc(path: Path) -> Annotation:
    """Return the boxes of a Pascal VOC file; those without an area are left out."""
    shapes = []
    for found in ElementTree.parse(path).iter("object"):
        x0, y0, x1, y1 = (float(found.findtext(f"bndbox/{side}") or 0) for side in ("xmin", "ymin", "xmax", "ymax"))
        if x0 < x1 and y0 < y1:
            shapes.append(Shape(kind="rectangle", points=((x0, y0), (x1, y1)), label=found.findtext("name") or ""))
    return Annotation(shapes=tuple(shapes))
