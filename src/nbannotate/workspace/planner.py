"""``campaign.plan``: what launching or changing a campaign would do, shown before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nbannotate import model
from nbannotate.cards import short
from nbannotate.errors import InvalidInput, NotFound
from nbannotate.model import deprecations
from nbannotate.model.suggestions import meant, named, sentence, unknown
from nbannotate.model.values import as_list, plain
from nbannotate.workspace import inputs
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.plan import Plan

if TYPE_CHECKING:
    from nbannotate.workspace.campaign import Campaign


class Planner(Handle):
    """What launching or changing a campaign would do. Nothing is changed before ``.apply()``.

    Made by :attr:`Campaign.plan`. ``campaign.plan()`` is the plan of the launch, ``campaign.plan(due="2027-01-01")`` of
    a change, and each method that changes a campaign is here as well: ``campaign.plan.add_labels("platelet")``.

    Parameters
    ----------
    campaign
        The campaign.
    """

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._seal()

    def __call__(self, **changes: Any) -> Plan:
        """Return what launching the campaign, or changing it, would do.

        Parameters
        ----------
        **changes
            Fields that are to become different, as :meth:`Version.create_campaign` takes them:
            ``due="2027-01-01"``, ``workflow=…``, ``recipe=…``, ``name=…``. Without any, it is the plan of the launch.

        Returns
        -------
        Plan
            Tasks per step and person, assets left out and why, changes, warnings, and what speaks against it.

        Raises
        ------
        InvalidInput, Conflict
            A field is wrong (the message names it), or the name is taken.
        """
        campaign = self._campaign
        if not changes:
            return Plan(campaign, campaign._call("campaigns.plan", model.Plan), None)
        fields, file = inputs.fields(**changes)
        if file is not None:
            file.send(campaign.workspace.client)
        spec = replace(campaign.spec, **fields)
        return Plan(campaign, campaign._call("campaigns.plan", model.Plan, spec=spec), spec)

    @deprecations.parameters(login="member")
    def add_assignee(self, step: str | int, member: str, weight: float | None = None) -> Plan:
        """Return what adding a person to a step would do; see :meth:`Campaign.add_assignee`."""
        return self._change_step(step, {plain(member): plain(weight)}, gone=None)

    @deprecations.parameters(login="member")
    def remove_assignee(self, step: str | int, member: str) -> Plan:
        """Return what taking a person off a step would do; see :meth:`Campaign.remove_assignee`."""
        return self._change_step(step, {}, gone=plain(member))

    def add_labels(self, *labels: model.Label | str) -> Plan:
        """Return what adding labels to the recipe would do; see :meth:`Campaign.add_labels`."""
        recipe = self._campaign.spec.recipe
        new = [label for given in labels for label in as_list("labels", given)]
        return self(recipe=replace(recipe, labels=(*recipe.labels, *new)))

    def remove_labels(self, *names: str) -> Plan:
        """Return what taking labels out of the recipe would do; see :meth:`Campaign.remove_labels`."""
        recipe = self._campaign.spec.recipe
        gone = [name for given in names for name in as_list("labels", given)]
        self._check_labels(recipe, gone)
        return self(recipe=replace(recipe, labels=tuple(v for v in recipe.labels if v.name not in gone)))

    def rename_label(self, name: str, new: str) -> Plan:
        """Return what giving a label another name would do; see :meth:`Campaign.rename_label`."""
        recipe = self._campaign.spec.recipe
        name = plain(name)
        self._check_labels(recipe, [name])
        labels = tuple(replace(v, name=new) if v.name == name else v for v in recipe.labels)
        return self(recipe=replace(recipe, labels=labels))

    def _check_labels(self, recipe: model.Recipe, names: Iterable[str]) -> None:
        for name in names:
            if recipe.label(name) is None:
                known = [v.name for v in recipe.labels]
                raise NotFound(sentence(unknown("label", name, known, f" in the recipe of {self._campaign.name!r}")))

    def _change_step(self, step: str | int, new: Mapping[str, float | None], gone: str | None) -> Plan:
        """Return the plan of other people at a step: new ones with their weights, and one who goes."""
        steps = list(self._campaign.spec.workflow.steps)
        step = plain(step)
        index = next((i for i, s in enumerate(steps) if step in (s.name, i) and not isinstance(step, bool)), None)
        if index is None:
            raise NotFound(sentence(unknown("step", step, [s.name for s in steps], f" in {self._campaign.name!r}")))
        old = steps[index]
        if gone is not None and gone not in old.assignees:
            raise InvalidInput(
                f"{gone!r} is no assignee of {old.name!r}{meant(gone, old.assignees)}; "
                f"those are {named(old.assignees)}."
            )
        weighted = old.attribution == "weighted"
        shares: dict[str, float] = {n: w for n, w in old.shares.items() if n != gone}
        for member, weight in new.items():
            if member in shares:
                raise InvalidInput(f"{member!r} is an assignee of {old.name!r} already.")
            if weighted == (weight is None):
                what = (
                    "needs a weight above 0" if weighted else f"takes no weight: its attribution is {old.attribution}"
                )
                raise InvalidInput(f"The step {old.name!r} {what}.")
            shares[member] = 1.0 if weight is None else weight
        weights = tuple(shares.values()) if weighted else ()
        steps[index] = replace(old, assignees=tuple(shares), weights=weights)
        return self(workflow=model.Workflow(tuple(steps)))

    def __repr__(self) -> str:
        return f"Planner({short(self._campaign.name)})"
