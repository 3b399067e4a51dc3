"""Everything that the browser may ask for, by name; the keys of the page; who hears what.

A handler does one thing and raises an error with a sentence if it is not possible. Rights are checked again in the
operations: what stands here decides only what is offered.
"""

from __future__ import annotations

from msgspec import Struct

from nbannotate.pages import (
    answers,
    bell,
    changes,
    drawing,
    finish,
    flow,
    going,
    hold,
    jobs,
    keep,
    metadata,
    orders,
    paper,
    sequence,
    tags,
    talk,
)
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
    PageKey("s", "status", "Submit as: go through the statuses of this step"),
    PageKey("w", "rework", "To rework, with the reason (in review)"),
    PageKey("x", "reject", "Reject this image (in review)"),
    PageKey("k", "skip", "Skip this image, with the reason"),
    PageKey("d", "discard", "Discard this image: it is of no use"),
    PageKey("PageDown", "next", "Next task, without submitting"),
    PageKey("PageUp", "previous", "Previous task"),
    PageKey("j", "job", "All images of this job"),
    PageKey("Home", "home", "My tasks"),
    PageKey("shift+PageDown", "next_slice", "Next slice; hold it to go through them", "Slices"),
    PageKey("shift+PageUp", "previous_slice", "Previous slice", "Slices"),
    PageKey("shift+p", "play", "Play, or stop", "Slices"),
    PageKey("shift+f", "copy_next", "Copy to the next slice (the selection, or all), and go there", "Slices"),
    PageKey("shift+g", "spread", "Put onto a range of slices", "Slices"),
    PageKey("shift+x", "exclude", "Exclude a range of slices", "Slices"),
    PageKey("shift+u", "unspread", "Take back what was put onto slices", "Slices"),
    PageKey("i", "issue", "Raise an issue (on the selected shape, or on the image)", "Issues and panels"),
    PageKey("z", "zone", "Raise an issue on a zone: drag it", "Issues and panels"),
    PageKey("t", "tags", "Go to the tags", "Issues and panels"),
    PageKey("a", "attributes", "Go to the attributes of the selected shape", "Issues and panels"),
    PageKey("shift+b", "changes", "What changed: before and after", "Issues and panels"),
    PageKey("shift+d", "dispute", "Next disagreement: then 1, 2 … takes an answer, 0 none", "Consensus"),
    PageKey("shift+o", "alone", "What one person answered, then the next one; then all over one another", "Consensus"),
    PageKey("shift+n", "notices", "Notices", "Issues and panels"),
    PageKey("q", "panel", "Go through the panels: shapes, issues, info, history", "Issues and panels"),
)


def close_banner(desk: Desk, message: Message) -> None:
    """Take a banner away."""
    desk.update(banner=None)


def retry(desk: Desk, message: Message) -> None:
    """Try again what did not answer: at least the screen that is shown."""
    desk.update(banner=None)
    if desk.state.screen == "job":
        jobs.refresh(desk, message)
    elif desk.state.screen != "task":
        flow.home(desk)
    elif desk.state.task is not None and not desk.state.task.pictured and desk.state.task.looking is None:
        flow.again(desk)  # its image could not be fetched


def clock(desk: Desk, message: Message) -> None:
    """Say what time it is to a page that begins; what it measured, the desk has heard already."""
    if message.name == "hello":
        desk.spent.say_time(message.sid)


def again(desk: Desk, message: Message) -> None:
    """Say all again: the connection was lost for a while."""
    desk.say_again()


ACTIONS: dict[str, Handler] = {
    "home": flow.home,
    "start": going.start,
    "open": flow.open_task,
    "open_issue": flow.open_issue,
    "view": flow.view,
    "reload": flow.reload,
    "step": flow.step_to,
    "job": jobs.open_job,
    "job_of_task": jobs.of_task,
    "order": orders.choose,
    "take": going.take,
    "submit_job": jobs.submit_job,
    "refresh": jobs.refresh,
    "submit": finish.submit,
    "status": finish.status,
    "rework": finish.rework,
    "reject": finish.reject,
    "skip": finish.skip,
    "discard": finish.discard,
    "beat": hold.beat,
    "retake": hold.retake,
    "notice": bell.follow,
    "notices_seen": bell.see,
    "paper": paper.turn,
    "issue": talk.create,
    "reply": talk.reply,
    "issue_state": talk.set_state,
    "issue_place": talk.show_place,
    "tag": tags.toggle,
    "tag_attribute": tags.attribute,
    "tag_lock": tags.lock,
    "metadata": metadata.change,
    "metadata_undo": metadata.undo,
    "slice": sequence.go,
    "frames": sequence.frames,
    "spread": sequence.spread,
    "copy_next": sequence.copy_next,
    "unspread": sequence.undo,
    "exclude": sequence.exclude,
    "changes": changes.toggle,
    "change_place": changes.go,
    "dispute": answers.go,
    "take_answer": answers.take,
    "alone": answers.alone,
    "history": talk.history,
    "look": talk.look,
    "back": talk.back,
    "close_banner": close_banner,
    "retry": retry,
    "clock": clock,
    "again": again,
    "replay": keep.replay,
    **{
        f.__name__: f
        for f in (
            drawing.tool, drawing.zone, drawing.label, drawing.select, drawing.delete, drawing.undo, drawing.redo,
            drawing.lock, drawing.hide, drawing.paste, drawing.fit, drawing.nothing, drawing.add_label,
            drawing.attribute, drawing.attributes, drawing.turn,
        )
    },
}  # fmt: skip
