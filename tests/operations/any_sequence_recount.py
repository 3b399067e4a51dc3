"""What must hold after any sequence of work, counted again from the raw rows in plain Python."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from nbannotate.model import Job, Plan, Progress

from .any_sequence_rig import World

Row = dict[str, Any]
OPEN = ("in_progress", "to_rework")
ENDS = {
    "done": {"submitted", "accepted", "accepted_with_edits", "rework", "existing"},
    "skipped": {"rejected", "skipped", "discarded", "ended"},
}


def is_open(task: Row) -> bool:
    """Return whether a task is not closed."""
    return task["state"] in OPEN


def visits(tasks: Iterable[Row]) -> dict[int, list[Row]]:
    """Return the tasks of each asset, oldest first."""
    found = defaultdict(list)
    for task in sorted(tasks, key=lambda t: t["task_id"]):
        found[task["asset_id"]].append(task)
    return dict(found)


def shares(total: int, weights: list[float]) -> list[int]:
    """Split by largest remainder, the plain way: add one at a time where the most is missing."""
    exact = [Fraction(str(w)) / sum(Fraction(str(v)) for v in weights) * total for w in weights]
    parts = [int(e) for e in exact]
    while sum(parts) < total:
        missing = [e - p for e, p in zip(exact, parts, strict=True)]
        parts[missing.index(max(missing))] += 1
    return parts


def check_history(rows: dict[str, list[Row]]) -> None:
    """Check that each asset has one current task, its last, and that all others are closed and complete."""
    for asset, tasks in visits(rows["tasks"]).items():
        assert [t["is_current"] for t in tasks] == [False] * (len(tasks) - 1) + [True], f"asset {asset}: {tasks}"
        rounds: Counter[int] = Counter()
        for task in tasks:
            rounds[task["step"]] += 1
            assert task["round"] == rounds[task["step"]], f"rounds of asset {asset}: {tasks}"
            if is_open(task):
                assert task["is_current"], f"an open task is not current: {task}"
                assert task["outcome"] is task["closed"] is task["status"] is None, task
            else:
                assert task["outcome"] in ENDS[task["state"]], task
                assert task["closed"] is not None, task
                assert task["status"], task
                assert task["leased_until"] is None, task
                assert task["assignee_id"] is not None or task["outcome"] in ("existing", "ended"), task
        assert len({t["position"] for t in tasks}) == 1, tasks


def check_nothing_done_is_questioned(rows: dict[str, list[Row]], last_step: int) -> None:
    """Check that no asset is done with an open issue, nor any that is not resolved."""
    done = {t["asset_id"] for t in rows["tasks"] if t["is_current"] and t["state"] == "done"}
    assert not [i for i in rows["issues"] if i["asset_id"] in done and i["state"] != "resolved"]
    assert all(t["step"] == last_step for t in rows["tasks"] if t["asset_id"] in done and t["is_current"])
    closed = {i["issue_id"] for i in rows["issues"] if i["closed"] is not None and i["closed_by"] is not None}
    assert closed == {i["issue_id"] for i in rows["issues"] if i["state"] == "resolved"}


def check_only_mine_changed(before: dict[str, list[Row]], after: dict[str, list[Row]], me: int) -> None:
    """Check that a person's work changed only tasks that the person has, may take, or that have to follow."""
    known = {t["task_id"]: t for t in before["tasks"]}
    for task in after["tasks"]:
        was = known.get(task["task_id"])
        if was is None or was == task or was["assignee_id"] == me:
            continue
        assert is_open(was), f"a closed task of somebody else changed: {was} -> {task}"
        run_out = was["leased_until"] is not None and was["leased_until"] < now()
        assert was["assignee_id"] is None or run_out, f"somebody else's task was changed: {was} -> {task}"
        assert task["assignee_id"] == me, f"changed without being taken: {was} -> {task}"
    drafts = {(d["task_id"], d["member_id"]): d for d in before["member_drafts"]}
    for draft in after["member_drafts"]:
        assert draft["member_id"] == me or drafts.get((draft["task_id"], draft["member_id"])) == draft


