"""Jobs: the tasks of one assignee at one step; submitting, restarting and completing one as a whole."""

from __future__ import annotations

import functools
from typing import Any, Literal

from msgspec import Struct

from nbannotate.errors import InvalidInput, NotAllowed, Refused, Stale, Unfinished
from nbannotate.model import CampaignSpec, Job, JobSubmitted, Member
from nbannotate.model.values import decode
from nbannotate.operations import assignments, completion, gold_tasks, validation
from nbannotate.operations.notifications import tell
from nbannotate.operations.registry import Context, found, operation
from nbannotate.operations.validation import Checked, Ground, believed
from nbannotate.rules import text_limits
from nbannotate.rules.jobs import job_state
from nbannotate.rules.rights import MANAGERS
from nbannotate.store import asset_copies, batches, distribution, jobs, people, task_rows
from nbannotate.store import campaigns as stored
from nbannotate.store.staging import Stage
from nbannotate.texts import Message, joined, t

#: Tasks that one call submits, so that others can work between the calls.
AT_ONCE = 5


def job(its: jobs.Counted, gold: int = 0, paused: str = "") -> Job:
    """Return a job; ``gold``: so much comes to the person with what waits; and ``Job.paused``."""
    waiting = its.waiting + gold
    remaining = its.returned + its.in_progress + waiting
    step = _spec(its.spec).workflow.steps[its.step]
    return Job(
        campaign_id=its.campaign_id, campaign=its.campaign, dataset=its.dataset, due=its.due, step=its.step,
        step_name=its.step_name, kind=its.kind, member=its.member, returned=its.returned,
        in_progress=its.in_progress, started=its.started, done=its.done, rejected=its.rejected, skipped=its.skipped,
        issues=its.issues, objects=its.objects, worked_s=its.worked_s, waiting=waiting, remaining=remaining,
        total=remaining + its.done, attribution=step.attribution, paused=Message(paused),
        state=job_state(remaining, its.opened, its.done, its.elsewhere, its.skipped, its.issues),
    )  # fmt: skip


@functools.lru_cache(maxsize=256)
def _spec(text: str) -> CampaignSpec:
    """Return what defines a campaign, from its text, which many pages ask for again and again."""
    return decode(text, CampaignSpec)


@operation()
def of_campaign(ctx: Context, campaign_id: int) -> list[Job]:
    """Return all jobs of a campaign: one for each person at each step."""
    found(stored.name(ctx.tx, campaign_id), f"campaign {campaign_id}")
    return [job(its) for its in jobs.of_campaign(ctx.tx, campaign_id)]


class Prepared(Struct, frozen=True):
    """The tasks that a call submits, checked; what is not finished among all that were looked at."""

    tasks: dict[int, Checked]
    unfinished: dict[int, Message]
    names: list[str]


def _prepare_submit(ctx: Context, campaign_id: int, step: int, checked: bool) -> dict[str, Any]:
    version_id, spec = stored.facts(ctx.tx, _campaign(ctx, campaign_id))
    held = batches.held(ctx.tx, campaign_id, step, ctx.actor.member_id)
    rows = batches.drawn(ctx.tx, campaign_id, version_id, held[:AT_ONCE] if checked else held)
    kind = spec.workflow.steps[step].kind if 0 <= step < len(spec.workflow.steps) else ""

    tasks = task_rows.places(ctx.tx, held)
    some = [tasks[r.task_id] for r in rows[:AT_ONCE]]
    answers = {task.task_id: asset_copies.answers(ctx.tx, task) for task in some if task.copy is not None}
    known = {r.task_id: validation.known(ctx, tasks[r.task_id], spec) for r in rows}

    def check() -> Prepared:
        made = Prepared({}, {}, [])
        for row in rows:
            on = Ground(
                campaign_id,
                version_id,
                row.asset_id,
                step,
                spec,
                kind,
                row.latest_id,
                answers.get(row.task_id),
                known.get(row.task_id),
            )
            why = t("nothing is saved for it yet.")
            if row.body is not None:
                drawn = task_rows.decoded(row.body)
                one = validation.finished(ctx.engine, on, drawn, row.width, row.height, row.revision)
                if one.error is None:
                    if len(made.tasks) < AT_ONCE:
                        made.tasks[row.task_id] = one
                    continue
                why = one.error.message
            made.unfinished[row.task_id] = why
            made.names.append(row.name)
        return made

    return {"prepared_job": check}


@operation(writes=True, prepare=_prepare_submit)
def submit(ctx: Context, campaign_id: int, step: int, checked: bool = False, *, prepared_job: Prepared) -> JobSubmitted:
    """Submit all tasks that I hold at a step, some at a time: ask again, with ``checked``, while ``left`` is not 0.

    Everything is checked before the first one is submitted: who has not drawn in some image, and has not said
    *nothing to label*, is told which. With ``checked`` only those are that are submitted now.
    """
    spec = stored.spec(ctx.tx, _campaign(ctx, campaign_id))
    gold_tasks.check_not_paused(ctx, campaign_id, step)
    rows = batches.held(ctx.tx, campaign_id, step, ctx.actor.member_id)
    if not rows:
        raise Refused(t("There is nothing to submit: you hold no open image at this step."))
    if wrong := prepared_job.unfinished:
        names, total = prepared_job.names, len(rows)
        first: list[str] = [
            t("{name}: {why+}", name=name, why=why) for name, why in zip(names[:5], wrong.values(), strict=False)
        ]
        some = joined(first + ["…"] * (len(names) > 5))
        raise Refused(
            t(
                "{n} of {total} images are not finished; finish or skip them first. {more}",
                n=len(names),
                total=total,
                more=some,
            ),
            Unfinished(wrong),
        )
    for task_id in rows[:AT_ONCE]:
        task = task_rows.task(ctx.tx, task_id, ctx.actor.member_id)
        assert task is not None
        made = believed(prepared_job.tasks.get(task_id), ctx, task)
        if made.revision != (task.revision or 0):
            raise Stale("A draft changed while the job was checked; try again.")
        completion.submit(ctx, task, spec, made, 0.0)
    ctx.note(campaign_id=campaign_id, detail={"step": step, "tasks": len(rows[:AT_ONCE])})
    return JobSubmitted(len(rows[:AT_ONCE]), max(0, len(rows) - AT_ONCE))


