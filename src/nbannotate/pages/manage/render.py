"""From the state to what the browser shows: a struct for each part of the page, sent only when it differs.

Times are texts in UTC, as JavaScript reads them. The TypeScript types of all parts are written from these structs
(``docs/make_messages.py``).
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from nbannotate.model import (
    ATTRIBUTION,
    EXISTING,
    NEW_ASSETS,
    ROLES,
    Attribution,
    CampaignState,
    GoldMember,
    IssueState,
    IssueSummary,
    Job,
    JobState,
    LeftOut,
    Member,
    Notice,
    NoticeKind,
    Plan,
    Role,
    StepKind,
    StepProgress,
    Workflow,
)
from nbannotate.pages.manage.state import Card, State
from nbannotate.pages.work.render import BannerView
from nbannotate.pages.work.render_task import when
from nbannotate.texts import Message, t, word


class PageView(Struct, frozen=True):
    """Who is there, the banner, and whether there is anything to see; ``refused`` and ``problem`` say why not."""

    login: str
    role: Role | Literal[""]
    roles: tuple[Role, ...]
    refused: Message
    banner: BannerView | None
    statistics: Literal["", "loading", "ready"]
    problem: Message


class StepView(Struct, frozen=True):
    """A step of a campaign, and how many assets are in which state at it; none before it is launched."""

    name: str
    kind: StepKind
    people: tuple[str, ...]
    how: Attribution
    how_text: str
    weights: tuple[float, ...]
    waiting: int
    in_progress: int
    to_rework: int
    passed: int


class Fact(Struct, frozen=True):
    """Something that a campaign was written with."""

    name: str
    value: Message


class CampaignView(Struct, frozen=True):
    """What a campaign's card says; ``waits``: whether assets that come later wait until they are let in."""

    id: int
    name: str
    dataset: str
    version: str
    state: CampaignState
    total: int
    remaining: int
    done: int
    skipped: int
    issues: int
    due: str | None
    created: str
    launched: str | None
    waits: bool
    steps: list[StepView]
    facts: list[Fact]


class CampaignsView(Struct, frozen=True):
    """The campaigns, newest first; ``read``: whether they were read."""

    read: bool
    rows: list[CampaignView]


class JobView(Struct, frozen=True):
    """A job in numbers; times in seconds."""

    step: int
    name: str
    kind: StepKind
    member: str
    state: JobState
    total: int
    remaining: int
    returned: int
    in_progress: int
    waiting: int
    done: int
    issues: int
    rejected: int
    skipped: int
    objects: int
    per_task: float | None
    per_object: float | None


class JobsView(Struct, frozen=True):
    """The jobs of a campaign."""

    of: int
    rows: list[JobView]


class GoldView(Struct, frozen=True):
    """How a member answers images whose answer is known: all scores and those that count now, and since when so."""

    member: str
    answers: int
    score: float | None
    lately: float | None
    state: Literal["ok", "below", "paused"]
    since: str | None


class GoldsView(Struct, frozen=True):
    """How the members of a campaign answer images whose answer is known."""

    of: int
    rows: list[GoldView]


class IssueLine(Struct, frozen=True):
    """A line of the list of issues."""

    id: int
    campaign_id: int
    campaign: str
    asset: str
    task: int
    step: str
    place: Literal["image", "zone", "shape"]
    state: IssueState
    author: str
    text: str
    comments: int
    created: str
    answered: str
    gold: bool


class IssuesView(Struct, frozen=True):
    """The issues of all campaigns; ``read``: whether they were read."""

    read: bool
    rows: list[IssueLine]


class MemberView(Struct, frozen=True):
    """A member, with what they have open, and whether they are who looks, or may not be changed by who looks."""

    login: str
    role: Role
    active: bool
    me: bool
    open: int
    protected: bool


class PeopleView(Struct, frozen=True):
    """The members; ``read``: whether they were read."""

    read: bool
    rows: list[MemberView]


class NoticeLine(Struct, frozen=True):
    """A notice."""

    id: int
    kind: NoticeKind
    text: Message
    at: str
    campaign: int | None
    seen: bool


class NoticesView(Struct, frozen=True):
    """The notices, newest first."""

    rows: list[NoticeLine]


class Parts(Struct, frozen=True):
    """All that the page shows."""

    page: PageView
    campaigns: CampaignsView
    jobs: JobsView
    gold: GoldsView
    issues: IssuesView
    people: PeopleView
    notices: NoticesView


class Share(Struct, frozen=True):
    """How many tasks of a step a person would get; None: as many as they take from the queue."""

    login: str
    tasks: int | None


class PlannedStep(Struct, frozen=True):
    """The tasks that a step would have."""

    name: str
    kind: StepKind
    tasks: int
    how: Attribution
    people: list[Share]


class PlanView(Struct, frozen=True):
    """What a launch or a change would do."""

    assets: int
    chosen: int
    annotated: int
    existing: str
    launched: bool
    fingerprint: str
    steps: list[PlannedStep]
    left_out: tuple[LeftOut, ...]
    changes: tuple[str, ...]
    warnings: tuple[str, ...]
    refusals: tuple[str, ...]


def parts(state: State) -> Parts:
    """Return the parts of the page."""
    return Parts(
        page=page(state),
        campaigns=CampaignsView("campaigns" in state.read, [card(c) for c in state.cards]),
        jobs=JobsView(state.jobs_of, [job(j) for j in state.jobs]),
        gold=GoldsView(state.gold_of, [golden(m) for m in state.gold]),
        issues=IssuesView("issues" in state.read, [issue(i) for i in state.issues]),
        people=PeopleView("members" in state.read, [member(m, state) for m in state.members]),
        notices=NoticesView([notice(n) for n in state.notices]),
    )


