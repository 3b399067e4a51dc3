"""Campaigns: what defines them, their steps and people, launching them."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from nbannotate.model import Campaign, CampaignSpec
from nbannotate.store.engine import Transaction

OPEN = "t.state in ('in_progress', 'to_rework')"


def add_campaign(
    tx: Transaction, version_id: int, spec: CampaignSpec, members: dict[str, int], now: datetime.datetime
) -> int:
    """Insert a campaign with its steps and return its id. ``members`` has the ids by login."""
    new = tx.new_id()
    tx.run(
        "insert into data.campaigns values ($1, $2, $3, $4, $5, $6, null, null)",
        new, version_id, spec.name, msgspec.json.encode(spec).decode(), spec.due, now,
    )  # fmt: skip
    for i, step in enumerate(spec.workflow.steps):
        tx.run("insert into data.steps values ($1, $2, $3, $4)", new, i, step.name, step.kind)
        for login in step.assignees:
            tx.run("insert into data.step_members values ($1, $2, $3)", new, i, members[login])
    return new


def campaigns(tx: Transaction) -> list[Campaign]:
    """Return all campaigns, newest first."""
    return [Campaign(**row) for row in tx.all(f"{_CAMPAIGN} order by campaign_id desc")]


def campaign(tx: Transaction, campaign_id: int) -> Campaign | None:
    """Return a campaign, or None."""
    row = tx.one(f"{_CAMPAIGN} where campaign_id = $1", campaign_id)
    return None if row is None else Campaign(**row)


_CAMPAIGN = (
    "select campaign_id, name, version_id, dataset, version, created, launched, archived, due, state, total, remaining "
    "from campaigns"
)


def spec(tx: Transaction, campaign_id: int) -> CampaignSpec:
    """Return what defines a campaign."""
    return facts(tx, campaign_id)[1]


def facts(tx: Transaction, campaign_id: int) -> tuple[int, CampaignSpec]:
    """Return a campaign's version and what defines it."""

    def read() -> tuple[int, CampaignSpec]:
        row = tx.one("select version_id, spec from data.campaigns where campaign_id = $1", campaign_id)
        assert row is not None
        return row["version_id"], msgspec.json.decode(row["spec"], type=CampaignSpec)

    return tx.once(("campaign", campaign_id), read)


def workers(tx: Transaction, campaign_id: int) -> dict[int, set[int]]:
    """Return, by step, the active members who work there."""
    return tx.once(("workers", campaign_id), lambda: _workers(tx, campaign_id))


def _workers(tx: Transaction, campaign_id: int) -> dict[int, set[int]]:
    rows = tx.all(
        "select s.step, s.member_id from data.step_members s "
        "join data.members m on m.member_id = s.member_id and m.active where s.campaign_id = $1",
        campaign_id,
    )
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row["step"], set()).add(row["member_id"])
    return found


def running_on(tx: Transaction, version_id: int) -> str | None:
    """Return the name of a launched campaign with open tasks on a version, or None."""
    return tx.value(  # type: ignore[no-any-return]
        f"""
        select c.name from data.campaigns c
        where c.version_id = $1 and c.launched is not null
          and exists (select 1 from data.tasks t where t.campaign_id = c.campaign_id and {OPEN})
        limit 1
        """,
        version_id,
    )


def count_assets(tx: Transaction, version_id: int) -> tuple[int, int]:
    """Return how many assets a version has, and how many of them have annotations."""
    row = tx.one(
        """
        select count(*) as n, count(a.asset_id) as m from data.version_assets v
        left join (select distinct asset_id from data.annotations where version_id = $1) a
          on a.asset_id = v.asset_id
        where v.version_id = $1
        """,
        version_id,
    )
    assert row is not None
    return row["n"], row["m"]


def launch(tx: Transaction, campaign_id: int, version_id: int, step_if_annotated: int, now: datetime.datetime) -> None:
    """Create the first task of every asset, in one statement, and note the time of the launch."""
    tx.run(
        """
        insert into data.tasks
        select nextval('data.ids'), $1, v.asset_id, case when a.asset_id is null then 0 else $3 end, 1, 'in_progress',
               null, null, v.position, true, 0, $4, null, null, null, null, null, null
        from (select * from data.version_assets where version_id = $2 order by position) v
        left join (select distinct asset_id from data.annotations where version_id = $2) a
          on a.asset_id = v.asset_id
        """,
        campaign_id, version_id, step_if_annotated, now,
    )  # fmt: skip
    tx.run("update data.campaigns set launched = $2 where campaign_id = $1", campaign_id, now)


def progress(tx: Transaction, campaign_id: int) -> list[dict[str, Any]]:
    """Return, for each step of a campaign, the assets by state of their current task, and how many passed."""
    return tx.all(
        f"""
        select s.step, s.name, s.kind,
               count(*) filter (where t.is_current and {OPEN} and t.assignee_id is null) as waiting,
               count(*) filter (where t.is_current and t.state = 'in_progress' and t.assignee_id is not null)
                 as in_progress,
               count(*) filter (where t.is_current and t.state = 'to_rework' and t.assignee_id is not null)
                 as to_rework,
               count(*) filter (where t.is_current and t.state = 'done') as done,
               count(*) filter (where t.is_current and t.state = 'skipped') as skipped
        from data.steps s
        left join data.tasks t on t.campaign_id = s.campaign_id and t.step = s.step
        where s.campaign_id = $1 group by 1, 2, 3 order by 1
        """,
        campaign_id,
    )
