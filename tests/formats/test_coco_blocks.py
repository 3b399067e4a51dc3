"""What is read by the thousand is what is read one by one: the same shapes, the same rows, to the last bit."""

import json
import tracemalloc

import duckdb
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import nbannotate as nb
from nbannotate import formats
from nbannotate.files import arrow, number_lists
from nbannotate.files.source import Source
from nbannotate.formats import _coco_blocks, _coco_extra, _coco_lines, _coco_writer
from nbannotate.formats._contract import merged
from nbannotate.model import Shape
from nbannotate.shapes import kind
from nbannotate.shapes.base import shoelace
from nbannotate.shapes.many import Many, areas_of, starts_of
from nbannotate.shapes.rings import is_closed
from nbannotate.store import blocks, data

WIDTH, HEIGHT = 64, 48
IMAGES = [{"id": n, "file_name": f"{n}.png", "width": WIDTH, "height": HEIGHT} for n in range(3)]
CATEGORIES = [{"id": 1, "name": "cell"}, {"id": 2, "name": "nucleus"}, {"id": 3, "name": ""}]

NUMBERS = st.one_of(
    st.floats(0, 48, allow_subnormal=False), st.integers(0, 48), st.floats(-5, 90).map(lambda v: round(v, 2)),
    st.sampled_from([-0.0, 1e-7, 1e16, 0.1, 12345678901234567890]),
)  # fmt: skip
RINGS = st.lists(NUMBERS, min_size=4, max_size=14)
EVEN = RINGS.map(lambda ring: ring[: len(ring) // 2 * 2])
CLOSED = EVEN.map(lambda ring: ring + ring[:2])
RLE = {"size": [HEIGHT, WIDTH], "counts": [5, 10, HEIGHT * WIDTH - 15]}
ODD_ONES = st.sampled_from([
    None, "a polygon", 5, [[1, 2, None, 4, 5, 6]], [[1, 2, 3]], [[]], [], {}, RLE, [[1, 2, "3", 4, 5, 6]], [[[1, 2]]],
])  # fmt: skip
SEGMENTATIONS = st.one_of(st.lists(EVEN, min_size=1, max_size=3), st.lists(RINGS | CLOSED, max_size=2), ODD_ONES)
BOXES = st.one_of(st.lists(NUMBERS, min_size=4, max_size=4), st.sampled_from([None, [], [1, 2], [1, 2, 0, 3], "box"]))
MORE = st.dictionaries(
    st.sampled_from(["score", "attributes", "note", "nbannotate", "keypoints", "segments_info"]),
    st.sampled_from([None, 0.5, 7, {}, {"x": 1}, {"shape_ids": ["a"]}, {"shape_ids": []}, {"group": "g"}, [], [1, 2]]),
    max_size=1,
)  # fmt: skip
ANNOTATIONS = st.builds(
    lambda given, more: {**given, **more},
    st.fixed_dictionaries(
        {"image_id": st.sampled_from([0, 0, 1, 1.0, 2, 7, None]), "category_id": st.sampled_from([1, 1, 2, 2.0, 3, 4])},
        optional={
            "id": st.sampled_from([1, 2, 3.0, "x", None, 2**60]), "segmentation": SEGMENTATIONS, "bbox": BOXES,
            "area": NUMBERS | st.none(), "iscrowd": st.sampled_from([0, 0, 0, 1, 2, True, "1"]),
        },
    ),
    MORE,
)  # fmt: skip


def document(annotations):
    return {"images": IMAGES, "annotations": annotations, "categories": CATEGORIES}


def both(file):
    """Return what a file says by rows, and by blocks: the rows, what it calls shapes, and what was left out."""
    found = []
    for apart in (False, True):
        problems = formats.Problems("skip", file.name)
        with Source(file) as source:
            contents = formats.get("coco").read(source, problems)
            if not apart:
                rows = list(contents.rows)
                foreign = [[msgspec.to_builtins(row.shapes[s.id]) for s in row.annotation.shapes]
                           for row in rows if row.annotation and row.shapes]  # fmt: skip
            else:
                two = contents.apart()
                its = [] if two is None else list(two.blocks)
                rows = list(contents.rows) if two is None else merged(two.rows, its)
                foreign = called(its) if two is not None else found[0][1]
        said = [
            [msgspec.to_builtins(msgspec.structs.replace(s, id="")) for s in row.annotation.shapes]
            if row.annotation and row.annotation.shapes else None
            for row in rows
        ]  # fmt: skip
        found.append((said, foreign, sorted(map(str, problems.skipped))))
    return found


def called(its):
    by_row = {}
    for block in its:
        for n, row in enumerate(block.rows):
            number, extra = block.foreign_ids[n], block.extras[n]
            by_row.setdefault(row, []).append({
                "id": None if number is None else json.loads(number), "extra": json.loads(extra or "{}"),
                "place": int(block.places[n]), "name": None,
            })  # fmt: skip
    return [by_row[row] for row in sorted(by_row)]


@settings(max_examples=150, deadline=None)
@given(st.lists(ANNOTATIONS, max_size=12))
def test_blocks_say_what_rows_say(tmp_path_factory, annotations):
    file = tmp_path_factory.mktemp("coco") / "in.json"
    file.write_text(json.dumps(document(annotations)))
    rows, its = both(file)
    assert msgspec.json.encode(its) == msgspec.json.encode(rows)


def with_images(pictures):
    """Return a version with the images."""
    pictures.mkdir()
    for image in IMAGES:
        Image.new("L", (WIDTH, HEIGHT)).save(pictures / image["file_name"])
    version = nb.open(":memory:").create_dataset("d").create_version("v")
    version.add_images(pictures)
    return version


def stored(annotations, tmp_path, monkeypatch, one_by_one):
    """Return what stands in a store after a file was read."""
    file = tmp_path / "in.json"
    file.write_text(json.dumps(document(annotations)))
    with monkeypatch.context() as patch:
        if one_by_one:
            patch.setattr(_coco_blocks, "apart", lambda *_: None)
            patch.setattr(Many, "fit", lambda self, *_: np.zeros(len(self.kinds), dtype=bool))
        version = with_images(tmp_path / f"pictures-{one_by_one}")
        workspace = version.workspace
        reading = version.read("coco", file, on_error="skip")
        shapes = workspace.sql("select * from shapes order by asset, position").drop(
            columns=["annotation_id", "asset_id", "version_id", "created", "shape_id"]
        )
        foreign = workspace.sql("select what, foreign_id, extra, called, place from foreign_ids order by all")
        said = workspace.sql("select tags, nothing_to_label, shapes, origin, source from annotations order by all")
    return repr(reading), shapes.to_csv(), foreign.to_csv(), said.to_csv()


SQUARE = [1.5, 2.25, 20.1, 2.25, 20.1, 30.7, 1.5, 30.7]
REGULAR = [
    {"id": 1, "image_id": 0, "category_id": 1, "segmentation": [SQUARE], "bbox": [1.5, 2.25, 18.6, 28.45], "area": 1.0,
     "iscrowd": 0},
    {"id": 2, "image_id": 0, "category_id": 2, "segmentation": [SQUARE, [30, 30, 40, 30, 40, 40]], "iscrowd": 0},
    {"id": 3, "image_id": 1, "category_id": 1, "segmentation": RLE, "iscrowd": 1},
    {"id": 4, "image_id": 1, "category_id": 2, "bbox": [1, 2, 30.3, 40]},
    {"id": 5, "image_id": 0, "category_id": 2, "segmentation": [SQUARE, [5, 5, 15, 5, 15, 15]]},
    {"id": 6, "image_id": 1, "category_id": 1, "segmentation": [[-5, 2, 20, 2, 20, 30]]},
    {"id": 7, "image_id": 1, "category_id": 1, "segmentation": [[*SQUARE, 1.5, 2.25]], "note": "closed"},
    {"id": 8, "image_id": 2, "category_id": 9, "segmentation": [SQUARE]},
    {"id": 9, "image_id": 5, "category_id": 1, "segmentation": [SQUARE]},
    {"id": 10, "image_id": 2, "category_id": 1, "segmentation": [[1e-7, 0, 0.1, 40, 33.333333333333336, 17]]},
]  # fmt: skip


def test_the_store_holds_the_same_rows(tmp_path, monkeypatch):
    few, every = (stored(REGULAR, tmp_path, monkeypatch, one_by_one) for one_by_one in (False, True))
    assert few == every


PARTS = [
    {"id": 20 + n, "image_id": 2, "category_id": 1, "segmentation": [ring], "attributes": {"part_of": "a"}}
    for n, ring in enumerate([SQUARE, [30, 30, 40, 30, 40, 40]])
]
TWICE = [*SQUARE, 1.5, 2.25, 1.5, 2.25]  # a reader takes one of them away
RARE = [
    {"id": 33, "image_id": 2, "category_id": 2, "segmentation": [TWICE]},
    {"id": 34, "image_id": 2, "category_id": 2, "segmentation": [[30, 30, 40, 30, 40, 40], TWICE]},
    {"id": "text", "image_id": 2, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5},
    {"id": 30, "image_id": 2, "category_id": 2, "bbox": [1, 2, 3, 4], "nbannotate": {"group": "g", "also": ["new"]}},
    {"id": 31, "image_id": 2, "category_id": 2, "segmentation": [SQUARE], "bbox": [1, 2, 3, 4], "note": "kept"},
    {"image_id": 2, "category_id": 2, "segmentation": [SQUARE], "bbox": [1, 2, 3, 4]},
    {
        "id": 32,
        "image_id": 2,
        "category_id": 2,
        "segmentation": [SQUARE],
        "nbannotate": {"shape_ids": ['it\'s "mine"']},
    },
]


def test_what_is_written_by_the_thousand_is_what_is_written_one_by_one(tmp_path, monkeypatch):
    version = with_images(tmp_path / "pictures")
    (tmp_path / "in.json").write_text(json.dumps(document([*REGULAR, *PARTS, *RARE])))
    version.read("coco", tmp_path / "in.json", on_error="skip")
    shapes = version.shapes.df().set_index("asset")
    moved = nb.Shape(
        kind="polygon", points=((1, 1), (9, 1), (9, 9)), label="cell", id=shapes["shape_id"]["0.png"].iloc[0]
    )
    version.add_annotations({"0.png": nb.Annotation(shapes=(moved,))}, source="another")
    told = [version.write("coco", tmp_path / "by-blocks.json")]
    monkeypatch.setattr(type(formats.get("coco")), "by_blocks", False)
    told.append(version.write("coco", tmp_path / "one-by-one.json"))
    few, every = ((tmp_path / f"{name}.json").read_bytes() for name in ("by-blocks", "one-by-one"))
    assert (few, told[0]) == (every, told[1])
    written = {a["id"]: a for a in json.loads(few)["annotations"]}
    assert 20 in written
    assert written[33]["segmentation"] == [TWICE]
    assert written[34]["segmentation"] == [[30, 30, 40, 30, 40, 40], TWICE]


def test_a_file_without_anything_irregular_is_read_in_blocks_alone(tmp_path):
    file = tmp_path / "in.json"
    file.write_text(json.dumps(document(REGULAR[:2])))
    with Source(file) as source:
        two = formats.get("coco").read(source, formats.Problems("skip")).apart()
        assert two is not None
        (block,) = two.blocks
    assert not block.whole
    assert block.labels == ["cell", "nucleus"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(*[st.floats(-1e3, 1e3)] * 2), min_size=3, max_size=300), min_size=1, max_size=20))
