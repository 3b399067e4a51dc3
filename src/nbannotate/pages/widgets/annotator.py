"""``Annotator``: the task pane as a widget in a notebook cell, acting as whoever opened the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from nbannotate.canvas.canvas import as_height
from nbannotate.errors import InvalidInput, NbannotateError, NotAllowed
from nbannotate.model import Annotation, Job, StepKind, WorkspaceInfo
from nbannotate.model.call_errors import told
from nbannotate.model.values import as_list, plain
from nbannotate.owner.client import Client
from nbannotate.pages.work import navigation, next_task
from nbannotate.pages.work.state import Banner
from nbannotate.pages.work.view import Page
from nbannotate.texts import t

if TYPE_CHECKING:
    from nbannotate.pages.widgets.standalone import Alone, Labels
    from nbannotate.workspace.campaign import Campaign


class HasClient(Protocol):
    """A workspace's handle."""

    client: Client


class Annotator(Page):
    """Work on a campaign here, in this cell; or on images, without a workspace.

    It starts with the first step that you are an assignee of. If you are not, the campaign's tasks can be looked at.
    What is drawn on images without a workspace is kept in memory: :attr:`annotations` has it.

    Parameters
    ----------
    scope
        A campaign (``ws.campaigns["July"]``); a workspace for all campaigns in which you have work; or images, as
        :class:`nbannotate.Viewer` takes them, a pattern or a folder.
    step
        Name or index of a step; None takes the first one that has work for you.
    height
        CSS height of the widget.
    shapes
        Of images without a workspace: what they have already, as for :class:`nbannotate.Viewer`.
    labels
        Of images without a workspace: a recipe, or labels. Without any, they are added while one works.

    Raises
    ------
    InvalidInput
        You do not work at a step of that name; the message lists those you work at. Or something that is neither a
        campaign, nor a workspace, nor images.
    """

    #: Only steps of this kind, or of both.
    kind: ClassVar[StepKind | None] = None

    @told
    def __init__(
        self,
        scope: Any,
        step: str | int | None = None,
        height: str = "720px",
        *,
        shapes: Any = None,
        labels: Labels = (),
    ) -> None:
        self._alone: Alone | None = None
        height = as_height(height)
        if not hasattr(scope, "client") and not hasattr(scope, "campaign_id"):
            from nbannotate.pages.widgets.standalone import Alone

            self._alone = Alone(scope, shapes, labels, self.kind or "annotation")
            scope = self._alone.campaign
        elif shapes is not None or as_list("labels", labels):
            raise InvalidInput("shapes and labels are for images without a workspace; a campaign has its own.")
        campaign_id: int | None = getattr(scope, "campaign_id", None)
        workspace: HasClient = scope if campaign_id is None else scope.workspace
        super().__init__(workspace.client, height=height, campaign_id=campaign_id)
        self.desk.store.update(member=workspace.client.call("workspace.info", WorkspaceInfo).member)
        jobs = navigation.jobs_of(self.desk)
        if self.kind is not None:
            jobs = _of_kind(jobs, self.kind)
        step = plain(step)
        if step is not None:
            jobs = _at_step(jobs, step)
        job = next((j for j in jobs if j.remaining), jobs[0] if jobs else None)
        try:
            if job is not None:
                next_task.go_on(self.desk, job.campaign_id, job.step)
            elif campaign_id is None:
                navigation.home(self.desk)
            else:
                self._browse(campaign_id)
        except NbannotateError as error:
            if self.state.screen == "opening":
                self.desk.store.update(screen="failed")
            self.desk.store.update(banner=Banner(error.message, "error", "retry"))

    @property
    def annotations(self) -> dict[str, Annotation]:
        """What stands now on images without a workspace, drafts included, by the name of the image."""
        self.desk.drafts.flush()
        return self._on_images().annotations()

    @property
    def campaign(self) -> Campaign:
        """The campaign in memory that images without a workspace are worked on in: its tables, its export."""
        return self._on_images().campaign

    def _on_images(self) -> Alone:
        if self._alone is None:
            raise InvalidInput("This works on a campaign of a workspace; what is drawn is there, not here.")
        return self._alone

    def close(self) -> None:
        """Store what is pending, end the threads, and take the pane away."""
        if not hasattr(self, "desk"):
            return  # it was refused before it began
        super().close()
        if self._alone is not None:
            self._alone.close()

    def _browse(self, campaign_id: int) -> None:
        try:
            found = navigation.browse(self.desk, campaign_id)
        except NotAllowed:
            found = False
        if not found:
            return navigation.home(self.desk)
        self.desk.store.update(
            banner=Banner(
                t("You are no assignee of this campaign: you can look at its tasks, but not change them."), "info"
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
