"""Every parameter of every public function takes what numpy and pandas hold in place of Python's own values.

The functions are found by looking, and so are their parameters: a new one is tried by existing. It is tried with an
example of its own value, found by its name or by its annotation, and then with the same as numpy and pandas have it;
both must come to the same: the same request to the owner, the same value, or the same error of ours. What reads is run,
what writes is stopped at the door, so nothing changes.
"""

from __future__ import annotations

import contextlib
import datetime
import inspect
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import NbannotateError
from nbannotate.model import json_errors
from nbannotate.model.shape_builders import Making
from nbannotate.model.values import decode, encode
from nbannotate.operations.registry import operations
from nbannotate.owner.memory import MemoryClient
from nbannotate.workspace import frames
from nbannotate.workspace.plan import Plan
from nbannotate.workspace.workspace import Server

BOX = nb.Shape(kind="rectangle", points=((1, 1), (9, 9)), label="cell", id="s1")
TODAY = datetime.date(2031, 1, 31)

#: Examples by the name of a parameter, for all functions, or for one of them.
EXAMPLES: dict[str, Any] = {
    "add": {"draw": 2},
    "annotation": nb.Annotation(shapes=(BOX,)), "annotations": {"0.png": nb.Annotation(shapes=(BOX,))},
    "archived": False, "asset": "0.png", "assets": [1, 2],  "assignees": ["ana", "ben"],
    "also": ["skipped"], "attributes": ["note"], "attribution": "equal", "bad": "keep", "by": "week",
    "campaign": "July",
    "choices": ["a", "b"], "clip": 2, "color": "#112233", "confidence": 0.5, "confirm": "July", "count": (1, 3),
    "default": "a", "due": TODAY, "edges": [("a", "b")], "every": 2, "existing": "restart", "expression": "width > 3",
    "gold": None, "share": 0.05, "passing": 0.7, "min_answers": 3, "gold_iou": 0.5, "on_fail": "notify",
    "filter": "label('cell')", "first": 1, "flaws": "keep", "format": "coco", "height": "300px", "history": True,
    "ids": ["s1"], "instructions": ["Be exact.", "Be quick."], "invitation": "x", "key": "site", "keys": "page",
    "kind": "annotation", "kinds": ["polygon", "mask"], "label": "cell", "labels": ["cell", "dot"], "last": 2,
    "lease_minutes": 5, "idle_after": 30, "limit": 2, "max_shapes": 3, "max_tags": 2,
    "member": "ana", "members": ["ana", "ben"], "metadata": {"0.png": {"site": "Bern"}}, "min_size": 2.5,
    "moment": "at", "name": "new", "names": ["cell"], "new": "new", "new_assets": "wait", "notices": [1, 2],
    "nothing_to_label": True, "op": "==", "open": True, "open_labels": True, "order": "random",
    "origin": "answer", "overwrite": None, "missing": "skip",
    "on_conflict": "replace", "sizes": "later", "on_error": "skip", "parameters": [1, "x"],
    "password": "a long password", "pattern": "train*",
    "points": ((1, 1), (9, 9)), "query": "select $1, $2", "readme": "# Read me", "reason": "enough",
    "recipe": nb.Recipe(["cell"]), "required": True, "revisions": [1, 2], "role": "reviewer", "rules": [],
    "seconds": 2.5,
    "seed": 7, "sequence": "folder", "several_labels": True, "shape": BOX, "shapes": [BOX], "show": 0,
    "skeleton": None, "source": "a model", "start": TODAY, "started": True, "state": "done", "status": "approved",
    "statuses": ["for the expert"], "step": "draw", "steps": ["draw"], "tz": "Europe/Zurich", "tag": "dark",
    "time": TODAY,
    "tag_attributes": {"dark": {"note": "x"}}, "tags": ["dark"], "task_id": 1, "tasks": [1, 2], "text": "Look.",
    "to": "ben", "tool": "polygon", "transform": None,
    "type": "choice", "unseen": True, "end": TODAY, "value": 3, "visibility": [2, 2],
    "weight": 2.0, "weights": {"ana": 2, "ben": 1}, "when": "done", "zone": (1, 1, 5, 5), "campaigns": ["July"],
    "every_campaign": True, "undoable": True, "editable": True, "keep_view": True, "instead": "Nothing here.",
    "rings": [], "group": "pair", "track": "7", "keyframe": True, "angle": 30,
    "x0": 1, "y0": 2.5, "x1": 20.0, "y1": 30, "cx": 9.5, "cy": 9, "rx": 5.5, "ry": 4,
    "pixels": np.eye(4, dtype=bool),
    "exist_ok": True, "duplicates": "skip", "language": "fr",
    "brightness": 0.25, "contrast": 1.5, "width": 5, "x": 5.0, "y": 5.0,
}  # fmt: skip
OF_ONE: dict[str, Any] = {
    "Attribute.type": "text", "Attribute.choices": None, "Attribute.default": "a", "Filter.sql.expression": "width > 3",
    "Recipe.metadata": "edit", "Rule.status": "approved", "Rule.to": "August", "Shape.kind": "polygon",
    "Shape.points": ((1, 1), (9, 9), (1, 9)), "Shape.color": "#112233", "Shape.attributes": {"n": 3, "who": "ana"},
    "Shape.visibility": [], "Shape.also": ["dot"], "Shape.rle": None, "Shape.id": "s1", "Annotation.shapes": [BOX],
    "Step.copies": 1, "Step.copies_of": 1.0, "Step.quorum": None, "Step.iou": 0.5, "Step.show_names": False,
    "Step.assignees": ["ana", "ben"], "Step.weights": [], "Step.kind": "annotation", "Version.read.path": "in.json",
    "Version.set_metadata.metadata": {"site": "Bern", "n": 3}, "Version.write.path": "out.json",
    "Work.next.step": "draw", "Campaign.send.to": "August", "Campaign.rename_label.name": "cell",
    "Canvas.image": None, "Canvas.show.image": None, "Label.kinds": ["polygon", "mask"], "Workflow.steps": [],
    "Annotation.nothing_to_label": False, "OpenTask.spread.tags": ["dark"], "Filter.metadata.value": 3,
    "Filter.metadata.op": "==", "Attribute.choices ": ["a"], "Version.create_campaign.pdf": None,
    "Shape.rectangle.height": 5.5, "Shape.polygon.points": ((1, 1), (9, 9), (1, 9)),
    "Version.restore.source": None, "Filter.index.start": 1, "Filter.index.end": 3,
}  # fmt: skip
#: Parameters that take objects of ours, streams, callbacks and files only, with the reason.
NOT_VALUES = {
    "client", "issue", "spread", "workspace", "action", "handler", "function", "callback", "image", "images", "mark",
    "marks", "scope", "invitation", "found", "picture", "path", "paths", "pdf", "rle", "spec", "workflow", "dataset",
    "client_", "view", "recipe", "on_change", "account", "key", "skeleton", "campaign_id", "against", "folder",
}  # fmt: skip
#: Functions that begin or end processes, wait, or talk to the browser only.
NOT_TRIED = {"Workspace.serve", "Workspace.close", "Workspace.tick", "Campaign.delete", "Workspace.acting"}
#: Old names, which warn; tests/test_grammar.py has them.
NOT_TRIED |= {"Workspace.dataset", "Workspace.campaign", "Dataset.version", "Members.list", "Notices.list"}