@operation(writes=True)
def restart(
    ctx: Context,
    campaign_id: int,
    step: str | int,
    member: str,
    to: str | None = None,
    also: list[Literal["skipped", "discarded"]] = [],  # noqa: B006  decoded anew for each request
) -> int:
    """Restart a job with just the assets that were rejected, and return how many; they come back as *to rework*.

    ``to`` gives them to somebody else; ``also`` takes those that were skipped or discarded, too.
    """
    spec, index, who = _job_of(ctx, campaign_id, step, member)
    if spec.workflow.steps[index].kind == "review":
        raise InvalidInput(f"{spec.workflow.steps[index].name!r} is a review step; restart the job that was reviewed.")
    target = who if to is None else assignments.worker(ctx, to)
    if not target.active:
        raise Refused(f"The account of {member!r} is disabled; say with 'to' who takes the images.")
    assignments.check_works_at(ctx, campaign_id, spec, index, target)
    completion.check_alone(ctx, campaign_id)
    tasks = batches.left_of_job(ctx.tx, campaign_id, index, who.member_id, ["rejected", *also])
    if not tasks:
        raise Refused(f"No image of this job was {' or '.join(['rejected', *also])}; there is nothing to restart.")
    alone, together = batches.by_copies(ctx.tx, tasks, index)
    batches.restart(ctx.tx, campaign_id, index, alone, target.member_id, ctx.now)
    if together:  # what several people answered comes back to whoever decides about it
        batches.restart(ctx.tx, campaign_id, index + 1, together, None, ctx.now)
        if spec.workflow.steps[index + 1].attribution != "queue":
            distribution.deal_again(ctx.tx, campaign_id, spec, index + 1, ctx.now)
    text = t(
        "{campaign}, {step}: the job was restarted with {n} images to rework.",
        campaign=spec.name,
        step=spec.workflow.steps[index].name,
        n=len(tasks),
    )
    tell(ctx, [target.member_id], "restarted", text, campaign_id=campaign_id)
    ctx.note(campaign_id=campaign_id, detail={"step": index, "member": member, "to": to, "tasks": len(tasks)})
    return len(tasks)


def _stage_complete(
    ctx: Context, stage: Stage, campaign_id: int, step: str | int, member: str, reason: str
) -> dict[str, completion.Kept]:
    """Make revisions of what the person has drawn, in pieces."""
    _, index, who = _job_of(ctx, campaign_id, step, member)
    return {"prepared_kept": completion.stage_drafts(ctx, stage, campaign_id, index, who.member_id)}


@operation(writes=True, stage=_stage_complete)
def complete(
    ctx: Context, campaign_id: int, step: str | int, member: str, reason: str, prepared_kept: completion.Kept
) -> int:
    """Complete a job as it stands, and return how many open tasks were ended: their assets count as skipped."""
    reason = text_limits.checked(reason, "Say why the job is completed with open images")
    _, index, who = _job_of(ctx, campaign_id, step, member)
    ended = completion.end_open(ctx, prepared_kept, campaign_id, reason, index, who.member_id)
    if not ended:
        raise Refused("This job has no open image; it is complete already.")
    ctx.note(campaign_id=campaign_id, detail={"step": index, "member": member, "tasks": ended})
    return ended


def _campaign(ctx: Context, campaign_id: int) -> int:
    """Return the id of a campaign in which the actor works, or that the actor manages."""
    if ctx.actor.role in MANAGERS:
        found(stored.name(ctx.tx, campaign_id), f"campaign {campaign_id}")
    elif not any(ctx.actor.member_id in who for who in stored.workers(ctx.tx, campaign_id).values()):
        raise NotAllowed("You do not work in this campaign.")
    return campaign_id


def _job_of(ctx: Context, campaign_id: int, step: str | int, member: str) -> tuple[CampaignSpec, int, Member]:
    """Return the spec, the step's index and the member of a job that the actor may decide about."""
    _campaign(ctx, campaign_id)
    spec = stored.spec(ctx.tx, campaign_id)
    index = assignments.step_index(spec, step)
    who: Member = found(people.member(ctx.tx, member), f"member {member!r}")
    if ctx.actor.role not in MANAGERS:
        reviews = any(
            s.kind == "review" and ctx.actor.member_id in stored.workers(ctx.tx, campaign_id).get(i, set())
            for i, s in enumerate(spec.workflow.steps)
        )
        if not reviews or who.member_id == ctx.actor.member_id:
            raise NotAllowed("Only a reviewer of this campaign, or a manager, decides about somebody's job.")
    return spec, index, who
