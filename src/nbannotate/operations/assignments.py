"""Giving tasks to people: one, many, a job, and dealing what remains anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from nbannotate.errors import InvalidInput, NotFound, Refused
from nbannotate.model import CampaignSpec, Member, Reassigned, TaskState
from nbannotate.model.suggestions import meant, sentence, unknown
from nbannotate.operations.notifications import tell
from nbannotate.operations.registry import Context, found
from nbannotate.rules import attribution, gold
from nbannotate.store import batches, people
from nbannotate.store import campaigns as stored
from nbannotate.store import gold as kept
from nbannotate.texts import t, tn


def step_index(spec: CampaignSpec, step: str | int) -> int:
    """Return the index of a step that is given by name or index, or raise NotFound that lists the names."""
    steps = spec.workflow.steps
    for i, one in enumerate(steps):
        if step in (i, one.name):
            return i
    raise NotFound(sentence(unknown("step", step, [s.name for s in steps], f" in {spec.name!r}")))


def worker(ctx: Context, login: str) -> Member:
    """Return an active member by login."""
    member = people.member(ctx.tx, login)
    if member is None:
        raise NotFound(f"There is no member {login!r}{meant(login, [m.login for m in people.members(ctx.tx)])}.")
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
    found(stored.name(ctx.tx, campaign_id), f"campaign {campaign_id}")
    spec = stored.spec(ctx.tx, campaign_id)
    index = None if step is None else step_index(spec, step)
    target = None if to is None else worker(ctx, to)
    who = None if assignee is None else found(people.member(ctx.tx, assignee), f"member {assignee!r}").member_id
    found_ = batches.mark(ctx.tx, campaign_id, task_ids=task_ids, step=index, assignee_id=who, state=state)
    if task_ids is not None and step is None and assignee is None and state is None:
        gone = len(set(task_ids)) - _count(found_)
        if gone:
            raise Refused(
                f"{gone} of the {len(set(task_ids))} tasks are not open tasks of {spec.name!r} (they are finished, or "
                "of another campaign); choose again. Nothing was changed."
            )
    if target is not None:
        for at in sorted({m.step for m in found_}):
            check_works_at(ctx, campaign_id, spec, at, target)
    target_id = None if target is None else target.member_id
    marked = batches.give_all(ctx.tx, target_id, started)
    wanted = _count(m for m in marked if m.assignee_id != target_id)
    moved = _count(m for m in marked if m.moves)
    _give(ctx, campaign_id, spec, marked)
    ctx.note(campaign_id=campaign_id, detail={"to": to, "tasks": moved})
    return Reassigned(moved, {to: moved} if to is not None else {}, wanted - moved)


def _count(marked: Iterable[batches.Marked]) -> int:
    return sum(m.tasks for m in marked)


def redistribute(
    ctx: Context, campaign_id: int, step: str | int, weights: dict[str, float] | None, started: bool
) -> Reassigned:
    """Deal what remains at a step; see ``tasks.redistribute``."""
    found(stored.name(ctx.tx, campaign_id), f"campaign {campaign_id}")
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
    all_ = batches.mark(ctx.tx, campaign_id, step=index)
    free = _count(m for m in all_ if started or not m.started)
    parts = dict(zip(shares, attribution.split(free, list(shares.values())), strict=True))
    marked = batches.give_parts(ctx.tx, parts, started)
    dealt = [m for m in marked if m.to_id is not None and (m.moves or m.to_id == m.assignee_id)]
    people_ = {people.logins(ctx.tx)[id_]: _count(m for m in dealt if m.to_id == id_) for id_ in parts}
    _give(ctx, campaign_id, spec, marked)
    ctx.note(campaign_id=campaign_id, detail={"step": index, "people": people_})
    return Reassigned(_count(dealt), people_, _count(all_) - _count(dealt))


def _give(ctx: Context, campaign_id: int, spec: CampaignSpec, marked: list[batches.Marked]) -> None:
    """Give marked tasks to members and tell them, and those who lose what they had begun."""
    names = people.logins(ctx.tx)
    moving = [m for m in marked if m.moves]
    only = batches.single(ctx.tx)
    _bring_gold(ctx, campaign_id, spec, moving)
    golden = batches.give_marked(ctx.tx, ctx.now)
    for member_id in dict.fromkeys(m.to_id for m in moving):
        mine = [m for m in moving if m.to_id == member_id]
        n = _count(mine) + golden.get(member_id or 0, 0)  # who gets gold is not told apart
        to = t("the queue") if member_id is None else names[member_id]
        if member_id is not None:
            text = tn(
                n, "{n} image was assigned to you in {campaign}.",
                "{n} images were assigned to you in {campaign}.", campaign=spec.name,
            )  # fmt: skip
            tell(ctx, [member_id], "assigned", text, campaign_id=campaign_id, task_id=only.get(member_id))
        lost: Counter[int] = Counter()
        for m in mine:
            if m.started and m.assignee_id is not None:
                lost[m.assignee_id] += m.tasks
        for loser, count in lost.items():
            text = tn(
                count, "{n} image that you had begun in {campaign} was given to {to+}. What you drew is kept.",
                "{n} images that you had begun in {campaign} were given to {to+}. What you drew is kept.",
                campaign=spec.name, to=to,
            )  # fmt: skip
            tell(ctx, [loser], "assigned", text, campaign_id=campaign_id)


def _bring_gold(ctx: Context, campaign_id: int, spec: CampaignSpec, moving: list[batches.Marked]) -> None:
    """Let as much gold of the queue come with what is given from it as if the person had taken that, one by one."""
    step = gold.step_of(spec)
    from_queue = (m.to_id for m in moving if m.step == step and m.assignee_id is None)
    for member_id in dict.fromkeys(from_queue):
        if step is None or member_id is None:
            continue
        positions = batches.from_queue(ctx.tx, step, member_id)
        had, _ = kept.stock(ctx.tx, campaign_id, spec, member_id)
        before = gold.due_before(spec, member_id, had, len(positions))
        batches.bring_gold(ctx.tx, campaign_id, step, member_id, [positions[n] for n in before])
