"""The ground of random work: how it begins, how an operation is called and checked, what always holds, how it ends."""

import itertools
import json
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

import nbannotate as nb
from nbannotate.model import Closed, TaskView

from .any_sequence_counts import check_counts
from .any_sequence_gold import check_gold, check_gold_stays, check_no_export, check_unseen
from .any_sequence_oracle import Oracle
from .any_sequence_recount import (
    check_campaign,
    check_history,
    check_jobs,
    check_nothing_done_is_questioned,
    check_only_mine_changed,
    check_what_stays,
    is_open,
    shares,
)
from .any_sequence_remembered import check_remembered
from .any_sequence_revision_counts import check_revision_counts
from .any_sequence_rig import CHECKERS, DRAWERS, PEOPLE, STATUS_AT, World, attempt
from .any_sequence_written import check_noted

anybody = st.sampled_from(PEOPLE)
#: Mostly whoever has the task (None), sometimes somebody else.
somebody = st.sampled_from([None, None, None, None, *PEOPLE])
number = st.integers(0, 11)
mostly = st.sampled_from([True, True, True, True, False])


@st.composite
def workflows(draw):
    """Return 1 to 4 steps with people, attribution, weights and statuses of their own."""
    kinds = draw(st.lists(st.sampled_from(["annotation", "annotation", "review"]), min_size=1, max_size=4))
    steps = []
    for i, kind in enumerate(kinds):
        possible = DRAWERS if kind == "annotation" else CHECKERS
        people = draw(st.lists(st.sampled_from(possible), min_size=1, max_size=3, unique=True))
        attribution = draw(st.sampled_from(["queue", "equal", "weighted"]))
        weights = [draw(st.sampled_from([1, 2, 3.5])) for _ in people] if attribution == "weighted" else ()
        statuses = [STATUS_AT[kind]] if draw(st.booleans()) else ()
        steps.append(nb.Step(f"{kind} {i}", kind, people, attribution, weights, statuses=statuses))
    return nb.Workflow(steps)


