"""Giving tasks to people: one, many, a job, and dealing what remains anew."""

from __future__ import annotations

from collections import Counter
from typing import Any

from nbannotate.errors import InvalidInput, NotFound, Refused
from nbannotate.model import CampaignSpec, Member, Reassigned, TaskState
from nbannotate.operations.registry import Context, found
from nbannotate.operations.telling import tell
from nbannotate.rules import attribution
from nbannotate.store import batches, people
from nbannotate.store import campaigns as stored
from nbannotate.texts import t, tn


def step_index(spec: CampaignSpec, step: str | int) -> int:
    """Return the index of a step that is given by name or index, or raise NotFound that lists the names."""
    steps = spec.workflow.steps
    for i, one in enumerate(steps):
        if step in (i, one.name):
            return i
    raise NotFound(f"{spec.name!r} has no step {step!r}; it has {', '.join(repr(s.name) for s in steps)}.")


def worker(ctx: Context, login: str) -> Member:
    """Return an active member by login."""
    member: Member = found(people.member(ctx.tx, login), f"member {login!r}")
    if not member.active:
        raise Refused(f"The account of {login!r} is disabled; enable it first, or choose somebody else.")
    return member


def check_works_at(ctx: Context, campaign_id: int, spec: CampaignSpec, step: int, member: Member) -> None:
    """Raise Refused unless a member works at a step."""
    if member.member_id not in stored.workers(ctx.tx, campaign_id).get(step, set()):
        name = spec.workflow.steps[step].name
        raise Refused(f"{member.login!r} is no assignee of the step {name!r}; make the person one first.")


def reassign(
    ctx: Context,
    campaign_id: int,
    to: str | None,
    task_ids: list[int] | None,
    step: str | int | None,
    assignee: str | None,
    state: TaskState | None,
    started: bool,
) -> Reassigned:
    """Give open tasks to a member or back to the queue; see ``tasks.reassign``."""
    found(stored.campaign(ctx.tx, campaign_id), f"campaign {campaign_id}")
    spec = stored.spec(ctx.tx, campaign_id)
    index = None if step is None else step_index(spec, step)
    target = None if to is None else worker(ctx, to)
    who = None if assignee is None else found(people.member(ctx.tx, assignee), f"member {assignee!r}").member_id
    rows = batches.open_tasks(
        ctx.tx, campaign_id, task_ids=task_ids, step=index, assignee_id=who, state=state
    )  # fmt: skip
    if task_ids is not None and step is None and assignee is None and state is None:
        gone = len(set(task_ids)) - len(rows)
        if gone:
            raise Refused(
                f"{gone} of the {len(set(task_ids))} tasks are not open tasks of {spec.name!r} (they are finished, or "
                "of another campaign); choose again. Nothing was changed."
            )
    if target is not None:
        for at in sorted({r["step"] for r in rows}):
            check_works_at(ctx, campaign_id, spec, at, target)
    target_id = None if target is None else target.member_id
    wanted = [r for r in rows if r["assignee_id"] != target_id]
    moved = [r for r in wanted if started or not r["started"]]
    _give(ctx, campaign_id, spec, {target_id: moved})
    ctx.note(campaign_id=campaign_id, detail={"to": to, "tasks": len(moved)})
    return Reassigned(len(moved), {to: len(moved)} if to is not None else {}, len(wanted) - len(moved))


def redistribute(
    ctx: Context, campaign_id: int, step: str | int, weights: dict[str, float] | None, started: bool
) -> Reassigned:
    """Deal what remains at a step; see ``tasks.redistribute``."""
    found(stored.campaign(ctx.tx, campaign_id), f"campaign {campaign_id}")
    spec = stored.spec(ctx.tx, campaign_id)
    index = step_index(spec, step)
    if weights is None:
        can = stored.workers(ctx.tx, campaign_id).get(index, set())
        names = people.logins(ctx.tx)
        active = {names[m] for m in can}
        weights = {login: w for login, w in spec.workflow.steps[index].shares.items() if login in active}
    if not weights:
        raise InvalidInput("weights is empty; name at least one person with a weight above 0.")
    shares: dict[int, float] = {}
    for login, weight in weights.items():
        if isinstance(weight, bool) or not 0 < weight < float("inf"):
            raise InvalidInput(f"weights: the weight of {login!r} must be above 0, not {weight!r}.")
        member = worker(ctx, login)
        check_works_at(ctx, campaign_id, spec, index, member)
        shares[member.member_id] = weight
    rows = batches.open_tasks(ctx.tx, campaign_id, step=index)
    free = [r for r in rows if started or not r["started"]]
    dealt = deal_rows(free, shares)
    _give(ctx, campaign_id, spec, {m: [r for r in mine if r["assignee_id"] != m] for m, mine in dealt.items()})
    people_ = {people.logins(ctx.tx)[m]: len(mine) for m, mine in dealt.items()}
    ctx.note(campaign_id=campaign_id, detail={"step": index, "people": people_})
    return Reassigned(len(free), people_, len(rows) - len(free))


def deal_rows(rows: list[dict[str, Any]], shares: dict[int, float]) -> dict[int, list[dict[str, Any]]]:
    """Deal rows to members by weight, exactly; who has one already keeps it as far as the share allows."""
    parts = dict(zip(shares, attribution.split(len(rows), list(shares.values())), strict=True))
    dealt: dict[int, list[dict[str, Any]]] = {m: [] for m in shares}
    rest = []
    for row in rows:
        mine = dealt.get(row["assignee_id"])
        if mine is not None and len(mine) < parts[row["assignee_id"]]:
            mine.append(row)
        else:
            rest.append(row)
    for member, mine in dealt.items():
        lacks = parts[member] - len(mine)
        mine.extend(rest[:lacks])
        rest = rest[lacks:]
    return dealt


def _give(
    ctx: Context, campaign_id: int, spec: CampaignSpec, gifts: dict[int | None, list[dict[str, Any]]] | dict[int, Any]
) -> None:
    """Give rows to members and tell them, and those who lose what they had begun."""
    names = people.logins(ctx.tx)
    for member_id, rows in gifts.items():
        if not rows:
            continue
        batches.give(ctx.tx, [r["task_id"] for r in rows], member_id, ctx.now)
        to = t("the queue") if member_id is None else names[member_id]
        if member_id is not None:
            text = tn(
                len(rows), "{n} image was assigned to you in {campaign}.",
                "{n} images were assigned to you in {campaign}.", campaign=spec.name,
            )  # fmt: skip
            only = rows[0]["task_id"] if len(rows) == 1 else None
            tell(ctx, [member_id], "assigned", text, campaign_id=campaign_id, task_id=only)
        lost = Counter(r["assignee_id"] for r in rows if r["started"] and r["assignee_id"] is not None)
        for loser, n in lost.items():
            text = tn(
                n, "{n} image that you had begun in {campaign} was given to {to+}. What you drew is kept.",
                "{n} images that you had begun in {campaign} were given to {to+}. What you drew is kept.",
                campaign=spec.name, to=to,
            )  # fmt: skip
            tell(ctx, [loser], "assigned", text, campaign_id=campaign_id)
