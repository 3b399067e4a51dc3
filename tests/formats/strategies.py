"""Hypothesis strategies for what formats read and write: rows with everything that a row can have."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from hypothesis import strategies as st
from msgspec.structs import replace

import nbannotate as nb
from nbannotate.formats import Foreign, Head, Row
from nbannotate.model.recipe import Skeleton

WIDTH, HEIGHT = 30, 20
KINDS = (
    "rectangle", "rotated_rectangle", "polygon", "ellipse", "polyline", "point", "keypoints", "skeleton", "mask",
)  # fmt: skip
LABELS = ("cell", "é", "3", "a b")

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
names = st.text("abcé .", min_size=1, max_size=4).map(str.strip).filter(bool)
whole = st.integers(-(2**63), 2**63 - 1)
values = st.one_of(
    st.none(), st.booleans(), whole, st.floats(allow_nan=False, allow_infinity=False), words,
    st.lists(st.integers(0, 9), max_size=2), st.dictionaries(words, st.integers(0, 9), max_size=2),
)  # fmt: skip
texts = st.text("abcé", min_size=1, max_size=4)
points = st.tuples(st.floats(0, WIDTH - 3), st.floats(0, HEIGHT - 3))


@st.composite
def geometries(draw: Any, kinds: tuple[str, ...] = KINDS) -> dict[str, Any]:
    """Draw the fields of a shape that are its geometry."""
    kind = draw(st.sampled_from(kinds))
    if kind == "mask":
        pixels = np.zeros((HEIGHT, WIDTH), dtype=bool)
        for at in draw(st.lists(st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1)), min_size=1)):
            pixels[at] = True
        shape = nb.Shape.mask(pixels)
        return {"kind": kind, "points": shape.points, "rle": shape.rle}
    x, y = draw(points)
    if kind == "rotated_rectangle":
        shape = nb.Shape.rotated_rectangle(
            x, y, draw(st.floats(1, 9)), draw(st.floats(1, 9)), draw(st.floats(-359, 359))
        )
        return {"kind": kind, "points": shape.points}
    if kind in ("rectangle", "ellipse"):
        return {"kind": kind, "points": ((x, y), (x + draw(st.floats(1, 3)), y + draw(st.floats(1, 3))))}
    if kind == "polygon":
        ring = ((x, y), (x + 1.5, y + 1.25), (x, y + 2))
        if draw(st.booleans()):
            return {"kind": kind, "points": (*ring, (x + 2, y), (x + 3, y), (x + 3, y + 3)), "rings": (3, 3)}
        return {"kind": kind, "points": ring}
    if kind == "polyline":
        return {"kind": kind, "points": ((x, y), (x + 1.5, y + 1), (x + draw(st.floats(0, 3)), y))}
    its = [(x, y)] if kind == "point" else draw(st.lists(points, min_size=1, max_size=3))
    seen = draw(st.sampled_from([(), (2,) * len(its)])) if kind == "skeleton" else ()
    return {"kind": kind, "points": tuple(its), "visibility": seen}


@st.composite
def shapes(draw: Any, kinds: tuple[str, ...] = KINDS, labelled: bool = False) -> nb.Shape:
    """Draw a shape with everything that one can have."""
    label = draw(st.sampled_from(LABELS if labelled else ("", *LABELS)))
    track = draw(st.sampled_from([None, "1", "t"]))
    return nb.Shape(
        **draw(geometries(kinds)),
        label=label,
        also=draw(st.sampled_from([(), ("dot",), ("dot", "7")])) if label else (),
        color=draw(st.sampled_from([None, "#112233"])),
        attributes=draw(st.dictionaries(names, values, max_size=3)),
        confidence=draw(st.none() | st.floats(0, 1)),
        group=draw(st.sampled_from([None, "1", "g"])),
        track=track,
        keyframe=track is not None and draw(st.booleans()),
    )


@st.composite
def annotations(draw: Any, kinds: tuple[str, ...] = KINDS, labelled: bool = False) -> nb.Annotation | None:
    """Draw what is said of an image, or that nothing is."""
    if draw(st.integers(0, 4)) == 0:
        return None
    its = tuple(draw(st.lists(shapes(kinds, labelled), max_size=3)))
    tags = tuple(sorted(draw(st.sets(st.sampled_from(["dark", "é", "7"])))))
    more = {t: v for t in tags if (v := draw(st.dictionaries(names, values, max_size=2)))}
    nothing = not its and (not tags or draw(st.booleans()))
    return nb.Annotation(shapes=its, tags=tags, nothing_to_label=nothing, tag_attributes=more)


@st.composite
def rows(draw: Any, kinds: tuple[str, ...] = KINDS, labelled: bool = False) -> list[Row]:
    """Draw rows with different names."""
    its = draw(st.lists(st.sampled_from(["a.png", "b c.jpg", "d/é.png", "d/a.png"]), max_size=3, unique=True))
    found = []
    for name in its:
        sequence = draw(st.sampled_from([None, "s"]))
        said = draw(annotations(kinds, labelled))
        origin = draw(st.sampled_from([None, "answer", "import"])) if said is not None else None
        found.append(
            Row(
                name,
                WIDTH,
                HEIGHT,
                said,
                origin=origin,
                source="model 1" if origin == "import" else None,
                metadata=draw(st.dictionaries(names, values, max_size=2)),
                split=draw(st.sampled_from([None, "train", "val", "test", "x"])),
                sequence=sequence,
                moment=draw(st.floats(0, 9)) if sequence else None,
            )
        )
    return found


foreigns = st.builds(
    Foreign,
    st.none() | st.integers(0, 9) | texts,
    st.dictionaries(names, values, max_size=2),
    st.none() | st.integers(0, 9),
)


def head() -> Head:
    """Return a head with labels that have everything."""
    skeleton = Skeleton(["nose", "tail"], [("nose", "tail")])
    attributes = (
        nb.Attribute("stage", "choice", ["ring", "troph"], required=True, default="ring"),
        nb.Attribute("marks", "choices", ["a", "b"]),
        nb.Attribute("note", "text"), nb.Attribute("size", "number"), nb.Attribute("n", "integer", default=3),
        nb.Attribute("seen", "boolean", default=False),
    )  # fmt: skip
    return Head(
        labels=(
            nb.Label("cell", ["rectangle", "polygon"], "#ff0000", attributes),
            nb.Label("é"),
            nb.Label("fish", ["skeleton"], "#00ff00", skeleton=skeleton),
        ),
        tags=(nb.Tag("dark"), nb.Tag("é", [nb.Attribute("how", "choice", ["x", "y"])])),
    )


def known(row: Row) -> Row:
    """Return a row without what a file called things: what is made here has no such names."""
    return replace(row, foreign=Foreign(), shapes={}, image=None)


def exact(value: Any) -> str:
    """Return a value with the types of all that is in it, which Python passes over: 1 == 1.0 == True."""
    return repr(in_order(msgspec.to_builtins(value)))


def in_order(value: Any) -> Any:
    """Return a value with its mappings in one order: that of their keys says nothing."""
    if isinstance(value, dict):
        return {k: in_order(value[k]) for k in sorted(value)}
    return [in_order(v) for v in value] if isinstance(value, list | tuple) else value
