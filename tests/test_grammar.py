"""The grammar that everybody may rely on: a table is a table everywhere."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate import model
from nbannotate.errors import InvalidInput, NotFound
from nbannotate.model.deprecations import RenamedWarning
from nbannotate.workspace.asset import Asset
from nbannotate.workspace.row import Row
from nbannotate.workspace.table import Table

TABLES = {
    "ws": {"datasets", "campaigns", "members", "events", "notices"},
    "dataset": {"versions", "lineage"},
    "version": {"assets", "shapes", "annotations", "tags", "splits", "labels"},
    "campaign": {"tasks", "jobs", "assets", "issues", "events"},
}
EACH = sorted(f"{where}.{name}" for where, names in TABLES.items() for name in names)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A workspace with a little of everything; nobody changes it."""
    folder: Path = tmp_path_factory.mktemp("images")
    for i in range(3):
        Image.new("RGB", (40, 30)).save(folder / f"{i}.png")
    ws = nb.open(":memory:")
    ana, ben = ws.members.add("ana"), ws.members.add("ben", "reviewer")
    dataset = ws.create_dataset("smears")
    version = dataset.create_version("v1").add_images(folder, {"0.png": {"site": "Bern"}})
    steps = [nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["ben"])]
    recipe = nb.Recipe(["cell"], tags=["dark"])
    version.split(by=None)
    campaign = version.create_campaign("July", recipe, nb.Workflow(steps))
    campaign.launch()
    box = nb.Shape(kind="rectangle", points=[(1, 1), (9, 9)], label="cell", id="s1")
    ws.acting(ana).work.next("July").submit(nb.Annotation(shapes=[box], tags=["dark"]))
    ws.acting(ben).work.next("July").rework("Too small.")
    managed = ws.members.add("mia", "manager")
    ws.acting(managed).campaigns["July"].reassign("ana", step="draw")
    yield {"ws": ws, "dataset": dataset, "version": version, "campaign": campaign, "hers": ws.acting(ana)}
    ws.close()


def table_of(made: dict[str, Any], name: str) -> Table[Any]:
    where, _, its = name.partition(".")
    if name == "ws.notices":
        return made["hers"].notices  # ana has some
    return getattr(made[where], its)


def test_there_are_no_others(made: dict[str, Any]) -> None:
    for where, names in TABLES.items():
        assert {name for name, value in vars(made[where]).items() if isinstance(value, Table)} == names


@pytest.mark.parametrize("name", EACH)
def test_a_table_is_iterable_has_a_length_and_gives_by_name_what_it_iterates(made: dict[str, Any], name: str) -> None:
    table = table_of(made, name)
    items = list(table)
    assert len(items) == len(table) > 0
    names = table._ipython_key_completions_()
    assert len(names) == len(items)
    for key, item in zip(names, items, strict=True):
        found = table[key]
        assert repr(found) == repr(item), key
        assert key in table
        assert item in table
        if isinstance(key, str | int):
            assert repr(table[np.array([key])[0]]) == repr(item)
    assert "no such thing" not in table


@pytest.mark.parametrize("name", EACH)
def test_what_is_not_there_is_said_with_what_is(made: dict[str, Any], name: str) -> None:
    table = table_of(made, name)
    first = table._ipython_key_completions_()[0]
    with pytest.raises(NotFound, match=f"There is no {table.one} 'no such thing'.*there are ") as caught:
        table["no such thing"]
    assert str(first) in str(caught.value) or repr(first) in str(caught.value)
    if isinstance(first, str) and len(first) > 2:
        with pytest.raises(NotFound, match=f"did you mean '{first}'"):
            table[first[:-1] + "~"]
    with pytest.raises(InvalidInput, match="found by name"):
        table[0:2]


@pytest.mark.parametrize("name", EACH)
def test_its_columns_are_those_of_its_frame_and_each_has_a_meaning_and_a_type(made: dict[str, Any], name: str) -> None:
    table = table_of(made, name)
    columns = table.columns
    assert list(columns) == list(table.df().columns)
    assert all(c.meaning and c.type for c in columns.values()), [c for c in columns.values() if not c.meaning]


@pytest.mark.parametrize("name", EACH)
def test_it_is_one_line_in_a_terminal_and_a_small_table_in_a_notebook(made: dict[str, Any], name: str) -> None:
    table = table_of(made, name)
    assert " at 0x" not in repr(table)
    shown = table._repr_markdown_()
    assert len(shown.splitlines()) < 20
    assert "|" in shown
    if name != "ws.notices":  # those show what is new
        assert len(repr(table).splitlines()) == 1
        assert f"{len(table)} {table.one if len(table) == 1 else table.what}" in repr(table)


