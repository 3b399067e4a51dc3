"""Chained campaigns: assets that leave one go on in another, by hand or by a rule."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import Any

from msgspec import Struct

from nbannotate.errors import InvalidInput, NbannotateError, NotFound, Refused, Stale
from nbannotate.model import Campaign, CampaignSpec, NoticeKind, When
from nbannotate.operations.new_assets import Coming, stage_tasks, take_sent, take_staged
from nbannotate.operations.notifications import tell
from nbannotate.operations.planning import fingerprint, unknown_status
from nbannotate.operations.registry import Context, found, operation
from nbannotate.rules.rights import MANAGERS
from nbannotate.store import campaigns as stored
from nbannotate.store import people, places, transfer
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import id_list
from nbannotate.texts import Message

#: What managers are told with when a rule cannot do its work.
KIND: NoticeKind = "issue"


class _Sent(Struct, frozen=True):
    """What was staged: the batch, the current tasks of all that are sent (a JSON list), and what that was made from.

    ``lacking`` are new in the other version; ``staged`` is what comes into it, if it is another one; ``coming`` are the
    tasks in the other campaign, if it is launched.
    """

    batch_id: int
    tasks: str
    chosen: int
    lacking: int
    staged: transfer.Staged | None
    coming: Coming | None
    ground: str


def _stage_send(
    ctx: Context, stage: Stage, campaign_id: int, to: str, asset_ids: list[int] | None, status: str | None
) -> dict[str, _Sent]:
    """Copy what is sent, and make its tasks, in pieces."""
    source, target = _ends(ctx, campaign_id, to)
    _choose(ctx, source, asset_ids, status)
    chosen, tasks, _ = transfer.listed(ctx.tx)
    ground = _ground(ctx, source, target, tasks)
    # Sent before the launch, they are in the version already.
    lacking = transfer.leave_out(ctx.tx, target.campaign_id, target.version_id)
    new, _, ids = transfer.listed(ctx.tx)
    own = target.version_id == source.version_id
    staged: transfer.Staged | None = None
    if new and not own:
        of = source.version_id, target.version_id
        staged = transfer.stage(stage, *of, ctx.actor.member_id, source.name, ctx.now)
    coming = None
    if new and target.launched:
        campaign: Campaign = found(stored.campaign(ctx.tx, target.campaign_id), f"campaign {to!r}")

        def reveal() -> None:
            if staged is not None:
                transfer.attempt(stage, target.version_id, staged)

        coming = stage_tasks(ctx, stage, campaign, ids, reveal, everything=True)
    return {"prepared_sent": _Sent(stage.batch_id, tasks, chosen, lacking, staged, coming, ground)}


def _ends(ctx: Context, campaign_id: int, to: str) -> tuple[transfer.End, transfer.End]:
    """Return the campaign that assets have left, and the one that they go to; raise if they cannot go there now."""
    source: transfer.End = found(transfer.end(ctx.tx, campaign_id=campaign_id), f"campaign {campaign_id}")
    target = _target(ctx, source, to)
    if target.launched and (other := stored.running_on(ctx.tx, target.version_id, but=target.campaign_id)):
        raise Refused(
            f"The campaign {other!r} is running on the version of {to!r}, which has one campaign at a time; "
            f"send the assets when {other!r} is completed."
        )
    return source, target


def _ground(ctx: Context, source: transfer.End, target: transfer.End, tasks: str) -> str:
    """Return a short text that differs if what is sent, or where it goes, has changed."""
    ends = source.version_id, target.version_id, target.campaign_id
    return fingerprint(target, transfer.mark(ctx.tx, tasks, *ends))


@operation(writes=True, stage=_stage_send)
def send(
    ctx: Context,
    campaign_id: int,
    to: str,
    asset_ids: list[int] | None = None,
    status: str | None = None,
    *,
    prepared_sent: _Sent,
) -> int:
    """Send assets that have left a campaign to another one of the same dataset, and return how many are new there.

    They come into the other campaign's version if they are not in it, with their latest annotation. A campaign that is
    launched takes them at once, whatever its filter says; one that is only written, at its launch: until then those
    count that are new in its version.

    Parameters
    ----------
    ctx, campaign_id
        The context, and the campaign that they have left.
    to
        The name of the other campaign.
    asset_ids, status
        Which assets: these, or those with this status, or those of these that have this status. A status of a step's
        own counts whatever later steps called the asset; a built-in one is what it is called in the end.
    prepared_sent
        What was staged.
    """
    source, target = _ends(ctx, campaign_id, to)
    made = prepared_sent
    if made.ground != _ground(ctx, source, target, made.tasks):
        raise Stale("What is sent, or where it goes, was changed while this was prepared; try again.")
    if made.staged is not None:
        if made.staged.arrived.large and made.staged.ground != places.mark(ctx.tx, target.version_id):
            raise Stale(f"The assets of the version of {to!r} were changed while others were sent to it; try again.")
        transfer.reveal(ctx.tx, made.batch_id, target.version_id, made.staged)
    sent = made.lacking
    if made.coming is not None:
        sent = take_staged(ctx, stored.campaign(ctx.tx, target.campaign_id), made.coming)
    ctx.note(campaign_id=campaign_id, detail={"to": to, "status": status, "chosen": made.chosen, "sent": sent})
    return sent


def apply_rules(
    ctx: Context, campaign_id: int, spec: CampaignSpec, asset_ids: list[int], when: When, status: str
) -> None:
    """Send assets that have just left a campaign, with a status, to where the campaign's rules say.

    A rule that cannot be followed stops nobody's work: the assets stay where they are, and the managers are told, once
    a day for each rule.
    """
    rules = [r for r in spec.rules if r.when == when]
    own = own_statuses(spec) if rules else set()
    had = transfer.statuses(ctx.tx, campaign_id, asset_ids[0] if len(asset_ids) == 1 else None) if own else {}
    for rule in rules:
        sent_on = [i for i in asset_ids if rule.status in (None, status) or rule.status in had.get(i, set()) & own]
        if not sent_on:
            continue
        source = transfer.end(ctx.tx, campaign_id=campaign_id)
        assert source is not None
        try:
            target = _target(ctx, source, rule.to)
            inside = transfer.inside(ctx.tx, target.campaign_id, sent_on)
            new = [i for i in sent_on if i not in inside]
            sent = _send(ctx, source, target, new)
            if sent == len(new):
                continue
            problem = _why_they_wait(ctx, target)
        except NbannotateError as error:
            problem = f"{error} They stay; change the rule, or send them later by hand."
        text = Message(f"{spec.name} cannot send assets that are {status} on to {rule.to!r}. {problem}")
        once = f"rule {campaign_id} {rule.when} {rule.status} {rule.to} {ctx.now:%Y-%m-%d}"
        tell(ctx, _managers(ctx), KIND, text, campaign_id=campaign_id, once=once)


def _target(ctx: Context, source: transfer.End, to: str) -> transfer.End:
    """Return the campaign that assets go to, or raise why they cannot go there."""
    target = transfer.end(ctx.tx, name=to)
    if target is None:
        names = sorted(c.name for c in stored.campaigns(ctx.tx) if c.campaign_id != source.campaign_id)
        like = difflib.get_close_matches(to, names, 1)
        hint = f"did you mean {like[0]!r}?" if like else f"there is {_some(names) or 'no other one'}."
        raise NotFound(f"There is no campaign {to!r}; {hint}")
    if target.campaign_id == source.campaign_id:
        raise InvalidInput(f"The assets are in {to!r} already; name another campaign.")
    if target.dataset_id != source.dataset_id:
        raise Refused(f"The campaign {to!r} is on another dataset; assets go only to campaigns of their own dataset.")
    if target.archived is not None:
        raise Refused(f"The campaign {to!r} is archived; take it back first, or name another one.")
    if target.state == "published":
        raise Refused(f"The version of {to!r} is published and never changes; name a campaign on a draft.")
    return target


def _choose(ctx: Context, source: transfer.End, asset_ids: Collection[int] | None, status: str | None) -> None:
    """Make the table of the assets that are to be sent, or raise why some cannot be."""
    if asset_ids is None and status is None:
        raise InvalidInput("Say which assets: those with a status, or one by one.")
    name, campaign_id = source.name, source.campaign_id
    spec = stored.spec(ctx.tx, campaign_id)
    these = None if asset_ids is None else id_list(asset_ids)
    if these is not None and (strange := transfer.strangers(ctx.tx, campaign_id, these)):
        raise InvalidInput(f"{len(strange)} of these assets are not in the campaign {name!r}: {_some(strange)}.")
    if status is not None:
        _check_status(spec, status)
    transfer.choose(ctx.tx, campaign_id, these, status, status in own_statuses(spec))
    count, first = transfer.at_work(ctx.tx, 6)
    if count:
        raise Refused(f"{count} of these assets are still worked on in {name!r}: {_some(first)}.")


def own_statuses(spec: CampaignSpec) -> set[str]:
    """Return the statuses that the steps of a campaign have of their own."""
    return {s for step in spec.workflow.steps for s in step.statuses}


def _check_status(spec: CampaignSpec, status: str) -> None:
    if problem := unknown_status(spec, status):
        raise InvalidInput(problem)


def _send(ctx: Context, source: transfer.End, target: transfer.End, asset_ids: Collection[int]) -> int:
    """Take assets into the target's version, and into the target if it is launched; return how many are new there."""
    new = set(asset_ids) - transfer.inside(ctx.tx, target.campaign_id, asset_ids)
    ordered = [i for i in asset_ids if i in new]
    lacking = transfer.lacking(ctx.tx, target.version_id, ordered)  # sent before the launch, they are there already
    if ordered and target.version_id != source.version_id:
        transfer.carry(ctx.tx, source.version_id, target.version_id, ordered, ctx.actor.member_id, source.name, ctx.now)
    if ordered and target.launched:
        return take_sent(ctx, target.campaign_id, id_list(ordered))
    return lacking


def _why_they_wait(ctx: Context, target: transfer.End) -> str:
    """Return why assets that were sent to a launched campaign have no task in it."""
    other = stored.running_on(ctx.tx, target.version_id, but=target.campaign_id)
    if other:
        return f"The campaign {other!r} is running on the same version; send them by hand when it is completed."
    return "Its workflow begins with a review, and they have no annotations yet."


def _managers(ctx: Context) -> list[int]:
    return [m.member_id for m in people.members(ctx.tx) if m.active and m.role in MANAGERS]


def _some(values: Iterable[Any]) -> str:
    """Return the first of some values for a sentence."""
    shown = [repr(v) for v in values]
    return ", ".join(shown[:5]) + (" …" if len(shown) > 5 else "")
