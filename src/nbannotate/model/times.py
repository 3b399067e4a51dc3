"""Times as people write them: a moment, a day, in the zone that they mean; in the store all of them are naive UTC."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from typing import Any

from msgspec import Struct

from nbannotate.errors import InvalidInput
from nbannotate.model.suggestions import meant, near
from nbannotate.model.values import plain, shown

#: A time, a day, or a text of ISO 8601.
When = dt.datetime | dt.date | str | None


def zone(tz: Any) -> str | None:
    """Return the name of a zone that is given by it, or as ``ZoneInfo``; None where none is.

    Raises
    ------
    InvalidInput
        There is no such zone; the message says which one was perhaps meant.
    """
    given = plain(tz)
    name = given if given is None or isinstance(given, str) else getattr(given, "key", None)
    if name is None and str(given) in ("None", "UTC"):
        return None if given is None else "UTC"
    if not isinstance(name, str):
        raise InvalidInput(f"tz is the name of a zone, for example 'Europe/Zurich', not {shown(given)}.")
    known = _zones()
    if name not in known:
        cities = {zone.rpartition("/")[2]: zone for zone in sorted(known, reverse=True)}
        city = near(name.replace(" ", "_"), cities)
        hint = meant(name, sorted(known)) or (f" (did you mean {cities[city]!r}?)" if city else "")
        raise InvalidInput(f"There is no time zone {name!r}{hint}; write it like 'Europe/Zurich' or 'UTC'.")
    return name


@functools.cache
def _zones() -> frozenset[str]:
    """Return the names of all zones; looking for them goes through hundreds of files."""
    return frozenset(zoneinfo.available_timezones())


class Period(Struct, frozen=True):
    """A half open period, ``start <= t < end``, naive UTC; None is no bound."""

    start: dt.datetime | None = None
    end: dt.datetime | None = None


def period(start: When, end: When, tz: Any = None) -> Period:
    """Return a period from what a person wrote; a plain day as ``end`` is included whole.

    Parameters
    ----------
    start, end
        Times, days, or ISO texts; None is no bound.
    tz
        The zone of what is written without one; None is UTC.

    Raises
    ------
    InvalidInput
        One is no time, or the period is upside down.
    """
    zoned = zone(tz)
    begins, ends = moment("start", start, zoned), moment("end", end, zoned, end=True)
    if begins is not None and ends is not None and ends <= begins:
        raise InvalidInput(f"end ({end}) must come after start ({start}).")
    return Period(begins, ends)


def moment(name: str, value: When, tz: str | None = None, *, end: bool = False) -> dt.datetime | None:
    """Return a time as naive UTC; a plain day is its beginning, or with ``end`` the beginning of the next day.

    Parameters
    ----------
    name
        Of the argument, for messages.
    value
        A time, a day, or an ISO text.
    tz
        The zone of what is written without one; None is UTC.
    end
        Whether a day is meant whole, to its end.

    Raises
    ------
    InvalidInput
        It is none of these.
    """
    value = plain(value)
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value) if len(value) <= 10 else dt.datetime.fromisoformat(value)
        except ValueError:
            raise InvalidInput(
                f"{name} must be a time such as '2026-07-01' or '2026-07-01T08:00', not {value!r}."
            ) from None
    if isinstance(value, dt.datetime):
        return _utc(name, value, tz)
    if isinstance(value, dt.date):
        day = dt.datetime(value.year, value.month, value.day)
        if end and value == dt.date.max:
            return dt.datetime.max
        return _utc(name, day + dt.timedelta(days=1) if end else day, tz)
    raise InvalidInput(f"{name} must be a datetime, a date or an ISO text, not {value!r}.")


def _utc(name: str, value: dt.datetime, tz: str | None) -> dt.datetime:
    if value.tzinfo is None and tz is not None:
        value = value.replace(tzinfo=zoneinfo.ZoneInfo(tz))
    try:
        return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    except OverflowError:
        raise InvalidInput(f"{name} lies beyond the times that there are: {value}.") from None
