"""The cards of somebody's work and of a task at hand."""

from __future__ import annotations

from nbannotate.cards import Card, Counts, Grid, Lines, Pairs, Part, card_of, count, quoted
from nbannotate.shapes.cards import said
from nbannotate.workspace.cards import thumbnails
from nbannotate.workspace.cards.thumbnails import Wanted
from nbannotate.workspace.person import Work
from nbannotate.workspace.task import OpenTask

_TYPED = {
    "submit": {"annotation": "task.submit(shapes)", "review": "task.accept()"},
    "rework": {"annotation": "", "review": 'task.rework("…")'},
    "skip": {"annotation": 'task.skip("…")', "review": 'task.skip("…")'},
}


@card_of.register
def _(task: OpenTask) -> Card:
    view = task.view
    at, colors = view.task, {v.name: v.color for v in view.recipe.labels if v.color is not None}
    client, asset_id = task._work._client, at.asset_id
    annotation = task.annotation
    image = Wanted("", lambda: client.source(asset_id), view.width, view.height, annotation.shapes)
    pairs = [
        ("campaign", f"{view.campaign}, {at.step_name} ({at.kind})" + (f", round {at.round}" if at.round > 1 else ""))
    ]
    pairs += [("image", f"{view.width:,} × {view.height:,} pixels, {view.position:,} of {view.total:,}")]
    pairs += [("said", "nothing to label")] if annotation.nothing_to_label else []
    issues = Lines(tuple((i.state.replace("_", " "), i.comments[0].text if i.comments else "") for i in view.issues), 4)
    notes = tuple(text for text in (view.notice, "" if view.editable else view.reason) if text)
    typed = [] if task._ended else [_TYPED[a][at.kind] for a in view.actions if a in _TYPED]
    parts: tuple[Part, ...] = (
        thumbnails.strip([image], 1, colors),
        *said(annotation, colors),
        Pairs(tuple(pairs)),
        issues,
    )
    return Card(
        "Task",
        at.asset,
        "ended" if task._ended else at.state.replace("_", " "),
        (),
        parts,
        notes,
        tuple(t for t in typed if t),
    )


@card_of.register
def _(work: Work) -> Card:
    jobs = work.jobs
    table = Grid(
        ("campaign", "step", "state", "to rework", "remaining", "of"),
        tuple((j.campaign, j.step_name, j.state.replace("_", " "), j.returned, j.remaining, j.total) for j in jobs),
    )
    next = (f"work.next({quoted(jobs[0].campaign)})" if work.campaign is None else "work.next()",) if jobs else ()
    counts: Counts = (
        count(len(jobs), "job"),
        count(sum(j.remaining for j in jobs), "task remaining", "tasks remaining"),
    )
    return Card("Work", work.me.login, "", counts, (table,), (), next)
