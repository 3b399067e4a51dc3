"""Work on tasks: my list, the next one, drafts, submitting, returning, skipping, history; giving tasks to others."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from nbannotate.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused
from nbannotate.model import (
    Annotation,
    Answers,
    Before,
    CampaignSpec,
    Closed,
    ClosedAndNext,
    DraftChanges,
    HistoryItem,
    Job,
    Lease,
    Ranked,
    Reassigned,
    Saved,
    Spent,
    Stretches,
    Task,
    TaskState,
)
from nbannotate.operations import (
    agreement,
    assignment_queue,
    assignments,
    completion,
    gold_tasks,
    review_orders,
    task_views,
    time_tracking,
    validation,
)
from nbannotate.operations.access import may_see_image, visible_task
from nbannotate.operations.jobs import job
from nbannotate.operations.registry import Context, operation
from nbannotate.operations.transitions import visit
from nbannotate.operations.validation import Checked, believed
from nbannotate.rules import text_limits, workflow
from nbannotate.rules.activity import Totals
from nbannotate.rules.gold import step_of
from nbannotate.store import campaigns as stored
from nbannotate.store import gold, jobs, leases, task_rows
from nbannotate.store.task_rows import TaskWithDraft
from nbannotate.texts import Message, from_json, t

#: A page reports the time of so many tasks at once, at most.
MOST_REPORTED = 60


@operation()
def mine(ctx: Context) -> list[Job]:
    """Return my jobs: the tasks of each campaign and step that I work at, counted."""
    me = ctx.actor.member_id
    return [
        job(
            its,
            gold.coming(ctx.tx, its.campaign_id, its.step, me, its.waiting),
            gold_tasks.pause(ctx, its.campaign_id, its.step),
        )
        for its in jobs.of_member(ctx.tx, me)
    ]


@operation()
def listing(ctx: Context, campaign_id: int, step: int) -> list[Task]:
    """Return my tasks of a step in the order of the assets; of each asset the last one."""
    return [
        task_views.task(row, row.issues) for row in task_rows.listing(ctx.tx, campaign_id, step, ctx.actor.member_id)
    ]


@operation()
def of_campaign(ctx: Context, campaign_id: int) -> list[Task]:
    """Return the current task of every asset of a campaign, whoever has it, in the order of the assets.

    Where several people answer for an asset, all that are open.
    """
    return [task_views.task(row, row.issues, copies=True) for row in task_rows.current(ctx.tx, campaign_id)]


@operation(writes=True, answer=task_views.seen)
def next_(ctx: Context, campaign_id: int, step: int) -> int | None:
    """Return the task to go on with: one that was returned, or one that I began, or else the next of the queue.

    None means that nothing is left for me at this step.
    """
    return assignment_queue.go_on(ctx, campaign_id, step)


@operation(writes=True, answer=task_views.seen)
def pull(ctx: Context, campaign_id: int, step: int) -> int | None:
    """Take the next task out of the queue of a step, whatever I hold already; None when the queue is empty."""
    return assignment_queue.pull(ctx, campaign_id, step)


@operation()
def peek(ctx: Context, campaign_id: int, step: int, but: int | None = None) -> int | None:
    """Return the asset that ``next`` would give me now, so that a page has its image ready; nothing is taken.

    ``but`` is a task to leave out: the one that I am about to finish. None: nothing is left, or nothing is given out.
    """
    me = ctx.actor.member_id
    if me not in stored.workers(ctx.tx, campaign_id).get(step, set()):
        raise NotAllowed(t("You do not work at this step."))
    apart = stored.apart_from(ctx.tx, campaign_id, step)
    found = leases.upcoming(ctx.tx, campaign_id, step, me, ctx.now, but, apart)
    spec = stored.spec(ctx.tx, campaign_id)
    if found is not None and step == step_of(spec):
        found = gold_tasks.upcoming(ctx, campaign_id, step, but, apart) or found
    if found is None or not may_see_image(ctx, found) or gold_tasks.pause(ctx, campaign_id, step):
        return None
    return found


@operation(writes=True, answer=task_views.seen)
def open_(ctx: Context, task_id: int) -> int:
    """Return a task to work on, or to look at where it is not mine or is submitted.

    A task that I lost because its lease ran out is mine again if nobody else has it.
    """
    row = visible_task(ctx, task_id)
    row = _take_again(ctx, row) or row
    if row.is_open and row.assignee_id == ctx.actor.member_id:
        return assignment_queue.begin(ctx, row)
    completion.note(ctx, row)
    return task_id


def _idle_heartbeat(ctx: Context, task_id: int, seconds: Spent) -> Lease | None:
    """Answer without writing while more than half of the lease is left, and where there is nothing to renew."""
    if isinstance(seconds, tuple) and seconds:
        return None  # time that was measured counts, whoever has the task now
    row = visible_task(ctx, task_id)
    if not row.is_open or row.assignee_id != ctx.actor.member_id:
        return None if _may_take_again(ctx, row) else Lease(False, None, task_views.why_lost(ctx, row))
    if not seconds and (paused := gold_tasks.pause(ctx, row.campaign_id, row.step)):
        return Lease(False, None, paused)
    until = row.leased_until
    spec = stored.spec(ctx.tx, row.campaign_id)
    if seconds or (until is not None and until - ctx.now < (completion.lease_end(ctx, spec, row.step) - ctx.now) / 2):
        return None
    return Lease(True, until)


@operation(writes=True, idle=_idle_heartbeat)
def heartbeat(ctx: Context, task_id: int, seconds: Spent = 0.0) -> Lease:
    """Say that I am still working on a task, so that its lease does not run out; it is taken up again if it did.

    ``seconds`` is how long I worked since the last report: so many, or the stretches that a page measured.
    """
    row = visible_task(ctx, task_id)
    spec = stored.spec(ctx.tx, row.campaign_id)
    row = _take_again(ctx, row) or row
    if not row.is_open or row.assignee_id != ctx.actor.member_id:
        completion.note_work(ctx, row, time_tracking.late(ctx, row, seconds))
        return Lease(False, None, task_views.why_lost(ctx, row))
    if paused := gold_tasks.pause(ctx, row.campaign_id, row.step):
        completion.note_work(ctx, row, time_tracking.late(ctx, row, seconds))
        return Lease(False, None, paused)
    completion.worked(ctx, row, spec, seconds)
    return Lease(True, completion.lease_end(ctx, spec, row.step) if row.leased_until else None)


@operation(writes=True)
def report(ctx: Context, stretches: dict[int, Stretches]) -> None:
    """Count time that a page measured on tasks of mine, by task, that I have left or do not have any more.

    What was counted before, and what was not measured while I had the task, is passed over. Without anything new there
    is no event.
    """
    if len(stretches) > MOST_REPORTED:
        raise InvalidInput(f"stretches takes {MOST_REPORTED} tasks at once, not {len(stretches):,}.")
    for task_id, spent in stretches.items():
        try:
            row = visible_task(ctx, task_id)
        except (NotAllowed, NotFound):
            continue  # it is deleted, or given to somebody who has not begun
        totals = time_tracking.late(ctx, row, spent)
        if totals != Totals():
            completion.note_work(ctx, row, totals)
            ctx.did("tasks.report")
    if not ctx.done:
        ctx.unchanged()


@operation(writes=True, prepare=validation.save)
def save(
    ctx: Context,
    task_id: int,
    annotation: Annotation,
    revision: int,
    seconds: Spent = 0.0,
    *,
    prepared_draft: Checked | None,
) -> Saved:
    """Keep a draft. ``revision`` is that of the draft that this one goes on from; it guards against a second tab.

    Who has lost the task meanwhile keeps the draft all the same, and is told.
    """
    return _keep(ctx, task_id, revision, seconds, prepared_draft)


@operation(writes=True, prepare=validation.save_changes)
def save_changes(
    ctx: Context,
    task_id: int,
    changes: DraftChanges,
    revision: int,
    seconds: Spent = 0.0,
    *,
    prepared_draft: Checked | None,
) -> Saved:
    """Keep a draft, of which only what changed is sent: the same as ``tasks.save``, and the same event.

    Where the draft that is stored is not the one that the changes are of, nothing is kept; then all is to be sent.
    """
    saved = _keep(ctx, task_id, revision, seconds, prepared_draft)
    ctx.did("tasks.save")
    return saved


def _keep(ctx: Context, task_id: int, revision: int, seconds: Spent, prepared_draft: Checked | None) -> Saved:
    """Keep a draft that was checked."""
    row = visible_task(ctx, task_id)
    spec = stored.spec(ctx.tx, row.campaign_id)
    me = ctx.actor.member_id
    lost = Message()
    row = _take_again(ctx, row) or row
    if row.assignee_id != me and leases.lapsed(ctx.tx, task_id, me) is not None:
        lost = task_views.why_lost(ctx, row)
    else:
        workflow.check_may_work(visit(row), spec.workflow.steps, me, "save")
        lost = gold_tasks.pause(ctx, row.campaign_id, row.step)
    _check_revision(row, revision)
    draft = believed(prepared_draft, ctx, row)
    number = task_rows.save_draft(ctx.tx, task_id, me, draft.body, ctx.now)
    if lost:
        completion.note_work(ctx, row, time_tracking.late(ctx, row, seconds))
        return Saved(number, ctx.now, False, lost)
    completion.worked(ctx, row, spec, seconds)
    return Saved(number, ctx.now)


@operation(writes=True, prepare=validation.submit)
def submit(
    ctx: Context,
    task_id: int,
    annotation: Annotation,
    revision: int,
    seconds: Spent = 0.0,
    status: str | None = None,
    *,
    prepared_work: Checked | None,
) -> Closed:
    """Submit an annotation; at a review step, accept it, with the edits that were made.

    ``status`` is one of the step's own statuses; without one the asset is *completed*, or in review *approved*.
    """
    row, spec = _mine_to_change(ctx, task_id, "submit", revision)
    return completion.submit(ctx, row, spec, believed(prepared_work, ctx, row), seconds, status)


class SubmittedAndTaken(msgspec.Struct, frozen=True):
    """What is known of a submission, and of the task to go on with, before its view is read."""

    closed: Closed
    task_id: int | None = None
    text: Message = Message()


def _with_view(ctx: Context, kept: dict[str, Any]) -> ClosedAndNext:
    done = msgspec.convert(kept, SubmittedAndTaken, dec_hook=from_json)
    try:
        return ClosedAndNext(done.closed, task_views.seen(ctx, done.task_id), done.text)
    except (NotAllowed, NotFound) as error:  # it was given to somebody else meanwhile; the submission stands
        return ClosedAndNext(done.closed, None, error.message)


@operation(writes=True, prepare=validation.submit, answer=_with_view)
def submit_and_next(
    ctx: Context,
    task_id: int,
    annotation: Annotation,
    revision: int,
    seconds: Spent = 0.0,
    status: str | None = None,
    *,
    prepared_work: Checked | None,
) -> SubmittedAndTaken:
    """Submit an annotation (in review, accept it), and return the task to go on with at the same step.

    The same as ``tasks.submit`` and then ``tasks.next``, with an event for each, but in one transaction: a page asks
    once, and waits for one commit. If nothing more is given out, the submission stands, and the answer says why.
    """
    row, spec = _mine_to_change(ctx, task_id, "submit", revision)
    closed = completion.submit(ctx, row, spec, believed(prepared_work, ctx, row), seconds, status)
    ctx.did("tasks.submit")
    try:
        following = assignment_queue.go_on(ctx, row.campaign_id, row.step, row)
    except (Refused, NotAllowed) as error:  # raised before anything is written
        return SubmittedAndTaken(closed, None, error.message)
    ctx.did("tasks.next")
    return SubmittedAndTaken(closed, following)


@operation(writes=True, prepare=validation.keep)
def rework(
    ctx: Context,
    task_id: int,
    revision: int,
    seconds: Spent = 0.0,
    step: str | None = None,
    *,
    prepared_draft: Checked | None,
) -> Closed:
    """Send an asset back to the person who annotated it; needs an open issue. The reviewer's own edits go along.

    ``step`` names one of the annotation steps before; without it, the last one.
    """
    row, spec = _mine_to_change(ctx, task_id, "rework", revision)
    completion.keep_draft(ctx, row, "rework", prepared_draft)
    to = None if step is None else assignments.step_index(spec, step)
    return completion.close(ctx, row, spec, "rework", seconds, to_step=to)


@operation(writes=True, prepare=validation.keep)
def reject(
    ctx: Context, task_id: int, revision: int, seconds: Spent = 0.0, *, prepared_draft: Checked | None
) -> Closed:
    """Reject an asset in review: it leaves the workflow, until its job is restarted with what was rejected."""
    row, spec = _mine_to_change(ctx, task_id, "reject", revision)
    completion.keep_draft(ctx, row, "reject", prepared_draft)
    return completion.close(ctx, row, spec, "reject", seconds)


@operation(writes=True, prepare=validation.keep)
def skip(ctx: Context, task_id: int, revision: int, seconds: Spent = 0.0, *, prepared_draft: Checked | None) -> Closed:
    """Take an asset out of the workflow; needs an open issue that says why."""
    row, spec = _mine_to_change(ctx, task_id, "skip", revision)
    completion.keep_draft(ctx, row, "skip", prepared_draft)
    return completion.close(ctx, row, spec, "skip", seconds)


@operation(writes=True, prepare=validation.keep)
def discard(
    ctx: Context, task_id: int, reason: str, revision: int, seconds: Spent = 0.0, *, prepared_draft: Checked | None
) -> Closed:
    """Take an asset that is of no use out of the workflow; the reason is kept."""
    reason = text_limits.checked(reason, "Say why the image is of no use")
    row, spec = _mine_to_change(ctx, task_id, "discard", revision)
    completion.keep_draft(ctx, row, "discard", prepared_draft)
    return completion.close(ctx, row, spec, "discard", seconds, note=reason)


@operation(writes=True)
def reassign(
    ctx: Context,
    campaign_id: int,
    to: str | None,
    task_ids: list[int] | None = None,
    step: str | int | None = None,
    assignee: str | None = None,
    state: TaskState | None = None,
    started: bool = True,
) -> Reassigned:
    """Give open tasks of a campaign to a member, or back to the queue (``to`` None), all in one transaction.

    Those of ``task_ids``, of a step, of an assignee, of a state; together they narrow. ``started=False`` leaves those
    alone that somebody began.
    """
    return assignments.reassign(ctx, campaign_id, to, task_ids, step, assignee, state, started)


@operation(writes=True)
def redistribute(
    ctx: Context,
    campaign_id: int,
    step: str | int,
    weights: dict[str, float] | None = None,
    started: bool = False,
) -> Reassigned:
    """Deal what remains at a step to its people anew, by weight; ``weights`` None takes those of the step."""
    return assignments.redistribute(ctx, campaign_id, step, weights, started)


@operation()
def history(ctx: Context, task_id: int) -> list[HistoryItem]:
    """Return what happened to a task's asset in its campaign, oldest first, and the steps still to come."""
    return task_views.history(ctx, visible_task(ctx, task_id))


