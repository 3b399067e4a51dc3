"""How gold, tasks whose answer is known, is given, ends and is scored; nothing of it shows before it is scored."""

from __future__ import annotations

from nbannotate.errors import NbannotateError, Refused
from nbannotate.model import Annotation, CampaignSpec, Version
from nbannotate.operations.notifications import tell
from nbannotate.operations.registry import Context
from nbannotate.operations.transitions import visit
from nbannotate.rules import copies, gold, workflow
from nbannotate.rules.annotation import check_complete
from nbannotate.rules.gold import Score
from nbannotate.rules.rights import MANAGERS
from nbannotate.rules.workflow import IssueFact, Outcome
from nbannotate.store import campaigns as stored
from nbannotate.store import data, issue_threads, leases, people
from nbannotate.store import gold as kept
from nbannotate.store.rows import TaskRow
from nbannotate.store.task_rows import TaskWithDraft
from nbannotate.texts import Message, quoted, t

#: So many known answers are looked at in one go.
PIECE = 500
#: So many images that do not fit are named.
NAMED = 3


def next_of_queue(ctx: Context, campaign_id: int, step: int, apart: int | None) -> tuple[TaskRow | None, int]:
    """Return the row of the gold task that the actor gets now in place of the next of the queue, and its position.

    None where it is not gold's turn. Whether or not, as much is asked, so that the time says nothing.
    """
    spec = stored.spec(ctx.tx, campaign_id)
    me = ctx.actor.member_id
    had, _ = kept.stock(ctx.tx, campaign_id, spec, me)
    row = leases.first(ctx.tx, campaign_id, step, me, ctx.now, held=False, apart=apart, gold=True)
    return (row, -1) if row is not None and gold.is_due(spec, me, had) else (None, 0)


def upcoming(ctx: Context, campaign_id: int, step: int, but: int | None, apart: int | None) -> int | None:
    """Return the asset of the gold task that the actor gets next; None where the next task is none, or held already."""
    me = ctx.actor.member_id
    spec = stored.spec(ctx.tx, campaign_id)
    had, _ = kept.stock(ctx.tx, campaign_id, spec, me)
    its = leases.upcoming(ctx.tx, campaign_id, step, me, ctx.now, but, apart, gold=True, held=False)
    held = kept.holds(ctx.tx, campaign_id, step, me, but)
    return its if not held and gold.is_due(spec, me, had) else None


def pause(ctx: Context, campaign_id: int, step: int) -> Message:
    """Return why the actor may not work at a step, who was paused there; or else nothing."""
    there = kept.fallen(ctx.tx, campaign_id, ctx.actor.member_id)
    if there is None or there.action != "pause":  # also of a campaign that there is not
        return Message()
    spec = stored.spec(ctx.tx, campaign_id)
    if step != gold.step_of(spec):
        return Message()
    return t(
        "You are paused in {campaign}: your last answers on images whose answer is known differ from it too much. What "
        "you drew is kept. Ask a manager, who can let you go on.",
        campaign=quoted(spec.name),
    )


def check_not_paused(ctx: Context, campaign_id: int, step: int) -> None:
    """Raise Refused if the actor was paused at a step."""
    if why := pause(ctx, campaign_id, step):
        raise Refused(why)


def decide(
    ctx: Context, row: TaskWithDraft, spec: CampaignSpec, action: workflow.Action, status: str | None
) -> Outcome:
    """Return how a gold task ends: as any other would; nothing follows it."""
    raised = issue_threads.of_asset(ctx.tx, row.campaign_id, row.asset_id)
    issues = [IssueFact(i.issue_id, i.state, i.author_id) for i in raised if i.task_id == row.task_id]
    steps, me = spec.workflow.steps, ctx.actor.member_id
    if steps[row.step].copies > 1:
        return copies.decide(action, me, visit(row), [], steps, issues, status)
    workers = stored.workers(ctx.tx, row.campaign_id)
    return workflow.decide(action, me, [visit(row)], steps, issues, workers, status=status)


def look_alike(ctx: Context, row: TaskWithDraft, spec: CampaignSpec) -> None:
    """Ask the tables, at the end of a task that is no gold, what is asked at the end of one that is.

    The time of the answer says nothing then.
    """
    if row.step == gold.step_of(spec):
        kept.scores(ctx.tx, row.campaign_id, ctx.actor.member_id, spec.workflow.last)
        kept.fallen(ctx.tx, row.campaign_id, ctx.actor.member_id)
        kept.take_score(ctx.tx, row.task_id)


