"""The filters that every table shares, normalised; ``label`` and ``by`` only where they mean something.

All times in a workspace are naive UTC. A period is half open: ``start <= t < end``. A day given as ``end`` is
included whole. A task that is closed belongs to the moment at which it was closed; a task that is open is open *now*.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nbannotate.errors import InvalidInput
from nbannotate.model.call_errors import told
from nbannotate.model.suggestions import one_of, sentence, unknown
from nbannotate.model.times import When, period, zone
from nbannotate.model.values import as_list, as_mapping, as_whole, plain, shown
from nbannotate.stats import labels as known_labels
from nbannotate.stats.periods import PERIODS, By
from nbannotate.stats.scope import Place, Scope, resolve

Names = str | Iterable[str] | None
Steps = str | int | Iterable[str | int] | None
Add = Mapping[str, int] | None

#: So many people are added to a step, at most.
MOST_ADDED = 1000

#: How the filters were called before.
OLD = {"members": "member", "steps": "step", "since": "start", "until": "end"}

#: What each filter does; said once, appended to the docstring of every table and chart that takes it.
FILTERS = {
    "by": """by : str
    The periods that are counted: ``"hour"``, ``"day"``, ``"week"`` (from Monday) or ``"month"``.""",
    "step": """step : str, int or list of them, optional
    Names of workflow steps, or their indices.""",
    "member": """member : str or list of str, optional
    Logins; None takes everybody, also tasks that wait for somebody.""",
    "label": """label : str or list of str, optional
    Names of labels.""",
    "start": """start : datetime, date or ISO text, optional
    Where the period begins. A closed task belongs to the moment at which it was closed, an open one to now.""",
    "end": """end : datetime, date or ISO text, optional
    Where it ends: that moment is no longer in it, a plain day is whole in it.""",
    "tz": """tz : str, optional
    The zone of the times that are given, of the periods that are counted, and of the times in the answer, for example
    ``"Europe/Zurich"``; None: UTC, without a zone.""",
    "threshold": """threshold : float
    The least likeness of two shapes that are one object, above 0 and up to 1: intersection over union of what has an
    inside, OKS of key points, nearness of points and lines.""",
    "against": """against : Version, optional
    The version with which the one in scope is compared, asset by asset, by their names.""",
    "source": """source : str, optional
    Where an import came from, for example the name of a model.""",
    "confidence": """confidence : float, optional
    Predictions that are less sure do not count; average precision looks at all.""",
    "add": """add : mapping of step to number, optional
    How many people are added: ``{"draw": 2}``. They work as long, and as fast, as those do who are at the step.""",
}
RAISES = """Raises
------
InvalidInput
    If a login, a step, a label or a zone is unknown, a time is not a time, the period is upside down, or a filter is
    given that the table does not take."""


def utc_now() -> dt.datetime:
    """Return the present as naive UTC, as the workspace stores times."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def names(name: str, value: Names) -> tuple[str, ...] | None:
    """Return a filter's names as a tuple; one text is one name; None is no filter."""
    if value is None:
        return None
    given = tuple(as_list(name, value))
    for item in given:
        if not isinstance(item, str):
            raise InvalidInput(f"{name} takes names, not {item!r}.")
    return given


@dataclass(frozen=True)
class Filters:
    """The shared filters, normalised. ``None`` filters nothing; an empty tuple lets nothing pass.

    Parameters
    ----------
    members, steps, labels
        Logins; names of steps; names of labels.
    start, end
        Naive UTC.
    tz
        The name of the zone in which days begin.
    by
        The periods that are counted.
    threshold, confidence
        The least likeness of two shapes that are one object; how sure predictions are at least.
    against
        The number of the version that is compared.
    source
        Where an import came from.
    add
        Names of steps, and how many people are added there.
    """

    members: tuple[str, ...] | None = None
    steps: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    tz: str | None = None
    by: By = "day"
    threshold: float = 0.5
    against: int | None = None
    source: str | None = None
    confidence: float = 0.0
    add: tuple[tuple[str, int], ...] = ()

    @classmethod
    @told
    def of(
        cls, scope: Scope, *, step: Steps = None, member: Names = None, label: Names = None, start: When = None,
        end: When = None, tz: Any = None, by: By = "day", threshold: float = 0.5, against: Scope | None = None,
        source: str | None = None, confidence: float | None = None, add: Add = None,
    ) -> Filters:  # fmt: skip
        """Return filters from what a user typed.

        Raises
        ------
        InvalidInput
            If a value is not usable or not known in the scope; the message names the filter.
        """
        place = resolve(scope)
        one_of("by", by, PERIODS)
        during = period(start, end, tz)
        members, labels = names("member", member), names("label", label)
        if members:
            _check_members(place, members)
        if labels:
            _check_labels(place, labels)
        return cls(
            members, _steps(place, step), labels, during.start, during.end, zone(tz), by,
            share("threshold", threshold, least=1e-9), _against(place, against), _source(place, source),
            0.0 if confidence is None else share("confidence", confidence), _added(place, add),
        )  # fmt: skip


