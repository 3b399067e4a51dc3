"""No operation holds the writer the longer the more assets there are: all that write, also those of tomorrow.

What runs in the writer's transaction is counted in statements, at ten assets and at forty. An operation that is new
fails here until it says how it is called on many assets, or that it is about one thing only.
"""

import contextlib
import tempfile
from pathlib import Path

import pytest

import nbannotate as nb
from nbannotate.formats import Foreign, Head, Row
from nbannotate.model import Annotation, Saved, Session, Shape, TaskView
from nbannotate.operations import annotations, completion, registry
from nbannotate.operations.dispatch import Dispatcher
from nbannotate.owner.memory import MemoryClient
from nbannotate.owner.setup import first_member
from nbannotate.store import distribution, importing, incoming_assets, splits
from nbannotate.store.duckdb.engine import MEMORY, Engine
from nbannotate.workspace.workspace import Workspace
from tests.formats import sets
from tests.operations.any_sequence_counts import check_shapes_of_revisions

FEW, MANY = 10, 40
BOX = Annotation(shapes=(Shape(kind="rectangle", points=((1, 2), (20, 30)), label="WBC"),))
RECIPE = nb.Recipe(labels=["WBC"])
QUEUE = nb.Workflow([nb.Step("draw", "annotation", ["ana", "ben"])])
EQUAL = nb.Workflow([nb.Step("draw", "annotation", ["ana", "ben"], attribution="equal")])
OWN = nb.Workflow([nb.Step("draw", "annotation", ["ana"], attribution="equal")])

#: About one thing each: a member, a session, a task, an issue, the words of a campaign.
OF_ONE = {
    "assets.archive", "assets.delete", "assets.rename", "datasets.archive", "datasets.rename", "members.archive",
    "members.delete", "members.rename", "versions.archive", "versions.rename",
    "assets.set_metadata", "campaigns.archive", "datasets.create", "datasets.set_workers", "datasets.take_back",
    "documents.add", "issues.create", "issues.reply", "issues.set_state", "members.account", "members.add",
    "members.adopt",
    "members.change_password", "members.enable", "members.invite", "members.set_password", "members.set_role",
    "gold.resume", "notices.see", "recipes.add_label", "sequences.take", "sessions.accept", "sessions.act_as",
    "sessions.admit", "sessions.bind_kernel",
    "sessions.close", "sessions.open", "sessions.unbind_kernel", "tasks.discard", "tasks.heartbeat", "tasks.next",
    "tasks.open", "tasks.pull", "tasks.reject", "tasks.rework", "tasks.save", "tasks.save_changes", "tasks.skip",
    "tasks.submit", "tasks.submit_and_next", "tasks.take", "versions.create",
}  # fmt: skip

#: Takes so many at a time, whatever there is.
SOME_AT_A_TIME = {"jobs.submit", "tasks.report"}


class Counted:
    """The writer's connection, which counts the statements and the rows written of each of its transactions."""

    def __init__(self, connection):
        self._connection, self.most, self._now = connection, 0, 0
        self.said = []
        self.most_rows = self._rows = 0

    def execute(self, sql, *arguments):
        self.said.append(sql)
        self._now = 0 if sql == "begin" else self._now + 1
        self.most = max(self.most, self._now)
        done = self._connection.execute(sql, *arguments)
        self._rows = 0 if sql == "begin" else self._rows + written(sql, done)
        self.most_rows = max(self.most_rows, self._rows)
        return done

    def __getattr__(self, name):
        return getattr(self._connection, name)


def written(sql, done):
    """Return how many rows of a table that stays a statement has written; one that gives its rows does not count."""
    words = sql.lower().split()
    stays = any(word.startswith("data.") for word in words[1:3])
    if words[0] not in ("insert", "update", "delete", "merge") or not stays or "returning" in words:
        return 0
    return done.fetchone()[0]


