"""What is kept of the counts of jobs and campaigns, against all of them counted anew from the tasks."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

import nbannotate.store.migrations
from nbannotate.rules.counts import COUNTS

_FILL = resources.files(nbannotate.store.migrations).joinpath("0020_counts.sql").read_text().split(";")
#: The SELECT with which the migration fills the table in a workspace that was made before it; without gold.
RECOUNT = next(statement for statement in _FILL if "insert into data.job_counts" in statement).replace(
    "insert into data.job_counts", ""
)
for _was, _is in (
    ("on c.campaign_id = k.campaign_id\n", "on c.campaign_id = k.campaign_id where k.gold is null\n"),
    ("from data.issues where", "from data.issues where task_id in (select task_id from t) and"),
):
    assert _was in RECOUNT
    RECOUNT = RECOUNT.replace(_was, _is)
#: What people have of gold, each task for itself.
GOLD = """
    select t.campaign_id, t.step, t.assignee_id, count(*), count(t.opened),
           count(*) filter (where t.state = 'to_rework'), count(*) filter (where t.state = 'in_progress'),
           count(*) filter (where t.state in ('in_progress', 'to_rework') and t.opened is not null),
           count(*) filter (where t.state in ('done', 'skipped')), 0, 0, count(*) filter (where t.state = 'skipped'),
           sum((select count(*) from data.issues i where i.task_id = t.task_id and i.state <> 'resolved')), 0,
           sum((select count(*) from data.shapes s where s.annotation_id = (
             select max(n.annotation_id) from data.annotations n where n.task_id = t.task_id
               and n.version_id not in (select batch_id from data.staged)))), 0, 0, sum(t.worked_s)
    from data.tasks t where t.gold is not null and t.assignee_id is not null group by 1, 2, 3
"""

#: The view of jobs as it was when it counted tasks and shapes.
JOBS = next(
    statement
    for statement in resources.files(nbannotate.store.migrations).joinpath("0022_gold.sql").read_text().split(";")
    if "view jobs as" in statement
).partition("view jobs as")[2]


def check_counts(connection: Any) -> None:
    """Check that every count that is kept is what counting gives, and that nothing else is kept."""
    check_shapes_of_revisions(connection)
    for gold, counted in (("false", RECOUNT), ("true", GOLD)):
        _check(connection, f"select * exclude gold from data.counts where gold = {gold}", counted)
    jobs = "select * from ({}) j order by campaign_id, step, member"
    now, before = (connection.execute(jobs.format(each)).fetchall() for each in ("select * from jobs", JOBS))
    assert now == [pytest.approx(row) for row in before]


def check_shapes_of_revisions(connection: Any) -> None:
    """Check that each revision says how many shapes it has."""
    wrong = connection.execute(
        "select n.annotation_id, n.shapes, count(s.annotation_id) as counted from data.annotations n "
        "left join data.shapes s on s.annotation_id = n.annotation_id group by 1, 2 having n.shapes is distinct from "
        "count(s.annotation_id)"
    ).fetchall()
    assert not wrong, wrong[:5]


def _check(connection: Any, select: str, counted: str) -> None:
    kept, recounted = _rows(connection, select), _rows(connection, counted)
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
