"""What becomes of people's work in a campaign: given to others, dealt anew, restarted, ended, sent elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from nbannotate import model
from nbannotate.errors import InvalidInput
from nbannotate.model import renamed
from nbannotate.model.choices import one_of
from nbannotate.model.values import as_list, as_mapping, as_whole, plain
from nbannotate.workspace.handle import Handle

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.campaign import Campaign


class Moving(Handle):
    """The base of a campaign for what concerns the work of people in it."""

    def _call(self, operation: str, returns: Any, **arguments: Any) -> Any:
        """Call an operation on the campaign."""
        raise NotImplementedError

    @renamed.parameters(assignee="member")
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


def _ids(given: pd.DataFrame | Iterable[int], column: str) -> list[int]:
    """Return ids that are given as such, or as a column of a DataFrame."""
    rows: Any = given
    columns = getattr(rows, "columns", None)
    if columns is None:
        return [as_whole("ids", i) for i in as_list("ids", rows)]
    if column not in columns:
        raise InvalidInput(f"The table has no column {column!r}; it has {', '.join(map(str, columns))}.")
    return [as_whole(column, i) for i in as_list(column, rows[column])]
