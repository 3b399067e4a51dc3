"""The cards of what is listed: campaigns, jobs, tasks, issues."""

from __future__ import annotations

from nbannotate.cards import Bar, Card, Grid, Lines, Pairs, Words, card_of, count
from nbannotate.model.notices import Notice
from nbannotate.model.overview import Campaign, Dataset, Job, Version
from nbannotate.model.sequences import Sequence
from nbannotate.model.work import Issue, Task


@card_of.register
def _(dataset: Dataset) -> Card:
    return Card("Dataset", dataset.name, parts=(Words(dataset.readme),) if dataset.readme else ())


@card_of.register
def _(version: Version) -> Card:
    return Card("Version", f"{version.dataset} / {version.name}", version.state, (count(version.assets, "asset"),))


@card_of.register
def _(campaign: Campaign) -> Card:
    gone = campaign.total - campaign.remaining
    bar = Bar(((gone, "done or skipped", "done"), (campaign.remaining, "remaining", "remaining")))
    told = Pairs((("version", f"{campaign.dataset} / {campaign.version}"), ("due", str(campaign.due or "no day"))))
    return Card("Campaign", campaign.name, campaign.state, (count(campaign.total, "asset"),), (bar, told))


@card_of.register
def _(job: Job) -> Card:
    pieces = (
        (job.done, "done", "done"),
        (job.returned, "to rework", "to rework"),
        (job.in_progress, "in progress", "in progress"),
        (job.waiting, "waiting", "remaining"),
    )
    pairs = [("campaign", job.campaign), ("due", str(job.due or "no day"))]
    pairs += [("worked", f"{job.worked_s / 60:,.0f} minutes")] if job.worked_s else []
    pairs += [("issues", f"{job.issues:,}")] if job.issues else []
    state = job.state.replace("_", " ")
    who = f"{job.member}, {job.step_name}" if job.member else job.step_name
    return Card(
        "Job", who, state, ((job.remaining, "remaining"), (job.total, "in all")), (Bar(pieces), Pairs(tuple(pairs)))
    )


@card_of.register
def _(task: Task) -> Card:
    pairs = [
        ("campaign step", f"{task.step_name} ({task.kind}), round {task.round}"),
        ("assignee", task.assignee or "nobody"),
    ]
    pairs += [("status", task.status)] if task.status else []
    pairs += [("issues", f"{task.issues:,}")] if task.issues else []
    pairs += [("note", task.note)] if task.note else []
    return Card("Task", task.asset, task.state.replace("_", " "), parts=(Pairs(tuple(pairs)),))


@card_of.register
def _(issue: Issue) -> Card:
    thread = tuple((f"{c.author}:", c.text) for c in issue.comments)
    where = "a shape" if issue.shape_id else "a zone" if issue.zone else "the image"
    told = Words(f"On {where} of {issue.asset}, in {issue.campaign}.")
    return Card("Issue", f"#{issue.issue_id}", issue.state.replace("_", " "), parts=(told, Lines(thread)))


@card_of.register
def _(notice: Notice) -> Card:
    when = f"{notice.created:%Y-%m-%d %H:%M} UTC"
    return Card(
        "Notice", notice.kind.replace("_", " "), "" if notice.seen else "new", parts=(Words(notice.text), Words(when))
    )


@card_of.register
def _(sequence: Sequence) -> Card:
    mine = sum(s.hold == "mine" for s in sequence.slices)
    rows = tuple(
        (s.place, s.hold, s.name, ", ".join(f"{k}: {n}" for k, n in s.labels.items())) for s in sequence.slices[:12]
    )
    grid = Grid(("place", "hold", "asset", "labels"), rows, max(0, len(sequence.slices) - 12))
    return Card("Sequence", sequence.name, "", (count(len(sequence.slices), "slice"), (mine, "mine")), (grid,))
