"""Who answers in a copy learns nothing of the other answers, whatever operation is asked.

All operations that an annotator may call are called, with everything there is to name. One whose arguments are not
known here fails until MEANINGS says what they may be.
"""

import itertools

import pytest

import nbannotate as nb
from nbannotate.errors import NbannotateError, NotAllowed
from nbannotate.model import Annotation, Closed, DraftChanges, HistoryItem, Issue, Saved, Shape, Task, TaskView
from nbannotate.operations.registry import operations
from nbannotate.rules.rights import ALLOWED

ROLES = {"ana": "annotator", "xenia": "annotator", "cem": "annotator", "zoe": "annotator", "max": "manager"}
STEPS = [
    nb.Step("draw", "annotation", ["ana", "xenia", "cem", "max"], copies=3),
    nb.Step("agree", "consensus", ["zoe"]),
]
SECRETS = ("xenia", "a-shape-of-hers", "what-she-wrote")
SECRET = Annotation(shapes=(Shape(kind="rectangle", points=((2, 2), (20, 20)), label="WBC", id="a-shape-of-hers"),))
MINE = Annotation(shapes=(Shape(kind="rectangle", points=((3, 3), (21, 21)), label="WBC", id="mine"),))

#: These are about accounts, and end the session or need a secret.
OF_ACCOUNTS = {"members.change_password", "sessions.accept", "sessions.close", "sessions.open"}
#: What an argument may be besides the ids that there are.
MEANINGS = {
    "step": [0, 1], "first": [0], "last": [0], "but": [None], "state": ["open", "resolved"], "dataset": [None],
    "sort": ["name"], "annotation": [MINE], "changes": [DraftChanges(0)], "revision": [0, 1, 2], "seconds": [0.0],
    "status": [None], "text": ["?"], "reason": ["?"], "zone": [None], "shape_id": [None], "stretches": [{}],
    "unseen": [False], "limit": [50], "notice_ids": [[]], "key": [""], "sha256": ["0" * 64], "checked": [False],
    "metadata": [{"a": "1"}], "old": [{}], "name": ["new"], "color": [None], "shapes": [[]], "tags": [[]],
    "nothing": [False], "existing": ["add"], "spread_id": [1], "token": ["x"],
}  # fmt: skip
#: Without these a person goes on working, so that all can be asked again.
ENDS = {"tasks.submit", "tasks.submit_and_next", "tasks.skip", "tasks.discard", "jobs.submit"}


@pytest.fixture
def answering(team):
    """A campaign in which xenia drew, wrote and submitted, while ana, and perhaps max, are still to answer."""

    def make(second="ana"):
        t = team(count=2, steps=STEPS, roles=ROLES)
        views = {who: t[who].call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=0)
                 for who in ("xenia", second)}  # fmt: skip
        hers = views["xenia"].task.task_id
        t["xenia"].call("tasks.save", Saved, task_id=hers, annotation=SECRET, revision=0)
        t["xenia"].call("issues.create", Issue, task_id=hers, text="what-she-wrote")
        return t, views

    return make


def said_to(t, who, names):
    """Return all that some operations say to a person, given everything that there is."""
    ids = {
        "task_id": "select task_id from tasks", "annotation_id": "select annotation_id from annotations",
        "asset_id": "select asset_id from assets", "issue_id": "select issue_id from issues",
        "campaign_id": "select campaign_id from campaigns",
    }  # fmt: skip
    values = {name: [int(i) for i in t.workspace.sql(sql).iloc[:, 0]] or [1] for name, sql in ids.items()} | MEANINGS
    said = {}
    for name in names:
        fields = operations()[name].arguments.__struct_fields__
        unknown = [field for field in fields if field not in values]
        assert not unknown, f"{name} takes {unknown}: say in MEANINGS what that may be"
        for given in itertools.product(*(values[field] for field in fields)):
            arguments = dict(zip(fields, given, strict=True))
            try:
                answer = repr(t[who].call(name, object, **arguments))
            except NbannotateError as error:
                answer = str(error)
            said[name, repr(arguments)] = answer
    return said


def annotators():
    """Return the names of operations that an annotator may call and that are about work, those that end it last."""
    names = [n for n in operations() if "annotator" in ALLOWED[n] and n not in OF_ACCOUNTS]
    return sorted(names, key=lambda n: (n in ENDS, n))


def check_nothing_is_told(said):
    for asked, answer in said.items():
        assert not [s for s in SECRETS if s in answer], (asked, answer)


@pytest.mark.slow
def test_an_annotator_learns_nothing_of_the_other_answers_by_any_operation(answering):
    t, views = answering()
    mine = [n for n in annotators() if n not in ENDS]
    check_nothing_is_told(said_to(t, "ana", mine))
    t["xenia"].call("tasks.submit", Closed, task_id=views["xenia"].task.task_id, annotation=SECRET, revision=1)
    check_nothing_is_told(said_to(t, "ana", annotators()))
    assert t["xenia"].call("tasks.listing", list[Task], campaign_id=t.campaign.campaign_id, step=0)


def test_a_manager_who_has_to_answer_sees_the_others_only_afterwards(answering):
    t, views = answering("max")
    hers, his = views["xenia"].task.task_id, views["max"].task.task_id
    t["xenia"].call("tasks.submit", Closed, task_id=hers, annotation=SECRET, revision=1)
    revision = int(t.workspace.sql("select max(annotation_id) as n from annotations")["n"][0])
    for operation, arguments in (("tasks.open", {"task_id": hers}), ("annotations.get", {"annotation_id": revision}),
                                 ("tasks.history", {"task_id": hers})):  # fmt: skip
        with pytest.raises(NotAllowed, match="answer for this image yourself"):
            t["max"].call(operation, object, **arguments)
    for operation in ("tasks.open", "tasks.history", "tasks.before"):
        told = repr(t["max"].call(operation, object, task_id=his))
        assert not [s for s in SECRETS if s in told], told
    assert "what-she-wrote" not in repr(t["max"].call("issues.mine", object))
    t["max"].call("tasks.submit", Closed, task_id=his, annotation=MINE, revision=0)
    shown = t["max"].call("tasks.history", list[HistoryItem], task_id=his)
    assert "xenia" in repr(shown)
    assert t["max"].call("tasks.open", TaskView, task_id=hers).annotation == SECRET
