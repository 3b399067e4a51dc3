"""Which task a person gets to work on: one that is theirs already, or the next of a queue."""

from __future__ import annotations

from nbannotate.errors import NotAllowed, Refused
from nbannotate.operations import completion, gold_tasks
from nbannotate.operations.notifications import tell, went_on
from nbannotate.operations.registry import Context
from nbannotate.rules.activity import Totals
from nbannotate.rules.gold import step_of
from nbannotate.store import campaigns as stored
from nbannotate.store import leases
from nbannotate.store.rows import TaskRow
from nbannotate.store.task_rows import NamedTask
from nbannotate.texts import quoted, t


def begin(ctx: Context, row: TaskRow) -> int:
    """Open a task of the actor, and return its id."""
    until = completion.lease_end(ctx, stored.spec(ctx.tx, row.campaign_id), row.step)
    leases.touch(ctx.tx, row, Totals(), ctx.now, until)
    completion.note(ctx, row)
    return row.task_id


def go_on(ctx: Context, campaign_id: int, step: int, done: NamedTask | None = None) -> int | None:
    """Return the actor's own task to go on with at a step, or else the next of the queue; None if nothing is left.

    ``done`` is the row of the task that was just finished: in a sequence one goes on from there.
    """
    after = done.position if done is not None and done.sequence else None
    gold_tasks.check_not_paused(ctx, campaign_id, step)
    apart = _apart(ctx, campaign_id, step)
    row = leases.first(ctx.tx, campaign_id, step, ctx.actor.member_id, ctx.now, held=True, after=after, apart=apart)
    if row is not None and row.assignee_id == ctx.actor.member_id:
        return begin(ctx, row)
    return _take(ctx, campaign_id, step, row, apart)


def pull(ctx: Context, campaign_id: int, step: int) -> int | None:
    """Take the next task out of the queue of a step; None if it is empty."""
    gold_tasks.check_not_paused(ctx, campaign_id, step)
    apart = _apart(ctx, campaign_id, step)
    row = leases.first(ctx.tx, campaign_id, step, ctx.actor.member_id, ctx.now, held=False, apart=apart)
    return _take(ctx, campaign_id, step, row, apart)


def _apart(ctx: Context, campaign_id: int, step: int) -> int | None:
    """Return the step whose copies decide what the actor gets of a queue; None where the actor gets nothing of it."""
    works = ctx.actor.member_id in stored.workers(ctx.tx, campaign_id).get(step, set())
    return stored.apart_from(ctx.tx, campaign_id, step) if works else None


def _take(ctx: Context, campaign_id: int, step: int, row: TaskRow | None, apart: int | None) -> int | None:
    """Give the actor a task of a queue: in the writer's thread, so that none is ever served twice.

    Whatever is refused is refused before anything is written.
    """
    me = ctx.actor.member_id
    if me not in stored.workers(ctx.tx, campaign_id).get(step, set()):
        raise NotAllowed(t("You do not work at this step."))
    spec = stored.spec(ctx.tx, campaign_id)
    if row is None:
        return None
    if stored.is_overdue(ctx.tx, campaign_id, ctx.now.date()):
        raise Refused(
            t(
                "The campaign {name} was due on {date}; it gives out no new images. What you have already can be "
                "finished; a manager can move the due date.",
                name=quoted(spec.name),
                date=str(spec.due),
            )
        )
    position = row.position
    if step == step_of(spec):
        known, less = gold_tasks.next_of_queue(ctx, campaign_id, step, apart)
        row, position = known or row, position + less
    before, until = row.assignee_id, completion.lease_end(ctx, spec, step)
    if before is not None:
        leases.lapse(ctx.tx, [row.task_id], ctx.now)
    leases.take(ctx.tx, row, me, ctx.now, until, position)
    if before is not None:
        text = went_on(1, spec.name)
        tell(ctx, [before], "lease_out", text, campaign_id=campaign_id, task_id=row.task_id)
    completion.note(ctx, row)
    return row.task_id
