"""What the tables of forecasts tell: of each campaign its history, its futures, or why there is none to tell."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from nbannotate.rules.forecasting.forecast import Outcome, forecast, without_people
from nbannotate.rules.forecasting.history import History
from nbannotate.stats.measured import Campaign, Measured, measured
from nbannotate.stats.query import Query
from nbannotate.texts import Message, t

#: With fewer finished tasks nothing is forecast.
LEAST = 20


@dataclass(frozen=True)
class Forecasted:
    """What is known of the future of a campaign.

    Parameters
    ----------
    campaign
        Which one, and its steps.
    measured
        What was measured of it; None where it was not launched.
    outcome
        What will be; None where that cannot be told.
    before
        What would be without the people who are added; the same as ``outcome`` where none are.
    note
        Why it cannot be told, a sentence; or empty.
    """

    campaign: Campaign
    measured: Measured | None
    outcome: Outcome | None = None
    before: Outcome | None = None
    note: str = ""


#: The last outcomes, by what was computed: several tables of one page tell of the same.
_kept: OrderedDict[bytes, Outcome] = OrderedDict()
_MOST_KEPT = 128


def forecasted(q: Query) -> list[Forecasted]:
    """Return the futures of the campaigns in a scope: of one campaign, or of all in which something is to be done."""
    its = [_told(campaign, found, dict(q.filters.add)) for campaign, found in measured(q)]
    return [one for one in its if q.place.kind == "campaign" or _has_work(one)]


def _has_work(one: Forecasted) -> bool:
    return one.measured is not None and bool(one.measured.history.open.any())


def _told(campaign: Campaign, found: Measured | None, added: Mapping[str, int]) -> Forecasted:
    if found is None:
        return Forecasted(campaign, found, note=t("Not launched yet"))
    history = found.history
    if not history.open.any():
        return Forecasted(campaign, found, note=t("Finished"))
    finished = int(history.closed.sum())
    if not finished and history.seen.any():
        return Forecasted(campaign, found, note=t("Nobody has worked in this period"))
    if finished < LEAST:
        note = t("Not enough yet: {n} of {needed} finished tasks", n=finished, needed=LEAST)
        return Forecasted(campaign, found, note=note)
    add = {s: added[step.name] for s, step in enumerate(campaign.steps) if step.name in added}
    if alone := without_people(history, add):
        gone = [s for s in alone if history.worked[:, :, s].any()]
        names = ", ".join(campaign.steps[s].name for s in gone or alone)
        note = (
            t("Nobody who worked at {steps} in this period may go on", steps=names)
            if gone
            else t("Nobody has worked at {steps} in this period", steps=names)
        )
        return Forecasted(campaign, found, note=note)
    outcome = _forecast(history, add)
    before = outcome if not add else None if without_people(history, {}) else _forecast(history, {})
    note = Message() if outcome.end.median is not None else t("Later than in five years")
    return Forecasted(campaign, found, outcome, before, note)


def _forecast(history: History, add: Mapping[int, int]) -> Outcome:
    """Return the outcome of a history; of the same one it is the same."""
    digest = hashlib.sha256(repr(sorted(add.items())).encode())
    for field in fields(history):
        value = getattr(history, field.name)
        digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    key = digest.digest()
    if key not in _kept:
        _kept[key] = forecast(history, add)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return _kept[key]
