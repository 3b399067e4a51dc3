"""Issues: raising one, replying, marking it for review, resolving and reopening it."""

from __future__ import annotations

import math

from msgspec import Struct

from nbannotate.errors import InvalidInput, NotAllowed, NotFound, Refused
from nbannotate.model import Issue, IssueState, IssueSummary, NoticeKind
from nbannotate.operations import completion
from nbannotate.operations.access import visible_issues, visible_task
from nbannotate.operations.notifications import tell
from nbannotate.operations.registry import Context, operation
from nbannotate.operations.transitions import follow, visit
from nbannotate.rules import text_limits, workflow
from nbannotate.rules.rights import DEVELOPERS, MANAGERS
from nbannotate.store import campaigns as stored
from nbannotate.store import issue_threads, task_rows
from nbannotate.store.issue_threads import NamedIssue
from nbannotate.store.rows import TaskRow
from nbannotate.store.task_rows import NamedTask
from nbannotate.texts import Message, quoted, t

MOST_LISTED = 5000


class AtHand(Struct, frozen=True):
    """The task that an issue is about now, whether it is still to be worked on, and by whom, as far as that is told."""

    task: NamedTask
    task_id: int
    is_open: bool
    assignee_id: int | None


@operation(writes=True)
def create(
    ctx: Context,
    task_id: int,
    text: str,
    zone: tuple[float, float, float, float] | None = None,
    shape_id: str | None = None,
) -> Issue:
    """Raise an issue on an asset, on a zone ``(x0, y0, x1, y1)`` of it (image pixels), or on a shape.

    On an asset that is done, a reviewer of the campaign or a manager may: it is not done any more then, and goes back
    to the person who annotated it.
    """
    task = visible_task(ctx, task_id)
    current = _at_hand(ctx, task.campaign_id, task.asset_id, task_id)
    reopens = not current.is_open and (not current.task.copy or current.task.gold is not None)
    if reopens:
        _check_may_reopen(ctx, current.task)
    if zone is not None:
        if not all(math.isfinite(v) for v in zone):
            raise InvalidInput("zone must be four numbers: x0, y0, x1, y1.")
        zone = (min(zone[0], zone[2]), min(zone[1], zone[3]), max(zone[0], zone[2]), max(zone[1], zone[3]))
    if shape_id is not None and not 0 < len(shape_id) <= 64:
        raise InvalidInput("shape_id must be the id of a shape: 1 to 64 characters.")
    new = issue_threads.add_issue(ctx.tx, task, ctx.actor.member_id, _text(text), zone, shape_id, ctx.now)
    ctx.note(campaign_id=task.campaign_id, task_id=task_id, asset_id=task.asset_id, detail={"issue_id": new})
    if reopens:
        current = _send_back(ctx, current.task)
    _tell(
        ctx,
        (task.campaign_id, task.asset_id, current.task_id),
        "issue",
        t(
            "{who} raised an issue on {asset}: {text}",
            who=ctx.actor.login,
            asset=task.asset,
            text=text.strip()[:120],
        ),
        new,
    )
    return _issue(ctx, new)


@operation(writes=True)
def reply(ctx: Context, issue_id: int, text: str) -> Issue:
    """Add a comment to an issue's thread."""
    row = _visible(ctx, issue_id)
    issue_threads.add_comment(ctx.tx, issue_id, ctx.actor.member_id, _text(text), ctx.now)
    _note(ctx, row)
    said = t(
        "{who} answered the issue on {asset}: {text}", who=ctx.actor.login, asset=row.asset, text=text.strip()[:120]
    )
    _tell(
        ctx,
        (row.campaign_id, row.asset_id, row.task_id),
        "issue_answered",
        said,
        issue_id,
        *issue_threads.authors(ctx.tx, issue_id),
    )
    return _issue(ctx, issue_id)


@operation(writes=True)
def set_state(ctx: Context, issue_id: int, state: IssueState) -> Issue:
    """Change the state of an issue.

    Who has the asset's current task may say that it is for review. Its author, a reviewer who has the current
    task, and managers may resolve or reopen it.
    """
    row = _visible(ctx, issue_id)
    current = _at_hand(ctx, row.campaign_id, row.asset_id, row.task_id)
    holds = current.is_open and current.assignee_id == ctx.actor.member_id
    decides = (
        row.author_id == ctx.actor.member_id or ctx.actor.role in MANAGERS or (holds and current.task.kind == "review")
    )
    if state == "for_review" and not (holds or decides):
        raise NotAllowed(t("Only the person who has the task may say that an issue is fixed."))
    if state != "for_review" and not decides:
        raise NotAllowed(
            f"Only {row.author}, who raised the issue, the reviewer who has the task, or a manager may "
            f"{'resolve' if state == 'resolved' else 'reopen'} it. You can reply, or mark it for review."
        )
    if state != "resolved" and not current.is_open and not current.task.copy:
        _check_may_reopen(ctx, current.task)
        current = _send_back(ctx, current.task)
    issue_threads.set_state(ctx.tx, row, state, ctx.actor.member_id, ctx.now)
    _note(ctx, row, state=state)
    became = {"open": "reopened", "for_review": t("marked for review"), "resolved": "resolved"}[state]
    said = t("The issue on {asset} was {became+} by {who}.", asset=row.asset, became=became, who=ctx.actor.login)
    _tell(ctx, (row.campaign_id, row.asset_id, current.task_id), "issue_answered", said, issue_id, row.author_id)
    return _issue(ctx, issue_id)


