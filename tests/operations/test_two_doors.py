"""What is in the store can be saved unchanged, submitted, exported and read again, by whatever door it came in."""

from __future__ import annotations

import itertools
import math

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from PIL import Image

import nbannotate as nb
from nbannotate import formats, shapes
from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Annotation, Shape
from nbannotate.rules.annotation import check_complete, check_draft
from nbannotate.rules.well_formed import check_fits
from nbannotate.workspace import export
from tests.formats import sets

WIDTH, HEIGHT, MOST = 120, 90, 10

names = st.sampled_from(["cat", "dog", "né", "a b", "x" * 200, "7"]) | st.text(max_size=4)
strange = st.sampled_from(["", " x ", "x" * 201, "\ud800", "x\0", "x\n", "\u2028", "\t", "cat"])
any_name = st.one_of(names, names, names, strange)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_name,
    lambda v: st.lists(v, max_size=3) | st.tuples(v) | st.dictionaries(any_name, v, max_size=2),
    max_leaves=4,
)
attributes = st.dictionaries(any_name, values, max_size=2)
numbers = st.floats(-20, 140) | st.sampled_from([0.0, 1.0, 1e-9, 119.999, math.nan, math.inf, 5, 1e300])
points = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6)


@st.composite
def good_shape(draw):
    """A shape that the page would make: its fields as the constructor takes them."""
    kind = draw(st.sampled_from(sorted(shapes.kinds())))
    x, y = draw(st.floats(0, 60)), draw(st.floats(0, 40))
    label = draw(st.sampled_from(["cat", "dog"]))
    if kind == "mask":
        made = shapes.kind(kind).brushed(None, [(x, y), (x + 9, y + 3)], 5, "add", WIDTH, HEIGHT, label=label)
        return msgspec.structs.asdict(made)
    w, h = draw(st.floats(1, 50)), draw(st.floats(1, 50))
    its = shapes.kind(kind)
    if its.max_points == 1:
        corners = ((x, y),)
    elif its.max_points == 2:
        corners = ((x, y), (x + w, y + h))
    else:
        corners = ((x, y), (x + w, y), (x + w, y + h))
    return {"kind": kind, "points": corners, "label": label}


wild = {
    "kind": st.sampled_from([*shapes.kinds(), "bbox", ""]),
    "points": points.map(tuple),
    "label": any_name,
    "id": st.sampled_from(["q", "", "y" * 64, "z" * 65, "\ud800"]),
    "attributes": attributes,
    "confidence": st.none() | st.floats(-0.5, 1.5) | st.just(math.nan),
    "color": st.sampled_from([None, "#12aB90", "red", ""]),
    "visibility": st.lists(st.integers(0, 3), max_size=3).map(tuple),
    "also": st.lists(any_name, max_size=2).map(tuple),
}


@st.composite
def any_shape(draw):
    """A good shape of which some fields are anything."""
    fields = draw(good_shape())
    wrong = st.lists(st.sampled_from(sorted(wild)), max_size=2, unique=True)
    for name in draw(st.just([]) | st.just([]) | wrong):
        fields[name] = draw(wild[name])
    return fields


@st.composite
def any_annotation(draw):
    """An annotation as its fields: mostly right, or wrong in some respect."""
    tags = draw(st.lists(st.sampled_from(["blurred", "dark"]) | st.sampled_from(["é", "dark "]) | names, max_size=2))
    of = st.sampled_from(tags) if tags else any_name
    return {
        "shapes": draw(st.lists(any_shape(), max_size=3)),
        "tags": tuple(tags),
        "tag_attributes": draw(st.dictionaries(st.one_of(of, of, of, any_name), attributes, max_size=1)),
        "nothing_to_label": draw(st.sampled_from([False, False, False, True])),
    }


def made(fields):
    return Annotation(**fields | {"shapes": tuple(Shape(**s) for s in fields["shapes"])})


class Door:
    """A workspace in memory, a person in it, and images: one version of them for each example."""

    def __init__(self, folder):
        self.workspace = nb.open(":memory:")
        self.workspace.members.add("ana", password="password of ana")
        self.ana = self.workspace.acting("ana", "password of ana")
        self.paths = [folder / f"{i}.png" for i in range(MOST)]
        for path in self.paths:
            Image.new("L", (WIDTH, HEIGHT)).save(path)
        self.dataset = self.workspace.create_dataset("d")
        self.number = itertools.count()
        self.file = folder / "out"

    def version(self):
        return self.dataset.create_version(str(next(self.number))).add_images(self.paths)


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    its = Door(tmp_path_factory.mktemp("doors"))
    yield its
    its.workspace.close()


