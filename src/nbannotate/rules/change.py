"""What changing a campaign would do: :func:`compare`, a pure function from two specs and facts to sentences.

A campaign that is only written may change in everything. One that is launched may change in what loses no work; a
refusal says what would be lost and what to do.
"""

from __future__ import annotations

from nbannotate.model import CampaignSpec, Step
from nbannotate.model.gold import DEFAULTS
from nbannotate.rules.change_facts import Change, Facts, Used, names
from nbannotate.rules.change_recipe import compare_recipes

#: Fields that say which assets a campaign takes and where they begin; a launch settles them.
SETTLED = ("filter", "order", "seed", "limit", "clip", "existing")


def compare(old: CampaignSpec, new: CampaignSpec, facts: Facts) -> Change:
    """Return what changing a campaign from one spec to another would do.

    Parameters
    ----------
    old, new
        The spec as it is stored, and as it should be.
    facts
        What is used and begun.
    """
    found = Change()
    if facts.archived and old != new:
        found.refusals.append("The campaign is archived; take it back first, with archive(False).")
    if old.name != new.name:
        found.changes.append(f"The name becomes {new.name!r} (it was {old.name!r}).")
    if old.due != new.due:
        found.changes.append(f"Due {new.due or 'on no day'} (it was {old.due or 'on no day'}).")
    if old.instructions != new.instructions:
        found.changes.append("The instructions change." if new.instructions else "The instructions go.")
    if old.pdf != new.pdf:
        found.changes.append(f"The PDF is {new.pdf.name!r}." if new.pdf else "The PDF goes.")
    recipe = Change()
    compare_recipes(old.recipe, new.recipe, facts, recipe)
    found.changes += recipe.changes
    found.refusals += recipe.refusals
    _workflow(old, new, facts, found)
    _settled(old, new, facts, found)
    if old.new_assets != new.new_assets:
        found.changes.append(f"New assets: {new.new_assets} (it was {old.new_assets}).")
    if old.rules != new.rules:
        told = [f"{r.when}{f' as {r.status!r}' if r.status else ''} go to {r.to!r}" for r in new.rules]
        found.changes.append("Rules: " + ("; ".join(told) or "none") + ".")
    return found


def _settled(old: CampaignSpec, new: CampaignSpec, facts: Facts, found: Change) -> None:
    for field in SETTLED:
        before, after = getattr(old, field), getattr(new, field)
        if before == after:
            continue
        if not facts.launched:
            found.changes.append(f"{field} becomes {after!r} (it was {before!r}).")
        elif field == "existing":
            found.refusals.append(
                f"existing cannot become {after!r} after the launch: the assets have begun as {before!r} says. "
                "Write another campaign for those that should begin elsewhere."
            )
        else:
            found.refusals.append(
                f"{field} cannot become {after!r} after the launch, which chose the assets by {before!r}. "
                "More assets can join (join, or send from another campaign); another choice takes another campaign."
            )


def _workflow(old: CampaignSpec, new: CampaignSpec, facts: Facts, found: Change) -> None:
    idle = new.workflow.idle_after
    if old.workflow.idle_after != idle:
        found.changes.append(f"People count as idle after {idle:g} seconds (it was {old.workflow.idle_after:g}).")
    _gold(old, new, facts, found)
    before, after = old.workflow.steps, new.workflow.steps
    if not _same_steps(before, after, facts.launched, found):
        return
    for i, (was, becomes) in enumerate(zip(before, after, strict=True)):
        if was != becomes:
            _step(i, was, becomes, facts, found)


def _gold(old: CampaignSpec, new: CampaignSpec, facts: Facts, found: Change) -> None:
    for field in ("gold", *DEFAULTS):
        before, after = getattr(old.workflow, field), getattr(new.workflow, field)
        if before == after:
            continue
        if facts.launched and field in ("gold", "share"):
            found.refusals.append(
                f"{field} cannot become {after!r} after the launch, which mixed the gold in. Write another campaign."
            )
        else:
            found.changes.append(f"{field} becomes {after!r} (it was {before!r}).")