def test_handles_come_of_handles_and_rows_of_rows(made: dict[str, Any]) -> None:
    ws, dataset, version, campaign = (made[k] for k in ("ws", "dataset", "version", "campaign"))
    assert ws.datasets["smears"].dataset_id == dataset.dataset_id
    assert dataset.versions["v1"].version_id == version.version_id
    assert ws.campaigns["July"].campaign_id == campaign.campaign_id
    assert ws.members["ana"] == model.Member(ws.members["ana"].member_id, "ana", "annotator")
    assert isinstance(version.assets["0.png"], Asset)
    assert isinstance(version.shapes["s1"], nb.Shape)
    for row in (campaign.tasks["0.png"], campaign.jobs["draw", "ana"], campaign.jobs[1, "ben"], *campaign.issues):
        assert isinstance(row, Row)
    assert version.tags["0.png", "dark"].tag == "dark"
    assert campaign.tasks["0.png"].state == "to_rework"
    assert campaign.tasks[campaign.tasks["0.png"].task_id] == campaign.tasks["0.png"]


def test_an_asset_has_what_is_known_of_it(made: dict[str, Any]) -> None:
    asset = made["version"].assets["0.png"]
    assert (asset.width, asset.height, asset.metadata, asset.sequence) == (40, 30, {"site": "Bern"}, None)
    assert [s.id for s in asset.annotation.shapes] == ["s1"]
    assert made["version"].assets["1.png"].annotation is None
    assert made["version"].assets[asset.asset_id] == asset
    assert len({asset, made["version"].assets["0.png"]}) == 1
    assert repr(asset) == "Asset('0.png', 40 x 30)"


def test_a_row_is_a_mapping_whose_columns_are_attributes_and_does_not_change(made: dict[str, Any]) -> None:
    row = made["campaign"].tasks["0.png"]
    assert row.state == row["state"] == dict(row)["state"]
    assert row.leased_until is None
    assert isinstance(row.task_id, int)
    with pytest.raises(InvalidInput, match="cannot be set"):
        row.state = "done"
    with pytest.raises(AttributeError, match="did you mean 'state'"):
        row.stat  # noqa: B018
    with pytest.raises(NotFound, match="did you mean 'state'"):
        row["stat"]
    assert "state" in dir(row)
    assert pickle.loads(pickle.dumps(row)) == copy.deepcopy(row) == row
    assert isinstance(made["ws"].events[made["ws"].events._names()[-1]].detail, dict)


def test_a_shape_id_that_several_assets_have_is_told_apart(made: dict[str, Any]) -> None:
    folder = Path(made["version"].assets["0.png"].path).parent
    version = made["dataset"].create_version("twice").add_images(folder)
    box = nb.Shape(kind="rectangle", points=[(1, 1), (9, 9)], label="cell", id="s1")
    version.add_annotations({"0.png": [box], "1.png": [box]}, source="a model")
    with pytest.raises(InvalidInput, match=r"shapes\['0.png', 's1'\]"):
        version.shapes["s1"]
    assert version.shapes["1.png", "s1"] == box
    made["version"].shapes["s1"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (lambda m: m["ws"].dataset("smears"), lambda m: m["ws"].datasets["smears"]),
        (lambda m: m["ws"].campaign("July"), lambda m: m["ws"].campaigns["July"]),
        (lambda m: m["ws"].campaigns(), lambda m: list(m["ws"].campaigns)),
        (lambda m: m["ws"].members.list(), lambda m: list(m["ws"].members)),
        (lambda m: m["hers"].notices.list(), lambda m: list(m["hers"].notices)),
        (lambda m: m["dataset"].version("v1"), lambda m: m["dataset"].versions["v1"]),
        (lambda m: m["dataset"].versions(), lambda m: list(m["dataset"].versions)),
        (lambda m: m["version"].assets(), lambda m: m["version"].assets.df()),
        (lambda m: m["version"].shapes(), lambda m: m["version"].shapes.df()),
        (lambda m: m["version"].annotations(True), lambda m: m["version"].annotations.df(history=True)),
        (lambda m: m["version"].tags(), lambda m: m["version"].tags.df()),
    ],
)
def test_the_old_names_answer_by_saying_the_new_ones(made: dict[str, Any], old: Any, new: Any) -> None:
    with pytest.warns(RenamedWarning, match="is called"):
        found = old(made)
    assert repr(found) == repr(new(made))
