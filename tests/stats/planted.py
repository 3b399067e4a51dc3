"""A workspace with planted rows: months of work in a moment, with every time under the test's control.

The real operations stamp the present, so periods cannot be tested with them. Here plain Python rows are put into
tables that have the names and columns of the public views of a real workspace; the same rows are what the naive
recounts read.
"""

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pandas as pd

import nbannotate.workspace as nbw


def _views() -> dict[str, str]:
    """Return the columns of the public views, with their types, as a real workspace has them."""
    ws = nbw.open(":memory:")
    found = {}
    for view in ws.sql:
        columns = ws.sql.describe(view)
        types = (kind if kind != "JSON" else "VARCHAR" for kind in columns["column_type"])
        found[view] = ", ".join(f'"{c}" {kind}' for c, kind in zip(columns["column_name"], types, strict=True))
    ws.close()
    return found


VIEWS = _views()
STEPS = (("draw", "annotation"), ("check", "review"))
Row = dict[str, Any]


@dataclass
class Planted:
    """A scope for statistics: has ``sql`` as a Workspace handle, and the rows as plain dicts."""

    rows: dict[str, list[Row]]
    connection: duckdb.DuckDBPyConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = duckdb.connect()
        for view, columns in VIEWS.items():
            self.connection.execute(f"create table {view} ({columns})")
            names = [c.split()[0].strip('"') for c in columns.split(", ")]
            given = [[row.get(name) for name in names] for row in self.rows.get(view, [])]
            marks = f"({', '.join('?' * len(names))})"
            for i in range(0, len(given), 100):  # row by row takes many times as long
                some = given[i : i + 100]
                values = ", ".join([marks] * len(some))
                self.connection.execute(f"insert into {view} values {values}", [v for row in some for v in row])

    def sql(self, query: str, parameters: Any = ()) -> pd.DataFrame:
        return self.connection.execute(query, list(parameters)).df()

    def campaign(self, campaign_id: int) -> "PlantedCampaign":
        return PlantedCampaign(self, campaign_id)


@dataclass
class PlantedCampaign:
    """A scope for statistics: one campaign of the planted workspace."""

    workspace: Planted
    campaign_id: int


def empty() -> Planted:
    """A workspace in which nothing was done yet."""
    return Planted({})


def simulate(
    seed: int = 0, assets: int = 60, campaigns: int = 2, days: int = 10, end: dt.datetime | None = None
) -> Planted:
    """People who annotate, review, send back and skip, in campaigns of two steps, over some days up to ``end``."""
    random_ = random.Random(seed)
    end = end or dt.datetime(2026, 7, 11)
    start = end - dt.timedelta(days=days)
    people = {"draw": ["ana", "ben", "eve"], "check": ["chloe"]}
    rows: dict[str, list[Row]] = {view: [] for view in VIEWS}
    for i, login in enumerate(["ana", "ben", "eve", "chloe", "max"], 1):
        rows["members"].append({"member_id": i, "login": login, "role": "annotator", "active": True, "created": start})
    for c in range(1, campaigns + 1):
        name = f"Campaign {c}"
        rows["campaigns"].append(
            {"campaign_id": c, "name": name, "version_id": c, "dataset": "smears", "version": f"v{c}",
             "due": end.date(), "created": start, "launched": start}
        )  # fmt: skip
        for step, (step_name, kind) in enumerate(STEPS):
            rows["steps"].append({"campaign_id": c, "step": step, "name": step_name, "kind": kind})
        for a in range(assets):
            _asset(random_, rows, people, c, name, a + 1000 * c, start, end)
    return Planted(rows)


def _asset(
    random_: random.Random, rows: dict[str, list[Row]], people: dict[str, list[str]], campaign_id: int, campaign: str,
    asset_id: int, start: dt.datetime, end: dt.datetime,
) -> None:  # fmt: skip
    """One asset's way through the workflow, up to the end of time."""
    now = start
    step, round_, last, back_to = 0, 1, None, None
    pending: list[Row] = []
    while True:
        step_name, kind = STEPS[step]
        task: Row = {
            "task_id": len(rows["tasks"]) + 1, "campaign_id": campaign_id, "campaign": campaign, "asset_id": asset_id,
            "asset": f"a{asset_id}.png", "step": step, "step_name": step_name, "kind": kind, "round": round_,
            "state": "to_rework" if back_to else "in_progress", "outcome": None, "assignee": back_to, "created": now,
            "opened": None, "closed": None, "worked_s": 0.0, "is_current": True, "issues": 0,
        }  # fmt: skip
        rows["tasks"].append(task)
        opened = now + dt.timedelta(hours=random_.expovariate(1 / 50))
        if opened >= end:
            return
        worked = round(random_.lognormvariate(3.5, 0.6) / (1 + step), 1)
        task["opened"], task["assignee"] = opened, back_to or random_.choice(people[step_name])
        closed = opened + dt.timedelta(seconds=worked * 1.3)
        if closed >= end:
            task["worked_s"] = worked / 2
            return
        task["closed"], task["worked_s"], now = closed, worked, closed
        skips = random_.random() < 0.05
        sends_back = step == 1 and random_.random() < 0.2
        if skips or sends_back:
            pending.append({
                "issue_id": len(rows["issues"]) + 1, "campaign_id": campaign_id, "campaign": campaign,
                "asset_id": asset_id, "asset": task["asset"], "task_id": task["task_id"], "step": step,
                "state": "open", "author": task["assignee"], "text": "see here", "comments": 1, "created": closed,
            })  # fmt: skip
            rows["issues"].append(pending[-1])
        if skips:
            task["state"], task["outcome"] = "skipped", "skipped"
            return
        task["state"] = "done"
        if sends_back:
            task["outcome"], task["is_current"] = "rework", False
            step, round_, back_to = 0, round_ + 1, last
            continue
        task["outcome"] = "submitted" if step == 0 else random_.choice(["accepted", "accepted_with_edits"])
        for issue in pending:
            issue["state"] = "for_review" if step == 0 else "resolved"
            if step == 1:
                issue["closed"], issue["closed_by"] = closed, task["assignee"]
        if step == 1:
            return
        task["is_current"] = False
        last, step, back_to = task["assignee"], 1, None
