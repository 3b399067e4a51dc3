"""``nb.merge``: what two versions made of the version that both began with, brought together in a third one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from nbannotate import model
from nbannotate.changes.difference import checked_threshold
from nbannotate.changes.merge_plan import Plan, planned
from nbannotate.changes.merge_result import Merge, instructions, one_with_conflicts
from nbannotate.errors import Conflict, InvalidInput
from nbannotate.model.call_errors import told
from nbannotate.model.values import check_flag, plain, shown
from nbannotate.rules.merging import SIDES, Choice, Choose, MergeConflict
from nbannotate.workspace import export, frames
from nbannotate.workspace.dataset import Version

#: What decides conflicts: a side, the one that was said last, a function, or people.
Resolve = Literal["ours", "theirs", "base", "both", "newest"] | Callable[[MergeConflict], Choice] | model.Workflow
RULES = (*SIDES, "newest")


@told
def merge(
    base: Version,
    ours: Version,
    theirs: Version,
    name: str,
    *,
    resolve: Resolve | None = None,
    threshold: float | None = 0.5,
    dry_run: bool = False,
    exist_ok: bool = False,
) -> Merge:
    """Bring together what two versions made of the version that both began with: a draft child of ``ours``.

    What only one of them changed is taken, asset by asset, and where both changed one, shape by shape and tag by tag.
    Of an asset that only theirs changed, their annotation is taken as it is, as said by who said it; what is made of
    both is said by who merges. Where both changed the same thing there is a conflict (:class:`MergeConflict`).

    Parameters
    ----------
    base
        What both began with, for example the parent of both.
    ours, theirs
        The two versions, of the same dataset as base; they stay as they are.
    name
        Of the new version, unique in the dataset.
    resolve
        What decides conflicts: ``"ours"``, ``"theirs"``, ``"base"`` (as it was), ``"newest"`` (what was said last),
        ``"both"``: both shapes stay; or a function that is given a :class:`MergeConflict` and returns one of the
        sides, or a shape. Or a :class:`nb.Workflow`: both stay, and its people decide in a campaign that is launched,
        ``merge.campaign``, called as the version is, with the labels of both (see :meth:`Merge.create_campaign`); it
        may begin with a review. If it is not given, a conflict is an error.
    threshold
        The least overlap of two shapes with different ids that are the same one, as for :func:`nb.diff`.
    dry_run
        Whether nothing is written: the answer says what would be done, with all conflicts.
    exist_ok
        Whether a child of ours of that name is returned as it is, if it is there.

    Returns
    -------
    Merge
        What was done: ``.version``, ``.conflicts``, ``.campaign``, how much was taken from where.

    Raises
    ------
    InvalidInput
        The versions are not of one dataset, or what ``resolve`` says is no choice.
    Conflict
        There are conflicts and nothing resolves them, a version was changed meanwhile, or the name is taken. Nothing is
        changed.

    Examples
    --------
    >>> nb.merge(v1, anas, bens, "together", dry_run=True).conflicts.df()
    >>> merged = nb.merge(v1, anas, bens, "together", resolve="newest")
    >>> merged.version
    """
    for side, version in (("base", base), ("ours", ours), ("theirs", theirs)):
        one_dataset = version.dataset.dataset_id == ours.dataset.dataset_id
        if not one_dataset or version.workspace.client is not ours.workspace.client:
            raise InvalidInput(f"All three are versions of one dataset; {side} is another one's.")
    least, tried = checked_threshold(threshold), plain(dry_run)
    check_flag("dry_run", tried)
    choose = _chosen_by(resolve)
    plan = planned(base, ours, theirs, choose, least)
    if plan.conflicts and resolve is None and not tried:
        some = ", ".join(dict.fromkeys(repr(d.conflict.asset) for d in plan.conflicts[:5]))
        raise Conflict(
            f"{len(plan.conflicts):,} conflicts between {ours.name!r} and {theirs.name!r}, on {some}"
            f"{' …' if len(plan.conflicts) > 5 else ''}. nb.merge(…, dry_run=True).conflicts lists them; resolve= "
            "'ours', 'theirs', 'newest', 'both', a function or a Workflow decides them. Nothing was changed."
        )
    made = None
    there = ours.dataset.versions[name] if exist_ok and name in ours.dataset.versions else None
    if there is not None and there.parent_id == ours.version_id:
        found = Merge(ours, theirs, plan, there)
        if isinstance(resolve, model.Workflow) and name in ours.workspace.campaigns:
            found._set(campaign=ours.workspace.campaigns[name])
        return found
    spec = _deciding(ours, theirs, plan, name, resolve) if isinstance(resolve, model.Workflow) else None
    if not tried:
        made = ours.workspace.client.upload(
            "merges.create", model.Version, frames.to_parquet(plan.table()),
            version_id=ours.version_id, theirs_id=theirs.version_id, name=name, spec=spec,
        )  # fmt: skip
    merge = Merge(ours, theirs, plan, None if made is None else Version(ours.dataset, made))
    if made is not None and spec is not None:
        merge._set(campaign=ours.workspace.campaigns[spec.name])
    return merge


def _deciding(
    ours: Version, theirs: Version, plan: Plan, name: str, workflow: model.Workflow
) -> model.CampaignSpec | None:
    """Return the campaign in which people decide; None if there are no conflicts."""
    if not plan.conflicts:
        return None
    labels = {label.name: label for side in (theirs, ours) for label in export.labels(side)}
    in_order = dict.fromkeys([*(label.name for label in export.labels(ours)), *labels])
    tags = {tag.name: tag for side in (theirs, ours) for tag in export.tags(side)}
    return model.CampaignSpec(
        name=name,
        recipe=model.Recipe(labels=tuple(labels[label] for label in in_order), tags=tuple(tags.values())),
        workflow=workflow,
        instructions=instructions(ours, theirs, plan),
        filter=one_with_conflicts(ours, theirs, plan),
        existing="review" if workflow.steps[0].kind == "review" else "prefill",
    )


def _chosen_by(resolve: Any) -> Choose:
    """Return the function that decides conflicts."""
    if resolve is None:
        return lambda conflict: "ours"
    if isinstance(resolve, model.Workflow):
        return lambda conflict: "both"
    if isinstance(resolve, str) and resolve in RULES:
        side: Any = resolve
        return (lambda conflict: conflict.newest) if side == "newest" else lambda conflict: side
    if callable(resolve):
        function: Choose = resolve
        return function
    raise InvalidInput(f"resolve is {', '.join(map(repr, RULES))}, a function or a Workflow, not {shown(resolve)}.")
