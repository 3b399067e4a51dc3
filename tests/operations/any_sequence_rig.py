"""A small world for random work: one campaign of a random workflow, people with sessions, and its raw rows."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from PIL import Image

import nbannotate as nb
from nbannotate.errors import NbannotateError
from nbannotate.model import Annotation, Campaign, CampaignSpec, Plan, Session, Shape
from nbannotate.workspace import frames

#: Who there is. Zoe works nowhere in the campaign; max manages, and may review.
ROLES = {
    "ana": "annotator", "ben": "annotator", "cem": "annotator", "dora": "reviewer", "eve": "reviewer",
    "max": "manager", "zoe": "annotator",
}  # fmt: skip
PEOPLE = tuple(ROLES)
DRAWERS, CHECKERS = ("ana", "ben", "cem", "dora"), ("dora", "eve", "max")
EXPERT = "for expert review"
STATUS_AT = {"annotation": "needs a second look", "review": EXPERT}

#: What an operation may change. Answers to repeated requests and sessions are not what anybody works on.
TABLES = (
    "members", "assets", "layer_assets", "layer_heads", "campaigns", "steps", "step_members", "tasks", "member_drafts",
    "lapses", "annotations", "shapes", "issues", "comments", "notices", "workers", "events",
    "gold_scores", "gold_falls", "job_counts", "count_changes",
)  # fmt: skip

Rows = dict[str, list[dict[str, Any]]]


class World:
    """A workspace in memory, its people and one launched campaign."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = nb.open(":memory:")
        self.engine = self.workspace.client.dispatcher.engine
        self.ids, self.clients, self.drawn, self.made = {}, {}, 0, 0
        for login, role in ROLES.items():
            member = self.workspace.members.add(login, role=role, password=f"password-of-{login}").member
            self.ids[login] = member.member_id
            self.log_in(login)
        self.logins = {member_id: login for login, member_id in self.ids.items()}
        self.version = self.workspace.create_dataset("smears").create_version("v1")

    def log_in(self, login: str) -> None:
        """Open a session and let the person act with it from now on."""
        client = self.workspace.client
        session = client.call(
            "sessions.open", Session, login=login, password=f"password-of-{login}", address=f"{login} {self.made}"
        )
        self.clients[login] = client.acting(session.token)

    def add_images(self, count: int) -> None:
        """Add images to the version."""
        paths = []
        for _ in range(count):
            path = self.folder / f"{self.made:02}.png"
            if not path.exists():
                Image.fromarray(np.zeros((8, 8), dtype=np.uint8)).save(path)
            paths.append(path)
            self.made += 1
        self.version.add_images(paths)

    def know(self, count: int, *, within: bool) -> None:
        """Publish a version of images with known answers; ``within``: the version at work has the images, too."""
        known = self.version.dataset.create_version("known")
        paths = [self.folder / f"known{i}.png" for i in range(count)]
        for path in paths:
            Image.fromarray(np.zeros((8, 8), dtype=np.uint8)).save(path)
        known.add_images(paths)
        known.add_annotations({path.name: self.drawing() for path in paths}, source="known")
        known.publish()
        if within:
            self.version.add_images(paths)

    def annotate(self, count: int) -> None:
        """Import annotations of the first images, as a model would make them."""
        drawings = {f"{i:02}.png": self.drawing() for i in range(count)}
        rows = pd.DataFrame(
            {
                "asset": list(drawings),
                "shapes": [msgspec.json.encode(a.shapes).decode() for a in drawings.values()],
                "tags": "[]",
                "nothing_to_label": False,
            }
        )
        self.workspace.client.upload(
            "annotations.add", nb.model.Imported, frames.to_parquet(rows),
            version_id=self.version.version_id, source="model",
        )  # fmt: skip

    def drawing(self) -> Annotation:
        """Return a complete annotation whose one shape has an id of its own."""
        self.drawn += 1
        shape = Shape(kind="rectangle", points=((1, 1), (5, 5)), label="WBC", id=f"s{self.drawn}")
        return Annotation(shapes=(shape,))

    def create(self, workflow: nb.Workflow, **options: Any) -> None:
        """Write the campaign."""
        recipe = nb.Recipe(labels=[nb.Label("WBC")], tags=["blurred"])
        self.spec = CampaignSpec(name="July", recipe=recipe, workflow=workflow, **({"seed": 5} | options))
        made = self.workspace.client.call(
            "campaigns.create", Campaign, version_id=self.version.version_id, spec=self.spec
        )
        self.campaign_id = made.campaign_id

    def launch(self) -> Plan:
        """Launch the campaign."""
        return self.workspace.client.call("campaigns.launch", Plan, campaign_id=self.campaign_id)

    def call(self, who: str, operation: str, returns: Any = object, **arguments: Any) -> Any:
        """Call an operation as a person."""
        return self.clients[who].call(operation, returns, **arguments)

    def rows(self) -> Rows:
        """Return all rows of the data, to compare and to count; gold is no work: it, and its issues, stand apart."""
        found = {}
        with self.engine.read() as tx:
            for table in TABLES:
                result = tx.connection.execute(f"from data.{table}")  # sorted here: DuckDB takes longer
                names = [column[0] for column in result.description]
                rows = sorted(result.fetchall(), key=lambda row: [(value is None, value) for value in row])
                found[table] = [dict(zip(names, row, strict=True)) for row in rows]
        found["gold"] = [task for task in found["tasks"] if task["gold"] is not None]
        found["tasks"] = [task for task in found["tasks"] if task["gold"] is None]
        golden = {task["task_id"] for task in found["gold"]}
        found["gold_issues"] = [issue for issue in found["issues"] if issue["task_id"] in golden]
        found["issues"] = [issue for issue in found["issues"] if issue["task_id"] not in golden]
        return found

    def view(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a public view."""
        with self.engine.read() as tx:
            return tx.all(f"select * from {name} where campaign_id = $1", self.campaign_id)

    def let_leases_run_out(self, task_ids: list[int]) -> None:
        """Let time pass for some tasks that are leased."""
        with self.engine.write() as tx:
            tx.run(
                "update data.tasks set leased_until = leased_until - interval 1 day where list_contains($1, task_id)",
                task_ids,
            )

    def set_due(self, due: datetime.date | None) -> None:
        """Let the due date be another one, also one that has passed."""
        self.spec = msgspec.structs.replace(self.spec, due=due)
        with self.engine.write() as tx:
            tx.run(
                "update data.campaigns set due = $2, spec = $3 where campaign_id = $1",
                self.campaign_id, due, msgspec.json.encode(self.spec).decode(),
            )  # fmt: skip

    def close(self) -> None:
        """Close the workspace."""
        self.workspace.close()
        self.engine.close()


def attempt(function: Any, *arguments: Any, **options: Any) -> tuple[Any, NbannotateError | None]:
    """Return what a function returns, or the error that a user would see; any other error is a bug and goes on."""
    try:
        return function(*arguments, **options), None
    except NbannotateError as error:
        return None, error
