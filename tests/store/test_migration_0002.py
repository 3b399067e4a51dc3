"""A workspace that the first program wrote, with work in it, opens with this one and is worked on."""

import datetime
import json

import duckdb
import pytest

from nbannotate.model import Annotation, CampaignSpec, Closed, Issue, Job, Shape, TaskView
from nbannotate.operations.dispatch import Dispatcher
from nbannotate.owner.memory import MemoryClient
from nbannotate.store import migrations, people
from nbannotate.store.duckdb.engine import MARK, Engine
from nbannotate.workspace.workspace import Workspace

THEN = datetime.datetime(2026, 5, 4, 12)
OWNER, ANA, BEN, CHLOE, DATASET, VERSION, CAMPAIGN = range(1, 8)
DRAWN, RETURNED, DONE, WAITING, SKIPPED = range(11, 16)

#: As the first program wrote it: fields that came later are missing.
SPEC = {
    "name": "July",
    "recipe": {"labels": [{"name": "WBC", "kinds": [], "color": "#e69f00"}], "tags": ["blurred"]},
    "workflow": {
        "steps": [
            {"name": "draw", "kind": "annotation", "assignees": ["ana", "ben"], "attribution": "queue"},
            {"name": "check", "kind": "review", "assignees": ["chloe"], "attribution": "queue"},
        ]
    },
    "instructions": "# Cells",
    "due": None,
    "existing": "prefill",
}
DRAFT = Annotation(shapes=(Shape(kind="rectangle", points=((1.0, 1.0), (5.0, 5.0)), label="WBC", id="drawn"),))


def task(task_id, asset, step, round_, state, outcome, who, current):
    closed = THEN if outcome else None
    return (task_id, CAMPAIGN, asset, step, round_, state, outcome, who, asset, current, 30.0, THEN, THEN, THEN, closed)


TASKS = [
    task(21, DRAWN, 0, 1, "in_progress", None, ANA, True),
    task(22, RETURNED, 0, 1, "done", "submitted", BEN, False),
    task(23, RETURNED, 1, 1, "done", "rework", CHLOE, False),
    task(24, RETURNED, 0, 2, "to_rework", None, BEN, True),
    task(25, DONE, 0, 1, "done", "submitted", ANA, False),
    task(26, DONE, 1, 1, "done", "accepted_with_edits", CHLOE, True),
    task(27, WAITING, 0, 1, "in_progress", None, None, True),
    task(28, SKIPPED, 0, 1, "skipped", "skipped", BEN, True),
]


@pytest.fixture
def old(tmp_path):
    """Write a workspace with the first migration alone, as the first program did, and return its file."""
    path = tmp_path / "old.duckdb"
    connection = duckdb.connect(str(path))
    version, name, sql = migrations.MIGRATIONS[0]
    connection.execute(sql)
    connection.execute("insert into data.migrations values (?, ?, ?)", [version, name, THEN])
    connection.execute("insert into data.meta values ('mark', ?)", [MARK])

    def insert(table, *rows):
        for row in rows:
            connection.execute(f"insert into data.{table} values ({', '.join('?' * len(row))})", list(row))

    for _ in range(100):
        connection.execute("select nextval('data.ids')")
    people_ = ((OWNER, "olga", "owner"), (ANA, "ana", "annotator"), (BEN, "ben", "annotator"),
               (CHLOE, "chloe", "reviewer"))  # fmt: skip
    insert("members", *((i, login, role, None, True, THEN) for i, login, role in people_))
    insert("datasets", (DATASET, "smears", "# Smears", THEN))
    insert("versions", (VERSION, DATASET, "v1", "draft", None, THEN))
    for place, asset in enumerate((DRAWN, RETURNED, DONE, WAITING, SKIPPED)):
        insert("assets", (asset, DATASET, f"{asset}.png", f"/images/{asset}.png", "", 8, 8, 100, "{}", THEN))
        insert("version_assets", (VERSION, asset, place))
    insert("campaigns", (CAMPAIGN, VERSION, "July", json.dumps(SPEC), None, THEN, THEN))
    insert("steps", (CAMPAIGN, 0, "draw", "annotation"), (CAMPAIGN, 1, "check", "review"))
    insert("step_members", (CAMPAIGN, 0, ANA), (CAMPAIGN, 0, BEN), (CAMPAIGN, 1, CHLOE))
    insert("tasks", *TASKS)
    body = '{"shapes":[{"kind":"rectangle","points":[[1.0,1.0],[5.0,5.0]],"label":"WBC","id":"drawn"}]}'
    insert("drafts", (21, 3, body, THEN))
    revision = (31, VERSION, DONE, CAMPAIGN, 25, ANA, "annotation", False, "[]", THEN)
    insert("annotations", revision, (32, VERSION, DONE, CAMPAIGN, 26, CHLOE, "review", False, "[]", THEN),
           (33, VERSION, RETURNED, CAMPAIGN, 22, BEN, "annotation", True, "[]", THEN))  # fmt: skip
    for annotation_id in (31, 32):
        insert("shapes", (annotation_id, 0, "a", "WBC", "rectangle", "[[1,1],[5,5]]", "{}", None, 16, 1, 1, 4, 4))
    insert("issues", (41, CAMPAIGN, RETURNED, 23, None, None, None, None, None, "open", CHLOE, THEN, None, None),
           (42, CAMPAIGN, SKIPPED, 28, None, 1, 1, 4, 4, "open", BEN, THEN, None, None))  # fmt: skip
    insert("comments", (51, 41, CHLOE, "A cell is missing.", THEN), (52, 42, BEN, "All black.", THEN))
    insert("events", (61, ANA, "tasks.save", CAMPAIGN, 21, DRAWN, 4.0, 30.0, "{}", THEN))
    connection.close()
    return path