def test_many_outlines_are_measured_as_one(outlines):
    points = np.array([point for outline in outlines for point in outline])
    counts = np.array(list(map(len, outlines)))
    many = Many(["polygon"] * len(outlines), points, counts, {})
    assert many.closed.tolist() == list(map(is_closed, outlines))
    assert areas_of(points, counts).tolist() == [shoelace(np.array(outline)) for outline in outlines]
    shapes = [Shape(kind="polygon", points=outline) for outline in outlines]
    assert many.areas.tolist() == [kind("polygon").covered(shape) for shape in shapes]
    assert [tuple(b) for b in many.bounds.tolist()] == [kind("polygon").bounds(shape.points) for shape in shapes]
    fit = many.fit(np.full(len(outlines), 900.0), np.full(len(outlines), 700.0)).tolist()
    assert not any(good and kind("polygon").problem(shape, 900, 700) for good, shape in zip(fit, shapes, strict=True))
    assert _coco_extra.fingerprints(many) == [_coco_extra.fingerprint(shape) for shape in shapes]


USUAL = st.one_of(st.just(0.0), st.floats(blocks.SMALLEST, blocks.LARGEST, exclude_max=True))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.tuples(USUAL, USUAL), min_size=1, max_size=30), min_size=1, max_size=3))
def test_the_database_writes_points_as_everybody_does(rings):
    numbers = np.array([value for ring in rings for point in ring for value in point])
    with duckdb.connect() as connection:
        table = arrow.Table({"numbers": arrow.lists(numbers, np.array([len(numbers)]))})
        connection.register("drawn", table)
        sql = f"select {data.POINTS} from (select numbers, cast(null as varchar) as points from drawn) s"
        (text,) = connection.execute(sql).fetchone()
    assert text == msgspec.json.encode([point for ring in rings for point in ring]).decode()


