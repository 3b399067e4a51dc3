"""The rows that tables count: each a SELECT over public views, of the scope and of what the filters let pass."""

from __future__ import annotations

from nbannotate.stats.query import Query

_TASK = (
    "task_id, campaign_id, campaign, asset_id, asset, step, step_name, kind, round, state, outcome, status, assignee, "
    "created, opened, closed, coalesce(worked_s, 0) as worked_s, shown_s, editing_s, is_current"
)
#: Outcomes of a task that are work handed in; a skip is not.
HANDED_IN = "('submitted', 'accepted', 'accepted_with_edits', 'rework', 'rejected')"


def handed_in(q: Query) -> str:
    """Return closed tasks that are work handed in: annotations submitted, and reviews that decided."""
    picked = q.where(member="assignee", step="step_name", time="closed")
    return f"select {_TASK} from tasks where outcome in {HANDED_IN} and {picked}"


def closed(q: Query) -> str:
    """Return closed tasks that somebody had."""
    picked = q.where(member="assignee", step="step_name", time="closed")
    return f"select {_TASK} from tasks where outcome is not null and assignee is not null and {picked}"


def current(q: Query) -> str:
    """Return the current task of each asset; where nobody has it yet it is *waiting*."""
    picked = q.where(member="assignee", step="step_name", time=q.moment())
    state = "case when state = 'in_progress' and assignee is null then 'waiting' else state end as state"
    return f"select {_TASK.replace(' state,', f' {state},')} from tasks where is_current and {picked}"


def open_tasks(q: Query) -> str:
    """Return tasks that are open now, whatever the period; those that wait for somebody, too."""
    return f"select {_TASK} from tasks where outcome is null and {q.where(member='assignee', step='step_name')}"


_FATE = (
    "case when outcome is null then state when outcome = 'submitted' then 'annotated' "
    "when outcome in ('accepted', 'accepted_with_edits') then 'accepted' when outcome = 'rework' then 'reworked' "
    "else outcome end as fate"
)


def held(q: Query) -> str:
    """Return all tasks that somebody has or had; ``fate``: in_progress, to_rework, annotated, accepted, reworked …."""
    picked = q.where(member="assignee", step="step_name", time=q.moment())
    return f"select {_TASK}, assignee as member, {_FATE} from tasks where assignee is not null and {picked}"


_ISSUE = (
    "i.issue_id, i.campaign_id, i.campaign, i.asset_id, i.asset, i.task_id, i.step, s.name as step_name, i.shape_id, "
    "case when i.shape_id is not null then 'shape' when i.x0 is not null then 'zone' else 'image' end as type, "
    "i.state, i.author, i.text, i.created, i.closed"
)
_ISSUES = "issues i left join steps s on s.campaign_id = i.campaign_id and s.step = i.step"


def _of_issues(q: Query, time: str | None) -> str:
    return q.where(member="i.author", step="s.name", time=time, campaign="i.campaign_id")


def issues(q: Query) -> str:
    """Return issues; a resolved one belongs to the moment at which it was resolved, the others to now."""
    return f"select {_ISSUE} from {_ISSUES} where {_of_issues(q, q.moment('i.'))}"


def issue_changes(q: Query) -> str:
    """Return what happened to issues: each was *opened*, perhaps *reopened*, and *closed* if it is resolved now."""
    parts = []
    for change, moment in (("opened", "i.created"), ("closed", "i.closed")):
        there = "" if change == "opened" else "i.closed is not null and "
        parts.append(
            f"select {_ISSUE}, '{change}' as change, {moment} as moment from {_ISSUES} "
            f"where {there}{_of_issues(q, None)}"
        )
    again = (
        "join (select cast(detail->>'issue_id' as bigint) as issue_id, created as moment from events "
        "where operation = 'issues.set_state' and detail->>'state' = 'open') e on e.issue_id = i.issue_id"
    )
    parts.append(
        f"select {_ISSUE}, 'reopened' as change, e.moment as moment from {_ISSUES} {again} where {_of_issues(q, None)}"
    )
    return " union all ".join(parts)