def share(name: str, given: Any, least: float = 0.0) -> float:
    """Return a number up to 1; InvalidInput if it is none."""
    value = plain(given)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= 1:
        raise InvalidInput(f"{name} is a number {'above' if least else 'from'} 0 and up to 1, not {shown(value)}.")
    return float(value)


def _added(place: Place, given: Any) -> tuple[tuple[str, int], ...]:
    """Return how many people are added at which steps; nobody counts as none."""
    found: dict[str, int] = {}
    for step, many in ({} if given is None else as_mapping("add", given)).items():
        people = as_whole(f"add[{step!r}]", many)
        if not 0 <= people <= MOST_ADDED:
            raise InvalidInput(f"add says how many people come to a step, 0 to {MOST_ADDED:,}, not {people:,}.")
        for name in _steps(place, [step]) or ():
            if people:
                found[name] = people
    return tuple(sorted(found.items()))


def _against(place: Place, given: Any) -> int | None:
    """Return the number of the version that is compared with the one in scope."""
    if given is None:
        return None
    other = resolve(given)
    if place.kind != "version" or other.kind != "version":
        raise InvalidInput("against compares two versions: the one in scope, and the one that is given.")
    if getattr(other.workspace, "client", other) is not getattr(place.workspace, "client", place):
        raise InvalidInput(
            "against takes a version of the same workspace, and this one is in another. Copy it here first: "
            "other = other.clone('copy of it', to=ws), and give that one; names of assets say which belong together."
        )
    if other.number == place.number:
        raise InvalidInput("against takes another version than the one in scope.")
    return other.number


def _source(place: Place, given: Any) -> str | None:
    """Return the name of a source of imports."""
    if given is None:
        return None
    known = "select distinct source from annotations where origin = 'import' order by source"
    names_ = list(place.workspace.sql(known)["source"])
    if given not in names_:
        raise InvalidInput(sentence(unknown("source", given, names_, " of imports here")))
    return str(given)


def _places(values: tuple[str, ...]) -> str:
    return ", ".join(f"${i}" for i in range(1, len(values) + 1))


def _check_members(place: Place, asked: tuple[str, ...]) -> None:
    """Raise InvalidInput if one of the logins is nobody's."""
    found = place.workspace.sql(f"select login from members where login in ({_places(asked)})", asked)["login"]
    for name in asked:
        if name not in set(found):
            known = place.workspace.sql("select login from members order by login")["login"]
            raise InvalidInput(sentence(unknown("member", name, known, " here")))


def _check_labels(place: Place, asked: tuple[str, ...]) -> None:
    """Raise InvalidInput if neither a recipe nor a shape of the workspace has one of the labels."""
    here = known_labels.of_recipes(place)
    missing = [name for name in asked if name not in here]
    if not missing:
        return
    recipes = known_labels.of_recipes(Place(place.workspace))
    for name in missing:
        if name in recipes or len(place.workspace.sql("select 1 from shapes where label = $1 limit 1", (name,))):
            continue
        used = place.workspace.sql("select distinct label from shapes where label is not null order by label")
        raise InvalidInput(sentence(unknown("label", name, dict.fromkeys([*recipes, *used["label"]]), " here")))


def _steps(place: Place, given: Steps) -> tuple[str, ...] | None:
    """Return the names of steps that are given by name or by index."""
    if given is None:
        return None
    wanted = as_list("step", given)
    if not wanted:
        return ()
    if place.kind == "campaign":
        there = place.workspace.sql(
            "select distinct step, name from steps where campaign_id = $1 order by step", (place.number,)
        )
    else:
        there = place.workspace.sql("select distinct step, name from steps order by step")
    found: list[str] = []
    for value in wanted:
        if not isinstance(value, str | int | float):
            raise InvalidInput(f"step takes names of steps, or their places, not {shown(value)}.")
        same = there["name" if isinstance(value, str) else "step"] == value
        if isinstance(value, bool) or not same.any():
            raise InvalidInput(sentence(unknown("step", value, list(dict.fromkeys(there["name"])), " here")))
        found += [str(name) for name in there["name"][same]]
    return tuple(dict.fromkeys(found))
