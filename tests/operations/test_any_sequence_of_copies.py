"""Random people do random things where several answer for each asset; nobody has an asset twice, nothing is lost.

``NBANNOTATE_SEQUENCES=2000`` runs so many sequences, at random; without it a few run, always the same ones.
"""

import os
import tempfile
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import nbannotate as nb
from nbannotate.model import Annotation, Job, Plan, Progress, Shape, TaskView

from .any_sequence_counts import check_counts
from .any_sequence_recount import is_open, visits
from .any_sequence_remembered import check_remembered
from .any_sequence_revision_counts import check_revision_counts
from .any_sequence_rig import World, attempt

pytestmark = pytest.mark.slow
SEQUENCES = int(os.environ.get("NBANNOTATE_SEQUENCES", "0"))

DRAWERS, DECIDERS, CHECKERS = ("ana", "ben", "cem", "dora", "zoe"), ("ben", "zoe", "eve", "max"), ("eve", "dora")
anybody = st.sampled_from(["ana", "ben", "cem", "dora", "zoe", "eve", "max"])
number = st.integers(0, 11)


@st.composite
def workflows(draw):
    """Return steps with copies, a consensus and perhaps others around them."""

    def people(possible, least):
        return draw(st.lists(st.sampled_from(possible), min_size=least, max_size=5, unique=True))

    def attribution(names):
        how = draw(st.sampled_from(["queue", "queue", "equal", "weighted"]))
        return {"attribution": how, "weights": [1 + i for i in range(len(names))] if how == "weighted" else ()}

    copies = draw(st.integers(2, 3))
    drawers = people(DRAWERS, copies)
    deciders = [*people(DECIDERS[:3], 1), "max"]
    steps = [
        nb.Step("draw", "annotation", drawers, copies=copies, copies_of=draw(st.sampled_from([1.0, 1.0, 0.5])),
                **attribution(drawers)),
        nb.Step("agree", "consensus", deciders, **attribution(deciders)),
    ]  # fmt: skip
    if draw(st.booleans()):
        steps.insert(0, nb.Step("sort", "annotation", ["ana"]))
    if draw(st.booleans()):
        steps.append(nb.Step("check", "review", people(CHECKERS, 1)))
    return nb.Workflow(steps)


