"""Everything that the browser may ask for, and who does it; the keys of the page.

A handler does one thing and raises an error with a sentence if it is not possible. Rights are checked again in the
operations: what stands here decides only what is offered.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from nbannotate.pages.work import (
    adjudication,
    changes,
    completion,
    drawing,
    heartbeat,
    issues,
    jobs,
    metadata,
    navigation,
    next_task,
    notifications,
    offline_replay,
    pdf_pages,
    review_order,
    sequence,
    tags,
)
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.dispatcher import Handler
from nbannotate.pages.work.messages import Action, Draw, Probe, Report
from nbannotate.texts import word

PANELS = word("Issues and panels")


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
    PageKey("ctrl+Enter", "submit", word("Submit; in review: accept")),
    PageKey("n", "nothing", word("Nothing to label: yes or no")),
    PageKey("s", "status", word("Submit as: go through the statuses of this step")),
    PageKey("w", "rework", word("To rework, with the reason (in review)")),
    PageKey("x", "reject", word("Reject this image (in review)")),
    PageKey("k", "skip", word("Skip this image, with the reason")),
    PageKey("d", "discard", word("Discard this image: it is of no use")),
    PageKey("PageDown", "next", word("Next task, without submitting")),
    PageKey("PageUp", "previous", word("Previous task")),
    PageKey("j", "job", word("All images of this job")),
    PageKey("Home", "home", word("My tasks")),
    PageKey("shift+PageDown", "next_slice", word("Next slice; hold it to go through them"), "Slices"),
    PageKey("shift+PageUp", "previous_slice", word("Previous slice"), "Slices"),
    PageKey("shift+p", "play", word("Play, or stop"), "Slices"),
    PageKey("shift+f", "copy_next", word("Copy to the next slice (the selection, or all), and go there"), "Slices"),
    PageKey("shift+g", "spread", word("Put onto a range of slices"), "Slices"),
    PageKey("shift+x", "exclude", word("Exclude a range of slices"), "Slices"),
    PageKey("shift+u", "unspread", word("Take back what was put onto slices"), "Slices"),
    PageKey("i", "issue", word("Raise an issue (on the selected shape, or on the image)"), PANELS),
    PageKey("z", "zone", word("Raise an issue on a zone: drag it"), PANELS),
    PageKey("t", "tags", word("Go to the tags"), PANELS),
    PageKey("a", "attributes", word("Go to the attributes of the selected shape"), PANELS),
    PageKey("shift+b", "changes", word("What changed: before and after"), PANELS),
    PageKey("shift+d", "dispute", word("Next disagreement: then 1, 2 … takes an answer, 0 none"), "Consensus"),
    PageKey(
        "shift+o", "alone", word("What one person answered, then the next one; then all over one another"), "Consensus"
    ),
    PageKey("shift+n", "notices", "Notices", PANELS),
    PageKey("q", "panel", word("Go through the panels: shapes, issues, info, history"), PANELS),
)


class CloseBanner(Action, frozen=True, tag="close_banner"):
    """Take the banner away."""


class Retry(Action, frozen=True, tag="retry"):
    """Try again what did not answer."""


class Clock(Action, frozen=True, tag="clock"):
    """Report time, which goes along with any action; ``kept``: reports of pages that are gone.

    A page that begins asks what time it is (``ask``).
    """

    ask: bool = False
    kept: Annotated[tuple[Report, ...], Meta(max_length=1000)] = ()


class Again(Action, frozen=True, tag="again"):
    """The connection was lost for a while: say all again."""


def close_banner(desk: Desk, action: CloseBanner) -> None:
    """Take a banner away."""
    desk.store.update(banner=None)


def retry(desk: Desk, action: Retry) -> None:
    """Try again what did not answer: at least the screen that is shown."""
    desk.store.update(banner=None)
    if desk.store.state.screen == "job":
        jobs.refresh(desk)
    elif desk.store.state.screen != "task":
        navigation.home(desk)
    elif (task := desk.store.state.task) is not None and not task.pictured and task.looking is None:
        navigation.again(desk)  # its image could not be fetched


def clock(desk: Desk, action: Clock) -> None:
    """Say what time it is to a page that asks; what it measured, the desk has heard already."""
    desk.spent.adopt(action.kept)
    if action.ask:
        desk.spent.say_time(action.sid)


def again(desk: Desk, action: Again) -> None:
    """Say all again: the connection was lost for a while."""
    desk.dispatcher.say_again()


def at_once(desk: Desk, action: Probe | Draw) -> None:
    """Do nothing: the desk answers these before its worker gets to them."""


#: What is done for each action.
ACTIONS: dict[type[Action], Handler] = {
    navigation.Home: navigation.home,
    navigation.Open: navigation.open_task,
    navigation.OpenIssue: navigation.open_issue,
    navigation.View: navigation.view,
    navigation.Reload: navigation.reload,
    navigation.Step: navigation.step_to,
    next_task.Start: next_task.start,
    next_task.Take: next_task.take,
    jobs.ShowJob: jobs.open_job,
    jobs.ShowJobOfTask: jobs.of_task,
    jobs.SubmitJob: jobs.submit_job,
    jobs.Refresh: jobs.refresh,
    review_order.Order: review_order.choose,
    completion.Submit: completion.submit,
    completion.ChooseStatus: completion.status,
    completion.Rework: completion.rework,
    completion.Reject: completion.reject,
    completion.Skip: completion.skip,
    completion.Discard: completion.discard,
    heartbeat.Beat: heartbeat.beat,
    heartbeat.Retake: heartbeat.retake,
    notifications.FollowNotice: notifications.follow,
    notifications.SeeNotices: notifications.see,
    pdf_pages.TurnPaper: pdf_pages.turn,
    issues.RaiseIssue: issues.create,
    issues.Reply: issues.reply,
    issues.SetIssueState: issues.set_state,
    issues.ShowIssuePlace: issues.show_place,
    issues.ReadHistory: issues.history,
    issues.Look: issues.look,
    issues.Back: issues.back,
    tags.ToggleTag: tags.toggle,
    tags.SetTagAttribute: tags.attribute,
    tags.LockTag: tags.lock,
    metadata.SetMetadata: metadata.change,
    metadata.SetAllMetadata: metadata.change_all,
    metadata.UndoMetadata: metadata.undo,
    sequence.GoToSlice: sequence.go,
    sequence.WantFrames: sequence.frames,
    sequence.SpreadSlice: sequence.spread,
    sequence.CopyNext: sequence.copy_next,
    sequence.UndoSpread: sequence.undo,
    sequence.ExcludeSlices: sequence.exclude,
    changes.CompareChanges: changes.toggle,
    changes.ShowChange: changes.go,
    adjudication.GoToDispute: adjudication.go,
    adjudication.TakeAnswer: adjudication.take,
    adjudication.ShowAlone: adjudication.alone,
    drawing.PickTool: drawing.tool,
    drawing.DrawZone: drawing.zone,
    drawing.ChooseLabel: drawing.label,
    drawing.SelectShapes: drawing.select,
    drawing.DeleteShapes: drawing.delete,
    drawing.Undo: drawing.undo,
    drawing.Redo: drawing.redo,
    drawing.LockShapes: drawing.lock,
    drawing.HideShapes: drawing.hide,
    drawing.Paste: drawing.paste,
    drawing.Fit: drawing.fit,
    drawing.SayNothing: drawing.nothing,
    drawing.AddLabel: drawing.add_label,
    drawing.SetAttribute: drawing.attribute,
    drawing.SetAttributes: drawing.attributes,
    drawing.TurnShapes: drawing.turn,
    offline_replay.Replay: offline_replay.replay,
    CloseBanner: close_banner,
    Retry: retry,
    Clock: clock,
    Again: again,
    Probe: at_once,
    Draw: at_once,
}