class Ground:
    """A workspace with a version of so many images that need not exist."""

    def __init__(self, count, engine=None, drafts=None):
        self.count, self.most_drafts, engine, token = count, drafts, engine or Engine(MEMORY), "t" * 32
        first_member(engine)
        self.counted = engine._writer = Counted(engine._writer)
        self.ws = Workspace(MemoryClient(Dispatcher(engine, token), token))
        for login in ("ana", "ben"):
            self.ws.members.add(login, password=f"password-of-{login}")
        self.ana = self.ws.client.acting(
            self.ws.client.call("sessions.open", Session, login="ana", password="password-of-ana").token
        )
        self.dataset = self.ws.create_dataset("d")
        self.version = self.dataset.create_version("v")
        self.add("a")

    def rows(self, prefix):
        import pandas as pd

        names = [f"{prefix}{i:06}.png" for i in range(self.count)]
        return pd.DataFrame({"name": names, "path": [f"old/{n}" for n in names], "folder": "", "width": 64,
                             "height": 48, "bytes": 1,
                             "metadata": "{}", "sequence": "s", "moment": range(self.count)})  # fmt: skip

    def add(self, prefix, version=None):
        from nbannotate.workspace import frames

        version = version or self.version
        version.workspace.client.upload("assets.add", int, frames.to_parquet(self.rows(prefix)),
                                        version_id=version.version_id)  # fmt: skip

    def read(self, **options):
        names = self.version.assets.df()["name"]
        return self.version.add_annotations(dict.fromkeys(names, BOX), source="model", **options)

    def campaign(self, flow=QUEUE, launch=True, **options):
        made = self.version.create_campaign("July", RECIPE, flow, **options)
        if launch:
            made.launch()
        return made

    def drafts(self, campaign):
        """Let ana open and save all that is hers."""
        views = []
        for task_id in campaign.tasks.df(assignee="ana")["task_id"][: self.most_drafts]:
            view = self.ana.call("tasks.open", TaskView, task_id=int(task_id))
            self.ana.call("tasks.save", Saved, task_id=view.task.task_id, annotation=BOX, revision=view.revision,
                          seconds=0.0)  # fmt: skip
            views.append(view)
        return views


def add_that_join(g):
    g.campaign(EQUAL)
    return lambda: g.add("b")


def replace(g):
    table = g.rows("a")
    table["path"] = "elsewhere/" + table["path"]
    from nbannotate.workspace import frames

    return lambda: g.ws.client.upload("assets.replace", int, frames.to_parquet(table), version_id=g.version.version_id)


def relocate(g):
    return lambda: g.ws.client.call(
        "assets.relocate", int, version_id=g.version.version_id, old="old", new="/new", check=False
    )


def restore(g):
    g.read()
    g.version.add_annotations(dict.fromkeys(g.version.assets.df()["name"], BOX), source="again")
    return lambda: g.version.restore(source="again")


def child(g):
    g.read()
    return lambda: g.version.create_child("v2")


def merge(g):
    g.read()
    ours, theirs = g.version.create_child("ours"), g.version.create_child("theirs")
    names = g.version.assets.df()["name"].tolist()
    other, third = (Annotation(shapes=(Shape(kind="rectangle", points=((1, 2), (a, 30)), label="WBC", id="new"),))
                    for a in (25, 28))  # fmt: skip
    half = len(names) // 2
    ours.add_annotations(dict.fromkeys(names[half:], other), source="x")
    theirs.add_annotations(dict.fromkeys(names[1:], third), source="y")
    theirs.assets[names[0]].archive()
    return lambda: nb.merge(g.version, ours, theirs, "both", resolve=EQUAL)


def publish(g):
    g.read()
    return g.version.publish


def on_a_published_one(g):
    g.read()
    g.version.publish()
    return lambda: g.campaign(launch=False)


def launch(g):
    g.read()
    return g.campaign(EQUAL, launch=False).launch


def apply(g):
    c = g.campaign(EQUAL)
    return lambda: c.add_assignee("draw", "zoe")


def let_in(g):
    c = g.campaign(EQUAL, new_assets="wait")
    g.add("b")
    return c.join


def complete(g):
    c = g.campaign(OWN)
    g.drafts(c)
    return lambda: c.complete("enough")


def complete_job(g):
    c = g.campaign(OWN)
    g.drafts(c)
    return lambda: g.ws.client.call(
        "jobs.complete", int, campaign_id=c.campaign_id, step="draw", member="ana", reason="enough"
    )


