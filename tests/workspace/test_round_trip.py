"""What a version gives as tables it takes: the round trip is the identity, for every kind, attribute and tag."""

from __future__ import annotations

import functools

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nbannotate as nb
from nbannotate.store import data
from nbannotate.workspace import export, intake, native_values

SIZE = (30, 20)
KINDS = ["rectangle", "polygon", "ellipse", "polyline", "point", "keypoints", "skeleton", "mask", "rotated_rectangle"]
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
names = st.text("abcé .", min_size=1, max_size=4).map(str.strip).filter(bool)
values = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), words,
    st.lists(st.integers(0, 9), max_size=2), st.dictionaries(words, st.integers(0, 9), max_size=2),
)  # fmt: skip
x, y = st.floats(0, SIZE[0] - 2, width=32), st.floats(0, SIZE[1] - 2, width=32)
points = st.tuples(x, y)


@st.composite
def shapes(draw):
    fields = {
        "label": draw(st.sampled_from(["", "cell", "é", "3"])), "color": draw(st.sampled_from([None, "#112233"])),
        "attributes": draw(st.dictionaries(names, values, max_size=3)),
        "confidence": draw(st.none() | st.floats(0, 1)),
    }  # fmt: skip
    fields["also"] = draw(st.sampled_from([(), ("dot",), ("dot", "7")])) if fields["label"] else ()
    fields["group"] = draw(st.sampled_from([None, "7", "a pair"]))
    fields["track"], fields["keyframe"] = draw(st.sampled_from([(None, False), ("7", True), ("é", False)]))
    kind = draw(st.sampled_from(KINDS))
    if kind == "mask":
        pixels = np.zeros(SIZE[::-1], dtype=bool)
        for at in draw(st.lists(st.tuples(st.integers(0, SIZE[1] - 1), st.integers(0, SIZE[0] - 1)), min_size=1)):
            pixels[at] = True
        return nb.Shape.mask(pixels, **fields)
    if kind == "rotated_rectangle":
        a, b = draw(points)
        return nb.Shape.rotated_rectangle(a, b, 5, 3, draw(st.floats(-180, 180)), **fields)
    if kind == "polygon" and draw(st.booleans()):
        a, b = draw(points)
        rings = [[(a, b), (a + 2, b), (a, b + 2)], [(a + 0.25, b + 0.25), (a + 0.5, b + 0.25), (a + 0.25, b + 1)]]
        return nb.Shape.polygon(rings, **fields)
    if kind in ("rectangle", "ellipse", "polygon"):
        a, b = draw(points)
        corners = [(a, b), (a + 1.5, b + 1.25), (a, b + 2)]
        return nb.Shape(kind=kind, points=corners if kind == "polygon" else corners[:2], **fields)
    count = {"point": 1, "polyline": 2}.get(kind, draw(st.integers(1, 3)))
    its = [(0.0, 0.0), (9.5, 7.0)] if kind == "polyline" else draw(st.lists(points, min_size=count, max_size=count))
    seen = draw(st.sampled_from([(), (2,) * count])) if kind == "skeleton" else ()
    return nb.Shape(kind=kind, points=its, visibility=seen, **fields)


@st.composite
def annotations(draw):
    its = tuple(draw(st.lists(shapes(), max_size=4)))
    tags = tuple(sorted(draw(st.sets(st.sampled_from(["dark", "é", "7"])))))
    more = {t: v for t in tags if (v := draw(st.dictionaries(names, values, max_size=2)))}
    nothing = not its and draw(st.booleans())
    return nb.Annotation(shapes=its, tags=tags, nothing_to_label=nothing, tag_attributes=more)


@functools.cache
def ground():
    ws = nb.open(":memory:")
    return ws, ws.create_dataset("d")


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    from PIL import Image

    folder = tmp_path_factory.mktemp("images")
    for i in range(2):
        Image.new("RGB", SIZE).save(folder / f"{i}.png")
    yield folder
    ground()[0].close()
    ground.cache_clear()


def exact(said):
    """Return an annotation with the types of all values, which Python passes over: 1 == 1.0 == True."""
    return repr(in_order(msgspec.to_builtins(said)))


def in_order(value):
    """Return a value with its mappings in one order: that of their keys says nothing."""
    if isinstance(value, dict):
        return {k: in_order(value[k]) for k in sorted(value)}
    return [in_order(v) for v in value] if isinstance(value, list | tuple) else value


