"""How one of the copies of an asset ends, and what becomes of the asset when the last one does."""

from __future__ import annotations

from nbannotate.errors import Stale
from nbannotate.model import CampaignSpec
from nbannotate.operations.registry import Context
from nbannotate.operations.transitions import follow, visit
from nbannotate.operations.validation import Checked
from nbannotate.rules import copies, workflow
from nbannotate.rules.activity import Totals
from nbannotate.rules.workflow import IssueFact, Outcome
from nbannotate.store import asset_copies, data, distribution, issue_threads, task_rows
from nbannotate.store import campaigns as stored
from nbannotate.store.task_rows import NamedTask


def decide(
    ctx: Context, row: NamedTask, spec: CampaignSpec, action: str, status: str | None
) -> tuple[Outcome, list[NamedTask]]:
    """Return how a copy ends, and the rows of the other copies."""
    copies_ = [v for v in task_rows.visits(ctx.tx, row.campaign_id, row.asset_id) if v.copy is not None]
    others = [v for v in copies_ if v.step == row.step and v.task_id != row.task_id]
    raised = issue_threads.of_asset(ctx.tx, row.campaign_id, row.asset_id)
    issues = [IssueFact(i.issue_id, i.state, i.author_id) for i in raised if i.task_id == row.task_id]
    decided = copies.decide(
        action, ctx.actor.member_id, visit(row), [visit(o) for o in others], spec.workflow.steps, issues, status
    )
    return decided, others


def go_on(
    ctx: Context,
    row: NamedTask,
    spec: CampaignSpec,
    made: Checked | None,
    decided: Outcome,
    others: list[NamedTask],
) -> Outcome:
    """Bring an asset further whose copy was closed, and return what it leads to then.

    The others go on; or the asset goes to whoever decides, or, if all are agreed, to the step after that at once.
    """
    if row.is_current:
        task_rows.hand_on(ctx.tx, row)
    if decided.next is None:
        return decided
    visits = [visit(v) for v in task_rows.visits(ctx.tx, row.campaign_id, row.asset_id)]
    if decided.outcome == "submitted" and copies.answered(map(visit, others)):
        if made is None or made.ground.answers is None:
            raise Stale("Others answered for this image meanwhile; try again.")
        open_issues = any(i.state != "resolved" for i in issue_threads.of_asset(ctx.tx, row.campaign_id, row.asset_id))
        if made.agreed is not None and not open_issues:
            return _agree(ctx, row, spec, made, decided, visits)
    follow(ctx, row, spec, visits, decided.next)
    return decided


def _agree(
    ctx: Context, row: NamedTask, spec: CampaignSpec, made: Checked, decided: Outcome, visits: list[workflow.Visit]
) -> Outcome:
    """Store what all agree about as said at the consensus step, where nobody has to decide, and go on after it."""
    assert decided.next is not None
    assert made.agreed is not None
    step, steps = decided.next.step, spec.workflow.steps
    status, after = copies.agreed(steps, step)
    own = task_rows.follow(ctx.tx, row, step, 1, "in_progress", None, ctx.now)
    here, goes_on = task_rows.task_row(ctx.tx, own), after is not None
    task_rows.close(ctx.tx, here, "done", "agreed", status, ctx.now, Totals(), note=None, followed=goes_on)
    data.add_annotation(
        ctx.tx, version_id=row.version_id, asset_id=row.asset_id, member_id=ctx.actor.member_id,
        source="consensus", annotation=made.agreed, now=ctx.now, campaign_id=row.campaign_id, task_id=own,
        rows=made.agreed_rows,
    )  # fmt: skip
    visits = [*visits, workflow.Visit(step, 1, "done", None, "agreed")]
    if after is None:
        return Outcome(decided.state, decided.outcome, status, "done")
    workers = stored.workers(ctx.tx, row.campaign_id)
    following = workflow.visit_at(after, "in_progress", visits, workers)
    follow(ctx, row, spec, visits, following)
    return Outcome(decided.state, decided.outcome, decided.status, "in_progress", following)


def end_copies(ctx: Context, campaign_id: int, spec: CampaignSpec) -> None:
    """Bring assets further of which copies were ended: the others go on, or somebody decides about what there is."""
    for step, at in enumerate(spec.workflow.steps):
        if at.copies == 1:
            continue
        asset_copies.hand_on_all(ctx.tx, campaign_id, step)
        came = asset_copies.follow_all(ctx.tx, campaign_id, step, ctx.now)
        if came and spec.workflow.steps[step + 1].attribution != "queue":
            distribution.deal_again(ctx.tx, campaign_id, spec, step + 1, ctx.now)