class Sent(Exception):
    """A request that would write: what it is."""


class Door:
    """A client that lets through what reads, and stops what writes.

    So nothing changes, and what was asked once is answered as it was then: the same value, held otherwise, comes to the
    same request.
    """

    def __init__(self, client: MemoryClient) -> None:
        self._client = client
        self._told: dict[tuple[str, bytes], bytes] = {}

    def call(self, operation: str, returns: Any, /, **arguments: Any) -> Any:
        body = encode(arguments)
        its = operations()[operation]
        if its.writes:
            json_errors.read(body, its.arguments, f"The arguments of {operation}", f"{operation}: ")
            raise Sent(operation, body)
        return decode(self._once(operation, body, lambda: self._client._handle(operation, arguments)), returns)

    def query(self, sql: str, parameters: Any, tables: Mapping[str, bytes] | None = None) -> bytes:
        asked = encode([sql, parameters, {name: table.hex() for name, table in (tables or {}).items()}])
        return self._once("sql.query", asked, lambda: self._client.query(sql, parameters, tables))

    def fetch(self, operation: str, /, **arguments: Any) -> bytes:
        return self._once(operation, encode(arguments), lambda: self._client.fetch(operation, **arguments))

    def upload(self, operation: str, returns: Any, parquet: bytes, /, **arguments: Any) -> Any:
        raise Sent(operation, encode(arguments), frames.from_parquet(parquet).to_json(date_format="iso"))

    def _once(self, operation: str, asked: bytes, ask: Callable[[], bytes]) -> bytes:
        if (operation, asked) not in self._told:
            self._told[operation, asked] = ask()
        return self._told[operation, asked]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@pytest.fixture(scope="module")
