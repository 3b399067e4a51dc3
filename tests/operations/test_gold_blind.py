"""Nobody can tell a gold task from any other: not by any operation that an annotator may call.

The same person works on a usual image and on a gold one, and asks everything about both, at each stage of the work.
What is answered must be the same once the names and ids of both images are put aside.
"""

import itertools
import re

import pytest

import nbannotate as nb
from nbannotate.errors import NbannotateError
from nbannotate.model import Annotation, Issue, Job, Notice, Shape, Task, TaskView
from nbannotate.operations.registry import operations
from tests.operations.golden import RIGHT, WRONG
from tests.operations.test_blind import ENDS, MEANINGS, annotators, said_to

DRAW = nb.Step("draw", "annotation", ["ana", "ben", "cem"])
CHECK = nb.Step("check", "review", ["chloe"])
#: About an image, and not all that the person has: these are asked for one image.
IDS = ("task_id", "asset_id", "annotation_id", "issue_id")


class Asked:
    """What a person is told of two images, one of which is gold."""

    def __init__(self, t, who):
        self.t, self.who, self.views = t, who, {}
        while len(self.views) < 2:
            view = t[who].call("tasks.pull", TaskView, campaign_id=t.campaign.campaign_id, step=0)
            self.views.setdefault(t.is_gold(view), view)
        self.issues = {}

    def both(self, action):
        """Do something with both images; it must be answered in the same way."""
        said = {gold: self.plain(gold, self.said(lambda its=view: action(its))) for gold, view in self.views.items()}
        assert said[True] == said[False]

    @staticmethod
    def said(ask):
        """Return what is answered, or the sentence in which it is refused."""
        try:
            return repr(ask())
        except NbannotateError as error:
            return str(error)

    def plain(self, gold, answer):
        """Return an answer without what names the image, the moment, or where the image stands in a list."""
        view = self.views[gold]
        text = answer.replace(view.task.asset, "…")
        text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(\.\d+)?", "now", text)
        text = re.sub(r"('?)(annotation_id|issue_id|task_id|asset_id|position|total)\1(=|: )\d+", r"\2=…", text)
        return text

    def everything(self):
        """Return what every operation tells, given each image: by gold or not, operation and other arguments."""
        told = {}
        for gold, view in self.views.items():
            rows = self.t.rows(
                "select annotation_id from data.annotations where task_id = $1 and member_id = "
                "(select member_id from data.members where login = $2)", view.task.task_id, self.who,
            )  # fmt: skip
            ids = {
                "task_id": [view.task.task_id], "asset_id": [view.task.asset_id],
                "annotation_id": [r["annotation_id"] for r in rows], "campaign_id": [self.t.campaign.campaign_id],
                "issue_id": [self.issues[gold]] if self.issues else [],
            }  # fmt: skip
            for name in annotators():
                fields = operations()[name].arguments.__struct_fields__
                writes = operations()[name].writes
                if writes or name in ENDS or not any(f in IDS for f in fields):
                    continue
                for given in itertools.product(*((ids | MEANINGS)[field] for field in fields)):
                    arguments = dict(zip(fields, given, strict=True))
                    others = repr({k: v for k, v in arguments.items() if k not in IDS})
                    answer = self.said(lambda n=name, its=arguments: self.t[self.who].call(n, object, **its))
                    told[gold, (name, others)] = self.plain(gold, answer)
        return told

    def check(self, stage):
        """Check that both images are told of in the same way."""
        told = self.everything()
        for task in self.t[self.who].call("tasks.listing", list[Task], campaign_id=self.t.campaign.campaign_id, step=0):
            for gold, view in self.views.items():
                if view.task.task_id == task.task_id:
                    told[gold, ("in the list", "")] = self.plain(gold, repr(task))
        for gold, view in self.views.items():
            opened = self.said(lambda its=view: self.t[self.who].call("tasks.open", TaskView, task_id=its.task.task_id))
            told[gold, ("tasks.open", "")] = self.plain(gold, opened)
        keys = {key for _, key in told}
        assert (stage == "in the queue") != (("in the list", "") in keys)
        assert len(keys) >= 5, keys
        for key in keys:
            assert told.get((True, key)) == told.get((False, key)), (stage, key)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([DRAW, CHECK], id="review"),
        pytest.param([DRAW], id="alone"),
        pytest.param(
            [nb.Step("draw", "annotation", ["ana", "ben", "cem"], copies=2), nb.Step("agree", "consensus", ["chloe"])],
            id="copies",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("existing", ["prefill", "restart", "review"])
def test_no_operation_tells_gold_from_other_images(golden, steps, existing):
    if existing == "review" and steps[-1].kind != "review":
        existing = "done"
    t = golden(count=30, steps=steps, existing=existing)
    asked = Asked(t, "ana")
    asked.check("given")
    asked.both(lambda view: t.act("ana", "save", view, WRONG, seconds=3.0))
    asked.check("saved")
    raised = {}

    def raise_issue(view):
        issue = t["ana"].call("issues.create", Issue, task_id=view.task.task_id, text="Is that one?")
        raised[view.task.asset in t.names] = issue.issue_id
        return issue

    asked.both(raise_issue)
    asked.issues = raised
    asked.check("asked")
    for view in asked.views.values():
        assert repr(t["ana"].call("tasks.open", TaskView, task_id=view.task.task_id).annotation) == repr(WRONG)
    asked.both(
        lambda view: t["ana"].call("tasks.submit", object, task_id=view.task.task_id, annotation=WRONG, revision=1)
    )
    asked.check("submitted")
    asked.both(raise_issue)
    asked.check("asked afterwards")


@pytest.mark.parametrize("action", ["skip", "discard"])
def test_what_is_skipped_is_told_of_in_the_same_way(golden, action):
    t = golden(count=30)
    asked = Asked(t, "ana")
    for view in asked.views.values():
        t["ana"].call("issues.create", Issue, task_id=view.task.task_id, text="Dark.")
    more = {"reason": "dark"} if action == "discard" else {}
    asked.both(lambda view: t.act("ana", action, view, **more))
    asked.check(action)


def test_what_a_review_says_later_is_told_of_no_image_until_it_is_returned(golden):
    t = golden(count=30, steps=[DRAW, CHECK])
    asked = Asked(t, "ana")
    for view in asked.views.values():
        t.act("ana", "submit", view, RIGHT)
    review = t.next("chloe", 1)
    t.act("chloe", "submit", review, RIGHT)
    asked.check("reviewed")


def test_what_was_lost_is_told_of_in_the_same_way(golden):
    t = golden(count=30, steps=[nb.Step("draw", "annotation", ["ana", "ben"], lease_minutes=1)])
    asked = Asked(t, "ana")

    def run_out():
        with t.workspace.client.dispatcher.engine.write() as tx:
            tx.run("update data.tasks set leased_until = opened where leased_until is not null")

    run_out()
    asked.check("run out")
    run_out()
    t.workspace.client.call("clock.tick", object)
    asked.check("in the queue")
    for view in asked.views.values():
        t.act("ana", "save", view, WRONG)
    asked.check("taken up again")


def test_the_known_answer_is_told_by_no_operation(golden):
    secret = Annotation(shapes=(Shape(kind="rectangle", points=((7, 7), (29, 31)), label="WBC", id="what-is-known"),))
    for existing in ("restart", "review"):
        t = golden(count=20, known=secret, existing=existing)
        Asked(t, "ana")
        said = said_to(t, "ana", annotators())
        assert not [asked for asked, answer in said.items() if "what-is-known" in answer]


def test_notices_of_gold_come_to_nobody_who_did_not_answer_badly(golden):
    t = golden(count=30)
    t.answer("ana", 2)
    for who in ("ana", "ben"):
        assert not [n for n in t[who].call("notices.mine", list[Notice]) if n.kind == "gold" or "known" in n.text]


def test_the_work_that_is_left_is_told_alike_before_and_after(golden):
    """Of the jobs only what is said of both images differs: nothing."""
    t = golden(count=30)
    asked = Asked(t, "ana")
    seen = {}
    for gold, view in asked.views.items():
        before = t["ana"].call("tasks.mine", list[Job])[0]
        t.act("ana", "submit", view, RIGHT)
        after = t["ana"].call("tasks.mine", list[Job])[0]
        names = ("returned", "in_progress", "waiting", "started", "done", "remaining", "total", "objects", "issues")
        seen[gold] = {name: getattr(after, name) - getattr(before, name) for name in names}
    assert seen[True] == seen[False]