@operation()
def before(ctx: Context, task_id: int) -> Before | None:
    """Return what an image said before: what I submitted, or saw, last time; or else what was there at first.

    None where there is nothing to compare with.
    """
    return review_orders.before(ctx, task_id)


@operation()
def answers(ctx: Context, task_id: int) -> Answers:
    """Return what several people said of an image, and where they do not agree: for whoever decides about it.

    Whose answer is whose is told only where the step shows names, and to those who manage.
    """
    return agreement.answers(ctx, visible_task(ctx, task_id))


@operation()
def review_order(
    ctx: Context, campaign_id: int, step: int, by: str, limit: int | None = None, seed: int = 0
) -> list[Ranked]:
    """Return the tasks of a review step that are mine or wait in the queue, those that are worth a look first.

    ``by`` is ``"confidence"`` (the lowest mean first), ``"changes"`` (the most between the last two revisions),
    ``"most shapes"``, ``"fewest shapes"``, or ``"random"``: the same seed gives the same sample again.
    """
    return review_orders.order(ctx, campaign_id, step, by, limit, seed)


@operation(writes=True, answer=task_views.seen)
def take(ctx: Context, task_id: int) -> int:
    """Take one image out of the queue of a review step, whatever its place in it."""
    review_orders.take(ctx, task_id)
    return assignment_queue.begin(ctx, visible_task(ctx, task_id))


