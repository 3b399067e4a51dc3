"""Campaigns: writing and changing one, what that would do, launching, new assets, progress, and its end."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Literal

import msgspec

from nbannotate.errors import Conflict, InvalidInput, NotFound, Refused
from nbannotate.model import (
    Campaign,
    CampaignSpec,
    CampaignState,
    Deletion,
    Plan,
    Progress,
    StepProgress,
    Version,
)
from nbannotate.model.suggestions import sentence, unknown
from nbannotate.operations import campaign_changes, completion, existing, new_assets, planning, versions
from nbannotate.operations.jobs import job
from nbannotate.operations.notifications import tell
from nbannotate.operations.registry import Context, found, operation
from nbannotate.rules import text_limits
from nbannotate.rules.rights import DEVELOPERS
from nbannotate.store import campaign_end, data, distribution, gold, issue_threads, jobs, people
from nbannotate.store import campaigns as stored
from nbannotate.store.asset_selection import chosen
from nbannotate.store.staging import Stage
from nbannotate.texts import quoted, t

LONGEST_REASON = 1000


@operation(writes=True, idle=existing.campaign)
def create(ctx: Context, version_id: int, spec: CampaignSpec, exist_ok: bool = False) -> Campaign:
    """Store a campaign on a version; nothing is given out until it is launched.

    On a published version, which never changes, it is stored on a new draft child that bears the campaign's name. With
    ``exist_ok`` a campaign of that name which is there with the same spec is returned.
    """
    if there := existing.campaign(ctx, version_id, spec, exist_ok):  # since a moment ago
        ctx.unchanged()
        return there
    spec = campaign_changes.settle(spec, secrets.randbelow(2**31))
    version: Version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    if version.state == "published":
        campaign_changes.check(ctx, None, version_id, None, spec)
        version_id = versions.make_child(ctx, version, spec.name).version_id
    return write(ctx, version_id, spec)


def write(ctx: Context, version_id: int, spec: CampaignSpec, campaign_id: int | None = None) -> Campaign:
    """Store a campaign on a draft version, in the transaction of whatever operation needs it; under a reserved id."""
    campaign_changes.check(ctx, None, version_id, None, spec)
    ids = {login: member_id for member_id, login in people.logins(ctx.tx).items()}
    new = stored.add_campaign(ctx.tx, version_id, spec, ids, ctx.now, campaign_id)
    ctx.note(campaign_id=new, detail={"name": spec.name})
    return _campaign(ctx, new)


def _campaign(ctx: Context, campaign_id: int) -> Campaign:
    campaign: Campaign = found(stored.campaign(ctx.tx, campaign_id), f"campaign {campaign_id}")
    return campaign


@operation()
def plan(ctx: Context, campaign_id: int, spec: CampaignSpec | None = None) -> Plan:
    """Return what launching a campaign as it is written would do; or with a spec, what changing to it would do."""
    campaign = _campaign(ctx, campaign_id)
    if spec is not None:
        return campaign_changes.plan(ctx, campaign, spec)
    written = stored.spec(ctx.tx, campaign_id)
    if campaign.launched is not None:
        planned = planning.running_plan(ctx, campaign, written)
        return msgspec.structs.replace(planned, refusals=(_launched_already(campaign),))
    with chosen(ctx.tx, campaign.version_id, written) as choice:
        return planning.launch_plan(ctx, campaign, written, choice)


@operation(writes=True, prepare=campaign_changes.choose)
def apply(
    ctx: Context,
    campaign_id: int,
    spec: CampaignSpec,
    fingerprint: str = "",
    *,
    prepared_choice: campaign_changes.Chosen | None,
) -> Plan:
    """Change a campaign, written or launched; refused, with the reason, if work would be lost.

    ``fingerprint`` is that of the plan that was looked at; if what it was made from has changed, nothing is done.
    """
    campaign = _campaign(ctx, campaign_id)
    spec, planned, change = campaign_changes.plan_change(ctx, campaign, spec, prepared_choice)
    check_plan(planned, fingerprint)
    campaign_changes.carry_out(ctx, campaign, spec, change)
    ctx.note(campaign_id=campaign_id, detail={"changes": list(planned.changes)})
    return planned


def check_plan(planned: Plan, fingerprint: str) -> None:
    """Raise Conflict if it is not the plan that somebody looked at, and Refused if it cannot be done."""
    if fingerprint and fingerprint != planned.fingerprint:
        raise Conflict(
            f"{planned.campaign!r} has changed since this plan was made; nothing was done. Call plan() again, look at "
            "it, and apply that one."
        )
    if planned.refusals:
        raise Refused(" ".join(planned.refusals))


def _launched_already(campaign: Campaign) -> str:
    return f"The campaign {campaign.name!r} was launched already, on {campaign.launched:%Y-%m-%d %H:%M} UTC."


def _launchable(ctx: Context, campaign_id: int) -> tuple[Campaign, CampaignSpec]:
    campaign = _campaign(ctx, campaign_id)
    if campaign.launched is not None:
        raise Refused(_launched_already(campaign))
    return campaign, stored.spec(ctx.tx, campaign_id)


def _running(
    ctx: Context, campaign_id: int, activity: str = "", fingerprint: str = "", exist_ok: bool = False
) -> Plan | None:
    """Return how a campaign stands that was launched before, to who takes that, too."""
    campaign = _campaign(ctx, campaign_id)
    if not exist_ok or campaign.launched is None or campaign.archived is not None:
        return None
    planned = planning.running_plan(ctx, campaign, stored.spec(ctx.tx, campaign_id))
    return msgspec.structs.replace(planned, warnings=(f"{_launched_already(campaign)} Nothing was done.",))


def _stage_launch(
    ctx: Context, stage: Stage, campaign_id: int, activity: str, fingerprint: str, exist_ok: bool
) -> dict[str, _Launch | None]:
    """Choose the assets and make their tasks in pieces."""
    if _running(ctx, campaign_id, exist_ok=exist_ok):  # since a moment ago
        return {"prepared_launch": None}
    campaign, spec = _launchable(ctx, campaign_id)
    ground = planning.ground(ctx, campaign, spec)
    try:
        ctx.report(activity, "choosing the assets", 0, 0)
        with chosen(ctx.tx, campaign.version_id, spec) as choice:
            planned = planning.launch_plan(ctx, campaign, spec, choice)
            check_plan(planned, fingerprint)
            distribution.stage_first_tasks(
                stage, campaign_id, spec, ctx.now,
                lambda done, total: ctx.report(activity, "making tasks", done, total),
                gold.assets(ctx.tx, campaign.version_id, spec),
            )  # fmt: skip
    finally:
        ctx.engine.activities.pop(activity, None)
    return {"prepared_launch": _Launch(stage.batch_id, planned, ground)}


class _Launch(msgspec.Struct, frozen=True):
    """What was staged for a launch: the batch of its tasks, its plan, and what that was made from."""

    batch_id: int
    plan: Plan
    ground: str


@operation(writes=True, stage=_stage_launch, idle=_running)
def launch(
    ctx: Context,
    campaign_id: int,
    prepared_launch: _Launch | None,
    activity: str = "",
    fingerprint: str = "",
    exist_ok: bool = False,
) -> Plan:
    """Create the first task of every chosen asset; people can work from now on.

    ``activity`` is a key under which ``workspace.activity`` tells how far it is. With ``exist_ok`` a campaign that was
    launched before is left as it is, and the plan tells how it stands; it is refused otherwise.
    """
    if there := _running(ctx, campaign_id, exist_ok=exist_ok):
        ctx.unchanged()
        return there
    assert prepared_launch is not None, "only what runs already is staged without a plan"
    campaign, spec = _launchable(ctx, campaign_id)
    if planning.ground(ctx, campaign, spec) != prepared_launch.ground:
        raise Conflict(
            f"The campaign {campaign.name!r}, its version or its people were changed while it was being launched; "
            "nothing was done. Launch it again."
        )
    begin(ctx, prepared_launch.batch_id, campaign_id, spec, prepared_launch.plan)
    return msgspec.structs.replace(prepared_launch.plan, launched=True)


def begin(ctx: Context, batch_id: int, campaign_id: int, spec: CampaignSpec, planned: Plan) -> None:
    """Give the staged first tasks to a campaign, and tell its people; the last step of a launch."""
    distribution.reveal_tasks(ctx.tx, batch_id, campaign_id)
    stored.set_launched(ctx.tx, campaign_id, ctx.now)
    ctx.note(campaign_id=campaign_id, detail={"assets": planned.chosen})
    _tell_of_launch(ctx, campaign_id, spec, planned)


def _tell_of_launch(ctx: Context, campaign_id: int, spec: CampaignSpec, planned: Plan) -> None:
    """Tell each assignee, once, where there is work and how much; not how much where the list has gold besides."""
    ids = {login: member_id for member_id, login in people.logins(ctx.tx).items()}
    told: dict[str, list[str]] = {}
    golden = spec.workflow.gold is not None
    for step in planned.steps:
        for login in step.assignees:
            share = (
                f" ({step.people[login]:,} of {planned.chosen:,} images)" if login in step.people and not golden else ""
            )
            told.setdefault(login, []).append(f"{step.name!r}{share}")
    due = t(" Due {date}.", date=str(spec.due)) if spec.due else ""
    for login, steps in told.items():
        text = t(
            "{campaign} has begun; you work at {steps}.{more+}",
            campaign=quoted(spec.name),
            steps=" and ".join(steps),
            more=due,
        )
        tell(ctx, [ids[login]], "assigned", text, campaign_id=campaign_id)


@operation()
def list_(
    ctx: Context,
    state: list[CampaignState] | None = None,
    dataset: str | None = None,
    sort: Literal["recent", "name"] = "recent",
) -> list[Campaign]:
    """Return the campaigns, newest first or by name; only those in some states, or of one dataset.

    Archived ones are among them unless ``state`` says otherwise. Who sees only their own tasks gets the campaigns
    that they have work in, with their own tasks counted.
    """
    if dataset is not None and dataset not in (known := [d.name for d in data.datasets(ctx.tx)]):
        raise NotFound(sentence(unknown("dataset", dataset, known)))
    there = stored.campaigns(ctx.tx) if ctx.actor.role in DEVELOPERS else _own(ctx)
    kept = [c for c in there if (state is None or c.state in state) and (dataset is None or c.dataset == dataset)]
    return sorted(kept, key=lambda c: c.name.casefold()) if sort == "name" else kept


def _own(ctx: Context) -> list[Campaign]:
    """Return the campaigns that the actor has work in, newest first, with the actor's own tasks counted."""
    total: Counter[int] = Counter()
    remaining: Counter[int] = Counter()
    for mine in (job(its) for its in jobs.of_member(ctx.tx, ctx.actor.member_id)):
        total[mine.campaign_id] += mine.total
        remaining[mine.campaign_id] += mine.remaining
    return [
        msgspec.structs.replace(c, total=total[c.campaign_id], remaining=remaining[c.campaign_id])
        for c in stored.campaigns(ctx.tx)
        if c.campaign_id in total
    ]


