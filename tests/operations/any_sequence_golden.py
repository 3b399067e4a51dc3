"""What people do at random with gold, not knowing it, and managers with people who were paused for it."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from nbannotate.model import Annotation, Closed, Issue, Saved, Shape, TaskView

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
            allowed=mine and fresh and not oracle.paused(0) and self.lets_go(oracle, task, action),
            revision=oracle.revision(task) + (0 if fresh else 1), **more.get(action, {}),
        )  # fmt: skip
        if error is None:
            self.check_ended(task, action, 1.0 if right else 0.0, closed)

    def lets_go(self, oracle, task, action):
        """Return whether the issues on a gold task let it end so, as they would for any other task."""
        if action == "skip":
            return any(i["state"] == "open" for i in oracle.issues(task))
        return action == "discard" or oracle.accepts(task)

    @precondition(lambda self: self.world and self.held_gold())
    @rule(who=somebody, n=number, text=st.sampled_from(["what is this?", "what is this?", ""]))
    def ask_about_gold(self, who, n, text):
        """Somebody raises an issue on an image that is gold: a question, and no work for anybody."""
        held = self.held_gold()
        task = held[n % len(held)]
        who = who or self.world.logins[task["assignee_id"]]
        oracle = self.oracle(who)
        same = [t for t in self.rows["gold"] if t["asset_id"] == task["asset_id"]]
        sees = oracle.manages or any(t["assignee_id"] == oracle.me or oracle.lost(t) for t in same)
        mine = oracle.manages or task["assignee_id"] == oracle.me
        _, error = self.do(
            who, "issues.create", Issue, work=False, task_id=task["task_id"], text=text,
            allowed=(oracle.logged_in and bool(text)) if mine else None if sees and text else False,
        )  # fmt: skip
        self.check_no_work()
        if error is None:
            (raised,) = [i for i in self.rows["gold_issues"] if i not in self.before["gold_issues"]]
            assert (raised["task_id"], raised["state"]) == (task["task_id"], "open")

    @precondition(lambda self: self.world and self.rows["gold_issues"])
    @rule(who=somebody, n=number, state=st.sampled_from(["open", "for_review", "resolved"]))
    def settle_gold_issue(self, who, n, state):
        """Whoever raised it, or a manager, settles or reopens it; anybody else has nothing to say."""
        issue = self.rows["gold_issues"][n % len(self.rows["gold_issues"])]
        who = who or self.world.logins[issue["author_id"]]
        oracle = self.oracle(who)
        decides = oracle.logged_in and (oracle.manages or issue["author_id"] == oracle.me)
        is_easy = state == "resolved" and oracle.manages
        self.do(
            who, "issues.set_state", Issue, work=False, issue_id=issue["issue_id"], state=state,
            allowed=True if decides and is_easy else None,
        )  # fmt: skip
        self.check_no_work()

    def check_no_work(self):
        """Neither the work nor its issues changed."""
        assert self.rows["tasks"] == self.before["tasks"]
        assert self.rows["issues"] == self.before["issues"]

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
        self.check_no_work()
        steps = self.steps()
        asked = any(i["state"] != "resolved" for i in self.before["gold_issues"] if i["task_id"] == task["task_id"])
        if len(steps) > 1 or not asked:  # where nobody reviews, an asset with an issue is put before somebody
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
        may = oracle.manages and oracle.logged_in and login in paused and self.world.ids[login] in oracle.active
        _, error = self.do(
            who, "gold.resume", object, allowed=may, campaign_id=self.world.campaign_id, login=login
        )  # fmt: skip
        if error is None:
            assert not self.oracle(login).paused(0)
            assert not [t for t in self.rows["gold"] if t not in self.before["gold"]]
