"""Metadata as pandas has them: whole tables in, real columns out, with their types; and through COCO files."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.formats import sets

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotFound
from nbannotate.workspace import asset_metadata, dtypes, metadata

NAMES = [f"{i}.png" for i in range(3)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from PIL import Image

    folder = tmp_path_factory.mktemp("images")
    for name in NAMES:
        Image.new("RGB", (30, 20)).save(folder / name)
    return folder


@pytest.fixture
def version(folder):
    ws = nb.open(":memory:")
    yield ws.create_dataset("d").create_version("v").add_images(folder)
    ws.close()


MOMENTS = ["2021-03-28 01:59:59.123456", "1969-12-31 23:59:59", "2021-10-31 00:30:00"]
TIMES = pd.Series(pd.to_datetime(MOMENTS, format="ISO8601"))
COLUMNS = {
    "whole": [1, 2, 2**62], "small": np.array([1, 2, 255], np.uint8), "gaps": pd.array([1, None, 3], dtype="Int64"),
    "number": [0.1, 1.0, np.nan], "single": np.array([0.1, 2, 3], np.float32), "yes": [True, False, True],
    "perhaps": pd.array([True, None, False], dtype="boolean"), "text": ["1", "é", "2021-01-01"],
    "string": pd.array(["a", None, "b"], dtype="string"), "category": pd.Categorical(["x", "y", "x"]),
    "naive": TIMES, "nanoseconds": TIMES.astype("datetime64[ns]"), "missing": TIMES.where([True, False, True]),
    "zurich": TIMES.dt.tz_localize("UTC").dt.tz_convert("Europe/Zurich"), "utc": TIMES.dt.tz_localize("UTC"),
    "offset": TIMES.dt.tz_localize(datetime.timezone(datetime.timedelta(hours=5, minutes=30))),
    "took": pd.Series(pd.to_timedelta([1, 2.5, None], unit="s")),
    "day": pd.Series([datetime.date(2021, 1, 2), None, datetime.date(1969, 1, 1)], dtype=object),
    "list": pd.Series([[1, 2], {"a": 1}, "x"], dtype=object),
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_comes_back_with_its_type(name):
    table = pd.DataFrame({name: COLUMNS[name]}, index=pd.Index(NAMES, name="asset"))
    if isinstance(COLUMNS[name], pd.Series):
        table[name] = COLUMNS[name].set_axis(table.index)
    pd.testing.assert_frame_equal(through(table), table)


def through(table):
    """Return what becomes of a table when it is kept as JSON and types, and read again."""
    from nbannotate.workspace import native_values

    given = metadata.given(table)
    texts = pd.Series([json.dumps(its) for its in metadata.kept(given)])
    return native_values.of_metadata(texts, given.types).set_axis(table.index).reindex(columns=table.columns)


zones = st.sampled_from(["UTC", "Europe/Zurich", "Asia/Kolkata", "America/New_York"])
moments = st.datetimes(datetime.datetime(1920, 1, 1), datetime.datetime(2200, 1, 1))
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
whole = st.integers(-(2**63), 2**63 - 1)
finite = st.floats(allow_infinity=False, allow_nan=False)
columns = st.one_of(
    st.lists(whole, min_size=3, max_size=3).map(lambda v: pd.Series(v, dtype="int64")),
    st.lists(st.none() | whole, min_size=3, max_size=3).map(lambda v: pd.Series(v, dtype="Int64")),
    st.lists(st.just(np.nan) | finite, min_size=3, max_size=3).map(lambda v: pd.Series(v, dtype="float64")),
    st.lists(st.booleans(), min_size=3, max_size=3).map(lambda v: pd.Series(v, dtype="bool")),
    st.lists(st.none() | st.booleans(), min_size=3, max_size=3).map(lambda v: pd.Series(v, dtype="boolean")),
    st.lists(st.none() | texts, min_size=3, max_size=3).map(lambda v: pd.Series(v, dtype="str")),
    st.lists(st.none() | moments, min_size=3, max_size=3).map(lambda v: pd.Series(v, dtype="datetime64[us]")),
    st.tuples(st.lists(st.none() | moments, min_size=3, max_size=3), zones).map(
        lambda v: pd.Series(v[0], dtype="datetime64[us]").dt.tz_localize("UTC").dt.tz_convert(v[1])),
)  # fmt: skip


@given(st.dictionaries(st.text("abcé .", min_size=1, max_size=3).filter(lambda n: n == n.strip()), columns, max_size=4))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_table_comes_back_with_its_types(given):
    table = pd.DataFrame({name: its.array for name, its in given.items()}, index=pd.Index(NAMES, name="asset"))
    kept = table.loc[:, table.notna().any()]  # what is missing everywhere is not there
    pd.testing.assert_frame_equal(through(table)[list(kept.columns)], kept)


def test_what_does_not_fit_its_type_any_more_is_there_all_the_same():
    missing = object()
    assert list(dtypes.restored(["x", 1, True], missing, "int64")) == ["x", 1, True]
    assert str(pd.Series(dtypes.restored([1, missing], missing, "int8")).dtype) == "Int8"
    assert list(dtypes.restored(["soon", "2021-01-01"], missing, "datetime64[ns]")) == ["soon", "2021-01-01"]
    assert str(pd.Series(dtypes.restored([True, 2], missing, "float64")).dtype) == "object"


def test_a_version_takes_and_gives_whole_tables(version):
    table = pd.DataFrame({name: its.array if isinstance(its, pd.Series) else its for name, its in COLUMNS.items()},
                         index=pd.Index(NAMES, name="asset"))  # fmt: skip
    assert version.set_metadata(table) == 3
    found = version.metadata()
    pd.testing.assert_frame_equal(found[list(table.columns)], table)
    assert version.set_metadata(found) + version.set_metadata(found) <= 3
    pd.testing.assert_frame_equal(version.metadata(), found)
    assets = version.assets.df()
    pd.testing.assert_frame_equal(assets.filter(like="metadata.").set_axis(found.index).rename(
        columns=lambda c: c.removeprefix("metadata.")), found)  # fmt: skip
    assert list(version.assets.columns) == list(assets.columns)
    assert len(version.assets.df(**{"metadata.small": 255})) == 1
    assert version.set_metadata(assets) == 0
    assert version.assets["0.png"].metadata["zurich"] == "2021-03-28T03:59:59.123456+02:00"


def test_values_are_set_and_updated_by_any_name_of_an_image(version):
    version.set_metadata({"0.png": {"site": "Bern", "n": 1}, "somewhere/1.png": {"site": "Lyon"}})
    assert version.update_metadata(pd.DataFrame({"name": ["0.png", "2.png"], "n": [7, 8]})) == 2
    assert version.metadata()["n"].tolist() == [7, pd.NA, 8]
    assert version.update_metadata("1.png", {"n": 3}) == {"site": "Lyon", "n": 3}
    assert version.metadata("0.png") == {"site": "Bern", "n": 7}
    assert version.set_metadata(pd.DataFrame({"asset": ["0.png"], "at": pd.to_datetime(["2021-01-01T00:00Z"])})) == 1
    assert version.metadata("0.png") == {"at": "2021-01-01T00:00:00+00:00"}
    assert str(version.metadata()["at"].dtype) == "datetime64[us, UTC]"


@pytest.mark.parametrize(("table", "words"), [
    ({"O.png": {"n": 1}}, r"'O\.png' .did you mean '.\.png'"),
    (pd.DataFrame({"asset": ["0.png"] * 2, "n": [1, 2]}), r"two rows for '0\.png'"),
    (pd.DataFrame({"asset": ["0.png"], "n": [b"x"]}), "column 'n' has, for '0.png', b'x'"),
    (pd.DataFrame({"asset": ["0.png"], "n": ["x" * 70_000]}), r"0\.png: .*64 KiB"),
    (pd.DataFrame({"asset": ["0.png", "1.png"], " n": [1, 2]}), "the name of a column"),
    (7.5, "takes a DataFrame"),
])  # fmt: skip
def test_what_cannot_be_kept_changes_nothing(version, table, words):
    with pytest.raises((InvalidInput, NotFound), match=words):
        version.set_metadata(table)
    assert version.metadata().empty


def test_what_somebody_changed_meanwhile_is_not_overwritten(version, monkeypatch):
    there = asset_metadata._described

    def late(of):
        rows = there(of)
        version.set_metadata("0.png", {"by": "somebody else"})
        return rows

    monkeypatch.setattr(asset_metadata, "_described", late)
    with pytest.raises(Conflict, match=r"'0\.png' were changed by somebody else"):
        version.update_metadata({"0.png": {"n": 1}, "1.png": {"n": 1}})
    assert version.metadata("1.png") == {}


def test_coco_carries_metadata_in_extra(version, folder, tmp_path):
    version.set_metadata({"0.png": {"site": "Bern", "n": 1}, "1.png": {"list": [1, {"a": None}]}})
    version.add_annotations({"0.png": nb.Shape.box(1, 2, 9, 9, "cell")}, source="model")
    version.write("coco", tmp_path / "out.json")
    written = json.loads((tmp_path / "out.json").read_text())
    assert {i["file_name"]: i.get("extra") for i in written["images"]} == {
        "0.png": {"site": "Bern", "n": 1}, "1.png": {"list": [1, {"a": None}]}, "2.png": None,
    }  # fmt: skip
    other = version.dataset.create_version("w").add_images(folder)
    other.update_metadata({"0.png": {"site": "Lyon"}})
    reading = other.read("coco", tmp_path / "out.json")
    assert [a.metadata for a in other.assets] == [{"site": "Lyon", "n": 1}, {"list": [1, {"a": None}]}, {}]
    assert "1 metadata of assets left out: they have another value here (first: 0.png: site)" in map(
        str, reading.left_out
    )


def test_extra_that_is_no_object_costs_itself_only(tmp_path):
    bad = {"images": [{"id": 1, "file_name": "0.png", "extra": 7}], "categories": [], "annotations": []}

    (tmp_path / "in.json").write_text(json.dumps(bad))
    assert [str(v) for v in sets.read("coco", tmp_path / "in.json", "skip")[2].left_out()] == [
        "1 fields extra left out: they are no objects (first: images[0].extra)"
    ]