@operation()
def spec(ctx: Context, campaign_id: int) -> CampaignSpec:
    """Return what defines a campaign."""
    found(stored.name(ctx.tx, campaign_id), f"campaign {campaign_id}")
    return stored.spec(ctx.tx, campaign_id)


def _stage_join(ctx: Context, stage: Stage, campaign_id: int) -> dict[str, new_assets.Coming]:
    """Choose among the assets that wait, and make their tasks in pieces."""
    campaign = _campaign(ctx, campaign_id)
    new_assets.check_open(ctx, campaign)
    return {"prepared_coming": new_assets.stage_tasks(ctx, stage, campaign)}


@operation(writes=True, stage=_stage_join)
def join(ctx: Context, campaign_id: int, prepared_coming: new_assets.Coming) -> int:
    """Let the assets that wait join a launched campaign, as far as its filter and limit take them; return how many."""
    campaign = _campaign(ctx, campaign_id)
    new_assets.check_open(ctx, campaign)
    joined = new_assets.take_staged(ctx, campaign, prepared_coming)
    ctx.note(campaign_id=campaign_id, detail={"assets": joined})
    return joined


def _stage_complete(ctx: Context, stage: Stage, campaign_id: int, reason: str) -> dict[str, completion.Kept]:
    """Make revisions of what people have drawn, in pieces."""
    found(stored.name(ctx.tx, campaign_id), f"campaign {campaign_id}")
    return {"prepared_kept": completion.stage_drafts(ctx, stage, campaign_id)}


