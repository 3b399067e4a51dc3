"""What several people said of an image, for whoever decides: over one another, one alone, and one key for each choice.

A shape that is taken is a shape like any other from then on: it can be edited, and undone.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from nbannotate import shapes
from nbannotate.canvas import Ghost
from nbannotate.errors import InvalidInput, NbannotateError, Refused
from nbannotate.model import Annotation, Answers, Dispute, Shape, new_shape_id
from nbannotate.pages.work import changes, navigation
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Id, Name
from nbannotate.pages.work.state import Answering, OpenTask
from nbannotate.texts import Message, t, tn

#: One color for each person, readable on dark and on light images and without telling red from green.
COLORS = ("#ffb000", "#4aa8ff", "#ff5ab4", "#2fbf9b", "#b27cff", "#ff7043", "#c6d000", "#8fa3b5")
#: Nobody's answer was taken: it is to be left away.
NONE = "none"


class PersonView(Struct, frozen=True):
    """One of those who answered."""

    name: str
    color: str
    alone: bool
    said: Message
    note: str


class ChoiceView(Struct, frozen=True):
    """An answer that can be taken; ``person`` is a place in the people."""

    person: int
    text: str


class DisputeView(Struct, frozen=True):
    """Something that people do not agree about; ``decided``: the place of the answer that was taken, or ``none``."""

    what: Literal["shape", "tag", "nothing"]
    name: str
    decided: str | None
    choices: list[ChoiceView]


class AnswersView(Struct, frozen=True):
    """What several people said of the image."""

    people: list[PersonView]
    disputes: list[DisputeView]
    at: int | None
    left: int
    quorum: int


class GoToDispute(Action, frozen=True, tag="dispute"):
    """Go to a disagreement by its place; none: to the next one that is not decided."""

    place: Id | None = None


class TakeAnswer(Action, frozen=True, tag="take_answer"):
    """Decide a disagreement: take an answer by its place, or ``none``."""

    place: Id
    answer: Name


class ShowAlone(Action, frozen=True, tag="alone"):
    """Show what one person said alone, from 1, or all (0); None: the next one."""

    person: Id | None = None


def begin(desk: Desk) -> None:
    """Read what people said, where the task that was opened is to decide between them."""
    opened = desk.store.state.task
    if opened is None or opened.task.kind != "consensus" or opened.answering is not None:
        return
    try:
        said = desk.call("tasks.answers", Answers, task_id=opened.task.task_id)
    except NbannotateError as error:  # it can be looked at without
        return desk.toast(error.message)
    desk.store.update_task(opened.task.task_id, answering=Answering(said))
    paint(desk)


def _answering(desk: Desk) -> tuple[OpenTask, Answering]:
    opened = desk.store.open
    if opened.answering is None:
        raise Refused("There is nothing to decide between here: this is no consensus step.")
    return opened, opened.answering


def go(desk: Desk, action: GoToDispute) -> None:
    """Go to a disagreement or to the next one that is not decided."""
    opened, its = _answering(desk)
    total = len(its.answers.disputes)
    if not total:
        raise Refused("All people agree about this image; there is nothing to decide.")
    at = _next(opened, its) if action.place is None else action.place
    if at >= total:
        raise InvalidInput(f"There are {total} disagreements here; {at + 1} is none of them.")
    desk.store.update_task(opened.task.task_id, answering=replace(its, at=at))
    dispute = its.answers.disputes[at]
    if dispute.shapes:
        changes.look_at(desk, *dispute.shapes)
    paint(desk)


def _next(opened: OpenTask, its: Answering) -> int:
    """Return the next disagreement that is not decided, from the present one on; if all are, just the next one."""
    total = len(its.answers.disputes)
    now = -1 if its.at is None else its.at
    around = [(now + n) % total for n in range(1, total + 1)]
    return next((i for i in around if decided(opened, its, i) is None), around[0])


def take(desk: Desk, action: TakeAnswer) -> None:
    """Decide a disagreement : take what one person said, or nothing of it."""
    opened, its = _answering(desk)
    navigation.check_may(desk, "save")
    if action.place >= len(its.answers.disputes):
        raise InvalidInput("There is no such disagreement on this image.")
    dispute = its.answers.disputes[action.place]
    which = _which(dispute, action.answer)
    taken = {**its.taken, action.place: NONE if which is None else _put(desk, opened, its, action.place, which)}
    if which is None:
        _leave_out(desk, opened, its, action.place)
    desk.store.update_task(opened.task.task_id, answering=replace(its, taken=taken, at=action.place))
    paint(desk)


def _which(dispute: Dispute, name: str) -> int | None:
    if name == NONE:
        return None
    if not name.isdecimal() or int(name) >= len(dispute.people):
        raise InvalidInput(f"There are {len(dispute.people)} answers to choose from here.")
    return int(name)


def _put(desk: Desk, opened: OpenTask, its: Answering, at: int, which: int) -> str:
    """Say what a person said of a disagreement; return what stands for it: the id of the shape, or the name."""
    dispute = its.answers.disputes[at]
    said = opened.annotation
    if dispute.what == "shape":
        shape = dispute.shapes[which]
        rest = _without(opened, its, at)
        if any(s.id == shape.id for s in rest):
            shape = replace(shape, id=new_shape_id())
        desk.canvas.set_shapes((*rest, replace(shape, group=None)))
        desk.canvas.select([shape.id])
        return shape.id
    if dispute.what == "tag":
        theirs = its.answers.answers[dispute.people[which]].annotation or Annotation()
        values = {k: v for k, v in said.tag_attributes.items() if k != dispute.name}
        if dispute.name in theirs.tag_attributes:
            values[dispute.name] = theirs.tag_attributes[dispute.name]
        tags = (*(t for t in said.tags if t != dispute.name), dispute.name)
        desk.tasks.annotate(replace(said, tags=tags, tag_attributes=values))
        return dispute.name
    if said.shapes:
        raise Refused("There are shapes on this image; delete them before you say that there is nothing to label.")
    desk.tasks.annotate(replace(said, nothing_to_label=True))
    return "nothing"


def _without(opened: OpenTask, its: Answering, at: int) -> tuple[Shape, ...]:
    """Return the shapes without the one that was taken in a disagreement before."""
    gone = its.taken.get(at)
    return tuple(s for s in opened.annotation.shapes if s.id != gone)


def _leave_out(desk: Desk, opened: OpenTask, its: Answering, at: int) -> None:
    """Take away what was taken in a disagreement before."""
    dispute, said = its.answers.disputes[at], opened.annotation
    if dispute.what == "shape":
        rest = _without(opened, its, at)
        if len(rest) != len(said.shapes):
            desk.canvas.set_shapes(rest)
    elif dispute.what == "tag" and dispute.name in said.tags:
        values = {k: v for k, v in said.tag_attributes.items() if k != dispute.name}
        desk.tasks.annotate(replace(said, tags=tuple(t for t in said.tags if t != dispute.name), tag_attributes=values))
    elif dispute.what == "nothing" and said.nothing_to_label:
        desk.tasks.annotate(replace(said, nothing_to_label=False))


def alone(desk: Desk, action: ShowAlone) -> None:
    """Show what one person said alone or all; one after the other."""
    opened, its = _answering(desk)
    people = len(its.answers.answers)
    who = (0 if its.alone is None else its.alone + 1) + 1 if action.person is None else action.person
    if action.person is not None and who > people:
        raise InvalidInput(f"There are {people} people who answered; {who} is none of them.")
    desk.store.update_task(opened.task.task_id, answering=replace(its, alone=who - 1 if 1 <= who <= people else None))
    paint(desk)


def decided(opened: OpenTask, its: Answering, at: int) -> str | None:
    """Return how a disagreement was decided: the place of the answer that was taken, "none"; or None."""
    dispute, how = its.answers.disputes[at], its.taken.get(at)
    said = opened.annotation
    if dispute.what == "shape":
        there = {s.id for s in said.shapes}
        if how is None:  # the page was opened again: what was taken is there
            agreed = {s.id for s in its.answers.agreed.shapes}
            found = [i for i, s in enumerate(dispute.shapes) if s.id in there - agreed]
            return str(found[0]) if len(found) == 1 else None
        if how == NONE or how not in there:
            return NONE if how == NONE else None
        return next((str(i) for i, s in enumerate(dispute.shapes) if s.id == how), "0")
    stands = dispute.name in said.tags if dispute.what == "tag" else said.nothing_to_label
    return "0" if stands else NONE if how == NONE else None


def left(opened: OpenTask) -> int:
    """Return how many disagreements are not decided yet."""
    its = opened.answering
    return 0 if its is None else sum(decided(opened, its, i) is None for i in range(len(its.answers.disputes)))


def paint(desk: Desk) -> None:
    """Put on the canvas what people said where they do not agree; or all that one of them said."""
    opened = desk.store.state.task
    if opened is None or opened.answering is None or not opened.pictured or opened.comparing:
        return
    desk.canvas.ghosts = ghosts(opened, opened.answering)


def ghosts(opened: OpenTask, its: Answering) -> list[Ghost]:
    """Return the outlines: of the disagreement that is looked at dashed, of others dotted; of one person all."""
    if its.alone is not None:
        said = its.answers.answers[its.alone].annotation
        return [Ghost(s, color(its.alone), "dashed") for s in said.shapes] if said is not None else []
    return [
        Ghost(shape, color(person), "dashed" if i == its.at else "dotted")
        for i, dispute in enumerate(its.answers.disputes)
        if i == its.at or decided(opened, its, i) is None
        for person, shape in zip(dispute.people, dispute.shapes, strict=False)
    ]


def color(person: int) -> str:
    """Return the color of a person, by the place in the answers."""
    return COLORS[person % len(COLORS)]


def follow(desk: Desk) -> None:
    """Keep what is shown up to date while the person draws."""
    opened = desk.store.state.task
    if opened is not None and opened.answering is not None:
        desk.dispatcher.worker.post(paint, desk)


def part(opened: OpenTask) -> AnswersView | None:
    """Return what the panel shows; None where there is nothing to decide between."""
    its = opened.answering
    if its is None:
        return None
    people = [
        PersonView(a.person, color(i), its.alone == i, _outcome(a.annotation, a.outcome), a.note or "")
        for i, a in enumerate(its.answers.answers)
    ]
    disputes = [
        DisputeView(
            d.what, d.name, decided(opened, its, i), [ChoiceView(p, _text(d, n)) for n, p in enumerate(d.people)]
        )
        for i, d in enumerate(its.answers.disputes)
    ]
    return AnswersView(people, disputes, its.at, left(opened), its.answers.quorum)


def _outcome(said: Annotation | None, outcome: str | None) -> Message:
    if said is None:
        return Message(outcome) if outcome else t("no answer")
    if said.nothing_to_label:
        return t("nothing to label")
    return tn(len(said.shapes), "{n} shape", "{n} shapes")


def _text(dispute: Dispute, n: int) -> str:
    if dispute.what == "shape":
        shape = dispute.shapes[n]
        values = ", ".join(t("{name}: {why+}", name=k, why=changes.worded(v)) for k, v in shape.attributes.items())
        label = shape.label or t("no label")
        return f"{label} · {shapes.kind(shape.kind).title}" + (f" · {values}" if values else "")
    return dispute.name
