"""The handle of a campaign: written, planned, launched, followed, changed, ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from msgspec.structs import replace

from nbannotate import model
from nbannotate.cards import Shown
from nbannotate.errors import InvalidInput, NotFound
from nbannotate.model.choices import meant, named, one_of, sentence, unknown
from nbannotate.model.values import as_list, as_mapping, as_whole, plain
from nbannotate.workspace import given
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.person import Work
from nbannotate.workspace.plan import Plan
from nbannotate.workspace.waiting import call_with_bar
from nbannotate.workspace.work_tables import AssetStates, Events, Issues, Jobs, Tasks

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.data import Version
    from nbannotate.workspace.workspace import Workspace

__all__ = ["Campaign"]


class Campaign(Handle, Shown):
    """A campaign: written, then launched, then followed.

    Made by :meth:`Version.create_campaign`, found by :attr:`Workspace.campaigns`.

    Attributes
    ----------
    tasks, jobs, assets, issues, events
        Its tables (``assets``: where each one stands, with its status; ``events``: who did what, when);
        ``campaign.tasks.df(step="draw", state="to_rework")`` gives some rows as a DataFrame.
    """

    changed_by: ClassVar[dict[str, str]] = dict.fromkeys(
        model.CampaignSpec.__struct_fields__, "campaign.plan({name}=…).apply() changes it"
    )

    def __init__(self, workspace: Workspace, found: model.Campaign) -> None:
        self.workspace = workspace
        self.campaign_id, self.name, self.version_id = found.campaign_id, found.name, found.version_id
        self.tasks, self.jobs = Tasks(workspace, self), Jobs(workspace, self)
        self.assets, self.issues = AssetStates(workspace, self), Issues(workspace, self)
        self.events = Events(workspace, self)

    def _call(self, operation: str, returns: Any, **arguments: Any) -> Any:
        return self.workspace.client.call(operation, returns, campaign_id=self.campaign_id, **arguments)

    # What it is ------------------------------------------------------------------------------------------------------

    @property
    def version(self) -> Version:
        """The dataset version that it annotates."""
        info = self.info()
        return self.workspace.datasets[info.dataset].versions[info.version]

    def spec(self) -> model.CampaignSpec:
        """Return what defines the campaign."""
        spec: model.CampaignSpec = self._call("campaigns.spec", model.CampaignSpec)
        return spec

    def spec_yaml(self) -> str:
        """Return what defines the campaign as YAML, which :meth:`Version.create_campaign_from` takes."""
        from nbannotate.workspace.spec import to_yaml

        return to_yaml(self.spec())

    def info(self) -> model.Campaign:
        """Return the campaign as the list of campaigns has it: version, state, due date, assets that remain."""
        for known in self.workspace.client.call("campaigns.list", list[model.Campaign]):
            if known.campaign_id == self.campaign_id:
                return known
        raise NotFound(f"The campaign {self.name!r} was deleted.")

    @property
    def state(self) -> model.CampaignState:
        """``"draft"``, ``"active"``, ``"overdue"``, ``"completed"`` or ``"archived"``; counted from the tasks."""
        return self.info().state

    def progress(self) -> model.Progress:
        """Return where the assets are now."""
        progress: model.Progress = self._call("campaigns.progress", model.Progress)
        return progress

    # Planning, launching, changing -----------------------------------------------------------------------------------

    def plan(self, **changes: Any) -> Plan:
        """Return what launching the campaign, or changing it, would do. Nothing is changed before ``.apply()``.

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
        if not changes:
            return Plan(self, self._call("campaigns.plan", model.Plan), None)
        fields, file = given.fields(**changes)
        if file is not None:
            file.send(self.workspace.client)
        spec = replace(self.spec(), **fields)
        return Plan(self, self._call("campaigns.plan", model.Plan, spec=spec), spec)

    def launch(self) -> model.Plan:
        """Create the first task of every asset that the campaign takes; people can work from now on.

        A campaign that was launched before is left as it is, so that a cell runs twice: the answer tells how it stands.

        Raises
        ------
        Refused
            It cannot be launched; the message says why and what to do. Nothing is changed.
        """
        return call_with_bar(
            self.workspace.client, "campaigns.launch", model.Plan, campaign_id=self.campaign_id, exist_ok=True
        )

    def add_assignee(self, step: str, login: str, weight: float | None = None) -> Plan:
        """Return the plan of adding a person to a step; ``.apply()`` does it.

        Parameters
        ----------
        step
            The step's name.
        login
            The member.
        weight
            Where the step's attribution is *weighted*.
        """
        return self._change_step(step, {plain(login): weight}, gone=None)

    def remove_assignee(self, step: str, login: str) -> Plan:
        """Return the plan of taking a person off a step; ``.apply()`` does it."""
        return self._change_step(step, {}, gone=login)

    def add_labels(self, *labels: model.Label | str) -> Plan:
        """Return the plan of adding labels, or names of labels, to the recipe; ``.apply()`` does it."""
        recipe = self.spec().recipe
        new = [label for given in labels for label in as_list("labels", given)]
        return self.plan(recipe=replace(recipe, labels=(*recipe.labels, *new)))

    def remove_labels(self, *names: str) -> Plan:
        """Return the plan of taking labels out of the recipe; it is refused while shapes use them, with the counts."""
        recipe = self.spec().recipe
        names = tuple(name for given in names for name in as_list("labels", given))
        self._known_labels(recipe, names)
        return self.plan(recipe=replace(recipe, labels=tuple(v for v in recipe.labels if v.name not in names)))

    def rename_label(self, name: str, new: str) -> Plan:
        """Return the plan of giving a label of the recipe another name; it is refused while shapes use it."""
        recipe = self.spec().recipe
        self._known_labels(recipe, [name])
        labels = tuple(replace(v, name=new) if v.name == name else v for v in recipe.labels)
        return self.plan(recipe=replace(recipe, labels=labels))

    def _known_labels(self, recipe: model.Recipe, names: Iterable[str]) -> None:
        for name in names:
            if recipe.label(name) is None:
                known = [v.name for v in recipe.labels]
                raise NotFound(sentence(unknown("label", name, known, f" in the recipe of {self.name!r}")))

    def _change_step(self, step: str, new: Mapping[str, float | None], gone: str | None) -> Plan:
        spec = self.spec()
        steps = list(spec.workflow.steps)
        index = next((i for i, s in enumerate(steps) if s.name == step), None)
        if index is None:
            raise NotFound(sentence(unknown("step", step, [s.name for s in steps], f" in {self.name!r}")))
        old = steps[index]
        if gone is not None and gone not in old.assignees:
            raise InvalidInput(
                f"{gone!r} is no assignee of {step!r}{meant(gone, old.assignees)}; those are {named(old.assignees)}."
            )
        weighted, step, gone = old.attribution == "weighted", plain(step), plain(gone)
        new = as_mapping("weight", new)
        shares: dict[str, float] = {n: w for n, w in old.shares.items() if n != gone}
        for login, weight in new.items():
            if login in shares:
                raise InvalidInput(f"{login!r} is an assignee of {step!r} already.")
            if weighted == (weight is None):
                what = (
                    "needs a weight above 0" if weighted else f"takes no weight: its attribution is {old.attribution}"
                )
                raise InvalidInput(f"The step {step!r} {what}.")
            shares[login] = 1.0 if weight is None else weight
        weights = tuple(shares.values()) if weighted else ()
        steps[index] = replace(old, assignees=tuple(shares), weights=weights)
        return self.plan(workflow=model.Workflow(tuple(steps)))

    def join(self) -> int:
        """Let the assets that wait join the first step, as far as filter and limit take them; return how many."""
        joined: int = self._call("campaigns.join", int)
        return joined

    # People's work ---------------------------------------------------------------------------------------------------

    def reassign(
        self,
        to: str | None,
        tasks: pd.DataFrame | Iterable[int] | None = None,
        *,
        step: str | int | None = None,
        assignee: str | None = None,
        state: model.TaskState | None = None,
        started: bool = True,
    ) -> model.Reassigned:
        """Give open tasks to somebody else: one, many, or a whole job. All or nothing.

        Parameters
        ----------
        to
            A login, or None: back to the queue.
        tasks
            Rows of ``campaign.tasks.df(…)``, or task ids; all open tasks if not given.
        step, assignee, state
            Only tasks of this step, of this person, in this state; together they narrow.
        started
            Whether tasks that somebody began are given away, too; their drafts go along.
        """
        if plain(state) is not None:
            one_of("state", plain(state), model.TASK_STATES)
        ids = None if tasks is None else _ids(tasks, "task_id")
        done: model.Reassigned = self._call(
            "tasks.reassign", model.Reassigned,
            to=to, task_ids=ids, step=step, assignee=assignee, state=state, started=started,
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
            By login; those of the step if not given.
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
            to=to.name if isinstance(to, Campaign) else to,
            asset_ids=None if assets is None else _ids(assets, "asset_id"),
            status=status,
        )
        return sent

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
