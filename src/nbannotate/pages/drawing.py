"""What a person says of an image: tools, labels, tags, attributes, *nothing to label*."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.errors import Conflict, InvalidInput, Refused
from nbannotate.model import Recipe
from nbannotate.pages import fields, flaws, flow
from nbannotate.pages.desk import Desk
from nbannotate.pages.wire import Message
from nbannotate.texts import t, tn


def tool(desk: Desk, message: Message) -> None:
    """Pick a tool."""
    desk.canvas.tool = message.name


def zone(desk: Desk, message: Message) -> None:
    """Let the person drag a zone for an issue."""
    if not desk.open.pictured:
        raise Refused("There is no image to draw a zone on; raise an issue on the whole image.")
    desk.canvas.tool = "zone"
    desk.toast("Drag a zone; Esc stops.")


def label(desk: Desk, message: Message) -> None:
    """Label the selection, or choose the label of what is drawn next; an empty name takes the labels away.

    What was just drawn with the current label is no selection of the person: the label is for what comes next.

    Where shapes may have several labels, one is added or taken away; ``on`` leaves this one only.
    """
    if not desk.open.editable:
        return
    if desk.canvas.for_label:
        several = desk.canvas.several_labels and message.name and not message.on
        (desk.canvas.toggle_label if several else desk.canvas.set_label)(message.name)
    else:
        desk.canvas.label = "" if message.name == desk.canvas.label else message.name


def select(desk: Desk, message: Message) -> None:
    """Select shapes; ``on`` brings the last one that was named into sight."""
    desk.canvas.select(message.ids)
    if message.on and (shape := next((s for s in desk.canvas.shapes if s.id in message.ids[-1:]), None)):
        flaws.look_at(desk, shape)
    desk.draw(selected=desk.canvas.selected)


def delete(desk: Desk, message: Message) -> None:
    """Delete shapes."""
    if desk.open.editable:
        desk.canvas.delete(message.ids or None)


def lock(desk: Desk, message: Message) -> None:
    """Lock shapes, or with ``on`` false unlock them: a setting of the person who looks, not of the annotation."""
    desk.canvas.lock(message.ids, bool(message.on))


def hide(desk: Desk, message: Message) -> None:
    """Hide shapes, or with ``on`` false show them again."""
    desk.canvas.hide(message.ids, bool(message.on))


def paste(desk: Desk, message: Message) -> None:
    """Add what was copied."""
    if desk.open.editable:
        desk.canvas.paste()


def undo(desk: Desk, message: Message) -> None:
    """Take back the last change of the shapes."""
    if desk.open.editable:
        desk.canvas.undo()


def redo(desk: Desk, message: Message) -> None:
    """Do it again."""
    if desk.open.editable:
        desk.canvas.redo()


def fit(desk: Desk, message: Message) -> None:
    """Show the whole image."""
    desk.canvas.fit()


def nothing(desk: Desk, message: Message) -> None:
    """Say that there is nothing to label, or take it back.

    Where there are shapes it is asked first (the page sends ``on`` the second time): they are deleted then, and undo
    brings them back.
    """
    opened = flow.check_may(desk, "save")
    n = len(opened.annotation.shapes)
    if not n:
        return desk.annotate(replace(opened.annotation, nothing_to_label=not opened.annotation.nothing_to_label))
    if not message.on:
        raise Refused(
            tn(
                n,
                "There is {n} shape on this image; delete what is wrong before you say that there is nothing to label.",
                "There are {n} shapes on this image; "
                "delete what is wrong before you say that there is nothing to label.",
            )
        )
    if desk.canvas.locked:
        raise Refused("Some of the shapes here are locked; Shift+L unlocks the selected ones.")
    desk.canvas.delete([s.id for s in desk.canvas.shapes])
    return desk.annotate(replace(desk.open.annotation, nothing_to_label=True))


def add_label(desk: Desk, message: Message) -> None:
    """Add a label to the recipe of the campaign, and use it."""
    opened = flow.check_may(desk, "save")
    name = " ".join(message.text.split())
    if not name:
        raise Refused("Say how the label is called.")
    try:
        recipe = desk.call("recipes.add_label", Recipe, campaign_id=opened.task.campaign_id, name=name)
    except Conflict as error:  # a label of that name, no other tab
        raise Refused(str(error)) from error
    desk.update_task(opened.task.task_id, view=replace(desk.open.view, recipe=recipe))
    desk.canvas.labels = recipe.labels
    if desk.canvas.for_label:
        (desk.canvas.toggle_label if desk.canvas.several_labels else desk.canvas.set_label)(name)
    else:
        desk.canvas.label = name
    desk.toast(f"The label {name!r} is there now, for everybody in this campaign.", "good")


def attribute(desk: Desk, message: Message) -> None:
    """Set an attribute of shapes, or take it away; it can be undone."""
    flow.check_may(desk, "save")
    desk.canvas.set_attributes(fields.changed(desk.open, message))


def attributes(desk: Desk, message: Message) -> None:
    """Set all attributes of shapes, typed as JSON; it can be undone."""
    flow.check_may(desk, "save")
    desk.canvas.set_attributes(fields.typed(desk.open, message))


def turn(desk: Desk, message: Message) -> None:
    """Give rotated rectangles an angle in degrees; it can be undone."""
    flow.check_may(desk, "save")
    try:
        angle = float(message.text)
    except ValueError:
        raise InvalidInput(t("The angle is a number of degrees, from -360 to 360.")) from None
    desk.canvas.turn(angle, message.ids)
