"""Random people do random allowed and forbidden things through the real operations; nothing is lost, nothing breaks."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from PIL import Image

import nbannotate as nb
from nbannotate.errors import NbannotateError
from nbannotate.model import Annotation, Closed, Issue, Saved, Shape, TaskView

from ..conftest import Team

PEOPLE = ("ana", "ben", "chloe", "dora")
ROLES = {"ana": "annotator", "ben": "annotator", "chloe": "reviewer", "dora": "reviewer"}


class Work(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        paths = []
        for i in range(3):
            paths.append(Path(self.folder.name) / f"{i}.png")
            Image.fromarray(np.zeros((8, 8), dtype=np.uint8)).save(paths[-1])
        self.paths = paths
        self.views: dict[str, TaskView] = {}
        self.submitted: list[tuple[int, str]] = []  # asset, shape id: acknowledged, so never to be lost
        self.drafted: dict[int, str] = {}  # task, shape id
        self.count = 0

    @initialize(last=st.sampled_from(["review", "annotation", None]))
    def launch(self, last):
        steps = [nb.Step("draw", "annotation", ["ana", "ben"]), nb.Step("check", "review", ["chloe", "dora"])]
        if last:
            steps.append(nb.Step("last", last, ["dora"]))
        self.team = Team(nb.open(":memory:"), self.paths, steps=steps, roles=ROLES)
        self.steps = steps

    def teardown(self):
        if hasattr(self, "team"):
            self.all_is_well()
        self.folder.cleanup()

    def drawing(self):
        self.count += 1
        return Annotation(shapes=(Shape(kind="rectangle", points=((1, 1), (5, 5)), label="WBC", id=f"s{self.count}"),))

    @rule(who=st.sampled_from(PEOPLE), step=st.integers(0, 2), pull=st.booleans())
    def take(self, who, step, pull):
        try:
            view = self.team[who].call(
                "tasks.pull" if pull else "tasks.next",
                TaskView | None,
                campaign_id=self.team.campaign.campaign_id,
                step=step,
            )
        except NbannotateError:
            return
        if view:
            assert view.task.assignee == who
            if view.task.task_id in self.drafted:
                assert view.annotation.shapes[0].id == self.drafted[view.task.task_id]
            self.views[who] = view

    @rule(who=st.sampled_from(PEOPLE), other=st.sampled_from(PEOPLE), stale=st.booleans())
    def save(self, who, other, stale):
        view = self.views.get(other)
        if view is None:
            return
        drawing = self.drawing()
        try:
            revision = view.revision - stale
            self.team[who].call("tasks.save", Saved, task_id=view.task.task_id, annotation=drawing, revision=revision)
        except NbannotateError:
            return
        assert who == view.task.assignee
        self.drafted[view.task.task_id] = drawing.shapes[0].id
        self.views[other] = self.team[who].call("tasks.open", TaskView, task_id=view.task.task_id)

    @rule(who=st.sampled_from(PEOPLE), other=st.sampled_from(PEOPLE), text=st.sampled_from(["wrong", ""]))
    def raise_issue(self, who, other, text):
        if view := self.views.get(other):
            try:
                self.team[who].call("issues.create", Issue, task_id=view.task.task_id, text=text)
            except NbannotateError:
                return

    @rule(
        who=st.sampled_from(PEOPLE),
        state=st.sampled_from(["open", "for_review", "resolved"]),
        number=st.integers(0, 3),
    )
    def change_issue(self, who, state, number):
        issues = self.team[who].call("issues.mine", list[Issue])
        if number < len(issues):
            try:
                self.team[who].call("issues.set_state", Issue, issue_id=issues[number].issue_id, state=state)
            except NbannotateError:
                return

    @rule(
        who=st.sampled_from(PEOPLE),
        other=st.sampled_from(PEOPLE),
        action=st.sampled_from(["submit", "submit", "rework", "skip"]),
    )
    def end(self, who, other, action):
        view = self.views.get(other)
        if view is None:
            return
        drawing = self.drawing()
        more = {"annotation": drawing} if action == "submit" else {}
        try:
            self.team[who].call(f"tasks.{action}", Closed, task_id=view.task.task_id, revision=view.revision, **more)
        except NbannotateError:
            return
        assert who == view.task.assignee
        kept = drawing.shapes[0].id if action == "submit" else self.drafted.get(view.task.task_id)
        if kept:
            self.submitted.append((view.task.asset_id, kept))
        self.drafted.pop(view.task.task_id, None)
        del self.views[other]
        self.all_is_well()

    def all_is_well(self):
        ws = self.team.workspace
        tasks = ws.sql("select * from tasks")
        current = tasks[tasks["is_current"]]
        assert sorted(current["asset_id"]) == sorted(set(tasks["asset_id"])), "each asset has one current task"
        assert len(current) == 3
        closed = tasks[~tasks["is_current"]]
        assert (closed["state"] == "done").all(), "only the current task of an asset can be open"
        done = current[current["state"] == "done"]
        assert (done["issues"] == 0).all(), "an asset is done with unresolved issues"
        assert (done["step"] == len(self.steps) - 1).all()
        progress = self.team.campaign.progress()
        assert progress.done == len(done)
        assert progress.skipped == (current["state"] == "skipped").sum()
        assert progress.done + progress.skipped + progress.remaining == progress.total == 3
        stored = ws.sql("select asset_id, shape_id from shape_history")
        known = set(zip(stored["asset_id"], stored["shape_id"], strict=True))
        assert set(self.submitted) <= known, "an acknowledged annotation disappeared"


TestAnySequenceOfWork = Work.TestCase
TestAnySequenceOfWork.settings = settings(
    max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
