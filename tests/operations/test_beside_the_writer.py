"""What takes as long as somebody's drawing is large happens beside the one thread that writes, not in it."""

from __future__ import annotations

import functools
import threading
from contextlib import contextmanager

import msgspec
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate import shapes
from nbannotate.model import Annotation, Closed, ClosedAndNext, DraftChanges, JobSubmitted, Saved, Shape, Spread
from nbannotate.operations.dispatch import Dispatcher
from nbannotate.operations.registry import operations
from nbannotate.rules import flaws, sequences
from nbannotate.rules.draft_changes import changes
from nbannotate.store import data, task_rows
from nbannotate.store.duckdb.engine import Engine
from tests.conftest import Team

from .test_tasks import do, next_, raise_issue

#: Work on many slices: what they say goes from one to the others, or into revisions.
SLICES = {"sequences.spread", "sequences.undo", "sequences.exclude"}
#: Take a drawing, but as an import does: in a stage of their own (see ``test_pieces.py``).
STAGED = {"annotations.add", "imports.add"}
DRAWN = Annotation(
    shapes=(
        Shape(kind="polygon", points=((1, 1), (30, 1), (30, 20), (1, 20), (0.5, 19), (4, 22)), label="WBC", id="loop"),
        Shape(kind="rectangle", points=((1.5, 2), (20, 30.25)), label="RBC", id="box"),
    )
)


@pytest.fixture
def heavy(monkeypatch):
    """Return what was called inside of a transaction that writes, by operation, of all that depends on a size."""
    here, found = threading.local(), {}
    write, run = Engine.write, Dispatcher._write

    @contextmanager
    def writing(self, **options):
        with write(self, **options) as tx:
            here.writes = True
            try:
                yield tx
            finally:
                here.writes = False

    def operating(self, tx, operation, *arguments):
        here.operation = operation.name
        return run(self, tx, operation, *arguments)

    def watched(name, function):
        @functools.wraps(function)
        def call(*arguments, **options):
            if getattr(here, "writes", False):
                found.setdefault(here.operation, set()).add(name)
            return function(*arguments, **options)

        return call

    monkeypatch.setattr(Engine, "write", writing)
    monkeypatch.setattr(Dispatcher, "_write", operating)
    for kind in {type(k) for k in shapes.kinds().values()}:
        for name in ("bounds", "covered", "area", "problem", "payload", "flaws", "repaired", "outline"):
            monkeypatch.setattr(kind, name, watched(f"Kind.{name}", getattr(kind, name)))
    for module, name in (
        (data, "shape_row"), (data, "annotation"), (data, "latest_of"), (task_rows, "decoded"), (flaws, "flawed"),
        (sequences, "spread"),
    ):  # fmt: skip
        short = f"{module.__name__.rpartition('.')[2]}.{name}"
        monkeypatch.setattr(module, name, watched(short, getattr(module, name)))
    return found


def use_all(t):
    """Do all that people do with drawings; return the operations that were tried."""
    ana, chloe = t["ana"], t["chloe"]
    where = {"campaign_id": t.campaign.campaign_id, "step": 0}
    view = next_(ana, t)
    do(ana, "save", view, DRAWN)
    ana.call("jobs.submit", JobSubmitted, **where)
    do(ana, "submit", next_(ana, t), DRAWN)
    view = next_(ana, t)
    ana.call("tasks.submit_and_next", ClosedAndNext, task_id=view.task.task_id, annotation=DRAWN, revision=0)
    for client, step, action, more in (
        (chloe, 1, "submit", {"annotation": DRAWN}), (chloe, 1, "rework", {}), (chloe, 1, "reject", {}),
        (ana, 0, "skip", {}), (ana, 0, "discard", {"reason": "black"}),
    ):  # fmt: skip
        view = next_(client, t, step)
        if action in ("rework", "skip"):
            raise_issue(client, view)
        revision = view.revision
        if action != "submit":
            drawn = msgspec.structs.replace(DRAWN, tags=("blurred",))
            revision = do(client, "save", view, drawn).revision
            changed = changes(drawn, msgspec.structs.replace(drawn, shapes=drawn.shapes[:-1]))
            told = {"task_id": view.task.task_id, "changes": changed, "revision": revision}
            revision = client.call("tasks.save_changes", Saved, **told).revision
        client.call(f"tasks.{action}", Closed, task_id=view.task.task_id, revision=revision, **more)
    return {"tasks.save", "tasks.save_changes", "jobs.submit", "tasks.submit", "tasks.submit_and_next",
            "tasks.rework", "tasks.reject",
            "tasks.skip", "tasks.discard"}  # fmt: skip


