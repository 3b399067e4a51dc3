"""Who works in one campaign learns nothing of another one by its ids, whatever operation they are given to."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

import nbannotate as nb
from nbannotate.errors import NbannotateError, NotAllowed
from nbannotate.model import Annotation, Closed, Document, Issue, Notice, Shape, TaskView
from nbannotate.operations.registry import operations
from nbannotate.rules.draft_changes import changes
from nbannotate.rules.rights import ALLOWED, DEVELOPERS

BOX = Annotation(shapes=(Shape(kind="rectangle", points=((5, 5), (50, 40)), label="WBC", id="secret-shape"),))

#: What is given beside the ids. What is not here makes the test fail: say what to give, or that it is an id.
PLAIN: dict[str, Any] = {
    "annotation": BOX, "changes": changes(Annotation(), BOX),
    "revision": 0, "seconds": 0.0, "reason": "of no use", "text": "hello", "zone": None,
    "shape_id": None, "state": "resolved", "step": 0, "status": None, "but": None, "first": 0, "last": 1,
    "shapes": None,
    "tags": None, "nothing": False, "existing": "keep", "metadata": {"a": 1}, "old": None, "name": "new", "color": None,
    "by": "random", "limit": None, "seed": 0, "member": "bob", "to": None, "also": [], "unseen": False,
    "checked": False,
}  # fmt: skip

#: The arguments that are ids, and what they are ids of.
IDS = {"task_id", "campaign_id", "annotation_id", "asset_id", "issue_id", "spread_id", "notice_ids", "sha256"}

#: What takes no id, or an id that is a secret of its own (a token, the key of an activity).
OTHERS = {"sessions.open", "sessions.accept", "sessions.check", "sessions.close", "members.change_password",
          "workspace.activity"}  # fmt: skip

NOTHING: list[Any] = [None, [], {}, 0]


def names() -> list[str]:
    """Every operation that somebody other than managers and developers may call with an id."""
    found = []
    for name, operation in operations().items():
        given = {f.name for f in msgspec.structs.fields(operation.arguments)}
        roles = ALLOWED.get(name, frozenset(["annotator"]))
        if name not in OTHERS and given & IDS and roles - DEVELOPERS:
            found.append(name)
    return found


class Ground:
    """Two campaigns on the same images, and one on others; ana and chloe work in the first only."""

    def __init__(self, team: Any, make_images: Any) -> None:
        self.t = t = team(2)
        workspace = t.workspace
        workspace.members.add("bob", password="password-of-bob")
        workspace.members.add("rob", role="reviewer", password="password-of-rob")
        t.passwords |= {"bob": "password-of-bob", "rob": "password-of-rob"}
        self.bob, self.rob = t.log_in("bob"), t.log_in("rob")
        child = t.version.create_child("v2")
        self.same = self._ids(child, "August")
        other = workspace.create_dataset("others").create_version("v1").add_images(make_images(2, folder="others"))
        self.other = self._ids(other, "September")
        # ana and chloe have worked on the same images, so that they may see those, but not what is said elsewhere.
        for _ in range(2):
            self._draw(t["ana"], t.campaign.campaign_id)

    def _ids(self, version: Any, name: str) -> dict[str, Any]:
        t = self.t
        steps = [nb.Step("draw", "annotation", ["bob"]), nb.Step("check", "review", ["rob"])]
        pdf = t.workspace.client.call("documents.add", Document, name="x.pdf", body=b"%PDF-" + name.encode() + b"%%EOF")
        made = version.create_campaign(name, nb.Recipe(labels=["WBC"]), nb.Workflow(steps), pdf=pdf)
        made.launch()
        task_id = self._draw(self.bob, made.campaign_id)
        issue = t.workspace.client.call("issues.create", Issue, task_id=task_id, text="a secret sentence")
        row = t.workspace.sql("select * from annotations where task_id = $1", [task_id]).iloc[0]
        notice = t.workspace.client.call("notices.mine", list[Notice])
        return {
            "task_id": task_id, "campaign_id": made.campaign_id, "annotation_id": int(row.annotation_id),
            "asset_id": int(row.asset_id), "issue_id": issue.issue_id, "spread_id": task_id + 1,
            "notice_ids": [n.notice_id for n in notice] or [1], "sha256": pdf.sha256,
        }  # fmt: skip

    def _draw(self, client: Any, campaign_id: int) -> int:
        view = client.call("tasks.next", TaskView | None, campaign_id=campaign_id, step=0)
        task_id: int = view.task.task_id
        client.call("tasks.submit", Closed, task_id=task_id, annotation=BOX, revision=view.revision, seconds=0)
        return task_id


@pytest.fixture
def ground(team: Any, make_images: Any) -> Ground:
    return Ground(team, make_images)


def arguments(name: str, ids: dict[str, Any]) -> dict[str, Any]:
    fields = [f.name for f in msgspec.structs.fields(operations()[name].arguments)]
    given = {field: ids[field] if field in IDS else PLAIN[field] for field in fields}
    return given | ({"step": "draw"} if name == "tasks.rework" else {})


def ask(ground: Ground, client: Any, name: str, ids: dict[str, Any]) -> str | None:
    """The sentence of the refusal; None if nothing was said."""
    operation = operations()[name]
    given = arguments(name, ids)
    try:
        if operation.gives_file:
            answer: Any = client.image(ids["asset_id"])
        else:
            answer = client.call(name, Any, **given)
    except NbannotateError as error:
        return f"{type(error).__name__}: {error}"
    assert answer in NOTHING, f"{name} answered {answer!r:.300}"
    return None


def test_no_operation_tells_of_or_changes_what_is_in_another_campaign(ground: Ground) -> None:
    events = ground.t.workspace.sql("select count(*) as n from events").n[0]
    told: list[str] = []
    for login in ("ana", "chloe"):
        for name in names():
            for ids in (ground.same, ground.other):
                shared = ids is ground.same and set(arguments(name, ids)) & IDS == {"asset_id"}
                if shared:
                    continue  # the image itself is theirs, too
                said = ask(ground, ground.t[login], name, ids)
                if said is not None and not said.startswith(("NotAllowed", "NotFound", "Refused")):
                    told.append(f"{name}: {said}")
                if any(secret in (said or "") for secret in ("secret", "bob", "rob", "August", "September")):
                    told.append(f"{name}: {said}")
                # An id that nobody has is refused in the same words: one cannot even find out which there are.
                unknown = {k: 10**9 if isinstance(v, int) else v for k, v in ids.items()}
                again = ask(ground, ground.t[login], name, unknown)
                if wordless(again) != wordless(said):
                    told.append(f"{name}: {said} / {again}")
    assert told == []
    after = ground.t.workspace.sql("select operation, member from events where event_id > 0 order by event_id")[events:]
    assert set(after.operation) <= {"notices.see"}, "nothing was done"


def wordless(sentence: str | None) -> str:
    """A sentence without its numbers."""
    return "".join(c for c in sentence or "" if not c.isdigit())


def test_a_revision_of_the_own_images_in_another_campaign_is_not_shown(ground: Ground) -> None:
    client = ground.t["ana"]
    assert client.image(ground.same["asset_id"]), "the image is hers, too"
    with pytest.raises(NotAllowed):
        client.call("annotations.get", Annotation, annotation_id=ground.same["annotation_id"])
    assert ground.bob.call("annotations.get", Annotation, annotation_id=ground.same["annotation_id"]) == BOX
