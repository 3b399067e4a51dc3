"""What the people of an asset agree about, for whoever decides about the rest."""

from __future__ import annotations

from collections.abc import Mapping

from nbannotate.errors import NotAllowed, Refused
from nbannotate.model import Annotation, Answer, Answers, CampaignSpec
from nbannotate.model.copies import quorum
from nbannotate.operations.registry import Context
from nbannotate.rules.consensus import Agreement, agreement
from nbannotate.rules.rights import DEVELOPERS
from nbannotate.store import asset_copies, data, people, task_rows
from nbannotate.store import campaigns as stored
from nbannotate.store.rows import TaskRow
from nbannotate.store.task_rows import NamedTask


def answers(ctx: Context, row: NamedTask) -> Answers:
    """Return what several people said of the asset of a consensus task, and where they do not agree."""
    spec = stored.spec(ctx.tx, row.campaign_id)
    step = spec.workflow.steps[row.step]
    if step.kind != "consensus":
        raise Refused(f"{step.name!r} is no consensus step; there is nothing to decide between.")
    if row.assignee_id != ctx.actor.member_id and ctx.actor.role not in DEVELOPERS:
        raise NotAllowed("Only whoever decides about an image sees what each person said of it.")
    said, its = _said(ctx, row)
    names = people.logins(ctx.tx) if step.show_names or ctx.actor.role in DEVELOPERS else {}
    found = tuple(Answer(_who(names, r), said.get(r.task_id), r.outcome, r.note) for r in its)
    made = _agreement(row, spec, [a for a in (said.get(r.task_id) for r in its) if a is not None])
    place = [i for i, a in enumerate(found) if a.annotation is not None]
    disputes = tuple(type(d)(d.what, d.name, tuple(place[p] for p in d.people), d.shapes) for d in made.disputes)
    return Answers(found, made.agreed, disputes, quorum(step, len(its)))


def begin_with(ctx: Context, row: NamedTask, spec: CampaignSpec) -> Annotation | None:
    """Return what whoever decides begins with: what is agreed already.

    None where it was decided before, and what was said then counts.
    """
    latest = data.latest(ctx.tx, row.version_id, row.asset_id)
    if latest is not None and latest.campaign_id == row.campaign_id and latest.task_id is not None:
        made_in = task_rows.place(ctx.tx, latest.task_id)
        if made_in is not None and made_in.step >= row.step:
            return None
    said, its = _said(ctx, row)
    given = [a for a in (said.get(r.task_id) for r in its) if a is not None]
    return _agreement(row, spec, given).agreed


def _said(ctx: Context, row: NamedTask) -> tuple[dict[int, Annotation], list[TaskRow]]:
    """Return what was submitted in each of the copies, and their tasks."""
    its = asset_copies.copies(ctx.tx, row.campaign_id, row.asset_id, row.step - 1)
    revisions = asset_copies.said(ctx.tx, [r.task_id for r in its if r.outcome == "submitted"])
    return {t: data.annotation(ctx.tx, data.annotation_row(ctx.tx, a)) for t, a in revisions.items()}, its


def _who(names: Mapping[int, str], task: TaskRow) -> str:
    """Return the name of who answered, or the number of the copy where it is not told."""
    return (None if task.assignee_id is None else names.get(task.assignee_id)) or str(task.copy)


def _agreement(row: NamedTask, spec: CampaignSpec, given: list[Annotation]) -> Agreement:
    step = spec.workflow.steps[row.step]
    need = quorum(step, spec.workflow.steps[row.step - 1].copies)
    return agreement(given, need, step.iou)
