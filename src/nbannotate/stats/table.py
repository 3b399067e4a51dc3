"""What a table is: a function of a scope whose columns, types and units are declared and therefore always hold."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, cast, get_args

from nbannotate.errors import InvalidInput, WrongCall
from nbannotate.model import deprecations
from nbannotate.model.call_errors import told, wrong
from nbannotate.model.suggestions import sentence, unknown
from nbannotate.model.times import When, zone  # noqa: F401  (the signatures of tables name them)
from nbannotate.model.values import as_list, is_missing
from nbannotate.stats.filters import FILTERS, OLD, RAISES, Add, Filters, Names, Steps  # noqa: F401
from nbannotate.stats.periods import By  # noqa: F401
from nbannotate.stats.query import Query
from nbannotate.stats.scope import Scope

if TYPE_CHECKING:
    import pandas as pd

Dtype = Literal["string", "int64", "float64", "boolean", "datetime64[us]"]
#: The filters that only some tables take.
Takes = Literal["by", "label", "threshold", "against", "source", "confidence", "add"]
#: The parts of the dashboard.
Tab = Literal["throughput", "efficiency", "quality", "members", "jobs", "agreement", "forecast"]
TABS: tuple[Tab, ...] = ("throughput", "efficiency", "quality", "members", "jobs", "agreement", "forecast")

ANNOTATIONS = {
    "by": "By", "step": "Steps", "member": "Names", "label": "Names", "start": "When", "end": "When", "tz": "Any",
    "threshold": "float", "against": "Scope | None", "source": "str | None", "confidence": "float | None",
    "add": "Add",
}  # fmt: skip
#: What filters are that are not given; None of the others.
DEFAULTS: Mapping[str, Any] = {"by": "day", "threshold": 0.5}

#: What people may look for in a table that has it elsewhere, and where that is.
ELSEWHERE: Mapping[str, str] = {
    "assignee": "Whose work is counted: member=….",
    "worst": "Assets to look at: agreement_assets(…) lists them, those to look at first in front, and "
    "agreement_assets.review(…, worst=50) makes a campaign of them; so does evaluation_errors.review(…).",
}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    dtype
        The pandas dtype, also when the table is empty.
    what
        One sentence: what it holds, in which unit.
    is_day
        Whether it holds days, which are the same in every zone.
    is_said
        Whether it holds words or sentences of ours, and no names: a state, a kind, why there is no number.
    """

    dtype: Dtype
    what: str
    is_day: bool = False
    is_said: bool = False


class Position(NamedTuple):
    """Where the dashboard shows something: on which tab, and as the how-manieth there.

    Parameters
    ----------
    tab
        The tab.
    order
        What has a smaller number stands before it.
    wide
        Whether it takes the whole width.
    """

    tab: Tab
    order: float
    wide: bool = False


class Table(Protocol):
    """A function that returns a DataFrame with declared columns.

    Attributes
    ----------
    columns
        What it returns.
    takes
        The filters that it takes, by name.
    on
        Where the dashboard shows it as it is; None where only charts show it, or nothing does.
    events
        Returns the rows that were counted.
    """

    __name__: str
    columns: Mapping[str, Column]
    takes: tuple[str, ...]
    on: Position | None
    events: Callable[..., pd.DataFrame]

    def __call__(self, scope: Scope, *args: Any, **filters: Any) -> pd.DataFrame:
        """Return the table."""
        ...


