"""What is kept of the counts of jobs and campaigns, against all of them counted anew from the tasks."""

from __future__ import annotations

from importlib import resources
from typing import Any

import nbannotate.store.migrations
from nbannotate.rules.counts import COUNTS

_FILL = resources.files(nbannotate.store.migrations).joinpath("0020_counts.sql").read_text().split(";")
#: The SELECT with which the migration fills the table in a workspace that was made before it.
RECOUNT = next(statement for statement in _FILL if "insert into data.job_counts" in statement).replace(
    "insert into data.job_counts", ""
)


def check_counts(connection: Any) -> None:
    """Check that every count that is kept is what counting gives, and that nothing else is kept."""
    kept, recounted = _rows(connection, "select * from data.counts"), _rows(connection, RECOUNT)
    places = {*kept, *recounted}
    assert kept == recounted, {k: (kept.get(k), recounted.get(k)) for k in places if kept.get(k) != recounted.get(k)}


def _rows(connection: Any, select: str) -> dict[tuple[int, ...], dict[str, float]]:
    names = ["campaign_id", "step", "member_id", *COUNTS]
    rows = connection.execute(
        f"select * from ({select}) c where campaign_id in (select campaign_id from data.campaigns)"
    ).fetchall()
    found = {}
    for row in (dict(zip(names, values, strict=True)) for values in rows):
        place = row.pop("campaign_id"), row.pop("step"), row.pop("member_id")
        row["worked_s"] = round(row["worked_s"], 4)
        if some := {name: value for name, value in row.items() if value}:
            found[place] = some
    return found