@pytest.fixture
def opened(old):
    """Open the old workspace with this program: its owner's handle, and a client for each person."""
    engine = Engine(old)
    workspace = Workspace(MemoryClient(Dispatcher(engine, "owner"), "owner"))
    workspace._people = {}
    with engine.write() as tx:
        for login, member_id in {"ana": ANA, "ben": BEN, "chloe": CHLOE}.items():
            until = datetime.datetime.now() + datetime.timedelta(days=7)
            people.add_session(tx, f"token of {login}", "login", member_id, THEN, until)
            workspace._people[login] = workspace.client.acting(f"token of {login}")
    yield workspace
    engine.close()


def test_a_draft_is_the_draft_of_whoever_had_the_task(opened):
    view = opened._people["ana"].call("tasks.next", TaskView, campaign_id=CAMPAIGN, step=0)
    assert (view.task.task_id, view.revision, view.annotation, view.editable) == (21, 3, DRAFT, True)
    closed = opened._people["ana"].call("tasks.submit", Closed, task_id=21, annotation=DRAFT, revision=3)
    assert closed.next_step == "check"


def test_statuses_are_what_the_outcomes_say(opened):
    tasks = opened.sql("select task_id, coalesce(status, '') as status, leased_until from tasks order by task_id")
    assert dict(zip(tasks["task_id"], tasks["status"], strict=True)) == {
        21: "", 22: "completed", 23: "returned", 24: "", 25: "completed", 26: "approved", 27: "", 28: "skipped",
    }  # fmt: skip
    assert tasks["leased_until"].isna().all()
    states = opened.sql("select state, coalesce(status, '') as status from asset_states order by asset_id")
    assert states["state"].tolist() == ["in_progress", "to_rework", "done", "in_progress", "skipped"]
    assert states["status"].tolist() == ["", "", "approved", "", ""], "an open issue takes the status away"


def test_states_of_jobs_and_of_the_campaign_are_counted(opened):
    jobs = opened.sql("select step, member, state, total, remaining, returned, done, skipped from jobs order by 1, 2")
    assert jobs.values.tolist() == [
        [0, "ana", "in_progress", 2, 1, 0, 1, 0],
        [0, "ben", "in_progress", 2, 1, 1, 1, 1],
        [1, "chloe", "on_review", 2, 0, 0, 2, 0],
    ]
    (job,) = opened._people["chloe"].call("tasks.mine", list[Job])
    assert (job.done, job.waiting, job.state) == (2, 0, "on_review")
    campaigns = opened.sql("select name, state, total, remaining, archived from campaigns")
    assert campaigns[["name", "state", "total", "remaining"]].values.tolist() == [["July", "active", 5, 3]]
    assert opened.campaigns["July"].progress.remaining == 3


def test_what_came_later_has_its_default_in_an_old_spec(opened):
    spec = opened.client.call("campaigns.spec", CampaignSpec, campaign_id=CAMPAIGN)
    assert spec.instructions == "# Cells"
    assert (spec.filter, spec.order, spec.new_assets, spec.rules) == ("all()", "sequential", "join", ())
    assert [(s.attribution, s.lease_minutes, s.statuses) for s in spec.workflow.steps] == [("queue", 30, ())] * 2
    assert spec.recipe.labels[0].color == "#e69f00"


def test_an_asset_that_was_returned_goes_on_to_its_end(opened):
    ben, chloe = opened._people["ben"], opened._people["chloe"]
    view = ben.call("tasks.next", TaskView, campaign_id=CAMPAIGN, step=0)
    assert (view.task.task_id, view.task.state, view.issues[0].comments[0].text) == (
        24, "to_rework", "A cell is missing."
    )  # fmt: skip
    ben.call("tasks.submit", Closed, task_id=24, annotation=DRAFT, revision=0)
    view = chloe.call("tasks.next", TaskView, campaign_id=CAMPAIGN, step=1)
    assert [issue.state for issue in view.issues] == ["for_review"]
    closed = chloe.call(
        "tasks.submit", Closed, task_id=view.task.task_id, annotation=view.annotation, revision=view.revision
    )
    assert closed.asset_state == "done"
    assert chloe.call("issues.mine", list[Issue])[0].state == "resolved"


def test_history_and_annotations_are_all_there(opened):
    assert opened.sql("select count(*) as n from events where operation = 'tasks.save'")["n"][0] == 1
    revisions = opened.sql("select annotation_id, task_id, member from annotations order by 1")
    assert revisions.values.tolist() == [[31, 25, "ana"], [32, 26, "chloe"], [33, 22, "ben"]]
    assert opened.sql("select shape_id, label from shapes").values.tolist() == [["a", "WBC"]]
    assert opened.sql("select text from issues order by issue_id")["text"].tolist() == [
        "A cell is missing.", "All black.",
    ]  # fmt: skip
