"""The slices of a sequence on the task pane: going through them, and working on many at once."""

from __future__ import annotations

from typing import Any, cast

from msgspec import to_builtins
from msgspec.structs import replace

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import ExistingShapes, Sequence, Slice, Spread, TaskView
from nbannotate.pages import flow, going
from nbannotate.pages.desk import Desk
from nbannotate.pages.state import OpenSequence, OpenTask, State
from nbannotate.pages.wire import Message

MOST_WANTED = 200


def follow(desk: Desk, opened: OpenTask) -> None:
    """Read the slices around a task that was opened, after it is shown."""
    now = desk.state.slices
    if opened.task.sequence is None:
        return desk.update(slices=None)
    if now is None or now.key != key(opened):
        desk.update(slices=None)
    return desk.worker.post(refresh, desk, opened.task.task_id)


def key(opened: OpenTask) -> tuple[int, int, str]:
    """Return what tells a sequence of a job from others."""
    return opened.task.campaign_id, opened.task.step, opened.task.sequence or ""


def refresh(desk: Desk, task_id: int) -> None:
    """Read the slices again, while their task is open."""
    opened = desk.state.task
    if opened is None or opened.task.task_id != task_id or opened.task.sequence is None:
        return
    found = desk.call("sequences.view", Sequence, task_id=task_id)
    desk.update(slices=OpenSequence(key(opened), found, desk.frames.look()))


def leveled(desk: Desk) -> None:
    """Note that slices look different from now on."""
    if desk.state.slices is not None:
        desk.update(slices=replace(desk.state.slices, look=desk.frames.look()))


def part(state: State) -> dict[str, Any]:
    """Return what the browser shows of the sequence; nothing of a single image."""
    opened, slices = state.task, state.slices
    if opened is None or slices is None:
        return {}
    if len(slices.sequence.slices) < 2:
        return {"name": slices.sequence.name, "cells": []}
    rank = {v.name: i for i, v in enumerate(opened.view.recipe.labels)}
    return {
        "name": slices.sequence.name, "step": opened.task.step, "look": slices.look,
        "here": next((s.place for s in slices.sequence.slices if s.asset_id == opened.task.asset_id), 0),
        "undo": slices.sequence.undo is not None, "undo_what": slices.sequence.undo_what,
        "cells": [cell(s, rank) for s in slices.sequence.slices],
    }  # fmt: skip


def cell(its: Slice, rank: dict[str, int]) -> list[Any]:
    """Return a slice as a short row.

    Task, asset, name, hold, state, outcome, step, labels with their counts, tags, nothing to label, whether a draft,
    tracks.
    """
    if its.hold == "hidden":
        return [0, 0, "", "hidden"]
    labels = sorted(its.labels.items(), key=lambda row: (rank.get(row[0], len(rank)), row[0]))
    return [its.task_id, its.asset_id, its.name, its.hold, its.state, its.outcome or "", its.step,
            list(map(list, labels)), list(its.tags), its.nothing_to_label, its.drafted, list(its.tracks)]  # fmt: skip


def there(desk: Desk) -> Sequence:
    """Return the sequence of the open task; raises Refused if it belongs to none."""
    slices = desk.state.slices
    if slices is None or slices.key != key(desk.open):
        raise Refused("This image belongs to no sequence.")
    return slices.sequence


def here(desk: Desk) -> int:
    """Return the place of the open task."""
    asset_id = desk.open.task.asset_id
    return next((s.place for s in there(desk).slices if s.asset_id == asset_id), 0)


def go(desk: Desk, message: Message) -> None:
    """Open a slice; ``on`` takes it out of the queue."""
    flow.leave(desk)
    operation = "sequences.take" if message.on else "tasks.open"
    flow.adopt(desk, desk.call(operation, TaskView, task_id=message.task))


def frames(desk: Desk, message: Message) -> None:
    """Make small images of slices (asset ids), in this order."""
    known = {s.asset_id for s in there(desk).slices if s.asset_id}
    ids = [int(i) for i in message.ids[:MOST_WANTED] if i.isdecimal()]
    desk.frames.want([i for i in ids if i in known])