def judge(ctx: Context, row: TaskWithDraft, spec: CampaignSpec, its: Score | None) -> None:
    """Keep the score of an answer, and do what is to be done if the person's answers are not good enough.

    ``its`` is None for what was not submitted: that is no answer.
    """
    if its is None:
        return
    me, campaign_id, flow = ctx.actor.member_id, row.campaign_id, spec.workflow
    scores = [*kept.scores(ctx.tx, campaign_id, me, flow.last), its.score]
    below = gold.is_below(spec, scores)
    shown = below and flow.on_fail == "show" and its.score < flow.passing
    kept.add_score(ctx.tx, row.task_id, its, shown=shown)
    there = kept.fallen(ctx.tx, campaign_id, me)
    mean = gold.recent(scores, flow.last) or 0.0
    if below and there is None:
        kept.fall(ctx.tx, campaign_id, me, mean, len(scores[-flow.last :]), flow.on_fail, ctx.now)
        _tell(ctx, spec, campaign_id, mean)
    elif not below and there is not None and there.action != "pause":
        kept.rise(ctx.tx, campaign_id, me, ctx.now)
    if shown:
        text = t(
            "Your answer for {asset} in {campaign} differs from the known one; look at what was wrong.",
            asset=row.asset, campaign=spec.name,
        )  # fmt: skip
        tell(ctx, [me], "gold", text, campaign_id=campaign_id, task_id=row.task_id, myself=True)


def _tell(ctx: Context, spec: CampaignSpec, campaign_id: int, mean: float) -> None:
    me, flow, who = ctx.actor.member_id, spec.workflow, ctx.actor.login
    paused = flow.on_fail == "pause"
    shares = {"campaign": spec.name, "mean": f"{mean:.0%}", "least": f"{flow.passing:.0%}"}
    text = (
        t(
            "Your answers in {campaign} on images whose answer is known agree with it by {mean}; at least {least} is "
            "asked for. You get nothing more there until a manager lets you go on.",
            **shares,
        )
        if paused
        else t(
            "Your answers in {campaign} on images whose answer is known agree with it by {mean}; at least {least} is "
            "asked for. Read the instructions again.",
            **shares,
        )
    )
    tell(ctx, [me], "gold", text, campaign_id=campaign_id, myself=True)
    managers = [m.member_id for m in people.members(ctx.tx) if m.active and m.role in MANAGERS and m.member_id != me]
    text = (
        t("The gold answers of {who} in {campaign} agree by {mean}; {who} is paused.", who=who, **shares)
        if paused
        else t("The gold answers of {who} in {campaign} agree by {mean}; {who} was told.", who=who, **shares)
    )
    tell(ctx, managers, "gold", text, campaign_id=campaign_id)


def problems(ctx: Context, version: Version, spec: CampaignSpec) -> tuple[list[str], list[str]]:
    """Return (refusals, warnings), in sentences, about the known answers of a campaign that is to be launched."""
    if spec.workflow.gold is None:
        return [], []
    known = kept.source(ctx.tx, version.version_id, spec)
    said = f"gold={spec.workflow.gold!r}"
    if known is None:
        return [
            f"{said}: the dataset {version.dataset!r} has no such version; known answers are of the same dataset."
        ], []
    known_id, is_published = known
    if not is_published:
        return [f"{said}: the version is a draft; publish it first, so that what is known does not change."], []
    if kept.has_frames(ctx.tx):
        return [f"{said}: a single image between frames of sequences can be told; take frames out with a filter."], []
    images = kept.assets(ctx.tx, version.version_id, spec)
    if not images:
        return [
            f"{said}: no image of it can be gold: single images with an annotation, other than what the work begins "
            "with, and no frames of a sequence."
        ], []
    wrong = _unfit(ctx, known_id, spec, images)
    refusals = [f"{said}: these known answers do not fit the recipe. {' '.join(wrong)}"] if wrong else []
    return refusals, _warnings(ctx, version, spec, images, said)


def _unfit(ctx: Context, known_id: int, spec: CampaignSpec, images: list[tuple[int, int, str]]) -> list[str]:
    found: list[str] = []
    for low in range(0, len(images), PIECE):
        some = images[low : low + PIECE]
        own = data.assets_of(ctx.tx, [revision for _, revision, _ in some])
        answers = data.latest_of(ctx.tx, known_id, list(own.values()))
        for asset_id, revision, name in some:
            asset = data.asset(ctx.tx, asset_id)
            assert asset is not None
            try:
                check_complete(answers[own[revision]], spec.recipe, asset.width, asset.height, Annotation())
            except NbannotateError as error:
                found.append(f"{name}: {error}")
                if len(found) == NAMED:
                    return found
    return found


def _warnings(
    ctx: Context, version: Version, spec: CampaignSpec, images: list[tuple[int, int, str]], said: str
) -> list[str]:
    """Return in what the images stand apart from the others of the table ``chosen``, so that people can tell."""
    row = kept.apart(ctx.tx, version.version_id, [a for a, _, _ in images], spec)
    told = {
        "folders": "lie in folders where no other image of the campaign lies",
        "sizes": "have a size that no other image of the campaign has",
        "ids": "were added before, or after, all other images of the campaign",
        "begun": "begin with nothing, and others with an annotation",
    }
    return [
        f"{said}: {row[k]:,} of {len(images):,} images {what}; people could tell." for k, what in told.items() if row[k]
    ]