def test_numbers_are_told_from_what_is_none():
    texts = ["[[1,2],[3]]", "[1,[2]]", "[[1],null]", "null", "[[1,[2]],[3.5]]", "[[]]", "[]", "[[5e2]]"]
    lists = number_lists.of_texts(texts)
    assert lists.good.tolist() == [True, False, False, False, False, True, True, True]
    kept = lists.those(lists.good)
    assert (kept.each.tolist(), kept.counts.tolist(), kept.values.tolist()) == (
        [2, 1, 0, 1],
        [2, 1, 0, 1],
        [1, 2, 3, 500],
    )


NUMBERS = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.lists(NUMBERS, min_size=2, max_size=8), max_size=3), min_size=1, max_size=5))
def test_numbers_are_parsed_at_once_as_one_by_one(outlines):
    lists = number_lists.at_once([json.dumps(rings).encode() for rings in outlines])
    assert lists.good.all()
    assert lists.each.tolist() == [len(rings) for rings in outlines]
    assert lists.counts.tolist() == [len(ring) for rings in outlines for ring in rings]
    assert lists.values.tolist() == [value for rings in outlines for ring in rings for value in ring]


@pytest.mark.parametrize(
    "text",
    [
        "[[1,2],3]", "[1,[2,3]]", "[[[1,2]]]", "[1,2]", "5", "null", "{}", "[[true,1]]", "[[null,2]]", '[["3",2]]',
        "[[1e999,2]]", "[[],5]", "[[5]]", '["],["]', '[["a,b",1]]', "[[123456789012345678901234,1]]",
    ],
)  # fmt: skip
def test_what_is_more_than_lists_of_numbers_is_not_parsed_at_once(text):
    assert number_lists.at_once([b"[[1,2,3]]", text.encode(), b"[]"]) is None


