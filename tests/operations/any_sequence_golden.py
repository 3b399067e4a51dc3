"""What people do at random with gold, not knowing it, and managers with people who were paused for it."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from nbannotate.model import Annotation, Closed, Saved, Shape, TaskView

from .any_sequence_ground import Ground, mostly, number, somebody
from .any_sequence_recount import is_open
from .any_sequence_rig import DRAWERS


class Golden(Ground):
    """People answer images whose answer is known, well or badly; managers let go on who is paused."""

    def held_gold(self):
        """Return the open gold tasks that people hold."""
        return [t for t in self.rows["gold"] if is_open(t) and t["assignee_id"] is not None]

    @precondition(lambda self: self.world and self.rows["gold"])
    @rule(n=number, right=st.booleans())
    def answer_gold(self, n, right):
        """Somebody works until an image was gold, and a manager lets that person go on before, if need be."""
        if not self.rows["gold"]:
            return
        people = self.steps()[0].assignees
        who = people[n % len(people)]
        if self.oracle(who).paused(0):
            self.resume(who="max", login=who, fitting=False)
        for _ in range(2):  # of two tasks that follow one another one is gold, while there is some
            mine = [t for t in self.held_gold() if t["assignee_id"] == self.world.ids[who]]
            if mine:
                self.end_gold(mine[n % len(mine)], who, right=right and n % 3 > 0)
                return
            self.take(who=who, step=0, pull=True, fitting=False)

    @precondition(lambda self: self.world and self.held_gold())
    @rule(who=somebody, n=number, right=st.booleans(), fresh=mostly,
          action=st.sampled_from(["submit", "submit", "submit", "discard", "skip"]))  # fmt: skip
    def work_on_gold(self, who, n, right, fresh, action):
        held = self.held_gold()
        task = held[n % len(held)]
        self.end_gold(task, who or self.world.logins[task["assignee_id"]], action, right=right, fresh=fresh)

    def end_gold(self, task, who, action="submit", *, right, fresh=True):
        """End a gold task, allowed or not."""
        oracle = self.oracle(who)
        more = {
            "discard": {"reason": "black"},
            "submit": {"annotation": self.world.drawing() if right else self.wrong()},
        }
        mine = oracle.logged_in and task["assignee_id"] == oracle.me
        closed, error = self.do(
            who, f"tasks.{action}", Closed, task_id=task["task_id"],
            allowed=mine and fresh and action != "skip" and not oracle.paused(0),  # to skip an image takes an issue
            revision=oracle.revision(task) + (0 if fresh else 1), **more.get(action, {}),
        )  # fmt: skip
        if error is None:
            self.check_ended(task, action, 1.0 if right else 0.0, closed)

    @precondition(lambda self: self.world and self.held_gold())
    @rule(who=somebody, n=number, fresh=mostly)
    def draw_on_gold(self, who, n, fresh):
        """A paused person's draft is kept, and nothing goes further."""
        held = self.held_gold()
        task = held[n % len(held)]
        who = who or self.world.logins[task["assignee_id"]]
        oracle, drawing = self.oracle(who), self.world.drawing()
        mine = oracle.logged_in and task["assignee_id"] == oracle.me
        view, error = self.do(who, "tasks.open", TaskView, task_id=task["task_id"])
        assert not mine or error is None
        if error is None:
            self.check_view(view, who)
        saved, error = self.do(
            who, "tasks.save", Saved, task_id=task["task_id"], annotation=drawing,
            revision=oracle.revision(task) + (0 if fresh else 1), allowed=fresh if mine else None,
        )  # fmt: skip
        if error is None:
            assert saved.held == (mine and not oracle.paused(0))
            self.drafts[task["task_id"], who] = drawing.shapes[0].id

    def wrong(self):
        """Return a complete annotation that agrees with nothing that is known."""
        self.world.drawn += 1
        shape = Shape(kind="rectangle", points=((6, 6), (8, 8)), label="WBC", id=f"s{self.world.drawn}")
        return Annotation(shapes=(shape,))

    def check_ended(self, task, action, score, closed):
        """No asset went anywhere, and what is said is what would be said of an asset that did."""
        assert self.rows["tasks"] == self.before["tasks"]
        assert self.rows["issues"] == self.before["issues"]
        steps = self.steps()
        where = steps[1].name if action == "submit" and len(steps) > 1 else None
        left = "done" if action == "submit" else "skipped"
        assert (closed.next_step, closed.asset_state) == (where, left if where is None else "in_progress")
        if action == "submit":
            (made,) = [s for s in self.rows["gold_scores"] if s["task_id"] == task["task_id"]]
            assert made["score"] == score
            self.check_falls(task["assignee_id"])

    def check_falls(self, member):
        """Who is below what is asked for is noted as such, and nobody else."""
        score = {s["task_id"]: s["score"] for s in self.rows["gold_scores"]}
        falls = [f for f in self.rows["gold_falls"] if f["member_id"] == member]
        since = max((f["ended"] for f in falls if f["ended_by"] is not None), default=None)
        mine = [t for t in self.rows["gold"] if t["task_id"] in score and t["assignee_id"] == member]
        mine = [t for t in mine if since is None or t["closed"] > since]
        last = sorted(mine, key=lambda t: (t["closed"], t["task_id"]))[-self.world.spec.workflow.last :]
        below = sum(score[t["task_id"]] for t in last) / len(last) < self.world.spec.workflow.passing
        assert below == any(f["ended"] is None for f in falls), (last, falls)

    @precondition(lambda self: self.world and self.rows["gold_falls"])
    @rule(who=st.sampled_from(["max", "max", "max", "dora"]), login=st.sampled_from(DRAWERS), fitting=mostly)
    def resume(self, who, login, fitting):
        paused = [each for each in DRAWERS if self.oracle(each).paused(0)]
        if fitting and paused:
            login = paused[DRAWERS.index(login) % len(paused)]
        oracle = self.oracle(who)
        may = oracle.manages and oracle.logged_in and login in paused
        _, error = self.do(
            who, "gold.resume", object, allowed=may, campaign_id=self.world.campaign_id, login=login
        )  # fmt: skip
        if error is None:
            assert not self.oracle(login).paused(0)
            assert not [t for t in self.rows["gold"] if t not in self.before["gold"]]
