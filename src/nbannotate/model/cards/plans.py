"""The cards of plans, progress and deletions."""

from __future__ import annotations

from nbannotate.cards import Bar, Card, Counts, Grid, Lines, Words, card_of, count, counted
from nbannotate.model.outcomes import Deletion
from nbannotate.model.overview import Progress
from nbannotate.model.plan import Plan, PlanStep


@card_of.register
def plan_card(plan: Plan) -> Card:
    """Return the card of a plan."""
    head = ("step", "kind", "attribution", "assignees", "tasks now") + (("passed",) if plan.launched else ())
    rows = tuple((*_planned(s), s.tasks, *((s.passed,) if plan.launched else ())) for s in plan.steps)
    lines = [
        ("left out", f"{counted(o.assets, 'asset')}: {o.reason}{_some(o.examples, o.assets)}") for o in plan.left_out
    ]
    lines += [("change", text) for text in plan.changes]
    lines += [("note", text) for text in plan.warnings] + [("refused", text) for text in plan.refusals]
    state = "refused" if plan.refusals else "launched" if plan.launched else ""
    counts: Counts = (
        (plan.chosen, f"of {counted(plan.assets, 'asset')}"),
        (plan.with_annotations, "annotated already"),
    )
    return Card("Plan", plan.campaign, state, counts, (Grid(head, rows), Lines(tuple(lines))))


def _planned(step: PlanStep) -> tuple[str, str, str, str]:
    who = ", ".join(f"{n}: {step.people[n]:,}" if n in step.people else n for n in step.assignees)
    return step.name, step.kind, step.attribution, who


def _some(examples: tuple[str, ...], of: int) -> str:
    return f" ({', '.join(examples)}{' …' if of > len(examples) else ''})" if examples else ""


def bar(progress: Progress) -> Bar:
    """Return where the assets of a campaign are, as a bar."""
    doing = sum(s.in_progress for s in progress.steps)
    again = sum(s.to_rework for s in progress.steps)
    pieces = (
        (progress.done, "done", "done"),
        (again, "to rework", "to rework"),
        (doing, "in progress", "in progress"),
        (max(0, progress.remaining - doing - again), "waiting", "remaining"),
        (progress.skipped, "skipped", "skipped"),
    )
    return Bar(pieces)


@card_of.register
def _(progress: Progress) -> Card:
    rows = tuple((s.name, s.kind, s.waiting, s.in_progress, s.to_rework, s.passed) for s in progress.steps)
    table = Grid(("step", "kind", "waiting", "in progress", "to rework", "passed"), rows)
    counts: Counts = ((progress.done, f"of {progress.total:,} done"), (progress.remaining, "remaining"))
    counts += ((progress.skipped, "skipped"),) if progress.skipped else ()
    counts += (count(progress.open_issues, "open issue"),) if progress.open_issues else ()
    return Card("Progress", progress.campaign, counts=counts, parts=(bar(progress), table))


@card_of.register
def _(deletion: Deletion) -> Card:
    gone: Counts = (count(deletion.tasks, "task"), count(deletion.drafts, "draft"), count(deletion.issues, "issue"))
    gone += (count(deletion.notices, "notice"),)
    stays = Words(f"{counted(deletion.kept_annotations, 'annotation')} of the version stay.")
    if deletion.deleted:
        return Card("Campaign", deletion.campaign, "deleted", gone, (stays,))
    ask = Words("Nothing was deleted; this is what would be.")
    return Card(
        "Deleting", deletion.campaign, "", gone, (ask, stays), (), (f"campaign.delete(confirm={deletion.campaign!r})",)
    )
