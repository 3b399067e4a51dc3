"""Who may look at which asset: the second gate, for members who see only their own tasks."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.errors import NotAllowed
from nbannotate.operations.registry import Context, found
from nbannotate.rules.rights import DEVELOPERS
from nbannotate.store import asset_copies, campaigns, data, gold, leases, revision_rows, task_rows
from nbannotate.store.issue_threads import NamedIssue
from nbannotate.store.rows import TaskRow
from nbannotate.store.task_rows import TaskWithDraft
from nbannotate.texts import t

#: Who has to answer for an image is not told what others said of it.
NOT_YET = "You have to answer for this image yourself; what others say of it is shown once you have."


def check_may_see_revision(ctx: Context, said: revision_rows.Revision | None) -> None:
    """Raise NotAllowed unless the actor manages, or has or had a task of the asset where the revision was made.

    A revision of a campaign is for those who work on the asset in that campaign; one that was imported, for those who
    work on the asset in a campaign on that version; both are for those who work on it in a version that began with it.
    None (there is no such revision) is refused in the same words.
    """
    me = ctx.actor.member_id
    if ctx.actor.role in DEVELOPERS:
        if said is not None and said.origin == "copy" and said.member_id != me and said.task_id is not None:
            its = task_rows.place(ctx.tx, said.task_id)
            if its is not None and answers_now(ctx, its):
                raise NotAllowed(NOT_YET)
        return
    where: list[int] = []
    if said is not None:
        shown = data.beginning_with(ctx.tx, said.asset_id, said.annotation_id)
        if said.campaign_id is None:
            shown.append(said.version_id)
        else:
            where.append(said.campaign_id)
        where += (campaign_id for version_id in shown for campaign_id in campaigns.of_version(ctx.tx, version_id))
    if said is not None and said.origin in ("copy", "gold") and said.member_id != me:
        raise NotAllowed("You may see only what was said of the images of your own tasks, in their campaign.")
    if said is not None and said.member_id != me and gold.is_known(ctx.tx, said.annotation_id, me):
        raise NotAllowed("You may see only what was said of the images of your own tasks, in their campaign.")
    if said is None or not any(task_rows.had_task(ctx.tx, said.asset_id, me, campaign_id) for campaign_id in where):
        raise NotAllowed("You may see only what was said of the images of your own tasks, in their campaign.")


def may_see_image(ctx: Context, asset_id: int) -> bool:
    """Return whether the actor may look at the image itself: as for the asset, or it waits in a queue of theirs.

    Whoever works at a step could take the image out of its queue at any time; where the campaign is overdue and gives
    out nothing, nobody may.
    """
    me = ctx.actor.member_id
    if ctx.actor.role in DEVELOPERS or task_rows.had_task(ctx.tx, asset_id, me, None):
        return True
    return any(
        me in campaigns.workers(ctx.tx, row.campaign_id).get(row.step, set())
        and not campaigns.is_overdue(ctx.tx, row.campaign_id, ctx.now.date())
        for row in leases.queues_of(ctx.tx, asset_id, ctx.now)
    )


def visible_task(ctx: Context, task_id: int) -> TaskWithDraft:
    """Return the row of a task that the actor may look at; others learn nothing of it, not even that it is there."""
    row = task_rows.task(ctx.tx, task_id, ctx.actor.member_id)
    if row is None and ctx.actor.role not in DEVELOPERS:
        raise NotAllowed(t("You may see only your own tasks."))
    task: TaskWithDraft = found(row, f"task {task_id}")
    if (
        task.assignee_id != ctx.actor.member_id
        and ctx.actor.role not in DEVELOPERS
        and not task_rows.had_task(ctx.tx, task.asset_id, ctx.actor.member_id, task.campaign_id)
    ):
        raise NotAllowed(t("You may see only your own tasks."))
    if not may_see_answer(ctx, task):
        if ctx.actor.role in DEVELOPERS:
            raise NotAllowed(NOT_YET)
        if leases.lapsed(ctx.tx, task_id, ctx.actor.member_id) is None:
            raise NotAllowed(t("You may see only your own tasks."))
        if is_one_of_several(ctx, task):
            return replace(task, assignee=None)  # who lost it is told so, and not who has it
    return task


def may_see_answer(ctx: Context, task: TaskRow) -> bool:
    """Return whether the actor may see what is said in a task: of the copies of an asset only the own one.

    Who manages may see all, but not while a copy of the asset waits for their own answer; whoever decides about them
    asks for all at once (``tasks.answers``).
    """
    me = ctx.actor.member_id
    own = task.copy is None or task.assignee_id == me
    if not own and task.gold is not None and not is_one_of_several(ctx, task):
        own = leases.lapsed(ctx.tx, task.task_id, me) is not None  # as of an asset that has one task
    return own or (ctx.actor.role in DEVELOPERS and not answers_now(ctx, task))


def is_one_of_several(ctx: Context, task: TaskRow) -> bool:
    """Return whether several people answer for the asset of a task at its step; for gold: would, if it were none."""
    steps = campaigns.spec(ctx.tx, task.campaign_id).workflow.steps
    return task.copy is not None and (task.gold is None or steps[task.step].copies > 1)


def answers_now(ctx: Context, task: TaskRow) -> bool:
    """Return whether the actor has to answer in one of the copies of an asset, of which the task is one."""
    if task.copy is None:
        return False
    its = asset_copies.copies(ctx.tx, task.campaign_id, task.asset_id, task.step)
    return any(c.assignee_id == ctx.actor.member_id and c.outcome is None for c in its)


def visible_issues(ctx: Context, rows: list[NamedIssue]) -> list[NamedIssue]:
    """Return those of some issues that the actor may see: one who answered for an asset sees no issues of the others.

    Others who work on it later see them, too; with names only where the consensus step shows them.
    """
    if not rows:
        return rows
    me = ctx.actor.member_id
    seen = []
    places = task_rows.places(ctx.tx, [row.task_id for row in rows])
    for row in rows:
        its = places.get(row.task_id)
        if its is None or its.copy is None or its.assignee_id == me:
            seen.append(row)
        elif ctx.actor.role in DEVELOPERS:
            seen += [] if answers_now(ctx, its) else [row]
        elif its.gold is None and all(
            c.assignee_id != me for c in asset_copies.copies(ctx.tx, its.campaign_id, its.asset_id, its.step)
        ):
            shown = campaigns.spec(ctx.tx, its.campaign_id).workflow.steps[its.step + 1].show_names
            seen.append(row if shown else replace(row, author_as=str(its.copy)))
    return seen
