"""What people may do, said a second time and independently of the program, from the raw rows."""

from __future__ import annotations

from typing import Any

from nbannotate.model import Annotation

from .any_sequence_recount import is_open, now, visits
from .any_sequence_rig import ROLES, World

Row = dict[str, Any]
REVIEWERS = ("reviewer", "manager", "owner")


class Oracle:
    """Answers what a person may do in a world whose rows are these."""

    def __init__(self, world: World, rows: dict[str, list[Row]], who: str) -> None:
        self.world, self.rows, self.me = world, rows, world.ids[who]
        self.manages = ROLES[who] == "manager"
        self.steps = world.spec.workflow.steps
        self.tasks = {t["task_id"]: t for t in rows["tasks"] + rows["gold"]}
        self.visits = visits(rows["tasks"])
        self.active = {m["member_id"] for m in rows["members"] if m["active"]}
        self.logged_in = self.me in self.active

    def paused(self, step: int) -> bool:
        """Return whether the person gets nothing at a step for now, whose gold answers were not good enough."""
        falls = [f for f in self.rows["gold_falls"] if f["member_id"] == self.me and f["ended"] is None]
        return step == 0 and any(f["action"] == "pause" for f in falls)

    def workers(self, step: int) -> set[int]:
        """Return who can be given a task at a step."""
        return {m["member_id"] for m in self.rows["step_members"] if m["step"] == step} & self.active

    def lost(self, task: Row, member: int | None = None) -> bool:
        """Return whether somebody had the task and lost it."""
        who = self.me if member is None else member
        return any((row["task_id"], row["member_id"]) == (task["task_id"], who) for row in self.rows["lapses"])

    def sees(self, task: Row) -> bool:
        """Return whether the person may look at a task: manages, or has or had one of the asset."""
        mine = any(t["assignee_id"] == self.me or self.lost(t) for t in self.visits[task["asset_id"]])
        return self.logged_in and (self.manages or mine)

    def may_take_again(self, task: Row) -> bool:
        """Return whether a task that the person lost is free, and comes back by going on with it."""
        free = is_open(task) and task["assignee_id"] is None
        able = self.me in self.workers(task["step"]) and not self.paused(task["step"])
        return free and self.lost(task) and able

    def holds(self, task: Row) -> bool:
        """Return whether the person may change the task."""
        return is_open(task) and (task["assignee_id"] == self.me or self.may_take_again(task))

    def revision(self, task: Row) -> int:
        """Return the number of the person's draft."""
        place = (task["task_id"], self.me)
        return next((d["revision"] for d in self.rows["member_drafts"] if (d["task_id"], d["member_id"]) == place), 0)

    def saves(self, task: Row, revision: int) -> bool | None:
        """Return whether a save is taken; None if it is kept, but the task is not the person's any more."""
        if not self.sees(task) or revision != self.revision(task):
            return False
        if self.holds(task):
            return None if self.paused(task["step"]) else True
        return None if task["assignee_id"] != self.me and self.lost(task) else False

    def issues(self, task: Row) -> list[Row]:
        """Return the issues of a task's asset; of gold, those that were raised on that very task."""
        if task["gold"] is not None:
            return [i for i in self.rows["gold_issues"] if i["task_id"] == task["task_id"]]
        return [i for i in self.rows["issues"] if i["asset_id"] == task["asset_id"]]

    def ends(self, action: str, task: Row, revision: int, status: str | None, annotation: Annotation | None) -> bool:
        """Return whether an action may end the task."""
        if not self.sees(task) or not self.holds(task) or revision != self.revision(task):
            return False
        if self.paused(task["step"]):
            return False
        step = self.steps[task["step"]]
        states = [i["state"] for i in self.issues(task)]
        if action in ("rework", "reject") and step.kind != "review":
            return False
        if action == "rework" and not any(s.kind == "annotation" for s in self.steps[: task["step"]]):
            return False
        if action in ("rework", "skip"):
            return "open" in states
        if action == "submit":
            assert annotation is not None
            fits = status is None or status in step.statuses
            return bool(annotation.shapes) and fits and self.accepts(task)
        return True

    def accepts(self, task: Row) -> bool:
        """Return whether the issues of an asset let it go on."""
        last, review = task["step"] == len(self.steps) - 1, self.steps[task["step"]].kind == "review"
        states = {i["state"] for i in self.issues(task)} - {"resolved"}
        if review:
            return "open" not in states
        return not last or not states or self.judge(task) is not None

    def judge(self, task: Row) -> int | None:
        """Return whom an asset is put before that is submitted with issues where nobody reviews; None: it is not."""
        if task["step"] < len(self.steps) - 1 or self.steps[-1].kind == "review" or self.manages:
            return None
        authors = [i["author_id"] for i in self.issues(task) if i["state"] != "resolved"]
        others = [a for a in authors if a != self.me]
        managers = sorted(m["member_id"] for m in self.rows["members"] if m["role"] in ("owner", "manager"))
        return next((m for m in [*others, *managers] if m in self.active), None) if others else None

    def pulls(self, step: int) -> bool | None:
        """Return whether the queue of a step gives the person a task; None if it may not be asked now."""
        if not self.logged_in or self.me not in self.workers(step) or self.paused(step):
            return None
        here = [t for t in self.rows["tasks"] if t["step"] == step and is_open(t)]
        free = [t for t in here if t["assignee_id"] is None or self.run_out(t)]
        due = self.world.spec.due
        if due is not None and due < now().date() and free:
            return None
        return any(t["assignee_id"] != self.me for t in free)

    def run_out(self, task: Row) -> bool:
        """Return whether the lease of a task has run out."""
        return task["leased_until"] is not None and task["leased_until"] < now()

    def reviews(self) -> bool:
        """Return whether the person reviews in the campaign."""
        return any(s.kind == "review" and self.me in self.workers(i) for i, s in enumerate(self.steps))

    def may_bring_back(self, current: Row) -> bool:
        """Return whether an issue of the person may stand on an asset that is where it is now."""
        return is_open(current) or (current["state"] == "done" and (self.manages or self.reviews()))

    def raises(self, task: Row, text: str) -> bool:
        """Return whether the person may raise an issue."""
        return self.sees(task) and bool(text) and self.may_bring_back(self.visits[task["asset_id"]][-1])

    def decides(self, issue: Row, state: str) -> bool:
        """Return whether the person may bring an issue into a state."""
        current = self.visits[issue["asset_id"]][-1]
        if not self.sees(self.tasks[issue["task_id"]]):
            return False
        has = is_open(current) and current["assignee_id"] == self.me
        decides = issue["author_id"] == self.me or self.manages or (
            has and self.steps[current["step"]].kind == "review"
        )  # fmt: skip
        if not decides and not (has and state == "for_review"):
            return False
        return state == "resolved" or self.may_bring_back(current)

    def judges(self, step: int, member: str) -> bool:
        """Return whether the person may restart or complete somebody's job."""
        if not self.logged_in:
            return False
        return self.manages or (
            ROLES[self.world.logins[self.me]] in REVIEWERS and self.reviews() and self.world.ids[member] != self.me
        )

    def rejected(self, step: int, member: str, outcomes: set[str]) -> list[Row]:
        """Return the current tasks of a job's assets that left the workflow in one of these ways."""
        found = []
        for tasks in self.visits.values():
            there = [t for t in tasks if t["step"] == step and t["assignee_id"] is not None]
            mine = there and there[-1]["assignee_id"] == self.world.ids[member]
            if mine and tasks[-1]["state"] == "skipped" and tasks[-1]["outcome"] in outcomes:
                found.append(tasks[-1])
        return found
