"""Changing a campaign that is written or launched: what it would do, and doing it."""

from __future__ import annotations

import zlib

import msgspec
from msgspec import Struct

from nbannotate.errors import Conflict, InvalidInput, NbannotateError, Stale
from nbannotate.model import Campaign, CampaignSpec, Plan
from nbannotate.operations import planning
from nbannotate.operations.notifications import tell
from nbannotate.operations.registry import Context
from nbannotate.rules.change import Change, compare
from nbannotate.rules.copies import needs_seed
from nbannotate.store import campaigns as stored
from nbannotate.store import distribution, documents, people, recipe_usage
from nbannotate.store.asset_selection import chosen
from nbannotate.texts import quoted, t


def settle(spec: CampaignSpec, seed: int | None) -> CampaignSpec:
    """Return a spec that has a seed if it chooses something at random."""
    if needs_seed(spec) and spec.seed is None:
        return msgspec.structs.replace(spec, seed=seed)
    return spec


def check(
    ctx: Context, campaign: Campaign | None, version_id: int, old: CampaignSpec | None, spec: CampaignSpec
) -> None:
    """Raise InvalidInput or Conflict, naming the field, if a spec cannot be written in the place of another one.

    What is as it was is not looked at again: an overdue campaign can be changed, and one whose people have left.
    """
    other = stored.named(ctx.tx, spec.name)
    if other is not None and (campaign is None or other.campaign_id != campaign.campaign_id):
        raise Conflict(f"There is a campaign {spec.name!r} already; choose another name.")
    if spec.due and spec.due < ctx.now.date() and (old is None or old.due != spec.due):
        raise InvalidInput(f"due is in the past: {spec.due}; today is {ctx.now.date()} (UTC).")
    if spec.pdf and (old is None or old.pdf != spec.pdf) and not documents.exists(ctx.tx, spec.pdf.sha256):
        raise InvalidInput(f"pdf: the workspace does not have the file {spec.pdf.name!r}; add it first.")
    version = planning.version_by_id(ctx, version_id)
    known_people = (
        {(login, step.kind) for step in old.workflow.steps for login in step.assignees} if old is not None else set()
    )
    problems = planning.people_problems(ctx, version, spec, known_people)
    if old is None or old.rules != spec.rules:
        problems += planning.rule_problems(ctx, version, spec)[0]
    if problems:
        raise InvalidInput(" ".join(problems))


class Chosen(Struct, frozen=True):
    """What launching a spec would do, or why nobody can say, and a text for what that was made from."""

    ground: str
    plan: Plan | None = None
    error: NbannotateError | None = None


def choose(ctx: Context, campaign_id: int, spec: CampaignSpec, **_: str) -> dict[str, Chosen | None]:
    """Prepare the change of a campaign that is only written: choose its assets, by whatever filter somebody wrote."""
    campaign = stored.campaign(ctx.tx, campaign_id)
    if campaign is None or campaign.launched is not None:
        return {"prepared_choice": None}
    spec = _settled(ctx, campaign, spec)
    ground = planning.ground(ctx, campaign, spec)
    try:
        with chosen(ctx.tx, campaign.version_id, spec) as choice:
            return {"prepared_choice": Chosen(ground, planning.launch_plan(ctx, campaign, spec, choice))}
    except NbannotateError as error:
        return {"prepared_choice": Chosen(ground, error=error)}


def _settled(ctx: Context, campaign: Campaign, spec: CampaignSpec) -> CampaignSpec:
    """Return a spec as it will be stored in a campaign."""
    old = stored.spec(ctx.tx, campaign.campaign_id)
    return settle(spec, old.seed if old.seed is not None else zlib.crc32(str(campaign.campaign_id).encode()))