@operation()
def mine(ctx: Context) -> list[Issue]:
    """Return the issues on all assets that I work or worked on, newest first."""
    return issue_threads.issues(ctx.tx, visible_issues(ctx, issue_threads.of_member(ctx.tx, ctx.actor.member_id)))


@operation()
def listing(ctx: Context) -> list[IssueSummary]:
    """Return the issues of all campaigns, those that are not resolved first, newest first: 5,000 at most."""
    return issue_threads.listing(ctx.tx, MOST_LISTED)


def _visible(ctx: Context, issue_id: int) -> NamedIssue:
    row = issue_threads.issue_row(ctx.tx, issue_id)
    if row is None and ctx.actor.role in DEVELOPERS:
        raise NotFound(f"There is no issue {issue_id}.")
    try:
        visible_task(ctx, row.task_id if row else -1)
    except NotAllowed:
        raise NotAllowed(t("You may see only the issues of your own tasks.")) from None
    assert row is not None
    return row


def _check_may_reopen(ctx: Context, current: TaskRow) -> None:
    """Raise Refused unless an issue of the actor may bring back an asset that has left the workflow."""
    if current.state == "skipped":
        raise Refused(
            t(
                "This asset left the workflow (it was skipped, discarded or rejected), so it takes no open issue. "
                "Its job can be restarted with it."
            )
        )
    if current.gold is not None and ctx.actor.role in MANAGERS:
        raise Refused("The answer of this image is known: it is gold, and does not come back.")
    campaign = stored.campaign(ctx.tx, current.campaign_id)
    assert campaign is not None
    if campaign.archived is not None:
        raise Refused(t("The campaign {name} is archived; nothing in it changes any more.", name=quoted(campaign.name)))
    completion.check_alone(ctx, current.campaign_id)
    steps = stored.spec(ctx.tx, current.campaign_id).workflow.steps
    workers = stored.workers(ctx.tx, current.campaign_id)
    reviews = any(s.kind == "review" and ctx.actor.member_id in workers.get(i, set()) for i, s in enumerate(steps))
    if not reviews and ctx.actor.role not in MANAGERS:
        raise Refused(t("This asset is done; only a reviewer of the campaign or a manager can bring it back."))


def _send_back(ctx: Context, current: NamedTask) -> AtHand:
    """Send a done asset back to the person who annotated it, and return its new task."""
    spec = stored.spec(ctx.tx, current.campaign_id)
    visits = [visit(v) for v in task_rows.visits(ctx.tx, current.campaign_id, current.asset_id)]
    workers = stored.workers(ctx.tx, current.campaign_id)
    following = workflow.reopened(visits, spec.workflow.steps, workers)
    task_rows.pass_on(ctx.tx, current)
    new = follow(ctx, current, spec, visits, following)
    last = task_rows.visits(ctx.tx, current.campaign_id, current.asset_id)[-1]
    return AtHand(last, new, last.is_open, last.assignee_id)


def _tell(ctx: Context, of: tuple[int, int, int], kind: NoticeKind, text: Message, issue_id: int, *others: int) -> None:
    """Tell who has or had the asset at hand (``of``: campaign, asset and task), and others."""
    current = _at_hand(ctx, *of)
    holder = [current.assignee_id] if current.is_open and current.assignee_id is not None else []
    tell(
        ctx, {*holder, *others}, kind, text,
        campaign_id=of[0], task_id=current.task_id, issue_id=issue_id,
    )  # fmt: skip


def _at_hand(ctx: Context, campaign_id: int, asset_id: int, task_id: int) -> AtHand:
    """Return the visit that an issue, or a task, of an asset is about now: the last one.

    While several people answer for the asset, it is that of the issue itself: nobody learns of the others.
    """
    visits = task_rows.visits(ctx.tx, campaign_id, asset_id)
    last = visits[-1]
    if not last.copy:
        return AtHand(last, last.task_id, last.is_open, last.assignee_id)
    own = next(v for v in visits if v.task_id == task_id)
    if own.gold is not None:  # as any other: with somebody of the next step, if there is one
        steps = stored.spec(ctx.tx, campaign_id).workflow.steps
        goes_on = own.state == "done" and own.step + 1 < len(steps)
        return AtHand(own, own.task_id, own.is_open or goes_on, own.assignee_id)
    if own.copy:
        return AtHand(own, own.task_id, own.is_open, own.assignee_id)
    return AtHand(last, last.task_id, last.is_open, None)


def _text(text: str) -> str:
    return text_limits.checked(text, "Say what is wrong")


def _issue(ctx: Context, issue_id: int) -> Issue:
    row = issue_threads.issue_row(ctx.tx, issue_id)
    assert row is not None
    return issue_threads.issues(ctx.tx, [row])[0]


def _note(ctx: Context, row: NamedIssue, **detail: object) -> None:
    ctx.note(
        campaign_id=row.campaign_id,
        task_id=row.task_id,
        asset_id=row.asset_id,
        detail={"issue_id": row.issue_id, **detail},
    )
