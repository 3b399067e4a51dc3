"""A real workspace whose rows were planted: weeks of work in a moment, of known truth, seen through the public views.

Two campaigns of draw, check and check again; the second one on a child of the first one's version, so that both show
the same revisions of what was not touched. People skip, send back, reject, reassign, work over midnight and
over the ends of summer time in Berlin (2025-10-26) and in St. John's (2025-11-02); one is disabled. The rows are
kept as they were planted: the oracle recounts them.
"""

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

import nbannotate as nb
from nbannotate import model
from nbannotate.store.transaction import Transaction

Row = dict[str, Any]
BEGIN, END = dt.datetime(2025, 10, 24), dt.datetime(2025, 11, 5)
PEOPLE = ("ana", "ben", "eve", "chloe", "dan")
STEPS = (("draw", "annotation"), ("check", "review"), ("final", "review"))
LABELS = {"cell": "#112233", "debris": "#aa5500", "nucleus": "#0055aa"}
WORK = ("tasks", "annotations", "shapes", "issues", "events", "activity")


@dataclass
class Grown:
    """The workspace, its scopes by name, and what was planted."""

    ws: Any
    scopes: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in WORK})
    assets: dict[int, Row] = field(default_factory=dict)
    campaigns: dict[int, Row] = field(default_factory=dict)
    #: What each version shows: the id of a revision, by asset.
    heads: dict[int, dict[int, int]] = field(default_factory=dict)
    #: What each version that is a child began with: as heads.
    began: dict[int, dict[int, int]] = field(default_factory=dict)
    #: Names and kinds of the steps of each campaign.
    steps: dict[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)


def insert(tx: Transaction, table: str, rows: list[Row]) -> None:
    """Plant rows; columns that are not given are null."""
    alike: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        alike.setdefault(tuple(row), []).append(row)
    for names, its in alike.items():
        columns = ", ".join(f'"{name}"' for name in names)
        for low in range(0, len(its), 100):
            values = [value for row in its[low : low + 100] for value in row.values()]
            places = (f"(${i + 1}" + "".join(f", ${i + k}" for k in range(2, len(names) + 1)) + ")"
                      for i in range(0, len(values), len(names)))  # fmt: skip
            tx.run(f"insert into data.{table} ({columns}) values {', '.join(places)}", *values)


