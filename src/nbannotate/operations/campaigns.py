"""Campaigns: writing one, what launching would do, launching, progress."""

from __future__ import annotations

from nbannotate.errors import Conflict, InvalidInput, Refused
from nbannotate.model import Campaign, CampaignSpec, Plan, PlanStep, Progress, StepProgress
from nbannotate.operations.registry import Context, found, operation
from nbannotate.rules import rights
from nbannotate.store import campaigns as stored
from nbannotate.store import data, people


@operation(writes=True)
def create(ctx: Context, version_id: int, spec: CampaignSpec) -> Campaign:
    """Store a campaign on a version; nothing is given out until it is launched."""
    found(data.version(ctx.tx, version_id), f"version {version_id}")
    if any(c.name == spec.name for c in stored.campaigns(ctx.tx)):
        raise Conflict(f"There is a campaign {spec.name!r} already; choose another name.")
    if spec.due and spec.due < ctx.now.date():
        raise InvalidInput(f"due is in the past: {spec.due}.")
    new = stored.add_campaign(ctx.tx, version_id, spec, _assignees(ctx, spec), ctx.now)
    ctx.note(campaign_id=new, detail={"name": spec.name})
    return _campaign(ctx, new)


def _assignees(ctx: Context, spec: CampaignSpec) -> dict[str, int]:
    """Return the ids of all assignees by login, or raise InvalidInput that names the step and the person."""
    by_login = {m.login: m for m in people.members(ctx.tx)}
    for step in spec.workflow.steps:
        for login in step.assignees:
            member = by_login.get(login)
            if member is None:
                raise InvalidInput(f"Step {step.name!r}: there is no member {login!r}; add the member first.")
            if not member.active:
                raise InvalidInput(f"Step {step.name!r}: the account of {login!r} is disabled.")
            allowed = rights.STEP_ROLES[step.kind]
            if member.role not in allowed:
                raise InvalidInput(
                    f"Step {step.name!r}: {login!r} is {member.role}; "
                    f"a {step.kind} step takes {', '.join(sorted(allowed))}."
                )
    return {login: m.member_id for login, m in by_login.items()}


def _campaign(ctx: Context, campaign_id: int) -> Campaign:
    campaign: Campaign = found(stored.campaign(ctx.tx, campaign_id), f"campaign {campaign_id}")
    return campaign


def _plan(ctx: Context, campaign: Campaign) -> Plan:
    spec = stored.spec(ctx.tx, campaign.campaign_id)
    total, annotated = stored.count_assets(ctx.tx, campaign.version_id)
    start = (spec.workflow.first_review() or 0) if spec.existing == "review" else 0
    steps = []
    for i, step in enumerate(spec.workflow.steps):
        tasks = (total - annotated if i == 0 else 0) + (annotated if i == start else 0)
        steps.append(PlanStep(i, step.name, step.kind, step.assignees, tasks))
    warnings = []
    if not total:
        warnings.append(f"The version {campaign.version!r} has no assets yet; add images before launching.")
    if spec.existing == "review" and total and not annotated:
        warnings.append("existing='review', but no asset has annotations: all start at the first step.")
    if spec.existing == "restart" and annotated:
        warnings.append(f"{annotated} assets have annotations that annotators will not see (existing='restart').")
    return Plan(
        campaign=campaign.name,
        assets=total,
        chosen=total,
        steps=tuple(steps),
        with_annotations=annotated,
        existing=spec.existing,
        warnings=tuple(warnings),
        launched=campaign.launched is not None,
    )


@operation()
def plan(ctx: Context, campaign_id: int) -> Plan:
    """Return what launching would do: tasks per step, and warnings."""
    return _plan(ctx, _campaign(ctx, campaign_id))


@operation(writes=True)
def launch(ctx: Context, campaign_id: int) -> Plan:
    """Create the first task of every asset; people can work from now on."""
    campaign = _campaign(ctx, campaign_id)
    if campaign.launched:
        raise Refused(
            f"The campaign {campaign.name!r} was launched already, on {campaign.launched:%Y-%m-%d %H:%M} UTC."
        )
    other = stored.running_on(ctx.tx, campaign.version_id)
    if other:
        raise Refused(f"The campaign {other!r} is running on this version; a version has one campaign at a time.")
    planned = _plan(ctx, campaign)
    if not planned.assets:
        raise Refused(f"The version {campaign.version!r} has no assets; add images before launching.")
    start = next((s.step for s in planned.steps if s.step and s.tasks), 0)
    stored.launch(ctx.tx, campaign_id, campaign.version_id, start, ctx.now)
    ctx.note(campaign_id=campaign_id, detail={"assets": planned.assets})
    return _plan(ctx, _campaign(ctx, campaign_id))


@operation()
def list_(ctx: Context) -> list[Campaign]:
    """Return all campaigns, newest first."""
    return stored.campaigns(ctx.tx)


@operation()
def spec(ctx: Context, campaign_id: int) -> CampaignSpec:
    """Return what defines a campaign."""
    _campaign(ctx, campaign_id)
    return stored.spec(ctx.tx, campaign_id)


@operation()
def progress(ctx: Context, campaign_id: int) -> Progress:
    """Return where the assets of a campaign are."""
    campaign = _campaign(ctx, campaign_id)
    rows = stored.progress(ctx.tx, campaign_id)
    done, skipped = sum(r["done"] for r in rows), sum(r["skipped"] for r in rows)
    still = [r["waiting"] + r["in_progress"] + r["to_rework"] for r in rows]
    steps = tuple(
        StepProgress(
            r["step"], r["name"], r["kind"], r["waiting"], r["in_progress"], r["to_rework"],
            passed=done + sum(still[r["step"] + 1 :]),
        )
        for r in rows
    )  # fmt: skip
    issues = ctx.tx.value(
        "select count(*) from data.issues where campaign_id = $1 and state <> 'resolved'", campaign_id
    )
    return Progress(campaign.name, done + skipped + sum(still), done, skipped, sum(still), issues, steps)
