"""What a person says of an image: tools, labels, tags, attributes, *nothing to label*."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.errors import Conflict, InvalidInput, Refused
from nbannotate.model import Recipe
from nbannotate.pages import fields, flow
from nbannotate.pages.desk import Desk
from nbannotate.pages.wire import Message


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
    """Label the selection, or choose the label of what is drawn next."""
    if not desk.open.editable:
        return
    if desk.canvas.selected:
        desk.canvas.set_label(message.name)
    else:
        desk.canvas.label = "" if message.name == desk.canvas.label else message.name


def select(desk: Desk, message: Message) -> None:
    """Select shapes."""
    desk.canvas.select(message.ids)
    desk.draw(selected=desk.canvas.selected)


def delete(desk: Desk, message: Message) -> None:
    """Delete shapes."""
    if desk.open.editable:
        desk.canvas.delete(message.ids or None)


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


def tag(desk: Desk, message: Message) -> None:
    """Give the asset a tag, or take it away."""
    opened = flow.check_may(desk, "save")
    if message.name not in opened.view.recipe.tag_names:
        raise InvalidInput(f"There is no tag {message.name!r}.")
    now = set(opened.annotation.tags) ^ {message.name}
    desk.annotate(replace(opened.annotation, tags=tuple(t for t in opened.view.recipe.tag_names if t in now)))


def nothing(desk: Desk, message: Message) -> None:
    """Say that there is nothing to label, or take it back."""
    opened = flow.check_may(desk, "save")
    if opened.annotation.shapes:
        n = len(opened.annotation.shapes)
        raise Refused(f"There {'is 1 shape' if n == 1 else f'are {n} shapes'} on this image; "
                      "delete what is wrong before you say that there is nothing to label.")  # fmt: skip
    desk.annotate(replace(opened.annotation, nothing_to_label=not opened.annotation.nothing_to_label))


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
    if desk.canvas.selected:
        desk.canvas.set_label(name)
    else:
        desk.canvas.label = name
    desk.toast(f"The label {name!r} is there now, for everybody in this campaign.", "good")


def attribute(desk: Desk, message: Message) -> None:
    """Set an attribute of shapes, or take it away; it can be undone."""
    flow.check_may(desk, "save")
    desk.canvas.set_shapes(fields.changed(desk.open, message))
