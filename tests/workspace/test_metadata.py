"""The metadata that come with images: bit for bit, or one sentence for each column that cannot be kept."""

import datetime
import decimal
import json
import pathlib
import re
import uuid

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nbannotate as nb
from nbannotate.errors import InvalidInput
from nbannotate.rules.metadata import check_metadata
from nbannotate.workspace import metadata as given_metadata

NAMES = ["img_000.png", "img_001.png"]


@pytest.fixture
def add(make_images):
    """Add two images with metadata to a new version in memory, and return what it says of them."""
    paths, made = make_images(2), []

    def run(metadata, **options):
        ws = nb.open(":memory:")
        made.append(ws)
        version = ws.create_dataset("d").create_version("v")
        try:
            version.add_images(paths, metadata, **options)
        finally:
            assert len(version.assets) in (0, 2)  # all or nothing
        return [asset.metadata for asset in version.assets]

    yield run
    for ws in made:
        ws.close()


def column(values, dtype=None):
    return pd.DataFrame({"name": NAMES, "k": pd.Series(values, dtype=dtype)})


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ([47.123456789012345, 1e-12], [47.123456789012345, 1e-12]),
        (np.array([0.1, 3.4e38], dtype=np.float32), [float(np.float32(0.1)), float(np.float32(3.4e38))]),
        ([2**53 + 1, -(2**63)], [2**53 + 1, -(2**63)]),
        (np.array([2**64 - 1, 0], dtype=np.uint64), [2**64 - 1, 0]),
        (pd.array([2**53 + 1, None], dtype="Int64"), [2**53 + 1, ...]),
        ([True, False], [True, False]),
        (pd.array([True, None], dtype="boolean"), [True, ...]),
        ([1.5, np.nan], [1.5, ...]),
        (["Zürich 中", None], ["Zürich 中", ...]),
        (pd.Categorical(["a", "b"]), ["a", "b"]),
        (pd.to_datetime(["2021-02-03 04:05:06.789123", None]), ["2021-02-03T04:05:06.789123", ...]),
        (pd.to_datetime(["2021-02-03 04:05:06.789123456"] * 2), ["2021-02-03T04:05:06.789123456"] * 2),
        (pd.to_datetime(["2021-02-03T04:05:06+01:00"] * 2), ["2021-02-03T04:05:06+01:00"] * 2),
        ([datetime.date(2021, 2, 3), datetime.time(4, 5)], ["2021-02-03", "04:05:00"]),
        ([np.datetime64("2021-02-03"), pd.NaT], ["2021-02-03T00:00:00", ...]),
        (pd.period_range("2021-01", periods=2, freq="M"), ["2021-01", "2021-02"]),
        (pd.cut([1, 9], [0, 5, 10]), ["(0, 5]", "(5, 10]"]),
        ([uuid.UUID(int=1), pathlib.PurePosixPath("/x/y")], [str(uuid.UUID(int=1)), "/x/y"]),
        ([decimal.Decimal("1.5"), decimal.Decimal("0.12345678901234567890")], [1.5, "0.12345678901234567890"]),
        ([np.array([1, 2]), {"a": np.float32(0.5), 3: None}], [[1, 2], {"a": 0.5, "3": None}]),
        ([{1}, (1, "x", [pd.NaT])], [[1], [1, "x", [None]]]),
    ],
    ids=lambda v: type(v).__name__ + str(v)[:20] if not isinstance(v, list) else str(v)[:30],
)
def test_a_value_comes_back_as_it_was(add, values, kept):
    metadata = pd.DataFrame({"name": NAMES})
    metadata["k"] = list(values) if isinstance(values, list) else values
    assert [row.get("k", ...) for row in add(metadata)] == kept


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.inf, "inf, which is no number"), (b"\xff", "bytes"), (object(), "JSON has nothing"),
        (1j, "JSON has nothing"), (2**70, "more than 64 bits"), ("\udcff", "no text can have"),
        ([1, {"a": -np.inf}], "-inf"), (pd.DataFrame({"a": [1]}), "JSON has nothing"),
    ],
)  # fmt: skip
def test_a_column_that_cannot_be_kept_is_named_with_its_image_and_nothing_is_added(add, value, words):
    metadata = pd.DataFrame({"name": NAMES, "good": [1, 2]})
    metadata["k"] = pd.Series([0, value], dtype=object)
    with pytest.raises(InvalidInput, match=rf"column 'k' has, for 'img_001.png', .*{words}"):
        add(metadata)