def test_a_fingerprint_tells_points_apart():
    at = starts_of(np.array([2, 3]))
    assert at.tolist() == [0, 2]
    square = Shape(kind="polygon", points=((1, 1), (9, 1), (9, 9), (1, 9)))
    others = [
        square.replace(points=((1, 1), (9, 1), (9, 9), (1, 9.000001))),
        square.replace(points=((9, 1), (1, 1), (9, 9), (1, 9))),
        Shape(kind="rotated_rectangle", points=square.points),
        Shape(kind="mask", points=(), rle={"size": (4, 4), "counts": "04"}),
    ]
    assert len({_coco_extra.fingerprint(shape) for shape in [square, *others]}) == 5


@pytest.mark.parametrize("second", [[20, 0, 28, 0, 28, 8], [1, 1, 9, 1, 9, 9]])
def test_rings_are_measured_as_one_shape(second):
    rings = [[0, 0, 8, 0, 8, 8], second]
    points = [tuple(pair) for ring in rings for pair in zip(ring[::2], ring[1::2], strict=True)]
    shape = Shape(kind="polygon", points=points, rings=(3, 3))
    many = Many(["polygon", "polygon"], np.array(points + points[:3], dtype=float), [6, 3], {0: [3, 3]})
    assert many.areas.tolist() == [shape.area, 32.0]
    assert tuple(many.bounds[0]) == shape.bounds