def check_what_stays(before: dict[str, list[Row]], after: dict[str, list[Row]]) -> None:
    """Check that assets stay, and that closed tasks, revisions, shapes, comments and events never change."""
    known = {t["task_id"]: t for t in after["tasks"]}
    for was in before["tasks"]:
        task = known.get(was["task_id"])
        assert task is not None, f"a task disappeared: {was}"
        if not is_open(was):
            assert task | {"is_current": was["is_current"]} == was, f"a closed task changed: {was} -> {task}"
    for table in ("annotations", "shapes", "comments", "events"):
        old, new = before[table], after[table]
        kept = {tuple(r.values()) for r in new}
        assert all(tuple(r.values()) in kept for r in old), f"{table} were changed"
    assert len(after["member_drafts"]) >= len(before["member_drafts"])


def now() -> datetime.datetime:
    """Return the time as the rows have it."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def jobs(rows: dict[str, list[Row]]) -> dict[tuple[int, int], dict[str, Any]]:
    """Count the jobs by step and member id; of each asset the last task of the person there counts."""
    by_asset = visits(rows["tasks"])
    unresolved = Counter(i["asset_id"] for i in rows["issues"] if i["state"] != "resolved")
    revision = {a["task_id"]: a["annotation_id"] for a in sorted(rows["annotations"], key=lambda a: a["annotation_id"])}
    drawn = Counter(s["annotation_id"] for s in rows["shapes"])
    waiting = Counter(t["step"] for t in rows["tasks"] if is_open(t) and t["assignee_id"] is None)
    places = {(m["step"], m["member_id"]) for m in rows["step_members"]}
    named = set(places) | {(t["step"], t["assignee_id"]) for t in rows["tasks"] if t["assignee_id"] is not None}
    found = {}
    for step, member in named:
        counts: Counter[str] = Counter(waiting=waiting[step] if (step, member) in places else 0)
        for asset, tasks in by_asset.items():
            mine = [t for t in tasks if (t["step"], t["assignee_id"]) == (step, member)]
            if not mine:
                continue
            last, current = mine[-1], tasks[-1]
            counts["returned"] += last["state"] == "to_rework"
            counts["in_progress"] += last["state"] == "in_progress"
            counts["started"] += is_open(last) and (last["state"] == "to_rework" or last["opened"] is not None)
            counts["done"] += not is_open(last)
            counts["opened"] += any(t["opened"] is not None for t in mine)
            counts["elsewhere"] += not is_open(last) and is_open(current)
            counts["rejected"] += current["outcome"] == "rejected"
            counts["skipped"] += current["state"] == "skipped"
            counts["issues"] += unresolved[asset]
            made = [revision[t["task_id"]] for t in mine if t["task_id"] in revision]
            counts["objects"] += drawn[max(made)] if made else 0
        found[step, member] = counts
    return found


def job_state(counts: dict[str, int], remaining: int) -> str:
    """Return the state of a job, as the glossary says it."""
    if remaining:
        return "in_progress" if counts["opened"] else "pending"
    if not counts["done"]:
        return "pending"
    if counts["elsewhere"]:
        return "on_review"
    return "completed_with_issues" if counts["skipped"] or counts["issues"] else "completed"


FIGURES = ("returned", "in_progress", "started", "done", "issues", "rejected", "skipped", "objects")


def check_jobs(world: World, rows: dict[str, list[Row]], who: str) -> None:
    """Check the operations ``jobs.of_campaign`` and ``tasks.mine`` and the view ``jobs`` against the count."""
    expected = jobs(rows)
    told = world.workspace.client.call("jobs.of_campaign", list[Job], campaign_id=world.campaign_id)
    assert {(j.step, world.ids[j.member]) for j in told} == set(expected)
    for job in told:
        counts = expected[job.step, world.ids[job.member]]
        assert {f: getattr(job, f) for f in (*FIGURES, "waiting")} == {f: counts[f] for f in (*FIGURES, "waiting")}
        remaining = counts["returned"] + counts["in_progress"] + counts["waiting"]
        assert (job.remaining, job.total) == (remaining, remaining + counts["done"])
        assert job.state == job_state(counts, remaining), (job, counts)
    if world.ids[who] in {m["member_id"] for m in rows["members"] if m["active"]}:
        mine = world.call(who, "tasks.mine", list[Job])
        if rows["gold"]:
            _check_mine(world, rows, world.ids[who], mine)
        else:
            assert sorted(mine, key=str) == sorted((j for j in told if j.member == who), key=str)
    seen = {(j["step"], world.ids[j["member"]]): j for j in world.view("jobs")}
    assert set(seen) == {k for k, c in expected.items() if c["returned"] + c["in_progress"] + c["done"]}
    for place, job in seen.items():
        counts = expected[place]
        assert {f: job[f] for f in FIGURES} == {f: counts[f] for f in FIGURES}, place
        remaining = counts["returned"] + counts["in_progress"]
        assert (job["remaining"], job["total"]) == (remaining, remaining + counts["done"])
        assert job["state"] == job_state(counts, remaining), (job, counts)


def _check_mine(world: World, rows: dict[str, list[Row]], me: int, mine: list[Job]) -> None:
    """Check that somebody's own jobs count gold as work like any other, each image once."""
    own = [t | {"asset_id": -t["task_id"]} for t in rows["gold"] if t["assignee_id"] == me]
    asked = [i | {"asset_id": -i["task_id"]} for i in rows["gold_issues"]]
    with_gold = rows | {"tasks": rows["tasks"] + own, "issues": rows["issues"] + asked}
    expected = {place: c for place, c in jobs(with_gold).items() if place[1] == me}
    assert {(j.step, me) for j in mine} == set(expected)
    left = len({t["asset_id"] for t in rows["gold"] if t["assignee_id"] is None and is_open(t)})
    for job in mine:
        counts = expected[job.step, me]
        assert {f: getattr(job, f) for f in FIGURES} == {f: counts[f] for f in FIGURES}
        assert counts["waiting"] <= job.waiting <= counts["waiting"] + (left if counts["waiting"] else 0)
        remaining = counts["returned"] + counts["in_progress"] + job.waiting
        assert (job.remaining, job.total) == (remaining, remaining + counts["done"])
        assert job.state == job_state(counts, remaining), (job, counts)