def delete(g):
    c = g.campaign(OWN)
    g.drafts(c)
    return lambda: c.delete("July")


def delete_version(g):
    g.read()
    g.drafts(g.campaign(OWN))
    next(iter(g.ws.campaigns)).complete("enough")
    return lambda: g.version.delete("v")


def delete_dataset(g):
    delete_version(g)
    return lambda: g.dataset.delete("d")


def restart(g):
    g.read()
    c = g.campaign(OWN, existing="prefill")
    for view in g.drafts(c):
        g.ana.call("tasks.discard", nb.model.Closed, task_id=view.task.task_id, reason="x", revision=1, seconds=0.0)
    return lambda: g.ws.client.call(
        "jobs.restart", int, campaign_id=c.campaign_id, step="draw", member="ana", also=["discarded"]
    )


def send(g):
    g.read()
    c = g.campaign(existing="done")
    other = g.dataset.create_version("w")
    target = other.create_campaign("Experts", RECIPE, QUEUE)
    g.add("w", other)
    target.launch()
    return lambda: g.ws.client.call(
        "chain.send", int, campaign_id=c.campaign_id, to="Experts",
        asset_ids=[int(i) for i in c.tasks.df()["asset_id"]],
    )  # fmt: skip


def reassign(g):
    c = g.campaign(EQUAL)
    g.drafts(c)
    return lambda: g.ws.client.call(
        "tasks.reassign", nb.model.Reassigned, campaign_id=c.campaign_id, to="ben", started=True
    )


def redistribute(g):
    c = g.campaign(EQUAL)
    return lambda: g.ws.client.call(
        "tasks.redistribute", nb.model.Reassigned, campaign_id=c.campaign_id, step="draw", weights={"ben": 1.0}
    )


def _spread(g):
    g.read()
    c = g.campaign(OWN)
    view = g.ana.call("tasks.next", TaskView, campaign_id=c.campaign_id, step=0)
    mine = Annotation(shapes=(Shape(kind="rectangle", points=((3, 3), (9, 9)), label="WBC"),))
    g.ana.call("tasks.save", Saved, task_id=view.task.task_id, annotation=mine, revision=view.revision, seconds=0.0)
    return lambda: g.ana.call(
        "sequences.spread", nb.model.Spread, task_id=view.task.task_id, first=1, last=g.count, existing="add"
    )


def undo(g):
    made = _spread(g)()
    return lambda: g.ana.call("sequences.undo", nb.model.Spread, spread_id=made.spread_id)


def exclude(g):
    g.dataset.create_version("w").create_campaign("Others", RECIPE, QUEUE)
    c = g.campaign(OWN, rules=[nb.Rule("discarded", "Others")])
    views = g.drafts(c)
    return lambda: g.ana.call(
        "sequences.exclude", nb.model.Spread, task_id=views[0].task.task_id, first=1, last=g.count, reason="air",
        revision=1,
    )  # fmt: skip


def bring_in(g):
    boxes = [
        Row(name, 64, 48, BOX, metadata={"n": i}, foreign=Foreign(i), split="train")
        for i, name in enumerate(g.version.assets.df()["name"])
    ]
    folder = tempfile.TemporaryDirectory()
    file = sets.write("coco", Path(folder.name) / "in.json", Head(), boxes)

    def call():
        with folder:
            g.version.read("coco", file)

    return call


def clone(g):
    g.read()
    g.version.split(by=None, seed=1)
    return lambda: g.dataset.clone("copy")


def clone_elsewhere(g):
    with contextlib.closing(nb.open(":memory:")) as other:
        version = other.create_dataset("d").create_version("v")
        g.add("a", version)
        names = version.assets.df()["name"]
        version.add_annotations(dict.fromkeys(names, BOX), source="model")
        given = other.client.fetch("clones.contents", dataset_id=version.dataset.dataset_id)
    return lambda: g.ws.client.upload("clones.receive", nb.model.Dataset, given, name="copy", source="d / v")


def relabel(g):
    g.read()
    return lambda: g.version.labels.rename("WBC", "leukocyte")


