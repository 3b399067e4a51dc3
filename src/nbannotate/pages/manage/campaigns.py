"""What a manager does to campaigns: one operation each, and a sentence on what came of it.

Rights and rules are the operations'; an error of theirs is the answer that the person reads.
"""

from __future__ import annotations

import datetime

from msgspec.structs import replace

from nbannotate.model import Campaign, CampaignSpec, Deletion, Plan
from nbannotate.pages.manage import render
from nbannotate.pages.manage.desk import Desk
from nbannotate.pages.manage.messages import Done, Request
from nbannotate.pages.manage.render import PlanView
from nbannotate.pages.work.messages import Id, Name, Text
from nbannotate.texts import t, tn


class PlanLaunch(Request, frozen=True, tag="plan_launch"):
    """Say what launching a campaign would do."""

    campaign: Id


class Launch(Request, frozen=True, tag="launch"):
    """Launch a campaign; ``key`` names the launch for those who ask how far it is."""

    campaign: Id
    key: Name = ""


class PlanDue(Request, frozen=True, tag="plan_due"):
    """Say what another due date of a campaign would change; no date: none."""

    campaign: Id
    date: datetime.date | None = None


class SetDue(Request, frozen=True, tag="due"):
    """Change the due date of a campaign, by the plan (``fingerprint``) that was shown."""

    campaign: Id
    date: datetime.date | None = None
    fingerprint: Name = ""


class Join(Request, frozen=True, tag="join"):
    """Let the assets join a campaign that wait."""

    campaign: Id


class Complete(Request, frozen=True, tag="complete"):
    """End a campaign before all is done."""

    campaign: Id
    reason: Text


class Archive(Request, frozen=True, tag="archive"):
    """Put a campaign away, or take it out again."""

    campaign: Id
    archived: bool


class PlanDeletion(Request, frozen=True, tag="deletion"):
    """Say what deleting a campaign would delete."""

    campaign: Id


class Delete(Request, frozen=True, tag="delete"):
    """Delete a campaign whose name was typed."""

    campaign: Id
    name: Name


def plan_launch(desk: Desk, asked: PlanLaunch) -> PlanView:
    """Say what launching would do."""
    return render.plan(desk.call("campaigns.plan", Plan, campaign_id=asked.campaign))


def launch(desk: Desk, asked: Launch) -> Done:
    """Create the first tasks."""
    done = desk.call("campaigns.launch", Plan, campaign_id=asked.campaign, activity=asked.key)
    text = tn(
        sum(s.tasks for s in done.steps), "{name} is launched: {n} task created.",
        "{name} is launched: {n} tasks created.", name=done.campaign,
    )  # fmt: skip
    return Done(text)


def _due(desk: Desk, asked: PlanDue | SetDue) -> CampaignSpec:
    spec = desk.call("campaigns.spec", CampaignSpec, campaign_id=asked.campaign)
    return replace(spec, due=asked.date)


def plan_due(desk: Desk, asked: PlanDue) -> PlanView:
    """Say what another due date would change."""
    return render.plan(desk.call("campaigns.plan", Plan, campaign_id=asked.campaign, spec=_due(desk, asked)))


def due(desk: Desk, asked: SetDue) -> Done:
    """Change the due date, unless the campaign has changed since the plan was shown."""
    spec = _due(desk, asked)
    desk.call("campaigns.apply", Plan, campaign_id=asked.campaign, spec=spec, fingerprint=asked.fingerprint)
    if asked.date is None:
        return Done(t("{name} has no due date now.", name=spec.name))
    day = f"{asked.date:%B} {asked.date.day}, {asked.date.year}"
    return Done(t("{name} is due on {day} now.", name=spec.name, day=day))


def join(desk: Desk, asked: Join) -> Done:
    """Let the assets join that wait."""
    joined = desk.call("campaigns.join", int, campaign_id=asked.campaign)
    if not joined:
        return Done(t("No assets were waiting."))
    return Done(tn(joined, "{n} asset joined the first step.", "{n} assets joined the first step."))


def complete(desk: Desk, asked: Complete) -> Done:
    """End a campaign before all is done."""
    made = desk.call("campaigns.complete", Campaign, campaign_id=asked.campaign, reason=asked.reason)
    return Done(t("{name} is completed.", name=made.name))


def archive(desk: Desk, asked: Archive) -> Done:
    """Put a campaign away, or take it out again."""
    made = desk.call("campaigns.archive", Campaign, campaign_id=asked.campaign, archived=asked.archived)
    if asked.archived:
        return Done(t("{name} is archived.", name=made.name))
    return Done(t("{name} is back from the archive.", name=made.name))


def deletion(desk: Desk, asked: PlanDeletion) -> Deletion:
    """Say what deleting would delete."""
    return desk.call("campaigns.deletion", Deletion, campaign_id=asked.campaign)


def delete(desk: Desk, asked: Delete) -> Done:
    """Delete a campaign whose name was typed."""
    gone = desk.call("campaigns.delete", Deletion, campaign_id=asked.campaign, name=asked.name)
    text = tn(gone.tasks, "{name} is deleted, with {n} task.", "{name} is deleted, with {n} tasks.", name=gone.campaign)
    return Done(text)
