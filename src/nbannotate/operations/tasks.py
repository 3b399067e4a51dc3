"""Work on tasks: my list, the next one, drafts, submitting, rework, skipping, history."""

from __future__ import annotations

import json
import math
from typing import Any

from nbannotate.errors import Conflict, InvalidInput, NotAllowed
from nbannotate.model import (
    Annotation,
    CampaignSpec,
    Closed,
    HistoryItem,
    Job,
    Saved,
    Task,
    TaskView,
)
from nbannotate.operations.access import visible_task
from nbannotate.operations.registry import Context, operation
from nbannotate.rules import workflow
from nbannotate.rules.annotation import check_complete, check_draft
from nbannotate.rules.workflow import IssueFact, Visit
from nbannotate.store import campaigns as stored
from nbannotate.store import data, talk, work

#: A page reports at least this often; more seconds at once are not believed.
MOST_SECONDS = 600.0


@operation()
def mine(ctx: Context) -> list[Job]:
    """Return my jobs: the tasks of each campaign and step that I work at, counted."""
    return [
        Job(
            **row,
            remaining=row["returned"] + row["started"] + row["waiting"],
            total=row["returned"] + row["started"] + row["waiting"] + row["done"],
        )
        for row in work.jobs(ctx.tx, ctx.actor.member_id)
    ]


@operation()
def listing(ctx: Context, campaign_id: int, step: int) -> list[Task]:
    """Return my tasks of a step in the order of the assets; of each asset the last one."""
    return [_task(row) for row in work.listing(ctx.tx, campaign_id, step, ctx.actor.member_id)]


@operation()
def of_campaign(ctx: Context, campaign_id: int) -> list[Task]:
    """Return the current task of every asset of a campaign, whoever has it, in the order of the assets."""
    return [_task(row) for row in work.current(ctx.tx, campaign_id)]


@operation(writes=True)
def next_(ctx: Context, campaign_id: int, step: int) -> TaskView | None:
    """Return the task to go on with: one that was returned, or one that I began, or else the next of the queue.

    None means that nothing is left for me at this step.
    """
    held = work.first_held(ctx.tx, campaign_id, step, ctx.actor.member_id)
    return _begin(ctx, held) if held is not None else pull(ctx, campaign_id, step)


@operation(writes=True)
def pull(ctx: Context, campaign_id: int, step: int) -> TaskView | None:
    """Take the next task out of the queue of a step, whatever I hold already; None when the queue is empty."""
    if ctx.actor.member_id not in stored.workers(ctx.tx, campaign_id).get(step, set()):
        raise NotAllowed("You do not work at this step.")
    pulled = work.pull(ctx.tx, campaign_id, step, ctx.actor.member_id, ctx.now)
    return None if pulled is None else _begin(ctx, pulled)


def _begin(ctx: Context, task_id: int) -> TaskView:
    work.touch(ctx.tx, task_id, 0.0, ctx.now)
    row = work.task(ctx.tx, task_id)
    assert row is not None
    _note(ctx, row)
    return _view(ctx, row)


@operation(writes=True)
def open_(ctx: Context, task_id: int) -> TaskView:
    """Return a task to work on, or to look at where it is not mine or is submitted."""
    row = visible_task(ctx, task_id)
    if row["is_open"] and row["assignee_id"] == ctx.actor.member_id:
        return _begin(ctx, task_id)
    _note(ctx, row)
    return _view(ctx, row)


@operation(writes=True)
def save(ctx: Context, task_id: int, annotation: Annotation, revision: int, seconds: float = 0.0) -> Saved:
    """Keep a draft. ``revision`` is that of the draft that this one goes on from; it guards against a second tab."""
    row, spec = _mine_to_change(ctx, task_id, "save", revision)
    check_draft(annotation, spec.recipe)
    number = work.save_draft(ctx.tx, row, annotation, ctx.now)
    _worked(ctx, row, seconds)
    return Saved(number, ctx.now)


@operation(writes=True)
def submit(ctx: Context, task_id: int, annotation: Annotation, revision: int, seconds: float = 0.0) -> Closed:
    """Submit an annotation; at a review step, accept it, with the edits that were made."""
    row, spec = _mine_to_change(ctx, task_id, "submit", revision)
    asset = data.asset(ctx.tx, row["asset_id"])
    assert asset is not None
    check_complete(annotation, spec.recipe, asset["width"], asset["height"])
    latest = data.latest(ctx.tx, row["version_id"], row["asset_id"])
    edited = latest is None or data.annotation(ctx.tx, latest) != annotation
    if edited or row["kind"] == "annotation":
        _commit(ctx, row, annotation, row["kind"])
    return _close(ctx, row, spec, "submit", seconds, edited=edited)


