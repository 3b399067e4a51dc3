"""What a manager wants to see on the dashboard, as one value: in an address, and as filters of statistics."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, fields, replace
from types import SimpleNamespace
from typing import Any, Literal, cast, get_args
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import msgspec

from nbannotate.errors import InvalidInput, NbannotateError
from nbannotate.model.times import When, moment, zone
from nbannotate.stats.filters import MOST_ADDED, Filters, utc_now
from nbannotate.stats.periods import PERIODS as BY
from nbannotate.stats.periods import By
from nbannotate.stats.scope import HasSql, Kind, Scope, resolve
from nbannotate.stats.table import TABS, Tab

Period = Literal["all", "today", "7 days", "30 days", "90 days", "custom"]
PERIODS: tuple[Period, ...] = get_args(Period)


@dataclass(frozen=True)
class Choice:
    """What a manager wants to see.

    Parameters
    ----------
    tab
        The tab that is open.
    kind, number
        What it is about: a campaign, a version, a dataset, and its number; or the whole workspace.
    period
        One of :data:`PERIODS`; ``start`` and ``end``, days or moments (ISO 8601), count for ``"custom"`` only.
    step, member, label
        Only this step, only this member, only this label; empty takes all.
    by
        What is counted over time.
    tz
        The zone of all times; empty: UTC.
    add
        How many people are added, by step, as JSON: ``{"draw":2}``; empty: nobody.
    """

    tab: Tab = "throughput"
    kind: Kind = "workspace"
    number: int = 0
    period: Period = "all"
    start: str = ""
    end: str = ""
    step: str = ""
    member: str = ""
    label: str = ""
    by: By = "day"
    tz: str = ""
    add: str = ""

    @classmethod
    def of(cls, scope: Scope) -> Choice:
        """Return the choice of all that is in a scope."""
        place = resolve(scope)
        return cls(kind=place.kind, number=place.number or 0)

    @classmethod
    def narrowed(cls, scope: Scope, **filters: Any) -> Choice:
        """Return the choice of what is in a scope, with the filters of statistics as a person typed them.

        Raises
        ------
        InvalidInput
            A filter is wrong, or has several values: the dashboard takes one of each.
        """
        its = Filters.of(scope, **filters)
        chosen: dict[str, Any] = {}
        for name, values in (("step", its.steps), ("member", its.members), ("label", its.labels)):
            if values is not None:
                if len(values) != 1:
                    raise InvalidInput(f"A report takes one {name}, not {len(values)}; leave it out for all.")
                chosen[name] = values[0]
        for name in ("start", "end"):
            if (value := filters.get(name)) is not None:
                chosen[name] = value if isinstance(value, str) else value.isoformat()
        period: Period = "custom" if {"start", "end"} & chosen.keys() else "all"
        found = replace(cls.of(scope), **chosen, period=period, by=its.by, tz=its.tz or "")
        return found.adding(dict(its.add))

    # In an address --------------------------------------------------------------------------------------------------

    @property
    def address(self) -> str:
        """The choice as the query of an address; what nobody chose does not stand there."""
        given = {name: value for name, value in asdict(self).items() if value != getattr(_NOTHING, name)}
        if given.pop("kind", None):
            given["scope"] = self.scope
        given.pop("number", None)
        return urlencode(given)

    @classmethod
    def at(cls, address: str) -> Choice:
        """Return the choice that stands in an address; what is not understood there counts as not chosen."""
        return _NOTHING.with_(dict(parse_qsl(address, max_num_fields=50)))

    @property
    def scope(self) -> str:
        """What it is about, as a word: ``campaign-3``."""
        return "workspace" if self.kind == "workspace" else f"{self.kind}-{self.number}"

    def with_(self, given: dict[str, str]) -> Choice:
        """Return the choice with what a browser says in place of what was chosen before."""
        found: dict[str, Any] = {
            n: t[:300].encode("utf-8", "replace").decode() for n, t in given.items() if n in _TEXTS
        }
        for name, known in (("tab", TABS), ("period", PERIODS), ("by", BY)):
            if given.get(name) in known:
                found[name] = given[name]
        kind, _, number = given.get("scope", "").partition("-")
        if kind == "workspace":
            found |= {"kind": "workspace", "number": 0}
        elif kind in get_args(Kind) and number.isascii() and number.isdigit() and len(number) < 16:
            found |= {"kind": kind, "number": int(number)}
        for name in ("start", "end"):
            if name in found and not _is_time(found[name]):
                found[name] = ""
        if "tz" in found and not _is_zone(found["tz"]):
            found["tz"] = ""
        return replace(self, **found)

    # As filters -----------------------------------------------------------------------------------------------------

    def place(self, workspace: HasSql) -> Scope:
        """Return the scope; statistics need no more of a handle than this."""
        if self.kind == "workspace":
            return workspace
        return cast("Scope", SimpleNamespace(**{"workspace": workspace, f"{self.kind}_id": self.number}))

    def filters(self) -> dict[str, Any]:
        """Return all filters of statistics, also those that not every table takes."""
        start, end = self._during()
        return {
            "by": self.by, "step": self.step or None, "member": self.member or None, "label": self.label or None,
            "start": start, "end": end, "tz": self.tz or None, "add": self.added,
        }  # fmt: skip

    @property
    def added(self) -> dict[str, int]:
        """How many people are added, by step; what is not understood counts as nobody."""
        try:
            found = msgspec.json.decode(self.add or "{}", type=dict[str, int])
        except msgspec.DecodeError:
            return {}
        return {step: many for step, many in found.items() if 0 < many <= MOST_ADDED}

    def adding(self, added: dict[str, int]) -> Choice:
        """Return the choice with people added, by step."""
        return replace(self, add=msgspec.json.encode(added).decode() if added else "")

    def taken(self, takes: tuple[str, ...]) -> dict[str, Any]:
        """Return the filters that a table takes."""
        return {name: value for name, value in self.filters().items() if name in takes}

    def not_taken(self, takes: tuple[str, ...]) -> list[str]:
        """Return the names of filters that are chosen, and that a table does not take."""
        return [name for name in ("step", "member", "label") if getattr(self, name) and name not in takes]

    def _during(self) -> tuple[When, When]:
        if self.period == "custom":
            return self.start or None, self.end or None
        if self.period == "all":
            return None, None
        now = utc_now().replace(tzinfo=dt.UTC).astimezone(ZoneInfo(self.tz or "UTC"))
        days = 1 if self.period == "today" else int(self.period.split()[0])
        return now.date() - dt.timedelta(days=days - 1), None


_NOTHING = Choice()
_TEXTS = {field.name for field in fields(Choice)} - {"tab", "kind", "number", "period", "by"}


def _is_time(text: str) -> bool:
    try:
        return bool(text) and moment("start", text) is not None
    except NbannotateError:
        return False


def _is_zone(name: str) -> bool:
    try:
        return zone(name) is not None
    except NbannotateError:
        return False
