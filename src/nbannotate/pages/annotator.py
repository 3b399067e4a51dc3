"""``Annotator``: the task pane as a widget in a notebook cell, acting as whoever opened the workspace."""

from __future__ import annotations

from typing import ClassVar, Protocol

from nbannotate.errors import InvalidInput, NbannotateError, NotAllowed
from nbannotate.model import Job, StepKind, WorkspaceInfo
from nbannotate.owner.client import Client
from nbannotate.pages import flow
from nbannotate.pages.state import Banner
from nbannotate.pages.view import Page


class HasClient(Protocol):
    """A workspace's handle."""

    client: Client


class HasCampaign(Protocol):
    """A campaign's handle."""

    campaign_id: int
    name: str
    workspace: HasClient


class Annotator(Page):
    """Work on a campaign here, in this cell.

    It starts with the first step that you are an assignee of. If you are not, the campaign's tasks can be looked at.

    Parameters
    ----------
    scope
        A campaign (``ws.campaign("July")``), or a workspace for all campaigns in which you have work.
    step
        Name or index of a step; None takes the first one that has work for you.
    height
        CSS height of the widget.

    Raises
    ------
    InvalidInput
        You do not work at a step of that name; the message lists those you work at.
    """

    #: Only steps of this kind, or of both.
    kind: ClassVar[StepKind | None] = None

    def __init__(self, scope: HasCampaign | HasClient, step: str | int | None = None, height: str = "720px") -> None:
        campaign_id: int | None = getattr(scope, "campaign_id", None)
        workspace: HasClient = getattr(scope, "workspace", scope)  # type: ignore[arg-type]
        if not hasattr(workspace, "client"):
            raise InvalidInput(f"{type(self).__name__} takes a campaign or a workspace, not {scope!r}.")
        super().__init__(workspace.client, height=height, campaign_id=campaign_id)
        self.desk.update(member=workspace.client.call("workspace.info", WorkspaceInfo).member)
        jobs = flow.jobs_of(self.desk)
        if self.kind is not None:
            jobs = _of_kind(jobs, self.kind)
        if step is not None:
            jobs = _at_step(jobs, step)
        job = next((j for j in jobs if j.remaining), jobs[0] if jobs else None)
        try:
            if job is not None:
                flow.go_on(self.desk, job.campaign_id, job.step)
            elif campaign_id is None:
                flow.home(self.desk)
            else:
                self._browse(campaign_id)
        except NbannotateError as error:
            if self.state.screen == "opening":
                self.desk.update(screen="failed")
            self.desk.update(banner=Banner(str(error), "error", "retry"))

    def _browse(self, campaign_id: int) -> None:
        try:
            found = flow.browse(self.desk, campaign_id)
        except NotAllowed:
            found = False
        if not found:
            return flow.home(self.desk)
        self.desk.update(
            banner=Banner(
                "You are no assignee of this campaign: you can look at its tasks, but not change them.", "info"
            )
        )
        return None


def _of_kind(jobs: tuple[Job, ...], kind: StepKind) -> tuple[Job, ...]:
    found = tuple(j for j in jobs if j.kind == kind)
    if not found:
        there = ", ".join(repr(j.step_name) for j in jobs) or "no step"
        raise InvalidInput(f"You are no assignee of a {kind} step here; you work at {there}. nb.Annotator opens that.")
    return found


def _at_step(jobs: tuple[Job, ...], step: str | int) -> tuple[Job, ...]:
    found = tuple(j for j in jobs if step in (j.step, j.step_name))
    if not found:
        there = ", ".join(f"{j.step_name!r} ({j.step})" for j in jobs) or "no step"
        raise InvalidInput(f"You do not work at a step {step!r} here; you work at {there}.")
    return found