def spread(desk: Desk, message: Message) -> None:
    """Put what is on this slice onto a range of others.

    ``text`` says what: ``"nothing"`` (to label), ``"all"`` shapes, or those of ``ids``; ``on``: the tags, too; ``name``
    is what becomes of slices that have shapes.
    """
    flow.check_may(desk, "save")
    if message.name not in ("keep", "add", "replace"):
        raise InvalidInput("Say what becomes of slices that have shapes already: keep, add or replace.")
    desk.drafts.flush()
    task_id = desk.open.task.task_id
    done = desk.call(
        "sequences.spread", Spread, task_id=task_id, first=message.first, last=message.last,
        shapes=None if message.text == "all" else list(message.ids), tags=None if message.on else [],
        nothing=message.text == "nothing", existing=message.name,
    )  # fmt: skip
    told(desk, "spread", done)
    refresh(desk, task_id)


def told(desk: Desk, what: str, done: Spread, shapes: int = 0) -> None:
    """Say what an operation on many slices did, with how many shapes; the browser puts it into words."""
    desk.tell({"sliced": cast("dict[str, Any]", to_builtins(done)) | {"did": what, "shapes": shapes}})


def copy_next(desk: Desk, message: Message) -> None:
    """Put the shapes that were selected, or else all, or *nothing to label*, onto the next slice, and go there.

    What is selected because it was just drawn was not selected by anybody: then all are meant.
    """
    opened = flow.check_may(desk, "save")
    slices, place = there(desk).slices, here(desk)
    if place == len(slices):
        raise Refused("This is the last slice.")
    if opened.annotation.empty:
        raise Refused("There is nothing on this slice that could be copied.")
    desk.drafts.flush()
    chosen = [i for i in desk.canvas.chosen if i in {s.id for s in opened.annotation.shapes}]
    existing: ExistingShapes = "add"
    done = desk.call(
        "sequences.spread", Spread, task_id=opened.task.task_id, first=place + 1, last=place + 1,
        shapes=chosen or None, tags=[] if chosen else None, nothing=opened.annotation.nothing_to_label,
        existing=existing,
    )  # fmt: skip
    flow.adopt(desk, desk.call("tasks.open", TaskView, task_id=slices[place].task_id))
    told(desk, "copy", done, len(chosen) or len(opened.annotation.shapes))


def undo(desk: Desk, message: Message) -> None:
    """Take back what was put onto slices last."""
    spread_id, place, task_id = there(desk).undo, here(desk), desk.open.task.task_id
    if spread_id is None:
        raise Refused("There is nothing to take back.")
    flow.leave(desk)
    done = desk.call("sequences.undo", Spread, spread_id=spread_id)
    if place in done.changed:
        flow.adopt(desk, desk.call("tasks.open", TaskView, task_id=task_id))
    else:
        refresh(desk, task_id)
    told(desk, "undo", done)


def exclude(desk: Desk, message: Message) -> None:
    """Discard a range of slices, with the reason; if this one is among them, go on behind them."""
    flow.check_may(desk, "discard")
    task, place = desk.open.task, here(desk)
    if not message.text.strip():
        raise Refused("Say why these slices are of no use.")
    revision = desk.drafts.flush()
    with desk.spent.of(task.task_id) as spent:
        done = desk.call(
            "sequences.exclude", Spread, task_id=task.task_id, first=message.first, last=message.last,
            reason=message.text.strip(), revision=revision, seconds=spent,
        )  # fmt: skip
    told(desk, "exclude", done)
    if place not in done.changed:
        return refresh(desk, task.task_id)
    desk.tell({"line": {"closed": task.task_id}})
    others = [s for s in there(desk).slices if s.hold == "mine" and s.step == task.step and s.place not in done.changed]
    others.sort(key=lambda s: (s.place < message.first, abs(s.place - message.last)))
    if others:
        return flow.adopt(desk, desk.call("tasks.open", TaskView, task_id=others[0].task_id))
    return going.go_on(desk, task.campaign_id, task.step)
