"""What was wrong in an answer to an image whose answer is known: the known one, compared with what was answered."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.model import Annotation, Before, Judged, TaskView, new_shape_id
from nbannotate.pages.work import changes, events, issues, navigation
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.state import Compared
from nbannotate.texts import t


def show(desk: Desk, task_id: int) -> None:
    """Open a task of mine whose answer is known, with what differs from it on the image and as a list."""
    judged = desk.call("gold.look", Judged, task_id=task_id)
    view = desk.call("tasks.open", TaskView, task_id=task_id)
    reason = t("The answer of this image is known: yours stands beside it, to compare.")
    navigation.adopt(desk, replace(view, reason=reason))
    closed = view.task.closed or view.task.created
    before = Before(0, differing(judged), "known", "", closed)
    desk.store.update_task(task_id, compared=Compared(before, t("the known answer")), comparing=True)
    changes.paint(desk)
    issues.history(desk)
    desk.tell(events.PanelOpened("history"))


def differing(judged: Judged) -> Annotation:
    """Return the known answer as it is compared: what is right in both stands there as it was answered."""
    right = [shape for place, shape in enumerate(judged.given.shapes) if place not in judged.extra]
    missed = [replace(judged.known.shapes[place], id=new_shape_id()) for place in judged.missed]
    return replace(judged.known, shapes=(*right, *missed))