@given(st.lists(shapes(), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_shape_is_in_the_table_with_all_that_it_has(drawn):
    rows = [{"asset": "0.png", "area": 1.0, "member": "ana", **data.shape_row(1, i, s)} for i, s in enumerate(drawn)]
    view = pd.DataFrame(rows)
    view["also"] = view["also"].fillna("[]")
    assert exact(native_values.as_shapes(view)) == exact(drawn)
    assert exact(intake.taken(native_values.of_shapes(view), intake.Images(["0.png"]))["0.png"].shapes) == exact(drawn)


@given(st.lists(annotations(), min_size=2, max_size=2))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_shapes_tags_and_nothing_to_label_come_back_as_they_were(paths, said):
    _, dataset = ground()
    known = len(dataset.versions)
    first, second = (dataset.create_version(f"{name}{known}").add_images(paths) for name in "ab")
    first.add_annotations({f"{i}.png": a for i, a in enumerate(said)}, source="model")
    whole = pd.concat([first.shapes.df(), first.annotations.df()])
    second.add_annotations(whole, source="again")
    there, here = (
        {row.name: row.annotation for row in export.rows(version, None) if row.annotation}
        for version in (first, second)
    )
    assert exact(here) == exact(there)
    if any(a.shapes for a in said):
        third = dataset.create_version(f"c{known}").add_images(paths)
        third.add_annotations(first.shapes.df(), source="again")
        drawn = {row.name: row.annotation.shapes for row in export.rows(third, None) if row.annotation}
        assert exact(drawn) == exact({n: a.shapes for n, a in there.items() if a.shapes})


def test_the_columns_have_the_types_of_their_values():
    ws, dataset = ground()
    version = dataset.create_version("types")
    assert list(version.shapes.df()["points"]) == []
    rows = ws.sql("select * from shapes where false")
    assert {"points", "rle", "visibility", "also"} <= set(native_values.of_shapes(rows).columns)
    shown = native_values._with_columns(
        pd.DataFrame(index=range(3)), "a.",
        [{"n": 1, "f": 0.5, "s": "x", "b": True, "m": 1}, {"n": 2, "s": "y", "m": "x"}, {"n": 3, "b": False}],
    )  # fmt: skip
    assert {c: str(t) for c, t in shown.dtypes.items()} == {
        "a.n": "int64", "a.f": "float64", "a.s": "string", "a.b": "boolean", "a.m": "object",
    }  # fmt: skip


def test_a_filtered_and_changed_table_goes_in_again():
    shape = nb.Shape.box(1, 2, 9, 9, "cell", attributes={"stage": "late"}, confidence=0.5)
    table = pd.DataFrame({"asset": ["0.png"] * 2, "shape_id": ["s1", "s2"], "kind": "rectangle", "label": "cell",
                          "points": [shape.array, shape.array + 1], "attributes.stage": ["late", None]})  # fmt: skip
    table = table[table["shape_id"] == "s1"].assign(**{"attributes.stage": "early"})
    (found,) = intake.taken(table, intake.Images(["0.png"]))["0.png"].shapes
    assert (found.id, found.attributes, found.points) == ("s1", {"stage": "early"}, shape.points)


def test_a_table_of_annotations_alone_does_not_lose_the_shapes_that_it_counts(paths):
    _, dataset = ground()
    version = dataset.create_version("counted").add_images(paths)
    version.add_annotations({"0.png": nb.Shape.box(1, 2, 9, 9)}, source="model")
    with pytest.raises(nb.errors.InvalidInput, match=r"'0\.png' has 1 shapes.*pd\.concat"):
        version.add_annotations(version.annotations.df(), source="again")
    tags = pd.DataFrame({"asset": ["1.png", "1.png"], "tag": ["dark", "é"], "attributes.who": ["ana", None]})
    version.add_annotations(tags, source="tags")
    assert list(version.tags.df()["tag"]) == ["dark", "é"]
    assert version.tags.df()["attributes.who"].tolist()[0] == "ana"
    assert list(version.annotations.df()["tags"]) == [[], ["dark", "é"]]


def test_an_attribute_that_is_none_beside_texts_is_none_again(paths):
    _, dataset = ground()
    known = len(dataset.versions)
    first, second = (dataset.create_version(f"{name}{known}").add_images(paths) for name in "ab")
    said = [nb.Shape.box(1, 1, 5, 5, label="cell", attributes={"note": note}) for note in (None, "")]
    first.add_annotations({"0.png": said}, source="model")
    table = first.shapes.df()
    assert table["attributes.note"].tolist() == [None, ""]
    second.add_annotations(table, source="again")
    assert [s.attributes for s in second.shapes] == [{"note": None}, {"note": ""}]