class Ground(RuleBasedStateMachine):
    """A world in which people work, and what is checked after each step."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world, self.rows, self.last = None, None, None
        self.drafts = {}  # (task, login): the shape that the person was told is saved
        self.submitted = set()  # (asset, shape) that somebody was told is submitted
        self.turns = itertools.count()

    @initialize(
        workflow=workflows(),
        count=st.integers(2, 5),
        annotated=st.sampled_from([0, 0, 1, 2]),
        gold=st.sampled_from(["pause", "notify", "show", "pause", None]),
        within=st.booleans(),
        existing=st.sampled_from(["prefill", "restart", "review", "done"]),
        new_assets=st.sampled_from(["join", "join", "wait", "closed"]),
        begun=st.lists(
            st.tuples(number, st.sampled_from(["finish", "finish", "draw", "send_back", "answer_gold"])), max_size=10
        ),
        ending=st.sampled_from(["work", "complete", None]),
    )
    def launch(self, workflow, count, annotated, gold, within, existing, new_assets, begun, ending):
        first = workflow.first_review()
        if workflow.steps[0].kind == "review":
            existing, annotated = "review", max(1, annotated)
        elif existing == "review" and first is None:
            existing = "prefill"
        self.world, self.ending = World(Path(self.folder.name)), ending
        self.world.add_images(count)
        if annotated:
            self.world.annotate(annotated)
        order = "sequential"
        if gold is not None and workflow.steps[0].kind == "annotation":
            self.world.know(3, within=within)
            flow = {"share": 0.5, "min_answers": 1, "last": 1 + within}
            workflow, order = nb.Workflow(workflow.steps, gold="known", on_fail=gold, **flow), "random"
        self.world.create(workflow, existing=existing, new_assets=new_assets, order=order)
        plan = self.world.launch()
        self.rows = self.world.rows()
        self.golden = {a["asset_id"] for a in self.rows["assets"] if a["name"].startswith("known")}
        self.check_launch(plan, annotated, count)
        # Hypothesis leaves some rules out of each sequence; this brings the others into the middle of the work.
        for n, what in begun:
            getattr(self, what)(n, True)

    def check_launch(self, plan, annotated, count):
        """The quotas of the steps where assets begin are exact, and each person's assets stand together."""
        steps, tasks = self.world.spec.workflow.steps, sorted(self.rows["tasks"], key=lambda t: t["position"])
        plain = 0 if steps[0].kind == "review" else count - annotated
        assert len(tasks) == plain + annotated == plan.chosen
        assert [t["outcome"] for t in tasks].count("existing") == annotated * (self.world.spec.existing == "done")
        for i, step in enumerate(steps):
            new = [t for t in tasks if t["step"] == i and is_open(t)]
            assert plan.steps[i].tasks == len(new)
            people = [t["assignee_id"] for t in new]
            if step.attribution == "queue":
                assert set(people) <= {None}
            elif i == min((t["step"] for t in tasks if is_open(t)), default=-1):
                quotas = dict(zip(step.assignees, shares(len(new), list(step.shares.values())), strict=True))
                assert {n: people.count(self.world.ids[n]) for n in step.assignees} == quotas == plan.steps[i].people
                assert len(list(itertools.groupby(people))) == len(set(people)), "a person's assets stand apart"

    def task(self, n, who=None, current=True):
        """Return a task by number (0 to 11, or by its id), and who acts on it: the person given, or whoever has it."""
        tasks = [t for t in self.rows["tasks"] if t["is_current"] or not current]
        if n > 11:
            tasks = [t for t in tasks if t["task_id"] == n]
        elif n % 4:
            tasks = [t for t in tasks if is_open(t)] or tasks
        task = tasks[n % len(tasks)]
        return task, who or self.world.logins.get(task["assignee_id"], PEOPLE[n % len(PEOPLE)])

    def held(self, n, kind=None):
        """Return an open task that somebody has, and who; one of the queue is taken first. None if there is none."""
        able = [t for t in self.rows["tasks"] if is_open(t) and kind in (None, self.steps()[t["step"]].kind)]
        if not able:
            return None
        task = able[n % len(able)]
        if task["assignee_id"] is None:
            people = self.steps()[task["step"]].assignees
            who = people[n % len(people)]
            known = sum(is_open(t) and t["assignee_id"] == self.world.ids[who] for t in self.rows["gold"])
            self.take(who=who, step=task["step"], pull=True, fitting=False)
            if known < sum(is_open(t) and t["assignee_id"] == self.world.ids[who] for t in self.rows["gold"]):
                self.take(who=who, step=task["step"], pull=True, fitting=False)  # what follows gold is none
            mine = [t for t in self.rows["tasks"] if is_open(t) and t["assignee_id"] == self.world.ids[who]]
            if not mine:
                return None
            task = mine[n % len(mine)]
        return task, self.world.logins[task["assignee_id"]]

    def do(self, who, operation, returns=object, *, allowed=None, work=True, idle=False, **arguments):
        """Call an operation; check who may, that an error changes nothing, and what must always hold."""
        before = self.rows
        answer, error = attempt(self.world.call, who, operation, returns, **arguments)
        self.rows = self.world.rows()
        if error is not None:
            assert self.rows == before, f"{who}: {operation} failed ({error}), but something changed"
        if allowed is not None:
            assert allowed == (error is None), f"{who}: {operation}({arguments}) gives {error or answer}"
        if error is None:
            made = self.rows["events"][len(before["events"]) :]
            expected = [] if idle and self.rows == before else [(operation, self.world.ids[who])]
            assert [(e["operation"], e["member_id"]) for e in made] == expected
            if work:
                check_only_mine_changed(before, self.rows, self.world.ids[who])
                golds = ({"tasks": rows["gold"], "member_drafts": []} for rows in (before, self.rows))
                check_only_mine_changed(*golds, self.world.ids[who])
        self.before = before
        return answer, error

    def seldom(self):
        """Return whether it is time for what happens seldom."""
        return self.world is not None and len(self.rows["events"]) % 3 == 0

    def oracle(self, who):
        """Return what a person may do now."""
        return Oracle(self.world, self.rows, who)

    def steps(self):
        """Return the steps as they are now."""
        return self.world.spec.workflow.steps

    # What always holds ----------------------------------------------------------------------------------------------

    @invariant()
    def all_is_well(self):
        if self.world is None:
            return
        rows = self.rows
        check_history(rows)
        if rows != self.last:  # what was refused changed nothing: it is counted already
            with self.world.engine.read() as tx:
                check_counts(tx.connection)
            check_remembered(self.world.engine)
            check_revision_counts(self.world.engine)
        check_gold(rows)
        check_nothing_done_is_questioned(rows, len(self.steps()) - 1)
        if self.last not in (None, rows):
            check_noted(self.world.engine, self.last, rows, self.commits)
            check_what_stays(self.last, rows)
            check_gold_stays(self.last, rows)
        self.last, self.commits = rows, self.world.engine.written.commits
        self.check_nothing_is_lost()
        turn = next(self.turns)
        if turn % 3 == 0:
            check_campaign(self.world, rows)
            check_unseen(self.world, rows)
        if turn % 4 == 0:  # the slowest one
            check_jobs(self.world, rows, PEOPLE[turn % len(PEOPLE)])

    def drawn_by_holders(self, tasks):
        """Return asset and shape of what those who have these tasks drew and did not submit."""
        drafts = {(d["task_id"], d["member_id"]): d["body"] for d in self.rows["member_drafts"]}
        bodies = {t["asset_id"]: drafts.get((t["task_id"], t["assignee_id"]), "{}") for t in tasks}
        return {(asset, s["id"]) for asset, body in bodies.items() for s in json.loads(body).get("shapes", [])}

    def check_nothing_is_lost(self):
        """What a person was told is saved is that person's draft still; what was submitted is in the revisions."""
        asset_of = {a["annotation_id"]: a["asset_id"] for a in self.rows["annotations"]}
        kept = {(asset_of[s["annotation_id"]], s["shape_id"]) for s in self.rows["shapes"]}
        assert self.submitted <= kept, f"submitted, but gone: {self.submitted - kept}"
        drafts = {(d["task_id"], self.world.logins[d["member_id"]]): d["body"] for d in self.rows["member_drafts"]}
        for place, shape in self.drafts.items():
            assert [s["id"] for s in json.loads(drafts[place]).get("shapes", [])] == ([shape] if shape else [])

    def teardown(self):
        if self.rows is not None:
            check_campaign(self.world, self.rows)
            check_unseen(self.world, self.rows)
            check_no_export(self.world, self.golden)
            for who in PEOPLE[:5:2]:
                check_jobs(self.world, self.rows, who)
            if self.ending == "complete":
                self.end_campaign()
            elif self.ending == "work":
                self.work_to_the_end()
        if self.world is not None:
            self.world.close()
        self.folder.cleanup()

    def end_campaign(self):
        """A manager completes the campaign as it stands."""
        runs = any(is_open(t) for t in self.rows["tasks"])
        self.submitted |= self.drawn_by_holders(t for t in self.rows["tasks"] if is_open(t))
        complete = self.world.workspace.client.call
        _, error = attempt(complete, "campaigns.complete", object, campaign_id=self.world.campaign_id, reason="enough")
        assert runs == (error is None), error
        self.rows = self.world.rows()
        assert not any(is_open(t) for t in self.rows["tasks"])
        if runs:  # where no work was open, whoever still has gold may finish it
            assert not any(is_open(t) and t["assignee_id"] is not None for t in self.rows["gold"])
        self.all_is_well()

    def work_to_the_end(self):
        """From wherever the sequence led, people can finish every asset: nothing is stuck.

        Also what is done and questioned. Each asset is before somebody who can go on with it: nobody but who holds a
        task settles issues.
        """
        if self.world.ids["max"] not in self.oracle("max").active:
            self.world.workspace.client.call("members.enable", object, login="max")
            self.world.log_in("max")
        self.world.set_due(None)
        for login in PEOPLE:
            if self.world.ids[login] not in self.oracle("max").active:
                self.world.call("max", "members.enable", login=login)
                self.world.log_in(login)
        self.rows = self.world.rows()
        for login in PEOPLE:
            if self.oracle(login).paused(0):
                self.do("max", "gold.resume", allowed=True, campaign_id=self.world.campaign_id, login=login)
        for task in [t for t in self.rows["tasks"] if t["is_current"] and t["state"] == "done"]:
            self.do("max", "issues.create", allowed=True, work=False, task_id=task["task_id"], text="look again")
        for _ in range(300):
            self.rows = self.world.rows()
            left = [t for t in self.rows["tasks"] if is_open(t)]
            if not left:
                break
            task = left[0]
            who = self.world.logins.get(task["assignee_id"])
            if who is None:
                who = self.steps()[task["step"]].assignees[0]
                self.do("max", "tasks.reassign", allowed=True, work=False,
                        campaign_id=self.world.campaign_id, to=who, task_ids=[task["task_id"]])  # fmt: skip
            view, _ = self.do(who, "tasks.open", TaskView, allowed=True, task_id=task["task_id"])
            for issue in self.oracle(who).issues(task):
                if issue["state"] != "resolved" and self.oracle(who).decides(issue, "resolved"):
                    self.do(who, "issues.set_state", allowed=True, issue_id=issue["issue_id"], state="resolved")
            drawing = self.world.drawing()
            self.do(who, "tasks.submit", Closed, allowed=True, task_id=view.task.task_id, annotation=drawing,
                    revision=view.revision)  # fmt: skip
            self.submitted.add((view.task.asset_id, drawing.shapes[0].id))
        self.all_is_well()
        assert not any(is_open(t) for t in self.rows["tasks"]), "some asset cannot be finished"