def grow(seed: int = 0, assets: int = 12, busy: float = 0.85) -> Grown:
    """Return a workspace with work in it.

    Parameters
    ----------
    seed
        Of what people do.
    assets
        So many images in each campaign.
    busy
        How probably the next thing is done before the end of time.
    """
    world = Grown(nb.open(":memory:"))
    ws = world.ws
    for login in PEOPLE:
        ws.members.add(login, "reviewer" if login in ("chloe", "dan") else "annotator")
    world.members = dict(ws.sql("select login, member_id from members").itertuples(index=False, name=None))
    dataset = ws.create_dataset("smears")
    first = dataset.create_version("v1")
    engine = ws.client.dispatcher.engine  # type: ignore[attr-defined]
    random_ = random.Random(seed)
    with engine.write() as tx:
        layer = tx.value("select layer_id from data.version_layers where version_id = $1", first.version_id)
        for i in range(assets):
            asset = {"asset_id": tx.new_id(), "dataset_id": dataset.dataset_id, "name": f"a{i:03d}.png", "path": "",
                     "folder": "", "width": random_.choice([640, 1000]), "height": random_.choice([480, 333]),
                     "bytes": 1, "metadata": "{}", "created": BEGIN}  # fmt: skip
            world.assets[asset["asset_id"]] = asset
        insert(tx, "assets", list(world.assets.values()))
        insert(tx, "layer_assets", [
            {"layer_id": layer, "asset_id": a, "position": i, "effect": 1, "added": BEGIN}
            for i, a in enumerate(world.assets)
        ])  # fmt: skip
    world.heads[first.version_id] = {}
    one = _campaign(world, first, "One", random_, list(world.assets), busy)
    second = first.create_child("v2")
    world.heads[second.version_id] = dict(world.heads[first.version_id])
    world.began[second.version_id] = dict(world.heads[first.version_id])
    two = _campaign(world, second, "Two", random_, list(world.assets)[: assets // 2], busy)
    ws.members.disable("eve")
    world.scopes = {"workspace": ws, "dataset": dataset, "v1": first, "v2": second, "One": one, "Two": two}
    return world


def _campaign(world: Grown, version: Any, name: str, random_: random.Random, assets: list[int], busy: float) -> Any:
    """Write a campaign and plant its work."""
    recipe = model.Recipe(labels=tuple(model.Label(n, color=c) for n, c in LABELS.items()))
    steps = tuple(model.Step(n, kind=k, assignees=PEOPLE[:3] if k == "annotation" else PEOPLE[3:]) for n, k in STEPS)
    campaign = version.create_campaign(name, recipe, model.Workflow(steps))
    world.steps[campaign.campaign_id] = STEPS
    work = _Work(world, random_, campaign.campaign_id, version.version_id, busy)
    engine = world.ws.client.dispatcher.engine  # type: ignore[attr-defined]
    with engine.write() as tx:
        tx.run("update data.campaigns set launched = $2 where campaign_id = $1", campaign.campaign_id, BEGIN)
        tx.run("delete from data.steps where campaign_id = $1", campaign.campaign_id)
        insert(tx, "steps", [{"campaign_id": campaign.campaign_id, "step": i, "name": n, "kind": k}
                             for i, (n, k) in enumerate(STEPS)])  # fmt: skip
        before = {table: len(rows) for table, rows in world.rows.items()}
        work.new_id = tx.new_id
        for position, asset_id in enumerate(assets):
            work.way(asset_id, position)
        for table, rows in world.rows.items():
            insert(
                tx, table, [{k: v for k, v in row.items() if not k.startswith("_")} for row in rows[before[table] :]]
            )
        insert(tx, "comments", [
            {"comment_id": tx.new_id(), "issue_id": issue["issue_id"], "author_id": issue["author_id"], "text": "see",
             "created": issue["created"]} for issue in world.rows["issues"][before["issues"] :]
        ])  # fmt: skip
        layer = tx.value(
            "select layer_id from data.version_layers where version_id = $1 order by height desc limit 1",
            version.version_id,
        )
        mine = {a: n for a, n in world.heads[version.version_id].items() if n >= work.first}
        insert(tx, "layer_heads", [{"layer_id": layer, "asset_id": a, "annotation_id": n} for a, n in mine.items()])
    world.campaigns[campaign.campaign_id] = {"name": name, "version_id": version.version_id, "due": None}
    return campaign


class _Work:
    """What is done in one campaign, asset after asset."""

    def __init__(self, world: Grown, random_: random.Random, campaign_id: int, version_id: int, busy: float) -> None:
        self.world, self.random, self.busy = world, random_, busy
        self.campaign_id, self.version_id = campaign_id, version_id
        self.new_id: Any = None
        self.first = campaign_id  # ids grow: what is said here has larger ones

    def way(self, asset_id: int, position: int) -> None:
        """Let an asset go its way through the workflow, until people stop."""
        step, rounds, state, holder, now = 0, [0, 0, 0], "in_progress", None, BEGIN
        said: list[Row] = []
        while True:
            rounds[step] += 1
            task: Row = {
                "task_id": self.new_id(), "campaign_id": self.campaign_id, "asset_id": asset_id, "step": step,
                "round": rounds[step], "state": state, "outcome": None, "position": position, "is_current": True,
                "assignee_id": holder and self.world.members[holder], "worked_s": 0.0, "shown_s": 0.0,
                "editing_s": 0.0, "created": now, "opened": None, "closed": None, "status": None,
                "_assignee": holder,
            }  # fmt: skip
            self.world.rows["tasks"].append(task)
            if self.random.random() > self.busy:
                return
            now += dt.timedelta(seconds=self.random.choice([5, 900, 7000, 40000, 86000]))
            if now >= END:
                return
            holder = holder or self.random.choice(PEOPLE[:3] if step == 0 else PEOPLE[3:])
            now = self.sit(task, holder, now)
            if self.random.random() < 0.15:  # a manager gives it to somebody else
                holder = self.random.choice(PEOPLE[:3] if step == 0 else PEOPLE[3:])
                now = self.sit(task, holder, now)
            if self.random.random() > self.busy:
                return
            outcome = self.close(task, now, said)
            if outcome in ("skipped", "discarded", "rejected") or (step == 2 and outcome.startswith("accepted")):
                return
            task["is_current"] = False
            annotator = next((t["_assignee"] for t in reversed(self.world.rows["tasks"])
                              if t["asset_id"] == asset_id and t["campaign_id"] == self.campaign_id
                              and t["outcome"] == "submitted"), None)  # fmt: skip
            step = 0 if outcome == "rework" else step + 1
            state, holder = ("to_rework", annotator) if outcome == "rework" else ("in_progress", None)

    def sit(self, task: Row, holder: str, now: dt.datetime) -> dt.datetime:
        """Let somebody work on a task, in a few stretches with pauses, and return when that ended."""
        task["_assignee"], task["assignee_id"] = holder, self.world.members[holder]
        task["opened"] = task["opened"] or now
        for _ in range(self.random.randint(1, 3)):
            length = self.random.choice([2, 30, 61, 300, 600])
            worked = float(self.random.randint(0, length))
            editing = float(self.random.randint(0, int(worked)))
            label = self.random.choice([None, *LABELS])
            self.world.rows["activity"].append({
                "member_id": self.world.members[holder], "task_id": task["task_id"], "campaign_id": self.campaign_id,
                "asset_id": task["asset_id"], "step": task["step"], "label": label, "started": now,
                "ended": now + dt.timedelta(seconds=length), "shown_s": float(length), "worked_s": worked,
                "editing_s": editing, "_member": holder,
            })  # fmt: skip
            for name, value in (("shown_s", float(length)), ("worked_s", worked), ("editing_s", editing)):
                task[name] += value
            now += dt.timedelta(seconds=length + self.random.choice([0, 0, 20, 4000]))
        return now

    def close(self, task: Row, now: dt.datetime, said: list[Row]) -> str:
        """End a task, with what that says and raises."""
        kinds = {"annotation": ["submitted"] * 8 + ["skipped", "discarded"],
                 "review": ["accepted"] * 4 + ["accepted_with_edits"] * 3 + ["rework"] * 3 + ["rejected"]}  # fmt: skip
        outcome = self.random.choice(kinds[STEPS[task["step"]][1]])
        task |= {"closed": now, "outcome": outcome,
                 "state": "skipped" if outcome in ("skipped", "discarded", "rejected") else "done"}  # fmt: skip
        if outcome == "submitted":
            nothing = self.random.random() < 0.15
            said[:] = [] if nothing else self.drawn(said, draw=3)
            self.revise(task, said, now, "annotation", nothing)
        elif outcome == "accepted_with_edits":
            said[:] = self.drawn(said, draw=1)
            self.revise(task, said, now, "review", False)
        elif outcome in ("rework", "skipped"):
            self.issue(task, now, said)
        return outcome

    def drawn(self, before: list[Row], draw: int) -> list[Row]:
        """Return shapes: of those before some are moved, named otherwise or taken away, and new ones are drawn."""
        found = []
        for shape in before:
            roll = self.random.random()
            if roll < 0.15:
                continue
            changed = dict(shape)
            if roll < 0.35:
                changed |= {"x": shape["x"] + 1.5}
            if 0.3 < roll < 0.5:
                changed |= {"label": self.random.choice([n for n in LABELS if n != shape["label"]])}
            if 0.5 < roll < 0.6:
                changed |= {"x": shape["x"] + 0.005}  # a page rounds: that is no move
            found.append(changed)
        for _ in range(self.random.randint(0, draw)):
            width, height = self.random.choice([1.0, 2.0, 37.5, 200.0]), self.random.choice([1.0, 64.0, 99.0])
            point = self.random.random() < 0.2
            found.append({
                "shape_id": f"s{self.new_id()}", "label": self.random.choice(list(LABELS)),
                "kind": "point" if point else "rectangle", "points": "[[1,2]]", "attributes": "{}",
                "area": 0.0 if point else width * height, "x": self.random.choice([0.0, 310.2, 900.0]),
                "y": self.random.choice([0.0, 250.0]), "width": 0.0 if point else width,
                "height": 0.0 if point else height, "also": "[]",
            })  # fmt: skip
        return found

    def revise(self, task: Row, said: list[Row], now: dt.datetime, source: str, nothing: bool) -> None:
        """Plant a revision with its shapes."""
        new = self.new_id()
        self.world.rows["annotations"].append({
            "annotation_id": new, "version_id": self.version_id, "asset_id": task["asset_id"],
            "campaign_id": self.campaign_id, "task_id": task["task_id"], "member_id": task["assignee_id"],
            "source": source, "nothing_to_label": nothing, "tags": "[]", "created": now, "origin": "answer",
            "tag_attributes": "{}", "shapes": len(said), "_member": task["_assignee"],
        })  # fmt: skip
        self.world.rows["shapes"] += [{"annotation_id": new, "position": i, **s} for i, s in enumerate(said)]
        self.world.heads[self.version_id][task["asset_id"]] = new

    def issue(self, task: Row, now: dt.datetime, said: list[Row]) -> None:
        """Plant an issue; some are resolved, some of them were opened again before."""
        kind = self.random.choice(["image", "zone", "shape"])
        zone = {f"{c}{i}": 5.0 for c in "xy" for i in (0, 1)} if kind == "zone" else {}
        state = self.random.choice(["open", "for_review", "resolved"])
        issue: Row = {
            "issue_id": self.new_id(), "campaign_id": self.campaign_id, "asset_id": task["asset_id"],
            "task_id": task["task_id"], "shape_id": said[0]["shape_id"] if kind == "shape" and said else None, **zone,
            "state": state, "author_id": task["assignee_id"], "created": now,
            "closed": now + dt.timedelta(hours=self.random.randint(1, 40)) if state == "resolved" else None,
            "_author": task["_assignee"],
        }  # fmt: skip
        self.world.rows["issues"].append(issue)
        for hours in self.random.sample([3, 9, 30], self.random.randint(0, 2)):
            self.world.rows["events"].append({
                "event_id": self.new_id(), "member_id": task["assignee_id"], "operation": "issues.set_state",
                "campaign_id": self.campaign_id, "task_id": task["task_id"], "asset_id": task["asset_id"],
                "milliseconds": 1.0, "detail": f'{{"issue_id": {issue["issue_id"]}, "state": "open"}}',
                "created": now + dt.timedelta(hours=hours), "_issue": issue,
            })  # fmt: skip