def _same_steps(before: tuple[Step, ...], after: tuple[Step, ...], launched: bool, found: Change) -> bool:
    """Return whether the steps are the same ones in the same order; if not, say what that means."""
    olds, news = [s.name for s in before], [s.name for s in after]
    if len(before) == len(after):
        moved = olds != news and any(n in olds and olds.index(n) != i for i, n in enumerate(news))
        other = [a.name for b, a in zip(before, after, strict=True) if a.kind != b.kind]
        if not moved and not other:
            return True
    if not launched:
        found.changes.append(f"The steps become {names(news)} (they were {names(olds)}).")
        return False
    added, gone = [n for n in news if n not in olds], [n for n in olds if n not in news]
    if len(before) == len(after) and (not added or not gone):
        what = "put in another order" if added == gone else "changed"
        if sorted(news) == sorted(olds) and olds == news:
            what = "given another kind"
    else:
        what = " and ".join([f"added ({names(added)})"] * bool(added) + [f"removed ({names(gone)})"] * bool(gone))
    found.refusals.append(
        f"Steps cannot be {what or 'changed'} after the launch: assets are on their way through {names(olds)}. "
        "Complete this campaign and write another one, or send what is done to one that has the other steps."
    )
    return False


def _step(i: int, old: Step, new: Step, facts: Facts, found: Change) -> None:
    what = f"Step {new.name!r}"
    if old.name != new.name:
        found.changes.append(f"The step {old.name!r} is called {new.name!r}.")
    if old.lease_minutes != new.lease_minutes:
        found.changes.append(f"{what}: a pulled task is leased for {new.lease_minutes:g} minutes.")
    _copies(old, new, facts, found)
    for status in new.statuses:
        if status not in old.statuses:
            found.changes.append(f"{what}: the status {status!r} is added.")
    for status in old.statuses:
        if status not in new.statuses:
            used = facts.statuses.get((i, status), 0)
            if used:
                found.refusals.append(
                    f"{what}: the status {status!r} cannot go: {used:,} tasks were closed with it. Keep it."
                )
            else:
                found.changes.append(f"{what}: the status {status!r} goes; nothing has it.")
    _people(i, old, new, facts, found)


def _copies(old: Step, new: Step, facts: Facts, found: Change) -> None:
    what = f"Step {new.name!r}"
    for field in ("copies", "copies_of"):
        before, after = getattr(old, field), getattr(new, field)
        if before == after:
            continue
        if facts.launched:
            found.refusals.append(
                f"{what}: {field} cannot become {after:g} after the launch: people are at work on {before:g}. "
                "Write another campaign for other assets."
            )
        else:
            found.changes.append(f"{what}: {field} becomes {after:g} (it was {before:g}).")
    for field in ("quorum", "iou", "show_names"):
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            found.changes.append(f"{what}: {field} becomes {after!r} (it was {before!r}).")


def _people(i: int, old: Step, new: Step, facts: Facts, found: Change) -> None:
    what = f"Step {new.name!r}"
    for login in new.assignees:
        if login not in old.assignees:
            found.changes.append(f"{what}: {login!r} comes.")
            found.joined.append((i, login))
    for login in old.assignees:
        if login in new.assignees:
            continue
        begun = facts.started.get((i, login), 0)
        if begun:
            found.refusals.append(
                f"{what}: {login!r} cannot leave with {begun:,} begun or returned task{'s' * (begun != 1)}. "
                f"Give them to somebody first: reassign(to=…, step={old.name!r}, member={login!r})."
            )
        else:
            found.changes.append(f"{what}: {login!r} leaves.")
    if old.attribution != new.attribution:
        found.changes.append(f"{what}: the attribution becomes {new.attribution} (it was {old.attribution}).")
    elif old.shares != new.shares and new.attribution == "weighted":
        found.changes.append(f"{what}: the weights are {_weights(new)}.")
    dealt = new.attribution != "queue" or old.attribution != "queue"
    if facts.launched and dealt and (old.attribution, old.shares) != (new.attribution, new.shares):
        found.dealt.append(i)
        tasks = facts.unstarted.get(i, 0)
        if tasks:
            where = "go to the queue" if new.attribution == "queue" else "are dealt again"
            found.changes.append(f"{what}: {tasks:,} tasks that nobody has begun {where}.")
    if facts.launched and old.attribution == new.attribution == "queue":
        left = sorted(set(old.assignees) - set(new.assignees))
        if left:
            found.dealt.append(i)


def _weights(step: Step) -> str:
    return ", ".join(f"{login} {weight:g}" for login, weight in step.shares.items())


__all__ = ["SETTLED", "Change", "Facts", "Used", "compare"]
