"""What people do at random with tasks and issues."""

import json

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from nbannotate.model import Annotation, Closed, Issue, JobSubmitted, Lease, Saved, TaskView

from .any_sequence_ground import Ground, anybody, mostly, number, somebody
from .any_sequence_recount import is_open, visits
from .any_sequence_rig import EXPERT, PEOPLE


class Working(Ground):
    """People take, draw, save, end tasks, and talk about them."""

    @rule(who=anybody, step=st.integers(0, 4), pull=st.booleans(), fitting=mostly)
    def take(self, who, step, pull, fitting):
        step = min(step, len(self.steps())) if not fitting else step % len(self.steps())
        if fitting and step < len(self.steps()):
            who = self.steps()[step].assignees[PEOPLE.index(who) % len(self.steps()[step].assignees)]
        oracle = self.oracle(who)
        held = [t for t in oracle.tasks.values() if t["step"] == step and is_open(t) and t["assignee_id"] == oracle.me]
        gives = oracle.pulls(step)
        if not pull and held and oracle.logged_in and not oracle.paused(step):
            gives = True
        view, error = self.do(
            who, "tasks.pull" if pull else "tasks.next", TaskView | None, allowed=gives is not None,
            campaign_id=self.world.campaign_id, step=step,
        )  # fmt: skip
        if error is None:
            assert (view is not None) == gives
        if view is not None:
            self.check_view(view, who)
            waiting = [t for t in held if t["state"] == "to_rework"] or held
            if not pull and held:
                assert view.task.task_id in {t["task_id"] for t in waiting}
            else:
                assert view.task.task_id not in {t["task_id"] for t in held}

    @rule(who=somebody, n=number, current=mostly)
    def open(self, who, n, current):
        task, who = self.task(n, who, current)
        view, error = self.do(who, "tasks.open", TaskView, allowed=self.oracle(who).sees(task), task_id=task["task_id"])
        if error is None:
            self.check_view(view, who)

    def check_view(self, view, who):
        """Who may change a task has it; the page goes on from the person's own draft."""
        oracle = self.oracle(who)
        task = oracle.tasks[view.task.task_id]
        mine = is_open(task) and task["assignee_id"] == oracle.me
        assert view.editable == bool(view.actions) == (mine and not oracle.paused(task["step"]))
        assert view.task.assignee == self.world.logins.get(task["assignee_id"])
        assert view.revision == oracle.revision(task)
        kept = self.drafts.get((task["task_id"], who))
        if kept and is_open(task):
            assert view.annotation.shapes[0].id == kept

    @rule(who=somebody, n=number, current=mostly, fresh=mostly, drawn=mostly)
    def save(self, who, n, current, fresh, drawn):
        task, who = self.task(n, who, current)
        oracle = self.oracle(who)
        revision = oracle.revision(task) + (0 if fresh else 1 - n % 3)
        may = oracle.saves(task, revision)
        drawing = self.world.drawing() if drawn else Annotation()
        saved, error = self.do(
            who, "tasks.save", Saved, allowed=may is not False,
            task_id=task["task_id"], annotation=drawing, revision=revision,
        )  # fmt: skip
        if error is None:
            assert saved.held == (may is True)
            assert saved.held or saved.text
            assert saved.revision == self.oracle(who).revision(task) == revision + 1
            self.drafts[task["task_id"], who] = drawing.shapes[0].id if drawing.shapes else None

    @rule(who=somebody, n=number)
    def heartbeat(self, who, n):
        task, who = self.task(n, who)
        oracle = self.oracle(who)
        lease, error = self.do(
            who, "tasks.heartbeat", Lease, allowed=oracle.sees(task), idle=True, task_id=task["task_id"], seconds=n % 2
        )  # fmt: skip
        if error is None:
            assert lease.held == (oracle.holds(task) and not oracle.paused(task["step"]))

    def end_task(self, who, action, n, fresh, status=None, drawn=True, current=True):
        """End a task, allowed or not, and check where its asset went."""
        task, who = self.task(n, who, current)
        oracle = self.oracle(who)
        revision = oracle.revision(task) + (0 if fresh else 1)
        more = {"reason": "black" if drawn else " "} if action == "discard" else {}
        if action == "submit":
            more = {"annotation": self.world.drawing() if drawn else Annotation(), "status": status}
        may = oracle.ends(action, task, revision, status, more.get("annotation"))
        may = may and (action != "discard" or drawn)
        kept = next(
            (d for d in self.rows["member_drafts"] if (d["task_id"], d["member_id"]) == (task["task_id"], oracle.me)),
            None,
        )
        closed, error = self.do(
            who, f"tasks.{action}", Closed, allowed=may, task_id=task["task_id"], revision=revision, **more
        )
        if error is not None:
            return
        if action == "submit":
            self.submitted.add((task["asset_id"], more["annotation"].shapes[0].id))
        elif kept is not None:
            shapes = json.loads(kept["body"]).get("shapes", [])
            self.submitted |= {(task["asset_id"], s["id"]) for s in shapes}
        self.check_where(oracle, task, action, status, closed)

    def check_where(self, oracle, task, action, status, closed):
        """The asset left, or is where the workflow says, with whom it was there before."""
        (*_, was, last) = [{}, *visits(self.rows["tasks"])[task["asset_id"]]]
        step = self.steps()[task["step"]]
        judge = oracle.judge(task) if action == "submit" else None
        leaves = action in ("skip", "reject", "discard") or (action == "submit" and step is self.steps()[-1])
        leaves = leaves and judge is None
        ended = last if leaves else was
        assert ended["task_id"] == task["task_id"]
        assert ended["assignee_id"] == oracle.me
        default = {"annotation": "completed", "review": "approved"}[step.kind]
        names = {"submit": status or default, "rework": "returned", "skip": "skipped", "reject": "rejected"}
        assert ended["status"] == names.get(action, "discarded")
        assert closed.asset_state == ("in_progress" if not leaves else "done" if action == "submit" else "skipped")
        if leaves:
            assert closed.next_step is None
            return
        seen = oracle.visits[task["asset_id"]]
        if judge is not None:
            assert (last["step"], last["state"], last["assignee_id"]) == (task["step"], "in_progress", judge)
            return
        if action == "submit":
            to, state = task["step"] + 1, "in_progress"
        else:
            possible = [i for i in range(task["step"]) if self.steps()[i].kind == "annotation"]
            to = ([i for i in possible if any(t["step"] == i for t in seen)] or possible)[-1]
            state = "to_rework"
        assert (last["step"], last["state"], closed.next_step) == (to, state, self.steps()[to].name)
        there = [t["assignee_id"] for t in seen if t["step"] == to and t["assignee_id"] in oracle.workers(to)]
        if there:
            assert last["assignee_id"] == there[-1], "an asset returns to the person who had it"
        elif self.steps()[to].attribution == "queue" or not oracle.workers(to):
            assert last["assignee_id"] is None
        else:
            assert last["assignee_id"] in oracle.workers(to)

    @rule(
        who=somebody, n=number, fresh=mostly, status=st.sampled_from([None, None, None, EXPERT, "shiny"]), drawn=mostly
    )
    def submit(self, who, n, fresh, status, drawn):
        self.end_task(who, "submit", n, fresh, status, drawn)

    @rule(n=number, status=st.booleans())
    def finish(self, n, status):
        self.as_holder(n, None, lambda at, who: self.end_task(who, "submit", at, True, self.own_status(at, status)))

    @rule(n=number, saved=st.booleans(), then=st.sampled_from(["submit", "submit", "rework", "reject", "skip", None]))
    def draw(self, n, saved, then=None):
        """Take, draw, save and perhaps end a task, as a person does on the page."""

        def work(at, who):
            if saved:
                self.save(who=who, n=at, current=True, fresh=True, drawn=True)
            if then is not None:
                self.end_task(who, then, at, True)

        self.as_holder(n, None, work)

    @rule(n=number, saved=st.booleans(), action=st.sampled_from(["rework", "rework", "rework", "skip"]))
    def send_back(self, n, saved, action="rework"):
        """A reviewer raises an issue and sends the asset to rework."""

        def work(at, who):
            self.raise_issue(who=who, n=at, text="wrong", current=True)
            if saved:
                self.save(who=who, n=at, current=True, fresh=True, drawn=True)
            self.end_task(who, action, at, True)

        self.as_holder(n, "review", work)

    def own_status(self, n, wanted):
        """Return a status that the step of a task has, if one is wanted."""
        statuses = self.steps()[self.task(n)[0]["step"]].statuses
        return statuses[0] if wanted and statuses else None

    def as_holder(self, n, kind, work):
        """Do something with a task as the person who has it; ``task`` finds it by the number that is given."""
        if (found := self.held(n, kind)) is not None:
            work(found[0]["task_id"], found[1])

    @rule(
        who=somebody,
        n=number,
        action=st.sampled_from(["rework", "rework", "rework", "reject", "reject", "skip", "discard", "submit"]),
        fresh=mostly,
        drawn=mostly,
        current=mostly,
    )
    def end(self, who, n, action, fresh, drawn, current):
        self.end_task(who, action, n, fresh, None, drawn, current)

    # Issues ---------------------------------------------------------------------------------------------------------

    @rule(who=somebody, n=number, text=st.sampled_from(["wrong", "wrong", "wrong", ""]), current=mostly)
    def raise_issue(self, who, n, text, current):
        task, who = self.task(n, who, current)
        last = self.oracle(who).visits[task["asset_id"]][-1]
        _, error = self.do(
            who, "issues.create", Issue, allowed=self.oracle(who).raises(task, text), work=False,
            task_id=task["task_id"], text=text,
        )  # fmt: skip
        if error is None:
            self.check_moved(last)

    @precondition(lambda self: self.world and self.rows["issues"])
    @rule(who=anybody, n=number, state=st.sampled_from(["open", "for_review", "resolved", "resolved"]))
    def set_issue(self, who, n, state):
        issue = self.rows["issues"][n % len(self.rows["issues"])]
        who = self.world.logins[issue["author_id"]] if n % 2 else who
        last = self.oracle(who).visits[issue["asset_id"]][-1]
        _, error = self.do(
            who, "issues.set_state", Issue, allowed=self.oracle(who).decides(issue, state), work=False,
            issue_id=issue["issue_id"], state=state,
        )  # fmt: skip
        if error is None:
            self.check_moved(last, expected=state != "resolved")

    def check_moved(self, last, expected=True):
        """An issue on a done asset brings it back; any other changes no task."""
        tasks = {t["task_id"]: t for t in self.before["tasks"]}
        changed = [t for t in self.rows["tasks"] if tasks.get(t["task_id"]) != t]
        if last["state"] == "done" and expected:
            now_at = visits(self.rows["tasks"])[last["asset_id"]][-1]
            assert sorted(t["task_id"] for t in changed) == [last["task_id"], now_at["task_id"]]
            assert is_open(now_at)
        else:
            assert changed == []

    @precondition(lambda self: self.world and self.rows["issues"])
    @rule(who=anybody, n=number, text=st.sampled_from(["why?", ""]))
    def reply(self, who, n, text):
        issue = self.rows["issues"][n % len(self.rows["issues"])]
        oracle = self.oracle(who)
        allowed = oracle.sees(oracle.tasks[issue["task_id"]]) and bool(text)
        self.do(who, "issues.reply", Issue, allowed=allowed, issue_id=issue["issue_id"], text=text)

    @rule(who=somebody, n=number)
    def submit_job(self, who, n):
        task, who = self.task(n, who)
        oracle = self.oracle(who)
        held = [
            t for t in oracle.tasks.values()
            if is_open(t) and (t["step"], t["assignee_id"]) == (task["step"], oracle.me)
        ]  # fmt: skip
        mine = [t for t in held if t["gold"] is None]
        drafts = {d["task_id"]: d["body"] for d in self.rows["member_drafts"] if d["member_id"] == oracle.me}
        drawn = {t["task_id"]: json.loads(drafts.get(t["task_id"], "{}")).get("shapes") for t in held}
        works = oracle.manages or any(oracle.me in oracle.workers(i) for i in range(len(self.steps())))
        may = oracle.logged_in and works and bool(held) and all(drawn.values()) and all(map(oracle.accepts, mine))
        may = may and not oracle.paused(task["step"])
        done, error = self.do(
            who, "jobs.submit", JobSubmitted, allowed=may, campaign_id=self.world.campaign_id, step=task["step"]
        )
        if error is None:
            assert (done.submitted, done.left) == (min(len(held), 5), max(0, len(held) - 5))
            self.submitted |= {(t["asset_id"], s["id"]) for t in mine for s in drawn[t["task_id"]]}
            closed = {t["task_id"] for t in self.rows["tasks"] if t["state"] == "done"}
            judged = {t["asset_id"]: judge for t in mine if (judge := oracle.judge(t)) is not None}
            assert all(visits(self.rows["tasks"])[a][-1]["assignee_id"] == m for a, m in judged.items())
            assert {t["task_id"] for t in mine} <= closed
