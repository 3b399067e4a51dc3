"""What a page reads every few seconds, for the part that is looked at."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Any

from nbannotate.errors import InvalidInput, NotAllowed, NotFound
from nbannotate.model import (
    Campaign,
    CampaignSpec,
    GoldMember,
    IssueSummary,
    Job,
    Member,
    Notice,
    Progress,
    Task,
)
from nbannotate.model.plan import Activity
from nbannotate.pages.manage.desk import Desk
from nbannotate.pages.manage.messages import Request, Tab
from nbannotate.pages.manage.state import Card
from nbannotate.pages.work.messages import Id, Name, Text
from nbannotate.texts import t

#: States of campaigns in which people can work.
RUNNING = ("active", "overdue")
MOST_NOTICES = 100


class Beat(Request, frozen=True, tag="beat"):
    """Read what a part of the page shows; ``known`` is the version of the table of tasks that the browser has, or 0."""

    tab: Tab
    campaign: Id = 0
    known: Id = 0


class AskActivity(Request, frozen=True, tag="activity"):
    """Say how far a launch is."""

    key: Name


class OpenStatistics(Request, frozen=True, tag="statistics"):
    """Make the dashboard; ``address`` is what it shows first."""

    address: Text = ""


def beat(desk: Desk, asked: Beat) -> None:
    """Read what a part of the page shows, and what every part shows."""
    try:
        campaigns(desk, {"campaigns": None, "tasks": asked.campaign, "jobs": asked.campaign}.get(asked.tab, 0))
        if asked.tab in ("tasks", "jobs") and asked.campaign:
            if not any(c.campaign.campaign_id == asked.campaign for c in desk.store.state.cards):
                raise InvalidInput(t("That campaign is not there any more; choose another one."))
            jobs(desk, asked.campaign)
            if asked.tab == "tasks":
                tasks(desk, asked)
        if asked.tab == "issues":
            issues(desk)
        if asked.tab in ("members", "tasks", "jobs"):
            members(desk, count=asked.tab == "members")
    except NotAllowed as error:
        desk.store.update(refused=error.message)
        return
    notices(desk)
    desk.store.update(refused="")


def campaigns(desk: Desk, only: int | None = None) -> None:
    """Read the campaigns, and what the cards say that somebody looks at: one card's, or (None) all."""
    found = desk.call("campaigns.list", list[Campaign])
    before = {c.campaign.campaign_id: c for c in desk.store.state.cards}
    cards = []
    for campaign in found:
        with contextlib.suppress(NotFound):  # it was deleted in between
            cards.append(_card(desk, campaign, before.get(campaign.campaign_id), only))
    desk.put("campaigns", cards=tuple(cards))


def _card(desk: Desk, campaign: Campaign, before: Card | None, only: int | None) -> Card:
    """Return a campaign's card; of one in which nothing happens, or nobody looks at, what was read before stays."""
    number = campaign.campaign_id
    changes = campaign.state in (*RUNNING, "draft")
    if before is not None and (number != only if only is not None else not changes and before.campaign == campaign):
        return Card(campaign, before.spec, before.progress)
    launched = campaign.launched is not None
    progress = desk.call("campaigns.progress", Progress, campaign_id=number) if launched else None
    return Card(campaign, desk.call("campaigns.spec", CampaignSpec, campaign_id=number), progress)


def jobs(desk: Desk, campaign_id: int) -> None:
    """Read the jobs of a campaign."""
    found = desk.call("jobs.of_campaign", list[Job], campaign_id=campaign_id)
    desk.put("jobs", jobs=tuple(found), jobs_of=campaign_id)
    card = next(c for c in desk.store.state.cards if c.campaign.campaign_id == campaign_id)
    its = (
        [] if card.spec.workflow.gold is None else desk.call("gold.members", list[GoldMember], campaign_id=campaign_id)
    )
    desk.store.update(gold=tuple(its), gold_of=campaign_id)


def issues(desk: Desk) -> None:
    """Read the issues of all campaigns."""
    desk.put("issues", issues=tuple(desk.call("issues.listing", list[IssueSummary])))


def tasks(desk: Desk, asked: Beat) -> None:
    """Send the rows that the browser lacks; they are read only if the counts have changed."""
    card = next(c for c in desk.store.state.cards if c.campaign.campaign_id == asked.campaign)
    mark = (card.progress, desk.store.state.jobs)
    sheet = desk.sheet
    if sheet.campaign_id != asked.campaign or sheet.mark != mark:
        sheet.put(asked.campaign, desk.call("tasks.of_campaign", list[Task], campaign_id=asked.campaign), mark)
    lacking = sheet.since(asked.known)
    if lacking is not None:
        desk.tell(*lacking)


def members(desk: Desk, count: bool = True) -> None:
    """Read who there is, and how much each one has to do in the campaigns that run."""
    found = tuple(desk.call("members.list", list[Member]))
    if not count:
        return desk.put("people", members=found)
    work: Counter[str] = Counter()
    for card in desk.store.state.cards:
        if card.campaign.state in RUNNING:
            for job in desk.call("jobs.of_campaign", list[Job], campaign_id=card.campaign.campaign_id):
                work[job.member] += job.returned + job.in_progress
    return desk.put("members", members=found, open_tasks=dict(work))


def notices(desk: Desk) -> None:
    """Read what the person should know."""
    desk.store.update(notices=tuple(desk.call("notices.mine", list[Notice], limit=MOST_NOTICES)))


def activity(desk: Desk, asked: AskActivity) -> Activity | None:
    """Say how far a launch is that runs in the other thread; None before it begins and after its end."""
    kind: Any = Activity | None
    found: Activity | None = desk.call("workspace.activity", kind, key=asked.key)
    return found


def statistics(desk: Desk, asked: OpenStatistics) -> None:
    """Make the dashboard; its libraries are loaded now, and not before."""
    if desk.store.state.statistics == "":
        desk.store.update(statistics="loading", problem="")
        try:
            desk.open_statistics(asked.address)
        except Exception:
            desk.store.update(statistics="", problem=t("The statistics could not be loaded; see the log."))
            raise
        desk.store.update(statistics="ready")
