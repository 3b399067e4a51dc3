"""A plan that was looked at, and that can be carried out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nbannotate import model
from nbannotate.cards import cut, marked_down, one_line, short
from nbannotate.model import deprecations
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.progress import call_with_bar

if TYPE_CHECKING:
    from nbannotate.workspace.campaign import Campaign


class _Planned(Handle):
    """What plans, and what was done, say.

    Parameters
    ----------
    value
        The plan as a value.
    """

    def __init__(self, value: model.Plan) -> None:
        self.value = value
        self._seal()

    @property
    def assets(self) -> int:
        """How many assets the version has."""
        return self.value.assets

    @property
    def chosen(self) -> int:
        """How many of them the campaign takes."""
        return self.value.chosen

    @property
    def steps(self) -> tuple[model.PlanStep, ...]:
        """Tasks per step and person."""
        return self.value.steps

    @property
    def left_out(self) -> tuple[model.LeftOut, ...]:
        """Assets that are not taken, by reason."""
        return self.value.left_out

    @property
    def changes(self) -> tuple[str, ...]:
        """What changes, one sentence each; empty for a launch."""
        return self.value.changes

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the author should know."""
        return self.value.warnings

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why it cannot be done; empty if it can."""
        return self.value.refusals

    @property
    def launched(self) -> bool:
        """Whether the campaign is launched."""
        return self.value.launched


class Done(_Planned):
    """What a change of a campaign did.

    Made by :meth:`Campaign.change`, :meth:`Campaign.add_labels` and the like.
    """

    def apply(self) -> model.Plan:
        """Return the plan that was carried out: the old way, when these methods only planned."""
        deprecations.say("campaign.add_labels(…).apply()", "campaign.add_labels(…)")
        return self.value

    def __repr__(self) -> str:
        return cut(
            f"Changed({short(self.value.campaign)}: {one_line(' '.join(self.changes) or 'nothing changes')})", 400
        )


class Plan(_Planned):
    """What launching or changing a campaign would do; :meth:`apply` does it.

    Made by :attr:`Campaign.plan`. A notebook shows it as a table.

    Parameters
    ----------
    campaign
        The campaign.
    planned
        What was planned.
    spec
        What the campaign would become; None for a launch.
    """

    def __init__(self, campaign: Campaign, planned: model.Plan, spec: model.CampaignSpec | None) -> None:
        super().__init__(planned)
        self._campaign, self._spec = campaign, spec

    def apply(self) -> model.Plan:
        """Do what the plan says: launch the campaign, or change it. All or nothing.

        Raises
        ------
        Refused
            It cannot be done; the message says why and what to do.
        Conflict
            The campaign, or its version, has changed since the plan was made; plan again.
        """
        campaign = self._campaign
        client, campaign_id = campaign.workspace.client, campaign.campaign_id
        if self._spec is None:
            return call_with_bar(
                client, "campaigns.launch", model.Plan, campaign_id=campaign_id, fingerprint=self.value.fingerprint
            )
        done = client.call(
            "campaigns.apply",
            model.Plan,
            campaign_id=campaign_id,
            spec=self._spec,
            fingerprint=self.value.fingerprint,
        )
        campaign._set(name=self._spec.name)
        return done

    def _repr_markdown_(self) -> str:
        return self._told(marked_down)

    def __repr__(self) -> str:
        return self._told(one_line)

    def _told(self, written: Callable[[str], str]) -> str:
        nothing = self._spec is not None and not self.changes and not self.refusals
        return self.value.told(written) + ("\n- nothing changes" if nothing else "")


__all__ = ["Done", "Plan"]