def _mine_to_change(
    ctx: Context, task_id: int, action: workflow.Action, revision: int
) -> tuple[TaskWithDraft, CampaignSpec]:
    """Return the row of my open task and its campaign's spec, or raise why it cannot be changed."""
    row = visible_task(ctx, task_id)
    spec = stored.spec(ctx.tx, row.campaign_id)
    me = ctx.actor.member_id
    row = _take_again(ctx, row) or row
    if row.assignee_id != me and leases.lapsed(ctx.tx, task_id, me) is not None:
        raise Refused(task_views.why_lost(ctx, row))
    workflow.check_may_work(visit(row), spec.workflow.steps, me, action)
    gold_tasks.check_not_paused(ctx, row.campaign_id, row.step)
    _check_revision(row, revision)
    return row, spec


def _check_revision(row: TaskWithDraft, revision: int) -> None:
    if revision != (row.revision or 0):
        raise Conflict(
            t(
                "This task was saved elsewhere, in another tab perhaps, after this page opened it. Reload to go on "
                "from there; what is stored was not touched."
            )
        )


def _take_again(ctx: Context, row: TaskWithDraft) -> TaskWithDraft | None:
    """Give a task back to the actor who lost it, if nobody has it and the actor still works at the step.

    Returns
    -------
    TaskWithDraft or None
        The task as it is then; None if nothing was done.
    """
    me = ctx.actor.member_id
    if not _may_take_again(ctx, row):
        return None
    until = completion.lease_end(ctx, stored.spec(ctx.tx, row.campaign_id), row.step)
    leases.take(ctx.tx, row, me, ctx.now, until)
    return replace(row, assignee_id=me, assignee=ctx.actor.login, leased_until=until)


def _may_take_again(ctx: Context, row: TaskWithDraft) -> bool:
    me = ctx.actor.member_id
    return (
        row.assignee_id is None
        and row.is_open
        and leases.lapsed(ctx.tx, row.task_id, me) is not None
        and me in stored.workers(ctx.tx, row.campaign_id).get(row.step, set())
        and not leases.answers_elsewhere(ctx.tx, row, me)
        and not gold_tasks.pause(ctx, row.campaign_id, row.step)
    )
