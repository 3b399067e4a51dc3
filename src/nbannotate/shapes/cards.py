"""Shapes as they are drawn in cards: on a thumbnail, or alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from nbannotate.cards import Card, Chips, Counts, Drawing, Grid, Line, Pairs, Picture, Strip, card_of, count, short
from nbannotate.errors import NbannotateError
from nbannotate.model import PALETTE, Annotation, Shape
from nbannotate.shapes.base import FloatArray
from nbannotate.shapes.registry import kind

#: So many shapes are drawn, with so many points together; masks of larger images are drawn as their box.
MOST_SHAPES = 60
MOST_POINTS = 420
MOST_PIXELS = 4_000_000


def colors(shapes: Iterable[Shape], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a color for each label: the recipe's, or else one of the palette by the order of the labels."""
    found = dict(known or {})
    for shape in shapes:
        if shape.label not in found:
            found[shape.label] = PALETTE[len(found) % len(PALETTE)]
    return found


def drawing(
    shapes: Sequence[Shape],
    box: tuple[float, float, float, float],
    size: tuple[int, int],
    known: Mapping[str, str] | None = None,
) -> Drawing:
    """Return shapes as they are seen in a part of an image, drawn on so many pixels.

    Parameters
    ----------
    shapes
        Of the image; what cannot be drawn (a kind that is not installed here) is passed over.
    box
        The part ``(x0, y0, x1, y1)``, in image pixels.
    size
        Width and height of the drawing, in pixels of the page.
    known
        Colors by label.
    """
    width, height = 2 * size[0], 2 * size[1]  # two steps a pixel: screens are finer than that
    x0, y0, x1, y1 = box
    scale = np.array([width / max(x1 - x0, 1e-9), height / max(y1 - y0, 1e-9)])
    color = colors(shapes, known)
    some = shapes[:MOST_SHAPES]
    each = max(6, MOST_POINTS // max(1, len(some)))
    lines: list[Line] = []
    for shape in some:
        hue = shape.color or color[shape.label]
        try:
            lines += _lines(shape, np.array([x0, y0]), scale, each, hue)
        except (NbannotateError, ValueError, TypeError, IndexError):
            continue
    said = ", ".join(f"{n} {label or 'without label'}" for label, n in Counter(s.label for s in shapes).items())
    return Drawing(width, height, tuple(lines), said or "no shapes")


def _lines(shape: Shape, origin: FloatArray, scale: FloatArray, most: int, color: str) -> list[Line]:
    """Return the lines and dots of a shape."""
    of = kind(shape.kind)
    large = shape.rle is not None and math.prod(shape.rle.size) > MOST_PIXELS
    if large:
        (ax, ay), (bx, by) = shape.points[0], shape.points[-1]
        outlines = [np.array([(ax, ay), (bx, ay), (bx, by), (ax, by)])]
    else:
        outlines = of.strokes(shape)
    found = []
    if of.form != "dots" and outlines:
        each = max(4, most // len(outlines))
        paths = (_path((line - origin) * scale, each, of.closed) for line in outlines if len(line))
        found.append(Line("".join(paths), color, filled=of.closed))
    dots = None if large else of.dots(shape)
    if dots is not None and len(dots):
        at = np.rint((dots[:most] - origin) * scale).astype(int)
        found.append(Line("".join(f"M{x} {y}h0" for x, y in at.tolist()), color, dot=True))
    return [line for line in found if line.path]


def _path(line: FloatArray, most: int, closed: bool) -> str:
    """Return a path in whole pixels, with some of its points if there are many."""
    if len(line) > most:
        line = line[np.linspace(0, len(line) - 1, most).astype(int)]
    points = np.rint(line).astype(int)
    points = points[np.insert((np.diff(points, axis=0) != 0).any(axis=1), 0, True)]
    steps = np.diff(points, axis=0)
    text = f"M{points[0, 0]} {points[0, 1]}" + "".join(f"l{x} {y}" for x, y in steps.tolist())
    return text + ("z" if closed and len(points) > 2 else "")


def alone(shapes: Sequence[Shape]) -> Strip:
    """Return shapes without their image, in a frame around them."""
    places = [p for s in shapes for p in s.points]
    if not places:
        return Strip(())
    x, y = np.array(places).T
    pad = 0.06 * max(float(np.ptp(x)), float(np.ptp(y)), 1.0)
    box = (float(x.min()) - pad, float(y.min()) - pad, float(x.max()) + pad, float(y.max()) + pad)
    width, height = fitting(box[2] - box[0], box[3] - box[1], 180, 120)
    return Strip((Picture("", "", width, height, drawing(shapes, box, (width, height))),))


def fitting(width: float, height: float, most_width: int, most_height: int) -> tuple[int, int]:
    """Return the size in pixels of the page at which something of that size fits a box."""
    scale = min(most_width / max(width, 1e-9), most_height / max(height, 1e-9))
    return max(24, round(width * scale)), max(24, round(height * scale))


def said(annotation: Annotation, known: Mapping[str, str] | None = None) -> list[Chips]:
    """Return what an annotation says as names: labels with their number of shapes, and tags."""
    counts = Counter(label for s in annotation.shapes for label in (s.labels or ("",)))
    color = colors(annotation.shapes, known)
    found = []
    if counts:
        chips = tuple((name or "without label", color.get(name), f"{n:,}") for name, n in counts.most_common())
        found.append(Chips("shapes", chips))
    if annotation.tags:
        told = annotation.tag_attributes
        more = [", ".join(f"{k}: {v}" for k, v in told.get(t, {}).items()) for t in annotation.tags]
        found.append(Chips("tags", tuple((t, None, m) for t, m in zip(annotation.tags, more, strict=True))))
    return found


@card_of.register
def _(shape: Shape) -> Card:
    color = colors([shape])[shape.label]
    pairs = [("points", short(shape.points))] if shape.rle is None else []
    pairs += [("confidence", f"{shape.confidence:.2f}")] if shape.confidence is not None else []
    pairs += [("also", ", ".join(shape.also))] if shape.also else []
    pairs += [("points of the rings", ", ".join(map(str, shape.rings)))] if shape.rings else []
    pairs += [("angle", f"{shape.angle:.4g}°")] if shape.angle else []
    pairs += [("group", shape.group)] if shape.group is not None else []
    pairs += [("track", shape.track + (", set here" if shape.keyframe else ""))] if shape.track is not None else []
    pairs += [("id", shape.id)]
    attributes = Grid(("attribute", "value"), tuple((str(k), str(v)) for k, v in shape.attributes.items()))
    chips = Chips("", ((shape.label or "without label", shape.color or color, ""),))
    return Card("Shape", shape.kind, parts=(alone([shape]), chips, Pairs(tuple(pairs)), attributes))


@card_of.register
def _(annotation: Annotation) -> Card:
    state = "nothing to label" if annotation.nothing_to_label else "empty" if annotation.empty else ""
    counts: Counts = (count(len(annotation.shapes), "shape"),) if annotation.shapes else ()
    return Card("Annotation", "", state, counts, (alone(annotation.shapes), *said(annotation)))
