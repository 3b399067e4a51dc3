"""A campaign worked through by real operations under a clock that the test sets, and its rows as they were stored.

What people do is a list of short moves, so that Hypothesis can make and shrink it: they draw, review, send back, skip,
sit idle, and work past midnight and the ends of summer time in Berlin and in St. John's; tasks change hands, members
are disabled, jobs are completed. A move that is refused changes nothing. What was reported of time is kept apart: it is
the truth of what is measured.
"""

import datetime as dt
import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from grown import Grown, Row
from PIL import Image

import nbannotate as nb
from nbannotate.errors import NbannotateError
from nbannotate.model import Annotation, Closed, Issue, Plan, Session, Shape, Stretch, TaskView
from nbannotate.operations import dispatch

ROLES = {"ana": "annotator", "ben": "annotator", "eve": "annotator", "chloe": "reviewer", "dan": "reviewer",
         "max": "manager"}  # fmt: skip
LABELS = ("cell", "debris", "nucleus")
#: Just before midnight in Berlin, before clocks are put back there, and in St. John's.
WAITS = {
    "moments": 20, "minutes": 1300, "hours": 12_000, "a night": 50_000, "to midnight": dt.timedelta(hours=22),
    "to Berlin": dt.datetime(2025, 10, 26, 0, 59, 30), "to St. John's": dt.datetime(2025, 11, 2, 4, 29, 30),
}  # fmt: skip
BEGIN = dt.datetime(2025, 10, 25, 20, 30)
DRAWERS, REVIEWERS = ("ana", "ben", "eve"), ("chloe", "dan")


class Move(NamedTuple):
    """What somebody does: the verb, and numbers that say who, to what, and for how long."""

    what: str
    who: int = 0
    n: int = 0
    long: int = 30


