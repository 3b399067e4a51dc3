"""What changed on an image since the person knew it last: on the canvas, and as a list."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from nbannotate import shapes
from nbannotate.canvas import Ghost
from nbannotate.errors import Refused
from nbannotate.model import Before, Label, Shape
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Name
from nbannotate.pages.work.state import Compared, OpenTask
from nbannotate.rules.compare import COLORS, HOWS, Change, Comparison, How, compare
from nbannotate.texts import Message, t

#: More changes than this are not listed one by one; the canvas shows all.
MOST_LISTED = 300
NOTHING = {
    "annotation": t("There is nothing to compare with: you have not submitted this image before."),
    "consensus": "There is nothing to compare with: you have not decided about this image before.",
    "review": t(
        "There is nothing to compare with: you have not seen this image before, and nothing was there before it."
    ),
}


class Counted(Struct, frozen=True):
    """How many shapes differ in one way."""

    how: How
    n: int


class ChangeView(Struct, frozen=True):
    """A shape that differs; ``was``: the label that it had, if it has another one."""

    id: str
    how: tuple[How, ...]
    label: str
    was: str | None
    color: str
    kind: str
    attributes: list[str]


class TagChange(Struct, frozen=True):
    """A tag whose attributes differ."""

    tag: str
    values: list[str]


class ChangesView(Struct, frozen=True):
    """What changed since the person knew the image last; ``known``: compared with a known answer."""

    title: Message
    known: bool
    at: str
    counts: list[Counted]
    rows: list[ChangeView]
    more: int
    tags_added: tuple[str, ...]
    tags_removed: tuple[str, ...]
    tags_changed: list[TagChange]
    nothing: bool | None


class CompareChanges(Action, frozen=True, tag="changes"):
    """Show what changed, or stop showing it."""


class ShowChange(Action, frozen=True, tag="change_place"):
    """Bring a shape that differs into sight."""

    shape: Name


def toggle(desk: Desk, action: CompareChanges) -> None:
    """Show what changed since the person submitted or saw the image last, or stop showing it."""
    opened = desk.store.open
    compared = opened.compared
    if compared is None:
        wanted: Any = Before | None
        before: Before | None = desk.call("tasks.before", wanted, task_id=opened.task.task_id)
        if before is None:
            raise Refused(NOTHING[opened.task.kind])
        login = desk.store.state.member.login if desk.store.state.member else ""
        compared = Compared(before, title(before, opened, login))
    desk.store.update_task(opened.task.task_id, compared=compared, comparing=not opened.comparing)
    paint(desk)


def title(before: Before, opened: OpenTask, login: str) -> Message:
    """Say in a few words what the image is compared with."""
    mine = opened.task.assignee == login
    if before.kind == "submitted":
        return t("what you submitted last") if mine else t("what {who} submitted last", who=before.by)
    if before.kind == "seen":
        return t("what you saw last") if mine else t("what {who} saw last", who=opened.task.assignee or "")
    if before.kind == "given":
        return t("what was there before ({who})", who=before.by)
    return t("the first submission, by {who}", who=before.by)


def found(opened: OpenTask) -> Comparison | None:
    """Return what differs in what is shown now, while it is shown."""
    if not opened.comparing or opened.compared is None:
        return None
    now = opened.looking.annotation if opened.looking else opened.annotation
    return compare(opened.compared.before.annotation, now)


def paint(desk: Desk) -> None:
    """Put what differs on the canvas, or take it away."""
    opened = desk.store.state.task
    if opened is None or not opened.pictured:
        return
    its = found(opened)
    desk.canvas.ghosts = [g for change in its.shapes for g in ghosts(change)] if its is not None else ()


def follow(desk: Desk) -> None:
    """Keep what is shown up to date while the person draws."""
    opened = desk.store.state.task
    if opened is not None and opened.comparing:
        desk.dispatcher.worker.post(paint, desk)


def ghosts(change: Change) -> list[Ghost]:
    """Return how a change looks: what is gone dashed, an old outline dotted, what is new or named anew with a glow."""
    if change.after is None:
        return [Ghost(change.shape, COLORS["removed"], "dashed")]
    if "moved" in change.how and change.before is not None:
        return [Ghost(change.before, COLORS["moved"], "dotted")]
    return [Ghost(change.after, COLORS[change.how[0]], "glow")]


def go(desk: Desk, action: ShowChange) -> None:
    """Bring a shape that differs into sight, and select it if it is still there."""
    its = found(desk.store.open)
    change = next((c for c in its.shapes if c.shape.id == action.shape), None) if its is not None else None
    if change is None:
        raise Refused(t("This shape does not differ any more."))
    desk.canvas.select([change.shape.id])
    look_at(desk, *(s for s in (change.before, change.after) if s is not None))


def look_at(desk: Desk, *those: Shape) -> None:
    """Bring shapes into sight."""
    boxes = [shapes.kind(s.kind).bounds(s.points) for s in those if s.points]
    if boxes:
        x0, y0, x1, y1 = zip(*boxes, strict=True)
        desk.canvas.look_at((min(x0), min(y0), max(x1), max(y1)))


def part(opened: OpenTask) -> ChangesView | None:
    """Return what the panel shows; None while it is not asked for."""
    its = found(opened)
    if its is None or opened.compared is None:
        return None
    labels = {v.name: v for v in opened.view.recipe.labels}
    return ChangesView(
        title=opened.compared.title, known=opened.compared.before.kind == "known",
        at=opened.compared.before.created.isoformat(timespec="seconds") + "Z",
        counts=[Counted(how, its.count(how)) for how in HOWS if its.count(how)],
        rows=[row(c, labels) for c in its.shapes[:MOST_LISTED]],
        more=max(0, len(its.shapes) - MOST_LISTED),
        tags_added=its.tags_added, tags_removed=its.tags_removed, nothing=its.nothing,
        tags_changed=[TagChange(c.tag, values_differing(c.before, c.after)) for c in its.tags_changed],
    )  # fmt: skip


def row(change: Change, labels: dict[str, Label]) -> ChangeView:
    """Return one line of the list."""
    now = change.shape
    label = labels.get(now.label)
    was = change.before.label if change.before is not None and "relabeled" in change.how else None
    return ChangeView(
        id=now.id, how=change.how, label=now.label, was=was,
        color=now.color or (label.color if label else None) or "", kind=shapes.kind(now.kind).title,
        attributes=differing(change) if "attributes" in change.how else [],
    )  # fmt: skip


def differing(change: Change) -> list[str]:
    """Say which attributes differ, as ``stage: ring → schizont``, and whether group, track and color do."""
    assert change.before is not None
    assert change.after is not None
    said = values_differing(change.before.attributes, change.after.attributes)
    said += values_differing(_belonging(change.before), _belonging(change.after))
    return said + (["color"] if change.before.color != change.after.color else [])


def _belonging(shape: Shape) -> dict[str, Any]:
    given = {"group": shape.group, "track": shape.track, "keyframe": shape.keyframe or None}
    return {name: value for name, value in given.items() if value is not None}


def values_differing(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Say which values differ, and how."""
    names = [n for n in dict.fromkeys([*old, *new]) if old.get(n) != new.get(n)]
    return [f"{n}: {worded(old.get(n))} → {worded(new.get(n))}"[:120] for n in names]


def worded(value: object) -> str:
    """Write a value as a person would."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, "", []):
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
