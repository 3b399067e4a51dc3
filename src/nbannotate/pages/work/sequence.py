"""The slices of a sequence on the task pane: going through them, and working on many at once."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from nbannotate.errors import Refused
from nbannotate.model import ExistingShapes, Outcome, Sequence, Slice, Spread, TaskState, TaskView
from nbannotate.model.sequences import Hold
from nbannotate.pages.work import events, navigation, next_task
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Id, Name, Text
from nbannotate.pages.work.state import OpenSequence, OpenTask, State
from nbannotate.texts import t

MOST_WANTED = 200


class LabelCount(Struct, frozen=True):
    """How many shapes have a label; no name: have none."""

    name: str
    count: int


class Cell(Struct, frozen=True):
    """A slice of a sequence; of a hidden one nothing more is said."""

    hold: Hold
    task: int = 0
    asset: int = 0
    name: str = ""
    state: TaskState = "in_progress"
    outcome: Outcome | None = None
    step: int = 0
    labels: tuple[LabelCount, ...] = ()
    tags: tuple[str, ...] = ()
    nothing: bool = False
    drafted: bool = False
    tracks: tuple[str, ...] = ()


class SequenceView(Struct, frozen=True):
    """The slices around the open task, from 1; none where it is alone. ``look`` names how small images are shown."""

    name: str
    cells: list[Cell]
    step: int = 0
    look: str = ""
    here: int = 0
    undo: bool = False
    undo_what: str = ""


class GoToSlice(Action, frozen=True, tag="slice"):
    """Open a slice; ``take`` takes it out of the queue."""

    task: Id
    take: bool = False


class WantFrames(Action, frozen=True, tag="frames"):
    """Make small images of slices, in this order."""

    assets: Annotated[tuple[Id, ...], Meta(max_length=100_000)]


class SpreadSlice(Action, frozen=True, tag="spread"):
    """Put what is on this slice onto a range of others.

    Parameters
    ----------
    first, last
        The range.
    what
        All shapes, some of them (``ids``), or *nothing to label*.
    tags
        Whether the tags go along.
    existing
        What becomes of slices that have shapes.
    """

    first: Id
    last: Id
    what: Literal["all", "some", "nothing"]
    existing: ExistingShapes
    ids: Annotated[tuple[Name, ...], Meta(max_length=100_000)] = ()
    tags: bool = False


class CopyNext(Action, frozen=True, tag="copy_next"):
    """Put what is here onto the next slice, and go there."""


class UndoSpread(Action, frozen=True, tag="unspread"):
    """Take back what was put onto slices last."""


class ExcludeSlices(Action, frozen=True, tag="exclude"):
    """Discard a range of slices, with the reason."""

    first: Id
    last: Id
    text: Text


def follow(desk: Desk, opened: OpenTask) -> None:
    """Read the slices around a task that was opened, after it is shown."""
    now = desk.store.state.slices
    if opened.task.sequence is None:
        return desk.store.update(slices=None)
    if now is None or now.key != key(opened):
        desk.store.update(slices=None)
    return desk.dispatcher.worker.post(refresh, desk, opened.task.task_id)


def key(opened: OpenTask) -> tuple[int, int, str]:
    """Return what tells a sequence of a job from others."""
    return opened.task.campaign_id, opened.task.step, opened.task.sequence or ""


def refresh(desk: Desk, task_id: int) -> None:
    """Read the slices again, while their task is open."""
    opened = desk.store.state.task
    if opened is None or opened.task.task_id != task_id or opened.task.sequence is None:
        return
    found = desk.call("sequences.view", Sequence, task_id=task_id)
    desk.store.update(slices=OpenSequence(key(opened), found, desk.frames.look()))


def leveled(desk: Desk) -> None:
    """Note that slices look different from now on."""
    if desk.store.state.slices is not None:
        desk.store.update(slices=replace(desk.store.state.slices, look=desk.frames.look()))


def part(state: State) -> SequenceView | None:
    """Return what the browser shows of the sequence; no slices of a single image."""
    opened, slices = state.task, state.slices
    if opened is None or slices is None:
        return None
    if len(slices.sequence.slices) < 2:
        return SequenceView(slices.sequence.name, [])
    rank = {v.name: i for i, v in enumerate(opened.view.recipe.labels)}
    return SequenceView(
        name=slices.sequence.name, step=opened.task.step, look=slices.look,
        here=next((s.place for s in slices.sequence.slices if s.asset_id == opened.task.asset_id), 0),
        undo=slices.sequence.undo is not None, undo_what=slices.sequence.undo_what,
        cells=[cell(s, rank) for s in slices.sequence.slices],
    )  # fmt: skip


def cell(its: Slice, rank: dict[str, int]) -> Cell:
    """Return a slice as the browser shows it; its labels are in the order of the recipe."""
    if its.hold == "hidden":
        return Cell("hidden")
    labels = sorted(its.labels.items(), key=lambda row: (rank.get(row[0], len(rank)), row[0]))
    return Cell(
        hold=its.hold, task=its.task_id, asset=its.asset_id, name=its.name, state=its.state, outcome=its.outcome,
        step=its.step, labels=tuple(LabelCount(*row) for row in labels), tags=its.tags, nothing=its.nothing_to_label,
        drafted=its.drafted, tracks=its.tracks,
    )  # fmt: skip


def there(desk: Desk) -> Sequence:
    """Return the sequence of the open task; raises Refused if it belongs to none."""
    slices = desk.store.state.slices
    if slices is None or slices.key != key(desk.store.open):
        raise Refused(t("This image belongs to no sequence."))
    return slices.sequence


def here(desk: Desk) -> int:
    """Return the place of the open task."""
    asset_id = desk.store.open.task.asset_id
    return next((s.place for s in there(desk).slices if s.asset_id == asset_id), 0)


def go(desk: Desk, action: GoToSlice) -> None:
    """Open a slice."""
    navigation.leave(desk)
    operation = "sequences.take" if action.take else "tasks.open"
    navigation.adopt(desk, desk.call(operation, TaskView, task_id=action.task))


def frames(desk: Desk, action: WantFrames) -> None:
    """Make small images of slices that belong to this sequence."""
    known = {s.asset_id for s in there(desk).slices if s.asset_id}
    desk.frames.want([i for i in action.assets[:MOST_WANTED] if i in known])


def spread(desk: Desk, action: SpreadSlice) -> None:
    """Put what is on this slice onto a range of others."""
    navigation.check_may(desk, "save")
    desk.drafts.flush()
    task_id = desk.store.open.task.task_id
    done = desk.call(
        "sequences.spread", Spread, task_id=task_id, first=action.first, last=action.last,
        shapes=None if action.what == "all" else list(action.ids), tags=None if action.tags else [],
        nothing=action.what == "nothing", existing=action.existing,
    )  # fmt: skip
    desk.tell(events.SlicesChanged.of("spread", done))
    refresh(desk, task_id)


def copy_next(desk: Desk, action: CopyNext) -> None:
    """Put the shapes that were selected, or else all, or *nothing to label*, onto the next slice, and go there.

    What is selected because it was just drawn was not selected by anybody: then all are meant.
    """
    opened = navigation.check_may(desk, "save")
    slices, place = there(desk).slices, here(desk)
    if place == len(slices):
        raise Refused(t("This is the last slice."))
    if opened.annotation.empty:
        raise Refused(t("There is nothing on this slice that could be copied."))
    desk.drafts.flush()
    chosen = [i for i in desk.canvas.chosen if i in {s.id for s in opened.annotation.shapes}]
    existing: ExistingShapes = "add"
    done = desk.call(
        "sequences.spread", Spread, task_id=opened.task.task_id, first=place + 1, last=place + 1,
        shapes=chosen or None, tags=[] if chosen else None, nothing=opened.annotation.nothing_to_label,
        existing=existing,
    )  # fmt: skip
    navigation.adopt(desk, desk.call("tasks.open", TaskView, task_id=slices[place].task_id))
    desk.tell(events.SlicesChanged.of("copy", done, len(chosen) or len(opened.annotation.shapes)))


def undo(desk: Desk, action: UndoSpread) -> None:
    """Take back what was put onto slices last."""
    spread_id, place, task_id = there(desk).undo, here(desk), desk.store.open.task.task_id
    if spread_id is None:
        raise Refused(t("There is nothing to take back."))
    navigation.leave(desk)
    done = desk.call("sequences.undo", Spread, spread_id=spread_id)
    if place in done.changed:
        navigation.adopt(desk, desk.call("tasks.open", TaskView, task_id=task_id))
    else:
        refresh(desk, task_id)
    desk.tell(events.SlicesChanged.of("undo", done))


def exclude(desk: Desk, action: ExcludeSlices) -> None:
    """Discard a range of slices, with the reason; if this one is among them, go on behind them."""
    navigation.check_may(desk, "discard")
    task, place = desk.store.open.task, here(desk)
    if not action.text.strip():
        raise Refused(t("Say why these slices are of no use."))
    revision = desk.drafts.flush()
    with desk.spent.of(task.task_id) as spent:
        done = desk.call(
            "sequences.exclude", Spread, task_id=task.task_id, first=action.first, last=action.last,
            reason=action.text.strip(), revision=revision, seconds=spent,
        )  # fmt: skip
    desk.tell(events.SlicesChanged.of("exclude", done))
    if place not in done.changed:
        return refresh(desk, task.task_id)
    desk.tell(events.Ended(task.task_id))
    others = [s for s in there(desk).slices if s.hold == "mine" and s.step == task.step and s.place not in done.changed]
    others.sort(key=lambda s: (s.place < action.first, abs(s.place - action.last)))
    if others:
        return navigation.adopt(desk, desk.call("tasks.open", TaskView, task_id=others[0].task_id))
    return next_task.go_on(desk, task.campaign_id, task.step)
