"""What a person sees of a task: the image and what was said of it, why it can or cannot be changed, and its history."""

from __future__ import annotations

import json

from nbannotate.model import Annotation, CampaignSpec, HistoryItem, Task, TaskView
from nbannotate.operations import agreement, completion, gold_tasks
from nbannotate.operations.access import is_one_of_several, may_see_answer, visible_issues, visible_task
from nbannotate.operations.registry import Context
from nbannotate.operations.transitions import visit
from nbannotate.rules import workflow
from nbannotate.rules.gold import step_of
from nbannotate.rules.rights import DEVELOPERS
from nbannotate.store import campaigns as stored
from nbannotate.store import data, event_log, issue_threads, leases, task_rows
from nbannotate.store.task_rows import ListedTask, NamedTask, TaskWithDraft
from nbannotate.texts import Message, t


def history(ctx: Context, row: NamedTask) -> list[HistoryItem]:
    """Return what happened to a task's asset in its campaign, oldest first, and the steps still to come."""
    all_visits = task_rows.visits(ctx.tx, row.campaign_id, row.asset_id)
    visits = [v for v in all_visits if may_see_answer(ctx, v)]
    last = max(all_visits, key=lambda v: (v.is_current, v.task_id))
    is_done = not last.is_open
    if _hides_what_follows(ctx, row):
        mine = [v for v in visits if v.assignee_id == ctx.actor.member_id and v.step == row.step]
        last = max([row, *mine], key=lambda v: v.task_id)
        visits, is_done = [v for v in visits if v.task_id <= last.task_id], last.state == "skipped"
    revisions = task_rows.last_said(ctx.tx, row.campaign_id, row.asset_id)
    by = event_log.acted_by(ctx.tx, row.campaign_id, row.asset_id)
    items = []
    for v in visits:
        made = revisions.get(v.task_id)
        said, shapes = (made.annotation_id, made.shapes) if made else (None, None)
        action = v.outcome or (t("to rework") if v.state == "to_rework" else t("in progress"))
        items.append(
            HistoryItem(
                v.step, v.step_name, v.kind, v.round, v.state, v.assignee,
                action.replace("_", " "), v.closed, said, shapes,
                v.status, v.note, by.get(v.task_id),
            )
        )  # fmt: skip
    if not is_done:
        steps = stored.spec(ctx.tx, row.campaign_id).workflow.steps
        for i in range(last.step + 1, len(steps)):
            items.append(HistoryItem(i, steps[i].name, steps[i].kind, 0, "to_come", None, "to come", None))
    return items


def _hides_what_follows(ctx: Context, row: NamedTask) -> bool:
    """Return whether what happens to an asset after a task of the actor is not told: nothing follows gold.

    Where a campaign has gold, of all assets, until one is returned.
    """
    its = step_of(stored.spec(ctx.tx, row.campaign_id))
    return row.step == its and ctx.actor.role not in DEVELOPERS


def why_lost(ctx: Context, row: TaskWithDraft) -> Message:
    """Say what became of a task that the actor held before."""
    when = leases.lapsed(ctx.tx, row.task_id, ctx.actor.member_id)
    if when is None:
        return _why_read_only(row, ctx.actor.member_id)
    kept = t("What you drew is kept as your draft.")
    if not row.is_open:
        return t(
            "This image is not yours any more since {when} UTC, and was finished by somebody else. {kept+}",
            when=f"{when:%H:%M}",
            kept=kept,
        )
    if is_one_of_several(ctx, row) and row.assignee_id is not None:
        who = t("somebody else has it now")
    else:
        who = t("{who} has it now", who=row.assignee) if row.assignee else t("it waits in the queue")
    return t(
        "This image is not yours any more since {when} UTC: {who+}. {kept+}", when=f"{when:%H:%M}", who=who, kept=kept
    )


def task(row: TaskWithDraft | ListedTask, issues: int, *, copies: bool = False) -> Task:
    """Return a task with so many open issues; which copy it is only if asked for."""
    its = {name: getattr(row, name) for name in Task.__struct_fields__ if name != "issues"}
    return Task(**its | {"issues": issues} | ({} if copies else {"copy": None}))


def seen(ctx: Context, task_id: int | None) -> TaskView | None:
    """Return the view of a task that was opened by, or given to, the actor; None for none."""
    return None if task_id is None else view(ctx, visible_task(ctx, task_id))


def view(ctx: Context, row: TaskWithDraft) -> TaskView:
    """Return all that a page needs to work on a task, or to look at it."""
    spec = stored.spec(ctx.tx, row.campaign_id)
    asset = data.asset(ctx.tx, row.asset_id)
    assert asset is not None
    dataset = data.dataset(ctx.tx, asset.dataset_id)
    assert dataset is not None
    my = ctx.actor.member_id
    actions = workflow.allowed_actions(visit(row), spec.workflow.steps, my)
    paused = gold_tasks.pause(ctx, row.campaign_id, row.step) if actions else Message()
    actions = () if paused else actions
    position, total = task_rows.place_of(ctx.tx, row, my)
    issues = issue_threads.issues(
        ctx.tx, visible_issues(ctx, issue_threads.of_asset(ctx.tx, row.campaign_id, row.asset_id))
    )
    return TaskView(
        task=task(row, sum(i.state != "resolved" for i in issues)),
        campaign=spec.name,
        dataset=dataset.name,
        recipe=spec.recipe,
        instructions=spec.instructions,
        readme=dataset.readme,
        width=asset.width,
        height=asset.height,
        metadata=json.loads(asset.metadata),
        annotation=current_annotation(ctx, row, spec),
        revision=row.revision or 0,
        editable=bool(actions),
        reason=paused or _why_read_only(row, my),
        actions=actions,
        issues=tuple(issues),
        position=position,
        total=total,
        pdf=spec.pdf,
        statuses=workflow.statuses(spec.workflow.steps[row.step]),
        notice=_what_to_know(ctx, row),
        idle_after=spec.workflow.idle_after,
    )


def _what_to_know(ctx: Context, row: TaskWithDraft) -> Message:
    """Return what somebody who comes back to a task should know of it."""
    when = leases.lapsed(ctx.tx, row.task_id, ctx.actor.member_id)
    if when is None:
        return Message()
    if row.assignee_id != ctx.actor.member_id:
        return why_lost(ctx, row)
    return (
        t("This image was out of your hands for a while and is yours again; you go on from your own draft.")
        if row.drafted
        else Message()
    )


def _why_read_only(row: TaskWithDraft, member_id: int) -> Message:
    if row.assignee_id != member_id:
        return t("This task is {who}'s.", who=row.assignee) if row.assignee else t("This task waits in the queue.")
    if row.state == "skipped":
        return (
            t("You {what+} this image.", what=row.outcome if row.outcome != "ended" else "skipped")
            if row.outcome
            else Message()
        )
    return Message() if row.is_open else t("You submitted this task; it can be changed again when it is returned.")


def current_annotation(ctx: Context, row: TaskWithDraft, spec: CampaignSpec) -> Annotation:
    """Return where work on a task goes on: its draft, or what was submitted in it, or the last revision."""
    if not row.is_open and may_see_answer(ctx, row):
        own = data.said_in(ctx.tx, row.task_id)
        if own is not None:
            return data.annotation(ctx.tx, own)
    draft = task_rows.draft(row) if row.is_open else None
    if draft is not None:
        return draft
    decided = agreement.begin_with(ctx, row, spec) if row.kind == "consensus" else None
    return completion.began_with(ctx, row, spec) if decided is None else decided