@operation(writes=True, stage=_stage_complete)
def complete(ctx: Context, campaign_id: int, reason: str, prepared_kept: completion.Kept) -> Campaign:
    """Complete a campaign as it stands: open tasks end, and their assets count as skipped.

    What people had drawn and not submitted becomes a revision, so that nothing is lost.
    """
    reason = text_limits.checked(reason, "Say why the campaign ends with open tasks", LONGEST_REASON)
    campaign = _campaign(ctx, campaign_id)
    if campaign.launched is None:
        raise Refused(f"The campaign {campaign.name!r} is not launched, so there is nothing to complete.")
    if not campaign.remaining:
        raise Refused(f"The campaign {campaign.name!r} is completed: no asset remains.")
    ended = completion.end_open(ctx, prepared_kept, campaign_id, reason)
    ctx.note(campaign_id=campaign_id, detail={"reason": reason, "tasks": ended})
    return _campaign(ctx, campaign_id)


@operation(writes=True)
def archive(ctx: Context, campaign_id: int, archived: bool = True) -> Campaign:
    """Put a campaign away, or take it back; refused while assets remain in it."""
    campaign = _campaign(ctx, campaign_id)
    if archived and campaign.launched is not None and campaign.remaining:
        raise Refused(
            f"The campaign {campaign.name!r} is {campaign.state}: {campaign.remaining:,} of {campaign.total:,} assets "
            "remain. Complete it first, with complete(reason)."
        )
    stored.set_archived(ctx.tx, campaign_id, (campaign.archived or ctx.now) if archived else None)
    ctx.note(campaign_id=campaign_id, detail={"archived": archived})
    return _campaign(ctx, campaign_id)


