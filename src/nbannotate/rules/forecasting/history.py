"""What a forecast goes by: the work of the last weeks, by day, hour, step and person, and what is open now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: The hours of a day.
HOURS = 24
#: Without so many full days of work, the day that is not over counts as one, too.
FEW_DAYS = 2
#: With so many full days of work, the one on which it began, which is not a full one, does not count.
MANY_DAYS = 4
#: A prior of rework and of assets that leave the workflow, in tasks: the share of them, and how much it weighs.
REWORK, LEAVING, PRIOR = 0.1, 0.02, 5.0


@dataclass(frozen=True)
class History:
    """What was measured of a campaign. D days, S steps, M people who worked.

    Parameters
    ----------
    now
        By the clock on the wall of the zone in which days are counted.
    days
        The D days that were looked at, in order; that of ``now`` is not over.
    worked
        (D, 24, S, M): seconds worked.
    closed
        (D, 24, S, M): tasks that were closed, by whatever outcome.
    may
        (S, M): who may work at each step at present. What others did tells how long tasks take; they do no more.
    ran_dry
        (D, S): whether all that was open at the step was in somebody's hand at some time of the day.
    variation
        (S,): standard deviation of the time for one task over its mean.
    seen
        (S,): tasks closed at the step so far, over all time.
    sent_back, left
        (S,): how many of them sent the asset back, and how many let it leave the workflow.
    back_to
        (S,): the step to which assets are sent back; -1 where there is none.
    onward
        (S, S): how many tasks at the second step follow a task at the first one that neither sent back nor ended.
    own
        (S, M): open tasks that are somebody's.
    queue
        (S,): open tasks of nobody, or of people who do not work at present.
    """

    now: dt.datetime
    days: tuple[dt.date, ...]
    worked: Floats
    closed: Floats
    may: Bools
    ran_dry: Bools
    variation: Floats
    seen: Floats
    sent_back: Floats
    left: Floats
    back_to: tuple[int, ...]
    onward: Floats
    own: Floats
    queue: Floats

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return int(self.worked.shape[2])

    @property
    def people(self) -> int:
        """How many people worked."""
        return int(self.worked.shape[3])

    @property
    def works(self) -> Bools:
        """(S, M): who works at each step at present: they did, and may."""
        return np.asarray((self.worked.sum(axis=(0, 1)) > 0) & self.may)

    @property
    def present(self) -> Bools:
        """(M,): who works at present; where nobody does, all who worked: people who are added work as they did."""
        found: Bools = np.asarray(self.works.any(axis=0))
        return found if found.any() else np.ones_like(found)

    @property
    def open(self) -> Floats:
        """(S,): open tasks."""
        return np.asarray(self.own.sum(axis=1) + self.queue)

    def whole_days(self) -> list[int]:
        """Return the days that are taken as examples of a day: full ones, since those who work at present began."""
        any_work = self.worked[..., self.present].sum(axis=(1, 2, 3)) > 0
        if not any_work.any():
            return []
        since = range(int(any_work.argmax()), len(self.days))
        full = [d for d in since if self.days[d] != self.now.date()]
        busy = sum(bool(any_work[d]) for d in full)
        if busy >= MANY_DAYS:
            return full[1:]
        return full if busy >= FEW_DAYS else list(since)

    def rates(self) -> tuple[Floats, Floats]:
        """Return (S,) the shares of tasks that send back and that end, with a prior for steps of which little is known.

        A step that cannot send back never does.
        """
        can = np.array([to >= 0 for to in self.back_to])
        back = np.where(can, (self.sent_back + REWORK * PRIOR) / (self.seen + PRIOR), 0.0)
        return back, (self.left + LEAVING * PRIOR) / (self.seen + PRIOR)

    def follows(self, back: Floats, left: Floats) -> Floats:
        """Return how many tasks at the second step a task at the first one leads to on average.

        Parameters
        ----------
        back, left
            (…, S): the shares of tasks that send back and that end.

        Returns
        -------
        (…, S, S)
        """
        found = np.maximum(0.0, 1.0 - back - left)[..., None] * self.onward
        for step, to in enumerate(self.back_to):
            if to >= 0:
                found[..., step, to] += back[..., step]
        return np.asarray(found)

    def visits(self) -> Floats:
        """Return (S, S): how often an asset is still at the second step, on average, once it is at the first one."""
        return np.asarray(np.linalg.inv(np.eye(self.steps) - self.follows(*self.rates())), dtype=np.float64)