def use_slices(t):
    """Spread a drawing over slices, take that back, do it again, and exclude what was drawn; return the operations."""
    ana = t["ana"]
    view = next_(ana, t)
    do(ana, "save", view, DRAWN)
    on = {"task_id": view.task.task_id, "first": 1}
    first = ana.call("sequences.spread", Spread, last=5, **on)
    ana.call("sequences.undo", Spread, spread_id=first.spread_id)
    assert len(ana.call("sequences.spread", Spread, last=5, **on).changed) == 4
    assert len(ana.call("sequences.exclude", Spread, last=5, reason="air", revision=1, **on).changed) == 5
    kept = t.workspace.sql("select count(*) as n from annotations where source = 'discard'")["n"][0]
    assert kept == 5, "nothing was drawn"
    return SLICES


def takes_drawings(kind):
    """Return whether a type has an annotation or a shape in it."""
    return kind in (Annotation, DraftChanges, Shape) or any(map(takes_drawings, getattr(kind, "__args__", ())))


@pytest.fixture
def stack(tmp_path):
    """Return a launched campaign over the slices of one file."""
    pages = [Image.new("L", (64, 48)) for _ in range(6)]
    pages[0].save(tmp_path / "stack.tif", save_all=True, append_images=pages[1:])
    workspace = nb.open(":memory:")
    yield Team(workspace, [tmp_path / "stack.tif"])
    workspace.close()


def test_no_operation_works_on_a_drawing_in_the_transaction(team, stack, heavy):
    t = team(count=8)
    heavy.clear()
    tried = use_all(t) | use_slices(stack)
    assert not heavy
    with t.workspace.client.dispatcher.engine.write() as tx:
        first = tx.value("select min(annotation_id) from data.annotations")
        data.annotation(tx, data.annotation_row(tx, first))
    assert heavy, "nothing is watched"
    takes = {
        name
        for name, operation in operations().items()
        if operation.writes and any(takes_drawings(f.type) for f in msgspec.structs.fields(operation.arguments))
    }
    assert takes - STAGED <= tried, "say here how it is called"
    assert all(operations()[name].prepare or operations()[name].stage for name in tried)


@pytest.mark.parametrize("what", sorted(SLICES))
def test_what_is_saved_while_slices_are_prepared_is_not_lost(stack, what, monkeypatch):
    ana = stack["ana"]
    view = next_(ana, stack)
    do(ana, "save", view, DRAWN)
    on = {"task_id": view.task.task_id, "first": 1, "last": 3}
    made = ana.call("sequences.spread", Spread, **on)
    second = ana.call("sequences.view", nb.model.Sequence, task_id=view.task.task_id).slices[1].task_id
    one = msgspec.structs.replace(DRAWN, shapes=DRAWN.shapes[1:])
    ana.call("tasks.save", Saved, task_id=view.task.task_id, annotation=one, revision=1)
    commit, late = Dispatcher._commit, [msgspec.structs.replace(DRAWN, tags=("blurred",))]

    def saved_before(self, operation, *arguments):
        if operation.name == what and late:
            ana.call("tasks.save", Saved, task_id=second, annotation=late.pop(), revision=1)
        return commit(self, operation, *arguments)

    monkeypatch.setattr(Dispatcher, "_commit", saved_before)
    more = {
        "sequences.spread": {**on, "existing": "replace"},
        "sequences.undo": {"spread_id": made.spread_id},
        "sequences.exclude": {**on, "reason": "air", "revision": 2},
    }[what]
    said = ana.call(what, Spread, **more)
    assert not late
    if what == "sequences.exclude":
        tags = stack.workspace.sql("select tags from annotations where task_id = $1", [second])["tags"]
        assert "blurred" in str(tags[0])
    else:
        assert (2 in said.changed) == (what == "sequences.spread")
        assert ana.call("tasks.open", nb.model.TaskView, task_id=second).annotation.tags == ("blurred",)