class Copies(RuleBasedStateMachine):
    """A world in which several people answer for each asset."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world, self.rows, self.last = None, None, None
        self.submitted = set()

    @initialize(workflow=workflows(), count=st.integers(1, 3), new_assets=st.sampled_from(["join", "closed"]))
    def launch(self, workflow, count, new_assets):
        self.world = World(Path(self.folder.name))
        self.world.add_images(count)
        self.world.create(workflow, new_assets=new_assets, seed=5)
        plan = self.world.launch()
        self.rows = self.world.rows()
        assert plan.steps[0].tasks == len(self.rows["tasks"])

    def steps(self):
        return self.world.spec.workflow.steps

    def drawing(self, n):
        """Return one of a few drawings, so that people agree now and then."""
        self.world.drawn += 1
        at = (0, 0, 3)[n % 3]
        shape = Shape(kind="rectangle", points=((at, at), (at + 4, at + 4)), label="WBC", id=f"s{self.world.drawn}")
        return Annotation(shapes=(shape,))

    def do(self, who, operation, returns=object, **arguments):
        """Call an operation; an error changes nothing."""
        before = self.rows
        answer, error = attempt(self.world.call, who, operation, returns, **arguments)
        self.rows = self.world.rows()
        if error is not None:
            assert self.rows == before, f"{who}: {operation} failed ({error}), but something changed"
        return answer, error

    def task(self, n):
        tasks = [t for t in self.rows["tasks"] if is_open(t)] if n % 4 else self.rows["tasks"]
        tasks = tasks or self.rows["tasks"]
        return tasks[n % len(tasks)]

    def holder(self, task, who):
        return self.world.logins.get(task["assignee_id"], who)

    @rule(who=anybody, step=number, pull=st.booleans())
    def take(self, who, step, pull):
        step %= len(self.steps())
        waiting = None
        jobs, error = attempt(self.world.call, who, "tasks.mine", list[Job])
        if error is None:
            waiting = next((j.waiting for j in jobs if j.step == step), 0)
        view, error = self.do(
            who, "tasks.pull" if pull else "tasks.next", TaskView | None, campaign_id=self.world.campaign_id, step=step
        )
        leased = [t for t in self.rows["tasks"] if t["leased_until"] is not None]
        if error is None and pull and not leased:
            assert (view is not None) == bool(waiting), "what is said to wait is given out, and nothing else"

    @rule(who=anybody, n=number)
    def save(self, who, n):
        task = self.task(n)
        view, error = self.do(self.holder(task, who), "tasks.open", TaskView, task_id=task["task_id"])
        if error is None:
            self.do(self.holder(task, who), "tasks.save", task_id=task["task_id"], annotation=self.drawing(n),
                    revision=view.revision)  # fmt: skip

    @rule(who=anybody, n=number, action=st.sampled_from(["submit"] * 6 + ["skip", "discard", "rework", "reject"]),
          question=st.booleans(), settle=st.booleans())  # fmt: skip
    def end(self, who, n, action, question, settle):
        task = self.task(n)
        if task["assignee_id"] is None:
            self.take(who=self.steps()[task["step"]].assignees[n % len(self.steps()[task["step"]].assignees)],
                      step=task["step"], pull=True)  # fmt: skip
            task = next(t for t in self.rows["tasks"] if t["task_id"] == task["task_id"])
        who = self.holder(task, who)
        view, error = self.do(who, "tasks.open", TaskView, task_id=task["task_id"])
        if error is not None:
            return
        if question and action != "submit":
            self.do(who, "issues.create", task_id=task["task_id"], text="hm")
        elif settle:
            for issue in view.issues:
                self.do(who, "issues.set_state", issue_id=issue.issue_id, state="resolved")
        drawing = self.drawing(n)
        more = {"annotation": drawing} if action == "submit" else {"reason": "black"} if action == "discard" else {}
        _, error = self.do(who, f"tasks.{action}", task_id=task["task_id"], revision=view.revision, **more)
        if error is None and action == "submit":
            self.submitted.add((task["asset_id"], drawing.shapes[0].id))

    @rule(to=st.sampled_from([None, *DRAWERS, *DECIDERS]), n=number, all_=st.booleans(), started=st.booleans())
    def reassign(self, to, n, all_, started):
        task = self.task(n)
        which = {"step": task["step"]} if all_ else {"task_ids": [task["task_id"]]}
        self.do("max", "tasks.reassign", campaign_id=self.world.campaign_id, to=to, started=started, **which)

    @rule(step=number, started=st.booleans())
    def redistribute(self, step, started):
        self.do("max", "tasks.redistribute", campaign_id=self.world.campaign_id, step=step % len(self.steps()),
                started=started)  # fmt: skip

    @rule(n=number, also=st.sampled_from([[], ["skipped", "discarded"]]))
    def restart(self, n, also):
        task = self.task(n)
        step = next(i for i, s in enumerate(self.steps()) if s.copies > 1)
        self.do("max", "jobs.restart", campaign_id=self.world.campaign_id, step=step, also=also,
                member=self.world.logins.get(task["assignee_id"], "ana"))  # fmt: skip

    @rule(n=number)
    def complete_job(self, n):
        task = self.task(n)
        if n % 3 == 0:
            self.do("max", "jobs.complete", campaign_id=self.world.campaign_id, step=task["step"],
                    member=self.world.logins.get(task["assignee_id"], "ana"), reason="enough")  # fmt: skip

    @rule(n=number, tick=st.booleans())
    def lease_runs_out(self, n, tick):
        leased = [t["task_id"] for t in self.rows["tasks"] if t["leased_until"] is not None and is_open(t)]
        self.world.let_leases_run_out(leased[n % len(leased) :][:2] if leased else [])
        if tick:
            self.world.workspace.client.call("clock.tick", int)
        self.rows = self.world.rows()

    @rule(login=st.sampled_from(DRAWERS), n=number)
    def disable_or_enable(self, login, n):
        if n % 3:
            return
        active = next(m["active"] for m in self.rows["members"] if m["login"] == login)
        self.do("max", "members.disable" if active else "members.enable", login=login)
        if not active:
            self.world.log_in(login)
        self.rows = self.world.rows()

    @rule(step=number, n=number, attribution=st.sampled_from(["queue", "equal"]))
    def change_people(self, step, n, attribution):
        steps = list(self.steps())
        step %= len(steps)
        old = steps[step]
        possible = {"annotation": DRAWERS, "consensus": DECIDERS, "review": CHECKERS}[old.kind]
        people = set(old.assignees) ^ {possible[n % len(possible)]}
        if old.kind == "consensus":
            people |= {"max"}
        if len(people) < max(1, old.copies):
            return
        steps[step] = msgspec.structs.replace(old, assignees=tuple(sorted(people)), attribution=attribution, weights=())
        workflow, error = attempt(nb.Workflow, steps)
        if error is None:
            spec = msgspec.structs.replace(self.world.spec, workflow=workflow)
            _, error = self.do("max", "campaigns.apply", Plan, campaign_id=self.world.campaign_id, spec=spec)
            if error is None:
                self.world.spec = spec

    @rule()
    def an_image_joins(self):
        if self.world.made < 6:
            self.world.add_images(1)
            self.rows = self.world.rows()

    @invariant()
    def all_is_well(self):
        if self.world is None:
            return
        if self.rows == self.last:  # what was refused changed nothing: all is as it was when it was looked at
            return
        rows, copied = self.rows, {}
        with self.world.engine.read() as tx:
            check_counts(tx.connection)
        check_remembered(self.world.engine)
        check_revision_counts(self.world.engine)
        for asset, tasks in visits(rows["tasks"]).items():
            assert sum(t["is_current"] for t in tasks) == 1, tasks
            current = next(t for t in tasks if t["is_current"])
            live = [t for t in tasks if is_open(t)]
            copies = [t for t in tasks if t["copy"] is not None]
            by_step = Counter(t["step"] for t in copies)
            for step, n in by_step.items():
                assert n == self.steps()[step].copies
                here = [t for t in copies if t["step"] == step]
                assert [t["copy"] for t in here] == list(range(1, n + 1))
                people = [t["assignee_id"] for t in here if t["assignee_id"] is not None]
                assert len(people) == len(set(people)), f"somebody has an asset twice: {here}"
                copied[asset, step + 1] = set(people)
            if current["copy"] is not None and live:
                assert current == min((t for t in live), key=lambda t: t["copy"])
                assert all(t["copy"] is not None and t["step"] == current["step"] for t in live)
            else:
                assert len(live) <= 1
                assert not live or live == [current]
                assert current is tasks[-1] or current["outcome"] == "ended", "a copy is not where an asset stays"
            for task in tasks:
                people = copied.get((asset, task["step"]), set())
                decides = self.steps()[task["step"]].kind == "consensus"
                assert not decides or task["assignee_id"] is None or task["assignee_id"] not in people
                assert not decides or (asset, task["step"]) in copied, "only what has copies comes to a consensus"
                assert not is_open(task) or task["outcome"] is None
        shown = {h["annotation_id"] for h in rows["layer_heads"]}
        assert not [a for a in rows["annotations"] if a["origin"] == "copy" and a["annotation_id"] in shown]
        task_of = {t["task_id"]: t for t in rows["tasks"]}
        for a in rows["annotations"]:
            if a["task_id"] is not None:
                assert (a["origin"] == "copy") == (task_of[a["task_id"]]["copy"] is not None)
        asset_of = {a["annotation_id"]: a["asset_id"] for a in rows["annotations"]}
        kept = {(asset_of[s["annotation_id"]], s["shape_id"]) for s in rows["shapes"]}
        assert self.submitted <= kept, "what was submitted is gone"
        self.check_progress()
        self.last = rows

    def check_progress(self):
        told = self.world.workspace.client.call("campaigns.progress", Progress, campaign_id=self.world.campaign_id)
        current = [t for t in self.rows["tasks"] if t["is_current"]]
        live = [t for t in current if is_open(t)]
        assert (told.total, told.remaining) == (len(current), len(live))
        assert told.done == sum(t["state"] == "done" for t in current)
        for step in told.steps:
            here = [t for t in self.rows["tasks"] if is_open(t) and t["step"] == step.step]
            assert step.waiting + step.in_progress + step.to_rework == len(here)
            assert step.passed == told.done + sum(t["step"] > step.step for t in live)
        (campaign,) = self.world.view("campaigns")
        assert (campaign["total"], campaign["remaining"]) == (len(current), len(live))
        assert len(self.world.view("asset_states")) == len(current)

    def teardown(self):
        if self.rows is not None:
            self.work_to_the_end()
        if self.world is not None:
            self.world.close()
        self.folder.cleanup()

    def work_to_the_end(self):
        """From wherever the sequence led, people can finish every asset: nothing is stuck."""
        for login in {*DRAWERS, *DECIDERS}:
            if not next(m["active"] for m in self.rows["members"] if m["login"] == login):
                self.world.workspace.client.call("members.enable", object, login=login)
                self.world.log_in(login)
        self.rows = self.world.rows()
        for _ in range(200):
            self.rows = self.world.rows()
            live = [t for t in self.rows["tasks"] if is_open(t)]
            if not live:
                break
            task = live[0]
            who = self.world.logins.get(task["assignee_id"])
            if who is None and task["assignee_id"] is not None:  # put before the owner, because of an issue
                self.world.call("max", "tasks.reassign", object, campaign_id=self.world.campaign_id, to=None,
                                task_ids=[task["task_id"]])  # fmt: skip
            if who is None:
                pull = {"campaign_id": self.world.campaign_id, "step": task["step"]}
                taken = [
                    login
                    for login in self.steps()[task["step"]].assignees
                    if attempt(self.world.call, login, "tasks.pull", TaskView | None, **pull)[0] is not None
                ]
                assert taken, f"nobody can have {task}"
                continue
            view = self.world.call(who, "tasks.open", TaskView, task_id=task["task_id"])
            for issue in self.world.rows()["issues"]:
                if issue["asset_id"] == task["asset_id"] and issue["state"] != "resolved":
                    self.world.call("max", "issues.set_state", object, issue_id=issue["issue_id"], state="resolved")
            self.world.call(who, "tasks.submit", object, task_id=task["task_id"], annotation=self.drawing(len(live)),
                            revision=view.revision)  # fmt: skip
        self.all_is_well()
        assert not any(is_open(t) for t in self.rows["tasks"]), "some asset cannot be finished"


TestAnySequenceOfCopies = Copies.TestCase
TestAnySequenceOfCopies.settings = settings(
    max_examples=SEQUENCES or 4, stateful_step_count=30, deadline=None, derandomize=not SEQUENCES, database=None,
    print_blob=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
