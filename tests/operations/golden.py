"""A campaign with gold, its people, and what they do: for the tests of gold."""

from __future__ import annotations

import nbannotate as nb
from nbannotate.model import Annotation, Closed, Saved, Shape, TaskView
from tests.conftest import Team

RECIPE = nb.Recipe(labels=[nb.Label("WBC"), nb.Label("RBC")], tags=["blurred"])
ROLES = {
    "ana": "annotator", "ben": "annotator", "cem": "annotator", "chloe": "reviewer", "max": "manager",
}  # fmt: skip


def box(label: str = "WBC", x: float = 2.0) -> Shape:
    """Return a rectangle."""
    return Shape(kind="rectangle", points=((x, 2), (x + 20, 30)), label=label, id="one")


KNOWN = Annotation(shapes=(box(),))
RIGHT = Annotation(shapes=(box(x=2.5),))
WRONG = Annotation(shapes=(box("RBC", x=40.0),))


class Golden(Team):
    """A launched campaign on images of which every fifth has a known answer.

    ``kept`` says that the version with known answers stays a draft; ``launch`` whether the campaign is launched.
    """

    def __init__(
        self,
        workspace,
        paths,
        steps=None,
        roles=None,
        *,
        launch=True,
        published=True,
        flow=None,
        known=None,
        **campaign,
    ):
        self.workspace = workspace
        roles = roles or ROLES
        self.passwords = {login: f"password-of-{login}" for login in roles}
        for login, role in roles.items():
            workspace.members.add(login, role=role, password=self.passwords[login])
        self.clients = {login: self.log_in(login) for login in roles}
        self.dataset = workspace.create_dataset("smears")
        self.version = self.dataset.create_version("v1").add_images(paths)
        self.known = self.dataset.create_version("known").add_images(paths[2::5])
        self.names = sorted(path.name for path in paths[2::5])
        self.known.add_annotations(dict.fromkeys(self.names, known or KNOWN), source="known")
        if published:
            self.known.publish()
        steps = steps or [nb.Step("draw", "annotation", ["ana", "ben", "cem"]), nb.Step("check", "review", ["chloe"])]
        workflow = nb.Workflow(steps, gold="known", **({"share": 0.25} | (flow or {})))
        given = {"order": "random", "seed": 7} | campaign
        self.campaign = self.version.create_campaign("July", RECIPE, workflow, **given)
        if launch:
            self.campaign.launch()

    def next(self, who, step=0):
        """Return the view of the task that somebody gets next, or None."""
        return self[who].call("tasks.next", TaskView | None, campaign_id=self.campaign.campaign_id, step=step)

    def act(self, who, action, view, annotation=None, **more):
        """Let somebody act on the task of a view."""
        given = {} if annotation is None else {"annotation": annotation}
        return self[who].call(
            f"tasks.{action}", Saved if action == "save" else Closed, task_id=view.task.task_id,
            revision=view.revision, **given, **more,
        )  # fmt: skip

    def is_gold(self, view):
        """Return whether the image of a view has a known answer."""
        return view.task.asset in self.names

    def answer(self, who, n=1, gold=RIGHT, else_=RIGHT):
        """Let somebody submit until so many gold answers are given; return the views of those."""
        views = []
        while len(views) < n:
            view = self.next(who)
            assert view is not None, f"{who} got {len(views)} gold images only"
            if self.is_gold(view):
                views.append(view)
            self.act(who, "submit", view, gold if self.is_gold(view) else else_)
        return views

    def rows(self, sql, *parameters):
        """Return rows of the tables themselves, as dictionaries."""
        with self.workspace.client.dispatcher.engine.read() as tx:
            return tx.all(sql, *parameters)