def as_stored(annotation):
    """What JSON makes of an annotation: lists for tuples in attributes, whole numbers of points as floats."""
    return msgspec.json.decode(msgspec.json.encode(annotation), type=Annotation)


def recipe_of(annotations):
    """A recipe with the labels and tags that annotations have."""
    labels = sorted({label for a in annotations for s in a.shapes for label in s.labels})
    tags = sorted({tag for a in annotations for tag in a.tags})
    return nb.Recipe(labels=labels or ["cat"], tags=tags, several_labels=True)


@settings(max_examples=300, deadline=None)
@given(any_annotation())
def test_what_may_be_in_the_store_may_be_saved_submitted_and_written(tmp_path_factory, fields):
    try:
        annotation = made(fields)
        check_fits(annotation, WIDTH, HEIGHT)
    except InvalidInput:
        return event("refused")
    event("taken")
    stored, recipe, file = as_stored(annotation), recipe_of([annotation]), tmp_path_factory.getbasetemp() / "doors.json"
    assert stored == as_stored(stored)
    check_fits(stored, WIDTH, HEIGHT)
    check_draft(stored, recipe, stored)
    if stored.empty or any(not s.label for s in stored.shapes):
        with pytest.raises(Refused, match=r"Nothing is drawn|no label yet"):
            check_complete(stored, recipe, WIDTH, HEIGHT, stored)
    else:
        check_complete(stored, recipe, WIDTH, HEIGHT, stored)
    head = formats.Head(tuple(recipe.labels))
    sets.write("coco", file, head, [formats.Row("a.png", WIDTH, HEIGHT, stored)])
    _, (row,), _ = sets.read("coco", file)
    read = row.annotation or Annotation()
    assert_the_same({"a.png": stored}, {} if read.empty else {"a.png": read})
    check_fits(read, WIDTH, HEIGHT)
    return None


@pytest.mark.slow
@settings(max_examples=3, deadline=None)
@given(st.lists(any_annotation(), min_size=1, max_size=MOST))
def test_what_came_in_can_be_saved_submitted_exported_and_read_again(door, examples):
    version = door.version()
    stored = {}
    for name, fields in zip(version.assets.df()["name"], examples, strict=False):
        try:
            annotation = made(fields)
            version.add_annotations({name: annotation}, source="anything")
        except InvalidInput:
            event("refused")
            continue
        if not annotation.empty:
            event("stored")
            stored[name] = as_stored(annotation)
    reading = round_trip(door, version)
    assert {name: reading.get(name) for name in stored} == stored
    recipe = recipe_of(stored.values())
    campaign = version.create_campaign(version.name, recipe, nb.Workflow([nb.Step("draw", "annotation", ["ana"])]))
    campaign.launch()
    for _ in range(MOST):
        task = door.ana.work.next(version.name)
        assert task.annotation == stored.get(task.asset, Annotation())
        task.save(task.annotation)
        if task.annotation.empty or any(not s.label for s in task.annotation.shapes):
            with pytest.raises(Refused, match=r"Nothing is drawn|no label yet"):
                task.submit(task.annotation)
            task.submit(Annotation(nothing_to_label=True))
            stored.pop(task.asset, None)
        else:
            task.submit(task.annotation)
    nb.Viewer(version).close()
    reading = round_trip(door, version)
    assert {name: reading.get(name) for name in stored} == stored


def round_trip(door, version):
    """Write a version in our own format, and read that into another one; return what stands there."""
    version.write("parquet", door.file)
    other = door.version()
    assert other.read("parquet", door.file).left_out == ()
    return {row.name: row.annotation for row in export.rows(other) if row.annotation}


def assert_the_same(stored, reading):
    for name, annotation in stored.items():
        before = normal(annotation)
        assert normal(reading.get(name, Annotation())) == before


def normal(annotation):
    """An annotation without what COCO has no word for, and without the last digit."""

    def of(shape):
        corners = shapes.kind(shape.kind).outline(shape.points).tolist()
        return shape.kind, shape.labels, shape.confidence, shape.attributes, [[round(v, 6) for v in p] for p in corners]

    written = [of(s) for s in annotation.shapes if s.label and s.kind in ("rectangle", "polygon")]
    return (
        sorted(map(repr, written)), annotation.tags, annotation.tag_attributes,
        annotation.nothing_to_label,
    )  # fmt: skip