def handles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """One of each handle, over a workspace that does not change."""
    folder = tmp_path_factory.mktemp("images")
    for i in range(3):
        Image.new("RGB", (40, 30)).save(folder / f"{i}.png")
    ws = nb.open(":memory:")
    ana = ws.members.add("ana")
    ws.members.add("ben", "reviewer")
    version = ws.create_dataset("smears").create_version("v1").add_images(folder, sequence="folder")
    steps = [nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["ben"])]
    campaign = version.create_campaign("July", nb.Recipe(["cell"], tags=["dark"]), nb.Workflow(steps))
    campaign.launch()
    at_work = ws.acting(ana)
    at_work.work.next("July")  # it is opened, and so it is hers
    behind = nb.Workspace(Door(ws.client))
    hers = nb.Workspace(Door(at_work.client))
    dataset = behind.datasets["smears"]
    task = at_work.work.next("July")
    assert task is not None
    task._work = hers.work
    july = behind.campaigns["July"]
    yield {
        "Workspace": behind, "Dataset": dataset, "Version": dataset.versions["v1"], "Campaign": july,
        "Members": behind.members, "Notices": hers.notices, "Work": hers.work, "OpenTask": task, "Tasks": july.tasks,
        "Issues": july.issues, "Annotations": dataset.versions["v1"].annotations,
        "Planner": july.plan, "Gold": july.gold, "Events": behind.events, "Assets": dataset.versions["v1"].assets,
        "Sql": behind.sql, "images": [folder / f"{i}.png" for i in range(3)],
    }  # fmt: skip
    ws.close()


HANDLES = (
    "Workspace",
    "Dataset",
    "Version",
    "Campaign",
    "Members",
    "Notices",
    "Work",
    "OpenTask",
    "Tasks",
    "Issues",
    "Annotations",
    "Sql",
    "Planner",
    "Gold",
    "Events",
    "Assets",
)


def kinds_of_handles() -> dict[str, type]:
    from nbannotate.workspace import (
        campaign,
        data_tables,
        gold,
        members,
        notices,
        person,
        planner,
        sql,
        work_tables,
        workspace,
    )
    from nbannotate.workspace import dataset as dataset_module

    modules = (
        campaign,
        dataset_module,
        data_tables,
        gold,
        members,
        notices,
        person,
        planner,
        sql,
        work_tables,
        workspace,
    )
    return {name: next(getattr(m, name) for m in modules if hasattr(m, name)) for name in HANDLES}


def functions() -> dict[str, Any]:
    """Every public function, method and class, by its name."""
    found: dict[str, Any] = {}
    for name in nb.__all__:
        value = getattr(nb, name)
        if inspect.isclass(value) and name not in ("Workspace", "Filter", "Annotator", "Reviewer", "Viewer"):
            found[name] = value
    for name in ("Viewer", "Annotator"):  # a Reviewer is an Annotator
        found[name] = getattr(nb, name)
    for name, value in vars(nb.Filter).items():
        if isinstance(value, classmethod) and not name.startswith("_"):
            found[f"Filter.{name}"] = getattr(nb.Filter, name)
    for name, value in vars(Making).items():
        if isinstance(value, classmethod):
            found[f"Shape.{name}"] = getattr(nb.Shape, name)
    for name, kind in kinds_of_handles().items():
        for method, value in inspect.getmembers(kind, inspect.isfunction):
            if not method.startswith("_") and f"{name}.{method}" not in NOT_TRIED:
                found[f"{name}.{method}"] = value
    for name in nb.stats.names():
        found[f"stats.{name}"] = getattr(nb.stats, name)
    charts = [getattr(nb.charts, name) for name in nb.charts.names()]
    for chart in {chart.table.takes: chart for chart in reversed(charts)}.values():
        found[f"charts.{chart.__name__}"] = chart  # the others give their tables the same
    return found


