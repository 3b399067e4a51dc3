"""What a person says of an image: tools, labels, tags, attributes, *nothing to label*."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace

from nbannotate.errors import Conflict, Refused
from nbannotate.model import Recipe
from nbannotate.pages.work import attribute_forms, flaws, navigation
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Body, Name, Names, Text
from nbannotate.texts import quoted, t, tn


class PickTool(Action, frozen=True, tag="tool"):
    """Pick a tool."""

    name: Name


class DrawZone(Action, frozen=True, tag="zone"):
    """Let the person drag a zone for an issue."""


class ChooseLabel(Action, frozen=True, tag="label"):
    """Label the selection, or what is drawn next; no name: without a label. ``only``: take the other labels away."""

    name: Name
    only: bool = False


class SelectShapes(Action, frozen=True, tag="select"):
    """Select shapes; ``look``: bring the last one into sight."""

    ids: Names
    look: bool = False


class DeleteShapes(Action, frozen=True, tag="delete"):
    """Delete shapes; none named: the selected ones."""

    ids: Names = ()


class LockShapes(Action, frozen=True, tag="lock"):
    """Lock shapes, or unlock them."""

    ids: Names
    on: bool


class HideShapes(Action, frozen=True, tag="hide"):
    """Hide shapes, or show them again."""

    ids: Names
    on: bool


class Paste(Action, frozen=True, tag="paste"):
    """Add what was copied."""


class Undo(Action, frozen=True, tag="undo"):
    """Take back the last change of the shapes."""


class Redo(Action, frozen=True, tag="redo"):
    """Do it again."""


class Fit(Action, frozen=True, tag="fit"):
    """Show the whole image."""


class SayNothing(Action, frozen=True, tag="nothing"):
    """Say that there is nothing to label, or take it back; ``sure``: shapes that are there are deleted."""

    sure: bool = False


class AddLabel(Action, frozen=True, tag="add_label"):
    """Add a label to the recipe of the campaign."""

    text: Text


class SetAttribute(Action, frozen=True, tag="attribute"):
    """Set an attribute of shapes; the text is its JSON, empty to take it away."""

    ids: Names
    name: Name
    text: Text = ""


class SetAttributes(Action, frozen=True, tag="attributes"):
    """Set all attributes of shapes, typed as JSON."""

    ids: Names
    body: Body


class TurnShapes(Action, frozen=True, tag="turn"):
    """Give rotated rectangles an angle in degrees."""

    ids: Names
    angle: Annotated[float, Meta(ge=-1e6, le=1e6)]


def tool(desk: Desk, action: PickTool) -> None:
    """Pick a tool."""
    desk.canvas.tool = action.name


def zone(desk: Desk, action: DrawZone) -> None:
    """Let the person drag a zone for an issue."""
    if not desk.store.open.pictured:
        raise Refused(t("There is no image to draw a zone on; raise an issue on the whole image."))
    desk.canvas.tool = "zone"
    desk.toast(t("Drag a zone; Esc stops."))


def label(desk: Desk, action: ChooseLabel) -> None:
    """Label the selection, or choose the label of what is drawn next; an empty name takes the labels away.

    What was just drawn with the current label is no selection of the person: the label is for what comes next.

    Where shapes may have several labels, one is added or taken away; ``only`` leaves this one.
    """
    if not desk.store.open.editable:
        return
    if desk.canvas.for_label:
        several = desk.canvas.several_labels and action.name and not action.only
        (desk.canvas.toggle_label if several else desk.canvas.set_label)(action.name)
    else:
        desk.canvas.label = "" if action.name == desk.canvas.label else action.name


def select(desk: Desk, action: SelectShapes) -> None:
    """Select shapes; ``look`` brings the last one that was named into sight."""
    desk.canvas.select(action.ids)
    if action.look and (shape := next((s for s in desk.canvas.shapes if s.id in action.ids[-1:]), None)):
        flaws.look_at(desk, shape)
    desk.store.draw(selected=desk.canvas.selected)


def delete(desk: Desk, action: DeleteShapes) -> None:
    """Delete shapes."""
    if desk.store.open.editable:
        desk.canvas.delete(action.ids or None)


def lock(desk: Desk, action: LockShapes) -> None:
    """Lock shapes, or with ``on`` false unlock them: a setting of the person who looks, not of the annotation."""
    desk.canvas.lock(action.ids, action.on)


def hide(desk: Desk, action: HideShapes) -> None:
    """Hide shapes, or with ``on`` false show them again."""
    desk.canvas.hide(action.ids, action.on)


def paste(desk: Desk, action: Paste) -> None:
    """Add what was copied."""
    if desk.store.open.editable:
        desk.canvas.paste()


def undo(desk: Desk, action: Undo) -> None:
    """Take back the last change of the shapes."""
    if desk.store.open.editable:
        desk.canvas.undo()


def redo(desk: Desk, action: Redo) -> None:
    """Do it again."""
    if desk.store.open.editable:
        desk.canvas.redo()


def fit(desk: Desk, action: Fit) -> None:
    """Show the whole image."""
    desk.canvas.fit()


def nothing(desk: Desk, action: SayNothing) -> None:
    """Say that there is nothing to label, or take it back.

    Where there are shapes it is asked first (the page sends ``sure`` the second time): they are deleted then, and undo
    brings them back.
    """
    opened = navigation.check_may(desk, "save")
    n = len(opened.annotation.shapes)
    if not n:
        return desk.tasks.annotate(replace(opened.annotation, nothing_to_label=not opened.annotation.nothing_to_label))
    if not action.sure:
        raise Refused(
            tn(
                n,
                "There is {n} shape on this image; delete what is wrong before you say that there is nothing to label.",
                "There are {n} shapes on this image; "
                "delete what is wrong before you say that there is nothing to label.",
            )
        )
    if desk.canvas.locked:
        raise Refused(t("Some of the shapes here are locked; Shift+L unlocks the selected ones."))
    desk.canvas.delete([s.id for s in desk.canvas.shapes])
    return desk.tasks.annotate(replace(desk.store.open.annotation, nothing_to_label=True))


def add_label(desk: Desk, action: AddLabel) -> None:
    """Add a label to the recipe of the campaign, and use it."""
    opened = navigation.check_may(desk, "save")
    name = " ".join(action.text.split())
    if not name:
        raise Refused(t("Say how the label is called."))
    try:
        recipe = desk.call("recipes.add_label", Recipe, campaign_id=opened.task.campaign_id, name=name)
    except Conflict as error:  # a label of that name, no other tab
        raise Refused(error.message) from error
    desk.store.update_task(opened.task.task_id, view=replace(desk.store.open.view, recipe=recipe))
    desk.canvas.labels = recipe.labels
    if desk.canvas.for_label:
        (desk.canvas.toggle_label if desk.canvas.several_labels else desk.canvas.set_label)(name)
    else:
        desk.canvas.label = name
    desk.toast(t("The label {name} is there now, for everybody in this campaign.", name=quoted(name)), "good")


def attribute(desk: Desk, action: SetAttribute) -> None:
    """Set an attribute of shapes, or take it away; it can be undone."""
    navigation.check_may(desk, "save")
    desk.canvas.set_attributes(attribute_forms.changed(desk.store.open, action.ids, action.name, action.text))


def attributes(desk: Desk, action: SetAttributes) -> None:
    """Set all attributes of shapes, typed as JSON; it can be undone."""
    navigation.check_may(desk, "save")
    desk.canvas.set_attributes(attribute_forms.typed(desk.store.open, action.ids, action.body))


def turn(desk: Desk, action: TurnShapes) -> None:
    """Give rotated rectangles an angle in degrees; it can be undone."""
    navigation.check_may(desk, "save")
    desk.canvas.turn(action.angle, action.ids)
