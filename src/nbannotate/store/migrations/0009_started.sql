-- A job's tasks in the person's hand are `in_progress`; `started` are the open ones that the person has begun.

drop view jobs;

-- The tasks of one assignee at one step; of each asset the last one counts.
create view jobs as
with last_one as (
  select * from data.tasks where assignee_id is not null
  qualify row_number() over (partition by campaign_id, step, assignee_id, asset_id order by task_id desc) = 1
), now_at as (
  select campaign_id, asset_id, state, outcome from data.tasks where is_current
), made as (
  select t.campaign_id, t.step, t.assignee_id, t.asset_id, max(n.annotation_id) as annotation_id
  from data.tasks t join data.annotations n on n.task_id = t.task_id
  where t.assignee_id is not null group by 1, 2, 3, 4
), drawn as (
  select m.campaign_id, m.step, m.assignee_id, count(*) as objects
  from made m join data.shapes s on s.annotation_id = m.annotation_id group by 1, 2, 3
), unresolved as (
  select campaign_id, asset_id, count(*) as issues from data.issues where state <> 'resolved' group by 1, 2
), spent as (
  select campaign_id, step, assignee_id, sum(worked_s) as worked_s, count(opened) as opened from data.tasks
  where assignee_id is not null group by 1, 2, 3
), counts as (
  select t.campaign_id, t.step, t.assignee_id, count(*) as total,
         count(*) filter (where t.state in ('in_progress', 'to_rework')) as remaining,
         count(*) filter (where t.state = 'to_rework') as returned,
         count(*) filter (where t.state = 'in_progress') as in_progress,
         count(*) filter (
           where t.state = 'to_rework' or (t.state = 'in_progress' and t.opened is not null)
         ) as started,
         count(*) filter (where t.state in ('done', 'skipped')) as done,
         count(*) filter (where t.state in ('done', 'skipped') and n.state in ('in_progress', 'to_rework')) as elsewhere,
         count(*) filter (where n.outcome = 'rejected') as rejected,
         count(*) filter (where n.state = 'skipped') as skipped,
         cast(coalesce(sum(u.issues), 0) as bigint) as issues
  from last_one t
  join now_at n on n.campaign_id = t.campaign_id and n.asset_id = t.asset_id
  left join unresolved u on u.campaign_id = t.campaign_id and u.asset_id = t.asset_id
  group by 1, 2, 3
)
select k.campaign_id, c.name as campaign, k.step, s.name as step_name, s.kind, m.login as member,
       case when k.remaining > 0 and p.opened = 0 then 'pending'
            when k.remaining > 0 then 'in_progress'
            when k.elsewhere > 0 then 'on_review'
            when k.skipped > 0 or k.issues > 0 then 'completed_with_issues'
            else 'completed' end as state,
       k.total, k.remaining, k.returned, k.in_progress, k.started, k.done, k.rejected, k.skipped, k.issues,
       coalesce(d.objects, 0) as objects, p.worked_s,
       p.worked_s / nullif(k.done, 0) as s_per_task, p.worked_s / nullif(d.objects, 0) as s_per_object
from counts k
join data.campaigns c on c.campaign_id = k.campaign_id
join data.steps s on s.campaign_id = k.campaign_id and s.step = k.step
join data.members m on m.member_id = k.assignee_id
left join drawn d on d.campaign_id = k.campaign_id and d.step = k.step and d.assignee_id = k.assignee_id
join spent p on p.campaign_id = k.campaign_id and p.step = k.step and p.assignee_id = k.assignee_id;
