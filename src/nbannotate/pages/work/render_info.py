"""What is to know about the task: instructions, recipe, facts, metadata, history, changes, answers of others."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from nbannotate import shapes
from nbannotate.model import Attribute, HistoryItem, StepKind, TaskState
from nbannotate.pages.shared import markdown
from nbannotate.pages.work import adjudication, changes, metadata
from nbannotate.pages.work.render_task import when
from nbannotate.pages.work.state import OpenTask, State
from nbannotate.texts import Message, t, tn, word

#: The types of attributes in words.
TYPES = {
    "text": "text", "number": "number", "integer": word("whole number"), "boolean": word("yes or no"),
    "choice": word("one of"), "choices": word("any of"),
}  # fmt: skip

#: What becomes of shapes with flaws, where they are not kept.
FLAWS = {
    "refuse": t("Shapes with flaws cannot be submitted."),
    "repair": t("Shapes with flaws are repaired when they are submitted, or refused where that would be a guess."),
}


class Fact(Struct, frozen=True):
    """Something that is to know about the image."""

    name: str
    value: Message


class AttributeWords(Struct, frozen=True):
    """An attribute of the recipe in words."""

    name: str
    type: str
    choices: tuple[str, ...]
    required: bool


class LabelWords(Struct, frozen=True):
    """A label of the recipe in words."""

    name: str
    color: str
    kinds: list[str]
    attributes: list[AttributeWords]


class TagWords(Struct, frozen=True):
    """A tag of the recipe in words."""

    name: str
    attributes: list[AttributeWords]


class RecipeView(Struct, frozen=True):
    """The recipe in words."""

    labels: list[LabelWords]
    tags: list[TagWords]
    limits: list[Message]


class HistoryLine(Struct, frozen=True):
    """A line of the history; ``by``: the owner who acted for the member."""

    step: str
    kind: StepKind
    round: int
    state: TaskState | Literal["to_come"]
    member: str | None
    action: str
    at: str | None
    annotation: int | None
    shapes: int | None
    status: str
    note: str
    by: str


class InfoView(Struct, frozen=True):
    """What is to know about the task, and its history once it was read. Instructions and readme are clean HTML."""

    instructions: str
    readme: str
    facts: list[Fact]
    history: list[HistoryLine] | None
    recipe: RecipeView
    pdf: str
    changes: changes.ChangesView | None
    answers: adjudication.AnswersView | None
    metadata: metadata.MetadataView


class PaperView(Struct, frozen=True):
    """The page of the PDF that is shown, from 0; its image is a ``data:`` URL."""

    name: str
    pages: int
    page: int
    image: str
    width: int
    height: int
    error: Message


def info(state: State, opened: OpenTask) -> InfoView:
    """Return what is to know about the task, and its history once it was read."""
    view = opened.view
    return InfoView(
        instructions=markdown.html(view.instructions), readme=markdown.html(view.readme),
        facts=[Fact("Image", t("{width} × {height} pixels", width=view.width, height=view.height)),
               Fact("Dataset", Message(view.dataset))],
        history=None if opened.history is None else [line(i) for i in opened.history],
        recipe=recipe(opened), pdf=view.pdf.name if view.pdf else "",
        changes=changes.part(opened), answers=adjudication.part(opened), metadata=metadata.part(opened, state.member),
    )  # fmt: skip


def recipe(opened: OpenTask) -> RecipeView:
    """Return the recipe in words: labels with their kinds and attributes, tags, limits."""
    its = opened.view.recipe
    limits = []
    if its.max_shapes is not None:
        limits.append(tn(its.max_shapes, "At most {n} shape on an image.", "At most {n} shapes on an image."))
    if its.max_tags is not None:
        limits.append(tn(its.max_tags, "At most {n} tag on an image.", "At most {n} tags on an image."))
    if its.several_labels:
        limits.append(t("A shape may have several labels."))
    if its.min_size is not None:
        limits.append(t("A shape should measure {size} pixels at least.", size=f"{its.min_size:g}"))
    if its.flaws != "keep":
        limits.append(FLAWS[its.flaws])
    if its.open_labels:
        limits.append(t("You may add labels."))
    labels = [
        LabelWords(
            v.name,
            v.color or "",
            [shapes.kind(k).title.lower() if k in shapes.kinds() else k for k in v.kinds],
            attributes(v.attributes),
        )
        for v in its.labels
    ]
    return RecipeView(labels, [TagWords(v.name, attributes(v.attributes)) for v in its.tags], limits)


def attributes(declared: tuple[Attribute, ...]) -> list[AttributeWords]:
    """Return attributes in words."""
    return [AttributeWords(a.name, TYPES[a.type], a.choices, a.required) for a in declared]


def paper(opened: OpenTask) -> PaperView | None:
    """Return the page of the PDF that is shown, once somebody asked for it."""
    now = opened.paper
    if now is None:
        return None
    return PaperView(now.name, now.pages, now.page, now.image, now.width, now.height, now.error)


def line(item: HistoryItem) -> HistoryLine:
    """Return one line of the history."""
    return HistoryLine(
        step=item.step_name, kind=item.kind, round=item.round, state=item.state, member=item.member,
        action=item.action, at=when(item.created), annotation=item.annotation_id, shapes=item.shapes,
        status=item.status or "", note=item.note or "", by=item.acted_by or "",
    )  # fmt: skip
