"""What a person can do on the page, a program can do: found by looking at both, also what comes tomorrow."""

from pathlib import Path

from nbannotate import workspace
from nbannotate.pages.work.actions import ACTIONS
from nbannotate.pages.work.messages import name_of
from nbannotate.rules.rights import ALLOWED
from nbannotate.workspace.notices import Notices
from nbannotate.workspace.person import OpenTask, Work

#: What each action of the page is in a program. Those of the page only are about what it shows; what is drawn on the
#: canvas is a value in a program.
PROGRAM = {
    **dict.fromkeys(("home", "refresh"), "Work.jobs"), "start": "Work.next",
    **dict.fromkeys(("open", "view", "reload", "retake"), "Work.open"), "step": "Work.tasks", "job": "Work.tasks",
    "job_of_task": "Work.tasks", "order": "Work.ranked", "take": "Work.take", "submit_job": "Work.submit_job",
    "open_issue": "Work.issues", "unspread": "Work.undo",
    **{name: f"OpenTask.{name}" for name in (
        "submit", "rework", "reject", "skip", "discard", "reply", "spread", "exclude", "history", "add_label",
    )},
    "status": "OpenTask.submit", "beat": "OpenTask.hold", "paper": "OpenTask.pdf", "issue": "OpenTask.raise_issue",
    "issue_state": "OpenTask.resolve", "metadata": "OpenTask.set_metadata", "metadata_undo": "OpenTask.set_metadata",
    "metadata_json": "OpenTask.set_metadata",
    "slice": "OpenTask.open_slice", "frames": "OpenTask.slices", "copy_next": "OpenTask.spread",
    "changes": "OpenTask.before", "alone": "OpenTask.answers", "look": "OpenTask.revision", "replay": "OpenTask.save",
    "notice": "Notices.df", "notices_seen": "Notices.see",
}  # fmt: skip
PAGE_ONLY = {"dispute", "issue_place", "change_place", "back", "close_banner", "retry", "clock", "again", "tool",
             "zone", "select", "lock", "hide", "fit", "probe", "draw"}  # fmt: skip
VALUES = {"take_answer", "label", "turn", "delete", "undo", "redo", "paste", "nothing", "attribute", "attributes",
          "tag", "tag_attribute", "tag_lock"}  # fmt: skip


def test_what_a_person_can_do_on_the_page_a_program_can_do():
    assert set(map(name_of, ACTIONS)) == set(PROGRAM) | PAGE_ONLY | VALUES, "say here what the action is in a program"
    kinds = {"Work": Work, "OpenTask": OpenTask, "Notices": Notices}
    for name in PROGRAM.values():
        owner, _, method = name.partition(".")
        assert hasattr(kinds[owner], method), name


#: Operations of daily work that no handle calls, with the reason.
NOT_CALLED = {
    "tasks.submit_and_next": "the same as two calls, for a page that waits",
    "tasks.peek": "for the image that a page has ready",
    "tasks.save_changes": "how a page sends a draft; a program sends all of it",
    "tasks.report": "what a page measured; a program says seconds",
    "assets.large": "asked by the client for an image",
    "assets.locate": "asked by the client for an image",
    "annotations.drafts": "for a page that shows many",
}


def test_every_operation_of_daily_work_has_its_method():
    source = "".join(p.read_text("utf-8") for p in Path(workspace.__file__).parent.glob("*.py"))
    daily = {
        name for name, roles in ALLOWED.items()
        if "reviewer" in roles and name.partition(".")[0] not in ("sessions", "members", "workspace", "campaigns")
    }  # fmt: skip
    called = {name for name in daily if f'"{name}"' in source}
    called |= {f"tasks.{action}" for action in ("save", "submit", "rework", "reject", "skip", "discard")}
    assert daily - called == set(NOT_CALLED)
