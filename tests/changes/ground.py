"""Versions with annotations that Hypothesis makes, and what differs between two of them as a loop says it."""

from __future__ import annotations

import functools
import itertools

from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

import nbannotate as nb

NAMES = ("0.png", "1.png", "2.png")
SIZE = (64, 48)
_numbers = itertools.count()

labels = st.sampled_from(["cell", "dust", "a, 'b'"])
attributes = st.dictionaries(st.sampled_from(["stage", "n"]), st.sampled_from(["ring", 1, True]), max_size=2)
places = st.integers(0, 40)


@st.composite
def shapes(draw, id=None):
    """Draw a box, a triangle or a point."""
    x, y = draw(places), draw(st.integers(0, 30))
    more = {"label": draw(labels), "attributes": draw(attributes)} | ({"id": id} if id else {})
    kind = draw(st.sampled_from(["rectangle", "polygon", "point"]))
    if kind == "rectangle":
        return nb.Shape.rectangle(x, y, draw(st.integers(3, 12)), 9, **more)
    if kind == "polygon":
        return nb.Shape.polygon([(x, y), (x + 10, y), (x, y + draw(st.integers(4, 9)))], **more)
    return nb.Shape.point(x, y, **more)


@st.composite
def annotations(draw, ids=("a", "b", "c", "d")):
    """Draw what is said of an image; the ids are few, so that many are the same."""
    chosen = draw(st.lists(st.sampled_from(ids), unique=True, max_size=len(ids)))
    its = tuple(draw(shapes(id)) for id in chosen)
    tags = tuple(sorted(draw(st.sets(st.sampled_from(["dark", "blurred"])))))
    told = {tag: {"why": "x"} for tag in tags if draw(st.booleans())}
    return nb.Annotation(shapes=its, tags=tags, tag_attributes=told, nothing_to_label=not its and draw(st.booleans()))


said = st.dictionaries(st.sampled_from(NAMES), annotations(), max_size=3)


def changed(draw, annotation):
    """Return an annotation after some of its shapes were changed, at random."""
    kept = [s for s in annotation.shapes if draw(st.booleans())]
    return replace(annotation, shapes=tuple(replace(s, label=draw(labels)) for s in kept))


@functools.cache
def workspace():
    """Return a workspace in memory that all examples share."""
    return nb.open(":memory:")


@functools.cache
def images(folder):
    """Write the images, once, and return where they are."""
    for name in NAMES:
        Image.new("RGB", SIZE).save(folder / name)
    return folder


def dataset():
    """Return a fresh dataset."""
    return workspace().create_dataset(f"d{next(_numbers)}")


def version(of, folder, its, name="v"):
    """Return a fresh version of a dataset in which that is said."""
    made = of.create_version(f"{name}{next(_numbers)}").add_images(images(folder))
    if its:
        made.add_annotations(its, source="made")
    return made


def child(of, its):
    """Return a child of a version in which that is said in place of what was, where it says something."""
    made = of.create_child(f"c{next(_numbers)}")
    if its:
        made.add_annotations(its, source="changed")
    return made


def what(of):
    """Return what a version says, by the name of the image: exactly, but in no order."""
    found = {}
    for asset in of.assets:
        its = asset.annotation or nb.Annotation()
        found[asset.name] = (
            {s.id: s for s in its.shapes}, set(its.tags), its.nothing_to_label, its.tag_attributes,
        )  # fmt: skip
    return found
