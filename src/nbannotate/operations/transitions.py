"""Where an asset goes when a task of it ends: the tasks that follow, and who gets them."""

from __future__ import annotations

from collections.abc import Collection

from nbannotate.model import CampaignSpec
from nbannotate.operations.notifications import tell
from nbannotate.operations.registry import Context
from nbannotate.rules import attribution
from nbannotate.rules.copies import Lot, apart
from nbannotate.rules.workflow import Next, Visit
from nbannotate.store import campaigns as stored
from nbannotate.store import distribution, task_rows
from nbannotate.store.rows import TaskRow
from nbannotate.store.task_rows import NamedTask
from nbannotate.texts import t


def visit(row: TaskRow) -> Visit:
    """Return what the rules need to know of a task's row."""
    return Visit(row.step, row.round, row.state, row.assignee_id, row.outcome, row.copy)


def follow(ctx: Context, row: NamedTask, spec: CampaignSpec, visits: list[Visit], following: Next) -> int:
    """Insert the visit that follows an asset's current one (``row``), or the copies that several people answer.

    Find whom it is for, and tell the person to whom the asset returns.
    """
    if following.state == "in_progress" and not any(v.step == following.step for v in visits):
        copies = Lot(spec, following.step).copies_of(row.asset)
        if copies > 1:
            return _follow_copies(ctx, row, spec, visits, following, copies)
    assignee = following.assignee
    if assignee is None:
        assignee = _arrival(ctx, row, spec, visits, following.step)
    new = task_rows.follow(ctx.tx, row, following.step, following.round, following.state, assignee, ctx.now)
    if following.state == "to_rework" and assignee is not None:
        text = t(
            "{asset} was returned to you in {campaign}, {step}.",
            asset=row.asset,
            campaign=spec.name,
            step=spec.workflow.steps[following.step].name,
        )
        tell(ctx, [assignee], "returned", text, campaign_id=row.campaign_id, task_id=new)
    return new


def _follow_copies(
    ctx: Context, row: NamedTask, spec: CampaignSpec, visits: list[Visit], following: Next, copies: int
) -> int:
    """Insert the copies of an asset, each for another person, and return the first one."""
    new: list[int] = []
    have: set[int] = set()
    for copy in range(1, copies + 1):
        assignee = _arrival(ctx, row, spec, visits, following.step, have)
        if assignee is not None:
            have.add(assignee)
        new.append(
            task_rows.follow(ctx.tx, row, following.step, following.round, "in_progress", assignee, ctx.now, copy)
        )  # fmt: skip
    return new[0]


def _arrival(
    ctx: Context,
    row: NamedTask,
    spec: CampaignSpec,
    visits: list[Visit],
    step: int,
    without: Collection[int] = frozenset(),
) -> int | None:
    """Return who gets an asset that comes to a step, by the step's attribution; None for its queue.

    Not those of ``without``, nor, where it is decided about their answers, those who gave one.
    """
    steps = spec.workflow.steps
    shares = distribution.shares(ctx.tx, spec, step)
    if shares is None:
        return None
    can = stored.workers(ctx.tx, row.campaign_id).get(step, set()) - set(without)
    if (copied := apart(spec.workflow, step)) is not None:
        can -= {v.assignee for v in visits if v.step == copied and v.copy is not None}
    annotated = {v.assignee for v in visits if v.assignee is not None and steps[v.step].kind == "annotation"}
    return attribution.choose(
        {m: weight for m, weight in shares.items() if m in can},
        distribution.expected(ctx.tx, row.campaign_id, spec)[step],
        distribution.assigned(ctx.tx, row.campaign_id, step),
        annotated if steps[step].kind == "review" else frozenset(),
    )