@operation(writes=True)
def rework(ctx: Context, task_id: int, revision: int, seconds: float = 0.0) -> Closed:
    """Send an asset back to the person who annotated it; needs an open issue. The reviewer's own edits go along."""
    row, spec = _mine_to_change(ctx, task_id, "rework", revision)
    _keep_draft(ctx, row, "rework")
    return _close(ctx, row, spec, "rework", seconds)


@operation(writes=True)
def skip(ctx: Context, task_id: int, revision: int, seconds: float = 0.0) -> Closed:
    """Take an asset out of the workflow; needs an open issue that says why."""
    row, spec = _mine_to_change(ctx, task_id, "skip", revision)
    _keep_draft(ctx, row, "skip")
    return _close(ctx, row, spec, "skip", seconds)


@operation()
def history(ctx: Context, task_id: int) -> list[HistoryItem]:
    """Return what happened to a task's asset in its campaign, oldest first, and the steps still to come."""
    row = visible_task(ctx, task_id)
    visits = work.visits(ctx.tx, row["campaign_id"], row["asset_id"])
    revisions = {
        r["task_id"]: r
        for r in ctx.tx.all(
            "select task_id, max(annotation_id) as annotation_id, max_by(shapes, annotation_id) as shapes "
            "from annotations where campaign_id = $1 and asset_id = $2 group by 1",
            row["campaign_id"],
            row["asset_id"],
        )
    }
    items = []
    for v in visits:
        made = revisions.get(v["task_id"], {})
        action = v["outcome"] or ("to rework" if v["state"] == "to_rework" else "in progress")
        items.append(
            HistoryItem(
                v["step"], v["step_name"], v["kind"], v["round"], v["state"], v["assignee"],
                action.replace("_", " "), v["closed"], made.get("annotation_id"), made.get("shapes"),
            )
        )  # fmt: skip
    if visits[-1]["is_open"]:
        steps = stored.spec(ctx.tx, row["campaign_id"]).workflow.steps
        for i in range(visits[-1]["step"] + 1, len(steps)):
            items.append(HistoryItem(i, steps[i].name, steps[i].kind, 0, "to_come", None, "to come", None))
    return items


def _mine_to_change(
    ctx: Context, task_id: int, action: workflow.Action, revision: int
) -> tuple[dict[str, Any], CampaignSpec]:
    """Return the row of my open task and its campaign's spec, or raise why it cannot be changed."""
    row = visible_task(ctx, task_id)
    spec = stored.spec(ctx.tx, row["campaign_id"])
    workflow.check_may_work(_visit(row), spec.workflow.steps, ctx.actor.member_id, action)
    now = row["revision"] or 0
    if revision != now:
        raise Conflict(
            "This task was saved elsewhere, in another tab perhaps, after this page opened it. "
            "Reload to go on from there; what is stored was not touched."
        )
    return row, spec


def _close(
    ctx: Context,
    row: dict[str, Any],
    spec: CampaignSpec,
    action: workflow.Action,
    seconds: float,
    *,
    edited: bool = False,
) -> Closed:
    """Let the rules decide, and store what they say."""
    steps = spec.workflow.steps
    visits = [_visit(v) for v in work.visits(ctx.tx, row["campaign_id"], row["asset_id"])]
    issues = [
        IssueFact(i["issue_id"], i["state"], i["author_id"])
        for i in talk.of_asset(ctx.tx, row["campaign_id"], row["asset_id"])
    ]
    workers = stored.workers(ctx.tx, row["campaign_id"])
    decided = workflow.decide(action, ctx.actor.member_id, visits, steps, issues, workers, edited=edited)
    _worked(ctx, row, seconds)
    work.close(ctx.tx, row["task_id"], decided.state, decided.outcome, ctx.now)
    for issue_id, state in decided.issues.items():
        talk.set_state(ctx.tx, issue_id, state, ctx.actor.member_id, ctx.now)
    if decided.next is not None:
        n = decided.next
        work.follow(ctx.tx, row, n.step, n.round, n.state, n.assignee, ctx.now)
    ctx.note(detail={"outcome": decided.outcome})
    where = steps[decided.next.step].name if decided.next else None
    return Closed(row["task_id"], decided.state, decided.asset_state, where, _sentence(row["asset"], decided, where))


