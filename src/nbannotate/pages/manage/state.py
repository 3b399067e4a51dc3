"""What the manager's page is showing: one frozen value. Handlers replace it, ``render`` derives the view."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from nbannotate.model import Campaign, CampaignSpec, GoldMember, IssueSummary, Job, Member, Notice, Progress
from nbannotate.pages.work.state import Banner
from nbannotate.texts import Message


class Card(Struct, frozen=True):
    """A campaign with what its card says.

    Parameters
    ----------
    progress
        Where its assets are; None before it is launched.
    """

    campaign: Campaign
    spec: CampaignSpec
    progress: Progress | None = None


class State(Struct, frozen=True):
    """All that the page shows, apart from the rows of tasks (:mod:`nbannotate.pages.manage.task_table`).

    Parameters
    ----------
    member
        Who acts; None before the workspace answered.
    banner
        A sentence that stays until it is dealt with, or None.
    refused
        Why the person sees nothing of the work here, or empty.
    read
        The parts that were read at least once.
    cards
        Every campaign, newest first.
    jobs, jobs_of
        The jobs of one campaign, and which.
    gold, gold_of
        How the members of one campaign answer images whose answer is known, and which campaign.
    issues
        The issues of all campaigns, open ones first.
    members, open_tasks
        Everybody, and how many tasks each one has open in the campaigns that run.
    notices
        What the person should know, newest first.
    statistics
        Whether the dashboard is there.
    problem
        Why it is not, or empty.
    """

    member: Member | None = None
    banner: Banner | None = None
    refused: Message = Message()
    read: frozenset[str] = frozenset()
    cards: tuple[Card, ...] = ()
    jobs: tuple[Job, ...] = ()
    jobs_of: int = 0
    gold: tuple[GoldMember, ...] = ()
    gold_of: int = 0
    issues: tuple[IssueSummary, ...] = ()
    members: tuple[Member, ...] = ()
    open_tasks: dict[str, int] = {}
    notices: tuple[Notice, ...] = ()
    statistics: Literal["", "loading", "ready"] = ""
    problem: Message = Message()
