"""Jobs: the tasks of one assignee at one step, counted.

A member's own jobs count gold as all else, so that nobody learns of it; those of a campaign do not count it.
"""

from __future__ import annotations

import datetime

from msgspec import Struct

from nbannotate.model import StepKind
from nbannotate.rules.counts import COUNTS
from nbannotate.store.engine import Transaction

_SUMS = ", ".join(f"sum({name}) as {name}" for name in COUNTS)

#: $1 is a member or null, $2 a campaign or null. Tasks are not read: what they count is kept (``store/counts.py``).
_JOBS = f"""
with counted as (
  select campaign_id, step, member_id, {_SUMS} from data.counts
  where ($1 is null or member_id in (0, $1)) and ($2 is null or campaign_id = $2) and (not gold or member_id = $1)
  group by 1, 2, 3
), people as (
  select campaign_id, step, member_id from data.step_members
  where ($1 is null or member_id = $1) and ($2 is null or campaign_id = $2)
  union
  select campaign_id, step, member_id from counted where member_id <> 0 and tasks > 0
)
select p.campaign_id, c.name as campaign, d.name as dataset, c.due, c.spec, p.step, s.name as step_name, s.kind,
       m.login as member, coalesce(n.returned, 0) as returned, coalesce(n.in_progress, 0) as in_progress,
       coalesce(n.started, 0) as started, coalesce(n.done, 0) as done,
       coalesce(n.opened, 0) as opened, coalesce(n.elsewhere, 0) as elsewhere, coalesce(n.rejected, 0) as rejected,
       coalesce(n.skipped, 0) as skipped, coalesce(n.issues, 0) as issues, coalesce(n.objects, 0) as objects,
       coalesce(n.worked_s, 0) as worked_s,
       case when a.member_id is null then 0 else coalesce(q.waiting, 0) - coalesce(n.apart, 0) end as waiting
from people p
join data.campaigns c on c.campaign_id = p.campaign_id and c.launched is not null
join data.versions v on v.version_id = c.version_id
join data.datasets d on d.dataset_id = v.dataset_id
join data.steps s on s.campaign_id = p.campaign_id and s.step = p.step
join data.members m on m.member_id = p.member_id
left join data.step_members a on a.campaign_id = p.campaign_id and a.step = p.step and a.member_id = p.member_id
left join counted n on n.campaign_id = p.campaign_id and n.step = p.step and n.member_id = p.member_id
left join counted q on q.campaign_id = p.campaign_id and q.step = p.step and q.member_id = 0
"""


class Counted(Struct, frozen=True):
    """A job in numbers.

    Parameters
    ----------
    spec
        What defines the campaign, as JSON.
    opened, elsewhere
        Tasks that somebody opened, and assets that are done here and open at a later step.
    """

    campaign_id: int
    campaign: str
    dataset: str
    due: datetime.date | None
    spec: str
    step: int
    step_name: str
    kind: StepKind
    member: str
    returned: int
    in_progress: int
    started: int
    done: int
    opened: int
    elsewhere: int
    rejected: int
    skipped: int
    issues: int
    objects: int
    worked_s: float
    waiting: int


def of_member(tx: Transaction, member_id: int) -> list[Counted]:
    """Return the counts of a member's jobs in campaigns that are not archived, the most urgent first."""
    order = "where c.archived is null order by c.due nulls last, c.campaign_id, p.step"
    return tx.read(Counted, f"{_JOBS} {order}", member_id, None)


def of_campaign(tx: Transaction, campaign_id: int) -> list[Counted]:
    """Return the counts of all jobs of a campaign, by step and login."""
    return tx.read(Counted, f"{_JOBS} order by p.step, m.login", None, campaign_id)
