"""How long people worked, by member and hour, day, week or month of a zone."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.periods import of_wall
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table

#: No stretch of work has more quarters of an hour.
MOST_QUARTERS = 100
_TIMES = ("shown_s", "worked_s", "editing_s")


@table(
    {
        "period": Column("datetime64[us]", "Beginning of the hour, day, week (Monday) or month, UTC."),
        "member": Column("string", "Login."),
        "worked_s": Column("float64", "Time worked, in seconds."),
        "shown_s": Column("float64", "Time during which a task was in front of the person, in seconds."),
        "editing_s": Column("float64", "Time of gestures and forms, in seconds."),
    },
    rows=rows.stretches,
    takes=("by", "label"),
)
def hours(q: Query) -> pd.DataFrame:
    """Return the time that each member worked per period; work over midnight is part of both days.

    A stretch that lies in two periods, or partly outside ``start`` and ``end``, counts by its parts. Time that no page
    measured (before it could, or for work elsewhere) is in *worked* only.
    """
    # Every zone's clock is at a full quarter when that of UTC is, and changes then: a stretch that lies in two periods
    # is cut into quarters, each of which lies in one.
    bounds = [q.bind_time(t) if t is not None else None for t in (q.filters.start, q.filters.end)]
    start, end = (bound or column for bound, column in zip(bounds, ("started", "ended"), strict=True))
    last = "greatest(started, ended - interval '1 microsecond')"
    share = "extract(epoch from (high - low)) / extract(epoch from (ended - started))"
    frame = q.run(f"""
        with a as (
            select *, {q.beginning("started")} as first, {q.beginning(last)} as final,
                   started >= {start} and ended <= {end} as inside
            from ({rows.stretches(q)}) r
        ), pieces as (
            select member, first as period, {", ".join(_TIMES)} from a
            where first = final and (inside or started = ended)
            union all
            select member, {q.beginning("low")} as period, {", ".join(f"{t} * {share} as {t}" for t in _TIMES)}
            from (
                select *, greatest(started, {start}, date_trunc('hour', started) + k * interval '15 minutes') as low,
                       least(ended, {end}, date_trunc('hour', started) + (k + 1) * interval '15 minutes') as high
                from a cross join generate_series(0, {MOST_QUARTERS}) g(k)
                where started < ended and not (first = final and inside)
            ) c where low < high
        )
        select period, member, {", ".join(f"coalesce(sum({t}), 0) as {t}" for t in _TIMES)}
        from pieces group by 1, 2 order by 1, 2
    """)
    frame["period"] = of_wall(frame["period"], q.filters.tz)
    return frame