def test_the_text_of_a_file_is_not_kept(tmp_path):
    note = "x" * 10_000  # what is more than a geometry is looked at one by one
    given = [{"id": n, "image_id": n % 4, "category_id": 1, "bbox": [1, 2, 3, 4], "note": note} for n in range(800)]
    file = tmp_path / "large.json"
    file.write_text(json.dumps(document(given)))
    problems, coco = formats.Problems("skip", file.name), formats.get("coco")
    tracemalloc.start()
    try:
        with Source(file) as source:
            two = coco.read(source, problems).apart()
            kept, most = tracemalloc.get_traced_memory()
            shapes = sum(len(block.rows) for block in two.blocks)
    finally:
        tracemalloc.stop()
    assert most > file.stat().st_size > 8_000_000
    assert kept < file.stat().st_size / 2  # that of the fourth image, which there is not
    assert (shapes, [left.count for left in problems.left_out() if left.what == "annotations"]) == (600, [200])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 9)), max_size=20))
def test_no_annotation_is_written_before_one_that_stands_before_it_in_its_image(pairs):
    rows = np.array(sorted(row for row, _ in pairs), dtype=np.int64)
    places = np.array([place for _, place in pairs], dtype=np.int64)
    expected = [max(places[: n + 1][rows[: n + 1] == row].tolist()) for n, row in enumerate(rows.tolist())]
    assert _coco_writer._not_before(rows, places).tolist() == expected


@pytest.mark.parametrize(
    "form",
    [
        '{{"nbannotate":{{"of":"{of}","bbox":[1,2,3,4],"area":5}}}}',
        '{{"nbannotate":{{"of":"{of}","bbox":[1,2,3,4],"area":5}} }}',
        '{{"nbannotate": {{"of": "{of}", "area": 5, "bbox": [1,2,3,4]}}}}',
        '{{"nbannotate":{{"of":"{of}","area":5,"bbox":[1,2,3,4]}}}}',
    ],
)
def test_a_box_and_an_area_are_written_as_they_were_given_whatever_the_form_in_which_they_are_kept(form):
    geometry = Many(["polygon"] * 2, np.array([[1, 1], [9, 1], [9, 9]] * 2, dtype=np.float64), [3, 3], {})
    of = _coco_extra.fingerprints(geometry)[0]
    its = [form.format(of=of), form.format(of="0")]
    assert _coco_lines._measures(geometry, its) == [
        '"bbox":[1,2,3,4],"area":5', '"bbox":[1.0,1.0,8.0,8.0],"area":32.0'
    ]  # fmt: skip


@pytest.mark.parametrize(("kept", "expected"), [
    ('"bbox":[1,2,3,4]', '"bbox":[1,2,3,4],"area":32.0'), ('"area":5', '"bbox":[1.0,1.0,8.0,8.0],"area":5'),
    ('"area":5,"closed":[0]', None),
])  # fmt: skip
def test_what_is_kept_of_the_two_is_written_and_the_other_is_made(kept, expected):
    geometry = Many(["polygon"], np.array([[1, 1], [9, 1], [9, 9]], dtype=np.float64), [3], {})
    its = f'{{"nbannotate":{{"of":"{_coco_extra.fingerprints(geometry)[0]}",{kept}}}}}'
    assert _coco_lines._measures(geometry, [its]) == [expected]