def typed(frame: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Return a frame with exactly the declared columns, in order, with the declared dtypes."""
    import pandas as pd

    return pd.DataFrame({name: frame[name].astype(column.dtype) for name, column in columns.items()})


def in_zone(frame: pd.DataFrame, columns: Mapping[str, Column], tz: str | None) -> pd.DataFrame:
    """Return a table whose moments, naive UTC, stand in a zone and say so; days are days everywhere."""
    if tz is not None:
        for name, column in columns.items():
            if column.dtype == "datetime64[us]" and not column.is_day:
                frame[name] = frame[name].dt.tz_localize("UTC").dt.tz_convert(tz)
    return frame


def signature_of(takes: tuple[str, ...], returns: str) -> inspect.Signature:
    """Return the signature of a function that takes a scope and some filters."""
    named, by_place = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
    found = [inspect.Parameter("scope", by_place, annotation="Scope")]
    for name in takes:
        kind = by_place if name == "by" else named
        found.append(inspect.Parameter(name, kind, default=DEFAULTS.get(name), annotation=ANNOTATIONS[name]))
    return inspect.Signature(found, return_annotation=returns)


def documented(text: str, takes: tuple[str, ...], columns: Mapping[str, Column] | None = None) -> str:
    """Return the docstring of a table or a chart: what it is, its columns, its filters, its errors."""
    parts = [inspect.cleandoc(text)]
    if columns is not None:
        lines = "\n".join(f"{name} : {column.dtype}\n    {column.what}" for name, column in columns.items())
        parts.append(f"Columns\n-------\n{lines}")
    filters = "\n".join(FILTERS[name] for name in takes)
    scope = "scope\n    A workspace, a dataset, a version or a campaign."
    return "\n\n".join([*parts, f"Parameters\n----------\n{scope}\n{filters}", RAISES])


def public(function: Callable[..., Any], its: Callable[..., Any], takes: tuple[str, ...], returns: str) -> Any:
    """Return a function as people call it: with a signature, the old names of filters, and sentences for what is wrong.

    Parameters
    ----------
    function
        What was written in the file of the table or the chart; it has the name.
    its
        What is called: takes a scope, and filters by name.
    takes
        The filters.
    returns
        What is returned, as it stands in the signature.
    """
    signature = signature_of(takes, returns)

    def call(*args: Any, **given: Any) -> Any:
        try:
            bound = signature.bind(*args, **given)
        except TypeError as error:
            why = wrong(function.__qualname__, call, args, given) or WrongCall(str(error))
            where = [said for name, said in ELSEWHERE.items() if name in given and name not in takes]
            raise WrongCall(" ".join([str(why), *where])) from None
        return its(**bound.arguments)

    functools.update_wrapper(call, function, assigned=("__module__", "__name__", "__qualname__"), updated=())
    del call.__wrapped__  # type: ignore[attr-defined]
    call.__signature__ = signature  # type: ignore[attr-defined]
    call.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    return deprecations.parameters(**{old: new for old, new in OLD.items() if new in takes})(told(call))


def table(
    columns: Mapping[str, Column],
    *,
    rows: Callable[[Query], str],
    takes: tuple[Takes, ...] = (),
    on: Position | None = None,
) -> Callable[[Callable[[Query], pd.DataFrame]], Table]:
    """Declare a table.

    The decorated function is given a :class:`Query`, which knows the scope and the filters, and returns a DataFrame
    that has at least the declared columns. What people call takes a scope and the filters, and returns exactly these
    columns, typed, also when there are no rows; ``.events(…)`` returns the rows that were counted.

    Parameters
    ----------
    columns
        In the order of the table.
    rows
        Returns the SELECT of the rows that are counted: those of the scope that the filters let pass.
    takes
        Filters that it takes besides ``step``, ``member``, ``start``, ``end`` and ``tz``. One that it does not take is
        refused: no number looks filtered that is not.
    on
        Where the dashboard shows the table itself.
    """
    some = get_args(Takes)
    names = tuple(name for name in FILTERS if name not in some or name in takes)

    def decorate(function: Callable[[Query], pd.DataFrame]) -> Table:
        def its(scope: Scope, **filters: Any) -> pd.DataFrame:
            made = Filters.of(scope, **filters)
            return in_zone(typed(function(Query(scope, made)), columns), columns, made.tz)

        found = public(function, its, names, "pd.DataFrame")
        found.__doc__ = documented(function.__doc__ or "", names, columns)
        found.columns, found.takes, found.on = columns, names, on
        found.events = events_of(function.__name__, rows, names)
        return cast("Table", found)

    return decorate


def events_of(name: str, rows: Callable[[Query], str], takes: tuple[str, ...]) -> Callable[..., pd.DataFrame]:
    """Return the function that gives the rows which a table counted."""

    @told
    def events(scope: Scope, **which: Any) -> pd.DataFrame:
        """Return the rows that were counted: those of the scope that the filters let pass.

        Parameters
        ----------
        scope
            A workspace, a dataset, a version or a campaign.
        **which
            The filters that the table takes; and columns of the rows, by name: a value, a list of values, or None for
            rows where it is missing.

        Raises
        ------
        InvalidInput
            A filter is wrong, or there is no such column; the message lists those that there are.
        """
        which = {OLD.get(n, n): value for n, value in which.items()}
        filters = Filters.of(scope, **{n: value for n, value in which.items() if n in takes})
        q = Query(scope, filters)
        sql = rows(q)
        columns = {n: value for n, value in which.items() if n not in takes}
        if columns:
            known = Query.run(q, f"select * from ({sql}) r limit 0").columns
            for column in columns:
                if column not in known:
                    raise InvalidInput(sentence(unknown("column", column, known, f" in the rows of {name}")))
        picked = " and ".join(_is(q, column, value) for column, value in columns.items()) or "true"
        frame = q.run(f"select * from ({sql}) r where {picked}")
        if filters.tz is not None:
            for column in frame.select_dtypes("datetime").columns:
                frame[column] = frame[column].dt.tz_localize("UTC").dt.tz_convert(filters.tz)
        return frame

    return events


def _is(q: Query, column: str, value: Any) -> str:
    """Return the condition that a column has a value, or one of several; None is a missing one."""
    values = [None] if is_missing(value) else [None if is_missing(v) else v for v in as_list(column, value)]
    there = [v for v in values if v is not None]
    parts = [q.one_of(f'r."{column}"', there)] if there or not values else []
    if len(there) < len(values):
        parts.append(f'r."{column}" is null')
    return f"({' or '.join(parts)})"