def test_there_is_a_sentence_for_each_column_that_cannot_be_kept(add):
    bad = {f"c{i}": [b"x", b"y"] for i in range(8)}
    with pytest.raises(InvalidInput, match=r"'c0'.*'c1'.*'c4'.*and 3 more columns"):
        add(pd.DataFrame({"name": NAMES, **bad}))
    with pytest.raises(InvalidInput, match="the name of a column has 1 to 200 characters"):
        add(pd.DataFrame({"name": NAMES, " k": [1, 2]}))


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        (pd.DataFrame([["img_000.png", 1, 2]], columns=["name", "x", "x"]), "the column 'x' more than once"),
        ("meta.csv", r"pd\.read_csv\('meta\.csv'\)"),
        (pathlib.Path("meta.csv"), "read it first"),
        (7, "takes a DataFrame"),
        ({"img_000.png": 7}, "takes a DataFrame"),
        (np.zeros((2, 2)), "takes a DataFrame"),
        (column(["x" * 70_000] * 2), "img_000.png: .*64 KiB"),
    ],
    ids=str,
)
def test_what_is_no_table_of_metadata_is_refused_in_a_sentence(add, metadata, words):
    with pytest.raises(InvalidInput, match=words):
        add(metadata)


def test_mappings_are_taken_as_well(add):
    rows = {"img_000.png": {"site": np.str_("Bern")}, "img_001.png": pd.Series({"n": 3})}
    assert add(rows) == [{"site": "Bern"}, {"n": 3}]
    assert add([{"name": "img_001.png", "n": np.int64(3)}]) == [{}, {"n": 3}]
    assert add(pd.DataFrame({"n": [1, 2]}, index=pd.Index(NAMES))) == [{"n": 1}, {"n": 2}]


def test_columns_of_several_levels_have_dots_and_are_found_by_them(add):
    levels = pd.MultiIndex.from_tuples([("s", "n"), ("s", "i")])
    metadata = pd.DataFrame([["Basel", 1], ["Bern", 2]], pd.Index(NAMES), levels)
    assert add(metadata) == [{"s.n": "Basel", "s.i": 1}, {"s.n": "Bern", "s.i": 2}]


@pytest.mark.parametrize(
    ("filter", "chosen", "warning"),
    [
        ("metadata('site.name', '==', 'Basel')", 1, None),
        ("metadata('a.b.c', '==', 1)", 1, None),
        ("metadata('deep.x', 'exists')", 1, None),
        ("metadata('sight.name', 'exists')", 0, "no such field 'sight.name' .did you mean 'site.name'"),
        ("not metadata('nothing', '==', 1) and index(0)", 2, "'nothing'"),
    ],
)
def test_a_key_with_dots_is_found_as_it_is_written_and_one_that_nobody_has_is_a_warning(
    make_images, filter, chosen, warning
):
    ws = nb.open(":memory:")
    metadata = [
        {"name": NAMES[0], "site.name": "Basel", "a.b": {"c": 1}},
        {"name": NAMES[1], "site.name": "Bern", "deep": {"x": 1}},
    ]
    version = ws.create_dataset("d").create_version("v").add_images(make_images(2), metadata)
    ws.members.add("ana")
    flow = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
    plan = version.create_campaign("c", nb.Recipe(["x"]), flow, filter=filter).plan()
    assert plan.chosen == chosen
    told = " ".join(plan.warnings)
    assert re.search(warning, told) if warning else "metadata" not in told
    ws.close()


def test_setting_takes_the_same_values_and_refuses_the_same(make_images):
    ws = nb.open(":memory:")
    version = ws.create_dataset("d").create_version("v").add_images(make_images(1))
    kept = version.set_metadata(np.str_(NAMES[0]), {"k": np.int64(3), "t": pd.Timestamp("2021-02-03"), "n": pd.NA})
    assert kept == version.metadata(NAMES[0]) == {"k": 3, "t": "2021-02-03T00:00:00", "n": None}
    assert version.set_metadata(NAMES[0], pd.Series({"x": 1.5})) == {"x": 1.5}
    for bad in ({"k": np.inf}, {"k": b"x"}, {"k": object()}, {"": 1}, 7, {"k": {"d": [2**70]}}):
        with pytest.raises(InvalidInput):
            version.set_metadata(NAMES[0], bad)
    assert version.metadata(NAMES[0]) == {"x": 1.5}
    ws.close()


leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
)  # fmt: skip
values = st.recursive(
    leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text("abc.", max_size=3), v, max_size=3)
)


@given(st.dictionaries(st.text("abc.", min_size=1, max_size=4), values, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_json_can_hold_comes_back_bit_for_bit(metadata):
    assert json.loads(check_metadata(metadata)) == metadata
    table = given_metadata.given({"a": metadata})
    assert given_metadata.kept(table) == [{k: v for k, v in metadata.items() if v is not None}]