def issue_changes_in_period(q: Query) -> str:
    """Return what happened to issues in the period of the filters."""
    return f"select * from ({issue_changes(q)}) c where {q.in_period('moment')}"


# What was said -------------------------------------------------------------------------------------------------------

_REVISION = "annotation_id, asset_id, version_id, campaign_id, task_id, member, source, nothing_to_label, created"
_SHAPE = (
    "annotation_id, asset_id, asset, version_id, campaign_id, task_id, shape_id, label, kind, area, x, y, width, "
    "height, member, created"
)


def _of_what_was_said(q: Query, label: str | None = None) -> str:
    """Return the condition on revisions or shapes of the scope: of a campaign, those that were said in it."""
    of_campaign = q.place.kind == "campaign"
    parts = [q.where(member="member", label=label, time="created", campaign="campaign_id" if of_campaign else None)]
    if not of_campaign:
        parts.append(q.in_versions())
    if q.filters.steps is not None:
        steps = q.where(step="step_name", campaign=None)
        parts.append(f"task_id in (select task_id from tasks where {steps})")
    if q.shares_rows():
        parts.append(
            "(annotation_id, version_id) in (select annotation_id, min(version_id) from annotations "
            f"where is_latest and {q.in_versions()} group by annotation_id)"
        )
    return " and ".join(part for part in parts if part != "true") or "true"


def revisions(q: Query, also: str = "") -> str:
    """Return the latest revision of each asset; one that several versions of the scope show counts once.

    Parameters
    ----------
    q
        The question.
    also
        Another column, after a comma.
    """
    return f"select {_REVISION}{also} from annotations where is_latest and {_of_what_was_said(q)}"


def shapes(q: Query) -> str:
    """Return the shapes of the latest revision of each asset; one that several versions show counts once."""
    return f"select {_SHAPE} from shapes where {_of_what_was_said(q, 'label')}"


def label_counts(q: Query) -> str:
    """Return how many of the same shapes there are, by revision, label and kind, with their areas together."""
    return f"select * from label_counts where {_of_what_was_said(q, 'label')}"


def shapes_on_images(q: Query) -> str:
    """Return the same with the size of the image: ``image_width`` and ``image_height``."""
    return (
        f"select s.*, i.width as image_width, i.height as image_height from ({shapes(q)}) s "
        "join (select version_id, asset_id, width, height from assets "
        f"where width > 0 and height > 0 and {q.in_versions()}) i "
        "on i.version_id = s.version_id and i.asset_id = s.asset_id"
    )


def images(q: Query) -> str:
    """Return the images of which something is said, with their sizes."""
    return (
        f"select n.*, i.name as asset, i.width, i.height from ({revisions(q)}) n "
        "join (select version_id, asset_id, name, width, height from assets "
        f"where width > 0 and height > 0 and {q.in_versions()}) i "
        "on i.version_id = n.version_id and i.asset_id = n.asset_id"
    )


# Time that was worked ------------------------------------------------------------------------------------------------

_ACTIVITY = (
    "a.task_id, a.campaign_id, a.asset_id, a.step, s.name as step_name, s.kind, a.member, a.label, a.started, a.ended, "
    "a.shown_s, a.worked_s, a.editing_s"
)


def activity(q: Query) -> str:
    """Return stretches of work; each belongs to the moment at which it ended."""
    picked = q.where(member="a.member", step="s.name", label="a.label", time="a.ended", campaign="a.campaign_id")
    return (
        f"select {_ACTIVITY} from activity a join steps s on s.campaign_id = a.campaign_id and s.step = a.step "
        f"where {picked}"
    )


def stretches(q: Query) -> str:
    """Return stretches of work that reach into the period of the filters."""
    picked = q.where(member="a.member", step="s.name", label="a.label", campaign="a.campaign_id")
    start, end = q.filters.start, q.filters.end
    if start is not None:
        picked += f" and (a.ended > {q.bind_time(start)} or a.started >= {q.bind_time(start)})"
    if end is not None:
        picked += f" and a.started < {q.bind_time(end)}"
    return (
        f"select {_ACTIVITY} from activity a join steps s on s.campaign_id = a.campaign_id and s.step = a.step "
        f"where {picked}"
    )