def page(state: State) -> PageView:
    """Return who is there, the banner, and whether there is anything to see."""
    banner = state.banner
    return PageView(
        login=state.member.login if state.member else "",
        role=state.member.role if state.member else "",
        roles=ROLES,
        refused=state.refused,
        banner=BannerView(banner.text, banner.kind, banner.action, when(banner.at)) if banner else None,
        statistics=state.statistics,
        problem=state.problem,
    )


def card(card: Card) -> CampaignView:
    """Return what a campaign's card says."""
    c, spec, progress = card.campaign, card.spec, card.progress
    return CampaignView(
        id=c.campaign_id, name=c.name, dataset=c.dataset, version=c.version, state=c.state,
        total=c.total, remaining=c.remaining, due=c.due.isoformat() if c.due else None,
        created=when(c.created), launched=when(c.launched),
        done=progress.done if progress else 0, skipped=progress.skipped if progress else 0,
        issues=progress.open_issues if progress else 0,
        steps=[
            StepView(
                name=s.name, kind=s.kind, people=s.assignees, how=s.attribution, how_text=ATTRIBUTION[s.attribution],
                weights=s.weights, waiting=now.waiting if now else 0, in_progress=now.in_progress if now else 0,
                to_rework=now.to_rework if now else 0, passed=now.passed if now else 0,
            )
            for i, s in enumerate(spec.workflow.steps)
            for now in [_at(card, i)]
        ],
        waits=spec.new_assets == "wait",
        facts=_facts(card),
    )  # fmt: skip


def _at(card: Card, step: int) -> StepProgress | None:
    """Return the progress of a step, or None."""
    return next((s for s in card.progress.steps if s.step == step), None) if card.progress else None


def _facts(card: Card) -> list[Fact]:
    """Return what a campaign was written with."""
    spec = card.spec
    order = t("as in the version") if spec.order == "sequential" else t("random, seed {seed}", seed=str(spec.seed))
    facts: list[tuple[str, str]] = [
        ("Assets", t("all of the version") if spec.filter == "all()" else spec.filter),
        ("Order", order + (f", in clips of {spec.clip}" if spec.clip else "")),
        ("Limit", t("{n} assets", n=spec.limit) if spec.limit else ""),
        (word("Annotations that exist"), EXISTING[spec.existing]),
        (word("Assets added later"), NEW_ASSETS[spec.new_assets]),
        ("Labels", ", ".join(v.name for v in spec.recipe.labels)),
        ("Tags", ", ".join(spec.recipe.tag_names)),
        ("Gold", _gold(spec.workflow)),
        *(("Rule", f"when {r.when}{f' as “{r.status}”' if r.status else ''}, send to {r.to}") for r in spec.rules),
    ]
    return [Fact(name, Message(value)) for name, value in facts if value]


def _gold(flow: Workflow) -> str:
    if flow.gold is None:
        return ""
    return f"{flow.share:.0%} of what people get, from {flow.gold}; below {flow.passing:.0%}: {flow.on_fail}"


def plan(plan: Plan) -> PlanView:
    """Return a plan as a table and sentences."""
    return PlanView(
        assets=plan.assets, chosen=plan.chosen, annotated=plan.with_annotations, existing=EXISTING[plan.existing],
        launched=plan.launched, fingerprint=plan.fingerprint,
        steps=[
            PlannedStep(s.name, s.kind, s.tasks, s.attribution, [Share(o, s.people.get(o)) for o in s.assignees])
            for s in plan.steps
        ],
        left_out=plan.left_out, changes=plan.changes, warnings=plan.warnings, refusals=plan.refusals,
    )  # fmt: skip


def job(job: Job) -> JobView:
    """Return the numbers of a job."""
    return JobView(
        step=job.step, name=job.step_name, kind=job.kind, member=job.member, state=job.state, total=job.total,
        remaining=job.remaining, returned=job.returned, in_progress=job.in_progress, waiting=job.waiting,
        done=job.done, issues=job.issues, rejected=job.rejected, skipped=job.skipped, objects=job.objects,
        per_task=job.seconds_per_task, per_object=job.seconds_per_object,
    )  # fmt: skip


def golden(member: GoldMember) -> GoldView:
    """Return how somebody answers images whose answer is known."""
    return GoldView(
        member=member.member, answers=member.answers, score=member.mean, lately=member.recent, state=member.state,
        since=when(member.since),
    )  # fmt: skip


def issue(issue: IssueSummary) -> IssueLine:
    """Return a line of the list of issues."""
    return IssueLine(
        id=issue.issue_id, campaign_id=issue.campaign_id, campaign=issue.campaign, asset=issue.asset,
        task=issue.task_id, step=issue.step, place=issue.place, state=issue.state, author=issue.author,
        text=issue.text[:300], comments=issue.comments, created=when(issue.created), answered=when(issue.answered),
        gold=issue.gold,
    )  # fmt: skip


def member(member: Member, state: State) -> MemberView:
    """Return a member with what the person who looks may do to the account."""
    me = state.member
    protected = member.role == "owner" and (me is None or me.role != "owner")
    return MemberView(
        login=member.login, role=member.role, active=member.active, me=me is not None and me == member,
        open=state.open_tasks.get(member.login, 0), protected=protected,
    )  # fmt: skip


def notice(notice: Notice) -> NoticeLine:
    """Return a notice."""
    return NoticeLine(
        id=notice.notice_id, kind=notice.kind, text=notice.text, at=when(notice.created),
        campaign=notice.campaign_id, seen=notice.seen is not None,
    )  # fmt: skip