@operation()
def deletion(ctx: Context, campaign_id: int) -> Deletion:
    """Return what deleting a campaign would delete."""
    return _deletion(ctx, _campaign(ctx, campaign_id))


@operation(writes=True)
def delete(ctx: Context, campaign_id: int, name: str) -> Deletion:
    """Delete a campaign with its tasks, drafts, issues and notices; annotations and events stay.

    ``name`` must be the campaign's, so that no other one is deleted by mistake.
    """
    campaign = _campaign(ctx, campaign_id)
    if name != campaign.name:
        raise InvalidInput(f"This is the campaign {campaign.name!r}, not {name!r}; nothing was deleted.")
    gone = _deletion(ctx, campaign, deleted=True)
    campaign_end.delete(ctx.tx, campaign_id)
    ctx.note(campaign_id=campaign_id, detail=msgspec.to_builtins(gone))
    return gone


def _deletion(ctx: Context, campaign: Campaign, *, deleted: bool = False) -> Deletion:
    n = campaign_end.counts(ctx.tx, campaign.campaign_id)
    return Deletion(
        campaign.name, n["tasks"], n["drafts"], n["issues"], n["notices"], n["kept_annotations"], deleted=deleted
    )


@operation()
def progress(ctx: Context, campaign_id: int) -> Progress:
    """Return where the assets of a campaign are."""
    campaign = _campaign(ctx, campaign_id)
    rows = stored.progress(ctx.tx, campaign_id)
    done, skipped = sum(r.done for r in rows), sum(r.skipped for r in rows)
    remaining = sum(r.here for r in rows)
    steps = tuple(
        StepProgress(r.step, r.name, r.kind, r.waiting, r.in_progress, r.to_rework, passed=r.passed) for r in rows
    )
    issues = issue_threads.unresolved(ctx.tx, campaign_id)
    return Progress(campaign.name, done + skipped + remaining, done, skipped, remaining, issues, steps)
