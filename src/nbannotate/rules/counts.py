"""What the tasks of one asset add to the counts of jobs: a pure function, and what one transaction changes of them.

A count belongs to a place: campaign, step and member, and whether it is of gold. The member 0 is nobody: there it is
counted what waits in the queue of a step, and the assets that are at the step, or ended there. Of gold there are counts
of people only, each task for itself. ``store/counts.py`` has the same in SQL, for many assets at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

#: Who has what nobody has.
NOBODY = 0

#: Campaign, step, member, and whether it is of gold.
Place = tuple[int, int, int, bool]

#: What is added at places, by the name of the count.
Added = dict[Place, dict[str, float]]

#: Of each asset the last task of a member at a step counts; ``tasks``, ``opened`` and ``worked_s`` are of all tasks.
#: ``apart`` is what waits, but not for a member who answers for the asset already. Of nobody there are ``waiting``,
#: ``here`` (assets whose current task is open), ``done`` and ``skipped`` (that ended here).
COUNTS = (
    "tasks", "opened", "returned", "in_progress", "started", "done", "elsewhere", "rejected", "skipped", "issues",
    "apart", "objects", "waiting", "here", "worked_s",
)  # fmt: skip


class Counted(Struct):
    """What of a task is counted."""

    step: int
    state: str
    outcome: str | None
    member_id: int | None
    copy: int | None
    is_current: bool
    opened: bool
    worked_s: float
    gold: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is not closed."""
        return self.state in ("in_progress", "to_rework")


def contribution(campaign_id: int, all_tasks: Mapping[int, Counted], unresolved: Mapping[int, int]) -> Added:
    """Return what the tasks of an asset add to the counts.

    Parameters
    ----------
    campaign_id
        Their campaign.
    all_tasks
        All tasks of the asset, by id; or one that is open, to compare what it adds before and after a change in which
        the others take no part.
    unresolved
        How many issues of the asset are not resolved, by the task in which they were raised.
    """
    gold = {i: task for i, task in all_tasks.items() if task.gold}
    issues = sum(n for i, n in unresolved.items() if i not in gold)
    made = _of_work(campaign_id, [all_tasks[i] for i in sorted(all_tasks) if i not in gold], issues)
    for task_id, task in gold.items():
        if task.member_id is not None:
            for name, value in _of_gold(task, unresolved.get(task_id, 0)).items():
                add(made, (campaign_id, task.step, task.member_id, True), name, value)
    return made


def _of_work(campaign_id: int, tasks: list[Counted], issues: int) -> Added:
    """Return what tasks of an asset, oldest first, none of which is gold, add to the counts."""
    made: Added = {}

    def add(step: int, member_id: int, name: str, value: float = 1) -> None:
        counts = made.setdefault((campaign_id, step, member_id, False), {})
        counts[name] = counts.get(name, 0) + value

    current = next((t for t in tasks if t.is_current), None)
    last: dict[tuple[int, int], Counted] = {}
    for task in tasks:
        if task.member_id is None:
            if task.is_open:
                add(task.step, NOBODY, "waiting")
                copies = (o for o in tasks if o.copy and o is not task and task.step - 1 <= o.step <= task.step)
                for other in {o.member_id for o in copies if o.member_id is not None}:
                    add(task.step, other, "apart")
            continue
        last[task.step, task.member_id] = task
        add(task.step, task.member_id, "tasks")
        add(task.step, task.member_id, "opened", task.opened)
        add(task.step, task.member_id, "worked_s", task.worked_s)
    if current is not None:
        add(current.step, NOBODY, "here" if current.is_open else current.state)
        for (step, member_id), task in last.items():
            if task.is_open:
                add(step, member_id, "returned" if task.state == "to_rework" else "in_progress")
                add(step, member_id, "started", task.state == "to_rework" or task.opened)
            else:
                add(step, member_id, "done")
                add(step, member_id, "elsewhere", current.is_open)
            add(step, member_id, "rejected", current.outcome == "rejected")
            add(step, member_id, "skipped", current.state == "skipped")
            add(step, member_id, "issues", issues)
    return made


def _of_gold(task: Counted, issues: int) -> dict[str, float]:
    """Return what one gold task of somebody counts: as any other of an asset that nobody else works on."""
    return {
        "tasks": 1, "opened": task.opened, "worked_s": task.worked_s, "returned": task.state == "to_rework",
        "in_progress": task.state == "in_progress", "started": task.is_open and task.opened,
        "done": not task.is_open, "skipped": task.state == "skipped", "issues": issues,
    }  # fmt: skip


class Tracked:
    """The tasks of an asset, by id, as they were and as they are now; its issues by task."""

    def __init__(self, campaign_id: int, asset_id: int, tasks: dict[int, Counted], issues: dict[int, int]) -> None:
        self.campaign_id, self.asset_id, self.tasks, self.issues = campaign_id, asset_id, tasks, issues
        self.before = self._contribution()

    def _contribution(self) -> Added:
        return contribution(self.campaign_id, self.tasks, self.issues)

    def settle(self, into: Added) -> None:
        """Add what has changed."""
        for added, sign in ((self._contribution(), 1), (self.before, -1)):
            for place, counts in added.items():
                for name, value in counts.items():
                    add(into, place, name, sign * value)


class Changes:
    """What a transaction changes of the counts.

    Attributes
    ----------
    assets
        Assets all of whose tasks are known, by campaign and asset.
    read
        Tasks of such assets, by id, in which nothing has changed yet.
    tasks
        Tasks alone, by id: what is done to them concerns no other task of their assets.
    added
        What is settled.
    asked
        Whether issues were changed, so that what is remembered of them does not count any more.
    """

    def __init__(self) -> None:
        self.assets: dict[tuple[int, int], Tracked] = {}
        self.read: dict[tuple[int, int], dict[int, Counted]] = {}
        self.tasks: dict[int, Tracked] = {}
        self.added: Added = {}
        self.asked = False

    def settle(self) -> None:
        """Settle all that is known; what comes after is read anew."""
        for tracked in (*self.tasks.values(), *self.assets.values()):
            tracked.settle(self.added)
        self.assets, self.read, self.tasks = {}, {}, {}

    def left(self) -> list[dict[str, float]]:
        """Return what is to be stored, a row a place, and forget it."""
        self.settle()
        rows = [
            {"campaign_id": c, "step": s, "member_id": m, "gold": gold} | changed
            for (c, s, m, gold), counts in self.added.items()
            if (changed := {name: value for name, value in counts.items() if value})
        ]
        self.added = {}
        return rows


def add(into: Added, place: Place, name: str, value: float) -> None:
    """Add to one count of a place."""
    counts = into.setdefault(place, {})
    counts[name] = counts.get(name, 0) + value