def check_campaign(world: World, rows: dict[str, list[Row]]) -> None:
    """Check the campaign's state, its progress and the states of its assets against the count."""
    current = [t for t in rows["tasks"] if t["is_current"]]
    remaining = sum(map(is_open, current))
    overdue = world.spec.due is not None and world.spec.due < now().date()
    state = "completed" if not remaining else "overdue" if overdue else "active"
    (campaign,) = world.view("campaigns")
    assert (campaign["state"], campaign["total"], campaign["remaining"]) == (state, len(current), remaining)
    progress = world.workspace.client.call("campaigns.progress", Progress, campaign_id=world.campaign_id)
    done = sum(t["state"] == "done" for t in current)
    skipped = sum(t["state"] == "skipped" for t in current)
    assert (progress.total, progress.done, progress.skipped, progress.remaining) == (
        len(current), done, skipped, remaining
    )  # fmt: skip
    assert progress.open_issues == sum(i["state"] != "resolved" for i in rows["issues"])
    plan = world.workspace.client.call("campaigns.plan", Plan, campaign_id=world.campaign_id)
    had = {(t["step"], t["asset_id"], t["assignee_id"]) for t in rows["tasks"]}
    for step, planned in zip(progress.steps, plan.steps, strict=True):
        assert (planned.tasks, planned.passed) == (step.waiting + step.in_progress + step.to_rework, step.passed)
        for login, n in planned.people.items():
            assert n >= sum((at, who) == (step.step, world.ids[login]) for at, _, who in had)
        here = [t for t in current if t["step"] == step.step and is_open(t)]
        held = [t for t in here if t["assignee_id"] is not None]
        assert step.waiting == len(here) - len(held)
        assert step.in_progress == sum(t["state"] == "in_progress" for t in held)
        assert step.to_rework == sum(t["state"] == "to_rework" for t in held)
        assert step.passed == done + sum(is_open(t) and t["step"] > step.step for t in current)
    _check_assets(world, rows)


def _check_assets(world: World, rows: dict[str, list[Row]]) -> None:
    told = {a["asset_id"]: a for a in world.view("asset_states")}
    by_asset = visits(rows["tasks"])
    assert set(told) == set(by_asset)
    questioned = {i["asset_id"] for i in rows["issues"] if i["state"] == "open"}
    for asset, tasks in by_asset.items():
        given = [t["status"] for t in tasks if t["closed"] is not None and t["status"] != "returned"]
        expected = given[-1] if given else None
        if asset in questioned or tasks[-1]["state"] == "to_rework":
            expected = None
        row = told[asset]
        assert (row["state"], row["step"], row["status"]) == (tasks[-1]["state"], tasks[-1]["step"], expected)
