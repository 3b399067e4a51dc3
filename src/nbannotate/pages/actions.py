"""Everything that the browser may ask for, by name; the keys of the page; who hears what.

A handler does one thing and raises an error with a sentence if it is not possible. Rights are checked again in the
operations: what stands here decides only what is offered.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import InvalidInput, Refused
from nbannotate.pages import flow, talk
from nbannotate.pages.desk import Desk, Handler
from nbannotate.pages.wire import Message


class PageKey(Struct, frozen=True):
    """A key of the task pane.

    Parameters
    ----------
    key
        As the canvas writes keys.
    action
        What the browser does: sends this action, or opens its dialog.
    title, group
        As shown in the key map.
    """

    key: str
    action: str
    title: str
    group: str = "Task"


KEYS = (
    PageKey("ctrl+Enter", "submit", "Submit; in review: accept"),
    PageKey("n", "nothing", "Nothing to label: yes or no"),
    PageKey("w", "rework", "To rework, with the reason (in review)"),
    PageKey("k", "skip", "Skip this image, with the reason"),
    PageKey("PageDown", "next", "Next task, without submitting"),
    PageKey("PageUp", "previous", "Previous task"),
    PageKey("Home", "home", "My tasks"),
    PageKey("i", "issue", "Raise an issue (on the selected shape, or on the image)", "Issues and panels"),
    PageKey("z", "zone", "Raise an issue on a zone: drag it", "Issues and panels"),
    PageKey("t", "tags", "Go to the tags", "Issues and panels"),
    PageKey("q", "panel", "Go through the panels: shapes, issues, info, history", "Issues and panels"),
)


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
    if message.name not in opened.view.recipe.tags:
        raise InvalidInput(f"There is no tag {message.name!r}.")
    now = set(opened.annotation.tags) ^ {message.name}
    desk.annotate(replace(opened.annotation, tags=tuple(t for t in opened.view.recipe.tags if t in now)))


def nothing(desk: Desk, message: Message) -> None:
    """Say that there is nothing to label, or take it back."""
    opened = flow.check_may(desk, "save")
    if opened.annotation.shapes:
        n = len(opened.annotation.shapes)
        raise Refused(f"There {'is 1 shape' if n == 1 else f'are {n} shapes'} on this image; "
                      "delete what is wrong before you say that there is nothing to label.")  # fmt: skip
    desk.annotate(replace(opened.annotation, nothing_to_label=not opened.annotation.nothing_to_label))


def close_notice(desk: Desk, message: Message) -> None:
    """Take a banner away."""
    desk.update(notice=None)


def retry(desk: Desk, message: Message) -> None:
    """Try again what did not answer: at least the screen that is shown."""
    desk.update(notice=None)
    if desk.state.screen != "task":
        flow.home(desk)


def clock(desk: Desk, message: Message) -> None:
    """Hear how long somebody worked; the desk counted it already."""


ACTIONS: dict[str, Handler] = {
    "home": flow.home,
    "start": flow.start,
    "open": flow.open_task,
    "open_issue": flow.open_issue,
    "reload": flow.reload,
    "step": flow.step_to,
    "submit": flow.submit,
    "rework": flow.rework,
    "skip": flow.skip,
    "issue": talk.create,
    "reply": talk.reply,
    "issue_state": talk.set_state,
    "issue_place": talk.show_place,
    "history": talk.history,
    "look": talk.look,
    "back": talk.back,
    **{
        f.__name__: f
        for f in (tool, zone, label, select, delete, undo, redo, fit, tag, nothing, close_notice, retry, clock)
    },
}
