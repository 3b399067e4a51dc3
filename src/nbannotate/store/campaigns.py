"""Campaigns: what defines them, their steps and people, launching them."""

from __future__ import annotations

import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbannotate.model import Campaign, CampaignSpec, StepKind
from nbannotate.model.values import decode
from nbannotate.rules.copies import apart
from nbannotate.store.transaction import Transaction

OPEN = "t.state in ('in_progress', 'to_rework')"

#: Open tasks that somebody has begun: who has it opened it, or it came back to rework; SQL over ``data.tasks t``.
#: The view ``jobs`` has the same.
STARTED = "(t.state = 'to_rework' or (t.state = 'in_progress' and t.opened is not null and t.assignee_id is not null))"

#: Open tasks that nobody has begun.
UNSTARTED = f"({OPEN} and not {STARTED})"


def add_campaign(
    tx: Transaction, version_id: int, spec: CampaignSpec, members: dict[str, int], now: datetime.datetime,
    campaign_id: int | None = None,
) -> int:  # fmt: skip
    """Insert a campaign with its steps and return its id. ``members`` has the ids by login.

    With ``campaign_id`` it has the tasks that are staged under that id.
    """
    new = tx.new_id() if campaign_id is None else campaign_id
    tx.run(
        "insert into data.campaigns values ($1, $2, $3, $4, $5, $6, null, null)",
        new, version_id, spec.name, _text(spec), spec.due, now,
    )  # fmt: skip
    _add_steps(tx, new, spec, members)
    return new


def rewrite(tx: Transaction, campaign_id: int, spec: CampaignSpec, members: dict[str, int]) -> None:
    """Replace what defines a campaign, with its steps."""
    set_spec(tx, campaign_id, spec)
    tx.run("delete from data.steps where campaign_id = $1", campaign_id)
    tx.run("delete from data.step_members where campaign_id = $1", campaign_id)
    _add_steps(tx, campaign_id, spec, members)


def set_spec(tx: Transaction, campaign_id: int, spec: CampaignSpec) -> None:
    """Replace what defines a campaign, where its steps and people stay as they are."""
    tx.run(
        "update data.campaigns set name = $2, spec = $3, due = $4 where campaign_id = $1",
        campaign_id, spec.name, _text(spec), spec.due,
    )  # fmt: skip
    tx.memo.pop(("campaign", campaign_id), None)
    tx.memo.pop(("workers", campaign_id), None)


def _text(spec: CampaignSpec) -> str:
    return msgspec.json.encode(spec).decode()


def _add_steps(tx: Transaction, campaign_id: int, spec: CampaignSpec, members: dict[str, int]) -> None:
    for i, step in enumerate(spec.workflow.steps):
        tx.run("insert into data.steps values ($1, $2, $3, $4)", campaign_id, i, step.name, step.kind)
        for login in step.assignees:
            tx.run("insert into data.step_members values ($1, $2, $3)", campaign_id, i, members[login])


def campaigns(tx: Transaction) -> list[Campaign]:
    """Return all campaigns, newest first."""
    return [Campaign(**row) for row in tx.all(f"{_CAMPAIGN} order by campaign_id desc")]


def name(tx: Transaction, campaign_id: int) -> str | None:
    """Return the name of a campaign, or None: for who asks only whether it is there, at a tenth of the time."""
    found: str | None = tx.value("select name from data.campaigns where campaign_id = $1", campaign_id)
    return found


def campaign(tx: Transaction, campaign_id: int) -> Campaign | None:
    """Return a campaign, or None."""
    row = tx.one(f"{_CAMPAIGN} where campaign_id = $1", campaign_id)
    return None if row is None else Campaign(**row)


_CAMPAIGN = (
    "select campaign_id, name, version_id, dataset, version, created, launched, archived, due, state, total, remaining "
    "from campaigns"
)


def named(tx: Transaction, name: str) -> Campaign | None:
    """Return the campaign of a name, or None."""
    row = tx.one(f"{_CAMPAIGN} where name = $1", name)
    return None if row is None else Campaign(**row)


def is_overdue(tx: Transaction, campaign_id: int, today: datetime.date) -> bool:
    """Return whether a campaign's last day is over; then nothing more is given out."""
    due = facts(tx, campaign_id)[1].due
    return due is not None and due < today


def spec(tx: Transaction, campaign_id: int) -> CampaignSpec:
    """Return what defines a campaign."""
    return facts(tx, campaign_id)[1]