FUNCTIONS = functions()


def parameters(function: Any) -> dict[str, inspect.Parameter]:
    found = inspect.signature(function).parameters
    return {n: p for n, p in found.items() if n != "self" and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


def cases() -> list[tuple[str, str]]:
    return [(f, p) for f, function in FUNCTIONS.items() for p in parameters(function) if p not in NOT_VALUES]


def example(function: str, parameter: str, annotation: str) -> Any:
    for known, name in ((OF_ONE, f"{function}.{parameter}"), (EXAMPLES, parameter)):
        if name in known:
            return known[name]
    for kind, value in (("bool", True), ("int", 1), ("float", 0.5), ("str", "x")):
        if annotation.startswith(kind):
            return value
    pytest.fail(f"There is no example for {function}({parameter}: {annotation}); add one to EXAMPLES.")


def as_others_have_it(value: Any, annotation: str) -> list[Any]:
    """Return a value as numpy and pandas hold it."""
    found: list[Any] = []
    if isinstance(value, bool):
        found = [np.bool_(value), np.array(value)]
    elif isinstance(value, str):
        found = [np.str_(value), np.array(value)]
    elif isinstance(value, int):
        found = [np.int64(value), np.int32(value), np.uint8(value), np.array(value)]
    elif isinstance(value, float):
        found = [np.float64(value), np.float32(value), np.float16(value), np.array(value)]
    elif isinstance(value, datetime.date):
        found = [np.datetime64(value), np.datetime64(value, "ns"), pd.Timestamp(value), value.isoformat()]
        found += [np.str_(value.isoformat())]
    elif isinstance(value, dict) and all(isinstance(v, int | float | str) for v in value.values()):
        found = [pd.Series(value), {np.str_(k): np.array([v])[0] for k, v in value.items()}]
    elif isinstance(value, dict):
        found = [{np.str_(k): v for k, v in value.items()}]
    elif isinstance(value, list | tuple) and value:
        one_kind = len({type(v) for v in value}) == 1 and not isinstance(value[0], list | tuple | msgspec.Struct)
        found = [tuple(value), list(value), pd.Series(value, dtype=None if one_kind else object)]
        if one_kind or isinstance(value[0], tuple):
            found.append(np.array(value))
        if one_kind:
            found.append(pd.Index(value))
        if isinstance(value, list):
            found.append(v for v in value)
        if isinstance(value, list) and len(value) == 1:
            found.append(value[0])
    if "None" in annotation and value is not None and isinstance(value, datetime.date):
        found.append(None)
    return found


def arguments(name: str, handles: dict[str, Any], tried: str) -> dict[str, Any]:
    """Return what else a function needs to be called."""
    given: dict[str, Any] = {}
    for other, its in parameters(FUNCTIONS[name]).items():
        if other == tried or its.default is not inspect.Parameter.empty:
            continue
        if other in ("scope", "images") and name in ("Viewer", "Annotator"):
            given[other] = str(handles["images"][0])
        elif other == "scope":
            given[other] = handles["Campaign"]
        elif other == "workflow":
            given[other] = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
        elif other in ("paths", "path"):
            given[other] = str(handles["images"][0])
        elif other in ("issue", "spread", "invitation", "spec", "workspace"):
            pytest.skip(f"{name} takes {other}, which is an object of ours")
        else:
            given[other] = example(name, other, str(its.annotation))
    if name == "Attribute" and tried == "choices":
        given["type"] = "choice"
    if name == "Step" and tried in ("kind", "name"):
        given["assignees"] = ["ana"]
    if name == "Step" and tried == "weights":
        given |= {"assignees": ["ana", "ben"], "attribution": "weighted"}
    if name == "Annotator" and tried == "labels":
        given.setdefault("shapes", [BOX]) if tried != "shapes" else None
    if name == "Version.add_images" and tried == "moment":
        given |= {"sequence": "folder", "metadata": {"0.png": {"at": 1}}}
    return given


def plainly(value: Any) -> Any:
    """Return what two results are compared by."""
    if isinstance(value, pd.DataFrame):
        return value.to_json(date_format="iso")
    if isinstance(value, msgspec.Struct):
        return msgspec.json.encode(value)
    if isinstance(value, Plan):
        return msgspec.json.encode(value.value)
    if hasattr(value, "to_plotly_json"):
        return value.to_json()
    if hasattr(value, "canvas"):
        return [msgspec.structs.replace(s, id="") for s in value.canvas.shapes], value.canvas.labels
    if hasattr(value, "image_paths"):
        return value.classes, value.image_paths
    if isinstance(value, nb.Annotator):
        return msgspec.json.encode(value.campaign.spec), [a.shapes for a in value.annotations.values()]
    if isinstance(value, nb.Canvas):
        return value.shapes, value.labels, value.state
    return repr(value)


def outcome(call: Callable[[], Any], look: Callable[[NbannotateError], None] | None = None) -> Any:
    """Return what a call comes to; anything but an error of ours is raised."""
    try:
        value = call()
        if inspect.isgenerator(value):
            value = list(value)
    except Sent as request:
        return ("sent", *request.args)
    except NbannotateError as error:
        if look is not None:
            look(error)
        return ("error", type(error))
    try:
        if look is not None:
            return ("value", None)
        return ("value", plainly(value))
    finally:
        if hasattr(value, "close") and not isinstance(value, nb.Workspace):
            with contextlib.suppress(Exception):
                value.close()


@pytest.fixture(autouse=True)
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_urlsafe", lambda n=0: "x" * 12)
    monkeypatch.setattr(secrets, "token_hex", lambda n=8: "0" * 16)


def test_functions_are_found() -> None:
    assert len(FUNCTIONS) > 100
    assert {"Recipe", "Version.add_images", "Campaign.change", "Filter.metadata", "stats.throughput"} <= set(FUNCTIONS)
    assert Server.__name__ not in FUNCTIONS


@pytest.mark.parametrize(("name", "parameter"), cases())
def test_a_parameter_takes_what_numpy_and_pandas_hold(name: str, parameter: str, handles: dict[str, Any]) -> None:
    function = FUNCTIONS[name]
    annotation = str(parameters(function)[parameter].annotation)
    value = example(name, parameter, annotation)
    if value is None:
        pytest.skip("objects of ours only")
    owner, _, method = name.partition(".")
    target = getattr(handles[owner], method) if owner in handles and method else function
    more = arguments(name, handles, parameter)
    expected = outcome(lambda: target(**more, **{parameter: value}))
    for given in as_others_have_it(value, annotation):
        found = outcome(lambda given=given: target(**more, **{parameter: given}))
        if given is None:
            assert found[0] == expected[0]
        else:
            assert found == expected, f"{name}({parameter}={given!r})"


class Odd:
    """Something that fits nowhere."""

    def __repr__(self) -> str:
        return "<something odd>"


#: What is meant nowhere.
WRONG: list[Any] = [
    Odd(), 3.5j, -7, 1e300, "no such thing", [Odd()], {"a": Odd()}, pd.DataFrame({"a": [1]}), np.zeros((2, 3)),
    "\ud800",
]  # fmt: skip
#: What no sentence has in it: words of decoders and of Python's own errors, addresses.
NOT_SAID = re.compile(r"Expected `|at `\$|nexpected keyword|msgspec|Binder|Conversion Error| object at 0x|Traceback")
#: Parameters that are no values, and those whose objects are not looked at before they are used.
NOT_WRONG = {"client", "found", "on_word_of", "overwrite"}


@pytest.mark.xdist_group("wrong values")  # on a worker of its own, beside the rest of this file
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_wrong_value_ends_in_a_sentence(
    name: str, handles: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # "no such thing" is a name that a file may have
    function = FUNCTIONS[name]
    owner, _, method = name.partition(".")
    target = getattr(handles[owner], method) if owner in handles and method else function
    bad = []
    for parameter in parameters(function):
        if parameter in NOT_WRONG:
            continue
        for value in WRONG:
            more = arguments(name, handles, parameter)
            try:
                outcome(lambda more=more, value=value, parameter=parameter: target(**more, **{parameter: value}), said)
            except Exception as error:  # noqa: BLE001  all of them are gathered
                bad.append(f"{parameter}={value!r}: {type(error).__name__}: {error}")
    assert not bad, "\n".join(bad)


def said(error: NbannotateError) -> None:
    text = str(error)
    assert " " in text, text
    assert not NOT_SAID.search(text), text
    assert text.rstrip()[-1] in ".?!…)'\"", text