def _sentence(asset: str, decided: workflow.Outcome, where: str | None) -> str:
    said = {
        "submitted": "submitted",
        "accepted": "accepted",
        "accepted_with_edits": "accepted with your edits",
        "rework": "sent to rework",
        "skipped": "skipped",
    }[decided.outcome]
    return f"{asset} {said}" + (f"; now at {where!r}." if where else ".")


def _commit(ctx: Context, row: dict[str, Any], annotation: Annotation, source: str) -> None:
    data.add_annotation(
        ctx.tx, version_id=row["version_id"], asset_id=row["asset_id"], member_id=ctx.actor.member_id, source=source,
        annotation=annotation, now=ctx.now, campaign_id=row["campaign_id"], task_id=row["task_id"],
    )  # fmt: skip


def _keep_draft(ctx: Context, row: dict[str, Any], source: str) -> None:
    """Turn what was drawn but not submitted into a revision, so that it is not lost when the task ends."""
    draft = work.draft(row)
    latest = data.annotation(ctx.tx, data.latest(ctx.tx, row["version_id"], row["asset_id"]))
    if draft is not None and draft != latest:
        _commit(ctx, row, draft, source)


def _worked(ctx: Context, row: dict[str, Any], seconds: float) -> None:
    """Add the seconds that the page reports, as far as the clock since its last report allows."""
    if not math.isfinite(seconds) or seconds < 0:
        raise InvalidInput(f"seconds must be 0 or more, not {seconds}.")
    since = (ctx.now - row["touched"]).total_seconds() if row["touched"] else 0.0
    worked = max(0.0, min(seconds, since, MOST_SECONDS))
    work.touch(ctx.tx, row["task_id"], worked, ctx.now)
    _note(ctx, row)
    ctx.note(worked_s=worked)


def _note(ctx: Context, row: dict[str, Any]) -> None:
    ctx.note(campaign_id=row["campaign_id"], task_id=row["task_id"], asset_id=row["asset_id"])


def _visit(row: dict[str, Any]) -> Visit:
    return Visit(row["step"], row["round"], row["state"], row["assignee_id"], row["outcome"])


def _task(row: dict[str, Any]) -> Task:
    return Task(**{name: row[name] for name in Task.__struct_fields__})


def _view(ctx: Context, row: dict[str, Any]) -> TaskView:
    spec = stored.spec(ctx.tx, row["campaign_id"])
    asset = data.asset(ctx.tx, row["asset_id"])
    assert asset is not None
    dataset = data.dataset(ctx.tx, asset["dataset_id"])
    assert dataset is not None
    my = ctx.actor.member_id
    actions = workflow.allowed_actions(_visit(row), spec.workflow.steps, my)
    position, total = work.place_of(ctx.tx, row, my)
    issues = talk.issues(ctx.tx, talk.of_asset(ctx.tx, row["campaign_id"], row["asset_id"]))
    row["issues"] = sum(i.state != "resolved" for i in issues)
    return TaskView(
        task=_task(row),
        campaign=spec.name,
        dataset=dataset.name,
        recipe=spec.recipe,
        instructions=spec.instructions,
        readme=dataset.readme,
        width=asset["width"],
        height=asset["height"],
        metadata=json.loads(asset["metadata"]),
        annotation=_current_annotation(ctx, row, spec),
        revision=row["revision"] or 0,
        editable=bool(actions),
        reason=_why_read_only(row, my),
        actions=actions,
        issues=tuple(issues),
        position=position,
        total=total,
    )


def _why_read_only(row: dict[str, Any], member_id: int) -> str:
    if row["assignee_id"] != member_id:
        return f"This task is {row['assignee']}'s." if row["assignee"] else "This task waits in the queue."
    if row["state"] == "skipped":
        return "You skipped this task."
    return "" if row["is_open"] else "You submitted this task; it can be changed again when it is returned."


def _current_annotation(ctx: Context, row: dict[str, Any], spec: CampaignSpec) -> Annotation:
    """Return where work on a task goes on: its draft, or what was submitted in it, or the last revision."""
    if not row["is_open"]:
        own = ctx.tx.one(
            "select * from data.annotations where task_id = $1 order by annotation_id desc limit 1", row["task_id"]
        )
        if own is not None:
            return data.annotation(ctx.tx, own)
    draft = work.draft(row) if row["is_open"] and row["assignee_id"] == ctx.actor.member_id else None
    if draft is not None:
        return draft
    latest = data.latest(ctx.tx, row["version_id"], row["asset_id"])
    if latest and spec.existing == "restart" and latest["campaign_id"] != row["campaign_id"]:
        return Annotation()
    return data.annotation(ctx.tx, latest)