def facts(tx: Transaction, campaign_id: int) -> tuple[int, CampaignSpec]:
    """Return a campaign's version and what defines it."""

    def read() -> tuple[int, CampaignSpec]:
        row = tx.one("select version_id, spec from data.campaigns where campaign_id = $1", campaign_id)
        assert row is not None
        return row["version_id"], decode(row["spec"], CampaignSpec)

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


def apart_from(tx: Transaction, campaign_id: int, step: int) -> int | None:
    """Return the step whose copies decide who may have a task of a step, or None; see ``rules.copies.apart``."""
    return apart(spec(tx, campaign_id).workflow, step)


def not_theirs(step: int | None, member: str) -> str:
    """Return a condition on tasks ``t``: a member has no copy of their asset at a step, nor gold; none for None."""
    if step is None:
        return ""
    return (
        f" and t.asset_id not in (select o.asset_id from data.tasks o where o.campaign_id = $1 and o.step = {step:d} "
        f"and o.copy is not null and o.assignee_id = {member})"
    )


def of_version(tx: Transaction, version_id: int) -> list[int]:
    """Return the campaigns that are or were on a version."""
    rows = tx.all("select campaign_id from data.campaigns where version_id = $1 order by 1", version_id)
    return [row["campaign_id"] for row in rows]


def running_on(tx: Transaction, version_id: int, but: int | None = None) -> str | None:
    """Return the name of a launched campaign with open tasks on a version, other than one, or None."""
    return tx.value(  # type: ignore[no-any-return]
        f"""
        select c.name from data.campaigns c
        where c.version_id = $1 and c.launched is not null and c.campaign_id is distinct from $2
          and exists (select 1 from data.tasks t where t.campaign_id = c.campaign_id and t.gold is null and {OPEN})
        limit 1
        """,
        version_id,
        but,
    )


def steps_in_all(tx: Transaction) -> int:
    """Return how many steps all campaigns have together."""
    return int(tx.value("select count(*) from data.steps"))


def set_launched(tx: Transaction, campaign_id: int, now: datetime.datetime) -> None:
    """Note the time of the launch."""
    tx.run("update data.campaigns set launched = $2 where campaign_id = $1", campaign_id, now)


def set_archived(tx: Transaction, campaign_id: int, when: datetime.datetime | None) -> None:
    """Put a campaign away, or with None take it back."""
    tx.run("update data.campaigns set archived = $2 where campaign_id = $1", campaign_id, when)


class StepCounts(Struct, frozen=True):
    """A step of a campaign: its open tasks by state, the assets that are there, that ended and that passed it."""

    step: int
    name: str
    kind: StepKind
    waiting: int
    in_progress: int
    to_rework: int
    here: int
    done: int
    skipped: int
    passed: int = 0

    @property
    def open(self) -> int:
        """How many tasks are open."""
        return self.waiting + self.in_progress + self.to_rework


def progress(tx: Transaction, campaign_id: int) -> list[StepCounts]:
    """Return the counts of each step of a campaign. Of an asset with copies there are several open tasks."""
    rows = tx.read(
        StepCounts,
        """
        select s.step, s.name, s.kind, coalesce(sum(n.waiting), 0) as waiting,
               coalesce(sum(n.in_progress), 0) as in_progress, coalesce(sum(n.returned), 0) as to_rework,
               coalesce(sum(n.here), 0) as here, coalesce(sum(n.done) filter (where n.member_id = 0), 0) as done,
               coalesce(sum(n.skipped) filter (where n.member_id = 0), 0) as skipped
        from data.steps s
        left join data.counts n on n.campaign_id = s.campaign_id and n.step = s.step and not n.gold
        where s.campaign_id = $1 group by 1, 2, 3 order by 1
        """,
        campaign_id,
    )
    passed = sum(row.done for row in rows)
    for i, row in reversed(list(enumerate(rows))):  # an asset at a later step has passed those before it
        rows[i] = replace(row, passed=passed)
        passed += row.here
    return rows


def begun_with(tx: Transaction, campaign_id: int, version_id: int) -> int:
    """Return how many assets of a campaign had annotations that were not said in it."""
    return int(tx.value(
        """
        select count(distinct r.asset_id) from data.version_annotations r
        join data.annotations n on n.annotation_id = r.annotation_id
        join data.tasks t on t.campaign_id = $1 and t.is_current and t.asset_id = n.asset_id
        where r.version_id = $2 and n.campaign_id is distinct from $1
        """,
        campaign_id, version_id,
    ))  # fmt: skip
