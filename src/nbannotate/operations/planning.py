"""What launching a campaign does, as a plan: tasks per step and person, what is left out, warnings, refusals."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

import msgspec

from nbannotate.model import BUILT_IN_STATUSES, Campaign, CampaignSpec, Filter, LeftOut, Plan, PlanStep, Step, Version
from nbannotate.model.suggestions import meant
from nbannotate.operations import gold_tasks
from nbannotate.operations.registry import Context, found
from nbannotate.rules import rights
from nbannotate.rules.attribution import split, within
from nbannotate.rules.entry import entry, passing, passing_tasks
from nbannotate.store import campaigns as stored
from nbannotate.store import data, distribution, people
from nbannotate.store.asset_selection import Choice, strange_labels
from nbannotate.store.conditions import unknown_keys


def version_by_id(ctx: Context, version_id: int) -> Version:
    """Return a version, or raise NotFound."""
    version: Version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    return version


def version_of(ctx: Context, campaign: Campaign) -> Version:
    """Return the version that a campaign annotates."""
    return version_by_id(ctx, campaign.version_id)


def people_problems(
    ctx: Context, version: Version, spec: CampaignSpec, known: Collection[tuple[str, str]] = ()
) -> list[str]:
    """Return, one sentence each, why assignees cannot work where the spec puts them.

    Parameters
    ----------
    ctx, version, spec
        The context, the version that is annotated, and the spec.
    known
        Pairs of login and kind of step that are not looked at: who works there already.
    """
    by_login = {m.login: m for m in people.members(ctx.tx)}
    workers = data.worker_ids(ctx.tx, version.dataset_id)
    problems = []
    for step in spec.workflow.steps:
        allowed = rights.STEP_ROLES[step.kind]
        for login in step.assignees:
            member = by_login.get(login)
            where = f"Step.assignees of {step.name!r}"
            if member is None:
                problems.append(f"{where}: there is no member {login!r}{meant(login, by_login)}; add the member first.")
            elif (login, step.kind) in known:
                continue
            elif not member.active:
                problems.append(f"{where}: the account of {login!r} is disabled; enable it, or name somebody else.")
            elif member.role not in allowed:
                takes = ", ".join(sorted(allowed))
                problems.append(
                    f"{where}: {login!r} is {member.role}; a {step.kind} step takes {takes}. "
                    "Change the role, or name somebody else."
                )
            elif workers and member.member_id not in workers:
                problems.append(
                    f"{where}: {login!r} is no worker of the dataset {version.dataset!r}; "
                    "add the member to its workers, or name somebody else."
                )
    return problems


def rule_problems(ctx: Context, version: Version, spec: CampaignSpec) -> tuple[list[str], list[str]]:
    """Return (refusals, warnings) about the campaigns that the rules send assets to."""
    refusals, warnings = [], []
    for rule in spec.rules:
        if rule.status is not None and (problem := unknown_status(spec, rule.status)):
            refusals.append(f"rules: {problem}")
        target = stored.named(ctx.tx, rule.to)
        if target is None:
            warnings.append(f"A rule sends assets to {rule.to!r}, which is not there yet; until then they stay.")
        elif target.dataset != version.dataset:
            refusals.append(
                f"rules: {rule.to!r} is on the dataset {target.dataset!r}; assets of {version.dataset!r} go only to "
                "campaigns on a version of the same dataset."
            )
    return refusals, warnings


def unknown_status(spec: CampaignSpec, status: str) -> str | None:
    """Return, as a sentence, that no asset can leave a campaign with a status; None if some can."""
    known = [*(s for step in spec.workflow.steps for s in step.statuses), *sorted(BUILT_IN_STATUSES - {"returned"})]
    if status in known:
        return None
    return f"The campaign {spec.name!r} has no status {status!r}; there are {', '.join(known)}."


def fingerprint(*facts: object) -> str:
    """Return a short text that stands for the facts that a plan was made from."""
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:24]


def ground(ctx: Context, campaign: Campaign, spec: CampaignSpec) -> str:
    """Return a short text that stands for what a launch is made from; it differs if that has changed meanwhile."""
    version = version_of(ctx, campaign)
    latest = data.newest_of(ctx.tx, version.version_id)
    other = stored.running_on(ctx.tx, version.version_id, but=campaign.campaign_id)
    problems = people_problems(ctx, version, spec)
    return fingerprint(spec, campaign.archived, version.state, version.assets, latest, other, problems)


def plan_steps(
    spec: CampaignSpec, starts: dict[int, int], done: int = 0, copied: Mapping[int, int] | None = None
) -> tuple[PlanStep, ...]:
    """Return what a launch puts at each step, if so many assets begin at each, and so many are done at once.

    ``copied`` says of how many of those that begin at a step there are copies; None: as many as is expected.
    """
    through, assets = passing_tasks(spec, starts), passing(starts, len(spec.workflow.steps))
    more = {i: (spec.workflow.steps[i].copies - 1) * n for i, n in (copied or {}).items()}
    for i, n in more.items():
        if starts.get(i, 0) == assets[i]:  # nothing comes from elsewhere, so that it is known and not expected
            through[i] = assets[i] + n
    return tuple(
        PlanStep(
            i, step.name, step.kind, step.assignees, starts.get(i, 0) + more.get(i, 0), step.attribution,
            {} if step.attribution == "queue" else _shares(step, through[i], assets[i]),
            passed=done,
        )
        for i, step in enumerate(spec.workflow.steps)
    )  # fmt: skip


def _shares(step: Step, tasks: int, assets: int) -> dict[str, int]:
    """Return how many tasks of a step each assignee gets; nobody more than there are assets."""
    parts = dict(enumerate(split(tasks, list(step.shares.values()))))
    return dict(zip(step.assignees, within(tasks, parts, assets).values(), strict=True))


def launch_plan(ctx: Context, campaign: Campaign, spec: CampaignSpec, choice: Choice) -> Plan:
    """Return what launching a spec does; the choice is the one of its assets, with its table at hand."""
    version = version_of(ctx, campaign)
    begin = entry(spec)
    starts = begin.starts(choice.count - choice.annotated, choice.annotated)
    copied = {i: distribution.count_copied(ctx.tx, spec, i) for i in starts if spec.workflow.steps[i].copies > 1}
    steps = plan_steps(spec, starts, choice.annotated if begin.done else 0, copied)
    refusals, warnings = rule_problems(ctx, version, spec)
    wrong, told = gold_tasks.problems(ctx, version, spec)
    refusals, warnings = [*refusals, *wrong], [*warnings, *told]
    refusals = [
        *_refusals(ctx, campaign, spec, choice),
        *people_problems(ctx, version, spec),
        *refusals,
    ]
    return Plan(
        campaign=spec.name,
        assets=choice.total,
        chosen=choice.count,
        steps=steps,
        with_annotations=choice.annotated,
        existing=spec.existing,
        left_out=choice.left_out,
        warnings=(*_warnings(ctx, campaign, spec, choice, steps), *warnings),
        refusals=tuple(refusals),
        launched=campaign.launched is not None,
        fingerprint=fingerprint(
            spec, campaign.launched, campaign.archived, choice.total, choice.count, choice.annotated, refusals
        ),
    )


def _refusals(ctx: Context, campaign: Campaign, spec: CampaignSpec, choice: Choice) -> list[str]:
    told = []
    if campaign.archived:
        told.append(f"The campaign {campaign.name!r} is archived; take it back first, with archive(False).")
    other = stored.running_on(ctx.tx, campaign.version_id, but=campaign.campaign_id)
    if other:
        told.append(
            f"The campaign {other!r} is running on this version; a version has one campaign at a time. "
            "Wait until it is completed, or complete it."
        )
    if spec.due and spec.due < ctx.now.date():
        told.append(f"due is in the past: {spec.due}; move it first.")
    if not choice.total:
        told.append(f"The version {campaign.version!r} has no assets; add images before launching.")
    elif not choice.count and spec.workflow.steps[0].kind == "review":
        told.append(
            f"The workflow begins with the review step {spec.workflow.steps[0].name!r}, and none of the assets that it "
            "could take has annotations: import some first, or put an annotation step before it."
        )
    elif not choice.count:
        told.append(f"The filter takes none of the {choice.total:,} assets: {spec.filter}")
    return told


def _warnings(
    ctx: Context, campaign: Campaign, spec: CampaignSpec, choice: Choice, steps: tuple[PlanStep, ...]
) -> list[str]:
    told = unknown_keys(ctx.tx, campaign.version_id, Filter.parse(spec.filter))
    if spec.existing in ("review", "done") and choice.count and not choice.annotated:
        told.append(f"existing={spec.existing!r}, but no asset has annotations: all start at the first step.")
    if spec.existing == "restart" and choice.annotated:
        told.append(f"{choice.annotated:,} assets have annotations that annotators will not see (existing='restart').")
    if spec.existing == "done" and choice.annotated:
        told.append(f"{choice.annotated:,} assets are done at once: they have annotations (existing='done').")
    if spec.existing in ("prefill", "review") and choice.annotated:
        strange = strange_labels(ctx.tx, campaign.version_id, [v.name for v in spec.recipe.labels])
        if strange:
            names = ", ".join(f"{name!r} ({n:,} shapes)" for name, n in strange)
            told.append(f"There are annotations with labels that the recipe does not have: {names}.")
    for step in steps:
        idle = [login for login, n in step.people.items() if not n]
        if idle and any(step.people.values()):
            told.append(f"Step {step.name!r} has more people than assets: {', '.join(idle)} will get none.")
    drawers = {login for s in steps if s.kind == "annotation" for login in s.assignees}
    for step in steps:
        if step.kind == "review" and len(step.assignees) == 1 and drawers == set(step.assignees):
            told.append(f"Step {step.name!r}: {step.assignees[0]!r} reviews nobody's work but their own.")
    return told


def running_steps(ctx: Context, campaign: Campaign, spec: CampaignSpec, dealt: Collection[int]) -> tuple[PlanStep, ...]:
    """Return what is at each step of a launched campaign; what nobody has begun is dealt again at some of them."""
    there = {counts.step: counts for counts in stored.progress(ctx.tx, campaign.campaign_id)}
    return tuple(
        PlanStep(
            i, step.name, step.kind, step.assignees, now.open if now else 0, step.attribution,
            distribution.outlook(ctx.tx, campaign.campaign_id, spec, i, again=i in dealt),
            passed=now.passed if now else 0,
        )
        for i, step in enumerate(spec.workflow.steps)
        for now in [there.get(i)]
    )  # fmt: skip


def running_plan(ctx: Context, campaign: Campaign, spec: CampaignSpec, dealt: Collection[int] = ()) -> Plan:
    """Return how a launched campaign stands, told with a spec: what remains at each step, and who gets how much.

    ``dealt`` are the steps where the spec deals again what nobody has begun.
    """
    version = version_of(ctx, campaign)
    annotated = stored.begun_with(ctx.tx, campaign.campaign_id, campaign.version_id)
    outside = version.assets - campaign.total
    return Plan(
        campaign=spec.name,
        assets=version.assets,
        chosen=campaign.total,
        steps=running_steps(ctx, campaign, spec, dealt),
        with_annotations=annotated,
        existing=spec.existing,
        left_out=(LeftOut("they were not chosen, or wait to join", outside),) if outside > 0 else (),
        launched=True,
        fingerprint=fingerprint(spec, campaign.launched, campaign.archived),
    )
