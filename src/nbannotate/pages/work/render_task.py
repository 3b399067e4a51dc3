"""The task pane: the frame around the canvas, what is drawn, and the threads."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Literal, overload

from msgspec import Struct

from nbannotate import shapes
from nbannotate.model import Issue, IssueState, Label, Shape, StepKind, TaskState
from nbannotate.model.recipe import FlawPolicy
from nbannotate.model.work import Action
from nbannotate.pages.work import attribute_forms, tags
from nbannotate.pages.work.state import OpenTask, State
from nbannotate.texts import Message

#: More shapes than this are not listed one by one; the canvas shows all.
MOST_LISTED = 1000


class LookingView(Struct, frozen=True):
    """The revision of the past that is shown."""

    id: int
    title: Message
    nothing: bool


class TaskPane(Struct, frozen=True):
    """The frame around the canvas: where one is, and what may be done. ``mine``: the person may work on it."""

    id: int
    campaign_id: int
    campaign: str
    step: int
    step_name: str
    kind: StepKind
    asset: str
    round: int
    sequence: str
    state: TaskState
    listed: bool
    position: int
    total: int
    editable: bool
    mine: bool
    reason: Message
    actions: tuple[Action, ...]
    edited: bool
    nothing: bool
    open_issues: int
    for_review: int
    returned: bool
    browsing: bool
    pictured: bool
    statuses: tuple[str, ...]
    status: str
    closed_as: str
    lost: bool
    settled: bool
    idle: float
    looking: LookingView | None


class ToolView(Struct, frozen=True):
    """A kind of shape that can be drawn."""

    name: str
    title: str
    key: str


class LabelView(Struct, frozen=True):
    """A label; ``on`` says whether all, some or none of the selected shapes have it."""

    name: str
    color: str
    count: int
    kinds: tuple[str, ...]
    on: Literal["", "some", "all"]


class ShapeView(Struct, frozen=True):
    """A shape in the list; ``values`` are its attributes in a few words."""

    id: str
    label: str
    color: str
    kind: str
    selected: bool
    values: str
    missing: list[str]
    flaws: tuple[Message, ...]
    mendable: bool
    group: str | None
    track: str | None
    keyframe: bool


class AngleView(Struct, frozen=True):
    """The angle of the selected rotated rectangles (degrees); None where they differ."""

    ids: list[str]
    value: float | None


class DrawingView(Struct, frozen=True):
    """Tools, labels, tags and shapes, with what is chosen.

    Parameters
    ----------
    counted
        Shapes that count for ``most_shapes``.
    flawed, mendable
        How many shapes have flaws, and how many of these are repaired at submit.
    more
        Shapes that are not listed.
    for_label
        How many shapes a label that is pressed now is for.
    drawn
        Whether what is selected was just drawn.
    """

    tool: str
    label: str
    editable: bool
    can_undo: bool
    can_redo: bool
    copied: int
    locked: tuple[str, ...]
    hidden: tuple[str, ...]
    tools: list[ToolView]
    labels: list[LabelView]
    tags: list[tags.TagView]
    shapes: list[ShapeView]
    counted: int
    most_shapes: int | None
    most_tags: int | None
    open_labels: bool
    several: bool
    flaws: FlawPolicy
    flawed: int
    mendable: int
    form: attribute_forms.FormView | None
    angle: AngleView | None
    more: int
    unlabelled: int
    selected: int
    for_label: int
    drawn: bool


class Comment(Struct, frozen=True):
    """What somebody said in a thread."""

    author: str
    text: str
    created: str | None


class IssueView(Struct, frozen=True):
    """An issue with its thread; ``may`` are the states that the person may give it."""

    id: int
    asset: str
    campaign: str
    state: IssueState
    author: str
    created: str | None
    may: tuple[IssueState, ...]
    place: Literal["image", "zone", "shape"]
    shape: str | None
    thread: list[Comment]


class TalkView(Struct, frozen=True):
    """The threads on the image."""

    issues: list[IssueView]


def task(state: State, opened: OpenTask) -> TaskPane:
    """Return the frame around the canvas: where one is, and what may be done."""
    view, now = opened.view, opened.task
    looking = opened.looking
    statuses = view.statuses if len(view.statuses) > 1 else ()
    browsed = state.browsing.task_ids if state.browsing else ()
    listed = now.task_id in browsed
    return TaskPane(
        id=now.task_id, campaign_id=now.campaign_id, campaign=view.campaign, step=now.step,
        step_name=now.step_name, kind=now.kind, asset=now.asset, round=now.round,
        sequence=now.sequence or "", state=now.state, listed=listed,
        position=browsed.index(now.task_id) + 1 if listed else view.position,
        total=len(browsed) if listed else view.total,
        editable=opened.editable, mine=view.editable, reason=view.reason, actions=view.actions,
        edited=opened.edited, nothing=opened.annotation.nothing_to_label, open_issues=opened.open_issues,
        for_review=sum(i.state == "for_review" for i in opened.issues),
        returned=now.state == "to_rework", browsing=state.browsing is not None, pictured=opened.pictured,
        statuses=statuses, status=(opened.status or statuses[0]) if statuses else "",
        closed_as=now.status or "", lost=opened.lost, settled=opened.settled, idle=view.idle_after,
        looking=LookingView(looking.annotation_id, looking.title, looking.annotation.nothing_to_label)
        if looking
        else None,
    )  # fmt: skip


def drawing(state: State, opened: OpenTask) -> DrawingView:
    """Return tools, labels, tags and shapes, with what is chosen."""
    now, recipe = state.drawing, opened.view.recipe
    counts = Counter(name for s in opened.shapes for name in s.labels)
    bare = sum(not s.label for s in opened.shapes)
    colors = {v.name: v.color for v in recipe.labels}
    selected = set(now.selected)
    listed = opened.shapes[:MOST_LISTED]
    labels = {names: attribute_forms.as_one(recipe, names) for names in {s.labels for s in listed}}
    labelled = set(now.for_label)
    chosen = [set(s.labels) for s in opened.shapes if s.id in labelled] if labelled else []
    flaws = now.flaws if opened.looking is None else {}
    figures = any(v.skeleton is not None for v in recipe.labels)
    used = {k for v in recipe.labels for k in (v.kinds or shapes.kinds())}
    used -= {k.name for k in shapes.kinds().values() if k.figured and not figures}
    return DrawingView(
        tool=now.tool, label=now.label, editable=opened.editable and opened.pictured,
        can_undo=now.can_undo, can_redo=now.can_redo, copied=now.copied, locked=now.locked, hidden=now.hidden,
        tools=[ToolView(k.name, k.title, k.key) for k in shapes.kinds().values() if k.name in used],
        labels=[LabelView(v.name, v.color or "", counts[v.name], v.kinds, on(v.name, chosen)) for v in recipe.labels],
        tags=tags.part(opened),
        shapes=[
            ShapeView(
                id=s.id, label=", ".join(s.labels), color=colors.get(s.label) or "", kind=shapes.kind(s.kind).title,
                selected=s.id in selected, values=said(s, labels[s.labels]),
                missing=attribute_forms.missing(s, labels[s.labels]), flaws=tuple(flaws.get(s.id, ())),
                mendable=s.id in now.mendable, group=s.group, track=s.track, keyframe=s.keyframe,
            )
            for s in listed
        ],
        counted=sum(not s.label or s.label in colors for s in opened.shapes), most_shapes=recipe.max_shapes,
        most_tags=recipe.max_tags, open_labels=recipe.open_labels, several=recipe.several_labels,
        flaws=recipe.flaws, flawed=len(flaws), mendable=len(now.mendable) if flaws else 0,
        form=attribute_forms.form(opened, now.selected) if now.selected else None,
        angle=angle(opened, selected) if selected else None,
        more=len(opened.shapes) - len(listed), unlabelled=bare, selected=len(selected),
        for_label=len(labelled), drawn=bool(now.drawn) and now.selected == (now.drawn,),
    )  # fmt: skip


def angle(opened: OpenTask, selected: set[str]) -> AngleView | None:
    """Return the angle of the selected shapes, to a hundredth of a degree, if all are rotated rectangles; or None.

    Its value is None where they have different ones.
    """
    chosen = [s for s in opened.shapes if s.id in selected]
    if not chosen or any(shapes.kind(s.kind).gesture != "edge" for s in chosen):
        return None
    values = {round(s.angle, 2) + 0.0 for s in chosen}
    return AngleView([s.id for s in chosen], values.pop() if len(values) == 1 else None)


def on(name: str, chosen: list[set[str]]) -> Literal["", "some", "all"]:
    """Return whether all, some or none of the selected shapes have a label."""
    have = sum(name in names for names in chosen)
    return "" if not have else "all" if have == len(chosen) else "some"


def said(shape: Shape, label: Label | None) -> str:
    """Return the attributes of a shape in a few words; those that its label declares come first."""
    names = [a.name for a in label.attributes] if label else []
    values = []
    for name in [*names, *(k for k in shape.attributes if k not in names)]:
        value = shape.attributes.get(name)
        if value is True:
            values.append(name)
        elif value not in (None, "", False) and value != []:
            values.append(", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value))
    return " · ".join(values)[:120]


def issue(issue: Issue, may: tuple[IssueState, ...]) -> IssueView:
    """Return an issue with its thread, and the states that the person may give it."""
    return IssueView(
        id=issue.issue_id, asset=issue.asset, campaign=issue.campaign, state=issue.state,
        author=issue.author, created=when(issue.created), may=may,
        place="shape" if issue.shape_id else "zone" if issue.zone else "image", shape=issue.shape_id,
        thread=[Comment(c.author, c.text, when(c.created)) for c in issue.comments],
    )  # fmt: skip


@overload
def when(time: datetime.datetime) -> str: ...
@overload
def when(time: None) -> None: ...
@overload
def when(time: datetime.datetime | None) -> str | None: ...
def when(time: datetime.datetime | None) -> str | None:
    """Return a time, which is UTC, as the browser reads it."""
    return None if time is None else time.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
