"""Jobs: the tasks of one assignee at one step, counted."""

from __future__ import annotations

from typing import Any

from nbannotate.store.campaigns import OPEN, STARTED
from nbannotate.store.engine import Transaction
from nbannotate.store.staging import NOT_STAGED

#: $1 is a member or null, $2 a campaign or null: one of them bounds what is read.
_JOBS = f"""
with people as (
  select campaign_id, step, member_id from data.step_members
  where ($1 is null or member_id = $1) and ($2 is null or campaign_id = $2)
  union
  select campaign_id, step, assignee_id from data.tasks
  where assignee_id is not null and ($1 is null or assignee_id = $1) and ($2 is null or campaign_id = $2)
), theirs as (
  select * from data.tasks
  where assignee_id is not null and ($1 is null or assignee_id = $1) and ($2 is null or campaign_id = $2)
), last_one as (
  select * from theirs
  qualify row_number() over (partition by campaign_id, step, assignee_id, asset_id order by task_id desc) = 1
), now_at as (
  select campaign_id, asset_id, state, outcome from data.tasks
  where is_current and campaign_id in (select campaign_id from people)
), made as (
  select t.campaign_id, t.step, t.assignee_id, t.asset_id, max(n.annotation_id) as annotation_id
  from theirs t join data.annotations n on n.task_id = t.task_id and {NOT_STAGED} group by 1, 2, 3, 4
), drawn as (
  select m.campaign_id, m.step, m.assignee_id, count(*) as objects
  from made m join data.shapes s on s.annotation_id = m.annotation_id group by 1, 2, 3
), unresolved as (
  select campaign_id, asset_id, count(*) as issues from data.issues where state <> 'resolved' group by 1, 2
), spent as (
  select campaign_id, step, assignee_id, sum(worked_s) as worked_s, count(opened) as opened from theirs group by 1, 2, 3
), counts as (
  select t.campaign_id, t.step, t.assignee_id,
         count(*) filter (where t.state = 'to_rework') as returned,
         count(*) filter (where t.state = 'in_progress') as in_progress,
         count(*) filter (where {STARTED}) as started,
         count(*) filter (where t.state in ('done', 'skipped')) as done,
         count(*) filter (
           where t.state in ('done', 'skipped') and n.state in ('in_progress', 'to_rework')
         ) as elsewhere,
         count(*) filter (where n.outcome = 'rejected') as rejected,
         count(*) filter (where n.state = 'skipped') as skipped,
         cast(coalesce(sum(u.issues), 0) as bigint) as issues
  from last_one t
  join now_at n on n.campaign_id = t.campaign_id and n.asset_id = t.asset_id
  left join unresolved u on u.campaign_id = t.campaign_id and u.asset_id = t.asset_id
  group by 1, 2, 3
), kept_apart as (
  -- What waits, and is not for a member who answers for the asset already.
  select t.campaign_id, t.step, o.assignee_id, count(distinct t.task_id) as waiting from data.tasks t
  join theirs o on o.campaign_id = t.campaign_id and o.asset_id = t.asset_id and o.copy is not null
    and o.step between t.step - 1 and t.step and o.task_id <> t.task_id
  where t.assignee_id is null and {OPEN} group by 1, 2, 3
), queues as (
  select t.campaign_id, t.step, count(*) as waiting from data.tasks t
  where t.assignee_id is null and {OPEN} and t.campaign_id in (select campaign_id from people) group by 1, 2
)
select p.campaign_id, c.name as campaign, v.dataset, c.due, p.step, s.name as step_name, s.kind, m.login as member,
       coalesce(n.returned, 0) as returned, coalesce(n.in_progress, 0) as in_progress,
       coalesce(n.started, 0) as started, coalesce(n.done, 0) as done,
       coalesce(w.opened, 0) as opened, coalesce(n.elsewhere, 0) as elsewhere, coalesce(n.rejected, 0) as rejected,
       coalesce(n.skipped, 0) as skipped, coalesce(n.issues, 0) as issues, coalesce(d.objects, 0) as objects,
       coalesce(w.worked_s, 0) as worked_s,
       case when a.member_id is null then 0 else coalesce(q.waiting, 0) - coalesce(x.waiting, 0) end as waiting
from people p
join data.campaigns c on c.campaign_id = p.campaign_id and c.launched is not null
join versions v on v.version_id = c.version_id
join data.steps s on s.campaign_id = p.campaign_id and s.step = p.step
join data.members m on m.member_id = p.member_id
left join data.step_members a on a.campaign_id = p.campaign_id and a.step = p.step and a.member_id = p.member_id
left join counts n on n.campaign_id = p.campaign_id and n.step = p.step and n.assignee_id = p.member_id
left join drawn d on d.campaign_id = p.campaign_id and d.step = p.step and d.assignee_id = p.member_id
left join spent w on w.campaign_id = p.campaign_id and w.step = p.step and w.assignee_id = p.member_id
left join queues q on q.campaign_id = p.campaign_id and q.step = p.step
left join kept_apart x on x.campaign_id = p.campaign_id and x.step = p.step and x.assignee_id = p.member_id
"""


def of_member(tx: Transaction, member_id: int) -> list[dict[str, Any]]:
    """Return the counts of a member's jobs in campaigns that are not archived, the most urgent first."""
    return tx.all(f"{_JOBS} where c.archived is null order by c.due nulls last, c.campaign_id, p.step", member_id, None)


def of_campaign(tx: Transaction, campaign_id: int) -> list[dict[str, Any]]:
    """Return the counts of all jobs of a campaign, by step and login."""
    return tx.all(f"{_JOBS} order by p.step, m.login", None, campaign_id)