def _believed(ctx: Context, campaign: Campaign, spec: CampaignSpec, made: Chosen | None) -> Plan:
    """Return what was prepared, in the transaction that writes; raise what was wrong, or Stale."""
    if made is None or made.ground != planning.ground(ctx, campaign, spec):
        raise Stale("The campaign, its version or its people were changed while this was prepared; try again.")
    if made.error is not None:
        raise made.error
    assert made.plan is not None
    return made.plan


def plan(ctx: Context, campaign: Campaign, spec: CampaignSpec) -> Plan:
    """Return what changing a campaign to a spec would do."""
    made = None if campaign.launched is not None else choose(ctx, campaign.campaign_id, spec)["prepared_choice"]
    return plan_change(ctx, campaign, spec, made)[1]


def plan_change(
    ctx: Context, campaign: Campaign, spec: CampaignSpec, made: Chosen | None
) -> tuple[CampaignSpec, Plan, Change]:
    """Return the spec as it will be stored, what changing to it would do, and the change.

    ``made`` is what was prepared if it is not launched.
    """
    old = stored.spec(ctx.tx, campaign.campaign_id)
    spec = _settled(ctx, campaign, spec)
    check(ctx, campaign, campaign.version_id, old, spec)
    launched = campaign.launched is not None
    facts = recipe_usage.facts(
        ctx.tx, campaign.campaign_id, campaign.version_id, launched=launched, archived=campaign.archived is not None
    )
    change = compare(old, spec, facts)
    if launched:
        planned = planning.running_plan(ctx, campaign, spec, change.dealt)
        warnings = list(planning.rule_problems(ctx, planning.version_of(ctx, campaign), spec)[1])
    else:
        planned = _believed(ctx, campaign, spec, made)
        warnings = [*planned.warnings, *(f"It cannot be launched yet. {r}" for r in planned.refusals)]
    renamed = _followers(ctx, campaign, old, spec)
    changes = [*change.changes, *(f"The rules of {c.name!r} follow the new name." for c in renamed)]
    return (
        spec,
        msgspec.structs.replace(
            planned,
            changes=tuple(changes),
            warnings=(*warnings, *change.warnings),
            refusals=tuple(change.refusals),
            fingerprint=planning.fingerprint(old, spec, planned.fingerprint),
        ),
        change,
    )


def _followers(ctx: Context, campaign: Campaign, old: CampaignSpec, spec: CampaignSpec) -> list[Campaign]:
    """Return the campaigns whose rules name a campaign that gets another name."""
    if old.name == spec.name:
        return []
    others = (c for c in stored.campaigns(ctx.tx) if c.campaign_id != campaign.campaign_id)
    return [c for c in others if any(r.to == old.name for r in stored.spec(ctx.tx, c.campaign_id).rules)]


def carry_out(ctx: Context, campaign: Campaign, spec: CampaignSpec, change: Change) -> None:
    """Store a change that was planned in this transaction, deal tasks again, and tell who joins."""
    old = stored.spec(ctx.tx, campaign.campaign_id)
    for other in _followers(ctx, campaign, old, spec):
        theirs = stored.spec(ctx.tx, other.campaign_id)
        rules = tuple(msgspec.structs.replace(r, to=spec.name) if r.to == old.name else r for r in theirs.rules)
        stored.set_spec(ctx.tx, other.campaign_id, msgspec.structs.replace(theirs, rules=rules))
    ids = {login: member_id for member_id, login in people.logins(ctx.tx).items()}
    stored.rewrite(ctx.tx, campaign.campaign_id, spec, ids)
    if campaign.launched is None:
        return
    for step in change.dealt:
        distribution.deal_again(ctx.tx, campaign.campaign_id, spec, step, ctx.now)
    joined: dict[str, list[str]] = {}
    for step, login in change.joined:
        joined.setdefault(login, []).append(repr(spec.workflow.steps[step].name))
    for login, steps in joined.items():
        text = t("You work in {campaign} now, at {steps}.", campaign=quoted(spec.name), steps=" and ".join(steps))
        tell(ctx, [ids[login]], "assigned", text, campaign_id=campaign.campaign_id)