def relabel_back(g):
    relabel(g)()
    return g.version.labels.undo


def split(g):
    g.version.split(by=None, seed=1)
    return lambda: g.version.split(by=None, seed=2)


def leases_run_out(g):
    c = g.campaign(nb.Workflow([nb.Step("draw", "annotation", ["ana", "ben"], lease_minutes=1)]))
    for _ in range(g.count):
        g.ana.call("tasks.pull", TaskView, campaign_id=c.campaign_id, step=0)
    with g.ws.client.dispatcher.engine.write() as tx:
        tx.run("update data.tasks set leased_until = timestamp '2020-01-01'")
    return lambda: g.ws.client.call("clock.tick", int)


def disable(g):
    g.drafts(g.campaign(OWN))
    return lambda: g.ws.members.disable("ana")


def forget(g):
    g.drafts(g.campaign(OWN))
    return lambda: g.ws.members.forget("ana", return_tasks=True)


def describe(g):
    return lambda: g.version.set_metadata({name: {"site": "Bern", "n": 1} for name in g.version.assets.df()["name"]})


CALLS = {
    "annotations.add": lambda g: g.read,
    "annotations.restore": restore,
    "assets.add": add_that_join,
    "assets.replace": replace,
    "assets.relocate": relocate,
    "campaigns.apply": apply,
    "campaigns.complete": complete,
    "campaigns.create": on_a_published_one,
    "campaigns.delete": delete,
    "campaigns.join": let_in,
    "campaigns.launch": launch,
    "chain.send": send,
    "clones.create": clone,
    "clones.receive": clone_elsewhere,
    "datasets.delete": delete_dataset,
    "versions.delete": delete_version,
    "clock.tick": leases_run_out,
    "imports.add": bring_in,
    "jobs.complete": complete_job,
    "jobs.restart": restart,
    "labels.change": relabel,
    "labels.undo": relabel_back,
    "leaving.forget": forget,
    "members.disable": disable,
    "merges.create": merge,
    "metadata.set": describe,
    "splits.set": split,
    "sequences.exclude": exclude,
    "sequences.spread": _spread,
    "sequences.undo": undo,
    "tasks.reassign": reassign,
    "tasks.redistribute": redistribute,
    "versions.child": child,
    "versions.publish": publish,
}


def most(name, count):
    """Return the statements, and the rows written, of the longest transactions of an operation on so many assets."""
    ground = Ground(count)
    if name == "campaigns.apply":
        ground.ws.members.add("zoe", password="password-of-zoe")
    call = CALLS[name](ground)
    ground.counted.most = ground.counted.most_rows = 0
    call()
    done = ground.ws.sql("select count(*) as n from events where operation = $1", [name])["n"][0]
    assert done, f"{name} was not called"
    check_shapes_of_revisions(ground.counted)
    return ground.counted.most, ground.counted.most_rows


def test_each_operation_that_writes_is_looked_at():
    writing = {name for name, o in registry.operations().items() if o.writes}
    assert writing == OF_ONE | SOME_AT_A_TIME | set(CALLS), "say in this file how it is called on many assets"


@pytest.mark.parametrize("name", CALLS)
def test_the_writer_runs_as_many_statements_for_many_assets_as_for_few(name):
    assert most(name, MANY)[0] <= most(name, FEW)[0]


def test_a_filter_is_never_asked_in_the_writer():
    ground = Ground(FEW)
    mine = "sqrt(width) > 2"
    made = ground.campaign(EQUAL, launch=False, filter=nb.Filter.sql(mine))
    made.plan(order="random").apply()
    made.launch()
    ground.add("b")
    made.plan(new_assets="wait").apply()
    ground.add("c")
    made.join()
    assert made.info.total == 3 * FEW
    assert not [said for said in ground.counted.said if mine in said]


def test_no_piece_holds_more_than_some_thousand_rows():
    most = (
        annotations.PIECE_ASSETS,
        annotations.PIECE_SHAPES,
        incoming_assets.PIECE,
        completion.DRAFTS_AT_ONCE,
        distribution.CHUNK,
        importing.PIECE,
        splits.PIECE,
    )
    assert max(most) <= 10_000
