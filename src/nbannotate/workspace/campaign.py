"""The handle of a campaign: written, planned, launched, followed, changed, ended."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from nbannotate import model
from nbannotate.errors import Conflict, InvalidInput, NotFound
from nbannotate.model import deprecations
from nbannotate.model.suggestions import one_of
from nbannotate.model.values import as_list, as_mapping, as_whole, plain
from nbannotate.workspace import forecast as forecasting
from nbannotate.workspace import reports
from nbannotate.workspace.gold import Gold
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.person import Work
from nbannotate.workspace.plan import Done, Plan
from nbannotate.workspace.planner import Planner
from nbannotate.workspace.progress import call_with_bar
from nbannotate.workspace.work_tables import AssetStates, Events, Issues, Jobs, Tasks

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.dataset import Version
    from nbannotate.workspace.workspace import Workspace

__all__ = ["Campaign"]

#: So often a change is planned anew, if somebody else changes the campaign between its plan and its being done.
TRIES = 3


class Campaign(Handle):
    """A campaign: written, then launched, then followed.

    Made by :meth:`Version.create_campaign`, found by :attr:`Workspace.campaigns`.

    Attributes
    ----------
    tasks, jobs, assets, issues, events
        Its tables (``assets``: where each one stands, with its status; ``events``: who did what, when);
        ``campaign.tasks.df(step="draw", state="to_rework")`` gives some rows as a DataFrame.
    """

    _changed_by: ClassVar[dict[str, str]] = dict.fromkeys(
        model.CampaignSpec.__struct_fields__, "campaign.change({name}=…) changes it"
    )

    def __init__(self, workspace: Workspace, found: model.Campaign) -> None:
        self.workspace = workspace
        self.campaign_id, self.name, self.version_id = found.campaign_id, found.name, found.version_id
        #: When it was put away, or None.
        self.archived = found.archived
        self.tasks, self.jobs = Tasks(workspace, self), Jobs(workspace, self)
        self.assets, self.issues = AssetStates(workspace, self), Issues(workspace, self)
        self.events = Events(workspace, self)
        self._seal()

    def _call(self, operation: str, returns: Any, **arguments: Any) -> Any:
        with self._named():
            return self.workspace.client.call(operation, returns, campaign_id=self.campaign_id, **arguments)

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """Tell of a campaign that was deleted meanwhile by its name; operations know its number only."""
        try:
            yield
        except NotFound:
            _ = self.info
            raise

    # What it is ------------------------------------------------------------------------------------------------------

    @property
    def version(self) -> Version:
        """The dataset version that it annotates."""
        info = self.info
        return self.workspace.datasets[info.dataset].versions[info.version]

    @property
    def spec(self) -> model.CampaignSpec:
        """What defines the campaign."""
        spec: model.CampaignSpec = self._call("campaigns.spec", model.CampaignSpec)
        return spec

    def to_yaml(self) -> str:
        """Return what defines the campaign as YAML, which :meth:`Version.create_campaign_from` takes."""
        from nbannotate.workspace.spec import to_yaml

        return to_yaml(self.spec)

    spec_yaml = deprecations.attribute("to_yaml", "campaign.to_yaml()")

    @property
    def info(self) -> model.Campaign:
        """The campaign as the list of campaigns has it: version, state, due date, assets that remain."""
        for known in self.workspace.client.call("campaigns.list", list[model.Campaign]):
            if known.campaign_id == self.campaign_id:
                return known
        raise NotFound(f"The campaign {self.name!r} was deleted; ws.campaigns has those that there are.")

    @property
    def state(self) -> model.CampaignState:
        """``"draft"``, ``"active"``, ``"overdue"``, ``"completed"`` or ``"archived"``; counted from the tasks."""
        return self.info.state

    @property
    def progress(self) -> model.Progress:
        """Where the assets are now."""
        progress: model.Progress = self._call("campaigns.progress", model.Progress)
        return progress

    report = reports.report
    forecast = forecasting.forecast

    @property
    def gold(self) -> Gold:
        """How people answer images whose answer is known: ``gold()``, ``gold.answers()``, ``gold.resume("ana")``."""
        return Gold(self)

    # Planning, launching, changing -----------------------------------------------------------------------------------

    @property
    def plan(self) -> Planner:
        """What launching or changing the campaign would do: ``plan()``, ``plan(due=…)``, ``plan.add_labels(…)``."""
        return Planner(self)

    def launch(self) -> model.Plan:
        """Create the first task of every asset that the campaign takes; people can work from now on.

        A campaign that was launched before is left as it is, so that a cell runs twice: the answer tells how it stands.

        Raises
        ------
        Refused
            It cannot be launched; the message says why and what to do. Nothing is changed.
        """
        with self._named():
            return call_with_bar(
                self.workspace.client, "campaigns.launch", model.Plan, campaign_id=self.campaign_id, exist_ok=True
            )

    def change(self, **changes: Any) -> Done:
        """Change the campaign, written or launched, and return what was done. All or nothing.

        ``campaign.plan(…)`` with the same fields shows it before.

        Parameters
        ----------
        **changes
            Fields that are to become different, as :meth:`Version.create_campaign` takes them:
            ``due="2027-01-01"``, ``workflow=…``, ``recipe=…``, ``name=…``.

        Raises
        ------
        InvalidInput, Conflict
            A field is wrong (the message names it), or the name is taken.
        Refused
            Work would be lost; the message says which, and what to do first.
        """
        if not changes:
            raise InvalidInput('Say what is to change, for example campaign.change(due="2027-01-31").')
        return self._at_once(lambda: self.plan(**changes))

    @deprecations.parameters(login="member")
    def add_assignee(self, step: str | int, member: str, weight: float | None = None) -> Done:
        """Add a person to a step, and return what was done; ``campaign.plan.add_assignee(…)`` shows it before.

        Parameters
        ----------
        step
            Name or index.
        member
            Who works there from now on.
        weight
            Where the step's attribution is *weighted*.
        """
        return self._at_once(lambda: self.plan.add_assignee(step, member, weight))

    @deprecations.parameters(login="member")
    def remove_assignee(self, step: str | int, member: str) -> Done:
        """Take a person off a step, and return what was done; ``campaign.plan.remove_assignee(…)`` shows it before."""
        return self._at_once(lambda: self.plan.remove_assignee(step, member))

    def add_labels(self, *labels: model.Label | str) -> Done:
        """Add labels, or names of labels, to the recipe; ``campaign.plan.add_labels(…)`` shows it before."""
        return self._at_once(lambda: self.plan.add_labels(*labels))

    def remove_labels(self, *names: str) -> Done:
        """Take labels out of the recipe; it is refused while shapes use them, with the counts."""
        return self._at_once(lambda: self.plan.remove_labels(*names))

    def rename_label(self, name: str, new: str) -> Done:
        """Give a label of the recipe another name; it is refused while shapes use it."""
        return self._at_once(lambda: self.plan.rename_label(name, new))

    def _at_once(self, plan: Callable[[], Plan]) -> Done:
        """Plan a change and carry it out; again, if the campaign changed in between."""
        for _ in range(TRIES):
            planned = plan()
            try:
                return Done(planned.apply())
            except Conflict as error:
                last = error
        raise last

    def join(self) -> int:
        """Let the assets that wait join the first step, as far as filter and limit take them; return how many."""
        joined: int = self._call("campaigns.join", int)
        return joined

    def as_member(self, member: str | model.Member | model.NewMember) -> Work:
        """Return the work of a member in this campaign, on your word as an owner and without the password.

        ``for task in campaign.as_member("ana"): task.submit(…)`` goes through what is hers to do. The log says that it
        was you (``acted_by``). See :meth:`Workspace.as_member`.

        Parameters
        ----------
        member
            A login, or the member.

        Raises
        ------
        NotAllowed
            You are no owner, or the member is another owner.
        NotFound, Refused
            There is no such member; the account is disabled.
        """
        return Work(self.workspace.as_member(member), self.name)

    @deprecations.parameters(assignee="member")
    def reassign(
        self,
        to: str | None,
        tasks: pd.DataFrame | Iterable[int] | None = None,
        *,
        step: str | int | None = None,
        member: str | None = None,
        state: model.TaskState | None = None,
        started: bool = True,
    ) -> model.Reassigned:
        """Give open tasks to somebody else: one, many, or a whole job. All or nothing.

        Parameters
        ----------
        to
            A member, or None: back to the queue.
        tasks
            Rows of ``campaign.tasks.df(…)``, or task ids; all open tasks if not given.
        step, member, state
            Only tasks of this step, of this person, in this state; together they narrow.
        started
            Whether tasks that somebody began are given away, too; their drafts go along.
        """
        if plain(state) is not None:
            one_of("state", plain(state), model.TASK_STATES)
        ids = None if tasks is None else _ids(tasks, "task_id")
        done: model.Reassigned = self._call(
            "tasks.reassign", model.Reassigned,
            to=to, task_ids=ids, step=step, assignee=member, state=state, started=started,
        )  # fmt: skip
        return done

    def redistribute(
        self, step: str | int, weights: Mapping[str, float] | None = None, *, started: bool = False
    ) -> model.Reassigned:
        """Deal what remains at a step to its people anew.

        Parameters
        ----------
        step
            Name or index.
        weights
            By member; those of the step if not given.
        started
            Whether tasks that somebody began are dealt, too.
        """
        done: model.Reassigned = self._call(
            "tasks.redistribute",
            model.Reassigned,
            step=step,
            weights=None if weights is None else as_mapping("weights", weights),
            started=started,
        )
        return done

    def restart(
        self,
        step: str | int,
        member: str,
        to: str | None = None,
        also: Iterable[Literal["skipped", "discarded"]] = (),
    ) -> int:
        """Restart a job with the assets that a reviewer rejected, and return how many.

        Parameters
        ----------
        step, member
            Whose job, at which step.
        to
            Somebody else who takes them.
        also
            ``"skipped"`` and ``"discarded"`` assets of the job come along.
        """
        more = as_list("also", also)
        for kind in more:
            one_of("also", kind, ("skipped", "discarded"))
        restarted: int = self._call("jobs.restart", int, step=step, member=member, to=to, also=more)
        return restarted

    def complete_job(self, step: str | int, member: str, reason: str) -> int:
        """Complete a job as it stands, and return how many open tasks ended: their images count as skipped.

        Parameters
        ----------
        step, member
            Whose job, at which step.
        reason
            Why; it is kept with every task that ends.
        """
        ended: int = self._call("jobs.complete", int, step=step, member=member, reason=reason)
        return ended

    def send(
        self, to: Campaign | str, status: str | None = None, assets: pd.DataFrame | Iterable[int] | None = None
    ) -> int:
        """Send assets to another campaign on a version of the same dataset, and return how many are new there.

        Parameters
        ----------
        to
            The campaign, or its name.
        status
            Only assets with this status.
        assets
            Rows with a column ``asset_id``, or ids; not needed where a status is given.
        """
        sent: int = self._call(
            "chain.send",
            int,
            to=getattr(to, "name", to),
            asset_ids=None if assets is None else _ids(assets, "asset_id"),
            status=status,
        )
        return sent

    # Its end ---------------------------------------------------------------------------------------------------------

    def complete(self, reason: str) -> model.Campaign:
        """Complete the campaign as it stands: open tasks end, their assets count as skipped, drafts are kept.

        Parameters
        ----------
        reason
            Why; it is kept with every task that ends.
        """
        done: model.Campaign = self._call("campaigns.complete", model.Campaign, reason=reason)
        return done

    def archive(self, archived: bool = True) -> model.Campaign:
        """Put the campaign away, or with False take it back. Refused while assets remain."""
        done: model.Campaign = self._call("campaigns.archive", model.Campaign, archived=archived)
        self._set(archived=done.archived)
        return done

    def delete(self, confirm: str | None = None) -> model.Deletion:
        """Delete the campaign with its tasks, drafts, issues and notices; annotations and events stay.

        Parameters
        ----------
        confirm
            The campaign's name. Without it nothing is deleted; the answer says what would be.
        """
        if confirm is None:
            would: model.Deletion = self._call("campaigns.deletion", model.Deletion)
            print(f"Nothing was deleted. To delete it: campaign.delete(confirm={would.campaign!r})")
            return would
        done: model.Deletion = self._call("campaigns.delete", model.Deletion, name=confirm)
        return done

    def __repr__(self) -> str:
        return f"Campaign({self.name!r})"


def _ids(given: pd.DataFrame | Iterable[int], column: str) -> list[int]:
    """Return ids that are given as such, or as a column of a DataFrame."""
    rows: Any = given
    columns = getattr(rows, "columns", None)
    if columns is None:
        return [as_whole("ids", i) for i in as_list("ids", rows)]
    if column not in columns:
        raise InvalidInput(f"The table has no column {column!r}; it has {', '.join(map(str, columns))}.")
    return [as_whole(column, i) for i in as_list(column, rows[column])]
