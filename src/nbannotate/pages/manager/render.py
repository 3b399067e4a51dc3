"""From the state to what the browser shows: plain JSON in a few parts, each sent only when it differs."""

from __future__ import annotations

from typing import Any

from nbannotate.model import (
    ATTRIBUTION,
    EXISTING,
    NEW_ASSETS,
    ROLES,
    GoldMember,
    IssueSummary,
    Job,
    Member,
    Plan,
    Workflow,
)
from nbannotate.pages.manager.state import Card, State
from nbannotate.pages.render_task import when
from nbannotate.rules import rights

Part = dict[str, Any]


def parts(state: State) -> dict[str, Part]:
    """Return the parts of the page by name."""
    return {
        "page": page(state),
        "campaigns": {"read": "campaigns" in state.read, "rows": [card(c) for c in state.cards]},
        "jobs": {"of": state.jobs_of, "rows": [job(j) for j in state.jobs]},
        "gold": {"of": state.gold_of, "rows": [golden(m) for m in state.gold]},
        "issues": {"read": "issues" in state.read, "rows": [issue(i) for i in state.issues]},
        "people": {"read": "members" in state.read, "rows": [member(m, state) for m in state.members]},
        "notices": {"rows": [notice(n) for n in state.notices]},
    }


def page(state: State) -> Part:
    """Return who is there, the banner, and whether there is anything to see."""
    banner = state.banner
    return {
        "login": state.member.login if state.member else "",
        "role": state.member.role if state.member else "",
        "roles": list(ROLES),
        "refused": state.refused,
        "banner": {"text": banner.text, "kind": banner.kind, "action": banner.action} if banner else None,
        "statistics": state.statistics,
        "problem": state.problem,
    }


def card(card: Card) -> Part:
    """Return what a campaign's card says."""
    c, spec, progress = card.campaign, card.spec, card.progress
    return {
        "id": c.campaign_id, "name": c.name, "dataset": c.dataset, "version": c.version, "state": c.state,
        "total": c.total, "remaining": c.remaining, "due": c.due.isoformat() if c.due else None,
        "created": when(c.created), "launched": when(c.launched), "archived": when(c.archived),
        "done": progress.done if progress else 0, "skipped": progress.skipped if progress else 0,
        "issues": progress.open_issues if progress else 0,
        "steps": [
            {"name": s.name, "kind": s.kind, "people": list(s.assignees), "how": s.attribution,
             "how_text": ATTRIBUTION[s.attribution], "weights": list(s.weights),
             **({"waiting": now.waiting, "in_progress": now.in_progress, "to_rework": now.to_rework,
                 "passed": now.passed} if (now := _at(card, i)) else {})}
            for i, s in enumerate(spec.workflow.steps)
        ],
        "waits": spec.new_assets == "wait",
        "facts": _facts(card),
    }  # fmt: skip


def _at(card: Card, step: int) -> Any:
    """Return the progress of a step, or None."""
    return next((s for s in card.progress.steps if s.step == step), None) if card.progress else None


def _facts(card: Card) -> list[list[str]]:
    """Return what a campaign was written with, each with its name."""
    spec = card.spec
    order = "as in the version" if spec.order == "sequential" else f"random, seed {spec.seed}"
    facts = [
        ["Assets", "all of the version" if spec.filter == "all()" else spec.filter],
        ["Order", order + (f", in clips of {spec.clip}" if spec.clip else "")],
        ["Limit", f"{spec.limit:,} assets" if spec.limit else ""],
        ["Annotations that exist", EXISTING[spec.existing]],
        ["Assets added later", NEW_ASSETS[spec.new_assets]],
        ["Labels", ", ".join(v.name for v in spec.recipe.labels)],
        ["Tags", ", ".join(spec.recipe.tag_names)],
        ["Gold", _gold(spec.workflow)],
        *(["Rule", f"when {r.when}{f' as “{r.status}”' if r.status else ''}, send to {r.to}"] for r in spec.rules),
    ]
    return [fact for fact in facts if fact[1]]


def _gold(flow: Workflow) -> str:
    if flow.gold is None:
        return ""
    return f"{flow.share:.0%} of what people get, from {flow.gold}; below {flow.passing:.0%}: {flow.on_fail}"


def plan(plan: Plan) -> Part:
    """Return a plan as a table and sentences."""
    return {
        "assets": plan.assets, "chosen": plan.chosen, "annotated": plan.with_annotations,
        "existing": EXISTING[plan.existing], "launched": plan.launched, "fingerprint": plan.fingerprint,
        "steps": [
            {"name": s.name, "kind": s.kind, "tasks": s.tasks, "how": s.attribution,
             "people": [[login, s.people.get(login)] for login in s.assignees]}
            for s in plan.steps
        ],
        "left_out": [[o.reason, o.assets, list(o.examples)] for o in plan.left_out],
        "changes": list(plan.changes), "warnings": list(plan.warnings), "refusals": list(plan.refusals),
    }  # fmt: skip


def job(job: Job) -> Part:
    """Return the numbers of a job."""
    return {
        "step": job.step, "name": job.step_name, "kind": job.kind, "member": job.member, "state": job.state,
        "total": job.total, "remaining": job.remaining, "returned": job.returned, "in_progress": job.in_progress,
        "waiting": job.waiting, "done": job.done, "issues": job.issues, "rejected": job.rejected,
        "skipped": job.skipped, "objects": job.objects, "worked": round(job.worked_s, 1),
        "per_task": job.seconds_per_task, "per_object": job.seconds_per_object,
    }  # fmt: skip


def golden(member: GoldMember) -> Part:
    """Return how somebody answers images whose answer is known."""
    return {
        "member": member.member, "answers": member.answers, "score": member.mean, "lately": member.recent,
        "state": member.state, "since": when(member.since),
    }  # fmt: skip


def issue(issue: IssueSummary) -> Part:
    """Return a line of the list of issues."""
    return {
        "id": issue.issue_id, "campaign_id": issue.campaign_id, "campaign": issue.campaign, "asset": issue.asset,
        "task": issue.task_id, "step": issue.step, "place": issue.place, "state": issue.state, "author": issue.author,
        "text": issue.text[:300], "comments": issue.comments, "created": when(issue.created),
        "answered": when(issue.answered), "gold": issue.gold,
    }  # fmt: skip


def member(member: Member, state: State) -> Part:
    """Return a member with what the person who looks may do to the account."""
    me = state.member
    protected = member.role == "owner" and (me is None or me.role != "owner")
    return {
        "login": member.login, "role": member.role, "active": member.active, "me": me is not None and me == member,
        "open": state.open_tasks.get(member.login, 0), "protected": protected,
        "reviews": member.role in rights.STEP_ROLES["review"],
    }  # fmt: skip


def notice(notice: Any) -> Part:
    """Return a notice."""
    return {
        "id": notice.notice_id, "kind": notice.kind, "text": notice.text, "at": when(notice.created),
        "campaign": notice.campaign_id, "seen": notice.seen is not None,
    }  # fmt: skip