class Clock:
    """The time of the workspace, while the test runs."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> dt.datetime:
        return self.now

    def go(self, seconds: float = 1.0) -> None:
        self.now += dt.timedelta(seconds=seconds)

    def wait(self, how: str) -> None:
        """Let time pass, as one of WAITS says."""
        value = WAITS[how]
        if isinstance(value, dt.datetime):
            self.now = max(self.now, value)
        elif isinstance(value, dt.timedelta):
            midnight = self.now.replace(hour=0, minute=0, second=0) + value - dt.timedelta(seconds=25)
            self.now = midnight if midnight > self.now else midnight + dt.timedelta(days=1)
        else:
            self.go(value)


class Simulation:
    """One campaign, and perhaps a second one on a child of its version, while people work."""

    def __init__(self, copies: int, reviews: int, assets: int, attribution: str, gold: str | None = None) -> None:
        self.clock, self.kept = Clock(), dispatch.utc_now
        dispatch.utc_now = self.clock
        self.ws = nb.open(":memory:")
        self.clients: dict[str, Any] = {}
        self.logged_in: dict[str, dt.datetime] = {}
        self.made = 0
        self.known: list[str] = []  # shapes that were drawn
        self.reported: Counter[tuple[str, str]] = Counter()  # by member and column: seconds that counted
        self.done: Counter[str] = Counter()
        self.began: dict[int, dict[int, int]] = {}
        for login, role in ROLES.items():
            self.ws.members.add(login, role=role, password=f"password-of-{login}")
        self.dataset = self.ws.create_dataset("smears")
        self.versions = {"v1": self.dataset.create_version("v1")}
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for i in range(assets):
                size = (48, 64) if i % 2 else (100, 40)
                paths.append(Path(folder) / f"a{i:02}.png")
                Image.fromarray(np.zeros(size, dtype=np.uint8)).save(paths[-1])
            self.versions["v1"].add_images(paths)
            if gold is not None:
                self.know(Path(folder))
        self.recipe = nb.Recipe(labels=[nb.Label(name) for name in LABELS])
        steps = [nb.Step("draw", "annotation", DRAWERS, attribution, copies=copies)]
        if copies > 1:
            steps.append(nb.Step("agree", "consensus", REVIEWERS))
        steps += [nb.Step(name, "review", REVIEWERS) for name in ("check", "final")[:reviews]]
        flow: dict[str, Any] = {"gold": "known", "share": 0.5, "on_fail": gold, "min_answers": 1, "last": 1}
        self.workflow = nb.Workflow(steps, **(flow if gold is not None else {}))
        self.campaigns: dict[str, Any] = {}
        self.begin("One", self.versions["v1"])

    def know(self, folder: Path) -> None:
        """Publish a version of images with known answers; they are no work."""
        paths = [folder / f"g{i}.png" for i in range(2)]
        for path in paths:
            Image.fromarray(np.zeros((48, 64), dtype=np.uint8)).save(path)
        shape = nb.Shape(kind="rectangle", points=((2, 2), (10, 7)), label=LABELS[0], id="known")
        version = self.versions["known"] = self.dataset.create_version("known").add_images(paths)
        version.add_annotations({path.name: Annotation(shapes=(shape,)) for path in paths}, source="known")
        version.publish()

    def begin(self, name: str, version: Any) -> None:
        """Launch a campaign."""
        campaign = version.create_campaign(
            name, self.recipe, self.workflow, order="sequential" if self.workflow.gold is None else "random"
        )
        self.ws.client.call("campaigns.launch", Plan, campaign_id=campaign.campaign_id)
        self.campaigns[name] = campaign

    def close(self) -> None:
        """End the workspace and give the clock back."""
        dispatch.utc_now = self.kept
        self.ws.close()

    # Moves ----------------------------------------------------------------------------------------------------------

    def run(self, moves: Iterable[Move]) -> None:
        """Make moves, as far as they are possible."""
        for move in moves:
            self.clock.go()
            try:
                getattr(self, move.what)(move)
            except NbannotateError:
                self.done["refused"] += 1
            else:
                self.done[move.what] += 1

    def call(self, who: str, operation: str, returns: Any = object, **arguments: Any) -> Any:
        """Call an operation as a person, who logs in again after some hours."""
        last = self.logged_in.get(who)
        if last is None or self.clock.now - last > dt.timedelta(hours=6):
            self.made += 1
            session = self.ws.client.call(
                "sessions.open", Session, login=who, password=f"password-of-{who}", address=f"{who} {self.made}"
            )
            self.clients[who], self.logged_in[who] = self.ws.client.acting(session.token), self.clock.now
        return self.clients[who].call(operation, returns, **arguments)

    def campaign_id(self, n: int) -> int:
        return int(list(self.campaigns.values())[n % len(self.campaigns)].campaign_id)

    def next(self, move: Move, step: int, people: tuple[str, ...]) -> tuple[str, TaskView]:
        """Let somebody have a task of a step in front."""
        who = people[move.who % len(people)]
        view = self.call(who, "tasks.next", TaskView | None, campaign_id=self.campaign_id(move.n), step=step)
        if view is None:
            raise nb.errors.NotFound("There is no task.")
        return who, view

    def sit(self, move: Move) -> tuple[Stretch, ...]:
        """Let somebody sit before a task: work for so long, then stay idle, then work on one label."""
        begin, worked = self.clock.now, float(move.long)
        idle, last = float(move.n % 3 * 40), float(move.long // 2)
        cuts = [begin + dt.timedelta(seconds=s) for s in (0, worked, worked + idle, worked + idle + last)]
        label = LABELS[move.n % len(LABELS)]
        self.clock.now = cuts[-1]
        found = (
            Stretch(cuts[0], cuts[1], True, worked // 3, {}),
            Stretch(cuts[1], cuts[2], False),
            Stretch(cuts[2], cuts[3], True, last, {label: last}),
        )
        return tuple(s for s in found if s.started < s.ended)

    def believe(self, who: str, stretches: tuple[Stretch, ...], view: TaskView) -> None:
        """Keep what was reported and taken; time for gold is no work."""
        if view.task.asset.startswith("g"):
            self.done[f"gold in a workflow that says {self.workflow.on_fail}"] += 1
            return
        for s in stretches:
            seconds = (s.ended - s.started).total_seconds()
            self.reported[who, "shown_s"] += seconds
            self.reported[who, "worked_s"] += seconds * s.worked
            self.reported[who, "editing_s"] += s.editing_s

    def act(self, operation: str, move: Move, who: str, view: TaskView, **more: Any) -> None:
        """Work on a task and end it."""
        stretches = self.sit(move)
        self.call(
            who, f"tasks.{operation}", Closed, task_id=view.task.task_id, revision=view.revision, seconds=stretches,
            **more,
        )  # fmt: skip
        self.believe(who, stretches, view)

    def drawing(self, move: Move, before: tuple[Shape, ...]) -> Annotation:
        """Return what was there, some of it moved, named otherwise or taken away, and something new."""
        shapes = []
        for i, shape in enumerate(before):
            roll = (move.n + i) % 5
            if roll == 0:
                continue
            if roll == 1:
                shape = nb.Shape(kind=shape.kind, id=shape.id, label=LABELS[(move.long + i) % 3], points=shape.points)
            if roll == 2 and shape.kind == "rectangle":
                points = tuple((x + 1.5, y) for x, y in shape.points)
                shape = nb.Shape(kind=shape.kind, id=shape.id, label=shape.label, points=points)
            shapes.append(shape)
        for _ in range(move.n % 3):
            self.made += 1
            at = 2.0 + 4 * (move.long % 3)
            points = ((at, at),) if move.n % 4 == 1 else ((at, at), (at + 8, at + 5))
            kind = "point" if len(points) == 1 else "rectangle"
            label = LABELS[(move.n + move.who) % 3]
            shapes.append(nb.Shape(kind=kind, points=points, label=label, id=f"s{self.made}"))
        return Annotation(shapes=tuple(shapes), nothing_to_label=not shapes)

    def draw(self, move: Move) -> None:
        who, view = self.next(move, 0, DRAWERS)
        self.act("submit", move, who, view, annotation=self.drawing(move, view.annotation.shapes))

    def save(self, move: Move) -> None:
        who, view = self.next(move, 0, DRAWERS)
        stretches = self.sit(move)
        self.call(who, "tasks.save", task_id=view.task.task_id, revision=view.revision, seconds=stretches,
                  annotation=self.drawing(move, view.annotation.shapes))  # fmt: skip
        self.believe(who, stretches, view)

    def leave(self, move: Move) -> None:
        """Skip a task, or say that it is of no use."""
        who, view = self.next(move, 0, DRAWERS)
        if move.n % 2:
            self.act("discard", move, who, view, reason="of no use")
            return
        self.raise_issue(who, view, move)
        self.act("skip", move, who, view)

    def raise_issue(self, who: str, view: TaskView, move: Move) -> None:
        where: dict[str, Any] = [{}, {"zone": (1.0, 1.0, 5.0, 5.0)}, {}][move.n % 3]
        shapes = view.annotation.shapes
        if move.n % 3 == 2 and shapes:
            where = {"shape_id": shapes[0].id}
        self.call(who, "issues.create", Issue, task_id=view.task.task_id, text="look", **where)

    def later(self, move: Move) -> tuple[str, TaskView]:
        """Let somebody have a task after the drawing in front."""
        steps = len(self.workflow.steps)
        return self.next(move, 1 + move.n % max(1, steps - 1), REVIEWERS)

    def accept(self, move: Move) -> None:
        who, view = self.later(move)
        said = view.annotation
        if move.long % 2 or view.task.kind == "consensus":
            said = self.drawing(move, said.shapes)
        self.act("submit", move, who, view, annotation=said)

    def rework(self, move: Move) -> None:
        who, view = self.later(move)
        self.raise_issue(who, view, move)
        self.act("rework", move, who, view)

    def reject(self, move: Move) -> None:
        self.act("reject", move, *self.later(move))

    def issue(self, move: Move) -> None:
        """Resolve an issue, or open it again."""
        rows = self.rows("issues")
        if rows:
            issue = rows[move.n % len(rows)]
            state = "resolved" if move.who % 2 else "open"
            self.call("max", "issues.set_state", Issue, issue_id=issue["issue_id"], state=state)

    def reassign(self, move: Move) -> None:
        tasks = [t for t in self.rows("tasks") if t["outcome"] is None]
        if tasks:
            task = tasks[move.n % len(tasks)]
            people = DRAWERS if task["step"] == 0 else REVIEWERS
            self.call("max", "tasks.reassign", campaign_id=task["campaign_id"], task_ids=[task["task_id"]],
                      to=people[move.who % len(people)])  # fmt: skip

    def disable(self, move: Move) -> None:
        self.call("max", "members.disable", login=(*DRAWERS, *REVIEWERS)[move.who % 5])

    def enable(self, move: Move) -> None:
        login = (*DRAWERS, *REVIEWERS)[move.who % 5]
        self.call("max", "members.enable", login=login)
        self.logged_in.pop(login, None)

    def complete(self, move: Move) -> None:
        who = (*DRAWERS, *REVIEWERS)[move.who % 5]
        self.call("max", "jobs.complete", int, campaign_id=self.campaign_id(move.n), member=who, reason="enough",
                  step=0 if who in DRAWERS else 1)  # fmt: skip

    def restart(self, move: Move) -> None:
        self.call("max", "jobs.restart", int, campaign_id=self.campaign_id(move.n), step=0,
                  member=DRAWERS[move.who % 3], also=["skipped", "discarded"])  # fmt: skip

    def resume(self, move: Move) -> None:
        """Let somebody go on who was paused for gold."""
        self.call("max", "gold.resume", campaign_id=self.campaign_id(move.n), login=DRAWERS[move.who % 3])

    def wait(self, move: Move) -> None:
        self.clock.wait(list(WAITS)[move.n % len(WAITS)])

    def second(self, move: Move) -> None:
        """Begin a second campaign, on a child of the version."""
        if "v2" not in self.versions:
            child = self.versions["v2"] = self.versions["v1"].create_child("v2")
            self.began[child.version_id] = self.heads()[child.version_id]
            self.begin("Two", child)

    # What was stored ------------------------------------------------------------------------------------------------

    def rows(self, table: str, of: str = "*") -> list[Row]:
        """Return rows of the store, not of a public view."""
        engine = self.ws.client.dispatcher.engine  # type: ignore[attr-defined]
        with engine.read() as tx:
            return [dict(row) for row in tx.all(f"select {of} from data.{table} order by 1, 2")]

    def heads(self) -> dict[int, dict[int, int]]:
        found: dict[int, dict[int, int]] = {v.version_id: {} for v in self.versions.values()}
        for row in self.rows("version_heads"):
            found[row["version_id"]][row["asset_id"]] = row["annotation_id"]
        return found

    def world(self) -> Grown:
        """Return all that an oracle recounts."""
        world = Grown(self.ws)
        world.members = {row["login"]: row["member_id"] for row in self.rows("members") if row["login"] in ROLES}
        logins = {member_id: login for login, member_id in world.members.items()}
        names = {"tasks": ("assignee_id", "_assignee"), "annotations": ("member_id", "_member"),
                 "activity": ("member_id", "_member"), "issues": ("author_id", "_author")}  # fmt: skip
        for table, (column, name) in names.items():
            world.rows[table] = [{**row, name: logins.get(row[column])} for row in self.rows(table)]
        gold = {row["task_id"] for row in world.rows["tasks"] if row["gold"] is not None}
        world.rows["gold"] = [row for row in world.rows["tasks"] if row["task_id"] in gold]
        world.rows["gold_scores"] = self.rows("gold_scores")
        world.rows["gold_falls"] = [{**row, "_member": logins[row["member_id"]]} for row in self.rows("gold_falls")]
        for table in names:
            world.rows[table] = [row for row in world.rows[table] if row["task_id"] not in gold]
        made = {row["annotation_id"] for row in world.rows["annotations"]}
        world.rows["shapes"] = [row for row in self.rows("shapes") if row["annotation_id"] in made]
        issues = {row["issue_id"]: row for row in world.rows["issues"]}
        for row in self.rows("events"):
            detail = json.loads(row["detail"] or "{}")
            if row["operation"] == "issues.set_state" and detail["state"] == "open" and detail["issue_id"] in issues:
                world.rows["events"].append({**row, "_issue": issues[detail["issue_id"]]})
        world.assets = {row["asset_id"]: row for row in self.rows("assets")}
        world.heads, world.began = self.heads(), self.began
        for name, campaign in self.campaigns.items():
            steps = tuple((s.name, s.kind) for s in self.workflow.steps)
            world.steps[campaign.campaign_id] = steps
            version = self.versions["v1" if name == "One" else "v2"]
            world.campaigns[campaign.campaign_id] = {"name": name, "version_id": version.version_id, "due": None}
        world.scopes = {"workspace": self.ws, "dataset": self.dataset, **self.versions, **self.campaigns}
        return world
