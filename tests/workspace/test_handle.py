"""Handles refuse assignment with what to do in its place, and name a wrong keyword with what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version as installed
from typing import Any

import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.demo import end_owner
from nbannotate.errors import InvalidInput, NbannotateError, Unchangeable, WrongCall
from nbannotate.workspace.handle import Handle


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("images")
    Image.new("RGB", (40, 30)).save(folder / "a.png")
    with nb.open(":memory:") as ws:
        ana = ws.members.add("ana")
        version = ws.create_dataset("smears").create_version("v1").add_images(folder)
        flow = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
        campaign = version.create_campaign("July", nb.Recipe(["cell"]), flow)
        campaign.launch()
        task = ws.acting(ana).work.next("July")
        yield {
            "ws": ws, "dataset": version.dataset, "version": version, "campaign": campaign, "task": task,
            "asset": version.assets["a.png"], "tasks": campaign.tasks, "plan": campaign.plan(due="2031-01-31"),
            "folder": folder,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("handle", "name", "said"),
    [
        ("campaign", "name", r"^Campaign\.name cannot be assigned: campaign\.change\(name=…\) changes it\.$"),
        ("campaign", "due", r"^Campaign\.due cannot be assigned: campaign\.change\(due=…\) changes it\.$"),
        ("campaign", "tasks", "it is what the workspace said"),
        ("campaign", "nmae", r"^Campaign has no 'nmae' \(did you mean 'name'\?\), and takes no new attribute"),
        ("version", "state", r"version\.publish\(\)"),
        ("version", "name", r"^Version\.name cannot be assigned"),
        ("dataset", "name", r"^Dataset\.name cannot be assigned"),
        ("ws", "path", r"nb\.open\(…\) opens another workspace"),
        ("task", "annotation", r"task\.save\(…\)"),
        ("task", "view", "a task is changed by its methods"),
        ("asset", "metadata", r"version\.set_metadata\(…\)"),
        ("tasks", "columns", r"^Tasks\.columns cannot be assigned"),
        ("plan", "value", r"^Plan\.value cannot be assigned"),
    ],
)
def test_an_attribute_is_not_assigned(there, handle, name, said):
    with pytest.raises(AttributeError, match=said) as caught:
        setattr(there[handle], name, "x")
    assert caught.type is Unchangeable
    with pytest.raises(Unchangeable):
        delattr(there[handle], name)


def every_handle() -> list[type[Handle]]:
    found, new = [], [Handle]
    while new:
        kinds = new.pop().__subclasses__()
        found, new = found + kinds, new + kinds
    return [k for k in found if k.__module__.startswith("nbannotate.")]


def test_what_is_to_be_done_in_its_place_can_be_done():
    nouns = {
        "campaign": "Campaign",
        "version": "Version",
        "dataset": "Dataset",
        "task": "OpenTask",
        "ws": "Workspace",
        "asset": "Asset",
    }
    kinds = {k.__name__: k for k in every_handle()}
    assert set(nouns.values()) <= set(kinds)
    for kind in kinds.values():
        for how in kind._changed_by.values():
            for noun, method in re.findall(r"(\w+)\.(\w+)\(", how):
                assert hasattr(nb if noun == "nb" else kinds[nouns[noun]], method), how


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda t: t["version"].create_campaign("A", recipie=nb.Recipe(["cell"])),
            r"did you mean 'recipe'\?",
        ),
        (lambda t: t["version"].create_campaign("A"), r"^Version\.create_campaign needs recipe"),
        (lambda t: t["ws"].members.add("eve", rol="reviewer"), r"^Members\.add .*did you mean 'role'\?"),
        (
            lambda t: t["campaign"].launch(1),
            r"^Campaign\.launch takes no argument without a name, not 1",
        ),
        (lambda t: t["campaign"].tasks.df(step="draw", stat="done"), r"'state'"),
        (lambda t: nb.open(":memory:", meber="ana"), r"^open .*did you mean 'member'\?"),
        (lambda t: nb.Filter.label("cell", cuont=2), r"^Filter\.label .*did you mean 'count'\?"),
        (lambda t: nb.Viewer(str(t["folder"] / "a.png"), heigt="3px"), r"^Viewer .*did you mean 'height'\?"),
        (lambda t: nb.Canvas(lables=["cell"]), r"^Canvas .*did you mean 'labels'\?"),
        (lambda t: nb.stats.throughput(t["campaign"], stpe="draw"), r"did you mean 'step'\?"),
        (lambda t: nb.charts.throughput(t["campaign"], memebr="ana"), r"did you mean 'member'\?"),
    ],
)
def test_a_wrong_argument_is_named_with_what_was_meant(there, call, said):
    with pytest.raises((WrongCall, InvalidInput), match=said):
        call(there)


def test_a_chain_that_ends_in_a_wrong_keyword_leaves_nothing_behind(there):
    with pytest.raises(WrongCall, match="did you mean 'paths'"):
        there["ws"].create_dataset("new").create_version("v1").add_images(pathes="*.png")
    assert "new" not in there["ws"].datasets


def test_a_workspace_is_closed_at_the_end_of_its_block(tmp_path):
    with nb.open(tmp_path / "work.duckdb") as ws:
        assert ws.me.role == "owner"
    end_owner(tmp_path / "work.duckdb")
    with pytest.raises(NbannotateError), nb.open(":memory:") as ws:
        raise InvalidInput("passes through")


def test_the_package_says_its_version_and_what_is_not_in_it():
    assert nb.__version__ == installed("nbannotate")
    with pytest.raises(AttributeError, match="did you mean 'Label'"):
        nb.Lable  # noqa: B018
