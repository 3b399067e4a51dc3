"""What a notebook shows of every public thing, also of one that is added tomorrow: one line, and a card.

The classes are found by looking: the public names, the structs of the model, and all that public methods return. Each
is shown with names that a person could type to do harm, or by accident.
"""

from __future__ import annotations

import builtins
import datetime
import importlib
import inspect
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import NoneType, SimpleNamespace, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import ipywidgets
import msgspec
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate import model
from nbannotate.cards import Card, Shown, Words, card_of
from nbannotate.errors import NbannotateError
from nbannotate.texts import Message
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.table import Rows
from nbannotate.workspace.torch_dataset import TorchDataset
from nbannotate.workspace.training import gathered
from nbannotate.workspace.work_tables import WorkTable
from nbannotate.workspace.workspace import Server

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> *b* | `c` [d](http://e.test) \\ &amp; \u202eabc"
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")
TAGS = {
    "b", "br", "code", "div", "figcaption", "figure", "i", "img", "li", "path", "span", "style", "svg", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
VOID = {"br", "img"}

#: Values by the name of a field, where any text will not do.
FIELDS: dict[str, Any] = {
    "color": "#112233", "filter": "label('cell')", "first": HOSTILE, "sha256": "0" * 64, "visibility": (), "rle": None,
    "weights": (), "skeleton": None, "default": None, "detail": {"what": HOSTILE},
}  # fmt: skip
OF_ONE: dict[str, Any] = {
    "Step.copies": 1, "Step.copies_of": 1.0, "Step.quorum": None, "Step.iou": 0.5, "Step.show_names": False,
    "Shape.kind": "polygon", "Shape.points": ((1, 1), (9, 9), (1, 9)), "Label.kinds": ("polygon",),
    "Attribute.type": "choice", "Rle.size": (2, 3), "Rle.counts": "06", "Skeleton.edges": (), "Step.kind": "annotation",
    "Step.attribution": "queue", "Annotation.nothing_to_label": False, "CampaignSpec.existing": "prefill",
    "CampaignSpec.order": "random", "CampaignSpec.clip": None,

    "Rule.to": HOSTILE + "2", "Invited.path": "/invite#ben/abc", "CampaignSpec.rules": (), "View.columns": (),
}  # fmt: skip


def made(kind: Any, where: str = "") -> Any:
    """Return a value of a type, with texts that do harm."""
    name = where.rpartition(".")[2]
    for known, key in ((OF_ONE, where), (FIELDS, name)):
        if key in known:
            return known[key]
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Literal:
        return inside[0]
    if origin in (Union, UnionType):
        return made(next(v for v in inside if v is not NoneType), where)
    if origin in (tuple, list):
        many = inside[:1] if origin is list or inside[-1] is Ellipsis else inside
        return origin(made(v, where) for v in many)
    if origin is dict:
        return {made(inside[0]): made(inside[1])}
    if inspect.isclass(kind) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind)
        return kind(**{f: made(hints[f], f"{kind.__name__}.{f}") for f in kind.__struct_fields__})
    plain = {
        str: HOSTILE, int: 3, float: 0.5, bool: True, Any: HOSTILE, Path: Path(HOSTILE),
        Message: Message(HOSTILE),
        datetime.datetime: datetime.datetime(2031, 1, 31, 12), datetime.date: datetime.date(2031, 1, 31),
    }  # fmt: skip
    return plain[kind]


def in_it(kind: Any) -> Iterator[type]:
    """Return the classes of ours in an annotation."""
    for inside in get_args(kind):
        yield from in_it(inside)
    if inspect.isclass(kind) and kind.__module__.startswith("nbannotate."):
        yield kind


def classes() -> dict[str, type]:
    """Return every public class, and every class of ours that a public method returns, by name."""
    found = {kind: None for kind in (getattr(nb, name) for name in nb.__all__) if inspect.isclass(kind)}
    found |= {kind: None for kind in (getattr(model, name) for name in model.__all__) if inspect.isclass(kind)}
    found |= dict.fromkeys(HANDLES)
    waiting = list(found)
    while waiting:
        kind = waiting.pop()
        if issubclass(kind, ipywidgets.Widget):
            continue
        for name, value in inspect.getmembers(kind):
            function = value.fget if isinstance(value, property) else value
            if name.startswith("_") or not inspect.isfunction(function):
                continue
            new = [c for c in in_it(returned(function)) if c not in found and not getattr(c, "_is_protocol", False)]
            found |= dict.fromkeys(new)
            waiting += new
    return {c.__name__ if not c.__module__.startswith(model.__name__) else f"model.{c.__name__}": c for c in found}


class Elsewhere:
    """What an annotation names that is imported for checkers only: nothing of ours."""

    def __class_getitem__(cls, _: object) -> type:
        return cls


class Names(dict[str, Any]):
    def __missing__(self, name: str) -> Any:
        return getattr(builtins, name, Elsewhere)


def returned(function: Any) -> Any:
    """Return what a function returns by its annotation, also where its module imports the names for checkers only."""
    written = function.__annotations__.get("return")
    if not isinstance(written, str):
        return written
    names = {**{h.__name__: h for h in HANDLES}, "pd": pd, "np": np, "go": go, **vars(inspect.getmodule(function))}
    return eval(written, {}, Names(names))


def handles_of() -> list[type]:
    """Return the classes of the modules in which handles, tables and rows stand."""
    names = [
        "asset",
        "campaign",
        "dataset",
        "data_tables",
        "forecast",
        "gallery",
        "labels",
        "lineage",
        "members",
        "notices",
        "person",
        "plan",
        "row",
        "sql",
        "table",
        "task",
        "torch_dataset",
        "work_tables",
        "workspace",
    ]
    modules = [importlib.import_module(f"nbannotate.workspace.{name}") for name in names]
    found = [v for m in modules for v in vars(m).values() if inspect.isclass(v) and v.__module__ == m.__name__]
    return [v for v in found if not v.__name__.startswith("_") and not inspect.isabstract(v) and v not in BASES]


#: What only others are derived from.
BASES = {Rows, WorkTable}
HANDLES = handles_of()
CLASSES = classes()
STRUCTS = {name: kind for name, kind in CLASSES.items() if issubclass(kind, msgspec.Struct)}


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """One of each handle, in a workspace with hostile names."""
    folder = tmp_path_factory.mktemp("images")
    for i in range(9):
        Image.new("RGB", (640, 480), (i * 20, 90, 60)).save(folder / f"{'<b>' if i else '&'}{i}*.jpg")
    (folder / "gone.jpg").write_bytes((folder / "<b>1*.jpg").read_bytes())
    ws = nb.open(":memory:")
    ana = ws.members.add("ana")
    dataset = ws.create_dataset(HOSTILE, f"# {HOSTILE}\n\n{HOSTILE}")
    version = dataset.create_version(HOSTILE).add_images(folder)
    (folder / "gone.jpg").unlink()
    shapes = [
        nb.Shape(kind="polygon", points=[(9, 9), (300, 20 + i), (90, 300)], label=f"{HOSTILE}{i}") for i in range(80)
    ]
    version.add_annotations({"gone.jpg": shapes, "<b>1*.jpg": shapes}, source=HOSTILE)
    recipe = nb.Recipe([nb.Label(f"{HOSTILE}{i}") for i in range(80)], tags=[HOSTILE])
    campaign = version.create_campaign(HOSTILE, recipe, nb.Workflow([nb.Step(HOSTILE, "annotation", ["ana"])]))
    campaign.launch()
    hers = ws.acting(ana)
    task = hers.work.next(HOSTILE)
    assert task is not None
    task.raise_issue(HOSTILE.replace("\u202e", ""))
    trained = TorchDataset(HOSTILE, gathered(version, {HOSTILE: 1}, None, None, False), {HOSTILE: 1}, None, False)
    server = Server.__new__(Server)
    object.__setattr__(server, "url", HOSTILE)
    server._process = SimpleNamespace(poll=lambda: None)  # type: ignore[assignment]
    yield {
        "Sql": ws.sql,
        "Workspace": ws, "Dataset": dataset, "Version": version, "Campaign": campaign, "Plan": campaign.plan(),
        "Planner": campaign.plan, "Forecast": campaign.forecast(), "Gold": campaign.gold,
        "Done": campaign.change(instructions=HOSTILE),
        "Members": ws.members, "Notices": hers.notices, "Work": hers.work, "OpenTask": hers.work.next(HOSTILE),
        "Datasets": ws.datasets, "Versions": dataset.versions, "Lineage": dataset.lineage,
        "Assets": version.assets, "Shapes": version.shapes,
        "Annotations": version.annotations, "Tags": version.tags, "Splits": version.splits,
        "Labels": version.labels,
        "Gallery": version.show(1, seed=None),
        "TorchDataset": trained,
        "Campaigns": ws.campaigns, "Tasks": campaign.tasks,
        "Jobs": campaign.jobs, "AssetStates": campaign.assets, "Issues": campaign.issues, "Events": ws.events,
        "Columns": campaign.tasks.columns, "Row": next(iter(campaign.issues)), "Asset": version.assets["gone.jpg"],
        "Filter": nb.Filter.label(HOSTILE), "Invited": ws.members.invite("ben"),
        "Server": server,
    }  # fmt: skip
    ws.close()


class Read(HTMLParser):
    """Reads HTML, and minds what is in it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def well_shown(thing: Any) -> None:
    """Hold what the card of a thing is held to."""
    line = repr(thing)
    assert not ADDRESS.search(line), line
    if type(thing).__name__ not in ("Columns", "Plan"):
        assert "\n" not in line
        assert len(line) < 500
    card_of(thing)  # which raises what a bundle only mentions
    bundle = thing._repr_mimebundle_()
    assert "cannot be shown" not in bundle["text/plain"]
    assert set(bundle) == {"text/html", "text/plain", "text/markdown"}
    assert not ADDRESS.search(bundle["text/plain"])
    html = bundle["text/html"]
    assert len(html.encode()) < 60_000
    reader = Read()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    assert reader.tags <= TAGS
    for name, value in reader.attributes:
        assert not name.startswith("on")
        assert name not in ("href", "srcdoc", "action")
        if name == "src":
            assert value.startswith("data:image/jpeg;base64,")
        if name == "style":
            assert "url" not in value
            assert "<" not in value
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert all(word in style for word in ("var(--jp-", "color-scheme: light dark", "light-dark("))
    assert all(selector.count(".nbac") for selector in re.findall(r"([^{}]+)\{", style[len("<style>") :]))
    for raw in ("<script", "<img src=x", "\u202e"):
        assert raw not in html.replace("&lt;script", "")
        assert raw not in bundle["text/markdown"]


def test_classes_are_found() -> None:
    assert len(STRUCTS) > 40
    assert {"Workspace", "Version", "Plan", "Reading", "Writing", "OpenTask", "Server"} <= set(CLASSES)


@pytest.mark.parametrize("name", CLASSES)
def test_what_is_public_is_shown(name: str) -> None:
    kind = CLASSES[name]
    assert issubclass(kind, Shown | ipywidgets.Widget), (
        f"A notebook may show a {kind.__module__}.{kind.__name__}: derive it from nbannotate.cards.Shown, and register "
        "its card with card_of if its fields alone do not say it well."
    )


@pytest.mark.parametrize("name", STRUCTS)
def test_a_struct_is_shown_well(name: str) -> None:
    well_shown(made(STRUCTS[name]))


def test_a_handle_is_sealed_when_it_is_made(things: dict[str, Any]) -> None:
    handles = {name: thing for name, thing in things.items() if isinstance(thing, Handle) and name != "Server"}
    assert len(handles) > 20
    assert [name for name, thing in handles.items() if not thing._is_sealed] == []


@pytest.mark.parametrize("name", sorted(h.__name__ for h in HANDLES))
def test_a_handle_is_shown_well(name: str, things: dict[str, Any]) -> None:
    assert name in things, f"test_reprs.things has no {name}; add one."
    well_shown(things[name])


def test_a_widget_says_itself_in_a_line() -> None:
    for canvas in (nb.Canvas(), nb.Viewer(Image.new("RGB", (40, 30)))):
        assert "\n" not in repr(canvas)
        assert not ADDRESS.search(repr(canvas))


@pytest.mark.parametrize("name", sorted(h.__name__ for h in HANDLES))
def test_what_a_card_says_to_type_next_is_there(name: str, things: dict[str, Any]) -> None:
    typed = {"ws": "Workspace", "task": "OpenTask"}
    for line in card_of(things[name]).next:
        for chain in re.findall(r"\b([a-z]+(?:\.[a-z_]+|\.[A-Z]\w+)+)", re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)):
            first, *rest = chain.split(".")
            found = nb if first == "nb" else things[typed.get(first, first.capitalize())]
            for attribute in rest:
                assert hasattr(found, attribute), f"{line}: there is no {attribute}"
                found = getattr(found, attribute)


class Broken(Shown):
    def __repr__(self) -> str:
        return "Broken()"


@card_of.register
def _(thing: Broken) -> Card:
    raise NbannotateError(HOSTILE)


def test_what_fails_is_said_and_ends_no_cell() -> None:
    bundle = Broken()._repr_mimebundle_()
    assert "cannot be shown" in bundle["text/plain"]
    assert "<script" not in bundle["text/html"]


def test_a_card_is_never_too_large() -> None:
    card = Card("Thing", parts=tuple(Words("<" * 400) for _ in range(200)))
    assert len(card.html()) < 60_000
    assert "left out" in card.html()


def test_a_closed_workspace_is_shown(tmp_path: Path) -> None:
    ws = nb.open(":memory:")
    ws.close()
    assert "Workspace" in ws._repr_mimebundle_()["text/plain"]
