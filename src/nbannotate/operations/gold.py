"""Gold for those who manage, and for whoever may see what was wrong: standing, going on after a pause, a look back."""

from __future__ import annotations

from nbannotate.errors import NotAllowed, Refused
from nbannotate.model import GoldMember, Judged
from nbannotate.operations.access import visible_task
from nbannotate.operations.assignments import worker
from nbannotate.operations.notifications import tell
from nbannotate.operations.registry import Context, found, operation
from nbannotate.rules import gold as rules
from nbannotate.rules.rights import DEVELOPERS
from nbannotate.store import campaigns as stored
from nbannotate.store import data
from nbannotate.store import gold as kept
from nbannotate.texts import t


@operation()
def members(ctx: Context, campaign_id: int) -> list[GoldMember]:
    """Return how each member answers gold in a campaign, by login."""
    found(stored.name(ctx.tx, campaign_id), f"campaign {campaign_id}")
    flow = stored.spec(ctx.tx, campaign_id).workflow
    told = []
    for who in kept.members(ctx.tx, campaign_id):
        fall = kept.fallen(ctx.tx, campaign_id, who.member_id)
        mean = rules.recent(kept.scores(ctx.tx, campaign_id, who.member_id, flow.last), flow.last)
        state = "ok" if fall is None else "paused" if fall.action == "pause" else "below"
        told.append(
            GoldMember(who.login, who.answers, who.mean, mean, state, None if fall is None else fall.since)  # type: ignore[arg-type]
        )
    return told


@operation(writes=True)
def resume(ctx: Context, campaign_id: int, login: str) -> None:
    """Let a member go on who was paused for gold; only answers from now on count."""
    found(stored.name(ctx.tx, campaign_id), f"campaign {campaign_id}")
    member = worker(ctx, login)
    spec = stored.spec(ctx.tx, campaign_id)
    fall = kept.fallen(ctx.tx, campaign_id, member.member_id)
    if fall is None or fall.action != "pause":
        raise Refused(f"{login!r} is not paused in {spec.name!r}; there is nothing to resume.")
    kept.rise(ctx.tx, campaign_id, member.member_id, ctx.now, ctx.actor.member_id)
    ctx.note(campaign_id=campaign_id, detail={"member": login})
    text = t("You can go on in {campaign}.", campaign=spec.name)
    tell(ctx, [member.member_id], "gold", text, campaign_id=campaign_id)


@operation()
def look(ctx: Context, task_id: int) -> Judged:
    """Return what was wrong in an answer of mine to an image whose answer is known, if I may see it."""
    row = visible_task(ctx, task_id)
    manages = ctx.actor.role in DEVELOPERS
    own = row.assignee_id == ctx.actor.member_id and kept.may_be_shown(ctx.tx, task_id)
    if row.gold is None or not (own or manages):
        raise NotAllowed("There is nothing to be shown of this task.")
    answer = data.said_in(ctx.tx, task_id)
    if answer is None:
        raise Refused("Nothing was answered in this task.")
    given, known = data.annotation(ctx.tx, answer), data.annotation(ctx.tx, data.annotation_row(ctx.tx, row.gold))
    its = rules.score(given, known, stored.spec(ctx.tx, row.campaign_id).workflow.gold_iou)
    return Judged(task_id, row.asset_id, row.asset, its.score, given, known, its.missed, its.extra)
