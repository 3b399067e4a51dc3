"""The images of the demo, cut out of those that scikit-image ships, and what a computation finds in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nbannotate import formats
from nbannotate.errors import InvalidInput
from nbannotate.files.target import Target
from nbannotate.model import Annotation, Label, Shape

if TYPE_CHECKING:
    import pandas as pd
    from PIL import Image


class Crop(NamedTuple):
    """One image of the demo: a part of a file of scikit-image, enlarged.

    ``box`` is left, top, right, bottom in pixels of the source; ``scale`` the enlargement; ``find`` the label that the
    computation looks for, or empty.
    """

    name: str
    source: str
    subject: str
    box: tuple[int, int, int, int]
    scale: float
    find: str = ""


CROPS = (
    Crop("coins_1.png", "coins.png", "coins", (0, 0, 186, 155), 4, "coin"),
    Crop("coins_2.png", "coins.png", "coins", (186, 0, 384, 155), 4, "coin"),
    Crop("coins_3.png", "coins.png", "coins", (0, 152, 186, 303), 4, "coin"),
    Crop("coins_4.png", "coins.png", "coins", (186, 152, 384, 303), 4, "coin"),
    Crop("tissue_1.png", "ihc.png", "tissue", (160, 220, 340, 400), 4, "nucleus"),
    Crop("tissue_2.png", "ihc.png", "tissue", (332, 280, 512, 460), 4, "nucleus"),
    Crop("tissue_3.png", "ihc.png", "tissue", (372, 170, 512, 310), 5, "nucleus"),
    Crop("sky_1.jpg", "hubble_deep_field.jpg", "deep sky", (0, 0, 500, 436), 2, "galaxy"),
    Crop("sky_2.jpg", "hubble_deep_field.jpg", "deep sky", (500, 0, 1000, 436), 2, "galaxy"),
    Crop("sky_3.jpg", "hubble_deep_field.jpg", "deep sky", (0, 436, 500, 872), 2, "galaxy"),
    Crop("sky_4.jpg", "hubble_deep_field.jpg", "deep sky", (500, 436, 1000, 872), 2, "galaxy"),
    Crop("cell.png", "cell.png", "cell", (0, 0, 550, 660), 1.5, "cell"),
    Crop("retina_1.jpg", "retina.jpg", "retina", (0, 0, 1411, 1411), 1, "optic disc"),
    Crop("retina_2.jpg", "retina.jpg", "retina", (480, 480, 940, 940), 2),
    Crop("moon_1.png", "moon.png", "moon", (0, 0, 256, 256), 3),
    Crop("moon_2.png", "moon.png", "moon", (256, 256, 512, 512), 3),
)


def make_images(folder: Path) -> list[Crop]:
    """Write the images of the demo to a folder.

    Raises
    ------
    InvalidInput
        If scikit-image is not installed.
    """
    from PIL import Image

    try:
        from skimage.data import data_dir
    except ModuleNotFoundError:
        raise InvalidInput("The demo takes its images from scikit-image: pip install 'nbannotate[demo]'.") from None
    source = Path(data_dir)
    folder.mkdir(exist_ok=True)
    for crop in CROPS:
        with Image.open(source / crop.source) as whole:
            part = whole.crop(crop.box)
            size = (round(part.width * crop.scale), round(part.height * crop.scale))
            part.resize(size, Image.Resampling.LANCZOS).save(folder / crop.name, quality=92)
    return list(CROPS)


def metadata(crops: list[Crop]) -> pd.DataFrame:
    """Return what is known of the images, one row each: ``name``, ``subject``, ``source``, ``magnification``."""
    import pandas as pd

    rows = [(c.name, c.subject, f"scikit-image, {c.source}", c.scale) for c in crops]
    return pd.DataFrame(rows, columns=["name", "subject", "source", "magnification"])


def find(image: Image.Image, label: str, scale: float) -> tuple[Shape, ...]:
    """Return what a threshold finds in an image, as polygons (rectangles for galaxies) with a confidence.

    Parameters
    ----------
    label
        What to look for; it decides the channel and the threshold.
    scale
        The enlargement of the image; sizes below are in pixels of the source.

    Notes
    -----
    Otsu's threshold (1979) on a smoothed channel, connected regions, their outline simplified after Douglas and
    Peucker. The confidence is the solidity of the region (its area over that of its convex hull).
    """
    from skimage import color, filters, measure, segmentation, transform
    from skimage.morphology import closing, disk, opening

    rgb = np.asarray(image.convert("RGB")) / 255.0
    gray = color.rgb2gray(rgb)
    smallest, smoothing, quantile = 60.0, 1.0, None
    if label == "nucleus":
        gray, smallest = color.rgb2hed(rgb)[..., 0], 25.0
    elif label == "galaxy":
        smallest, smoothing = 50.0, 0.7
    elif label == "optic disc":
        gray, smallest, smoothing, quantile = rgb[..., 1], 900.0, 6.0, 0.992
    gray = filters.gaussian(gray, sigma=smoothing * scale)
    if label == "coin":  # the light falls off towards the bottom; that is smooth, so a coarse copy will do
        step = round(scale)
        light = filters.gaussian(gray[::step, ::step], sigma=40 * scale / step, truncate=2)
        gray = gray - transform.resize(light, gray.shape)
    threshold = filters.threshold_otsu(gray) if quantile is None else np.quantile(gray, quantile)
    mask = opening(gray > threshold, disk(scale))
    if label == "coin":  # a shadow in the relief is still the coin
        mask = closing(mask, disk(1.5 * scale))
    if label in ("coin", "nucleus"):
        mask = segmentation.clear_border(mask)
    found = []
    for region in measure.regionprops(measure.label(mask)):
        if region.area < smallest * scale**2:
            continue
        top, left, bottom, right = region.bbox
        confidence = round(float(region.solidity), 3)
        if label == "galaxy":
            points: tuple[tuple[float, float], ...] = ((float(left), float(top)), (float(right), float(bottom)))
            found.append(Shape(kind="rectangle", points=points, label=label, confidence=confidence))
            continue
        outline = measure.find_contours(np.pad(region.image_filled, 1).astype(float), 0.5)[0]
        corners = measure.approximate_polygon(outline, tolerance=0.7 * scale)[:-1]
        # find_contours counts from the middle of a pixel, we from its corner; the padding added one
        points = tuple((round(float(x) + left - 0.5, 1), round(float(y) + top - 0.5, 1)) for y, x in corners)
        if len(points) >= 3:
            found.append(Shape(kind="polygon", points=points, label=label, confidence=confidence))
    return tuple(found)


def predict(images: Path, crops: list[Crop], labels: Sequence[Label], target: Path) -> formats.Written:
    """Write what the computation finds in all images as a COCO file, as any model would deliver it."""
    from PIL import Image

    rows = []
    for crop in crops:
        with Image.open(images / crop.name) as image:
            shapes = find(image, crop.find, crop.scale) if crop.find else ()
            rows.append(formats.Row(crop.name, image.width, image.height, Annotation(shapes=shapes)))
    return write(target, rows, labels)


def write(path: Path, rows: Sequence[formats.Row], labels: Sequence[Label]) -> formats.Written:
    """Write images with what is said of them as a COCO file."""
    with Target(path, ".json") as target:
        return formats.get("coco").write(target, formats.Contents(formats.Head(tuple(labels)), rows))
